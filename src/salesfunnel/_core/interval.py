"""Interval: a range with its level and the method that made it."""

from __future__ import annotations

import attrs

from salesfunnel._core.frozen import plain
from salesfunnel._core.short_number import short_number

__all__ = ["Interval"]


@attrs.frozen
class Interval:
    """A range of values that the data are compatible with.

    Parameters
    ----------
    low, high : float
        The ends, in the unit of the quantity.
    level : float
        Nominal coverage in (0, 1), such as 0.95.
    method : str
        How it was made: ``"wilson"``, ``"jeffreys"``, ``"clopper-pearson"``, ``"newcombe"``,
        ``"monte-carlo"``, ...

    Examples
    --------
    >>> Interval(0.2, 0.4, 0.95, "wilson").width
    0.2
    """

    low: float = attrs.field(converter=plain)
    high: float = attrs.field(converter=plain)
    level: float
    method: str

    def __repr__(self) -> str:
        low, high = short_number(self.low), short_number(self.high)
        return f"Interval(low={low}, high={high}, level={self.level:g}, method={self.method!r})"

    @property
    def width(self) -> float:
        """The distance between the ends."""
        return self.high - self.low

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high
