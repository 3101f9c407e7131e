"""Names of periods: 2026-10-05, 2026-W41, 2026-10, 2026-Q4, 2026, and their order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from salesfunnel._core.vocabulary import Frequency

_FORMS: tuple[tuple[Frequency, re.Pattern[str]], ...] = (
    ("day", re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)),
    ("week", re.compile(r"(\d{4})-W(\d{2})", re.ASCII)),
    ("month", re.compile(r"(\d{4})-(\d{2})", re.ASCII)),
    ("quarter", re.compile(r"(\d{4})-Q([1-4])", re.ASCII)),
    ("year", re.compile(r"(\d{4})", re.ASCII)),
)


def frequency_of(label: str) -> Frequency:
    """Return how often periods named like this one come, ``"none"`` for any other name."""
    for frequency, form in _FORMS:
        if form.fullmatch(label):
            try:
                ordinal(label, frequency)
            except ValueError:
                return "none"
            return frequency
    return "none"


def common_frequency(labels: Iterable[str]) -> Frequency:
    """Return the frequency that all labels share, ``"none"`` where they share none."""
    found: set[Frequency] = {frequency_of(label) for label in labels}
    none: Frequency = "none"
    return found.pop() if len(found) == 1 else none


def ordinal(label: str, by: Frequency) -> int:
    """Return the number of a period: neighbours differ by one. Raise ValueError for a bad name.

    Days count from 1970-01-01, weeks from the ISO week that holds it, months, quarters and years
    from 1970, as numpy's datetime64 units D, M and Y do.
    """
    form = dict(_FORMS).get(by)
    match = form.fullmatch(label) if form else None
    if match is None:
        raise ValueError(f"'period' must be the name of a {by}, got {label!r}")
    parts = [int(part) for part in match.groups()]
    if by == "day":
        return (date(*parts) - _EPOCH).days
    if by == "week":
        return (date.fromisocalendar(parts[0], parts[1], 1) - _MONDAY).days // 7
    if by == "month":
        date(parts[0], parts[1], 1)
        return (parts[0] - 1970) * 12 + parts[1] - 1
    if by == "quarter":
        return (parts[0] - 1970) * 4 + parts[1] - 1
    return parts[0] - 1970


def label_of(number: int, by: Frequency) -> str:
    """Return the name of the period with this ordinal; the inverse of `ordinal`."""
    if by == "day":
        return (_EPOCH + timedelta(days=number)).isoformat()
    if by == "week":
        year, week, _ = (_MONDAY + timedelta(weeks=number)).isocalendar()
        return f"{year:04d}-W{week:02d}"
    if by == "month":
        return f"{1970 + number // 12:04d}-{number % 12 + 1:02d}"
    if by == "quarter":
        return f"{1970 + number // 4:04d}-Q{number % 4 + 1}"
    return f"{1970 + number:04d}"


def start_of(label: str, by: Frequency) -> date:
    """Return the first day of a period."""
    number = ordinal(label, by)
    if by == "day":
        return _EPOCH + timedelta(days=number)
    if by == "week":
        return _MONDAY + timedelta(weeks=number)
    months = number * {"month": 1, "quarter": 3, "year": 12}[by]
    return date(1970 + months // 12, months % 12 + 1, 1)


def end_of(label: str, by: Frequency) -> date:
    """Return the first day after a period."""
    return start_of(label_of(ordinal(label, by) + 1, by), by)


def first_from(day: date, by: Frequency) -> int:
    """Return the number of the first period that begins on a day or after it.

    Examples
    --------
    >>> label_of(first_from(date(2026, 3, 1), "week"), "week")
    '2026-W10'
    """
    if by == "day":
        return (day - _EPOCH).days
    if by == "week":
        return -(-(day - _MONDAY).days // 7)
    length = {"month": 1, "quarter": 3, "year": 12}[by]
    months = (day.year - 1970) * 12 + day.month - 1 + (day.day > 1)
    return -(-months // length)


_EPOCH = date(1970, 1, 1)
_MONDAY = date(1969, 12, 29)
