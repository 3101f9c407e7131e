"""A column of times of events, as people and tools write them, to ticks and faults."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from itertools import islice
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.errors import DataError
from salesfunnel.data.events import columns as cols
from salesfunnel.intake.cells.epochs import UNITS, read_epochs
from salesfunnel.intake.cells.read_time import AmbiguousTimeError, day_order, is_missing, read_time
from salesfunnel.intake.files.grid import shown

__all__ = ["NOTHING", "Moments", "is_clock", "read_moments"]

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - naive times are counted from a naive epoch
_EPOCH_UTC = datetime(1970, 1, 1, tzinfo=timezone.utc)
_NAIVE, _AWARE, NOTHING = 0, 1, 2
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[ap]m)?", re.ASCII | re.IGNORECASE)
_EMPTY = ("0000-00-00", "0000/00/00")
"""What databases write where there is no time."""
_PLAIN_TOP = 10**8
"""Numbers below are no moments since 1970 in any unit: they only put events in order."""


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
        How days and months were told apart, with the cell that settled it.
    """

    ticks: Ints
    kinds: npt.NDArray[np.int8]
    plain: bool = False
    units: Mapping[str, int] = attrs.field(factory=dict)
    first_of_unit: Mapping[str, int] = attrs.field(factory=dict)
    bad: Mapping[str, list[int]] = attrs.field(factory=dict)
    day_first: tuple[bool, str] | None = None


def read_moments(column: Any, *, dayfirst: bool | None) -> Moments:
    """Read a column of times: typed ones, text, or numbers since 1970.

    Parameters
    ----------
    column : sequence, ndarray or Times
        Cells of a file, or a column of a dataframe.
    dayfirst : bool, optional
        Whether 03/04/2026 is the third of April; by default as another cell of the column tells.
    """
    if isinstance(column, cols.Times):
        return _of_times(column)
    if isinstance(column, cols.Coded):
        column = cols.names_array([*column.values, None])[column.codes]
    array = cols.one_dimensional("time", column)
    if array.dtype.kind in "iu":
        return _of_numbers(array.astype(np.int64))
    if array.dtype.kind == "f":
        return _of_numbers(array)
    if array.dtype.kind == "M":
        return _of_times(cols.times("time", array))
    return _of_cells(array.tolist(), dayfirst)


def _of_times(found: cols.Times) -> Moments:
    if found.unit is None:
        return _of_numbers(found.ticks, found.missing)
    per = cols.FINE_TICKS.get(found.unit, 1)
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
        whole = known.astype(np.int64)
        order = bool((np.abs(known) < _PLAIN_TOP).all() and (whole == known).all())
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
    # An exporter writes 0 where there is no time.
    bad = np.flatnonzero(~inside & ~gone & (known != 0)).tolist()
    return Moments(
        ticks=read.ticks,
        kinds=kinds,
        units=units,
        first_of_unit=first,
        bad={"time-not-understood": bad} if bad else {},
    )


def _of_cells(cells: Sequence[Any], dayfirst: bool | None) -> Moments:
    """Read cells: all at once where they are written alike, else each distinct one once."""
    texts = [cell.strip() if type(cell) is str else cell for cell in cells]
    numbers = _numbers(texts)
    if numbers is not None:
        return _of_numbers(numbers)
    if texts and type(texts[0]) is str and texts[0].endswith(" UTC"):
        texts = [t[:-4] + "Z" if type(t) is str and t.endswith(" UTC") else t for t in texts]
    try:
        quick = cols.times("time", texts)
    except DataError:
        return _one_by_one(texts, dayfirst)
    return _of_times(quick) if quick.unit is not None else _one_by_one(texts, dayfirst)


def _numbers(texts: Sequence[Any]) -> npt.NDArray[Any] | None:
    """Return cells as numbers where all that are filled are; None otherwise."""
    first = next((t for t in texts if not is_missing(t) and t != ""), None)
    if first is None or not str(first).replace(".", "", 1).isdigit():
        return None
    if isinstance(first, str) and len(first) < 5:
        return _whole(texts)
    return _whole(texts) if "." not in str(first) else _fractions(texts)


def _whole(texts: Sequence[Any]) -> npt.NDArray[Any] | None:
    """Return whole numbers exactly: sixteen digits are more than a float of text keeps."""
    if any(is_missing(t) or t == "" or "." in str(t) for t in texts):
        return _fractions(texts)
    try:
        return np.array([int(text) for text in texts], dtype=np.int64)
    except (TypeError, ValueError, OverflowError):
        return None


def _fractions(texts: Sequence[Any]) -> npt.NDArray[Any] | None:
    try:
        return np.array(
            [np.nan if is_missing(t) or t == "" else _float(t) for t in texts], dtype=np.float64
        )
    except (TypeError, ValueError):
        return None


def _float(cell: Any) -> float:
    # A spreadsheet writes 1.70E+12 for a moment, whose last digits are lost.
    if isinstance(cell, str) and not cell.replace(".", "", 1).isdigit():
        raise ValueError(cell)
    return float(cell)


def _one_by_one(cells: Sequence[Any], dayfirst: bool | None) -> Moments:
    settled = day_order(cells) if dayfirst is None else None
    if settled is not None:
        dayfirst = settled[0]
    ticks = np.zeros(len(cells), dtype=np.int64)
    kinds = np.full(len(cells), NOTHING, dtype=np.int8)
    bad: dict[str, list[int]] = {}
    units: dict[str, int] = {}
    first: dict[str, int] = {}
    memo: dict[Any, tuple[int, int, str | None]] = {}
    for place, cell in enumerate(cells):
        key = cell if type(cell) is str else (type(cell).__name__, str(cell))
        found = memo.get(key)
        if found is None:
            found = memo[key] = _one(cell, dayfirst)
        ticks[place], kinds[place], note = found
        if note in UNITS or note == "day":
            units[note] = units.get(note, 0) + 1
            first.setdefault(note, place)
        elif note is not None:
            bad.setdefault(note, []).append(place)
    return Moments(
        ticks=ticks,
        kinds=kinds,
        units=units,
        first_of_unit=first,
        bad=bad,
        day_first=None if settled is None else (settled[0], shown(settled[1])),
    )


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


def is_clock(column: Any) -> bool:
    """Whether a column of text holds the time of day alone: 10:05:00."""
    cells = islice(column, 50) if isinstance(column, Iterable) else ()
    first = next((cell for cell in cells if isinstance(cell, str) and cell.strip()), "")
    return _CLOCK.fullmatch(first.strip()) is not None
