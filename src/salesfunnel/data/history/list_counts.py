"""Counts of deals whose stages have no times, by creation; bounds for losses of unknown stage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from salesfunnel._core.errors import DataError
from salesfunnel._core.moments import TICK
from salesfunnel._core.period_arrays import period_numbers
from salesfunnel._core.vocabulary import Frequency
from salesfunnel.data.history.from_list import goal_of

if TYPE_CHECKING:
    from salesfunnel.data.history.stage_history import StageHistory

__all__ = ["list_cube"]

Counts = npt.NDArray[np.int64]
_NOTHING = np.iinfo(np.int64).min


def list_cube(
    history: StageHistory, codes: Counts, groups: int, by: Frequency | Literal["all"]
) -> tuple[Counts, Counts | None, int, Counts]:
    """Count deals by the period of their creation, segment and furthest stage.

    Parameters
    ----------
    history : StageHistory
        Of a list, or any with ``by="all"``.
    codes : ndarray of int64, shape (n,)
        The segment of each deal.
    groups : int
        How many segments there are.
    by : str
        How long a period is; ``"all"`` for one period of all deals, with or without dates.

    Returns
    -------
    counts : ndarray of int64, shape (periods, groups, stages)
        At least so many reached the stage: a loss of unknown stage counts at the first.
    upper : ndarray of int64 or None
        At most so many: such a loss counts up to the last stage before the win. None if no
        deal is in doubt.
    first : int
        Ordinal of the first period.
    immature : ndarray of int64, shape (periods, groups)
        Open deals that have not reached the last stage.

    Raises
    ------
    DataError
        If there are deals, but no time of creation.
    """
    reached = history.reached
    low, high = reached + 1, reached + 1
    if history.reached_stage is not None:
        visited = ~np.isnat(history.entered)
        last = len(history.stages) - 1 - np.argmax(visited[:, ::-1], axis=1)
        known = np.where(visited.any(axis=1), last, 0)
        doubt = reached < 0
        low = np.where(doubt, known + 1, low)
        high = np.where(doubt, np.maximum(goal_of(history), known + 1), low)
    if by == "all":
        place, first, size = np.zeros(len(history), dtype=np.int64), 0, 1
    else:
        place, first, size = _places(history, by)
    still = (history.outcome == 0) & (low < len(history.stages))
    inside = (place >= 0) & (low > 0)
    counts = _nested(place, codes, low, inside, (size, groups, len(history.stages)))
    upper = _nested(place, codes, high, inside, (size, groups, len(history.stages)))
    at = (place * groups + codes)[inside & still]
    immature = np.bincount(at, minlength=size * groups).reshape(size, groups).astype(np.int64)
    return counts, None if np.array_equal(upper, counts) else upper, first, immature


def _places(history: StageHistory, by: Frequency) -> tuple[Counts, int, int]:
    """Return the period of each deal, -1 without a creation, the first one, and how many."""
    numbers = period_numbers(history.created, by)
    known = numbers[numbers != _NOTHING]
    if not known.size:
        if len(history):
            raise DataError(
                "'history' must hold when deals were created to count them by period, got a list"
                " without such a column",
                hint="panel(by='all'), or columns={\"created\": ...} with the column of the list",
            )
        known = period_numbers(np.array([history.as_of]), by)
    moment = history.as_of - TICK
    now = int(period_numbers(np.array([moment]), by)[0])
    first, last = int(known.min()), max(int(known.max()), now)
    return np.where(numbers == _NOTHING, -1, numbers - first), first, last - first + 1


def _nested(
    place: Counts,
    codes: Counts,
    depth: npt.NDArray[np.intp],
    inside: npt.NDArray[np.bool_],
    shape: tuple[int, int, int],
) -> Counts:
    """Count each deal at every stage up to its depth."""
    size, groups, steps = shape
    code = (place * groups + codes) * (steps + 1) + depth
    exact = np.bincount(code[inside], minlength=size * groups * (steps + 1))
    cube = exact.reshape(size, groups, steps + 1)
    return np.asarray(cube[..., ::-1].cumsum(axis=-1)[..., ::-1][..., 1:], dtype=np.int64)
