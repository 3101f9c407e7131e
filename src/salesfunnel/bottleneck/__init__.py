"""Bottlenecks that are true: which step holds the funnel back, how sure, and what it is worth."""

from __future__ import annotations

from salesfunnel.bottleneck._find_bottlenecks import find_bottlenecks
from salesfunnel.bottleneck._output_change import OutputChange, output_change
from salesfunnel.bottleneck._rate_trend import RateTrend, rate_trend
from salesfunnel.bottleneck.bottlenecks import Bottlenecks
from salesfunnel.bottleneck.inflow import Inflow, InflowRow
from salesfunnel.bottleneck.reference_window import ReferenceWindow
from salesfunnel.bottleneck.row import Bottleneck

__all__ = [
    "Bottleneck",
    "Bottlenecks",
    "ReferenceWindow",
    "Inflow",
    "InflowRow",
    "OutputChange",
    "RateTrend",
    "find_bottlenecks",
    "output_change",
    "rate_trend",
]
