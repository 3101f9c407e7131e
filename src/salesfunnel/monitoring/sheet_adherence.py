"""Adherence of a sheet: metrics that count or rate a key action."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from salesfunnel.data.tracking import Tracking, TrackingRow
from salesfunnel.definitions.stage import KeyAction, Stage
from salesfunnel.diagnosis.fields import fold_column_name
from salesfunnel.fault import Fault
from salesfunnel.monitoring.adherence_result import Adherence, AdherenceRow
from salesfunnel.monitoring.departments import department_of

__all__ = ["sheet_rows"]


def sheet_rows(data: Tracking, members: Mapping[str, str]) -> Adherence:
    """Return the adherence that a sheet tells: its last period, and the months before as parts."""
    rows: list[AdherenceRow] = []
    parts: list[AdherenceRow] = []
    faults: list[Fault] = []
    for stage in data.funnel:
        for action in stage.actions:
            found = {
                period: [row for row in data.rows if row.period == period and _is(row, action)]
                for period in data.periods
            }
            months = [
                _row(data, stage, action, cells, members, faults)
                for cells in found.values()
                if any(cell.actual is not None for cell in cells)
            ]
            if not months:
                faults.append(Fault.of("action-not-measured", severity="info", value=action.label))
                rows.append(_base(stage, action, None, members))
                continue
            rows.append(months[-1])
            if len(months) > 1:
                names = [
                    p for p, cells in found.items() if any(c.actual is not None for c in cells)
                ]
                parts += [
                    AdherenceRow(
                        stage=row.stage, action=row.action, owner=row.owner,
                        department=row.department, split="month", part=period, column=row.column,
                        judged=row.judged, did=row.did, done=row.done, on_time=row.on_time,
                    )
                    for period, row in zip(names, months, strict=True)
                ]  # fmt: skip
    return Adherence(rows=rows, parts=parts, funnel=data.funnel, faults=faults)


def _is(row: TrackingRow, action: KeyAction) -> bool:
    """Whether a metric measures an action: its name is that of the action."""
    names = {fold_column_name(name) for name in (action.key, action.name) if name}
    return bool(names & {fold_column_name(name) for name in (row.metric, row.metric_name) if name})


def _base(
    stage: Stage, action: KeyAction, owner: str | None, members: Mapping[str, str]
) -> AdherenceRow:
    return AdherenceRow(
        stage=stage.key,
        action=action.key,
        owner=action.owner or owner or stage.owner,
        department=department_of(members, action.owner, owner, stage.owner),
    )


def _row(
    data: Tracking,
    stage: Stage,
    action: KeyAction,
    cells: list[TrackingRow],
    members: Mapping[str, str],
    faults: list[Fault],
) -> AdherenceRow:
    base = _base(stage, action, cells[0].owner, members)
    base = attrs.evolve(base, column=cells[0].metric_name or cells[0].metric)
    if all(cell.unit == "rate" for cell in cells):
        known = [float(cell.actual) for cell in cells if cell.actual is not None]
        if len(known) != 1:  # the weights of the segments are not known
            faults.append(Fault.of("action-shares-split", value=action.label, n=len(known)))
            return base
        if action.within is None:
            return attrs.evolve(base, done=known[0])
        return attrs.evolve(base, on_time=known[0])
    volume = None if stage.volume is None else stage.volume.key
    counts = {
        row.segment: row.actual
        for row in data.rows
        if row.period == cells[0].period and row.metric == volume
    }
    pairs = [(cell.actual, counts.get(cell.segment)) for cell in cells if cell.actual is not None]
    whole = [(int(did), int(of)) for did, of in pairs if of is not None]
    did, judged = sum(a for a, _ in whole), sum(b for _, b in whole)
    if len(whole) < len(pairs) or did > judged or not judged:
        faults.append(Fault.of("action-count-unclear", value=action.label, did=did, judged=judged))
        return base
    return attrs.evolve(base, judged=judged, did=did, done=did / judged)
