"""Verdicts by the day, against cohorts that do not fit, and plans read from any source."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import attrs
import numpy as np
import pytest

import salesfunnel as sf
from deals import planted
from salesfunnel.errors import SalesFunnelError
from test_read_plan import measure

STEPS = ("lead", "offer", "won")
DEALS = planted(3, days=500, per_day=1.0, stages=3)


def counted(periods, segments=("all",), rates=(0.5, 0.4), n=400, fall=None):
    """Counts of steps with constant rates; the last periods fall to another rate."""
    rng = np.random.default_rng(2)
    counts = np.zeros((len(periods), len(segments), 3), dtype=int)
    counts[:, :, 0] = rng.integers(n - 20, n + 20, counts.shape[:2])
    first = np.full(counts.shape[:2], rates[0])
    if fall is not None:
        first[-2 * len(periods) // 20 :] = fall
    counts[:, :, 1] = rng.binomial(counts[:, :, 0], first)
    counts[:, :, 2] = rng.binomial(counts[:, :, 1], rates[1])
    return sf.Panel.from_counts(counts, periods=periods, segments=segments, steps=STEPS)


def days(n):
    return [(date(2026, 1, 1) + timedelta(days=k)).isoformat() for k in range(n)]


MONTHS = [f"{2024 + m // 12}-{m % 12 + 1:02d}" for m in range(24)]
PANEL = counted(MONTHS)


@pytest.mark.parametrize("n", [5, 84, 89])
def test_days_are_judged_in_whole_weeks(n):
    panel = counted(days(n), n=60, fall=0.2)
    found = sf.find_bottlenecks(panel)
    row = next(iter(found))
    assert str(row.transition) == str(sf.Transition("lead", "offer"))
    assert row.tier in {"confirmed", "suspected", "watch"}
    assert row.rate < 0.5


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"cohorts": counted(MONTHS, segments=("web",))}, "the segments of the panel"),
        ({"cohorts": sf.Panel.from_counts({"2024-01": [9, 4]}, steps=("a", "b"))},
         "the steps of the panel"),
        ({"calendar": 5}, "a country or shares by period"),
    ],
)  # fmt: skip
def test_cohorts_and_calendars_that_do_not_fit(options, said):
    with pytest.raises(SalesFunnelError, match=said):
        sf.find_bottlenecks(PANEL, **options)


def test_a_calendar_needs_dates():
    panel = counted([f"wave {k}" for k in range(24)])
    with pytest.raises(SalesFunnelError, match="have no dates"):
        sf.find_bottlenecks(panel, calendar="CN")


def test_cohorts_that_are_too_young_say_nothing():
    later = counted([f"2027-{m:02d}" for m in range(1, 13)])
    plain = sf.find_bottlenecks(PANEL)
    found = sf.find_bottlenecks(PANEL, cohorts=later)
    assert [row.tier for row in found] == [row.tier for row in plain]
    assert {row.cohort for row in found} == {"unknown"}


@pytest.mark.parametrize("by", ["month", "quarter", "all"])
def test_verdicts_of_deals_against_their_own_cohorts(by):
    panel = DEALS.panel(by=by, mode="period")
    found = sf.find_bottlenecks(panel, cohorts=DEALS, lag=DEALS)
    assert len(found) >= 1
    assert all(row.cohort in {"seen", "not-seen", "unknown"} for row in found)
    if by == "all":
        assert {row.cohort for row in found} == {"unknown"}


def test_a_lag_of_deals_that_never_advance_is_none():
    """Nobody went on: nothing tells how long it takes."""
    still = attrs.evolve(
        DEALS,
        entered=np.where(np.arange(3)[None, :] > 0, np.datetime64("NaT", "us"), DEALS.entered),
        outcome=np.full(len(DEALS), 2, dtype=np.int8),
    )
    found = sf.find_bottlenecks(PANEL, lag=still)
    assert [row.tier for row in found] == [row.tier for row in sf.find_bottlenecks(PANEL)]


PLAN = sf.ImprovementPlan(
    start=date(2026, 10, 8), funnel=sf.template("b2b"), measures=[measure("first")]
)


def test_a_plan_is_read_from_every_source(tmp_path):
    path = tmp_path / "plan.csv"
    PLAN.to_csv(path)
    text = path.read_text("utf-8-sig")
    keys = [one.measure for one in sf.read_plan(path)]
    assert len(keys) == 1
    for source in (text, path.read_bytes(), io.StringIO(text), io.BytesIO(path.read_bytes())):
        assert [one.measure for one in sf.read_plan(source)] == keys
    rows = list(csv.reader(io.StringIO(text)))
    assert [one.measure for one in sf.read_plan(rows)] == keys
    with pytest.raises(SalesFunnelError, match="can be read"):
        sf.read_plan(tmp_path / "none.csv")
    late = sf.read_plan([[cell if cell != "2026-10-15" else "" for cell in row] for row in rows])
    assert any(fault.code == "plan-due-missing" for fault in late.faults)
