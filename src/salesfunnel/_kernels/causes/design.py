"""One-hot columns as cells: who stands together with whom. Arguments are already validated.

A design is never held as a matrix of rows. What a least-squares fit needs is the table of every
two levels, which is summed block by block; any model over some of the columns is then a part of
that table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = [
    "Cells",
    "Design",
    "by_level",
    "cells_of",
    "crossed_now",
    "dense",
    "design_of",
    "spread_of",
]

Array = npt.NDArray[np.float64]
Int = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]
FEW = 50_000
BLOCK = 4096
"""Rows in one block: its one-hot part stays in the cache."""


class Design(NamedTuple):
    """Levels of periods and columns, rows of the reference first, then those of now.

    `codes` has one array a factor, the periods first; `starts` says where the levels of each begin,
    with the total at the end; rows from `before` on are those of now.
    """

    codes: tuple[npt.NDArray[Any], ...]
    sizes: tuple[int, ...]
    starts: npt.NDArray[np.intp]
    before: int
    y: Array

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self.y.size

    @property
    def now(self) -> int:
        """How many of them are of now."""
        return self.y.size - self.before

    @property
    def width(self) -> int:
        """How many levels there are in all."""
        return int(self.starts[-1])

    def part(self, factor: int) -> slice:
        """Return where the levels of a factor stand; factor 0 are the periods."""
        return slice(int(self.starts[factor]), int(self.starts[factor + 1]))

    def places(self, factors: Sequence[int]) -> npt.NDArray[np.intp]:
        """Return the places of all levels of some factors, in their order."""
        return np.concatenate(
            [np.arange(self.starts[f], self.starts[f + 1], dtype=np.intp) for f in factors]
        )

    def total(
        self, factors: Sequence[int], beta: Array, low: int = 0, high: int | None = None
    ) -> Array:
        """Return the sum of the coefficients of each row's levels; `beta` as `places` orders it."""
        high = self.rows if high is None else high
        out = np.zeros(high - low)
        at = 0
        for f in factors:
            out += beta[at : at + self.sizes[f]].take(self.codes[f][low:high])
            at += self.sizes[f]
        return out


def design_of(
    y: npt.ArrayLike,
    now: npt.ArrayLike,
    period: npt.ArrayLike,
    columns: Sequence[tuple[npt.NDArray[Any], int]],
) -> Design:
    """Put the rows of a fit in order: by time, then by period, columns as they come.

    Parameters
    ----------
    y : array_like of float, shape (n,)
        Whether the deal advanced.
    now : array_like of bool, shape (n,)
        Whether it belongs to the judged window.
    period : array_like of int, shape (n,)
        Its period.
    columns : sequence of (codes, size)
        Level of every row in [0, size), and how many levels there are.
    """
    late = np.asarray(now, dtype=np.bool_)
    order = np.concatenate([np.flatnonzero(~late), np.flatnonzero(late)])
    number = dense(np.asarray(period))[order]
    codes = (number,)
    codes += tuple(np.asarray(c)[order].astype(np.int32, copy=False) for c, _ in columns)
    sizes = (int(number.max(initial=-1)) + 1, *(size for _, size in columns))
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.intp)
    return Design(codes, sizes, starts, int((~late).sum()), np.asarray(y, dtype=np.float64)[order])


def dense(period: npt.NDArray[Any]) -> npt.NDArray[np.int32]:
    """Return periods as 0, 1, … without gaps, in their order."""
    if not period.size:
        return np.empty(0, dtype=np.int32)
    plain = period - period.min()
    table = np.cumsum(np.bincount(plain) > 0).astype(np.int32) - 1
    number: npt.NDArray[np.int32] = table.take(plain)
    return number


class Cells(NamedTuple):
    """Sums over rows: of every two levels, and of y by level; of all rows and of those of now."""

    both: Array  # (width, width), all rows
    both_now: Array  # (width, width)
    y: Array  # (width,)
    y_now: Array  # (width,)


def _blocks(design: Design, weight: Array | None, low: int, high: int) -> Iterator[Any]:
    """Yield blocks of the one-hot rows, times the weight of each row.

    Counts are exact in single precision; weights are kept in double where there are few rows.
    """
    width = design.width
    size = min(BLOCK, max(high - low, 1))
    kind = np.float64 if weight is not None and high - low <= FEW else np.float32
    room = np.zeros((size, width), dtype=kind)
    flat = room.ravel()
    base = np.arange(size, dtype=np.int64) * width
    written = np.empty((len(design.codes), size), dtype=np.int64)
    for start in range(low, high, size):
        n = min(size, high - start)
        value: Any = 1.0 if weight is None else weight[start : start + n]
        for f, code in enumerate(design.codes):
            here = written[f, :n]
            np.add(code[start : start + n], base[:n] + int(design.starts[f]), out=here)
            flat[here] = value
        yield room[:n]
        flat[written[:, :n].ravel()] = 0.0


def _crossed(design: Design, weight: Array | None, low: int, high: int) -> Array:
    total = np.zeros((design.width, design.width))
    for block in _blocks(design, weight, low, high):
        total += block.T @ block
    return total


def by_level(design: Design, values: Array | None, low: int = 0, high: int | None = None) -> Array:
    """Return the sum of a value over the rows of each level; the count for None."""
    high = design.rows if high is None else high
    parts = [
        np.bincount(
            code[low:high], weights=None if values is None else values, minlength=size
        ).astype(np.float64)
        for code, size in zip(design.codes, design.sizes, strict=True)
    ]
    return np.concatenate(parts)


def cells_of(design: Design) -> Cells:
    """Return the tables of every two levels, of all rows and of those of now."""
    b, n = design.before, design.rows
    old, new = _crossed(design, None, 0, b), _crossed(design, None, b, n)
    y_old, y_new = by_level(design, design.y[:b], 0, b), by_level(design, design.y[b:], b, n)
    return Cells(old + new, new, y_old + y_new, y_new)


def spread_of(design: Design, residual: Array) -> Array:
    """Return Σ residual² by every two levels: the middle of a sandwich covariance."""
    return _crossed(design, np.abs(residual), 0, design.rows)


def crossed_now(design: Design, value: Array) -> Array:
    """Return the sum of a value of the rows of now by every two levels, shape (width, width)."""
    total = np.zeros((design.width, design.width))
    low, high = design.before, design.rows
    for k, block in enumerate(_blocks(design, None, low, high)):
        part = value[k * BLOCK : k * BLOCK + len(block)].astype(np.float32)
        total += block.T @ (block * part[:, None])
    return total
