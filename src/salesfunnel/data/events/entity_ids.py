"""Columns of entities: text is numbered where it lies, without a name for each row."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from salesfunnel._core.errors import MissingExtraError
from salesfunnel._core.extras import require
from salesfunnel._core.foreign import library_of
from salesfunnel._kernels.events.texts import OffsetTexts, ViewTexts
from salesfunnel.data.events import columns as event_columns
from salesfunnel.data.events.arrow import (
    chunked,
    dictionary_parts,
    from_arrow,
    is_arrow_like,
    one_array,
    open_column,
)
from salesfunnel.data.events.text_codes import Factorized, factorize

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa


def ids_of(column: object) -> Any:
    """Return a column of entities as something that EventLog takes; text is numbered by hashing."""
    if library_of(column) == "polars" and str(getattr(column, "dtype", "")) == "String":
        return _of_polars(cast("pl.Series", column))
    if not isinstance(column, event_columns.Categorical | event_columns.Ids | event_columns.Times):
        known = event_columns.dictionary(column)
        if known is not None:
            return _of_dictionary(known[0], list(known[1])) or open_column(column)
    text = _text_of(column)
    if text is not None and "dictionary" in str(text.type) and "string" in str(text.type):
        return _of_dictionary(*dictionary_parts(text)) or from_arrow(text)
    if text is not None and str(text.type) in {"string", "large_string", "string_view"}:
        return _of_arrow(text)
    return open_column(column)


def _text_of(column: object) -> Any:
    """Return a column that may hold text as one of Arrow; None if there is no need."""
    if library_of(column) == "pandas":
        dtype = getattr(column, "dtype", None)
        named = str(dtype)
        if not (named == "object" or "string" in named or named == "str"):
            return None
        try:
            arrow = require("pyarrow", extra="frames", feature="reading text")
            found = arrow.array(column, from_pandas=True)
        except (MissingExtraError, TypeError, ValueError):
            return None
        return chunked(found)
    return chunked(column) if is_arrow_like(column) else None


def _of_dictionary(codes: npt.NDArray[Any], values: list[Any]) -> event_columns.Ids | None:
    """Return the codes of a dictionary of distinct texts as they are; None if it is another."""
    if not all(type(value) is str for value in values) or len(set(values)) < len(values):
        return None
    blank = np.array([not value.strip() for value in values] + [True], dtype=np.bool_)
    if blank[:-1].any():
        codes = np.where(blank[codes], -1, codes.astype(np.int64))
    return event_columns.Ids(codes, event_columns.EntityNames(event_columns.names_array(values)))


def _of_arrow(text: pa.ChunkedArray) -> Any:
    """Return a column of Arrow, of text in chunks."""
    arrow = require("pyarrow", extra="frames", feature="reading a column")
    whole = one_array(text.cast(arrow.large_string()))
    _, ends, data = whole.buffers()
    if not len(whole) or data is None:
        return from_arrow(text)
    offsets = np.frombuffer(ends, np.int64)[whole.offset : whole.offset + len(whole) + 1]
    nulls = whole.is_null().to_numpy(zero_copy_only=False) if whole.null_count else None
    if nulls is not None and np.diff(offsets)[nulls].any():
        # Anything may stand at a null.
        return from_arrow(text)
    texts = OffsetTexts(np.frombuffer(data, np.uint8), offsets)

    def pick(rows: npt.NDArray[Any]) -> list[str]:
        return [name or "" for name in whole.take(arrow.array(rows)).to_pylist()]

    return _ids(factorize(texts, nulls, pick)) or from_arrow(text)


def _ids(found: Factorized | None) -> event_columns.Ids | None:
    return None if found is None else event_columns.factorized_ids(found)


def _of_polars(column: pl.Series) -> Any:
    """Return a text column of Polars, read where it lies: views into its buffers."""
    require("pyarrow", extra="frames", feature="reading text")
    polars = sys.modules["polars"]
    nulls = column.is_null().to_numpy() if column.null_count() else None
    plain = column if nulls is None else column.fill_null("")
    whole = plain.to_arrow(compat_level=polars.CompatLevel.newest())
    if not len(whole):
        return from_arrow(chunked(column))
    if str(whole.type) != "string_view":
        return _of_arrow(chunked(column))
    _, views, *buffers = whole.buffers()
    texts = ViewTexts(
        np.frombuffer(views, np.uint8)[16 * whole.offset : 16 * (whole.offset + len(whole))],
        [np.frombuffer(buffer, np.uint8) for buffer in buffers],
    )
    found = factorize(texts, nulls, lambda rows: plain.gather(rows).to_list())
    return _ids(found) or from_arrow(chunked(column))
