"""Events out of any dataframe: pandas and Polars column by column, others through Arrow."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from os import PathLike
from typing import Any

import numpy as np
import numpy.typing as npt

from salesfunnel import _event_columns as cols
from salesfunnel._kernels.encoding import text_codes
from salesfunnel._kernels.texts import OffsetTexts, Texts, ViewTexts
from salesfunnel._optional import require
from salesfunnel._validators import did_you_mean, nearest
from salesfunnel.errors import ArgumentError, DataError, MissingExtraError, UnknownNameError

ROLES = ("entity", "step", "time")


def read_frame(
    frame: Any, columns: Mapping[str, str] | None, attributes: Sequence[str] | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the columns entity, step and time of a dataframe, and its attributes.

    All other columns are attributes where `attributes` is None.
    """
    names = role_names(columns)
    if _library(frame) == "narwhals" and hasattr(frame, "to_native"):
        frame = frame.to_native()
    if _library(frame) == "polars" and hasattr(frame, "collect"):
        frame = frame.collect()
    if isinstance(frame, Mapping):
        known = list(frame)
    elif _library(frame) in {"pandas", "polars"} and hasattr(frame, "columns"):
        # Columns of Python objects would be addresses in Arrow.
        known = list(frame.columns)
    else:
        frame = _arrow_table(frame)
        known = frame.column_names
    rest = [name for name in known if name not in names.values()]
    wanted = rest if attributes is None else list(attributes)
    check_there((*names.values(), *wanted), known, "in the dataframe")
    main = {role: open_column(frame[names[role]]) for role in ("step", "time")}
    main["entity"] = ids_of(frame[names["entity"]])
    try:
        more = {str(name): cols.code(str(name), open_column(frame[name])) for name in wanted}
    except DataError as error:
        if attributes is not None:
            raise
        raise DataError(error.message, hint="name the columns to keep: attributes=[...]") from None
    return main, more


def check_there(names: Iterable[Any], known: Sequence[Any], place: str) -> None:
    """Raise UnknownNameError with all names that are not known, and the nearest ones."""
    missing = [name for name in dict.fromkeys(names) if name not in known]
    if not missing:
        return
    texts = [str(column) for column in known]
    close = {name: nearest(str(name), texts) for name in missing}
    hint = did_you_mean(str(missing[0]), texts)
    if len(missing) > 1 and any(close.values()):
        pairs = ", ".join(f"{found!r} for {name!r}" for name, found in close.items() if found)
        hint = f"did you mean {pairs}?"
    role = next((name for name in missing if name in {*ROLES, "customer"}), None)
    if role is not None:
        hint += f" (columns={{{role!r}: ...}} says which column it is)"
    listed = ", ".join(map(repr, missing))
    raise UnknownNameError(f"'columns' must be {place}, got {listed}", hint=hint)


def role_names(columns: Mapping[str, str] | None) -> dict[str, str]:
    """Return the name of the column of each role; raise ArgumentError."""
    if columns is not None and not isinstance(columns, Mapping):
        raise ArgumentError(
            f"'columns' must be a mapping such as {{'entity': 'user_id'}}, got {columns!r}"
        )
    names = {role: role for role in ROLES} | dict(columns or {})
    for role in names:
        if role not in ROLES:
            raise ArgumentError(
                f"'columns' must have keys of {', '.join(map(repr, ROLES))}, got {role!r}"
            )
    return names


def _library(thing: Any) -> str:
    return type(thing).__module__.partition(".")[0]


def _arrow_table(frame: Any) -> Any:
    is_file = isinstance(frame, str | bytes | PathLike)
    refused = DataError(
        f"'events' must be an EventLog, a dataframe or an ibis table, got {type(frame).__name__}",
        hint="read the file first, say with polars.read_csv or pandas.read_csv"
        if is_file
        else "EventLog.from_records takes mappings, one an event",
    )
    if _library(frame) in {"builtins", "numpy"}:
        raise refused
    arrow = require("pyarrow", extra="frames", feature="reading a dataframe")
    if isinstance(frame, arrow.Table):
        return frame
    try:
        if hasattr(frame, "__arrow_c_stream__") and not hasattr(frame, "collect"):
            return arrow.table(frame)
        narwhals = require("narwhals", extra="frames", feature="reading a dataframe")
        native = narwhals.from_native(frame)
    except (TypeError, ValueError, arrow.ArrowException):
        raise refused from None
    if isinstance(native, narwhals.LazyFrame):
        # What goes wrong in a query of the caller is told by its library.
        native = native.collect()
    return native.to_arrow()


def open_column(column: Any) -> Any:
    """Return a column of any library as something that `code` and `times` take, with its nulls."""
    library = _library(column)
    if isinstance(column, np.ndarray | list | tuple | cols.Coded | cols.Times | cols.Ids):
        return column
    if library == "pandas":
        return _from_pandas(column)
    if library == "polars" and str(getattr(column, "dtype", "")) == "Object":
        return column.to_list()
    arrow_like = any(hasattr(column, f"__arrow_c_{kind}__") for kind in ("array", "stream"))
    if arrow_like and not hasattr(column, "columns"):
        return from_arrow(_chunked(column))
    return column


def _chunked(column: Any) -> Any:
    """Return any Arrow column as one of pyarrow, in chunks."""
    arrow = require("pyarrow", extra="frames", feature="reading a column")
    if isinstance(column, arrow.ChunkedArray):
        return column
    if not isinstance(column, arrow.Array):
        if hasattr(column, "to_arrow"):
            column = column.to_arrow()
        elif hasattr(column, "__arrow_c_stream__"):
            return arrow.chunked_array(column)
        else:
            column = arrow.array(column)
    return column if isinstance(column, arrow.ChunkedArray) else arrow.chunked_array([column])


def _from_pandas(column: Any) -> Any:
    """Return a pandas column without what pandas does to its nulls on the way to numpy."""
    dtype: Any = getattr(column, "dtype", None)
    if hasattr(dtype, "pyarrow_dtype"):
        arrow = require("pyarrow", extra="frames", feature="reading a column")
        found = arrow.array(column)
        return from_arrow(found if hasattr(found, "num_chunks") else arrow.chunked_array([found]))
    if hasattr(dtype, "numpy_dtype") and hasattr(column, "isna"):
        plain = not bool(column.isna().any())
        return column.to_numpy(dtype=dtype.numpy_dtype if plain else object)
    return column


def ids_of(column: Any) -> Any:
    """Return a column of entities as something that EventLog takes; text is numbered by hashing."""
    text = column
    if _library(column) == "pandas":
        dtype = getattr(column, "dtype", None)
        named = str(dtype)
        if not (named == "object" or "string" in named or named == "str"):
            return open_column(column)
        try:
            arrow = require("pyarrow", extra="frames", feature="reading text")
            found = arrow.array(column, from_pandas=True)
            text = found if hasattr(found, "num_chunks") else arrow.chunked_array([found])
        except (MissingExtraError, TypeError, ValueError):
            return open_column(column)
    elif _library(column) == "polars" and str(getattr(column, "dtype", "")) == "String":
        return _ids_of_polars(column)
    elif not isinstance(column, np.ndarray) and hasattr(column, "__arrow_c_stream__"):
        text = _chunked(column)
    if not hasattr(text, "num_chunks"):
        return open_column(column)
    if str(text.type) not in {"string", "large_string", "string_view"}:
        return open_column(column)
    arrow = require("pyarrow", extra="frames", feature="reading a column")
    whole = text.cast(arrow.large_string()).combine_chunks()
    if hasattr(whole, "chunks"):
        whole = whole.chunk(0) if whole.num_chunks else arrow.array([], arrow.large_string())
    _, ends, data = whole.buffers()
    if not len(whole) or data is None:
        return from_arrow(text)
    offsets = np.frombuffer(ends, np.int64)[whole.offset : whole.offset + len(whole) + 1]
    texts = OffsetTexts(np.frombuffer(data, np.uint8), offsets)
    nulls = whole.is_null().to_numpy(zero_copy_only=False) if whole.null_count else None
    return _hashed(texts, nulls, lambda rows: whole.take(arrow.array(rows))) or from_arrow(text)


def _ids_of_polars(column: Any) -> Any:
    """Return a text column of Polars, read where it lies: views into its buffers."""
    require("pyarrow", extra="frames", feature="reading text")
    polars = sys.modules["polars"]
    nulls = column.is_null().to_numpy() if column.null_count() else None
    plain = column if nulls is None else column.fill_null("")
    whole = plain.to_arrow(compat_level=polars.CompatLevel.newest())
    _, views, *buffers = whole.buffers()
    if not len(whole):
        return from_arrow(_chunked(column))
    texts = ViewTexts(
        np.frombuffer(views, np.uint8)[16 * whole.offset : 16 * (whole.offset + len(whole))],
        [np.frombuffer(buffer, np.uint8) for buffer in buffers],
    )
    found = _hashed(texts, nulls, lambda rows: plain.gather(rows).to_arrow())
    return found or from_arrow(_chunked(column))


def _hashed(
    texts: Texts, nulls: npt.NDArray[np.bool_] | None, pick: Callable[[npt.NDArray[Any]], Any]
) -> cols.Ids | None:
    """Return texts as codes by hashing; None where they are not fit for it.

    `pick` returns the texts of some rows, as an Arrow array.
    """
    compute = require("pyarrow.compute", extra="frames", feature="reading a dataframe")
    found = text_codes(texts)
    if found is None:
        return None
    codes, rows, used = found
    numbers = np.flatnonzero(used)
    length, head = texts.heads(rows[numbers])
    numbers = numbers[(length == 0) | _SPACE.take(head)]
    blank = compute.equal(compute.utf8_trim_whitespace(pick(rows[numbers]).fill_null("")), "")
    gone = np.zeros(used.size, dtype=np.bool_)
    gone[numbers] = blank.to_numpy(zero_copy_only=False)
    missing = gone.take(codes) if gone.any() else None
    if nulls is not None:
        missing = nulls if missing is None else missing | nulls
    if missing is not None:
        codes[missing] = -1
    codes.flags.writeable = False

    def look_up(wanted: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.asarray(pick(rows[wanted]).to_numpy(zero_copy_only=False))

    return cols.Ids(codes, cols.Names(look_up=look_up))


_SPACE = np.array([b <= 0x20 or b in {0xC2, 0xE1, 0xE2, 0xE3} for b in range(256)])
"""Bytes with which white space can begin in UTF-8."""


def from_arrow(column: Any) -> Any:
    """Return an Arrow column as something that `code` and `times` take."""
    arrow = require("pyarrow", extra="frames", feature="reading a dataframe")
    kinds = arrow.types
    if kinds.is_dictionary(column.type):
        return _from_dictionary(column)
    if kinds.is_timestamp(column.type):
        return _from_timestamp(column)
    if column.null_count == 0 and (kinds.is_integer(column.type) or kinds.is_boolean(column.type)):
        return column.to_numpy()
    if kinds.is_floating(column.type):
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


def _from_dictionary(column: Any) -> Any:
    arrow = require("pyarrow", extra="frames", feature="reading a dataframe")
    if "string" not in str(column.type.value_type):
        return from_arrow(column.cast(column.type.value_type))
    whole = column.unify_dictionaries().combine_chunks()
    if hasattr(whole, "chunks"):
        if not whole.num_chunks:
            return cols.Coded(np.empty(0, dtype=np.int64), ())
        whole = whole.chunk(0)
    indices = whole.indices
    if indices.null_count:
        indices = indices.cast(arrow.int64()).fill_null(-1)
    codes: npt.NDArray[Any] = indices.to_numpy()
    return cols.tidy(codes, whole.dictionary.to_pylist())


def _from_timestamp(column: Any) -> cols.Times:
    arrow = require("pyarrow", extra="frames", feature="reading a dataframe")
    unit, zone = column.type.unit, column.type.tz
    missing = np.asarray(column.is_null().to_numpy()) if column.null_count else None
    ticks = column.cast(arrow.int64()).fill_null(0).to_numpy()
    return cols.Times(ticks, unit, aware=zone is not None, missing=missing)
