"""How old is too old in a stage, without a table of all times. Arguments are already validated.

The same Aalen–Johansen estimate as `censoring.incidence`, event by event: whatever their order at
one time, each of the events there adds S / Y, with S just before that time and Y at risk.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Advance(NamedTuple):
    """The share that has advanced by each event; times in ticks, sorted; shape (m,)."""

    time: Ints
    advanced: Floats  # F just after the event
    open: Floats  # S just after it

    @property
    def eventual(self) -> float:
        """The share that ever advances, as far as the data reach."""
        return float(self.advanced[-1]) if self.advanced.size else 0.0

    def quantile(self, share: float) -> int:
        """Return by when this share of those who ever advance has."""
        goal = share * self.eventual * (1 - 1e-12)
        return int(self.time[int(np.searchsorted(self.advanced, goal))])

    def chances(self, age: Ints) -> Floats:
        """Return the chance to advance for those still there at each age, NaN if not known."""
        place = np.searchsorted(self.time, age, side="right") - 1
        F = np.where(place >= 0, self.advanced[np.maximum(place, 0)], 0.0)
        S = np.where(place >= 0, self.open[np.maximum(place, 0)], 1.0)
        later = place < self.time.size - 1
        with np.errstate(divide="ignore", invalid="ignore"):
            chance = (self.eventual - F) / S
        return np.where(later & (S > 0), chance, np.nan)


def advance(gone: Ints, advanced: npt.NDArray[np.bool_], still: Ints) -> Advance:
    """Return how a stage is left.

    Parameters
    ----------
    gone : ndarray of int64, shape (m,)
        Ticks until deals advanced or were lost.
    advanced : ndarray of bool, shape (m,)
        Which of them advanced.
    still : ndarray of int64, shape (c,)
        Ticks that deals have been in the stage that are still there.
    """
    # the kind travels in the lowest bit, so that one sort of plain integers is enough
    key = np.sort((gone << 1) | advanced)
    time = key >> 1
    n = gone.size + still.size
    before = np.bincount(np.searchsorted(time, still, side="right"), minlength=time.size + 1)
    risk = n - np.arange(time.size) - np.cumsum(before[:-1])
    left: Floats = np.cumprod(1.0 - 1.0 / risk).astype(np.float64, copy=False)
    step = np.empty(time.size)
    if time.size:
        step[0] = 1.0
        step[1:] = left[:-1]
    step /= risk
    step *= key & 1
    return Advance(time, np.cumsum(step), left)
