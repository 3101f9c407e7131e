"""Detect totals, misaligned cells and header units."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from salesfunnel.fault import Fault
from salesfunnel.intake.cells.read_number import read_number
from salesfunnel.intake.files.grid import Grid, shown
from salesfunnel.intake.sheet.header import Header
from salesfunnel.intake.sheet.names import (
    ORDINALS,
    TOTALS,
    Role,
    fold,
    nearest_header,
    role_of,
    without_notes,
)

_NAMED: tuple[Role, ...] = ("period", "segment", "stage", "metric")
_SUMS = ("合计", "总计", "小计", "合計", "總計", "小計")
_ENDS_AS_TOTAL = re.compile(
    r"\S[\s_\-:]+(?:(?:sub|grand )?totals?|subtotal|gesamt|summe|итого|всего)\s*$", re.IGNORECASE
)
"""East Total, as spreadsheets and pivot tables name the sums of groups."""
_NEAREST = 100
"""For so many columns the nearest known name is looked up: it takes longer than all else."""
_FIGURES = {"target", "actual", "rate", "stated_rate", "attainment"}
_REMARK = re.compile(
    r"(注|备注|備註|附注|说明|說明|数据来源|数据口径|统计口径|来源|制表人?|填表人?|审核人?|填报人?|"
    r"notes?|n\.?b\.?|remarks?|source|prepared by|as of)\s*\d*\s*[:：.、]|[*※]",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"[(（\[【/／]\s*(?:单位|單位|unit)?\s*[:：]?\s*"
    r"((?:百|千|十)?万(?:亿)?|萬|千|百|亿|億|k|thousand|million|mn)"
    r"(?:元|人民币|美元|usd|rmb|cny|eur|人次|人|次|个|個|家|条|件|单)?\s*[)）\]】]?\s*$",
    re.IGNORECASE,
)


def is_total(cells: Mapping[Role, Any]) -> bool:
    """Whether a row is a sum of others, by what it is called."""
    names = {role: without_notes(shown(cells.get(role))).strip() for role in _NAMED}
    if any(fold(name) in TOTALS for name in names.values() if name):
        return True
    if any(
        fold(names[role]).endswith(_SUMS) or _ENDS_AS_TOTAL.search(names[role])
        for role in ("period", "segment")
    ):
        return True
    alone = [names[role] for role in ("stage", "metric") if names[role]]
    return len(alone) == 1 and fold(alone[0]).endswith(_SUMS)


def is_remark(cells: Mapping[Role, Any]) -> bool:
    """Whether a row without figures is a remark below the table: 注：… or Note: …."""
    filled = {role: shown(cell).strip() for role, cell in cells.items() if shown(cell).strip()}
    first = next(iter(filled.values()), "")
    return _REMARK.match(first) is not None and not _FIGURES & filled.keys()


def header_units(header: Header, sheet: str | None, faults: list[Fault]) -> dict[Role, str]:
    """Return what the header says of the numbers below it: 万 in 实际值(万), k in Target (k)."""
    found: dict[Role, str] = {}
    for role, name in zip(header.roles, header.names, strict=True):
        said = _UNIT.search(name) if role in {"target", "actual"} else None
        if role is not None and said is not None:
            found[role] = said[1]
            faults.append(
                Fault.of("unit-in-header", severity="info", column=name, value=said[1], file=sheet)
            )
    return found


def odd_cells(
    number: int, row: Sequence[Any], header: Header, sheet: str | None
) -> Iterator[Fault]:
    """Yield faults of a row that was cut in the wrong places: too many cells, an open quote."""
    width = len(header.names)
    if any(shown(cell).strip() for cell in row[width:]):
        rest = ", ".join(shown(cell).strip() for cell in row[width:] if shown(cell).strip())
        yield Fault.of("cells-beyond-header", row=number, value=rest[:200], file=sheet)
    for name, cell in zip(header.names, row, strict=False):
        lines = cell.splitlines()[1:] if isinstance(cell, str) else []
        rows = sum(_is_row_of(line, width) for line in lines)
        if rows:
            yield Fault.of(
                "quote-left-open",
                severity="error",
                row=number,
                column=name,
                value=str(cell)[:200],
                file=sheet,
                n=rows,
            )


def _is_row_of(line: str, width: int) -> bool:
    """Whether a line inside of a cell looks like a row of the table: as wide, with a figure."""
    for mark in ",;\t":
        cells = line.split(mark)
        if width > 1 and len(cells) >= width:
            return any(cell.strip() and read_number(cell).value is not None for cell in cells)
    return False


def unknown_columns(grid: Grid, header: Header, sheet: str | None) -> list[Fault]:
    """Return faults of the columns that are not read: unknown, of totals, or there twice."""
    found = []
    slots = {*(slot.index for slot in header.slots), *header.segments}
    for i, (name, role) in enumerate(zip(header.names, header.roles, strict=True)):
        if i in slots:
            continue
        used = any(i < len(row) and shown(row[i]).strip() for row in grid.rows[header.at + 1 :])
        again = role_of(name) if role is None and name else None
        if role is None and fold(name) in TOTALS:
            found.append(
                Fault.of("total-column", severity="info", column=name, value=name, file=sheet)
            )
        elif again is not None and again in header.roles and i != header.order:
            first = header.names[header.roles.index(again)]
            found.append(Fault.of("column-twice", column=name, value=name, file=sheet, first=first))
        elif role is None and (name or used):
            found.append(
                Fault.of(
                    "unknown-column",
                    severity="info" if fold(name) in ORDINALS or i == header.order else "warning",
                    column=name or f"column {i + 1}",
                    value=name,
                    file=sheet,
                    nearest=nearest_header(name) if name and len(found) < _NEAREST else None,
                )
            )
    return found
