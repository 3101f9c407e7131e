"""How amounts change until deals are won: what a won deal brought beside what it was said to."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salesfunnel.data.history import StageHistory
from salesfunnel.forecasting.snapshot import Snapshot

__all__ = ["ValueDrift", "value_drift"]

Floats = npt.NDArray[np.float64]
WEIGHT, LEAST, MOST = 5.0, 0.25, 4.0
"""Deals of no change to which the change is drawn, and its limits."""


class ValueDrift:
    """Amounts on entering stages, and how much more won deals brought in the end.

    Parameters
    ----------
    factor : ndarray of float64, shape (K,)
        Value of won deals over their amounts on entering each place.
    at_first : ndarray of float64, shape (n,)
        The first amount of each deal that is known, NaN without one.
    first_factor : float
        Value of won deals over these.
    """

    def __init__(self, factor: Floats, at_first: Floats, first_factor: float) -> None:
        self.factor, self.at_first, self.first_factor = factor, at_first, first_factor


def value_drift(history: StageHistory, known: Snapshot) -> ValueDrift | None:
    """Return how amounts change until deals are won; None where their history is not known."""
    field = history.changes.get("amount")
    if field is None or field.present_only or known.converted or known.mixed:
        return None
    n = len(history)
    won = known.outcome == 1
    final = np.where(won, known.value, np.nan)
    first = np.full(known.rows.size, np.nan)
    factors = []
    for when in (known.created, *known.entered.T):
        full = np.full(n, np.datetime64("NaT", "us"))
        full[known.rows] = when
        amount = field.at(full, n)[known.rows]
        first = np.where(np.isnan(first), amount, first)
        factors.append(_ratio(final, amount))
    return ValueDrift(np.array(factors), first, _ratio(final, first))


def _ratio(final: Floats, amount: Floats) -> float:
    both = np.isfinite(final) & np.isfinite(amount) & (amount > 0)
    if not both.any():
        return 1.0
    drawn = WEIGHT * float(amount[both].mean())
    ratio = (float(final[both].sum()) + drawn) / (float(amount[both].sum()) + drawn)
    return float(np.clip(ratio, LEAST, MOST))
