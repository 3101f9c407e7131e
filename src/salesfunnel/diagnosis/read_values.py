"""Numbers and times of whole columns, as people write them; by value only where that fails."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.causes.coding import spaced, text_levels

__all__ = ["read_numbers", "read_times"]

Array = npt.NDArray[np.float64]
Times = npt.NDArray[np.datetime64]
_NUMBER = re.compile(
    r"(?P<sign>[-+]?)\s*[$€£¥]?\s*(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d*\.?\d+(?:e[-+]?\d+)?|\d+\.)"
    r"\s*(?P<unit>%|万|亿|k|m|bn|元|usd|eur|cny|rmb|h|hr|hrs|hour|hours|小时|时|d|day|days|天|日|"
    r"min|mins|minutes|分钟|分|w|weeks?|周|个|次|人|x)?"
)
_TIMES = {"万": 1e4, "亿": 1e8, "k": 1e3, "m": 1e6, "bn": 1e9, "%": 0.01}
_DAY = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2})?)?",
    re.IGNORECASE,
)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)?")


def read_numbers(values: npt.NDArray[np.str_]) -> Array:
    """Return texts as numbers, NaN where a text is none; ``12 %`` is 0.12, ``1,234`` is 1234.

    A unit behind the number is left out where nearly all texts have the same one: ``12 h``. Texts
    with another unit are then no numbers.
    """
    if not values.size:
        return np.empty(0)
    plain = values.astype(np.str_, copy=True)
    plain[plain == ""] = "nan"
    try:
        read = plain.astype(np.float64)
    except ValueError:
        pass
    else:
        return np.where(np.isfinite(read), read, np.nan)
    texts = text_levels(values)
    found = [_number(v) for v in texts.values.tolist()]
    units = Counter(unit for _, unit in found if unit and unit not in _TIMES)
    main = min(units, key=lambda u: (-units[u], u)) if units else ""
    fits = {"", main, *_TIMES}
    table = np.array(
        [np.nan if number is None or unit not in fits else number for number, unit in found]
    )
    out: Array = table.take(texts.codes)
    return out


def _number(text: str) -> tuple[float | None, str]:
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    match = _NUMBER.fullmatch(plain)
    if match is None:
        return None, ""
    unit = match["unit"] or ""
    number = float(match["number"].replace(",", "")) * _TIMES.get(unit, 1.0)
    return (-number if match["sign"] == "-" else number), unit


def read_times(values: npt.NDArray[np.str_]) -> Times:
    """Return texts as times, NaT where a text is none: ISO, ``2026/1/5``, ``2026年1月5日``."""
    if not values.size:
        return np.empty(0, dtype="datetime64[us]")
    some = [v for v in values[spaced(values.size)].tolist() if v]
    if some and all(_ISO.fullmatch(v) for v in some):
        try:
            read: Times = values.astype("datetime64[us]")
        except ValueError:
            pass
        else:
            return read
    texts = text_levels(values)
    table = np.array([_time(v) for v in texts.values.tolist()], dtype="datetime64[us]")
    return table.take(texts.codes)


def _time(text: str) -> Any:
    match = _DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return np.datetime64("NaT", "us")
    y, mo, d, h, mi, s = (int(g or 0) for g in match.groups())
    try:
        return np.datetime64(f"{y:04d}-{mo:02d}-{d:02d}T{h:02d}:{mi:02d}:{s:02d}", "us")
    except ValueError:
        return np.datetime64("NaT", "us")
