"""Bottleneck: one step of one segment, judged; and how it is read off the arrays of all."""

from __future__ import annotations

from typing import Literal

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.interval import Interval
from salesfunnel._core.one_line import told_by
from salesfunnel._core.result import ResultMixin
from salesfunnel._core.vocabulary import Tier
from salesfunnel.bottleneck.verdict import DRIFT_ALARM
from salesfunnel.definitions.funnel import Transition
from salesfunnel.fault import Fault

Float = npt.NDArray[np.float64]
ReferenceKind = Literal["none", "history", "benchmark", "both"]
GAIN_LEVEL = 0.9

# Bits of `Bottlenecks.flags`, each a fault of the row.
(
    PERIOD_MISSING,
    NO_ENTRANTS,
    ABOVE_ONE,
    UNVERIFIED,
    DEGENERATE,
    MONTHS_LEFT_OUT,
    NO_REFERENCE,
    (VOLUME_CHANGED),
) = (1 << k for k in range(8))
NOT_SEEN_BY_COHORT, SEEN_BY_COHORT = 1 << 8, 1 << 9
MARKED_UNVERIFIED = 1 << 10  # set by `mark_unverified` only
BENCHMARK_CONFLICTS, OLD_FALL, FESTIVAL_ONCE, RECOVERED = (1 << k for k in (11, 12, 13, 14))
TOO_EARLY, BENCHMARK_MOVED = 1 << 15, 1 << 16
_FAULTS = (
    (PERIOD_MISSING, "judged-period-missing", "warning"),
    (NO_ENTRANTS, "no-entrants", "info"),
    (ABOVE_ONE, "advanced-above-entered", "warning"),
    (UNVERIFIED, "unverified", "warning"),
    (DEGENERATE, "reference-degenerate", "warning"),
    (MONTHS_LEFT_OUT, "months-left-out", "info"),
    (NO_REFERENCE, "no-reference", "info"),
    (VOLUME_CHANGED, "volume-changed", "warning"),
    (MARKED_UNVERIFIED, "data-in-doubt", "warning"),
    (BENCHMARK_CONFLICTS, "benchmark-conflicts", "warning"),
    (OLD_FALL, "old-fall", "info"),
    (FESTIVAL_ONCE, "festival-seen-once", "warning"),
    (RECOVERED, "fall-recovered", "info"),
    (TOO_EARLY, "too-early", "info"),
    (BENCHMARK_MOVED, "benchmark-moved", "warning"),
)


@attrs.frozen(kw_only=True)
class Bottleneck(ResultMixin):
    """One step of one segment, judged: how sure are we that it holds the funnel back now.

    Parameters
    ----------
    transition : Transition
        The step.
    segment, period : str
        Whose, and the last period judged.
    entered, advanced : int
        In the window: those who could advance (lag-adjusted where a lag was given, and open deals
        as far as they have had time), to whole ones; and who did.
    rate : float or None
        The share of them that advanced, before they are rounded; None if nobody entered.
    reference : float or None
        What the rate would be in these months if nothing had happened, season and trend included;
        None if there is nothing.
    reference_interval : Interval or None
        How well that is known.
    reference_kind : {"none", "history", "benchmark", "both"}
        Where the reference comes from.
    shortfall : float or None
        1 − rate ÷ reference; negative where the rate is above.
    probability : float or None
        That the rate fell by a material share (10 to 50%) in one of the last eight months and is
        still down, given season, trend and the noise of months.
    tier : {"confirmed", "suspected", "watch", "none", "not-enough-data", "definition-changed"}
        From 0.8, 0.5, 0.3 on; below that ``none`` only where a drop of 20% would have been seen.
        ``definition-changed`` where a neighbour moved the other way and the product did not.
    window : int
        Months since the fall began, as far as can be told: 1 to 8; 1 where nothing fell.
    onset : str or None
        The period in which the fall most probably began; None below ``watch``.
    size : float or None
        Share by which the rate fell, if it fell.
    definition : float
        Probability that not the customers changed but the definition of the step.
    partner : Transition or None
        The neighbour that moved the other way, for ``definition-changed``.
    prior : float or None
        Share of steps that was expected to have fallen before looking at this one.
    pooled : int
        How many steps that share was learned from; those of one funnel stand alone.
    gain : Interval or None
        Deals a month more if the step reached its reference; for ``watch`` and above.
    expected_gain : float or None
        Mean of the same.
    revenue : Interval or None
        The same in money, where a value was given.
    detectable : float or None
        The smallest drop that the data would show four times of five.
    drift : float or None
        Slope of the rate in standard deviations, season taken out; positive where the rate sinks.
        From 2.7 on it is `drifting`.
    cohort : {"seen", "not-seen", "unknown"}
        Whether cohorts whose time is up show the drop too, where deals were given.
    history_months : int
        Months of history with entrants.
    faults : tuple of Fault
        What to know before trusting it; ``unverified`` where faulty data may make it up.
    counted_at : str
        The step at which gains are counted: the win if it lies ahead, else the last step.
    attributes : tuple of str
        The columns whose values make up `segment`, joined with " / "; none for all deals, and for
        counts whose segments were made elsewhere.
    currency : str
        Code of the currency of the revenue; ``""`` if it is not known.
    """

    transition: Transition
    segment: str
    period: str
    entered: int
    advanced: int
    rate: float | None
    reference: float | None
    reference_interval: Interval | None = None
    reference_kind: ReferenceKind = "history"
    shortfall: float | None = None
    probability: float | None = None
    tier: Tier = "none"
    window: int = 1
    onset: str | None = None
    size: float | None = None
    definition: float = 0.0
    partner: Transition | None = None
    prior: float | None = None
    pooled: int = 0
    gain: Interval | None = None
    expected_gain: float | None = None
    revenue: Interval | None = None
    detectable: float | None = None
    drift: float | None = None
    cohort: Literal["seen", "not-seen", "unknown"] = "unknown"
    history_months: int = 0
    faults: tuple[Fault, ...] = ()
    counted_at: str = ""
    attributes: tuple[str, ...] = ()
    currency: str = ""

    __repr__ = told_by("transition", "period", "tier", "rate", "reference", "probability")

    @property
    def drifting(self) -> bool:
        """Whether the rate has been sinking slowly, whatever the last months alone say."""
        return self.drift is not None and self.drift >= DRIFT_ALARM

    @property
    def verified(self) -> bool:
        """Whether the data are sound enough for the verdict."""
        return all(fault.code not in ("unverified", "data-in-doubt") for fault in self.faults)

    @property
    def alarm(self) -> bool:
        """Whether it is confirmed or suspected."""
        return self.tier in ("confirmed", "suspected")
