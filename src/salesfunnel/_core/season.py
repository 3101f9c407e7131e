"""The time of the year of periods: angles, moving festivals and working days of a country."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.extras import require
from salesfunnel._core.period_arrays import PERIODS_PER_MONTH
from salesfunnel._core.periods import end_of, start_of
from salesfunnel._core.vocabulary import Frequency

Array = npt.NDArray[np.float64]

NEW_YEAR_BEFORE, NEW_YEAR_AFTER = 7, 14
"""Days before and after the lunar New Year's day that do little business."""
RATE_MONTHS, COUNT_MONTHS = 18, 24
"""Months from which a season of a rate can be told from a fall or a rise, and one of counts (new
deals) from their level."""
SILENT = 12.0
"""Missing arrivals from which it is said that nobody came in: by chance alone once in 100,000."""
MOVES = 12
"""A holiday whose day of the year varies by more than so many days moves between months."""
MOST_FESTIVALS = 2
_NOT_THE_DAY = ("eve", "day off", "alternative", "observed", "substitut")
LOOK_AROUND = 3
"""Years before and after that are asked whether a holiday moves."""


class Calendar(NamedTuple):
    """A country's calendar by period."""

    festivals: Array
    """Share of every moving festival that lies in a period, shape (k, periods)."""
    names: tuple[str, ...]
    workdays: Array | None
    """Working days of every period, None if they are not known."""


def angles_of(periods: Sequence[str], by: Frequency) -> Array | None:
    """Return the time of the year of every period in radians; None if it does not vary."""
    if by in {"none", "year"} or not periods:
        return None
    if by == "month":
        return np.array([2 * math.pi * (start_of(name, by).month - 1) / 12 for name in periods])
    return np.array([_angle(start_of(name, by), end_of(name, by)) for name in periods])


def _angle(first: date, after: date) -> float:
    middle = first + (after - first) / 2
    return 2 * math.pi * (middle.timetuple().tm_yday - 16) / 365.25


def months_apart(by: Frequency) -> float:
    """Return how many months one period lasts; 1 for periods without dates."""
    return 1.0 / PERIODS_PER_MONTH[by] if by in PERIODS_PER_MONTH else 1.0


def check_season(season: object) -> bool:
    """Return whether a season is to be fitted."""
    if season is None:
        return False
    if season == "auto":
        return True
    raise ArgumentError(f"'season' must be 'auto' or None, got {season!r}")


def calendar_of(calendar: object, periods: Sequence[str], by: Frequency) -> Calendar | None:
    """Return what a calendar says of periods.

    Parameters
    ----------
    calendar : str, mapping of str to float, or None
        A country of the package ``holidays`` ("CN", "US", "DE-BY"); or the share of a moving
        festival that lies in each period: ``{"2025-03": 1.0, "2026-02": 0.4, "2026-03": 0.6}``,
        periods not named have 0.
    periods : sequence of str
        The periods, in order.
    by : {"day", "week", "month", "quarter", "year", "none"}
        How long they are.

    Raises
    ------
    ArgumentError
        If the country is not known, a share is not a number of at least 0, or periods have no
        dates.
    MissingExtraError
        If a country is named and the package ``holidays`` is not installed.
    """
    if calendar is None:
        return None
    if isinstance(calendar, Mapping):
        return _given(calendar, periods)
    if not isinstance(calendar, str):
        raise ArgumentError(
            f"'calendar' must be a country or shares by period, got {calendar!r}",
            hint="calendar='CN', or calendar={'2025-03': 1.0}",
        )
    if by == "none":
        raise ArgumentError(
            f"'calendar' must be None where periods have no dates, got {calendar!r}",
            hint="name periods like 2026-10",
        )
    first, after = start_of(periods[0], by), end_of(periods[-1], by)
    holidays = _holidays(calendar, first.year - LOOK_AROUND, after.year + LOOK_AROUND)
    days = [(start_of(name, by), end_of(name, by)) for name in periods]
    festivals, names = [], []
    for name, spans in _festivals(holidays):
        share = np.array([_inside(spans, a, b) for a, b in days])
        if np.ptp(share) > 0:
            festivals.append(share)
            names.append(name)
    workdays = np.array([_workdays(a, b, holidays) for a, b in days], dtype=np.float64)
    table = np.array(festivals) if festivals else np.zeros((0, len(days)))
    return Calendar(table, tuple(names), workdays)


def _given(calendar: Mapping[Any, Any], periods: Sequence[str]) -> Calendar:
    for name, share in calendar.items():
        number = isinstance(share, int | float) and math.isfinite(share) and share >= 0
        if not number or isinstance(share, bool):
            raise ArgumentError(
                f"'calendar' of {name!r} must be a share of at least 0, got {share!r}"
            )
    share = np.array([float(calendar.get(name, 0.0)) for name in periods])
    return Calendar(share[None], ("festival",), None)


def _holidays(calendar: str, first: int, last: int) -> dict[date, str]:
    package = require("holidays", extra="calendar", feature="a calendar of public holidays")
    country, _, region = calendar.partition("-")
    try:
        days = package.country_holidays(
            country, subdiv=region or None, years=range(first, last + 1), language="en_US"
        )
    except (NotImplementedError, KeyError) as error:
        raise ArgumentError(
            f"'calendar' must be a country of the package holidays, got {calendar!r}",
            hint="two letters, such as 'CN', with a region where it has them: 'DE-BY'",
        ) from error
    return dict(days.items())


def _festivals(holidays: Mapping[date, str]) -> list[tuple[str, list[tuple[date, date]]]]:
    """Return the festivals that move between months: name, and first and last day of each year.

    A lunar New Year lasts from a week before to two weeks after, and stands alone: the other
    lunar holidays of a year are short. Others last a week. Holidays that keep their distance from
    each other are one festival.
    """
    by_name: dict[str, list[date]] = {}
    for day, names in sorted(holidays.items()):
        for name in names.split("; "):
            if not any(word in name.lower() for word in _NOT_THE_DAY):
                by_name.setdefault(name.partition(" (")[0], []).append(day)
    moving = []
    for name, days in by_name.items():
        firsts = list({day.year: day for day in reversed(days)}.values())[::-1]
        place = [day.timetuple().tm_yday for day in firsts]
        if len(firsts) > 2 and max(place) - min(place) > MOVES:
            moving.append((name, firsts))
    moving.sort(key=lambda pair: (not _new_year(pair[0]), -len(pair[1]), len(pair[0]), pair[0]))
    out: list[tuple[str, list[tuple[date, date]]]] = []
    for name, firsts in moving:
        if any(_same(firsts, spans) for _, spans in out):
            continue
        lunar = _new_year(name)
        before, after = (NEW_YEAR_BEFORE, NEW_YEAR_AFTER) if lunar else (3, 3)
        spans = [(day - timedelta(days=before), day + timedelta(days=after)) for day in firsts]
        out.append((name, spans))
        if lunar:
            break
    return out[:MOST_FESTIVALS]


def _new_year(name: str) -> bool:
    words = name.lower()
    return any(key in words for key in ("lunar", "chinese new year", "spring festival", "tet",
                                        "korean new year", "seollal"))  # fmt: skip


def _same(firsts: Sequence[date], spans: Sequence[tuple[date, date]]) -> bool:
    """Whether most days are within 60 days of a festival that is there already."""
    near = [any(abs((day - (a + (b - a) / 2)).days) <= 60 for a, b in spans) for day in firsts]
    return 2 * sum(near) > len(near)


def _inside(spans: Sequence[tuple[date, date]], first: date, after: date) -> float:
    """Return how much of the festivals lies in [first, after): 1 is a whole one."""
    total = 0.0
    for a, b in spans:
        overlap = (min(b + timedelta(days=1), after) - max(a, first)).days
        total += max(overlap, 0) / ((b - a).days + 1)
    return total


def _workdays(first: date, after: date, holidays: Mapping[date, str]) -> int:
    days = (after - first).days
    return sum(
        (day := first + timedelta(days=k)).weekday() < 5 and day not in holidays
        for k in range(days)
    )
