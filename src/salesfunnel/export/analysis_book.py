"""Analyses as workbooks: a worksheet for each part, numbers as numbers, native charts."""

from __future__ import annotations

from datetime import datetime
from os import PathLike
from typing import TYPE_CHECKING, Any

from salesfunnel._core.files import write_file
from salesfunnel._core.safe_text import clean
from salesfunnel._core.vocabulary import Locale
from salesfunnel.export.analysis_column import COLOURS, FILLS, Column, Part
from salesfunnel.export.analysis_parts import caption, parts_of
from salesfunnel.export.book import FONTS, Book
from salesfunnel.render.backends.width import width, wrap
from salesfunnel.render.charts.palette import LIGHT

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.chart import Chart as XlsxChart
    from xlsxwriter.worksheet import Worksheet

    from salesfunnel.analysis import Analysis

__all__ = ["book_bytes", "write_analysis"]

FORMATS = {
    "text": "@", "count": "#,##0", "deals": "#,##0.0", "percent": "0.00%", "money": "#,##0",
    "date": "yyyy-mm-dd",
}  # fmt: skip
HEAD = 3
"""Rows above the first of a table: its title, a line, and the names of the columns."""
WIDEST = 44
WRAPPED = 500
"""Rows that are made as high as their text needs, at most."""
ACROSS, CHART = 190, 112
"""Letters across that an A4 page holds in a size that can be read; those of a chart."""


def write_analysis(analysis: Analysis, path: str | PathLike[str], locale: Locale) -> None:
    """Write an analysis as an xlsx workbook.

    Raises
    ------
    MissingExtraError
        If XlsxWriter is not installed (extra ``excel``).
    """
    write_file(path, book_bytes(analysis, locale))


def book_bytes(analysis: Analysis, locale: Locale) -> bytes:
    """Return the workbook; equal analyses give equal bytes."""
    made = Book(locale, feature="writing a workbook with charts")
    book = made.book
    styles = _styles(book, FONTS[locale])
    line = caption(analysis, locale)
    for part in parts_of(analysis, locale):
        _sheet(book, part, line, styles, locale)
    return made.close()


def _styles(book: Workbook, font: str) -> dict[str, Any]:
    base = {"font_name": font, "font_size": 11, "valign": "top"}
    styles = {
        form: book.add_format(
            {**base, "num_format": code, "text_wrap": form == "text"}
        )
        for form, code in FORMATS.items()
    }  # fmt: skip
    styles["title"] = book.add_format({**base, "bold": True, "font_size": 14})
    styles["muted"] = book.add_format({**base, "font_color": LIGHT.muted})
    head = {**base, "bold": True, "bottom": 1, "bottom_color": LIGHT.grey, "text_wrap": True}
    styles["head"] = book.add_format(head)
    styles["head-right"] = book.add_format({**head, "align": "right"})
    return styles


def _sheet(book: Workbook, part: Part, line: str, styles: dict[str, Any], locale: Locale) -> None:
    sheet = book.add_worksheet(part.name[:31])
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, clean(part.title), styles["title"])
    sheet.write_string(1, 0, clean(line), styles["muted"])
    widths = [_wide(column) for column in part.columns]
    for j, (column, wide) in enumerate(zip(part.columns, widths, strict=True)):
        kind = "head" if column.form == "text" else "head-right"
        sheet.write_string(HEAD - 1, j, clean(column.title), styles[kind])
        for i, value in enumerate(column.cells):
            _cell(sheet, HEAD + i, j, value, column.form, styles)
        sheet.set_column(j, j, wide)
    _heights(sheet, part, widths)
    last = HEAD + part.rows - 1
    sheet.autofilter(HEAD - 1, 0, last, len(part.columns) - 1)
    sheet.freeze_panes(HEAD, 1)
    _paper(sheet, part, widths)
    if part.drawn == "grid":
        sheet.conditional_format(HEAD, part.series[0], last, part.series[-1], {
            "type": "2_color_scale", "min_color": "#FFFFFF", "max_color": "#8FB4DC",
        })  # fmt: skip
    elif part.drawn:
        chart = _DRAW[part.drawn](book, part, sheet.get_name(), FONTS[locale])
        wide = 3 if part.drawn in {"waterfall", "funnel", "bars", "range"} else 2
        chart.set_size({"width": 760, "height": 120 + 34 * part.rows if wide == 3 else 360})
        chart.set_title({"name": clean(part.title), "overlay": False,
                         "name_font": {"name": FONTS[locale], "size": 12}})  # fmt: skip
        beside = int(sum(widths) > ACROSS)  # a first column that is repeated would repeat a part
        sheet.insert_chart(last + 2, beside, chart, {"description": clean(part.title)})


def _heights(sheet: Worksheet, part: Part, widths: list[float]) -> None:
    """Make the header and the first rows as high as their wrapped text needs."""

    def lines(words: str, wide: float) -> int:
        room = max(int(wide) - 3, 4)
        return sum(len(wrap(line, room)) if width(line) > room else 1 for line in words.split("\n"))

    head = max(lines(c.title, w) for c, w in zip(part.columns, widths, strict=True))
    sheet.set_row(HEAD - 1, 18 * head + 2)
    texts = [(c, w) for c, w in zip(part.columns, widths, strict=True) if c.form == "text"]
    for i in range(min(part.rows, WRAPPED)):
        cells = ((c.cells[i], w) for c, w in texts if i < len(c.cells))
        most = max((lines(str(cell), w) for cell, w in cells if cell), default=1)
        if most > 1:
            sheet.set_row(HEAD + i, min(17 * most + 2, 400))


def _paper(sheet: Worksheet, part: Part, widths: list[float]) -> None:
    """Lay it out for A4 in a size that can be read; of many columns what is drawn is printed."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.repeat_rows(HEAD - 1)
    across = 1 if part.drawn in {"line", "grid"} else int(-(-sum(widths) // ACROSS))
    sheet.fit_to_pages(across, 1 if part.drawn and part.rows <= 40 else 0)
    if across > 1:
        sheet.repeat_columns(0, 0)
    if sum(widths) > ACROSS and part.drawn == "line":
        columns = max(part.series) + 1
        while columns < len(widths) and sum(widths[:columns]) < CHART:
            columns += 1
        sheet.print_area(0, 0, HEAD + part.rows + 22, columns - 1)


def _cell(sheet: Worksheet, i: int, j: int, value: Any, form: str, styles: dict[str, Any]) -> None:
    if value is None or value != value:  # noqa: PLR0124 - NaN
        sheet.write_blank(i, j, None, styles[form])
    elif form == "text":
        sheet.write_string(i, j, clean(str(value)), styles[form])
    elif form == "date":
        sheet.write_datetime(i, j, datetime(value.year, value.month, value.day), styles[form])  # noqa: DTZ001
    else:
        sheet.write_number(i, j, float(value), styles[form])


def _wide(column: Column) -> float:
    """Return the width of a column in letters."""
    if column.form != "text":
        return float(max(12, min(width(column.title) + 2, 18)))
    longest = max((width(str(cell)) for cell in column.cells[:500] if cell), default=8)
    return float(min(max(longest + 3, width(column.title) + 3, 10), WIDEST))


def _range(part: Part, name: str, j: int) -> list[Any]:
    rows = part.rows if part.seen is None else part.seen
    return [name, HEAD, j, HEAD + rows - 1, j]


def _font(font: str) -> dict[str, Any]:
    return {"name": font, "size": 10}


def _axis(part: Part, j: int, font: str, **more: object) -> dict[str, Any]:
    form = FORMATS[part.columns[j].form]
    code = "0%" if form == "0.00%" else "#,##0" if form == "#,##0.0" else form
    return {
        "num_format": code, "num_font": _font(font), "line": {"none": True},
        "major_gridlines": {"visible": True, "line": {"color": LIGHT.line}}, **more,
    }  # fmt: skip


def _line(book: Workbook, part: Part, name: str, font: str) -> XlsxChart:
    chart = book.add_chart({"type": "line"})
    x, *ys = part.series
    colours = [FILLS[role] for role in part.colours] or COLOURS
    for place, j in enumerate(ys):
        chart.add_series({
            "name": [name, HEAD - 1, j], "categories": _range(part, name, x),
            "values": _range(part, name, j),
            "line": {"color": colours[place % len(colours)], "width": 2},
        })  # fmt: skip
    known = [v for j in ys for v in part.columns[j].cells if v is not None and v > 0]
    wide = part.columns[ys[0]].form == "count" and known and max(known) > 100 * min(known)
    chart.set_y_axis(_axis(part, ys[0], font, **({"log_base": 10} if wide else {})))
    by_day = {"date_axis": True, "num_format": "yyyy-mm-dd", "major_unit": 14,
              "major_unit_type": "days"}  # fmt: skip
    dates = by_day if part.columns[x].form == "date" else {}
    chart.set_x_axis({"num_font": _font(font), **dates})
    chart.set_legend({"position": "bottom", "font": _font(font)})
    chart.show_blanks_as("gap")
    return chart


def _rows(book: Workbook, part: Part, font: str, kind: str) -> XlsxChart:
    """Return a chart of horizontal bars, the first row on top."""
    chart = book.add_chart({"type": "bar", **({"subtype": "stacked"} if kind else {})})
    chart.set_y_axis({"reverse": True, "num_font": _font(font), "label_position": "low",
                      "line": {"color": LIGHT.grey}})  # fmt: skip
    sizes = [v for j in part.series[1:] for v in part.columns[j].cells if v is not None and v == v]  # noqa: PLR0124 - NaN
    zero = {"min": 0} if min(sizes, default=0) >= 0 else {}
    zero |= {"max": 0} if max(sizes, default=0) <= 0 else {}
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, **zero})
    chart.set_legend({"position": "bottom", "font": _font(font)})
    return chart


def _labels(part: Part, j: int, font: str, colour: str = LIGHT.ink, **more: Any) -> dict[str, Any]:
    """Return the labels of bars: their figures in the form of the column."""
    form = FORMATS[part.columns[j].form]
    return {"value": True, "num_format": f"{form};-{form};;", **more,
            "font": {**_font(font), "color": colour}}  # fmt: skip


def _funnel(book: Workbook, part: Part, name: str, font: str) -> Any:
    x, *ys = part.series
    chart = _rows(book, part, font, "stacked")
    fills = (LIGHT.main, LIGHT.lost, LIGHT.tint, LIGHT.ink)
    for j, fill in zip(ys, fills, strict=True):
        words = LIGHT.back if fill in {LIGHT.main, LIGHT.ink} else LIGHT.ink
        chart.add_series({
            "data_labels": _labels(part, j, font, words),
            "name": [name, HEAD - 1, j], "categories": _range(part, name, x),
            "values": _range(part, name, j), "fill": {"color": fill},
            "border": {"color": LIGHT.grey, "width": 0.5}, "gap": 60,
        })  # fmt: skip
    return chart


def _waterfall(book: Workbook, part: Part, name: str, font: str) -> Any:
    x, base, bar = part.series
    chart = _rows(book, part, font, "stacked")
    chart.add_series({
        "categories": _range(part, name, x), "values": _range(part, name, base),
        "fill": {"none": True}, "border": {"none": True}, "gap": 50,
    })  # fmt: skip
    chart.add_series({
        "categories": _range(part, name, x), "values": _range(part, name, bar),
        "fill": {"color": LIGHT.main},
        "points": [{"fill": {"color": FILLS[role]}} for role in part.colours],
        "data_labels": _labels(part, bar, font, custom=[
            {
                "value": f"='{name}'!$B${HEAD + i + 1}",
                "font": {**_font(font), "color": LIGHT.ink if role == "lost" else LIGHT.back},
            }
            for i, role in enumerate(part.colours)
        ]),
    })  # fmt: skip
    chart.set_legend({"none": True})
    return chart


def _ranges(book: Workbook, part: Part, name: str, font: str) -> Any:
    x, middle, low, high = part.series
    chart = _rows(book, part, font, "")
    cells = [part.columns[j].cells for j in (middle, low, high)]
    known = [
        (m - lo, hi - m) if None not in (m, lo, hi) and m == m else (0.0, 0.0)  # noqa: PLR0124
        for m, lo, hi in zip(*cells, strict=True)
    ]
    chart.add_series({
        "categories": _range(part, name, x), "values": _range(part, name, middle),
        "fill": {"color": LIGHT.main}, "gap": 60,
        "x_error_bars": {
            "type": "custom", "minus_values": [a for a, _ in known],
            "plus_values": [b for _, b in known], "line": {"color": LIGHT.ink, "width": 1.5},
        },
        "data_labels": _labels(part, middle, font, LIGHT.back, position="inside_base"),
    })  # fmt: skip
    chart.set_legend({"none": True})
    return chart


def _bars(book: Workbook, part: Part, name: str, font: str) -> Any:
    x, *ys = part.series
    chart = _rows(book, part, font, "")
    for j, fill in zip(ys, (LIGHT.main, LIGHT.lost), strict=True):
        chart.add_series({
            "name": [name, HEAD - 1, j], "categories": _range(part, name, x),
            "values": _range(part, name, j), "fill": {"color": fill}, "gap": 60,
            "data_labels": _labels(part, j, font),
        })  # fmt: skip
    return chart


_DRAW = {
    "line": _line,
    "funnel": _funnel,
    "waterfall": _waterfall,
    "range": _ranges,
    "bars": _bars,
}
