"""The rates of the months of a plan: season kept, by the model that the verdicts use."""

from __future__ import annotations

import numpy as np

from salesfunnel._core.season import RATE_MONTHS, angles_of
from salesfunnel._kernels.rate_model.ahead import mean_rate_ahead
from salesfunnel.fault import Fault
from salesfunnel.targets.arguments import Floats
from salesfunnel.targets.history_rates import RateHistory

BetaParams = tuple[float, float]
MOST_MONTHS = 36
"""Months that are read at most."""
SMALLEST_VARIANCE = 1e-9


def seasonal_rates(
    known: RateHistory,
    periods: tuple[str, ...],
    weights: Floats,
    flat: tuple[Floats, list[BetaParams]],
) -> tuple[Floats, list[BetaParams], list[Fault]]:
    """Return mean rates and Beta parameters of the months of a plan.

    Those of `flat` where the history is shorter than 18 months or has no dates.

    Parameters
    ----------
    known : RateHistory
        Up to 36 months.
    periods : tuple of str
        The months of the plan.
    weights : ndarray of float, shape (periods,)
        How much of the target each holds.
    flat : tuple
        Rates and parameters without a season.
    """
    rates, beta_params = flat[0].copy(), list(flat[1])
    if known.panel.by != "month":
        return rates, beta_params, []
    names = known.panel.periods[-len(known.entered) :]
    before, ahead = angles_of(names, "month"), angles_of(periods, "month")
    if before is None or ahead is None:
        return rates, beta_params, []
    share = weights if weights.sum() > 0 else np.ones(len(periods))
    done = 0
    for s in range(rates.size):
        n, x = known.entered[:, s], known.advanced[:, s]
        if (n > 0).sum() < RATE_MONTHS:
            continue
        mean, variance = mean_rate_ahead(np.minimum(x, n), n, before, ahead, share)
        size = max(mean * (1 - mean) / max(variance, SMALLEST_VARIANCE) - 1, 0.5)
        rates[s], beta_params[s] = mean, (mean * size, (1 - mean) * size)
        done += 1
    said = [Fault.of("rates-of-the-season", severity="info", n=done)] if done else []
    return rates, beta_params, said
