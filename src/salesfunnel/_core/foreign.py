"""Objects of other libraries, told apart without importing these: one question per kind."""

from __future__ import annotations

from typing import IO, Any, Protocol

from typing_extensions import TypeIs

__all__ = [
    "ArrowStream", "LazyFrame", "NativeFrame", "library_of", "is_arrow_stream", "is_lazy_frame",
    "is_numpy_like", "is_readable", "is_wrapped_frame",
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


class NativeFrame(Protocol):
    """A frame of narwhals around one of another library."""

    def to_native(self) -> Any:
        """Return the frame inside."""
        ...


class NumpyLike(Protocol):
    """A scalar of numpy or of a library that imitates it."""

    def item(self) -> Any:
        """Return the value as Python's own."""
        ...


def library_of(thing: object) -> str:
    """Return the package that the type of an object comes from, as ``"pandas"``."""
    return type(thing).__module__.partition(".")[0]


# The types below cannot be imported: the libraries are optional, and some objects pass their
# methods on from what they wrap (a temporary file does), so that only asking for them is right.


def is_readable(thing: object) -> TypeIs[IO[Any]]:
    """Whether an object is a file, or can be read like one."""
    return hasattr(thing, "read")


def is_arrow_stream(thing: object) -> TypeIs[ArrowStream]:
    """Whether an object gives a table by the Arrow PyCapsule interface."""
    return hasattr(thing, "__arrow_c_stream__")


def is_lazy_frame(thing: object) -> TypeIs[LazyFrame]:
    """Whether an object is a query that has not been computed."""
    return hasattr(thing, "collect")


def is_wrapped_frame(thing: object) -> TypeIs[NativeFrame]:
    """Whether an object is a frame of narwhals."""
    return library_of(thing) == "narwhals" and hasattr(thing, "to_native")


def is_numpy_like(thing: object) -> TypeIs[NumpyLike]:
    """Whether an object is a scalar of numpy, or of a library that imitates it."""
    return hasattr(thing, "item")
