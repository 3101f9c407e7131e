"""Columns of any source: what is plain is read by the thousand, the rest cell by cell.

A column gives the times and the numbers that are written plainly, and its distinct cells: whoever
reads it asks the careful readers for each distinct cell that is left, once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.text.amounts import plain_numbers
from salesfunnel._kernels.text.cells import Cells
from salesfunnel._kernels.text.codes import Pieces, distinct_cells
from salesfunnel._kernels.text.times import AWARE, EMPTY, NAIVE, NOT_READ, plain_times
from salesfunnel.intake.cells.read_time import is_missing
from salesfunnel.intake.files.grid import shown
from salesfunnel.intake.files.text_cells import WHITE, cells_of

Ints = npt.NDArray[Any]
Codes = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ticks = npt.NDArray[np.int64]
States = npt.NDArray[np.int8]
_PART = 1 << 16
_DAY = 86_400_000_000
_EARLIEST, _LATEST = (int(np.datetime64(year, "us").astype(np.int64)) for year in ("1971", "2098"))
_EXACT = 1 << 53


class Column(Protocol):
    """The cells of one column below the header."""

    @property
    def count(self) -> int:
        """How many cells there are."""
        ...

    def plain_times(self, *, day_first: bool | None = None) -> tuple[Ticks, States]:
        """Return microseconds since 1970, and 0 not read, 1 without a zone, 2 in UTC, 3 empty."""
        ...

    def plain_numbers(self, *, point: bool = True) -> tuple[Floats, Bools]:
        """Return numbers, NaN where empty or not read, and which cells are read."""
        ...

    def distinct(self, rows: Ints | None = None) -> tuple[Codes, list[Any]]:
        """Return a number for each cell of all or some ascending rows, and the cell of each number.

        Numbers are given in the order in which cells come first.
        """
        ...

    def take(self, rows: Ints) -> Column:
        """Return some rows, which ascend."""
        ...

    def blank(self) -> Bools:
        """Return in which cells nothing stands."""
        ...


class TextColumn:
    """Cells of text in UTF-8."""

    def __init__(self, pieces: Sequence[Cells]) -> None:
        self.pieces = Pieces(pieces)

    @classmethod
    def of(cls, texts: Sequence[str]) -> TextColumn:
        """Return a column of texts."""
        return cls([cells_of(texts[k : k + _PART]) for k in range(0, len(texts), _PART)])

    @property
    def count(self) -> int:
        """How many cells there are."""
        return self.pieces.count

    def plain_times(self, *, day_first: bool | None = None) -> tuple[Ticks, States]:
        """Return microseconds since 1970, and 0 not read, 1 without a zone, 2 in UTC, 3 empty."""
        ticks = np.empty(self.count, dtype=np.int64)
        states = np.empty(self.count, dtype=np.int8)
        for k, piece in enumerate(self.pieces.pieces):
            here = slice(self.pieces.ends[k], self.pieces.ends[k + 1])
            ticks[here], states[here] = plain_times(piece, day_first=day_first)
        return ticks, states

    def plain_numbers(self, *, point: bool = True) -> tuple[Floats, Bools]:
        """Return numbers, NaN where empty or not read, and which cells are read."""
        values = np.empty(self.count, dtype=np.float64)
        known = np.empty(self.count, dtype=np.bool_)
        for k, piece in enumerate(self.pieces.pieces):
            here = slice(self.pieces.ends[k], self.pieces.ends[k + 1])
            values[here], known[here] = plain_numbers(piece, point=point)
        return values, known

    def distinct(self, rows: Ints | None = None) -> tuple[Codes, list[Any]]:
        """Return a number for each cell of all or some ascending rows, and the text of each."""
        pieces = self.pieces if rows is None else self.pieces.take(rows)
        found = distinct_cells(pieces)
        return found.codes, pieces.texts(found.rows)

    def take(self, rows: Ints) -> TextColumn:
        """Return some rows, which ascend."""
        return TextColumn(self.pieces.take(rows).pieces)

    def blank(self) -> Bools:
        """Return in which cells nothing stands, or white space."""
        parts = [np.zeros(0, dtype=np.bool_)]
        for piece in self.pieces.pieces:
            blank = piece.length == 0
            doubtful = np.flatnonzero(~blank & WHITE.take(piece.data.take(piece.start)))
            if doubtful.size:
                codes, words = TextColumn([piece.take(doubtful)]).distinct()
                blank[doubtful] = np.array([not word.strip() for word in words])[codes]
            parts.append(blank)
        return np.concatenate(parts)


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

    def plain_numbers(self, *, point: bool = True) -> tuple[Floats, Bools]:
        """Return numbers, NaN where empty or not read, and which cells are read."""
        del point
        empty = self._empty()
        if self.values.dtype.kind == "b":
            return np.full(self.count, np.nan), empty
        values = self.values.astype(np.float64)
        values[empty] = np.nan
        return values, ~np.isinf(values)

    def distinct(self, rows: Ints | None = None) -> tuple[Codes, list[Any]]:
        """Return a number for each cell of all or some ascending rows, and the cell of each."""
        values, empty = self.values, self._empty()
        if rows is not None:
            values, empty = values[rows], empty[rows]
        return _distinct_values(values, empty)

    def take(self, rows: Ints) -> NumberColumn:
        """Return some rows, which ascend."""
        missing = None if self.missing is None else self.missing[rows]
        return NumberColumn(self.values[rows], missing)

    def blank(self) -> Bools:
        """Return in which cells nothing stands."""
        return self._empty()


def _distinct_values(values: npt.NDArray[Any], empty: Bools) -> tuple[Codes, list[Any]]:
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
        ticks = self._micros()
        state = np.full(self.count, AWARE if self.aware else NAIVE, dtype=np.int8)
        state[(ticks < _EARLIEST) | (ticks >= _LATEST)] = NOT_READ
        state[empty] = EMPTY
        if empty.any():
            ticks = np.where(empty, 0, ticks)
        return ticks, state

    def _micros(self) -> Ticks:
        """Return microseconds; a year too far away for them stays as far away as they go."""
        unit = np.datetime_data(self.values.dtype)[0]
        if unit in {"us", "ns"}:
            return self.values.astype("datetime64[us]").view(np.int64)
        seconds = self.values.astype("datetime64[ms]").view(np.int64)
        bound = np.iinfo(np.int64).max // 1000
        return np.clip(seconds, -bound, bound) * 1000

    def plain_numbers(self, *, point: bool = True) -> tuple[Floats, Bools]:
        """Return what is empty: moments are no numbers."""
        del point
        return np.full(self.count, np.nan), np.isnat(self.values)

    def distinct(self, rows: Ints | None = None) -> tuple[Codes, list[Any]]:
        """Return a number for each cell of all or some ascending rows, and the moment of each."""
        from datetime import timezone

        values = self.values if rows is None else self.values[rows]
        codes, seen = _distinct_values(values.view(np.int64), np.isnat(values))
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

    def take(self, rows: Ints) -> TimeColumn:
        """Return some rows, which ascend."""
        return TimeColumn(self.values[rows], aware=self.aware)

    def blank(self) -> Bools:
        """Return in which cells nothing stands."""
        return np.isnat(self.values)


class CodedColumn:
    """Codes into some values, -1 where missing: a dictionary, or cells of any kind."""

    def __init__(self, codes: npt.NDArray[Any], values: Sequence[Any]) -> None:
        self.codes = codes
        self.values = [*values, None]

    @classmethod
    def of(cls, cells: Sequence[Any]) -> CodedColumn:
        """Return a column of cells of any kind; those of one type and value are one."""
        place: dict[Any, int] = {}
        values: list[Any] = []
        codes = np.empty(len(cells), dtype=np.int32)
        for row, cell in enumerate(cells):
            key = (type(cell), cell)
            try:
                code = place.setdefault(key, len(values))
            except TypeError:
                code = place.setdefault((type(cell), repr(cell)), len(values))
            if code == len(values):
                values.append(cell)
            codes[row] = code
        return cls(codes, values)

    @property
    def count(self) -> int:
        """How many cells there are."""
        return self.codes.size

    def plain_times(self, *, day_first: bool | None = None) -> tuple[Ticks, States]:
        """Return microseconds since 1970, and 0 not read, 1 without a zone, 2 in UTC, 3 empty."""
        inner = column_of(self.values, few=True)
        if isinstance(inner, CodedColumn):
            state = np.full(self.count, NOT_READ, dtype=np.int8)
            return np.zeros(self.count, dtype=np.int64), state
        ticks, states = inner.plain_times(day_first=day_first)
        return ticks[self.codes], states[self.codes]

    def plain_numbers(self, *, point: bool = True) -> tuple[Floats, Bools]:
        """Return numbers, NaN where empty or not read, and which cells are read."""
        inner = column_of(self.values, few=True)
        if isinstance(inner, CodedColumn):
            return np.full(self.count, np.nan), np.zeros(self.count, dtype=np.bool_)
        values, known = inner.plain_numbers(point=point)
        return values[self.codes], known[self.codes]

    def distinct(self, rows: Ints | None = None) -> tuple[Codes, list[Any]]:
        """Return a number for each cell of all or some ascending rows, and the cell of each."""
        codes = np.asarray(self.codes if rows is None else self.codes[rows], dtype=np.int64)
        codes = np.where(codes < 0, len(self.values) - 1, codes)
        numbers, seen = _distinct_values(codes, np.zeros(codes.size, dtype=np.bool_))
        return numbers, [self.values[i] for i in seen]

    def take(self, rows: Ints) -> CodedColumn:
        """Return some rows, which ascend."""
        return CodedColumn(self.codes[rows], self.values[:-1])

    def blank(self) -> Bools:
        """Return in which cells nothing stands, or white space."""
        empty = np.array([is_missing(v) or not shown(v).strip() for v in self.values])
        found: Bools = empty[self.codes]
        return found


def column_of(cells: Iterable[Any], *, few: bool = False) -> Column:
    """Return a column of cells of any kind.

    Parameters
    ----------
    cells : iterable
        Texts, numbers, moments, None.
    few : bool
        Whether the cells are distinct already.
    """
    listed = cells if isinstance(cells, list) else list(cells)
    kinds = set(map(type, listed))
    known = kinds - {type(None)}
    if known == {str} or not known:
        return TextColumn.of(listed if known == kinds else [cell or "" for cell in listed])
    if known <= {int, float}:
        numbers = _numbers(listed, known)
        if numbers is not None:
            return numbers
    if known == {datetime}:
        moments = _moments(listed)
        if moments is not None:
            return moments
    return CodedColumn(np.arange(len(listed)), listed) if few else CodedColumn.of(listed)


def _numbers(cells: list[Any], kinds: set[type]) -> NumberColumn | None:
    """Return whole numbers or floats; None where a float would round a whole number."""
    missing = np.array([cell is None for cell in cells], dtype=np.bool_)
    plain = [0 if cell is None else cell for cell in cells] if missing.any() else cells
    if kinds == {int}:
        try:
            return NumberColumn(np.array(plain, dtype=np.int64), missing)
        except OverflowError:
            return None
    if int in kinds and any(type(cell) is int and abs(cell) > _EXACT for cell in plain):
        return None
    return NumberColumn(np.array(plain, dtype=np.float64), missing)


def _moments(cells: list[Any]) -> TimeColumn | None:
    """Return datetimes without a zone; None where some have one."""
    if any(cell is not None and (cell.tzinfo is not None or cell.fold) for cell in cells):
        return None
    return TimeColumn(np.array(cells, dtype="datetime64[us]"))
