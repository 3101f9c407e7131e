"""count_steps by period, by several attributes, with steps of several events, from Parquet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import ArgumentError, DataError, UnknownNameError

STEPS = ["view", "cart", "order"]


def crowd(seed: int = 1, n: int = 400) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    who = rng.integers(0, 60, n)
    day = np.datetime64("2026-01-01") + rng.integers(0, 120, n)
    return {
        "entity": who,
        "step": np.array(["view", "cart", "order", "demo"])[rng.integers(0, 4, n)],
        "time": day.astype("datetime64[s]") + rng.integers(0, 86400, n).astype("timedelta64[s]"),
        "channel": np.array(["ads", "mail", ""])[rng.integers(0, 3, n)],
        "device": np.array(["web", "app"])[rng.integers(0, 2, n)],
    }


def log_of(columns: dict[str, Any]) -> sf.EventLog:
    more = {name: columns[name] for name in ("channel", "device")}
    return sf.EventLog(columns["entity"], columns["step"], columns["time"], attributes=more)


@pytest.mark.parametrize("by", ["day", "week", "month", "quarter", "year"])
def test_periods_are_those_of_the_first_event_and_add_up(by: Any) -> None:
    log = log_of(crowd())
    plain = sf.count_steps(log, STEPS, window="30D")
    found = sf.count_steps(log, STEPS, window="30D", by=by)
    assert found.counts == plain.counts
    panel = found.panel()
    assert panel.by == by
    assert panel.counts.sum(axis=(0, 1)).tolist() == list(plain.counts)
    assert list(panel.periods) == sorted(panel.periods)
    assert found.columns()["segment"][0] == panel.periods[0]


def test_months_against_chains_by_hand() -> None:
    log = sf.EventLog(
        [1, 1, 2, 2, 3, 3],
        ["view", "order", "view", "order", "view", "view"],
        ["2026-01-05", "2026-02-05", "2026-03-05", "2026-03-06", "2026-01-07", "2026-03-07"],
    )
    panel = sf.count_steps(log, ["view", "order"], by="month").panel()
    assert panel.periods == ("2026-01", "2026-02", "2026-03")
    assert panel.counts[0, 0].tolist()[1] == 1
    assert panel.counts[1, 0].tolist() == [0, 0]
    assert panel.counts.sum(axis=(0, 1)).tolist() == [3, 2]


def test_periods_with_a_breakdown_give_a_panel_of_both() -> None:
    log = log_of(crowd(2))
    found = sf.count_steps(log, STEPS, by="month", breakdown="channel")
    panel = found.panel()
    assert set(panel.segments) == {"ads", "mail", "(missing)"}
    assert panel.attributes == ("channel",)
    assert panel.counts.sum(axis=(0, 1)).tolist() == list(found.counts)
    sf.find_bottlenecks(panel)


def test_several_attributes_are_one_segment() -> None:
    log = log_of(crowd(3))
    found = sf.count_steps(log, STEPS, breakdown=["channel", "device"])
    assert "ads · web" in found.by_segment
    assert "(missing) · app" in found.by_segment
    assert sum(row[0] for row in found.by_segment.values()) == found.counts[0]
    one = sf.count_steps(log, STEPS, breakdown=["channel"])
    assert one.by_segment == sf.count_steps(log, STEPS, breakdown="channel").by_segment
    with pytest.raises(UnknownNameError):
        sf.count_steps(log, STEPS, breakdown=["channel", "nothing"])


def test_a_step_of_several_events_counts_any_of_them() -> None:
    columns = crowd(4)
    joined = dict(columns)
    joined["step"] = np.where(columns["step"] == "demo", "cart", columns["step"])
    found = sf.count_steps(log_of(columns), ["view", sf.either("cart", "demo"), "order"])
    assert found.counts == sf.count_steps(log_of(joined), STEPS).counts
    assert found.steps == ("view", "cart | demo", "order")


def test_a_step_with_values_counts_only_these() -> None:
    columns = crowd(5)
    told = dict(columns)
    mail = (columns["step"] == "order") & (columns["channel"] == "mail")
    told["step"] = np.where(mail, "mailed", columns["step"])
    order = sf.step("order", where={"channel": "mail"})
    found = sf.count_steps(log_of(columns), ["view", "cart", order])
    assert found.counts == sf.count_steps(log_of(told), ["view", "cart", "mailed"]).counts
    frame = sf.count_steps(columns, ["view", "cart", order], breakdown="device")
    assert frame.counts == found.counts


@pytest.mark.parametrize(
    ("steps", "options", "error"),
    [
        (["view", sf.either("view", "cart")], {}, ArgumentError),
        ([sf.either("view", "cart"), sf.either("cart", "demo")], {}, ArgumentError),
        (["view", sf.step("cart", where={"channel": "tv"})], {}, ArgumentError),
        (["view", sf.step("cart", where={"nothing": "x"})], {}, UnknownNameError),
        (["view", "cart"], {"by": "hour"}, ArgumentError),
        (["view", "cart"], {"by": "month", "attribution": "last"}, ArgumentError),
    ],
)
def test_what_cannot_be_asked(steps: Any, options: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        sf.count_steps(log_of(crowd()), steps, **options)


def test_makers_of_steps_check_their_arguments() -> None:
    for bad in (
        lambda: sf.either("x"),
        lambda: sf.step("x", where={}),
        lambda: sf.step(True, where={"a": 1}),
    ):
        with pytest.raises(ArgumentError):
            bad()
    with pytest.raises(ArgumentError, match="plain numbers"):
        sf.count_steps(sf.EventLog([1], ["a"], [1]), ["a"], by="day")


def test_halves_of_the_entities_add_up_to_the_whole() -> None:
    columns = crowd(6)
    log = log_of(columns)
    parts = []
    for half in (0, 1):
        here = columns["entity"] % 2 == half
        parts.append(log_of({name: column[here] for name, column in columns.items()}))
    for options in (
        {},
        {"breakdown": "channel"},
        {"by": "month"},
        {"as_of": "2026-03-01", "window": "14D"},
    ):
        asked: Any = options
        whole = sf.count_steps(log, STEPS, **asked)
        added = sf.count_steps(parts[0], STEPS, **asked) + sf.count_steps(parts[1], STEPS, **asked)
        assert added.counts == whole.counts
        assert dict(added.by_segment) == dict(whole.by_segment)
        assert added.immature == whole.immature
        assert added.duplicates == whole.duplicates
    with pytest.raises(DataError, match="steps"):
        sf.count_steps(log, STEPS) + sf.count_steps(log, STEPS[:2])


def test_parquet_by_path_pattern_and_dataset(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    datasets = pytest.importorskip("pyarrow.dataset")
    columns = crowd(7)
    frame = pandas.DataFrame(columns).rename(
        columns={"entity": "user_id", "step": "event_name", "time": "timestamp"}
    )
    frame[:200].to_parquet(tmp_path / "a.parquet")
    frame[200:].to_parquet(tmp_path / "b.parquet")
    whole = sf.count_steps(log_of(columns), STEPS, breakdown="channel")
    for events in (
        str(tmp_path / "*.parquet"),
        tmp_path,
        datasets.dataset(tmp_path, format="parquet"),
    ):
        found = sf.count_steps(events, STEPS, breakdown="channel")
        assert found.counts == whole.counts
        assert found.by_segment == whole.by_segment
    with pytest.raises(DataError, match="there"):
        sf.count_steps(str(tmp_path / "*.csv"), STEPS)
    (tmp_path / "x.csv").write_text("user_id,event_name,timestamp\n")
    with pytest.raises(DataError) as caught:
        sf.count_steps(tmp_path / "x.csv", STEPS)
    assert "read_events" in str(caught.value)
