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

from salesfunnel._kernels.censoring import incidence

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
        None if nobody has advanced.
    """
    if not (event == ADVANCED).any():
        return [None] * len(shares)
    curve = incidence(duration, event, kinds=2)
    advanced = curve.share[ADVANCED - 1]
    end = advanced.size - 1
    if (event == OPEN).any():
        enough = np.flatnonzero(curve.at_risk >= max(5, 0.05 * duration.size))
        if enough.size and advanced[enough[-1]] > 0:
            end = int(enough[-1])
    level = advanced[end] * (1 - 1e-12)
    return [int(curve.times[np.searchsorted(advanced, share * level)]) for share in shares]
