"""A list of deals to a stage history: what the list cannot tell is missing, and said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.moments import end_of_day
from salesfunnel._kernels.whole_days import lifted
from salesfunnel.data.history import LOST, OPEN, WON, StageHistory
from salesfunnel.data.history.checks import with_faults
from salesfunnel.data.history.quality import quality_faults
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.intake.deals.as_of import assumed_moment
from salesfunnel.intake.deals.column_reader import ColumnReader
from salesfunnel.intake.deals.currencies import with_currency
from salesfunnel.intake.deals.list_reader import DealList, list_faults
from salesfunnel.intake.deals.shape import Shape

__all__ = ["list_history"]

_NAT = np.datetime64("NaT", "us")
_FAR = np.timedelta64(400, "D").astype("timedelta64[us]")
_REWOUND = 0.2
Times = npt.NDArray[np.datetime64]


def list_history(
    found: DealList,
    reader: ColumnReader,
    shape: Shape,
    as_of: np.datetime64 | None,
    funnel: Funnel | None,
) -> StageHistory:
    """Make a stage history of a list.

    Parameters
    ----------
    found : DealList
        The list.
    reader : ColumnReader
        Its faults so far.
    shape : Shape
        Where its columns stand, for the places of faults.
    as_of : datetime64[us], optional
        The moment of the data.
    funnel : Funnel, optional
        The definition of the stages.

    Returns
    -------
    StageHistory
        The first stage is entered at creation, the one that means won at the closing, the present
        one at the last change of stage where the list tells it. `reached_stage` holds how far each
        deal got; it is None if the time of every stage is known after all.
    """
    created, closed, since = (np.array(x) for x in (found.created, found.closed, found.since))
    entered = {k: np.array(times) for k, times in found.entered.items()}
    created, since, closed, entered = _in_order(created, since, closed, entered)
    if as_of is not None:
        as_of = end_of_day(as_of, (created, closed, since, *entered.values()))
    else:
        columns = _columns(shape, found.entered_columns, created, closed, since, entered)
        as_of = assumed_moment(reader, columns, [found.recency])
    found, created, closed, since, entered = _as_known_then(
        found, reader, shape, as_of, (created, closed, since, entered)
    )
    table = _entries(found, created, closed, since, entered)
    table[table > as_of] = _NAT
    created = _born(created, table, found.goal)
    table[:, 0] = np.where(np.isnat(table[:, 0]) & ~np.isnat(created), created, table[:, 0])
    unknown = _lost_unknown(found, table)
    reached = np.where(unknown, -1, found.reached)
    timed = not unknown.any() and _is_timed(reached, table)
    _tell(reader, found, unknown, table, reached, created, closed, timed=timed)
    history = StageHistory(
        deals=found.deals,
        stages=found.stages,
        entered=table,
        outcome=found.outcome,
        as_of=as_of,
        created=created,
        closed=closed,
        value=found.value,
        attributes=with_currency(found.attributes, found.currency),
        reached_stage=None if timed else reached,
        funnel=funnel,
    )
    faults = (*reader.faults, *list_faults(found), *quality_faults(history, rows=found.rows))
    history = with_faults(history, faults)
    if np.isnat(found.expected).all():
        return history
    return history.with_changes({}, present={"expected": found.expected.astype("datetime64[D]")})


def _in_order(
    created: Times, since: Times, closed: Times, entered: dict[int, Times]
) -> tuple[Times, Times, Times, dict[int, Times]]:
    """Return the times of deals, a date without an hour not before what it follows that day."""
    places = sorted(entered)
    born, *steps = lifted([created, *(entered[place] for place in places)])
    moved = lifted([born, since])[1]
    return (
        born,
        moved,
        lifted([born, moved, *steps, closed])[-1],
        dict(zip(places, steps, strict=True)),
    )


def _columns(
    shape: Shape,
    places: Mapping[int, int],
    created: Times,
    closed: Times,
    since: Times,
    entered: dict[int, Times],
) -> dict[int, Times]:
    """Return the times that date the data, by the place of their column."""
    found: dict[int, Times] = {}
    for role, times in (("created", created), ("since", since)):
        if role in shape.roles:
            found[shape.roles[role]] = times
    ends = [role for role in ("closed", "won_at", "lost_at") if role in shape.roles]
    if ends:
        found[shape.roles[ends[0]]] = closed
    found.update({at: entered[place] for place, at in places.items()})
    return found


def _as_known_then(
    found: DealList,
    reader: ColumnReader,
    shape: Shape,
    as_of: np.datetime64 | None,
    times: tuple[Any, ...],
) -> tuple[DealList, Times, Times, Times, dict[int, Times]]:
    """Leave out what came later; a closing after `as_of` is undone if the list was made later."""
    created, closed, since, entered = times
    with np.errstate(invalid="ignore"):
        later = created > as_of
        ends = closed > as_of
    if later.any():
        row = int(np.argmax(later))
        at = shape.roles.get("created")
        reader.note(
            "after-as-of", severity="warning", row=reader.number(row), times=int(later.sum()),
            column=None if at is None else reader.table.names[at],
            value=str(created[row])[:19], deals=int(later.sum()), day=str(as_of)[:10],
        )  # fmt: skip
    beyond = [later.any(), (since > as_of).any(), bool(found.recency > as_of)]
    share = ends.sum() / max(int((found.outcome != OPEN).sum()), 1)
    rewound = any(beyond) or (share >= _REWOUND and ends.sum() > 1)
    far = ends & (closed > as_of + _FAR)
    undone = ends & ~far if rewound else np.zeros_like(ends)
    kept = ends & ~undone
    for which, code in ((undone, "closed-later"), (kept, "closed-after-as-of")):
        if which.any():
            row = int(np.argmax(which))
            reader.note(
                code,
                severity="warning",
                row=reader.number(row),
                value=str(closed[row])[:10],
                deals=int(which.sum()),
                day=str(as_of)[:10],
            )
    closed = np.where(ends, _NAT, closed)
    outcome = np.where(undone, OPEN, found.outcome).astype(np.int8)
    reached = np.where(undone, -1, found.reached)
    if rewound and (since > as_of).any():
        reached = np.where((since > as_of) & (outcome == OPEN), -1, reached)
    since = np.where(since > as_of, _NAT, since)
    keep = ~later
    reader.table = reader.table if keep.all() else reader.table.take(keep)
    part = attrs.evolve(
        found,
        deals=found.deals[keep], rows=found.rows[keep], label=found.label[keep],
        reached=reached[keep], outcome=outcome[keep], created=created[keep], closed=closed[keep],
        expected=found.expected[keep], since=since[keep], value=found.value[keep],
        currency=None if found.currency is None else found.currency[keep],
        attributes={name: column[keep] for name, column in found.attributes.items()},
    )  # fmt: skip
    return part, created[keep], closed[keep], since[keep], {k: t[keep] for k, t in entered.items()}


def _entries(
    found: DealList, created: Times, closed: Times, since: Times, entered: dict[int, Times]
) -> Times:
    """Return when each deal entered each stage, as far as the list tells."""
    n = len(found)
    table = np.full((n, len(found.stages)), _NAT)
    for k, times in entered.items():
        table[:, k] = times
    table[:, 0] = np.where(np.isnat(table[:, 0]) & (0 not in entered), created, table[:, 0])
    rows = np.arange(n)
    here = (found.outcome != WON) & (found.reached > 0) & ~np.isnat(since)
    at = np.maximum(found.reached, 0)
    current = table[rows, at] if n else np.full(0, _NAT)
    table[rows, at] = np.where(here & np.isnat(current), since, current)
    won = found.outcome == WON
    goal = table[:, found.goal]
    table[:, found.goal] = np.where(won & np.isnat(goal), closed, np.where(won, goal, _NAT))
    return table


def _born(created: Times, table: Times, goal: int) -> Times:
    """Return when deals came into being: their first known stage where nothing says it."""
    first = np.full(len(created), _NAT)
    for k in range(goal):
        first = np.fmin(first, table[:, k])
    return np.where(np.isnat(created), first, created)


def _lost_unknown(found: DealList, table: Times) -> npt.NDArray[np.bool_]:
    """Return which lost deals may have got further than the list tells."""
    if found.goal < 1:
        return np.zeros(len(found), dtype=np.bool_)
    last = found.goal - 1
    there = ~np.isnat(table[:, last]) if last > 0 else np.ones(len(found), dtype=np.bool_)
    unknown: npt.NDArray[np.bool_] = (found.outcome == LOST) & (found.reached < 0) & ~there
    return unknown


def _is_timed(reached: npt.NDArray[np.intp], table: Times) -> bool:
    """Whether the time of every stage that a deal reached is known."""
    visited = ~np.isnat(table)
    width = table.shape[1]
    furthest = np.where(visited.any(axis=1), width - 1 - np.argmax(visited[:, ::-1], axis=1), -1)
    top = np.maximum(reached, furthest)
    needed = np.arange(width)[None, :] <= top[:, None]
    return bool((top >= 0).all() and (visited | ~needed).all())


def _tell(
    reader: ColumnReader,
    found: DealList,
    unknown: npt.NDArray[np.bool_],
    table: Times,
    reached: npt.NDArray[np.intp],
    created: Times,
    closed: Times,
    *,
    timed: bool,
) -> None:
    """Say what the list cannot tell."""
    lost = int((found.outcome == LOST).sum())
    if unknown.any():
        deals = int(unknown.sum())
        column = found.columns.get("stage")
        reader.note("lost-stage-unknown", severity="warning", column=column, deals=deals, lost=lost,
                    all=len(found), share=deals / lost)  # fmt: skip
    if not timed:
        visited = ~np.isnat(table)
        missing = [
            stage for k, stage in enumerate(found.stages)
            if ((reached >= k) & ~visited[:, k]).any() or not visited[:, k].any()
        ]  # fmt: skip
        reader.note("stage-times-unknown", value=", ".join(missing))
    ended = (found.outcome != OPEN) & np.isnat(closed)
    if ended.any():
        row = int(np.argmax(ended))
        reader.note(
            "closing-unknown", severity="warning", row=int(found.rows[row]), deals=int(ended.sum())
        )
    if np.isnat(created).all() and len(found):
        reader.note("created-unknown", severity="warning", deals=len(found))
