"""Objects of other libraries, recognised without importing these: one question per kind.

A library whose object was given has been imported by the caller, so its classes are looked up
among the modules that are loaded. What has no class of its own is asked for its method.
"""

from __future__ import annotations

import sys
from typing import IO, Any, Protocol

from typing_extensions import TypeIs

__all__ = [
    "ArrowStream", "LazyFrame", "NumpyLike", "has_rows", "is_a", "is_arrow_column",
    "is_arrow_stream", "is_arrow_table", "is_frame", "is_lazy_frame", "is_numpy_like",
    "is_pandas_column", "is_pandas_frame", "is_polars_column", "is_polars_frame", "is_readable",
    "library_of", "with_named_index",
]  # fmt: skip


class ArrowStream(Protocol):
    """What gives its columns by the Arrow PyCapsule interface: a stream of record batches."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return the stream."""
        ...


class LazyFrame(Protocol):
    """A query whose rows are computed on ``collect()``: of polars, narwhals, pyspark."""

    def collect(self) -> Any:
        """Compute the rows."""
        ...


class NumpyLike(Protocol):
    """A scalar of numpy or of a library that imitates it."""

    def item(self) -> Any:
        """Return the value as Python's own."""
        ...


def library_of(thing: object) -> str:
    """Return the package that the type of an object comes from, as ``"pandas"``."""
    return type(thing).__module__.partition(".")[0]


def is_a(thing: object, library: str, *names: str) -> bool:
    """Whether an object is of one of these classes of a library, if that has been imported.

    Examples
    --------
    >>> is_a([1, 2], "pandas", "Series", "DataFrame")
    False
    """
    module = sys.modules.get(library)
    kinds = (getattr(module, name, None) for name in names)
    return any(isinstance(kind, type) and isinstance(thing, kind) for kind in kinds)


def is_pandas_frame(thing: object) -> bool:
    """Whether an object is a dataframe of pandas."""
    return is_a(thing, "pandas", "DataFrame")


def with_named_index(frame: Any) -> Any:
    """Return a dataframe of pandas with the levels of its index that have a name as columns.

    ``groupby`` and ``set_index`` put them there; columns that already have the name stay.
    """
    names = list(frame.index.names)
    if all(name is None or name in frame.columns for name in names):
        return frame
    levels = [at for at, name in enumerate(names) if name is not None and name not in frame.columns]
    for place, at in enumerate(levels):
        column = frame.index.get_level_values(at)
        if place == 0:
            frame = frame.copy(deep=False)
        frame.insert(place, names[at], column)
    return frame


def is_pandas_column(thing: object) -> bool:
    """Whether an object is a column or an index of pandas, or an array of one of its own dtypes."""
    return is_a(thing, "pandas", "Series", "Index") or is_a(
        thing, "pandas.api.extensions", "ExtensionArray"
    )


def is_polars_frame(thing: object) -> bool:
    """Whether an object is a dataframe of polars whose rows are there."""
    return is_a(thing, "polars", "DataFrame")


def is_polars_column(thing: object) -> bool:
    """Whether an object is a column of polars."""
    return is_a(thing, "polars", "Series")


def is_arrow_table(thing: object) -> bool:
    """Whether an object is a table, or a batch of one, of pyarrow."""
    return is_a(thing, "pyarrow", "Table", "RecordBatch")


def is_arrow_column(thing: object) -> bool:
    """Whether an object is a column of pyarrow."""
    return is_a(thing, "pyarrow", "ChunkedArray", "Array")


def is_frame(thing: object) -> bool:
    """Whether an object is a dataframe of a library whose frames are taken column by column."""
    return is_pandas_frame(thing) or is_polars_frame(thing) or is_arrow_table(thing)


# What follows has no class to ask for: any library may offer the interface, and some objects pass
# on the methods of what they wrap, as a temporary file does.


def is_readable(thing: object) -> TypeIs[IO[Any]]:
    """Whether an object is a file, or can be read like one."""
    return hasattr(thing, "read")


def is_arrow_stream(thing: object) -> TypeIs[ArrowStream]:
    """Whether an object gives a table by the Arrow PyCapsule interface."""
    return hasattr(thing, "__arrow_c_stream__")


def is_lazy_frame(thing: object) -> TypeIs[LazyFrame]:
    """Whether an object is a query that has not been computed."""
    return hasattr(thing, "collect")


def is_numpy_like(thing: object) -> TypeIs[NumpyLike]:
    """Whether an object is a scalar of numpy, or of a library that imitates it."""
    return hasattr(thing, "item")


def has_rows(thing: object) -> bool:
    """Whether an object, of whatever library, is a dataframe: it has named columns, or rows."""
    if is_frame(thing) or is_arrow_stream(thing) or is_lazy_frame(thing):
        return True
    return hasattr(thing, "columns")
