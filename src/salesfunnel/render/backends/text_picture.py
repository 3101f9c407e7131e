"""A chart as text: bars and ranges of categories as lines of blocks, all else as a small table."""

from __future__ import annotations

import math
from typing import Any

from salesfunnel._core.safe_text import clean
from salesfunnel.render import model
from salesfunnel.render.backends.text_table import table_lines
from salesfunnel.render.backends.width import pad, width, wrap
from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.figures import value_words
from salesfunnel.render.charts.legend import drawn, figure_texts, note_texts, shown_columns
from salesfunnel.render.charts.marks import ChartMark
from salesfunnel.render.charts.scales import Axis, axis_of

__all__ = ["picture_lines"]

ROWS = 40
FILLS = {"main": "█", "alert": "█", "total": "█", "context": "▓", "lost": "░", "open": "▒"}


def picture_lines(chart: Chart, columns: int) -> list[str]:
    """Return a chart as lines of at most `columns`."""
    cells = any(mark.shape == "cell" for mark in chart.marks)
    if cells:
        lines = _grid(chart, columns)
    elif chart.y.kind == "category":
        lines = _rows(chart, columns)
    elif chart.kind in {"trend", "fan", "survival", "leading"}:
        lines = _curve(chart, columns)
    else:
        lines = _table(chart, columns)
    if chart.note:
        lines += wrap(clean(chart.note), columns)
    return lines


def _rows(chart: Chart, columns: int) -> list[str]:
    axis = axis_of(chart, "x")
    figures, notes = figure_texts(chart), note_texts(chart)
    names = chart.y.order[:ROWS]
    left = min(max((width(clean(name)) for name in names), default=0), columns // 3)
    right = min(max((width(clean(t)) for t, _ in figures.values()), default=0), columns // 3)
    room = max(columns - left - right - 4, 8)
    lines = []
    for name in names:
        bar = "".join(_cells(chart, axis, name, room))
        figure = clean(figures.get(name, ("", ""))[0])
        first, *rest = wrap(clean(name), left)
        shown, *more = wrap(figure, max(right, 1)) or [""]
        lines.append(f"{pad(first, left)}  {bar}  {pad(shown, right, 'right')}".rstrip())
        lines += rest
        lines += [pad("", left + room + 4) + pad(part, right, "right") for part in more]
        if notes.get(name):
            lines += ["  " + part for part in wrap(clean(notes[name]), columns - 2)]
    return lines


def _cells(chart: Chart, axis: Axis, name: str, room: int) -> list[str]:
    cells = [" "] * room

    def at(values: tuple[Any, ...], i: int) -> int | None:
        place = axis.place(values[i]) if values else math.nan
        inside = min(max(place, 0.0), 1.0) if math.isfinite(place) else place
        return round(inside * (room - 1)) if math.isfinite(inside) else None

    for mark in drawn(chart):
        for i in (i for i, row in enumerate(mark.y) if row == name):
            x, end = at(mark.x, i), at(mark.x2, i)
            if x is None:
                continue
            _put(cells, mark, x, end)
    return cells


def _put(cells: list[str], mark: ChartMark, x: int, end: int | None) -> None:
    """Draw one mark into a line of cells."""
    if mark.shape in {"bar", "whisker"} and end is not None:
        bar = "▒" if mark.hatched else FILLS.get(mark.role, "█")
        low, high = min(x, end), max(x, end) + (mark.shape == "whisker")
        for place in range(low, high):
            cells[place] = bar if mark.shape == "bar" else "─"
    elif mark.shape == "dot":
        cells[x] = "○" if mark.hatched else "●"
    elif mark.shape == "rule":
        cells[x] = "│"


def _curve(chart: Chart, columns: int) -> list[str]:
    """Return a curve as one line of blocks, with its first and last point and its labels."""
    name = {"trend": "rate", "fan": "q50", "survival": "share", "leading": "share"}[chart.kind]
    values = [v if isinstance(v, float) else None for v in chart.data.get(name, ())]
    known = [v for v in values if v is not None]
    if not known:
        return []
    low, high = min(known), max(known)
    step = max(-(-len(values) // max(columns - 24, 10)), 1)
    blocks = "".join(
        " " if v is None else "▁▂▃▄▅▆▇█"[round((v - low) / ((high - low) or 1.0) * 7)]
        for v in values[::step]
    )
    first, last = (value_words(v, chart.y, chart.locale) for v in (known[0], known[-1]))
    lines = [f"{first}  {blocks}  {last}"]
    if chart.kind == "trend":  # its title and the line above it say since when, and from where
        return lines
    for mark in chart.marks:
        if mark.shape == "rule" and any(mark.text):
            lines += [f"  {clean(words)}" for words in mark.text if words]
    return lines


def _grid(chart: Chart, columns: int) -> list[str]:
    """Return cells as a table of the words in them, as many columns a table as there is room."""
    words = {
        (y, x): said
        for mark in chart.marks
        if mark.shape == "cell"
        for y, x, said in zip(mark.y, mark.x, mark.text or map(str, mark.value), strict=True)
    }
    left = max((width(clean(name)) for name in chart.y.order), default=0)
    wide = [max(width(words.get((y, x), "")) for y in ("", *chart.y.order)) for x in chart.x.order]
    wide = [max(width(clean(str(x))), w) for x, w in zip(chart.x.order, wide, strict=True)]
    heads = [model.Column(""), *(model.Column(str(x), align="right") for x in chart.x.order)]
    lines: list[str] = []
    first = 0
    while first < len(wide):
        last, room = first, columns - left
        while last < len(wide) and (room >= wide[last] + 2 or last == first):
            room -= wide[last] + 2
            last += 1
        rows = [
            [str(y), *(words.get((y, x), "") for x in chart.x.order[first:last])]
            for y in chart.y.order
        ]
        known = [row for row in rows if any(row[1:])]
        table = model.Table([heads[0], *heads[first + 1 : last + 1]], known)
        lines += ["", *table_lines(table, columns)]
        first = last
    return lines[1:]


def _table(chart: Chart, columns: int) -> list[str]:
    columns_of = shown_columns(chart)
    size = max((len(values) for values in columns_of.values()), default=0)
    heads = [model.Column(n, align="left" if i == 0 else "right") for i, n in enumerate(columns_of)]
    rows = []
    for i in range(max(size - ROWS, 0), size):
        cells = []
        for values in columns_of.values():
            value = values[i]
            words = "–" if value is None else value if isinstance(value, str) else f"{value:.4g}"
            cells.append(words)
        rows.append(cells)
    return table_lines(model.Table(heads, rows), columns)
