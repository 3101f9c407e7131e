"""Shares, mixes and strata: what part of a change belongs to what. Arguments are already validated.

References
----------
.. [1] Kitagawa (1955), Components of a difference between two rates, JASA 50:1168.
.. [2] Mantel & Haenszel (1959), JNCI 22:719; Cochran (1954), Biometrics 10:417.
.. [3] Greenland & Robins (1985), Estimation of a common effect parameter, Biometrics 41:55.
.. [4] Robins, Breslow & Greenland (1986), Biometrics 42:311.
.. [5] Breslow & Day (1980), Statistical Methods in Cancer Research I, IARC, section 4.4.
.. [6] Ang (2005), The LMDI approach to decomposition analysis, Energy Policy 33:867.
.. [7] Sato (1989), On the variance estimator for the Mantel-Haenszel risk difference, Biometrics
   45:1323.
.. [8] Bhagwan et al. (2014), Adtributor, NSDI.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def largest_remainder(total: int, weights: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Split a whole number by weights so that the parts add up (Hamilton's method).

    Quotas are rounded to nine decimals before they are cut, so that 0.1 + 0.2 is not a reason to
    move a unit; ties go to the first. Weights that are all zero count as equal.

    Parameters
    ----------
    total : int
        At least 0.
    weights : array_like of float, shape (n,)
        At least 0, n at least 1.

    Returns
    -------
    ndarray of int64, shape (n,)
        Sums to `total`.
    """
    w = np.asarray(weights, dtype=np.float64)
    top = w.max(initial=0.0)
    w = w / top if top > 0 else np.ones_like(w)
    quota = np.round(total * (w / w.sum()), 9)
    parts: npt.NDArray[np.int64] = np.floor(quota).astype(np.int64)
    rest = int(total - parts.sum())
    first = np.argsort(-(quota - parts), kind="stable")
    # rest < n but for rounding at very large totals, where every part gets the whole rounds first
    parts += rest // w.size
    parts[first[: rest % w.size]] += 1
    return parts


class Mix(NamedTuple):
    """Result of `kitagawa`; shapes in brackets, all rates."""

    rate0: Array  # (...)
    rate1: Array  # (...)
    mix: Array  # (...)
    rate: Array  # (...)
    mix_by: Array  # (..., K), centred on the mean overall rate
    rate_by: Array  # (..., K)
    standardised: Array  # (...), the new rates at the old mix
    simpson: npt.NDArray[np.bool_]  # (...)


def kitagawa(
    n0: npt.ArrayLike,
    x0: npt.ArrayLike,
    n1: npt.ArrayLike,
    x1: npt.ArrayLike,
    *,
    strength: float = 0.0,
    small: float = 10.0,
) -> Mix:
    """Split the change of an overall rate into a change of mix and a change of rates [1]_.

    Parameters
    ----------
    n0, x0, n1, x1 : array_like of float, shape (..., K)
        Entered and advanced by segment, before and now; each total n positive.
    strength, small : float
        Rates of segments with fewer than `small` entrants are shrunk toward the overall rate with
        this prior weight. A segment that is empty in one period takes its rate of the other, so
        that all of it goes to the mix.
    """
    n0, x0, n1, x1 = (np.asarray(v, dtype=np.float64) for v in (n0, x0, n1, x1))
    N0, N1 = n0.sum(-1, keepdims=True), n1.sum(-1, keepdims=True)
    R0, R1 = x0.sum(-1, keepdims=True) / N0, x1.sum(-1, keepdims=True) / N1
    r0, r1 = _shrunk(n0, x0, R0, strength, small), _shrunk(n1, x1, R1, strength, small)
    r0, r1 = np.where(n0 > 0, r0, r1), np.where(n1 > 0, r1, r0)
    both = (n0 > 0) | (n1 > 0)
    r0, r1 = np.where(both, r0, 0.0), np.where(both, r1, 0.0)
    w0, w1 = n0 / N0, n1 / N1
    mean = (r0 + r1) / 2
    mix_by = (w1 - w0) * (mean - (R0 + R1) / 2)
    rate_by = (w0 + w1) / 2 * (r1 - r0)
    shown = (n0 > 0) & (n1 > 0)
    sign = np.sign(R1 - R0)
    against = shown & (np.sign(r1 - r0) * sign < 0)
    simpson = (sign[..., 0] != 0) & shown.any(-1) & (against | ~shown).all(-1)
    return Mix(
        R0[..., 0],
        R1[..., 0],
        mix_by.sum(-1),
        rate_by.sum(-1),
        mix_by,
        rate_by,
        np.asarray((w0 * r1).sum(-1)),
        np.asarray(simpson),
    )


def _shrunk(n: Array, x: Array, overall: Array, strength: float, small: float) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        plain = np.asarray(x / n)
    drawn = np.asarray((x + strength * overall) / np.maximum(n + strength, 1e-300))
    return np.where((n < small) & (strength > 0), drawn, np.where(n > 0, plain, 0.0))


class Strata(NamedTuple):
    """Result of `mantel_haenszel`; every field has the leading shape of the tables."""

    risk_difference: Array
    risk_difference_se: Array
    risk_ratio: Array
    log_risk_ratio_se: Array
    odds_ratio: Array
    log_odds_ratio_se: Array
    chi2: Array
    chi2_corrected: Array
    breslow_day: Array
    breslow_day_df: npt.NDArray[np.int64]
    crude: Array
    strata: npt.NDArray[np.int64]
    risk_difference_sparse_se: Array  # holds for many small strata as well as for few large ones


def mantel_haenszel(tables: npt.ArrayLike) -> Strata:
    """Compare exposed with not exposed inside strata and pool over them [2]_ [3]_ [4]_ [5]_ [7]_.

    Parameters
    ----------
    tables : array_like of float, shape (..., K, 2, 2)
        ``[[exposed advanced, exposed not], [other advanced, other not]]`` a stratum; at least 0.

    Returns
    -------
    Strata
        Strata without exposed or without others say nothing; where all do, every figure is NaN.
    """
    t = np.asarray(tables, dtype=np.float64)
    a, b, c, d = t[..., 0, 0], t[..., 0, 1], t[..., 1, 0], t[..., 1, 1]
    m1, m0 = a + b, c + d
    use = (m1 > 0) & (m0 > 0)
    a, b, c, d, m1, m0 = (np.where(use, v, 0.0) for v in (a, b, c, d, m1, m0))
    T = np.where(use, m1 + m0, 1.0)
    s1, s0 = np.where(use, m1, 1.0), np.where(use, m0, 1.0)
    w = m1 * m0 / T
    with np.errstate(divide="ignore", invalid="ignore"):
        W = w.sum(-1)
        rd = (w * (a / s1 - c / s0)).sum(-1) / W
        rd_se = np.sqrt((w**2 * (a * b / s1**3 + c * d / s0**3)).sum(-1)) / W
        # [3]_ gives an exposed one that is alone in its stratum no variance at all; [7]_ does
        P0 = (m1**2 * c - m0**2 * a + m1 * m0 * (m0 - m1) / 2) / T**2
        sparse = np.maximum(rd * P0.sum(-1) + ((a * d + b * c) / (2 * T)).sum(-1), 0.0)
        up, down = (a * m0 / T).sum(-1), (c * m1 / T).sum(-1)
        rr_var = ((m1 * m0 * (a + c) - a * c * T) / T**2).sum(-1) / (up * down)
        R, S = a * d / T, b * c / T
        P, Q = (a + d) / T, (b + c) / T
        r, s = R.sum(-1), S.sum(-1)
        or_var = (
            (P * R).sum(-1) / (2 * r**2)
            + (P * S + Q * R).sum(-1) / (2 * r * s)
            + (Q * S).sum(-1) / (2 * s**2)
        )
        gap = (a - m1 * (a + c) / T).sum(-1)
        var = (m1 * m0 * (a + c) * (b + d) / (T**2 * np.maximum(T - 1, 1.0))).sum(-1)
        corrected = np.maximum(np.abs(gap) - 0.5, 0.0) ** 2 / var
        total = t.sum(-3)
        crude = total[..., 0, 0] / total[..., 0, :].sum(-1)
        crude = crude - total[..., 1, 0] / total[..., 1, :].sum(-1)
        bd = _breslow_day(a, a + c, m1, m0, theta=(r / s)[..., None], use=use)
        return Strata(
            rd,
            rd_se,
            up / down,
            np.sqrt(rr_var),
            r / s,
            np.sqrt(or_var),
            gap**2 / var,
            corrected,
            bd,
            np.maximum(use.sum(-1) - 1, 0),
            crude,
            use.sum(-1),
            np.sqrt(sparse) / W,
        )


def _breslow_day(
    a: Array, k: Array, m1: Array, m0: Array, *, theta: Array, use: npt.NDArray[np.bool_]
) -> Array:
    """Sum (a − E)² / V with E the count that fits the common odds ratio [5]_."""
    # (1−θ)E² + (m0 − k + θ(m1 + k))E − θ·m1·k = 0; the root inside [max(0, k−m0), min(m1, k)]
    qa, qb, qc = 1 - theta, m0 - k + theta * (m1 + k), -theta * m1 * k
    root = np.sqrt(np.maximum(qb**2 - 4 * qa * qc, 0.0))
    E = np.where(qb > 0, 2 * qc / (-qb - root), (-qb + root) / (2 * qa))  # without cancellation
    V = 1 / (1 / E + 1 / (m1 - E) + 1 / (k - E) + 1 / (m0 - k + E))
    inside = use & (k > 0) & (k < m1 + m0)
    return np.asarray(np.where(inside, (a - E) ** 2 / V, 0.0).sum(-1))


def lmdi(before: npt.ArrayLike, after: npt.ArrayLike) -> Array:
    """Split the change of a product into its factors: exact, whatever their order (LMDI-I [6]_).

    Parameters
    ----------
    before, after : array_like of float, shape (..., k)
        The factors; at least 0. A zero is taken as 1e-12 of the larger of the two, as [6]_ does.

    Returns
    -------
    ndarray of float64, shape (..., k)
        Sums over the last axis to ``prod(after) - prod(before)``.
    """
    f0, f1 = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    scale = np.maximum(f0, f1)
    tiny = 1e-12 * np.where(scale > 0, scale, 1.0)
    g0, g1 = np.maximum(f0, tiny), np.maximum(f1, tiny)
    y0, y1 = g0.prod(-1, keepdims=True), g1.prod(-1, keepdims=True)
    logs = np.log(g1) - np.log(g0)
    ratio = logs.sum(-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(np.abs(ratio) < 1e-9, (y0 + y1) / 2, (y1 - y0) / ratio)
    parts = np.asarray(mean * logs)
    exact = np.asarray(f1.prod(-1, keepdims=True) - f0.prod(-1, keepdims=True))
    # The zeros that were lifted leave a rest of 1e-12; it goes to the largest part.
    rest = exact - parts.sum(-1, keepdims=True)
    largest = np.abs(parts).argmax(-1)[..., None]
    np.put_along_axis(parts, largest, np.take_along_axis(parts, largest, -1) + rest, -1)
    return parts


def adtributor(forecast: npt.ArrayLike, actual: npt.ArrayLike) -> tuple[Array, Array]:
    """Return the explanatory power and the surprise of every element of a dimension [8]_.

    Parameters
    ----------
    forecast, actual : array_like of float, shape (K,)
        Counts by element; at least 0.

    Returns
    -------
    power, surprise : ndarray of float64, shape (K,)
        Empty where the totals are equal, because then there is nothing to explain.
    """
    F, A = np.asarray(forecast, dtype=np.float64), np.asarray(actual, dtype=np.float64)
    gap = A.sum() - F.sum()
    if abs(gap) <= 1e-9 * A.sum() or F.sum() <= 0 or A.sum() <= 0:
        return np.empty(0), np.empty(0)
    p, q = F / F.sum(), A / A.sum()
    return (A - F) / gap, 0.5 * (_xlog(p, 2 * p, p + q) + _xlog(q, 2 * q, p + q))


def _xlog(weight: Array, top: Array | float, bottom: Array | float) -> Array:
    """Return weight·ln(top/bottom), 0 where the weight is 0."""
    safe = np.where(weight > 0, top / np.where(bottom > 0, bottom, 1.0), 1.0)
    return np.asarray(weight * np.log(safe))
