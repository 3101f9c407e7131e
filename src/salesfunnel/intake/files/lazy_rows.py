"""Rows of a source that are made only where somebody looks at them: the first ones mostly."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, overload

from salesfunnel._kernels.text.cells import Bytes
from salesfunnel.intake.files.columns import Column
from salesfunnel.intake.files.text_cells import Progress, csv_rows

HEAD = 1 << 16
"""This many bytes of a text tell where its header is and what parts its cells."""
Row = Sequence[Any]


class TextRows(Sequence[Row]):
    """The rows of delimited text in UTF-8.

    Parameters
    ----------
    data : ndarray of uint8
        The text, and room behind it.
    size : int
        Where it ends.
    delimiter : str
        One mark of ASCII.
    progress : callable, optional
        Called with the bytes that are cut into columns, and their number.
    """

    def __init__(
        self, data: Bytes, size: int, delimiter: str, progress: Progress | None = None
    ) -> None:
        self.data, self.size, self.delimiter = data, size, delimiter
        self.progress = progress
        self._head: list[Row] = []
        self._starts: list[int] = []
        self._all: list[Row] | None = None
        for row, begin, end in csv_rows(data, 0, size, delimiter):
            self._head.append(row)
            self._starts.append(begin)
            if end > HEAD:
                break

    def begins(self, row: int) -> int:
        """Return the byte with which a row begins; the end of the text behind the last one."""
        if row < len(self._starts):
            return self._starts[row]
        found = csv_rows(self.data, 0, self.size, self.delimiter)
        return next((begin for k, (_, begin, _) in enumerate(found) if k == row), self.size)

    def _rows(self) -> list[Row]:
        if self._all is None:
            text = self.data[: self.size].tobytes().decode("utf-8", "surrogatepass")
            self._all = list(csv.reader(io.StringIO(text, newline=""), delimiter=self.delimiter))
        return self._all

    def __bool__(self) -> bool:
        return bool(self._head)

    def __len__(self) -> int:
        return len(self._rows())

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows())

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | Sequence[Row]:
        stop = place.stop if isinstance(place, slice) else place + 1
        first = place.start or 0 if isinstance(place, slice) else place
        if first < 0 or stop is None or not 0 < stop <= len(self._head):
            return self._rows()[place]
        return self._head[place]


class ColumnRows(Sequence[Row]):
    """A header, and rows of columns.

    Parameters
    ----------
    names : sequence of str
        The header.
    count : int
        How many rows are below it.
    columns : callable
        Returns the columns.
    cells : callable
        Returns the cells of rows from one number to another, from 0.
    """

    def __init__(
        self,
        names: Sequence[str],
        count: int,
        columns: Callable[[], Sequence[Column]],
        cells: Callable[[int, int], Iterable[Sequence[Any]]],
    ) -> None:
        self.names = list(names)
        self._count, self._columns, self._cells = count, columns, cells

    @cached_property
    def columns(self) -> Sequence[Column]:
        """The columns below the header."""
        return self._columns()

    def __len__(self) -> int:
        return self._count + 1

    def __iter__(self) -> Iterator[Row]:
        yield self.names
        yield from map(list, self._cells(0, self._count))

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | Sequence[Row]:
        if isinstance(place, int):
            place = range(len(self))[place]
            return self.names if place == 0 else list(next(iter(self._cells(place - 1, place))))
        first, stop, step = place.indices(len(self))
        if step != 1:
            return list(self)[place]
        head: list[Row] = [self.names] if first == 0 < stop else []
        low, high = max(first - 1, 0), max(stop - 1, 0)
        return head + list(map(list, self._cells(low, high)) if low < high else ())
