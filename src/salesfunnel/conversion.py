"""Conversion rates of every step, with intervals: conversions and its table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import array_field
from salesfunnel._core.checks import check_choice, check_fraction, check_kind
from salesfunnel._core.interval import Interval
from salesfunnel._core.one_length import check_shapes
from salesfunnel._core.one_line import told_by
from salesfunnel._core.result import ResultMixin, TableMixin
from salesfunnel._core.rows import LazyRows
from salesfunnel._core.vocabulary import (
    INTERVAL_METHODS,
    RATE_STATUSES,
    IntervalMethod,
    PanelMode,
    RateStatus,
)
from salesfunnel._kernels import intervals as kernel
from salesfunnel._kernels.rate_bounds import rate_bounds
from salesfunnel._kernels.weighted import effective_trials
from salesfunnel.data.delays import Lag, exposure_of, lags_of
from salesfunnel.data.panel import Panel
from salesfunnel.definitions.funnel import Funnel, Transition

__all__ = ["Conversion", "ConversionTable", "conversions"]

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
            exposed=_known((self.entered if self.exposed is None else self.exposed)[at])
            if known
            else None,
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
            "exposed": (self.entered if self.exposed is None else self.exposed)
            .ravel()
            .astype(np.float64),
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


def conversions(
    panel: Panel, *, level: float = 0.95, method: IntervalMethod = "wilson", lag: object = None
) -> ConversionTable:
    """Work out how many of those who enter each step go on, and how sure that is.

    Parameters
    ----------
    panel : Panel
        Counts by period, segment and step.
    level : float
        Nominal coverage of the intervals, in (0, 1).
    method : {"wilson", "jeffreys", "clopper-pearson"}
        How the intervals are made, see `salesfunnel.stats.rate_interval`.
    lag : optional
        How long entrants take, as in `find_bottlenecks`: rates are then advances ÷ those who could
        advance, the rates that its verdicts rest on.

    Returns
    -------
    ConversionTable
        One row per period, segment and step: rate, interval, status, cumulative rate.

    Raises
    ------
    ArgumentError
        If `level`, `method` or `panel` is not valid.

    Notes
    -----
    In ``period`` mode a rate is advances in the period ÷ entries in the period; it may pass 1 when
    older entrants advance, and then gets the interval of a ratio of counts and the status
    ``rate-gt-1``. Nothing is cut. With a lag, and by month of entry, `exposed` are
    those who could advance; how uncertain that is widens the interval:
    Var(log r) = (1 − r)/(n r) + cv².
    Rates of amounts (``panel(weight="value")``) have the interval of as many equal deals as give
    the spread of a ratio of sums over deals: one giant deal makes it wide.
    The interval of a cumulative rate is that of one rate with as many entrants as give the spread
    of the product: Var(log R) = Σ(1 − r)/(n r).

    Examples
    --------
    >>> panel = Panel.from_counts({"intent": 45, "won": 14})
    >>> row = conversions(panel).rows[0]
    >>> round(row.rate, 4), row.status, round(row.interval.low, 3), round(row.interval.high, 3)
    (0.3111, 'ok', 0.195, 0.457)
    """
    check_choice("method", method, INTERVAL_METHODS)
    level = check_fraction("level", level, open_ends=True)
    check_kind("panel", panel, Panel)
    lags = lags_of(lag, panel)
    entered, advanced, missing = panel.entered_advanced(weighted=True)
    n, cv2 = entered.astype(np.float64), None
    if lags is not None or panel.exposed is not None:
        n, cv2 = _exposed(panel, lags)
        missing = missing | np.isnan(n)
        n = np.where(missing, 0.0, n)
    x = np.where(missing, 0.0, advanced)
    status = np.full(n.shape, OK, dtype=np.int8)
    status[x > n] = ABOVE_ONE
    status[n == 0] = NO_DATA
    status[missing] = MISSING
    if panel.squares is not None:
        squares = panel.squares
        trials = effective_trials(x, n, squares[..., 1:], squares[..., :-1])
        exact = np.where(n > 0, x / np.where(n > 0, n, 1.0), 0.0)
        x, n = exact * trials, trials
    rate, low, high = _rates(x, n, status, level, method, cv2)
    if panel.squares is not None:
        rate = np.where(np.isnan(rate), rate, exact)
    exposed = None if cv2 is None else np.where(missing, np.nan, n)
    n = n if cv2 is None else _worth(rate, n, cv2)
    whole: Float = np.multiply.accumulate(rate, axis=-1)  # NaN spreads to the steps after it
    if panel.upper is not None:
        least, most = rate_bounds(panel.counts, panel.upper)
        low, high = (np.where(status == MISSING, a, b) for a, b in ((least, low), (most, high)))
        whole = _to_exact_ends(panel, whole)
    n_eff = kernel.effective_entrants(rate, n)
    if panel.upper is not None:
        n_eff = np.where(np.isnan(rate), panel.counts[..., :1].astype(np.float64), n_eff)
    there = ~np.isnan(whole)
    above = there & (whole > 1)
    code = np.where(above, ABOVE_ONE, np.where(there, OK, NO_DATA)).astype(np.int8)
    product = np.where(there, whole, 0.0) * n_eff
    _, c_low, c_high = _rates(np.where(above, product, np.minimum(product, n_eff)), n_eff, code,
                              level, method)  # fmt: skip
    return ConversionTable(
        transitions=panel.transitions,
        periods=panel.periods,
        segments=panel.segments,
        entered=entered,
        advanced=advanced,
        rate=rate,
        low=low,
        high=high,
        cumulative=whole,
        cumulative_low=c_low,
        cumulative_high=c_high,
        status=status,
        level=level,
        method=method,
        mode=panel.mode,
        partial=panel.partial,
        exposed=exposed,
        funnel=panel.funnel,
    )


def _exposed(panel: Panel, lags: tuple[Lag, ...] | None) -> tuple[Float, Float | None]:
    """Return who could advance in the periods of a panel, whose gaps are filled for the lag."""
    whole = panel.fill_gaps()
    n, cv2 = exposure_of(whole, lags)
    where = [whole.periods.index(name) for name in panel.periods]
    return n[where], None if cv2 is None else cv2[where]


def _worth(rate: Float, n: Float, cv2: Float) -> Float:
    """Return how many entrants of certain exposure say as much about the rate."""
    r = np.clip(np.nan_to_num(rate, nan=0.5), 1e-6, 1 - 1e-6)
    with np.errstate(divide="ignore"):
        worth = 1 / (1 / n + np.nan_to_num(cv2) * r / (1 - r))
    return np.asarray(np.where(n > 0, worth, 0.0))


def _to_exact_ends(panel: Panel, whole: Float) -> Float:
    """Return cumulative rates, also across steps in doubt where both ends are exact."""
    unknown = panel.missing | (panel.upper != panel.counts)
    first, ends = panel.counts[..., :1], panel.counts[..., 1:]
    known = ~unknown[..., :1] & ~unknown[..., 1:] & (first > 0) & np.isnan(whole)
    return np.where(known, ends / np.maximum(first, 1), whole)


def _rates(
    x: Float,
    n: Float,
    status: npt.NDArray[np.int8],
    level: float,
    method: IntervalMethod,
    cv2: Float | None = None,
) -> tuple[Float, Float, Float]:
    """Return rates with their intervals by status; NaN, 0, 1 if there is none."""
    rate = np.full(n.shape, np.nan)
    low, high = np.zeros(n.shape), np.ones(n.shape)
    for code in (OK, ABOVE_ONE):
        at = status == code
        if not at.any():
            continue
        here: Any = ... if at.all() else at  # where all are alike nothing is picked out
        rate[here] = x[here] / n[here]
        if code == ABOVE_ONE and cv2 is not None:
            low[here], high[here] = kernel.ratio_of_doubt(rate[here], x[here], cv2[here], level)
        else:
            made = kernel.METHODS[method] if code == OK else kernel.ratio_above_one
            worth = n[here] if cv2 is None else _worth(rate[here], n[here], cv2[here])
            low[here], high[here] = made(rate[here] * worth, worth, level)
    return rate, low, high
