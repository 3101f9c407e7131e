"""The rate of entrants who are followed: advanced, lost, or open at some age.

Of those who would advance, S1(a) have not done so by age a; of all others, S2(a) have not been
lost. An open entrant of age a then has the likelihood D = p S1 + (1 − p) S2, one who advanced p,
one who was lost 1 − p, each times what does not depend on p. The mixture of a cure model (Farewell
1982, Biometrics 38:1041) with competing ends (Larson & Dinse 1985, Applied Statistics 34:201).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.rate_model.exposure import DRIFT

Array = npt.NDArray[np.float64]
STEPS = 40
"""Halvings of [0, 1]: more than a double of the rate can show."""
CERTAIN = 1e-9
LEAST_LEFT = 1e-6
"""Least share of the others that is open at any age."""


class Followed(NamedTuple):
    """How much the entrants of each cell say."""

    exposed: Array
    """n: as many entrants with a known end have the rate x ÷ n, shape (cells,)."""
    cv2: Array
    """Squared relative error of n, in addition to the chance of n entrants, shape (cells,)."""


class Open(NamedTuple):
    """Entrants that are neither advanced nor lost, shapes (k,)."""

    cell: npt.NDArray[np.intp]
    advancing: Array
    """S1 at their age."""
    others: Array
    """S2 at their age."""

    def total(self, values: Array, size: int) -> Array:
        """Return sums by cell, shape (size,)."""
        return np.asarray(np.bincount(self.cell, weights=values, minlength=size), dtype=np.float64)


def followed(
    advanced: Array, lost: Array, still: Open, learned: tuple[float, float], drift: float = DRIFT
) -> Followed:
    """Return how many entrants have had time to advance, by the likelihood of the rate.

    n = x + lost + Σ (1 − S1/D) over the open ones at the most likely p, so that x/n = p. Where
    nothing is ever lost, S2 = 1, and n is about Σ G(a), the share of time had; where both ends
    take as long, n counts the ended ones alone. Rates are never above 1.

    Parameters
    ----------
    advanced, lost : ndarray of float64, shape (cells,)
        Counts.
    still : Open
        The open ones.
    learned : tuple of float
        From how many advances, and how many losses, S1 and S2 were learned.
    drift : float
        κ, as in `lag_variance`.
    """
    size = advanced.size
    s1, s2, cell = still.advancing, np.maximum(still.others, LEAST_LEFT), still.cell
    ended = advanced + lost

    def exposure(p: Array) -> Array:
        at = p[cell]
        return np.asarray(ended + still.total(1 - s1 / (at * s1 + (1 - at) * s2), size))

    low, high = np.zeros(size), np.ones(size)
    for _ in range(STEPS if cell.size else 0):  # the log-likelihood is concave: one root of p n = x
        middle = (low + high) / 2
        above = middle * exposure(middle) > advanced
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    p = (low + high) / 2 if cell.size else advanced / np.maximum(ended, 1.0)
    p = np.where(advanced > 0, np.where(p > 1 - CERTAIN, 1.0, p), 0.0)
    n = np.maximum(exposure(p), 0.0)
    n = np.where(advanced > 0, advanced / np.maximum(p, 1e-300), n)
    n = np.where(np.bincount(cell, minlength=size) > 0, n, ended)  # no open one, no rounding
    return Followed(n, _error(advanced, lost, n, still._replace(others=s2), learned, drift))


def _error(
    x: Array, lost: Array, n: Array, still: Open, learned: tuple[float, float], drift: float
) -> Array:
    """Return what the open ones, and S1 and S2 themselves, leave unknown about n.

    Var(log p) = 1/(I p²) with I the observed information, less the (1 − p)/(n p) of n entrants;
    and by the delta method the errors of G1 and G2, as of shares of what was learned from.
    """
    cell, s1, s2 = still
    usual = x.sum() / max(n.sum(), 1e-9)
    p = np.clip((x + usual) / (n + 1), 1e-9, 1 - 1e-9)
    at = p[cell]
    d = at * s1 + (1 - at) * s2
    rest = n - x  # who did not advance: the lost, and open ones who should have by now
    told = np.where(rest > CERTAIN * n, np.clip(lost / np.maximum(rest, 1e-12), 0.0, 1.0), 1.0)
    information = n / p + told * n / (1 - p) + still.total(((s1 - s2) / d) ** 2, x.size)
    slope = np.maximum(n + p * still.total(s1 * (s1 - s2) / d**2, x.size), 1e-9)
    sd1, sd2 = (
        np.sqrt(s * (1 - np.minimum(s, 1.0)) * (1 / max(count, 1.0) + drift))
        for s, count in zip((s1, s2), learned, strict=True)
    )
    shift1 = still.total((1 - at) * s2 / d**2 * sd1, x.size) / slope
    shift2 = still.total((1 - at) * s1 / d**2 * sd2, x.size) / slope
    with np.errstate(divide="ignore", invalid="ignore"):
        chance = np.maximum(1 / (information * p**2) - (1 - p) / (n * p), 0.0)
    return np.asarray(np.where(n > 0, chance + shift1**2 + shift2**2, 0.0))
