"""adherence: which key actions are done, and which in time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.errors import ArgumentError, DataError
from salesfunnel._core.interval import Interval
from salesfunnel._core.readers import reader_hint
from salesfunnel._kernels.intervals import newcombe, wilson
from salesfunnel.data.history import StageHistory
from salesfunnel.data.tracking import Tracking
from salesfunnel.definitions.stage import KeyAction, Stage
from salesfunnel.diagnosis.fields import OWNER, Column, Field, match
from salesfunnel.diagnosis.read_values import read_times
from salesfunnel.fault import Fault
from salesfunnel.monitoring.adherence_result import Adherence, AdherenceRow, AdherenceSplit
from salesfunnel.monitoring.departments import check_departments, department_of
from salesfunnel.monitoring.sheet_adherence import sheet_rows

__all__ = ["adherence"]

LEVEL = 0.95
MATURE = 0.9
"""A deal is old enough to have advanced after this quantile of the days that advances take."""
LEAST = 5
"""Deals on either side, below which no difference in advancing is said."""

Bool = npt.NDArray[np.bool_]
_DAY = np.timedelta64(86_400_000_000, "us")


class _Deals(NamedTuple):
    """The deals that entered a stage: rows of the history, moments in days from the entry."""

    rows: npt.NDArray[np.intp]
    entered: npt.NDArray[np.datetime64]
    stay: npt.NDArray[np.float64]
    event: npt.NDArray[np.int8]


class _Told(NamedTuple):
    """Masks over the deals of a stage: where a column records an action."""

    judged: Bool
    did: Bool
    due: Bool
    in_time: Bool
    pending: Bool


def adherence(
    data: StageHistory | Tracking, *, departments: Mapping[str, Sequence[str]] | None = None
) -> Adherence:
    """Say of every key action of the funnel whether it is done, and whether in time.

    Parameters
    ----------
    data : StageHistory or Tracking
        Deals with one column per key action: when it was done (``answer_at``, ``answer_date``,
        its key or its name), or yes and no. Or a sheet with a metric of the key, name or an alias
        of the action: a rate, or a count to compare with that of the stage.
    departments : mapping of str to sequence of str, optional
        Department → its roles and people, as `KeyAction.owner`, `Stage.owner` and the owners of the
        deals name them.

    Returns
    -------
    Adherence
        A row an action; parts by owner, department and month where deals tell.

    Raises
    ------
    ArgumentError
        If `data` is of another kind or has no funnel, or a member is in two departments.

    Notes
    -----
    An action counts as done in time when it is done within `KeyAction.within` of the entry into
    the stage, as not when that time is over without it. Deals that left the stage before the time
    was over and without it tell nothing of the time. Deals that are still inside it are pending.
    The difference in advancing looks at deals that were still in the stage when the time was over
    (a landmark), so that quick deals do not count as a success of the action.

    Examples
    --------
    >>> from datetime import timedelta
    >>> from salesfunnel import Funnel, KeyAction, Stage, StageHistory, adherence
    >>> funnel = Funnel("sales", [Stage("need", actions=[
    ...     KeyAction("answer", within=timedelta(hours=24))]), Stage("won")])
    >>> history = StageHistory.from_records(
    ...     [{"deal": "a", "need": "2026-09-01T08:00", "answer_at": "2026-09-01T12:00"},
    ...      {"deal": "b", "need": "2026-09-03T08:00", "answer_at": "2026-09-06T12:00"}],
    ...     funnel=funnel, as_of="2026-10-01")
    >>> row = adherence(history).rows[0]
    >>> row.done, row.on_time
    (1.0, 0.5)
    """
    members = check_departments(departments)
    if isinstance(data, Tracking):
        return sheet_rows(data, members)
    if not isinstance(data, StageHistory):
        raise ArgumentError(
            f"'data' must be a StageHistory or a Tracking, got {type(data).__name__}",
            hint=reader_hint(data, "StageHistory", "Tracking"),
        )
    if data.funnel is None:
        raise ArgumentError(
            "'data' must have a funnel with key actions, got none",
            hint="read the deals with funnel=",
        )
    rows: list[AdherenceRow] = []
    parts: list[AdherenceRow] = []
    faults: list[Fault] = []
    owner = match(OWNER, tuple(data.attributes), {})
    for stage in data.funnel:
        deals = _deals(data, stage) if stage.actions else None
        for action in stage.actions:
            base = AdherenceRow(
                stage=stage.key,
                action=action.key,
                owner=action.owner or stage.owner,
                department=department_of(members, action.owner, stage.owner),
            )
            column = match(_field(action), tuple(data.attributes), {})
            if column is None or deals is None:
                rows.append(base)
                faults.append(Fault.of("action-not-measured", severity="info", value=action.label))
                continue
            told = _told(Column(column, data.attribute(column)[deals.rows]), action, deals, faults)
            mature = _mature(deals)
            rows.append(_row(base, told, deals, mature, action, column))
            parts += [
                _row(
                    _part(base, split, part, members),
                    _Told(*(mask & inside for mask in told)),
                    deals,
                    mature,
                    action,
                    column,
                )
                for split, part, inside in _splits(data, deals, owner, members)
            ]
    return Adherence(rows=rows, parts=parts, funnel=data.funnel, faults=faults)


def _field(action: KeyAction) -> Field:
    """Return the field of an action; the rule on overdue actions knows the same names."""
    names = (f"{action.key}_at", f"{action.key}_date", f"{action.key}_done", action.name)
    return Field(action.key, tuple(name for name in names if name), kind="time")


def _deals(data: StageHistory, stage: Stage) -> _Deals | None:
    """Return the deals that entered a stage; None if the history does not say when."""
    if stage.key not in data.stages:
        return None
    try:
        stay, event, rows = data.stage_times(stage.key)
    except DataError:  # a list without the times of this stage
        return None
    entered = data.entered[rows, data.stages.index(stage.key)]
    return _Deals(rows, entered, stay, event)


def _told(column: Column, action: KeyAction, deals: _Deals, faults: list[Fault]) -> _Told:
    """Return what a column tells of an action: moments, or yes and no."""
    yes, flagged = column.flags()
    none = np.zeros(len(deals.rows), dtype=np.bool_)
    times = column.times
    texts = column.text
    if np.isnat(times[column.known]).any() and column.raw.dtype.kind != "f":
        times = np.where(np.isnat(times), read_times(texts), times)
    if flagged.sum() > (~np.isnat(times)).sum():
        strange = column.known & ~flagged
        _unread(column.name, texts[strange], faults)
        return _Told(flagged, yes & flagged, none, none, none)
    strange = column.known & np.isnat(times)
    _unread(column.name, texts[strange], faults)
    did = ~np.isnat(times)
    gone = deals.event != 0
    if action.within is None:
        judged = (did | gone) & ~strange
        return _Told(judged, did & judged, none, none, ~judged & ~strange)
    limit = action.within.total_seconds() / 86_400
    wait = (times - deals.entered) / _DAY
    over = deals.stay > limit
    with np.errstate(invalid="ignore"):
        in_time = did & (wait <= limit)
        # of a deal that left before the limit without the action, the time tells nothing
        due = (did | over) & ~strange
    judged = (did | gone | over) & ~strange
    return _Told(judged, did & judged, due, in_time & due, ~judged & ~strange)


def _unread(column: str, texts: npt.NDArray[np.str_], faults: list[Fault]) -> None:
    """Note values that are neither a moment nor yes or no."""
    if texts.size:
        faults.append(
            Fault.of("action-value-unread", column=column, value=str(texts[0]), n=int(texts.size))
        )


def _mature(deals: _Deals) -> Bool:
    """Mark deals that advanced, were lost, or are old enough to have advanced."""
    days = deals.stay[deals.event == 1]
    if not days.size:
        return np.asarray(deals.event != 0)
    limit = float(np.quantile(days, MATURE))
    return np.asarray((deals.event != 0) | (deals.stay >= limit))


def _row(
    base: AdherenceRow, told: _Told, deals: _Deals, mature: Bool, action: KeyAction, column: str
) -> AdherenceRow:
    judged, did, due, in_time, pending = (int(mask.sum()) for mask in told)
    difference, interval = _difference(told, deals, mature, action)
    return attrs.evolve(
        base,
        column=column,
        judged=judged,
        did=did,
        due=due,
        in_time=in_time,
        pending=pending,
        done=did / judged if judged else None,
        on_time=in_time / due if due else None,
        done_interval=_wilson(did, judged),
        on_time_interval=_wilson(in_time, due),
        difference=difference,
        difference_interval=interval,
    )


def _wilson(x: int, n: int) -> Interval | None:
    if not n:
        return None
    low, high = wilson(x, n, LEVEL)
    return Interval(float(low), float(high), LEVEL, "wilson")


def _difference(
    told: _Told, deals: _Deals, mature: Bool, action: KeyAction
) -> tuple[float | None, Interval | None]:
    """Return the difference in advancing from the landmark on, with its interval."""
    if action.within is None:
        return None, None
    there = told.due & mature & (deals.stay > action.within.total_seconds() / 86_400)
    yes, no = there & told.in_time, there & ~told.in_time
    n1, n0 = int(yes.sum()), int(no.sum())
    if min(n1, n0) < LEAST:
        return None, None
    x1, x0 = int((deals.event[yes] == 1).sum()), int((deals.event[no] == 1).sum())
    low, high = newcombe(x1, n1, x0, n0, LEVEL)
    return x1 / n1 - x0 / n0, Interval(float(low), float(high), LEVEL, "newcombe")


def _part(
    base: AdherenceRow, split: AdherenceSplit, part: str, members: Mapping[str, str]
) -> AdherenceRow:
    changes: dict[str, Any] = {"split": split, "part": part}
    if split == "owner":
        changes |= {"owner": part, "department": department_of(members, part)}
    if split == "department":
        changes |= {"owner": None, "department": part}
    return attrs.evolve(base, **changes)


def _splits(
    data: StageHistory, deals: _Deals, owner: str | None, members: Mapping[str, str]
) -> Iterator[tuple[AdherenceSplit, str, Bool]]:
    """Yield how deals are split: by owner, by their department, by the month of their entry."""
    if owner is not None:
        names = Column(owner, data.attribute(owner)[deals.rows]).text
        for name in np.unique(names[names != ""]).tolist():
            yield "owner", name, names == name
        of = np.array([members.get(name, "") for name in names.tolist()], dtype=np.str_)
        for name in dict.fromkeys(members.values()):
            if (of == name).any():
                yield "department", name, of == name
    months = deals.entered.astype("datetime64[M]")
    for month in np.unique(months):
        yield "month", str(month), months == month
