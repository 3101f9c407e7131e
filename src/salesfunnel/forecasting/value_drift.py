"""How amounts change until deals are won: what a won deal brought, and what it was said to."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.ledger import keyed, values_of
from salesfunnel.data.history import FieldHistory, StageHistory
from salesfunnel.forecasting.snapshot import Snapshot

__all__ = ["ValueDrift", "value_drift"]

Floats = npt.NDArray[np.float64]
WEIGHT, LEAST, MOST, MOST_DEALS = 5.0, 0.25, 4.0, 60_000
"""Deals of no change to which the change is drawn, its limits, and most deals it is read from."""


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
    won = known.outcome == 1
    every = max(-(-known.rows.size // MOST_DEALS), 1)
    rows = np.arange(0, known.rows.size, every)
    final = np.where(won, known.value, np.nan)[rows]
    found = keyed(field.of(known.rows[rows], len(history)).track(rows.size))
    deal = np.arange(rows.size)
    factors = []
    for when in (known.created, *known.entered.T):
        moment = when[rows].astype("datetime64[us]")
        amount = values_of(found, deal, moment.astype(np.int64))
        factors.append(_ratio(final, np.where(np.isnat(moment), np.nan, amount)))
    first = _first_amounts(history, known, field)
    return ValueDrift(np.array(factors), first, _ratio(final, first[rows]))


def _first_amounts(history: StageHistory, known: Snapshot, field: FieldHistory) -> Floats:
    """Return the first amount of each deal that was known by the moment, NaN without one."""
    seen = np.isfinite(field.number) & (field.time <= known.at)
    first = np.full(len(history), np.nan)
    deal, number = field.deal[seen][::-1], field.number[seen][::-1]
    first[deal] = number  # the earliest row of a deal is written last
    return first[known.rows]


def _ratio(final: Floats, amount: Floats) -> float:
    both = np.isfinite(final) & np.isfinite(amount) & (amount > 0)
    if not both.any():
        return 1.0
    drawn = WEIGHT * float(amount[both].mean())
    ratio = (float(final[both].sum()) + drawn) / (float(amount[both].sum()) + drawn)
    return float(np.clip(ratio, LEAST, MOST))
