"""Columns of an event log as anybody brings them, turned into whole numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel.errors import ArgumentError, DataError

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

UNIT_TICKS = {"D": 86400, "h": 3600, "m": 60, "s": 1}
FINE_TICKS = {"ms": 10**3, "us": 10**6, "ns": 10**9}


class Coded(NamedTuple):
    """A column as codes into its values; -1 where missing."""

    codes: npt.NDArray[Any]
    values: tuple[Any, ...]


class Names:
    """The names of entities by code: known, or still in the column they came in."""

    def __init__(self, values: Any = None, *, look_up: Callable[[Any], Any] | None = None) -> None:
        self._values = values
        self._look_up = look_up

    def __getitem__(self, codes: npt.NDArray[Any]) -> npt.NDArray[Any]:
        found: npt.NDArray[Any] = (
            self._values[codes] if self._look_up is None else self._look_up(codes)
        )
        return found


class Ids(NamedTuple):
    """A column of entities as codes, -1 where missing; numbers that are not used have no name."""

    codes: npt.NDArray[Any]
    names: Names


class Times(NamedTuple):
    """A column of times as ticks; where `missing`, the tick has no meaning."""

    ticks: Ints
    unit: str | None
    aware: bool
    missing: Bools | None


def is_missing(value: Any) -> bool:
    """Whether one value of an object column is missing: None, NaN, NaT, pandas.NA, blank text."""
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return True
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, float | np.floating):
        return bool(np.isnan(value))
    return isinstance(value, np.datetime64 | np.timedelta64) and bool(np.isnat(value))


def one_dimensional(field: str, column: Any) -> npt.NDArray[Any]:
    """Return the column as a one-dimensional array, or raise DataError."""
    if isinstance(column, str | bytes):
        raise DataError(f"{field!r} must be a column, got {column!r}")
    if not isinstance(column, np.ndarray):
        column = column.to_numpy() if hasattr(column, "to_numpy") else _from_values(column)
    if column.ndim != 1:
        raise DataError(f"{field!r} must be one-dimensional, got shape {column.shape}")
    array: npt.NDArray[Any] = column
    return array


def _from_values(column: Any) -> npt.NDArray[Any]:
    values = list(column)
    kinds = {type(value) for value in values}
    if kinds <= {int} or kinds <= {str}:
        try:
            return np.array(values, dtype=np.int64 if kinds <= {int} and values else None)
        except OverflowError:
            pass
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def dictionary(column: Any) -> tuple[npt.NDArray[Any], npt.NDArray[Any]] | None:
    """Return codes and values of a column that is a dictionary already (pandas), else None."""
    holder = getattr(column, "cat", column)
    codes, values = getattr(holder, "codes", None), getattr(holder, "categories", None)
    if codes is None or values is None:
        return None
    return np.asarray(codes), np.asarray(values)


def code(field: str, column: Any) -> Coded:
    """Return any column of names or numbers as codes into its sorted values."""
    if isinstance(column, Coded):
        return column
    known = dictionary(column)
    if known is not None:
        return _tidy(np.asarray(known[0]), list(known[1].tolist()))
    array = one_dimensional(field, column)
    if array.dtype.kind in "iub":
        return _code_numbers(array)
    if array.dtype.kind in "US":
        return _code_text(array)
    return _code_objects(field, array)


def _tidy(codes: npt.NDArray[Any], values: list[Any]) -> Coded:
    """Return codes in which blank and repeated values are put right."""
    clean = [_plain(value) for value in values]
    names = sorted({value for value in clean if not is_missing(value)}, key=_order)
    if names == clean:
        return Coded(codes, tuple(names))
    where = {value: i for i, value in enumerate(names)}
    table = np.array([where.get(value, -1) for value in clean] + [-1], dtype=np.int64)
    return Coded(table[codes], tuple(names))


def _order(value: Any) -> tuple[int, Any]:
    return (0, value) if isinstance(value, int | float) else (1, str(value))


def _plain(value: Any) -> Any:
    """Return a value as a plain str, int, or its text."""
    if is_missing(value):
        return None
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    return value if isinstance(value, str | int) else str(value)


def _code_numbers(array: npt.NDArray[Any]) -> Coded:
    if array.dtype.kind == "b":
        return Coded(array.astype(np.int8), ("false", "true"))
    if not array.size:
        return Coded(array.astype(np.int64), ())
    low, high = int(array.min()), int(array.max())
    if high - low < 1 << 16:
        offset = (array - array.dtype.type(low)).astype(np.uint16)
        seen = np.flatnonzero(np.bincount(offset, minlength=high - low + 1))
        table = np.zeros(high - low + 1, dtype=np.int64)
        table[seen] = np.arange(seen.size)
        return Coded(table[offset], tuple((seen + low).tolist()))
    values, codes = np.unique(array, return_inverse=True)
    return Coded(codes.astype(np.int64), tuple(values.tolist()))


def _code_text(array: npt.NDArray[Any]) -> Coded:
    values, codes = np.unique(array, return_inverse=True)
    names = [str(v, "utf-8") if isinstance(v, bytes) else str(v) for v in values.tolist()]
    return _tidy(codes.astype(np.int64), names)


def _code_objects(field: str, array: npt.NDArray[Any]) -> Coded:
    where: dict[Any, int] = {}
    values: list[Any] = []
    codes = np.empty(len(array), dtype=np.int64)
    for row, value in enumerate(array.tolist()):
        try:
            found = where.get(value)
        except TypeError:
            raise DataError(
                f"{field!r} must hold names or numbers, got {value!r} at row {row + 1}"
            ) from None
        if found is None:
            found = where[value] = len(values)
            values.append(value)
        codes[row] = found
    return _tidy(codes, values)


def times(field: str, column: Any) -> Times:
    """Return a column of times as ticks of one unit.

    Raises
    ------
    DataError
        If naive and aware times are mixed, or a value is no time.
    """
    if isinstance(column, Times):
        return column
    zone = getattr(getattr(column, "dtype", None), "tz", None)
    if zone is None and hasattr(column, "dt"):
        zone = getattr(column.dt, "tz", None)
    if zone is not None:
        column = column.to_numpy(dtype="datetime64[ns]")
    array = one_dimensional(field, column)
    if array.dtype.kind == "M":
        return _from_datetime64(field, array, aware=zone is not None)
    if array.dtype.kind in "iu":
        return Times(array.astype(np.int64, copy=False), None, aware=False, missing=None)
    if array.dtype.kind == "f":
        return _from_floats(field, array)
    if array.dtype.kind in "US":
        return _from_objects(field, np.array(array.tolist(), dtype=object))
    if array.dtype.kind == "O":
        return _from_objects(field, array)
    raise DataError(f"{field!r} must hold times, got dtype {array.dtype}")


def _from_datetime64(field: str, array: npt.NDArray[Any], *, aware: bool) -> Times:
    unit, step = np.datetime_data(array.dtype)
    if unit in {"Y", "M", "W", "generic"} or step != 1:
        array, unit = array.astype("datetime64[D]"), "D"
    if unit in {"D", "h", "m"}:
        array, unit = array.astype("datetime64[s]"), "s"
    if unit not in {"s", "ms", "us", "ns"}:
        raise DataError(f"{field!r} must have a unit from seconds to nanoseconds, got {unit!r}")
    missing = np.isnat(array)
    return Times(array.view(np.int64), unit, aware, missing if missing.any() else None)


def _from_floats(field: str, array: npt.NDArray[Any]) -> Times:
    missing = np.isnan(array)
    known = np.where(missing, 0, array)
    wrong = np.flatnonzero(known != np.floor(known))
    if wrong.size:
        row = int(wrong[0])
        raise DataError(
            f"{field!r} must hold whole numbers, got {float(array[row])!r} at row {row + 1}",
            hint="scale the times to whole ticks, such as milliseconds",
        )
    return Times(known.astype(np.int64), None, aware=False, missing=missing)


_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - naive times are counted from a naive epoch
_EPOCH_UTC = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MICROSECOND = timedelta(microseconds=1)


def _from_objects(field: str, array: npt.NDArray[Any]) -> Times:
    ticks = np.zeros(len(array), dtype=np.int64)
    missing = np.zeros(len(array), dtype=np.bool_)
    first: dict[str, int] = {}
    for row, value in enumerate(array.tolist()):
        if is_missing(value):
            missing[row] = True
            continue
        kind, tick = moment(field, value, row)
        first.setdefault(kind, row)
        ticks[row] = tick
    if len(first) > 1:
        places = ", ".join(f"{kind} at row {row + 1}" for kind, row in sorted(first.items()))
        raise DataError(
            f"{field!r} must be all naive, all aware or all whole numbers, got {places}",
            hint="give every time its zone, or none of them",
        )
    kind = next(iter(first), "naive")
    return Times(ticks, None if kind == "number" else "us", kind == "aware", missing)


def moment(field: str, value: Any, row: int | None = None) -> tuple[str, int]:
    """Return the kind of one time (number, naive, aware) and its tick (microseconds)."""
    place = "" if row is None else f" at row {row + 1}"
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip().replace("Z", "+00:00"))
        except ValueError:
            raise DataError(f"{field!r} must hold ISO times, got {value!r}{place}") from None
    if hasattr(value, "to_pydatetime"):
        value = value.to_pydatetime()
    if isinstance(value, np.datetime64):
        return "naive", int(value.astype("datetime64[us]").astype(np.int64))
    if isinstance(value, datetime):
        if value.tzinfo is None:
            return "naive", (value - _EPOCH) // _MICROSECOND
        return "aware", (value - _EPOCH_UTC) // _MICROSECOND
    if isinstance(value, date):
        return "naive", (datetime(value.year, value.month, value.day) - _EPOCH) // _MICROSECOND  # noqa: DTZ001 - a date is naive
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        return "number", int(value)
    raise DataError(f"{field!r} must hold times, got {value!r}{place}")


_WORDS = {"D": 86400, "d": 86400, "h": 3600, "H": 3600, "min": 60, "m": 60, "s": 1, "W": 604800}


def span_ticks(field: str, value: Any, unit: str | None) -> int | None:
    """Return a length of time as ticks of `unit`, rounded down (a bound inside stays inside).

    Raises
    ------
    ArgumentError
        If it is negative, no length of time, or of another kind than the times.
    """
    if value is None:
        return None
    seconds = _seconds(field, value)
    if unit is None:
        if seconds is not None:
            raise ArgumentError(
                f"{field!r} must be a whole number where times are whole numbers, got {value!r}"
            )
        ticks = int(value)
    else:
        if seconds is None:
            raise ArgumentError(
                f"{field!r} must be a length of time such as '14D', got {value!r}",
                hint="a bare number has no unit",
            )
        scale = FINE_TICKS.get(unit, 1)
        ticks = int(seconds // timedelta(microseconds=1)) * scale // 10**6
        if unit == "ns" and isinstance(value, np.timedelta64):
            ticks = int(value.astype("timedelta64[ns]").astype(np.int64))
    if ticks < 0:
        raise ArgumentError(f"{field!r} must not be negative, got {value!r}")
    return ticks


def _seconds(field: str, value: Any) -> timedelta | None:
    """Return a length of time as a timedelta, None where it is a bare whole number."""
    if isinstance(value, timedelta):
        return value
    if isinstance(value, np.timedelta64):
        return timedelta(microseconds=int(value.astype("timedelta64[us]").astype(np.int64)))
    if isinstance(value, str):
        text = value.strip()
        number = text.rstrip("".join(sorted(set("".join(_WORDS)))))
        name = text[len(number) :].strip()
        try:
            return timedelta(seconds=float(number) * _WORDS[name])
        except (KeyError, ValueError):
            raise ArgumentError(
                f"{field!r} must be a length of time such as '14D', '6h' or '30min', got {value!r}"
            ) from None
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        return None
    raise ArgumentError(f"{field!r} must be a length of time, got {value!r}")
