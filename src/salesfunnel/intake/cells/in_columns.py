"""Whole columns of times, amounts and words: what is not plain, each distinct cell once, with care.

What a cell means is said in ``read_time`` and ``read_number`` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.period_arrays import TICKS_PER_DAY
from salesfunnel._kernels.text.times import AWARE, NAIVE, NOT_READ
from salesfunnel.intake.cells.read_time import (
    AmbiguousTimeError,
    NumberAsTimeError,
    is_missing_cell,
    read_time,
)
from salesfunnel.intake.files.columns import Column
from salesfunnel.intake.files.grid import shown

if TYPE_CHECKING:
    from datetime import tzinfo

__all__ = ["Amounts", "CellFault", "Times", "Words", "amounts_in", "times_in", "words_in"]

_NAT = np.datetime64("NaT", "us")
_NOTHING = int(_NAT.astype(np.int64))
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - times are local ones


class CellFault(NamedTuple):
    """A fault of a cell: its row from 0, a code, and the figures of the message."""

    row: int
    code: str
    cell: object
    params: Mapping[str, Any]


class Times(NamedTuple):
    """A column of times.

    Parameters
    ----------
    times : ndarray of datetime64[us], shape (n,)
        As the clocks of the zone show them, NaT where empty or not read.
    faults : list of CellFault
        The cells that cannot be read, by row.
    kinds : dict of bool to int
        The first row of a time without a zone (False), and with one (True).
    """

    times: npt.NDArray[np.datetime64]
    faults: list[CellFault]
    kinds: dict[bool, int]


class Amounts(NamedTuple):
    """A column of numbers, NaN where empty or not read, and the cells that cannot be read."""

    values: npt.NDArray[np.float64]
    faults: list[CellFault]


class Words(NamedTuple):
    """A column of texts without white space around them, as codes.

    Parameters
    ----------
    codes : ndarray of int32, shape (n,)
        Places in `values`.
    values : list of str
        Distinct texts in order of their first row; ``""`` where nothing stands.
    """

    codes: npt.NDArray[np.int32]
    values: list[str]


def words_in(column: Column) -> Words:
    """Return a column as codes of its texts."""
    codes, cells = column.distinct()
    place: dict[str, int] = {}
    days = all(cell is None or _is_day(cell) for cell in cells)
    texts = (str(cell)[:10] if cell is not None and days else _word(cell) for cell in cells)
    table = [place.setdefault(text, len(place)) for text in texts]
    if len(place) < len(cells):
        codes = np.array(table, dtype=np.int32).take(codes)
    return Words(codes, list(place))


def _is_day(cell: object) -> bool:
    """Whether a cell is a moment at midnight, without a zone."""
    return (
        isinstance(cell, datetime)
        and cell.tzinfo is None
        and cell == cell.replace(hour=0, minute=0, second=0, microsecond=0)
    )


def _word(cell: object) -> str:
    if type(cell) is str:
        return cell.strip()
    return "" if is_missing_cell(cell) else shown(cell).strip()


def amounts_in(
    column: Column,
    read: Callable[[Any], tuple[float, str | None]],
    *,
    point: bool = True,
) -> Amounts:
    """Return a column of numbers.

    Parameters
    ----------
    column : Column
    read : callable
        Reads one cell: its value, NaN if there is none, and the code of what is wrong.
    point : bool
        Whether a point is the decimal mark.
    """
    values, known, _ = column.plain_numbers(point=point)
    left = np.flatnonzero(~known)
    if not left.size:
        return Amounts(values, [])
    codes, cells = column.distinct(left)
    found = [read(cell) for cell in cells]
    values[left] = np.array([value for value, _ in found], dtype=np.float64)[codes]
    wrong = np.array([code is not None for _, code in found], dtype=np.bool_)
    faults = [
        CellFault(row, found[one][1] or "", cells[one], {})
        for row, one in _where(left, codes, wrong)
    ]
    return Amounts(values, faults)


def _where(
    rows: npt.NDArray[Any], codes: npt.NDArray[np.int32], wrong: npt.NDArray[np.bool_]
) -> Sequence[tuple[int, int]]:
    """Return the rows whose cell is wrong, each with the number of its cell."""
    at = np.flatnonzero(wrong.take(codes))
    return list(zip(rows[at].tolist(), codes[at].tolist(), strict=True))


def times_in(
    column: Column, *, zone: tzinfo = timezone.utc, day_first: bool | None = None
) -> Times:
    """Return a column of times.

    Parameters
    ----------
    column : Column
    zone : tzinfo
        Where times with a zone are brought.
    day_first : bool, optional
        Whether 03/04/2026 is the third of April; without it such a cell is a fault.
    """
    ticks, states = column.plain_times(day_first=day_first)
    kinds: dict[bool, int] = {}
    for state, aware in ((NAIVE, False), (AWARE, True)):
        here = states == state
        if here.any():
            kinds[aware] = int(np.argmax(here))
    if True in kinds and zone is not timezone.utc:
        here = states == AWARE
        ticks[here] = _in_zone(ticks[here], zone)
    times = ticks.view("datetime64[us]")
    left = np.flatnonzero(states == NOT_READ)
    times[(states != NAIVE) & (states != AWARE)] = _NAT
    if not left.size:
        return Times(times, [], kinds)
    codes, cells = column.distinct(left)
    found = [read_cell(cell, zone, day_first) for cell in cells]
    ticks[left] = np.array([one.tick for one in found], dtype=np.int64)[codes]
    kind = np.array([one.aware for one in found], dtype=np.int8)[codes]
    for aware in (False, True):
        if (kind == aware).any():
            row = int(left[np.argmax(kind == aware)])
            kinds[aware] = min(row, kinds.get(aware, row))
    wrong = np.array([one.code is not None for one in found], dtype=np.bool_)
    faults = [
        CellFault(row, found[one].code or "", cells[one], found[one].params)
        for row, one in _where(left, codes, wrong)
    ]
    return Times(times, faults, kinds)


class TimeRead(NamedTuple):
    """One cell: its microseconds, whether it has a zone (-1: no time), and what is wrong."""

    tick: int
    aware: int
    code: str | None = None
    params: Mapping[str, Any] = {}


def read_cell(cell: object, zone: tzinfo, day_first: bool | None) -> TimeRead:
    """Read the time of one cell with care."""
    code, params = "time-not-understood", {}
    try:
        moment = read_time(cell, dayfirst=day_first)
        if moment is None:
            return TimeRead(_NOTHING, -1)
        return TimeRead(_tick(moment, zone), int(moment.tzinfo is not None))
    except AmbiguousTimeError:
        code = "time-ambiguous"
    except NumberAsTimeError as error:
        code, params = "time-is-number", {"reading": f"{error.reading:%Y-%m-%d}"}
    except (ValueError, OverflowError):
        pass
    return TimeRead(_NOTHING, -1, code, params)


def _tick(moment: datetime, zone: tzinfo) -> int:
    """Return the microseconds since 1970 of a moment as the clocks of the zone show it."""
    if moment.tzinfo is not None:
        moment = moment.astimezone(zone).replace(tzinfo=None)
    length = moment - _EPOCH
    return (length.days * 86400 + length.seconds) * 10**6 + length.microseconds


def _in_zone(ticks: npt.NDArray[np.int64], zone: tzinfo) -> npt.NDArray[np.int64]:
    """Return moments of UTC as the clocks of a zone show them.

    Where a day begins and ends with one distance from UTC, the whole day has it.
    """
    days, place = np.unique(ticks // TICKS_PER_DAY, return_inverse=True)
    begins = np.array([_away(day * TICKS_PER_DAY, zone) for day in days.tolist()], dtype=np.int64)
    ends = np.array(
        [_away((day + 1) * TICKS_PER_DAY, zone) for day in days.tolist()], dtype=np.int64
    )
    place = place.reshape(-1)
    found = ticks + begins[place]
    rows = np.flatnonzero((begins != ends)[place])
    seconds, which = np.unique(ticks[rows] // 1_000_000, return_inverse=True)
    exact = np.array([_away(second * 1_000_000, zone) for second in seconds.tolist()])
    if rows.size:
        found[rows] = ticks[rows] + exact[which.reshape(-1)]
    return found


def _away(tick: int, zone: tzinfo) -> int:
    """Return how many microseconds the clocks of a zone are ahead of UTC at a moment."""
    seconds, micros = divmod(tick, 1_000_000)
    moment = datetime.fromtimestamp(seconds, timezone.utc).replace(microsecond=micros)
    return _tick(moment, zone) - tick
