"""Lines of one order: those that only repeat it, or say nothing of what it cost."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from salesfunnel.data.events.usual_names import fold_name
from salesfunnel.fault import Fault
from salesfunnel.intake.purchases.headers import OF_THE_ORDER
from salesfunnel.intake.purchases.table import Orders
from salesfunnel.intake.sheet.names import TOTALS, fold

__all__ = ["lines_to_drop", "totals_to_drop"]


_MONEY = ("amount", "unit_price")
_INFOS = {"order-lines-without-amount", "orders-have-lines"}


def lines_to_drop(
    orders: Orders, amounts: npt.NDArray[np.float64], keep: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Return the rows that would count an order twice.

    Shopify writes what an order cost on its first line and leaves it blank on the others; other
    shops repeat the total on each line.

    Parameters
    ----------
    orders : Orders
        The table.
    amounts : ndarray of float64
        What each row cost.
    keep : ndarray of bool
        The rows that are purchases so far.
    """
    none = np.zeros(len(keep), dtype=np.bool_)
    if "order" not in orders.roles or not len(keep) or not {*_MONEY} & orders.roles.keys():
        return none
    place = orders.roles["order"]
    codes = orders.words(place).codes
    blank_order = ~orders.filled(place)
    sizes = np.bincount(codes)
    several = (sizes[codes] > 1) & ~blank_order
    if not several.any():
        return none
    # The state of an order stands on its first line, too: lines go with it.
    priced = np.bincount(codes[~np.isnan(amounts)], minlength=len(sizes))
    without = keep & several & np.isnan(amounts) & (priced[codes] > 0)
    if without.any():
        _tell(orders, "order-lines-without-amount", place, without)
    rest = keep & several & ~without
    rest &= np.bincount(codes[rest], minlength=len(sizes))[codes] > 1
    repeats = _repeats(codes, amounts, rest) if "amount" in orders.roles else None
    if repeats is not None and repeats.any():
        name = fold_name(orders.names[orders.roles["amount"]])
        if name in OF_THE_ORDER:
            _tell(orders, "order-total-repeated", place, repeats)
            return without | repeats
        if len(np.unique(codes[repeats])) > 1:
            _tell(orders, "order-total-perhaps-repeated", place, repeats)
    if rest.any() and not (repeats is not None and repeats.any()):
        _tell(orders, "orders-have-lines", place, rest)
    return without


def _repeats(
    codes: npt.NDArray[Any], amounts: npt.NDArray[np.float64], rows: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_] | None:
    """Return the rows behind the first of each order where all orders repeat one amount."""
    where = np.flatnonzero(rows)
    if not where.size:
        return None
    order = where[np.argsort(codes[where], kind="stable")]
    same = codes[order[1:]] == codes[order[:-1]]
    if not same.any() or (amounts[order[1:]] != amounts[order[:-1]])[same].any():
        return None
    found = np.zeros(len(rows), dtype=np.bool_)
    found[order[1:][same]] = True
    return found


def _tell(orders: Orders, code: str, place: int, rows: npt.NDArray[np.bool_]) -> None:
    orders.faults.append(
        Fault.of(
            code,
            severity="info" if code in _INFOS else "warning",
            row=int(orders.rows[np.flatnonzero(rows)[0]]),
            column=orders.names[next(orders.roles[r] for r in _MONEY if r in orders.roles)],
            n=int(rows.sum()),
            order=orders.names[place],
        )
    )


def totals_to_drop(
    orders: Orders, amounts: npt.NDArray[np.float64], keep: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Return the rows that are the sum of the others, and whose customer is called so.

    Parameters
    ----------
    orders : Orders
        The table.
    amounts : ndarray of float64
        What each row cost.
    keep : ndarray of bool
        The rows that are purchases so far.
    """
    place = orders.roles["customer"]
    codes, texts = orders.words(place)
    named = np.array([*(fold(text) in TOTALS for text in texts), False], dtype=np.bool_)[codes]
    rows = np.flatnonzero(named & keep & ~np.isnan(amounts))
    gone = np.zeros(len(keep), dtype=np.bool_)
    if rows.size != 1:
        return gone
    at = int(rows[0])
    others = float(np.nansum(amounts[keep])) - float(amounts[at])
    if keep.sum() > 2 and abs(others - amounts[at]) <= 1e-6 * max(abs(others), 1.0):
        gone[at] = True
        orders.faults.append(
            Fault.of("total-row", severity="info", row=int(orders.rows[at]), value=texts[codes[at]])
        )
    return gone
