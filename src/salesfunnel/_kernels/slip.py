"""Will a deal close by its typed date: weekly competing hazards. Arguments are already validated.

A promise is a stretch of time in which an open deal has one expected date. It ends when the deal is
won, lost, or its date is moved; weeks are counted backwards from the date.

References
----------
.. [1] Prentice et al. (1978), Biometrics 34:541, competing risks in discrete time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

WEEKS, PUSHES = 10, 4
"""Weeks to the date: 0 to 8, and 9 or more; pushes so far: 0, 1, 2, and 3 or more."""
WEIGHT = 20.0
"""How many deals the pooled hazard counts for in each cell."""
WON, LOST, PUSHED = 0, 1, 2
WEEK = 7.0


class Promises(NamedTuple):
    """Stretches of one expected date each; times in days, shape (m,)."""

    deal: Ints
    start: Floats
    stop: Floats
    date: Floats
    pushes: Ints  # before this stretch
    event: Ints  # 0 none (censored, pulled, or ran past the date), 1 won, 2 lost, 3 pushed


def week_of(left: Floats) -> Ints:
    """Return the week before the date: 0 in the last seven days, at most WEEKS − 1."""
    return np.asarray(np.clip(np.ceil(left / WEEK) - 1, 0, WEEKS - 1), dtype=np.int64)


def tallies(promises: Promises, stage: Ints, stages: int) -> tuple[Floats, npt.NDArray[np.float64]]:
    """Return deals at risk and events by week, pushes and stage.

    Who comes into a week after its start, or leaves it without an event before its end, is at risk
    for the part of the week that it was there.

    Parameters
    ----------
    promises : Promises
    stage : ndarray of int64, shape (m,)
        Where the deal stood, 0 to stages − 1.
    stages : int

    Returns
    -------
    risk : ndarray of float64, shape (WEEKS, PUSHES, stages)
    events : ndarray of float64, shape (WEEKS, PUSHES, stages, 3)
    """
    push = np.minimum(promises.pushes, PUSHES - 1)
    cell = push * stages + stage
    size = PUSHES * stages
    risk = np.zeros((WEEKS, size))
    first, last = promises.date - promises.start, promises.date - promises.stop
    happened = promises.event > 0
    for week in range(WEEKS):
        high = np.inf if week == WEEKS - 1 else (week + 1) * WEEK
        low = week * WEEK
        # an event counts its whole week: at risk until the week's end
        end = np.where(happened & (last > low), (np.ceil(last / WEEK) - 1) * WEEK, last)
        inside = np.minimum(first, high) - np.maximum(end, low)
        risk[week] = np.bincount(cell, np.maximum(inside, 0.0) / WEEK, minlength=size)
    events = np.zeros((WEEKS, size, 3))
    rows = np.flatnonzero(happened & (last >= 0))
    weeks = week_of(last[rows])
    np.add.at(events, (weeks, cell[rows], promises.event[rows] - 1), 1.0)
    shape = (WEEKS, PUSHES, stages)
    return risk.reshape(shape), events.reshape((*shape, 3))


def hazards(risk: Floats, events: Floats, *, weight: float = WEIGHT) -> Floats:
    """Return the weekly hazards of won, lost and pushed, each shrunk toward the pooled ones.

    The pooled hazard is that over pushes of the same week and stage, itself shrunk toward that
    of the week over all stages.

    Returns
    -------
    ndarray of float64, shape (WEEKS, PUSHES, stages, 3)
    """
    week = _ratio(events.sum(axis=(1, 2)), risk.sum(axis=(1, 2)))
    stage_risk, stage_events = risk.sum(axis=1), events.sum(axis=1)
    pooled = (stage_events + weight * week[:, None, :]) / (stage_risk + weight)[..., None]
    own = (events + weight * pooled[:, None]) / (risk + weight)[..., None]
    total = own.sum(axis=-1, keepdims=True)
    return np.asarray(own / np.maximum(total, 1.0))


def _ratio(events: Floats, risk: Floats) -> Floats:
    return np.asarray(events / np.maximum(risk, 1e-9)[..., None] * (risk > 0)[..., None])


def cumulative(hazard: Floats) -> tuple[Floats, float]:
    """Return the chance of each event over successive weeks, and of none.

    Parameters
    ----------
    hazard : ndarray of float64, shape (weeks, kinds)
        Chance of each event in a week for who is still there at its start, in order of time.
    """
    left = np.concatenate([[1.0], np.cumprod(1.0 - hazard.sum(axis=1))])
    return np.asarray((left[:-1, None] * hazard).sum(axis=0)), float(left[-1])


def chances(hazard: Floats, left: Floats, pushes: Ints, stage: Ints) -> Floats:
    """Return the chance of deals to be won, lost or pushed before their date, and of none.

    Parameters
    ----------
    hazard : ndarray of float64, shape (WEEKS, PUSHES, stages, 3)
        Of `hazards`.
    left : ndarray of float64, shape (n,)
        Days to the typed date, at least 0.
    pushes, stage : ndarray of int64, shape (n,)

    Returns
    -------
    ndarray of float64, shape (n, 4)
        Won, lost, pushed, still open with its date behind it.
    """
    push = np.minimum(pushes, PUSHES - 1)
    alive = np.ones(left.size)
    found = np.zeros((left.size, 4))
    whole = np.floor(left / WEEK).astype(np.int64)
    longest = int(whole.max()) if whole.size else 0
    for back in range(longest, -1, -1):
        here = np.flatnonzero(whole >= back)
        part = np.where(whole[here] == back, (left[here] - back * WEEK) / WEEK, 1.0)
        own = hazard[min(back, WEEKS - 1), push[here], stage[here]]
        total = own.sum(axis=1)
        gone = 1.0 - (1.0 - np.minimum(total, 1.0)) ** part
        share = np.where(total > 0, gone / np.where(total > 0, total, 1.0), 0.0)
        found[here, :3] += (alive[here] * share)[:, None] * own
        alive[here] *= 1.0 - gone
    found[:, 3] = alive
    return found
