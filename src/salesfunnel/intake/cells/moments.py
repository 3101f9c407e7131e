"""A column of times of events, as people and tools write them, to ticks and faults."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.text.times import AWARE, NAIVE, NOT_READ
from salesfunnel.data.events import columns as event_columns
from salesfunnel.intake.cells.date_marks import orders_by_mark
from salesfunnel.intake.cells.epochs import UNITS, read_epochs
from salesfunnel.intake.cells.read_time import AmbiguousTimeError, date_mark, day_order, read_time
from salesfunnel.intake.files.columns import (
    CodedColumn,
    Column,
    NumberColumn,
    TimeColumn,
    column_of,
)
from salesfunnel.intake.files.grid import shown

__all__ = ["NOTHING", "Moments", "read_moments"]

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - naive times are counted from a naive epoch
_EPOCH_UTC = datetime(1970, 1, 1, tzinfo=timezone.utc)
_NAIVE, _AWARE, NOTHING = 0, 1, 2
_EMPTY = ("0000-00-00", "0000/00/00")
"""Texts of databases for a missing time."""
_FIRST_MOMENT = 10**9
_PLAIN_TOP = 10**8
"""Numbers below are not moments since 1970 in any unit: they only put events in order."""


@attrs.define(kw_only=True)
class Moments:
    """Times of events.

    Parameters
    ----------
    ticks : ndarray of int64
        Microseconds since 1970, or plain numbers where `plain`.
    kinds : ndarray of int8
        0 naive, 1 with a zone, 2 missing.
    plain : bool
        Whether these are numbers that only put events in order.
    units : mapping of str to int
        How many rows were read as seconds, milliseconds, ... since 1970, or as ``"day"``.
    bad : mapping of str to list of int
        The places of cells that could not be read, by the code of the fault.
    day_first : tuple of (bool, str), optional
        How days and months were distinguished, with the cell that settled it.
    marks : mapping of str to bool
        By mark whether its dates have the day first, where dates of two marks differ.
    """

    ticks: Ints
    kinds: npt.NDArray[np.int8]
    plain: bool = False
    units: Mapping[str, int] = attrs.field(factory=dict)
    first_of_unit: Mapping[str, int] = attrs.field(factory=dict)
    bad: Mapping[str, list[int]] = attrs.field(factory=dict)
    day_first: tuple[bool, str] | None = None
    marks: Mapping[str, bool] = attrs.field(factory=dict)


def read_moments(column: object, *, dayfirst: bool | None) -> Moments:
    """Read a column of times: typed ones, text, or numbers since 1970.

    Parameters
    ----------
    column : Column, sequence, ndarray or Times
        Cells of a file, or a column of a dataframe.
    dayfirst : bool, optional
        Whether 03/04/2026 is the third of April; by default as another cell of the column tells.
    """
    if isinstance(column, event_columns.Times):
        return _of_times(column)
    if isinstance(column, event_columns.Categorical):
        return _of_column(CodedColumn(column.codes, column.values), dayfirst)
    if isinstance(column, Column):
        return _of_column(column, dayfirst)
    array = event_columns.one_dimensional("time", column)
    if array.dtype.kind in "iu":
        return _of_numbers(array.astype(np.int64))
    if array.dtype.kind == "f":
        return _of_numbers(array)
    if array.dtype.kind == "M":
        return _of_times(event_columns.times("time", array))
    return _of_column(column_of(array.tolist()), dayfirst)


def _of_times(found: event_columns.Times) -> Moments:
    if found.unit is None:
        return _of_numbers(found.ticks, found.missing)
    per = event_columns.FINE_TICKS.get(found.unit, 1)
    scale = 10**6
    ticks = found.ticks * (scale // per) if per <= scale else found.ticks // (per // scale)
    kinds = np.full(len(ticks), _AWARE if found.aware else _NAIVE, dtype=np.int8)
    if found.missing is not None:
        kinds[found.missing] = NOTHING
    return Moments(ticks=ticks, kinds=kinds)


def _of_numbers(numbers: npt.NDArray[Any], missing: Bools | None = None) -> Moments:
    """Read numbers: moments since 1970, days such as 20260105, or else plain numbers."""
    gone = np.isnan(numbers) if numbers.dtype.kind == "f" else np.zeros(len(numbers), dtype=bool)
    if missing is not None:
        gone = gone | missing
    known = np.where(gone, 0, numbers)
    read = read_epochs(known)
    inside = (read.units != -1) & ~gone
    if not inside.any():
        small = np.abs(known) < _PLAIN_TOP
        whole = np.where(small, known, 0).astype(np.int64)
        order = bool(small.all() and (whole == known).all())
        if order:
            kinds = np.where(gone, NOTHING, _NAIVE).astype(np.int8)
            return Moments(ticks=whole, kinds=kinds, plain=True)
    kinds = np.full(len(known), NOTHING, dtype=np.int8)
    kinds[inside] = _AWARE
    kinds[inside & (read.units == -2)] = _NAIVE
    units: dict[str, int] = {}
    first: dict[str, int] = {}
    for place, unit in enumerate([*UNITS, "day"]):
        here = np.flatnonzero(inside & (read.units == (-2 if unit == "day" else place)))
        if here.size:
            units[unit], first[unit] = int(here.size), int(here[0])
    # An exporter writes 0 if there is no time.
    bad = np.flatnonzero(~inside & ~gone & (known != 0)).tolist()
    return Moments(
        ticks=read.ticks,
        kinds=kinds,
        units=units,
        first_of_unit=first,
        bad={"time-not-understood": bad} if bad else {},
    )


def _of_column(column: Column, dayfirst: bool | None) -> Moments:
    """Read cells: what is plain at once, each distinct other cell once."""
    if isinstance(column, NumberColumn) and column.values.dtype.kind != "b":
        whole = column.values.dtype.kind in "iu"
        values = column.values.astype(np.int64 if whole else np.float64)
        return _of_numbers(values, column.missing)
    if isinstance(column, TimeColumn):
        empty = column.blank()
        kinds = np.where(empty, NOTHING, _AWARE if column.aware else _NAIVE).astype(np.int8)
        return Moments(ticks=np.where(empty, 0, column.micros()), kinds=kinds)
    ticks, states = column.plain_times(day_first=dayfirst)
    kinds = _KINDS.take(states)
    left = np.flatnonzero(states == NOT_READ)
    if not left.size:
        return Moments(ticks=ticks, kinds=kinds)
    rest = column.take(left)
    numbers, numeric = _numbers(rest)
    if numeric.all() and not (kinds != NOTHING).any():
        whole_column = np.zeros(column.count, dtype=numbers.dtype)
        whole_column[left] = numbers
        return _of_numbers(whole_column, states != NOT_READ)
    found = _Found(ticks, kinds)
    if numeric.any():
        found.put(left[numeric], _of_single_numbers(numbers[numeric]))
    other = np.flatnonzero(~numeric)
    settled = found.put_cells(left[other], rest.take(other), dayfirst)
    bad = {code: sorted(rows) for code, rows in found.bad.items()}
    return Moments(
        ticks=ticks, kinds=kinds, units=found.units, first_of_unit=found.first, bad=bad,
        day_first=settled, marks=found.marks,
    )  # fmt: skip


_KINDS = np.array([NOTHING, _NAIVE, _AWARE, NOTHING], dtype=np.int8)
"""The kind of each state of a plain time: not read, without a zone, in UTC, empty."""


def _numbers(column: Column) -> tuple[npt.NDArray[Any], Bools]:
    """Return the numbers of cells of digits, with one point at most, and which cells are such."""
    whole, known = column.plain_integers()
    if known.all():
        return whole, known
    values, read, _ = column.plain_numbers()
    read &= ~np.isnan(values) & (values >= 0) & ~known
    if not read.any():
        return whole, known
    return np.where(known, whole, np.where(read, values, 0.0)), known | read


def _of_single_numbers(numbers: npt.NDArray[Any]) -> Moments:
    """Read numbers that stand among other cells: none of them only puts events in order."""
    beside = np.append(numbers, numbers.dtype.type(_FIRST_MOMENT))
    found = _of_numbers(beside)
    units = {**found.units, "s": found.units["s"] - 1}
    return Moments(
        ticks=found.ticks[:-1],
        kinds=found.kinds[:-1],
        units={unit: count for unit, count in units.items() if count},
        first_of_unit={unit: row for unit, row in found.first_of_unit.items() if units[unit]},
        bad=found.bad,
    )


class _Found:
    """Times that are put in their rows from several ways of reading."""

    def __init__(self, ticks: Ints, kinds: npt.NDArray[np.int8]) -> None:
        self.ticks, self.kinds = ticks, kinds
        self.units: dict[str, int] = {}
        self.first: dict[str, int] = {}
        self.bad: dict[str, list[int]] = {}
        self.marks: Mapping[str, bool] = {}

    def put(self, rows: npt.NDArray[Any], some: Moments) -> None:
        """Put moments in their rows."""
        self.ticks[rows], self.kinds[rows] = some.ticks, some.kinds
        for unit, count in some.units.items():
            row = int(rows[some.first_of_unit[unit]])
            self.units[unit] = self.units.get(unit, 0) + count
            self.first[unit] = min(row, self.first.get(unit, row))
        for code, places in some.bad.items():
            self.bad.setdefault(code, []).extend(rows[places].tolist())

    def put_cells(
        self, rows: npt.NDArray[Any], column: Column, dayfirst: bool | None
    ) -> tuple[bool, str] | None:
        """Read each distinct cell once, and return what settled the order of day and month."""
        codes, cells = column.distinct()
        settled = day_order(cells) if dayfirst is None else None
        if settled is not None:
            dayfirst = settled[0]
            rows, column = self._put_plain(rows, column, day_first=dayfirst)
            codes, cells = column.distinct()
        self.marks = orders_by_mark(cells) if dayfirst is None else {}
        firsts = [self.marks.get(date_mark(cell), dayfirst) if self.marks else dayfirst
                  for cell in cells]  # fmt: skip
        table = [
            _one(cell.strip() if type(cell) is str else cell, first)
            for cell, first in zip(cells, firsts, strict=True)
        ]
        self.ticks[rows] = np.array([tick for tick, _, _ in table], dtype=np.int64)[codes]
        self.kinds[rows] = np.array([kind for _, kind, _ in table], dtype=np.int8)[codes]
        noted = np.array([note is not None for *_, note in table], dtype=np.bool_)
        for place in np.flatnonzero(noted.take(codes)).tolist():
            row, note = int(rows[place]), str(table[codes[place]][2])
            if note in UNITS or note == "day":
                self.units[note] = self.units.get(note, 0) + 1
                self.first[note] = min(row, self.first.get(note, row))
            else:
                self.bad.setdefault(note, []).append(row)
        return None if settled is None else (settled[0], shown(settled[1]))

    def _put_plain(
        self, rows: npt.NDArray[Any], column: Column, *, day_first: bool
    ) -> tuple[npt.NDArray[Any], Column]:
        """Put the dates of a settled order in their rows; return the rows and cells left."""
        ticks, states = column.plain_times(day_first=day_first)
        read = (states == NAIVE) | (states == AWARE)
        self.ticks[rows[read]] = ticks[read]
        self.kinds[rows[read]] = _KINDS.take(states[read])
        left = np.flatnonzero(~read)
        return rows[left], column.take(left)


def _one(cell: Any, dayfirst: bool | None) -> tuple[int, int, str | None]:
    """Return the tick and kind of one cell, and its unit where it is a number, or its fault."""
    text = cell if isinstance(cell, str) else ""
    if text.startswith(_EMPTY):
        return 0, NOTHING, None
    number = cell if isinstance(cell, int | float) and not isinstance(cell, bool) else None
    if text.replace(".", "", 1).isdigit():
        number = float(text) if "." in text else int(text)
    if number is not None and number == number:  # noqa: PLR0124 - NaN is missing
        if abs(number) >= 2**63:
            return 0, NOTHING, "time-not-understood"
        found = _of_numbers(np.array([number]))
        if found.units:
            return int(found.ticks[0]), int(found.kinds[0]), next(iter(found.units))
        return 0, NOTHING, None if number == 0 else "time-not-understood"
    try:
        moment = read_time(cell[:-4] + "Z" if text.endswith(" UTC") else cell, dayfirst=dayfirst)
    except AmbiguousTimeError:
        return 0, NOTHING, "time-ambiguous"
    except (ValueError, OverflowError):
        return 0, NOTHING, "time-not-understood"
    if moment is None:
        return 0, NOTHING, None
    aware = moment.tzinfo is not None
    length = moment - (_EPOCH_UTC if aware else _EPOCH)
    tick = (length.days * 86400 + length.seconds) * 10**6 + length.microseconds
    return tick, _AWARE if aware else _NAIVE, None
