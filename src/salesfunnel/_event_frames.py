"""Events out of any dataframe: pandas as it is, every other one through Arrow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from salesfunnel import _event_columns as cols
from salesfunnel._kernels.encoding import text_codes
from salesfunnel._optional import require
from salesfunnel._validators import did_you_mean
from salesfunnel.errors import ArgumentError, DataError, MissingExtraError, UnknownNameError

ROLES = ("entity", "step", "time")


def read_frame(
    frame: Any, columns: Mapping[str, str] | None, attributes: Sequence[str] | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the columns entity, step and time of a dataframe, and its attributes.

    All other columns are attributes where `attributes` is None.
    """
    names = {role: role for role in ROLES} | dict(columns or {})
    for role in names:
        if role not in ROLES:
            raise ArgumentError(
                f"'columns' must have keys of {', '.join(map(repr, ROLES))}, got {role!r}"
            )
    if isinstance(frame, Mapping):
        known = list(frame)
    elif type(frame).__module__.partition(".")[0] == "pandas":
        known = list(frame.columns)
    else:
        frame = _arrow_table(frame)
        known = frame.column_names

    def get(name: str, *, raw: bool = False) -> Any:
        column = frame[name]
        return from_arrow(column) if hasattr(column, "num_chunks") and not raw else column

    rest = [name for name in known if name not in names.values()]
    wanted = rest if attributes is None else list(attributes)
    for name in (*names.values(), *wanted):
        if name not in known:
            raise UnknownNameError(
                f"'columns' must be in the dataframe, got {name!r}",
                hint=did_you_mean(name, [str(column) for column in known]),
            )
    main = {role: get(name) for role, name in names.items() if role != "entity"}
    main["entity"] = ids_of(get(names["entity"], raw=True))
    return main, {str(name): cols.code(str(name), get(name)) for name in wanted}


def _arrow_table(frame: Any) -> Any:
    arrow = require("pyarrow", extra="frames", feature="reading a dataframe")
    if isinstance(frame, arrow.Table):
        return frame
    if hasattr(frame, "__arrow_c_stream__"):
        return arrow.table(frame)
    narwhals = require("narwhals", extra="frames", feature="reading a dataframe")
    try:
        native = narwhals.from_native(frame)
    except TypeError:
        raise DataError(
            f"'events' must be an EventLog, a dataframe or an ibis table, got {type(frame)!r}"
        ) from None
    if isinstance(native, narwhals.LazyFrame):
        native = native.collect()
    return native.to_arrow()


def ids_of(column: Any) -> Any:
    """Return a column of entities as something that EventLog takes; text is numbered by hashing."""
    if type(column).__module__.partition(".")[0] == "pandas" and str(column.dtype) != "category":
        if column.dtype.kind not in "OTU" and "string" not in str(column.dtype):
            return column
        try:
            arrow = require("pyarrow", extra="frames", feature="reading text")
            column = arrow.chunked_array([arrow.Array.from_pandas(column)])
        except (MissingExtraError, TypeError, ValueError):
            return column
    if not hasattr(column, "num_chunks"):
        return column
    arrow = require("pyarrow", extra="frames", feature="reading a dataframe")
    kind = str(column.type)
    if kind not in {"string", "large_string", "string_view"}:
        return from_arrow(column)
    whole = column.cast(arrow.large_string()).combine_chunks()
    if hasattr(whole, "chunks"):
        whole = whole.chunk(0) if whole.num_chunks else arrow.array([], arrow.large_string())
    return _hashed(whole) or from_arrow(column)


def _hashed(column: Any) -> cols.Ids | None:
    """Return a large_string array as codes by hashing; None where texts are not fit for it."""
    arrow = require("pyarrow", extra="frames", feature="reading a dataframe")
    compute = require("pyarrow.compute", extra="frames", feature="reading a dataframe")
    _, ends, data = column.buffers()
    if not len(column) or data is None:
        return None
    offsets = np.frombuffer(ends, np.int64)[column.offset : column.offset + len(column) + 1]
    found = text_codes(np.frombuffer(data, np.uint8), offsets)
    if found is None:
        return None
    codes, rows, used = found
    numbers = np.flatnonzero(used)
    names = column.take(arrow.array(rows[numbers]))
    blank = compute.equal(compute.utf8_trim_whitespace(names.fill_null("")), "")
    gone = np.zeros(used.size, dtype=np.bool_)
    gone[numbers] = blank.to_numpy(zero_copy_only=False)
    missing = gone.take(codes) if gone.any() else None
    if column.null_count:
        nulls = column.is_null().to_numpy(zero_copy_only=False)
        missing = nulls if missing is None else missing | nulls
    if missing is not None:
        codes[missing] = -1

    def look_up(wanted: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.asarray(column.take(arrow.array(rows[wanted])).to_numpy(zero_copy_only=False))

    return cols.Ids(codes, cols.Names(look_up=look_up))


def from_arrow(column: Any) -> Any:
    """Return an Arrow column as something that `code` and `times` take."""
    arrow = require("pyarrow", extra="frames", feature="reading a dataframe")
    kinds = arrow.types
    if kinds.is_dictionary(column.type):
        return _from_dictionary(column)
    if kinds.is_timestamp(column.type):
        return _from_timestamp(column)
    if kinds.is_integer(column.type) and column.null_count == 0:
        return column.to_numpy()
    if kinds.is_date(column.type):
        return _from_timestamp(column.cast(arrow.timestamp("s")))
    if kinds.is_string(column.type) or kinds.is_large_string(column.type):
        return _from_dictionary(column.dictionary_encode())
    if "string_view" in str(column.type):
        return _from_dictionary(column.cast(arrow.large_string()).dictionary_encode())
    values = np.empty(len(column), dtype=object)
    values[:] = column.to_pylist()
    return values


def _from_dictionary(column: Any) -> cols.Coded:
    whole = column.unify_dictionaries().combine_chunks()
    if hasattr(whole, "chunks"):
        whole = whole.chunk(0) if whole.num_chunks else column.type.value_type
    codes: npt.NDArray[Any] = whole.indices.cast("int64").fill_null(-1).to_numpy()
    return cols._tidy(codes, whole.dictionary.to_pylist())  # noqa: SLF001 - its own helper


def _from_timestamp(column: Any) -> cols.Times:
    arrow = require("pyarrow", extra="frames", feature="reading a dataframe")
    unit, zone = column.type.unit, column.type.tz
    missing = np.asarray(column.is_null().to_numpy()) if column.null_count else None
    ticks = column.cast(arrow.int64()).fill_null(0).to_numpy()
    return cols.Times(ticks, unit, aware=zone is not None, missing=missing)
