"""Optional steps, waits between steps, who is behind a count, and counting part by part."""

from __future__ import annotations

import itertools
import random
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import ArgumentError, DataError, UnknownNameError

STEPS = ["a", "b", "c"]


def random_log(seed: int, entities: int = 30, events: int = 260, span: int = 40) -> sf.EventLog:
    rng = np.random.default_rng(seed)
    who = rng.integers(0, entities, events)
    return sf.EventLog(
        [f"e{i}" for i in who],
        rng.choice(["a", "b", "c", "x"], events),
        rng.integers(0, span, events),
        attributes={"group": rng.choice(["g", "h"], entities)[who]},
    )


def by_entity(log: sf.EventLog) -> dict[str, list[tuple[int, str]]]:
    columns = log.columns()
    found: dict[str, list[tuple[int, str]]] = {}
    for who, what, when in zip(columns["entity"], columns["step"], columns["time"], strict=True):
        found.setdefault(who, []).append((int(when), what))
    return found


def deepest(
    events: list[tuple[int, str]], steps: list[str], bounds: list[tuple[int, float]], window: float
) -> int:
    """Return how many steps the deepest chain has: all chains are tried."""
    best = 0
    times = {step: sorted({t for t, s in events if s == step}) for step in steps}
    for depth in range(1, len(steps) + 1):
        for chain in itertools.product(*(times[step] for step in steps[:depth])):
            gaps = [b - a for a, b in itertools.pairwise(chain)]
            fits = all(low <= gap <= high for gap, (low, high) in zip(gaps, bounds, strict=False))
            if fits and chain[-1] - chain[0] <= window:
                best = depth
                break
    return best


@pytest.mark.parametrize("bounds", [((3, 9), (0, 20)), ((2, None), (5, 8)), ((0, 4), (1, None))])
@pytest.mark.parametrize("window", [None, 14])
@pytest.mark.parametrize("seed", range(4))
def test_waits_are_those_of_all_chains_tried(seed: int, window: Any, bounds: Any) -> None:
    log = random_log(seed)
    found = sf.count_steps(log, STEPS, window=window, step_windows=list(bounds))
    plain = [(low, float("inf") if high is None else high) for low, high in bounds]
    depths = [
        deepest(events, STEPS, plain, float("inf") if window is None else window)
        for events in by_entity(log).values()
    ]
    assert found.counts == tuple(sum(depth > k for depth in depths) for k in range(3))
    assert found.step_delays == tuple(low for low, _ in bounds)
    times = found.entities("c")
    gaps = [times["b"] - times["a"], times["c"] - times["b"]]
    for gap, (low, high) in zip(gaps, plain, strict=True):
        assert ((gap >= low) & (gap <= high)).all()


def test_a_wait_is_written_in_every_form_that_windows_have() -> None:
    log = sf.EventLog(
        ["u", "u", "v", "v"], ["a", "b", "a", "b"],
        ["2026-01-01T10:00", "2026-01-01T10:20", "2026-01-01T10:00", "2026-01-01T12:00"],
    )  # fmt: skip
    for given in (("1h", "3h"), [("1h", "3h")], {"b": ("1h", "3h")}, [(timedelta(hours=1), None)]):
        assert sf.count_steps(log, ["a", "b"], step_windows=given).counts == (2, 1)
    assert sf.count_steps(log, ["a", "b"], step_windows=["3h"]).counts == (2, 2)
    with pytest.raises(ArgumentError, match="least before the most"):
        sf.count_steps(log, ["a", "b"], step_windows=[("3h", "1h")])
    with pytest.raises(ArgumentError, match="as_of"):
        sf.count_steps(
            log, ["a", "b"], step_windows=[("1h", "3h")], per="entry", as_of="2026-02-01"
        )


def test_who_may_still_wait_is_immature() -> None:
    log = sf.EventLog(["u", "v"], ["a", "a"], [0, 7])
    asked: dict[str, Any] = {"step_windows": [(5, 9)], "as_of": 10}
    # u could have had until 9; v may not go on before 12, which is within 16.
    found = sf.count_steps(log, ["a", "b"], **asked)
    assert (found.counts, found.immature) == ((1, 0), 1)
    closed = sf.count_steps(log, ["a", "b"], window=4, **asked)
    assert (closed.counts, closed.immature) == ((2, 0), 0)


def test_strict_order_and_repeated_steps_wait_too() -> None:
    log = sf.EventLog(
        [1] * 4 + [2] * 3, ["a", "x", "b", "a", "a", "b", "a"], [0, 1, 6, 12, 0, 6, 8]
    )
    assert sf.count_steps(log, ["a", "b", "a"], step_windows=[(5, 9), (5, 9)]).counts == (2, 2, 1)
    strict = sf.count_steps(log, ["a", "b"], step_windows=[(5, 9)], order="strict")
    assert strict.counts == (2, 1)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("window", [None, 15])
def test_optional_steps_count_both_ways(seed: int, window: Any) -> None:
    log = random_log(seed)
    found = sf.count_steps(log, ["a", sf.optional("b"), "c"], window=window, breakdown="group")
    needed = sf.count_steps(log, ["a", "c"], window=window, breakdown="group")
    before = sf.count_steps(log, ["a", "b"], window=window)
    assert found.counts == (needed.counts[0], before.counts[1], needed.counts[1])
    assert found.rates == (before.counts[1] / needed.counts[0], needed.rates[0])
    assert {k: (v[0], v[2]) for k, v in found.by_segment.items()} == dict(needed.by_segment)
    assert sum(row[1] for row in found.by_segment.values()) == found.counts[1]
    assert found.optional == (2,)
    assert [d.source for d in found.durations] == ["a", "a"]
    assert found.durations[1] == needed.durations[0]
    panel = found.panel()
    assert panel.steps == ("a", "c")
    again = sf.StepCounts.from_dict(found.to_dict())
    assert again.optional == (2,)
    assert again.rates == found.rates


def test_optional_steps_of_several_kinds_and_their_entities() -> None:
    log = sf.EventLog(
        ["p", "p", "p", "q", "q", "r", "r"],
        ["view", "chat", "order", "view", "order", "view", "mail"],
        [1, 2, 3, 1, 4, 1, 2],
    )
    found = sf.count_steps(log, ["view", sf.optional(sf.either("chat", "mail")), "order"])
    assert found.counts == (3, 2, 2)
    helped = found.entities("chat | mail")
    assert helped["entity"].tolist() == ["p", "r"]
    assert found.entities("chat | mail", dropped=True)["entity"].tolist() == ["r"]
    assert found.entities("view", dropped=True)["entity"].tolist() == ["r"]
    assert found.entities("order")["order"].tolist() == [3, 4]
    for steps in ([sf.optional("view"), "order"],):
        with pytest.raises(ArgumentError, match="begin with a step that is needed"):
            sf.count_steps(log, steps)
    with pytest.raises(ArgumentError, match="'per'"):
        sf.count_steps(log, ["view", sf.optional("chat")], per="entry")
    with pytest.raises(ArgumentError, match="'step'"):
        sf.optional(1.5)  # type: ignore[arg-type]


@pytest.mark.parametrize("order", ["ordered", "strict", "any"])
@pytest.mark.parametrize("seed", range(3))
def test_entities_are_as_many_as_the_counts(seed: int, order: Any) -> None:
    log = random_log(seed)
    found = sf.count_steps(log, STEPS, window=12, order=order, as_of=30)
    for k, step in enumerate(STEPS):
        there = found.entities(step)
        assert len(there["entity"]) == found.counts[k]
        assert len(set(there["entity"].tolist())) == found.counts[k]
        gone = len(found.entities(step, dropped=True)["entity"])
        assert gone == found.counts[k] - (found.counts[k + 1] if k < 2 else 0)
    moments = [there["a"], there["b"], there["c"]]
    if order != "any":
        assert (np.diff(np.stack(moments), axis=0) >= 0).all()
    events = by_entity(log)
    for who, when in zip(there["entity"], there["b"], strict=True):
        assert (int(when), "b") in events[who]


def test_entities_have_moments_and_are_gone_from_what_was_read_back() -> None:
    log = sf.EventLog([10**12, 7], ["view", "view"], ["2026-01-05", "2026-01-06T10:00"])
    found = sf.count_steps(log, ["view", "order"])
    there = found.entities("view")
    assert sorted(there["entity"].tolist()) == [7, 10**12]
    assert there["view"].dtype.kind == "M"
    assert np.isnat(there["order"]).all()
    with pytest.raises(UnknownNameError):
        found.entities("click")
    for other in (sf.StepCounts.from_dict(found.to_dict()), found + found):
        with pytest.raises(DataError, match="entities"):
            other.entities("view")
    twice = sf.count_steps(log, ["view", "view"])
    assert len(twice.entities("view (2)")["entity"]) == 0


@pytest.mark.parametrize("breakdown", [None, "group"])
def test_part_by_part_is_the_same(breakdown: Any) -> None:
    log = random_log(3, entities=60, events=900)
    seen: list[tuple[int, int]] = []
    whole = sf.count_steps(log, STEPS, window=12, breakdown=breakdown, as_of=30)
    parts = sf.count_steps(
        log, STEPS, window=12, breakdown=breakdown, as_of=30, memory="9kB",
        progress=lambda done, of: seen.append((done, of)),
    )  # fmt: skip
    assert seen == [(k, 5) for k in range(1, 6)]
    assert parts == whole
    assert (parts.durations, parts.duplicates) == (whole.durations, whole.duplicates)
    assert len(parts.entities("b")["entity"]) == whole.counts[1]
    for wrong in (0, "many", -1, True):
        with pytest.raises(ArgumentError, match="'memory'"):
            sf.count_steps(log, STEPS, memory=wrong)


def test_progress_counts_blocks() -> None:
    seen: list[tuple[int, int]] = []
    sf.count_steps(random_log(1), STEPS, progress=lambda done, of: seen.append((done, of)))
    assert seen[-1][0] == seen[-1][1]


def test_parquet_files_are_counted_part_by_part(tmp_path: Any) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    rng = random.Random(5)
    for name in "ab":
        rows = [
            (rng.choice([f"e{i}" for i in range(50)]), rng.choice("abcx"), rng.randrange(40))
            for _ in range(500)
        ]
        frame = pandas.DataFrame(rows, columns=["user_id", "event", "time"])
        frame.to_parquet(tmp_path / f"{name}.parquet")
    pattern = str(tmp_path / "*.parquet")
    whole = sf.count_steps(pattern, STEPS, window=12)
    parts = sf.count_steps(pattern, STEPS, window=12, memory="20kB")
    assert parts.counts == whole.counts
    assert parts.events == whole.events
    assert parts.duplicates == whole.duplicates
    left_out = sf.count_steps(pattern, ["a", sf.optional("b"), "c"], memory="20kB")
    assert left_out.counts == sf.count_steps(pattern, ["a", sf.optional("b"), "c"]).counts
