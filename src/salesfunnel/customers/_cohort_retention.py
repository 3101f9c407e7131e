"""The share of the customers of a month who buy again in each later month."""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import array_field
from salesfunnel._core.checks import check_choice, check_fraction
from salesfunnel._core.errors import ArgumentError, DataError
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.inputs import Moment
from salesfunnel._core.interval import Interval
from salesfunnel._core.period_arrays import period_numbers
from salesfunnel._core.periods import end_of, label_of
from salesfunnel._core.result import TableMixin
from salesfunnel._core.vocabulary import Frequency
from salesfunnel._kernels.intervals import wilson
from salesfunnel.customers._orders_by_customer import orders_at
from salesfunnel.data.purchases import Purchases

__all__ = ["CohortRetention", "cohort_retention"]

Floats = npt.NDArray[np.float64]


@attrs.frozen(kw_only=True, repr=False)
class CohortRetention(TableMixin):
    """How many customers of each cohort bought in each later calendar period.

    Parameters
    ----------
    cohorts : tuple of str
        Periods of the first order, those that are over.
    entered : array_like of int64, shape (cohorts,)
        Customers of each.
    active : array_like of int64, shape (cohorts, cohorts)
        How many of them bought in the period `k` periods later, in column `k`; 0 where it is not
        over yet.
    over : array_like of bool, shape (cohorts, cohorts)
        Whether that period is over.
    by : {"week", "month", "quarter", "year"}
        How long a period is.
    level : float
        Of the limits of `interval`.
    as_of : datetime.date
        The as-of date.
    """

    cohorts: tuple[str, ...] = attrs.field(converter=as_tuple)
    entered: npt.NDArray[np.int64] = array_field(np.int64)
    active: npt.NDArray[np.int64] = array_field(np.int64)
    over: npt.NDArray[np.bool_] = array_field(np.bool_)
    by: Frequency
    level: float
    as_of: date

    def __attrs_post_init__(self) -> None:
        shape = (len(self.cohorts), len(self.cohorts))
        if self.active.shape != shape or self.over.shape != shape:
            raise DataError(f"'active' must have shape {shape}, got {self.active.shape}")

    def __repr__(self) -> str:
        return f"<CohortRetention {self.as_of}: {len(self.cohorts)} cohorts by {self.by}>"

    def triangle(self) -> Floats:
        """Return the shares by cohort and periods since, shape (cohorts, cohorts).

        NaN where the period is not over, or nobody is in the cohort; 1 in the first column.
        """
        with np.errstate(invalid="ignore", divide="ignore"):
            share = self.active / self.entered[:, None]
        return np.where(self.over & (self.entered[:, None] > 0), share, np.nan)

    def interval(self, cohort: str, later: int) -> Interval:
        """Return Wilson's interval of the share of a cohort that was active `later` periods on.

        Parameters
        ----------
        cohort : str
            Period of the first order.
        later : int
            How many periods after it; 0 is the period itself.

        Raises
        ------
        ArgumentError
            If there is no such cohort, or that period is not over.
        """
        if cohort not in self.cohorts or not 0 <= later < len(self.cohorts):
            raise ArgumentError(
                f"'cohort' and 'later' must be in the table, got {cohort!r} and {later!r}"
            )
        row = self.cohorts.index(cohort)
        if not self.over[row, later] or not self.entered[row]:
            raise ArgumentError(f"'later' must be a period that is over, got {later!r}")
        low, high = wilson(self.active[row, later], self.entered[row], self.level)
        return Interval(float(low), float(high), self.level, "wilson")

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row per cohort and later period that is over."""
        row, later = np.nonzero(self.over)
        return {
            "cohort": np.array(self.cohorts, dtype=np.str_)[row],
            "later": later,
            "entered": self.entered[row],
            "active": self.active[row, later],
            "rate": self.triangle()[row, later],
        }


def cohort_retention(
    purchases: Purchases,
    *,
    as_of: Moment,
    by: Frequency = "month",
    level: float = 0.95,
) -> CohortRetention:
    """Count the customers of each month who bought in each later month.

    Unlike `repurchase_curve`, which asks for the second order within so many days, this asks for
    activity by the calendar: a customer counts in every month in which he bought.

    Parameters
    ----------
    purchases : Purchases
        Later ones than `as_of` are left out.
    as_of : date, datetime or ISO text
        The as-of date; a period that is not over on it is left out.
    by : {"week", "month", "quarter", "year"}
        How long a cohort and a period are.
    level : float
        Coverage of intervals, in (0, 1).

    Returns
    -------
    CohortRetention

    Raises
    ------
    ArgumentError
        If `by` is not a length of a period, or `level` not in (0, 1).

    Examples
    --------
    >>> bought = Purchases.from_columns(
    ...     ["1", "2", "1", "3", "4", "1"],
    ...     ["2019-01-01", "2019-01-05", "2019-02-01", "2019-02-07", "2019-02-09", "2019-03-01"],
    ... )
    >>> kept = cohort_retention(bought, as_of="2019-04-01")
    >>> kept.cohorts, kept.entered.tolist()
    (('2019-01', '2019-02', '2019-03'), [2, 2, 0])
    >>> kept.triangle()[:2].tolist()
    [[1.0, 0.5, 0.5], [1.0, 0.0, nan]]
    """
    check_choice("by", by, ("week", "month", "quarter", "year"))
    coverage = check_fraction("level", level, open_ends=True)
    known = orders_at(purchases, as_of)
    today: date = known.today.astype(date)
    if not len(known.first):
        return _made((), 0, by, coverage, today)
    number = period_numbers(known.first, by)
    when = period_numbers(known.orders.day, by)
    base, top = int(number.min()), int(when.max())
    names = [label_of(k, by) for k in range(base, top + 1)]
    over: date = known.over.astype(date)
    while names and end_of(names[-1], by) > over:
        names.pop()
    names += _silent(top + 1, by, over)
    n = len(names)
    cohort, later = number - base, when - number[known.orders.customer]
    pair = np.unique(np.stack([known.orders.customer, later]), axis=1)
    inside = (cohort[pair[0]] < n) & (cohort[pair[0]] + pair[1] < n)
    active = np.zeros((n, n), dtype=np.int64)
    np.add.at(active, (cohort[pair[0]][inside], pair[1][inside]), 1)
    entered = np.bincount(cohort[cohort < n], minlength=n)[:n]
    return _made(tuple(names), n, by, coverage, today, entered, active)


def _silent(first: int, by: Frequency, over: date) -> list[str]:
    """Return the periods behind the last order that are over, in which nobody bought."""
    names: list[str] = []
    while end_of(label_of(first + len(names), by), by) <= over:
        names.append(label_of(first + len(names), by))
    return names


def _made(
    names: tuple[str, ...],
    n: int,
    by: Frequency,
    level: float,
    today: date,
    entered: npt.NDArray[np.int64] | None = None,
    active: npt.NDArray[np.int64] | None = None,
) -> CohortRetention:
    row, later = np.indices((n, n))
    return CohortRetention(
        cohorts=names,
        entered=np.zeros(n, dtype=np.int64) if entered is None else entered,
        active=np.zeros((n, n), dtype=np.int64) if active is None else active,
        over=row + later < n,
        by=by,
        level=level,
        as_of=today,
    )
