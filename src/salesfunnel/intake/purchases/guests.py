"""Customers number 0: the guests of a shop, who are many people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from salesfunnel.fault import Fault
from salesfunnel.intake.purchases.table import Orders

__all__ = ["tell_guests"]

_FILLED = 0.9
"""The share of rows in which another column must say who bought."""


def tell_guests(orders: Orders, others: Sequence[int]) -> None:
    """Take another column for who bought where the ids hold 0, as shops write for guests.

    Parameters
    ----------
    orders : Orders
        The table; where another column says it, its role of customers changes.
    others : sequence of int
        Other columns that could say who bought, the best first.
    """
    place = orders.roles["customer"]
    codes, texts = orders.words(place)
    zero = [at for at, text in enumerate(texts) if text in {"0", "0.0"}]
    if not zero or not all(text.replace(".", "", 1).isdigit() for text in texts if text):
        return
    rows = np.isin(codes, zero)
    if rows.sum() < 2:
        return
    filled = (at for at in others if orders.filled(at).mean() >= _FILLED)
    other = next(filled, None)
    name = str(orders.names[place])
    first = int(orders.rows[int(np.argmax(rows))])
    if other is None:
        told = Fault.of("guests-as-one", row=first, column=name, n=int(rows.sum()))
    else:
        orders.roles = {**orders.roles, "customer": other}
        told = Fault.of(
            "guests-by-other-column", severity="info", row=first, column=name,
            value=str(orders.names[other]), n=int(rows.sum()),
        )  # fmt: skip
    orders.faults.append(told)
