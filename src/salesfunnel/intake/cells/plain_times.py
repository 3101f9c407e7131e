"""PlainTimes: a column of times, those that are written plainly and the distinct other cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.text.times import AWARE, NAIVE, NOT_READ
from salesfunnel.intake.cells.wall_clock import wall_ticks
from salesfunnel.intake.files.columns import Column

if TYPE_CHECKING:
    from datetime import tzinfo

__all__ = ["PlainTimes", "plain_times_of"]

_NOTHING = np.iinfo(np.int64).min
_STATES = {"naive": NAIVE, "zoned": AWARE}
Ints = npt.NDArray[Any]


@attrs.frozen(kw_only=True, eq=False)
class PlainTimes:
    """A column of times.

    Parameters
    ----------
    ticks : ndarray of int64, shape (n,)
        Microseconds since 1970 of the times that are written plainly, in UTC if they have a zone.
    states : ndarray of int8, shape (n,)
        0 not read, 1 without a zone, 2 with one, 3 empty.
    left : ndarray of intp, shape (m,)
        The rows that are not read.
    codes : ndarray of int32, shape (m,)
        The cell of each of them.
    cells : list
        Their distinct cells, as they appear.
    """

    ticks: npt.NDArray[np.int64]
    states: npt.NDArray[np.int8]
    left: Ints
    codes: npt.NDArray[np.int32]
    cells: list[Any]

    @property
    def some(self) -> bool:
        """Whether some time is written plainly."""
        return bool(((self.states == NAIVE) | (self.states == AWARE)).any())

    def times(self, ticks: npt.NDArray[np.int64], zone: tzinfo) -> npt.NDArray[np.datetime64]:
        """Return all times as the clocks of a zone show them, given those of the cells."""
        found = np.where((self.states == NAIVE) | (self.states == AWARE), self.ticks, _NOTHING)
        zoned = np.flatnonzero(self.states == AWARE)
        if zoned.size and getattr(zone, "key", str(zone)) != "UTC":
            found[zoned] = wall_ticks(found[zoned], zone)
        if self.left.size:
            found[self.left] = ticks[self.codes]
        return found.view("datetime64[us]")

    def rows_by_cell(self, cells: Sequence[int]) -> dict[int, Ints]:
        """Return the rows that hold each of some cells."""
        if not cells:
            return {}
        order = np.argsort(self.codes, kind="stable")
        ends = np.searchsorted(self.codes[order], np.arange(len(self.cells) + 1))
        return {cell: self.left[order[ends[cell] : ends[cell + 1]]] for cell in cells}

    def count(self, cells: Sequence[int]) -> int:
        """Return how many rows hold one of some cells."""
        return int(np.isin(self.codes, cells).sum())

    def first_of_kind(self, cells: Mapping[str, int | None]) -> dict[str, int]:
        """Return the first row of each kind of time, given the first cell of each kind."""
        found: dict[str, int] = {}
        for kind, cell in cells.items():
            here = self.states == _STATES[kind]
            rows = [int(np.argmax(here))] if here.any() else []
            if cell is not None:
                rows.append(int(self.left[np.argmax(self.codes == cell)]))
            if rows:
                found[kind] = min(rows)
        return found


def plain_times_of(column: Column, day_first: bool | None, *, every: bool = True) -> PlainTimes:
    """Read what is written plainly in a column.

    Parameters
    ----------
    column : Column
    day_first : bool, optional
        Whether 03/04/2026 is the third of April.
    every : bool
        Read plain times at all; otherwise all cells are left.
    """
    ticks, states = column.plain_times(day_first=day_first)
    if not every:
        states = np.where(states == AWARE, NOT_READ, np.where(states == NAIVE, NOT_READ, states))
    left = np.flatnonzero(states == NOT_READ)
    codes, cells = column.distinct(left)
    return PlainTimes(ticks=ticks, states=states, left=left, codes=codes, cells=cells)
