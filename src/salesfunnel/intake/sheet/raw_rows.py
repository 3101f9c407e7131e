"""Drafts: the rows of a grid with their cells by meaning, before a funnel gives them keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from salesfunnel._core.formula_escape import unescape_cell
from salesfunnel.data.tracking import one_line
from salesfunnel.fault import Fault
from salesfunnel.intake.cells.number import DecimalMark, ParsedNumber
from salesfunnel.intake.cells.read_number import read_number
from salesfunnel.intake.cells.read_period import PeriodName
from salesfunnel.intake.files.grid import Grid, shown
from salesfunnel.intake.sheet.counted import Counted
from salesfunnel.intake.sheet.header import Header, fill_merged, is_header_again
from salesfunnel.intake.sheet.layout import (
    header_units,
    is_remark,
    is_total,
    odd_cells,
    unknown_columns,
)
from salesfunnel.intake.sheet.names import Role
from salesfunnel.intake.sheet.row_values import (
    day_first_of,
    number_with_unit,
    period_of,
    place_of,
)
from salesfunnel.intake.sheet.segments import Groups
from salesfunnel.intake.sheet.wide import Slot

NUMBERS: tuple[Role, ...] = ("target", "actual", "rate", "stated_rate", "attainment")
_COUNTED = {"target", "actual"}
_FILLED: tuple[Role, ...] = ("period", "year", "segment", "stage")
_BAD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
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
        for row in grid.rows[header.at + 1 :]:
            for i in places:
                if i < len(row) and isinstance(row[i], str):
                    mark = read_number(row[i]).mark
                    if mark:
                        votes[mark] += 1
    if votes[","] and votes["."]:
        return None, False
    return ("," if votes[","] else "." if votes["."] else None), True


def drafts_of(
    grid: Grid,
    header: Header,
    faults: list[Fault],
    *,
    sheet: str | None,
    decimal: DecimalMark | None,
    counted: Counted | None = None,
) -> list[RawRow]:
    """Return the rows below the header; what is not a row of the table becomes a fault."""
    columns: dict[Role, str] = {
        role: name for role, name in zip(header.roles, header.names, strict=True) if role
    }
    filled = fill_merged(grid, header)
    faults.extend(unknown_columns(grid, header, sheet))
    scales = header_units(header, sheet, faults)
    used = [slot for slot in header.slots if any(_filled(row, slot.index) for row in filled)]
    above: dict[Role, Any] = {}
    groups = Groups(header.segments, safe=grid.safe, fill=not header.blank_is_value)
    if header.segments:
        columns["segment"] = header.names[header.segments[0]]
    day_first = day_first_of(filled, header, faults, sheet)
    raw_rows: list[RawRow] = []
    counted = counted or Counted(None, 0)
    for number, row in enumerate(counted.each(filled), start=1):
        if is_header_again(row, header) or not any(shown(cell).strip() for cell in row):
            continue
        cells, other, bad = _split(row, header, safe=grid.safe)
        if bad:
            faults.append(
                Fault.of("control-characters", row=number, column=bad[0], value=bad[1], file=sheet)
            )
        if not grid.safe:
            faults.extend(odd_cells(number, row, header, sheet))
        first = next((shown(cell).strip() for cell in row if shown(cell).strip()), "")
        if is_total(cells) or any(is_total({"segment": part}) for part in groups.parts(row)):
            faults.append(
                Fault.of("total-row", severity="info", row=number, value=first, file=sheet)
            )
            continue
        numbers = any(_filled(row, slot.index) for slot in used)
        if is_remark(cells) or not (numbers or _is_row(cells, header)):
            faults.append(
                Fault.of("row-not-read", severity="info", row=number, value=first[:200], file=sheet)
            )
            continue
        if header.segments:
            cells["segment"] = groups.of(row)
        _fill_down(cells, above)
        order = place_of(row, header.order)
        raw_rows.extend(
            _draft(
                number,
                more,
                other,
                names,
                sheet=sheet,
                decimal=decimal,
                period=period,
                scales=scales,
                day_first=day_first,
                order=order,
            )
            for more, names, period in _spread(row, cells, columns, header, used)
        )
    return raw_rows


def _filled(row: Sequence[Any], index: int) -> bool:
    return index < len(row) and bool(shown(row[index]).strip())


def _spread(
    row: Sequence[Any],
    cells: dict[Role, Any],
    columns: dict[Role, str],
    header: Header,
    used: Sequence[Slot],
) -> Iterator[tuple[dict[Role, Any], dict[Role, str], PeriodName | None]]:
    """Yield the cells of each row that a row of a wide sheet stands for; itself if it is not.

    Columns without a figure in any row, months to come, stand for none.
    """
    if not header.slots:
        yield cells, columns, None
    groups: dict[tuple[str | None, ...], list[Slot]] = {}
    for slot in used:
        label = None if slot.period is None else slot.period.label
        groups.setdefault((label, slot.metric, slot.segment), []).append(slot)
    for (label, metric, segment), slots in groups.items():
        said: dict[Role, str | None] = {"metric": metric, "segment": segment, "period": label}
        texts: dict[Role, Any] = {role: text for role, text in said.items() if text is not None}
        names = dict.fromkeys(texts, slots[0].header)
        yield (
            {
                **cells,
                **texts,
                **{slot.role: row[slot.index] for slot in slots if slot.index < len(row)},
            },
            {**columns, **names, **{slot.role: slot.header for slot in slots}},
            slots[0].period,
        )


def _split(
    row: Sequence[Any], header: Header, *, safe: bool
) -> tuple[dict[Role, Any], list[tuple[str, str]], tuple[str, str] | None]:
    """Return the cells by role, the cells of unknown columns, and the first cell with bad signs."""
    cells: dict[Role, Any] = {}
    other: list[tuple[str, str]] = []
    taken: set[str] = set()
    bad = None
    slots = {*(slot.index for slot in header.slots), *header.segments}
    for i, cell in enumerate(row):
        role = header.roles[i] if i < len(header.roles) else None
        name = (header.names[i] if i < len(header.names) else "") or f"column {i + 1}"
        if isinstance(cell, str):
            value: Any = cell if safe else unescape_cell(cell)
            if _BAD.search(value.replace("\r", "\n")):
                bad = bad or (name, ascii(value)[:200])
                value = _BAD.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
        else:
            value = cell
        if role is not None:
            cells[role] = value
        elif shown(value).strip() and i not in slots:
            name = _label(name) + (f" ({i + 1})" if _label(name) in taken else "")
            taken.add(name)
            other.append((name, shown(value)))
    return cells, other, bad


def _label(text: str) -> str:
    return str(one_line(_BAD.sub("", text))) or "column"


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


def _is_row(cells: Mapping[Role, Any], header: Header) -> bool:
    """Whether there is a name, or a number, where the table has its names and numbers."""
    numbers = any(shown(cells.get(role)).strip() for role in NUMBERS)
    if "metric" in header.roles:
        return numbers or bool(shown(cells.get("metric")).strip())
    return numbers


def _fill_down(cells: dict[Role, Any], above: dict[Role, Any]) -> None:
    """Fill blank cells of columns whose cells teams merge: they take the one above."""
    for role in _FILLED:
        if shown(cells.get(role)).strip():
            above[role] = cells[role]
        elif role in above:
            cells[role] = above[role]


def _draft(
    number: int,
    cells: Mapping[Role, Any],
    other: Sequence[tuple[str, str]],
    columns: Mapping[Role, str],
    *,
    sheet: str | None,
    decimal: DecimalMark | None,
    period: PeriodName | None,
    scales: Mapping[Role, str],
    day_first: bool | None,
    order: float | None,
) -> RawRow:
    texts: dict[Role, str] = {
        role: one_line(shown(cell)) if role != "note" else shown(cell)
        for role, cell in cells.items()
        if role not in NUMBERS
    }
    written: dict[Role, str] = {
        role: shown(cell).strip()[:200] for role, cell in cells.items() if role in NUMBERS
    }
    unit = texts.get("unit", "")
    return RawRow(
        row=number,
        sheet=sheet,
        texts=texts,
        numbers={
            role: number_with_unit(
                cell, scales.get(role) or (unit if role in _COUNTED else ""), decimal
            )
            for role, cell in cells.items()
            if role in NUMBERS
        },
        written=written,
        period=period_of(cells, day_first) if period is None else period,
        other=tuple(other),
        columns=columns,
        order=order,
    )
