"""The improvement plan: measures with owners, due dates and computed effects."""

from __future__ import annotations

from salesfunnel.planning._plan import plan
from salesfunnel.planning.improvement import ImprovementPlan
from salesfunnel.planning.measure import Effect, EffectBasis, Measure, Quantiles
from salesfunnel.planning.simulate import Assumptions

__all__ = [
    "Assumptions",
    "EffectBasis",
    "Effect",
    "ImprovementPlan",
    "Measure",
    "Quantiles",
    "plan",
]
