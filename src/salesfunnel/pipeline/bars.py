"""BridgeBars: the bars of a bridge, in whole minor units so that they add up exactly."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import attrs

from salesfunnel._core.frozen import frozen_map
from salesfunnel._core.result import ResultMixin

__all__ = ["BARS", "INS", "OUTS", "BridgeBars"]

INS = (
    "start",
    "new",
    "pulled_in",
    "pushed_in",
    "reopened",
    "transferred_in",
    "increased",
    "exchange",
)
OUTS = (
    "decreased",
    "pulled_out",
    "pushed_out",
    "transferred_out",
    "removed",
    "lost",
    "won",
)
BARS: tuple[str, ...] = (*INS, *OUTS, "end")
"""The bars in order: those of `INS` less those of `OUTS` are ``"end"``."""


class _Bar:
    """A bar as an attribute: its amount in the major unit, NaN if currencies cannot be added."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, bars: Any, owner: type | None = None) -> float:
        found: float = bars.amount(self.name)
        return found


@attrs.frozen(kw_only=True)
class BridgeBars(ResultMixin):
    """The bars of a bridge: amounts, all of them positive but `exchange`, and counts of deals.

    Every bar is an attribute too: ``bars.pushed_out`` is ``bars.amount("pushed_out")``.

    Parameters
    ----------
    minor : mapping of str to int
        Amount of each bar in the minor unit (cents); empty if currencies cannot be added.
    counts : mapping of str to int
        How many deals stand behind each bar.
    digits : int
        Decimals of the currency.

    Examples
    --------
    >>> bars = BridgeBars(minor={"start": 1000050, "won": 50, "end": 1000000}, digits=2)
    >>> bars.start, bars.end, bars.lost, bars.balance
    (10000.5, 10000.0, 0.0, 0)
    """

    minor: Mapping[str, int] = attrs.field(converter=frozen_map)
    counts: Mapping[str, int] = attrs.field(factory=dict, converter=frozen_map)
    digits: int = 2

    start = _Bar()
    new = _Bar()
    pulled_in = _Bar()
    pushed_in = _Bar()
    reopened = _Bar()
    transferred_in = _Bar()
    increased = _Bar()
    exchange = _Bar()
    decreased = _Bar()
    pulled_out = _Bar()
    pushed_out = _Bar()
    transferred_out = _Bar()
    removed = _Bar()
    lost = _Bar()
    won = _Bar()
    end = _Bar()

    def amount(self, bar: str) -> float:
        """Return the amount of a bar in the major unit; NaN if currencies cannot be added."""
        if not self.minor:
            return math.nan
        value = self.minor.get(bar, 0)
        return value / 10**self.digits if self.digits else float(value)

    @property
    def balance(self) -> int:
        """What is left of the start after all bars and the end, in minor units: 0."""
        into = sum(self.minor.get(bar, 0) for bar in INS)
        out = sum(self.minor.get(bar, 0) for bar in OUTS)
        return into - out - self.minor.get("end", 0)
