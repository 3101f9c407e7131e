"""Fiscal: the years, quarters and periods of a company's own calendar."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal, get_args

import attrs

from salesfunnel._core.checks import check_choice, check_positive_int
from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.moments import read_day
from salesfunnel._core.result import ResultMixin

__all__ = ["Fiscal", "FiscalPeriod", "as_fiscal"]

Pattern = Literal["month", "4-4-5", "4-5-4", "5-4-4"]
YearEnd = Literal["last", "nearest"]
YearName = Literal["end-year", "start-year"]
Weekday = Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
FiscalPeriod = Literal["month", "quarter", "year"]
PERIODS: tuple[str, ...] = get_args(FiscalPeriod)
_DAYS: tuple[str, ...] = get_args(Weekday)
_PLACES = {"year": 1, "quarter": 4, "month": 12}


@attrs.frozen
class Fiscal(ResultMixin):
    """A company's own calendar: when its year begins, and how its quarters are cut and named.

    Parameters
    ----------
    start : int
        The month in which the year begins, 1 to 12.
    pattern : {"month", "4-4-5", "4-5-4", "5-4-4"}
        Quarters of three calendar months, or of three periods of so many weeks.
    ends : {"last", "nearest"}
        With weeks: the year ends on the last `weekday` of the month before `start`, or on the one
        nearest to the end of that month.
    weekday : {"MO", "TU", "WE", "TH", "FR", "SA", "SU"}
        With weeks: the day on which they end.
    names : {"end-year", "start-year"}
        Whether a year has the number of the calendar year in which it ends, or begins. A year of
        weeks counts as beginning in the month `start`, whatever day its first week begins.
    quarter, month, year : str
        How periods are written: ``{year}``, ``{yy}`` (two digits), ``{quarter}``, ``{month}`` (1 to
        12 within the year).

    Raises
    ------
    ArgumentError
        If a word is not one of the allowed ones, or two periods of a form have the same name.

    Notes
    -----
    A year of weeks has 52 or 53 of them; the 53rd belongs to its last period. Every day is in
    exactly one period.

    Examples
    --------
    >>> Fiscal(2).label("2026-11-28")
    'FY27-Q4'
    >>> Fiscal(2).bounds("FY27-Q4")
    (datetime.date(2026, 11, 1), datetime.date(2027, 1, 31))
    >>> retail = Fiscal(2, pattern="4-5-4", ends="nearest", names="start-year")
    >>> retail.weeks(2023), retail.bounds("FY23-Q1")[0]
    (53, datetime.date(2023, 1, 29))
    """

    start: int = 1
    pattern: Pattern = attrs.field(default="month", kw_only=True)
    ends: YearEnd = attrs.field(default="last", kw_only=True)
    weekday: Weekday = attrs.field(default="SA", kw_only=True)
    names: YearName = attrs.field(default="end-year", kw_only=True)
    quarter: str = attrs.field(default="FY{yy}-Q{quarter}", kw_only=True)
    month: str = attrs.field(default="FY{yy}-P{month:02d}", kw_only=True)
    year: str = attrs.field(default="FY{yy}", kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_positive_int("start", self.start, maximum=12)
        check_choice("pattern", self.pattern, get_args(Pattern))
        check_choice("ends", self.ends, get_args(YearEnd))
        check_choice("weekday", self.weekday, _DAYS)
        check_choice("names", self.names, get_args(YearName))
        for by in PERIODS:
            self._check_form(by)

    def _check_form(self, by: str) -> None:
        form = getattr(self, by)
        try:
            shown = {self._write(form, y, p, by) for y in (2026, 2027) for p in range(_PLACES[by])}
        except (KeyError, IndexError, ValueError) as error:
            raise ArgumentError(
                f"{by!r} must be a form with {{year}}, {{yy}}, {{quarter}} or {{month}},"
                f" got {form!r}"
            ) from error
        if len(shown) < 2 * _PLACES[by]:
            raise ArgumentError(f"{by!r} must give each period a name of its own, got {form!r}")

    def _write(self, form: str, year: int, place: int, by: str) -> str:
        month = place + 1 if by == "month" else place * 3 + 1
        quarter = place + 1 if by == "quarter" else (month - 1) // 3 + 1
        return form.format(year=year, yy=f"{year % 100:02d}", quarter=quarter, month=month)

    def year_start(self, number: int) -> date:
        """Return the first day of the fiscal year with this number."""
        begins = number if self.names == "start-year" or self.start == 1 else number - 1
        first = date(begins, self.start, 1)
        if self.pattern == "month":
            return first
        return _last_day(
            first - timedelta(days=1), _DAYS.index(self.weekday), self.ends
        ) + timedelta(1)

    def weeks(self, number: int) -> int:
        """Return how many whole weeks a fiscal year has: 52 or 53."""
        return (self.year_start(number + 1) - self.year_start(number)).days // 7

    def starts(self, number: int, by: FiscalPeriod = "quarter") -> tuple[date, ...]:
        """Return the first day of each period of a fiscal year.

        Parameters
        ----------
        number : int
            The year's number, such as 2027.
        by : {"month", "quarter", "year"}
            Which periods.
        """
        check_choice("by", by, PERIODS)
        return _starts(self, number, by)

    def locate(self, day: object, by: FiscalPeriod = "quarter") -> tuple[int, int]:
        """Return the fiscal year of a day, and the place of its period there, from 0."""
        moment = read_day("day", day)
        number = moment.year - 1
        while self.year_start(number + 1) <= moment:
            number += 1
        starts = self.starts(number, by)
        return number, max(k for k, first in enumerate(starts) if first <= moment)

    def label(self, day: object, by: FiscalPeriod = "quarter") -> str:
        """Return the name of the period that holds a day.

        Parameters
        ----------
        day : date, datetime or ISO text
            The day.
        by : {"month", "quarter", "year"}
            Which period.
        """
        number, place = self.locate(day, by)
        return self.name(number, place, by)

    def name(self, number: int, place: int, by: FiscalPeriod = "quarter") -> str:
        """Return the name of the period at a place, from 0, of a fiscal year."""
        return self._write(getattr(self, by), number, place, by)

    def ordinal(self, day: object, by: FiscalPeriod = "quarter") -> int:
        """Return the number of the period that holds a day; neighbours differ by one."""
        number, place = self.locate(day, by)
        return number * _PLACES[by] + place

    def name_of(self, ordinal: int, by: FiscalPeriod = "quarter") -> str:
        """Return the name of the period with this number; see `ordinal`."""
        number, place = divmod(ordinal, _PLACES[by])
        return self.name(number, place, by)

    def start_of(self, ordinal: int, by: FiscalPeriod = "quarter") -> date:
        """Return the first day of the period with this number; see `ordinal`."""
        number, place = divmod(ordinal, _PLACES[by])
        return self.starts(number, by)[place]

    def bounds(self, label: str) -> tuple[date, date]:
        """Return the first and the last day of the period with this name.

        Raises
        ------
        ArgumentError
            If no period has this name.
        """
        for by in ("quarter", "month", "year"):
            found = self._find(label, by)
            if found is not None:
                return self.start_of(found, by), self.start_of(found + 1, by) - timedelta(days=1)
        example = self.name(2027, 2)
        raise ArgumentError(
            f"'closing' must be the name of a fiscal period such as {example!r}, got {label!r}"
        )

    def _find(self, label: str, by: FiscalPeriod) -> int | None:
        match = re.search(r"\d{4}|\d{2}", label)
        if match is None:
            return None
        given = int(match.group())
        years = [given] if given > 99 else [1900 + given, 2000 + given]
        for number in reversed(years):
            for place in range(_PLACES[by]):
                if self.name(number, place, by) == label:
                    return number * _PLACES[by] + place
        return None


@lru_cache(maxsize=4096)
def _starts(fiscal: Fiscal, number: int, by: str) -> tuple[date, ...]:
    first = fiscal.year_start(number)
    months: list[date] = []
    if fiscal.pattern == "month":
        for k in range(12):
            month = fiscal.start - 1 + k
            months.append(date(first.year + month // 12, month % 12 + 1, 1))
    else:
        lengths = [int(part) for part in fiscal.pattern.split("-")] * 4
        at = first
        for weeks in lengths:
            months.append(at)
            at += timedelta(weeks=weeks)
    return tuple(months[:: 12 // _PLACES[by]])


def _last_day(end: date, weekday: int, ends: str) -> date:
    """Return the day with this weekday that is the last up to `end`, or the nearest to it."""
    back = (end.weekday() - weekday) % 7
    if ends == "nearest" and back > 3:
        back -= 7
    return end - timedelta(days=back)


def as_fiscal(fiscal_start: int | None, fiscal: Fiscal | None) -> Fiscal | None:
    """Return the calendar that the arguments `fiscal_start` and `fiscal` of a verb name, or None.

    Raises
    ------
    ArgumentError
        If both are given, or one is of another kind.
    """
    if fiscal is not None and not isinstance(fiscal, Fiscal):
        raise ArgumentError(f"'fiscal' must be a Fiscal, got {type(fiscal).__name__}")
    if fiscal is not None and fiscal_start is not None:
        raise ArgumentError("'fiscal_start' must be None if 'fiscal' is given, got both")
    if fiscal_start is None:
        return fiscal
    return Fiscal(check_positive_int("fiscal_start", fiscal_start, maximum=12))
