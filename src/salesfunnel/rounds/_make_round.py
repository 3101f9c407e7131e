"""make_round: one round of the method, from what was read of a folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import attrs

from salesfunnel._core.errors import SalesFunnelError
from salesfunnel._core.periods import label_of, ordinal
from salesfunnel._core.vocabulary import Locale
from salesfunnel.analysis import Analysis
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.from_list import two_ends
from salesfunnel.data.panel import Panel
from salesfunnel.data.tracking import Tracking, new_sheet
from salesfunnel.fault import Fault
from salesfunnel.i18n import text
from salesfunnel.monitoring import Adherence, Handoffs, Review, adherence, handoffs
from salesfunnel.monitoring.departments import check_departments
from salesfunnel.planning import ImprovementPlan
from salesfunnel.rounds._department_pages import department_pages
from salesfunnel.rounds.against_targets import plan_against_targets
from salesfunnel.rounds.department_names import inferred_departments
from salesfunnel.rounds.judging import analyses, beyond, judged_period
from salesfunnel.rounds.plan_goes_on import Followed, earlier, followed, next_plan, with_edits
from salesfunnel.rounds.result import Round
from salesfunnel.rounds.tasks import tasks_of, working_day

__all__ = ["RoundRecords", "make_round"]


@attrs.frozen(kw_only=True)
class RoundRecords:
    """What a folder holds, read.

    Parameters
    ----------
    sheets : Tracking
        All months that came back, or those that the deals make.
    counted : tuple of str
        Metrics that the deals count, so that nobody fills them in.
    deals : StageHistory, optional
    previous : Round, optional
        The record of the round before.
    edited : ImprovementPlan, optional
        The plan as the team edited it.
    plan : ImprovementPlan, optional
        The plan with its effects, if there is no record.
    reviews : tuple of Review
        Earlier ones of it.
    departments : mapping of str to sequence of str, optional
    targets : TargetPlan, mapping or None
        Of the next sheet; those of the last sheet by default.
    benchmark : BenchmarkSet, optional
        Industry figures.
    faults : tuple of Fault
        What could not be read.
    """

    sheets: Tracking
    counted: tuple[str, ...] = ()
    deals: StageHistory | None = None
    previous: Round | None = None
    edited: ImprovementPlan | None = None
    plan: ImprovementPlan | None = None
    reviews: tuple[Review, ...] = ()
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
    old = records.previous
    members = _members(records, actuals, locale, faults)
    start = working_day(today - timedelta(days=1), 1)
    judged, counted = analyses(
        sheets, records.deals, period, faults, locale=locale, start=start,
        benchmark=records.benchmark,
    )  # fmt: skip
    adopted = _adherence(records.deals, sheets, members, faults)
    plan, found = _followed(records, sheets, adopted, today, locale, faults)
    plan = next_plan(
        _named(plan, judged, found),
        _proposals(actuals, judged, counted, start, faults),
        found,
        today=today,
    )
    after = label_of(ordinal(period, by) + 1, by)
    sheet = new_sheet(
        found.funnel, period=after, previous=sheets, targets=records.targets, locale=locale
    )
    gives = _handoffs(records.deals, members, faults, locale)
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
        watch=judged.watch,
        adherence=adopted,
        handoffs=gives,
        departments=department_pages(
            actuals,
            departments=members,
            analysis=judged if counted is None else counted,
            plan=plan,
            handoffs=gives,
            watch=judged.watch,
        ),
        tasks=tasks_of(
            sheet,
            plan,
            found.reviews,
            faults,
            today=today,
            period=after,
            members=check_departments(members),
            counted=records.counted,
        ),
        members={name: tuple(listed) for name, listed in members.items()},
        rounds=1 if old is None else old.rounds + (old.period != period),
        faults=tuple(dict.fromkeys(faults)),
        locale=locale,
    )


def _followed(
    records: RoundRecords,
    sheets: Tracking,
    adopted: Adherence | None,
    today: date,
    locale: Locale,
    faults: list[Fault],
) -> tuple[ImprovementPlan, Followed]:
    """Return the plan with the team's edits, and what its follow-up found."""
    old = records.previous
    funnel = sheets.funnel
    base = records.plan or ImprovementPlan(measures=(), start=None, funnel=funnel)
    plan = with_edits(
        base if old is None else old.plan,
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
        before=earlier(records.reviews, plan, funnel, locale)
        if old is None
        else (old.standards, old.tried, old.settled),
        funnel=funnel,
        data=sheets if records.deals is None else records.deals,
        locale=locale,
        faults=faults,
    )
    return plan, found


def _named(plan: ImprovementPlan, judged: Analysis, found: Followed) -> ImprovementPlan:
    """Return the plan with the names and key actions of now."""
    plan = attrs.evolve(plan, funnel=found.funnel, names={**plan.names, **judged.plan.names})
    return plan if plan.measures else attrs.evolve(plan, assumptions=judged.plan.assumptions)


def _proposals(
    actuals: Tracking,
    judged: Analysis,
    counted: Analysis | None,
    start: date,
    faults: list[Fault],
) -> list[ImprovementPlan]:
    """Return the plans that are proposed: of the deals, of what they do not reach, of targets."""
    found = [judged.plan]
    if counted is not None:
        found.append(beyond(counted.plan, judged))
        return found
    first = plan_against_targets(actuals, judged, start=start)
    if first is not None and len(first):
        found.append(first)
        faults.append(Fault.of("round-against-targets", severity="info", n=len(first)))
    return found


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
    joint = "、" if locale == "zh" else ", "
    if found:
        faults.append(
            Fault.of("round-departments-inferred", severity="info", value=joint.join(found))
        )
    return found


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
    deals: StageHistory | None,
    members: Mapping[str, Sequence[str]],
    faults: list[Fault],
    locale: Locale,
) -> Handoffs | None:
    if deals is None:
        return None
    try:
        return handoffs(deals, departments=members)
    except SalesFunnelError as error:
        placed = "'departments'" in error.message  # what it mostly is, in the reader's words
        why = text("round.why-departments", locale) if placed else error.message
        faults.append(Fault.of("round-handoffs", severity="info", why=why))
        return None
