"""Stage changes, one a row, to a stage history: first entries, spells, reopened deals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from salesfunnel.fault import Fault
from salesfunnel.funnel import Funnel
from salesfunnel.history.columns import LOST, OPEN, WON, StageHistory
from salesfunnel.history.quality import quality_faults

_NAT = np.datetime64("NaT", "us")


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
        When. Rows may come in any order; rows of one moment count in the order of the stages.
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
        a stage is the sum of its spells.
    """
    names, code = np.unique(np.asarray(deal, dtype=np.str_), return_inverse=True)
    code = code.reshape(-1)
    place = {name: k for k, name in enumerate(stages)}
    place.update(dict.fromkeys(lost, len(stages)))
    rank = np.array([place[name] for name in np.asarray(stage, dtype=np.str_).tolist()], np.intp)
    when = np.asarray(time, dtype="datetime64[us]")
    order = np.lexsort((rank, when, code))
    code, rank, when = code[order], rank[order], when[order]
    again = _again(code, rank, when)
    code, rank, when = code[~again], rank[~again], when[~again]
    repeats = int(again.sum())
    n, S = names.size, len(stages)
    moment = np.datetime64(as_of, "us")
    entered = _first_entries(code, rank, when, (n, S))
    last = np.append(code[1:] != code[:-1], True) if code.size else np.zeros(0, dtype=np.bool_)
    outcome = np.full(n, OPEN, dtype=np.int8)
    final, final_at = rank[last], when[last]
    goal = S - 1 if won is None else place[won]
    outcome[code[last]] = np.where(final == S, LOST, np.where(final >= goal, WON, OPEN))
    closed = np.full(n, _NAT)
    # a deal that went on after it was won closed when it was won
    at_goal = np.array(entered[code[last], goal])
    for k in range(goal + 1, S):
        at_goal = np.fmin(at_goal, entered[code[last], k])
    final_at = np.where((final > goal) & (final < S), at_goal, final_at)
    closed[code[last]] = np.where(final >= goal, final_at, _NAT)
    closed = np.where(outcome == OPEN, _NAT, closed)
    spent = _spells(code, rank, when, last, (n, S), moment, outcome)
    reopened = int(((rank == S) & ~last).sum())
    back = _back_moves(code, rank, S)
    ids = names.tolist()
    extra = [Fault.of("reopened", severity="info", deals=reopened)] if reopened else []
    if repeats:
        extra.append(Fault.of("changes-twice", severity="info", rows=repeats))
    optional: dict[str, Any] = {}
    if created is not None:
        times = [created.get(i, _NAT) for i in ids]
        optional["created"] = np.array(times, dtype="datetime64[us]")
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
    found = (*faults, *extra, *quality_faults(history, back=back))
    return _with_faults(history, found)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _with_faults(history: StageHistory, faults: Sequence[Fault]) -> StageHistory:
    import attrs

    return attrs.evolve(history, faults=tuple(faults))


def _first_entries(
    code: npt.NDArray[np.intp],
    rank: npt.NDArray[np.intp],
    when: npt.NDArray[np.datetime64],
    shape: tuple[int, int],
) -> npt.NDArray[np.datetime64]:
    entered = np.full(shape, _NAT)
    inside = rank < shape[1]
    # Rows are sorted by deal and time, so the first of its kind is the earliest.
    cells, first = np.unique(code[inside] * shape[1] + rank[inside], return_index=True)
    entered.ravel()[cells] = when[inside][first]
    return entered


def _spells(
    code: npt.NDArray[np.intp],
    rank: npt.NDArray[np.intp],
    when: npt.NDArray[np.datetime64],
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


def _again(
    code: npt.NDArray[np.intp], rank: npt.NDArray[np.intp], when: npt.NDArray[np.datetime64]
) -> npt.NDArray[np.bool_]:
    """Return which of the sorted rows say the same as the row before."""
    again = np.zeros(code.size, dtype=np.bool_)
    again[1:] = (code[1:] == code[:-1]) & (rank[1:] == rank[:-1]) & (when[1:] == when[:-1])
    return again


def _back_moves(code: npt.NDArray[np.intp], rank: npt.NDArray[np.intp], S: int) -> int:
    """Return how many deals ever moved to an earlier stage."""
    if code.size < 2:
        return 0
    same = code[1:] == code[:-1]
    back = same & (rank[1:] < rank[:-1]) & (rank[:-1] < S)
    return int(np.unique(code[1:][back]).size)
