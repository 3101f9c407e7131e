"""department_pages: for each department its stages, targets, losses, hand-overs and measures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from salesfunnel._core.checks import check_kind
from salesfunnel._core.errors import ArgumentError
from salesfunnel.analysis import Analysis
from salesfunnel.data.tracking import Tracking, TrackingRow
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.definitions.stage import Stage
from salesfunnel.monitoring import Handoffs, MetricWatch
from salesfunnel.monitoring.departments import check_departments, department_of
from salesfunnel.planning import ImprovementPlan, Measure
from salesfunnel.rounds.department_names import inferred_departments
from salesfunnel.rounds.result import DepartmentPage, StageLoss

__all__ = ["department_pages", "losses_of"]


def department_pages(
    tracking: Tracking,
    *,
    departments: Mapping[str, Sequence[str]] | None = None,
    period: str | None = None,
    analysis: Analysis | None = None,
    plan: ImprovementPlan | None = None,
    handoffs: Handoffs | None = None,
    watch: MetricWatch | None = None,
) -> tuple[DepartmentPage, ...]:
    """Make a page for each department: its stages, targets, losses, hand-overs and measures.

    Parameters
    ----------
    tracking : Tracking
        The sheet: metrics with target, actual and owner.
    departments : mapping of str to sequence of str, optional
        Department → its stages, roles and people, as in ``adherence`` and ``handoffs``. By default
        the titles of owners tell: "Marketing specialist" is of Marketing, 市场部专员 of 市场部.
    period : str, optional
        The period shown; the last by default.
    analysis : Analysis, optional
        Adds the verdicts of the steps.
    plan : ImprovementPlan, optional
        Its measures go to the department of their owner, and to that of their stage.
    handoffs : Handoffs, optional
        What ``handoffs`` found.
    watch : MetricWatch, optional
        What ``watch_metrics`` found; metrics that got better or worse are shown.

    Returns
    -------
    tuple of DepartmentPage
        In the order of `departments`, else of the stages; those without a stage, a metric or a
        measure are left out.

    Raises
    ------
    ArgumentError
        If a member is in two departments, or the period is not in the sheet.

    Examples
    --------
    >>> from salesfunnel import Funnel, Metric, Stage, Tracking, TrackingRow, department_pages
    >>> funnel = Funnel("sales", [
    ...     Stage("lead", owner="Marketing", metrics=[Metric("leads", step=True)]),
    ...     Stage("won", owner="Sales", metrics=[Metric("wins", step=True)])])
    >>> sheet = Tracking(funnel=funnel, rows=[
    ...     TrackingRow(stage="lead", metric="leads", target=100, actual=80),
    ...     TrackingRow(stage="won", metric="wins", target=20, actual=8)])
    >>> [(page.department, [loss.lost for loss in page.losses]) for page in department_pages(sheet)]
    [('Marketing', [72]), ('Sales', [])]
    """
    check_kind("tracking", tracking, Tracking)
    funnel = tracking.funnel
    if departments is None:
        locale = "zh" if any("\u4e00" <= c <= "\u9fff" for s in funnel for c in s.label) else "en"
        departments = inferred_departments(funnel, tracking.rows, locale)
    members = check_departments(departments)
    at = tracking.periods[-1] if period is None and tracking.periods else period
    if at not in tracking.periods:
        known = ", ".join(tracking.periods) or "none"
        raise ArgumentError(f"'period' must be one of the sheet, {known}, got {period!r}")
    rows = [row for row in tracking.rows if row.period == at]
    of_stage = {s.key: _home(s, rows, members) for s in funnel}
    losses = losses_of(funnel, rows, analysis)
    measures = () if plan is None else plan.active
    pages = []
    for name in dict.fromkeys(members.values()):
        stages = {key for key, department in of_stage.items() if department == name}
        mine = [row for row in rows if _of(row, rows, members, of_stage) == name]
        keys = {row.metric for row in mine}
        page = DepartmentPage(
            department=name,
            period=str(at),
            stages=tuple(stage.key for stage in funnel if stage.key in stages),
            rows=mine,
            losses=[loss for loss in losses if _stage(funnel, loss.source) in stages],
            given=[] if handoffs is None else [h for h in handoffs.rows if h.giver == name],
            taken=[] if handoffs is None else [h for h in handoffs.rows if h.taker == name],
            watched=[one for one in (() if watch is None else watch.rows) if one.metric in keys],
            measures=[m for m in measures if _owns(m, name, stages, members, funnel)],
            names=_names(funnel, rows),
        )
        if page.stages or page.rows or page.measures:
            pages.append(page)
    return tuple(pages)


def _home(stage: Stage, rows: Sequence[TrackingRow], members: Mapping[str, str]) -> str | None:
    """Return the department of a stage: as named, else that of whoever owns its metrics."""
    owners = [row.owner for row in reversed(rows) if row.stage == stage.key]
    return department_of(members, stage.key, stage.name, stage.owner, *owners)


def _names(funnel: Funnel, rows: Iterable[TrackingRow]) -> dict[str, str]:
    names = {metric.key: metric.label for stage in funnel for metric in stage.metrics}
    names.update({stage.key: stage.label for stage in funnel})
    return names | {row.metric: row.metric_name for row in rows if row.metric_name}


def _stage(funnel: Funnel, key: str) -> str:
    """Return the stage of a key, which may be that of a metric."""
    if key in funnel:
        return key
    return next((s.key for s in funnel if any(m.key == key for m in s.metrics)), key)


def owner_of(row: TrackingRow, rows: Sequence[TrackingRow]) -> str | None:
    """Return the owner of a row: its own, else that of the row above in its stage."""
    owner = None
    for other in rows:
        if other.stage == row.stage and other.owner:
            owner = other.owner
        if other is row:
            return owner
    return owner


def _of(
    row: TrackingRow,
    rows: Sequence[TrackingRow],
    members: Mapping[str, str],
    of_stage: Mapping[str, str | None],
) -> str | None:
    """Return the department of a metric: of its owner, else of its stage."""
    return department_of(members, row.owner, owner_of(row, rows)) or of_stage.get(row.stage)


def _owns(
    measure: Measure,
    name: str,
    stages: set[str],
    members: Mapping[str, str],
    funnel: Funnel,
) -> bool:
    return department_of(members, measure.owner) == name or (
        _stage(funnel, measure.bottleneck.source) in stages
    )


def losses_of(
    funnel: Funnel, rows: Sequence[TrackingRow], analysis: Analysis | None = None
) -> list[StageLoss]:
    """Return what is lost between neighbouring steps of one period, with its verdict."""
    verdicts = {} if analysis is None else {
        (row.transition.source, row.transition.target, row.segment): row.tier
        for row in analysis.bottlenecks
    }  # fmt: skip
    chain = funnel.level_keys("step")
    found = []
    for segment in dict.fromkeys(row.segment for row in rows):
        cells = {row.metric: row for row in rows if row.segment == segment}
        steps = [key for key in chain if key in cells]
        for source, target in pairwise(steps):
            above, below = cells[source], cells[target]
            neighbours = chain.index(target) == chain.index(source) + 1
            found.append(
                StageLoss(
                    source=source,
                    target=target,
                    segment=segment,
                    entered=None if above.actual is None else int(above.actual),
                    advanced=None if below.actual is None else int(below.actual),
                    rate=below.rate if neighbours else None,
                    target_rate=below.target_rate if neighbours else None,
                    tier=verdicts.get((source, target, segment), ""),
                )
            )
    return found
