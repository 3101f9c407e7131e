"""Rates with intervals, two rates compared, and the special functions behind them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import array_field
from salesfunnel._core.checks import check_choice, check_fraction
from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.interval import Interval
from salesfunnel._core.one_length import check_shapes
from salesfunnel._core.result import TableMixin
from salesfunnel._core.short_number import short_number
from salesfunnel._core.vocabulary import INTERVAL_METHODS, IntervalMethod
from salesfunnel._kernels import intervals as kernel

__all__ = ["IntervalArray", "rate_interval"]

Float = npt.NDArray[np.float64]


@attrs.frozen
class IntervalArray(TableMixin):
    """Many intervals of one level and method.

    Parameters
    ----------
    low, high : ndarray of float64, any shape
        The ends, in the unit of the quantity.
    level : float
        Nominal coverage in (0, 1).
    method : str
        How they were made.

    Examples
    --------
    >>> both = rate_interval([0, 30], [10, 100])
    >>> both.low.round(3).tolist(), len(both)
    ([0.0, 0.219], 2)
    >>> both[1].width < 0.18
    True
    """

    low: Float = array_field(np.float64)
    high: Float = array_field(np.float64)
    level: float = 0.95
    method: str = "wilson"

    def __attrs_post_init__(self) -> None:
        check_shapes(self, {"high": self.low.shape})

    def __repr__(self) -> str:
        held = "×".join(map(str, self.low.shape))
        if self.low.size == 1:
            held = f"{short_number(float(self.low.item()))}..{short_number(self.high.item())}"
        return f"<IntervalArray {held}: {self.level:g}, {self.method}>"

    def __len__(self) -> int:
        return len(self.low)

    def __getitem__(self, index: int | slice | tuple[int, ...]) -> Interval | IntervalArray:
        low, high = self.low[index], self.high[index]
        if np.ndim(low) == 0:
            return Interval(float(low), float(high), self.level, self.method)
        return IntervalArray(low, high, self.level, self.method)

    def __iter__(self) -> Iterator[Interval | IntervalArray]:
        return (self[i] for i in range(len(self)))

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row an interval: low, high (float64)."""
        return {"low": self.low.ravel(), "high": self.high.ravel()}


def numbers(field: str, value: object) -> Float:
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"{field!r} must be numbers, got {value!r}") from error
    bad = ~np.isfinite(array) | (array < 0)
    if bad.any():
        raise ArgumentError(
            f"{field!r} must be finite and at least 0, got {float(array[bad].flat[0])!r}"
        )
    return array


def pair(x: object, n: object, names: tuple[str, str]) -> tuple[Float, Float]:
    X, N = numbers(names[0], x), numbers(names[1], n)
    try:
        X, N = np.broadcast_arrays(X, N)
    except ValueError as error:
        raise ArgumentError(
            f"{names[0]!r} and {names[1]!r} must have shapes that fit, got {X.shape} and {N.shape}"
        ) from error
    more = X > N
    if more.any():
        raise ArgumentError(
            f"{names[0]!r} must be at most {names[1]!r}, got {float(X[more].flat[0])!r} of"
            f" {float(N[more].flat[0])!r}",
            hint="counts of a period may do that; conversions() shows them as rate-gt-1",
        )
    return X, N


def rate_interval(
    x: npt.ArrayLike,
    n: npt.ArrayLike,
    *,
    level: float = 0.95,
    method: IntervalMethod = "wilson",
) -> Interval | IntervalArray:
    """Say between which values a rate lies, given x successes of n.

    Parameters
    ----------
    x, n : array_like of float
        Advanced and entered, 0 ≤ x ≤ n; they broadcast.
    level : float
        Nominal coverage in (0, 1).
    method : {"wilson", "jeffreys", "clopper-pearson"}
        Score interval; equal tails of the posterior with Jeffreys' prior; or the one that never
        covers less than `level`.

    Returns
    -------
    Interval or IntervalArray
        An Interval for two numbers, else an IntervalArray of the broadcast shape, in [0, 1].
        ``[0, 1]`` where n = 0; exactly 0 below where x = 0, and 1 above where x = n.

    Raises
    ------
    ArgumentError
        If a count is negative, not finite, or x > n.

    References
    ----------
    .. [1] Brown, Cai & DasGupta (2001), Interval estimation for a binomial proportion,
       Statist. Sci. 16:101.

    Examples
    --------
    >>> found = rate_interval(30, 100)
    >>> round(found.low, 4), round(found.high, 4)
    (0.2189, 0.3958)
    """
    check_choice("method", method, INTERVAL_METHODS)
    level = check_fraction("level", level, open_ends=True)
    X, N = pair(x, n, ("x", "n"))
    low, high = kernel.METHODS[method](X, N, level)
    if X.ndim == 0:
        return Interval(float(low), float(high), level, method)
    return IntervalArray(low, high, level, method)
