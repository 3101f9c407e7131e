"""DealTable: the columns of a table of deals, each cell coded by its distinct value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from salesfunnel.intake.cells.read_time import is_missing
from salesfunnel.intake.files.grid import shown

__all__ = ["DealTable", "word_of"]

Ints = npt.NDArray[np.intp]


def word_of(cell: Any) -> str:
    """Return a cell as text without outer spaces, "" where it is missing."""
    if type(cell) is str:
        return cell.strip()
    return "" if is_missing(cell) else shown(cell).strip()


class DealTable:
    """Columns of cells, below their header.

    Everything above this class works on columns, so that another reader of files may fill it: it
    needs the names, the number of each row, and per column the distinct cells with their codes.

    Parameters
    ----------
    names : sequence of str
        The header, as written; a name that comes again has a number behind.
    numbers : array_like of int, shape (n,)
        The number of each row in the source, from 1 below the header.
    column : callable
        From the place of a column to its n cells.
    """

    def __init__(
        self, names: Sequence[str], numbers: Any, column: Callable[[int], Sequence[Any]]
    ) -> None:
        self.names = tuple(names)
        self.numbers: Ints = np.asarray(numbers, dtype=np.intp)
        self._column = column
        self._coded: dict[int, tuple[Ints, list[Any]]] = {}
        self._words: dict[int, tuple[Ints, list[str]]] = {}

    @classmethod
    def from_rows(
        cls, names: Sequence[str], rows: Sequence[tuple[int, Sequence[Any]]]
    ) -> DealTable:
        """Make a table of numbered rows, which may be shorter than the header."""

        def column(at: int) -> list[Any]:
            return [row[at] if at < len(row) else None for _, row in rows]

        return cls(names, [number for number, _ in rows], column)

    def __len__(self) -> int:
        return len(self.numbers)

    def take(self, rows: npt.NDArray[Any]) -> DealTable:
        """Return the table with some of its rows: bool, or places."""
        places = np.arange(len(self))[rows]

        def column(at: int) -> list[Any]:
            codes, cells = self.coded(at)
            return [cells[code] for code in codes[places].tolist()]

        return DealTable(self.names, self.numbers[places], column)

    def coded(self, at: int) -> tuple[Ints, list[Any]]:
        """Return the code of each cell of a column, and the distinct cells as they appear."""
        if at not in self._coded:
            self._coded[at] = _coded(self._column(at))
        return self._coded[at]

    def words(self, at: int) -> tuple[Ints, list[str]]:
        """Return the code of each cell of a column as text, and the distinct texts."""
        if at not in self._words:
            codes, cells = self.coded(at)
            place: dict[str, int] = {}
            of_cell = np.array(
                [place.setdefault(word_of(cell), len(place)) for cell in cells], dtype=np.intp
            )
            self._words[at] = (of_cell[codes] if len(codes) else codes, list(place))
        return self._words[at]

    def texts(self, at: int) -> npt.NDArray[np.str_]:
        """Return a column as text, "" where missing."""
        codes, words = self.words(at)
        return np.array(words or [""], dtype=np.str_)[codes]

    def filled(self, at: int) -> npt.NDArray[np.bool_]:
        """Whether there is something in each cell of a column."""
        codes, words = self.words(at)
        return np.array([bool(word) for word in words] or [False], dtype=np.bool_)[codes]


def _coded(cells: Sequence[Any]) -> tuple[Ints, list[Any]]:
    place: dict[Any, int] = {}
    kept: list[Any] = []
    codes = []
    for cell in cells:
        key = cell if type(cell) is str else (type(cell), cell)
        try:
            code = place.get(key)
        except TypeError:  # lists and dicts in records
            key = (type(cell), repr(cell))
            code = place.get(key)
        if code is None:
            code = place[key] = len(kept)
            kept.append(cell)
        codes.append(code)
    return np.array(codes, dtype=np.intp), kept
