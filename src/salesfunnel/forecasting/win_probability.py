"""The chance of every deal to be won in every cell of the time ahead, given its stage and age.

A stage is left for a later stage, for won or for lost: Aalen–Johansen says when, from the age that
the deal has by now. Later stages are put behind by convolution, so that a deal that is stuck is
not taken for one that has moved on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.censoring import Incidence, incidence
from salesfunnel._kernels.simulate import convolved
from salesfunnel.forecasting.snapshot import Snapshot, days

Floats = npt.NDArray[np.float64]

AT_RISK, OPEN_SHARE = 10, 0.02
"""Fewest deals, and least share, still in a stage at the last age that is told apart."""


class StageDistribution(NamedTuple):
    """How a stage is left; kinds: a later stage each, then won, then lost."""

    curve: Incidence
    oldest: float  # ages above are taken as this one
    deals: int
    targets: tuple[int, ...]  # stages of the kinds before won


class Distributions(NamedTuple):
    """the distributions of all stages; the last one is that of deals without a stage."""

    stages: tuple[StageDistribution, ...]
    edges: Floats  # (k + 1,), days from now
    win: tuple[Floats, ...]  # mass of the time from entering a stage to won, by cell
    at_once: tuple[float, ...]  # the part of it that takes no time


def fit_distributions(known: Snapshot, horizon: int) -> Distributions:
    """Return the distributions of all stages from what was known."""
    S = known.entered.shape[1]
    cells = min(horizon, 180)
    edges = np.linspace(0.0, float(horizon), cells + 1)
    distributions = [_distribution(known, s) for s in [*range(S), -1]]
    win: list[Floats] = [np.zeros(cells)] * (S + 1)
    at_once = [0.0] * (S + 1)
    for s in [*range(S - 1, -1, -1), S]:
        distribution = distributions[s]
        mass = _increments(distribution.curve, edges, np.zeros(1), fresh=True)[:, 0]
        zeros = [
            float(distribution.curve.share_at(0.0, c)) for c in range(len(distribution.targets) + 1)
        ]
        won = len(distribution.targets)
        total, instant = mass[won].copy(), zeros[won]
        for c, j in enumerate(distribution.targets):
            total += zeros[c] * win[j] + at_once[j] * mass[c] + convolved(mass[c], win[j])
            instant += zeros[c] * at_once[j]
        win[s], at_once[s] = total, instant
    return Distributions(tuple(distributions), edges, tuple(win), tuple(at_once))


def _distribution(known: Snapshot, s: int) -> StageDistribution:
    """Return how a stage is left, -1 for deals before their first stage."""
    S = known.entered.shape[1]
    here = known.created if s < 0 else known.entered[:, s]
    inside = ~np.isnat(here)
    start = here[inside]
    after = known.entered[inside, s + 1 :]
    # the next later stage is the earliest entered; one before this one's entry is a step back
    later = np.where(after >= start[:, None], after, np.datetime64("NaT", "us"))
    # among stages entered at the same moment the first one stands for all
    far = np.datetime64(2**62, "us")
    filled = np.where(np.isnat(later), far, later)
    which = filled.argmin(1) if filled.shape[1] else np.zeros(start.size, dtype=np.intp)
    when = filled.min(1) if filled.shape[1] else np.full(start.size, far)
    moved = when < far
    targets = tuple(range(s + 1, S))
    outcome = known.outcome[inside]
    closed = known.closed[inside]
    kind = np.where(moved, which + 1, np.where(outcome == 0, 0, len(targets) + outcome))
    end = np.where(moved, when, np.where(outcome == 0, known.at, closed))
    duration = np.maximum(days(end - start), 0.0)
    curve = incidence(duration, kind.astype(np.intp), kinds=len(targets) + 2)
    ranked = np.sort(duration)
    enough = ranked[-AT_RISK] if ranked.size >= AT_RISK else 0.0
    thin = curve.times[curve.open_share < OPEN_SHARE]
    oldest = min(float(enough), float(np.nextafter(thin[0], 0)) if thin.size else np.inf)
    return StageDistribution(curve, oldest, int(start.size), targets)


def _increments(curve: Incidence, edges: Floats, age: Floats, *, fresh: bool = False) -> Floats:
    """Return the mass of each kind in each cell from an age on, shape (kinds, ages, cells).

    Of those who are still there at that age; with `fresh`, of all who came.
    """
    at = age[:, None] + edges[None, :]
    F = np.stack([curve.share_at(at, c) for c in range(curve.share.shape[0])])
    S = np.ones(age.size) if fresh else np.maximum(curve.open_at(age), 1e-12)
    return np.asarray(np.diff(F, axis=2) / S[None, :, None])


def chances(distributions: Distributions, stage: npt.NDArray[np.intp], age: Floats) -> Floats:
    """Return the chance of deals to be won in each cell, shape (n, cells).

    Parameters
    ----------
    laws : Distributions
        Of `fit_distributions`.
    stage : ndarray of int, shape (n,)
        Where the deals stand; -1 before the first stage.
    age : ndarray of float64, shape (n,)
        Days since they got there.
    """
    result = np.zeros((stage.size, distributions.edges.size - 1))
    for s in np.unique(stage).tolist():
        distribution = distributions.stages[s]
        rows = np.flatnonzero(stage == s)
        old, back = np.unique(np.minimum(age[rows], distribution.oldest), return_inverse=True)
        mass = _increments(distribution.curve, distributions.edges, old)
        total = mass[len(distribution.targets)].copy()
        for c, j in enumerate(distribution.targets):
            total += distributions.at_once[j] * mass[c] + convolved(mass[c], distributions.win[j])
        result[rows] = np.clip(total, 0.0, 1.0)[back.reshape(-1)]
    return result
