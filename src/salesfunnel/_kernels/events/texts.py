"""Texts of Arrow columns as words of eight bytes, chunk by chunk.

Arguments are already validated. Both layouts of text are read where they lie: offsets into one
piece of bytes, and views of sixteen bytes that hold a short text themselves.

References
----------
.. [1] Apache Arrow columnar format, "Variable-size binary layout" and "Variable-size binary view
   layout".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Words = tuple[npt.NDArray[np.uint64], ...]
STRIP = 1 << 15
INLINE = 12
"""A view holds as many bytes of a text itself."""
SPARSE = 4
"""Bytes around texts that fill less than this part of them are not copied for each chunk."""


class WordTexts(Protocol):
    """Some texts as words of 8 bytes, by row."""

    count: int

    def longest(self) -> int:
        """Return how many bytes a text has at most."""
        ...

    def words(self, low: int, high: int, width: int) -> Words | None:
        """Return these texts as so many words, zeros behind their ends; None for a zero byte."""
        ...


class Texts(WordTexts, Protocol):
    """Some texts, by row, of which one can ask whether they are blank."""

    def may_be_blank(self, rows: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
        """Return which of some texts are empty or begin as white space does."""
        ...


class OffsetTexts:
    """Texts that lie one behind the other in `data`, each from one of the offsets to the next.

    Between two of them there may be a `gap` of bytes that are not zero.
    """

    def __init__(self, data: Bytes, offsets: npt.NDArray[Any], gap: int = 0) -> None:
        self.data = data
        self.offsets = offsets
        self.gap = gap
        self.count = offsets.size - 1
        self.memory = np.zeros(0, dtype=np.uint64)

    def longest(self) -> int:
        """Return how many bytes a text has at most."""
        parts = range(0, self.count, STRIP)
        most = (int(np.diff(self.offsets[k : k + STRIP + 1]).max()) for k in parts)
        return max(most, default=self.gap) - self.gap

    def may_be_blank(self, rows: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
        """Return which of some texts are empty or begin as white space does."""
        first = self.offsets.take(rows)
        blank: npt.NDArray[np.bool_] = self.offsets.take(rows + 1) - self.gap == first
        blank[~blank] = _SPACE.take(self.data.take(first[~blank]))
        return blank

    def words(self, low: int, high: int, width: int) -> Words | None:
        """Return these texts as so many words, zeros behind their ends; None for a zero byte."""
        offsets = self.offsets[low : high + 1]
        start, end = int(offsets[0]), min(int(offsets[-1]), self.data.size)
        self.memory = _room(self.memory, end - start, width)
        here = self.memory.view(np.uint8)[: end - start]
        here[:] = self.data[start:end]
        if not here.all():
            return None
        return _cut(self.memory, offsets[:-1] - start, np.diff(offsets) - self.gap, width)


class ViewTexts:
    """Texts as views: length, and the text itself or its first bytes, its buffer and offset."""

    def __init__(self, views: Bytes, buffers: Sequence[Bytes]) -> None:
        self.views = views.view(np.int32).reshape(-1, 4)
        self.buffers = buffers
        self.count = len(self.views)
        self.memory = np.zeros(0, dtype=np.uint64)
        self.whole: dict[int, npt.NDArray[np.uint64]] = {}

    def longest(self) -> int:
        """Return how many bytes a text has at most."""
        return int(self.views[:, 0].max(initial=0))

    def may_be_blank(self, rows: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
        """Return which of some texts are empty or begin as white space does."""
        blank: npt.NDArray[np.bool_] = self.views[:, 0].take(rows) == 0
        blank |= _SPACE.take(self.views[:, 1].take(rows) & 0xFF)
        return blank

    def words(self, low: int, high: int, width: int) -> Words | None:
        """Return these texts as so many words, zeros behind their ends; None for a zero byte."""
        views = self.views[low:high]
        length = views[:, 0].astype(np.int64)
        here = np.flatnonzero(length <= INLINE)
        if here.size == len(views):
            return _inline(views, width)
        first, number = views[:, 3].astype(np.int64), views[:, 2]
        if here.size:
            number = number.copy()
            other = int(np.argmax(length > INLINE))
            # Read as nothing at the place of another one, and filled in below.
            number[here], first[here], length[here] = number[other], first[other], 0
        words = self._outside(number, first, length, width)
        if not here.size or words is None:
            return words
        short = _inline(views.take(here, axis=0), width)
        for word, part in zip(words, short or (), strict=False):
            word[here] = part
        return words if short else None

    def _outside(
        self, number: npt.NDArray[np.int32], first: Ints, length: Ints, width: int
    ) -> Words | None:
        """Return the words of texts that lie in the buffers."""
        if (number == number[0]).all():
            return self._from_buffer(int(number[0]), first, length, width)
        found = tuple(np.empty(length.size, dtype=np.uint64) for _ in range(width))
        for one in np.flatnonzero(np.bincount(number)).tolist():
            mine = np.flatnonzero(number == one)
            some = self._from_buffer(one, first.take(mine), length.take(mine), width)
            if some is None:
                return None
            for word, part in zip(found, some, strict=True):
                word[mine] = part
        return found

    def _from_buffer(self, number: int, first: Ints, length: Ints, width: int) -> Words | None:
        data = self.buffers[number]
        start, end = int(first.min()), int((first + length).max())
        if end - start <= SPARSE * int(length.sum()) and number not in self.whole:
            self.memory = _room(self.memory, end - start, width)
            here = self.memory.view(np.uint8)[: end - start]
            here[:] = data[start:end]
            words = _cut(self.memory, first - start, length, width)
            # Between the texts there may be anything, zeros as well.
            return words if here.all() else _without_zeros(words, length)
        if number not in self.whole:
            memory = _room(np.zeros(0, dtype=np.uint64), data.size, width)
            memory.view(np.uint8)[: data.size] = data
            self.whole[number] = memory
        return _without_zeros(_cut(self.whole[number], first, length, width), length)


class FixedTexts:
    """Texts in cells of one size, zeros behind their ends: numpy's S and U.

    Parameters
    ----------
    cells : ndarray of uint8 or uint32, shape (n, k)
        Bytes, or code points.
    """

    def __init__(self, cells: npt.NDArray[Any]) -> None:
        self.cells = cells
        self.count = len(cells)
        self.kind: npt.DTypeLike = np.uint8
        if cells.dtype != np.uint8:
            high = max(int(cells[k : k + STRIP].max()) for k in range(0, self.count, STRIP))
            self.kind = np.uint8 if high < 1 << 8 else np.uint16 if high < 1 << 16 else np.uint32

    def longest(self) -> int:
        """Return how many bytes a text has at most."""
        return int(self.cells.shape[1]) * np.dtype(self.kind).itemsize

    def may_be_blank(self, rows: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
        """Return which of some texts are empty or begin as white space does."""
        head = self.cells[:, 0].take(rows)
        if self.cells.dtype == np.uint8:
            found: npt.NDArray[np.bool_] = _SPACE.take(head)
        else:
            found = (head == 0) | np.isin(head, _SPACES)
        return found

    def words(self, low: int, high: int, width: int) -> Words | None:
        """Return these texts as so many words, zeros behind their ends."""
        cells = self.cells[low:high]
        room = np.zeros((len(cells), 8 * width // np.dtype(self.kind).itemsize), dtype=self.kind)
        room[:, : cells.shape[1]] = cells
        words = room.view(np.uint64)
        return tuple(np.ascontiguousarray(words[:, k]) for k in range(width))


def _room(memory: npt.NDArray[np.uint64], size: int, width: int) -> npt.NDArray[np.uint64]:
    """Return memory for so many bytes, and words read behind them; the same if it is enough."""
    words = size // 8 + width + 2
    return memory if words <= memory.size else np.zeros(words + words // 4, dtype=np.uint64)


def _cut(
    memory: npt.NDArray[np.uint64], first: npt.NDArray[Any], length: npt.NDArray[Any], width: int
) -> Words:
    """Return texts in aligned memory as words."""
    place = first >> 3
    shift = ((first & 7) << 3).astype(np.uint64)
    back = np.uint64(63) - shift
    words = []
    here = memory.take(place)
    for k in range(width):
        place += 1
        after = memory.take(place)
        word = here >> shift
        word |= (after << np.uint64(1)) << back
        word &= _MASKS.take(np.clip(length - 8 * k, 0, 8))
        words.append(word)
        here = after
    return tuple(words)


def _inline(views: npt.NDArray[np.int32], width: int) -> Words | None:
    """Return the words of texts that their views hold."""
    raw = views.view(np.uint64)
    half = np.uint64(32)
    pair = [(raw[:, 0] >> half) | (raw[:, 1] << half), raw[:, 1] >> half]
    length = views[:, 0].astype(np.int64)
    for k, word in enumerate(pair):
        np.bitwise_and(word, _MASKS.take(np.clip(length - 8 * k, 0, 8)), out=word)
    words = (pair + [np.zeros(len(views), dtype=np.uint64)] * (width - 2))[:width]
    return _without_zeros(tuple(words), length)


def _without_zeros(words: Words, length: Ints) -> Words | None:
    """Return the words; None if a byte of a text is zero.

    A byte is zero where taking one from it borrows, and it had no high bit itself [1]_.

    References
    ----------
    .. [1] H. S. Warren, Hacker's Delight, 6-1.
    """
    for k, word in enumerate(words):
        full = word | ~_MASKS.take(np.clip(length - 8 * k, 0, 8))
        borrow = full - _ONES
        borrow &= ~full
        borrow &= _HIGHS
        if borrow.any():
            return None
    return words


_SPACE = np.array([b <= 0x20 or b in {0x85, 0xA0, 0xC2, 0xE1, 0xE2, 0xE3} for b in range(256)])
"""Bytes with which white space can begin, in UTF-8 and in Latin-1."""
_SPACES = np.array([k for k in range(0x3001) if chr(k).isspace()], dtype=np.uint32)
"""All white space there is."""
_MASKS = np.array([(1 << (8 * n)) - 1 for n in range(9)], dtype=np.uint64)
_ONES = np.uint64(0x0101010101010101)
_HIGHS = np.uint64(0x8080808080808080)
