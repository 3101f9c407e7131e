"""new_sheet: next month's sheet, with its targets and without its actuals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from numbers import Real
from typing import Any, Protocol, runtime_checkable

from salesfunnel._core.checks import check_choice, check_kind, check_known
from salesfunnel._core.errors import ArgumentError, SalesFunnelError
from salesfunnel._core.periods import common_frequency, frequency_of, ordinal
from salesfunnel._core.vocabulary import LOCALES, Locale
from salesfunnel.data.panel import ALL
from salesfunnel.data.tracking.row import TrackingRow
from salesfunnel.data.tracking.sheet import Tracking
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.definitions.metric import Metric
from salesfunnel.plugins import template

__all__ = ["StepTargets", "new_sheet"]

Cell = tuple[str, str]
"""Segment and metric."""


@runtime_checkable
class StepTargets(Protocol):
    """Return what each step needs in a period by a `TargetPlan`, of all parts or of one."""

    periods: tuple[str, ...]
    steps: tuple[str, ...]
    parts: tuple[str, ...]

    def need(self, step: str, *, period: str | None = None, part: str | None = None) -> int:
        """Return what a step needs."""
        ...


def new_sheet(
    funnel: Funnel,
    *,
    period: str,
    targets: StepTargets | Mapping[str, Any] | Tracking | None = None,
    previous: Tracking | None = None,
    locale: Locale = "en",
) -> Tracking:
    """Make the sheet of a new period: one row per metric, with its target, its actual left empty.

    Parameters
    ----------
    funnel : Funnel
        Whose stages and metrics make the rows, in order.
    period : str
        Name of the new period, such as ``"2026-10"``.
    targets : TargetPlan, mapping or Tracking, optional
        A plan gives what its safe plan needs of every step in the period; a mapping goes from the
        key or name of a metric to a number in its unit, or to a mapping from segment to number; a
        sheet gives the targets of its last period. By default those of `previous`, if given.
    previous : Tracking, optional
        The last sheet: its last period gives the segments, the owners, the best possible scores,
        and the metrics of the team's own that `funnel` does not know. Metrics outside of the chain
        that no period of it has, and that get no target, are left out.
    locale : {"en", "zh"}
        The language of the names of stages and metrics, where `funnel` is a template.

    Returns
    -------
    Tracking
        ``to_xlsx`` and ``to_csv`` write it, and ``read_table`` reads it when it is filled in.
        Metrics without a target have None.

    Raises
    ------
    ArgumentError
        With every problem: a period that names none or is not after `previous`, a target that is
        no number or of a period or a segment that the plan or the sheet does not have.
    UnknownNameError
        If `targets` names a metric that is not in the sheet.

    Examples
    --------
    >>> from salesfunnel import Funnel, Metric, Stage, new_sheet
    >>> shop = Funnel("shop", [Stage("visit", metrics=[Metric("visits", step=True)]),
    ...                        Stage("order", metrics=[Metric("orders", step=True)])])
    >>> sheet = new_sheet(shop, period="2026-10", targets={"visits": 400, "orders": 30})
    >>> [(row.metric, row.target, row.actual) for row in sheet.rows]
    [('visits', 400, None), ('orders', 30, None)]
    """
    check_kind("funnel", funnel, Funnel)
    check_choice("locale", locale, LOCALES)
    if previous is not None:
        check_kind("previous", previous, Tracking)
    _check_period(period, previous)
    targets = previous if targets is None else targets
    segments = _segments(previous, targets)
    old = {} if previous is None else _last(previous)
    version = _in_language(funnel, locale)
    kept = None if previous is None else {row.metric for row in previous.rows}
    if kept is not None and isinstance(targets, Mapping):
        kept |= set(targets)
    rows = [
        _row(stage, metric, names, period=period, segment=segment, old=old)
        for segment in segments
        for stage, metric, names in _metrics(funnel, version)
        if kept is None or metric.step or kept & {metric.key, metric.name, names[1]}
    ]
    known = {row.metric for row in rows}
    rows += [
        row.replace(period=period, target=None, actual=None, stated_rate=None, note="", other=())
        for (segment, metric), row in old.items()
        if metric not in known and segment in segments
    ]
    wanted = _targets(targets, funnel, version, rows, period)
    return Tracking(
        funnel=funnel,
        rows=[row.replace(target=wanted.get((row.segment, row.metric))) for row in rows],
    )


def _check_period(period: str, previous: Tracking | None) -> None:
    if not isinstance(period, str) or frequency_of(period) == "none":
        raise ArgumentError(
            f"'period' must be the name of a period, got {period!r}",
            hint='write a month as "2026-10", a week as "2026-W41", a quarter as "2026-Q4"',
        )
    by = frequency_of(period)
    before = () if previous is None else previous.periods
    if common_frequency((*before, period)) == by and before:
        last = max(before, key=lambda name: ordinal(name, by))
        if ordinal(last, by) >= ordinal(period, by):
            raise ArgumentError(
                f"'period' must come after the last one of 'previous', {last!r}, got {period!r}"
            )


def _last(sheet: Tracking) -> dict[Cell, TrackingRow]:
    """Return the rows of the last period by segment and metric."""
    if not sheet.periods:
        return {}
    last = sheet.periods[-1]
    return {(row.segment, row.metric): row for row in sheet.rows if row.period == last}


def _segments(previous: Tracking | None, targets: object) -> tuple[str, ...]:
    """Return the segments of the new sheet: those of the last one, else those of the targets."""
    for sheet in (previous, targets):
        if isinstance(sheet, Tracking) and sheet.rows:
            return tuple(dict.fromkeys(segment for segment, _ in _last(sheet)))
    if isinstance(targets, Mapping):
        parts = [each for each in targets.values() if isinstance(each, Mapping)]
        return tuple(dict.fromkeys(str(name) for each in parts for name in each)) or (ALL,)
    return tuple(getattr(targets, "parts", ())) or (ALL,)


def _in_language(funnel: Funnel, locale: Locale) -> Funnel:
    """Return the template of the same key in a language, the funnel itself if there is none."""
    try:
        version = template(f"{funnel.key}@salesfunnel", locale=locale)
    except SalesFunnelError:
        return funnel
    return version if version.keys == funnel.keys else funnel


def _metrics(funnel: Funnel, version: Funnel) -> Iterator[tuple[str, Metric, tuple[str, str]]]:
    """Yield stage, metric and their names; the team's own words win over the template's."""
    shipped = _shipped(funnel)
    for stage, named in zip(funnel, version, strict=True):
        labels = {metric.key: metric.label for metric in named.metrics}
        name = named.label if stage.label in shipped.get(stage.key, ()) else stage.label
        for metric in stage.metrics:
            own = metric.label not in shipped.get(metric.key, ())
            yield (
                stage.key,
                metric,
                (name, metric.label if own else labels.get(metric.key, metric.label)),
            )


def _shipped(funnel: Funnel) -> dict[str, set[str]]:
    """Return key → the names that a template of this library gives in any language."""
    names: dict[str, set[str]] = {}
    for locale in LOCALES:
        version = _in_language(funnel, locale)
        for stage in version:
            names.setdefault(stage.key, {stage.key}).add(stage.label)
            for metric in stage.metrics:
                names.setdefault(metric.key, {metric.key}).add(metric.label)
    return names


def _row(
    stage: str,
    metric: Metric,
    names: tuple[str, str],
    *,
    period: str,
    segment: str,
    old: Mapping[Cell, TrackingRow],
) -> TrackingRow:
    before = old.get((segment, metric.key))
    return TrackingRow(
        stage=stage,
        metric=metric.key,
        period=period,
        segment=segment,
        unit=metric.unit if before is None else before.unit,
        owner=None if before is None else before.owner,
        out_of=None if before is None else before.out_of,
        stage_name=names[0],
        metric_name=names[1],
    )


def _targets(
    targets: object, funnel: Funnel, version: Funnel, rows: list[TrackingRow], period: str
) -> dict[Cell, Any]:
    """Return the target of each cell that has one."""
    if targets is None:
        return {}
    if isinstance(targets, Tracking):
        return {cell: row.target for cell, row in _last(targets).items()}
    if isinstance(targets, Mapping):
        return _of_mapping(targets, funnel, version, rows)
    if not isinstance(targets, StepTargets):
        kind = type(targets).__name__
        raise ArgumentError(f"'targets' must be a TargetPlan, a mapping or a Tracking, got {kind}")
    return _of_plan(targets, funnel, rows, period)


def _of_plan(
    plan: StepTargets, funnel: Funnel, rows: list[TrackingRow], period: str
) -> dict[Cell, Any]:
    if period not in plan.periods:
        raise ArgumentError(
            f"'targets' must have the period {period!r}, got {', '.join(plan.periods)}",
            hint="decompose the target over periods that hold it",
        )
    segments = tuple(dict.fromkeys(row.segment for row in rows))
    strangers = [name for name in segments if name != ALL and name not in plan.parts]
    if strangers:
        raise ArgumentError(
            f"'targets' must be split by the segments of 'previous', {', '.join(segments)},"
            f" got {', '.join(plan.parts) or 'no parts'}",
            hint="decompose the target over these segments, or give a mapping",
        )
    volumes = {stage.key: stage.volume.key for stage in funnel if stage.volume is not None}
    places = {step: volumes.get(step, step) for step in plan.steps}
    here = {row.metric for row in rows}
    lost = [step for step, metric in places.items() if metric not in here and step not in funnel]
    if lost:
        raise ArgumentError(
            f"'targets' must be of steps of the funnel {funnel.key!r}, got {', '.join(lost)}"
        )
    return {
        (segment, metric): plan.need(step, period=period, part=None if segment == ALL else segment)
        for segment in segments
        for step, metric in places.items()
        if metric in here
    }


def _of_mapping(
    targets: Mapping[str, Any], funnel: Funnel, version: Funnel, rows: list[TrackingRow]
) -> dict[Cell, Any]:
    units = {row.metric: row.unit for row in rows}
    names = {row.metric_name: row.metric for row in rows if row.metric_name}
    for one in (*version, *funnel):
        names.update({metric.label: metric.key for metric in one.metrics})
    segments = tuple(dict.fromkeys(row.segment for row in rows))
    found: dict[Cell, Any] = {}
    problems = []
    for name, value in targets.items():
        key = name if name in units else names.get(name, name)
        check_known("targets", key, sorted(units))
        parts = value if isinstance(value, Mapping) else {ALL: value}
        for segment, number in parts.items():
            if segment not in segments:
                problems.append(
                    f"the target of {name!r} must say its segment, one of"
                    f" {', '.join(map(repr, segments))}, got {segment!r}"
                )
            problems += _wrong_number(name, units[key], number)
            found[segment, key] = number
    if problems:
        raise ArgumentError("; ".join(problems))
    return found


def _wrong_number(name: str, unit: str, number: object) -> list[str]:
    """Return what is wrong with a target: a row checks that it is a finite number."""
    if isinstance(number, bool) or not isinstance(number, Real):
        return [f"the target of {name!r} must be a number, got {number!r}"]
    if float(number) < 0:
        return [f"the target of {name!r} must be at least 0, got {number!r}"]
    if unit == "rate" and float(number) > 1:
        return [f"the target of {name!r} must be a rate in [0, 1], got {number!r}: 0.8 is 80%"]
    return []
