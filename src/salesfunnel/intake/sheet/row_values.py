"""Single cells of a row: a number with its unit, the period, the place of a step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from salesfunnel.data.tracking import one_line
from salesfunnel.fault import Fault
from salesfunnel.intake.cells.number import EXACT, DecimalMark, ParsedNumber
from salesfunnel.intake.cells.read_number import read_number
from salesfunnel.intake.cells.read_period import PeriodName, read_period, slash_order
from salesfunnel.intake.files.grid import shown
from salesfunnel.intake.sheet.header import Header
from salesfunnel.intake.sheet.names import Role

__all__ = ["MONTHS", "day_first_of", "number_with_unit", "period_of", "place_of"]

MONTHS = {"月", "月份", "month", "monat", "mois", "mes", "месяц", "monthnumber", "monthno"}
"""Headers of months, folded."""
_UNITS = {"count", "currency", "rate", "score", "duration"}


def number_with_unit(cell: object, unit: str, decimal: DecimalMark | None) -> ParsedNumber:
    """Read a number with what a column of units says of it: 50 in 万元."""
    found = read_number(cell, decimal=decimal)
    if not unit or unit in _UNITS or found.value is None or found.unit is not None:
        return found
    one = read_number(f"1{unit}")
    if one.value is None or (found.scaled and one.scaled):
        return found if one.unit is None else attrs.evolve(found, unit=one.unit)
    return attrs.evolve(
        found,
        value=EXACT.multiply(found.value, one.value),
        precision=EXACT.multiply(found.precision, one.value),
        unit=one.unit,
        thousands=found.thousands and not one.scaled,
    )


def place_of(row: Sequence[Any], index: int | None) -> float | None:
    """Return the number of a step, where a column numbers them."""
    value = None if index is None or index >= len(row) else read_number(row[index]).value
    return None if value is None else float(value)


def day_first_of(
    rows: Sequence[Sequence[Any]], header: Header, faults: list[Fault], sheet: str | None
) -> bool | None:
    """Return whether dates such as 9/1/2016 have the day first, as the column as a whole tells."""
    if "period" not in header.roles:
        return None
    place = header.roles.index("period")
    found = slash_order(row[place] for row in rows if place < len(row))
    if found is None:
        return None
    code = "dates-day-first" if found[0] else "dates-month-first"
    column, value = header.names[place], shown(found[1])[:80]
    faults.append(Fault.of(code, severity="info", column=column, value=value, file=sheet))
    return found[0]


def period_of(
    cells: Mapping[Role, Any], day_first: bool | None, *, months: bool = False
) -> PeriodName | str | None:
    """Return the period of a row; text as written where we cannot read it.

    `months`: whether the header says that the cells are months, so that 9 is September.
    """
    cell, year = cells.get("period"), shown(cells.get("year")).strip()
    if not shown(cell).strip():
        return (read_period(year) or one_line(year)) if year else None
    text = shown(cell).strip()
    if year:
        year = year.removesuffix("年")
        for form in (f"{year}年{text}", f"{year}年{text}月", f"{text} {year}"):
            found = read_period(form)
            if found is not None:
                return found
    if months and text.isascii() and text.isdigit() and 1 <= int(text) <= 12:
        return read_period(f"{int(text)}月")
    return read_period(cell, day_first=day_first) or one_line(text)
