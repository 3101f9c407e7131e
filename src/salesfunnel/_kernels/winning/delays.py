"""When a stage is left by those who go on and by those who are lost, in whole days.

A mixture: where a deal goes is one question, when it goes another [1]_. Of deals still there at
an age the odds of going on are the odds at entry times S_go / S_lost at that age. Those that are
never seen to leave, however old they are, count as lost for ever: lost on no day.

References
----------
.. [1] Larson & Dinse (1985), A mixture model for the regression analysis of competing risks data,
   Applied Statistics 34:201.
.. [2] Aalen & Johansen (1978), Scand. J. Statistics 5:141.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.integer]

AT_RISK, OPEN_SHARE, FLOOR = 3, 0.02, 0.1
"""Fewest deals, and least share, still there at the oldest age; least deals of a kind left."""
OPEN, GO, LOST = 0, 1, 2
WIDTH, STEPS, REACH = 0.5, 5, 4
"""Width of the smoothing for one deal, on the log of days; steps in it, and where it ends."""


class Delays(NamedTuple):
    """How a stage is left; ages are whole days, and age d means: not left on days 0 to d − 1."""

    share: float
    """Share that goes on, as far as is seen."""
    go: Array
    """Share of those going on that leaves on each day, shape (D,)."""
    stay_go: Array
    """Share of those going on that is still there at an age, shape (D + 1,)."""
    stay_lost: Array
    """The same of those that are lost, or never leave."""
    oldest: int
    """Ages above are taken as this one."""

    def age(self, age: Ints) -> npt.NDArray[np.intp]:
        """Return ages as far as they can be distinguished."""
        return np.asarray(np.minimum(age, self.oldest), dtype=np.intp)

    def log_odds(self, age: Ints) -> Array:
        """Return what an age adds to the log odds of going on."""
        at = self.age(age)
        return np.asarray(np.log(self.stay_go[at]) - np.log(self.stay_lost[at]))

    def mean_wait(self) -> Array:
        """Return the mean days until those go who will go on, by age, shape (oldest + 1,)."""
        day = np.arange(self.go.size)
        ahead = np.cumsum((self.go * day)[::-1])[::-1]
        left = np.cumsum(self.go[::-1])[::-1]
        age = np.minimum(np.arange(self.oldest + 1), self.go.size - 1)
        some = left[age] > 0
        return np.where(some, ahead[age] / np.where(some, left[age], 1) - age, 0.0)


def delays(duration: Ints, fate: Ints, *, smooth: bool = True) -> Delays:
    """Return how a stage is left [2]_.

    Parameters
    ----------
    duration : ndarray of int, shape (n,)
        Day on which it was left; of an open deal its age, the first day not observed.
    fate : ndarray of int, shape (n,)
        0 still there, 1 went on, 2 lost.
    smooth : bool
        Whether days are smoothed by their neighbours.
    """
    if not duration.size:
        one = np.ones(2)
        return Delays(0.5, one[:1], one, one, 0)
    size = int(duration.max()) + 1
    go, lost, left = (
        np.bincount(duration[fate == kind], minlength=size).astype(np.float64)
        for kind in (GO, LOST, OPEN)
    )
    gone = go + lost + left
    # an open deal of age a was watched on days 0 to a - 1
    risk = np.cumsum(gone[::-1])[::-1] - left
    some = risk > 0
    hazard = np.where(some, (go + lost) / np.where(some, risk, 1), 0.0)
    stays = np.concatenate([[1.0], np.cumprod(1 - hazard)])
    share = [np.where(some, stays[:-1] * x / np.where(some, risk, 1), 0.0) for x in (go, lost)]
    total = [float(x.sum()) for x in share]
    enough = np.flatnonzero((risk >= AT_RISK) & (stays[:-1] >= OPEN_SHARE))
    # what is left at the end leaves on no day: it stands beside the lost
    never = max(1.0 - sum(total), 0.0)
    whole = (total[0], total[1] + never)
    masses = [
        _mass(part, seen, float(count.sum()) if smooth else np.inf)
        for part, seen, count in zip(share, total, (go, lost), strict=True)
    ]
    if masses[1] is not None:
        masses[1] = masses[1] * (total[1] / whole[1])
    kept = [
        _staying(mass, float(count.sum()), size)
        for mass, count in zip(masses, (go, lost), strict=True)
    ]
    first = np.eye(1, size)[0] if masses[0] is None else masses[0]
    oldest = int(enough[-1]) if enough.size else 0
    return Delays(total[0], np.asarray(first), kept[0], kept[1], oldest)


def _mass(share: Array, whole: float, count: float) -> Array | None:
    """Return the distribution of the day of one kind, smoothed for so many deals; None without any.

    Every day but the first is spread by a normal distribution on the log of days, the narrower
    the more deals there are: of few deals a day without one says little.
    """
    if whole <= 0:
        return None
    mass = np.asarray(share / whole)
    if count < 2 or not np.isfinite(count) or mass.size < 3:
        return mass
    width = WIDTH * count**-0.2
    step = width / STEPS
    ends = np.log(np.arange(1, mass.size + 1))
    low = float(np.log(1.5)) - REACH * width
    at = (np.log(np.arange(1, mass.size) + 0.5) - low) / step
    size = int(at[-1]) + 2 + REACH * STEPS
    left = at.astype(np.intp)
    part = at - left
    grid = np.bincount(left, mass[1:] * (1 - part), minlength=size)
    grid = grid + np.bincount(left + 1, mass[1:] * part, minlength=size)
    bell = np.exp(-0.5 * (np.arange(-REACH * STEPS, REACH * STEPS + 1) / STEPS) ** 2)
    there = np.cumsum(np.convolve(grid, bell / bell.sum(), "same"))
    spread = np.diff(np.interp((ends - low) / step + 0.5, np.arange(size), there), prepend=0.0)
    rest = 1.0 - mass[0]
    spread *= rest / max(float(spread.sum()), 1e-300)
    spread[0] += mass[0]
    return np.asarray(spread)


def _staying(mass: Array | None, count: float, size: int) -> Array:
    """Return the share still there at each age, never below a tenth of a deal."""
    if mass is None:
        return np.ones(size + 1)
    left = np.concatenate([[1.0], 1 - np.cumsum(mass)])
    return np.asarray(np.maximum(left, min(FLOOR / count, 1.0)))
