"""How much wins scatter between stretches of the calendar, beyond what stages and ages explain.

Many teams win at the end of a quarter, whenever deals came in. Months of entering a stage do not
show it; the wins of a stretch of days against those that the model expects of the deals that were
open in it do.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.winning.delays import GO, Delays
from salesfunnel.forecasting.stage_rows import MONTH_DAYS, Stays
from salesfunnel.forecasting.win_model import WinModel

__all__ = ["closing_scatter"]

Floats = npt.NDArray[np.float64]
MOST_STAYS, MOST_STEPS, DRAWN, AT_ONCE = 60_000, 24, 3.0, 0.99
"""Most stays that are read; most months that stretches begin in; stretches without scatter to which
it is drawn; share that goes on the first day from a stage that is won."""


def closing_scatter(model: WinModel, rows: Stays, horizon: int) -> float:
    """Return the standard deviation of the log of wins of a stretch as long as the horizon.

    Parameters
    ----------
    model : WinModel
        Fitted on `rows`.
    rows : Stays
    horizon : int
        Days.
    """
    M = model.months
    every = max(-(-rows.deal.size // MOST_STAYS), 1)
    use = np.flatnonzero((rows.deal % every == 0) & (rows.month < M))
    place, month = rows.place[use], rows.month[use]
    start, end = rows.entered[use], rows.entered[use] + rows.duration[use]
    goal = _won_from(model)
    won = (rows.fate[use] == GO) & (rows.following[use] >= goal) & (place < goal)
    p = 1 / (1 + np.exp(-(model.logit.base + model.logit.month_own)))
    tables = [
        model.following[s, goal:].sum() * _cumulative(delay, p[s])
        for s, delay in enumerate(model.times.delays_of[:goal])
    ]
    steps = min((int(-start.min(initial=0)) - horizon) // MONTH_DAYS, MOST_STEPS)
    came, said = [], []
    for k in range(steps):
        stop = -k * MONTH_DAYS
        begin = stop - horizon
        came.append(float((won & (end >= begin) & (end < stop)).sum()))
        total = 0.0
        for s, table in enumerate(tables):
            mine = np.flatnonzero((place == s) & (start < stop) & (end >= begin))
            low = np.clip(begin - start[mine], 0, table.shape[1] - 1)
            high = np.clip(np.minimum(stop, end[mine] + 1) - start[mine], 0, table.shape[1] - 1)
            total += float((table[month[mine], high] - table[month[mine], low]).sum())
        said.append(total)
    o, e = np.array(came), np.array(said)
    if not e.size or float((e**2).sum()) <= 0:
        return 0.0
    share = float((((o - e) ** 2 - e).sum()) / (e**2).sum())
    apart = o.size * MONTH_DAYS / max(horizon, MONTH_DAYS)
    return float(np.sqrt(max(share, 0.0) * apart / (apart + DRAWN)))


def _won_from(model: WinModel) -> int:
    """Return the first place that is left for won on the day it is entered, or won itself."""
    goal = len(model.times.delays_of)
    while goal > 1 and float(model.times.delays_of[goal - 1].go[0]) > AT_ONCE:
        goal -= 1
    return goal


def _cumulative(delay: Delays, p: Floats) -> Floats:
    """Return the hazard of going on, summed up before each age, of each chance; (M, D + 1)."""
    there = p[:, None] * delay.stay_go[None, :-1] + (1 - p[:, None]) * delay.stay_lost[None, :-1]
    hazard = np.minimum(p[:, None] * delay.go[None, :] / np.maximum(there, 1e-12), 1.0)
    return np.concatenate([np.zeros((p.size, 1)), np.cumsum(hazard, axis=1)], axis=1)
