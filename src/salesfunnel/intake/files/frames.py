"""Dataframes, mappings of columns and records, to columns: typed ones never pass through text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.extras import require
from salesfunnel._core.foreign import (
    is_a,
    is_arrow_column,
    is_arrow_table,
    is_pandas_column,
    is_pandas_frame,
    is_polars_column,
    is_polars_frame,
    with_named_index,
)
from salesfunnel._kernels.text.cells import ROOM, Cells
from salesfunnel.intake.cells.read_time import is_missing_cell
from salesfunnel.intake.files.columns import (
    CodedColumn,
    Column,
    NumberColumn,
    TextColumn,
    TimeColumn,
    column_of,
)
from salesfunnel.intake.files.lazy_rows import ColumnRows, Row
from salesfunnel.intake.files.text_cells import padded

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_ROWS = 1 << 18


def frame_rows(frame: Any) -> ColumnRows | None:
    """Return a dataframe, a table of Arrow or a mapping of columns as rows and columns.

    Returns
    -------
    ColumnRows
        Or None if it is none of these.

    Raises
    ------
    ArgumentError
        If a column of a mapping is not a column, or columns differ in length.
    """
    if is_polars_frame(frame):
        return ColumnRows(
            list(frame.columns),
            len(frame),
            lambda: [_of_polars(series) for series in frame.get_columns()],
            lambda low, high: frame[low:high].rows(),
        )
    if is_pandas_frame(frame):
        frame = with_named_index(frame)
        return ColumnRows(
            [str(name) for name in frame.columns],
            len(frame),
            lambda: [_of_pandas(frame.iloc[:, k]) for k in range(frame.shape[1])],
            lambda low, high: frame.iloc[low:high].itertuples(index=False, name=None),
        )
    if is_arrow_table(frame):
        return ColumnRows(
            list(frame.column_names),
            frame.num_rows,
            lambda: [_of_arrow(column) for column in frame.columns],
            lambda low, high: _zipped(frame.columns, lambda c: c[low:high].to_pylist()),
        )
    return _of_mapping(frame) if isinstance(frame, Mapping) else None


def record_rows(records: Sequence[Mapping[Any, Any]]) -> ColumnRows:
    """Return records as rows and columns; a key that is absent is missing."""
    names = list(dict.fromkeys(key for row in records for key in row))
    return ColumnRows(
        [str(name) for name in names],
        len(records),
        lambda: [column_of([row.get(name) for row in records]) for name in names],
        lambda low, high: ([row.get(name) for name in names] for row in records[low:high]),
    )


def _zipped(columns: Iterable[Any], cells: Callable[[Any], Iterable[Any]]) -> Iterator[Row]:
    return zip(*map(cells, columns), strict=True)


def _of_mapping(columns: Mapping[Any, Any]) -> ColumnRows:
    for key, column in columns.items():
        if isinstance(column, str | bytes) or not isinstance(column, Iterable):
            raise ArgumentError(
                f"'source' must map the name of a column to its cells, got {column!r} for {key!r}"
            )
    known = [c if _is_array(c) else list(c) for c in columns.values()]
    lengths = {len(column) for column in known}
    if len(lengths) > 1:
        raise ArgumentError(
            f"'source' must have columns of equal length, got {sorted(lengths)} cells"
        )
    return ColumnRows(
        list(map(str, columns)),
        max(lengths, default=0),
        lambda: [_of_any(column) for column in known],
        lambda low, high: _zipped(known, lambda c: list(c[low:high])),
    )


def _is_array(column: object) -> bool:
    """Whether a column can be cut by place: an array or a column of any library."""
    return getattr(type(column), "__getitem__", None) is not None


def _of_any(column: Any) -> Column:
    if is_polars_column(column):
        return _of_polars(column)
    if is_pandas_column(column):
        return _of_pandas(column)
    if is_arrow_column(column):
        return _of_arrow(column)
    if isinstance(column, np.ndarray) and column.ndim == 1:
        found = _of_numpy(column)
        return column_of(column.tolist()) if found is None else found
    return column_of(column)


def _of_numpy(array: npt.NDArray[Any], missing: Any = None) -> Column | None:
    """Return an array of numbers or moments as a column; None for another one."""
    if np.ma.isMaskedArray(array):
        return None
    array = array.astype(array.dtype.newbyteorder("="), copy=False)
    unit = np.datetime_data(array.dtype)[0] if array.dtype.kind == "M" else ""
    if array.dtype.kind == "M" and unit not in {"generic", "Y", "M", "ps", "fs", "as"}:
        return TimeColumn(array)
    return NumberColumn(array, missing) if array.dtype.kind in "iufb" else None


def _of_pandas(series: pd.Series) -> Column:
    dtype = series.dtype
    codes = getattr(getattr(series, "cat", None), "codes", None)
    if codes is not None:
        return CodedColumn(np.asarray(codes), series.cat.categories.tolist())
    if is_a(dtype, "pandas", "DatetimeTZDtype"):
        return TimeColumn(series.to_numpy(dtype=f"datetime64[{dtype.unit}]"), aware=True)
    if isinstance(dtype, np.dtype):
        found = None if dtype.kind == "O" else _of_numpy(series.to_numpy())
        return _of_objects(series.tolist()) if found is None else found
    if is_a(dtype, "pandas", "ArrowDtype"):
        return _of_arrow(series.array.__arrow_array__())
    if getattr(dtype, "numpy_dtype", None) is not None and dtype.numpy_dtype.kind in "iufb":
        missing = series.isna().to_numpy()
        values = series.to_numpy(dtype=dtype.numpy_dtype, na_value=dtype.numpy_dtype.type(0))
        return NumberColumn(values, missing)
    return _of_objects(series.tolist())


def _of_objects(cells: list[Any]) -> Column:
    """Return a column of objects in which NaN, NaT and NA may stand for nothing."""
    kinds = set(map(type, cells))
    if len(kinds) > 1:
        common = {str, int, float, type(None)} if str not in kinds else {str, type(None)}
        doubtful = tuple(kinds - common)
        if doubtful:
            cells = [
                None if isinstance(cell, doubtful) and is_missing_cell(cell) else cell
                for cell in cells
            ]
    return column_of(cells)


def _of_polars(series: Any) -> Column:
    name = str(series.dtype)
    kind = name.partition("(")[0]
    missing = series.is_null().to_numpy() if series.null_count() else None
    if kind in {"Datetime", "Date"}:
        aware = getattr(series.dtype, "time_zone", None) is not None
        return TimeColumn(
            series.to_physical()
            .cast(int)
            .fill_null(_NAT)
            .to_numpy()
            .view(f"datetime64[{'D' if kind == 'Date' else series.dtype.time_unit}]"),
            aware=aware,
        )
    if kind.startswith(("Int", "UInt", "Float", "Boolean")) and "128" not in kind:
        filled = series if missing is None else series.fill_null(series.dtype.to_python()(0))
        return NumberColumn(filled.to_numpy(), missing)
    if kind in {"String", "Categorical", "Enum"}:
        try:
            return _of_arrow(series.to_arrow())
        except ImportError:
            return column_of(series.to_list())
    return column_of(series.to_list())


_NAT = int(np.iinfo(np.int64).min)


def _chunks(column: object) -> list[Any]:
    return list(getattr(column, "chunks", [column]))


def _of_arrow(column: pa.ChunkedArray) -> Column:
    kind = str(column.type)
    chunks = _chunks(column)
    if kind in {"string", "large_string", "string_view"}:
        return TextColumn([piece for chunk in chunks for piece in _texts(chunk)])
    if kind.startswith("dictionary"):
        whole = _joined(column)
        codes = whole.indices.cast("int64").fill_null(-1).to_numpy(zero_copy_only=False)
        return CodedColumn(codes, whole.dictionary.to_pylist())
    if kind.startswith("timestamp") or kind == "date32[day]":
        aware = getattr(column.type, "tz", None) is not None
        return TimeColumn(_stamps(column, chunks), aware=aware)
    if kind in {"bool", "double", "float"} or kind.startswith(("int", "uint")):
        missing = (
            np.concatenate([chunk.is_null().to_numpy(zero_copy_only=False) for chunk in chunks])
            if column.null_count
            else None
        )
        parts = [_filled(chunk).to_numpy(zero_copy_only=False) for chunk in chunks]
        values = np.concatenate(parts) if parts else np.zeros(0, dtype=np.float64)
        return NumberColumn(values, missing)
    return column_of(column.to_pylist())


def _filled(chunk: pa.Array) -> pa.Array:
    return chunk.fill_null(False if str(chunk.type) == "bool" else 0) if chunk.null_count else chunk


def _joined(column: pa.ChunkedArray) -> Any:
    if not is_a(column, "pyarrow", "ChunkedArray"):
        return column
    column = column.unify_dictionaries()
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _stamps(column: pa.ChunkedArray, chunks: Sequence[Any]) -> npt.NDArray[np.datetime64]:
    """Return the moments of Arrow in their own unit, NaT where null."""
    unit = "D" if str(column.type) == "date32[day]" else column.type.unit
    dtype = f"datetime64[{unit}]"
    parts = [chunk.to_numpy(zero_copy_only=False).astype(dtype) for chunk in chunks]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=dtype)


def _texts(chunk: pa.Array) -> Iterator[Cells]:
    """Yield the cells of an array of text, where they lie; nothing where null."""
    arrow = require("pyarrow", extra="frames", feature="reading text")
    chunk = chunk.cast(arrow.large_string())
    if chunk.null_count:
        chunk = chunk.fill_null("")
    _, ends, bytes_ = chunk.buffers()
    if not len(chunk):
        return
    offsets = np.frombuffer(ends, np.int64)[chunk.offset : chunk.offset + len(chunk) + 1]
    data = np.frombuffer(bytes_ or b"", np.uint8)
    for low in range(0, len(chunk), _ROWS):
        part = offsets[low : low + _ROWS + 1]
        first, end = int(part[0]), int(part[-1])
        inside = end + ROOM <= data.size
        here = data[first : end + ROOM] if inside else padded(data[first:end].data)[0]
        narrow = np.int32 if end - first < 1 << 31 else np.int64
        yield Cells(here, (part[:-1] - first).astype(narrow), np.diff(part).astype(np.int32))
