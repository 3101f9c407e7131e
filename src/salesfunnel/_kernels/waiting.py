"""Quantiles of the time to an event among those who ever have it, with open and lost ones.

Arguments are already validated.

References
----------
.. [1] O. O. Aalen and S. Johansen, "An empirical transition matrix for non-homogeneous Markov
   chains based on censored observations", Scandinavian Journal of Statistics 5 (1978) 141-150.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

OPEN, ADVANCED, LOST = 0, 1, 2


def waiting_quantiles(
    duration: npt.NDArray[np.int64], event: npt.NDArray[np.int8], shares: tuple[float, ...]
) -> list[int | None]:
    """Return by when these shares of those who ever advance have advanced.

    The cumulative incidence of advancing, F(t), is that of Aalen and Johansen [1]_; its level for
    good is read at the last time with at least five, and one in twenty, still at risk where some
    are open, else at the last time.

    Parameters
    ----------
    duration : ndarray of int64, shape (n,)
        How long each was watched, at least 0.
    event : ndarray of int8, shape (n,)
        How that ended: 0 still open, 1 advanced, 2 lost.
    shares : tuple of float
        In (0, 1].

    Returns
    -------
    list of int or None
        None where nobody has advanced.
    """
    times = np.unique(duration[event != OPEN])
    advanced = np.bincount(np.searchsorted(times, duration[event == ADVANCED]), minlength=1)
    if not (event == ADVANCED).any():
        return [None] * len(shares)
    lost = np.bincount(np.searchsorted(times, duration[event == LOST]), minlength=times.size)
    advanced = np.pad(advanced, (0, times.size - advanced.size))
    at_risk = duration.size - np.searchsorted(np.sort(duration), times)
    stay = np.cumprod(1 - (advanced + lost) / at_risk)
    before = np.concatenate([[1.0], stay[:-1]])
    incidence = np.cumsum(before * advanced / at_risk)
    end = times.size - 1
    if (event == OPEN).any():
        enough = np.flatnonzero(at_risk >= max(5, 0.05 * duration.size))
        if enough.size and incidence[enough[-1]] > 0:
            end = int(enough[-1])
    level = incidence[end] * (1 - 1e-12)
    return [int(times[np.searchsorted(incidence, share * level)]) for share in shares]
