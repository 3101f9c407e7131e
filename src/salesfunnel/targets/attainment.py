"""The chance that a number of entrants meets a target."""

from __future__ import annotations

import math
from typing import NamedTuple

from salesfunnel._kernels import targets
from salesfunnel.targets.arguments import Floats
from salesfunnel.targets.target_plan import TargetUnit

__all__ = ["Chance"]


class Chance(NamedTuple):
    """The chance that a number of entrants meets what is left of the target."""

    left: float
    rate: Floats
    value: float | None
    value_sd: float
    unit: TargetUnit

    def __call__(self, entrants: float) -> float:
        """Return the chance with so many entrants."""
        if self.unit == "count":
            return targets.chance_of_count(entrants, math.ceil(self.left - 1e-9), self.rate)
        return targets.chance_of_amount(
            entrants, self.left, self.rate, self.value or 1.0, self.value_sd
        )

    def fewest(self, probability: float) -> float | None:
        """Return the fewest entrants with that chance, None above 1e15."""
        if self(0.0) >= probability:
            return 0.0
        low, high = 0.0, max(self.left, 1.0)
        while self(high) < probability:
            low, high = high, high * 2
            if high > 1e15:
                return None
        while high - low > 1:
            middle = math.floor((low + high) / 2)
            low, high = (low, middle) if self(middle) >= probability else (middle, high)
        return float(math.ceil(high))
