"""Shares, mixes, strata: what part of a change belongs to what."""

from __future__ import annotations

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import array_field
from salesfunnel._core.checks import MOST_COUNT, check_positive_int
from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.result import ResultMixin
from salesfunnel._kernels import mix as kernel

__all__ = ["MixSplit", "kitagawa", "largest_remainder", "lmdi"]

Float = npt.NDArray[np.float64]


def numbers(field: str, value: object, *, ndim: int | None = None) -> Float:
    """Return finite numbers of at least 0, or raise ArgumentError."""
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"{field!r} must be numbers, got {value!r}") from error
    if ndim is not None and array.ndim != ndim:
        raise ArgumentError(f"{field!r} must have {ndim} dimension(s), got {array.ndim}")
    if array.size == 0:
        raise ArgumentError(f"{field!r} must hold at least one number, got none")
    if not np.isfinite(array).all() or (array < 0).any():
        bad = array[~np.isfinite(array) | (array < 0)].flat[0]
        raise ArgumentError(f"{field!r} must be finite and at least 0, got {float(bad)!r}")
    return array


def largest_remainder(total: int, weights: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Split a whole number by weights so that the parts add up to it.

    Parameters
    ----------
    total : int
        At least 0.
    weights : array_like of float, shape (n,)
        At least 0; all zero counts as all equal.

    Returns
    -------
    ndarray of int64, shape (n,)
        Each is its quota rounded down or up; ties go to the first.

    Raises
    ------
    ArgumentError
        If `total` is not a whole number from 0 to 2⁵³, or a weight is negative or not finite.

    Notes
    -----
    Hamilton's method: the floors first, the rest to the largest fractions; quotas are rounded to
    nine decimals before.

    Examples
    --------
    >>> largest_remainder(10, [1, 1, 1]).tolist()
    [4, 3, 3]
    """
    whole = check_positive_int("total", total, minimum=0, maximum=MOST_COUNT)
    return kernel.largest_remainder(whole, numbers("weights", weights, ndim=1))


def lmdi(before: npt.ArrayLike, after: npt.ArrayLike) -> Float:
    """Split the change of a product, such as deals = leads × rate × rate, into its factors.

    Parameters
    ----------
    before, after : array_like of float, shape (..., k)
        The factors, at least 0.

    Returns
    -------
    ndarray of float64, shape (..., k)
        What each factor contributed; they add up to the change exactly.

    Raises
    ------
    ArgumentError
        If a factor is negative or not finite, or the shapes differ.

    Notes
    -----
    Logarithmic mean Divisia index [1]_: L(y₁, y₀)·ln(f₁/f₀), L the logarithmic mean. It does not
    depend on the order of the factors. A factor of zero is taken as 1e-12 of the other time's.

    References
    ----------
    .. [1] Ang (2005), The LMDI approach to decomposition analysis, Energy Policy 33:867.

    Examples
    --------
    >>> lmdi([100, 0.5], [110, 0.4]).round(2).tolist()
    [4.47, -10.47]
    """
    f0, f1 = numbers("before", before), numbers("after", after)
    if f0.shape != f1.shape or f0.ndim == 0:
        raise ArgumentError(
            f"'after' must have the shape of 'before', got {f1.shape} and {f0.shape}"
        )
    return kernel.lmdi(f0, f1)


@attrs.frozen(kw_only=True)
class MixSplit(ResultMixin):
    """The change of an overall rate, split into mix and rates.

    Parameters
    ----------
    rate_before, rate_after : float
        The overall rates, in [0, 1].
    mix : float
        Part of the change that comes from another mix of segments, in rate points.
    rate : float
        Part that comes from the rates inside the segments; with `mix` it adds up to the change.
    mix_by, rate_by : ndarray of float64, shape (segments,)
        The parts by segment; `mix_by` is centred on the mean overall rate.
    standardised : float
        What the overall rate after would be with the mix of before.
    simpson : bool
        Whether every segment moved the other way than the whole.
    """

    rate_before: float
    rate_after: float
    mix: float
    rate: float
    mix_by: Float = array_field(np.float64)
    rate_by: Float = array_field(np.float64)
    standardised: float
    simpson: bool


def kitagawa(
    n0: npt.ArrayLike, x0: npt.ArrayLike, n1: npt.ArrayLike, x1: npt.ArrayLike
) -> MixSplit:
    """Say how much of a rate's change is another mix of segments, and how much the rates in them.

    Parameters
    ----------
    n0, x0 : array_like of float, shape (segments,)
        Entered and advanced by segment before.
    n1, x1 : array_like of float, shape (segments,)
        The same after.

    Returns
    -------
    MixSplit

    Raises
    ------
    ArgumentError
        If shapes differ, a count is negative or not finite, more advanced than entered, or nobody
        entered.

    Notes
    -----
    Kitagawa (1955) [1]_: mix = Σ(w₁ − w₀)(r₀ + r₁)/2, rate = Σ(w₀ + w₁)/2·(r₁ − r₀). A segment
    that is empty at one time takes its rate of the other.

    References
    ----------
    .. [1] Kitagawa (1955), Components of a difference between two rates, JASA 50:1168.

    Examples
    --------
    >>> split = kitagawa([400, 300, 300], [160, 60, 30], [250, 300, 550], [105, 63, 60])
    >>> round(split.mix, 4), round(split.rate, 4), split.simpson
    (-0.0555, 0.0128, True)
    """
    named = {"n0": n0, "x0": x0, "n1": n1, "x1": x1}
    arrays = {name: numbers(name, value, ndim=1) for name, value in named.items()}
    for name, array in arrays.items():
        if array.shape != arrays["n0"].shape:
            raise ArgumentError(
                f"{name!r} must have the shape of 'n0', got {array.shape} and {arrays['n0'].shape}"
            )
    for x, n in (("x0", "n0"), ("x1", "n1")):
        if (arrays[x] > arrays[n]).any():
            raise ArgumentError(f"{x!r} must not be above {n!r}, got more advanced than entered")
        if not arrays[n].sum() > 0:
            raise ArgumentError(f"{n!r} must have entrants, got none")
    got = kernel.kitagawa(arrays["n0"], arrays["x0"], arrays["n1"], arrays["x1"])
    return MixSplit(
        rate_before=float(got.rate0),
        rate_after=float(got.rate1),
        mix=float(got.mix),
        rate=float(got.rate),
        mix_by=got.mix_by,
        rate_by=got.rate_by,
        standardised=float(got.standardised),
        simpson=bool(got.simpson),
    )
