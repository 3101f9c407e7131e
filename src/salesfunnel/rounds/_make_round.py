"""make_round: one round of the method, from what was read of a folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import attrs

from salesfunnel._core.errors import ArgumentError, SalesFunnelError
from salesfunnel._core.periods import common_frequency, end_of, label_of, ordinal
from salesfunnel._core.vocabulary import Locale
from salesfunnel.analysis import Analysis, analyze
from salesfunnel.analysis.watched import watch_of, with_signs
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.from_list import two_ends
from salesfunnel.data.panel import Panel
from salesfunnel.data.tracking import Tracking, new_sheet
from salesfunnel.fault import Fault
from salesfunnel.monitoring import Adherence, Handoffs, adherence, handoffs
from salesfunnel.monitoring.departments import check_departments
from salesfunnel.planning import ImprovementPlan
from salesfunnel.rounds.against_targets import plan_against_targets
from salesfunnel.rounds.department_names import inferred_departments
from salesfunnel.rounds.department_pages import department_pages
from salesfunnel.rounds.plan_goes_on import followed, next_plan, with_edits
from salesfunnel.rounds.result import Round
from salesfunnel.rounds.tasks import tasks_of, working_day

__all__ = ["RoundRecords", "judged_period", "make_round"]


@attrs.frozen(kw_only=True)
class RoundRecords:
    """What a folder holds, read.

    Parameters
    ----------
    sheets : Tracking
        All months that came back.
    deals : StageHistory, optional
    previous : Round, optional
        The record of the round before.
    edited : ImprovementPlan, optional
        The plan as the team edited it.
    departments : mapping of str to sequence of str, optional
    targets : TargetPlan, mapping or None
        Of the next sheet; those of the last sheet by default.
    benchmark : BenchmarkSet, optional
        Industry figures.
    faults : tuple of Fault
        What could not be read.
    """

    sheets: Tracking
    deals: StageHistory | None = None
    previous: Round | None = None
    edited: ImprovementPlan | None = None
    departments: Mapping[str, Sequence[str]] | None = None
    targets: Any = None
    benchmark: Any = None
    faults: tuple[Fault, ...] = ()


def make_round(records: RoundRecords, *, today: date, locale: Locale = "en") -> Round:
    """Judge the last period that is over, follow the plan up, and make the next sheet.

    Raises
    ------
    ArgumentError
        If no period of the sheets is over, or the departments are not well formed.
    """
    faults = list(records.faults)
    sheets = records.sheets
    period, by = judged_period(sheets, today, faults)
    until = sheets.periods[: sheets.periods.index(period) + 1]
    sheets = attrs.evolve(sheets, rows=[r for r in sheets.rows if r.period in until])
    actuals = attrs.evolve(sheets, rows=[r for r in sheets.rows if r.period == period])
    after = label_of(ordinal(period, by) + 1, by)
    old = records.previous
    funnel = sheets.funnel
    members = _members(records, actuals, locale, faults)
    start = working_day(today - timedelta(days=1), 1)
    judged, counted = _analyses(records, sheets, period, start, locale, faults)
    adopted = _adherence(records.deals, sheets, members, faults)
    plan = with_edits(
        ImprovementPlan(measures=(), start=None, funnel=funnel) if old is None else old.plan,
        records.edited,
        since=today if old is None else old.today,
        today=today,
    )
    faults += plan.faults
    found = followed(
        plan,
        _panels(records.deals, sheets),
        today=today,
        adoption=adopted,
        before=(None, (), ()) if old is None else (old.standards, old.tried, old.settled),
        funnel=funnel,
        locale=locale,
        faults=faults,
    )
    proposals = [judged.plan] + ([] if counted is None else [_beyond(counted.plan, judged)])
    if records.deals is None and (first := plan_against_targets(actuals, judged, start=start)):
        proposals.append(first)
        faults.append(Fault.of("round-against-targets", severity="info", n=len(first)))
    plan = attrs.evolve(plan, funnel=found.funnel, names={**plan.names, **judged.plan.names})
    if not plan.measures:
        plan = attrs.evolve(plan, assumptions=judged.plan.assumptions)
    plan = next_plan(plan, proposals, found, today=today)
    sheet = new_sheet(
        found.funnel, period=after, previous=sheets, targets=records.targets, locale=locale
    )
    watch = judged.watch
    gives = _handoffs(records.deals, members, faults)
    fresh = [e.measure.key for e in found.standards.entries if e.measure.key in _keys(found)]
    return Round(
        today=today,
        period=period,
        next_period=after,
        judged=judged,
        counted=counted,
        actuals=actuals,
        sheet=sheet,
        plan=plan,
        reviews=found.reviews,
        standards=found.standards,
        tried=found.tried,
        settled=found.settled,
        watch=watch,
        adherence=adopted,
        handoffs=gives,
        departments=department_pages(
            actuals,
            departments=members,
            analysis=judged if counted is None else counted,
            plan=plan,
            handoffs=gives,
            watch=watch,
        ),
        tasks=tasks_of(
            sheet,
            plan,
            found.reviews,
            fresh,
            faults,
            today=today,
            period=after,
            members=check_departments(members),
        ),
        members={name: tuple(listed) for name, listed in members.items()},
        rounds=1 if old is None else old.rounds + (old.period != period),
        faults=tuple(dict.fromkeys(faults)),
        locale=locale,
    )


def _keys(found: Any) -> set[str]:
    return {one.key for one in found.reviews if one.state == "standardise"}


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
    return over[-1], by


def _members(
    records: RoundRecords, actuals: Tracking, locale: Locale, faults: list[Fault]
) -> dict[str, tuple[str, ...]]:
    """Return department → members: as given, as in the round before, or as owners are called."""
    if records.departments is not None:
        check_departments(records.departments)
        return {
            name: (listed,) if isinstance(listed, str) else tuple(listed)
            for name, listed in records.departments.items()
        }
    found = inferred_departments(actuals.funnel, actuals.rows, locale)
    if records.previous is not None:
        found = dict(records.previous.members) | {
            name: listed
            for name, listed in found.items()
            if not {name, *listed} & set(check_departments(records.previous.members))
        }
    if found:
        faults.append(
            Fault.of("round-departments-inferred", severity="info", value=", ".join(found))
        )
    return found


def _analyses(
    records: RoundRecords,
    sheets: Tracking,
    period: str,
    start: date,
    locale: Locale,
    faults: list[Fault],
) -> tuple[Analysis, Analysis | None]:
    """Return the analysis of the deals with that of the sheet, else that of the sheet."""
    options: dict[str, Any] = {"locale": locale, "start": start, "benchmark": records.benchmark}
    of_sheet = analyze(sheets, period=period, funnel=sheets.funnel, **options)
    deals = records.deals
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


def _beyond(plan: ImprovementPlan, judged: Analysis) -> ImprovementPlan:
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


def _panels(deals: StageHistory | None, sheets: Tracking) -> list[Panel]:
    panels = [sheets.panel(level="step"), sheets.panel(level="stage")]
    if deals is not None:
        panels.insert(0, two_ends(deals).panel(by="week", mode="period"))
    return panels


def _adherence(
    deals: StageHistory | None,
    sheets: Tracking,
    members: Mapping[str, Sequence[str]],
    faults: list[Fault],
) -> Adherence | None:
    """Return what deals or the sheet tell of key actions; None where nothing tells."""
    sources: list[StageHistory | Tracking] = [sheets]
    if deals is not None and deals.funnel is not None:
        sources.insert(0, deals)
    for source in sources:
        try:
            found = adherence(source, departments=members)
        except SalesFunnelError as error:
            faults.append(Fault.of("round-adherence", severity="info", why=error.message))
            continue
        if any(row.column is not None for row in found.rows):
            return found
    return None


def _handoffs(
    deals: StageHistory | None, members: Mapping[str, Sequence[str]], faults: list[Fault]
) -> Handoffs | None:
    if deals is None:
        return None
    try:
        return handoffs(deals, departments=members)
    except SalesFunnelError as error:
        faults.append(Fault.of("round-handoffs", severity="info", why=error.message))
        return None
