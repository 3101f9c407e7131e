"""Stage changes as codes, one a row, to a stage history: first entries, spells, reopened deals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.ledger import cleaned
from salesfunnel._kernels.order import order_by
from salesfunnel.data.history.checks import with_faults
from salesfunnel.data.history.field_history import FieldHistory
from salesfunnel.data.history.quality import quality_faults
from salesfunnel.data.history.stage_history import LOST, OPEN, WON, StageHistory
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault

__all__ = ["history_of_codes"]

_NAT = np.datetime64("NaT", "us")
Ints = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]
Times = npt.NDArray[np.datetime64]


def history_of_codes(
    names: npt.NDArray[np.str_],
    moves: list[npt.NDArray[Any]],
    *,
    stages: Sequence[str],
    as_of: object,
    goal: int,
    created: Times | None = None,
    value: npt.NDArray[np.float64] | None = None,
    attributes: Mapping[str, Any] | None = None,
    funnel: Funnel | None = None,
    faults: Sequence[Fault] = (),
) -> StageHistory:
    """Make a history from stage changes.

    Parameters
    ----------
    names : ndarray of str, shape (n,)
        Ids of deals, each once, sorted. Those without a change are left out.
    moves : list of ndarray, shape (m,)
        The deal of each change, the place of its stage (S means lost), and its time; rows may come
        in any order. The list is emptied, for nobody needs them twice.
    stages : sequence of str, length S
        The stages in order.
    as_of : datetime64[us]
        When the data were true.
    goal : int
        The place of the stage that means won.
    created, value : ndarray, shape (n,), optional
        Time of creation, amount.
    attributes : mapping of str to ndarray or CodedTexts, shape (n,), optional
        Further columns.
    funnel : Funnel, optional
        The funnel of the stages.
    faults : sequence of Fault
        Faults of the reading so far.
    """
    S = len(stages)
    seen = np.bincount(moves[0], minlength=names.size) > 0
    every = bool(seen.all())
    place = np.cumsum(seen, dtype=np.int32) - 1
    moves[0] = moves[0] if every else place.take(moves[0])
    code, rank, when, again = _moved(moves)
    shape = (int(seen.sum()), S)
    last = _ends_of_runs(code)
    entered = _first_entries(code, rank, when, shape)
    final = rank[last]
    outcome = np.where(final == S, LOST, np.where(final >= goal, WON, OPEN)).astype(np.int8)
    closed = np.where(outcome == OPEN, _NAT, _last_begins(code, rank, when, goal, S))
    moment = np.datetime64(cast("str", as_of), "us")
    time_in_stage = _time_in_stage(code, rank, when, last, shape, moment, outcome)
    extra = _reopened(code, rank, last, goal, S)
    # only where deals were opened again is the last outcome not the whole story
    states = _outcomes(code, rank, when, goal, S) if extra else None
    if again:
        extra.append(Fault.of("changes-twice", severity="info", rows=again))
    back = _moved_back(code, rank, S, shape[0])
    del code, rank, when, last
    optional: dict[str, Any] = {}
    if created is not None:
        first = np.fmin.reduce(entered, axis=1) if entered.size else created[seen]
        optional["created"] = np.where(np.isnat(created[seen]), first, created[seen])
    if value is not None:
        optional["value"] = value[seen]
    for array in (entered, time_in_stage, closed, outcome):
        array.flags.writeable = False
    history = StageHistory(
        deals=names if every else names[seen],
        stages=tuple(stages),
        entered=entered,
        time_in_stage=time_in_stage,
        closed=closed,
        outcome=outcome,
        **optional,
        attributes={
            name: column if every else column[seen] for name, column in (attributes or {}).items()
        },
        as_of=moment,
        funnel=funnel,
    )
    if states is not None:
        history = attrs.evolve(history, changes={"outcome": _outcome_field(history, *states)})
    found = (*faults, *extra, *quality_faults(history, back=back))
    return with_faults(history, found)


def _moved(moves: list[Any]) -> tuple[Ints, Ints, Times, int]:
    """Return the changes by deal, time and rank, and how many rows repeat the one before.

    CRMs write a row for each edit of a deal, so the stage of many rows is that of the row before:
    a spell began with the first of them.
    """
    order = order_by(moves[0], moves[2].view(np.int64), moves[1])
    when = moves.pop().take(order)
    rank = moves.pop().take(order)
    code = moves.pop().take(order)
    del order
    stays = np.zeros(code.size, dtype=np.bool_)
    stays[1:] = (code[1:] == code[:-1]) & (rank[1:] == rank[:-1])
    if not stays.any():
        return code, rank, when, 0
    again = int((stays[1:] & (when[1:] == when[:-1])).sum())
    return code[~stays], rank[~stays], when[~stays], again


def _ends_of_runs(code: Ints) -> Bools:
    """Return which of the sorted rows are the last of their deal."""
    return np.append(code[1:] != code[:-1], True) if code.size else np.zeros(0, dtype=np.bool_)


def _first_entries(code: Ints, rank: Ints, when: Times, shape: tuple[int, int]) -> Times:
    entered = np.full(shape, _NAT)
    inside = np.flatnonzero(rank < shape[1])[::-1]
    # Rows are sorted by deal and time: written from the last on, the earliest stays.
    cells = code.take(inside).astype(np.int64) * shape[1] + rank.take(inside)
    entered.ravel()[cells] = when.take(inside)
    return entered


def _time_in_stage(
    code: Ints,
    rank: Ints,
    when: Times,
    last: Bools,
    shape: tuple[int, int],
    as_of: np.datetime64,
    outcome: npt.NDArray[np.int8],
) -> npt.NDArray[np.timedelta64]:
    """Return the time in each stage: the sum of its spells, an open one until `as_of`."""
    ticks = when.view(np.int64)
    micros = np.empty(ticks.size, dtype=np.int64)
    np.subtract(ticks[1:], ticks[:-1], out=micros[:-1])
    ends = np.flatnonzero(last)
    micros[ends] = np.where(outcome == OPEN, as_of.astype(np.int64) - ticks[ends], 0)
    np.maximum(micros, 0, out=micros)
    micros[rank >= shape[1]] = 0
    cells = code.astype(np.int64) * shape[1] + np.minimum(rank, shape[1] - 1)
    # Sums below 2 ** 53 microseconds, 285 years, are exact in floats.
    time_in_stage = np.bincount(cells, weights=micros, minlength=shape[0] * shape[1])
    return time_in_stage.astype(np.int64).view("timedelta64[us]").reshape(shape)


def _last_begins(code: Ints, rank: Ints, when: Times, goal: int, S: int) -> Times:
    """Return when the state in which each deal stands began: won from `goal` on, or lost."""
    kind = (rank >= goal).astype(np.int8)
    kind[rank == S] = 2
    begins = np.ones(code.size, dtype=np.bool_)
    begins[1:] = (code[1:] != code[:-1]) | (kind[1:] != kind[:-1])
    starts = np.flatnonzero(begins)
    # The last start of each deal is the one before the first start of the next deal.
    found: Times = when.take(starts[_ends_of_runs(code.take(starts))])
    return found


def _reopened(code: Ints, rank: Ints, last: Bools, goal: int, S: int) -> list[Fault]:
    """Return how many deals were reopened after a loss, and how many left the won stage again."""
    after = np.append(rank[1:], 0) if rank.size else rank
    lost = np.unique(code[(rank == S) & ~last]).size
    won = np.unique(
        code[(rank >= goal) & (rank < S) & ~last & ((after < goal) | (after == S))]
    ).size
    found = [Fault.of("reopened", severity="info", deals=lost)] if lost else []
    if won:
        found.append(Fault.of("won-undone", severity="warning", deals=won))
    return found


def _outcomes(code: Ints, rank: Ints, when: Times, goal: int, S: int) -> tuple[Ints, Times, Ints]:
    """Return deal, time and kind of every change of the outcome: 0 open, 1 won, 2 lost."""
    kind = np.where(rank == S, 2, np.where(rank >= goal, 1, 0))
    begins = np.ones(code.size, dtype=np.bool_)
    begins[1:] = (code[1:] != code[:-1]) | (kind[1:] != kind[:-1])
    return code[begins], when[begins], kind[begins]


def _outcome_field(history: StageHistory, code: Ints, when: Times, kind: Ints) -> FieldHistory:
    """Return how deals opened, closed and were opened again, from their creation on."""
    first = when[np.searchsorted(code, np.arange(len(history)))]
    with np.errstate(invalid="ignore"):
        born = np.flatnonzero(history.created <= first)
    deal = np.concatenate([born, code]).astype(np.int64)
    time = np.concatenate([history.created[born], when])
    words = ("lost", "open", "won")
    places = np.array([words.index(word) for word in ("open", "won", "lost")], dtype=np.float64)
    number = np.concatenate([np.full(born.size, places[0]), places[kind]])
    rows = cleaned(deal, time.view(np.int64), number)
    return FieldHistory(deal=deal[rows], time=time[rows], number=number[rows], words=words)


def _moved_back(code: Ints, rank: Ints, S: int, deals: int) -> npt.NDArray[np.bool_]:
    """Return which deals ever moved to an earlier stage."""
    moved = np.zeros(deals, dtype=np.bool_)
    if code.size > 1:
        back = (code[1:] == code[:-1]) & (rank[1:] < rank[:-1]) & (rank[:-1] < S)
        moved[code[1:][back]] = True
    return moved
