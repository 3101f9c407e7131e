"""The season of monthly counts: one effect a month of the year, shrunk, models averaged."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.rate_model.setting import COUNT_NOISE

Array = npt.NDArray[np.float64]

LEVEL_SD, SLOPE_SD = 10.0, 0.025
"""Spread of the level, practically free, and of the slope a month, on the log."""
SEASON_SD = ((0.0, 0.4), (0.1, 0.15), (0.2, 0.15), (0.4, 0.15), (0.7, 0.15))
"""Spread of the month effects on the log, and its prior."""
LENGTHS = (0.0, 0.5, 1.0)
"""How alike neighbouring months are: not at all, and by a periodic kernel of these lengths [1]_."""
OWN = 0.1
"""Share of the variance that is each month's own in the alike ones."""


class MonthFactors(NamedTuple):
    """The effects of the months of the year on the log of a count."""

    effect: Array
    """Mean, shape (12,)."""
    covariance: Array
    """Of the effects, shape (12, 12)."""

    @property
    def factor(self) -> Array:
        """Factors, with a mean of 1 over the year, shape (12,)."""
        raised = np.exp(self.effect)
        return np.asarray(raised / raised.mean())


def month_factors(count: Array, first: int) -> MonthFactors:
    """Return the season of counts of consecutive months.

    log(count + ½) = level + slope + effect of the month of the year + noise. The spread of the
    effects and the noise, independent or sticky, are averaged over by their marginal likelihood:
    what months of the same name do not share goes into the noise.

    Parameters
    ----------
    count : ndarray of float, shape (months,)
        A year of them at least.
    first : int
        Month of the year of the first one, 0 for January.

    References
    ----------
    .. [1] Rasmussen & Williams (2006), Gaussian Processes for Machine Learning, eq. 4.31.
    """
    months = count.size
    t = np.arange(months, dtype=np.float64)
    which = (first + np.arange(months)) % 12
    here = np.zeros((12, months))
    here[which, np.arange(months)] = 1.0
    here -= here.mean(axis=1, keepdims=True)
    y = np.log(count + 0.5)
    y = y - y.mean()
    slope = t - t.mean()
    base = LEVEL_SD**2 + SLOPE_SD**2 * np.outer(slope, slope) + np.diag(1.0 / (count + 0.5))
    kernels = [_kernel(length) for length in LENGTHS]
    lag = np.abs(np.subtract.outer(t, t))
    weights, means, spreads = [], [], []
    for noise in COUNT_NOISE:
        scatter = base + noise.tau**2 * np.eye(months)
        if noise.phi:
            scatter = scatter + noise.sigma**2 * noise.phi**lag
        for (sd, prior), kernel in product(SEASON_SD, kernels):
            effects = sd**2 * kernel
            cross = effects @ here
            cov = scatter + here.T @ cross
            solved = np.linalg.solve(cov, np.column_stack([y, cross.T]))
            logdet = np.linalg.slogdet(cov)[1]
            weights.append(np.log(noise.prior * prior) - 0.5 * (logdet + y @ solved[:, 0]))
            means.append(cross @ solved[:, 0])
            spreads.append(effects - cross @ solved[:, 1:])
    w = np.exp(np.array(weights) - max(weights))
    w /= w.sum()
    mean = w @ np.array(means)
    apart = np.array(means) - mean
    covariance = np.tensordot(w, np.array(spreads), 1) + (apart.T * w) @ apart
    return MonthFactors(np.asarray(mean), np.asarray(covariance))


def _kernel(length: float) -> Array:
    """Return the correlation of the months of the year, shape (12, 12)."""
    if not length:
        return np.eye(12)
    apart = np.subtract.outer(np.arange(12), np.arange(12))
    alike = np.exp(-2 * np.sin(np.pi * apart / 12) ** 2 / length**2)
    return np.asarray((1 - OWN) * alike + OWN * np.eye(12))
