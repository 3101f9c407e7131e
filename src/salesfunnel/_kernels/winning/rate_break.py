"""A break of the rates, by the exact likelihood of deals that went on, were lost, or are open.

Least squares on months miss breaks of which open deals tell most: here every deal counts as what
it is, with levels, season and traits as they were fitted.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.winning.stage_months import (
    BREAK_SD,
    BREAKS,
    OWN_BREAK_SD,
    P_BREAK,
    Spread,
)

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

GRID = np.linspace(-2.0, 2.0, 41)
BIN, DAMP = 0.1, 0.2
"""Width of bins of log odds; information of an entrant, for the share that months take."""


class Break(NamedTuple):
    """Where a break of the rates may lie."""

    chance: Array
    """Probability that it began k months ago, (BREAKS,); what is left to 1 is: no break."""
    step: Array
    """Its mean size on the log odds, (BREAKS, S)."""
    spread: Array
    """Standard deviation of what the stages share of it, (BREAKS,)."""

    def shift(self, months: int) -> Array:
        """Return what it adds to the log odds, averaged over where it may lie, (S, months)."""
        weighed = self.chance[:, None] * self.step
        after = np.cumsum(weighed[::-1], axis=0)[::-1]
        shift = np.zeros((self.step.shape[1], months))
        size = min(months, BREAKS)
        shift[:, :size] = after[:size].T
        return shift

    @property
    def sd(self) -> float:
        """Standard deviation of the shift of today, the mean of the stages."""
        mean = self.step.mean(axis=1)
        second = float(self.chance @ (mean**2 + self.spread**2))
        return float(np.sqrt(max(second - float(self.chance @ mean) ** 2, 0.0)))


def find_break(
    stage: Ints, month: Ints, eta: Array, counts: tuple[Array, Array], opened: tuple[Ints, Array],
    *, entered: Array, tau: Spread,
) -> Break:  # fmt: skip
    """Return where and how large a break is.

    Parameters
    ----------
    stage, month : ndarray of int, shape (c,)
        Of cells of deals with like log odds; month 0 is the last one.
    eta : ndarray of float64, shape (c,)
        Log odds to go on, without a break and without months of their own.
    counts : tuple of ndarray of float64, shape (c,)
        Deals that went on, and that were lost.
    opened : tuple of ndarray, shape (o,)
        Cell of each open deal, and what its age adds to the log odds.
    entered : ndarray of float64, shape (S, M)
        Deals that entered.
    tau : Spread
        Of months.
    """
    S, M = entered.shape
    months = min(BREAKS, M - 1)
    if months < 1:
        return Break(np.zeros(BREAKS), np.zeros((BREAKS, S)), np.full(BREAKS, BREAK_SD))
    table = np.zeros((S * months, GRID.size))
    inside = month < months
    place = stage * months + np.minimum(month, months - 1)
    go, lost = counts
    _add(table, place[inside], eta[inside], go[inside], sign=1)
    _add(table, place[inside], -eta[inside], lost[inside], sign=-1)
    cell, odds = opened
    near = inside[cell]
    cell, odds = cell[near], odds[near]
    _add_open(table, place[cell], eta[cell], odds)
    told = entered[:, :months] * DAMP
    damp = 1 / (1 + told * tau.own**2)
    # of what all stages say of a month, the month itself takes its part
    damp = damp / (1 + (told * damp).sum(axis=0) * tau.shared**2)
    table = table.reshape(S, months, GRID.size) * damp[:, :, None]
    table -= table[:, :, [GRID.size // 2]]
    return _posterior(np.cumsum(table, axis=1))


def _log_p(x: Array) -> Array:
    return np.asarray(-np.logaddexp(0.0, -x))


def _binned(place: Ints, eta: Array, weight: Array) -> tuple[Ints, Array, Array]:
    """Return bins of place and log odds with their weights."""
    at = np.round(np.clip(eta, -15, 15) / BIN).astype(np.intp)
    code, back = np.unique(place * 1000 + at + 400, return_inverse=True)
    total = np.bincount(back.reshape(-1), weight)
    return code // 1000, (code % 1000 - 400) * BIN, np.asarray(total)


def _add(table: Array, place: Ints, eta: Array, weight: Array, *, sign: int) -> None:
    some = weight > 0
    where, at, total = _binned(place[some], eta[some], weight[some])
    value = _log_p(at[:, None] + sign * GRID[None, :]) * total[:, None]
    np.add.at(table, where, value)


def _add_open(table: Array, place: Ints, eta: Array, odds: Array) -> None:
    """Add the log likelihood of deals that are still there: p S_go + (1 − p) S_lost."""
    step = 0.2
    r = np.round(np.clip(odds, -8, 8) / step).astype(np.intp)
    at = np.round(np.clip(eta, -15, 15) / BIN).astype(np.intp)
    code, number = np.unique((place * 1000 + at + 400) * 100 + r + 50, return_counts=True)
    log_r = (code % 100 - 50) * step
    code = code // 100
    where, x = code // 1000, (code % 1000 - 400) * BIN
    moved = x[:, None] + GRID[None, :]
    value = np.logaddexp(_log_p(moved) + log_r[:, None], _log_p(-moved))
    np.add.at(table, where, value * number[:, None])


def _posterior(table: Array) -> Break:
    """Return the break from log likelihoods (S, months, grid) of a step k months ago."""
    S, months, _ = table.shape
    near = np.exp(-0.5 * ((GRID[:, None] - GRID[None, :]) / OWN_BREAK_SD) ** 2)
    near /= near.sum(axis=1, keepdims=True)
    shared = np.exp(-0.5 * (GRID / BREAK_SD) ** 2)
    shared /= shared.sum()
    top = table.max(axis=2, keepdims=True)
    like = np.exp(table - top)
    # by the shared size, each stage's own integrated out: (S, months, grid)
    given = np.maximum(like @ near.T, 1e-300)
    log_joint = (np.log(given) + top).sum(axis=0) + np.log(shared)
    peak = log_joint.max(axis=1)
    weight = np.exp(log_joint - peak[:, None])
    log_evidence = peak + np.log(weight.sum(axis=1))
    weight /= weight.sum(axis=1, keepdims=True)
    own = (like * GRID) @ near.T / given  # mean of a stage's size given the shared one
    step, spread, chance = np.zeros((BREAKS, S)), np.full(BREAKS, BREAK_SD), np.zeros(BREAKS)
    step[:months] = np.einsum("kg,skg->ks", weight, own)
    mean = own.mean(axis=0)
    middle = (weight * mean).sum(axis=1)
    spread[:months] = np.sqrt((weight * (mean - middle[:, None]) ** 2).sum(axis=1))
    score = np.concatenate([[np.log(1 - P_BREAK)], np.log(P_BREAK / months) + log_evidence])
    score = np.exp(score - score.max())
    chance[:months] = score[1:] / score.sum()
    return Break(chance, step, spread)
