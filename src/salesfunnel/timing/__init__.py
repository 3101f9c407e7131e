"""Time in the funnel: stage durations, sales velocity, stale deals, Little's law."""

from __future__ import annotations

from salesfunnel.timing._littles_law import LittlesLaw, littles_law
from salesfunnel.timing._stage_durations import (
    StageDurations,
    StaleDeals,
    ageing,
    stage_durations,
)
from salesfunnel.timing._velocity import Velocity, VelocityChange, velocity, velocity_change

__all__ = [
    "StaleDeals",
    "LittlesLaw",
    "StageDurations",
    "Velocity",
    "VelocityChange",
    "ageing",
    "littles_law",
    "stage_durations",
    "velocity",
    "velocity_change",
]
