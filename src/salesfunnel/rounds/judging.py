"""What a round judges: the period, and the analyses of the sheet and of the deals."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import attrs

from salesfunnel._core.errors import ArgumentError, SalesFunnelError
from salesfunnel._core.periods import common_frequency, end_of, label_of, ordinal
from salesfunnel.analysis import Analysis, analyze
from salesfunnel.analysis.watched import watch_of, with_signs
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.from_list import two_ends
from salesfunnel.data.tracking import Tracking
from salesfunnel.fault import Fault
from salesfunnel.planning import ImprovementPlan

__all__ = ["analyses", "beyond", "judged_period"]

FEW = 5
"""Late periods from which on only the first and the last are named."""


def judged_period(sheets: Tracking, today: date, faults: list[Fault]) -> tuple[str, Any]:
    """Return the last period that is over and has counts, and the length of periods."""
    by = common_frequency(sheets.periods)
    if by == "none":
        raise ArgumentError(
            f"the sheets must name their periods alike, got {', '.join(sheets.periods)}",
            hint="name months as 2026-10, in a column, a worksheet, or the name of the file",
        )
    chain = {metric.key for metric in sheets.funnel.steps}
    counted = [
        name
        for name in sheets.periods
        if any(
            row.actual is not None and (row.metric in chain or not chain)
            for row in sheets.rows
            if row.period == name
        )
    ]
    over = [name for name in counted if end_of(name, by) - timedelta(days=1) <= today]
    if not over:
        raise ArgumentError(
            "the sheets must hold a period that is over and has actuals,"
            f" got {', '.join(counted) or 'none'} on {today.isoformat()}",
            hint="fill in the actuals, or run the round after the end of the period",
        )
    early = [name for name in counted if name not in over]
    if early:
        faults.append(
            Fault.of("round-period-not-over", severity="info", value=", ".join(early))
        )  # fmt: skip
    gaps = [
        label_of(number, by)
        for number in range(ordinal(over[0], by), ordinal(over[-1], by))
        if label_of(number, by) not in over
    ]
    if gaps:
        faults.append(Fault.of("round-periods-missing", value=", ".join(gaps)[:200]))
    late, number = [], ordinal(over[-1], by) + 1
    while end_of(label_of(number, by), by) <= today:
        late.append(label_of(number, by))
        number += 1
    if late:
        told = late if len(late) < FEW else [late[0], "…", late[-1]]
        faults.append(Fault.of("round-periods-late", value=", ".join(told), period=over[-1]))
    return over[-1], by


def analyses(
    sheets: Tracking,
    deals: StageHistory | None,
    period: str,
    faults: list[Fault],
    **options: Any,
) -> tuple[Analysis, Analysis | None]:
    """Return the analysis of the deals with that of the sheet, else that of the sheet."""
    of_sheet = analyze(sheets, period=period, funnel=sheets.funnel, **options)
    if deals is None:
        return of_sheet, None
    try:
        panel = two_ends(deals).panel(by="month", mode="entry")
        known = period in panel.periods and period not in panel.partial
        found = analyze(deals, period=period if known else None, **options)
    except SalesFunnelError as error:
        faults.append(Fault.of("round-deals-not-judged", value=period, why=error.message))
        return of_sheet, None
    if found.period != period:
        faults.append(Fault.of("round-deals-other-period", value=found.period, period=period))
    watch = watch_of(period, sheets)
    rows = [found.bottlenecks.find(d.transition, d.segment) for d in found.diagnoses]
    diagnoses = with_signs(found.diagnoses, rows, watch)
    return attrs.evolve(
        found,
        watch=watch,
        diagnoses=diagnoses,
        findings=[finding for diagnosis in diagnoses for finding in diagnosis],
    ), of_sheet


def beyond(plan: ImprovementPlan, judged: Analysis) -> ImprovementPlan:
    """Return the measures of steps that the deals do not reach: those before their first stage."""
    funnel = plan.funnel
    if funnel is None:
        return plan
    reached = {
        metric.key
        for stage in funnel
        if stage.key in judged.panel.steps
        for metric in stage.metrics
    }
    first = next((s.key for s in funnel if s.key in judged.panel.steps), None)
    entry = {m.key for m in funnel.stage(first).metrics} if first is not None else set()
    kept = [
        m
        for m in plan.measures
        if m.bottleneck.target not in reached or m.bottleneck.target in entry
    ]
    return attrs.evolve(plan, measures=kept, folded=())
