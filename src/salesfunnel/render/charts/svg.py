"""A chart as SVG: a file of fixed width, or a drawing that fills whatever width there is.

Type never scales: places across are percent, places down are px, and lines lie in an inner
drawing that is stretched without its strokes. So one drawing serves a phone and a wide screen.
"""

from __future__ import annotations

import math
from html import escape
from itertools import pairwise
from typing import Any

import attrs

from salesfunnel._core.safe_text import clean
from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.legend import (
    alt_of,
    drawn,
    figure_texts,
    key_of,
    legend_of,
    note_texts,
)
from salesfunnel.render.charts.marks import ChartMark
from salesfunnel.render.charts.palette import DARK, FONT, LIGHT, THEMES, Palette
from salesfunnel.render.charts.pen import Pen, n, text_svg, text_width
from salesfunnel.render.charts.scales import axis_of
from salesfunnel.render.charts.shapes import draw_mark
from salesfunnel.render.charts.whole import pieces

__all__ = ["chart_svg", "end_labels", "figure_texts", "fluid_svg", "legend_of", "note_texts"]

ROW = 30.0
"""Least height of a row of categories, in px."""
_BOTTOM = 24.0


def chart_svg(chart: Chart, *, width: int = 640, theme: str = "light") -> str:
    """Return a picture of fixed width with title, legend and note, as a file of its own."""
    colours = None if theme == "auto" else THEMES[theme]
    pen = Pen(x=axis_of(chart, "x"), y=axis_of(chart, "y"), colours=colours)
    head, y = _head(pen, chart, width)
    draw = _rows_fixed if pen.y.categorical and not _cells(chart) else _plot_fixed
    body, y = draw(chart, pen, width, y)
    foot, y = _foot(pen, chart, width, y)
    back = f'<rect width="{width}" height="{n(y)}" fill="{pen.colour("back")}"/>'
    style = f"<style>{variables('svg.sf-chart')}</style>" if colours is None else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="sf-chart" width="{width}" '
        f'height="{n(y)}" viewBox="0 0 {width} {n(y)}" role="img" '
        f'aria-label="{escape(alt_of(chart), quote=True)}" '
        f'font-family="{escape(FONT, quote=True)}">{style}{back}{head}{body}{foot}</svg>'
    )


def variables(selector: str) -> str:
    """Return the colours of both themes as variables of a style, by the reader's system."""
    names = [field.replace("_", "-") for field in attrs.fields_dict(Palette)]

    def of(colours: object) -> str:
        pairs = (f"--sf-{name}:{getattr(colours, name.replace('-', '_'))}" for name in names)
        return ";".join(pairs)

    return f"{selector}{{{of(LIGHT)}}}@media(prefers-color-scheme:dark){{{selector}{{{of(DARK)}}}}}"


def _cells(chart: Chart) -> bool:
    return any(mark.shape == "cell" for mark in chart.marks)


def wrapped(words: str, room: float, size: float) -> list[str]:
    """Return a text in lines of at most `room` px, broken at spaces or between Chinese letters."""
    lines = [""]
    for piece in pieces(clean(words)):
        if lines[-1] and text_width(lines[-1] + piece.rstrip(), size) > room:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line.rstrip() for line in lines]


def _head(pen: Pen, chart: Chart, wide: int) -> tuple[str, float]:
    parts, y = [], 8.0
    for words, size, weight, colour in (
        (chart.title, 15.0, 650, "ink"),
        (chart.subtitle, 12.0, 400, "muted"),
    ):
        for line in wrapped(words, wide - 24, size) if words else ():
            y += size * 1.32
            parts.append(text_svg(pen, "12", y, line, size=size, weight=weight, colour=colour))
    return "".join(parts), y + 10


def _foot(pen: Pen, chart: Chart, wide: int, y: float) -> tuple[str, float]:
    parts, x = [], 12.0
    entries = legend_of(chart)
    for mark in entries:
        need = text_width(mark.name, 11.5) + 40
        if x + need > wide - 12 and x > 12:
            x, y = 12.0, y + 18
        parts.append(key_of(pen, mark, x, y + 4))
        parts.append(text_svg(pen, n(x + 24), y + 14, mark.name, size=11.5, colour="muted"))
        x += need
    y += 22 if entries else 0
    for line in wrapped(chart.note, wide - 24, 11.5) if chart.note else ():
        y += 15
        parts.append(text_svg(pen, "12", y, line, size=11.5, colour="muted"))
    return "".join(parts), y + 12


def grid_across(pen: Pen, *, words: bool = True) -> str:
    """Return vertical hairlines at the ticks of a row of categories, with words above the first."""
    parts = []
    said = _said(pen)
    for number, label in pen.x.ticks:
        x = pen.px(pen.x.place_number(number))
        ends = f'x1="{x}" y1="{n(pen.top)}" x2="{x}" y2="{n(pen.top + pen.high)}"'
        strong = number == 0 and pen.x.scale.kind != "time"
        colour = pen.colour("grey" if strong else "line")
        parts.append(f'<line {ends} stroke="{colour}"/>')
        if words and number in said:
            place = pen.x.place_number(number)
            anchor = "start" if place < 0.04 else "end" if place > 0.96 else "middle"
            parts.append(text_svg(
                pen, x, pen.top - 6, label, anchor=anchor, size=11, colour="muted"
            ))  # fmt: skip
    return "".join(parts)


def _said(pen: Pen) -> set[float]:
    """Return the ticks with words: all that fit, in a drawing of unknown width a third of it."""
    ticks = pen.x.ticks
    room = (
        (pen.wide or 150.0) / max(max((text_width(w, 11) for _, w in ticks), default=1), 1) / 1.25
    )
    for step in range(1, len(ticks) + 1):
        kept = ticks[::step]
        if len(kept) <= max(room, 2):
            return {number for number, _ in kept}
    return {number for number, _ in ticks[:1]}


def _rows_fixed(chart: Chart, pen: Pen, wide: int, y: float) -> tuple[str, float]:
    figures, notes = figure_texts(chart), note_texts(chart)
    names = pen.y.scale.order
    longest = max((text_width(name, 12.5) for name in names), default=0)
    left = min(max(longest, *(text_width(w, 11) for w in notes.values()), 60.0)
               if notes else max(longest, 60.0), wide * 0.32)  # fmt: skip
    right = max((text_width(t, 14) + 16 for t, _ in figures.values()), default=8.0)
    right = min(right, wide * 0.3)
    parts: list[str] = []
    y += 16
    start = y
    for name in names:
        lines = wrapped(name, left, 12.5)
        more = wrapped(notes[name], left, 11) if notes.get(name) else []
        high = max(ROW, 16.0 * len(lines) + 14 * len(more) + 8)
        row = row_pen(pen, left + 26, wide - left - right - 40, y, high, name)
        parts.append(grid_across(row, words=y == start))
        place = y + high / 2 - (16 * len(lines) + 14 * len(more)) / 2
        for line in lines:
            place += 16
            parts.append(text_svg(pen, n(left + 12), place - 3, line, anchor="end", size=12.5))
        for line in more:
            place += 14
            parts.append(text_svg(
                pen, n(left + 12), place - 3, line, anchor="end", size=11, colour="muted"
            ))  # fmt: skip
        parts += [_group(chart, row, mark) for mark in drawn(chart)]
        if name in figures:
            words, role = figures[name]
            colour = {"alert": "alert", "main": "main"}.get(role, "ink")
            parts.append(text_svg(
                pen, n(wide - 12), y + high / 2 + 4, words.split("\n")[0], anchor="end", size=12.5,
                weight=600, colour=colour,
            ))  # fmt: skip
        y += high
    return "".join(parts), y + 6


def _group(chart: Chart, pen: Pen, mark: ChartMark) -> str:
    """Return a mark in a group that says which it is and where the plot lies, to be read back."""
    place = " ".join(n(value) for value in (pen.left, pen.wide or 0.0, pen.top, pen.high))
    number = next(i for i, other in enumerate(chart.marks) if other is mark)
    drawing = draw_mark(pen, mark)
    return f'<g data-mark="{number}" data-plot="{place}">{drawing}</g>' if drawing else ""


def row_pen(pen: Pen, left: float, wide: float | None, top: float, high: float, row: str) -> Pen:
    """Return a pen for one row of categories."""
    return attrs.evolve(pen, left=left, wide=wide, top=top, high=high, row=row)


def end_labels(chart: Chart, pen: Pen) -> tuple[str, float]:
    """Return labels at the right end, apart from one another, and the room they need in px."""
    found: list[list[Any]] = []
    for mark in chart.marks:
        if mark.shape != "label" or not mark.x:
            continue
        for x, y, words in zip(mark.x, mark.y, mark.text, strict=True):
            if pen.x.place(x) >= 0.98:
                found.append([pen.py(pen.y.place(y)), words, mark.role])
    found.sort(key=lambda item: item[0])
    for before, after in pairwise(found):
        after[0] = max(after[0], before[0] + 15 * (1 + before[1].count("\n")))
    over = found[-1][0] - (pen.top + pen.high) if found else 0.0
    shift = max(over, 0.0)
    parts = []
    for y, words, role in found:
        strong = role in {"main", "alert", "total", "target"}
        colour = {"main": "main", "alert": "alert", "total": "ink", "target": "ink"}.get(
            role, "muted"
        )
        parts.append(text_svg(
            pen, pen.px(1), y - shift + 4, words, dx=9, weight=650 if strong else 400,
            size=13 if strong else 11.5, colour=colour,
        ))  # fmt: skip
    room = max((text_width(words, 13) + 14 for _, words, _ in found), default=8.0)
    return "".join(parts), room


def _axes(chart: Chart, pen: Pen, below: int | None = None) -> str:
    parts = []
    cells = _cells(chart)
    if pen.y.categorical:
        for number, name in pen.y.ticks:
            y = pen.top + (number + 0.5) / pen.y.high * pen.high
            parts.append(text_svg(pen, pen.px(0), y + 4, name, anchor="end", dx=-8, size=11.5))
    else:
        for number, label in pen.y.ticks:
            y = pen.py(pen.y.place_number(number))
            ends = f'x1="{pen.px(0)}" y1="{n(y)}" x2="{pen.px(1)}" y2="{n(y)}"'
            parts.append(f'<line {ends} stroke="{pen.colour("line")}"/>')
            parts.append(text_svg(
                pen, pen.px(0), y + 4, label, anchor="end", dx=-8, size=11, colour="muted"
            ))  # fmt: skip
    ticks = pen.x.ticks if below is None else (pen.x.ticks[:1] + pen.x.ticks[1:][-1:])[:below]
    if pen.x.categorical:
        step = _every(pen, ticks) if cells else max(1, -(-len(ticks) // 8))
        ticks = tuple(tick for i, tick in enumerate(ticks) if i % step == 0)
    for i, (number, label) in enumerate(ticks):
        place = (number + 0.5) / pen.x.high if pen.x.categorical else pen.x.place_number(number)
        anchor = "middle" if 0.05 < place < 0.95 or cells else "start" if place < 0.5 else "end"
        y = pen.top - 8 if cells else pen.top + pen.high + 17
        words = text_svg(pen, pen.px(place), y, label, anchor=anchor, size=11, colour="muted")
        # on a phone a page's style leaves out every second one, but not the last
        odd = pen.wide is None and len(ticks) > 2 and (len(ticks) - 1 - i) % 2
        parts.append(f'<g class="sf-odd">{words}</g>' if odd else words)
    return "".join(parts)


def _every(pen: Pen, ticks: tuple[tuple[float, str], ...]) -> int:
    """Return 1 where the heads of all columns have room, 2 where every second has."""
    room = (pen.wide or 640.0) / max(len(ticks), 1)
    return max(1, math.ceil((max((text_width(w, 11) for _, w in ticks), default=0) + 6) / room))


def _plot_fixed(chart: Chart, pen: Pen, wide: int, y: float) -> tuple[str, float]:
    cells = _cells(chart)
    high = 30.0 * len(pen.y.scale.order) if cells else float(chart.height)
    labels = [name for _, name in pen.y.ticks]
    left = min(max((text_width(name, 11.5) for name in labels), default=0) + 22, wide * 0.4)
    top = y + (24 if cells else 10)
    pen = attrs.evolve(pen, top=top, high=high)
    right = end_labels(chart, attrs.evolve(pen, wide=1.0))[1]
    pen = attrs.evolve(pen, left=left, wide=wide - left - right - 12)
    body = _axes(chart, pen) + "".join(_group(chart, pen, mark) for mark in drawn(chart))
    body += end_labels(chart, pen)[0]
    return body, top + high + (4 if cells else _BOTTOM)


def fluid_svg(chart: Chart, *, height: int | None = None, ends: int | None = None) -> str:
    """Return a drawing that fills the width it is given, without title, legend and note.

    Words at its sides stand in the padding of its frame. Its colours are the variables
    ``--sf-main`` and so on of the page's style. `ends` leaves that many words on the axis below.
    """
    high = float(chart.height if height is None else height)
    pen = Pen(x=axis_of(chart, "x"), y=axis_of(chart, "y"), top=8.0, high=high)
    left = max((text_width(name, 11) for _, name in pen.y.ticks), default=0) + 17
    right = end_labels(chart, pen)[1]
    pen = attrs.evolve(pen, left=0.0, wide=None)
    body = _axes(chart, pen, ends) + "".join(draw_mark(pen, mark) for mark in drawn(chart))
    body += end_labels(chart, pen)[0]
    size = n(pen.top + high + _BOTTOM)
    return (
        f'<div class="sf-plot" style="padding:0 {right:.0f}px 0 {left:.0f}px">'
        f'<svg width="100%" height="{size}" style="width:100%;height:{size}px;overflow:visible" '
        f'role="img" aria-label="{escape(alt_of(chart), quote=True)}">{body}</svg></div>'
    )
