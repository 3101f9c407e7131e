"""Deals to come: what those of the last year would bring under the rates of the days ahead."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.winning.time_to_win import convolved_days
from salesfunnel.forecasting.snapshot import Snapshot
from salesfunnel.forecasting.stage_rows import day_of
from salesfunnel.forecasting.win_model import Standing, WinModel, win_chances

__all__ = ["NewDeals", "new_deals"]

Floats = npt.NDArray[np.float64]

YEAR, MOST, DRAWN, KNOWN, NODE_DAYS = 365, 4000, 2000, 0.6, 30
MOVE = 0.25


class NewDeals(NamedTuple):
    """What deals to come bring."""

    wins: Floats
    """To expect on each day of the horizon, shape (horizon,)."""
    values: Floats
    """What wins bring; each is as likely."""
    worth: float
    """Mean of what a win brings."""
    move: tuple[float, float]
    """What a unit of log odds, in places now and ahead, does to the log of the wins."""


def new_deals(
    known: Snapshot, model: WinModel, by_day: Floats, value: Floats, won_values: Floats
) -> NewDeals:
    """Return what deals to come bring.

    Parameters
    ----------
    known : Snapshot
    model : WinModel
    by_day : ndarray of float64, shape (horizon,)
        Deals that arrive on each day.
    value : ndarray of float64, shape (n,)
        Of all deals of the snapshot; NaN unknown.
    won_values : ndarray of float64
        Values of won deals, taken where those of new deals are not known.
    """
    age = -day_of(known.created, known.at)
    recent = np.flatnonzero(age <= YEAR)
    recent = recent if recent.size else np.arange(age.size)
    recent = recent[:: -(-recent.size // MOST)]
    zero = np.zeros(recent.size, dtype=np.intp)
    who = Standing(0, zero, zero, recent)
    horizon = by_day.size
    nodes = np.unique(np.append(np.arange(0, horizon, NODE_DAYS), horizon - 1)).astype(np.float64)
    # a moment after now, so that no month of the past counts
    chance = np.stack([win_chances(model, who, later=node + 1e-6) for node in nodes.tolist()])
    reach = np.interp(np.arange(horizon), nodes, chance.mean(axis=1))
    wins = convolved_days(by_day * reach, model.times.fresh[0])
    middle = float(nodes[nodes.size // 2]) + 1e-6
    base = max(float(chance[nodes.size // 2].mean()), 1e-12)
    move = []
    for place in ((MOVE, MOVE), (0.0, MOVE)):
        up = float(win_chances(model, who, later=middle, move=place).mean())
        move.append(float(np.log(max(up, 1e-12) / base)) / MOVE)
    weight = chance[nodes.size // 2]
    worth, values = _values(value[recent], weight, won_values)
    return NewDeals(wins, values, worth, (move[0], move[1]))


def _values(value: Floats, weight: Floats, won: Floats) -> tuple[float, Floats]:
    """Return the mean of what a win brings, and values that wins may have."""
    some = np.isfinite(value)
    if some.mean() < KNOWN or float(weight[some].sum()) <= 0:
        return float(won.mean()), won
    value, weight = value[some], weight[some]
    order = np.argsort(value, kind="stable")
    there = np.cumsum(weight[order])
    at = (np.arange(DRAWN) + 0.5) / DRAWN * there[-1]
    drawn = value[order][np.searchsorted(there, at)]
    worth = float(weight @ value / weight.sum())
    return worth, drawn * (worth / drawn.mean()) if drawn.mean() > 0 else drawn
