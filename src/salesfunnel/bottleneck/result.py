"""History, Bottleneck, Bottlenecks: what was judged, how, and with which outcome."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._arrays import array_field
from salesfunnel._kernels import betabinomial as bb
from salesfunnel._kernels import intervals
from salesfunnel._result import ResultMixin, TableMixin
from salesfunnel._typing import TIERS, Tier
from salesfunnel._validators import check_known, check_positive_int
from salesfunnel.bottleneck.impact import joint_gain
from salesfunnel.bottleneck.judge import DRIFT_ALARM, LEAST_HISTORY, SOURCES
from salesfunnel.errors import ArgumentError
from salesfunnel.fault import Fault
from salesfunnel.funnel import Funnel, Transition
from salesfunnel.interval import Interval

__all__ = ["Bottleneck", "Bottlenecks", "History", "Source"]

Float = npt.NDArray[np.float64]
Source = Literal["none", "history", "benchmark", "both"]
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
IN_DOUBT = 1 << 10  # set by `in_doubt` only
_FAULTS = (
    (PERIOD_MISSING, "judged-period-missing", "warning"),
    (NO_ENTRANTS, "no-entrants", "info"),
    (ABOVE_ONE, "advanced-above-entered", "warning"),
    (UNVERIFIED, "unverified", "warning"),
    (DEGENERATE, "reference-degenerate", "warning"),
    (MONTHS_LEFT_OUT, "months-left-out", "info"),
    (NO_REFERENCE, "no-reference", "info"),
    (VOLUME_CHANGED, "volume-changed", "warning"),
    (IN_DOUBT, "data-in-doubt", "warning"),
)


@attrs.frozen
class History(ResultMixin):
    """How the months before are read as a reference.

    Parameters
    ----------
    months : int
        How many months before the judged window count.
    month_sd : float
        How much a month's log odds vary in a healthy funnel, before any history is seen; raise it
        where months are known to be wild.
    prior_months : float
        How many months of history that is worth.
    """

    months: int = 12
    month_sd: float = attrs.field(default=bb.PRIOR_SD, kw_only=True)
    prior_months: float = attrs.field(default=bb.PRIOR_MONTHS, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_positive_int("months", self.months)
        for field in ("month_sd", "prior_months"):
            value = getattr(self, field)
            if not (isinstance(value, int | float) and 0 < value < float("inf")):
                raise ArgumentError(f"{field!r} must be a number above 0, got {value!r}")


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
        In the window: those who could advance (lag-adjusted where a lag was given), and did.
    rate : float or None
        advanced ÷ entered; None where nobody entered.
    reference : float or None
        What the rate is judged by; None where there is nothing.
    reference_interval : Interval or None
        How well that is known.
    source : {"none", "history", "benchmark", "both"}
        Where the reference comes from.
    shortfall : float or None
        1 − rate ÷ reference; negative where the rate is above.
    probability : float or None
        That the rate fell by a material share (10 to 50 %); the larger of both windows.
    probability_1, probability_3 : float or None
        Of the last month alone, and of the last three together.
    tier : {"confirmed", "suspected", "watch", "none", "not-enough-data"}
        From 0.8, 0.5, 0.3 on; below that ``none`` only where a drop of 20 % would have been seen.
    window : int
        Months that the verdict rests on, 1 or 3.
    gain : Interval or None
        Deals a month more if the step reached its reference; for ``watch`` and above.
    expected_gain : float or None
        Mean of the same.
    revenue : Interval or None
        The same in money, where a value was given.
    detectable : float or None
        The smallest drop that the data would show four times of five.
    drift : float or None
        Standardised moving average; positive where the rate sinks. From 2.7 on it is `drifting`.
    cohort : {"seen", "not-seen", "unknown"}
        Whether cohorts whose time is up show the drop too, where deals were given.
    history_months : int
        Months of history with entrants.
    faults : tuple of Fault
        What to know before trusting it; ``unverified`` where faulty data may make it up.
    """

    transition: Transition
    segment: str
    period: str
    entered: int
    advanced: int
    rate: float | None
    reference: float | None
    reference_interval: Interval | None = None
    source: Source = "history"
    shortfall: float | None = None
    probability: float | None = None
    probability_1: float | None = None
    probability_3: float | None = None
    tier: Tier = "none"
    window: int = 1
    gain: Interval | None = None
    expected_gain: float | None = None
    revenue: Interval | None = None
    detectable: float | None = None
    drift: float | None = None
    cohort: Literal["seen", "not-seen", "unknown"] = "unknown"
    history_months: int = 0
    faults: tuple[Fault, ...] = ()

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


@attrs.frozen(kw_only=True, repr=False)
class Bottlenecks(TableMixin):
    """Every step of every segment, judged; arrays inside, rows on demand, most probable first.

    Parameters
    ----------
    transitions : tuple of Transition
        The steps.
    segments : tuple of str
        The segments.
    period : str
        The last period judged.
    history : History
        How the months before were read.
    seed : int
        Of the draws behind the gains.
    entered, advanced : ndarray of int64, shape (segments, steps)
        As in `Bottleneck`; so are the fields below, NaN where there is none.
    reference, reference_sd, rho, strength : ndarray of float64, same shape
        The reference, its standard deviation, the intraclass correlation of months, and a + b of
        the beta law of the window's rate.
    probability, probability_1, probability_3, detectable, drift : ndarray of float64, same shape
        As in `Bottleneck`.
    tier, window, source : ndarray of int8, same shape
        Index into the tiers; 1 or 3; index into ("none", "history", "benchmark", "both").
    months : ndarray of float64, same shape
        Months with counts in the window.
    history_months, history_entered, history_advanced : ndarray of int64, same shape
        Of the reference.
    gain, gain_low, gain_high, revenue_low, revenue_high : ndarray of float64, same shape
        Mean and interval, deals and money a month.
    flags : ndarray of int32, same shape
        Faults of the rows as bits.
    benchmark : ndarray of float64, shape (steps,)
        The benchmark's rates, NaN where there is none.
    value : float, optional
        Mean value of a deal.
    lag_adjusted : bool
        Whether entrants are those who could advance, by a lag.
    faults : tuple of Fault
        What concerns all rows.
    funnel : Funnel, optional
        Names the steps for people.
    """

    transitions: tuple[Transition, ...]
    segments: tuple[str, ...]
    period: str
    history: History
    seed: int
    entered: npt.NDArray[np.int64] = array_field(np.int64)
    advanced: npt.NDArray[np.int64] = array_field(np.int64)
    reference: Float = array_field(np.float64)
    reference_sd: Float = array_field(np.float64)
    rho: Float = array_field(np.float64)
    strength: Float = array_field(np.float64)
    probability: Float = array_field(np.float64)
    probability_1: Float = array_field(np.float64)
    probability_3: Float = array_field(np.float64)
    detectable: Float = array_field(np.float64)
    drift: Float = array_field(np.float64)
    tier: npt.NDArray[np.int8] = array_field(np.int8)
    window: npt.NDArray[np.int8] = array_field(np.int8)
    source: npt.NDArray[np.int8] = array_field(np.int8)
    months: Float = array_field(np.float64)
    history_months: npt.NDArray[np.int64] = array_field(np.int64)
    history_entered: npt.NDArray[np.int64] = array_field(np.int64)
    history_advanced: npt.NDArray[np.int64] = array_field(np.int64)
    gain: Float = array_field(np.float64)
    gain_low: Float = array_field(np.float64)
    gain_high: Float = array_field(np.float64)
    revenue_low: Float = array_field(np.float64)
    revenue_high: Float = array_field(np.float64)
    flags: npt.NDArray[np.int32] = array_field(np.int32)
    benchmark: Float = array_field(np.float64)
    value: float | None = None
    lag_adjusted: bool = False
    faults: tuple[Fault, ...] = ()
    funnel: Funnel | None = None

    def __repr__(self) -> str:
        counts = np.bincount(self.tier.ravel(), minlength=len(TIERS))
        told = ", ".join(f"{n} {name}" for name, n in zip(TIERS, counts, strict=True) if n)
        return f"<Bottlenecks {self.period}: {told or 'nothing judged'}>"

    def __len__(self) -> int:
        return int(self.probability.size)

    @property
    def order(self) -> npt.NDArray[np.intp]:
        """Flat indices of the rows: by probability, then gain, then step and name of segment.

        Alarms that rest on data in doubt come after the others.
        """
        s = len(self.transitions)
        names = np.array(self.segments, dtype=np.str_)
        rank = np.empty(names.size, dtype=np.intp)
        rank[np.argsort(names, kind="stable")] = np.arange(names.size)
        alarm, doubtful = self.tier.ravel() < 2, (self.flags.ravel() & IN_DOUBT) > 0
        keys = (
            np.repeat(rank, s),
            np.tile(np.arange(s), names.size),
            -np.nan_to_num(self.gain.ravel(), nan=-1.0),
            -np.nan_to_num(self.probability.ravel(), nan=-1.0),
            np.select([alarm & ~doubtful, alarm], [0, 1], 2),
        )
        return np.lexsort(keys)

    def __iter__(self) -> Iterator[Bottleneck]:
        return (self._row(int(i)) for i in self.order)

    def __getitem__(self, index: int) -> Bottleneck:
        return self._row(int(self.order[index]))

    @property
    def rows(self) -> tuple[Bottleneck, ...]:
        """One row a step and segment, most probable first."""
        return tuple(self)

    @property
    def alarms(self) -> tuple[Bottleneck, ...]:
        """The rows that are confirmed or suspected, most probable first."""
        flat = self.tier.ravel()
        return tuple(self._row(int(i)) for i in self.order if flat[i] < 2)

    @property
    def lowest(self) -> Bottleneck | None:
        """The row with the lowest rate: information, never by itself a bottleneck."""
        rate = self.rate.ravel()
        if np.isnan(rate).all():
            return None
        return self._row(int(np.nanargmin(rate)))

    @property
    def rate(self) -> Float:
        """Share that advanced, NaN where nobody entered, shape (segments, steps)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(self.entered > 0, self.advanced / self.entered, np.nan))

    def in_doubt(self, rows: Iterable[tuple[Transition, str]]) -> Bottlenecks:
        """Return the same, with rows marked as resting on data that are in doubt.

        `analyze` does so with the steps whose deals `diagnose` vetoes: the verdict stays, says that
        it is not verified, and comes after the alarms whose data are sound.

        Parameters
        ----------
        rows : iterable of (Transition, str)
            Steps and segments; what is not here is passed over.
        """
        flags = self.flags.copy()
        for step, segment in rows:
            if step in self.transitions and segment in self.segments:
                place = self.segments.index(segment), self.transitions.index(step)
                flags[place] |= IN_DOUBT
        return attrs.evolve(self, flags=flags)

    def find(self, transition: Transition | str, segment: str | None = None) -> Bottleneck:
        """Return the row of one step, ``"intent→won"``, of the only segment or a named one."""
        names = [str(step) for step in self.transitions]
        wanted = str(transition).replace("->", "→")
        check_known("transition", wanted, names)
        if segment is None and len(self.segments) == 1:
            segment = self.segments[0]
        check_known("segment", segment, self.segments)
        g = self.segments.index(str(segment))
        return self._row(g * len(names) + names.index(wanted))

    def _row(self, flat: int) -> Bottleneck:
        g, s = divmod(flat, len(self.transitions))

        def number(array: Float) -> float | None:
            value = float(array[g, s])
            return value if np.isfinite(value) else None

        entered, advanced = int(self.entered[g, s]), int(self.advanced[g, s])
        rate = advanced / entered if entered else None
        reference = number(self.reference)
        flags = int(self.flags[g, s])
        return Bottleneck(
            transition=self.transitions[s],
            segment=self.segments[g],
            period=self.period,
            entered=entered,
            advanced=advanced,
            rate=rate,
            reference=reference,
            reference_interval=self._reference_interval(g, s),
            source=SOURCES[int(self.source[g, s])],  # type: ignore[arg-type]
            shortfall=None if rate is None or reference is None else 1 - rate / reference,
            probability=number(self.probability),
            probability_1=number(self.probability_1),
            probability_3=number(self.probability_3),
            tier=TIERS[int(self.tier[g, s])],  # type: ignore[arg-type]
            window=int(self.window[g, s]),
            gain=self._interval(self.gain_low, self.gain_high, g, s),
            expected_gain=number(self.gain),
            revenue=self._interval(self.revenue_low, self.revenue_high, g, s),
            detectable=number(self.detectable),
            drift=number(self.drift),
            cohort="seen"
            if flags & SEEN_BY_COHORT
            else "not-seen"
            if flags & NOT_SEEN_BY_COHORT
            else "unknown",
            history_months=int(self.history_months[g, s]),
            faults=self._faults(g, s),
        )

    def _interval(self, low: Float, high: Float, g: int, s: int) -> Interval | None:
        if np.isnan(low[g, s]):
            return None
        return Interval(float(low[g, s]), float(high[g, s]), GAIN_LEVEL, "monte-carlo")

    def _reference_interval(self, g: int, s: int) -> Interval | None:
        p, sd = float(self.reference[g, s]), float(self.reference_sd[g, s])
        if not (np.isfinite(p) and np.isfinite(sd)):
            return None
        worth = p * (1 - p) / sd**2 if sd > 0 else 1e12
        low, high = intervals.wilson(p * worth, worth, 0.95)
        return Interval(float(low), float(high), 0.95, "wilson")

    def _faults(self, g: int, s: int) -> tuple[Fault, ...]:
        flags = int(self.flags[g, s])
        params: dict[str, Any] = {
            "step": str(self.transitions[s]),
            "period": self.period,
            "months": int(self.history_months[g, s]),
            "needed": LEAST_HISTORY,
            "entered": int(self.entered[g, s]),
            "advanced": int(self.advanced[g, s]),
        }
        return tuple(
            Fault.of(code, severity=severity, **params)  # type: ignore[arg-type]
            for bit, code, severity in _FAULTS
            if flags & bit
        )

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row a step and segment, most probable first; NaN where there is none."""
        order = self.order
        g, s = np.divmod(order, max(len(self.transitions), 1))
        rate = self.rate.ravel()[order]
        reference = self.reference.ravel()[order]
        with np.errstate(invalid="ignore"):
            shortfall = 1 - rate / reference
        numbers = {
            name: getattr(self, name).ravel()[order]
            for name in (
                "probability", "probability_1", "probability_3", "window", "entered", "advanced",
                "gain", "gain_low", "gain_high", "revenue_low", "revenue_high", "detectable",
                "drift", "history_months",
            )
        }  # fmt: skip
        return {
            "segment": np.array(self.segments, dtype=np.str_)[g],
            "source": np.array([t.source for t in self.transitions], dtype=np.str_)[s],
            "target": np.array([t.target for t in self.transitions], dtype=np.str_)[s],
            "tier": np.array(TIERS, dtype=np.str_)[self.tier.ravel()[order]],
            **numbers,
            "rate": rate,
            "reference": reference,
            "reference_from": np.array(SOURCES, dtype=np.str_)[self.source.ravel()[order]],
            "shortfall": shortfall,
            "verified": (self.flags.ravel()[order] & UNVERIFIED) == 0,
        }

    def evidence(self) -> dict[str, npt.NDArray[Any]]:
        """Return the classical tests of every row, in the order of `columns`.

        Returns
        -------
        dict of ndarray
            ``mid_p`` of the beta-binomial law with ``holm`` and ``bh`` over the steps of a
            segment; ``z_predictive``; ``z`` of two proportions against the history;
            ``below_benchmark``, the exact binomial P(X ≤ x) under the benchmark taken as exact.
            NaN where there is nothing to test.
        """
        known = np.isfinite(self.reference) & (self.entered > 0)
        p = np.where(known, self.reference, 0.5)
        strength = np.where(known, self.strength, 1.0)
        mid = np.where(known, bb.mid_p(self.advanced, self.entered, p, strength), np.nan)
        law = bb.Reference(
            p, np.where(known, self.reference_sd, 1.0) ** 2, np.where(known, self.rho, 0.0),
            *(np.asarray(a, dtype=np.float64) for a in
              (self.history_months, self.history_entered, self.history_advanced)),
        )  # fmt: skip
        filled = np.where(known, mid, 1.0)
        exact = intervals.binomial_cdf(
            self.advanced, self.entered, np.nan_to_num(self.benchmark, nan=0.5)
        )
        table = {
            "mid_p": mid,
            "holm": np.where(known, intervals.holm(filled), np.nan),
            "bh": np.where(known, intervals.benjamini_hochberg(filled), np.nan),
            "z_predictive": np.where(
                known,
                bb.z_predictive(self.advanced, self.entered, law, np.maximum(self.months, 1)),
                np.nan,
            ),
            "z": np.where(
                self.history_entered > 0,
                intervals.two_proportion_z(
                    self.advanced, self.entered, self.history_advanced, self.history_entered
                ),
                np.nan,
            ),
            "below_benchmark": np.where(np.isnan(self.benchmark), np.nan, exact),
        }
        order = self.order
        return {name: values.ravel()[order] for name, values in table.items()}

    def most(self, share: float = 0.1) -> tuple[Bottleneck, ...]:
        """Return the largest set of rows of which at most `share` are expected to be false."""
        flat = np.nan_to_num(self.probability.ravel(), nan=0.0)
        chosen = bb.expected_false_share(flat, share)
        return tuple(self._row(int(i)) for i in self.order if chosen[i])

    def joint_gain(
        self,
        transitions: Sequence[Transition | str] | None = None,
        *,
        segment: str | None = None,
        capacity: dict[str, float] | None = None,
    ) -> Interval | None:
        """Return what several steps of a segment bring a month if all reached their reference.

        Parameters
        ----------
        transitions : sequence of Transition or str, optional
            The steps; those that are confirmed or suspected by default.
        segment : str, optional
            Needed where there are several.
        capacity : dict of str to float, optional
            The most that a step can take a period: ``{"offer": 40}``.

        Returns
        -------
        Interval or None
            Deals a month; None where no step is named.
        """
        if segment is None and len(self.segments) == 1:
            segment = self.segments[0]
        check_known("segment", segment, self.segments)
        g = self.segments.index(str(segment))
        names = [str(step) for step in self.transitions]
        if transitions is None:
            chosen = [s for s in range(len(names)) if self.tier[g, s] < 2]
        else:
            wanted = [str(step).replace("->", "→") for step in transitions]
            for name in wanted:
                check_known("transition", name, names)
            chosen = [names.index(name) for name in wanted]
        if not chosen:
            return None
        return joint_gain(self, g, chosen, capacity, GAIN_LEVEL)
