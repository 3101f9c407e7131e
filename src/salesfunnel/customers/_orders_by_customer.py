"""Figures a customer that all of repurchase starts from."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_known
from salesfunnel._core.errors import DataError
from salesfunnel._core.inputs import Moment
from salesfunnel._core.moments import TICK
from salesfunnel._core.readers import reader_hint
from salesfunnel.data.purchases import DAY, Orders, Purchases, last_moment

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.datetime64]

FEWEST_GAPS = 5
"""Fewest gaps that say how often a group buys."""
OWN_GAPS, PRIOR = 2, 2.0
"""Fewest gaps of a customer's own, and the weight of the group's gap next to them."""


class CustomerOrders(NamedTuple):
    """Purchases up to a day, as orders; the columns have one row per customer."""

    purchases: Purchases
    orders: Orders
    today: np.datetime64
    over: np.datetime64  # the first day that is not over
    first: Days
    last: Days
    start: npt.NDArray[np.intp]  # position of the first order of each customer

    @property
    def age(self) -> Floats:
        """Days since the last order."""
        return np.asarray((self.today - self.last) / DAY)

    @property
    def tenure(self) -> Floats:
        """Days since the first order."""
        return np.asarray((self.today - self.first) / DAY)


def orders_at(purchases: Purchases, as_of: Moment) -> CustomerOrders:
    """Return what was known of the customers at a moment."""
    if not isinstance(purchases, Purchases):
        raise DataError(
            f"'purchases' must be Purchases, got {type(purchases).__name__}",
            hint=reader_hint(purchases, "Purchases")
            or "make them with read_purchases or Purchases.from_frame",
        )
    end = last_moment(as_of, purchases.time.max() if len(purchases) else "2026-10-05")
    kept = purchases.known_at(end)
    orders = kept.orders()
    last = np.cumsum(orders.number) - 1
    start = last - orders.number + 1
    today = end.astype("datetime64[D]")
    return CustomerOrders(
        kept, orders, today, (end + TICK).astype("datetime64[D]"),
        orders.day[start], orders.day[last], start.astype(np.intp),
    )  # fmt: skip


def groups_of(
    known: CustomerOrders, by: str | None
) -> tuple[tuple[str, ...], npt.NDArray[np.intp]]:
    """Return the groups that an attribute makes, by its value at the first order."""
    n = len(known.purchases.customers)
    if by is None:
        return ("all",), np.zeros(n, dtype=np.intp)
    check_known("by", by, tuple(known.purchases.attributes))
    column = known.purchases.attributes[by]
    values = [column[i] for i in known.orders.row[known.start].tolist()]
    names = tuple(sorted(set(values)))
    where = {name: i for i, name in enumerate(names)}
    return names, np.array([where[value] for value in values], dtype=np.intp)


def gaps(known: CustomerOrders) -> tuple[npt.NDArray[np.int64], Floats]:
    """Return the days between neighbouring orders and whose they are."""
    who, day = known.orders.customer, known.orders.day
    same = who[1:] == who[:-1]
    return who[1:][same], np.asarray((day[1:] - day[:-1])[same] / DAY)


def expected_gaps(known: CustomerOrders, group: npt.NDArray[np.intp]) -> Floats:
    """Return the days between orders to expect of every customer; NaN if nothing is known.

    A customer with three orders or more: the median of his gaps, shrunk toward the median gap of
    his group, which counts as two more; others: the median gap of the group. A group with fewer
    than five gaps takes that of all customers.
    """
    who, gap = gaps(known)
    n = len(known.purchases.customers)
    overall = float(np.median(gap)) if gap.size >= FEWEST_GAPS else np.nan
    base = np.full(n, overall)
    for g in range(int(group.max(initial=-1)) + 1):
        of_group = gap[group[who] == g]
        if of_group.size >= FEWEST_GAPS:
            base[group == g] = np.median(of_group)
    number, own = medians(who, gap, n)
    use = number >= OWN_GAPS
    drawn = (number * np.where(use, own, 0.0) + PRIOR * base) / (number + PRIOR)
    result = np.where(use & np.isfinite(base), drawn, np.where(use, own, base))
    return np.maximum(result, 1.0)


def medians(who: npt.NDArray[np.int64], values: Floats, n: int) -> tuple[Floats, Floats]:
    """Return how many values each of n customers has, and their median (NaN without)."""
    order = np.lexsort((values, who))
    ranked = values[order]
    number = np.bincount(who, minlength=n)
    start = np.cumsum(number) - number
    some = number > 0
    low = start[some] + (number[some] - 1) // 2
    high = start[some] + number[some] // 2
    middle = np.full(n, np.nan)
    middle[some] = (ranked[low] + ranked[high]) / 2
    return number.astype(np.float64), middle


def totals(known: CustomerOrders) -> Floats:
    """Return the amount that every customer has paid; NaN where no amount is known."""
    who, amount = known.purchases.customer, known.purchases.amount
    n = len(known.purchases.customers)
    clear = np.isfinite(amount)
    paid = np.bincount(who[clear], amount[clear], minlength=n)
    return np.where(np.bincount(who[clear], minlength=n) > 0, paid, np.nan)
