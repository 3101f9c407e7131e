"""Stage changes, one a row, to a stage history: first entries, spells, reopened deals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from salesfunnel._core.errors import DataError
from salesfunnel.data.history.coded_changes import history_of_codes
from salesfunnel.data.history.stage_history import StageHistory
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
    as_of: object,
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
        row in the stage of the row before is not a change.
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
    names, code, rank, when = _coded(deal, stage, time, place)
    ids = names.tolist()
    return history_of_codes(
        names,
        [code, rank, when],
        stages=stages,
        as_of=as_of,
        goal=len(stages) - 1 if won is None else place[won],
        created=None
        if created is None
        else np.array([created.get(i, _NAT) for i in ids], dtype="datetime64[us]"),
        value=None
        if value is None
        else np.array([value.get(i, np.nan) for i in ids], dtype=np.float64),
        attributes={
            name: np.array([_text(column.get(i)) for i in ids], dtype=np.str_)
            for name, column in (attributes or {}).items()
        },
        funnel=funnel,
        faults=faults,
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _coded(
    deal: npt.ArrayLike, stage: npt.ArrayLike, time: npt.ArrayLike, place: Mapping[str, int]
) -> tuple[npt.NDArray[np.str_], Ints, Ints, Times]:
    """Return sorted ids, and deal, rank of the stage and time of each row."""
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
    return names, code.reshape(-1), rank, when
