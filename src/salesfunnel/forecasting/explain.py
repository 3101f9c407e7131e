"""Why a deal has its chance: points that add up to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from salesfunnel._core.checks import check_known
from salesfunnel._core.errors import DataError

if TYPE_CHECKING:
    from salesfunnel.forecasting.result import Forecast

__all__ = ["points_of"]


def points_of(forecast: Forecast, deal: str) -> dict[str, float]:
    """Return the points of an open deal; see `Forecast.why`."""
    check_known("deal", deal, forecast.deals)
    at = forecast.deals.index(deal)
    chance = forecast.deal_chance
    plain = forecast.deal_chance_plain
    if not plain.size:
        if forecast.strata is not None:
            raise DataError(
                "'forecast' must tell the part of its strata to explain a deal, got one without",
                hint="make it again with forecast(history, horizon=..., strata=...)",
            )
        plain = chance
    stage = np.array(forecast.deal_stage) == forecast.deal_stage[at]
    mean = float(plain[stage].mean())
    points = {
        "base": float(chance.mean()) * 100,
        "stage": (mean - float(plain.mean())) * 100,
        "age": (float(plain[at]) - mean) * 100,
    }
    parts = {}
    if forecast.terms:
        centred = (forecast.deal_terms[at] - forecast.deal_terms.mean(axis=0)) * 100
        parts = dict(zip(forecast.terms, centred.tolist(), strict=True))
    elif forecast.strata is not None:
        parts = {"strata": float(chance[at]) * 100 - sum(points.values())}
    if forecast.strata is not None:
        parts.setdefault("strata", 0.0)
    return {**points, **dict(sorted(parts.items(), key=lambda part: -abs(part[1])))}
