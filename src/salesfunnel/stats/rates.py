"""Rates with intervals, two rates compared, and the special functions behind them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._arrays import array_field
from salesfunnel._kernels import intervals as kernel
from salesfunnel._kernels import special
from salesfunnel._kernels.special import norm_sf
from salesfunnel._result import TableMixin
from salesfunnel._typing import INTERVAL_METHODS, IntervalMethod
from salesfunnel._validators import check_choice, check_fraction
from salesfunnel.errors import ArgumentError
from salesfunnel.interval import Interval

__all__ = [
    "IntervalArray",
    "RateComparison",
    "betainc",
    "betaincinv",
    "compare_rates",
    "gammaln",
    "hyp2f1",
    "rate_interval",
]

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

    def __len__(self) -> int:
        return len(self.low)

    def __getitem__(self, index: Any) -> Interval | IntervalArray:
        low, high = self.low[index], self.high[index]
        if np.ndim(low) == 0:
            return Interval(float(low), float(high), self.level, self.method)
        return IntervalArray(low, high, self.level, self.method)

    def __iter__(self) -> Iterator[Interval | IntervalArray]:
        return (self[i] for i in range(len(self)))

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row an interval: low, high (float64)."""
        return {"low": self.low.ravel(), "high": self.high.ravel()}


def _numbers(field: str, value: Any) -> Float:
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


def _pair(x: Any, n: Any, names: tuple[str, str]) -> tuple[Float, Float]:
    X, N = _numbers(names[0], x), _numbers(names[1], n)
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
    X, N = _pair(x, n, ("x", "n"))
    low, high = kernel.METHODS[method](X, N, level)
    if X.ndim == 0:
        return Interval(float(low), float(high), level, method)
    return IntervalArray(low, high, level, method)


@attrs.frozen(kw_only=True)
class RateComparison(TableMixin):
    """Two rates compared; arrays of one shape, zero-dimensional for a single pair.

    Parameters
    ----------
    rate, reference : ndarray of float64
        x1/n1 and x0/n0, NaN where nobody entered.
    difference : ndarray of float64
        ``rate - reference``, in rate points.
    interval : IntervalArray
        Newcombe's interval of the difference; [−1, 1] where nobody entered.
    z : ndarray of float64
        Pooled z, negative where the rate is below the reference.
    p : ndarray of float64
        Two-sided p-value.
    p_less : ndarray of float64
        One-sided p-value of "the rate is not below the reference".
    ratio : ndarray of float64
        rate ÷ reference, with ½ added to each count where one is 0.
    ratio_interval : IntervalArray
        Its interval on the log scale.
    """

    rate: Float = array_field(np.float64)
    reference: Float = array_field(np.float64)
    difference: Float = array_field(np.float64)
    interval: IntervalArray
    z: Float = array_field(np.float64)
    p: Float = array_field(np.float64)
    p_less: Float = array_field(np.float64)
    ratio: Float = array_field(np.float64)
    ratio_interval: IntervalArray

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row a pair."""
        return {
            "rate": self.rate.ravel(),
            "reference": self.reference.ravel(),
            "difference": self.difference.ravel(),
            "low": self.interval.low.ravel(),
            "high": self.interval.high.ravel(),
            "z": self.z.ravel(),
            "p": self.p.ravel(),
            "p_less": self.p_less.ravel(),
            "ratio": self.ratio.ravel(),
        }


def compare_rates(
    x1: npt.ArrayLike,
    n1: npt.ArrayLike,
    x0: npt.ArrayLike,
    n0: npt.ArrayLike,
    *,
    level: float = 0.95,
) -> RateComparison:
    """Compare a rate with another one: difference, ratio, and how sure each is.

    Parameters
    ----------
    x1, n1 : array_like of float
        Advanced and entered of the one, such as this month.
    x0, n0 : array_like of float
        Of the other, such as the months before.
    level : float
        Of the intervals.

    Raises
    ------
    ArgumentError
        If a count is negative, not finite, or x > n.

    Notes
    -----
    Binomial spread only: months that differ by more than chance make z too sure. Newcombe's
    method 10 [1]_ for the difference, log ratio [2]_ for the ratio.

    References
    ----------
    .. [1] Newcombe (1998), Statist. Med. 17:873.
    .. [2] Katz et al. (1978), Biometrics 34:469.

    Examples
    --------
    >>> found = compare_rates(30, 140, 450, 1500)
    >>> round(float(found.difference), 4), round(float(found.z), 2), round(float(found.p), 3)
    (-0.0857, -2.13, 0.033)
    """
    level = check_fraction("level", level, open_ends=True)
    X1, N1 = _pair(x1, n1, ("x1", "n1"))
    X0, N0 = _pair(x0, n0, ("x0", "n0"))
    try:
        X1, N1, X0, N0 = np.broadcast_arrays(X1, N1, X0, N0)
    except ValueError as error:
        raise ArgumentError(
            f"'x0' must have a shape that fits 'x1', got {X0.shape} and {X1.shape}"
        ) from error
    ok = (N1 > 0) & (N0 > 0)
    m1, m0 = np.where(N1 > 0, N1, 1.0), np.where(N0 > 0, N0, 1.0)
    rate, reference = np.where(N1 > 0, X1 / m1, np.nan), np.where(N0 > 0, X0 / m0, np.nan)
    low, high = kernel.newcombe(X1, m1, X0, m0, level)
    ratio, r_low, r_high = kernel.log_ratio(X1, m1, X0, m0, level)
    z = kernel.two_proportion_z(X1, N1, X0, N0)
    return RateComparison(
        rate=rate,
        reference=reference,
        difference=rate - reference,
        interval=IntervalArray(np.where(ok, low, -1.0), np.where(ok, high, 1.0), level, "newcombe"),
        z=z,
        p=kernel.two_sided_p(z),
        p_less=norm_sf(-z),
        ratio=np.where(ok, ratio, np.nan),
        ratio_interval=IntervalArray(
            np.where(ok, r_low, 0.0), np.where(ok, r_high, np.inf), level, "log-ratio"
        ),
    )


def _positive(field: str, value: Any) -> Float:
    array = _numbers(field, value)
    if (array <= 0).any():
        raise ArgumentError(f"{field!r} must be above 0, got {float(array[array <= 0].flat[0])!r}")
    return array


def _share(field: str, value: Any) -> Float:
    array = _numbers(field, value)
    if (array > 1).any():
        raise ArgumentError(f"{field!r} must be in [0, 1], got {float(array[array > 1].flat[0])!r}")
    return array


def gammaln(x: npt.ArrayLike) -> Float:
    """Return the logarithm of the gamma function, element by element; x > 0.

    Raises
    ------
    ArgumentError
        If an x is not above 0 and finite.

    Examples
    --------
    >>> round(float(gammaln(5.0)), 6)  # log 24
    3.178054
    """
    return special.gammaln(_positive("x", x))


def betainc(a: npt.ArrayLike, b: npt.ArrayLike, x: npt.ArrayLike) -> Float:
    """Return the regularised incomplete beta function I_x(a, b); a, b > 0, 0 ≤ x ≤ 1.

    Raises
    ------
    ArgumentError
        If an argument is outside its range.

    Examples
    --------
    >>> round(float(betainc(2, 3, 0.4)), 4)
    0.5248
    """
    return special.betainc(_positive("a", a), _positive("b", b), _share("x", x))


def betaincinv(a: npt.ArrayLike, b: npt.ArrayLike, p: npt.ArrayLike) -> Float:
    """Return x with I_x(a, b) = p, the quantile of a beta law; a, b > 0, 0 ≤ p ≤ 1.

    Raises
    ------
    ArgumentError
        If an argument is outside its range.

    Examples
    --------
    >>> round(float(betaincinv(2, 3, 0.5)), 4)
    0.3857
    """
    return special.betaincinv(_positive("a", a), _positive("b", b), _share("p", p))


def hyp2f1(a: npt.ArrayLike, b: npt.ArrayLike, c: npt.ArrayLike, z: npt.ArrayLike) -> Float:
    """Return Gauss' hypergeometric function 2F1(a, b; c; z); a, b, c > 0, 0 ≤ z < 1.

    Raises
    ------
    ArgumentError
        If an argument is outside its range.

    Examples
    --------
    >>> round(float(hyp2f1(1, 1, 2, 0.5)), 4)  # -log(0.5) / 0.5
    1.3863
    """
    Z = _numbers("z", z)
    if (Z >= 1).any():
        raise ArgumentError(f"'z' must be in [0, 1), got {float(Z[Z >= 1].flat[0])!r}")
    return special.hyp2f1(_positive("a", a), _positive("b", b), _positive("c", c), Z)
