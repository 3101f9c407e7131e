"""How long entrants of a step take to advance: given, or learned from deals."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.arguments import LONGEST_LAG, lag_shares, trimmed
from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.period_arrays import DAYS_PER_MONTH, DAYS_PER_PERIOD, period_numbers
from salesfunnel._kernels.censoring import incidence
from salesfunnel._kernels.rate_model.exposure import lag_variance, lagged
from salesfunnel.data.history import StageHistory
from salesfunnel.data.panel import Panel

Array = npt.NDArray[np.float64]
FEWEST_MATURE = 20
"""Advances of deals that had time, below which all deals are asked."""


class Lag(NamedTuple):
    """The delay of a step, as shares by period, and how many advances it was learned from."""

    shares: Array
    converters: float
    """Infinite where it was given."""

    def together(self, width: int = 1) -> float:
        """Return the share of entrants who advance in the same `width` periods, Σ f²."""
        over = np.convolve(self.shares, np.ones(width))
        return float(np.square(over).sum() / over.sum())

    def young(self, width: int = 1) -> float:
        """Return the share of those who advance that has done so by the end of `width` periods."""
        reached = np.cumsum(self.shares)
        return float(np.pad(reached, (0, max(width - reached.size, 0)), mode="edge")[:width].mean())


def lags_of(lag: object, panel: Panel) -> tuple[Lag, ...] | None:
    """Return the delay of every step, or None where none is given."""
    if lag is None:
        return None
    if panel.mode == "entry" and isinstance(lag, StageHistory):
        return None  # its own entrants are followed already, with the delay of these deals
    if panel.mode != "period":
        raise ArgumentError(
            f"'lag' must be None for a panel of cohorts, got {lag!r}",
            hint="a cohort follows its own entrants, so there is nothing to adjust",
        )
    sources = panel.steps[:-1]
    if isinstance(lag, StageHistory):
        return learned(lag, panel)
    return tuple(Lag(shares, np.inf) for shares in lag_shares(lag, sources))


def learned(history: StageHistory, panel: Panel) -> tuple[Lag, ...]:
    """Return the delay of every step of a panel, from deals."""
    return tuple(_estimated(history, key, panel) for key in panel.steps[:-1])


def _estimated(history: StageHistory, key: str, panel: Panel) -> Lag:
    """Return the delay of those who advanced, from deals.

    Deals that had time to advance are counted by whole periods from entry to advance; where they
    are few, the Aalen–Johansen curve of all deals, open ones censored, is used. A pseudo-count of
    ½·(1, ½, ¼, ...) keeps short delays possible.
    """
    if key not in history.stages:
        return Lag(np.ones(1), np.inf)
    duration, event, rows = history.stage_times(key)
    days, event = np.asarray(duration, dtype=np.float64), np.asarray(event)
    curve = incidence(days, event, kinds=2)
    mass = np.diff(curve.share[0], prepend=0.0)
    if mass.sum() <= 0:
        return Lag(np.ones(1), np.inf)
    period = DAYS_PER_PERIOD.get(panel.by, DAYS_PER_MONTH)
    f = _by_period(curve.times / period, mass)
    longest = int(np.searchsorted(np.cumsum(f) / f.sum(), 0.98)) + 1
    counted = _counted(history, key, panel, (days, event, rows), longest)
    converters = float((event == 1).sum())
    if counted is not None:
        f, converters = counted, float(counted.sum())
    f = f[: longest + 1] / f[: longest + 1].sum()
    prior = 0.5 ** np.arange(1.0, f.size + 1)
    return Lag(trimmed(f * max(converters, 1.0) + prior), converters)


def _counted(
    history: StageHistory, key: str, panel: Panel, times: tuple[Array, Any, Any], longest: int
) -> Array | None:
    """Return how many advanced after 0, 1, ... periods, of those who entered early enough."""
    days, event, rows = times
    if panel.by == "none":
        return None
    entry = history.entered[rows, history.stages.index(key)]
    first = period_numbers(entry, panel.by)
    later = entry + (np.where(event == 1, days, 0.0) * 86_400e6).astype("timedelta64[us]")
    wait = period_numbers(later, panel.by) - first
    end = int(period_numbers(np.array([history.as_of]), panel.by)[0])
    mature = (event == 1) & (first <= end - longest) & (wait >= 0) & (wait <= longest)
    if mature.sum() < FEWEST_MATURE:
        return None
    return np.bincount(wait[mature], minlength=longest + 1).astype(np.float64)


def _by_period(periods: Array, mass: Array) -> Array:
    """Return shares by whole periods, as if entries were even over a period."""
    whole = np.minimum(np.floor(periods).astype(np.intp), LONGEST_LAG - 1)
    part = np.minimum(periods - whole, 1.0)
    f = np.zeros(LONGEST_LAG + 1)
    np.add.at(f, whole, mass * (1 - part))
    np.add.at(f, whole + 1, mass * part)
    return f


def exposure_of(panel: Panel, lags: tuple[Lag, ...] | None) -> tuple[Array, Array | None]:
    """Return who could advance in every period, and the squared relative error of that.

    Parameters
    ----------
    panel : Panel
        Without gaps between its periods.
    lags : tuple of Lag or None
        Of the steps; None if nothing is to be adjusted.

    Returns
    -------
    exposed : ndarray of float64, shape (periods, segments, steps - 1)
        NaN where it is not known.
    cv2 : ndarray of float64, same shape, or None
        None where entries are taken as they are.
    """
    entered = np.where(panel.missing[..., :-1], np.nan, panel.counts[..., :-1])
    if panel.exposed is not None:
        return panel.exposed.copy(), panel.exposed_cv2
    if lags is None:
        return entered, None
    exposed, cv2 = np.full_like(entered, np.nan), np.full_like(entered, np.nan)
    for s, distribution in enumerate(lags):
        exposed[..., s] = lagged(entered[..., s], distribution.shares)
        cv2[..., s] = lag_variance(entered[..., s], distribution.shares, distribution.converters)
    return exposed, cv2
