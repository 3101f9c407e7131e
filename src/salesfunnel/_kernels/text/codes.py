"""Cells as small whole numbers, the same for the same text, by hash and without a text for each.

Arguments are already validated. Cells of up to 16 bytes, of up to 64, and longer ones are numbered
apart: a text of one length is never that of another, and most columns hold short texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.events.encoding import text_codes
from salesfunnel._kernels.events.texts import Words
from salesfunnel._kernels.text.cells import Cells, Ints, gather

SHORT, LONGEST = 16, 64
FEW = 64
"""So few cells are numbered one by one: for them hashing does not pay."""
_MASKS = np.array([(1 << (8 * n)) - 1 for n in range(9)], dtype=np.uint64)


class Distinct(NamedTuple):
    """Cells as numbers.

    Parameters
    ----------
    codes : ndarray of int32, shape (n,)
        The number of each cell.
    rows : ndarray of int64, shape (k,)
        For each number the first row that has it; ascending, so numbers come in order of the rows.
    """

    codes: npt.NDArray[np.int32]
    rows: npt.NDArray[np.int64]


class Pieces:
    """The cells of one column, piece by piece."""

    def __init__(self, pieces: Sequence[Cells]) -> None:
        self.pieces = pieces
        sizes = [piece.start.size for piece in pieces]
        self.ends = np.cumsum([0, *sizes])
        self.count = int(self.ends[-1])

    def spans(self, low: int, high: int) -> list[tuple[Cells, slice]]:
        """Return the pieces that hold some rows, and which of their rows."""
        found = []
        first = int(np.searchsorted(self.ends, low, side="right")) - 1
        for k in range(first, len(self.pieces)):
            begin = int(self.ends[k])
            if begin >= high:
                break
            here = slice(max(low - begin, 0), min(high - begin, self.pieces[k].start.size))
            if here.stop > here.start:
                found.append((self.pieces[k], here))
        return found

    def lengths(self) -> npt.NDArray[np.int32]:
        """Return how many bytes each cell has."""
        if not self.pieces:
            return np.zeros(0, dtype=np.int32)
        return np.concatenate([piece.length for piece in self.pieces]).astype(np.int32, copy=False)

    def raw(self, row: int) -> bytes:
        """Return the bytes of one cell."""
        k = int(np.searchsorted(self.ends, row, side="right")) - 1
        return self.pieces[k].raw(row - int(self.ends[k]))

    def take(self, rows: Ints) -> Pieces:
        """Return some of the cells, in order of the rows, which ascend."""
        cut = np.searchsorted(rows, self.ends)
        return Pieces(
            [
                piece.take(rows[cut[k] : cut[k + 1]] - self.ends[k])
                for k, piece in enumerate(self.pieces)
                if cut[k + 1] > cut[k]
            ]
        )

    def texts(self, rows: Ints) -> list[str]:
        """Return the texts of some rows, which ascend."""
        found: list[str] = []
        for piece in self.take(rows).pieces:
            found += _texts(piece)
        return found


class _Texts:
    """Cells of at most `longest_text` bytes, as ``text_codes`` reads them."""

    def __init__(self, pieces: Pieces, longest_text: int) -> None:
        self.pieces = pieces
        self.count = pieces.count
        self._longest = longest_text

    def longest(self) -> int:
        """Return how many bytes a text has at most."""
        return self._longest

    def words(self, low: int, high: int, width: int) -> Words | None:
        """Return these texts as so many words, zeros behind their ends."""
        parts = [
            _words(Cells(c.data, c.start[here], c.length[here]), width)
            for c, here in self.pieces.spans(low, high)
        ]
        if len(parts) == 1:
            return parts[0]
        return tuple(np.concatenate(word) for word in zip(*parts, strict=True))


def _words(cells: Cells, width: int) -> Words:
    items = gather(cells.data, cells.start, 8 * width).view(np.uint64)
    length = cells.length.astype(np.int64)
    return tuple(items[:, k] & _MASKS.take(np.clip(length - 8 * k, 0, 8)) for k in range(width))


def _texts(cells: Cells) -> list[str]:
    """Return the texts of cells: all decoded at once, with a zero byte between them."""
    length = cells.length.astype(np.int64) + 1
    ends = np.cumsum(length)
    # Where each byte of the joined text comes from.
    place = np.repeat(cells.start - ends + length, length)
    place += np.arange(place.size)
    joined = cells.data.take(place)
    joined[ends - 1] = 0
    texts = joined.tobytes().decode("utf-8", "surrogatepass").split("\0")
    if len(texts) == length.size + 1:
        return texts[:-1]
    # A text holds a zero byte itself.
    return [cells.raw(row).decode("utf-8", "surrogatepass") for row in range(length.size)]


def distinct_cells(pieces: Pieces) -> Distinct:
    """Return a number for each cell, the same for the same bytes.

    Numbers are given in the order in which texts come first.
    """
    length = pieces.lengths()
    codes = np.zeros(length.size, dtype=np.int32)
    if not length.size:
        return Distinct(codes, np.zeros(0, dtype=np.int64))
    if length.size <= FEW:
        return _one_by_one(pieces)
    longest = int(length.max())
    short = longest if longest <= SHORT else int(length[length <= SHORT].max(initial=0))
    groups = [(-1, short), (short, LONGEST), (LONGEST, longest)]
    rows: list[npt.NDArray[np.int64]] = []
    count = 0
    for low, high in groups:
        if low >= high:
            continue
        if low < 0 and high == longest:
            found = _number(pieces, high)
            return _in_order(*found)
        mine = np.flatnonzero((length > low) & (length <= high))
        if not mine.size:
            continue
        part, first = _number(pieces.take(mine), high)
        codes[mine] = part + count
        rows.append(mine[first])
        count += first.size
    return _in_order(codes, np.concatenate(rows))


def _in_order(codes: npt.NDArray[np.int32], rows: npt.NDArray[np.int64]) -> Distinct:
    """Return codes renumbered by the first row of each."""
    order = np.argsort(rows, kind="stable")
    place = np.empty(order.size, dtype=np.int32)
    place[order] = np.arange(order.size, dtype=np.int32)
    return Distinct(place.take(codes), rows[order])


def _number(pieces: Pieces, longest: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """Return a number for each cell, all below the count of numbers, and the first row of each."""
    zeros = any(not _words_free_of_zeros(piece) for piece in pieces.pieces)
    found = None if longest > LONGEST or zeros else text_codes(_Texts(pieces, longest))
    if found is None:
        return _by_dict(pieces)
    codes, _, used = found
    numbers = np.flatnonzero(used)
    table = np.full(used.size, -1, dtype=np.int32)
    table[numbers] = np.arange(numbers.size, dtype=np.int32)
    codes = table.take(codes)
    first = np.empty(numbers.size, dtype=np.int64)
    # Of several rows of one number the last that is written stays.
    first[codes[::-1]] = np.arange(codes.size - 1, -1, -1)
    return codes, first


def _words_free_of_zeros(cells: Cells) -> bool:
    """Return whether no text of a piece holds a zero byte, which would end it here."""
    if not cells.start.size:
        return True
    low = int(cells.start.min())
    high = int((cells.start.astype(np.int64) + cells.length).max())
    own = int(cells.length.sum(dtype=np.int64))
    if high - low > 8 * own:
        # One of many columns: its own bytes alone, not those of the whole table.
        return not own or int(cells.data.take(_places(cells)).min()) > 0
    return low >= high or int(cells.data[low:high].min()) > 0


def _places(cells: Cells) -> Ints:
    """Return where each byte of some cells lies, one cell behind the other."""
    length = cells.length.astype(np.int64)
    ends = np.cumsum(length)
    place = np.repeat(cells.start - ends + length, length)
    place += np.arange(place.size)
    return place


def _one_by_one(pieces: Pieces) -> Distinct:
    """Return numbers of a few cells."""
    place: dict[bytes, int] = {}
    first: list[int] = []
    codes = np.empty(pieces.count, dtype=np.int32)
    texts = (piece.raw(row) for piece in pieces.pieces for row in range(piece.start.size))
    for row, text in enumerate(texts):
        codes[row] = number = place.setdefault(text, len(first))
        if number == len(first):
            first.append(row)
    return Distinct(codes, np.array(first, dtype=np.int64))


def _by_dict(pieces: Pieces) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """Return numbers by a dictionary of the texts: for long ones, and those with zeros."""
    place: dict[bytes, int] = {}
    first: list[int] = []
    codes = np.empty(pieces.count, dtype=np.int32)
    row = 0
    for data, start, length in pieces.pieces:
        whole = data.tobytes()
        ends: list[Any] = (start.astype(np.int64) + length).tolist()
        for begin, end in zip(start.tolist(), ends, strict=True):
            text = whole[begin:end]
            number = place.setdefault(text, len(first))
            if number == len(first):
                first.append(row)
            codes[row] = number
            row += 1
    return codes, np.array(first, dtype=np.int64)
