"""Durations: one grammar for every argument that is a length of time.

"14D", "2 weeks", "30min", a timedelta, a numpy.timedelta64; months and years are refused, because
they have no fixed length.
"""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from numbers import Integral
from typing import TYPE_CHECKING, Any, TypeGuard

from salesfunnel._core.errors import ArgumentError

if TYPE_CHECKING:
    import numpy as np

FINE_TICKS = {"ms": 10**3, "us": 10**6, "ns": 10**9}


MICROSECOND = timedelta(microseconds=1)


_DAY = 86_400 * 10**6


SECONDS = {"W": 604800, "D": 86400, "h": 3600, "m": 60, "s": 1}


_WORDS = {"D": 86400, "d": 86400, "h": 3600, "H": 3600, "min": 60, "m": 60, "s": 1, "W": 604800}
for _name, _letter in {"week": "W", "day": "D", "hour": "h", "minute": "m", "second": "s"}.items():
    _WORDS |= {_name: SECONDS[_letter], f"{_name}s": SECONDS[_letter]}


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


def is_number(value: object) -> bool:
    """Whether a length of time or a moment is given as a bare whole number."""
    return isinstance(value, Integral) and not isinstance(value, bool) and not _is_numpy_span(value)


def _is_numpy_span(value: object) -> TypeGuard[np.timedelta64]:
    """Whether a value is a numpy.timedelta64; definitions ask without importing numpy."""
    kind = type(value)
    return kind.__module__ == "numpy" and kind.__name__ == "timedelta64"


def _microseconds(field: str, value: object) -> int | Fraction | None:
    """Return a length of time in microseconds, exactly; None if it is a bare whole number."""
    if isinstance(value, timedelta):
        # Those of pandas have nanoseconds.
        value = getattr(value, "asm8", value)
    if isinstance(value, timedelta):
        return value // MICROSECOND
    if _is_numpy_span(value):
        return _exact_span(field, value)
    if isinstance(value, str):
        text = value.strip()
        number = text.rstrip("".join(sorted(set("".join(_WORDS)))))
        name = text[len(number) :].strip()
        try:
            return timedelta(seconds=float(number) * _WORDS[name]) // MICROSECOND
        except (KeyError, ValueError, OverflowError):
            raise ArgumentError(
                f"{field!r} must be a length of time such as '14D', '6h' or '30min', got {value!r}",
                hint="months and years are of no certain length",
            ) from None
    if is_number(value):
        return None
    raise ArgumentError(f"{field!r} must be a length of time, got {value!r}")


def _exact_span(field: str, value: np.timedelta64) -> int | Fraction:
    import numpy as np

    unit, step = np.datetime_data(value)
    if np.isnat(value) or (unit not in SECONDS and unit not in FINE_TICKS):
        raise ArgumentError(
            f"{field!r} must be a length of time, got {value!r}",
            hint="months, years and numbers without a unit are of no certain length",
        )
    count = int(value.astype(np.int64)) * step
    if unit in SECONDS:
        return count * SECONDS[unit] * 10**6
    return Fraction(count * 10**6, FINE_TICKS[unit])


def duration_of(field: str, value: object) -> timedelta | None:
    """Return a length of time as a timedelta; None stays None.

    Raises
    ------
    ArgumentError
        If it is not a length of time, or not longer than zero.
    """
    if value is None:
        return None
    length = _microseconds(field, value)
    if length is None or length <= 0:
        raise ArgumentError(
            f"{field!r} must be a length of time longer than zero, such as '14D', got {value!r}",
            hint="a bare number has no unit" if length is None else None,
        )
    return timedelta(microseconds=float(length))


def days_of(field: str, value: object, *, minimum: int = 1) -> int:
    """Return a length of time in whole days; a bare whole number is in days.

    Raises
    ------
    ArgumentError
        If it is not a length of time, or shorter than `minimum` days.
    """
    if is_number(value):
        days = int(value)  # type: ignore[call-overload]
    else:
        length = _microseconds(field, value)
        if length is None:
            raise _no_days(field, value, minimum)
        days = int(length // _DAY)
    if days < minimum:
        raise _no_days(field, value, minimum)
    return int(days)


def _no_days(field: str, value: object, minimum: int) -> ArgumentError:
    return ArgumentError(
        f"{field!r} must be at least {minimum} day{'' if minimum == 1 else 's'}, got {value!r}",
        hint="whole days, a timedelta, or text such as '90D' and '2 weeks'",
    )
