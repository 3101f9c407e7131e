"""The lifecycle of customers by the gaps between their orders, and who is due now."""

from __future__ import annotations

from datetime import date

import numpy as np

from salesfunnel._core.inputs import Moment
from salesfunnel.customers._orders_by_customer import (
    OWN_GAPS,
    expected_gaps,
    groups_of,
    orders_at,
    totals,
)
from salesfunnel.customers.lifecycle_result import Lifecycle, states_of
from salesfunnel.data.purchases import Purchases
from salesfunnel.fault import Fault

__all__ = ["lifecycle"]


def lifecycle(purchases: Purchases, *, as_of: Moment, by: str | None = None) -> Lifecycle:
    """Tell where every customer stands, by the time since his last order.

    Parameters
    ----------
    purchases : Purchases
        Those of one customer on one day count as one order; later ones than `as_of` are left out.
    as_of : date, datetime or ISO text
        The as-of date.
    by : str, optional
        An attribute of the purchases (its value at the first order) whose groups have gaps of
        their own.

    Returns
    -------
    Lifecycle
        With a days since the last order and g the gap to expect: one order: ``new`` (a <= g),
        ``first-repurchase-overdue`` (a <= 6 g); more orders: ``active`` (a <= 1.5 g), ``at-risk``
        (a <= 3 g), ``dormant`` (a <= 6 g); any: ``lost`` (a > 6 g). Where fewer than five gaps are
        known, ``not-enough-data``.

    Raises
    ------
    UnknownNameError
        If `by` is not an attribute of the purchases.

    Notes
    -----
    g is the median gap of a customer with three orders or more, shrunk toward the median gap of the
    group with the weight of two gaps; for others that of the group.

    Examples
    --------
    >>> import salesfunnel as sf
    >>> days = ["2026-01-05", "2026-02-04", "2026-03-06"]
    >>> rows = [{"customer": f"c{i}", "time": day} for i in range(5) for day in days]
    >>> bought = sf.Purchases.from_records(rows)
    >>> dict(sf.lifecycle(bought, as_of="2026-04-20").counts)["active"]
    5
    """
    known = orders_at(purchases, as_of)
    names, group = groups_of(known, by)
    gap = expected_gaps(known, group)
    number = known.orders.number
    state = states_of(known.age, gap, number)
    own = number - 1
    faults = list(purchases.faults)
    unknown = int((state == 6).sum())
    if unknown:
        faults.append(Fault.of("gaps-unknown", n=unknown))
    return Lifecycle(
        customers=known.purchases.customers,
        state=state,
        orders=number,
        last=known.last,
        gap=gap,
        amount=totals(known),
        segment=[names[g] for g in group.tolist()],
        as_of=known.today.astype(date),
        faults=faults,
        own_gaps=np.where(own >= OWN_GAPS, own, 0),
    )
