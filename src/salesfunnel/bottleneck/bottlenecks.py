"""Bottlenecks: every step of every segment, judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import array_field, mature_entrants
from salesfunnel._core.checks import check_known
from salesfunnel._core.errors import DataError
from salesfunnel._core.interval import Interval
from salesfunnel._core.result import TableMixin
from salesfunnel._core.rows import LazyRows
from salesfunnel._core.vocabulary import TIERS
from salesfunnel._kernels import betabinomial as bb
from salesfunnel._kernels import intervals
from salesfunnel._kernels.rate_model.setting import RATE_SIZES
from salesfunnel.bottleneck.impact import ends_of, joint_gain
from salesfunnel.bottleneck.inflow import Inflow
from salesfunnel.bottleneck.reference_window import ReferenceWindow
from salesfunnel.bottleneck.row import (
    _FAULTS,
    BENCHMARK_CONFLICTS,
    BENCHMARK_MOVED,
    GAIN_LEVEL,
    MARKED_UNVERIFIED,
    NOT_SEEN_BY_COHORT,
    SEEN_BY_COHORT,
    UNVERIFIED,
    Bottleneck,
)
from salesfunnel.bottleneck.verdict import DEFINITION, LEAST_HISTORY, REFERENCE_KINDS
from salesfunnel.definitions.funnel import Funnel, Transition, win_of
from salesfunnel.definitions.step_mapping import place_of_transition
from salesfunnel.fault import Fault

__all__ = ["Bottlenecks"]

Float = npt.NDArray[np.float64]


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
    history : ReferenceWindow
        How the months before were read.
    seed : int
        Of the draws behind the gains.
    entered, advanced : ndarray of int64, shape (segments, steps)
        As in `Bottleneck`; so are the fields below, NaN if there is none.
    reference, reference_sd, rho, strength : ndarray of float64, same shape
        The reference, its standard deviation, the intraclass correlation of months, and a + b of
        the beta distribution of the window's rate.
    probability, definition, prior, detectable, drift : ndarray of float64, same shape
        As in `Bottleneck`.
    tier, window, reference_kind, partner : ndarray of int8, same shape
        Index into the tiers; months since the onset; index into ("none", "history", "benchmark",
        "both"); place of the neighbour that moved the other way, −1 for none.
    pooled, old_months : ndarray of int64, same shape
        How many steps the prior was learned from; months since an old fall that has become the
        level, 0 for none.
    old_share : ndarray of float64, same shape
        The size of that fall.
    back_months : ndarray of int64, same shape
        Months since a fall of the last eight months is over, 0 for none.
    sizes : ndarray of float64, shape (sizes, segments, steps)
        Probabilities of the sizes of a fall, if there is one.
    periods : tuple of str
        The periods that were read, the judged one last.
    inflow : Inflow
        Who came in, against season and trend.
    seasonal : bool
        Whether a season was taken into account.
    months : ndarray of float64, same shape
        Months with counts in the window.
    history_months, history_entered, history_advanced : ndarray of int64, same shape
        Of the reference.
    gain, gain_low, gain_high, revenue_low, revenue_high : ndarray of float64, same shape
        Mean and interval, deals and money a month.
    flags : ndarray of int32, same shape
        Faults of the rows as bits.
    benchmark : ndarray of float64, shape (steps,)
        The benchmark's rates, NaN if there is none.
    value : float, optional
        Mean value of a deal.
    lag_adjusted : bool
        Whether entrants are those who could advance, by a lag.
    faults : tuple of Fault
        What concerns all rows.
    funnel : Funnel, optional
        Names the steps for people.
    attributes : tuple of str
        The columns whose values make the segments.
    exposed : ndarray of float64, shape (segments, steps), optional
        `entered` before it is rounded: what rates are shares of.
    currency : str
        Code of the currency of `value` and the revenue; ``""`` if it is not known.
    """

    transitions: tuple[Transition, ...]
    segments: tuple[str, ...]
    period: str
    history: ReferenceWindow
    seed: int
    entered: npt.NDArray[np.int64] = array_field(np.int64)
    advanced: npt.NDArray[np.int64] = array_field(np.int64)
    reference: Float = array_field(np.float64)
    reference_sd: Float = array_field(np.float64)
    rho: Float = array_field(np.float64)
    strength: Float = array_field(np.float64)
    probability: Float = array_field(np.float64)
    definition: Float = array_field(np.float64)
    prior: Float = array_field(np.float64)
    detectable: Float = array_field(np.float64)
    drift: Float = array_field(np.float64)
    tier: npt.NDArray[np.int8] = array_field(np.int8)
    window: npt.NDArray[np.int8] = array_field(np.int8)
    reference_kind: npt.NDArray[np.int8] = array_field(np.int8)
    partner: npt.NDArray[np.int8] = array_field(np.int8)
    pooled: npt.NDArray[np.int64] = array_field(np.int64)
    old_months: npt.NDArray[np.int64] = array_field(np.int64)
    old_share: Float = array_field(np.float64)
    back_months: npt.NDArray[np.int64] = array_field(np.int64)
    sizes: Float = array_field(np.float64)
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
    periods: tuple[str, ...]
    inflow: Inflow
    seasonal: bool = True
    value: float | None = None
    lag_adjusted: bool = False
    faults: tuple[Fault, ...] = ()
    funnel: Funnel | None = None
    attributes: tuple[str, ...] = ()
    exposed: Float | None = array_field(np.float64, default=None)
    currency: str = ""

    def __repr__(self) -> str:
        counts = np.bincount(self.tier.ravel(), minlength=len(TIERS))
        told = ", ".join(f"{n} {name}" for name, n in zip(TIERS, counts, strict=True) if n)
        return f"<Bottlenecks {self.period}: {told or 'nothing judged'}>"

    def __len__(self) -> int:
        return int(self.probability.size)

    def __attrs_post_init__(self) -> None:
        shape = (len(self.segments), len(self.transitions))
        for field in attrs.fields(type(self)):
            value = getattr(self, field.name)
            wanted = {"benchmark": shape[1:], "sizes": (RATE_SIZES.size, *shape)}.get(
                field.name, shape
            )
            if isinstance(value, np.ndarray) and value.shape != wanted:
                raise DataError(
                    f"{field.name!r} must have shape {wanted} (segments, steps), got {value.shape}"
                )

    @property
    def order(self) -> npt.NDArray[np.intp]:
        """Flat indices of the rows: by probability, then gain, then step and name of segment.

        Alarms that rest on data in doubt come after the others, then changed definitions.
        """
        return self._ordered(np.arange(self.tier.size))

    def _ordered(self, cells: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        """Return some flat indices in the order of the rows."""
        g, s = np.divmod(cells, max(len(self.transitions), 1))
        there, place = np.unique(g, return_inverse=True)
        names = np.array([self.segments[i] for i in there.tolist()], dtype=np.str_)
        rank = np.empty(names.size, dtype=np.intp)
        rank[np.argsort(names, kind="stable")] = np.arange(names.size)
        flat = self.tier.ravel()[cells]
        alarm, doubtful = flat < 2, (self.flags.ravel()[cells] & MARKED_UNVERIFIED) > 0
        keys = (
            rank[place],
            s,
            -np.nan_to_num(self.gain.ravel()[cells], nan=-1.0),
            -np.nan_to_num(self.probability.ravel()[cells], nan=-1.0),
            np.select([alarm & ~doubtful, alarm, flat == DEFINITION], [0, 1, 2], 3),
        )
        return np.asarray(cells[np.lexsort(keys)])

    def __iter__(self) -> Iterator[Bottleneck]:
        return iter(self.rows)

    def __getitem__(self, index: int) -> Bottleneck:
        return self._row(int(self.order[index]))

    @property
    def win(self) -> str | None:
        """The step at which gains count as deals: `Stage.won`, else by name; None: the last."""
        steps = [self.transitions[0].source, *(t.target for t in self.transitions)]
        return win_of(steps, self.funnel)

    @property
    def rows(self) -> Sequence[Bottleneck]:
        """One row per transition and segment, most probable first; built when read."""
        return self._rows(self.order)

    @property
    def alarms(self) -> Sequence[Bottleneck]:
        """The rows that are confirmed or suspected, most probable first; built when read."""
        return self._rows(self._ordered(np.flatnonzero(self.tier.ravel() < 2)))

    def _rows(self, cells: npt.NDArray[np.intp]) -> Sequence[Bottleneck]:
        """Return rows by their flat indices, each built when it is read."""
        steps, ends = len(self.transitions), ends_of(self.transitions, self.win)
        return LazyRows(
            int(cells.size), lambda place: row_of(self, *divmod(int(cells[place]), steps), ends)
        )

    @property
    def lowest(self) -> Bottleneck | None:
        """The row with the lowest rate: information, never alone a bottleneck."""
        rate = self.rate.ravel()
        if np.isnan(rate).all():
            return None
        return self._row(int(np.nanargmin(rate)))

    @property
    def rate(self) -> Float:
        """Share that advanced, NaN where nobody entered, shape (segments, steps)."""
        n = mature_entrants(self.entered, self.exposed)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(n > 0, self.advanced / n, np.nan))

    def of_segment(self, segment: str) -> tuple[Bottleneck, ...]:
        """Return the rows of one segment, in the order of the transitions.

        Raises
        ------
        UnknownNameError
            If there is no such segment.
        """
        check_known("segment", segment, self.segments)
        g, ends = self.segments.index(segment), ends_of(self.transitions, self.win)
        return tuple(row_of(self, g, s, ends) for s in range(len(self.transitions)))

    def alarms_of(self, segment: str) -> Sequence[Bottleneck]:
        """Return the alarms of one segment, most probable first; none if it is not there."""
        here = np.array([name == segment for name in self.segments])
        return self._rows(self._ordered(np.flatnonzero((self.tier < 2) & here[:, None])))

    def mark_unverified(self, rows: Iterable[tuple[Transition, str]]) -> Bottlenecks:
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
                flags[place] |= MARKED_UNVERIFIED
        return attrs.evolve(self, flags=flags)

    def find(self, transition: Transition | str, segment: str | None = None) -> Bottleneck:
        """Return the row of one step, ``"intent→won"``, of the only segment or a named one."""
        s, g = place_of_transition(transition, self.transitions), self._place_of(segment)
        return self._row(g * len(self.transitions) + s)

    def _place_of(self, segment: str | None) -> int:
        """Return the index of a segment; of the only one by default."""
        if segment is None and len(self.segments) == 1:
            return 0
        check_known("segment", segment, self.segments)
        return self.segments.index(str(segment))

    def _row(self, flat: int) -> Bottleneck:
        ends = ends_of(self.transitions, self.win)
        return row_of(self, *divmod(flat, len(self.transitions)), ends)

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row per step and segment, most probable first; NaN if there is none."""
        return columns_of(self)

    def classical_tests(self) -> dict[str, npt.NDArray[Any]]:
        """Return the classical tests of every row, in the order of `columns`.

        Returns
        -------
        dict of ndarray
            ``mid_p`` of the beta-binomial distribution with ``holm`` and ``bh`` over the steps of a
            segment; ``z_predictive``; ``z`` of two proportions against the history;
            ``below_benchmark``, the exact binomial P(X ≤ x) under the benchmark taken as exact.
            NaN where there is nothing to test.
        """
        return evidence_of(self)

    def most(self, share: float = 0.1) -> tuple[Bottleneck, ...]:
        """Return the largest set of rows of which at most `share` are expected to be false."""
        flat = np.nan_to_num(self.probability.ravel(), nan=0.0)
        flat = np.where(self.tier.ravel() == DEFINITION, 0.0, flat)
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

        Counted where the gain of the first of them is: steps after the win add no deals to it.

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
            Deals a month; None if no step is named.
        """
        g = self._place_of(segment)
        if transitions is None:
            chosen = np.flatnonzero(self.tier[g] < 2).tolist()
        else:
            chosen = [place_of_transition(step, self.transitions) for step in transitions]
        if not chosen:
            return None
        return joint_gain(self, g, chosen, capacity, GAIN_LEVEL)


def row_of(found: Bottlenecks, g: int, s: int, ends: Sequence[int]) -> Bottleneck:
    """Return the row of a segment and a step, by their places."""

    def number(array: Float) -> float | None:
        value = float(array[g, s])
        return value if np.isfinite(value) else None

    entered, advanced = int(found.entered[g, s]), int(found.advanced[g, s])
    exposed = float(mature_entrants(found.entered, found.exposed)[g, s])
    rate = advanced / exposed if exposed > 0 else None
    reference = number(found.reference)
    flags = int(found.flags[g, s])
    tier, window = int(found.tier[g, s]), int(found.window[g, s])
    listed = tier < 3 or tier == DEFINITION
    return Bottleneck(
        transition=found.transitions[s],
        segment=found.segments[g],
        period=found.period,
        entered=entered,
        advanced=advanced,
        rate=rate,
        reference=reference,
        reference_interval=_reference_interval(found, g, s),
        reference_kind=REFERENCE_KINDS[int(found.reference_kind[g, s])],  # type: ignore[arg-type]
        shortfall=None if rate is None or reference is None else 1 - rate / reference,
        probability=number(found.probability),
        tier=TIERS[tier],  # type: ignore[arg-type]
        window=window,
        onset=found.periods[-window] if listed and window <= len(found.periods) else None,
        size=float(RATE_SIZES @ found.sizes[:, g, s]) if listed else None,
        definition=float(found.definition[g, s]),
        partner=found.transitions[int(found.partner[g, s])] if tier == DEFINITION else None,
        prior=number(found.prior),
        pooled=int(found.pooled[g, s]),
        gain=_interval(found.gain_low, found.gain_high, g, s),
        expected_gain=number(found.gain),
        revenue=_interval(found.revenue_low, found.revenue_high, g, s),
        detectable=number(found.detectable),
        drift=number(found.drift),
        cohort="seen"
        if flags & SEEN_BY_COHORT
        else "not-seen"
        if flags & NOT_SEEN_BY_COHORT
        else "unknown",
        history_months=int(found.history_months[g, s]),
        faults=_faults(found, g, s),
        counted_at=found.transitions[ends[s]].target,
        attributes=found.attributes,
        currency=found.currency,
    )


def _interval(low: Float, high: Float, g: int, s: int) -> Interval | None:
    if np.isnan(low[g, s]):
        return None
    return Interval(float(low[g, s]), float(high[g, s]), GAIN_LEVEL, "monte-carlo")


def _reference_interval(found: Bottlenecks, g: int, s: int) -> Interval | None:
    p, sd = float(found.reference[g, s]), float(found.reference_sd[g, s])
    if not (np.isfinite(p) and np.isfinite(sd)):
        return None
    worth = p * (1 - p) / sd**2 if sd > 0 else 1e12
    low, high = intervals.wilson(p * worth, worth, 0.95)
    return Interval(float(low), float(high), 0.95, "wilson")


def _faults(found: Bottlenecks, g: int, s: int) -> tuple[Fault, ...]:
    flags = int(found.flags[g, s])
    params: dict[str, Any] = {
        "step": str(found.transitions[s]),
        "period": found.period,
        "months": int(found.history_months[g, s]),
        "needed": LEAST_HISTORY,
        "entered": int(found.entered[g, s]),
        "advanced": int(found.advanced[g, s]),
    }
    since = int(found.old_months[g, s])
    if since and since <= len(found.periods):
        params |= {"since": found.periods[-since], "share": float(found.old_share[g, s])}
    back = int(found.back_months[g, s])
    if back and back <= len(found.periods):
        params |= {"back": found.periods[-back]}
    if flags & (BENCHMARK_CONFLICTS | BENCHMARK_MOVED):
        params |= {"benchmark": float(found.benchmark[s])}
        params |= {"own": float(found.history_advanced[g, s] / max(found.history_entered[g, s], 1))}
    return tuple(
        Fault.of(code, severity=severity, **params)  # type: ignore[arg-type]
        for bit, code, severity in _FAULTS
        if flags & bit
    )


def columns_of(found: Bottlenecks) -> dict[str, npt.NDArray[Any]]:
    """Return one row per step and segment, most probable first; NaN if there is none."""
    order = found.order
    g, s = np.divmod(order, max(len(found.transitions), 1))
    rate = found.rate.ravel()[order]
    reference = found.reference.ravel()[order]
    with np.errstate(invalid="ignore"):
        shortfall = 1 - rate / reference
    tier, window = found.tier.ravel()[order], found.window.ravel()[order].astype(np.intp)
    listed = ((tier < 3) | (tier == DEFINITION)) & (window <= len(found.periods))
    names = np.array(found.periods, dtype=np.str_)
    onset = np.where(listed, names[-np.where(listed, window, 1)], "")
    numbers = {
        name: getattr(found, name).ravel()[order]
        for name in (
            "probability", "window", "definition", "prior", "pooled", "entered", "advanced", "gain",
            "gain_low", "gain_high", "revenue_low", "revenue_high", "detectable",
            "drift", "history_months",
        )
    }  # fmt: skip
    return {
        "segment": np.array(found.segments, dtype=np.str_)[g],
        "source": np.array([t.source for t in found.transitions], dtype=np.str_)[s],
        "target": np.array([t.target for t in found.transitions], dtype=np.str_)[s],
        "tier": np.array(TIERS, dtype=np.str_)[tier],
        "onset": onset,
        **numbers,
        "size": np.einsum("d,dn->n", RATE_SIZES, found.sizes.reshape(RATE_SIZES.size, -1))[order],
        "rate": rate,
        "reference": reference,
        "reference_from": np.array(REFERENCE_KINDS, dtype=np.str_)[
            found.reference_kind.ravel()[order]
        ],
        "shortfall": shortfall,
        "verified": (found.flags.ravel()[order] & UNVERIFIED) == 0,
    }


def evidence_of(found: Bottlenecks) -> dict[str, npt.NDArray[Any]]:
    """Return the classical tests of every row, in the order of the rows."""
    known = np.isfinite(found.reference) & (found.entered > 0)
    p = np.where(known, found.reference, 0.5)
    strength = np.where(known, found.strength, 1.0)
    mid = np.where(known, bb.mid_p(found.advanced, found.entered, p, strength), np.nan)
    distribution = bb.Reference(
        p, np.where(known, found.reference_sd, 1.0) ** 2, np.where(known, found.rho, 0.0),
        *(np.asarray(a, dtype=np.float64) for a in
          (found.history_months, found.history_entered, found.history_advanced)),
    )  # fmt: skip
    filled = np.where(known, mid, 1.0)
    exact = intervals.binomial_cdf(
        found.advanced, found.entered, np.nan_to_num(found.benchmark, nan=0.5)
    )
    table = {
        "mid_p": mid,
        "holm": np.where(known, intervals.holm(filled), np.nan),
        "bh": np.where(known, intervals.benjamini_hochberg(filled), np.nan),
        "z_predictive": np.where(
            known,
            bb.z_predictive(
                found.advanced, found.entered, distribution, np.maximum(found.months, 1)
            ),
            np.nan,
        ),
        "z": np.where(
            found.history_entered > 0,
            intervals.two_proportion_z(
                found.advanced, found.entered, found.history_advanced, found.history_entered
            ),
            np.nan,
        ),
        "below_benchmark": np.where(np.isnan(found.benchmark), np.nan, exact),
    }
    order = found.order
    return {name: values.ravel()[order] for name, values in table.items()}
