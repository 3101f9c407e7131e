"""Comparisons within strata: the odds and the rates of two groups that differ in mix."""

from __future__ import annotations

import math
from typing import SupportsFloat

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_fraction
from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.interval import Interval
from salesfunnel._core.result import ResultMixin
from salesfunnel._kernels import mix as kernel
from salesfunnel._kernels.intervals import newcombe, two_sided_z
from salesfunnel._kernels.special import chi2_sf
from salesfunnel.stats.mix import numbers

__all__ = ["StratifiedComparison", "mantel_haenszel"]


@attrs.frozen(kw_only=True)
class StratifiedComparison(ResultMixin):
    """Exposed against others inside strata, pooled (Mantel–Haenszel).

    Parameters
    ----------
    difference : float or None
        Rate of exposed minus rate of others; None if no stratum has both.
    difference_se : float or None
        Its standard error, of few large strata.
    difference_interval, ratio_interval, odds_interval : Interval or None
        Intervals of the difference, and of ratio and odds ratio (on the log scale). That of the
        difference has Sato's standard error [1]_, which holds for many small strata too.
    ratio, odds_ratio : float or None
        Pooled risk ratio and odds ratio; None if they do not exist.
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

    References
    ----------
    .. [1] Sato (1989), Biometrics 45:1323.
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


def _finite(value: SupportsFloat) -> float | None:
    number = float(value)
    return number if math.isfinite(number) else None


def _p(statistic: float | None, df: int = 1) -> float | None:
    return None if statistic is None or df < 1 else float(chi2_sf(statistic, df))


def difference_interval(
    strata: kernel.Strata, pooled: npt.NDArray[np.float64], level: float
) -> Interval | None:
    """Return the interval of the pooled difference; `pooled` is the sum of its tables.

    Where all or none advanced on both sides the standard error is 0 and says nothing: Newcombe's
    interval of the sums stands there.
    """
    middle, se = _finite(strata.risk_difference), _finite(strata.risk_difference_sparse_se)
    if middle is None or se is None:
        return None
    if se <= 0.0:
        (a, b), (c, d) = pooled
        low, high = newcombe(a, a + b, c, c + d, level)
        return Interval(float(low), float(high), level, "newcombe")
    reach = two_sided_z(level) * se
    return Interval(max(middle - reach, -1.0), min(middle + reach, 1.0), level, "wald")


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
    array = numbers("tables", tables)
    if array.ndim != 3 or array.shape[1:] != (2, 2):
        raise ArgumentError(f"'tables' must have shape (strata, 2, 2), got {array.shape}")
    share = check_fraction("level", level, open_ends=True)
    z = two_sided_z(share)
    s = kernel.mantel_haenszel(array)
    rd, se = _finite(s.risk_difference), _finite(s.risk_difference_se)
    ratio, odds = _finite(s.risk_ratio), _finite(s.odds_ratio)
    chi2, corrected = _finite(s.chi2), _finite(s.chi2_corrected)
    spread = _finite(s.breslow_day)
    return StratifiedComparison(
        difference=rd,
        difference_se=se,
        difference_interval=difference_interval(s, array.sum(0), share),
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
