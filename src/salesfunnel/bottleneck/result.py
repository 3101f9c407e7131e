"""Bottlenecks: every step of every segment, judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._arrays import array_field
from salesfunnel._kernels import betabinomial as bb
from salesfunnel._result import TableMixin
from salesfunnel._typing import TIERS
from salesfunnel._validators import check_known
from salesfunnel.bottleneck.columns import columns_of, evidence_of
from salesfunnel.bottleneck.history import History
from salesfunnel.bottleneck.impact import joint_gain
from salesfunnel.bottleneck.row import GAIN_LEVEL, IN_DOUBT, Bottleneck, row_of
from salesfunnel.errors import DataError
from salesfunnel.fault import Fault
from salesfunnel.funnel import Funnel, Transition
from salesfunnel.interval import Interval

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

    def __attrs_post_init__(self) -> None:
        shape = (len(self.segments), len(self.transitions))
        for field in attrs.fields(type(self)):
            value = getattr(self, field.name)
            wanted = shape[1:] if field.name == "benchmark" else shape
            if isinstance(value, np.ndarray) and value.shape != wanted:
                raise DataError(
                    f"{field.name!r} must have shape {wanted} (segments, steps), got {value.shape}"
                )

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
        return row_of(self, *divmod(flat, len(self.transitions)))

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row a step and segment, most probable first; NaN where there is none."""
        return columns_of(self)

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
        return evidence_of(self)

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
