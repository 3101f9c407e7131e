"""Stays in stages: who entered which stage when, how long they stayed, and where they went.

Times are whole days before the moment of the snapshot: what happened in the last 24 hours is on
day −1. Differences of days add up over stages, so that a chain of stages is not rounded.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.period_arrays import TICKS_PER_DAY
from salesfunnel._kernels.winning.delays import GO, LOST, OPEN
from salesfunnel.forecasting.snapshot import Snapshot

__all__ = ["MONTH_DAYS", "Stays", "day_of", "stays"]

Ints = npt.NDArray[np.intp]
NEVER = np.int32(2**30)
MONTH_DAYS = 30


class Stays(NamedTuple):
    """One row a stay; place 0 is before the first stage, place k the k-th stage; won comes last."""

    deal: Ints  # row of the snapshot
    place: npt.NDArray[np.int8]
    entered: npt.NDArray[np.int32]  # day, below 0
    duration: npt.NDArray[np.int32]  # days; of an open deal its age
    fate: npt.NDArray[np.int8]  # 0 still there, 1 went on, 2 lost
    following: npt.NDArray[np.int8]  # place it went to, -1 nowhere
    places: int
    cut: bool = False  # whether stays were left out

    @property
    def month(self) -> Ints:
        """Month of entering, counted back from the moment."""
        return np.asarray((-1 - self.entered) // MONTH_DAYS, dtype=np.intp)

    def where(self, mask: npt.NDArray[np.bool_]) -> Stays:
        """Return some of the stays."""
        return Stays(
            self.deal[mask], self.place[mask], self.entered[mask], self.duration[mask],
            self.fate[mask], self.following[mask], self.places, cut=True,
        )  # fmt: skip


def day_of(time: npt.NDArray[np.datetime64], at: np.datetime64) -> npt.NDArray[np.int32]:
    """Return the day of times, counted from the moment; -1 is the last one before it."""
    missing = np.isnat(time)
    ticks = (at - np.where(missing, at, time)).astype("timedelta64[us]").astype(np.int64)
    day = -(ticks // TICKS_PER_DAY) - 1
    return np.where(missing, NEVER, day).astype(np.int32)


def stays(known: Snapshot) -> Stays:
    """Return the stays of all deals of a snapshot."""
    S = known.entered.shape[1]
    K = S + 1
    created = day_of(known.created, known.at)
    days = [created, *(day_of(known.entered[:, s], known.at) for s in range(S))]
    closed = day_of(known.closed, known.at)
    outcome = known.outcome
    parts = []
    for s in range(K):
        rows = np.flatnonzero(days[s] < NEVER)
        start = days[s][rows]
        when, which = np.full(rows.size, NEVER), np.full(rows.size, -1, dtype=np.int8)
        for j in range(s + 1, K):
            later = days[j][rows]
            nearer = (later >= start) & (later < when)
            when = np.where(nearer, later, when)
            which = np.where(nearer, np.int8(j), which)
        end, over = closed[rows], outcome[rows]
        fate = np.where(which >= 0, GO, np.where(over == 1, GO, np.where(over == 2, LOST, OPEN)))
        which = np.where((which < 0) & (over == 1), np.int8(K), which)
        end = np.where(when < NEVER, when, np.where(over == 0, np.int32(0), end))
        duration = np.maximum(end - start, 0)
        place = np.full(rows.size, s, dtype=np.int8)
        parts.append((rows, place, start, duration, fate.astype(np.int8), which))
    deal, place, start, duration, fate, which = (
        np.concatenate(columns) for columns in zip(*parts, strict=True)
    )
    return Stays(deal, place, start, duration.astype(np.int32), fate, which.astype(np.int8), K)
