"""Gamma–Gamma: what customers spend a purchase. Arguments are already validated.

A customer's purchases scatter as Gamma(p, ν) round a level whose ν is drawn from Gamma(q, v)
[1]_. The terms in log Γ hang on x alone and are taken once a distinct x.

References
----------
.. [1] Fader & Hardie (2013), The Gamma-Gamma model of monetary value, note 025, eq. (1a).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.optimise import newton
from salesfunnel._kernels.special import gammaln, polygamma

Array = npt.NDArray[np.float64]


class SpendFit(NamedTuple):
    """Where `fit` ended; parameters p, q, v."""

    params: Array  # (3,)
    loglik: float
    covariance: Array  # (3, 3), of the logs of the parameters
    evaluations: int
    converged: bool


def curved(x: Array, m: Array, theta: Array) -> tuple[float, Array, Array]:
    """Return the log-likelihood, its gradient and its Hessian in the logs of p, q, v.

    Parameters
    ----------
    x, m : ndarray of float64, shape (n,)
        Purchases (at least 1) and their mean amount (positive).
    """
    params = np.exp(theta)
    if not np.isfinite(params).all() or (params <= 0).any():
        return -np.inf, np.zeros(3), -np.eye(3)
    p, q, v = params
    kinds, which, many = np.unique(x, return_inverse=True, return_counts=True)
    which = which.reshape(-1)
    n = float(x.size)
    psi_a, tri_a = polygamma(p * kinds + q)
    psi_b, tri_b = polygamma(p * kinds)
    psi_q, tri_q = polygamma(q)
    total, inverse = np.log(x * m + v), 1.0 / (x * m + v)
    by_kind = np.bincount(which, total, minlength=kinds.size)
    inv_kind = np.bincount(which, inverse, minlength=kinds.size)
    inv2_kind = np.bincount(which, inverse**2, minlength=kinds.size)
    log_xm = np.log(x * m)
    value = many @ (gammaln(p * kinds + q) - gammaln(p * kinds))
    value += n * (q * np.log(v) - float(gammaln(np.array([q]))[0]))
    value += p * float(x @ log_xm) - float(np.log(m).sum()) - (p * kinds + q) @ by_kind
    g = np.array(
        [
            (many * kinds) @ (psi_a - psi_b) + float(x @ log_xm) - kinds @ by_kind,
            many @ psi_a - n * float(psi_q) + n * np.log(v) - by_kind.sum(),
            n * q / v - (p * kinds + q) @ inv_kind,
        ]
    )
    h = np.zeros((3, 3))
    h[0, 0] = (many * kinds**2) @ (tri_a - tri_b)
    h[0, 1] = h[1, 0] = (many * kinds) @ tri_a
    h[0, 2] = h[2, 0] = -(kinds @ inv_kind)
    h[1, 1] = many @ tri_a - n * float(tri_q)
    h[1, 2] = h[2, 1] = n / v - inv_kind.sum()
    h[2, 2] = -n * q / v**2 + (p * kinds + q) @ inv2_kind
    return float(value), params * g, h * np.outer(params, params) + np.diag(params * g)


def fit(x: npt.ArrayLike, mean: npt.ArrayLike, *, ridge: float = 0.0) -> SpendFit:
    """Find the p, q, v of the largest likelihood; amounts are scaled to mean 1 on the way."""
    n, m = np.asarray(x, dtype=np.float64), np.asarray(mean, dtype=np.float64)
    scale = float(m.mean())

    def f(theta: Array) -> tuple[float, Array, Array]:
        value, g, h = curved(n, m / scale, theta)
        pull = ridge * np.eye(3)
        return value - float(theta @ pull @ theta), g - 2 * pull @ theta, h - 2 * pull

    top = newton(f, np.array([1.0, 1.0, 0.5]))
    value, _, hessian = curved(n, m / scale, top.x)
    try:
        np.linalg.cholesky(-hessian)
        covariance: Array = np.asarray(np.linalg.inv(-hessian), dtype=np.float64)
    except np.linalg.LinAlgError:
        covariance = np.full((3, 3), np.nan)
    params = np.exp(top.x) * np.array([1.0, 1.0, scale])
    loglik = value - n.size * float(np.log(scale))
    return SpendFit(params, loglik, covariance, top.evaluations, top.converged)


def expected_mean(x: npt.ArrayLike, mean: npt.ArrayLike, params: npt.ArrayLike) -> Array:
    """Return E[M] = p(v + x·m)/(px + q − 1), inf where that is not defined (q ≤ 1 and x = 0)."""
    p, q, v = np.asarray(params, dtype=np.float64)
    n, m = np.asarray(x, dtype=np.float64), np.asarray(mean, dtype=np.float64)
    below = p * n + q - 1.0
    with np.errstate(divide="ignore"):
        value = p * (v + n * np.where(n > 0, m, 0.0)) / np.where(below > 0, below, 0.0)
    return np.asarray(value)
