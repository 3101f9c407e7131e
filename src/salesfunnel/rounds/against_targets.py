"""What to do first if there is no history: the steps behind the rates of their targets."""

from __future__ import annotations

from datetime import date

from salesfunnel.analysis import Analysis
from salesfunnel.bottleneck import Bottleneck, find_bottlenecks
from salesfunnel.data.tracking import Tracking
from salesfunnel.definitions import BenchmarkSet
from salesfunnel.diagnosis import diagnose
from salesfunnel.planning import ImprovementPlan, plan
from salesfunnel.stats import rate_interval

__all__ = ["plan_against_targets"]

SOURCE = "targets of the sheet"
EXACT = 0.01
"""Doubt in a target rate: it is what the team wants, not what others measured."""
MOST = 2
"""Steps that are planned for, those furthest behind."""


def plan_against_targets(
    actuals: Tracking, analysis: Analysis, *, start: date
) -> ImprovementPlan | None:
    """Return measures for the steps behind their target rates; None where others can be judged.

    A month alone says nothing of falls; its targets say what the team wants. A step is planned for
    where the 95% interval of its rate is below the rate of its targets.
    """
    if any(
        row.tier not in {"not-enough-data", "definition-changed"} for row in analysis.bottlenecks
    ):
        return None
    chain = actuals.funnel.level_keys("step")
    before = dict(zip(chain[1:], chain, strict=False))
    rates: dict[tuple[str, str], float] = {}
    for row in actuals.rows:
        if row.target_rate is not None and 0 < row.target_rate < 1 and row.metric in before:
            rates.setdefault((before[row.metric], row.metric), row.target_rate)
    if not rates or len(actuals.segments) > 1:
        return None
    wanted = BenchmarkSet.from_rates("targets", rates, citation=SOURCE, cv=EXACT)
    found = find_bottlenecks(actuals.panel(level="step"), benchmark=wanted)
    rows = sorted(
        filter(_behind, found), key=lambda row: (row.rate or 0.0) / (row.reference or 1.0)
    )
    rows = rows[:MOST]
    if not rows:
        return None
    findings = [finding for row in rows for finding in diagnose(row, actuals)]
    return plan(found, findings, start=start, funnel=actuals.funnel)


def _behind(row: Bottleneck) -> bool:
    """Whether the rate of a step is below that of its targets, beyond the chance of its counts."""
    if row.reference is None or not row.entered or row.advanced > row.entered:
        return False
    return bool(rate_interval(row.advanced, row.entered).high < row.reference)
