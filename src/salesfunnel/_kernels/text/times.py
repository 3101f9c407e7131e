"""Times of cells, parsed by the thousand where many are written alike.

Arguments are already validated. A cell with its digits replaced by zeros is its template; the cells
of one template are parsed at once. What is not parsed here is not wrong: it is left to be read with
more care.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.text.cells import Bools, Bytes, Cells, Ints, gather, stripped

NOT_READ, NAIVE, AWARE, EMPTY = 0, 1, 2, 3
BLOCK = 1 << 15
"""This many cells at once stay in the cache."""
SHORTEST, LONGEST = 8, 40
TEMPLATES = 6
"""This many templates of one length are tried in a block."""
FIRST_YEAR, LAST_YEAR = 1971, 2097
"""Years outside are left to be read with care: most of them are not times of sales."""

_CLOCK = (
    r"(?:(?:[ Tt]|, )(?P<hour>00?):(?P<minute>00)(?::(?P<second>00)(?:[.,](?P<fraction>0{1,9}))?)?"
    r"(?: ?(?P<zone>[Zz]|UTC|[+-]00(?::?00)?))?)?"
)
_FORMS = tuple(
    re.compile(day + _CLOCK)
    for day in (
        r"(?P<year>0000)(?P<mark>[-/])(?P<month>00?)(?P=mark)(?P<day>00?)",
        r"(?P<year>0000)\.(?P<month>00?)\.(?P<day>00?)",
        "(?P<year>0000)年(?P<month>00?)月(?P<day>00?)日".encode().decode("latin-1"),
        r"(?P<year>0000)(?P<month>00)(?P<day>00)(?=[Tt ])",
    )
)
_YEAR_LAST = re.compile(r"(?P<one>00?)(?P<mark>[-/.])(?P<two>00?)(?P=mark)(?P<year>0000)" + _CLOCK)

_MONTHS = np.arange(12 * FIRST_YEAR, 12 * LAST_YEAR + 13) - 12 * 1970
_STARTS = _MONTHS.astype("datetime64[M]").astype("datetime64[D]").astype(np.int32)
_DAYS = np.diff(_STARTS).astype(np.uint8)
_STARTS = _STARTS[:-1]


class Rule(NamedTuple):
    """Where the parts of a time stand in a cell: first byte and end."""

    year: tuple[int, int]
    month: tuple[int, int]
    day: tuple[int, int]
    hour: tuple[int, int] | None
    minute: tuple[int, int] | None
    second: tuple[int, int] | None
    fraction: tuple[int, int] | None
    zone: tuple[int, int] | None


@lru_cache(maxsize=512)
def rule_of(template: bytes, day_first: bool | None) -> Rule | None:
    """Return where the parts of a time stand; None if the template has no plain reading.

    Parameters
    ----------
    template : bytes
        A cell with its digits replaced by zeros.
    day_first : bool or None
        Whether the day comes first where the year comes last; None leaves such cells alone but
        those with points, which have the day first.
    """
    text = template.decode("latin-1")
    for form in _FORMS:
        match = form.fullmatch(text)
        if match is not None:
            return _rule(match, "month", "day")
    match = _YEAR_LAST.fullmatch(text)
    if match is None or (day_first is None and match["mark"] != "."):
        return None
    # Dates with points have the day first everywhere.
    day_first = True if day_first is None else day_first
    return _rule(match, *(("two", "one") if day_first else ("one", "two")))


def _rule(match: re.Match[str], month: str, day: str) -> Rule:
    def span(name: str) -> tuple[int, int] | None:
        return None if match[name] is None else match.span(name)

    return Rule(
        match.span("year"),
        match.span(month),
        match.span(day),
        span("hour"),
        span("minute"),
        span("second"),
        span("fraction"),
        span("zone"),
    )


def plain_times(
    cells: Cells, *, day_first: bool | None = None
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int8]]:
    """Return the times of cells as far as they are written plainly.

    Parameters
    ----------
    cells : Cells
        Cells in UTF-8.
    day_first : bool, optional
        Whether 03/04/2026 is the third of April; without it such cells are not read, but 03.04.2026
        is.

    Returns
    -------
    ticks : ndarray of int64, shape (n,)
        Microseconds since 1970: as written, or in UTC where a zone is written. 0 where not read.
    state : ndarray of int8, shape (n,)
        0 not read, 1 without a zone, 2 with one, 3 empty.
    """
    count = cells.start.size
    ticks = np.zeros(count, dtype=np.int64)
    state = np.zeros(count, dtype=np.int8)
    for low in range(0, count, BLOCK):
        part = slice(low, low + BLOCK)
        some = stripped(Cells(cells.data, cells.start[part], cells.length[part]))
        _block(some, day_first, ticks[part], state[part])
    return ticks, state


def _block(
    cells: Cells,
    day_first: bool | None,
    ticks: npt.NDArray[np.int64],
    state: npt.NDArray[np.int8],
) -> None:
    """Write the times of some cells, length by length."""
    capped = np.minimum(cells.length, LONGEST + 1)
    seen = np.flatnonzero(np.bincount(capped, minlength=1))
    for length in seen.tolist():
        whole = seen.size == 1
        rows = np.arange(capped.size) if whole else np.flatnonzero(capped == length)
        if length == 0:
            state[rows] = EMPTY
        elif SHORTEST <= length <= LONGEST:
            start = cells.start if whole else cells.start.take(rows)
            block = np.ascontiguousarray(gather(cells.data, start, length).T)
            _alike(block, rows, day_first, ticks, state)


def _alike(
    block: Bytes,
    rows: Ints,
    day_first: bool | None,
    ticks: npt.NDArray[np.int64],
    state: npt.NDArray[np.int8],
) -> None:
    """Write the times of cells of one length, template by template."""
    for _ in range(TEMPLATES):
        first = block[:, 0]
        digit = first - np.uint8(48) <= 9
        same = np.ones(rows.size, dtype=np.bool_)
        for k, one in enumerate(digit.tolist()):
            same &= (block[k] - np.uint8(48) <= 9) if one else (block[k] == first[k])
        rule = rule_of(np.where(digit, np.uint8(48), first).tobytes(), day_first)
        whole = bool(same.all())
        if rule is not None:
            found, ok = _parse(block if whole else block[:, same], rule)
            at = rows if whole else rows[same]
            ticks[at] = np.where(ok, found, 0)
            state[at] = np.where(ok, NAIVE if rule.zone is None else AWARE, NOT_READ)
        if whole:
            return
        block, rows = np.ascontiguousarray(block[:, ~same]), rows[~same]


def _number(block: Bytes, span: tuple[int, int]) -> npt.NDArray[np.int32]:
    """Return the number that some digits write."""
    first, end = span
    number: npt.NDArray[np.int32] = (block[first] - np.uint8(48)).astype(np.int32)
    for k in range(first + 1, end):
        number *= 10
        number += block[k] - np.uint8(48)
    return number


def _parse(block: Bytes, rule: Rule) -> tuple[npt.NDArray[np.int64], Bools]:
    """Return the microseconds of cells of one template, and which are times at all."""
    year, month, day = (_number(block, span) for span in (rule.year, rule.month, rule.day))
    ok = (year >= FIRST_YEAR) & (year <= LAST_YEAR) & (month >= 1) & (month <= 12)
    place = np.where(ok, (year - FIRST_YEAR) * 12 + month - 1, 0)
    ok &= (day >= 1) & (day <= _DAYS.take(place))
    seconds = (_STARTS.take(place) + day - 1).astype(np.int64) * 86_400
    if rule.hour is not None and rule.minute is not None:
        hour, minute = _number(block, rule.hour), _number(block, rule.minute)
        ok &= (hour < 24) & (minute < 60)
        clock = hour * 3600 + minute * 60
        if rule.second is not None:
            second = _number(block, rule.second)
            ok &= second < 60
            clock += second
        seconds += clock
    if rule.zone is not None:
        ok &= _shift(block, rule.zone, seconds)
    seconds *= 1_000_000
    if rule.fraction is not None:
        first, end = rule.fraction
        end = min(end, first + 6)
        seconds += _number(block, (first, end)) * np.int32(10 ** (6 - end + first))
    return seconds, ok


def _shift(block: Bytes, zone: tuple[int, int], seconds: npt.NDArray[np.int64]) -> Bools | bool:
    """Take the distance of the zone from UTC off, and return which distances can be."""
    first, end = zone
    if block[first, 0] not in b"+-":
        return True
    hours = _number(block, (first + 1, first + 3))
    minutes = _number(block, (end - 2, end)) if end - first > 3 else np.zeros_like(hours)
    away = hours * 3600 + minutes * 60
    seconds -= away if block[first, 0] == ord("+") else -away
    fits: Bools = (hours < 24) & (minutes < 60)
    return fits
