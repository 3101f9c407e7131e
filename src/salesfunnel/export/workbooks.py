"""Workbooks: how a written sheet looks in Excel, and bytes that do not depend on the clock."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Sequence
from copy import copy
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from salesfunnel._core.extras import require
from salesfunnel._core.formula_escape import escape_cell
from salesfunnel._core.vocabulary import Locale
from salesfunnel.data.tracking import Tracking
from salesfunnel.i18n import text
from salesfunnel.intake.sheet.names import Role

if TYPE_CHECKING:
    from salesfunnel.export.column import Column

_MERGED: tuple[Role, ...] = ("period", "segment", "stage")
_NUMERIC = {"target", "actual", "rate", "stated_rate", "attainment"}
_WIDEST: dict[Role | None, int] = {"note": 44, "metric": 40, None: 30}
_FORMATS = {"count": "#,##0", "currency": "#,##0.00", "rate": "0.00%"}
_STAMP = (1980, 1, 1, 0, 0, 0)
_DATES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</)")


def sheet_book(tracking: Tracking, columns: Sequence[Column], *, locale: Locale) -> bytes:
    """Return a workbook of one worksheet: header frozen, cells of one stage merged."""
    openpyxl = require("openpyxl", extra="excel", feature="writing xlsx")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = text("sheet.title", locale)
    units = [row.unit for row in tracking.rows]
    for j, column in enumerate(columns, start=1):
        set_text(sheet.cell(1, j), column.header)
        for i, value in enumerate(column.cells):
            _set(sheet.cell(i + 2, j), value, column.role, units[i])
    _style(sheet, columns, len(units), _wrong(tracking))
    _merge(sheet, columns, len(units))
    return save(book)


def _set(cell: Any, value: Any, role: Role | None, unit: str) -> None:
    if value is None:
        return
    if role in {"target", "actual"} and not isinstance(value, str) and not _fits(value):
        value = repr(value)
    if isinstance(value, str):
        set_text(cell, value if role in _NUMERIC else escape_cell(value))
        return
    cell.value = value
    if role in {"rate", "attainment"}:
        cell.number_format = "0.000%" if 0 < abs(value) < 0.01 else "0.00%"
    elif unit == "count" and not isinstance(value, int):
        cell.number_format = "General"
    else:
        cell.number_format = _FORMATS.get(unit, "General")


def _fits(value: float) -> bool:
    """Whether the sixteen digits that openpyxl writes say a number exactly."""
    return Decimal(f"{value:.16g}") == Decimal(repr(value))


def set_text(cell: Any, value: str) -> None:
    """Put text into a cell as text, whatever it starts with."""
    cell.value = value.replace("_x", "_x005F_x") if re.search("_x[0-9A-Fa-f]{4}_", value) else value
    cell.data_type = "s"


def _style(sheet: Any, columns: Sequence[Column], rows: int, wrong: set[tuple[int, str]]) -> None:
    styles = require("openpyxl.styles", extra="excel", feature="writing xlsx")
    thin = styles.Side(style="thin", color="C9D3DC")
    border = styles.Border(left=thin, right=thin, top=thin, bottom=thin)
    head = styles.PatternFill("solid", fgColor="1F4E79")
    warn = styles.PatternFill("solid", fgColor="FFE699")
    bold = styles.Font(name="Calibri", sz=11, bold=True, color="FFFFFF")
    for j, column in enumerate(columns, start=1):
        right = column.role in _NUMERIC
        top = sheet.cell(1, j)
        top.border, top.font, top.fill = border, bold, head
        top.alignment = styles.Alignment(horizontal="center", vertical="center", wrap_text=True)
        body = styles.Alignment(
            horizontal="right" if right else "left",
            vertical="center",
            wrap_text=not right,
            indent=1,
        )
        styled: dict[str, Any] = {}
        for i in range(rows):
            cell = sheet.cell(i + 2, j)
            form = cell.number_format
            if form not in styled:
                cell.border, cell.alignment = border, body
                styled[form] = cell._style  # noqa: SLF001 - setting styles one by one is slow
            cell._style = copy(styled[form])  # noqa: SLF001 - as above
            if (i, column.role) in wrong:
                cell.fill = warn
    _size(sheet, columns, rows)
    first = next((j for j, c in enumerate(columns, start=1) if c.role == "target"), 1)
    sheet.freeze_panes = sheet.cell(2, first)
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _size(sheet: Any, columns: Sequence[Column], rows: int) -> None:
    """Make columns as wide as their longest line, up to a limit, and rows as high as they wrap."""
    utils = require("openpyxl.utils", extra="excel", feature="writing xlsx")
    lines = [1] * rows
    for j, column in enumerate(columns, start=1):
        shown = [_as_shown(cell, column.role) for cell in column.cells]
        widest = max(width(line) for item in (column.header, *shown) for line in item.split("\n"))
        wide = min(max(widest + 4, 9), _WIDEST.get(column.role, 24))
        sheet.column_dimensions[utils.get_column_letter(j)].width = wide
        for i, item in enumerate(shown):
            wrapped = sum(1 + width(line) // (wide - 2) for line in item.split("\n"))
            lines[i] = max(lines[i], wrapped)
    sheet.row_dimensions[1].height = 30
    for i, number in enumerate(lines):
        sheet.row_dimensions[i + 2].height = min(15 * number + 5, 400)


def _wrong(tracking: Tracking) -> set[tuple[int, str]]:
    """Return the cells, by position of the row and role, that a fault calls wrong."""
    at = {(row.sheet, row.row): i for i, row in enumerate(tracking.rows)}
    roles = {"stated-rate-differs": "stated_rate", "stated-rate-imprecise": "stated_rate"}
    roles |= {"attainment-differs": "attainment", "rate-gt-1": "actual", "not-a-count": "actual"}
    places = ((at.get((f.file, f.row)), roles.get(f.code)) for f in tracking.faults)
    return {(i, role) for i, role in places if i is not None and role is not None}


def _as_shown(cell: Any, role: Role | None) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    return f"{cell:.2%}" if role in {"rate", "attainment"} else f"{cell:,}"


def width(line: str) -> int:
    """Return how many columns a line takes: East Asian characters take two."""
    return sum(
        2 if unicodedata.east_asian_width(char) in "WF" else not unicodedata.combining(char)
        for char in line
    )


def _merge(sheet: Any, columns: Sequence[Column], rows: int) -> None:
    """Merge cells of one period, segment and stage downwards, each inside the one before it."""
    starts = {0}
    for j, column in enumerate(columns, start=1):
        if column.role not in _MERGED:
            continue
        starts = starts | {i for i in range(1, rows) if column.cells[i] != column.cells[i - 1]}
        edges = [*sorted(starts), rows]
        for first, after in pairwise(edges):
            if after - first > 1:
                for i in range(first + 1, after):
                    sheet.cell(i + 2, j).value = None
                sheet.merge_cells(
                    start_row=first + 2, end_row=after + 1, start_column=j, end_column=j
                )


def save(book: Any) -> bytes:
    """Return the bytes of a workbook, equal for equal content: no moment of writing in them."""
    raw, done = io.BytesIO(), io.BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(done, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _DATES.sub(rb"\g<1>1980-01-01T00:00:00Z\g<2>", content)
            entry = zipfile.ZipInfo(name, date_time=_STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, content)
    return done.getvalue()
