"""Columns of pandas, Polars and Arrow opened for what reads columns, with their nulls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from salesfunnel._core.extras import require
from salesfunnel._core.foreign import (
    is_a,
    is_arrow_column,
    is_arrow_stream,
    is_pandas_column,
    is_polars_column,
    library_of,
)
from salesfunnel.data.events import columns as event_columns

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def is_arrow_like(column: object) -> bool:
    """Whether it is a column that Arrow can take as it lies; a table is none."""
    if is_arrow_column(column) or is_polars_column(column):
        return True
    # any library may offer the Arrow PyCapsule interface; what has columns is a table
    offers = is_arrow_stream(column) or hasattr(column, "__arrow_c_array__")
    return offers and not hasattr(column, "columns")


def one_array(column: pa.ChunkedArray) -> Any:
    """Return an Arrow column in chunks as one array."""
    arrow = require("pyarrow", extra="frames", feature="reading a column")
    whole = column.combine_chunks()
    if not isinstance(whole, arrow.ChunkedArray):
        return whole
    return whole.chunk(0) if whole.num_chunks else arrow.array([], column.type)


def open_column(column: Any) -> Any:
    """Return a column of any library as something that `code` and `times` take, with its nulls."""
    library = library_of(column)
    if isinstance(
        column,
        np.ndarray
        | list
        | tuple
        | event_columns.Categorical
        | event_columns.Times
        | event_columns.Ids,
    ):
        return column
    if library == "pandas":
        return _from_pandas(column)
    if library == "polars" and str(getattr(column, "dtype", "")) == "Object":
        return column.to_list()
    if is_arrow_like(column):
        return from_arrow(chunked(column))
    return column


def chunked(column: object) -> Any:
    """Return any Arrow column as one of pyarrow, in chunks."""
    arrow = require("pyarrow", extra="frames", feature="reading a column")
    if isinstance(column, arrow.ChunkedArray):
        return column
    if not isinstance(column, arrow.Array):
        if is_polars_column(column) or is_a(column, "narwhals", "Series"):
            column = cast("Any", column).to_arrow()
        elif is_arrow_stream(column):
            return arrow.chunked_array(column)
        else:
            column = arrow.array(column)
    return column if isinstance(column, arrow.ChunkedArray) else arrow.chunked_array([column])


def _from_pandas(column: pd.Series) -> Any:
    """Return a pandas column without what pandas does to its nulls on the way to numpy."""
    dtype: Any = getattr(column, "dtype", None)
    if is_a(dtype, "pandas", "ArrowDtype"):
        arrow = require("pyarrow", extra="frames", feature="reading a column")
        return from_arrow(chunked(arrow.array(column)))
    plain_dtype = getattr(dtype, "numpy_dtype", None)  # of Int64 and its kind
    if plain_dtype is not None and is_pandas_column(column):
        plain = not bool(column.isna().any())
        return column.to_numpy(dtype=plain_dtype if plain else object)
    return column


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


def _from_dictionary(column: pa.ChunkedArray) -> Any:
    if "string" not in str(column.type.value_type):
        return from_arrow(column.cast(column.type.value_type))
    return event_columns.normalise_categories(*dictionary_parts(column))


def dictionary_parts(column: pa.ChunkedArray) -> tuple[npt.NDArray[Any], list[Any]]:
    """Return the codes of a dictionary column in chunks, -1 where it is null, and its values."""
    arrow = require("pyarrow", extra="frames", feature="reading a dataframe")
    whole = one_array(column.unify_dictionaries())
    indices = whole.indices
    if indices.null_count:
        indices = indices.cast(arrow.int64()).fill_null(-1)
    return indices.to_numpy(), whole.dictionary.to_pylist()


def _from_timestamp(column: pa.ChunkedArray) -> event_columns.Times:
    arrow = require("pyarrow", extra="frames", feature="reading a dataframe")
    unit, zone = column.type.unit, column.type.tz
    missing = np.asarray(column.is_null().to_numpy()) if column.null_count else None
    ticks = column.cast(arrow.int64()).fill_null(0).to_numpy()
    return event_columns.Times(ticks, unit, aware=zone is not None, missing=missing)
