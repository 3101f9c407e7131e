"""sBG: how many customers of a contract renew, and renew again. Arguments are already validated.

Every customer ends at each renewal with a chance of his own, drawn from Beta(α, β) [1]_.

References
----------
.. [1] Fader & Hardie (2007), How to project customer retention, J. Interactive Marketing 21:76.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.optimise import Optimum, newton

Array = npt.NDArray[np.float64]


def curved(at_risk: Array, ended: Array, theta: Array) -> tuple[float, Array, Array]:
    """Return the log-likelihood, its gradient and its Hessian in the logs of α, β.

    In hazards: at renewal j (from 0) the chance to end is α/(α + β + j), so that customers who
    are observed for fewer renewals than others simply leave the risk set [1]_.

    Parameters
    ----------
    at_risk, ended : ndarray of float64, shape (t,)
        How many came up for renewal t, and how many of them ended.
    """
    p = np.exp(theta)
    if not np.isfinite(p).all() or (p <= 0).any():
        return -np.inf, np.zeros(2), -np.eye(2)
    alpha, beta = p
    j = np.arange(at_risk.size, dtype=np.float64)
    stayed, both, own = at_risk - ended, alpha + beta + j, beta + j
    value = ended.sum() * np.log(alpha) + stayed @ np.log(own) - at_risk @ np.log(both)
    shared = float((at_risk / both).sum())
    bend = float((at_risk / both**2).sum())
    g = np.array([ended.sum() / alpha - shared, float((stayed / own).sum()) - shared])
    h = np.full((2, 2), bend)
    h[0, 0] -= ended.sum() / alpha**2
    h[1, 1] -= float((stayed / own**2).sum())
    return float(value), p * g, h * np.outer(p, p) + np.diag(p * g)


def fit(at_risk: npt.ArrayLike, ended: npt.ArrayLike, *, ridge: float = 0.0) -> Optimum:
    """Find the logs of the α, β of the largest likelihood."""
    n, d = np.asarray(at_risk, dtype=np.float64), np.asarray(ended, dtype=np.float64)

    def f(theta: Array) -> tuple[float, Array, Array]:
        value, g, h = curved(n, d, theta)
        return (
            value - ridge * float(theta @ theta),
            g - 2 * ridge * theta,
            h - 2 * ridge * np.eye(2),
        )

    return newton(f, np.zeros(2))


def retention(t: npt.ArrayLike, params: npt.ArrayLike) -> Array:
    """Return the share of those at renewal t = 1, 2, ... who renew: (β + t − 1)/(α + β + t − 1)."""
    alpha, beta = np.asarray(params, dtype=np.float64)
    k = np.asarray(t, dtype=np.float64)
    return np.asarray((beta + k - 1) / (alpha + beta + k - 1))


def survival(periods: int, params: npt.ArrayLike) -> Array:
    """Return the share still customers after 0..periods renewals, shape (periods + 1,)."""
    rates = retention(np.arange(1, periods + 1), params)
    return np.concatenate([[1.0], np.cumprod(rates)])
