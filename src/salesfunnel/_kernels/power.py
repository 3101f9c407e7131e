"""How large a change must be, or how many entrants, to be seen. Arguments are already validated.

References
----------
.. [1] Fleiss, Levin & Paik (2003), Statistical Methods for Rates and Proportions, chapter 4.
.. [2] Kish (1965), Survey Sampling (design effect 1 + (m − 1)ρ).
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

ALPHA, POWER = 0.05, 0.8
"""Defaults: one-sided error, and the chance to see what is there."""


def _quantiles(alpha: float, power: float, sides: int = 1) -> tuple[float, float]:
    normal = NormalDist()
    return normal.inv_cdf(1 - alpha / sides), normal.inv_cdf(power)


def entrants_one_rate(
    p0: npt.ArrayLike, p1: npt.ArrayLike, *, alpha: float = ALPHA, power: float = POWER
) -> Array:
    """Return n that distinguishes p1 from a known p0, one-sided."""
    p0, p1 = np.asarray(p0, dtype=np.float64), np.asarray(p1, dtype=np.float64)
    za, zb = _quantiles(alpha, power)
    root = za * np.sqrt(p0 * (1 - p0)) + zb * np.sqrt(p1 * (1 - p1))
    return np.asarray((root / (p1 - p0)) ** 2)


def entrants_two_rates(
    p0: npt.ArrayLike,
    p1: npt.ArrayLike,
    *,
    alpha: float = ALPHA,
    power: float = POWER,
    sides: int = 1,
) -> Array:
    """Return n of each of two groups that distinguishes p1 from p0 [1]_."""
    return _needed(np.asarray(p0, float), np.asarray(p1, float), np.float64(1.0),
                   _quantiles(alpha, power, sides))  # fmt: skip


def _needed(p0: Array, p1: Array, ratio: npt.ArrayLike, z: tuple[float, float]) -> Array:
    """Return n of the new group where the other is `ratio` times as large."""
    k = np.asarray(ratio, dtype=np.float64)
    mean = (p1 + p0 * k) / (1 + k)
    root = z[0] * np.sqrt(mean * (1 - mean) * (1 + 1 / k)) + z[1] * np.sqrt(
        p1 * (1 - p1) + p0 * (1 - p0) / k
    )
    return np.asarray((root / (p1 - p0)) ** 2)


def entrants_after_history(
    p0: npt.ArrayLike,
    p1: npt.ArrayLike,
    history: npt.ArrayLike,
    *,
    design: float = 1.0,
    alpha: float = ALPHA,
    power: float = POWER,
) -> Array:
    """Return n that distinguishes p1 from p0 if p0 rests on `history` entrants; ∞ if none does.

    `design` raises the variance: 1 + (m − 1)ρ for months of m entrants [2]_.
    """
    p0, p1, h = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in (p0, p1, history)))
    z = _quantiles(alpha, power)
    low, high = np.zeros(p0.shape), np.full(p0.shape, np.log(1e9))
    for _ in range(80):
        middle = (low + high) / 2
        n = np.exp(middle)
        more = design * _needed(p0, p1, h / n, z) > n
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    return np.asarray(np.where(high >= np.log(1e9) - 1e-9, np.inf, np.exp(high)))


def detectable_drop(
    rate: npt.ArrayLike,
    variance: npt.ArrayLike,
    rho: npt.ArrayLike,
    entered: npt.ArrayLike,
    months: npt.ArrayLike,
    *,
    alpha: float = ALPHA,
    power: float = POWER,
) -> Array:
    """Return the smallest relative drop that a window would show with `power` [1]_.

    The equation of `entrants_after_history` solved for p1 < p0, with as many entrants as are left
    after the design effect of months [2]_, n/(1 + (n−1)ρ/W), and a history worth p0q0/variance.
    1 where not even a drop to nothing would be seen, or nobody entered.
    """
    p, v, r, n, w = np.broadcast_arrays(
        *(np.asarray(u, dtype=np.float64) for u in (rate, variance, rho, entered, months))
    )
    z = _quantiles(alpha, power)
    usable = (n > 0) & np.isfinite(v) & (v > 0)
    worth = np.where(usable, n, 1.0) / (1 + np.maximum(np.where(usable, n, 1.0) - 1, 0.0) * r / w)
    ratio = np.where(usable, p * (1 - p) / np.where(usable, v, 1.0), 1.0) / worth
    low, high = np.zeros(p.shape), np.ones(p.shape)
    for _ in range(24):
        middle = (low + high) / 2
        unseen = _needed(p, p * (1 - middle), ratio, z) > worth
        low, high = np.where(unseen, middle, low), np.where(unseen, high, middle)
    return np.asarray(np.where(usable, high, 1.0))
