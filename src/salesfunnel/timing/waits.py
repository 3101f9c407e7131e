"""The waits of deals in each stage, in ticks, one stage at a time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel.data.history import LOST, OPEN, StageHistory
from salesfunnel.data.history.entry_intervals import middle_entries

__all__ = ["WaitReader", "Waits"]

_MISSING, _NEVER = np.iinfo(np.int64).min, np.iinfo(np.int64).max

Ints = npt.NDArray[np.int64]


class Waits(NamedTuple):
    """The waits in one stage, in ticks, and the deals that are still there."""

    gone: Ints
    advanced: npt.NDArray[np.bool_]
    still: Ints
    here: npt.NDArray[np.intp]  # rows of open deals that have reached no later stage
    age: Ints


class WaitReader:
    """Reads the waits in each stage but the last, as `StageHistory.stage_times` has them.

    Parameters
    ----------
    history : StageHistory
        The deals.
    """

    def __init__(self, history: StageHistory) -> None:
        entered, unborn = middle_entries(history)
        self._columns = np.ascontiguousarray(entered.T).view(np.int64)
        # less one tick, NaT (the smallest number) wraps to the largest: never
        after = self._columns[-1] - 1
        self._later = [after]
        for column in self._columns[-2:0:-1]:
            after = np.minimum(after, column - 1)
            self._later.append(after)
        self._later.reverse()
        closed = history.closed.view(np.int64)
        self._ends = closed
        unknown = (history.outcome != OPEN) & (closed == _MISSING)
        if unknown.any():
            self._ends = np.where(unknown, self._columns.max(axis=0, initial=_MISSING), closed)
        self._lost = history.outcome == LOST
        self._until = history.observed_until.view(np.int64)
        # a deal that vanished is not one to call
        self._present = (history.outcome == OPEN) & (
            self._until == self._until.max(initial=_MISSING)
        )
        self._unborn = unborn if unborn.any() else None

    def stage(self, k: int) -> Waits:
        """Return the waits in stage `k`."""
        begin, after = self._columns[k], self._later[k]
        inside = begin != _MISSING
        if self._unborn is not None:
            inside &= ~self._unborn[:, k]
        went = after != _NEVER
        over = np.flatnonzero(inside & (went | self._lost))
        went = went[over]
        days = np.where(went, after[over] + 1, self._ends[over])
        days -= begin[over]
        still = np.flatnonzero(inside & ~(self._lost | (after != _NEVER)))
        ages = np.maximum(self._until[still] - begin[still], 0)
        here = self._present[still]
        return Waits(np.maximum(days, 0, out=days), went, ages, still[here], ages[here])
