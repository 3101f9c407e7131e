"""How many customers come back, how soon, and whether newer ones do as the older did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Literal

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import array_field
from salesfunnel._core.checks import check_choice, check_fraction
from salesfunnel._core.durations import days_of
from salesfunnel._core.errors import ArgumentError, DataError
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.inputs import Moment, Span
from salesfunnel._core.interval import Interval
from salesfunnel._core.one_length import check_one_length
from salesfunnel._core.period_arrays import period_numbers
from salesfunnel._core.periods import end_of, label_of
from salesfunnel._core.result import TableMixin
from salesfunnel._core.vocabulary import Frequency
from salesfunnel._kernels.censoring import greenwood, incidence
from salesfunnel._kernels.intervals import two_sided_z, wilson
from salesfunnel.customers._cohort_retention import CohortRetention, cohort_retention
from salesfunnel.customers._orders_by_customer import CustomerOrders, orders_at
from salesfunnel.data.purchases import DAY, Purchases

__all__ = ["RepurchaseCurve", "repurchase_curve"]

Floats = npt.NDArray[np.float64]
WINDOWS = (30, 60, 90, 180, 365)
TriangleKind = Literal["calendar", "windows"]


@attrs.frozen(kw_only=True, repr=False)
class RepurchaseCurve(TableMixin):
    """The share of customers with a second order, by the days since the first.

    Parameters
    ----------
    windows : tuple of int
        Days after the first order.
    entered, returned : array_like of int64, shape (windows,)
        Customers whose window is over, and how many of them ordered again inside it.
    low, high : array_like of float64, shape (windows,)
        Wilson's limits of that share.
    days, share, share_low, share_high : array_like of float64, shape (k,)
        The Kaplan–Meier curve, which uses the customers whose window is still open too: it jumps
        at `days`; limits by Greenwood on the scale of log(-log).
    cohorts : tuple of str
        Periods of the first order.
    cohort_entered : array_like of int64, shape (cohorts,)
        Customers of each.
    cohort_returned : array_like of int64, shape (cohorts, windows)
        How many of them ordered again inside each window; 0 where not mature.
    mature : array_like of bool, shape (cohorts, windows)
        Whether that window is over for the whole cohort. Shares of others would be too low.
    by : {"week", "month", "quarter", "year"}
        How long a cohort is.
    level : float
        Of the limits.
    as_of : datetime.date
        The as-of date.
    retention : CohortRetention, optional
        Who of each cohort bought in each later calendar period; None in documents of before.
    """

    windows: tuple[int, ...] = attrs.field(converter=as_tuple)
    entered: npt.NDArray[np.int64] = array_field(np.int64)
    returned: npt.NDArray[np.int64] = array_field(np.int64)
    low: Floats = array_field(np.float64)
    high: Floats = array_field(np.float64)
    days: Floats = array_field(np.float64)
    share: Floats = array_field(np.float64)
    share_low: Floats = array_field(np.float64)
    share_high: Floats = array_field(np.float64)
    cohorts: tuple[str, ...] = attrs.field(converter=as_tuple)
    cohort_entered: npt.NDArray[np.int64] = array_field(np.int64)
    cohort_returned: npt.NDArray[np.int64] = array_field(np.int64)
    mature: npt.NDArray[np.bool_] = array_field(np.bool_)
    by: Frequency
    level: float
    as_of: date
    retention: CohortRetention | None = None

    def __attrs_post_init__(self) -> None:
        shape = (len(self.cohorts), len(self.windows))
        if self.cohort_returned.shape != shape or self.mature.shape != shape:
            raise DataError(f"'cohort_returned' must have shape {shape}, got another")
        check_one_length(self, "windows", "entered", "returned", "low", "high")
        check_one_length(self, "days", "share", "share_low", "share_high")
        check_one_length(self, "cohorts", "cohort_entered")

    def __repr__(self) -> str:
        return f"<RepurchaseCurve {self.as_of}: {len(self.cohorts)} cohorts>"

    def rate(self, window: Span) -> float | None:
        """Return the share that came back within a window; None if no window is over."""
        at = self._at(window)
        n = int(self.entered[at])
        return int(self.returned[at]) / n if n else None

    def interval(self, window: Span) -> Interval:
        """Return Wilson's interval of that share."""
        at = self._at(window)
        return Interval(float(self.low[at]), float(self.high[at]), self.level, "wilson")

    def _at(self, window: Span) -> int:
        days = days_of("window", window)
        if days not in self.windows:
            listed = ", ".join(map(str, self.windows))
            raise ArgumentError(f"'window' must be one of {listed}, got {window!r}")
        return self.windows.index(days)

    @property
    def median(self) -> float | None:
        """Days until half of the customers have come back (Kaplan–Meier); None where unknown."""
        reached = np.flatnonzero(self.share >= 0.5)
        return float(self.days[reached[0]]) if reached.size else None

    def at(self, days: float) -> float:
        """Return the share that has come back after so many days (Kaplan–Meier)."""
        i = int(np.searchsorted(self.days, days, "right"))
        return float(self.share[i - 1]) if i else 0.0

    def triangle(self, kind: TriangleKind = "calendar") -> Floats:
        """Return a table of cohorts.

        Parameters
        ----------
        kind : {"calendar", "windows"}
            ``"calendar"``: the share of each cohort that bought in its own period, and 1, 2, ...
            periods later, as `cohort_retention` gives it: of shape (periods, periods), NaN where a
            period is not over. ``"windows"``: the share with a second order within each window of
            days, of shape (cohorts, windows), NaN where not mature.

        Raises
        ------
        DataError
            If this is a document of before, which has no calendar.
        """
        check_choice("kind", kind, ("calendar", "windows"))
        if kind == "calendar":
            if self.retention is None:
                raise DataError(
                    "'retention' must be there for the calendar, got a document without it",
                    hint="cohort_retention(purchases, as_of=...).triangle() makes it;"
                    " triangle('windows') is that of the windows",
                )
            return self.retention.triangle()
        with np.errstate(invalid="ignore", divide="ignore"):
            share = self.cohort_returned / self.cohort_entered[:, None]
        return np.where(self.mature & (self.cohort_entered[:, None] > 0), share, np.nan)

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row per cohort and window."""
        c, w = len(self.cohorts), len(self.windows)
        return {
            "cohort": np.repeat(np.array(self.cohorts, dtype=np.str_), w),
            "window": np.tile(np.array(self.windows, dtype=np.int64), c),
            "entered": np.repeat(self.cohort_entered, w),
            "returned": self.cohort_returned.ravel(),
            "mature": self.mature.ravel(),
            "rate": self.triangle("windows").ravel(),
        }


def repurchase_curve(
    purchases: Purchases,
    *,
    as_of: Moment,
    windows: Sequence[Span] = WINDOWS,
    by: Frequency = "month",
    level: float = 0.95,
) -> RepurchaseCurve:
    """Measure how many customers order again, and how soon.

    Parameters
    ----------
    purchases : Purchases
        Those of one customer on one day count as one order; later ones than `as_of` are left out.
    as_of : date, datetime or ISO text
        The as-of date.
    windows : sequence of int, datetime.timedelta or str
        Days after the first order, or ``"90D"``; rising.
    by : {"week", "month", "quarter", "year"}
        How long a cohort of first orders is.
    level : float
        Coverage of the limits, in (0, 1).

    Returns
    -------
    RepurchaseCurve
        A share within a window counts only customers whose window is over; a cohort is shown only
        in the windows that are over for all of it.

    Raises
    ------
    ArgumentError
        If windows do not rise.

    Examples
    --------
    >>> curve = repurchase_curve(
    ...     Purchases.from_columns(
    ...         ["ann", "ann", "bob"], ["2026-01-01", "2026-01-21", "2026-01-05"]
    ...     ),
    ...     as_of="2026-03-10",
    ...     windows=(30, 90),
    ... )
    >>> curve.rate(30), curve.rate(90), curve.triangle("windows").tolist()
    (0.5, None, [[0.5, nan]])
    """
    check_choice("by", by, ("week", "month", "quarter", "year"))
    coverage = check_fraction("level", level, open_ends=True)
    if isinstance(windows, str) or not isinstance(windows, Iterable):
        raise ArgumentError(
            f"'windows' must be several lengths of time, got {windows!r}",
            hint="such as (30, 60, 90) or ('30D', '12 weeks')",
        )
    spans = tuple(days_of("windows", one) for one in windows)
    rising = all(w > v for v, w in zip((0, *spans), spans, strict=False))
    if not spans or not rising:
        raise ArgumentError(f"'windows' must be rising whole days, got {windows!r}")
    known = orders_at(purchases, as_of)
    time, again = _second(known)
    tenure, span = known.tenure, np.array(spans, dtype=np.float64)
    over = tenure[:, None] >= span
    back = over & again[:, None] & (time[:, None] <= span)
    z = two_sided_z(coverage)
    entered, returned = over.sum(0), back.sum(0)
    low, high = wilson(returned, entered, coverage)
    curve = incidence(time, again.astype(np.int8))
    share_low, share_high = greenwood(curve, z=z)
    names, cohort, mature = _cohorts(known, by, spans)
    within = again[:, None] & (time[:, None] <= span)
    cells = np.zeros((len(names), len(spans)), dtype=np.int64)
    np.add.at(cells, cohort, within)
    return RepurchaseCurve(
        windows=spans,
        entered=entered,
        returned=returned,
        low=low,
        high=high,
        days=curve.times,
        share=curve.share[0],
        share_low=share_low,
        share_high=share_high,
        cohorts=names,
        cohort_entered=np.bincount(cohort, minlength=len(names)),
        cohort_returned=np.where(mature, cells, 0),
        mature=mature,
        by=by,
        level=coverage,
        as_of=known.today.astype(date),
        retention=cohort_retention(purchases, as_of=as_of, by=by, level=coverage),
    )


def _second(known: CustomerOrders) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return the days to the second order, or to today, and whether there was one."""
    again = known.orders.number > 1
    at = np.minimum(known.start + 1, max(len(known.orders.day) - 1, 0))
    days = (known.orders.day[at] - known.first) / DAY
    return np.where(again, days, known.tenure), np.asarray(again)


def _cohorts(
    known: CustomerOrders, by: Frequency, windows: tuple[int, ...]
) -> tuple[tuple[str, ...], npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Return all periods between the first and the last cohort, whose each is, what is mature."""
    if not len(known.first):
        return (), np.zeros(0, dtype=np.intp), np.zeros((0, len(windows)), dtype=np.bool_)
    number = period_numbers(known.first, by)
    base, top = int(number.min()), int(number.max())
    names = tuple(label_of(k, by) for k in range(base, top + 1))
    last_day = np.array([end_of(name, by) for name in names], dtype="datetime64[D]") - DAY
    mature = (known.today - last_day)[:, None] / DAY >= np.array(windows)
    return names, (number - base).astype(np.intp), np.asarray(mature)
