"""The order of rows by several whole numbers, packed into one with the number of the row.

Arguments are already validated.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

_UNITS = (86_400_000_000, 60_000_000, 1_000_000, 1_000)
_ROOM = 63
_PART = 1 << 17
"""This many rows at once stay in the cache, and take little memory."""


def order_by(*keys: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """Return the stable order of rows by the first key, then the second, and so on.

    The leading bits of the keys and the row are packed into one integer: a plain sort of integers
    takes a fraction of the time of one that returns places. Rows that the leading bits do not tell
    apart are sorted by the whole keys.

    Parameters
    ----------
    *keys : ndarray of int, shape (n,)
        Whole numbers; microseconds are packed by the coarsest unit that loses nothing.
    """
    size = keys[0].size
    if size < 2:
        return np.arange(size)
    row_bits = (size - 1).bit_length()
    packed = np.zeros(size, dtype=np.int64)
    room, cut = _ROOM - row_bits, False
    for key in keys:
        low, span, unit = _span(key)
        bits = span.bit_length()
        if bits > _ROOM:  # distances do not fit
            return np.lexsort(keys[::-1])
        drop = max(bits - room, 0)
        for begin in range(0, size, _PART):
            here = slice(begin, begin + _PART)
            part = key[here] - low
            if unit > 1:
                part //= unit
            packed[here] <<= bits - drop
            packed[here] |= part >> drop
        room -= bits - drop
        if drop:
            cut = True
            break
    if (packed[1:] > packed[:-1]).all() or not (cut or (packed[1:] < packed[:-1]).any()):
        return np.arange(size)
    packed <<= row_bits
    for begin in range(0, size, _PART):
        packed[begin : begin + _PART] |= np.arange(begin, min(begin + _PART, size))
    packed.sort()
    order = packed & ((1 << row_bits) - 1)
    if cut:
        packed >>= row_bits
        _settle(order, packed, keys)
    return order


def _span(key: npt.NDArray[Any]) -> tuple[int, int, int]:
    """Return the lowest of a key, how far it reaches in units, and the unit."""
    low, high = int(key.min()), int(key.max())
    unit = 1
    if high - low > 1 << 32:
        unit = next((u for u in _UNITS if _divides(u, key, low)), 1)
    return low, (high - low) // unit, unit


def _settle(
    order: npt.NDArray[np.int64], packed: npt.NDArray[np.int64], keys: tuple[npt.NDArray[Any], ...]
) -> None:
    """Sort rows whose leading bits are alike by the whole keys, in place."""
    tied = np.zeros(order.size, dtype=np.bool_)
    tied[1:] = packed[1:] == packed[:-1]
    tied[:-1] |= tied[1:]
    places = np.flatnonzero(tied)
    rows = order[places]
    # rows of one packed number are already in their order, and lexsort is stable
    order[places] = rows[np.lexsort([key[rows] for key in reversed(keys)])]


def _divides(unit: int, key: npt.NDArray[Any], low: int) -> bool:
    """Return whether all distances from the lowest are whole numbers of a unit."""
    parts = range(0, key.size, _PART)
    return not any(((key[k : k + _PART] - low) % unit).any() for k in parts)
