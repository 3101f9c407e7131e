"""The workbook of a plan: states and owners to choose, dates as dates, what is due in colour."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from salesfunnel._core.safe_text import clean
from salesfunnel.export.book import Book, date_format, list_of
from salesfunnel.export.sheet_formulas import letters
from salesfunnel.i18n import text
from salesfunnel.planning.improvement import ImprovementPlan
from salesfunnel.render.backends.width import width, wrap
from salesfunnel.render.words.plans import owner_words

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

__all__ = ["WIDTHS", "add_plan"]

COLUMNS = (
    "bottleneck", "problem", "measure", "owner", "due", "effect", "priority", "effort", "seen",
    "state", "note", "key",
)  # fmt: skip
WIDTHS = (17, 21, 40, 13, 15, 34, 10, 9, 12, 11, 24, 12)
STATES = ("proposed", "accepted", "in-progress", "done", "rejected")
"""States to choose from; `read_plan` knows each of them."""
SPARE = 100
"""Rows below the plan that offer the same choices: measures of the team's own."""
_ENTERED = {"owner", "due", "effort", "state", "note"}
_RED, _YELLOW = (
    {"bg_color": "#F8D7DA", "font_color": "#8A1C24"},
    {"bg_color": "#FFF2CC", "font_color": "#6B4E00"},
)
_GREEN, _GREY = {"bg_color": "#D9EAD3", "font_color": "#1E5C1A"}, {"font_color": "#7F868D"}


def add_plan(
    book: Book, plan: ImprovementPlan, rows: Sequence[Sequence[Any]], *, name: str | None = None
) -> Any:
    """Add a plan to a workbook and return the worksheet; `rows` are the cells of its measures.

    The header and the keys are locked; everything else can be written, also rows below the last.
    """
    locale, title = book.locale, text("plan.title", book.locale)
    sheet = book.sheet(name or title)
    header = [text(f"plan.column.{column}", locale) for column in COLUMNS]
    head = book.style(
        bold=True, font_color="#FFFFFF", bg_color="#1F4E79", border=1, border_color="#C9D3DC",
        align="center", valign="vcenter", text_wrap=True,
    )  # fmt: skip
    free = book.style(locked=False, valign="top", text_wrap=True)
    dates = book.style(locked=False, valign="top", num_format=date_format(locale), align="left")
    for j, (words, wide) in enumerate(zip(header, WIDTHS, strict=True)):
        book.text(sheet, 0, j, words, head)
        sheet.set_column(j, j, wide, dates if COLUMNS[j] == "due" else free)
    sheet.set_row(0, 32)
    for i, cells in enumerate(rows, 1):
        for j, value in enumerate(cells):
            _write(book, sheet, i, j, value)
        sheet.set_row(i, min(17 * _lines(cells) + 4, 400))
    _choices(book, sheet, plan, len(rows))
    _colours(book, sheet, len(rows))
    sheet.freeze_panes(1, 0)
    if rows:
        sheet.autofilter(0, 0, len(rows), len(COLUMNS) - 1)
    book.page(sheet, title=title, header_row=0)
    sheet.print_area(0, 0, max(len(rows), 1), len(COLUMNS) - 2)  # without the keys
    book.protect(sheet)
    return sheet


def _write(book: Book, sheet: Worksheet, i: int, j: int, value: object) -> None:
    column = COLUMNS[j]
    look: dict[str, Any] = {
        "border": 1, "border_color": "#C9D3DC", "valign": "top", "text_wrap": True,
        "locked": column == "key",
    }  # fmt: skip
    if column == "key":
        look["font_color"] = "#7F868D"
    elif column in _ENTERED:
        look["bg_color"] = "#FFFBE0"
    if isinstance(value, str):
        words = clean(value, keep="\t\n\r")
        if words[:1] in {"=", "+", "-", "@", "\t"}:
            look["quote_prefix"] = True
        book.text(sheet, i, j, words, book.style(**look))
    elif isinstance(value, date):
        style = book.style(**{**look, "num_format": date_format(book.locale), "align": "left"})
        moment = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - a day
        sheet.write_datetime(i, j, moment, style)
    else:
        form = "[>=100]#,##0;General"
        sheet.write_number(
            i, j, value, book.style(**{**look, "align": "right", "indent": 1, "num_format": form})
        )


def _choices(book: Book, sheet: Worksheet, plan: ImprovementPlan, rows: int) -> None:
    last, locale = rows + SPARE, book.locale
    state, owner, due = (COLUMNS.index(name) for name in ("state", "owner", "due"))
    known = [owner_words(measure.owner, locale) for measure in plan.measures]
    known += [text(f"plan.role.{role}", locale) for role in _ROLES]
    states = [text(f"plan.state.{name}", locale) for name in STATES]
    for j, choices in ((state, states), (owner, list_of(known))):
        sheet.data_validation(
            1, j, last, j, {"validate": "list", "source": choices, "show_error": False}
        )
    sheet.data_validation(
        1, due, last, due,
        {
            "validate": "date", "criteria": ">=", "value": date(2000, 1, 1),
            "error_type": "warning", "error_title": text("plan.check.title", locale)[:32],
            "error_message": text("plan.check.date", locale),
        },
    )  # fmt: skip
    for column in ("owner", "due", "state", "note", "key"):
        words = text(f"plan.hint.{column}", locale)
        book.note(sheet, 0, COLUMNS.index(column), words)


def _colours(book: Book, sheet: Worksheet, rows: int) -> None:
    """Colour what is overdue or due within a week, what is agreed, what is dropped."""
    last, locale = max(rows, 1) + SPARE, book.locale
    due, state = letters(COLUMNS.index("due")), letters(COLUMNS.index("state"))
    word = {name: text(f"plan.state.{name}", locale) for name in STATES}
    open_ = f'AND(ISNUMBER(${due}2),${state}2<>"{word["done"]}",${state}2<>"{word["rejected"]}")'
    at_due, at_state = COLUMNS.index("due"), COLUMNS.index("state")
    agreed = ",".join(f'${state}2="{word[n]}"' for n in ("accepted", "in-progress", "done"))
    dropped = {**_GREY, "font_strikeout": True}
    rules: list[tuple[int, int, str, dict[str, Any]]] = [
        (0, len(COLUMNS) - 1, f'=${state}2="{word["rejected"]}"', dropped),
        (at_due, at_due, f"=IF({open_},${due}2<TODAY(),FALSE)", _RED),
        (at_due, at_due, f"=IF({open_},${due}2<=TODAY()+7,FALSE)", _YELLOW),
        (at_state, at_state, f"=OR({agreed})", _GREEN),
    ]
    for first, end, formula, look in rules:
        sheet.conditional_format(
            1, first, last, end,
            {"type": "formula", "criteria": formula, "format": book.conditional(**look)},
        )  # fmt: skip


_ROLES = (
    "marketing", "sales", "sales-lead", "finance", "operations", "product", "service",
)  # fmt: skip


def _lines(values: Sequence[Any]) -> int:
    """Return how many lines the tallest cell of a row takes."""

    def lines(value: object, wide: int) -> int:
        if not isinstance(value, str):
            return 1
        room = math.floor(wide) - 1
        return sum(len(wrap(part, room)) if width(part) > room else 1 for part in value.split("\n"))

    return max(lines(value, wide) for value, wide in zip(values, WIDTHS, strict=True))
