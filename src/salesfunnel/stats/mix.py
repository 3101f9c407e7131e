"""Shares, mixes, strata: what part of a change belongs to what."""

from __future__ import annotations

import math
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._arrays import array_field
from salesfunnel._kernels import mix as kernel
from salesfunnel._kernels.special import chi2_sf, norm_ppf
from salesfunnel._result import ResultMixin
from salesfunnel._validators import check_fraction, check_positive_int
from salesfunnel.errors import ArgumentError
from salesfunnel.interval import Interval

__all__ = [
    "MixSplit",
    "StratifiedComparison",
    "kitagawa",
    "largest_remainder",
    "lmdi",
    "mantel_haenszel",
]

Float = npt.NDArray[np.float64]


def _numbers(field: str, value: Any, *, ndim: int | None = None) -> Float:
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
        If `total` is no whole number of at least 0, or a weight is negative or not finite.

    Notes
    -----
    Hamilton's method: the floors first, the rest to the largest fractions; quotas are rounded to
    nine decimals before.

    Examples
    --------
    >>> largest_remainder(10, [1, 1, 1]).tolist()
    [4, 3, 3]
    """
    whole = check_positive_int("total", total, minimum=0)
    return kernel.largest_remainder(whole, _numbers("weights", weights, ndim=1))


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
    f0, f1 = _numbers("before", before), _numbers("after", after)
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
    arrays = {name: _numbers(name, value, ndim=1) for name, value in named.items()}
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


@attrs.frozen(kw_only=True)
class StratifiedComparison(ResultMixin):
    """Exposed against others inside strata, pooled (Mantel–Haenszel).

    Parameters
    ----------
    difference : float or None
        Rate of exposed minus rate of others; None where no stratum has both.
    difference_se : float or None
        Its standard error.
    difference_interval, ratio_interval, odds_interval : Interval or None
        Intervals of the difference (Wald), and of ratio and odds ratio (on the log scale).
    ratio, odds_ratio : float or None
        Pooled risk ratio and odds ratio; None where they do not exist.
    crude : float or None
        The difference without strata.
    chi2, chi2_corrected : float or None
        Cochran–Mantel–Haenszel statistic without and with continuity correction.
    p, p_corrected : float or None
        Their p values.
    breslow_day, breslow_day_p : float or None
        Test of equal odds ratios in all strata.
    strata : int
        Strata that had both exposed and others.
    """

    difference: float | None
    difference_se: float | None
    difference_interval: Interval | None
    ratio: float | None
    ratio_interval: Interval | None
    odds_ratio: float | None
    odds_interval: Interval | None
    crude: float | None
    chi2: float | None
    p: float | None
    chi2_corrected: float | None
    p_corrected: float | None
    breslow_day: float | None
    breslow_day_p: float | None
    strata: int


def _finite(value: Any) -> float | None:
    number = float(value)
    return number if math.isfinite(number) else None


def _p(statistic: float | None, df: int = 1) -> float | None:
    return None if statistic is None or df < 1 else float(chi2_sf(statistic, df))


def _around(middle: float | None, se: float | None, z: float, level: float) -> Interval | None:
    """Return the interval of a ratio on the log scale."""
    if middle is None or se is None or middle <= 0:
        return None
    return Interval(middle * math.exp(-z * se), middle * math.exp(z * se), level, "log-wald")


def mantel_haenszel(tables: npt.ArrayLike, *, level: float = 0.95) -> StratifiedComparison:
    """Compare deals that a cause touches with others of the same stratum, and pool.

    Parameters
    ----------
    tables : array_like of float, shape (strata, 2, 2)
        ``[[exposed advanced, exposed not], [others advanced, others not]]`` a stratum.
    level : float
        Nominal coverage of the intervals, in (0, 1).

    Returns
    -------
    StratifiedComparison
        Strata without exposed or without others say nothing.

    Raises
    ------
    ArgumentError
        If the shape is wrong, a count is negative or not finite, or `level` is outside (0, 1).

    Notes
    -----
    RD = Σw(a/m₁ − c/m₀)/Σw with w = m₁m₀/T [1]_; variance of the log ratio after [2]_, of the log
    odds ratio after [3]_; Breslow–Day without Tarone's correction.

    References
    ----------
    .. [1] Mantel & Haenszel (1959), JNCI 22:719.
    .. [2] Greenland & Robins (1985), Biometrics 41:55.
    .. [3] Robins, Breslow & Greenland (1986), Biometrics 42:311.

    Examples
    --------
    >>> found = mantel_haenszel([[[60, 90], [25, 75]], [[40, 160], [30, 220]]])
    >>> round(found.difference, 3), found.strata
    (0.105, 2)
    """
    array = _numbers("tables", tables)
    if array.ndim != 3 or array.shape[1:] != (2, 2):
        raise ArgumentError(f"'tables' must have shape (strata, 2, 2), got {array.shape}")
    share = check_fraction("level", level, open_ends=True)
    z = float(norm_ppf((1 + share) / 2))
    s = kernel.mantel_haenszel(array)
    rd, se = _finite(s.risk_difference), _finite(s.risk_difference_se)
    ratio, odds = _finite(s.risk_ratio), _finite(s.odds_ratio)
    chi2, corrected = _finite(s.chi2), _finite(s.chi2_corrected)
    spread = _finite(s.breslow_day)
    wald = None
    if rd is not None and se is not None:
        wald = Interval(max(rd - z * se, -1.0), min(rd + z * se, 1.0), share, "wald")
    return StratifiedComparison(
        difference=rd,
        difference_se=se,
        difference_interval=wald,
        ratio=ratio,
        ratio_interval=_around(ratio, _finite(s.log_risk_ratio_se), z, share),
        odds_ratio=odds,
        odds_interval=_around(odds, _finite(s.log_odds_ratio_se), z, share),
        crude=_finite(s.crude),
        chi2=chi2,
        p=_p(chi2),
        chi2_corrected=corrected,
        p_corrected=_p(corrected),
        breslow_day=spread,
        breslow_day_p=_p(spread, int(s.breslow_day_df)),
        strata=int(s.strata),
    )
