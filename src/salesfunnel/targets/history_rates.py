"""Read months, rates and season of a funnel's history for a target."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from salesfunnel._core.errors import ArgumentError, DataError
from salesfunnel._core.periods import label_of, ordinal
from salesfunnel._kernels import targets
from salesfunnel._kernels.special import betaincinv
from salesfunnel.data.panel import Panel
from salesfunnel.fault import Fault
from salesfunnel.targets.arguments import Floats


class RateHistory(NamedTuple):
    """Entered and advanced by month and transition, (months, steps - 1); 0 where not usable."""

    entered: Floats
    advanced: Floats
    volume: Floats  # entrants of the first step by month
    panel: Panel


def history_of(panel: Panel, months: int, lags: tuple[Floats, ...]) -> RateHistory:
    """Return the last whole months; in period mode with those who could advance in each."""
    if len(panel.steps) < 2:
        raise ArgumentError(f"'panel' must have two steps at least, got {len(panel.steps)}")
    if panel.by not in ("month", "none"):
        raise ArgumentError(f"'panel' must be by month, got {panel.by!r}")
    whole = panel.select(periods=[p for p in panel.periods if p not in panel.partial]).fill_gaps()
    if len(whole.segments) > 1:
        whole = whole.total()
    if not whole.periods:
        raise DataError("'panel' must have a whole month, got none")
    entered, advanced, missing = (array[:, 0] for array in whole.entered_advanced())
    n, x = entered.astype(np.float64), advanced.astype(np.float64)
    usable = ~missing
    if whole.exposed is not None:  # of entrants who are followed, those who have had time
        n = whole.exposed[:, 0]
    for s, f in enumerate(lags):
        if panel.mode == "period" and f.size > 1:
            known = ~whole.missing[:, 0, s]
            exposed = np.convolve(n[:, s], f)[: len(n)]
            all_known = np.convolve(known, np.ones(f.size))[: len(n)] >= f.size - 0.5
            n[:, s], usable[:, s] = exposed, usable[:, s] & all_known
    n, x = np.where(usable, n, 0.0)[-months:], np.where(usable, x, 0.0)[-months:]
    first = whole.counts[:, 0, 0][~whole.missing[:, 0, 0]].astype(np.float64)[-months:]
    return RateHistory(n, x, first, whole)


def rates_of(
    known: RateHistory, span: int
) -> tuple[Floats, list[tuple[float, float]], str | None, list[Fault]]:
    """Return mean rates, their beta parameters, the step nobody passed, and what is suspicious."""
    rates, beta_params, faults = [], [], []
    infeasible: str | None = None
    for s, name in enumerate(known.panel.steps[:-1]):
        n, x = known.entered[:, s], known.advanced[:, s]
        N, X = float(n.sum()), float(x.sum())
        if N <= 0:
            raise DataError(f"'panel' must have entrants at {name!r}, got none in the history")
        if X > N:
            raise DataError(
                f"'panel' must not have more advanced than entered, got {X:g} of {N:g} at {name!r}",
                hint="give the lag between the steps, or a panel of cohorts",
            )
        if X == 0:
            infeasible = infeasible or name
            upper = float(betaincinv(np.array([0.5]), np.array([N + 0.5]), np.array([0.975]))[0])
            faults.append(Fault.of("target-infeasible", step=name, entered=N, rate=upper))
            rates.append(upper)
        else:
            rates.append((X + 0.5) / (N + 1.0))
        beta_params.append(targets.predictive(n, x, span))
        if (n > 0).sum() < 3:
            faults.append(Fault.of("short-history", step=name, n=int((n > 0).sum())))
    return np.array(rates), beta_params, infeasible, faults


def periods_of(panel: Panel, start: str | None, span: int) -> tuple[str, ...]:
    """Return the names of the months of the plan."""
    if panel.by != "month":
        if start is not None:
            raise ArgumentError(f"'start' must be left out without calendar months, got {start!r}")
        return tuple(str(i + 1) for i in range(span))
    if start is None:
        first = ordinal(panel.periods[-1], "month") + 1
    else:
        try:
            first = ordinal(start, "month")
        except ValueError:
            raise ArgumentError(
                f"'start' must be a month such as '2026-10', got {start!r}"
            ) from None
    return tuple(label_of(first + i, "month") for i in range(span))


def weights_of(panel: Panel, periods: tuple[str, ...], seasonality: object) -> tuple[Floats, bool]:
    """Return the weight of each month, and whether it comes from the seasons of the past."""
    if not isinstance(seasonality, bool):
        weights = np.asarray(seasonality, dtype=np.float64)
        good = weights.shape == (len(periods),) and (np.isfinite(weights) & (weights >= 0)).all()
        if not good or weights.sum() <= 0:
            raise ArgumentError(
                f"'seasonality' must be {len(periods)} weights of at least 0, got {seasonality!r}"
            )
        return weights, False
    years = len(panel.periods) // 12
    last = panel.counts[-12 * years :, 0, -1] if years else panel.counts[:0, 0, -1]
    known = not panel.missing[-12 * years :, 0, -1].any() if years else False
    if not seasonality or panel.by != "month" or years < 2 or not known or not last.sum():
        return np.ones(len(periods)), False
    number = np.array([ordinal(name, "month") for name in panel.periods[-12 * years :]])
    ahead = np.array([ordinal(name, "month") for name in periods])
    return targets.season(last.astype(np.float64), number % 12, ahead % 12), True
