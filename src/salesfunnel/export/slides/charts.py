"""Native charts of PowerPoint: their figures can be edited, their workbook holds no formula."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from salesfunnel._core.extras import require
from salesfunnel._core.safe_text import clean
from salesfunnel._core.vocabulary import Locale
from salesfunnel.export.book import Book
from salesfunnel.export.slides.content import Plot, Series
from salesfunnel.export.slides.theme import colour_of

if TYPE_CHECKING:
    from types import ModuleType

    from pptx.chart.chart import Chart as PptxChart
    from pptx.chart.series import LineSeries
    from pptx.chart.series import _BaseCategorySeries as PptxSeries

__all__ = ["add_chart"]

_FEATURE = "writing slides"
_FORMS = {
    "count": "#,##0", "log": "#,##0", "percent": "0%", "deals": "#,##0.0", "money": "#,##0",
}  # fmt: skip
_MONEY = {
    "en": '[>=1000000]0.0,,"M";[>=10000]0,"k";#,##0',
    "zh": '[>=100000]0\\.0,"万";#,##0',
}  # fmt: skip
_DIGIT, _BROAD = 0.0105, 0.07
"""Share of the longest bar that a digit takes, and from which on words stand in the middle."""
TICKS = 12
"""Labels on the axis of a line, at most."""
LABELLED = 12
"""Bars that get a label on the axis at full size, at most."""


def add_chart(slide: Any, plot: Plot, box: Sequence[Any], locale: Locale) -> Any:
    """Add a native chart in a box (left, top, width, height) and return it."""
    data = require("pptx.chart.data", extra="office", feature=_FEATURE).CategoryChartData(
        number_format=_FORMS[plot.form]
    )
    enum = require("pptx.enum.chart", extra="office", feature=_FEATURE)
    categories = [clean(name) for name in plot.categories]
    data.categories = categories
    for series in plot.series:
        data.add_series(clean(series.name), series.values)
    kind = {
        "line": enum.XL_CHART_TYPE.LINE_MARKERS,
        "bars": enum.XL_CHART_TYPE.BAR_STACKED,
        "plain": enum.XL_CHART_TYPE.BAR_CLUSTERED,
    }
    frame = slide.shapes.add_chart(kind[plot.kind], *box, data)
    about = frame._element.nvGraphicFramePr.cNvPr  # noqa: SLF001 - python-pptx has no other way
    about.set("descr", clean(plot.alt or plot.subtitle))
    chart = frame.chart
    chart.part.chart_workbook.update_from_xlsx_blob(_workbook(plot, categories, locale))
    _legend(chart, plot, enum)
    _axes(chart, plot, enum, locale)
    if plot.kind == "line":
        _room_at_the_right(chart)
    else:
        few = len(categories)
        chart.plots[0].gap_width = 45 if few > 3 else 90 if few > 1 else 240
    for drawn, series in zip(chart.plots[0].series, plot.series, strict=True):
        _look(drawn, series, plot)
    return chart


def _room_at_the_right(chart: PptxChart) -> None:
    """Lay the plot out so that the labels of the last points have room."""
    area = chart._chartSpace.find(f".//{_name('c:plotArea')}")  # noqa: SLF001 - no other way
    maker = area.makeelement
    layout, places = maker(_name("c:layout"), {}), maker(_name("c:manualLayout"), {})
    for tag, value in (("layoutTarget", "inner"), ("xMode", "edge"), ("yMode", "edge"),
                       ("x", "0.06"), ("y", "0.03"), ("w", "0.85"), ("h", "0.77")):  # fmt: skip
        places.append(maker(_name(f"c:{tag}"), {"val": value}))
    layout.append(places)
    old = area.find(_name("c:layout"))
    if old is not None:
        area.remove(old)
    area.insert(0, layout)


def _workbook(plot: Plot, categories: Sequence[str], locale: Locale) -> bytes:
    """Return the figures of a chart as a workbook, names as text whatever they start with."""
    book = Book(locale, feature=_FEATURE)
    sheet = book.book.add_worksheet("Sheet1")
    plain = book.style()
    number = book.style(num_format=_FORMS[plot.form])
    for i, category in enumerate(categories, 1):
        book.text(sheet, i, 0, category, plain)
    for j, series in enumerate(plot.series, 1):
        book.text(sheet, 0, j, clean(series.name), plain)
        for i, value in enumerate(series.values, 1):
            if value is not None:
                sheet.write_number(i, j, value, number)
    return book.close()


def _rgb(role: str) -> Any:
    return require("pptx.dml.color", extra="office", feature=_FEATURE).RGBColor.from_string(
        colour_of(role)
    )


def _points(size: float) -> Any:
    return require("pptx.util", extra="office", feature=_FEATURE).Pt(size)


def _legend(chart: PptxChart, plot: Plot, enum: ModuleType) -> None:
    seen = [series for series in plot.series if series.role]
    chart.has_title = False
    chart.font.size = _points(12)
    chart.font.color.rgb = _rgb("muted")
    chart.has_legend = len(seen) > 1 and len(seen) == len(plot.series)
    if chart.has_legend:
        chart.legend.position = enum.XL_LEGEND_POSITION.BOTTOM
        chart.legend.include_in_layout = False
        chart.legend.font.size = _points(12)


def _axes(chart: PptxChart, plot: Plot, enum: ModuleType, locale: Locale) -> None:
    names, values = chart.category_axis, chart.value_axis
    values.has_major_gridlines = True
    values.major_gridlines.format.line.color.rgb = _rgb("line")
    values.format.line.fill.background()
    values.tick_labels.number_format = _MONEY[locale] if plot.form == "money" else _FORMS[plot.form]
    values.tick_labels.number_format_is_linked = False
    if plot.kind == "line" and plot.form == "percent":
        ends = [v for s in plot.series for v in (*s.values, *s.high) if v is not None]
        values.minimum_scale = 0
        values.maximum_scale = math.ceil(max(ends, default=1) * 10 + 0.2) / 10
    names.format.line.color.rgb = _rgb("grey")
    names.has_major_gridlines = False
    names.tick_label_position = enum.XL_TICK_LABEL_POSITION.LOW
    every = -(-len(plot.categories) // TICKS)
    if plot.kind == "line" and every > 1:
        skip = names._element.makeelement(_name("c:tickLblSkip"), {"val": str(every)})  # noqa: SLF001
        names._element.find(_name("c:noMultiLvlLbl")).addprevious(skip)  # noqa: SLF001 - no other way
    if plot.kind != "line":
        names.reverse_order = True
        values.tick_label_position = enum.XL_TICK_LABEL_POSITION.NONE
        values.has_major_gridlines = False
        if plot.form != "log":  # a bar that does not begin at zero is no bar
            sizes = [v for s in plot.series for v in s.values if v is not None]
            if min(sizes, default=0) >= 0:
                values.minimum_scale = 0
            if max(sizes, default=0) <= 0:
                values.maximum_scale = 0
        names.tick_labels.font.size = _points(13 if len(plot.categories) <= LABELLED else 10)
    if plot.form == "log":
        scaling = values._element.find(_name("c:scaling"))  # noqa: SLF001 - no other way to a log axis
        base = scaling.makeelement(_name("c:logBase"), {"val": "10"})
        scaling.insert(0, base)


def _look(drawn: PptxSeries, series: Series, plot: Plot) -> None:
    """Give a series its colours, its labels and its intervals."""
    if plot.kind == "line":
        _line(cast("LineSeries", drawn), series)
    elif not series.role:
        drawn.format.fill.background()
    else:
        drawn.format.fill.solid()
        drawn.format.fill.fore_color.rgb = _rgb(series.role)
        for i, role in enumerate(series.colours):
            fill = drawn.points[i].format.fill
            fill.solid()
            fill.fore_color.rgb = _rgb(role)
    for i, words in enumerate(series.labels):
        if words:
            _label(drawn, series, plot, i, words)
    if series.low:
        _intervals(drawn, series)


def _line(drawn: LineSeries, series: Series) -> None:
    drawn.smooth = False
    drawn.format.line.color.rgb = _rgb(series.role)
    drawn.format.line.width = _points(1.75 if series.dashed else 2.5)
    enum = require("pptx.enum.chart", extra="office", feature=_FEATURE)
    plain = series.dashed or len(series.values) > 28
    if series.dashed:
        lines = require("pptx.enum.dml", extra="office", feature=_FEATURE)
        drawn.format.line.dash_style = lines.MSO_LINE.DASH
    drawn.marker.style = enum.XL_MARKER_STYLE.NONE if plain else enum.XL_MARKER_STYLE.CIRCLE
    if plain:
        return
    drawn.marker.size = 8
    for i, value in enumerate(series.values):
        role = series.colours[i] if i < len(series.colours) else series.role
        if value is not None:
            marker = drawn.points[i].marker
            marker.style, marker.size = enum.XL_MARKER_STYLE.CIRCLE, 8
            marker.format.fill.solid()
            marker.format.fill.fore_color.rgb = _rgb(role)
            marker.format.line.color.rgb = _rgb(role)
            if role != series.role:  # and the line that leads there, as LibreOffice asks for
                drawn.points[i].format.line.color.rgb = _rgb(role)
                drawn.points[i].format.line.width = _points(2.5)


def _label(drawn: PptxSeries, series: Series, plot: Plot, i: int, words: str) -> None:
    enum = require("pptx.enum.chart", extra="office", feature=_FEATURE)
    share = abs(series.values[i] or 0) / _whole(plot)
    fits = share > _DIGIT * (len(words) + 1)
    stacked = plot.kind not in {"line", "plain"}
    if stacked and not fits and not words.strip("0123456789,"):
        return  # it would run into the next part; the notes have the figures
    label = drawn.points[i].data_label
    frame = label.text_frame
    frame.text = clean(words)
    run = frame.paragraphs[0].runs[0]
    run.font.size, run.font.bold = _points(12), True
    role = series.colours[i] if i < len(series.colours) else series.role
    if plot.kind == "line":
        last = i == len(series.values) - 1
        label.position = enum.XL_LABEL_POSITION.RIGHT if last else enum.XL_LABEL_POSITION.ABOVE
        run.font.color.rgb = _rgb("ink")
        return
    if plot.kind == "plain":
        label.position = enum.XL_LABEL_POSITION.OUTSIDE_END
        run.font.color.rgb = _rgb("ink")
        return
    inside = fits and (share > _BROAD or not words.strip("0123456789,"))
    dark = inside and role in {"main", "ink", "alert", "grey"}
    label.position = enum.XL_LABEL_POSITION.CENTER if inside else enum.XL_LABEL_POSITION.INSIDE_BASE
    run.font.color.rgb = _rgb("back" if dark else "ink")


def _whole(plot: Plot) -> float:
    """Return the length of the longest bar."""
    places = range(len(plot.categories))
    sums = (sum(abs(s.values[k] or 0) for s in plot.series if s.role) for k in places)
    return max(sums, default=1.0) or 1.0


def _name(tag: str) -> str:
    found: str = require("pptx.oxml.ns", extra="office", feature=_FEATURE).qn(tag)
    return found


def _intervals(drawn: PptxSeries, series: Series) -> None:
    """Add error bars of own ends: python-pptx knows none."""
    element = drawn._element  # noqa: SLF001 - as said
    maker = element.makeelement
    bars = maker(_name("c:errBars"), {})
    for tag, kind in (("errDir", "y"), ("errBarType", "both"), ("errValType", "cust"),
                      ("noEndCap", "0")):  # fmt: skip
        bars.append(maker(_name(f"c:{tag}"), {"val": kind}))
    ends = {"plus": (series.high, 1), "minus": (series.low, -1)}
    for tag, (end, sign) in ends.items():
        side, numbers = maker(_name(f"c:{tag}"), {}), maker(_name("c:numLit"), {})
        code = maker(_name("c:formatCode"), {})
        code.text = "General"
        numbers.append(code)
        numbers.append(maker(_name("c:ptCount"), {"val": str(len(series.values))}))
        for i, (value, other) in enumerate(zip(series.values, end, strict=True)):
            if value is None or other is None:
                continue
            point, inner = maker(_name("c:pt"), {"idx": str(i)}), maker(_name("c:v"), {})
            inner.text = repr(max(sign * (float(other) - float(value)), 0.0))
            point.append(inner)
            numbers.append(point)
        side.append(numbers)
        bars.append(side)
    look = maker(_name("c:spPr"), {})
    line = maker(_name("a:ln"), {"w": "12700"})
    fill = maker(_name("a:solidFill"), {})
    fill.append(maker(_name("a:srgbClr"), {"val": colour_of("grey")}))
    line.append(fill)
    look.append(line)
    bars.append(look)
    before = element.find(_name("c:cat"))
    before.addprevious(bars)
