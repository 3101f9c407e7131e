"""summarise_purchases: how often, how recently and for how much, counted in a database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from salesfunnel._core.checks import did_you_mean
from salesfunnel._core.errors import DataError, UnknownNameError
from salesfunnel._core.extras import require
from salesfunnel._core.foreign import is_a
from salesfunnel._core.inputs import Moment
from salesfunnel.data.purchases import CustomerSummary, Purchases
from salesfunnel.data.purchases._columns import last_moment

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["summarise_purchases"]


def summarise_purchases(
    table: ir.Table,
    *,
    customer: str = "customer",
    time: str = "time",
    amount: str | None = "amount",
    as_of: Moment,
) -> CustomerSummary:
    """Sum up purchases by customer, where they lie in a database: one row per customer is fetched.

    Parameters
    ----------
    table : ibis table or Purchases
        One row per purchase (extra ``engines``); of `Purchases` the column names are not asked for.
    customer, time : str
        The columns of who bought, and when.
    amount : str, optional
        The column of the amount; None if there is none.
    as_of : date, datetime or ISO text
        The end of observation; a day means its end.

    Returns
    -------
    CustomerSummary
        As ``Purchases.summary`` gives it, in days: purchases of a customer on one day count as one;
        rows without customer or time, and negative amounts, are left out.

    Raises
    ------
    UnknownNameError
        If a column is not there.
    DataError
        If the table has no connection, or its columns are of other kinds.
    MissingExtraError
        If ibis is not installed.

    Examples
    --------
    >>> bought = Purchases.from_columns(["ann", "ann"], ["2026-01-05", "2026-02-05"], [10, 20])
    >>> summarise_purchases(bought, as_of="2026-03-01").monetary.tolist()
    [20.0]
    """
    if isinstance(table, Purchases):
        return table.summary(as_of)
    ibis = require("ibis", extra="engines", feature="counting in a database")
    rows = _rows(table, customer, time, amount, last_moment(as_of).item(), ibis)
    days = rows.group_by("customer", "day").aggregate(
        paid=rows.paid.sum(), known=rows.paid.count(), all=rows.count()
    )
    first = days.group_by("customer").aggregate(first=days.day.min())
    joined = days.join(first, "customer")
    again = (joined.day > joined.first) & (joined.known == joined["all"]) & (joined.paid > 0)
    found = (
        joined.group_by("customer")
        .aggregate(
            number=joined.count(),
            begin=joined.day.min(),
            end=joined.day.max(),
            paid=joined.paid.sum(where=again),
            times=again.sum(),
        )
        .order_by("customer")
        .to_pyarrow()
    )
    return _summary(found, as_of, has_amount=amount is not None)


def _rows(
    table: ir.Table, customer: str, time: str, amount: str | None, end: object, ibis: Any
) -> Any:
    """Return who bought on which day and for how much, without rows that are no purchases."""
    if not is_a(table, "ibis.expr.types", "Table"):
        raise DataError(
            f"'table' must be an ibis table or Purchases, got {type(table).__name__}",
            hint="read_purchases(...) reads files and dataframes",
        )
    for name in (customer, time, *([] if amount is None else [amount])):
        if name not in table.columns:
            raise UnknownNameError(
                f"'table' must have the column {name!r}, got none",
                hint=did_you_mean(name, list(table.columns)),
            )
    kind = table[time].type()
    if not (kind.is_timestamp() or kind.is_date()):
        raise DataError(f"'time' must be a column of times, got {kind}", hint="cast it there")
    if amount is not None and not table[amount].type().is_numeric():
        raise DataError(f"'amount' must be a column of numbers, got {table[amount].type()}")
    paid = ibis.null("float64") if amount is None else table[amount].cast("float64")
    rows = table.select(
        customer=table[customer].cast("string").strip(),
        time=table[time].cast("timestamp"),
        paid=paid,
    )
    kept = rows.customer.notnull() & (rows.customer != "") & rows.time.notnull()
    rows = rows.filter(kept & (rows.time <= end) & (rows.paid.isnull() | (rows.paid >= 0)))
    return rows.mutate(day=rows.time.date())


def _summary(found: ir.Table, as_of: Moment, *, has_amount: bool) -> CustomerSummary:
    begin, end = (
        found.column(name).to_numpy().astype("datetime64[D]") for name in ("begin", "end")
    )
    day = np.timedelta64(1, "D")
    times = found.column("times").to_numpy().astype(np.float64)
    paid = np.array([np.nan if v is None else v for v in found.column("paid").to_pylist()])
    with np.errstate(invalid="ignore", divide="ignore"):
        monetary = np.where(times > 0, paid / times, np.nan) if has_amount else None
    return CustomerSummary(
        customers=found.column("customer").to_pylist(),
        frequency=found.column("number").to_numpy().astype(np.int64) - 1,
        recency=(end - begin) / day,
        age=(last_moment(as_of).astype("datetime64[D]") - begin) / day,
        monetary=monetary,
    )
