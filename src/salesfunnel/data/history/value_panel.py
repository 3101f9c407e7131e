"""A panel of amounts instead of deals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.errors import ArgumentError, DataError
from salesfunnel._core.period_arrays import period_numbers
from salesfunnel._core.periods import ordinal
from salesfunnel.data.panel import ALL, Panel

if TYPE_CHECKING:
    from salesfunnel.data.history.stage_history import StageHistory

__all__ = ["value_panel"]

Floats = npt.NDArray[np.float64]
_NOTHING = np.iinfo(np.int64).min


def value_panel(
    history: StageHistory,
    counted: Panel,
    codes: npt.NDArray[np.int64],
    *,
    currency: str | None,
    rates: object,
) -> Panel:
    """Return a panel of deals as one of their amounts, with the sums of squares behind intervals.

    Parameters
    ----------
    history : StageHistory
    counted : Panel
        The same panel of deals.
    codes : ndarray of int64, shape (n,)
        The segment of each deal.
    currency, rates
        As in `StageHistory.money`.

    Raises
    ------
    DataError
        If no deal has an amount, currencies are mixed without rates, or an amount is negative.
    ArgumentError
        If the panel has a window, or follows entries.
    """
    if counted.window is not None or counted.mode == "entry" or counted.upper is not None:
        raise ArgumentError(
            "'weight' must be None with a window, with mode='entry', or for a list whose lost deals"
            " have no stage, got 'value'",
        )
    money = history.money(currency=currency, rates=rates)
    if money.mixed:
        raise DataError(
            f"'history' must have amounts of one currency, got several: {money.faults[0].message}",
            hint='give rates=, such as rates={"EUR": 1.1}, and currency="USD"',
        )
    known = np.isfinite(money.values)
    if not known.any():
        raise DataError("'history' must have amounts for weight='value', got none")
    if (money.values[known] < 0).any():
        raise DataError("amounts must not be negative for weight='value', got a negative one")
    worth = np.where(known, money.values, 0.0)
    shape = counted.counts.shape
    sums, squares = np.zeros(shape), np.zeros(shape)
    place = _places(history, counted)
    for k in range(shape[2]):
        inside = place[:, k] >= 0
        cell = place[inside, k] * shape[1] + codes[inside]
        for table, weight in ((sums, worth), (squares, worth**2)):
            flat = np.bincount(cell, weight[inside], minlength=shape[0] * shape[1])
            table[:, :, k] = flat.reshape(shape[:2])
    used = (place >= 0).any(axis=1)
    return attrs.evolve(
        counted,
        counts=np.rint(sums).astype(np.int64),
        squares=squares,
        weight="value",
        currency=money.currency,
        unvalued=int((used & ~known).sum()),
        immature=None,
    )


def _places(history: StageHistory, counted: Panel) -> npt.NDArray[np.int64]:
    """Return in which period each deal counts at each step, -1 where it does not."""
    steps = len(counted.steps)
    at = history.reached_at()
    there = ~np.isnat(at)
    if counted.mode == "cohort":
        reached = history.reached
        there = np.arange(steps)[None, :] <= reached[:, None]
        first = np.fmin.reduce(history.entered, axis=1)
        if history.reached_stage is not None:
            first = history.created
        at = np.broadcast_to(first[:, None], at.shape)
    if counted.periods == (ALL,):
        return np.where(there, 0, -1)
    first_place = ordinal(counted.periods[0], counted.by) if counted.periods else 0
    number = np.stack([period_numbers(at[:, k], counted.by) for k in range(steps)], axis=1)
    inside = there & (number != _NOTHING)
    return np.where(inside, number - first_place, -1)
