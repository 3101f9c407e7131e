"""How old is too old in a stage, without a table of all times. Arguments are already validated.

The same Aalen–Johansen estimate as `censoring.incidence`. Between the ages of two open deals only
events leave the risk set, so the product telescopes: each of the m events there adds S / Y to the
share it belongs to, and S falls by the factor 1 - m / Y, with S and Y at the start of the gap. The
number of events between the ages of open deals is needed, not their order.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_OFFSET = 1 << 20
"""Ticks added to a time before it is taken by its leading bits: about a second."""
_BITS = 37
"""Low bits of a float64 that a cell leaves out: 32,768 cells to an octave."""


class Advance(NamedTuple):
    """How a stage is left, in the gaps between the ages of open deals; c open deals, c + 1 gaps."""

    still: Ints  # (c,) ages of open deals, sorted
    gap: Ints  # (m,) of each event: how many open deals are younger
    gone: Ints  # (m,) ticks of each event
    went: Bools  # (m,) which events are advances
    left: Ints  # (c + 1,) events up to the end of each gap
    ties: Ints  # (c + 1,) events at the very age that ends the gap
    advanced: Floats  # (c + 1,) share that has advanced by the end of the gap
    open: Floats  # (c + 1,) share still there at the end of the gap
    rate: Floats  # (c + 1,) share that each event of the gap takes

    @property
    def eventual(self) -> float:
        """The share that ever advances, as far as the data reach."""
        return float(self.advanced[-1])

    def quantile(self, share: float) -> int:
        """Return by when this share of those who ever advance has; `eventual` is above 0."""
        goal = share * self.eventual * (1 - 1e-12)
        gap = int(np.searchsorted(self.advanced, goal))
        here = np.flatnonzero((self.gap == gap) & self.went)
        times = np.sort(self.gone[here])
        before = self.advanced[gap] - times.size * self.rate[gap]
        needed = np.ceil((goal - before) / self.rate[gap] * (1 - 1e-12))
        return int(times[min(max(int(needed), 1), times.size) - 1])

    def chances(self, age: Ints) -> Floats:
        """Return the chance to advance for open deals of each age, NaN if not known.

        Parameters
        ----------
        age : ndarray of int64
            Ages, each of them that of an open deal.
        """
        place = np.searchsorted(self.still, age, side="left")
        S = self.open[place]
        with np.errstate(divide="ignore", invalid="ignore"):
            chance = (self.eventual - self.advanced[place]) / S
        return np.where((self.left[place] < self.left[-1]) & (S > 0), chance, np.nan)

    def watched(self, age: Ints) -> Ints:
        """Return how many deals were in the stage for at least each age, that of an open deal."""
        place = np.searchsorted(self.still, age, side="left")
        after = self.left[-1] - self.left[place] + self.ties[place]
        return np.asarray(after + self.still.size - place, dtype=np.int64)


def advance(gone: Ints, advanced: Bools, still: Ints) -> Advance:
    """Return how a stage is left.

    Parameters
    ----------
    gone : ndarray of int64, shape (m,)
        Ticks until deals advanced or were lost, 0 or more.
    advanced : ndarray of bool, shape (m,)
        Which of them advanced.
    still : ndarray of int64, shape (c,)
        Ticks that deals have been in the stage that are still there.
    """
    still = np.sort(still)
    gaps = still.size + 1
    gap, near = _places(gone, still)
    kinds = np.bincount((gap << 1) | advanced, minlength=2 * gaps)
    events, wins = kinds[::2] + kinds[1::2], kinds[1::2]
    tied = near[still[np.minimum(gap[near], still.size - 1)] == gone[near]] if still.size else near
    left = np.cumsum(events)
    risk = gone.size + still.size - np.arange(gaps) - (left - events)
    # nobody is left after the last event if no deal is open
    factor = 1.0 - events / np.maximum(risk, 1)
    open_ = np.cumprod(factor)
    rate = np.concatenate(([1.0], open_[:-1])) / np.maximum(risk, 1)
    return Advance(
        still=still,
        gap=gap,
        gone=gone,
        went=advanced,
        left=left,
        ties=np.bincount(gap[tied], minlength=gaps),
        advanced=np.cumsum(wins * rate),
        open=open_,
        rate=rate,
    )


def _places(gone: Ints, still: Ints) -> tuple[Ints, Ints]:
    """Return how many of `still`, sorted, lie before each time, and the times close to one.

    Times are looked up by their leading bits; only those whose cell holds an age of `still` are
    searched for.
    """
    if not gone.size or not still.size:
        return np.zeros(gone.size, dtype=np.int64), np.zeros(0, dtype=np.int64)
    cells, ages = _cells(gone), _cells(still)
    low = min(int(cells.min()), int(ages[0]))
    size = max(int(cells.max()), int(ages[-1])) - low + 1
    held = np.bincount(ages - low, minlength=size)
    first = np.cumsum(held) - held
    cells -= low
    gap = first[cells]
    near = np.flatnonzero((held > 0)[cells])
    gap[near] = np.searchsorted(still, gone[near], side="left")
    return gap, near


def _cells(ticks: Ints) -> Ints:
    return (ticks + _OFFSET).astype(np.float64).view(np.int64) >> _BITS
