"""RowReader: one row below a header after the other, to raw rows and faults."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from typing import Any

from salesfunnel._core.formula_escape import unescape_cell
from salesfunnel.data.tracking import one_line
from salesfunnel.fault import Fault
from salesfunnel.intake.cells.number import DecimalMark
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
from salesfunnel.intake.sheet.names import TARGETS, Role, fold
from salesfunnel.intake.sheet.raw_rows import NUMBERS, RawRow
from salesfunnel.intake.sheet.row_values import (
    MONTHS,
    day_first_of,
    number_with_unit,
    period_of,
    place_of,
)
from salesfunnel.intake.sheet.segments import Groups
from salesfunnel.intake.sheet.wide import Slot

__all__ = ["BAD", "RowReader", "drafts_of", "label_of"]

_COUNTED = {"target", "actual"}
_FILLED: tuple[Role, ...] = ("period", "year", "segment", "stage")
BAD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class RowReader:
    """Reads the rows below a header, one after the other; what is no row becomes a fault.

    Parameters
    ----------
    grid : Grid
        The table.
    header : Header
        What its columns hold.
    rows : sequence of sequences
        The rows below the header, merged cells filled.
    faults : list of Fault
        Where faults go.
    sheet : str, optional
        The name of the worksheet.
    decimal : {".", ","}, optional
        The decimal mark.
    """

    def __init__(
        self,
        grid: Grid,
        header: Header,
        rows: Sequence[Sequence[Any]],
        faults: list[Fault],
        *,
        sheet: str | None,
        decimal: DecimalMark | None,
    ) -> None:
        self.header, self.faults, self.sheet, self.decimal = header, faults, sheet, decimal
        self.safe = grid.safe
        self.columns: dict[Role, str] = {
            role: name for role, name in zip(header.roles, header.names, strict=True) if role
        }
        faults.extend(unknown_columns(grid, header, sheet))
        self.scales = header_units(header, sheet, faults)
        self.used = [s for s in header.slots if any(is_filled(row, s.index) for row in rows)]
        self.above: dict[Role, Any] = {}
        self.groups = Groups(header.segments, safe=grid.safe, fill=not header.blank_is_value)
        if header.segments:
            self.columns["segment"] = header.names[header.segments[0]]
        self.months = fold(self.columns.get("period", "")) in MONTHS
        self.day_first = day_first_of(rows, header, faults, sheet)

    def again(self) -> RowReader:
        """Return a reader that keeps its faults to itself and remembers no row."""
        made = copy(self)
        made.faults, made.above = [], {}
        made.groups = Groups(
            self.header.segments, safe=self.safe, fill=not self.header.blank_is_value
        )
        return made

    def read(self, number: int, row: Sequence[Any]) -> list[RawRow]:
        """Return what a row with its number from 1 stands for: several rows in a wide sheet."""
        header, sheet = self.header, self.sheet
        if is_header_again(row, header) or not any(shown(cell).strip() for cell in row):
            return []
        cells, other, bad = _split(row, header, safe=self.safe)
        if bad:
            self._tell("control-characters", number, bad[1], column=bad[0])
        if not self.safe:
            self.faults.extend(odd_cells(number, row, header, sheet))
        first = next((shown(cell).strip() for cell in row if shown(cell).strip()), "")
        if is_total(cells) or any(is_total({"segment": part}) for part in self.groups.parts(row)):
            self._tell("total-row", number, first, severity="info")
            return []
        goal = next((part for part in self.groups.parts(row) if fold(part) in TARGETS), "")
        if goal and "target" not in header.roles:
            self._tell("target-row", number, goal)
            return []
        numbers = any(is_filled(row, slot.index) for slot in self.used)
        if is_remark(cells) or not (numbers or _is_row(cells, header)):
            self._tell("row-not-read", number, first[:200], severity="info")
            return []
        if header.segments:
            cells["segment"] = self.groups.of(row)
        _fill_down(cells, self.above)
        order = place_of(row, header.order)
        return [
            _draft(
                number,
                more,
                other,
                names,
                sheet=sheet,
                decimal=self.decimal,
                period=period,
                scales=self.scales,
                day_first=self.day_first,
                months=self.months,
                order=order,
            )
            for more, names, period in _spread(row, cells, self.columns, header, self.used)
        ]

    def _tell(self, code: str, number: int, value: str, **options: Any) -> None:
        self.faults.append(Fault.of(code, row=number, value=value, file=self.sheet, **options))


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
    filled = fill_merged(grid, header)
    reader = RowReader(grid, header, filled, faults, sheet=sheet, decimal=decimal)
    counted = counted or Counted(None, 0)
    return [
        raw
        for number, row in enumerate(counted.each(filled), start=1)
        for raw in reader.read(number, row)
    ]


def is_filled(row: Sequence[Any], index: int) -> bool:
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
            if BAD.search(value.replace("\r", "\n")):
                bad = bad or (name, ascii(value)[:200])
                value = BAD.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
        else:
            value = cell
        if role is not None:
            cells[role] = value
        elif shown(value).strip() and i not in slots:
            name = label_of(name) + (f" ({i + 1})" if label_of(name) in taken else "")
            taken.add(name)
            other.append((name, shown(value)))
    return cells, other, bad


def label_of(text: str) -> str:
    """Return the name of an unknown column as rows keep it."""
    return str(one_line(BAD.sub("", text))) or "column"


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
    months: bool,
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
        period=period_of(cells, day_first, months=months) if period is None else period,
        other=tuple(other),
        columns=columns,
        order=order,
    )
