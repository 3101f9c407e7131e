"""Stage changes, one a row, to a stage history: first entries, spells, reopened deals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from salesfunnel._core.errors import DataError
from salesfunnel.data.history.quality import quality_faults
from salesfunnel.data.history.stage_history import LOST, OPEN, WON, StageHistory
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault

_NAT = np.datetime64("NaT", "us")
Ints = npt.NDArray[np.intp]
Times = npt.NDArray[np.datetime64]


def history_from_changes(
    deal: npt.ArrayLike,
    stage: npt.ArrayLike,
    time: npt.ArrayLike,
    *,
    stages: Sequence[str],
    as_of: Any,
    won: str | None = None,
    lost: Sequence[str] = ("lost",),
    created: Mapping[str, Any] | None = None,
    value: Mapping[str, float] | None = None,
    attributes: Mapping[str, Mapping[str, Any]] | None = None,
    funnel: Funnel | None = None,
    faults: Sequence[Fault] = (),
) -> StageHistory:
    """Make a history from stage changes.

    Parameters
    ----------
    deal, stage : array_like of str, shape (m,)
        Which deal went where; a stage is one of `stages`, or one of `lost`.
    time : array_like of datetime64[us], shape (m,)
        When. Rows may come in any order; rows of one moment count in the order of the stages. A
        row in the stage of the row before is no change.
    stages : sequence of str
        The stages in order.
    as_of : datetime64[us]
        When the data were true.
    won : str, optional
        The stage that means won; the last one by default.
    lost : sequence of str
        Words that mean lost.
    created, value : mapping from deal, optional
        Time of creation, amount.
    attributes : mapping of str to mapping from deal, optional
        Further columns.
    funnel : Funnel, optional
        The funnel of the stages.
    faults : sequence of Fault
        Faults of the reading so far.

    Returns
    -------
    StageHistory
        A deal that moved on after "lost" is one deal, its loss void; how many, is a fault. Time in
        a stage is the sum of its spells. A deal closed when the state in which it stands began.

    Raises
    ------
    DataError
        If columns differ in length, a time is missing, or a stage is not known.
    """
    place = {name: k for k, name in enumerate(stages)}
    place.update(dict.fromkeys(lost, len(stages)))
    names, code, rank, when = _sorted(deal, stage, time, place)
    moment = np.datetime64(as_of, "us")
    goal = len(stages) - 1 if won is None else place[won]
    stays, again = _stays(code, rank, when)
    code, rank, when = code[~stays], rank[~stays], when[~stays]
    n, S = names.size, len(stages)
    entered = _first_entries(code, rank, when, (n, S))
    last = np.append(code[1:] != code[:-1], True) if code.size else np.zeros(0, dtype=np.bool_)
    final = rank[last]
    outcome = np.where(final == S, LOST, np.where(final >= goal, WON, OPEN)).astype(np.int8)
    closed = np.where(outcome == OPEN, _NAT, _last_ends(code, rank, when, goal, S))
    spent = _spells(code, rank, when, last, (n, S), moment, outcome)
    extra = _moves(code, rank, last, goal, S)
    if again:
        extra.append(Fault.of("changes-twice", severity="info", rows=again))
    ids = names.tolist()
    optional: dict[str, Any] = {}
    if created is not None:
        times = np.array([created.get(i, _NAT) for i in ids], dtype="datetime64[us]")
        first = np.fmin.reduce(entered, axis=1) if entered.size else times
        optional["created"] = np.where(np.isnat(times), first, times)
    if value is not None:
        optional["value"] = np.array([value.get(i, np.nan) for i in ids], dtype=np.float64)
    history = StageHistory(
        deals=names,
        stages=tuple(stages),
        entered=entered,
        spent=spent,
        closed=closed,
        outcome=outcome,
        **optional,
        attributes={
            name: np.array([_text(column.get(i)) for i in ids], dtype=np.str_)
            for name, column in (attributes or {}).items()
        },
        as_of=moment,
        funnel=funnel,
    )
    back = _back_moves(code, rank, S)
    found = (*faults, *extra, *quality_faults(history, back=back))
    return _with_faults(history, found)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _with_faults(history: StageHistory, faults: Sequence[Fault]) -> StageHistory:
    import attrs

    return attrs.evolve(history, faults=tuple(faults))


def _first_entries(
    code: Ints,
    rank: Ints,
    when: Times,
    shape: tuple[int, int],
) -> npt.NDArray[np.datetime64]:
    entered = np.full(shape, _NAT)
    inside = rank < shape[1]
    # Rows are sorted by deal and time, so the first of its kind is the earliest.
    cells, first = np.unique(code[inside] * shape[1] + rank[inside], return_index=True)
    entered.ravel()[cells] = when[inside][first]
    return entered


def _spells(
    code: Ints,
    rank: Ints,
    when: Times,
    last: npt.NDArray[np.bool_],
    shape: tuple[int, int],
    as_of: np.datetime64,
    outcome: npt.NDArray[np.int8],
) -> npt.NDArray[np.timedelta64]:
    """Return the time in each stage: the sum of its spells, an open one until `as_of`."""
    end = np.append(when[1:], as_of) if when.size else when
    end = np.where(last, as_of, end)
    micros = (end - when).astype(np.int64)
    micros = np.where(last & (outcome[code] != OPEN), 0, np.maximum(micros, 0))
    spent = np.zeros(shape, dtype=np.int64)
    inside = rank < shape[1]
    np.add.at(spent, (code[inside], rank[inside]), micros[inside])
    return spent.astype("timedelta64[us]")


def _sorted(
    deal: npt.ArrayLike, stage: npt.ArrayLike, time: npt.ArrayLike, place: Mapping[str, int]
) -> tuple[npt.NDArray[np.str_], Ints, Ints, Times]:
    """Return ids, and deal, rank of the stage and time of each row, sorted by deal, time, rank."""
    deals, words = np.asarray(deal, dtype=np.str_), np.asarray(stage, dtype=np.str_)
    when = np.asarray(time, dtype="datetime64[us]")
    if not deals.shape == words.shape == when.shape or deals.ndim != 1:
        shapes = ", ".join(str(column.shape) for column in (deals, words, when))
        raise DataError(f"'deal', 'stage' and 'time' must have one shape (m,), got {shapes}")
    if np.isnat(when).any():
        row = int(np.argmax(np.isnat(when)))
        raise DataError(f"'time' must hold times, got NaT for {str(deals[row])!r}")
    known, number = np.unique(words, return_inverse=True)
    strange = [str(word) for word in known.tolist() if word not in place]
    if strange:
        raise DataError(f"'stage' must hold known stages, got {strange[0]!r}")
    ranks = np.array([place[word] for word in known.tolist()], dtype=np.intp)
    rank = ranks[number.reshape(-1)]
    names, code = np.unique(deals, return_inverse=True)
    code = code.reshape(-1)
    order = np.lexsort((rank, when, code))
    return names, code[order], rank[order], when[order]


def _stays(code: Ints, rank: Ints, when: Times) -> tuple[npt.NDArray[np.bool_], int]:
    """Return which of the sorted rows stay in the stage of the row before, and how many repeat it.

    CRMs write a row for each edit of a deal, so the stage of many rows is that of the row before:
    a spell began with the first of them.
    """
    stays = np.zeros(code.size, dtype=np.bool_)
    stays[1:] = (code[1:] == code[:-1]) & (rank[1:] == rank[:-1])
    return stays, int((stays[1:] & (when[1:] == when[:-1])).sum())


def _last_ends(code: Ints, rank: Ints, when: Times, goal: int, S: int) -> Times:
    """Return when the state in which each deal stands began: won from `goal` on, or lost."""
    kind = np.where(rank == S, 2, np.where(rank >= goal, 1, 0))
    begins = np.ones(code.size, dtype=np.bool_)
    begins[1:] = (code[1:] != code[:-1]) | (kind[1:] != kind[:-1])
    ends = np.append(code[1:] != code[:-1], True) if code.size else begins
    start: Ints = np.maximum.accumulate(np.where(begins, np.arange(code.size), 0))
    found: Times = when[start[ends]]
    return found


def _moves(code: Ints, rank: Ints, last: npt.NDArray[np.bool_], goal: int, S: int) -> list[Fault]:
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


def _back_moves(code: Ints, rank: Ints, S: int) -> int:
    """Return how many deals ever moved to an earlier stage."""
    if code.size < 2:
        return 0
    same = code[1:] == code[:-1]
    back = same & (rank[1:] < rank[:-1]) & (rank[:-1] < S)
    return int(np.unique(code[1:][back]).size)
