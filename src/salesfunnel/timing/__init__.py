"""Time in the funnel: stage durations, sales velocity, ageing deals, Little's law."""

from __future__ import annotations

from salesfunnel.timing.flow import LittlesLaw, littles_law
from salesfunnel.timing.pace import Velocity, VelocityChange, velocity, velocity_change
from salesfunnel.timing.stages import (
    Ageing,
    StageDurations,
    ageing,
    stage_durations,
)

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
