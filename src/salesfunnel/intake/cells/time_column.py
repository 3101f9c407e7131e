"""A column of times, read once per distinct cell, with what must be said about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel.intake.cells.date_marks import places_by_mark, settled_orders
from salesfunnel.intake.cells.epochs import days_of_a_spreadsheet
from salesfunnel.intake.cells.quick_times import Quick, Slashes, numbers_since, slashes_of
from salesfunnel.intake.cells.read_time import (
    AmbiguousTimeError,
    NumberAsTimeError,
    has_short_year,
    is_missing_cell,
    numeric_unit,
    read_time,
    serial_numbers,
)

if TYPE_CHECKING:
    from datetime import tzinfo

__all__ = ["NOTHING", "CellIssue", "TimeCells", "read_time_cells", "tick_of"]

NOTHING = int(np.iinfo(np.int64).min)
"""The tick of a missing time: NaT."""
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - ticks are local
_LEAST, _MOST = 1902, 2098
"""Years outside are no years of a deal: 1900-01-01, 0001-01-01, 9999-12-31 mean "none"."""
_EPOCH_UTC = datetime(1970, 1, 1, tzinfo=timezone.utc)
_UNITS = {"s": Decimal(10**6), "ms": Decimal(1000), "us": Decimal(1), "ns": Decimal("0.001")}


@attrs.frozen(kw_only=True)
class CellIssue:
    """Why a distinct cell was not read, or read with a doubt: `cell` is its place."""

    cell: int
    code: str
    severity: str = "error"
    params: dict[str, Any] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class TimeCells:
    """The times of distinct cells.

    Parameters
    ----------
    ticks : ndarray of int64, shape (distinct,)
        Microseconds since 1970 as the clocks of the zone show them; `NOTHING` where missing.
    issues : tuple of CellIssue
        In order of the cells.
    order : tuple of (bool, int), optional
        Whether dates have the day first, and the cell that can only be read so.
    ordered : tuple of int
        The cells that could be read in two ways, and were read in that order.
    zoned, naive : int or None
        The first cell with and without a time zone.
    short_year : int or None
        The first cell with a year of two digits.
    unit : {"s", "ms", "us"}, optional
        Set if all cells are numbers of this unit since 1970; also "ns", and "day" for days as a
        spreadsheet counts them.
    marks : mapping of str to bool
        By mark whether its dates have the day first, where dates of two marks differ.
    """

    ticks: npt.NDArray[np.int64]
    issues: tuple[CellIssue, ...] = ()
    order: tuple[bool, int] | None = None
    ordered: tuple[int, ...] = ()
    zoned: int | None = None
    naive: int | None = None
    short_year: int | None = None
    unit: str | None = None
    marks: Mapping[str, bool] = attrs.field(factory=dict)


def tick_of(moment: datetime, zone: tzinfo) -> int:
    """Return the microseconds since 1970 of a moment as the clocks of the zone show it."""
    if moment.tzinfo is not None:
        moment = moment.astimezone(zone).replace(tzinfo=None)
    length = moment - _EPOCH
    return (length.days * 86400 + length.seconds) * 10**6 + length.microseconds


def read_time_cells(
    cells: Sequence[Any],
    *,
    zone: tzinfo = timezone.utc,
    dayfirst: bool | None = None,
    date_format: str | None = None,
    order_elsewhere: bool | None = None,
    alone: bool = True,
) -> TimeCells:
    """Read the distinct cells of a column of times.

    Parameters
    ----------
    cells : sequence
        Distinct cells.
    zone : tzinfo
        Where times with a zone are brought to.
    dayfirst : bool, optional
        Whether 03/04/2026 is the third of April. By default a cell of the column that can only be
        read one way decides for all of it.
    date_format : str, optional
        A format of ``datetime.strptime``; only what it fits is read.
    order_elsewhere : bool, optional
        The order that other columns of the table settled; used if this column does not.
    alone : bool
        Whether these are all the cells of the column that hold anything.
    """
    serials = _serials(cells) if alone and date_format is None else None
    if serials is not None:
        return serials
    slashes, order = None, None
    if dayfirst is None and date_format is None:
        slashes = slashes_of(cells)
        order, written = settled_orders(cells, slashes)
        if written:
            return _by_marks(cells, zone, written)
    first = dayfirst if dayfirst is not None else order[0] if order else order_elsewhere
    found = _by_cell(cells, zone, dayfirst, date_format, first, slashes, alone=alone)
    return attrs.evolve(found, order=order)


def _by_cell(
    cells: Sequence[Any],
    zone: tzinfo,
    dayfirst: bool | None,
    date_format: str | None,
    first: bool | None,
    slashes: Slashes | None,
    *,
    alone: bool,
) -> TimeCells:
    """Read the cells one by one, and those of the usual forms at once."""
    unit = numeric_unit(cells) if alone and date_format is None else None
    quick = _quick(cells, unit, slashes, first, zone)
    ticks, marks, ordered = quick.ticks, dict(quick.marks), quick.ordered.tolist()
    issues: list[CellIssue] = []
    for at in quick.left.tolist():
        cell = cells[at]
        try:
            moment, two_ways = _moment(cell, first, dayfirst, date_format, unit)
        except AmbiguousTimeError:
            issues.append(CellIssue(cell=at, code="time-ambiguous"))
            continue
        except NumberAsTimeError as error:
            params = {"reading": f"{error.reading:%Y-%m-%d}"}
            issues.append(CellIssue(cell=at, code="time-is-number", params=params))
            continue
        except ValueError:
            issues.append(CellIssue(cell=at, code="time-not-understood"))
            continue
        if moment is None:
            continue
        if two_ways:
            ordered.append(at)
        if not _LEAST <= moment.year <= _MOST or _is_epoch(moment):
            issues.append(CellIssue(cell=at, code="time-sentinel"))
            continue
        _mark(marks, "naive" if moment.tzinfo is None and unit is None else "zoned", at)
        if has_short_year(cell):
            marks.setdefault("short_year", at)
        ticks[at] = tick_of(moment, zone)
    if unit is not None:
        marks.pop("zoned", None)
    return TimeCells(
        ticks=ticks, issues=tuple(issues), ordered=tuple(sorted(ordered)), unit=unit,
        zoned=marks.get("zoned"), naive=marks.get("naive"), short_year=marks.get("short_year"),
    )  # fmt: skip


def _by_marks(cells: Sequence[Any], zone: tzinfo, marks: Mapping[str, bool]) -> TimeCells:
    """Read dates with slashes and dates with hyphens in their own orders of day and month."""
    ticks = np.full(len(cells), NOTHING, dtype=np.int64)
    issues: list[CellIssue] = []
    firsts: dict[str, list[int]] = {"zoned": [], "naive": [], "short": []}
    for mark, places in places_by_mark(cells, marks).items():
        own = [cells[at] for at in places]
        part = read_time_cells(own, zone=zone, dayfirst=marks.get(mark), alone=False)
        ticks[places] = part.ticks
        issues += [attrs.evolve(issue, cell=places[issue.cell]) for issue in part.issues]
        for name, at in (("zoned", part.zoned), ("naive", part.naive), ("short", part.short_year)):
            firsts[name] += [] if at is None else [places[at]]
    issues.sort(key=lambda issue: issue.cell)
    zoned, naive, short = (min(found, default=None) for found in firsts.values())
    return TimeCells(
        ticks=ticks, issues=tuple(issues), marks=marks, zoned=zoned, naive=naive, short_year=short
    )


def _serials(cells: Sequence[Any]) -> TimeCells | None:
    """Return the times of cells that are all days as a spreadsheet counts them."""
    numbers = serial_numbers(cells)
    if numbers is None or np.isnan(numbers).all():
        return None
    filled = np.flatnonzero(~np.isnan(numbers))
    found = days_of_a_spreadsheet(numbers[filled])
    if found is None:
        return None
    ticks = np.full(len(cells), NOTHING, dtype=np.int64)
    ticks[filled] = found
    return TimeCells(ticks=ticks, naive=int(filled[0]), unit="day")


def _quick(
    cells: Sequence[Any],
    unit: str | None,
    slashes: Slashes | None,
    first: bool | None,
    zone: tzinfo,
) -> Quick:
    """Return what can be read at once; nothing where there is little."""
    found = numbers_since(cells, unit, zone) if unit is not None else None
    if unit is None and slashes is not None:
        found = slashes.read(first, zone)
    if found is not None:
        return found
    nothing = np.full(len(cells), NOTHING, dtype=np.int64)
    return Quick(nothing, {}, np.zeros(0, dtype=np.intp), np.arange(len(cells)))


def _mark(marks: dict[str, int], kind: str, at: int) -> None:
    """Keep the first cell of a kind."""
    marks[kind] = min(at, marks.get(kind, at))


def _micros(cell: object, unit: str) -> int:
    """Return a number since 1970 in microseconds, exactly."""
    number = Decimal(repr(cell) if isinstance(cell, float) else str(cell).strip())
    return int((number * _UNITS[unit]).to_integral_value())


def _is_epoch(moment: datetime) -> bool:
    """Whether it is 1970-01-01, with the hours of any zone: a zero that became a date."""
    return (moment.year, moment.month, moment.day) == (1970, 1, 1)


def _moment(
    cell: object,
    first: bool | None,
    dayfirst: bool | None,
    date_format: str | None,
    unit: str | None,
) -> tuple[datetime | None, bool]:
    """Return the moment of a cell, and whether the order of its column settled it."""
    if date_format is not None and isinstance(cell, str):
        text = cell.strip()
        return (datetime.strptime(text, date_format) if text else None), False  # noqa: DTZ007 - zone as written
    if unit is not None and not is_missing_cell(cell) and str(cell).strip():
        return _EPOCH_UTC + timedelta(microseconds=_micros(cell, unit)), False
    try:
        return read_time(cell, dayfirst=dayfirst), False
    except AmbiguousTimeError:
        if first is None or dayfirst is not None:
            raise
        return read_time(cell, dayfirst=first), True
