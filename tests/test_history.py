"""StageHistory: columns, panels against a plain loop, spells, data quality."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import deals
import salesfunnel as sf
from salesfunnel.data.history import history_from_changes
from salesfunnel.errors import ArgumentError, DataError, UnknownNameError

BASE = np.datetime64("2026-01-01", "us")
NAT = np.datetime64("NaT", "us")
STAGES = ("lead", "offer", "deal")
AS_OF = BASE + np.timedelta64(100, "D")


@st.composite
def histories(draw):
    n = draw(st.integers(0, 12))
    entry = st.none() | st.integers(0, 100)
    days = [[draw(entry) for _ in STAGES] for _ in range(n)]
    entered = np.array(
        [[NAT if d is None else BASE + np.timedelta64(d, "D") for d in row] for row in days],
        dtype="M8[us]",
    ).reshape(n, len(STAGES))
    outcome = np.array([draw(st.integers(0, 2)) for _ in range(n)], dtype=np.int8)
    channel = [draw(st.sampled_from(["ads", "web", ""])) for _ in range(n)]
    region = [draw(st.sampled_from(["n", "s"])) for _ in range(n)]
    return sf.StageHistory(
        deals=[f"d{i}" for i in range(n)],
        stages=STAGES,
        entered=entered,
        outcome=outcome,
        as_of=AS_OF,
        attributes={"channel": np.array(channel, dtype=str), "region": np.array(region, dtype=str)},
    )


def name_of(moment, by):
    day = moment.astype("M8[D]").item()
    return {
        "day": day.isoformat(),
        "week": "{}-W{:02d}".format(*day.isocalendar()[:2]),
        "month": f"{day:%Y-%m}",
        "quarter": f"{day.year}-Q{(day.month + 2) // 3}",
        "year": str(day.year),
    }[by]


def twin(history, by, mode, window, segment):
    """Count deal by deal: {(period, segment, stage): count}, {(period, segment): immature}."""
    counts, immature = {}, {}
    for i in range(len(history)):
        at = []
        for k in range(len(STAGES)):
            later = [t for t in history.entered[i, k:] if not np.isnat(t)]
            at.append(min(later) if later else None)
        if at[0] is None:
            continue
        words = [history.attributes[name][i] or "(missing)" for name in segment]
        group = " / ".join(words) or "all"
        home = (name_of(at[0], by), group)
        if mode == "period":
            for k, t in enumerate(at):
                if t is not None:
                    key = (name_of(t, by), group, STAGES[k])
                    counts[key] = counts.get(key, 0) + 1
            continue
        if window is not None and AS_OF - at[0] < window:
            immature[home] = immature.get(home, 0) + 1
            continue
        if window is None and history.outcome[i] == 0 and at[-1] is None:
            immature[home] = immature.get(home, 0) + 1
        for k, t in enumerate(at):
            if t is not None and (window is None or t - at[0] <= window):
                key = (*home, STAGES[k])
                counts[key] = counts.get(key, 0) + 1
    return counts, immature


@settings(max_examples=150)
@given(
    histories(),
    st.sampled_from(["day", "week", "month", "quarter", "year"]),
    st.sampled_from(["cohort", "period"]),
    st.none() | st.integers(1, 60),
    st.sampled_from([(), ("channel",), ("channel", "region")]),
)
def test_panel_against_a_twin(history, by, mode, days, segment):
    window = None if days is None or mode == "period" else timedelta(days=days)
    panel = history.panel(by=by, mode=mode, window=window, segment=segment)
    counts, immature = twin(history, by, mode, window and np.timedelta64(window, "us"), segment)
    mine = {
        (p, g, s): int(panel.counts[t, j, k])
        for t, p in enumerate(panel.periods)
        for j, g in enumerate(panel.segments)
        for k, s in enumerate(panel.steps)
        if panel.counts[t, j, k]
    }
    assert mine == counts
    if mode == "cohort":
        rows = np.argwhere(panel.immature)
        assert {
            (panel.periods[t], panel.segments[j]): int(panel.immature[t, j]) for t, j in rows
        } == immature
    if panel.periods:
        now, before = name_of(AS_OF, by), name_of(AS_OF - np.timedelta64(1, "us"), by)
        waiting = 0 if panel.immature is None else panel.immature[-1].sum()
        touched = panel.periods[-1] == now and (panel.counts[-1].any() or waiting)
        assert touched or panel.periods[-1] == before


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(history, random):
    index = list(range(len(history)))
    random.shuffle(index)
    shuffled = history.select(np.array(index, dtype=int))
    for segment in (None, "channel"):
        assert shuffled.panel(segment=segment) == history.panel(segment=segment)


@given(histories())
def test_parts_add_up_and_documents_come_back(history):
    half = len(history) // 2
    index = np.arange(len(history))
    whole = history.select(index < half) + history.select(index >= half)
    assert whole == history
    assert sf.StageHistory.from_json(history.to_json()) == history
    for stage in STAGES:
        duration, event, rows = history.stage_times(stage)
        assert (duration >= 0).all()
        assert len(rows) == int((~np.isnat(history.entered[:, STAGES.index(stage)])).sum())
        assert set(event.tolist()) <= {0, 1, 2}


def test_open_deals_are_censored_not_lost():
    history = deals.history(
        [0, 0, 0], [[0, 10], [0, np.nan], [0, np.nan]], [20, 9, np.nan], [1, 2, 0], as_of=30
    )
    duration, event, _ = history.stage_times("s0")
    assert duration.tolist() == [10, 9, 30]
    assert event.tolist() == [1, 2, 0]


def test_a_skipped_stage_counts_as_passed_and_a_step_back_never_unreaches():
    history = deals.history(
        [0, 0], [[0, np.nan, 5], [3, 1, np.nan]], [np.nan] * 2, [0, 0], as_of=40
    )
    assert history.reached.tolist() == [2, 1]
    assert history.panel().counts[:, 0].sum(0).tolist() == [2, 2, 1]


def changes(rows, **options):
    deal, stage, day = zip(*rows, strict=True)
    when = [BASE + np.timedelta64(d, "D") for d in day]
    return history_from_changes(deal, stage, when, stages=STAGES, as_of=AS_OF, **options)


def test_spells_add_up_and_the_first_entry_dates_a_stage():
    rows = [("a", "lead", 0), ("a", "offer", 10), ("a", "lead", 15), ("a", "offer", 18)]
    history = changes([*rows, ("a", "deal", 30)])
    days = history.time_in_stage[0] / np.timedelta64(1, "D")
    assert days.tolist() == [13, 17, 0]
    assert history.entered[0, 1] == BASE + np.timedelta64(10, "D")
    assert history.outcome.tolist() == [1]
    assert [fault.code for fault in history.faults] == ["stages-back"]


def test_a_reopened_deal_is_one_deal_and_its_loss_is_void():
    history = changes(
        [("a", "lead", 0), ("a", "lost", 5), ("a", "offer", 9), ("b", "lead", 1), ("b", "lost", 4)]
    )
    assert history.outcome.tolist() == [0, 2]
    assert np.isnat(history.closed[0])
    assert [(f.code, dict(f.params)) for f in history.faults if f.code == "reopened"] == [
        ("reopened", {"deals": 1})
    ]


def test_an_open_spell_runs_to_as_of():
    history = changes([("a", "lead", 90)])
    assert history.time_in_stage[0, 0] == np.timedelta64(10, "D")


def test_batch_days_and_skips_are_reported():
    rows = [(f"d{i}", "lead", i % 25) for i in range(40)]
    rows += [(f"d{i}", "deal", 28) for i in range(30)]
    codes = {fault.code for fault in changes(rows).faults}
    assert codes == {"stages-skipped", "batch-day"}


def test_a_deal_closed_before_it_was_created_is_reported():
    created = {"a": BASE + np.timedelta64(50, "D")}
    history = changes([("a", "lead", 0), ("a", "lost", 5)], created=created)
    assert [fault.code for fault in history.faults] == ["closed-before-created"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"deals": ["a", "a"]}, "unique"),
        ({"outcome": [0, 3]}, "outcome"),
        ({"outcome": [0]}, "shape"),
        ({"closed": [BASE, NAT]}, "open"),
        ({"entered": np.full((2, 3), AS_OF + np.timedelta64(1, "D"))}, "as_of"),
        ({"value": [1.0]}, "value"),
        ({"attributes": {"x": ["a"]}}, "'x'"),
    ],
)
def test_contradictions_are_refused(change, words):
    parts = {
        "deals": ["a", "b"],
        "stages": STAGES,
        "entered": np.full((2, 3), BASE),
        "outcome": [0, 0],
        "as_of": AS_OF,
    }
    with pytest.raises(DataError, match=words):
        sf.StageHistory(**{**parts, **change})


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"by": "moth"}, ArgumentError),
        ({"mode": "chort"}, ArgumentError),
        ({"window": "90 moths"}, ArgumentError),
        ({"window": timedelta(0)}, ArgumentError),
        ({"mode": "period", "window": "9D"}, ArgumentError),
        ({"segment": "chanel"}, UnknownNameError),
    ],
)
def test_wrong_arguments_are_named(options, error):
    history = deals.planted(1, days=60)
    with pytest.raises(error):
        history.panel(**options)


def test_the_last_period_is_partial_unless_it_is_over():
    history = changes([("a", "lead", 0)])
    assert history.panel().partial == ("2026-04",)
    whole = history_from_changes(
        ["a"], ["lead"], [BASE], stages=STAGES, as_of=np.datetime64("2026-01-31T23:59:59.999999")
    )
    assert whole.panel().partial == ()


def test_a_period_that_as_of_only_touches_is_there_only_with_deals_in_it():
    def panel(as_of, days):
        entered = np.array([[day, "NaT"] for day in days], dtype="M8[us]")
        history = sf.StageHistory(
            deals=[str(i) for i in range(len(days))], stages=("a", "b"), entered=entered,
            outcome=np.zeros(len(days)), as_of=as_of,
        )  # fmt: skip
        return history.panel()

    over = panel("2026-03-01", ["2026-01-05", "2026-02-28T23:59"])
    assert (over.periods, over.partial) == (("2026-01", "2026-02"), ())
    begun = panel("2026-03-01", ["2026-01-05", "2026-03-01"])
    assert (begun.periods, begun.partial) == (("2026-01", "2026-02", "2026-03"), ("2026-03",))
    quiet = panel("2026-03-02", ["2026-01-05"])
    assert (quiet.periods, quiet.partial) == (("2026-01", "2026-02", "2026-03"), ("2026-03",))


@settings(max_examples=60)
@given(
    st.lists(st.tuples(*[st.none() | st.integers(-(10**15), 10**15)] * 3), min_size=1, max_size=8),
    st.sampled_from(["day", "month", "year"]),
)
def test_times_before_1970_and_of_any_microsecond_keep_their_order(rows, by):
    nat = np.iinfo(np.int64).min
    micros = np.array([[nat if t is None else t for t in row] for row in rows], dtype=np.int64)
    history = sf.StageHistory(
        deals=[str(i) for i in range(len(rows))], stages=STAGES, entered=micros.view("M8[us]"),
        outcome=np.zeros(len(rows)), as_of=np.datetime64(10**15, "us"),
    )  # fmt: skip
    if by == "day":
        history = history.select(np.arange(1))
    expected = {}
    for row in rows[: len(history)]:
        known = [t for t in row if t is not None]
        if known:
            reached = max(k for k, t in enumerate(row) if t is not None)
            for k in range(reached + 1):
                key = (name_of(np.datetime64(min(known), "us"), by), STAGES[k])
                expected[key] = expected.get(key, 0) + 1
    panel = history.panel(by=by)
    assert {
        (panel.periods[t], STAGES[k]): int(panel.counts[t, 0, k])
        for t, _, k in np.argwhere(panel.counts)
    } == expected


def test_a_change_that_is_told_twice_counts_once():
    rows = [("a", "lead", 0), ("a", "offer", 3), ("a", "offer", 3), ("a", "lead", 5)]
    history = changes(rows)
    (fault,) = (f for f in history.faults if f.code == "changes-twice")
    assert dict(fault.params)["rows"] == 1
    once = changes([rows[0], rows[1], rows[3]])
    assert history == once
    assert "changes-twice" not in {f.code for f in once.faults}


def test_a_stage_after_the_won_one_is_won_too():
    rows = [("a", "lead", 0), ("a", "offer", 3), ("a", "deal", 9)]
    history = changes(rows, won="offer")
    assert history.outcome.tolist() == [1]
    assert history.closed[0] == BASE + np.timedelta64(3, "D")
