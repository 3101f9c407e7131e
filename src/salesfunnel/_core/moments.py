"""Moments that callers give: a time, or a day without an hour, which means its end."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, tzinfo

import numpy as np
import numpy.typing as npt

from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.period_arrays import TICKS_PER_DAY
from salesfunnel._core.periods import end_of, frequency_of

__all__ = [
    "DAY",
    "TICK",
    "day_over",
    "end_of_day",
    "have_hours",
    "is_day",
    "read_day",
    "read_moment",
]

Times = npt.NDArray[np.datetime64]
DAY = np.timedelta64(1, "D")
TICK = np.timedelta64(1, "us")
_NAT = np.iinfo(np.int64).min
_FIRST = 1000
"""Rows that are looked at before the whole column is."""
_DAY = re.compile(r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d\d)(\d\d))")
_HOUR = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d")
_ZONE = re.compile(_HOUR.pattern + r".*(?:[Zz]|[+-]\d\d(?::?\d\d)?)")
_COARSE = ("Y", "M", "W", "generic")


def read_moment(
    field: str, value: object, *, zone: tzinfo | None = None, example: object = "2026-10-05"
) -> np.datetime64:
    """Return the moment that an argument names: datetime64[us], or a day as datetime64[D].

    Parameters
    ----------
    field : str
        Name of the argument, for the error.
    value : date, datetime, datetime64 or str
        A day is a date, a datetime64[D], text without an hour (``2026-10-05``, ``2026/10/5``,
        ``20261005``, ``2026年10月5日``), and a datetime or a Timestamp of pandas at midnight, which
        cannot leave the hour out. Text with an hour and a datetime64 of a finer unit are that
        moment, midnight too.
    zone : tzinfo, optional
        Where a time with a zone is brought. It is refused without one: nobody knows in which zone
        the times of the data are.
    example : object
        A moment of the data, which the error shows.

    Raises
    ------
    ArgumentError
        If it is neither a day nor a time.

    Examples
    --------
    >>> [str(read_moment("as_of", text)) for text in ("2026/10/5", "2026-10-05 14:00")]
    ['2026-10-05', '2026-10-05T14:00:00.000000']
    """
    try:
        found = _read(value, zone)
    except (ValueError, OverflowError):
        found = None
    if found is not None and not np.isnat(found):
        return found
    if zone is None and _has_zone(value):
        raise ArgumentError(
            f"{field!r} must be a time without a zone, got {value!r}",
            hint="write it as the clocks of the data show it: their times have no zone",
        )
    raise ArgumentError(
        f"{field!r} must be a date or a time, got {value!r}", hint=_hint(value, example)
    )


def _read(value: object, zone: tzinfo | None) -> np.datetime64 | None:
    if isinstance(value, np.datetime64):
        unit = np.datetime_data(value.dtype)[0]
        return (
            None if unit in _COARSE else value.astype(f"datetime64[{'D' if unit == 'D' else 'us'}]")
        )
    if isinstance(value, str):
        text = value.strip()
        match = _DAY.fullmatch(text)
        if match is not None:
            year, _, *parts = match.groups()
            month, day = (int(part) for part in parts if part is not None)
            return np.datetime64(date(int(year), month, day), "D")
        if _HOUR.match(text) is None:
            return None
        written = datetime.fromisoformat(text.replace("Z", "+00:00").replace("z", "+00:00"))
        return _in_zone(written, zone)
    if isinstance(value, datetime) and value == value:  # noqa: PLR0124 - pandas.NaT
        found = _in_zone(value, zone)
        midnight = value.tzinfo is None and value.time() == time()
        return found if found is None or not midnight else found.astype("datetime64[D]")
    return np.datetime64(value, "D") if type(value) is date else None


def _in_zone(value: datetime, zone: tzinfo | None) -> np.datetime64 | None:
    """Return a time in a zone, datetime64[us]; None if it has a zone and there is none to go to."""
    if value.tzinfo is None:
        return np.datetime64(value, "us")
    return (
        None if zone is None else np.datetime64(value.astimezone(zone).replace(tzinfo=None), "us")
    )


def _has_zone(value: object) -> bool:
    if isinstance(value, str):
        return _ZONE.fullmatch(value.strip()) is not None
    return isinstance(value, datetime) and value.tzinfo is not None


def _hint(value: object, example: object) -> str:
    """Return how to write a moment; of a month or a quarter its last day."""
    label = str(value).strip() if isinstance(value, str | np.datetime64) else ""
    by = frequency_of(label)
    if by == "none":
        return f"such as {str(example)[:10]!r}"
    return f"such as {str(end_of(label, by) - timedelta(days=1))!r}, the last day of that {by}"


def is_day(moment: np.datetime64) -> bool:
    """Whether what `read_moment` returned is a day without an hour."""
    return np.datetime_data(moment.dtype)[0] == "D"


def end_of_day(moment: np.datetime64, columns: Iterable[Times] | None = None) -> np.datetime64:
    """Return the moment up to which things are known, datetime64[us]: a day means its end.

    Where no time of the data has an hour it is the first moment of the day, as all times are.

    Parameters
    ----------
    moment : datetime64
        What `read_moment` returned.
    columns : iterable of ndarray of datetime64[us], optional
        The times of the data.

    Examples
    --------
    >>> str(end_of_day(np.datetime64("2026-10-05")))
    '2026-10-05T23:59:59.999999'
    """
    if not is_day(moment):
        return moment
    first: np.datetime64 = moment.astype("datetime64[us]")
    end: np.datetime64 = (moment + DAY).astype("datetime64[us]") - TICK
    if columns is None:
        return end
    return end if have_hours(columns) else first


def have_hours(columns: Iterable[Times]) -> bool:
    """Return whether any of the times in some columns, NaT aside, is not the start of a day."""
    return any(_has_hour(times[:_FIRST]) or _has_hour(times) for times in columns)


def _has_hour(times: Times) -> bool:
    ticks = np.asarray(times, dtype="datetime64[us]").view(np.int64)
    return bool(((ticks % TICKS_PER_DAY != 0) & (ticks != _NAT)).any())


def day_over(moment: np.datetime64) -> bool:
    """Whether a moment is the last one of its day, as `end_of_day` returns it."""
    return bool((moment + TICK).astype("datetime64[D]") == moment + TICK)


def read_day(field: str, value: object) -> date:
    """Return the day that an argument names; of a time its day, in its own zone.

    Raises
    ------
    ArgumentError
        If it is neither a day nor a time.
    """
    if isinstance(value, datetime) and value == value:  # noqa: PLR0124 - pandas.NaT
        return value.date()
    day: date = read_moment(field, value).astype("datetime64[D]").item()
    return day
