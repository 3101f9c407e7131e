"""Rows of a table that are built when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from threading import Lock
from typing import Any, Generic, TypeVar, overload

__all__ = ["LazyRows", "as_rows", "pulled"]

T = TypeVar("T")
SHOWN = 10
"""Rows that a sequence shows of itself, at most; of more it shows how many."""


class LazyRows(Sequence[T], Generic[T]):
    """A sequence of rows, each built when it is read; a slice is a tuple of rows.

    It equals the tuple of its rows, and is pickled as that tuple.

    Parameters
    ----------
    size : int
        How many rows there are.
    build : callable
        Takes the position of a row, from 0, and returns the row.
    """

    __slots__ = ("_build", "_size")

    def __init__(self, size: int, build: Callable[[int], T]) -> None:
        self._size = size
        self._build = build

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[T, ...]: ...
    def __getitem__(self, at: int | slice) -> T | tuple[T, ...]:
        if isinstance(at, slice):
            return tuple(map(self._build, range(*at.indices(self._size))))
        place = at + self._size if at < 0 else at
        if not 0 <= place < self._size:
            raise IndexError(f"row {at} of {self._size}")
        return self._build(place)

    def __iter__(self) -> Iterator[T]:
        return map(self._build, range(self._size))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, tuple | LazyRows):
            return len(self) == len(other) and tuple(self) == tuple(other)
        return NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return (tuple, (tuple(self),))

    def __repr__(self) -> str:
        return repr(tuple(self)) if self._size <= SHOWN else f"<{self._size} rows>"


def pulled(size: int, rows: Iterable[T]) -> LazyRows[T]:
    """Return the first `size` rows of an iterable as a sequence; none is drawn before it is read.

    Parameters
    ----------
    size : int
        How many rows the sequence has.
    rows : iterable
        Yields at least as many.
    """
    rest, drawn, lock = iter(rows), list[T](), Lock()

    def build(place: int) -> T:
        with lock:
            while len(drawn) <= place:
                drawn.append(next(rest))
        return drawn[place]

    return LazyRows(size, build)


def as_rows(rows: Iterable[Any]) -> Sequence[Any]:
    """Return rows as a tuple, unless they are built when read; the converter of such fields."""
    return rows if isinstance(rows, LazyRows) else tuple(rows)
