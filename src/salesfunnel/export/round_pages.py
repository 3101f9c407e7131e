"""Documents as worksheets: paragraphs and tables in words, one below the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from salesfunnel.export.book import Book, sheet_name
from salesfunnel.render.backends.width import width
from salesfunnel.render.model import Document, Heading, Paragraph, Section, Table

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

__all__ = ["add_document", "free_name"]

WIDEST, NARROWEST, PROSE = 52, 10, 100.0
HEIGHT = 16
"""Points that a line takes."""
PLAIN = 15.0
"""Points of a row whose height is not set."""
PAPER = (784.0, 480.0)
"""Points of A4 in landscape that are printed on, across and down."""
LETTER = 5.5
"""Points that a letter takes across."""
FILLS = {"bad": "#F8D7D0", "warn": "#FFF2CC", "good": "#DDEFDD", "muted": "#F2F2F2", "": ""}
LINE = "#BFC9D1"


def free_name(book: Book, name: str) -> str:
    """Return a name for a worksheet that no other has, whatever its case."""
    used = {sheet.get_name().casefold() for sheet in book.book.worksheets()} | {"history"}
    plain = sheet_name(name) or "-"
    found, number = plain, 2
    while found.casefold() in used:
        end = f" ({number})"
        found, number = sheet_name(plain, 31 - len(end)) + end, number + 1
    return found


def add_document(book: Book, name: str, document: Document, *, line: str = "") -> Any:
    """Add a worksheet with a document: its title, then its paragraphs and tables."""
    sheet = book.sheet(free_name(book, name))
    sheet.hide_gridlines(2)
    book.text(sheet, 0, 0, document.title, book.style(bold=True, font_size=14))
    row = 1
    for words in (document.subtitle, line):
        if words:
            book.text(sheet, row, 0, words, book.style(font_color="#5F6B73"))
            row += 1
    blocks = list(_flat(document.blocks))
    widths = _widths(block for block in blocks if isinstance(block, Table))
    for j, wide in enumerate(widths or [PROSE]):
        sheet.set_column(j, j, wide)
    across = sum(widths) or PROSE
    heights: dict[int, float] = {}
    heads: list[tuple[int, bool]] = []
    above: Table | Paragraph | Heading | None = None
    for block in blocks:
        row += not (isinstance(block, Paragraph) and isinstance(above, Paragraph | Heading))
        above = block
        if isinstance(block, Heading):
            heads.append((row, block.level < 3))
        if isinstance(block, Table):
            row = _table(book, sheet, row, block, widths, heights)
        else:
            row = _paragraph(book, sheet, row, block, max(len(widths), 1), across, heights)
    book.page(sheet, title=document.title, header_row=None)
    sheet.set_h_pagebreaks(_breaks(heads, row + 1, heights, across))
    return sheet


def _breaks(
    heads: list[tuple[int, bool]], rows: int, heights: dict[int, float], across: float
) -> list[int]:
    """Return the rows before which a page begins: no part is torn that fits on one.

    `heads` are the rows of headings, and whether a part begins there or what is below a part; of a
    part that is longer than a page, what is below a heading is kept together.
    """
    page = PAPER[1] * max(across * LETTER / PAPER[0], 1.0)
    breaks, top = [], 0
    for i, (row, part) in enumerate(heads):
        after = next((r for r, other in heads[i + 1 :] if other or not part), rows)
        tall = sum(heights.get(line, PLAIN) for line in range(top, after))
        if row > top and tall > page:
            breaks.append(row)
            top = row
    return breaks


def _flat(blocks: Iterable[Any]) -> Iterator[Table | Paragraph | Heading]:
    """Yield tables, paragraphs and headings; the title of a section is one of them."""
    for block in blocks:
        if isinstance(block, Section):
            if block.title:
                yield Heading(block.title, level=2)
            yield from _flat(block.blocks)
        elif isinstance(block, Heading | Table | Paragraph):
            yield block


def _widths(tables: Iterable[Table]) -> list[float]:
    """Return how wide each column has to be, in letters; long cells wrap."""
    wide: list[float] = []
    for table in tables:
        lines = [[column.title for column in table.columns], *table.rows]
        for j in range(len(table.columns)):
            need = max(width(part) for cells in lines for part in str(cells[j]).split("\n"))
            fits = float(min(max(need + 5, NARROWEST), WIDEST))
            if j < len(wide):
                wide[j] = max(wide[j], fits)
            else:
                wide.append(fits)
    return wide


def _table(
    book: Book, sheet: Worksheet, row: int, table: Table, widths: list[float],
    heights: dict[int, float],
) -> int:  # fmt: skip
    """Write a table and return the row below it."""
    if table.caption:
        book.text(sheet, row, 0, table.caption, book.style(bold=True))
        row += 1
    for j, column in enumerate(table.columns):
        head = book.style(
            bold=True, bg_color="#DDE7F0", border=1, border_color=LINE, text_wrap=True,
            align=column.align, valign="vcenter", indent=1,
        )  # fmt: skip
        book.text(sheet, row, j, column.title, head)
    marks = [*table.marks, *[""] * len(table.rows)]
    for cells, mark in zip(table.rows, marks, strict=False):
        row += 1
        fill = {"bg_color": FILLS[mark]} if FILLS.get(mark) else {}
        for j, cell in enumerate(cells):
            style = book.style(
                border=1, border_color=LINE, text_wrap=True, valign="top", indent=1,
                align=table.columns[j].align, **fill,
            )  # fmt: skip
            book.text(sheet, row, j, str(cell), style)
        heights[row] = _height(cells, widths)
        sheet.set_row(row, heights[row])
    return row + 1


def _height(cells: Iterable[str], widths: list[float]) -> float:
    lines = (
        sum(1 + int(width(part) // max(wide, 1)) for part in str(cell).split("\n"))
        for cell, wide in zip(cells, widths, strict=False)
    )
    return float(min(HEIGHT * max(lines, default=1) + 3, 400))


def _paragraph(
    book: Book,
    sheet: Worksheet,
    row: int,
    block: Paragraph | Heading,
    columns: int,
    across: float,
    heights: dict[int, float],
) -> int:
    style = book.style(text_wrap=True, valign="top")
    if isinstance(block, Heading):
        style = book.style(
            text_wrap=True, valign="bottom", bold=True, font_size=12 if block.level < 3 else 11
        )
        row += block.level < 3  # a line of room above a part
    if columns > 1:
        sheet.merge_range(row, 0, row, columns - 1, "", style)
    book.text(sheet, row, 0, block.text, style)
    heights[row] = HEIGHT * (1.0 + int(width(block.text) * 1.1 // max(across, 1))) + 3
    sheet.set_row(row, heights[row])
    return row + 1
