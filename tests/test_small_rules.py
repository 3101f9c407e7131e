"""Rules that hang on one sign or one comparison, each held by a figure that it decides.

Found by turning operators around: these were the ones that no other test noticed.
"""

from __future__ import annotations

from datetime import date, timedelta

import attrs
import numpy as np
import pytest

import salesfunnel as sf

STEPS = ("lead", "offer", "won")
DAYS_OF_A_MONTH = 365.25 / 12


def weeks(n):
    first = date(2024, 1, 1)
    days = (date.fromordinal(first.toordinal() + 7 * k).isocalendar() for k in range(n))
    return [f"{day.year}-W{day.week:02d}" for day in days]


def months(n):
    return [f"{2024 + k // 12}-{k % 12 + 1:02d}" for k in range(n)]


@pytest.mark.parametrize(("names", "per_month"), [(months, 1.0), (weeks, DAYS_OF_A_MONTH / 7)])
def test_a_plan_counts_entrants_by_the_month_whatever_the_period(names, per_month):
    counts = np.tile([400, 160, 60], (26, 1))
    counts[-1] = [400, 80, 30]
    found = sf.find_bottlenecks(sf.Panel.from_counts(counts, periods=names(26), steps=STEPS))
    assert found[0].alarm
    assert found[0].window == 1
    (measure,) = [m for m in sf.plan(found, (), start=date(2026, 7, 1)) if m.basis.kind == "gap"]
    assert measure.basis.entrants == pytest.approx(400 * per_month, rel=1e-3)


def test_where_no_deal_went_on_those_that_were_lost_are_compared():
    call = sf.KeyAction("call", "Call", within=timedelta(days=2))
    funnel = sf.Funnel(
        "sales", [sf.Stage("offer", "Offer", actions=[call]), sf.Stage("won", "Won")]
    )
    rows = [
        {"deal": f"d{i}", "offer": "2026-01-05", "closed": f"2026-02-{i % 20 + 1:02d}",
         "outcome": "lost", "Call": "2026-01-06" if i % 2 else "", "won": ""}
        for i in range(60)
    ]  # fmt: skip
    history = sf.StageHistory.from_records(rows, funnel=funnel, as_of="2026-06-01")
    (call,) = sf.adherence(history).rows
    assert (call.judged, call.did) == (60, 30)
    assert call.difference == 0.0


def test_rho_is_what_the_scatter_of_months_does_to_the_rate():
    """Months scatter by .1 on the logit: ρ is about .01·p(1 − p) (semantics: overdispersion)."""
    rng = np.random.default_rng(3)
    rate = 1 / (1 + np.exp(-(np.log(0.25 / 0.75) + rng.normal(0, 0.1, 36))))
    advanced = rng.binomial(40_000, rate)
    counts = np.stack([np.full(36, 40_000), advanced], axis=1)
    found = sf.find_bottlenecks(
        sf.Panel.from_counts(counts, periods=months(36), steps=("lead", "won"))
    )
    share = float(found.rho[0, 0]) / (0.25 * 0.75)
    assert 0.003 < share < 0.04


def test_only_cohorts_after_the_last_mature_one_are_called_too_young():
    """An old cohort with an open deal more is no reason to say that the last months are young."""
    counts = np.tile([100, 40, 20], (14, 1))[:, None]
    immature = np.zeros((14, 1, 3), dtype=np.int64)
    immature[3, 0, 0] = 30
    panel = sf.Panel(
        counts=counts, periods=tuple(months(14)), segments=("all",), steps=STEPS, by="month",
        mode="cohort", immature=immature[:, :, 0],
    )  # fmt: skip
    found = sf.find_bottlenecks(panel)
    assert found.period == panel.periods[-1]
    assert "cohorts-not-ripe" not in {fault.code for fault in found.faults}
    immature[-1, 0, 0] = 30
    young = sf.find_bottlenecks(attrs.evolve(panel, immature=immature[:, :, 0]))
    assert young.period == panel.periods[-2]
    assert "cohorts-not-ripe" in {fault.code for fault in young.faults}
