"""Where the cells of delimited text lie: whole columns of starts and lengths, without a copy.

Arguments are already validated. A column of cells is the layout of text in Arrow: bytes, and where
each cell starts and how long it is.

References
----------
.. [1] RFC 4180, Common format and MIME type for comma-separated values files.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]

ROOM = 64
"""Bytes that must lie behind the last cell: cells are read in runs of at most so many bytes."""
_QUOTE, _LINE, _RETURN = 34, 10, 13


class Cells(NamedTuple):
    """The cells of one column in one piece of bytes.

    Parameters
    ----------
    data : ndarray of uint8
        At least `ROOM` bytes follow the last cell.
    start : ndarray of int, shape (n,)
        Where each cell starts.
    length : ndarray of int, shape (n,)
        How many bytes it has.
    """

    data: Bytes
    start: Ints
    length: Ints

    def take(self, rows: Ints) -> Cells:
        """Return some of the cells."""
        return Cells(self.data, self.start.take(rows), self.length.take(rows))

    def raw(self, row: int) -> bytes:
        """Return the bytes of one cell."""
        start = int(self.start[row])
        return self.data[start : start + int(self.length[row])].tobytes()


class Lines(NamedTuple):
    """Rows of one piece of text.

    Parameters
    ----------
    start, length : ndarray of int32, shape (columns, rows)
        The cells of the rows that have as many cells as there are columns.
    even : ndarray of bool, shape (all rows,)
        Which rows these are.
    first, last : ndarray of int64, shape (other rows,)
        Where each of the other rows starts and ends.
    escaped : ndarray of int64, shape (k, 2)
        Column and row of the cells in which quotes are doubled.
    """

    start: npt.NDArray[np.int32]
    length: npt.NDArray[np.int32]
    even: Bools
    first: Ints
    last: Ints
    escaped: Ints


def gather(data: Bytes, start: Ints, width: int) -> Bytes:
    """Return a run of `width` bytes from each start, shape (n, width).

    One index on overlapping items is several times faster than one for each byte.
    """
    items = np.ndarray(
        (data.size - width + 1,), dtype=np.dtype(f"V{width}"), buffer=data, strides=(1,)
    )
    found: Bytes = items[start].view(np.uint8).reshape(start.size, width)
    return found


def whole_lines(part: Bytes) -> int:
    """Return where the last line of some text ends, 0 where none does.

    A line break between quotes ends no line.
    """
    if not (part == _QUOTE).any():
        return part.tobytes().rfind(b"\n") + 1
    ends = np.flatnonzero((part == _LINE) & ~_inside(part))
    return int(ends[-1]) + 1 if ends.size else 0


def split_lines(part: Bytes, delimiter: int, columns: int) -> Lines | None:
    """Return where the cells of whole lines lie.

    Parameters
    ----------
    part : ndarray of uint8
        Whole lines; the last one may lack its line break.
    delimiter : int
        The byte between cells.
    columns : int
        How many cells a row has.

    Returns
    -------
    Lines
        Or None where quotes stand inside of cells, or carriage returns alone: such text has to be
        read mark by mark.
    """
    line = part == _LINE
    marks = line | (part == delimiter)
    quoted = part == _QUOTE
    pairs = np.zeros(0, dtype=np.int64)
    if quoted.any():
        quotes = np.flatnonzero(quoted)
        opening, closing = quotes[::2], quotes[1::2]
        if opening.size != closing.size:
            return None
        inside = _inside(part)
        marks &= ~inside
        line &= ~inside
        pairs = opening[1:][opening[1:] == closing[:-1] + 1]
        if not _quotes_fit(part, marks, opening, closing):
            return None
        if not _returns_fit(part, line, inside):
            return None
    elif not _returns_fit(part, line, None):
        return None
    ends = np.flatnonzero(marks)
    if part.size and part[-1] != _LINE:
        ends = np.append(ends, part.size)
    return _cells(part, ends, line, columns, pairs)


def _inside(part: Bytes) -> Bools:
    """Return which bytes stand between quotes, the opening one with them."""
    inside: Bools = np.logical_xor.accumulate(part == _QUOTE)
    return inside


def _quotes_fit(part: Bytes, marks: Bools, opening: Ints, closing: Ints) -> bool:
    """Return whether cells are quoted as a whole."""
    begins = np.ones(opening.size, dtype=np.bool_)
    later = opening > 0
    before = opening[later] - 1
    begins[later] = marks[before] | (part[before] == _QUOTE)
    if not begins.all():
        return False
    after = closing + 1
    after = after[after < part.size]
    follows = part[after]
    # A quote that follows is the second of a doubled one; what is left are ends of cells.
    fits = marks[after] | (follows == _QUOTE) | (follows == _RETURN)
    return bool(fits.all())


def _returns_fit(part: Bytes, line: Bools, inside: Bools | None) -> bool:
    """Return whether every carriage return outside of quotes stands before a line break."""
    returns = part == _RETURN
    if inside is not None:
        returns &= ~inside
    at = np.flatnonzero(returns)
    if not at.size:
        return True
    if at[-1] == part.size - 1:
        return False
    return bool(line[at + 1].all())


def _cells(part: Bytes, ends: Ints, line: Bools, columns: int, pairs: Ints) -> Lines:
    """Return the cells between marks, row by row."""
    if not ends.size:
        nothing = np.zeros((columns, 0), dtype=np.int32)
        none = np.zeros(0, dtype=np.int64)
        return Lines(nothing, nothing, np.zeros(0, np.bool_), none, none, np.zeros((0, 2), int))
    start = np.empty(ends.size, dtype=np.int32)
    start[0] = 0
    np.add(ends[:-1], 1, out=start[1:], casting="unsafe")
    closes = line.take(np.minimum(ends, part.size - 1))
    closes[-1] = True
    length = ends.astype(np.int32)
    length -= start
    rows = np.flatnonzero(closes)
    even, first, last = np.ones(rows.size, dtype=np.bool_), rows[:0], rows[:0]
    if rows.size * columns != ends.size or not closes.reshape(-1, columns)[:, -1].all():
        wide = np.diff(rows, prepend=-1)
        even = wide == columns
        other = np.flatnonzero(~even)
        last = ends[rows[other]].astype(np.int64)
        first = start[rows[other] - wide[other] + 1].astype(np.int64)
        kept = np.repeat(even, wide)
        start, length = start[kept], length[kept]
    start = np.ascontiguousarray(start.reshape(-1, columns).T)
    length = np.ascontiguousarray(length.reshape(-1, columns).T)
    _without_returns(part, start[-1], length[-1])
    escaped = _without_quotes(part, start, length, pairs)
    return Lines(start, length, even, first, last, escaped)


def _without_returns(part: Bytes, start: Ints, length: Ints) -> None:
    """Take the carriage returns before line breaks off the last cells of rows."""
    there = np.flatnonzero(length > 0)
    at = there[part.take(start[there] + length[there] - 1) == _RETURN]
    length[at] -= 1


def _without_quotes(part: Bytes, start: Ints, length: Ints, pairs: Ints) -> Ints:
    """Take the quotes off cells, and return which of them have doubled ones: column, row."""
    escaped = []
    for column in range(len(start)):
        first, size = start[column], length[column]
        at = np.flatnonzero(size > 1)
        at = at[part.take(first[at]) == _QUOTE]
        first[at] += 1
        size[at] -= 2
        if at.size and pairs.size:
            # Cells of one column lie in order, so a pair is of the last cell before it.
            low = np.searchsorted(pairs, first[at])
            high = np.searchsorted(pairs, first[at] + size[at])
            rows = at[high > low]
            escaped.append(np.stack([np.full(rows.size, column), rows], axis=1))
    return np.concatenate(escaped) if escaped else np.zeros((0, 2), dtype=np.int64)


def stripped(cells: Cells) -> Cells:
    """Return the cells without spaces and tabs around them."""
    data, start, length = cells
    known = np.flatnonzero(length > 0)
    if known.size < length.size and not known.size:
        return cells
    head, tail = start, length
    while True:
        at = known[_blank(data.take(head[known]))]
        if not at.size:
            break
        if head is start:
            head, tail = start.copy(), length.copy()
        head[at] += 1
        tail[at] -= 1
        known = at[tail[at] > 0]
    known = np.flatnonzero(tail > 0)
    while True:
        at = known[_blank(data.take(head[known].astype(np.int64) + tail[known] - 1))]
        if not at.size:
            return Cells(data, head, tail)
        if tail is length:
            tail = length.copy()
        tail[at] -= 1
        known = at[tail[at] > 0]


def _blank(mark: Bytes) -> Bools:
    blank: Bools = (mark == 32) | (mark == 9)
    return blank
