"""Logit models of counts: interrupted series, difference in differences. Arguments are validated.

References
----------
.. [1] McCullagh & Nelder (1989), Generalized Linear Models, chapters 2, 4 (IRLS, quasi-likelihood).
.. [2] Wagner, Soumerai, Zhang & Ross-Degnan (2002), Segmented regression analysis of interrupted
   time series, J. Clin. Pharm. Ther. 27:299.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


class LogitFit(NamedTuple):
    """Result of `fit_logit`."""

    beta: Array  # (k,)
    se: Array  # (k,), binomial
    se_quasi: Array  # (k,), times sqrt(max(1, dispersion))
    dispersion: float  # Pearson chi-square / degrees of freedom
    df: int
    converged: bool


def fit_logit(
    x: npt.ArrayLike, n: npt.ArrayLike, design: npt.ArrayLike, *, ridge: float = 1e-8
) -> LogitFit:
    """Fit log odds of counts as a linear model, by iterated reweighted least squares [1]_.

    Parameters
    ----------
    x, n : array_like of float, shape (m,)
        Advanced and entered; 0 ≤ x ≤ n.
    design : array_like of float, shape (m, k)
        One column a term.
    ridge : float
        Added to the diagonal, so that a separated month has an answer.
    """
    x, n, X = (np.asarray(v, dtype=np.float64) for v in (x, n, design))
    k = X.shape[1]
    eye = ridge * np.eye(k)
    beta = np.linalg.solve(
        X.T @ (n[:, None] * X) / max(n.mean(), 1.0) + eye,
        X.T @ (n * np.log((x + 0.5) / (n - x + 0.5))) / max(n.mean(), 1.0),
    )
    best = _loss(x, n, X @ beta) + ridge / 2 * beta @ beta
    converged = False
    for _ in range(50):
        p = 1 / (1 + np.exp(-X @ beta))
        step = np.linalg.solve(
            X.T @ ((n * p * (1 - p))[:, None] * X) + eye, X.T @ (x - n * p) - ridge * beta
        )
        loss = best
        for _ in range(30):
            loss = _loss(x, n, X @ (beta + step)) + ridge / 2 * (beta + step) @ (beta + step)
            if loss <= best + 1e-12 * abs(best):
                break
            step = step / 2
        beta, best = beta + step, loss
        if np.abs(step).max() < 1e-10:
            converged = True
            break
    p = 1 / (1 + np.exp(-X @ beta))
    weight = n * p * (1 - p)
    cov = np.linalg.inv(X.T @ (weight[:, None] * X) + eye)
    df = int((n > 0).sum()) - k
    pearson = float((((x - n * p) ** 2) / np.maximum(weight, 1e-300))[n > 0].sum())
    dispersion = pearson / df if df > 0 else 1.0
    se = np.sqrt(np.diag(cov))
    return LogitFit(beta, se, se * np.sqrt(max(1.0, dispersion)), dispersion, df, converged)


def _loss(x: Array, n: Array, eta: Array) -> float:
    return float((n * np.logaddexp(0, eta) - x * eta).sum())


def its_design(months: npt.ArrayLike, start: float) -> Array:
    """Return level, trend, the year's wave and the step at `start` [2]_, shape (m, 5).

    Parameters
    ----------
    months : array_like of float, shape (m,)
        Number of each month, in steps of one.
    start : float
        The first month of the measure.
    """
    t = np.asarray(months, dtype=np.float64)
    wave = 2 * np.pi * t / 12
    step = (t >= start).astype(np.float64)
    return np.asarray(
        np.stack([np.ones_like(t), t, np.sin(wave), np.cos(wave), step], axis=1), dtype=np.float64
    )


def did(groups: npt.ArrayLike, *, dispersion: float = 1.0) -> tuple[Array, Array, Array, Array]:
    """Compare a change with the change of a group that was left alone, on log odds and on rates.

    Parameters
    ----------
    groups : array_like of float, shape (..., 4, 2)
        (x, n) of: treated before, treated after, control before, control after; n positive.
    dispersion : float
        The standard errors are multiplied by its root; at least 1.

    Returns
    -------
    log_odds, log_odds_se, rate, rate_se : ndarray of float64, shape (...)
    """
    g = np.asarray(groups, dtype=np.float64)
    x, n = g[..., 0], g[..., 1]
    sign = np.array([-1.0, 1.0, 1.0, -1.0])
    odds = np.log((x + 0.5) / (n - x + 0.5))
    p = x / n
    root = np.sqrt(dispersion)
    return (
        np.asarray((sign * odds).sum(-1)),
        np.asarray(root * np.sqrt((1 / (x + 0.5) + 1 / (n - x + 0.5)).sum(-1))),
        np.asarray((sign * p).sum(-1)),
        np.asarray(root * np.sqrt((p * (1 - p) / n).sum(-1))),
    )
