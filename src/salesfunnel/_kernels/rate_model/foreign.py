"""Rates of others as a reference: how far all steps of a funnel lie from theirs together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.rate_model.linearise import BENCHMARK_LEVELS

Array = npt.NDArray[np.float64]

LOWEST = 0.005
COMMON_SD = 0.5
"""Spread, on the logit, of what all steps of a funnel share of their distance to a benchmark."""
MONTH_SD = 0.1
FEWEST_OTHERS = 2
MEDIAN_LOSS = np.pi / 2
"""Variance of a median in units of that of a mean."""


def moved_benchmark(x: Array, n: Array, benchmark: Array) -> Array:
    """Return the benchmark of every step, moved by how far the other steps lie from theirs.

    A benchmark with which all steps of a funnel disagree is of other businesses: the median
    distance of the other steps, shrunk towards none, is taken off where they all lie on one side. A
    step that fell by itself does not move its own reference; below two other steps with entrants
    nothing is moved.

    Parameters
    ----------
    x, n : ndarray of float64, shape (months, segments, steps)
        Advanced and exposed, 0 where absent.
    benchmark : ndarray of float64, shape (steps,)
        NaN if there is none. Kept within .005 and .995.

    Returns
    -------
    ndarray of float64, shape (segments, steps)
        .5 where there is none.
    """
    done, entered = x.sum(axis=0), n.sum(axis=0)
    steps = entered.shape[-1]
    given = np.clip(np.nan_to_num(benchmark, nan=0.5), LOWEST, 1 - LOWEST)
    link = np.log(given / (1 - given)) + np.zeros_like(entered)
    rate = (done + 0.5) / (entered + 1)
    known = (entered > 0) & ~np.isnan(benchmark)
    away = np.where(known, np.log(rate / (1 - rate)) - link, np.nan)
    error = 1 / np.maximum(entered * rate * (1 - rate), 1e-9) + BENCHMARK_LEVELS[0][0] ** 2
    error += MONTH_SD**2 / np.maximum((n > 0).sum(axis=0), 1)
    for k in range(steps):
        others = np.arange(steps) != k
        there, below = known[:, others].sum(axis=1), (away[:, others] < 0).sum(axis=1)
        alike = (there >= FEWEST_OTHERS) & ((below == 0) | (below == there))
        if alike.any():
            spread = np.where(known, error, 0.0)[alike][:, others].sum(axis=1) / there[alike] ** 2
            part = COMMON_SD**2 / (COMMON_SD**2 + MEDIAN_LOSS * spread)
            link[alike, k] += part * np.nanmedian(away[alike][:, others], axis=1)
    return np.asarray(1 / (1 + np.exp(-link)))
