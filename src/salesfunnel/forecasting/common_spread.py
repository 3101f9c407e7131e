"""What deals have in common: how far levels, months ahead and the rest move all of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salesfunnel.forecasting.open_deals import OpenDeals
from salesfunnel.forecasting.win_model import WinModel

__all__ = ["common_spread", "log_spread"]

Floats = npt.NDArray[np.float64]

FLOOR_SD, MONTHS_WIDER, BREAK_WIDER, STEEPEST = 0.06, 1.5, 1.25, 3.0
"""Least spread of what deals share; how much wider months and breaks are than they look; the most
that the logit of a likely deal moves with the calendar."""


def common_spread(
    won: int, model: WinModel, opened: OpenDeals, horizon: int, closing: float = 0.0
) -> tuple[Floats, Floats]:
    """Return the spreads of what deals share on the logit, and the loadings of open deals.

    Of levels, season and break; of months ahead; of how long stages take, which is known from
    `won` wins; of wins by the calendar, whose log scatters by `closing`; of the slope of the value,
    if that is a trait. Shapes (f,) and (n, f).
    """
    logit, months = model.logit, max(horizon / 30.0, 1.0)
    level = logit.months.ahead_sd
    if logit.found is not None:
        level = float(np.hypot(level, BREAK_WIDER * logit.found.sd))
    ahead = np.hypot(logit.tau.shared, logit.tau.own / 2) * np.sqrt(MONTHS_WIDER / months)
    sd = [level, ahead, float(np.hypot(FLOOR_SD, max(won, 1) ** -0.5)), closing]
    # the log of a chance moves by as much as its logit times 1 - p
    whole = np.minimum(1 / np.maximum(1 - opened.chance, 1e-9), STEEPEST)
    load = [opened.load[:, 0], opened.load[:, 1], np.ones(opened.chance.size), whole]
    if model.traits.z is not None and opened.chance.size:
        z = model.traits.z
        sd.append(logit.slope_sd)
        load.append(opened.load[:, 0] * (z if z.ndim == 1 else z.mean(axis=1))[opened.deal])
    return np.array(sd), np.stack(load, axis=1)


def log_spread(opened: OpenDeals, value: Floats, common: tuple[Floats, Floats]) -> float:
    """Return the standard deviation of the log of what open deals bring, about."""
    p = opened.chance
    expected = float(p @ value)
    if expected <= 0:
        return 1.0
    alone = float((p * (1 - p) * value**2).sum())
    sd, load = common
    moved = (p * (1 - p) * value) @ load
    variance = (alone + float((moved**2 * sd**2).sum())) / expected**2
    return float(np.sqrt(np.log1p(variance)))
