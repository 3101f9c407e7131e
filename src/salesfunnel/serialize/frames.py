"""Columns to dataframes of the libraries that people use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from salesfunnel._core.extras import require
from salesfunnel._core.vocabulary import Backend


def to_frame(columns: Mapping[str, Any], backend: Backend) -> Any:
    """Return columns of equal length as a dataframe of `backend`.

    Raises
    ------
    MissingExtraError
        If the library is not installed.
    """
    library = require(backend, extra="frames", feature=f"a dataframe of {backend}")
    if backend == "pandas":
        return library.DataFrame({name: _plain(column) for name, column in columns.items()})
    if backend == "polars":
        return library.DataFrame({name: _plain(column) for name, column in columns.items()})
    return library.table({name: library.array(_plain(column)) for name, column in columns.items()})


def _plain(column: Any) -> Any:
    """Fixed-width text becomes a list of str, which every library reads as its own text."""
    kind = getattr(getattr(column, "dtype", None), "kind", None)
    return column.tolist() if kind == "U" else column
