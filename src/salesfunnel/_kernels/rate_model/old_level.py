"""A fall so old that it has become the level: the largest difference of before and since."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.rate_model.linearise import Linearised

Array = npt.NDArray[np.float64]

FEWEST_BEFORE, FEWEST_SINCE = 6, 9
"""Months that must lie before and since."""
USUAL_SD, STICKY = 0.1, 3.0
"""Scatter of a month, and by how much sticky months widen the error of a mean."""


def old_level(data: Linearised, seasonal: Array) -> tuple[Array, Array, Array]:
    """Return how far the level lies below the one before a break, the best break of all.

    Parameters
    ----------
    data : Linearised
        The months.
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
    weight = data.present / (data.variance + USUAL_SD**2)
    y = data.response - seasonal * data.season
    W, Y = np.cumsum(weight, axis=0), np.cumsum(weight * y, axis=0)
    cut = np.arange(FEWEST_BEFORE, months - FEWEST_SINCE + 1)
    w0, w1 = W[cut - 1], W[-1] - W[cut - 1]
    y0, y1 = Y[cut - 1], Y[-1] - Y[cut - 1]
    known = (w0 > 0) & (w1 > 0)
    a, b = np.where(known, w0, 1.0), np.where(known, w1, 1.0)
    fall = np.where(known, y0 / a - y1 / b, 0.0)
    best = np.argmax(fall / np.sqrt(1 / a + 1 / b), axis=0)
    at = best, np.arange(size)
    # how far months lie from the two levels, of which a part is sticky
    levels = np.where(np.arange(months)[:, None] < cut[best], (y0 / a)[at], (y1 / b)[at])
    spread = (weight * (y - levels) ** 2).sum(axis=0)
    months_there = np.maximum(data.present.sum(axis=0) - 2.0, 1.0)
    inflation = np.maximum(spread / months_there, 1.0) * STICKY
    z = fall[at] / np.sqrt(inflation * (1 / a[at] + 1 / b[at]))
    return np.where(known[at], z, 0.0), fall[at], (months - cut[best]).astype(np.float64)
