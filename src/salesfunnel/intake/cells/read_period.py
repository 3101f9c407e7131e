"""Names of periods as people write them: 2026年9月, Sep 2026, 2026Q3, 202609, 9月."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import attrs

from salesfunnel._core.periods import frequency_of
from salesfunnel.intake.cells.months import MONTHS as _MONTHS
from salesfunnel.intake.cells.read_number import clean

_WORDS_TOO = {
    "set",
    "out",
    "ago",
    "mai",
    "mars",
    "mayo",
    "dic",
    "fev",
    "abr",
    "ene",
    "avril",
    "mar.",
}
"""Months that are not taken for such where they stand alone, in the header of a column."""
_HAN = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_HAN |= {"十一": 11, "十二": 12}
_WORD = "|".join(sorted(_MONTHS, key=len, reverse=True))
_ALONE = "|".join(sorted({*_MONTHS} - _WORDS_TOO, key=len, reverse=True))
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
        rf"(?P<word>{_WORD})[-./ ,]*(?:de |del )?{_Y}(?: г\.?)?",
        rf"{_Y}[-./ ,]*(?P<word>{_WORD})",
        rf"(?P<word>{_WORD})\.?(?:-|/| ?['’])(?P<short>\d{{2}})",
        rf"{_Y}[- ]?q{_Q}",
        rf"q{_Q}[-/ ]?{_Y}",
        rf"{_Y} ?年? ?第?{_Q}季度?",
        rf"{_Y} ?年 ?q{_Q}",
        rf"{_Y}[- ]?w(?P<week>\d{{1,2}})",
        rf"{_Y} ?年 ?第?(?P<week>\d{{1,2}})周",
        rf"(?:w|wk|week|kw|cw)[-. ]?(?P<week>\d{{1,2}})[-/., ]+{_Y}",
        rf"{_Y}[-/., ]+(?:wk|week|kw|cw)[-. ]?(?P<week>\d{{1,2}})",
        r"(?:w|wk|week|kw|cw|calendar week)[-. ]?(?P<week>\d{1,2})|第?(?P<week2>\d{1,2})周",
        rf"(?P<month>\d{{1,2}})[-/.]{_Y}",
        rf"{_Y}[- ]?m(?P<month>\d{{1,2}})",
        rf"{_Y}年?度?",
        rf"{_M} ?月份?",
        rf"(?P<word>{_ALONE})\.?",
        rf"q{_Q}|第?{_Q}季度".replace("(?P<quarter>", "(?P<quarter2>", 1),
    )
)
_MIDNIGHT = r"(?:[ t]00:00(?::00(?:\.0+)?)?(?: ?(?:z|utc|[+-]00:?00))?)?"
_DAY = re.compile(r"((?:19|20)\d{2})[-/.年](\d{1,2})[-/.月](\d{1,2})日?" + _MIDNIGHT, re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})[-/](\d{1,2})[-/]((?:19|20)\d{2})" + _MIDNIGHT, re.ASCII)
_DAY_WORD = re.compile(
    rf"(?P<day>\d{{1,2}})[-. ]+(?P<word>{_WORD})[-., ]+{_Y}"
    rf"|(?P<word2>{_WORD})\.? (?P<day2>\d{{1,2}}),? {_Y.replace('year', 'year2')}",
    re.ASCII,
)
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


def slash_order(cells: Iterable[Any]) -> tuple[bool, Any] | None:
    """Return whether dates such as 9/1/2016 of one column have the day first, and why.

    A part above 12 is a day; where one part is always 1 and the other is not, it is the first of
    months. None if nothing tells, or there is no such date.
    """
    known: dict[str, re.Match[str] | None] = {}
    found = []
    for cell in cells:
        if isinstance(cell, str):
            if cell not in known:
                known[cell] = _SLASHED.fullmatch(clean(cell[:60]))
            match = known[cell]
            if match:
                found.append((int(match[1]), int(match[2]), cell))
    first = next((cell for a, _, cell in found if a > 12), None)
    second = next((cell for _, b, cell in found if b > 12), None)
    if (first is None) != (second is None):
        return (True, first) if first is not None else (False, second)
    if first is None and found:
        days, months = ({one[i] for one in found} for i in (0, 1))
        if (days == {1}) != (months == {1}) and len(days | months) > 2:
            return days == {1}, found[-1][2]
    return None


def read_period(cell: object, *, day_first: bool | None = None) -> PeriodName | None:
    """Return the period that a cell names, None if it names none.

    Parameters
    ----------
    cell : object
        Text, a date, a period of pandas, or a whole number such as 202609.
    day_first : bool, optional
        Whether 9/1/2016 is the ninth of January; without it such a date names nothing.

    Examples
    --------
    >>> [read_period(text).label for text in ("2026年9月", "Sep 2026", "2026/9", "2026Q3")]
    ['2026-09', '2026-09', '2026-09', '2026-Q3']
    >>> read_period("9月").needs_year
    True
    """
    if type(cell).__name__ in {"Period", "datetime64"}:
        cell = str(cell).partition("/")[0]
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date):
        return PeriodName(cell.isoformat(), day=cell)
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if not isinstance(cell, str | int) or (not isinstance(cell, str) and not _is_label(cell)):
        return None
    text = clean(str(cell)[:60])
    parts = _day_parts(text, day_first)
    if parts is not None:
        try:
            found = date(*parts)
        except ValueError:
            return None
        return PeriodName(found.isoformat(), day=found)
    for form in _FORMS:
        match = form.fullmatch(text)
        if match:
            return _named(match)
    return None


def _is_label(cell: int) -> bool:
    """Whether a whole number may name a period, as 2026 and 202609 do."""
    return not isinstance(cell, bool) and 0 <= cell < 10**6


def _day_parts(text: str, day_first: bool | None) -> tuple[int, int, int] | None:
    """Return year, month and day of a date; None if it is none, or can be read in two ways."""
    day, dotted, slashed = (form.fullmatch(text) for form in (_DAY, _DOTTED, _SLASHED))
    if day:
        return int(day[1]), int(day[2]), int(day[3])
    if dotted:
        return int(dotted[3]), int(dotted[2]), int(dotted[1])
    if slashed:
        one, two, year = (int(part) for part in slashed.groups())
        if day_first is None and one <= 12 and two <= 12 and one != two:
            return None
        first = one > 12 if day_first is None else day_first
        return (year, two, one) if first else (year, one, two)
    word = _DAY_WORD.fullmatch(text)
    if word:
        named = {name.rstrip("2"): part for name, part in word.groupdict().items() if part}
        return int(named["year"]), _MONTHS[named["word"]], int(named["day"])
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
        return PeriodName(part, needs_year=True) if frequency_of(f"2020-{part}") != "none" else None
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
