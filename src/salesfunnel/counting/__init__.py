"""count_steps: how many get to each step, in order, within a window."""

from __future__ import annotations

from salesfunnel.counting._count_steps import count_steps
from salesfunnel.counting.result import StepCounts, StepDuration
from salesfunnel.counting.step_specs import Step, either, optional, step

__all__ = ["Step", "StepCounts", "StepDuration", "count_steps", "either", "optional", "step"]
