"""Moments as people and systems write them."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from salesfunnel.intake.grid import shown
from salesfunnel.intake.numbers import clean

__all__ = ["AmbiguousTimeError", "read_time"]

_YEAR_FIRST = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ t](.*))?", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[ t](.*))?", re.ASCII)
_ZONE = re.compile(r"([+-]\d{2})(\d{2})$")
_FRACTION = re.compile(r"\.(\d+)")
_MISSING = {"", "-", "—", "/", "n/a", "na", "none", "null", "nat", "nan", "无"}


class AmbiguousTimeError(ValueError):
    """Raised inside for a date that can be read in two ways."""


def read_time(cell: Any, *, dayfirst: bool | None = None) -> datetime | None:
    """Return the moment in a cell, None where it is empty; naive as far as no zone is written.

    Parameters
    ----------
    cell : datetime, date, str or None
        ISO 8601 (``Z`` and ``+0800`` too), ``2026/1/5``, ``2026年1月5日``, ``5.1.2026 14:30``.
    dayfirst : bool, optional
        Whether 03/04/2026 is the third of April.

    Raises
    ------
    AmbiguousTimeError
        If day and month can be either, and `dayfirst` does not say.
    ValueError
        If it is no moment.
    """
    if cell is None or cell != cell:  # noqa: PLR0124 - NaN and NaT are missing
        return None
    if isinstance(cell, datetime):
        plain: Any = getattr(cell, "to_pydatetime", None)  # of a pandas Timestamp
        moment: datetime = cell if plain is None else plain()
        return moment
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 - a date is naive
    if hasattr(cell, "dtype") and getattr(cell.dtype, "kind", "") == "M":
        stamp: datetime = cell.astype("datetime64[us]").item()
        return stamp
    text = clean(shown(cell))
    if text in _MISSING:
        return None
    return _read(text, dayfirst)


def _read(text: str, dayfirst: bool | None) -> datetime:
    match = _YEAR_FIRST.fullmatch(text)
    if match is not None:
        year, month, day, clock = match.groups()
    else:
        match = _YEAR_LAST.fullmatch(text)
        if match is None:
            return datetime.fromisoformat(_plain_clock(text))
        one, two, year, clock = match.groups()
        if dayfirst is None and int(one) <= 12 and int(two) <= 12 and one != two:
            raise AmbiguousTimeError(text)
        first = dayfirst if dayfirst is not None else int(one) > 12
        day, month = (one, two) if first else (two, one)
    when = datetime(int(year), int(month), int(day))  # noqa: DTZ001 - no zone is written
    if not clock:
        return when
    return datetime.fromisoformat(f"{when:%Y-%m-%d}T{_plain_clock(clock.strip())}")


def _plain_clock(text: str) -> str:
    """Return a time of day as Python 3.10 reads it: a zone with a colon, six decimals."""
    text = _ZONE.sub(r"\1:\2", text.removesuffix("z") + ("+00:00" if text.endswith("z") else ""))
    return _FRACTION.sub(lambda found: "." + found.group(1)[:6].ljust(6, "0"), text)
