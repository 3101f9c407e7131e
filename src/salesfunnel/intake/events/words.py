"""Faults about the times of events: how they are read, and which cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from salesfunnel._core.foreign import is_a, is_pandas_column
from salesfunnel.fault import Fault
from salesfunnel.intake.cells.date_marks import said_orders
from salesfunnel.intake.cells.moments import Moments
from salesfunnel.intake.files.columns import TextColumn
from salesfunnel.intake.files.grid import shown

__all__ = ["time_faults"]

_SHOWN = 50

Place = Callable[[int], tuple[str | None, int]]


def time_faults(
    moments: Moments, given: object, column: str, place: Place, faults: list[Fault]
) -> set[int]:
    """Add what is to be said of times; return the places of cells that could not be read."""
    for unit in moments.units:
        if unit == "day":
            continue
        at = moments.first_of_unit[unit]
        file, row = place(at)
        faults.append(
            Fault.of(
                "times-since-1970",
                severity="info" if len(moments.units) == 1 else "warning",
                row=row,
                column=column,
                value=unit,
                file=file,
                number=shown(_cell(given, at)),
                reading=np.datetime_as_string(np.datetime64(int(moments.ticks[at]), "us"), "s"),
                n=moments.units[unit],
            )
        )
    if "day" in moments.units:
        at = moments.first_of_unit["day"]
        file, row = place(at)
        faults.append(
            Fault.of(
                "times-are-days",
                severity="info",
                row=row,
                column=column,
                value=shown(_cell(given, at)),
                file=file,
                reading=np.datetime_as_string(np.datetime64(int(moments.ticks[at]), "us"), "D"),
            )
        )
    if moments.plain and len(moments.ticks):
        faults.append(Fault.of("times-plain-numbers", column=column, value=shown(_cell(given, 0))))
    if moments.day_first is not None:
        first, value = moments.day_first
        code = "dates-day-first" if first else "dates-month-first"
        faults.append(Fault.of(code, severity="info", column=column, value=value[:80]))
    if moments.marks:
        said = said_orders(moments.marks)
        faults.append(Fault.of("dates-of-two-orders", column=column, **said))
    unread: set[int] = set()
    for code, places in moments.bad.items():
        unread.update(places)
        for at in places[:_SHOWN]:
            file, row = place(at)
            value = shown(_cell(given, at)).strip()[:80]
            faults.append(
                Fault.of(code, severity="error", row=row, column=column, value=value, file=file)
            )
        if len(places) > _SHOWN:
            file, row = place(places[_SHOWN])
            faults.append(
                Fault.of(
                    "events-left-out",
                    severity="error",
                    row=row,
                    column=column,
                    file=file,
                    n=len(places) - _SHOWN,
                )
            )
    return unread


def _cell(given: Any, at: int) -> object:
    if isinstance(given, TextColumn):
        return given.cell(at)
    cell = given.iloc[at] if is_pandas_column(given) else given[at]
    return cell.as_py() if is_a(cell, "pyarrow", "Scalar") else cell
