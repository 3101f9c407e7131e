"""Ids into small whole numbers, by a hash table of arrays.

Arguments are already validated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.events.texts import Words, WordTexts
from salesfunnel._kernels.processors import usable_processors

CHUNK = 1 << 17
ODD = np.uint64(0x9E3779B97F4A7C15)
"""2 ** 64 divided by the golden ratio, for Fibonacci hashing.

References
----------
.. [1] D. E. Knuth, The Art of Computer Programming, vol. 3, 6.4.
"""
TRIES = 40
AHEAD = 2
SAMPLE = 1 << 15
LONGEST = 64
"""More bytes of a text than these are not hashed."""


def relabel(table: npt.NDArray[Any], codes: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the table's entry for each code, read-only; chunk by chunk, for little memory."""
    found = np.empty(codes.size, dtype=table.dtype)
    whole = np.zeros(256, dtype=table.dtype)
    whole[: table.size] = table[:256]
    for low in range(0, codes.size, CHUNK):
        part = codes[low : low + CHUNK]
        if codes.dtype == np.uint8 and table.dtype.itemsize == 1:
            # Text is translated byte by byte, several times faster than an index is looked up.
            translated = part.tobytes().translate(whole.tobytes())
            found[low : low + CHUNK] = np.frombuffer(translated, dtype=table.dtype)
        else:
            found[low : low + CHUNK] = table.take(part)
    found.flags.writeable = False
    return found


def seen_codes(codes: npt.NDArray[Any], count: int) -> npt.NDArray[np.bool_]:
    """Return which of so many codes occur."""
    seen = np.zeros(count, dtype=np.bool_)
    for low in range(0, codes.size, CHUNK):
        chunk = codes[low : low + CHUNK]
        if count < CHUNK:
            seen |= np.bincount(chunk, minlength=count) > 0
        else:
            seen[chunk] = True
    return seen


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
    """Return the place of each id in a table of 2 ** bits; None if the table is too full."""
    table = Table(bits, 1, rows=ids.size)
    codes = np.empty(ids.size, dtype=np.int32)
    for low in range(0, ids.size, CHUNK):
        mine = ids[low : low + CHUNK].astype(np.int64)
        if not table.number((mine.view(np.uint64),), codes[low : low + CHUNK], low):
            return None
    return codes


def _mix(words: Words) -> npt.NDArray[np.uint64]:
    """Return a hash of each key."""
    mixed: npt.NDArray[np.uint64] = words[0] * ODD
    for word in words[1:]:
        mixed ^= mixed >> np.uint64(29)
        mixed ^= word
        mixed *= ODD
    return mixed


class Table:
    """A hash table of keys of some words each, filled by whole arrays.

    A place that is not taken holds zeros; the key of zeros has the first place for itself.
    """

    def __init__(self, bits: int, words: int, *, rows: int) -> None:
        self.bits = bits
        self.words = [np.zeros(1 << bits, dtype=np.uint64) for _ in range(words)]
        self.taken = np.zeros(1 << bits, dtype=np.bool_)
        self.taken[0] = True
        self.rows = np.zeros(1 << bits, dtype=np.int32 if rows < 1 << 31 else np.int64)
        self.zero = False

    def used(self) -> npt.NDArray[np.bool_]:
        """Return which places have a key."""
        used: npt.NDArray[np.bool_] = self.taken.copy()
        used[0] = self.zero
        return used

    def number(self, words: Words, codes: npt.NDArray[np.int32], base: int) -> bool:
        """Write the place of each key to `codes`; False where the table is too full."""
        mixed = _mix(words)
        blank = words[0] == 0
        for word in words[1:]:
            blank &= word == 0
        if not self.zero and blank.any():
            self.zero = True
            self.rows[0] = int(blank.argmax()) + base
        mixed >>= np.uint64(64 - self.bits)
        place = mixed.view(np.int64)
        codes[:] = place
        rows = np.arange(base, base + place.size, dtype=self.rows.dtype)
        for _ in range(TRIES):
            # Most rows say a key that has its place: they are asked this one thing only.
            other = np.flatnonzero(self._differs(place, words))
            if not other.size:
                return True
            rows, place = rows.take(other), place.take(other)
            words = tuple(word.take(other) for word in words)
            self._take_places(place, words, rows)
            other = np.flatnonzero(self._differs(place, words))
            rows = rows.take(other)
            words = tuple(word.take(other) for word in words)
            place = (place.take(other) + 1) & ((1 << self.bits) - 1)
            codes[rows - base] = place
        return False

    def _differs(self, place: npt.NDArray[np.int64], words: Words) -> npt.NDArray[np.bool_]:
        """Return where a place has another key, or none."""
        differs: npt.NDArray[np.bool_] = self.words[0].take(place) != words[0]
        for table, word in zip(self.words[1:], words[1:], strict=True):
            differs |= table.take(place) != word
        return differs

    def _take_places(
        self, place: npt.NDArray[np.int64], words: Words, rows: npt.NDArray[Any]
    ) -> None:
        """Give places that are free to keys; of several that want one, one gets it."""
        free = np.flatnonzero(~self.taken.take(place))
        at, mine = place.take(free), rows.take(free)
        self.rows[at] = mine
        won = np.flatnonzero(self.rows.take(at) == mine)
        at, free = at.take(won), free.take(won)
        for table, word in zip(self.words, words, strict=True):
            table[at] = word.take(free)
        self.taken[at] = True


def _ahead(texts: WordTexts, lows: Sequence[int], width: int) -> Iterator[tuple[int, Words | None]]:
    """Yield the words of each chunk; the next one is read while the caller works on this one."""
    if len(lows) == 1 or usable_processors() == 1:
        # There are machines that know no threads.
        yield from ((low, texts.words(low, low + CHUNK, width)) for low in lows)
        return
    with ThreadPoolExecutor(1) as pool:
        coming = [pool.submit(texts.words, low, low + CHUNK, width) for low in lows[:AHEAD]]
        for k, low in enumerate(lows):
            words = coming[k % AHEAD].result()
            if k + AHEAD < len(lows):
                after = lows[k + AHEAD]
                coming[k % AHEAD] = pool.submit(texts.words, after, after + CHUNK, width)
            yield low, words


def text_codes(
    texts: WordTexts,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[Any], npt.NDArray[np.bool_]] | None:
    """Return a small number for each text, the same for the same text.

    Parameters
    ----------
    texts : WordTexts
        How to read them.

    Returns
    -------
    codes : ndarray of int32, shape (n,)
        In no order that means anything.
    rows : ndarray of int32 or int64
        For each number, a row that has it.
    used : ndarray of bool
        Which numbers occur.

    Or None where texts are longer than 64 bytes or hold zero bytes.
    """
    count = texts.count
    lows = range(0, count, CHUNK)
    longest = texts.longest()
    if longest > LONGEST:
        return None
    width = max(-(-longest // 8), 1)
    sample = texts.words(0, SAMPLE, width)
    if sample is None:
        return None
    # Most ids begin alike: words that are the same in all texts distinguish nothing.
    alike = {k: word[0] for k, word in enumerate(sample) if count and (word == word[0]).all()}
    if len(alike) == width:
        del alike[0]
    bits = _guess_bits(_mix(sample).view(np.int64), count)
    while True:
        table = Table(bits, width - len(alike), rows=count)
        codes = np.empty(count, dtype=np.int32)
        for low, words in _ahead(texts, lows, width):
            if words is None:
                return None
            if any((words[k] != word).any() for k, word in alike.items()):
                alike = {}
                break
            kept = tuple(word for k, word in enumerate(words) if k not in alike)
            if not table.number(kept, codes[low : low + CHUNK], low):
                bits += 2
                break
        else:
            return codes, table.rows, table.used()
