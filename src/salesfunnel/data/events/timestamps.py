"""Columns of moments out of arrays and Python objects, as ticks of one unit."""

from __future__ import annotations

import re
from datetime import datetime
from fractions import Fraction
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.durations import FINE_TICKS
from salesfunnel._core.errors import DataError
from salesfunnel.data.events.scalars import (
    EPOCH,
    EPOCH_UTC,
    LEAST,
    MOST,
    fine_moment,
    is_missing,
)

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
SHOWN = 20
"""Values that are not times are listed up to so many."""
FEW = 200
"""For fewer values it does not pay to read them all at once."""


class Times(NamedTuple):
    """A column of times as ticks; where `missing`, the tick has no meaning."""

    ticks: Ints
    unit: str | None
    aware: bool
    missing: Bools | None


def refuse_wide(field: str, value: object, row: int) -> None:
    """Raise DataError for a time that does not fit into 64 bits."""
    raise DataError(
        f"{field!r} must hold times of 64 bits, got {value!r} at row {row + 1}",
        hint="use a coarser unit",
    )


def whole_ticks(field: str, array: npt.NDArray[Any], unit: str) -> npt.NDArray[Any]:
    """Return datetime64 values in another unit, refusing what does not fit or would be cut."""
    try:
        changed = array.astype(f"datetime64[{unit}]")
        # A value too far away wraps around, and does not come back as it was.
        wrong = np.flatnonzero((changed.astype(array.dtype) != array) & ~np.isnat(array))
    except OverflowError:
        changed, wrong = array, np.array([int(np.abs(array.view(np.int64)).argmax())])
    if wrong.size:
        refuse_wide(field, array[wrong[0]], int(wrong[0]))
    return changed


def from_datetime64(field: str, array: npt.NDArray[Any], *, aware: bool) -> Times:
    """Return datetime64 values as ticks."""
    unit, step = np.datetime_data(array.dtype)
    if unit == "generic":
        array, unit = array.astype("datetime64[s]"), "s"
    elif unit in {"Y", "M", "W", "D", "h", "m"}:
        array, unit = whole_ticks(field, array, "s"), "s"
    elif step != 1 and unit in {"s", *FINE_TICKS}:
        array = whole_ticks(field, array, unit)
    if unit not in {"s", *FINE_TICKS}:
        raise DataError(f"{field!r} must have a unit from seconds to nanoseconds, got {unit!r}")
    if array.dtype.byteorder not in "=|":
        array = array.astype(array.dtype.newbyteorder("="))
    missing = np.isnat(array)
    ticks = np.ascontiguousarray(array).view(np.int64)
    return Times(ticks, unit, aware, missing if missing.any() else None)


def from_floats(field: str, array: npt.NDArray[Any]) -> Times:
    """Return whole numbers given as floats as ticks; NaN is missing."""
    missing = np.isnan(array)
    known = np.where(missing, 0, array)
    wrong = np.flatnonzero((known != np.floor(known)) | ~np.isfinite(known))
    if wrong.size:
        row = int(wrong[0])
        raise DataError(
            f"{field!r} must hold whole numbers, got {float(array[row])!r} at row {row + 1}",
            hint="scale the times to whole ticks, such as milliseconds",
        )
    wide = np.flatnonzero(np.abs(known) >= 2.0**63)
    if wide.size:
        refuse_wide(field, float(array[wide[0]]), int(wide[0]))
    return Times(known.astype(np.int64), None, aware=False, missing=missing)


def from_objects(field: str, array: npt.NDArray[Any], rows: Ints | None = None) -> Times:
    """Return times out of Python objects; `rows` are the rows they stand in, by default in turn."""
    quick = _read_alike(array.tolist())
    if quick is not None:
        return quick
    found: list[int | Fraction] = []
    missing = np.zeros(len(array), dtype=np.bool_)
    first: dict[str, int] = {}
    strange: list[tuple[int, Any]] = []
    numbers = range(len(array)) if rows is None else rows.tolist()
    fine = False
    for place, (row, value) in enumerate(zip(numbers, array.tolist(), strict=True)):
        tick: int | Fraction = 0
        if is_missing(value):
            missing[place] = True
        else:
            if isinstance(value, float) and value.is_integer():
                value = int(value)  # noqa: PLW2901 - a whole number that a missing neighbour made a float
            try:
                kind, tick = fine_moment(field, value, row)
            except DataError:
                strange.append((row, value))
                continue
            first[kind] = min(row, first.get(kind, row))
            fine |= isinstance(tick, Fraction)
        found.append(tick)
    if strange:
        strange.sort(key=itemgetter(0))
        listed = ", ".join(f"{value!r} at row {row + 1}" for row, value in strange[:SHOWN])
        more = f" and {len(strange) - SHOWN} more" if len(strange) > SHOWN else ""
        raise DataError(
            f"{field!r} must hold times, got {listed}{more}",
            hint="as datetimes, or as text such as 2026-10-05T14:30",
        )
    if len(first) > 1:
        places = ", ".join(f"{kind} at row {row + 1}" for kind, row in sorted(first.items()))
        raise DataError(
            f"{field!r} must be all naive, all aware or all whole numbers, got {places}",
            hint="give every time its zone, or none of them",
        )
    kind = next(iter(first), "naive")
    ticks = [tick * 1000 // 1 for tick in found] if fine else found
    for place, whole in enumerate(ticks):
        if not LEAST <= whole <= MOST:
            refuse_wide(field, array[place], numbers[place])
    unit = None if kind == "number" else "ns" if fine else "us"
    return Times(np.array(ticks, dtype=np.int64), unit, kind == "aware", missing)


_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d{3}(?:\d{3})?)?)?)?)(?:Z|\+00:00)?"
)


def _read_alike(values: list[Any]) -> Times | None:
    """Return datetimes, all naive or all aware, or ISO texts of one form, as ticks; else None."""
    if len(values) < FEW:
        return None
    kinds = set(map(type, values))
    if kinds == {str}:
        return _read_texts(values)
    if not kinds <= {datetime, type(None)} or datetime not in kinds:
        return None
    aware = next(value for value in values if value is not None).tzinfo is not None
    epoch = EPOCH_UTC if aware else EPOCH
    missing = np.array([value is None for value in values], dtype=np.bool_)
    try:
        lengths = [(value or epoch) - epoch for value in values]
    except TypeError:
        # Some have a zone, some have none.
        return None
    days, seconds, rest = (
        np.fromiter(map(attrgetter(part), lengths), dtype=np.int64, count=len(lengths))
        for part in ("days", "seconds", "microseconds")
    )
    return Times((days * 86400 + seconds) * 10**6 + rest, "us", aware, missing)


def _read_texts(values: list[str]) -> Times | None:
    form = _MOMENT.fullmatch(values[0])
    if form is None or set(map(len, values)) != {len(values[0])}:
        return None
    try:
        data = np.frombuffer("".join(values).encode("ascii"), dtype=np.uint8)
    except UnicodeEncodeError:
        return None
    cells = data.reshape(len(values), -1)
    first = cells[0]
    digit = np.isin(first, np.frombuffer(b"0123456789", dtype=np.uint8))
    size = form.end(1)
    digit[size:] = False
    # A digit wraps to a large number where it is none.
    if (cells[:, digit] - np.uint8(ord("0")) > 9).any():
        return None
    if (cells[:, ~digit] != first[~digit]).any():
        return None
    found = _ticks_of_digits(cells[:, :size])
    if found is None:
        return None
    aware = len(values[0]) > size
    return Times(found, "us", aware, np.zeros(len(values), dtype=np.bool_))


def _ticks_of_digits(cells: npt.NDArray[np.uint8]) -> Ints | None:
    """Return moments written in ISO form as microseconds; None if one is none."""

    def field(first: int, end: int) -> Ints:
        number = np.zeros(len(cells), dtype=np.int64)
        for k in range(first, min(end, cells.shape[1])):
            number = 10 * number + (cells[:, k] - ord("0"))
        return number

    year, month, day = field(0, 4), field(5, 7), field(8, 10)
    hour, minute, second = field(11, 13), field(14, 16), field(17, 19)
    unit: int = 10 ** (26 - max(cells.shape[1], 20))
    fraction = field(20, 26) * unit
    months = 12 * (year - 1970) + month - 1
    start, after = (
        number.view("datetime64[M]").astype("datetime64[D]").view(np.int64)
        for number in (months, months + 1)
    )
    wrong = (year < 1) | (month < 1) | (month > 12) | (day < 1) | (day > after - start)
    if (wrong | (hour > 23) | (minute > 59) | (second > 59)).any():
        return None
    ticks: Ints = (start + day - 1) * 86400 + hour * 3600 + minute * 60 + second
    return ticks * 10**6 + fraction
