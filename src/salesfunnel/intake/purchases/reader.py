"""read_purchases: orders of customers from a CSV, a workbook, records or a dataframe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from salesfunnel._core.checks import did_you_mean
from salesfunnel._core.errors import UnknownNameError
from salesfunnel.data.events.usual_names import fold_name
from salesfunnel.data.purchases import Purchases
from salesfunnel.fault import Fault, IntakeError
from salesfunnel.intake.cells.clocks import is_clock
from salesfunnel.intake.cells.number import DecimalMark
from salesfunnel.intake.files.body import body_below
from salesfunnel.intake.files.columns import column_of
from salesfunnel.intake.files.grid import Grid, shown
from salesfunnel.intake.files.lost_digits import check_digits
from salesfunnel.intake.files.source import load
from salesfunnel.intake.files.text_cells import Progress
from salesfunnel.intake.purchases.assemble import purchases_of
from salesfunnel.intake.purchases.guests import tell_guests
from salesfunnel.intake.purchases.headers import Found, find_roles, is_olist
from salesfunnel.intake.purchases.table import Orders

__all__ = ["read_purchases"]

_SEARCHED = 40
_FEW = 20
"""Fewer customers may well have bought once each."""
_EVENTS = {"event", "eventname", "eventtype", "behaviortype", "行为类型", "事件", "事件名称"}


def read_purchases(
    source: object,
    *,
    columns: Mapping[str, str | int] | None = None,
    encoding: str | None = None,
    sheet: str | int | None = None,
    decimal: DecimalMark | None = None,
    dayfirst: bool | None = None,
    tz: str | None = None,
    currency: str | None = None,
    max_bytes: int | None = None,
    progress: Progress | None = None,
) -> Purchases:
    """Read what customers bought: one row per purchase, or a line of one.

    The columns of Shopify, WooCommerce, Magento, Amazon, Stripe, Taobao, Tmall, JD and Youzan, and
    of well-known data sets, are known in any case and order.

    Parameters
    ----------
    source : path, file, bytes, str, sequence of mappings or of lists, mapping, or dataframe
        A CSV or other text table, a workbook (extra ``excel``), pasted text, records, or any
        dataframe. The header may stand below titles.
    columns : mapping of str to str or int, optional
        The names of columns, where they are others: ``customer``, ``time``, ``amount``, and
        ``paid`` (when it was paid), ``order``, ``status``, ``currency``, ``quantity``,
        ``unit_price``, ``refunded``, ``cancelled_at``; or their positions from 0, where the source
        has no header. All other columns are attributes.
    encoding : str, optional
        Encoding of text; found by default.
    sheet : str or int, optional
        Worksheet, by name or position from 0; the first by default.
    decimal : {".", ","}, optional
        The decimal mark; by default the one that all amounts agree with.
    dayfirst : bool, optional
        Whether 03/04/2026 is the third of April. By default another cell of the column may settle
        it; where none does, such a date is a fault.
    tz : str, optional
        Time zone, such as ``"Asia/Shanghai"``, to which times with a zone and numbers since 1970
        are brought; UTC by default.
    currency : str, optional
        The currency whose orders are read, where there are several.
    max_bytes : int, optional
        How many bytes the source may have. By default a path may have any number, and bytes and
        open files 256,000,000, because they may come from strangers.
    progress : callable, optional
        Called while text is read with how many bytes are done and how many there are.

    Returns
    -------
    Purchases
        With every fault: row (from 1, without the header), column and value as written. A row
        whose time cannot be read is left out; one whose amount cannot be read stays, its amount
        not known. Orders that were not paid, were cancelled or given back are left out and said,
        by the columns of states.

    Raises
    ------
    IntakeError
        If there is no table with a customer and a time, if no cell of the column of amounts can
        be read, or if amounts are in several currencies.
    UnknownNameError
        If a column or worksheet that was named is not there.

    Examples
    --------
    >>> read_purchases('''客户,日期,金额
    ... 张三,2026年1月5日,1.2万
    ... 李四,2026/01/07,800
    ... 张三,2026-02-05,600''')
    <Purchases: 3 of 2 customers, 2026-01-05..2026-02-05>

    Orders of a shop: what was given back is left out.

    >>> shop = read_purchases('''Name,Email,Financial Status,Created at,Total
    ... #1,a@x.com,paid,2026-06-01 10:00:00 +0000,20.00
    ... #2,b@x.com,refunded,2026-06-02 10:00:00 +0000,35.00''')
    >>> shop.amount.tolist(), [fault.code for fault in shop.faults]
    ([20.0], ['order-not-bought'])
    """
    orders = _orders(source, columns, encoding, sheet, max_bytes, progress)
    made = purchases_of(orders, decimal=decimal, dayfirst=dayfirst, tz=tz, currency=currency)
    if len(made) >= _FEW and len(made) == len(made.customers) and "customer" not in (columns or {}):
        name = str(orders.names[orders.roles["customer"]])
        told = Fault.of("customers-all-new", column=name, n=len(made))
        return attrs.evolve(made, faults=(*made.faults, told))
    return made


def _orders(
    source: object,
    columns: Mapping[str, Any] | None,
    encoding: str | None,
    sheet: str | int | None,
    max_bytes: int | None,
    progress: Progress | None,
) -> Orders:
    """Return the columns of a source with their roles."""
    loaded = load(source, encoding=encoding, max_bytes=max_bytes, progress=progress)
    grid = _grid(loaded.grids, sheet)
    at, names, (roles, states, others) = _header(grid, columns)
    body = body_below(grid, at, len(names))
    orders = Orders(
        names=names,
        columns=body.columns,
        rows=body.numbers,
        roles=roles,
        states=states,
        faults=[
            Fault.of("cells-beyond-header", row=number, value=", ".join(words)[:80])
            for number, words in body.beyond
        ],
    )
    _cut_blank_end(orders)
    tell_guests(orders, () if "customer" in (columns or {}) else others.get("customer", ()))
    at = orders.roles["customer"]
    way = 'columns={"customer": ...}'
    orders.faults += check_digits(orders.columns[at], str(names[at]), way)
    if "time" not in (columns or {}):
        _join_clock(orders, others.get("time", ()))
    return _told(orders, others)


def _cut_blank_end(orders: Orders) -> None:
    """Leave out the last rows in which neither a customer nor a time stands, with one fault."""
    there = orders.filled(orders.roles["customer"])
    for role in ("time", "paid"):
        if role in orders.roles:
            there = there | orders.filled(orders.roles[role])
    end = int(np.flatnonzero(there)[-1]) + 1 if there.any() else there.size
    if end == there.size:
        return
    rows = orders.rows
    orders.faults.append(
        Fault.of("rows-blank-at-end", severity="info", row=int(rows[end]), n=int(rows.size - end))
    )
    kept = np.arange(end)
    orders.columns = [column.take(kept) for column in orders.columns]
    orders.rows = rows[:end]
    orders.forget()


def _join_clock(orders: Orders, others: Sequence[int]) -> None:
    """Put the day of a column next to it before the time of the day, where these are two."""
    place = orders.roles.get("time", -1)
    if place < 0 or not is_clock(orders.columns[place]):
        return
    days = [at for at in others if not is_clock(orders.columns[at])]
    if not days:
        return
    parts = []
    for at in (days[0], place):
        codes, cells = orders.columns[at].distinct()
        texts = [shown(cell).strip() for cell in cells]
        parts.append([texts[code] for code in codes.tolist()])
    joined = [f"{day} {clock}".strip() for day, clock in zip(*parts, strict=True)]
    orders.columns = [*orders.columns]
    orders.columns[place] = column_of(joined)
    orders.faults.append(
        Fault.of(
            "date-and-clock-joined",
            severity="info",
            column=str(orders.names[place]),
            value=str(orders.names[days[0]]),
        )
    )


def _told(orders: Orders, others: Mapping[str, Sequence[int]]) -> Orders:
    """Say which columns are taken, where others could have been meant."""
    names, roles = orders.names, orders.roles
    when = "paid" if "paid" in roles else "time"
    asked = [i for role in ("customer", when, "amount") for i in others.get(role, ())]
    places = [i for i in asked if i not in roles.values()]
    if places:
        taken = {"customer": "customer", "time": when, "amount": "amount"}
        said: dict[str, Any] = {
            role: str(names[roles[held]]) if held in roles else "–" for role, held in taken.items()
        }
        listed = ", ".join(str(names[i]) for i in sorted(places))
        told = Fault.of("purchases-columns", severity="info", others=listed, **said)
        orders.faults.append(told)
    return orders


def _grid(grids: Sequence[Grid], sheet: str | int | None) -> Grid:
    if sheet is None:
        return grids[0]
    names = [grid.name or "" for grid in grids]
    if isinstance(sheet, int) and -len(grids) <= sheet < len(grids):
        return grids[sheet]
    if sheet in names:
        return grids[names.index(str(sheet))]
    raise UnknownNameError(
        f"'sheet' must be a worksheet of the source, got {sheet!r}",
        hint=did_you_mean(sheet, names),
    )


def _header(grid: Grid, columns: Mapping[str, Any] | None) -> tuple[int, list[str], Found]:
    """Return the row of the header (-1: none), its names, and where the roles stand."""
    places = [name for name in (columns or {}).values() if isinstance(name, int)]
    if places:
        width = max((len(row) for row in grid.rows[:_SEARCHED]), default=0)
        names = [f"column {i}" for i in range(width)]
        found = find_roles(names, columns)
        _check(names, found.roles, columns)
        return -1, names, found
    named = set((columns or {}).values())
    for at, row in enumerate(grid.rows[:_SEARCHED]):
        names = [shown(cell).strip() for cell in row]
        if named and not named <= set(names):
            continue
        found = find_roles(names, columns)
        if "customer" in found.roles and {"time", "paid"} & found.roles.keys():
            _check(names, found.roles, columns)
            return at, names, found
    first = [shown(cell).strip() for cell in grid.rows[0]] if grid.rows else []
    _check(first, find_roles(first, columns).roles, columns)
    raise AssertionError("the first row has what is missing")


def _check(names: Sequence[str], roles: dict[str, int], columns: Mapping[str, Any] | None) -> None:
    """Raise where a column is missing, or one would be taken that says another thing."""
    folded = {fold_name(name) for name in names}
    if "order" not in roles and {"financialstatus", "name"} <= folded:
        # Shopify calls the number of an order Name.
        roles["order"] = [fold_name(name) for name in names].index("name")
    missing = [
        word
        for word, there in (
            ("customer", "customer" in roles),
            ("time", bool({"time", "paid"} & roles.keys())),
        )
        if not there
    ]
    listed = ", ".join(map(repr, names[:20])) + (", ..." if len(names) > 20 else "")
    if missing:
        call = ", ".join(
            f"{role!r}: {names[roles[role]]!r}" if role in roles else f"{role!r}: ..."
            for role in ("customer", "time", "amount")
        )
        raise IntakeError(
            f"'source' must have columns for the customer and the time, got none for"
            f" {' and '.join(missing)} among {listed}",
            hint=f"say which column it is: columns={{{call}}}; a source without a header is read by"
            " positions: columns={'customer': 0, 'time': 1, 'amount': 2}",
        )
    if columns and "customer" in columns:
        return
    if is_olist(names):
        raise IntakeError(
            "'source' must have a column of customers who come back, got 'customer_id', which Olist"
            " makes anew for each order",
            hint="join customers.customer_unique_id (and the payments' payment_value) first; or"
            " columns={'customer': 'customer_id'} counts each order as a customer of its own",
        )
    if folded & _EVENTS and "order" not in roles:
        name = next(name for name in names if fold_name(name) in _EVENTS)
        raise IntakeError(
            f"'source' must hold purchases only, got a column of events, {name!r}",
            hint="read_events reads it; or keep the purchases and name the columns:"
            " columns={'customer': ..., 'time': ..., 'amount': ...}",
        )
