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
    if ids.size <= 1 << 16:
        return max(int(2 * ids.size).bit_length(), 4)
    sample = np.sort(ids[:: ids.size // (1 << 15)])
    repeats = sample.size - 1 - np.count_nonzero(sample[1:] != sample[:-1])
    # Pairs that agree in a sample of m from u equally common ids: about m * m / (2 u).
    guess = min(sample.size**2 / (2 * max(repeats, 1)), ids.size)
    return int(2 * guess).bit_length()


def _number(ids: npt.NDArray[Any], bits: int) -> npt.NDArray[np.int32] | None:
    """Return the place of each id in a table of 2 ** bits; None where the table is too full."""
    size = 1 << bits
    table = np.zeros(size, dtype=np.int64)
    used = np.zeros(size, dtype=np.bool_)
    codes = np.empty(ids.size, dtype=np.int32)
    shift = np.uint64(64 - bits)
    for low in range(0, ids.size, CHUNK):
        mine = ids[low : low + CHUNK].astype(np.int64)
        place = ((mine.view(np.uint64) * ODD) >> shift).view(np.int64)
        rows: npt.NDArray[np.intp] | None = None
        for _ in range(TRIES):
            free = np.flatnonzero(~used.take(place))
            if free.size:
                table[place[free]] = mine[free]
                used[place[free]] = True
            wrong = np.flatnonzero(table.take(place) != mine)
            if rows is None:
                codes[low : low + CHUNK] = place
            else:
                codes[low + rows] = place
            if not wrong.size:
                break
            rows = wrong if rows is None else rows[wrong]
            mine, place = mine[wrong], (place[wrong] + 1) & (size - 1)
        else:
            return None
    return codes
