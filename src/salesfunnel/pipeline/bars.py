"""BridgeBars: the bars of a bridge, in whole minor units so that they add up exactly."""

from __future__ import annotations

import math
from collections.abc import Mapping

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


def bar_property(name: str, doc: str) -> property:
    """Return the property of a result that is the amount of a bar in the major unit."""
    return property(lambda bars: bars.amount(name), doc=doc)


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

    start = bar_property("start", "Open in scope at the start.")
    new = bar_property("new", "Created after the start.")
    pulled_in = bar_property("pulled_in", "Came in with a date that was later, or unknown, before.")
    pushed_in = bar_property("pushed_in", "Came in with a date that lay before the period.")
    reopened = bar_property("reopened", "Came in after they had been closed.")
    transferred_in = bar_property("transferred_in", "Came from another pipeline or segment.")
    increased = bar_property("increased", "Net increases of amounts.")
    exchange = bar_property("exchange", "What exchange rates changed; may be below 0.")
    decreased = bar_property("decreased", "Net decreases of amounts.")
    pulled_out = bar_property("pulled_out", "Left for a date before the period.")
    pushed_out = bar_property("pushed_out", "Left for a date after the period, or without one.")
    transferred_out = bar_property("transferred_out", "Went to another pipeline or segment.")
    removed = bar_property("removed", "Deleted, or vanished from the exports.")
    lost = bar_property("lost", "Lost.")
    won = bar_property("won", "Won, at the amount of the winning edit.")
    end = bar_property("end", "Open in scope at the end.")

    def amount(self, bar: str) -> float:
        """Return the amount of a bar in the major unit; NaN if currencies cannot be added."""
        if not self.minor:
            return math.nan
        value = self.minor.get(bar, 0)
        return value / 10**self.digits if self.digits else float(value)

    @property
    def balance(self) -> int:
        """Start plus all bars minus end, in minor units: 0."""
        into = sum(self.minor.get(bar, 0) for bar in INS)
        out = sum(self.minor.get(bar, 0) for bar in OUTS)
        return into - out - self.minor.get("end", 0)
