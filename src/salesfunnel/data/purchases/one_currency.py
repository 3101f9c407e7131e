"""Amounts of purchases in one currency."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from salesfunnel.data.money import in_one_currency

if TYPE_CHECKING:
    from salesfunnel.data.purchases.table import Purchases

__all__ = ["in_one"]


def in_one(made: Any, *, currency: str | None, rates: object) -> Any:
    """Return purchases with amounts in one currency, by the rates of their days.

    The attribute ``currency`` says which each amount has. With several and no rates no amount is
    known, and the fault ``currencies-mixed`` says so: nothing can add them up.
    """
    purchases: Purchases = made
    name = next((key for key in purchases.attributes if key.strip().casefold() == "currency"), None)
    if name is None and currency is None and rates is None:
        return purchases
    codes = None
    if name is not None:
        texts = np.asarray(purchases.attributes[name]).astype(np.str_)
        codes = np.char.upper(np.char.strip(texts)) if texts.size else texts
    money = in_one_currency(purchases.amount, codes, purchases.time, currency=currency, rates=rates)
    if money.values is purchases.amount and not money.faults:
        return purchases
    return attrs.evolve(purchases, amount=money.values, faults=(*purchases.faults, *money.faults))
