"""Two rates compared: their difference and ratio with intervals, and a test."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import array_field
from salesfunnel._core.checks import check_fraction
from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.result import TableMixin
from salesfunnel._kernels import intervals as kernel
from salesfunnel._kernels.special import norm_sf
from salesfunnel.stats.rates import Float, IntervalArray, pair

__all__ = ["RateComparison", "compare_rates"]


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
        """Return one row per pair."""
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
    X1, N1 = pair(x1, n1, ("x1", "n1"))
    X0, N0 = pair(x0, n0, ("x0", "n0"))
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
