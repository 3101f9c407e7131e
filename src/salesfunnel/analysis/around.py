"""Further parts of an analysis for its report: trends, outcomes of deals, forecast, bridge."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import attrs
import numpy as np

from salesfunnel._core.errors import SalesFunnelError
from salesfunnel._core.fiscal import Fiscal
from salesfunnel.bottleneck import Bottlenecks, rate_trend
from salesfunnel.data.history import StageHistory, deal_cohorts, stage_fates
from salesfunnel.data.panel import ALL, Panel
from salesfunnel.forecasting import Forecast, forecast
from salesfunnel.forecasting.time_cuts import CALENDAR
from salesfunnel.pipeline import pipeline_bridge, slippage

__all__ = ["around", "judged_panel"]

COHORTS = 3
"""Months of entry from which a triangle of them says something."""
HORIZON = 90
"""Days of the forecast in the report."""
SETTLED = 30
"""Days that a quarter must have run before the bridge begins with it; else the one before."""


INSTANT = timedelta(microseconds=1)
"""The bridge begins just before the quarter, so that what is dated to its first day counts."""


def judged_panel(panel: Panel, judged: str, bottlenecks: Bottlenecks) -> Panel:
    """Return one period with the counts that the verdicts rest on, step by step.

    A step that fell is counted since the onset, so that a page shows one rate for each step.
    """
    alone = panel.select(periods=judged)
    window = bottlenecks.window.astype(np.intp)
    if panel.mode == "cohort" or panel.by == "day" or not (window > 1).any():
        return alone
    last = panel.periods.index(judged) + 1
    recent = panel.select(
        periods=panel.periods[max(last - int(window.max()), 0) : last]
    ).fill_gaps()
    entered, advanced, missing = recent.entered_advanced()
    age = np.arange(len(recent.periods))[::-1, None, None]
    inside = (age < window) & ~missing

    def summed(values: Any) -> Any:
        return None if values is None else np.where(inside, values, 0).sum(axis=0, keepdims=True)

    counts = alone.counts.copy()
    counts[..., :-1] = summed(entered)
    exposed = summed(recent.exposed)
    doubt = None
    if recent.exposed is not None and recent.exposed_cv2 is not None:
        errors = summed(np.sqrt(np.nan_to_num(recent.exposed_cv2)) * np.nan_to_num(recent.exposed))
        doubt = (errors / np.maximum(exposed, 1e-12)) ** 2
    return attrs.evolve(
        alone, counts=counts, advanced=summed(advanced), exposed=exposed, exposed_cv2=doubt
    )


def around(
    data: object,
    panel: Panel,
    judged: str,
    bottlenecks: Bottlenecks,
    worth: object,
    *,
    currency: str | None,
    rates: object,
    seed: int,
    fiscal: Fiscal | None = None,
) -> dict[str, Any]:
    """Return fields of an `Analysis` by name: as many as the data allow.

    Parameters
    ----------
    data : StageHistory, Tracking or Panel
    panel : Panel
        The counts that were judged.
    judged : str
        The judged period.
    bottlenecks : Bottlenecks
    worth : sequence of float or None
        Values of won deals in one currency; None if they are not known.
    currency, rates
        As in `analyze`.
    seed : int
        Of the forecast's draws.
    fiscal : Fiscal, optional
        Whose quarters count; those of the calendar by default.
    """
    deals = data if isinstance(data, StageHistory) else None
    trend = rate_trend(panel, period=judged, lag=deals, found=bottlenecks)
    found: dict[str, Any] = {"trend": trend}
    if deals is None or not len(deals):
        return found
    alarms = bottlenecks.alarms_of(ALL)
    if panel.by == "month":
        found["fates"] = stage_fates(
            deals,
            until=judged,
            months=1,
            alerts=tuple(dict.fromkeys(row.transition.source for row in alarms)),
            panel=panel,
        )
    with suppress(SalesFunnelError):  # no stage is the win
        cohorts = deal_cohorts(deals)
        if len(cohorts.periods) >= COHORTS:
            found["cohorts"] = cohorts
    with suppress(SalesFunnelError):  # close dates have no history: nobody knows what slipped
        found["slippage"] = slippage(deals, currency=currency, rates=rates)
    if worth is None:
        return found
    calendar = CALENDAR if fiscal is None else fiscal
    with suppress(SalesFunnelError):  # too few wins: the report goes without a forecast
        ahead = forecast(
            deals, horizon=HORIZON, seed=seed, currency=currency, rates=rates, fiscal=fiscal
        )
        found |= {"forecast": ahead, **_quarter_so_far(deals, ahead, calendar, currency, rates)}
    with suppress(SalesFunnelError):  # no amounts of the open deals: it goes without a bridge
        now = deals.as_of.astype("datetime64[s]").astype(object)
        bridge = pipeline_bridge(
            deals, since=_quarter(now, calendar) - INSTANT, until=now, currency=currency,
            rates=rates, compare=False,
        )  # fmt: skip
        if bridge.start or bridge.end or bridge.won:
            found["bridge"] = bridge
    return found


def _quarter(now: datetime, calendar: Fiscal) -> datetime:
    """Return the first moment of the quarter that had begun `SETTLED` days ago."""
    then = calendar.ordinal((now - timedelta(days=SETTLED)).date())
    return datetime.combine(calendar.start_of(then), datetime.min.time())


def _quarter_so_far(
    deals: StageHistory, ahead: Forecast, calendar: Fiscal, currency: str | None, rates: object
) -> dict[str, Any]:
    """Return what was won in the quarter of the data, and what its last days may bring."""
    now = np.datetime64(deals.as_of, "us")
    place = calendar.ordinal(now.astype("datetime64[D]").item())
    start, end = (np.datetime64(calendar.start_of(k), "us") for k in (place, place + 1))
    left = min(float((end - now) / np.timedelta64(1, "D")), float(ahead.horizon))
    values = deals.money(currency=currency, rates=rates).values
    won = (deals.outcome == 1) & (deals.closed >= start) & (deals.closed <= now)
    low, middle, high = (float(np.interp(left, ahead.path_days, ahead.path[k])) for k in (0, 2, 4))
    so_far = float(np.nansum(values[won]))
    found = {"low": so_far + low, "expected": so_far + middle, "high": so_far + high}
    return {
        "quarter": calendar.name_of(place),
        "quarter_won": so_far,
        **{f"quarter_{name}": value for name, value in found.items()},
    }
