"""How long it takes from a stage, at an age, to be won, in whole days, given that it will be won.

The days until a stage is left by those who go on are put before those of the stages after it by
convolution; which stage comes next is weighed by how many of those are won from there.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.winning.delays import Delays, Ints

Array = npt.NDArray[np.float64]


class WinTimes(NamedTuple):
    """The distribution of the day of winning; K places in order, after the last one is won."""

    delays_of: tuple[Delays, ...]
    after: tuple[Array, ...]
    """(horizon, horizon) of each place: from the day of leaving it to the day of winning."""
    fresh: Array
    """(K, horizon), from the day of entering."""

    def of(self, place: int, age: Ints) -> Array:
        """Return the mass of each day from now, of deals at these ages, shape (ages, horizon)."""
        return exits(self.delays_of[place], age, self.fresh.shape[1]) @ self.after[place]

    def within(self, place: int, age: Ints) -> Array:
        """Return the share won within the horizon of those that will be won, shape (ages,)."""
        told, back = np.unique(self.delays_of[place].age(age), return_inverse=True)
        horizon = self.fresh.shape[1]
        total = exits(self.delays_of[place], told, horizon) @ self.after[place].sum(axis=1)
        return np.asarray(np.minimum(total, 1.0)[back.reshape(-1)])


def exits(delay: Delays, age: Ints, horizon: int) -> Array:
    """Return the mass of leaving on each day from an age on, of those who go on."""
    at = delay.age(age)
    padded = np.concatenate([delay.go, np.zeros(int(at.max(initial=0)) + horizon)])
    return np.asarray(padded[at[:, None] + np.arange(horizon)] / delay.stay_go[at][:, None])


def win_times(
    delays_of: tuple[Delays, ...], following: Array, won: Array, horizon: int
) -> WinTimes:
    """Return the distribution of the day of winning from each place.

    Parameters
    ----------
    delays_of : tuple of Delays, length K
        When each place is left.
    following : ndarray of float64, shape (K, K + 1)
        Share of those going on from a place that goes to each; the last one is won.
    won : ndarray of float64, shape (K + 1,)
        Share that is won of those who enter each place; 1 at the end.
    horizon : int
        Days.
    """
    K = len(delays_of)
    fresh = np.zeros((K, horizon))
    after: list[Array] = [np.eye(horizon)] * K
    for s in range(K - 1, -1, -1):
        weight = following[s] * won
        weight = weight / weight.sum() if weight.sum() > 0 else np.eye(1, K + 1, K)[0]
        table = weight[K] * np.eye(horizon)
        for j in np.flatnonzero(weight[:K] > 0).tolist():
            table = table + weight[j] * _later(fresh[j])
        after[s] = table
        fresh[s] = (exits(delays_of[s], np.zeros(1, dtype=np.intp), horizon) @ table)[0]
    return WinTimes(delays_of, tuple(after), fresh)


def _later(mass: Array) -> Array:
    """Return the table that puts `mass` behind a day: row d is `mass` from day d on."""
    padded = np.concatenate([np.zeros(mass.size - 1), mass])
    return np.lib.stride_tricks.sliding_window_view(padded, mass.size)[::-1]


def convolved_days(first: Array, then: Array) -> Array:
    """Return the distribution of a sum of two days, cut at the last one."""
    return np.asarray(first @ _later(then))
