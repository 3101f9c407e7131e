"""Moments as people and systems write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta, timezone
from typing import Any

import numpy as np
import numpy.typing as npt

from salesfunnel.intake.cells.months import MONTHS as _MONTHS
from salesfunnel.intake.cells.read_number import clean
from salesfunnel.intake.files.grid import shown

__all__ = ["AmbiguousTimeError", "NumberAsTimeError", "is_missing_cell", "read_time"]

_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))
_CLOCK = r"(?:(?:\s*,\s*|\s+|t|(?=[上下]午|[凌早中晚]))(?P<clock>\S.*))?"
_DAYS = tuple(
    re.compile(pattern + _CLOCK, re.ASCII)
    for pattern in (
        r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})",
        r"(?P<year>\d{4})\s?年\s?(?P<month>\d{1,2})\s?月\s?(?P<day>\d{1,2})\s?[日号]?",
        r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})",
        (
            rf"(?P<day>\d{{1,2}})(?:\. ?|[-/ ])(?:de )?(?P<name>{_NAMES})\.?,?(?: de |[-./ ])"
            r"(?P<year>\d{4}|(?<=[-./])\d\d)(?: г\.?)?"
        ),
        rf"(?P<name>{_NAMES})-(?P<day>\d{{1,2}})-(?P<year>\d{{4}}|\d\d)",
        rf"(?P<name>{_NAMES})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})",
    )
)
_YEAR_LAST = re.compile(
    r"(?P<one>\d{1,2})(?P<mark>[-/.])(?P<two>\d{1,2})(?P=mark)(?P<year>\d{4}|\d\d)" + _CLOCK,
    re.ASCII,
)
_SHORT_YEAR = re.compile(
    rf"(?:\d{{1,2}}([-/.])\d{{1,2}}\1|\d{{1,2}}[-./](?:{_NAMES})[-./]|(?:{_NAMES})-\d{{1,2}}-)"
    r"\d\d(?!\d).*"
)
_TIME = re.compile(
    r"(?P<early>上午|下午|中午|晚上|凌晨|早上|[ap]\.?m\.?)?\s*"
    r"(?P<hour>\d{1,2})(?:[:时点時](?P<minute>\d{1,2})?(?:[:分](?P<second>\d{1,2})?秒?)?|"
    r"(?P<compact>\d{2}(?:\d{2})?)|(?=\s*[ap]\.?m))"
    r"(?:[.,](?P<fraction>\d{1,9}))?"
    r"\s*(?P<late>[ap]\.?m\.?)?\s*(?P<zone>z|utc|gmt|[+-]\d{2}(?::?\d{2})?)?",
    re.ASCII,
)
_NOON = {"am": 0, "pm": 12, "上午": 0, "早上": 0, "凌晨": 0, "下午": 12, "晚上": 12, "中午": 12}
_MISSING = {"", "-", "—", "/", "n/a", "na", "none", "null", "nat", "nan", "无"}
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?", re.ASCII)
_SERIAL = re.compile(r"[2-7]\d{4}(?:\.\d+)?", re.ASCII)
_TICKS = re.compile(r"1\d{9}(?:\d{3})?", re.ASCII)
_EPOCH = re.compile(r"(?P<whole>[12]\d{9}(?:\d{3}){0,3})(?:\.\d*)?", re.ASCII)
_EPOCH_UNITS = {10: "s", 13: "ms", 16: "us", 19: "ns"}
_POWER = re.compile(r"[12]\.?\d*e\+?(?P<power>\d{1,2})", re.ASCII | re.IGNORECASE)
_POWERS = {9: 10, 12: 13, 15: 16, 18: 19}


class AmbiguousTimeError(ValueError):
    """Raised inside for a date that can be read in two ways."""


class NumberAsTimeError(ValueError):
    """Raised inside for a number that may be a date: a serial number, or ticks since 1970."""

    def __init__(self, reading: datetime) -> None:
        super().__init__(str(reading))
        self.reading = reading


def is_missing_cell(cell: object) -> bool:
    """Whether there is nothing in a cell of a workbook or a dataframe: None, NaN, NaT, NA."""
    if cell is None:
        return True
    try:
        return bool(cell != cell)  # noqa: PLR0124 - NaN and NaT are not equal to themselves
    except (TypeError, ValueError):  # pandas.NA is neither true nor false; arrays are several
        return str(cell) == "<NA>"


def read_time(cell: object, *, dayfirst: bool | None = None) -> datetime | None:
    """Return the moment in a cell, None if it is empty; naive as far as no zone is written.

    Parameters
    ----------
    cell : datetime, date, str or None
        ISO 8601 (``Z`` and ``+0800`` too), ``20260105``, ``2026/1/5 9:30``,
        ``2026年1月5日 下午3:30``, ``5 Jan 2026``, ``15.1.2026 14:30``, ``1/15/2026, 2:30 PM``,
        ``5 de enero de 2026``. A date with points has the day first.
    dayfirst : bool, optional
        Whether 03/04/2026 is the third of April.

    Raises
    ------
    AmbiguousTimeError
        If day and month can be either, and `dayfirst` does not say.
    NumberAsTimeError
        If it is a number such as a serial number of Excel.
    ValueError
        If it is not a moment.
    """
    if type(cell) is str and _ISO.fullmatch(cell):
        # Nearly all exports write times so.
        with suppress(ValueError):
            return datetime.fromisoformat(cell)
    return cell if type(cell) is datetime else _read_cell(cell, dayfirst)


def _read_cell(cell: Any, dayfirst: bool | None) -> datetime | None:
    if is_missing_cell(cell):
        return None
    if isinstance(cell, datetime):
        plain: Any = getattr(cell, "to_pydatetime", None)  # of a pandas Timestamp
        moment: datetime = cell if plain is None else plain()
        return moment
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 - a date is naive
    if getattr(getattr(cell, "dtype", None), "kind", "") == "M":
        stamp = cell.astype("datetime64[us]").item()
        if not isinstance(stamp, datetime):
            raise ValueError(f"year of {cell} is out of range")
        return stamp
    text = clean(shown(cell))
    if text in _MISSING:
        return None
    return _read(text, dayfirst)


def written_order(cell: object) -> bool | None:
    """Return whether a date can only be read with the day first; None if nothing tells.

    Dates with points have the day first everywhere, so they say nothing of those with other marks.
    """
    match = _YEAR_LAST.fullmatch(clean(cell)) if isinstance(cell, str) else None
    if match is None or match["mark"] == ".":
        return None
    first = int(match["one"]) > 12
    return first if first != (int(match["two"]) > 12) else None


def date_mark(cell: object) -> str:
    """Return the mark of a date such as 03/04/2026, "" for all else."""
    match = _YEAR_LAST.fullmatch(clean(cell)) if isinstance(cell, str) else None
    return match["mark"] if match and len(match["year"]) == 4 else ""


def year_is_last(cells: Iterable[Any]) -> bool:
    """Whether dates with years of two digits have the year last: it changes less than the day."""
    ends: tuple[set[str], set[str]] = (set(), set())
    for cell in cells:
        match = _YEAR_LAST.fullmatch(clean(cell)) if isinstance(cell, str) else None
        if match is not None:
            if len(match["year"]) == 4:
                return True
            ends[0].add(match["one"])
            ends[1].add(match["year"])
    return len(ends[1]) < len(ends[0])


def has_short_year(cell: object) -> bool:
    """Whether a date is written with a year of two digits."""
    return isinstance(cell, str) and _SHORT_YEAR.fullmatch(clean(cell)) is not None


def is_serial(text: str) -> bool:
    """Whether a text may be a day as a spreadsheet counts them."""
    return _SERIAL.fullmatch(text) is not None


def serial_numbers(cells: Sequence[Any]) -> npt.NDArray[np.float64] | None:
    """Return the days of cells as a spreadsheet counts them, NaN if empty; None if one is not."""
    texts = ["" if is_missing_cell(cell) else shown(cell).strip() for cell in cells]
    if not all(is_serial(text) for text in texts if text):
        return None
    return np.array([float(text) if text else np.nan for text in texts], dtype=np.float64)


def numeric_unit(cells: Iterable[Any]) -> str | None:
    """Return "s", "ms", "us" or "ns" if all cells are numbers of that unit since 1970."""
    found = None
    for cell in cells:
        if is_missing_cell(cell) or (isinstance(cell, str) and not cell.strip()):
            continue
        if isinstance(cell, bool) or not isinstance(cell, str | int | float):
            return None
        unit = _epoch_unit(shown(cell).strip())
        if unit is None or found not in {None, unit}:
            return None
        found = unit
    return found


def _epoch_unit(text: str) -> str | None:
    """Return the unit of a number since 1970, by its size: whole, with a fraction or a power."""
    match = _EPOCH.fullmatch(text)
    if match is not None:
        return _EPOCH_UNITS[len(match["whole"])]
    match = _POWER.fullmatch(text)
    return None if match is None else _EPOCH_UNITS.get(_POWERS.get(int(match["power"]), 0))


def day_order(cells: Iterable[Any]) -> tuple[bool, Any] | None:
    """Return whether dates have the day first, and the cell that can only be read so.

    None if no cell settles it, or cells contradict each other. Dates with points have the day
    first everywhere, so they say nothing of those with other marks.
    """
    found: dict[bool, Any] = {}
    for cell in cells:
        match = _YEAR_LAST.fullmatch(clean(cell)) if isinstance(cell, str) else None
        if match is None or match["mark"] == ".":
            continue
        if (int(match["one"]) > 12) != (int(match["two"]) > 12):
            found.setdefault(int(match["one"]) > 12, cell)
    return next(iter(found.items())) if len(found) == 1 else None


def _read(text: str, dayfirst: bool | None) -> datetime:
    for pattern in _DAYS:
        match = pattern.fullmatch(text)
        if match is not None:
            part = match.groupdict()
            month = _MONTHS[part["name"]] if part.get("name") else int(part["month"])
            return _at_clock(_year(part["year"]), month, int(part["day"]), part["clock"])
    match = _YEAR_LAST.fullmatch(text)
    if match is None:
        raise _no_moment(text)
    one, two = int(match["one"]), int(match["two"])
    if dayfirst is None and match["mark"] == ".":
        dayfirst = two <= 12
    year_first = len(match["year"]) == 2 and one > 12 and match["mark"] != "."  # 26/1/15
    if dayfirst is None and (year_first or (one <= 12 and two <= 12 and one != two)):
        raise AmbiguousTimeError(text)
    # what can be read in one way only is read so, whatever the order of the others
    first = one > 12 if (one > 12) != (two > 12) else bool(dayfirst)
    day, month = (one, two) if first else (two, one)
    return _at_clock(_year(match["year"]), month, day, match["clock"])


def _year(text: str) -> int:
    """Return a year; one of two digits lies in 1969–2068, as POSIX has it."""
    number = int(text)
    return number if len(text) == 4 else number + (2000 if number < 69 else 1900)


def _no_moment(text: str) -> ValueError:
    """Return the error for text that is not a moment; a number that may mean one is not guessed."""
    if _SERIAL.fullmatch(text):
        return NumberAsTimeError(datetime(1899, 12, 30) + timedelta(days=float(text)))  # noqa: DTZ001 - a serial number has no zone
    if _TICKS.fullmatch(text):
        return NumberAsTimeError(datetime.fromtimestamp(int(text[:10]), timezone.utc))
    return ValueError(text)


def _at_clock(year: int, month: int, day: int, clock: str | None) -> datetime:
    start = datetime(year, month, day)  # noqa: DTZ001 - no zone is written
    if not clock:
        return start
    match = _TIME.fullmatch(clock.strip())
    if match is None:
        raise ValueError(clock)
    part = match.groupdict()
    compact = part["compact"] or ""
    hour, minute = int(part["hour"]), int(part["minute"] or compact[:2] or 0)
    second = int(part["second"] or compact[2:] or 0)
    half = (part["early"] or part["late"] or "").replace(".", "")
    if half:
        hour = _half_hour(hour, half)
    micros = int((part["fraction"] or "0")[:6].ljust(6, "0"))
    whole = start.replace(
        hour=0 if hour == 24 else hour, minute=minute, second=second, microsecond=micros
    )
    if hour == 24:  # the end of the day, as ISO 8601 allows
        if minute or second or micros:
            raise ValueError(clock)
        whole += timedelta(days=1)
    return whole if part["zone"] is None else whole.replace(tzinfo=_zone(part["zone"]))


def _half_hour(hour: int, half: str) -> int:
    """Return the hour of the day for one of a half day: 12 AM is 0, 下午3点 is 15."""
    if hour > 12 and not half.isascii():
        return hour  # 下午15:30 says it twice
    if not 0 <= hour <= 12 or (hour == 12 and half == "晚上"):  # of which day, nobody says
        raise ValueError(f"{hour} {half}")
    if half == "中午":
        return hour if hour >= 11 else hour + 12
    return hour % 12 + _NOON[half]


def _zone(text: str) -> timezone:
    if text in {"z", "utc", "gmt"}:
        return timezone.utc
    sign = -1 if text[0] == "-" else 1
    digits = text[1:].replace(":", "").ljust(4, "0")
    return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))
