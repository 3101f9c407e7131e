"""When orders were paid, or made: the times of purchases, and what is to be said of them."""

from __future__ import annotations

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel.intake.cells.date_marks import said_orders
from salesfunnel.intake.cells.epochs import days_of_a_spreadsheet
from salesfunnel.intake.cells.moments import Moments, read_moments
from salesfunnel.intake.cells.read_time import serial_numbers
from salesfunnel.intake.cells.zones import in_zone
from salesfunnel.intake.purchases.table import Orders

__all__ = ["times_of"]

Bools = npt.NDArray[np.bool_]
_SHOWN = 50


def times_of(
    orders: Orders, keep: Bools, dayfirst: bool | None, tz: str | None
) -> tuple[npt.NDArray[np.datetime64], Bools]:
    """Return when each order was paid, or made where no column says that it was paid."""
    made = _moments(orders, "time", dayfirst, keep) if "time" in orders.roles else None
    paid = _moments(orders, "paid", dayfirst, keep) if "paid" in orders.roles else None
    main, role = (paid, "paid") if paid is not None else (made, "time")
    assert main is not None
    if paid is not None and made is not None:
        blank = paid.kinds == 2
        if not orders.states:
            unpaid = np.flatnonzero(keep & blank & (made.kinds != 2))
            if unpaid.size and unpaid.size < keep.sum():
                orders.fault(
                    "order-not-bought", "paid", int(unpaid[0]), severity="info", value="",
                    state="unpaid", n=int(unpaid.size),
                )  # fmt: skip
                keep = keep.copy()
                keep[unpaid] = False
        main = Moments(
            ticks=np.where(blank, made.ticks, paid.ticks),
            kinds=np.where(blank, made.kinds, paid.kinds).astype(np.int8),
            plain=paid.plain,
        )
    when = in_zone(
        main,
        tz,
        orders.names[orders.roles[role]],
        lambda at: (None, int(orders.rows[at])),
        orders.faults,
    )
    times = when.ticks.view("datetime64[us]").copy()
    if when.missing is not None:
        times[when.missing] = np.datetime64("NaT", "us")
    return times, keep


def _moments(orders: Orders, role: str, dayfirst: bool | None, keep: Bools) -> Moments:
    """Return the times of a column, and keep what is to be said of them."""
    found = read_moments(orders.column(role), dayfirst=dayfirst)
    if found.plain or not (found.kinds != 2).any():
        found = _serials(orders, role) or found
    if found.plain:
        filled = np.flatnonzero(found.kinds != 2)
        found = attrs.evolve(
            found, plain=False, kinds=np.full(len(found.kinds), 2, dtype=np.int8),
            bad={"time-not-understood": filled.tolist()} if filled.size else {},
        )  # fmt: skip
    for unit, first in found.first_of_unit.items():
        code = "times-are-days" if unit == "day" else "times-since-1970"
        stamp = np.datetime64(int(found.ticks[first]), "us")
        orders.fault(
            code, role, first, severity="info",
            value=orders.shown(role, first) if unit == "day" else unit,
            reading=np.datetime_as_string(stamp, "D" if unit == "day" else "s"),
            number=orders.shown(role, first), n=found.units[unit],
        )  # fmt: skip
    if found.day_first is not None:
        code = "dates-day-first" if found.day_first[0] else "dates-month-first"
        orders.fault(code, role, severity="info", value=found.day_first[1][:80])
    if found.marks:
        orders.fault("dates-of-two-orders", role, severity="warning", **said_orders(found.marks))
    for code, places in found.bad.items():
        told = [at for at in places if keep[at]]
        for at in told[:_SHOWN]:
            orders.fault(code, role, at, value=orders.shown(role, at).strip()[:80])
        if len(told) > _SHOWN:
            orders.fault("purchases-left-out", role, told[_SHOWN], n=len(told) - _SHOWN)
    return found


def _serials(orders: Orders, role: str) -> Moments | None:
    """Return the times of a column in which all cells are days as a spreadsheet counts them."""
    column = orders.column(role)
    numbers, known, _ = column.plain_numbers()
    left = np.flatnonzero(~known)
    codes, cells = column.distinct(left)
    read = serial_numbers(cells)
    if read is None:
        return None
    numbers[left] = read[codes]
    filled = np.flatnonzero(~np.isnan(numbers))
    ticks = days_of_a_spreadsheet(numbers[filled])
    if ticks is None:
        return None
    made = np.zeros(numbers.size, dtype=np.int64)
    kinds = np.full(numbers.size, 2, dtype=np.int8)
    made[filled], kinds[filled] = ticks, 0
    orders.fault(
        "times-are-days", role, int(filled[0]), severity="warning",
        value=orders.shown(role, int(filled[0])),
        reading=np.datetime_as_string(np.datetime64(int(ticks[0]), "us"), "D"),
    )  # fmt: skip
    return Moments(ticks=made, kinds=kinds)
