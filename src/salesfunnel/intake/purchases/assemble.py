"""Columns of orders to purchases: what was not bought is left out, and said."""

from __future__ import annotations

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel.data.events import columns as event_columns
from salesfunnel.data.purchases import Purchases
from salesfunnel.fault import Fault, IntakeError
from salesfunnel.intake.cells.amounts import Amounts, currency_in, read_amounts
from salesfunnel.intake.cells.nobody import NOBODY
from salesfunnel.intake.cells.number import DecimalMark
from salesfunnel.intake.purchases.lines import lines_to_drop, totals_to_drop
from salesfunnel.intake.purchases.refunds import with_refunds
from salesfunnel.intake.purchases.states import rows_by_state
from salesfunnel.intake.purchases.table import Orders
from salesfunnel.intake.purchases.times import times_of

__all__ = ["purchases_of"]

Bools = npt.NDArray[np.bool_]
_SHOWN = 50
_CURRENCIES = 10
_CONVERTED = (
    ("converted amount", "converted currency"),
    ("total price set shop amount", "total price set shop currency code"),
    ("base grand total", "base currency code"),
)
"""Amounts in the currency of the account or the shop, each with its currency."""


def purchases_of(
    orders: Orders,
    *,
    decimal: DecimalMark | None,
    dayfirst: bool | None,
    tz: str | None,
    currency: str | None,
) -> Purchases:
    """Return the purchases of a table of orders.

    Raises
    ------
    IntakeError
        If no amount can be read, or the amounts are in several currencies.
    """
    orders = with_refunds(orders, decimal)
    keep = rows_by_state(orders)
    amounts, money = _amounts(orders, decimal)
    keep &= ~lines_to_drop(orders, amounts, keep)
    keep &= ~totals_to_drop(orders, amounts, keep)
    keep &= _one_currency(orders, money, keep, currency)
    amounts = _less_refunds(orders, amounts, keep, decimal)
    times, keep = times_of(orders, keep, dayfirst, tz)
    which = np.flatnonzero(keep)
    _check_amounts(orders, amounts, which, money)
    _tell_of_cents(orders, amounts, which)
    if not which.size and keep.size:
        orders.faults.append(Fault.of("no-purchases-left", n=int(keep.size)))
    used = {*orders.roles.values()}
    whole = which.size == keep.size
    customers = _taken(_customers(orders), which, whole=whole)
    attributes = {
        _own_name(orders, str(name)): _taken(orders.coded(i), which, whole=whole)
        for i, name in enumerate(orders.names)
        if i not in used and name
    }
    orders.release()
    made = Purchases.from_columns(
        customers,
        times if whole else times[which],
        amounts if whole else amounts[which],
        attributes=attributes,
    )
    for fault in made.faults:
        at = None if fault.row is None else int(orders.rows[which[fault.row - 1]])
        role = fault.column if fault.column in orders.roles else None
        name = orders.names[orders.roles[role]] if role else fault.column
        orders.faults.append(attrs.evolve(fault, row=at, column=name))
    return attrs.evolve(made, faults=tuple(orders.faults), rows=len(orders.rows))


def _own_name(orders: Orders, name: str) -> str:
    """Return the name of an attribute: the currency of other amounts is not that of these."""
    other = name.casefold() == "currency" and "currency" in orders.roles
    return f"{name} (2)" if other else name


def _taken(
    column: event_columns.Categorical, which: npt.NDArray[np.intp], *, whole: bool
) -> event_columns.Categorical:
    """Return some rows of a column."""
    return column if whole else event_columns.Categorical(column.codes[which], column.values)


def _customers(orders: Orders) -> event_columns.Categorical:
    """Return the customers; of numbers that a spreadsheet wrote with a point, the whole ones."""
    coded = orders.coded(orders.roles["customer"], ordered=True)
    if not NOBODY.isdisjoint(coded.values):
        named = ["" if text in NOBODY else text for text in coded.values]
        coded = event_columns.normalise_categories(coded.codes, named)
    first = [coded.values[code] for code in coded.codes[:50].tolist() if code >= 0]
    if not any(text.endswith(".0") for text in first):
        return coded
    texts = [t[:-2] if t.endswith(".0") and t[:-2].isdigit() else t for t in coded.values]
    return event_columns.normalise_categories(coded.codes, texts)


def _amounts(
    orders: Orders, decimal: DecimalMark | None
) -> tuple[npt.NDArray[np.float64], Amounts | None]:
    """Return what each row cost: its amount, or quantity times price."""
    roles = orders.roles
    role = "amount" if "amount" in roles else "unit_price" if "unit_price" in roles else None
    if role is None:
        orders.faults.append(Fault.of("no-amounts", value=", ".join(map(str, orders.names))[:300]))
        return np.full(len(orders.rows), np.nan), None
    read = _read(orders, role, decimal)
    if role == "amount" or "quantity" not in roles:
        if role == "unit_price":
            orders.fault("amount-is-price", role, severity="warning")
        return read.values, read
    count = _read(orders, "quantity", decimal).values
    orders.fault(
        "amount-is-product",
        "unit_price",
        severity="info",
        quantity=orders.names[roles["quantity"]],
    )
    return np.where(np.isnan(read.values), np.nan, read.values * count), read


def _read(orders: Orders, role: str, decimal: DecimalMark | None) -> Amounts:
    read = read_amounts(orders.column(role), decimal=decimal)
    if read.mark == "," and decimal is None:
        orders.fault("decimal-comma", role, severity="info")
    if read.in_doubt and role != "quantity":
        at, text = read.in_doubt
        orders.fault("point-or-thousands", role, at, value=text[:80], severity="warning",
                     read=float(read.values[at]))  # fmt: skip
    if read.mixed_marks:
        orders.fault("decimal-marks-mixed", role, severity="warning")
    for at in read.bad[:_SHOWN]:
        orders.fault("amount-not-understood", role, at, value=orders.shown(role, at)[:80])
    if len(read.bad) > _SHOWN:
        more = len(read.bad) - _SHOWN
        orders.fault("amounts-not-understood", role, read.bad[_SHOWN], n=more)
    return read


def _one_currency(
    orders: Orders, money: Amounts | None, keep: Bools, currency: str | None
) -> Bools:
    """Return the rows of the one currency; raise where there are several and none is asked for."""
    everything = np.ones(len(keep), dtype=np.bool_)
    if "currency" in orders.roles:
        codes, texts = orders.words(orders.roles["currency"])
        names = np.array([*(text.upper() for text in texts), ""], dtype=object)[codes]
    elif money is not None and len(money.currencies) > 1:
        role = "amount" if "amount" in orders.roles else "unit_price"
        codes, texts = orders.words(orders.roles[role])
        money_of = [*(currency_in(text) or "" for text in texts), ""]
        names = np.array(money_of, dtype=object)[codes]
    else:
        return everything
    found = dict.fromkeys(name for name in names[keep].tolist() if name)
    if currency is not None:
        chosen: Bools = np.asarray(names == currency.upper(), dtype=np.bool_)
        left = int((keep & ~chosen).sum())
        if left:
            orders.faults.append(
                Fault.of("other-currencies", severity="warning", value=currency.upper(), n=left)
            )
        return chosen
    if len(found) < 2:
        return everything
    shown = list(found)[:_CURRENCIES]
    listed = ", ".join(shown) + (
        f" and {len(found) - len(shown)} more" if found.keys() - {*shown} else ""
    )
    where = {name: int(np.flatnonzero(names == name)[0]) for name in shown}
    role = next(r for r in ("currency", "amount", "unit_price") if r in orders.roles)
    for name, at in where.items():
        orders.fault("currency-of-row", role, at, value=name)
    raise IntakeError(
        f"'source' must have amounts of one currency, got {listed}",
        orders.faults,
        hint=f"currency={next(iter(found))!r} reads the orders of one; or bring all amounts to one"
        f" currency and name that column: columns={{{_converted(orders)}}}",
    )


def _converted(orders: Orders) -> str:
    """Return the columns of amounts that the system has brought to one currency, as a call."""
    folded = {" ".join(str(name).casefold().replace("_", " ").split()): str(name)
              for name in orders.names}  # fmt: skip
    for amount, currency in _CONVERTED:
        if amount in folded and currency in folded:
            return f"'amount': {folded[amount]!r}, 'currency': {folded[currency]!r}"
    return "'amount': ..., 'currency': ..."


def _less_refunds(
    orders: Orders, amounts: npt.NDArray[np.float64], keep: Bools, decimal: DecimalMark | None
) -> npt.NDArray[np.float64]:
    """Take off what was given back; orders of which nothing is left are not purchases."""
    if "refunded" not in orders.roles:
        return amounts
    back = np.nan_to_num(np.abs(_read(orders, "refunded", decimal).values))
    some = keep & (back > 0) & ~np.isnan(amounts)
    if not some.any():
        return amounts
    rest = np.where(some, np.maximum(amounts - back, 0.0), amounts)
    gone = some & (amounts > 0) & (rest <= 1e-9 * np.abs(amounts))
    keep &= ~gone
    first = int(np.flatnonzero(some)[0])
    orders.fault(
        "refunds-taken-off",
        "refunded",
        first,
        severity="info",
        n=int(some.sum()),
        whole=int(gone.sum()),
    )
    return rest


def _check_amounts(
    orders: Orders,
    amounts: npt.NDArray[np.float64],
    which: npt.NDArray[np.intp],
    money: Amounts | None,
) -> None:
    """Raise where there is a column of amounts, and nothing in it can be read."""
    role = next((r for r in ("amount", "unit_price") if r in orders.roles), None)
    without = which[np.isnan(amounts[which])]
    if role is None or not without.size:
        return
    if without.size < which.size:
        blank = np.setdiff1d(without, np.array(money.bad if money else (), dtype=np.intp))
        if blank.size:
            n = int(blank.size)
            orders.fault("amounts-missing", role, int(blank[0]), severity="warning", n=n)
        return
    name = orders.names[orders.roles[role]]
    example = next(filter(None, orders.words(orders.roles[role]).values), "")
    raise IntakeError(
        f"'source' must have amounts in {name!r}, got none that can be read, such as {example!r}",
        orders.faults,
        hint="name another column with columns={'amount': ...}, or the decimal mark with decimal=",
    )


def _tell_of_cents(
    orders: Orders, amounts: npt.NDArray[np.float64], which: npt.NDArray[np.intp]
) -> None:
    """Say that amounts are cents, where the customers are those of Stripe's interface."""
    if "amount" not in orders.roles or not which.size:
        return
    texts = orders.words(orders.roles["customer"]).values
    ids = sum(text.startswith("cus_") for text in texts)
    known = amounts[which][~np.isnan(amounts[which])]
    written = orders.words(orders.roles["amount"]).values
    points = any("." in text or "," in text for text in written)
    if ids and ids >= len(texts) - 1 and not points and (known == np.floor(known)).all():
        orders.fault("amounts-in-cents", "amount", severity="warning")
