"""Make counts Gaussian: the working response of a generalised linear model [1]_.

References
----------
.. [1] McCullagh & Nelder (1989), Generalized Linear Models, section 2.5.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.rate_model.design import Design

Array = npt.NDArray[np.float64]

NEWTON_STEPS, STEP_LIMIT = 2, 3.0
DAMPING = 0.02
"""Variance of a month's own effect, which bounds the weight of a large month."""
FREE_LEVEL = 1e-3
"""Precision of the level while the expansion point is sought."""
BENCHMARK_LEVELS = ((0.2, 0.75), (1.0, 0.25))
"""Spread of a rate about a benchmark on the logit, and its weight (a robust prior)."""


class Linearised(NamedTuple):
    """Counts as Gaussian observations; shape (months, series) unless said."""

    level: Array
    """The link of the overall rate, shape (series,)."""
    response: Array
    """y: the working response less the level."""
    variance: Array
    """v of y; 1 where absent."""
    expected: Array
    """Σ of the family's mean at the expansion point: n·p, or μ."""
    information: Array
    """1/v; 0 where absent."""
    present: Array
    """1.0 where there is a month, else 0.0."""
    season: Array
    """Effect of season and festivals on the link at the expansion point."""
    slope: Array
    """The slope at the expansion point, shape (series,)."""


def linearise_rates(x: Array, n: Array, design: Design) -> Linearised:
    """Return the working response of x of n, both of shape (months, series)."""
    total_x, total_n = x.sum(axis=0), n.sum(axis=0)
    rate = (total_x + 0.5) / (total_n + 1)
    level = np.log(rate / (1 - rate))
    eta = level + np.zeros_like(x)
    beta = np.zeros((design.values.shape[0], x.shape[1]))
    for _ in range(NEWTON_STEPS):
        p = _sigmoid(eta)
        information = n * p * (1 - p)
        damp = 1.0 / (1.0 + DAMPING * information)
        beta += _ridge_step(design, information * damp, (x - n * p) * damp, beta)
        eta = level + np.clip(design.values.T @ beta, -STEP_LIMIT, STEP_LIMIT)
    p = _sigmoid(eta)
    expected = n * p
    return _working(x, expected, expected * (1 - p), eta - level, level, n > 0)._replace(
        season=_season(design, beta), slope=beta[-1]
    )


def linearise_counts(x: Array, present: npt.NDArray[np.bool_], design: Design) -> Linearised:
    """Return the working response of Poisson counts with a log link."""
    there = present.astype(np.float64)
    mean = (x.sum(axis=0) + 0.5) / np.maximum(there.sum(axis=0), 1.0)
    level = np.log(mean)
    eta = level + np.zeros_like(x)
    beta = np.zeros((design.values.shape[0], x.shape[1]))
    for _ in range(NEWTON_STEPS):
        mu = np.exp(eta) * there
        damp = 1.0 / (1.0 + DAMPING * mu)
        beta += _ridge_step(design, mu * damp, (x - mu) * damp, beta)
        eta = level + np.clip(design.values.T @ beta, -STEP_LIMIT, STEP_LIMIT)
    mu = np.exp(eta) * there
    return _working(x, mu, mu, eta - level, level, present)._replace(
        season=_season(design, beta), slope=beta[-1]
    )


def about_benchmark(
    linear: Linearised, design: Design, benchmark: Array | None
) -> Iterator[tuple[Linearised, Design]]:
    """Yield the data and regressors; twice with a benchmark, about which the level scatters."""
    if benchmark is None:
        yield linear, design
        return
    offset = np.log(benchmark / (1 - benchmark)) - linear.level
    about = linear._replace(response=linear.response - offset * linear.present)
    for sd, _ in BENCHMARK_LEVELS:
        precision = design.precision.copy()
        precision[0] = 1.0 / sd**2
        yield about, design._replace(precision=precision)


def _working(
    x: Array, expected: Array, information: Array, shift: Array, level: Array,
    there: npt.NDArray[np.bool_],
) -> Linearised:  # fmt: skip
    safe = np.where(there, information, 1.0)
    variance = 1.0 / safe
    response = np.where(there, shift + (x - expected) * variance, 0.0)
    return Linearised(
        level, response, variance, expected, np.where(there, information, 0.0),
        there.astype(np.float64),
        shift, level,
    )  # fmt: skip


def _season(design: Design, beta: Array) -> Array:
    return np.asarray(design.values[1:-1].T @ beta[1:-1])


def _sigmoid(eta: Array) -> Array:
    out = np.exp(-eta)
    out += 1.0
    return np.asarray(np.reciprocal(out, out=out))


def _ridge_step(design: Design, weight: Array, residual: Array, beta: Array) -> Array:
    """Return the clipped Newton step of the penalised likelihood, shape (columns, series)."""
    A = design.values
    k = A.shape[0]
    penalty = design.precision.copy()
    penalty[0] = FREE_LEVEL
    upper = np.triu_indices(k)
    H = np.empty((k, k, weight.shape[1]))
    H[upper] = (A[upper[0]] * A[upper[1]]) @ weight
    H[upper[1], upper[0]] = H[upper]
    H[np.arange(k), np.arange(k)] += penalty[:, None]
    g = A @ residual - penalty[:, None] * beta
    return np.clip(solve(H, g), -STEP_LIMIT, STEP_LIMIT)


def solve(H: Array, g: Array) -> Array:
    """Solve H b = g for symmetric positive definite H of shape (k, k, series); overwrites both."""
    k = H.shape[0]
    for j in range(k - 1):
        factor = H[j + 1 :, j] / H[j, j]
        H[j + 1 :, j + 1 :] -= factor[:, None] * H[j, j + 1 :]
        g[j + 1 :] -= factor * g[j]
    out = np.empty_like(g)
    for j in range(k - 1, -1, -1):
        out[j] = (g[j] - (H[j, j + 1 :] * out[j + 1 :]).sum(axis=0)) / H[j, j]
    return out
