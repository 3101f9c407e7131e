"""Columns of any cells: coded ones, and the kind of column that fits the cells of a list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.text.amounts import PlainNumbers
from salesfunnel._kernels.text.times import NOT_READ
from salesfunnel.intake.cells.read_time import is_missing_cell
from salesfunnel.intake.files.grid import shown
from salesfunnel.intake.files.text_column import (
    Bools,
    Codes,
    Column,
    Ints,
    States,
    TextColumn,
    Ticks,
)
from salesfunnel.intake.files.typed_columns import NumberColumn, TimeColumn, distinct_values

__all__ = ["CodedColumn", "Column", "NumberColumn", "TextColumn", "TimeColumn", "column_of"]

_EXACT = 1 << 53


class CodedColumn:
    """Codes into some values, -1 where missing: a dictionary, or cells of any kind."""

    def __init__(self, codes: npt.NDArray[Any], values: Sequence[Any]) -> None:
        self.places = codes
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
        return self.places.size

    def plain_times(self, *, day_first: bool | None = None) -> tuple[Ticks, States]:
        """Return microseconds since 1970, and 0 not read, 1 without a zone, 2 in UTC, 3 empty."""
        inner = column_of(self.values, few=True)
        if isinstance(inner, CodedColumn):
            state = np.full(self.count, NOT_READ, dtype=np.int8)
            return np.zeros(self.count, dtype=np.int64), state
        ticks, states = inner.plain_times(day_first=day_first)
        return ticks[self.places], states[self.places]

    def plain_numbers(self, *, point: bool = True) -> PlainNumbers:
        """Return numbers, NaN where empty or not read, and which cells are read."""
        inner = column_of(self.values, few=True)
        if isinstance(inner, CodedColumn):
            values = np.full(self.count, np.nan)
            return PlainNumbers(values, np.zeros(self.count, dtype=np.bool_), decided=False)
        values, known, decided = inner.plain_numbers(point=point)
        return PlainNumbers(values[self.places], known[self.places], decided)

    def plain_integers(self) -> tuple[Ticks, Bools]:
        """Return whole numbers, exactly, and which cells are such."""
        inner = column_of(self.values, few=True)
        if isinstance(inner, CodedColumn):
            return np.zeros(self.count, dtype=np.int64), np.zeros(self.count, dtype=np.bool_)
        values, known = inner.plain_integers()
        return values[self.places], known[self.places]

    def distinct(self, rows: Ints | None = None) -> tuple[Codes, list[Any]]:
        """Return a number for each cell of all or some ascending rows, and the cell of each."""
        codes = np.asarray(self.places if rows is None else self.places[rows], dtype=np.int64)
        codes = np.where(codes < 0, len(self.values) - 1, codes)
        numbers, seen = distinct_values(codes, np.zeros(codes.size, dtype=np.bool_))
        return numbers, [self.values[i] for i in seen]

    def codes(self, rows: Ints | None = None) -> Codes:
        """Return the numbers that `distinct` gives."""
        return self.distinct(rows)[0]

    def take(self, rows: Ints) -> CodedColumn:
        """Return some rows, which ascend."""
        return CodedColumn(self.places[rows], self.values[:-1])

    def blank(self) -> Bools:
        """Return in which cells nothing stands, or white space."""
        empty = np.array([is_missing_cell(v) or not shown(v).strip() for v in self.values])
        found: Bools = empty[self.places]
        return found

    def maybe(self, text: str) -> Bools:
        """Return which cells may hold a text."""
        del text
        return np.ones(self.count, dtype=np.bool_)


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
    """Return whole numbers or floats; None if a float would round a whole number."""
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
