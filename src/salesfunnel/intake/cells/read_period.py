"""Names of periods as people write them: 2026年9月, Sep 2026, 2026Q3, 202609, 9月."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

import attrs

from salesfunnel._core.periods import frequency_of
from salesfunnel.intake.cells.read_number import clean

_MONTHS = {"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8}
_MONTHS |= {"sep": 9, "oct": 10, "nov": 11, "dec": 12}
_MONTHS |= {"january": 1, "february": 2, "march": 3, "april": 4, "june": 6, "july": 7, "august": 8}
_MONTHS |= {"sept": 9, "september": 9, "october": 10, "november": 11, "december": 12}
_HAN = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_HAN |= {"十一": 11, "十二": 12}
_WORD = "|".join(sorted(_MONTHS, key=len, reverse=True))
_Y = r"(?P<year>(?:19|20)\d{2})"
_M = r"(?P<month>\d{1,2}|十[一二]?|[一二三四五六七八九])"
_Q = r"(?P<quarter>[1-4一二三四])"
_FORMS = tuple(
    re.compile(form, re.ASCII)
    for form in (
        rf"{_Y}[-/.]?(?P<month>\d{{2}})|{_Y}[-/. ]{_M}".replace(
            "(?P<year>", "(?P<year2>", 1
        ).replace("(?P<month>", "(?P<month2>", 1),
        rf"{_Y} ?年 ?{_M} ?月份?",
        rf"(?P<short>\d{{2}}) ?年 ?{_M} ?月份?",
        rf"(?P<word>{_WORD})[-. ,]*{_Y}|{_Y}[-. ,]*(?P<word2>{_WORD})".replace(
            "(?P<year>", "(?P<year2>", 1
        ),
        rf"(?P<word>{_WORD})\.?(?:-| ?['’])(?P<short>\d{{2}})",
        rf"{_Y}[- ]?q{_Q}",
        rf"q{_Q}[-/ ]?{_Y}",
        rf"{_Y} ?年? ?第?{_Q}季度?",
        rf"{_Y} ?年 ?q{_Q}",
        rf"{_Y}[- ]?w(?P<week>\d{{1,2}})",
        rf"{_Y} ?年 ?第?(?P<week>\d{{1,2}})周",
        rf"{_Y}年?度?",
        rf"{_M} ?月份?",
        rf"(?P<word>{_WORD})\.?",
        rf"q{_Q}|第?{_Q}季度".replace("(?P<quarter>", "(?P<quarter2>", 1),
    )
)
_DAY = re.compile(r"((?:19|20)\d{2})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ t]00:00(?::00)?)?")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.((?:19|20)\d{2})", re.ASCII)
_INSIDE = re.compile(
    rf"(?<!\d){_Y}(?: ?年 ?(?P<month>\d{{1,2}}) ?月|[-_/.](?P<month2>0[1-9]|1[0-2])(?!\d))",
    re.ASCII,
)


@attrs.frozen
class PeriodName:
    """A period as read: its name in one form, or a month or quarter whose year is not said."""

    label: str
    needs_year: bool = False
    day: date | None = None
    short: bool = False
    """Whether two digits after the word of a month were taken for its year: Sep-26."""

    def in_year(self, year: str | None) -> PeriodName:
        """Return the period in this year, where it needs one."""
        if not self.needs_year or year is None:
            return self
        return PeriodName(f"{year}-{self.label}")


def read_period(cell: Any) -> PeriodName | None:
    """Return the period that a cell names, None where it names none.

    Examples
    --------
    >>> [read_period(text).label for text in ("2026年9月", "Sep 2026", "2026/9", "2026Q3")]
    ['2026-09', '2026-09', '2026-09', '2026-Q3']
    >>> read_period("9月").needs_year
    True
    """
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date):
        return PeriodName(cell.isoformat(), day=cell)
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, bool) or not isinstance(cell, str | int):
        return None
    if isinstance(cell, int) and not 0 <= cell < 10**6:
        return None
    text = clean(str(cell)[:60])
    day, dotted = _DAY.fullmatch(text), _DOTTED.fullmatch(text)
    if day or dotted:
        parts = day.groups() if day else dotted.groups()[::-1] if dotted else ()
        try:
            found = date(*map(int, parts))
        except ValueError:
            return None
        return PeriodName(found.isoformat(), day=found)
    for form in _FORMS:
        match = form.fullmatch(text)
        if match:
            return _named(match)
    return None


def _named(match: re.Match[str]) -> PeriodName | None:
    parts = {name.rstrip("2"): text for name, text in match.groupdict().items() if text}
    year = parts.get("year") or (f"20{parts['short']}" if "short" in parts else None)
    if "word" in parts:
        part = f"{_MONTHS[parts['word']]:02d}"
    elif "month" in parts:
        part = f"{_figure(parts['month']):02d}"
    elif "quarter" in parts:
        part = f"Q{_figure(parts['quarter'])}"
    elif "week" in parts:
        part = f"W{int(parts['week']):02d}"
    else:
        return PeriodName(str(year))
    if year is None:
        return PeriodName(part, needs_year=True) if frequency_of(f"2024-{part}") != "none" else None
    label = f"{year}-{part}"
    if frequency_of(label) == "none":
        return None
    return PeriodName(label, short="word" in parts and "short" in parts)


def _figure(text: str) -> int:
    return _HAN[text] if text in _HAN else int(text)


def month_inside(text: str) -> str | None:
    """Return the one month that a title or a file name speaks of, None where none or several."""
    found = set()
    for match in _INSIDE.finditer(text):
        label = f"{match['year']}-{int(match['month'] or match['month2']):02d}"
        if frequency_of(label) != "none":
            found.add(label)
    return found.pop() if len(found) == 1 else None
