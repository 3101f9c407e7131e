"""Book: a workbook with one look, whose bytes do not depend on the clock."""

from __future__ import annotations

import io
from datetime import datetime
from typing import TYPE_CHECKING, Any

from salesfunnel._core.errors import DataError
from salesfunnel._core.extras import require
from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

__all__ = ["FONTS", "LONGEST", "Book", "date_format", "list_of", "number_format", "sheet_name"]

FONTS = {"en": "Calibri", "zh": "Microsoft YaHei"}
"""Fonts that Excel has on Windows and macOS, and that WPS has."""
LONGEST = 32_767
"""Characters that a cell holds at most."""
_LIST = 255
"""Characters of a drop-down that is written out, at most."""
_OPTIONS = {
    "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
    "strings_to_numbers": False, "nan_inf_to_errors": False,
}  # fmt: skip
_MAY = {
    "format_cells": True, "format_columns": True, "format_rows": True, "insert_rows": True,
    "insert_columns": True, "delete_columns": True, "delete_rows": True, "sort": True,
    "autofilter": True, "objects": True, "select_locked_cells": True,
    "select_unlocked_cells": True,
}  # fmt: skip
"""Actions allowed in a protected worksheet; there is no password."""


class Book:
    """An XlsxWriter workbook, its formats made once.

    Parameters
    ----------
    locale : {"en", "zh"}
        Chooses the font.
    feature : str
        What is written, for the error message.

    Raises
    ------
    MissingExtraError
        If XlsxWriter is not installed (extra ``excel``).
    """

    def __init__(self, locale: Locale, *, feature: str = "writing xlsx") -> None:
        writer = require("xlsxwriter", extra="excel", feature=feature)
        self._buffer = io.BytesIO()
        self._styles: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.locale: Locale = locale
        self.font = FONTS[locale]
        self.book = writer.Workbook(self._buffer, _OPTIONS)
        self.book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001 - no clock
        self.book.formats[0].set_font_name(self.font)
        self.book.set_size(2400, 1500)

    def style(self, **properties: object) -> Any:
        """Return the format with these properties; equal ones are one format."""
        key = tuple(sorted(properties.items()))
        if key not in self._styles:
            base = {"font_name": self.font, "font_size": 11}
            self._styles[key] = self.book.add_format({**base, **properties})
        return self._styles[key]

    def conditional(self, **properties: Any) -> Any:
        """Return the format of a rule: what it changes alone; equal ones are one format."""
        key = (("rule", True), *sorted(properties.items()))
        if key not in self._styles:
            self._styles[key] = self.book.add_format(properties)
        return self._styles[key]

    def sheet(self, name: str) -> Any:
        """Add a worksheet; signs that a name may not have become blanks."""
        return self.book.add_worksheet(sheet_name(name))

    def text(
        self, sheet: Worksheet, row: int, column: int, value: str, style: Format | None
    ) -> None:
        """Write text as text, whatever it starts with.

        Raises
        ------
        DataError
            If the text is longer than a cell of a workbook holds.
        """
        if len(value) > LONGEST:
            raise DataError(
                f"a cell of a workbook must hold at most {LONGEST:,} characters,"
                f" got {len(value):,} in row {row + 1}: {value[:40]!r}…",
                hint="shorten it, or write CSV with to_csv()",
            )
        sheet.write_string(row, column, value, style)

    def note(self, sheet: Worksheet, row: int, column: int, words: str) -> None:
        """Put a comment beside a cell, as large as its words need."""
        lines = sum(1 + len(line.encode("utf-16-le")) // 76 for line in words.split("\n"))
        size = {"width": 260, "height": 26 + 18 * lines}
        options = {"author": "salesfunnel", "font_name": self.font, "font_size": 9, **size}
        sheet.write_comment(row, column, words[:2000], options)

    def page(self, sheet: Worksheet, *, title: str, header_row: int | None) -> None:
        """Lay a worksheet out: A4, landscape, as wide as a page, its header on every page."""
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.4, right=0.4, top=0.75, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        if header_row is not None:
            sheet.repeat_rows(header_row)
        sheet.center_horizontally()
        shown = title[:80].replace("&", "&&")
        sheet.set_header(f'&C&"{self.font},Bold"&12{_apart(shown)}')
        page = text("sheet.print.page", self.locale, page="&P", pages="&N")
        sheet.set_footer(f'&R&"{self.font},Regular"&9{_apart(page)}')

    def protect(self, sheet: Worksheet) -> None:
        """Protect what is locked, without a password: headers and formulas."""
        sheet.protect("", _MAY)

    def close(self) -> bytes:
        """Return the bytes of the workbook."""
        self.book.close()
        return self._buffer.getvalue()


def sheet_name(name: str, room: int = 31) -> str:
    """Return a name that a worksheet may have: no signs of formulas, 31 units of UTF-16."""
    plain = "".join(" " if char in "[]:*?/\\" else char for char in name).strip("' ")
    units = plain.encode("utf-16-le")[: 2 * room]
    return units.decode("utf-16-le", "ignore").strip("' ")


def _apart(words: str) -> str:
    """Keep words that begin with a digit apart from the size of their font."""
    return f" {words}" if words[:1].isdigit() else words


def list_of(choices: list[str]) -> list[str]:
    """Return the choices that a drop-down can hold: no commas, 255 characters together."""
    kept: list[str] = []
    for choice in dict.fromkeys(choices):
        fine = choice and "," not in choice and '"' not in choice and "\n" not in choice
        fine = fine and choice[0] not in "=+-@\t＝＋－＠"
        if fine and len(",".join([*kept, choice])) <= _LIST:
            kept.append(choice)
    return kept


def number_format(unit: str, locale: Locale, *, whole: bool = True) -> str:
    """Return how numbers of a unit are shown: from 100,000 on in 万 in Chinese."""
    if unit == "rate":
        return "0.00%"
    if unit in {"duration", "score"}:
        return "General"
    plain = "#,##0" if whole else "#,##0.00"
    if locale == "zh" and unit in {"count", "currency"}:
        return f'[>=100000]0\\.0,"万";{plain}'
    return plain


def date_format(locale: Locale) -> str:
    """Return how dates are shown."""
    return 'yyyy"年"m"月"d"日"' if locale == "zh" else "yyyy-mm-dd"
