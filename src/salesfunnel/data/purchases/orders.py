"""Orders: the purchases of one customer on one day taken together."""

from __future__ import annotations

import attrs
import numpy as np
import numpy.typing as npt

__all__ = ["DAY", "Orders", "orders_of"]

DAY = np.timedelta64(1, "D")


@attrs.frozen(eq=False)
class Orders:
    """Purchases of one customer on one day taken together, sorted by customer and day.

    Parameters
    ----------
    customer : ndarray of int64, shape (m,)
    day : ndarray of datetime64[D], shape (m,)
    amount : ndarray of float64, shape (m,)
        NaN where a part is not known.
    number : ndarray of int64, shape (customers,)
        Orders a customer.
    row : ndarray of intp, shape (m,)
        The first purchase of each order.
    """

    customer: npt.NDArray[np.int64]
    day: npt.NDArray[np.datetime64]
    amount: npt.NDArray[np.float64]
    number: npt.NDArray[np.int64]
    row: npt.NDArray[np.intp]


def orders_of(
    customer: npt.NDArray[np.int64],
    time: npt.NDArray[np.datetime64],
    amount: npt.NDArray[np.float64],
    customers: int,
) -> Orders:
    """Return the orders of sorted purchases."""
    day = time.astype("datetime64[D]")
    first = np.ones(len(customer), dtype=np.bool_)
    first[1:] = (customer[1:] != customer[:-1]) | (day[1:] != day[:-1])
    start = np.flatnonzero(first)
    total = np.add.reduceat(amount, start) if len(customer) else amount
    per = np.bincount(customer[start], minlength=customers)
    return Orders(customer[start], day[start], total, per.astype(np.int64), start)
