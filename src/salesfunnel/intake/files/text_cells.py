"""The cells of delimited text, piece by piece: by whole columns where rows are even, else by csv.

Both ways give the cells that ``csv.reader`` gives.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.text.cells import ROOM, Bytes, Cells, Lines, split_lines, whole_lines

PIECE = 1 << 23
"""Text is cut into cells by so many bytes at a time."""
_LINES = 1 << 20
WHITE = np.array([b <= 0x20 or b in {0x85, 0xA0, 0xC2, 0xE1, 0xE2, 0xE3} for b in range(256)])
"""Bytes with which white space can begin."""
Progress = Callable[[int, int], object]
"""Called with how much of the source is read and how much there is, in bytes or rows."""


class Piece(NamedTuple):
    """Rows of one piece of text.

    Parameters
    ----------
    columns : list of Cells
        One for each name of the header.
    numbers : ndarray of int32, shape (rows,)
        The number of each row that holds anything, from 0 in this piece.
    rows : int
        How many rows there are, blank ones too.
    beyond : list of (int, list of str)
        Row and cells beyond the header, where any of them holds anything.
    """

    columns: list[Cells]
    numbers: npt.NDArray[np.int32]
    rows: int
    beyond: list[tuple[int, list[str]]]


def padded(data: bytes | bytearray | memoryview) -> tuple[Bytes, int]:
    """Return a copy of bytes with room behind them, and how many there are."""
    size = len(data)
    whole = np.zeros(size + ROOM, dtype=np.uint8)
    whole[:size] = np.frombuffer(data, dtype=np.uint8)
    return whole, size


def pieces_of(
    data: Bytes,
    first: int,
    size: int,
    *,
    delimiter: str,
    columns: int,
    progress: Progress | None = None,
    piece: int = PIECE,
) -> Iterator[Piece]:
    """Yield the rows of delimited text in UTF-8.

    Parameters
    ----------
    data : ndarray of uint8
        The text, and room behind it.
    first, size : int
        Where the first row begins, and where the text ends.
    delimiter : str
        One mark of ASCII.
    columns : int
        How many cells of a row belong to the header.
    progress : callable, optional
        Called with the bytes read, and their number.
    piece : int
        How many bytes to read at a time.
    """
    at, mark = first, ord(delimiter)
    while at < size:
        end = _end(data, at, size, piece)
        lines = split_lines(data[at:end], mark, columns)
        if lines is None:
            rows, end = _by_csv(data, at, size, delimiter, piece)
            yield _of_rows(rows, columns)
        else:
            yield _of_lines(data[at : end + ROOM], lines, delimiter, columns)
        at = end
        if progress is not None:
            progress(at, size)


def _end(data: Bytes, at: int, size: int, piece: int) -> int:
    """Return where a piece of whole lines ends that begins at a place."""
    while at + piece < size:
        whole = whole_lines(data[at : at + piece])
        if whole:
            return at + whole
        if piece > 1 << 27:
            # A quote that nothing closes: csv reads it as it can.
            return at + piece
        piece *= 4
    return size


def _text_lines(data: Bytes, at: int, size: int) -> Iterator[tuple[str, int]]:
    """Yield lines as csv wants them, each with the place behind it."""
    while at < size:
        end = min(at + _LINES, size)
        while end < size:
            whole = data[at:end].tobytes().rfind(b"\n") + 1
            if whole:
                end = at + whole
                break
            end = min(at + 4 * (end - at), size)
        text = data[at:end].tobytes().decode("utf-8", "surrogatepass")
        for line in io.StringIO(text, newline=""):
            at += len(line) if line.isascii() else len(line.encode("utf-8", "surrogatepass"))
            yield line, at


class _Feed:
    """Lines for csv, and where the last one that it took ends."""

    def __init__(self, data: Bytes, at: int, size: int) -> None:
        self.lines = _text_lines(data, at, size)
        self.at = at

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        line, self.at = next(self.lines)
        return line


def csv_rows(
    data: Bytes, at: int, size: int, delimiter: str
) -> Iterator[tuple[list[str], int, int]]:
    """Yield rows one by one, each with where it begins and ends."""
    feed = _Feed(data, at, size)
    for row in csv.reader(feed, delimiter=delimiter):
        yield row, at, feed.at
        at = feed.at


def _by_csv(
    data: Bytes, at: int, size: int, delimiter: str, piece: int
) -> tuple[list[list[str]], int]:
    """Return the rows of a piece, read mark by mark, and where it ends."""
    rows, stop = [], at + piece
    for row, _, end in csv_rows(data, at, size, delimiter):
        rows.append(row)
        if end >= stop:
            return rows, end
    return rows, size


def _of_rows(rows: Sequence[Sequence[str]], columns: int) -> Piece:
    even = [[*row[:columns], *("",) * (columns - len(row))] for row in rows]
    flat = cells_of([cell for row in even for cell in row])
    start = np.ascontiguousarray(flat.start.reshape(-1, columns).T)
    length = np.ascontiguousarray(flat.length.reshape(-1, columns).T)
    return _filled(flat.data, start, length, _beyond(enumerate(rows), columns))


def cells_of(texts: Sequence[str]) -> Cells:
    """Return texts as cells, one behind the other."""
    whole = "".join(texts)
    if whole.isascii():
        joined, sizes = whole.encode(), np.fromiter(map(len, texts), np.int64, len(texts))
    else:
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        joined, sizes = b"".join(encoded), np.fromiter(map(len, encoded), np.int64, len(texts))
    start = np.cumsum(sizes) - sizes
    narrow = np.int32 if len(joined) < 1 << 31 else np.int64
    return Cells(padded(joined)[0], start.astype(narrow), sizes.astype(np.int32))


def _beyond(rows: Iterator[tuple[int, Sequence[str]]], columns: int) -> list[tuple[int, list[str]]]:
    found = []
    for row, cells in rows:
        words = [word for word in map(str.strip, cells[columns:]) if word]
        if words:
            found.append((row, words))
    return found


def _of_lines(data: Bytes, lines: Lines, delimiter: str, columns: int) -> Piece:
    """Return the rows of a piece: the even ones where they lie, the others read by csv."""
    other = np.flatnonzero(~lines.even)
    start, length, even, first, last, escaped = lines
    if not other.size and not len(escaped):
        return _filled(data, start, length, [])
    rows = [
        next(iter(csv.reader(_split(data[a:b]), delimiter=delimiter)), [])
        for a, b in zip(first.tolist(), last.tolist(), strict=True)
    ]
    doubled = [
        data[s : s + n].tobytes().decode("utf-8", "surrogatepass").replace('""', '"')
        for s, n in ((start[k, i], length[k, i]) for k, i in escaped.tolist())
    ]
    own = [cell for row in rows for cell in (*row[:columns], *("",) * (columns - len(row)))]
    more = cells_of([*own, *doubled])
    base = data.size - ROOM
    if len(escaped):
        start[escaped[:, 0], escaped[:, 1]] = more.start[len(own) :] + base
        length[escaped[:, 0], escaped[:, 1]] = more.length[len(own) :]
    whole = np.concatenate([data[:base], more.data])
    if other.size:
        start = _placed(start, even, more.start[: len(own)] + base)
        length = _placed(length, even, more.length[: len(own)])
    return _filled(whole, start, length, _beyond(zip(other.tolist(), rows, strict=True), columns))


def _split(line: Bytes) -> Iterator[str]:
    return iter(io.StringIO(line.tobytes().decode("utf-8", "surrogatepass"), newline=""))


def _placed(
    table: npt.NDArray[np.int32], even: npt.NDArray[np.bool_], others: npt.NDArray[np.int32]
) -> npt.NDArray[np.int32]:
    """Return the table with the other rows put between the even ones."""
    found = np.empty((len(table), even.size), dtype=np.int32)
    found[:, even] = table
    found[:, ~even] = others.reshape(-1, len(table)).T
    return found


def _filled(
    data: Bytes,
    start: npt.NDArray[np.int32],
    length: npt.NDArray[np.int32],
    beyond: list[tuple[int, list[str]]],
) -> Piece:
    """Return the rows in which anything stands."""
    count = start.shape[1]
    numbers = np.arange(count, dtype=np.int32)
    blank = numbers
    for first, size in zip(start, length, strict=True):
        some = size[blank]
        blank = blank[(some == 0) | WHITE.take(data.take(first[blank]))]
    if blank.size:
        blank = np.setdiff1d(blank, [row for row, _ in beyond], assume_unique=True)
        spaces = np.flatnonzero(length[:, blank].any(axis=0))
        words = [row for row in blank[spaces] if any(_text(data, start[:, row], length[:, row]))]
        numbers = np.delete(numbers, np.setdiff1d(blank, words, assume_unique=True))
        start, length = start[:, numbers], length[:, numbers]
    columns = [Cells(data, a, _narrow(b)) for a, b in zip(start, length, strict=True)]
    return Piece(columns, numbers, count, beyond)


def _narrow(length: npt.NDArray[np.int32]) -> npt.NDArray[Any]:
    small = not length.size or int(length.max()) < 1 << 15
    return length.astype(np.int16) if small else length


def _text(data: Bytes, start: npt.NDArray[np.int32], length: npt.NDArray[np.int32]) -> list[str]:
    """Return the words of one row."""
    return [
        data[a : a + n].tobytes().decode("utf-8", "surrogatepass").strip()
        for a, n in zip(start.tolist(), length.tolist(), strict=True)
    ]
