"""count_steps: how many get to each step, in order, within a window."""

from __future__ import annotations

from salesfunnel.counting._count_steps import count_steps
from salesfunnel.counting.result import StepCounts, StepDuration

__all__ = ["StepCounts", "StepDuration", "count_steps"]
