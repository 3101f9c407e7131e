"""Raw rows: the rows of a grid with their cells by meaning, before a funnel gives them keys."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from salesfunnel.fault import Fault
from salesfunnel.intake.cells.number import DecimalMark, ParsedNumber
from salesfunnel.intake.cells.read_number import read_number
from salesfunnel.intake.cells.read_period import PeriodName
from salesfunnel.intake.files.grid import Grid
from salesfunnel.intake.sheet.header import Header
from salesfunnel.intake.sheet.names import Role

__all__ = ["NUMBERS", "RawRow", "by_month", "decimal_mark", "points_part_thousands"]

NUMBERS: tuple[Role, ...] = ("target", "actual", "rate", "stated_rate", "attainment")
_BLANK = ParsedNumber()


@attrs.frozen(kw_only=True)
class RawRow:
    """One row as written: texts, and numbers as far as they could be read."""

    row: int
    sheet: str | None
    texts: Mapping[Role, str]
    numbers: Mapping[Role, ParsedNumber]
    written: Mapping[Role, str]
    period: PeriodName | str | None
    other: tuple[tuple[str, str], ...]
    columns: Mapping[Role, str]
    order: float | None = None

    def text(self, role: Role) -> str:
        """Return a text cell, "" where blank."""
        return self.texts.get(role, "")

    def number(self, role: Role) -> ParsedNumber:
        """Return a number cell, missing where blank."""
        return self.numbers.get(role, _BLANK)

    def fault(self, code: str, role: Role | None = None, **options: Any) -> Fault:
        """Return a fault at this row, in the column with this role."""
        column = None if role is None else self.columns.get(role)
        value = None if role is None else self.written.get(role) or self.texts.get(role)
        return Fault.of(
            code,
            **{"row": self.row, "column": column, "value": value, "file": self.sheet, **options},
        )


def decimal_mark(grids: Sequence[tuple[Grid, Header]]) -> tuple[DecimalMark | None, bool]:
    """Return the decimal mark that the numbers of the sheets vote for, and whether they agree."""
    votes = {".": 0, ",": 0}
    for grid, header in grids:
        places = [i for i, role in enumerate(header.roles) if role in NUMBERS]
        places += [slot.index for slot in header.slots]
        rows = grid.rows[header.at + 1 :]
        for i in places:
            for cell in {row[i] for row in rows if i < len(row) and isinstance(row[i], str)}:
                mark = None if cell.isdecimal() else read_number(cell).mark
                if mark:
                    votes[mark] += 1
    if votes[","] and votes["."]:
        return None, False
    return ("," if votes[","] else "." if votes["."] else None), True


def by_month(raw_rows: Sequence[RawRow]) -> list[RawRow]:
    """Return the rows with dates taken for months, where each date is the first of one.

    That is how spreadsheets store a month.
    """
    days = [d.period.day for d in raw_rows if isinstance(d.period, PeriodName) and d.period.day]
    if any(day.day != 1 for day in days):
        return list(raw_rows)
    return [
        attrs.evolve(raw, period=PeriodName(raw.period.label[:7]))
        if isinstance(raw.period, PeriodName) and raw.period.day
        else raw
        for raw in raw_rows
    ]


_LOOKED_AT = 2000
_GROUPED = re.compile(r"\s*[1-9]\d{0,2}(?:\.\d{3})+\s*", re.ASCII)
_POINT = re.compile(r"\s*[-+]?\d*\.\d+\s*", re.ASCII)


def points_part_thousands(grid: Grid) -> bool:
    """Whether points in the numbers of a text separate thousands, though nothing else says it.

    Where semicolons or tabs part the cells, a number such as 1.250 is one of them: no cell has
    another number of digits behind a point, and they do not all end with the same three zeros, as
    those do that a program wrote with three places.
    """
    if getattr(grid.rows, "delimiter", ",") not in {";", "\t"}:
        return False
    found = False
    for row in grid.rows[:_LOOKED_AT]:
        for cell in row:
            if isinstance(cell, str) and "." in cell and _POINT.fullmatch(cell):
                if _GROUPED.fullmatch(cell) is None:
                    return False
                found |= not cell.strip().endswith(".000")
    return found
