"""Distinct cells of a column of times read at once: dates with slashes, and numbers since 1970.

For speed alone: what does not fit is left to the careful reader, which gives the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.period_arrays import TICKS_PER_DAY
from salesfunnel._kernels.text.times import AWARE, NAIVE
from salesfunnel.intake.cells.wall_clock import wall_ticks
from salesfunnel.intake.files.text_column import TextColumn

if TYPE_CHECKING:
    from datetime import tzinfo

__all__ = ["Quick", "Slashes", "numbers_since", "slashes_of"]

Ints = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]
_FEW = 64
"""For fewer cells it does not pay."""
_NOTHING = int(np.iinfo(np.int64).min)
_EARLIEST, _LATEST = (int(np.datetime64(year, "us").astype(np.int64)) for year in ("1902", "2099"))
_SCALES = {"s": (10**6, 1), "ms": (10**3, 1), "us": (1, 1), "ns": (1, 10**3)}


class Quick(NamedTuple):
    """What is read at once: ticks by cell, first cells of a kind, and cells that are left."""

    ticks: npt.NDArray[np.int64]
    marks: dict[str, int]
    ordered: Ints
    left: Ints


class Slashes(NamedTuple):
    """Distinct cells read with the day first and with the month first, 0 in `states` if neither."""

    ticks: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
    states: tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]

    @property
    def read_by(self) -> tuple[Bools, Bools]:
        """Which cells are dates with the day first, with the month first."""
        day, month = ((state == NAIVE) | (state == AWARE) for state in self.states)
        return day, month

    @property
    def telling(self) -> list[int]:
        """Cells that tell the order for all: other cells, and the first of each kind."""
        day, month = self.read_by
        found = np.flatnonzero(~day & ~month).tolist()
        for kind in (day & month, day & ~month, month & ~day):
            found += np.flatnonzero(kind)[:1].tolist()
        return sorted(found)

    def read(self, first: bool | None, zone: tzinfo) -> Quick:
        """Return the times in this order of day and month; None: only those of one reading."""
        day, month = self.read_by
        both = day & month & (self.ticks[0] != self.ticks[1])
        taken = self.ticks[0] if first is not False else self.ticks[1]
        ticks = np.where(day & ~month, self.ticks[0], np.where(month & ~day, self.ticks[1], taken))
        state = np.where(day, self.states[0], self.states[1])
        known = (day | month) & ((first is not None) | ~both)
        return _quick(ticks, known, state == AWARE, both & known, zone)


def slashes_of(cells: Sequence[Any]) -> Slashes | None:
    """Read dates whose year comes last in both orders; None where there are few, or other cells."""
    if len(cells) < _FEW or set(map(type, cells)) != {str}:
        return None
    column = TextColumn.of(cells)
    (one, day), (two, month) = (column.plain_times(day_first=first) for first in (True, False))
    return Slashes((one, two), (day, month))


def numbers_since(cells: Sequence[Any], unit: str, zone: tzinfo) -> Quick | None:
    """Read whole numbers since 1970 of one unit; None where there are few, or other cells."""
    if len(cells) < _FEW or set(map(type, cells)) != {str}:
        return None
    values, known = TextColumn.of(cells).plain_integers()
    times, per = _SCALES[unit]
    ticks = values * times if per == 1 else (values + per // 2) // per
    return _quick(ticks, known, known, np.zeros(known.size, dtype=np.bool_), zone)


def _quick(
    ticks: npt.NDArray[np.int64], known: Bools, aware: Bools, both: Bools, zone: tzinfo
) -> Quick:
    """Return times as the clocks of a zone show them, without years that mean no time."""
    ticks = ticks.copy()
    zoned = np.flatnonzero(known & aware)
    if zoned.size and getattr(zone, "key", str(zone)) != "UTC":
        ticks[zoned] = wall_ticks(ticks[zoned], zone)
    known = known & (ticks >= _EARLIEST) & (ticks < _LATEST) & (ticks // TICKS_PER_DAY != 0)
    ticks[~known] = _NOTHING
    marks = {
        kind: int(np.argmax(here))
        for kind, here in (("zoned", known & aware), ("naive", known & ~aware))
        if here.any()
    }
    return Quick(ticks, marks, np.flatnonzero(both & known), np.flatnonzero(~known))
