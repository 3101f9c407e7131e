"""Columns of an event log as anybody brings them, turned into whole numbers."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.durations import FINE_TICKS, is_number, span_ticks
from salesfunnel._core.errors import DataError
from salesfunnel._kernels.events.encoding import relabel
from salesfunnel.data.events.scalars import LEAST, MOST, fine_moment, is_missing, moment
from salesfunnel.data.events.text_codes import (
    EntityNames,
    Factorized,
    Ids,
    factorize_array,
    factorized_ids,
    names_array,
)
from salesfunnel.data.events.timestamps import (
    Times,
    from_datetime64,
    from_floats,
    from_objects,
    refuse_wide,
    whole_ticks,
)

__all__ = [
    "FINE_TICKS", "LEAST", "MOST", "Categorical", "EntityNames", "Ids", "Times", "dictionary",
    "encode", "fine_moment", "is_missing", "is_number", "moment", "names_array", "factorized_ids",
    "one_dimensional", "order_of", "span_ticks", "normalise_categories", "times", "whole_ticks",
]  # fmt: skip

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Categorical(NamedTuple):
    """A column as codes into its values; -1 where missing."""

    codes: npt.NDArray[Any]
    values: tuple[Any, ...]


def one_dimensional(field: str, column: object) -> npt.NDArray[Any]:
    """Return the column as a one-dimensional array, or raise DataError."""
    if not isinstance(column, np.ndarray):
        if isinstance(column, str | bytes | AbstractSet | Mapping):
            raise DataError(f"{field!r} must be a column, got {column!r}")
        to_numpy = getattr(column, "to_numpy", None)  # of a column of any library
        column = _from_values(field, column) if to_numpy is None else to_numpy()
    if isinstance(column, np.ma.MaskedArray):
        column = _unmasked(column)
    if column.dtype.kind == "T":
        column = column.astype(object)
    if column.ndim != 1:
        raise DataError(f"{field!r} must be one-dimensional, got shape {column.shape}")
    array: npt.NDArray[Any] = column
    return array


def _unmasked(column: Any) -> npt.NDArray[Any]:
    """Return a masked array with what is masked missing."""
    kind = column.dtype.kind
    if not np.ma.getmaskarray(column).any():
        return np.asarray(column.data)
    if kind in "fM":
        return np.asarray(column.filled(np.nan if kind == "f" else np.datetime64("NaT", "s")))
    known = np.asarray(column.data).astype(object)
    known[np.ma.getmaskarray(column)] = None
    return known


def _from_values(field: str, column: Any) -> npt.NDArray[Any]:
    try:
        values = list(column)
    except TypeError:
        raise DataError(f"{field!r} must be a column, got {column!r}") from None
    kinds = set(map(type, values))
    whole = all(kind is int or issubclass(kind, np.integer) for kind in kinds)
    if values and whole and np.timedelta64 not in kinds:
        try:
            return np.array(values, dtype=np.int64)
        except OverflowError:
            pass
    if kinds == {np.datetime64} and len({value.dtype for value in values}) == 1:
        return np.array(values)
    # Kept as they are where a float would round a whole number.
    exact = kinds <= {float, int} and all(type(v) is float or abs(v) <= 1 << 53 for v in values)
    if exact and float in kinds:
        return np.array(values, dtype=np.float64)
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def dictionary(column: object) -> tuple[npt.NDArray[Any], npt.NDArray[Any]] | None:
    """Return codes and values of a column that is a dictionary already (pandas), else None."""
    holder = getattr(column, "cat", column)
    codes, values = getattr(holder, "codes", None), getattr(holder, "categories", None)
    if codes is None or values is None:
        return None
    return np.asarray(codes), np.asarray(values)


def encode(field: str, column: object) -> Categorical:
    """Return any column of names or numbers as codes into its sorted values.

    Moments become text: days as ``"2026-05-01"``.
    """
    if isinstance(column, Categorical):
        return column
    if isinstance(column, Times):
        return _encode_times(column)
    known = dictionary(column)
    if known is not None:
        values = encode(field, known[1])
        names = [*values.values, None]
        return normalise_categories(np.asarray(known[0]), [names[i] for i in values.codes.tolist()])
    array = one_dimensional(field, column)
    if array.dtype.kind in "iub":
        return _encode_numbers(array)
    if array.dtype.kind in "US":
        return _encode_text(array)
    if array.dtype.kind == "M":
        return _encode_times(times(field, array))
    return _encode_objects(field, array)


def normalise_categories(codes: npt.NDArray[Any], values: list[Any]) -> Categorical:
    """Return codes in which blank and repeated values are corrected."""
    if set(map(type, values)) <= {str}:
        clean: list[Any] = values
        names = sorted(set(values))
        if names and not names[0].strip():
            names = [name for name in names if name.strip()]
    else:
        clean = [_plain(value) for value in values]
        names = sorted({value for value in clean if not is_missing(value)}, key=order_of)
    if names == clean:
        return Categorical(codes, tuple(names))
    where = {value: i for i, value in enumerate(names)}
    narrow = np.min_scalar_type(-len(names) - 1)
    table = np.array([where.get(value, -1) for value in clean] + [-1], dtype=narrow)
    return Categorical(relabel(table, codes), tuple(names))


def order_of(value: object) -> tuple[int, Any]:
    """Return what values are sorted by: numbers first, then text."""
    return (0, value) if isinstance(value, int | float) else (1, str(value))


def _plain(value: object) -> Any:
    """Return a value as a plain str, int, or its text."""
    if is_missing(value):
        return None
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, bytes):
        return _text(value)
    return value if isinstance(value, str | int) else str(value)


def _text(value: bytes) -> str:
    """Return bytes as the text they are, or as Python writes them where they are none."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return repr(value)


def _encode_numbers(array: npt.NDArray[Any]) -> Categorical:
    if array.dtype.kind == "b":
        return Categorical(array.astype(np.int8), ("false", "true"))
    if not array.size:
        return Categorical(array.astype(np.int64), ())
    low, high = int(array.min()), int(array.max())
    if high - low < 1 << 16:
        offset = (array - array.dtype.type(low)).astype(np.uint16)
        seen = np.flatnonzero(np.bincount(offset, minlength=high - low + 1))
        table = np.zeros(high - low + 1, dtype=np.int64)
        table[seen] = np.arange(seen.size)
        return Categorical(table[offset], tuple(low + i for i in seen.tolist()))
    values, codes = np.unique(array, return_inverse=True)
    return Categorical(codes.astype(np.int64), tuple(values.tolist()))


def _encode_factorized(found: Factorized) -> Categorical:
    table = np.full(found.rows.size + 1, -1, dtype=np.int32)
    table[found.numbers] = np.arange(found.numbers.size)
    return normalise_categories(relabel(table, found.codes), list(found.names(found.numbers)))


def _encode_text(array: npt.NDArray[Any]) -> Categorical:
    found = factorize_array(array)
    if found is not None:
        return _encode_factorized(found)
    values, codes = np.unique(array, return_inverse=True)
    return normalise_categories(codes.astype(np.int64), values.tolist())


def _encode_times(when: Times) -> Categorical:
    """Return moments as codes of their text."""
    seen, codes = np.unique(when.ticks, return_inverse=True)
    names: list[Any] = seen.tolist()
    if when.unit is not None:
        moments = seen.view(f"datetime64[{when.unit}]")
        per_second = FINE_TICKS.get(when.unit, 1)
        if not (seen % per_second).any():
            moments = moments.astype("datetime64[s]")
        if not when.aware and not (seen % (86400 * per_second)).any():
            moments = moments.astype("datetime64[D]")
        names = [text + "Z" * when.aware for text in np.datetime_as_string(moments).tolist()]
    codes = codes.astype(np.int64)
    if when.missing is not None:
        codes[when.missing] = -1
    return normalise_categories(codes, names)


def _encode_objects(field: str, array: npt.NDArray[Any]) -> Categorical:
    found = factorize_array(array)
    if found is not None:
        return _encode_factorized(found)
    rows = array.tolist()
    codes, values = _number(field, rows)
    if any(isinstance(v, int | float) and v in {0, 1} for v in values) and bool in map(type, rows):
        # In Python a truth value and the number 1 are equal; here they are two names.
        rows = [_plain(value) if isinstance(value, bool) else value for value in rows]
        codes, values = _number(field, rows)
    return normalise_categories(codes, values)


def _number(field: str, rows: list[Any]) -> tuple[Ints, list[Any]]:
    """Return each value as the number of its first occurrence, and these values."""
    where: dict[Any, int] = {}
    values: list[Any] = []
    codes = np.empty(len(rows), dtype=np.int64)
    for row, value in enumerate(rows):
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
    return codes, values


def times(field: str, column: object) -> Times:
    """Return a column of times as ticks of one unit.

    Raises
    ------
    DataError
        If naive and aware times are mixed, a value is not a time, or one does not fit.
    """
    if isinstance(column, Times):
        return column
    known = column if isinstance(column, Categorical) else dictionary(column)
    if known is not None:
        return _from_coded(field, known[0], known[1])
    given: Any = column
    kind: Any = getattr(given, "dtype", None)
    zone = getattr(kind, "tz", None)
    if zone is not None:
        column = given.to_numpy(dtype=f"datetime64[{getattr(kind, 'unit', 'ns')}]")
    array = one_dimensional(field, column)
    if array.dtype.kind == "M":
        return from_datetime64(field, array, aware=zone is not None)
    if array.dtype.kind in "iu":
        if array.dtype == np.uint64 and int(array.max(initial=0)) > MOST:
            refuse_wide(field, int(array.max()), int(array.argmax()))
        return Times(array.astype(np.int64, copy=False), None, aware=False, missing=None)
    if array.dtype.kind == "f":
        return from_floats(field, array)
    if array.dtype.kind in "US":
        array = np.array([_plain(text) for text in array.tolist()], dtype=object)
    if array.dtype.kind == "O":
        return from_objects(field, array)
    raise DataError(f"{field!r} must hold times, got dtype {array.dtype}")


def _from_coded(field: str, codes: npt.NDArray[Any], values: Any) -> Times:
    """Return times that are written as codes of a few moments."""
    kept = np.arange(len(values))
    plain = isinstance(values, tuple) or np.asarray(values).dtype.kind in "OUS"
    if plain and getattr(getattr(values, "dtype", None), "tz", None) is None:
        array = np.empty(len(values), dtype=object)
        array[:] = list(values)
        # Report the rows whose value is not a time.
        firsts = np.full(len(values) + 1, -1, dtype=np.int64)
        firsts[codes[::-1]] = np.arange(len(codes))[::-1]
        kept = np.flatnonzero(firsts[:-1] >= 0)
        found = from_objects(field, array[kept], rows=firsts[kept])
    else:
        found = times(field, values)
    table = np.zeros(len(values) + 1, dtype=np.int64)
    table[kept] = found.ticks
    gone = np.ones(len(values) + 1, dtype=np.bool_)
    gone[kept] = False if found.missing is None else found.missing
    missing = gone[codes]
    return found._replace(ticks=table[codes], missing=missing if missing.any() else None)
