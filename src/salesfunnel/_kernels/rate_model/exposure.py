"""Who could have advanced by now, and how sure that is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

DRIFT = 0.02
"""κ: squared relative drift of a delay distribution over time, besides its sampling error."""
SMALLEST_MISS = 0.02
"""The share that does not advance counts as at least this."""
TYPICAL_FALL = 0.3
"""The fall at which the error of an entry month's exposure is measured."""


def lag_variance(entered: Array, lag: Array, converters: float) -> Array:
    """Return cv² of the exposure D_t = Σ_k f_k n_{t−k}, NaN before len(f) months.

    max(Σ f n²/D² − 1, 0)·(1/J + κ): nothing where as many enter every month, much where those who
    could advance entered in few months of the delay.

    Parameters
    ----------
    entered : ndarray of float, shape (months, ...)
        n.
    lag : ndarray of float, shape (k,)
        f, adds up to 1.
    converters : float
        J, how many advances the delay was learned from; infinite where it is given.
    """
    first, second = lagged(entered, lag), lagged(entered**2, lag)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.where(first > 0, second / first**2 - 1.0, 0.0)
    spread = np.where(np.isnan(first), np.nan, np.maximum(spread, 0.0))
    return np.asarray(spread * (1.0 / max(converters, 1.0) + DRIFT))


def on_the_logit(cv2: Array, rate: Array) -> Array:
    """Return the variance that an exposure of squared relative error `cv2` puts on the logit."""
    return np.asarray(cv2 / np.maximum(1.0 - rate, SMALLEST_MISS) ** 2)


def fall_on_the_logit(cv2: Array, rate: Array) -> Array:
    """Return the variance on the logit at the size of a fall that matters, `TYPICAL_FALL`.

    The slope of the logit at a high rate is many times that at the rate after a fall: measured at
    the rate itself, an uncertain exposure would hide every fall of a step of 90%.
    """
    p = np.clip(rate, 1e-6, 1.0 - SMALLEST_MISS)
    fallen = p * (1.0 - TYPICAL_FALL)
    reach = np.log(p / (1.0 - p)) - np.log(fallen / (1.0 - fallen))
    return np.asarray(cv2 * (reach / -np.log1p(-TYPICAL_FALL)) ** 2)


def scatter_of_delays(rate: Array, together: Array) -> Array:
    """Return φ: by how much advances scatter more than a binomial of the exposure does.

    Who advances in a period is chance, and when they do is chance again: of D = Σ_k f_k n_{t−k}
    the variance is pD(1 − p Σ f²) instead of pD(1 − p). It is taken at half of `TYPICAL_FALL`,
    between a healthy step and one that fell, so that a step of 90% is neither called fallen by
    chance nor can never be.

    Parameters
    ----------
    rate : ndarray of float
        p.
    together : ndarray of float
        Σ f²: 1 where all advance in one period.
    """
    p = np.clip(rate, SMALLEST_MISS, 1.0 - SMALLEST_MISS) * (1.0 - TYPICAL_FALL / 2)
    return np.asarray((1.0 - p * together) / (1.0 - p))


def lagged(entered: Array, lag: Array) -> Array:
    """Return Σ_k f_k n_{t−k}, NaN before len(f) months."""
    out = np.full(entered.shape, np.nan)
    k = lag.size
    if entered.shape[0] >= k:
        total = np.zeros(entered[k - 1 :].shape)
        for j in np.flatnonzero(lag > 0):
            total = total + lag[j] * entered[k - 1 - j : entered.shape[0] - j]
        out[k - 1 :] = total
    return out
