"""Single values of an event log as anybody writes them: moments and lengths of time."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from fractions import Fraction
from typing import Any

import numpy as np

from salesfunnel.errors import ArgumentError, DataError

FINE_TICKS = {"ms": 10**3, "us": 10**6, "ns": 10**9}
LEAST, MOST = -(2**63) + 1, 2**63 - 1
"""What fits into a column; the least whole number stands for a missing time."""


def is_missing(value: Any) -> bool:
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
_MICROSECOND = timedelta(microseconds=1)


def fine_moment(field: str, value: Any, row: int | None = None) -> tuple[str, int | Fraction]:
    """Return the kind of one time (number, naive, aware) and its tick: microseconds, exactly.

    Raises
    ------
    DataError
        If it is no time.
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
        return kind, (value - (EPOCH if kind == "naive" else EPOCH_UTC)) // _MICROSECOND
    if isinstance(value, date):
        return "naive", (datetime(value.year, value.month, value.day) - EPOCH) // _MICROSECOND  # noqa: DTZ001 - a date is naive
    if is_number(value):
        return "number", int(value)
    raise DataError(f"{field!r} must hold times, got {given!r}{place}")


def moment(field: str, value: Any, row: int | None = None) -> tuple[str, int]:
    """Return the kind of one time and its tick, in whole microseconds, rounded down."""
    kind, tick = fine_moment(field, value, row)
    return kind, tick // 1


_SECONDS = {"W": 604800, "D": 86400, "h": 3600, "m": 60, "s": 1}


def _exact(value: np.datetime64) -> int | Fraction:
    """Return a datetime64 in microseconds."""
    unit, step = np.datetime_data(value)
    if unit in {"Y", "M"}:
        value, unit, step = value.astype("datetime64[D]"), "D", 1
    if unit not in _SECONDS and unit not in FINE_TICKS:
        value, unit, step = value.astype("datetime64[ns]"), "ns", 1
    count = int(value.astype(np.int64)) * step
    if unit in _SECONDS:
        return count * _SECONDS[unit] * 10**6
    tick = Fraction(count * 10**6, FINE_TICKS[unit])
    return int(tick) if tick.denominator == 1 else tick


_WORDS = {"D": 86400, "d": 86400, "h": 3600, "H": 3600, "min": 60, "m": 60, "s": 1, "W": 604800}
for _name, _letter in {"week": "W", "day": "D", "hour": "h", "minute": "m", "second": "s"}.items():
    _WORDS |= {_name: _SECONDS[_letter], f"{_name}s": _SECONDS[_letter]}


def span_ticks(field: str, value: Any, unit: str | None) -> int | None:
    """Return a length of time as ticks of `unit`, rounded down (a bound inside stays inside).

    Raises
    ------
    ArgumentError
        If it is negative, no length of time, or of another kind than the times.
    """
    if value is None:
        return None
    length = _microseconds(field, value)
    if unit is None:
        if length is not None:
            raise ArgumentError(
                f"{field!r} must be a whole number where times are whole numbers, got {value!r}"
            )
        ticks = int(value)
    else:
        if length is None:
            raise ArgumentError(
                f"{field!r} must be a length of time such as '14D', got {value!r}",
                hint="a bare number has no unit",
            )
        ticks = length * FINE_TICKS.get(unit, 1) // 10**6
    if ticks < 0:
        raise ArgumentError(f"{field!r} must not be negative, got {value!r}")
    return ticks


def is_number(value: Any) -> bool:
    """Whether a length of time or a moment is given as a bare whole number."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool | np.timedelta64)


def _microseconds(field: str, value: Any) -> int | Fraction | None:
    """Return a length of time in microseconds, exactly; None where it is a bare whole number."""
    if isinstance(value, timedelta):
        # Those of pandas have nanoseconds.
        value = getattr(value, "asm8", value)
    if isinstance(value, timedelta):
        return value // _MICROSECOND
    if isinstance(value, np.timedelta64):
        return _exact_span(field, value)
    if isinstance(value, str):
        text = value.strip()
        number = text.rstrip("".join(sorted(set("".join(_WORDS)))))
        name = text[len(number) :].strip()
        try:
            return timedelta(seconds=float(number) * _WORDS[name]) // _MICROSECOND
        except (KeyError, ValueError, OverflowError):
            raise ArgumentError(
                f"{field!r} must be a length of time such as '14D', '6h' or '30min', got {value!r}",
                hint="months and years are of no certain length",
            ) from None
    if is_number(value):
        return None
    raise ArgumentError(f"{field!r} must be a length of time, got {value!r}")


def _exact_span(field: str, value: np.timedelta64) -> int | Fraction:
    unit, step = np.datetime_data(value)
    if np.isnat(value) or (unit not in _SECONDS and unit not in FINE_TICKS):
        raise ArgumentError(
            f"{field!r} must be a length of time, got {value!r}",
            hint="months, years and numbers without a unit are of no certain length",
        )
    count = int(value.astype(np.int64)) * step
    if unit in _SECONDS:
        return count * _SECONDS[unit] * 10**6
    return Fraction(count * 10**6, FINE_TICKS[unit])
