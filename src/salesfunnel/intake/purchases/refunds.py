"""A column called "refunded" that holds amounts instead of yes and no."""

from __future__ import annotations

from functools import cache

import attrs
import numpy as np

from salesfunnel.data.events.usual_names import fold_name
from salesfunnel.fault import Fault
from salesfunnel.intake.cells.amounts import read_amounts
from salesfunnel.intake.cells.number import DecimalMark
from salesfunnel.intake.deals.column_kinds import FLAGS
from salesfunnel.intake.purchases.table import Orders

__all__ = ["with_refunds"]

_AMOUNTS = (
    "refunded|refund|refunds|erstattet|erstattung|remboursé|remboursement|reembolsado|reembolso"
    "|возврат|退款|已退款"
)
_GOODS = "returned|returns|return|is returned|retourniert|退货|已退货"
"""May count pieces as well as money."""


@cache
def _names() -> tuple[frozenset[str], frozenset[str]]:
    both = (frozenset(map(fold_name, names.split("|"))) for names in (_AMOUNTS, _GOODS))
    money, goods = both
    return money, goods


def with_refunds(orders: Orders, decimal: DecimalMark | None) -> Orders:
    """Return the table with the column of amounts that were given back, where a name says so.

    Numbers beyond what the order was paid for, and numbers of returns, which may be pieces, are
    not used: a fault says that they stand there.
    """
    if "refunded" in orders.roles or "amount" not in orders.roles:
        return orders
    money, goods = _names()
    for place, name in enumerate(orders.names):
        folded = fold_name(str(name))
        if folded not in money | goods or place in orders.roles.values():
            continue
        _, texts = orders.words(place)
        if all(FLAGS.get(text.casefold()) is not None for text in texts if text):
            continue  # yes and no
        back = read_amounts(orders.columns[place], decimal=decimal)
        values = np.abs(back.values)
        some = values > 0
        if back.bad or not some.any():
            continue
        paid = read_amounts(orders.column("amount"), decimal=decimal).values
        with np.errstate(invalid="ignore"):
            beyond = some & (values > np.abs(paid) * (1 + 1e-9))
        if folded in money and not beyond.any():
            return attrs.evolve(orders, roles={**orders.roles, "refunded": place})
        at = int(np.flatnonzero(some)[0])
        orders.faults.append(Fault.of(
            "refunds-perhaps", column=str(name), row=int(orders.rows[at]), n=int(some.sum())
        ))  # fmt: skip
    return orders
