"""Time in the funnel: stage durations, sales velocity, ageing deals, Little's law."""

from __future__ import annotations

from salesfunnel.timing._littles_law import LittlesLaw, littles_law
from salesfunnel.timing._stage_durations import (
    Ageing,
    StageDurations,
    ageing,
    stage_durations,
)
from salesfunnel.timing._velocity import Velocity, VelocityChange, velocity, velocity_change

__all__ = [
    "Ageing",
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
