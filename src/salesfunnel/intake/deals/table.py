"""DealTable: the columns of a table of deals, each cell coded by its distinct value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from salesfunnel.data.coded_texts import CodedTexts
from salesfunnel.intake.cells.read_time import is_missing_cell
from salesfunnel.intake.files.columns import Column, TextColumn, column_of
from salesfunnel.intake.files.grid import shown

__all__ = ["DealTable", "word_of"]

Ints = npt.NDArray[Any]


def word_of(cell: object) -> str:
    """Return a cell as text without outer spaces, "" where it is missing."""
    if type(cell) is str:
        return cell.strip()
    return "" if is_missing_cell(cell) else shown(cell).strip()


class DealTable:
    """Columns of cells, below their header.

    Parameters
    ----------
    names : sequence of str
        The header, as written; a name that comes again has a number behind.
    numbers : array_like of int, shape (n,)
        The number of each row in the source, from 1 below the header.
    columns : sequence of Column
        The cells, n each.
    rows : ndarray of int, optional
        The rows of `columns` that belong to the table, ascending; all by default.
    """

    def __init__(
        self,
        names: Sequence[str],
        numbers: Sequence[int] | npt.NDArray[np.int64],
        columns: Sequence[Column],
        rows: npt.NDArray[np.intp] | None = None,
    ) -> None:
        self.names = tuple(names)
        self.numbers: Ints = np.asarray(numbers)
        self._columns, self._rows = columns, rows
        self._taken: dict[int, Column] = {}
        self._coded: dict[int, tuple[Ints, list[Any]]] = {}
        self._words: dict[int, tuple[Ints, list[str]]] = {}

    @classmethod
    def from_rows(
        cls, names: Sequence[str], rows: Sequence[tuple[int, Sequence[Any]]]
    ) -> DealTable:
        """Make a table of numbered rows, which may be shorter than the header."""
        columns = [
            column_of([row[at] if at < len(row) else None for _, row in rows])
            for at in range(len(names))
        ]
        return cls(names, [number for number, _ in rows], columns)

    def __len__(self) -> int:
        return len(self.numbers)

    def column(self, at: int) -> Column:
        """Return the cells of a column."""
        if self._rows is None:
            return self._columns[at]
        if at not in self._taken:
            self._taken[at] = self._columns[at].take(self._rows)
        return self._taken[at]

    def take(self, rows: npt.NDArray[Any]) -> DealTable:
        """Return the table with some of its rows: bool, or ascending places."""
        places = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        mine = places if self._rows is None else self._rows[places]
        return DealTable(self.names, self.numbers[places], self._columns, mine)

    def coded(self, at: int) -> tuple[Ints, list[Any]]:
        """Return the code of each cell of a column, and the distinct cells as they appear."""
        if at not in self._coded:
            codes, cells = self.column(at).distinct()
            self._coded[at] = (codes, cells)
        return self._coded[at]

    def words(self, at: int) -> tuple[Ints, list[str]]:
        """Return the code of each cell of a column as text, and the distinct texts."""
        if at not in self._words:
            codes, cells = self.column(at).distinct()
            words = list(map(str.strip if set(map(type, cells)) <= {str} else word_of, cells))
            if words != cells:
                place: dict[str, int] = {}
                of_cell = [place.setdefault(word, len(place)) for word in words]
                codes, words = np.array(of_cell, dtype=np.int32).take(codes), list(place)
            self._words[at] = (codes, words)
        return self._words[at]

    def texts(self, at: int) -> npt.NDArray[np.str_]:
        """Return a column as text, "" where missing."""
        column = self.column(at)
        if at not in self._words and isinstance(column, TextColumn):
            plain = column.array()
            if plain is not None:
                return plain
        codes, words = self.words(at)
        return np.array(words or [""], dtype=np.str_)[codes]

    def forget(self, at: int) -> None:
        """Let go of the cells of one column."""
        nothing = column_of([])
        self._columns = [nothing if k == at else c for k, c in enumerate(self._columns)]
        self._taken.pop(at, None)
        self._coded.pop(at, None)
        self._words.pop(at, None)

    def release(self) -> None:
        """Let go of the cells: only the numbers of the rows are needed any more."""
        self._columns, self._taken, self._coded, self._words = (), {}, {}, {}

    def coded_texts(self, at: int) -> CodedTexts:
        """Return a column as text, "" where missing, kept as codes."""
        return CodedTexts(*self.words(at))

    def filled(self, at: int) -> npt.NDArray[np.bool_]:
        """Whether there is something in each cell of a column."""
        return ~self.column(at).blank()
