"""Rows of a table that are built when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar, overload

__all__ = ["LazyRows"]

T = TypeVar("T")


class LazyRows(Sequence[T], Generic[T]):
    """A sequence of rows, each built when it is read; a slice is a tuple of rows.

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

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{self._size} rows>"
