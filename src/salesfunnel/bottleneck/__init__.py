"""Bottlenecks that are true: which step holds the funnel back, how sure, and what it is worth."""

from __future__ import annotations

from salesfunnel.bottleneck.find import find_bottlenecks
from salesfunnel.bottleneck.history import History
from salesfunnel.bottleneck.impact import OutputChange, output_change
from salesfunnel.bottleneck.result import Bottlenecks
from salesfunnel.bottleneck.row import Bottleneck

__all__ = [
    "Bottleneck",
    "Bottlenecks",
    "History",
    "OutputChange",
    "find_bottlenecks",
    "output_change",
]
