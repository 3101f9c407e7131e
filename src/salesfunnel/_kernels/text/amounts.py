"""Plain numbers of cells: digits with at most one point, exactly as a float holds them.

Arguments are already validated. A number of at most 15 digits and a power of ten up to 10 ** 15
are both exact in 64 bits, so their quotient is the float nearest to what is written [1]_.

References
----------
.. [1] W. D. Clinger, How to read floating point numbers accurately, PLDI 1990.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.text.cells import Bools, Bytes, Cells, Ints, gather, stripped

BLOCK = 1 << 15
LONGEST = 16
_DIGITS = 19
_POINT, _MINUS = np.uint8(46), np.uint8(45)
_POWERS = 10.0 ** np.arange(LONGEST + 1)


class PlainNumbers(NamedTuple):
    """Numbers of cells.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        NaN where empty or not read.
    known : ndarray of bool, shape (n,)
        Which are read: plain numbers, and empty cells.
    decided : bool
        Whether a point in one of them can be nothing but the decimal mark: in ``1.234`` it may
        separate thousands.
    """

    values: npt.NDArray[np.float64]
    known: Bools
    decided: bool


def plain_numbers(cells: Cells, *, point: bool = True) -> PlainNumbers:
    """Return the numbers of cells as far as they are written plainly.

    Parameters
    ----------
    cells : Cells
        Cells in UTF-8.
    point : bool
        Whether a point is the decimal mark.
    """
    count = cells.start.size
    values = np.full(count, np.nan)
    known = np.zeros(count, dtype=np.bool_)
    decided = False
    for low in range(0, count, BLOCK):
        part = slice(low, low + BLOCK)
        some = stripped(Cells(cells.data, cells.start[part], cells.length[part]))
        known[part] = some.length == 0
        rows = np.flatnonzero((some.length > 0) & (some.length <= LONGEST))
        if rows.size:
            found, ok, sure = _read(some.take(rows), point=point)
            values[low + rows] = np.where(ok, found, np.nan)
            known[low + rows] = ok
            decided |= sure
    return PlainNumbers(values, known, decided)


def plain_integers(cells: Cells) -> tuple[npt.NDArray[np.int64], Bools]:
    """Return the whole numbers of cells of digits alone, exactly, and which cells are such.

    Parameters
    ----------
    cells : Cells
        Cells in UTF-8.
    """
    count = cells.start.size
    values = np.zeros(count, dtype=np.uint64)
    known = np.zeros(count, dtype=np.bool_)
    for low in range(0, count, BLOCK):
        part = slice(low, low + BLOCK)
        some = stripped(Cells(cells.data, cells.start[part], cells.length[part]))
        rows = np.flatnonzero((some.length > 0) & (some.length <= _DIGITS))
        if rows.size:
            data, start, length = some.take(rows)
            block = np.ascontiguousarray(gather(data, start, int(length.max())).T)
            found = np.zeros(rows.size, dtype=np.uint64)
            ok = np.ones(rows.size, dtype=np.bool_)
            for k, byte in enumerate(block):
                digit = byte - np.uint8(48)
                inside = length > k
                ok &= (digit <= 9) | ~inside
                found = np.where(inside, found * np.uint64(10) + digit, found)
            ok &= found < np.uint64(1 << 63)
            values[low + rows] = np.where(ok, found, np.uint64(0))
            known[low + rows] = ok
    return values.view(np.int64), known


def _read(cells: Cells, *, point: bool) -> tuple[npt.NDArray[np.float64], Bools, bool]:
    """Return the numbers of some cells of 1 to 16 bytes, which are such, and if a point decides."""
    data, start, length = cells
    longest = int(length.max())
    block = np.ascontiguousarray(gather(data, start, longest).T)
    minus = block[0] == _MINUS
    size = length.astype(np.int8)
    value = np.zeros(start.size, dtype=np.int64)
    digits = np.zeros(start.size, dtype=np.int8)
    before = np.full(start.size, -1, dtype=np.int8)
    wrong = np.zeros(start.size, dtype=np.bool_)
    for k in range(longest):
        digit = block[k] - np.uint8(48)
        number = digit <= 9
        inside = size > k
        mark = inside & ~number
        number &= inside
        value = np.where(number, value * 10 + digit, value)
        digits += number
        if not mark.any():
            continue
        if k == 0:
            mark &= ~minus
        if point:
            here = mark & (block[k] == _POINT)
            wrong |= mark & (~here | (before >= 0))
            before = np.where(here, digits, before)
        else:
            wrong |= mark
    ok = ~wrong & (digits > 0) & (digits < LONGEST)
    places = np.where(before >= 0, digits - before, 0)
    # A cell that ends with its point was cut off.
    ok &= (before < 0) | (places > 0)
    found = value / _POWERS.take(np.maximum(places, 0))
    np.negative(found, out=found, where=minus & (value > 0))
    return (
        found,
        ok,
        bool((ok & (before >= 0)).any()) and _decides(block, minus, before, places, ok),
    )


def _decides(block: Bytes, minus: Bools, before: Ints, places: Ints, ok: Bools) -> bool:
    """Return whether a point of some number cannot separate thousands, or groups of four digits."""
    first = np.where(minus, block[min(1, len(block) - 1)], block[0])
    groups = ((places == 3) & (before <= 3)) | ((places == 4) & (before <= 4))
    groups &= (before >= 1) & (first != np.uint8(48))
    return bool((ok & (before >= 0) & ~groups).any())
