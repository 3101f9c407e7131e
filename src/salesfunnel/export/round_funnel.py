"""The worksheets of a round that hold numbers: targets with actuals, and the funnel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from salesfunnel.data.panel import ALL
from salesfunnel.export.book import Book, number_format
from salesfunnel.export.round_pages import FILLS, HEIGHT, LINE, free_name
from salesfunnel.export.sheet_formulas import letters
from salesfunnel.i18n import text
from salesfunnel.render.backends.width import width
from salesfunnel.render.charts.palette import LIGHT
from salesfunnel.render.documents.rounds import names_of
from salesfunnel.rounds import Round

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

__all__ = ["add_funnel", "add_targets"]

HEAD = 2
MARKS = {"worse": "bad", "better": "good"}
BEHIND = 0.9
WIDE_RANGE = 100
"""Times that the largest count is the smallest, above which bars are drawn by logarithms."""


def _head(
    book: Book, sheet: Worksheet, title: str, columns: list[str], wide: list[float], left: set[int]
) -> None:
    sheet.hide_gridlines(2)
    book.text(sheet, 0, 0, title, book.style(bold=True, font_size=14))
    for j, name in enumerate(columns):
        style = book.style(
            bold=True, bg_color="#DDE7F0", border=1, border_color=LINE, text_wrap=True,
            valign="vcenter", indent=1, align="left" if j in left else "right",
        )  # fmt: skip
        book.text(sheet, HEAD, j, name, style)
        sheet.set_column(j, j, wide[j])
    lines = max(1 + int((width(n) + 3) // w) for n, w in zip(columns, wide, strict=False))
    sheet.set_row(HEAD, HEIGHT * lines + 3)
    sheet.freeze_panes(HEAD + 1, 0)
    book.page(sheet, title=title, header_row=HEAD)


def _number(form: str) -> dict[str, Any]:
    """Return how a cell with a number looks."""
    return {
        "border": 1, "border_color": LINE, "indent": 1, "align": "right", "num_format": form,
    }  # fmt: skip


def add_targets(book: Book, found: Round) -> Any:
    """Add what was wanted, what came, and what is wanted next, as numbers."""
    locale = book.locale
    sheet = book.sheet(free_name(book, text("round.book.targets", locale)))
    names = names_of(found, locale)
    split = any(row.segment != ALL for row in found.actuals.rows)
    keys = ["stage", "metric", *(["segment"] if split else []), "target", "actual", "attainment",
            "rate", "target-rate", "past", "next"]  # fmt: skip
    metrics = [width(names.get(row.metric, row.metric)) for row in found.actuals.rows]
    sizes = {"stage": 16.0, "metric": float(min(max([*metrics, 12]) + 3, 44)), "past": 18.0}
    _head(
        book, sheet, text("round.targets", locale, period=found.period),
        [text(f"round.column.{key}", locale) for key in keys],
        [sizes.get(key, 14.0) for key in keys],
        {j for j, key in enumerate(keys) if key in {"stage", "metric", "segment", "past"}},
    )  # fmt: skip
    verdicts = {
        (one.segment, one.metric): one.verdict
        for one in (() if found.watch is None else found.watch.rows)
    }
    wanted = {(row.segment, row.metric): row.target for row in found.sheet.rows}
    at = {key: j for j, key in enumerate(keys)}
    for i, row in enumerate(found.actuals.rows, start=HEAD + 1):
        verdict = verdicts.get((row.segment, row.metric), "not-enough-data")
        behind = row.attainment is not None and row.attainment < BEHIND
        mark = MARKS.get(verdict, "warn" if behind else "")
        fill = {"bg_color": FILLS[mark]} if mark else {}
        words = {
            "stage": names.get(row.stage, row.stage_name or row.stage),
            "metric": names.get(row.metric, row.metric),
            "segment": row.segment,
            "past": text(f"watch.verdict.{verdict}", locale),
        }
        figures = {
            "target": row.target, "actual": row.actual, "rate": row.rate,
            "target-rate": row.target_rate, "next": wanted.get((row.segment, row.metric)),
        }  # fmt: skip
        for key, j in at.items():
            if key in words:
                style = book.style(border=1, border_color=LINE, indent=1, **fill)
                book.text(sheet, i, j, words[key], style)
                continue
            if key == "attainment":
                style = book.style(**_number("0.00%"), **fill)
                over, under = f"{letters(at['actual'])}{i + 1}", f"{letters(at['target'])}{i + 1}"
                value = "" if row.attainment is None else row.attainment
                sheet.write_formula(i, j, f'=IFERROR({over}/{under},"")', style, value)
                continue
            unit = "rate" if key in {"rate", "target-rate"} else row.unit
            form = "0.000%" if unit == "rate" and 0 < (figures[key] or 1) < 0.01 else (
                number_format(unit, locale))  # fmt: skip
            style = book.style(**_number(form), **fill)
            if figures[key] is None:
                sheet.write_blank(i, j, None, style)
            else:
                sheet.write_number(i, j, float(figures[key] or 0), style)
    return sheet


def add_funnel(book: Book, found: Round) -> Any:
    """Add the funnel of the judged period: counts, what is lost, and a native chart of them."""
    locale = book.locale
    chain = found.actuals.funnel.level_keys("step")
    panel = found.actuals.panel(level="step").total()
    names = names_of(found, locale)
    counts = [
        (key, None if panel.missing[0, 0, k] else int(panel.counts[0, 0, k]))
        for k, key in enumerate(chain)
    ]
    shown = [(key, count) for key, count in counts if count is not None]
    if len(shown) < 2:
        return None
    sheet = book.sheet(free_name(book, text("round.book.funnel", locale)))
    labels = [names.get(key, key) for key, _ in shown]
    columns = [text("round.column.step", locale), text("round.book.customers", locale),
               text("round.column.rate", locale), text("round.book.lost", locale)]  # fmt: skip
    wide = float(min(max(width(label) for label in labels) + 3, 44))
    title = f"{text('round.book.funnel', locale)} {found.period}"
    _head(book, sheet, title, columns, [wide, 14.0, 14.0, 20.0], {0})
    rates = {row.metric: row.rate for row in found.actuals.rows} if (
        len(found.actuals.segments) == 1) else {}  # fmt: skip
    for i, (label, (key, count)) in enumerate(zip(labels, shown, strict=True), start=HEAD + 1):
        border = {"border": 1, "border_color": LINE, "indent": 1}
        book.text(sheet, i, 0, label, book.style(**border))
        whole = book.style(**_number(number_format("count", locale)))
        sheet.write_number(i, 1, count, whole)
        if i == HEAD + 1:
            continue
        before = shown[i - HEAD - 2][1]
        rate = rates.get(key, count / before if before else None)
        form = "0.000%" if rate is not None and rate < 0.01 else "0.00%"
        style = book.style(**_number(form))
        sheet.write_formula(
            i, 2, f'=IFERROR(B{i + 1}/B{i},"")', style, "" if rate is None else rate
        )
        sheet.write_formula(i, 3, f"=MAX(B{i}-B{i + 1},0)", whole, max(before - count, 0))
    counts_shown = [count for _, count in shown if count]
    log = bool(counts_shown) and max(counts_shown) > WIDE_RANGE * min(counts_shown)
    if log:
        book.text(sheet, 1, 0, text("report.log-scale", locale), book.style(font_color=LIGHT.muted))
    _chart(book, sheet, title, len(shown), wide, log=log)
    return sheet


def _chart(book: Book, sheet: Worksheet, title: str, rows: int, wide: float, *, log: bool) -> None:
    """Draw the steps as bars, on a logarithmic scale where they differ by more than a hundred."""
    name = sheet.get_name()
    last = HEAD + rows
    chart = book.book.add_chart({"type": "bar"})
    font = {"name": book.font, "size": 10}
    chart.add_series({
        "name": [name, HEAD, 1], "categories": [name, HEAD + 1, 0, last, 0],
        "values": [name, HEAD + 1, 1, last, 1], "fill": {"color": LIGHT.main}, "gap": 40,
        "data_labels": {"value": True, "font": font,
                        "num_format": number_format("count", book.locale)},
    })  # fmt: skip
    chart.set_y_axis({"reverse": True, "num_font": font, "line": {"color": LIGHT.grey}})
    chart.set_x_axis({
        "num_font": font, "num_format": "#,##0", "visible": False,
        "major_gridlines": {"visible": False}, **({"log_base": 10} if log else {"min": 0}),
    })  # fmt: skip
    chart.set_legend({"none": True})
    chart.set_title({"name": title, "overlay": False, "name_font": {**font, "size": 12}})
    chart.set_size({"width": int(7 * (wide + 48)) + 40, "height": 90 + 36 * rows})
    sheet.insert_chart(last + 2, 0, chart, {"description": title})
