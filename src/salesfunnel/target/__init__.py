"""Target breakdown: what every stage, month and owner must bring, and how likely it is met."""

from __future__ import annotations

from salesfunnel.target.breakdown import decompose_target
from salesfunnel.target.follow import TargetProgress, follow_target
from salesfunnel.target.result import TargetPlan

__all__ = ["TargetPlan", "TargetProgress", "decompose_target", "follow_target"]
