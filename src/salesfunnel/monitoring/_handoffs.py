"""handoffs: who hands over to whom, how long that waits, what is lost there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_kind
from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.interval import Interval
from salesfunnel._kernels.intervals import wilson
from salesfunnel.data.history import StageHistory
from salesfunnel.definitions.stage import Stage
from salesfunnel.diagnosis.fields import Column, Field, match
from salesfunnel.diagnosis.read_values import read_times
from salesfunnel.fault import Fault
from salesfunnel.monitoring.departments import check_departments, department_of
from salesfunnel.monitoring.handoffs_result import Handoff, Handoffs
from salesfunnel.stats import aalen_johansen

__all__ = ["handoffs"]

LEVEL = 0.95
_DAY = np.timedelta64(86_400_000_000, "us")
Floats = npt.NDArray[np.float64]


def handoffs(history: StageHistory, *, departments: Mapping[str, Sequence[str]]) -> Handoffs:
    """Say at each change of department how long deals wait, and how many are lost or come back.

    Parameters
    ----------
    history : StageHistory
        With the times of the stages. Owners that changed (`StageHistory.with_changes`) and columns
        of key actions tell when a deal was picked up; changes of stage tell which came back.
    departments : mapping of str to sequence of str
        Department → its stages (key or name), roles (`Stage.owner`) and people.

    Returns
    -------
    Handoffs
        One row per pair of neighbouring stages of two departments.

    Raises
    ------
    ArgumentError
        If a member is in two departments, or fewer than two departments have a stage.
    DataError
        If the history is of a list that does not say when deals entered the stages.

    Notes
    -----
    A deal is handed over when it enters the target stage; it is picked up when a key action of
    that stage is recorded, it has an owner of the taking department, or it advances. The median
    wait is of the Aalen–Johansen estimate, deals that are lost being lost, open ones censored.

    Examples
    --------
    >>> from salesfunnel import Funnel, Stage, StageHistory, handoffs
    >>> funnel = Funnel("sales", [Stage("lead", owner="marketing"), Stage("offer", owner="sales"),
    ...                           Stage("won", owner="sales")])
    >>> history = StageHistory.from_records(
    ...     [{"deal": "a", "lead": "2026-09-01", "offer": "2026-09-02", "won": "2026-09-06"},
    ...      {"deal": "b", "lead": "2026-09-01", "offer": "2026-09-04", "won": "2026-09-10"}],
    ...     funnel=funnel, as_of="2026-10-01")
    >>> row = handoffs(history, departments={"M": ["marketing"], "S": ["sales"]}).rows[0]
    >>> row.giver, row.taker, row.median_wait, row.dropped_share
    ('M', 'S', 4.0, 0.0)
    """
    check_kind("history", history, StageHistory)
    members = check_departments(departments)
    stages = _stages(history)
    of = [department_of(members, s.key, s.name, s.owner) for s in stages]
    if len({name for name in of if name}) < 2:
        placed = ", ".join(f"{s.key}: {d or 'none'}" for s, d in zip(stages, of, strict=True))
        raise ArgumentError(
            f"'departments' must place the stages in two departments or more, got {placed}",
            hint="name stages or their owners among the members of each department",
        )
    faults = [
        Fault.of("stage-without-department", value=stage.label)
        for stage, name in zip(stages, of, strict=True)
        if name is None
    ]
    if "stage" not in history.changes:
        faults.append(Fault.of("returns-not-recorded", severity="info"))
    rows = [
        _handoff(history, k, stages, (giver, taker), members)
        for k, (giver, taker) in enumerate(pairwise(of))
        if giver and taker and giver != taker
    ]
    return Handoffs(rows=rows, funnel=history.funnel, faults=faults)


def _stages(history: StageHistory) -> list[Stage]:
    funnel = history.funnel
    return [
        funnel.stage(key) if funnel is not None and key in funnel else Stage(key)
        for key in history.stages
    ]


def _handoff(
    history: StageHistory,
    k: int,
    stages: Sequence[Stage],
    names: tuple[str, str],
    members: Mapping[str, str],
) -> Handoff:
    giver, taker = names
    stay, event, rows = history.stage_times(stages[k + 1].key)
    entered = history.entered[rows, k + 1]
    by_action = _first_action(history, stages[k + 1], rows, entered)
    by_owner = _first_owner(history, rows, entered, {m for m, d in members.items() if d == taker})
    signs = np.fmin(by_action, by_owner)
    advance = np.where(event == 1, stay, np.nan)
    wait = np.fmin(np.where(signs <= stay, signs, np.nan), advance)
    picked = ~np.isnan(wait)
    dropped, waiting = ~picked & (event == 2), ~picked & (event == 0)
    n, x, lost = len(rows), int(picked.sum()), int(dropped.sum())
    median = None
    if n:
        kind = np.where(picked, 1, np.where(dropped, 2, 0))
        curve = aalen_johansen(np.where(picked, wait, stay), kind)
        half = int(np.searchsorted(curve.advanced, 0.5 - 1e-12))
        median = float(curve.times[half]) if half < len(curve.times) else None
    back = _returned(history, k, giver, stages, members, rows, entered)
    return Handoff(
        source=stages[k].key,
        target=stages[k + 1].key,
        giver=giver,
        taker=taker,
        sign="action"
        if not np.isnan(by_action).all()
        else "owner"
        if not np.isnan(by_owner).all()
        else "advance",
        handed=n,
        picked=x,
        dropped=lost,
        waiting=int(waiting.sum()),
        median_wait=median,
        dropped_share=lost / (x + lost) if x + lost else None,
        dropped_interval=_wilson(lost, x + lost),
        returned=back,
        returned_share=None if back is None or not n else back / n,
        returned_interval=None if back is None else _wilson(back, n),
    )


def _wilson(x: int, n: int) -> Interval | None:
    if not n:
        return None
    low, high = wilson(x, n, LEVEL)
    return Interval(float(low), float(high), LEVEL, "wilson")


def _first_action(
    history: StageHistory,
    stage: Stage,
    rows: npt.NDArray[np.intp],
    entered: npt.NDArray[np.datetime64],
) -> Floats:
    """Return the days from the entry to the first recorded key action of the stage, NaN if none."""
    first = np.full(len(rows), np.nan)
    for action in stage.actions:
        names = (f"{action.key}_at", f"{action.key}_date", action.name)
        field = Field(action.key, tuple(n for n in names if n), kind="time")
        name = match(field, tuple(history.attributes), {})
        if name is not None:
            texts = Column(name, history.attribute(name)[rows]).text
            days = (read_times(texts) - entered) / _DAY
            first = np.fmin(first, np.where(np.isnan(days), np.nan, np.maximum(days, 0.0)))
    return first


def _first_owner(
    history: StageHistory,
    rows: npt.NDArray[np.intp],
    entered: npt.NDArray[np.datetime64],
    takers: set[str],
) -> Floats:
    """Return the days from the entry until the deal has an owner of the taking department."""
    wait = np.full(len(rows), np.nan)
    field = history.changes.get("owner")
    if field is None or field.present_only:
        return wait
    mine = np.array([word.strip() in takers for word in field.words], dtype=np.bool_)
    at = {row: i for i, row in enumerate(rows.tolist())}
    known = np.isfinite(field.number)
    theirs = np.zeros(len(field), dtype=np.bool_)
    if mine.size:
        theirs[known] = mine[field.number[known].astype(np.int64)]
    place = np.array([at.get(deal, -1) for deal in field.deal.tolist()], dtype=np.int64)
    last = np.append(field.deal[1:] != field.deal[:-1], True) if len(field) else theirs
    until = np.append(field.time[1:], np.datetime64("NaT", "us")) if len(field) else field.time
    use = theirs & (place >= 0)
    start = (field.time[use] - entered[place[use]]) / _DAY
    end = np.where(last[use], np.inf, (until[use] - entered[place[use]]) / _DAY)
    fits = end > 0  # the owner of the taking department is still there after the entry
    np.fmin.at(wait, place[use][fits], np.maximum(start[fits], 0.0))
    return wait


def _returned(
    history: StageHistory,
    k: int,
    giver: str,
    stages: Sequence[Stage],
    members: Mapping[str, str],
    rows: npt.NDArray[np.intp],
    entered: npt.NDArray[np.datetime64],
) -> int | None:
    """Return how many deals went back to the giver after they were handed over."""
    field = history.changes.get("stage")
    if field is None or field.present_only:
        return None
    behind = {
        name
        for stage in stages[: k + 1]
        if department_of(members, stage.key, stage.name, stage.owner) == giver
        for name in (stage.key, stage.name)
        if name
    }
    back = np.array([word in behind for word in field.words], dtype=np.bool_)
    moment = np.full(len(history), np.datetime64("NaT", "us"))
    moment[rows] = entered
    known = np.isfinite(field.number)
    if not back.any() or not known.any():
        return 0
    went = back[field.number[known].astype(np.int64)]
    later = field.time[known] > moment[field.deal[known]]
    return int(np.unique(field.deal[known][went & later]).size)
