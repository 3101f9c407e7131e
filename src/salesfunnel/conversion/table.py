"""Conversion and ConversionTable: rates of steps with their intervals, rows on demand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import array_field, mature_entrants
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.interval import Interval
from salesfunnel._core.one_length import check_shapes
from salesfunnel._core.one_line import told_by
from salesfunnel._core.result import ResultMixin, TableMixin
from salesfunnel._core.rows import LazyRows
from salesfunnel._core.vocabulary import (
    RATE_STATUSES,
    IntervalMethod,
    PanelMode,
    RateStatus,
)
from salesfunnel.definitions.funnel import Funnel, Transition
from salesfunnel.fault import Fault

__all__ = ["Conversion", "ConversionTable"]

Float = npt.NDArray[np.float64]
OK, NO_DATA, MISSING, ABOVE_ONE = range(4)


@attrs.frozen(kw_only=True)
class Conversion(ResultMixin):
    """The rate of one step in one period and segment.

    Parameters
    ----------
    source, target : str
        Keys of the step's ends.
    period, segment : str
        Which counts.
    entered, advanced : int or None
        Of `entered`, `advanced` went on; None if not known.
    rate : float or None
        advanced ÷ exposed; above 1 where the status says so; None if there is none.
    interval : Interval
        Of the rate; [0, 1] if there is none. Of a list whose losses have no stage: the bounds
        between which the rate lies, with status ``"missing"``.
    status : {"ok", "no-data", "missing", "rate-gt-1"}
        Whether there is a rate: nobody entered, a count is not known, more advanced than entered.
    cumulative : float or None
        The product of the rates from the first step to this one.
    cumulative_interval : Interval
        Of `cumulative`; [0, 1] if there is none.
    exposed : float or None
        Who could advance: those who entered, or with a lag, or by month of entry, those of them
        who have had time to.
    """

    source: str
    target: str
    period: str
    segment: str
    entered: int | None
    advanced: int | None
    rate: float | None
    interval: Interval
    status: RateStatus
    cumulative: float | None
    cumulative_interval: Interval
    exposed: float | None = None

    __repr__ = told_by("source", "target", "period", "rate", "interval")

    @property
    def transition(self) -> Transition:
        """The step."""
        return Transition(self.source, self.target)


@attrs.frozen(kw_only=True, repr=False)
class ConversionTable(TableMixin):
    """The rates of all steps by period and segment; arrays inside, rows on demand.

    Parameters
    ----------
    transitions : tuple of Transition
        The steps, in order.
    periods, segments : tuple of str
        Names of the other axes.
    entered, advanced : ndarray of int64, shape (periods, segments, steps)
        The counts; zero where missing.
    rate, low, high : ndarray of float64, same shape
        Rates with the ends of their intervals; NaN, 0 and 1 if there is none.
    cumulative, cumulative_low, cumulative_high : ndarray of float64, same shape
        Of the product of the rates up to the step.
    status : ndarray of int8, same shape
        Index into ``("ok", "no-data", "missing", "rate-gt-1")``.
    level : float
        Of the intervals.
    method : {"wilson", "jeffreys", "clopper-pearson"}
        Of the intervals.
    mode : {"period", "cohort", "entry"}
        What the counts mean, see `Panel`.
    partial : tuple of str
        Periods that are not over yet.
    exposed : ndarray of float64, shape (periods, segments, steps), optional
        As in `Conversion`; those who entered by default.
    funnel : Funnel, optional
        Names the steps for people.
    faults : tuple of Fault
        What concerns the rates: open deals that count as not advanced, deals left out.
    attributes : tuple of str
        The columns whose values make the segments.
    """

    transitions: tuple[Transition, ...]
    periods: tuple[str, ...]
    segments: tuple[str, ...]
    entered: npt.NDArray[np.int64] = array_field(np.int64)
    advanced: npt.NDArray[np.int64] = array_field(np.int64)
    rate: Float = array_field(np.float64)
    low: Float = array_field(np.float64)
    high: Float = array_field(np.float64)
    cumulative: Float = array_field(np.float64)
    cumulative_low: Float = array_field(np.float64)
    cumulative_high: Float = array_field(np.float64)
    status: npt.NDArray[np.int8] = array_field(np.int8)
    level: float = 0.95
    method: IntervalMethod = "wilson"
    mode: PanelMode = "period"
    partial: tuple[str, ...] = ()
    exposed: Float | None = array_field(np.float64, default=None)
    funnel: Funnel | None = None
    faults: tuple[Fault, ...] = attrs.field(default=(), converter=as_tuple)
    attributes: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)

    def __attrs_post_init__(self) -> None:
        shape = (len(self.periods), len(self.segments), len(self.transitions))
        names = ("entered", "advanced", "rate", "low", "high", "cumulative", "status")
        check_shapes(self, dict.fromkeys(names, shape))

    def __repr__(self) -> str:
        t, g, s = self.rate.shape
        return f"<ConversionTable {self.mode}: {t} periods × {g} segments × {s} steps>"

    def __len__(self) -> int:
        return int(self.rate.size)

    def __iter__(self) -> Iterator[Conversion]:
        return iter(self.rows)

    @property
    def rows(self) -> Sequence[Conversion]:
        """One row per period, segment and transition, in that order; built when read."""
        return LazyRows(len(self), self._row)

    def _row(self, place: int) -> Conversion:
        t, g, s = at = np.unravel_index(place, self.rate.shape)
        status = int(self.status[at])
        known = status != MISSING
        step = self.transitions[s]

        def interval(low: Float, high: Float) -> Interval:
            return Interval(float(low[at]), float(high[at]), self.level, self.method)

        return Conversion(
            source=step.source,
            target=step.target,
            period=self.periods[t],
            segment=self.segments[g],
            entered=int(self.entered[at]) if known else None,
            advanced=int(self.advanced[at]) if known else None,
            rate=_known(self.rate[at]),
            interval=interval(self.low, self.high),
            status=RATE_STATUSES[status],  # type: ignore[arg-type]
            cumulative=_known(self.cumulative[at]),
            cumulative_interval=interval(self.cumulative_low, self.cumulative_high),
            exposed=_known(mature_entrants(self.entered, self.exposed)[at]) if known else None,
        )

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row per period, segment and step; rates are NaN if there is none."""
        t, g, s = self.rate.shape
        names = np.array(RATE_STATUSES, dtype=np.str_)
        return {
            "period": np.repeat(np.array(self.periods, dtype=np.str_), g * s),
            "segment": np.tile(np.repeat(np.array(self.segments, dtype=np.str_), s), t),
            "source": np.tile(np.array([x.source for x in self.transitions], dtype=np.str_), t * g),
            "target": np.tile(np.array([x.target for x in self.transitions], dtype=np.str_), t * g),
            "entered": self.entered.ravel(),
            "advanced": self.advanced.ravel(),
            "exposed": mature_entrants(self.entered, self.exposed).ravel(),
            "rate": self.rate.ravel(),
            "low": self.low.ravel(),
            "high": self.high.ravel(),
            "status": names[self.status.ravel()],
            "cumulative": self.cumulative.ravel(),
            "cumulative_low": self.cumulative_low.ravel(),
            "cumulative_high": self.cumulative_high.ravel(),
        }


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
