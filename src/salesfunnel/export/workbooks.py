"""The workbook of a tracking sheet: a team fills it in, formulas do the rest."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from salesfunnel._core.formula_escape import escape_cell
from salesfunnel._core.vocabulary import Locale
from salesfunnel.data.panel import ALL
from salesfunnel.data.tracking import Tracking
from salesfunnel.export.book import Book, number_format
from salesfunnel.export.column import Column
from salesfunnel.export.sheet_formulas import above_of, letters, quotient, score_quotient
from salesfunnel.export.sheet_notes import notes, notes_of_header, wrong_cells
from salesfunnel.export.sheet_page import Page
from salesfunnel.export.sheet_rules import checks, colours, drop_downs
from salesfunnel.i18n import text
from salesfunnel.intake.sheet.names import Role
from salesfunnel.render.backends.width import width

__all__ = ["add_sheet", "sheet_book"]

_MERGED: tuple[Role, ...] = ("period", "segment", "stage")
_NUMERIC = {"target", "actual", "rate", "stated_rate", "attainment"}
_COMPUTED = {"rate", "attainment"}
_WIDEST: dict[Role | None, int] = {"note": 44, "metric": 40, None: 30}
_NARROWEST: dict[Role | None, int] = {"target": 12, "actual": 12, "owner": 14, "note": 28}
_RATE = "[=0]0%;[<0.01]0.000%;0.00%"
_LETTER = 6.4
"""Points that a letter takes across, with fonts that stand in for those of the workbook."""
_ROOM = (11.69 - 0.8) * 72, (8.27 - 1.35) * 72 - 36
"""Points that an A4 page has across, and down below its repeated header."""


def sheet_book(tracking: Tracking, columns: Sequence[Column], *, locale: Locale) -> bytes:
    """Return a workbook of one worksheet; equal sheets give equal bytes."""
    book = Book(locale)
    add_sheet(book, tracking, columns)
    return book.close()


def add_sheet(
    book: Book, tracking: Tracking, columns: Sequence[Column], *, name: str | None = None
) -> Any:
    """Add the sheet to a workbook and return the worksheet.

    Live formulas for rates and attainments with the values that they give, drop-downs of owners,
    notes of what each metric counts, colours by attainment; the header and the formulas are locked,
    everything else can be written. ``columns_of(tracking, locale)`` gives `columns`.
    """
    title = text("sheet.title", book.locale)
    page = Page(
        book=book,
        tracking=tracking,
        columns=columns,
        sheet=book.sheet(name or title),
        at={column.role: j for j, column in enumerate(columns) if column.role is not None},
        above=above_of(tracking),
        metrics={m.key: m for stage in tracking.funnel for m in stage.metrics},
    )
    periods = tracking.periods
    if periods and periods[-1] != ALL:
        span = periods[-1] if len(periods) == 1 else f"{periods[0]} – {periods[-1]}"
        title = f"{title} · {span}"
    book.page(page.sheet, title=title, header_row=0)
    _sizes(page)
    _cells(page)
    drop_downs(page)
    checks(page)
    colours(page)
    page.sheet.freeze_panes(1, page.at["target"])
    book.protect(page.sheet)
    return page.sheet


def _cells(page: Page) -> None:
    head = page.book.style(
        bold=True, font_color="#FFFFFF", bg_color="#1F4E79", border=1,
        border_color="#C9D3DC", align="center", valign="vcenter", text_wrap=True,
    )  # fmt: skip
    wrong = wrong_cells(page.tracking, page.locale)
    for j, column in enumerate(page.columns):
        page.book.text(page.sheet, 0, j, escape_cell(column.header), head)
        if column.role in _MERGED:
            continue
        for i, value in enumerate(column.cells):
            warned = (i, column.role) in wrong
            if column.role in _COMPUTED:
                _formula(page, i, j, value, warned=warned)
            else:
                _cell(page, i, j, value, warned=warned)
    _merge(page)
    notes_of_header(page)
    notes(page, wrong)


def _style(page: Page, role: Role | None, form: str = "General", *, warned: bool = False) -> Any:
    look: dict[str, Any] = {"num_format": form, "align": "right"}
    if role not in _NUMERIC:
        look |= {"text_wrap": True, "indent": 1, "align": "left"}
    if role in _COMPUTED:
        look["bg_color"] = "#F3F6F8"
    else:
        look["locked"] = False
    if warned:
        look["bg_color"] = "#FFE699"
    return page.book.style(border=1, border_color="#C9D3DC", valign="vcenter", **look)


def _cell(page: Page, i: int, j: int, value: Any, *, warned: bool) -> None:
    row, role, form = page.tracking.rows[i], page.columns[j].role, "General"
    if role in {"target", "actual"}:
        if value is not None and not isinstance(value, str) and not _fits(value):
            value = repr(value)
        scored = row.unit == "score" and row.out_of is not None
        form = number_format(row.unit, page.locale, whole=not isinstance(value, float))
        form = "@" if scored or isinstance(value, str) else form
    style = _style(page, role, form, warned=warned)
    if value is None:
        page.sheet.write_blank(i + 1, j, None, style)
    elif isinstance(value, str):
        written = value if role in _NUMERIC else escape_cell(value)
        page.book.text(page.sheet, i + 1, j, written, style)
    else:
        page.sheet.write_number(i + 1, j, value, style)


def _formula(page: Page, i: int, j: int, value: object, *, warned: bool) -> None:
    """Write the formula of a rate or an attainment, with the value that the library computes."""
    role, above = page.columns[j].role, page.above[i]
    style = _style(page, role, _RATE, warned=warned)
    actual, target = (letters(page.at[name]) for name in ("actual", "target"))
    over, under = f"{actual}{i + 2}", f"{target}{i + 2}"
    if role == "rate":
        if above is None:
            page.sheet.write_blank(i + 1, j, None, style)
            return
        under = f"{actual}{above + 2}"
    if page.tracking.rows[i].unit == "score":
        formula = score_quotient(over, under)
    else:
        formula = quotient(over, under, page.locale)
    page.sheet.write_formula(i + 1, j, formula, style, "" if value is None else value)


def _merge(page: Page) -> None:
    """Merge cells of one period, segment and stage downwards, each inside the one before it."""
    rows, starts = len(page.tracking.rows), {0}
    for j, column in enumerate(page.columns):
        if column.role not in _MERGED:
            continue
        starts |= {i for i in range(1, rows) if column.cells[i] != column.cells[i - 1]}
        style = _style(page, column.role)
        for first, after in pairwise([*sorted(starts), rows]):
            if after - first > 1:
                page.sheet.merge_range(first + 1, j, after, j, "", style)
            words = escape_cell(str(column.cells[first]))
            page.book.text(page.sheet, first + 1, j, words, style)


def _sizes(page: Page) -> None:
    """Make columns as wide as their longest line, up to a limit, rows as high as they wrap."""
    lines, across = [1] * len(page.tracking.rows), 0.0
    free = page.book.style(locked=False, valign="vcenter")
    for j, column in enumerate(page.columns):
        role = column.role
        shown = [_as_shown(cell, role) for cell in column.cells]
        wide = max(width(line) for item in (column.header, *shown) for line in item.split("\n"))
        wide = max(min(max(wide + 4, 9), _WIDEST.get(role, 24)), _NARROWEST.get(role, 9))
        empty = role == "stated_rate" and not any(cell is not None for cell in column.cells)
        page.sheet.set_column(j, j, wide, free, {"hidden": True} if empty else {})
        across += 0 if empty else wide + 0.8
        for i, item in enumerate(shown):
            wrapped = sum(1 + width(line) // (wide - 2) for line in item.split("\n"))
            lines[i] = max(lines[i], wrapped)
    last = len(page.columns)
    page.sheet.set_column(last, last + 20, 12, free)
    heights = [min(17 * number + 5, 400) for number in lines]
    for i, height in enumerate([32, *heights]):
        page.sheet.set_row(i, height)
    _breaks(page, heights, across * _LETTER)


def _breaks(page: Page, heights: Sequence[int], across: float) -> None:
    """Begin a page with a period, where there are several; Excel alone breaks where a page ends."""
    shown = [row.period for row in page.tracking.rows]
    starts = [i for i in range(1, len(shown)) if shown[i] != shown[i - 1]]
    if not starts:
        return
    scale = max(10, min(100, int(97 * _ROOM[0] / across)))
    breaks, used = [], 0
    for first, after in pairwise([0, *starts, len(shown)]):
        need = sum(heights[first:after])
        if used and used + need > _ROOM[1] * 100 / scale:
            breaks.append(first + 1)
            used = 0
        used += need
    page.sheet.set_h_pagebreaks(breaks)


def _fits(value: float) -> bool:
    """Whether the sixteen digits that XlsxWriter writes say a number exactly."""
    return Decimal(f"{value:.16g}") == Decimal(repr(value))


def _as_shown(cell: object, role: Role | None) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    return f"{cell:.2%}" if role in _COMPUTED else f"{cell:,}"
