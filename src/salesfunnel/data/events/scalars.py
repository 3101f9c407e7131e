"""Single values of an event log as anybody writes them: moments and lengths of time."""

from __future__ import annotations

from datetime import date, datetime, timezone
from fractions import Fraction
from typing import Any

import numpy as np

from salesfunnel._core.durations import FINE_TICKS, MICROSECOND, SECONDS, is_number
from salesfunnel._core.errors import DataError

LEAST, MOST = -(2**63) + 1, 2**63 - 1
"""Range of a column; the smallest integer marks a missing time."""


def is_missing(value: object) -> bool:
    """Whether one value of an object column is missing: None, NaN, NaT, pandas.NA, blank text."""
    if value is None or type(value).__name__ in {"NAType", "NaTType", "MaskedConstant"}:
        return True
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, float | np.floating):
        return bool(np.isnan(value))
    return isinstance(value, np.datetime64 | np.timedelta64) and bool(np.isnat(value))


EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - naive times are counted from a naive epoch
EPOCH_UTC = datetime(1970, 1, 1, tzinfo=timezone.utc)


def fine_moment(field: str, value: Any, row: int | None = None) -> tuple[str, int | Fraction]:
    """Return the kind of one time (number, naive, aware) and its tick: microseconds, exactly.

    Raises
    ------
    DataError
        If it is not a time.
    """
    place = "" if row is None else f" at row {row + 1}"
    given = value
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip().replace("Z", "+00:00"))
        except ValueError:
            raise DataError(f"{field!r} must hold ISO times, got {given!r}{place}") from None
    if is_missing(value):
        raise DataError(f"{field!r} must hold times, got {given!r}{place}")
    if isinstance(value, np.datetime64):
        return "naive", _exact(value)
    if isinstance(value, datetime):
        kind = "naive" if value.tzinfo is None else "aware"
        fine = getattr(value, "asm8", None)  # a moment of pandas may have nanoseconds
        if fine is not None:
            return kind, _exact(fine)
        return kind, (value - (EPOCH if kind == "naive" else EPOCH_UTC)) // MICROSECOND
    if isinstance(value, date):
        return "naive", (datetime(value.year, value.month, value.day) - EPOCH) // MICROSECOND  # noqa: DTZ001 - a date is naive
    if is_number(value):
        return "number", int(value)
    raise DataError(f"{field!r} must hold times, got {given!r}{place}")


def moment(field: str, value: object, row: int | None = None) -> tuple[str, int]:
    """Return the kind of one time and its tick, in whole microseconds, rounded down."""
    kind, tick = fine_moment(field, value, row)
    return kind, tick // 1


def _exact(value: np.datetime64) -> int | Fraction:
    """Return a datetime64 in microseconds."""
    unit, step = np.datetime_data(value)
    if unit in {"Y", "M"}:
        value, unit, step = value.astype("datetime64[D]"), "D", 1
    if unit not in SECONDS and unit not in FINE_TICKS:
        value, unit, step = value.astype("datetime64[ns]"), "ns", 1
    count = int(value.astype(np.int64)) * step
    if unit in SECONDS:
        return count * SECONDS[unit] * 10**6
    tick = Fraction(count * 10**6, FINE_TICKS[unit])
    return int(tick) if tick.denominator == 1 else tick
