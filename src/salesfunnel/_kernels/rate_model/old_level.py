"""A fall so old that it has become the level: the largest difference of before and since."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.rate_model.linearise import Linearised

Array = npt.NDArray[np.float64]

FEWEST_BEFORE, FEWEST_SINCE = 6, 9
"""Months that must lie before and since."""


def old_level(data: Linearised, scatter: Array, seasonal: Array) -> tuple[Array, Array, Array]:
    """Return how far the level lies below the one before a break, the best break of all.

    Parameters
    ----------
    data : Linearised
        The months.
    scatter : ndarray of float, shape (series,)
        Variance of a month's own effect; of sticky months the variance of long means.
    seasonal : ndarray of float, shape (series,)
        Probability of a season, by which it is taken out.

    Returns
    -------
    tuple of ndarray, each of shape (series,)
        Standard deviations below (0 if the history is too short), the fall of the link, and the
        number of months since.
    """
    months, size = data.response.shape
    zero = np.zeros(size)
    if months < FEWEST_BEFORE + FEWEST_SINCE:
        return zero, zero.copy(), zero.copy()
    weight = data.present / (data.variance + scatter)
    y = data.response - seasonal * data.season
    W, Y = np.cumsum(weight, axis=0), np.cumsum(weight * y, axis=0)
    cut = np.arange(FEWEST_BEFORE, months - FEWEST_SINCE + 1)
    w0, w1 = W[cut - 1], W[-1] - W[cut - 1]
    y0, y1 = Y[cut - 1], Y[-1] - Y[cut - 1]
    known = (w0 > 0) & (w1 > 0)
    a, b = np.where(known, w0, 1.0), np.where(known, w1, 1.0)
    fall = np.where(known, y0 / a - y1 / b, 0.0)
    z = fall / np.sqrt(1 / a + 1 / b)
    best = np.argmax(z, axis=0)
    at = best, np.arange(size)
    return z[at], fall[at], (months - cut[best]).astype(np.float64)
