"""Further parts of an analysis for its report: trends, outcomes of deals, forecast, bridge."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import attrs
import numpy as np

from salesfunnel._core.errors import SalesFunnelError
from salesfunnel._core.vocabulary import TIERS
from salesfunnel.bottleneck import Bottlenecks, rate_trend
from salesfunnel.data.history import StageHistory, deal_cohorts, stage_fates
from salesfunnel.data.panel import ALL, Panel
from salesfunnel.forecasting import forecast
from salesfunnel.pipeline import pipeline_bridge

__all__ = ["around", "judged_panel"]

COHORTS = 3
"""Months of entry from which a triangle of them says something."""
HORIZON = 90
"""Days of the forecast in the report."""
SETTLED = 30
"""Days that a quarter must have run before the bridge begins with it; else the one before."""


def judged_panel(panel: Panel, judged: str, bottlenecks: Bottlenecks) -> Panel:
    """Return one period with the counts that the verdicts rest on, step by step.

    A step that fell is counted since the onset, so that a page shows one rate for each step.
    """
    alone = panel.select(periods=judged)
    listed = bottlenecks.tier < TIERS.index("none")
    window = np.where(listed, bottlenecks.window, 1).astype(np.intp)
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
    """
    deals = data if isinstance(data, StageHistory) else None
    trend = rate_trend(panel, period=judged, lag=deals, found=bottlenecks)
    found: dict[str, Any] = {"trend": trend}
    if deals is None or not len(deals):
        return found
    alarms = [row for row in bottlenecks.alarms if row.segment == ALL]
    if panel.by == "month":
        found["fates"] = stage_fates(
            deals,
            until=judged,
            months=max((row.window for row in alarms), default=3),
            alerts=tuple(dict.fromkeys(row.transition.source for row in alarms)),
        )
    with suppress(SalesFunnelError):  # no stage is the win
        cohorts = deal_cohorts(deals)
        if len(cohorts.periods) >= COHORTS:
            found["cohorts"] = cohorts
    if worth is None:
        return found
    with suppress(SalesFunnelError):  # too few wins: the report goes without a forecast
        found["forecast"] = forecast(
            deals, horizon=HORIZON, seed=seed, currency=currency, rates=rates
        )
    with suppress(SalesFunnelError):  # no amounts of the open deals: it goes without a bridge
        now = deals.as_of.astype("datetime64[s]").astype(object)
        bridge = pipeline_bridge(
            deals, since=_quarter(now), until=now, currency=currency, rates=rates, compare=False
        )
        if bridge.start or bridge.end or bridge.won:
            found["bridge"] = bridge
    return found


def _quarter(now: datetime) -> datetime:
    """Return the first moment of the quarter that had begun `SETTLED` days ago."""
    then = now - timedelta(days=SETTLED)
    return datetime(then.year, (then.month - 1) // 3 * 3 + 1, 1)  # noqa: DTZ001 - data have no zone
