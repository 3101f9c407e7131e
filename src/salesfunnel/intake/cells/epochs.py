"""Numbers that count from 1970: seconds, milliseconds, microseconds or nanoseconds."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Epochs", "days_of_a_spreadsheet", "read_epochs"]

Ints = npt.NDArray[np.int64]
_FIRST, _LAST = 631_152_000, 4_102_444_800
"""1990 and 2100 in seconds: a number in between is taken for a time; no two units overlap."""
UNITS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


class Epochs(NamedTuple):
    """Times out of numbers.

    Parameters
    ----------
    ticks : ndarray of int64
        Microseconds since 1970 in UTC.
    units : ndarray of int8
        The position in `UNITS` of the unit of each number; -1 where it is not a time, -2 for a day
        written as a number (20260105).
    """

    ticks: Ints
    units: npt.NDArray[np.int8]


def read_epochs(numbers: npt.NDArray[Any]) -> Epochs:
    """Read each number in the unit in which it falls between 1990 and 2100.

    Parameters
    ----------
    numbers : ndarray of int64 or float64, shape (n,)
        Whole numbers, or seconds or milliseconds with a fraction.
    """
    ticks = np.zeros(len(numbers), dtype=np.int64)
    units = np.full(len(numbers), -1, dtype=np.int8)
    for place, size in enumerate(UNITS.values()):
        inside = (numbers >= _FIRST * size) & (numbers < _LAST * size)
        if not inside.any():
            continue
        chosen = numbers[inside]
        if chosen.dtype.kind == "f":
            ticks[inside] = np.round(chosen * (10**6 / size)).astype(np.int64)
        elif size <= 10**6:
            ticks[inside] = chosen.astype(np.int64) * (10**6 // size)
        else:
            ticks[inside] = chosen.astype(np.int64) // (size // 10**6)
        units[inside] = place
    days, is_day = _days(numbers, units)
    ticks[is_day] = days[is_day] * 86_400_000_000
    units[is_day] = -2
    return Epochs(ticks, units)


def _days(
    numbers: npt.NDArray[Any], units: npt.NDArray[np.int8]
) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Return days since 1970 of numbers such as 20260105, and which are such."""
    maybe = (units == -1) & (numbers >= 19000101) & (numbers <= 21001231)
    maybe &= numbers == np.floor(numbers)
    whole = np.where(maybe, numbers, 19700101).astype(np.int64)
    year, month, day = whole // 10000, whole // 100 % 100, whole % 100
    maybe &= (month >= 1) & (month <= 12) & (day >= 1)
    months = 12 * (year - 1970) + np.clip(month, 1, 12) - 1
    start, after = (
        (months + more).view("datetime64[M]").astype("datetime64[D]").view(np.int64)
        for more in (0, 1)
    )
    maybe &= day <= after - start
    return start + day - 1, maybe


_FIRST_SERIAL, _LAST_SERIAL = 36_526, 55_153
"""2000-01-01 and 2051-01-01 as a spreadsheet counts days."""
_OF_1970 = 25_569


def days_of_a_spreadsheet(numbers: npt.NDArray[Any]) -> Ints | None:
    """Return the moments of days that a spreadsheet counts from the end of 1899.

    None unless all numbers lie between 2000 and 2050.

    Parameters
    ----------
    numbers : ndarray of int64 or float64, shape (n,)
        Days, with the time of the day as a fraction.
    """
    if not len(numbers) or not ((numbers >= _FIRST_SERIAL) & (numbers < _LAST_SERIAL)).all():
        return None
    seconds = np.round((numbers.astype(np.float64) - _OF_1970) * 86_400)
    return seconds.astype(np.int64) * 1_000_000
