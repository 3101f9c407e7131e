"""Rates of amounts: ratios of sums over deals. Arguments are already validated.

References
----------
.. [1] Hájek (1971), comment on Basu, Foundations of Statistical Inference 236: the ratio estimator;
   its variance by linearisation, Σ w²(a − r)² / (Σ w)².
.. [2] Kish (1965), Survey Sampling 11.7: effective sample size (Σ w)² / Σ w².
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def effective_trials(
    advanced: Floats, entered: Floats, advanced_squares: Floats, entered_squares: Floats
) -> Floats:
    """Return of how many equal deals a rate of amounts has the spread.

    The smaller of r(1 − r) / V, V the linearised variance [1]_, and Kish's size [2]_; for a rate of
    0 or 1 the latter.

    Parameters
    ----------
    advanced, entered : ndarray of float64
        Sums of amounts; those of `advanced` are among those of `entered`.
    advanced_squares, entered_squares : ndarray of float64
        Sums of squared amounts.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        r = advanced / entered
        left = entered_squares - advanced_squares
        variance = ((1 - r) ** 2 * advanced_squares + r**2 * left) / entered**2
        kish = entered**2 / entered_squares
        linear = np.where(variance > 0, r * (1 - r) / variance, np.inf)
    return np.where(entered > 0, np.minimum(linear, kish), 0.0)
