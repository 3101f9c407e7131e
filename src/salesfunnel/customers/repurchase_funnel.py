"""Customers as a funnel: the stages of the template "repurchase", read off their purchases."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_choice, check_positive_int
from salesfunnel._core.durations import duration_of
from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.inputs import Moment
from salesfunnel._core.period_arrays import period_numbers
from salesfunnel._core.periods import label_of
from salesfunnel._core.vocabulary import Frequency
from salesfunnel.customers._orders_by_customer import (
    CustomerOrders,
    expected_gaps,
    groups_of,
    orders_at,
    totals,
)
from salesfunnel.customers.lifecycle_result import DORMANT
from salesfunnel.data.history import StageHistory
from salesfunnel.data.panel import Panel
from salesfunnel.data.purchases import DAY, Purchases
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.plugins import template

__all__ = ["repurchase_history", "repurchase_panel"]

STAGES = ("first_order", "second_order", "regular", "grown")
REGULAR, GROWTH = 3, 1.5
Days = npt.NDArray[np.datetime64]


class StageDates(NamedTuple):
    """The day on which each customer first got to each stage, NaT where not yet: (n, 4)."""

    known: CustomerOrders
    entered: Days


def _funnel() -> Funnel:
    funnel = template("repurchase@salesfunnel")
    for key in funnel.keys:
        if key not in STAGES:
            funnel = funnel.drop_stage(key)
    return funnel


def _stage_dates(
    purchases: Purchases, as_of: Moment, regular: int, growth: float, item: str | None
) -> StageDates:
    check_positive_int("regular", regular, minimum=3)
    if not growth > 1:
        raise ArgumentError(f"'growth' must be above 1, got {growth!r}")
    known = orders_at(purchases, as_of)
    number, day, start = known.orders.number, known.orders.day, known.start
    entered = np.full((number.size, len(STAGES)), np.datetime64("NaT", "D"), dtype="datetime64[D]")
    for column, nth in enumerate((1, 2, regular)):
        some = number >= nth
        entered[some, column] = day[start[some] + nth - 1]
    entered[:, 3] = _grown(known, regular, growth, item)
    return StageDates(known, entered)


def _grown(known: CustomerOrders, regular: int, growth: float, item: str | None) -> Days:
    """Return the day of the first order after `regular` ones that is larger, or of a new item."""
    orders = known.orders
    n = orders.number.size
    nth = np.arange(orders.day.size) - known.start[orders.customer]
    clear = np.nan_to_num(orders.amount)
    counted = np.isfinite(orders.amount).astype(np.float64)
    paid, many = _before(clear, known), _before(counted, known)
    with np.errstate(invalid="ignore", divide="ignore"):
        larger = (many > 0) & (orders.amount >= growth * paid / many)
    if item is not None:
        larger = larger | _new_item(known, item)
    hit = np.flatnonzero(larger & (nth >= regular))
    who, first = np.unique(orders.customer[hit], return_index=True)
    result = np.full(n, np.datetime64("NaT", "D"), dtype="datetime64[D]")
    result[who] = orders.day[hit[first]]
    return result


def _before(values: npt.NDArray[np.float64], known: CustomerOrders) -> npt.NDArray[np.float64]:
    """Return the sum of a customer's values before each of his orders."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    return np.asarray(total[:-1] - total[known.start[known.orders.customer]])


def _new_item(known: CustomerOrders, item: str) -> npt.NDArray[np.bool_]:
    """Return the orders in which a customer bought an item for the first time."""
    groups_of(known, item)  # says which attributes there are
    column = np.array(known.purchases.attributes[item], dtype=np.str_)
    names, code = np.unique(column, return_inverse=True)
    pair = known.purchases.customer * names.size + code.reshape(-1)
    _, first = np.unique(pair, return_index=True)
    new = np.zeros(len(known.purchases), dtype=np.bool_)
    new[first] = column[first] != ""
    orders = known.orders
    if not orders.row.size:
        return np.zeros(0, dtype=np.bool_)
    return np.logical_or.reduceat(new, orders.row)


def repurchase_panel(
    purchases: Purchases,
    *,
    as_of: Moment,
    by: Frequency = "month",
    window: timedelta | str = timedelta(days=180),
    segment: str | None = None,
    regular: int = REGULAR,
    growth: float = GROWTH,
    item: str | None = None,
) -> Panel:
    """Count customers by the stages of the template ``repurchase``, in cohorts.

    Parameters
    ----------
    purchases : Purchases
        Later ones than `as_of` are left out.
    as_of : date, datetime or ISO text
        The as-of date.
    by : {"week", "month", "quarter", "year"}
        How long a cohort of first orders is.
    window : datetime.timedelta or str
        How long after the first order a stage may be reached to be counted, such as ``"60D"``.
        Customers whose window
        is still open are left out and counted as immature.
    segment : str, optional
        An attribute of the purchases (its value at the first order) to break down by.
    regular : int
        The order that makes a customer regular.
    growth : float
        An order after that is growth from so many times the mean of those before.
    item : str, optional
        The attribute that names what was bought: a new item is growth too.

    Returns
    -------
    Panel
        Stages ``first_order``, ``second_order``, ``regular``, ``grown``; mode ``cohort``. The
        template's last stage, the advocate, does not show in purchases.

    Raises
    ------
    ArgumentError
        If `window` is not a length of time above zero, `regular` is below 3, or `by` is not a
        length of a period.
    """
    check_choice("by", by, ("week", "month", "quarter", "year"))
    span = duration_of("window", window)
    if span is None:
        raise ArgumentError(f"'window' must be a length of time, got {window!r}")
    known, entered = _stage_dates(purchases, as_of, regular, growth, item)
    names, group = groups_of(known, segment)
    if not entered.size:
        return Panel.from_counts(
            np.zeros((0, 1, len(STAGES)), dtype=np.int64), periods=(), segments=("all",),
            steps=STAGES, mode="cohort",
        )  # fmt: skip
    number = period_numbers(known.first, by)
    base = int(number.min())
    periods = tuple(label_of(k, by) for k in range(base, int(number.max()) + 1))
    cell = (number - base) * len(names) + group
    mature = known.tenure >= span / timedelta(days=1)
    inside = (entered - known.first[:, None]) / DAY <= span / timedelta(days=1)
    # a customer who has grown is regular and has ordered twice: stages are nested by construction
    shape = (len(periods), len(names))
    counts = np.stack(
        [
            np.bincount(cell[mature & inside[:, k]], minlength=shape[0] * shape[1]).reshape(shape)
            for k in range(len(STAGES))
        ],
        axis=2,
    )
    immature = np.bincount(cell[~mature], minlength=shape[0] * shape[1]).reshape(shape)
    return Panel(
        counts=counts,
        periods=periods,
        steps=STAGES,
        segments=[name or "-" for name in names],
        mode="cohort",
        by=by,
        window=span,
        immature=immature,
        attributes=() if segment is None else (segment,),
        partial=[p for p, open_ in zip(periods, immature.sum(1) > 0, strict=True) if open_],
        funnel=_funnel(),
    )


def repurchase_history(
    purchases: Purchases,
    *,
    as_of: Moment,
    regular: int = REGULAR,
    growth: float = GROWTH,
    item: str | None = None,
) -> StageHistory:
    """Return customers as deals that walk the stages of the template ``repurchase``.

    Parameters
    ----------
    purchases, as_of, regular, growth, item
        As in `repurchase_panel`.

    Returns
    -------
    StageHistory
        One row per customer: the day he got to each stage; won when grown; lost when his last
        order is more than six expected gaps ago (closed on that day); else open. Attributes are
        those of his first purchase, the value is what he has paid so far.

    Raises
    ------
    ArgumentError
        If `regular` is below 3.

    Examples
    --------
    >>> from salesfunnel import Purchases
    >>> bought = Purchases.from_records([
    ...     {"customer": "a", "time": "2026-01-05", "amount": 50.0},
    ...     {"customer": "a", "time": "2026-02-05", "amount": 70.0},
    ...     {"customer": "b", "time": "2026-01-09", "amount": 20.0}])
    >>> repurchase_history(bought, as_of="2026-03-01").reached.tolist()
    [1, 0]
    """
    known, entered = _stage_dates(purchases, as_of, regular, growth, item)
    _, group = groups_of(known, None)
    gap = expected_gaps(known, group)
    won = ~np.isnat(entered[:, 3])
    with np.errstate(invalid="ignore"):
        lost = ~won & (known.age > DORMANT * gap)
    days = np.ceil(np.where(np.isfinite(gap), DORMANT * gap, 0)).astype("timedelta64[D]")
    closed = np.where(won, entered[:, 3], np.datetime64("NaT", "D"))
    closed = np.where(lost, known.last + days, closed)
    end = np.where(np.isnat(closed), known.today, closed)
    rows = known.orders.row[known.start].tolist()
    return StageHistory(
        deals=known.purchases.customers,
        stages=STAGES,
        entered=entered.astype("datetime64[us]"),
        time_in_stage=_time_in_stage(entered, end).astype("timedelta64[us]"),
        created=known.first.astype("datetime64[us]"),
        closed=closed.astype("datetime64[us]"),
        outcome=np.where(won, 1, np.where(lost, 2, 0)).astype(np.int8),
        value=totals(known),
        attributes={
            key: np.array([column[i] for i in rows], dtype=np.str_)
            for key, column in known.purchases.attributes.items()
        },
        as_of=known.today.astype("datetime64[us]"),
        funnel=_funnel(),
        faults=purchases.faults,
    )


def _time_in_stage(entered: Days, end: Days) -> npt.NDArray[np.timedelta64]:
    """Return the time in each stage: until the next one, or until the end."""
    result = np.zeros(entered.shape, dtype="timedelta64[D]")
    until = end.astype("datetime64[D]")
    for k in range(entered.shape[1] - 1, -1, -1):
        here = ~np.isnat(entered[:, k])
        result[here, k] = (until - entered[:, k])[here]
        until = np.where(here, entered[:, k], until)
    return result
