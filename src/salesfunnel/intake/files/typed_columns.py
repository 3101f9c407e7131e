"""Columns of numbers and of moments, as dataframes have them: they never pass through text."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.text.amounts import PlainNumbers
from salesfunnel._kernels.text.times import AWARE, EMPTY, NAIVE, NOT_READ
from salesfunnel.intake.files.text_column import Bools, Codes, Ints, States, Ticks

_EARLIEST, _LATEST = (int(np.datetime64(year, "us").astype(np.int64)) for year in ("1971", "2098"))


class NumberColumn:
    """Numbers of a dataframe: whole, with a fraction, or truth values."""

    def __init__(self, values: npt.NDArray[Any], missing: Bools | None = None) -> None:
        self.values = values
        self.missing = missing

    @property
    def count(self) -> int:
        """How many cells there are."""
        return self.values.size

    def plain_times(self, *, day_first: bool | None = None) -> tuple[Ticks, States]:
        """Return what is empty: numbers are no plain times."""
        del day_first
        state = np.full(self.count, NOT_READ, dtype=np.int8)
        state[self._empty()] = EMPTY
        return np.zeros(self.count, dtype=np.int64), state

    def _empty(self) -> Bools:
        empty = np.zeros(self.count, np.bool_) if self.missing is None else self.missing
        return empty | np.isnan(self.values) if self.values.dtype.kind == "f" else empty

    def plain_numbers(self, *, point: bool = True) -> PlainNumbers:
        """Return numbers, NaN where empty or not read, and which cells are read."""
        del point
        empty = self._empty()
        if self.values.dtype.kind == "b":
            return PlainNumbers(np.full(self.count, np.nan), empty, decided=False)
        values = self.values.astype(np.float64)
        values[empty] = np.nan
        return PlainNumbers(values, ~np.isinf(values), decided=False)

    def plain_integers(self) -> tuple[Ticks, Bools]:
        """Return whole numbers, exactly, and which cells are such."""
        known = ~self._empty()
        if self.values.dtype.kind not in "iu":
            return np.zeros(self.count, dtype=np.int64), np.zeros(self.count, dtype=np.bool_)
        return np.where(known, self.values, 0).astype(np.int64), known

    def distinct(self, rows: Ints | None = None) -> tuple[Codes, list[Any]]:
        """Return a number for each cell of all or some ascending rows, and the cell of each."""
        values, empty = self.values, self._empty()
        if rows is not None:
            values, empty = values[rows], empty[rows]
        return distinct_values(values, empty)

    def codes(self, rows: Ints | None = None) -> Codes:
        """Return the numbers that `distinct` gives."""
        return self.distinct(rows)[0]

    def take(self, rows: Ints) -> NumberColumn:
        """Return some rows, which ascend."""
        missing = None if self.missing is None else self.missing[rows]
        return NumberColumn(self.values[rows], missing)

    def blank(self) -> Bools:
        """Return in which cells nothing stands."""
        return self._empty()

    def maybe(self, text: str) -> Bools:
        """Return which cells may hold a text."""
        del text
        return np.ones(self.count, dtype=np.bool_)


def distinct_values(values: npt.NDArray[Any], empty: Bools) -> tuple[Codes, list[Any]]:
    """Return codes in order of the first rows, and the values; None for what is empty."""
    some = bool(empty.any())
    known = values[~empty] if some else values
    first_empty = int(np.argmax(empty)) if some else -1
    seen, first, codes = np.unique(known, return_index=True, return_inverse=True)
    if some:
        first = np.flatnonzero(~empty)[first]
        first = np.append(first, first_empty)
        whole = np.full(values.size, seen.size, dtype=np.int64)
        whole[~empty] = codes.reshape(-1)
        codes = whole
    order = np.argsort(first)
    place = np.empty(order.size, dtype=np.int32)
    place[order] = np.arange(order.size, dtype=np.int32)
    cells = [*seen.tolist(), None] if some else seen.tolist()
    return place.take(codes.reshape(-1)), [cells[i] for i in order.tolist()]


class TimeColumn:
    """Moments of a dataframe, in UTC where they have a zone.

    Parameters
    ----------
    values : ndarray of datetime64, shape (n,)
        Any unit; NaT where missing.
    aware : bool
        Whether they have a zone.
    """

    def __init__(self, values: npt.NDArray[np.datetime64], *, aware: bool = False) -> None:
        self.values = values
        self.aware = aware

    @property
    def count(self) -> int:
        """How many cells there are."""
        return self.values.size

    def plain_times(self, *, day_first: bool | None = None) -> tuple[Ticks, States]:
        """Return microseconds since 1970, and 0 not read, 1 without a zone, 2 in UTC, 3 empty."""
        del day_first
        empty = np.isnat(self.values)
        ticks = self.micros()
        state = np.full(self.count, AWARE if self.aware else NAIVE, dtype=np.int8)
        state[(ticks < _EARLIEST) | (ticks >= _LATEST)] = NOT_READ
        state[empty] = EMPTY
        if empty.any():
            ticks = np.where(empty, 0, ticks)
        return ticks, state

    def micros(self) -> Ticks:
        """Return microseconds; a year too far away for them stays as far away as they go."""
        unit = np.datetime_data(self.values.dtype)[0]
        if unit in {"us", "ns"}:
            return self.values.astype("datetime64[us]").view(np.int64)
        seconds = self.values.astype("datetime64[ms]").view(np.int64)
        bound = np.iinfo(np.int64).max // 1000
        return np.clip(seconds, -bound, bound) * 1000

    def plain_numbers(self, *, point: bool = True) -> PlainNumbers:
        """Return what is empty: moments are not numbers."""
        del point
        empty = np.isnat(self.values)
        return PlainNumbers(np.full(self.count, np.nan), empty, decided=False)

    def plain_integers(self) -> tuple[Ticks, Bools]:
        """Return nothing: moments are not numbers."""
        return np.zeros(self.count, dtype=np.int64), np.zeros(self.count, dtype=np.bool_)

    def distinct(self, rows: Ints | None = None) -> tuple[Codes, list[Any]]:
        """Return a number for each cell of all or some ascending rows, and the moment of each."""
        values = self.values if rows is None else self.values[rows]
        codes, seen = distinct_values(values.view(np.int64), np.isnat(values))
        unit: Any = np.datetime_data(self.values.dtype)
        cells: list[Any] = []
        for tick in seen:
            cell: Any = tick
            if tick is not None:
                cell = np.datetime64(tick, unit)
                moment = cell.astype("datetime64[us]").item()
                if isinstance(moment, datetime):
                    cell = moment.replace(tzinfo=timezone.utc) if self.aware else moment
            cells.append(cell)
        return codes, cells

    def codes(self, rows: Ints | None = None) -> Codes:
        """Return the numbers that `distinct` gives."""
        return self.distinct(rows)[0]

    def take(self, rows: Ints) -> TimeColumn:
        """Return some rows, which ascend."""
        return TimeColumn(self.values[rows], aware=self.aware)

    def blank(self) -> Bools:
        """Return in which cells nothing stands."""
        return np.isnat(self.values)

    def maybe(self, text: str) -> Bools:
        """Return which cells may hold a text."""
        del text
        return np.ones(self.count, dtype=np.bool_)
