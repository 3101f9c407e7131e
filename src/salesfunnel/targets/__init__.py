"""Target breakdown: what every stage, month and owner must bring, and how likely it is met."""

from __future__ import annotations

from salesfunnel.targets._decompose import decompose_target
from salesfunnel.targets._follow import TargetProgress, follow_target
from salesfunnel.targets.target_plan import TargetPlan

__all__ = ["TargetPlan", "TargetProgress", "decompose_target", "follow_target"]
