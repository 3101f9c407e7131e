"""Simulate the effect of acting on a cause. Arguments are already validated.

References
----------
.. [1] statistics: extra deals = entrants touched · months · RD · realisation · downstream rates.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.power import ALPHA, POWER, entrants_after_history

Array = npt.NDArray[np.float64]


def extra_deals(
    entrants: npt.ArrayLike,
    uplift: npt.ArrayLike,
    downstream: npt.ArrayLike = 1.0,
    *,
    months: float = 1.0,
) -> Array:
    """Return the deals that a higher rate brings to the end of the funnel.

    Parameters
    ----------
    entrants : array_like of float
        Entrants of the step a month.
    uplift : array_like of float
        Rate points that are won, over all entrants.
    downstream : array_like of float
        Share of those who pass the step that become deals.
    months : float
        How long.
    """
    entrants, uplift, downstream = (
        np.asarray(v, dtype=np.float64) for v in (entrants, uplift, downstream)
    )
    return np.asarray(entrants * months * uplift * downstream)


def joint_uplift(uplifts: npt.ArrayLike, rate: npt.ArrayLike) -> Array:
    """Return what several measures on one step win together: overlaps are not added twice.

    Each measure wins back the share u = uplift / (1 − rate) of those who are lost now; together
    they win back 1 − ∏(1 − u).

    Parameters
    ----------
    uplifts : array_like of float, shape (measures, ...)
        Rate points of each; at least 0.
    rate : array_like of float
        The rate now, in [0, 1).
    """
    rate = np.asarray(rate, dtype=np.float64)
    lost = 1 - rate
    u = np.clip(np.asarray(uplifts, dtype=np.float64) / lost, 0.0, 1.0)
    return np.asarray(lost * (1 - np.prod(1 - u, axis=0)))


def entrants_to_see(
    p0: float,
    p1: float,
    history: float,
    *,
    intraclass: float = 0.0,
    per_month: float = 1.0,
    alpha: float = ALPHA,
    power: float = POWER,
) -> float:
    """Return how many entrants show a rise from p0 to p1 against a finite history.

    One-sided; the variance is raised by 1 + (entrants a month − 1)·ρ. Infinite where no number
    would show it.
    """
    if not p1 > p0:
        return math.inf
    design = 1 + max(per_month - 1, 0.0) * intraclass
    return float(entrants_after_history(p0, p1, history, design=design, alpha=alpha, power=power))
