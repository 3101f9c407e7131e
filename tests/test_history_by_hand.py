"""The definitions of stage histories and their panels, each worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

import salesfunnel as sf

STAGES = ["lead", "offer", "won"]


def history(*rows, as_of="2026-04-15"):
    names = ("deal", "lead", "offer", "won", "outcome", "closed", "channel")
    records = [dict(zip(names, row, strict=False)) for row in rows]
    return sf.read_stage_history(records, stages=STAGES, as_of=as_of)


def cells(panel):
    """Periods and segments with their counts, lead to won."""
    return {
        (period, segment): panel.counts[t, g].tolist()
        for t, period in enumerate(panel.periods)
        for g, segment in enumerate(panel.segments)
        if panel.counts[t, g].any()
    }


SLOW = (
    ("a", "2026-01-30", "2026-02-10", "2026-03-05", "won", "2026-03-05", "web"),
    ("b", "2026-01-31", "2026-02-28", None, "open", None, ""),
    ("c", "2026-02-01", None, None, "lost", "2026-03-01", "ads"),
    ("d", "2026-02-20", None, "2026-02-21", "won", "2026-02-21", "web"),
)


def test_a_deal_stays_in_the_cohort_of_its_first_entry():
    assert cells(history(*SLOW).panel(by="month")) == {
        ("2026-01", "all"): [2, 2, 1],
        ("2026-02", "all"): [2, 1, 1],  # d skipped the offer, and passed it
    }


def test_in_periods_every_entry_counts_when_it_was():
    panel = history(*SLOW).panel(by="month", mode="period")
    assert cells(panel) == {
        ("2026-01", "all"): [2, 0, 0],
        ("2026-02", "all"): [2, 3, 1],
        ("2026-03", "all"): [0, 0, 1],
    }
    assert panel.immature is None


def test_immature_are_the_open_ones_where_there_is_no_window():
    panel = history(*SLOW).panel(by="month")
    assert dict(zip(panel.periods, panel.immature[:, 0].tolist(), strict=True))["2026-01"] == 1
    assert panel.immature.sum() == 1


@pytest.mark.parametrize(
    ("as_of", "counts", "immature"),
    [("2026-01-31", [1, 1, 1], 0), ("2026-01-30T23:59:59", None, 1)],
)
def test_a_window_is_over_when_its_last_moment_is_reached(as_of, counts, immature):
    """Entry on the 1st, window of 30 days: the 31st is inside and is the first mature moment."""
    one = history(("a", "2026-01-01", "2026-01-20", "2026-01-31", "won", "2026-01-31"), as_of=as_of)
    panel = one.panel(by="month", window="30D")
    assert cells(panel) == ({("2026-01", "all"): counts} if counts else {})
    assert panel.immature.sum() == immature


def test_what_happens_after_the_window_does_not_count():
    one = history(("a", "2026-01-01", "2026-01-20", "2026-02-01", "won", "2026-02-01"))
    assert cells(one.panel(by="month", window="30D")) == {("2026-01", "all"): [1, 1, 0]}


def test_a_missing_word_is_a_segment_of_its_own():
    panel = history(*SLOW).panel(by="year", segment="channel")
    assert cells(panel) == {
        ("2026", "(missing)"): [1, 1, 0],
        ("2026", "ads"): [1, 0, 0],
        ("2026", "web"): [2, 2, 2],
    }


def told(found, code):
    return [dict(fault.params) for fault in found.faults if fault.code == code]


@pytest.mark.parametrize(("others", "share"), [(9, [0.1]), (10, [])])
def test_skips_and_steps_back_are_told_from_one_deal_in_ten(others, share):
    plain = [(f"p{i}", "2026-01-01", "2026-01-02", "2026-01-03", "won", "2026-01-03")
             for i in range(others)]  # fmt: skip
    skip = ("x", "2026-01-01", None, "2026-01-03", "won", "2026-01-03")
    back = ("x", "2026-01-05", "2026-01-02", None, "open", None)
    for row, code in ((skip, "stages-skipped"), (back, "stages-back")):
        found = told(history(*plain, row), code)
        assert [one["share"] for one in found] == share


@pytest.mark.parametrize(("on_one_day", "others", "days"), [(11, 9, 1), (10, 10, 0), (10, 9, 0)])
def test_a_batch_day_holds_more_than_half_of_a_month_of_twenty(on_one_day, others, days):
    rows = [(f"a{i}", "2026-01-05") for i in range(on_one_day)]
    rows += [(f"b{i}", f"2026-01-{10 + i}") for i in range(others)]
    assert len(told(history(*rows), "batch-day")) == days


def test_time_in_a_stage_is_the_sum_of_its_spells_and_the_first_entry_its_date():
    changes = [("lead", "01-01"), ("offer", "01-11"), ("lead", "01-13"), ("offer", "01-20"),
               ("lost", "01-25"), ("offer", "02-01")]  # fmt: skip
    rows = [{"deal": "a", "stage": stage, "time": f"2026-{day}"} for stage, day in changes]
    one = sf.read_stage_history(rows, stages=STAGES, as_of="2026-02-11")
    assert (one.time_in_stage[0] / np.timedelta64(1, "D")).tolist() == [10 + 7, 2 + 5 + 10, 0]
    assert str(one.entered[0, 1])[:10] == "2026-01-11"
    assert (len(one), one.outcome.tolist(), told(one, "reopened")) == (1, [0], [{"deals": 1}])
