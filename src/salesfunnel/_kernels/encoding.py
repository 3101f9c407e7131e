"""Ids into small whole numbers, by a hash table of arrays.

Arguments are already validated.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

CHUNK = 1 << 17
ODD = np.uint64(0x9E3779B97F4A7C15)
"""2 ** 64 divided by the golden ratio, for Fibonacci hashing.

References
----------
.. [1] D. E. Knuth, The Art of Computer Programming, vol. 3, 6.4.
"""
TRIES = 40


def dense_codes(ids: npt.NDArray[Any]) -> tuple[npt.NDArray[np.int32], int]:
    """Return a small number for each id, the same for the same id, and the largest possible one.

    Parameters
    ----------
    ids : ndarray of int, shape (n,)
        Any whole numbers.

    Returns
    -------
    codes : ndarray of int32, shape (n,)
        In no order that means anything; not every number is used.
    high : int
        No code is larger.
    """
    bits = _table_bits(ids)
    while True:
        codes = _number(ids, bits)
        if codes is not None:
            return codes, (1 << bits) - 1
        bits += 2


def _table_bits(ids: npt.NDArray[Any]) -> int:
    """Return the size of a table that is at most half full, guessed from a sample."""
    return _guess_bits(ids[:: max(ids.size >> 17, 1)], ids.size)


def _guess_bits(some: npt.NDArray[Any], count: int) -> int:
    """Return the size of a table for `count` ids, guessed from some of them."""
    if count <= 1 << 16:
        return max(int(2 * count).bit_length(), 4)
    sample = np.sort(some)
    repeats = sample.size - 1 - np.count_nonzero(sample[1:] != sample[:-1])
    # Pairs that agree in a sample of m from u equally common ids: about m * m / (2 u).
    guess = min(sample.size**2 / (2 * max(repeats, 1)), count)
    return int(2 * guess).bit_length()


def _number(ids: npt.NDArray[Any], bits: int) -> npt.NDArray[np.int32] | None:
    """Return the place of each id in a table of 2 ** bits; None where the table is too full."""
    table = Table(bits, 1)
    codes = np.empty(ids.size, dtype=np.int32)
    for low in range(0, ids.size, CHUNK):
        mine = ids[low : low + CHUNK].astype(np.int64)
        if not table.number((mine.view(np.uint64),), codes[low : low + CHUNK], low):
            return None
    return codes


class Table:
    """A hash table of keys of some words each, filled by whole arrays."""

    def __init__(self, bits: int, words: int) -> None:
        self.bits = bits
        self.words = [np.zeros(1 << bits, dtype=np.uint64) for _ in range(words)]
        self.used = np.zeros(1 << bits, dtype=np.bool_)
        self.rows = np.zeros(1 << bits, dtype=np.int64)

    def number(
        self, words: tuple[npt.NDArray[np.uint64], ...], codes: npt.NDArray[np.int32], base: int
    ) -> bool:
        """Write the place of each key to `codes`; False where the table is too full."""
        mixed = words[0] * ODD
        for word in words[1:]:
            mixed = (mixed ^ (mixed >> np.uint64(29)) ^ word) * ODD
        place = (mixed >> np.uint64(64 - self.bits)).view(np.int64)
        rows = np.arange(place.size)
        for _ in range(TRIES):
            free = np.flatnonzero(~self.used.take(place))
            if free.size:
                at = place.take(free)
                # Of several keys that want one place the last gets it, with all its words.
                self.rows[at] = rows.take(free) + base
                winner = self.rows.take(at) - base
                won = np.flatnonzero(winner == rows.take(free))
                at, mine = at.take(won), free.take(won)
                for table, word in zip(self.words, words, strict=True):
                    table[at] = word.take(mine)
                self.used[at] = True
            same = self.words[0].take(place) == words[0]
            for table, word in zip(self.words[1:], words[1:], strict=True):
                same &= table.take(place) == word
            codes[rows] = place
            wrong = np.flatnonzero(~same)
            if not wrong.size:
                return True
            rows = rows.take(wrong)
            words = tuple(word.take(wrong) for word in words)
            place = (place.take(wrong) + 1) & ((1 << self.bits) - 1)
        return False


def text_codes(
    data: npt.NDArray[np.uint8], offsets: npt.NDArray[Any]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64], npt.NDArray[np.bool_]] | None:
    """Return a small number for each text of an Arrow column, the same for the same text.

    Parameters
    ----------
    data : ndarray of uint8
        The bytes of all texts.
    offsets : ndarray of int, shape (n + 1,)
        Where each begins and the last one ends.

    Returns
    -------
    codes : ndarray of int32, shape (n,)
        In no order that means anything.
    rows : ndarray of int64
        For each number, a row that has it.
    used : ndarray of bool
        Which numbers occur.

    Or None where texts are longer than 64 bytes or hold zero bytes.
    """
    count = offsets.size - 1
    longest = int(np.diff(offsets).max(initial=0))
    start, end = int(offsets[0]), int(offsets[-1])
    if longest > 64 or (end > start and not data[start:end].all()):
        return None
    padded = np.zeros((end // 8 + 10) * 8, dtype=np.uint8)
    padded[start:end] = data[start:end]
    aligned = padded.view(np.uint64)
    width = max(-(-longest // 8), 1)
    low = slice(0, min(count, CHUNK))
    sample = _words(aligned, offsets[low.start : low.stop + 1], width)
    mixed = sample[0].copy()
    for word in sample[1:]:
        mixed = (mixed ^ (mixed >> np.uint64(29)) ^ word) * ODD
    bits = _guess_bits(mixed.view(np.int64), count)
    while True:
        table = Table(bits, width)
        codes = np.empty(count, dtype=np.int32)
        if all(
            table.number(
                _words(aligned, offsets[first : first + CHUNK + 1], width),
                codes[first : first + CHUNK],
                first,
            )
            for first in range(0, count, CHUNK)
        ):
            return codes, table.rows, table.used
        bits += 2


def _words(
    aligned: npt.NDArray[np.uint64], offsets: npt.NDArray[Any], width: int
) -> tuple[npt.NDArray[np.uint64], ...]:
    """Return the texts as words of eight bytes, zeros behind their ends."""
    first = offsets[:-1].astype(np.int64)
    length = offsets[1:] - first
    place = first >> 3
    shift = ((first & 7) << 3).view(np.uint64)
    back = np.uint64(63) - shift
    words = []
    here = aligned.take(place)
    for k in range(width):
        after = aligned.take(place + (k + 1))
        word = (here >> shift) | ((after << np.uint64(1)) << back)
        kept = np.clip(length - 8 * k, 0, 8)
        word &= _MASKS.take(kept)
        words.append(word)
        here = after
    return tuple(words)


_MASKS = np.array([(1 << (8 * n)) - 1 for n in range(9)], dtype=np.uint64)
