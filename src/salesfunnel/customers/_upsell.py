"""Customers who could buy more: larger orders, like their peers, or an item that peers own."""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import array_field
from salesfunnel._core.checks import check_known
from salesfunnel._core.errors import DataError
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.inputs import Moment
from salesfunnel._core.result import TableMixin
from salesfunnel._kernels.intervals import wilson
from salesfunnel.customers._lifecycle import lifecycle
from salesfunnel.customers._orders_by_customer import CustomerOrders, medians, orders_at
from salesfunnel.customers._rfm import FREQUENCY_BINS
from salesfunnel.customers.lifecycle_result import LIFECYCLE_STATES
from salesfunnel.data.purchases import Purchases

__all__ = ["UpsellCandidates", "upsell_candidates"]

Floats = npt.NDArray[np.float64]
PEERS, OWNERS, ITEMS = 5, 5, 400
"""Fewest peers, fewest owners of both items, and most items that are compared."""
LEVEL = 0.8  # two-sided: the lower limit is one-sided 90%
YEAR = 365.25


@attrs.frozen(kw_only=True, repr=False)
class UpsellCandidates(TableMixin):
    """Customers who could buy more, the greatest potential first.

    Parameters
    ----------
    customers : tuple of str
        Active customers whose orders are smaller than those of their peers, or for whom there is
        an item that customers like them bought.
    orders : array_like of int64, shape (n,)
        Orders so far.
    amount : array_like of float64, shape (n,)
        Their median amount; NaN where not known.
    peer_amount : array_like of float64, shape (n,)
        The median of that among active customers with about as many orders; NaN with fewer than
        five of them.
    potential : array_like of float64, shape (n,)
        Money a year if orders were as large as the peers': the difference in the median amount
        times the orders expected in a year; at least 0. An upper bound, not a forecast.
    item : tuple of str
        The item to offer, ``""`` if there is none.
    item_share, item_low : array_like of float64, shape (n,)
        Of the customers who own what this one owns, the share that owns the item as well, and
        Wilson's lower limit of it (90%, one-sided); NaN if there is no item.
    as_of : datetime.date
        The as-of date.
    """

    customers: tuple[str, ...] = attrs.field(converter=as_tuple)
    orders: npt.NDArray[np.int64] = array_field(np.int64)
    amount: Floats = array_field(np.float64)
    peer_amount: Floats = array_field(np.float64)
    potential: Floats = array_field(np.float64)
    item: tuple[str, ...] = attrs.field(converter=as_tuple)
    item_share: Floats = array_field(np.float64)
    item_low: Floats = array_field(np.float64)
    as_of: date

    def __attrs_post_init__(self) -> None:
        n = len(self.customers)
        for field in ("orders", "amount", "peer_amount", "potential", "item", "item_low"):
            if len(getattr(self, field)) != n:
                raise DataError(f"{field!r} must have {n} rows, got {len(getattr(self, field))}")

    def __len__(self) -> int:
        return len(self.customers)

    def __repr__(self) -> str:
        return f"<UpsellCandidates {self.as_of}: {len(self):,} customers>"

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row per customer."""
        return {
            "customer": np.array(self.customers, dtype=np.str_),
            "orders": self.orders,
            "amount": self.amount,
            "peer_amount": self.peer_amount,
            "potential": self.potential,
            "item": np.array(self.item, dtype=np.str_),
            "item_share": self.item_share,
            "item_low": self.item_low,
        }


def upsell_candidates(
    purchases: Purchases, *, as_of: Moment, item: str | None = None
) -> UpsellCandidates:
    """Find active customers who could buy more, and what to offer them.

    Parameters
    ----------
    purchases : Purchases
        Later ones than `as_of` are left out.
    as_of : date, datetime or ISO text
        The as-of date.
    item : str, optional
        The attribute of the purchases that names what was bought.

    Returns
    -------
    UpsellCandidates
        Customers in the states new and active of `lifecycle`. An item is offered if five customers
        or more own it together with one that the customer owns, and if owners of that one own it
        more often than all customers do, by the lower limit.

    Raises
    ------
    UnknownNameError
        If `item` is not an attribute of the purchases.

    Examples
    --------
    >>> who = [f"c{i}" for i in range(6) for _ in range(2)]
    >>> days = ["2026-01-01", "2026-02-01"] * 6
    >>> paid = [100, 100] * 5 + [40, 40]
    >>> upsell_candidates(Purchases.from_columns(who, days, paid), as_of="2026-02-10").customers
    ('c5',)
    """
    known = orders_at(purchases, as_of)
    cycle = lifecycle(purchases, as_of=as_of)
    fresh = [LIFECYCLE_STATES.index(state) for state in ("new", "active")]
    active = np.isin(cycle.state, fresh)
    paid = np.isfinite(known.orders.amount)
    n = len(known.purchases.customers)
    _, typical = medians(known.orders.customer[paid], known.orders.amount[paid], n)
    peers = _peers(typical, known.orders.number, active)
    with np.errstate(invalid="ignore"):
        potential = np.nan_to_num(np.maximum(peers - typical, 0.0) * YEAR / cycle.gap)
    if item is None:
        name, share, low = np.full(n, "", dtype=object), np.full(n, np.nan), np.full(n, np.nan)
    else:
        name, share, low = _items(known, item, active)
    rows = np.flatnonzero(active & ((potential > 0) | (name != "")))
    rows = rows[np.lexsort((rows, -np.nan_to_num(low[rows]), -potential[rows]))]
    return UpsellCandidates(
        customers=[known.purchases.customers[i] for i in rows.tolist()],
        orders=known.orders.number[rows],
        amount=typical[rows],
        peer_amount=peers[rows],
        potential=potential[rows],
        item=[str(value) for value in name[rows]],
        item_share=share[rows],
        item_low=low[rows],
        as_of=cycle.as_of,
    )


def _peers(typical: Floats, number: npt.NDArray[Any], active: npt.NDArray[np.bool_]) -> Floats:
    """Return the median order of active customers with about as many orders."""
    bins = np.searchsorted(FREQUENCY_BINS, number, "right")
    result = np.full(typical.size, np.nan)
    for b in range(len(FREQUENCY_BINS) + 1):
        of_bin = (bins == b) & active & np.isfinite(typical)
        if of_bin.sum() >= PEERS:
            result[bins == b] = np.median(typical[of_bin])
    return result


def _items(
    known: CustomerOrders, item: str, active: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[Any], Floats, Floats]:
    """Return the item to offer each customer, with the share of similar owners who own it."""
    check_known("item", item, tuple(known.purchases.attributes))
    column = np.array(known.purchases.attributes[item], dtype=np.str_)
    n = len(known.purchases.customers)
    names, code = np.unique(column, return_inverse=True)
    owners = np.bincount(code.reshape(-1), minlength=names.size)
    usable = np.flatnonzero(names != "")
    kept = np.sort(usable[np.argsort(-owners[usable], kind="stable")][:ITEMS])
    place = np.full(names.size, -1, dtype=np.intp)
    place[kept] = np.arange(kept.size)
    at = place[code.reshape(-1)]
    owns = np.zeros((n, kept.size), dtype=np.bool_)
    owns[known.purchases.customer[at >= 0], at[at >= 0]] = True
    best = np.full(n, "", dtype=object)
    best_share, best_low = np.full(n, np.nan), np.full(n, np.nan)
    if not kept.size or not n:
        return best, best_share, best_low
    both = owns.astype(np.float64).T @ owns
    have = np.diag(both)
    low, _ = wilson(both, np.broadcast_to(have[:, None], both.shape), LEVEL)
    ranked = np.where((both >= OWNERS) & (low > have[None, :] / n), low, 0.0)
    np.fill_diagonal(ranked, 0.0)
    for row in np.flatnonzero(active).tolist():
        mine = owns[row]
        if not mine.any() or mine.all():
            continue
        table = np.where(mine[None, :], 0.0, ranked[mine])
        i, j = np.unravel_index(int(table.argmax()), table.shape)
        if table[i, j] > 0:
            source = np.flatnonzero(mine)[i]
            best[row] = names[kept[j]]
            best_share[row] = both[source, j] / have[source]
            best_low[row] = low[source, j]
    return best, best_share, best_low
