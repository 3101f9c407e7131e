"""A chart in a page or a fragment: rows with their words in HTML, or a drawing that is fluid."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

import attrs

from salesfunnel._core.safe_text import clean
from salesfunnel.render.backends.width import width
from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.legend import (
    alt_of,
    drawn,
    figure_texts,
    key_svg,
    legend_of,
    note_texts,
    shown_columns,
)
from salesfunnel.render.charts.pen import Pen, n
from salesfunnel.render.charts.scales import axis_of
from salesfunnel.render.charts.shapes import cell_strength, draw_mark
from salesfunnel.render.charts.svg import fluid_svg, grid_across, row_pen

__all__ = ["capital", "chart_body", "data_table", "e", "rows_html", "whole"]

RATE = re.compile(r"(▼ )?[<>]?[\d.]+%")
BAR, ROWS = 26.0, 40
"""Height of a row's drawing in px; rows of a picture at most."""


def e(words: str) -> str:
    """Return words for HTML: without characters that act, escaped."""
    return escape(clean(words), quote=True)


def capital(words: str) -> str:
    """Return words as a heading."""
    return words[:1].upper() + words[1:]


def chart_body(
    chart: Chart, *, height: int | None = None, key: bool = True, ends: int | None = None
) -> str:
    """Return a picture with its legend, without title, subtitle and note."""
    if any(mark.shape == "cell" for mark in chart.marks):
        body = cells_html(chart)
    elif chart.y.kind == "category":
        body = rows_html(chart)
    else:
        body = fluid_svg(chart, height=height, ends=ends)
    return body + (legend_html(chart) if key else "")


def legend_html(chart: Chart) -> str:
    """Return the legend; empty if nothing is named."""
    entries = [f"<span>{key_svg(mark)}{e(mark.name)}</span>" for mark in legend_of(chart)]
    return f'<div class="sf-key">{"".join(entries)}</div>' if entries else ""


def rows_html(chart: Chart, *, names: bool = True) -> str:
    """Return a picture of categories: name and note, bar, figure; the words are HTML and wrap."""
    under = chart.kind == "funnel"
    pen = Pen(x=axis_of(chart, "x"), y=axis_of(chart, "y"), half=9.0 if under else 7.0)
    figures, notes = figure_texts(chart), note_texts(chart)
    marks = drawn(chart)
    top = row_pen(pen, 0.0, None, 16.0, 4.0, "")
    axis = (
        f'<div class="sf-row" aria-hidden="true"><div></div>'
        f'<svg width="100%" height="20" style="width:100%;height:20px;overflow:visible" '
        f'aria-hidden="true">{grid_across(top)}'
        "</svg><div></div></div>"
    )
    parts = [axis]
    for name in pen.y.scale.order[:ROWS]:
        row = row_pen(pen, 0.0, None, 0.0, BAR, name)
        body = grid_across(row, words=False) + "".join(draw_mark(row, mark) for mark in marks)
        words, role = figures.get(name, ("", ""))
        said = notes.get(name, "")
        if under and (rate := RATE.search(words)) and rate.group() != words:
            said += " · " + words.replace("▼ ", "")  # since when it counts: there is room below
            sign = "▼ " if words.startswith("▼ ") else ""
            words = sign + rate.group().removeprefix("▼ ")
        note = f"<small>{e(said)}</small>" if said else ""
        below = f'<div class="sf-say">{note}</div>' if under and note else ""
        kind = " sf-alert" if role == "alert" else ""
        named = f'<div class="sf-name">{e(name)}{"" if under else note}</div>' if names else ""
        parts.append(
            f'<div class="sf-row">{named}<svg width="100%" height="{n(BAR)}" '
            f'style="width:100%;height:{n(BAR)}px;overflow:visible" aria-hidden="true">{body}</svg>'
            f'<div class="sf-fig{kind}">{whole(words)}</div>{below}</div>'
        )
    kind = " sf-under" if under else ""
    wide = _across([figures.get(name, ("", ""))[0] for name in pen.y.scale.order[:ROWS]])
    return (
        f'<div class="sf-rows{kind}" role="group" aria-label="{e(chart.title)}" '
        f'style="--sf-fig:{n(wide)}em">{"".join(parts)}</div>'
    )


def whole(words: str) -> str:
    """Return a figure whose range is not broken after its dash."""
    words = words.replace("▼ ", "▼\N{NO-BREAK SPACE}")
    parts = (f'<span class="sf-nb">{e(part)}</span>' for part in words.split(" "))
    return " ".join(parts) if re.search(r"[–/-]", words) else e(words)


def _across(figures: Sequence[str]) -> float:
    """Return the ems that figures need: one width for all rows, so that they share their scale."""
    letters = [[0.53 * width(char) if width(char) > 1 else 0.71 for char in f] for f in figures]
    return min(max([4.5, *map(sum, letters)]), 11.5)


def row_svg(chart: Chart, name: str, *, height: float = BAR) -> str:
    """Return the drawing of one category alone."""
    pen = attrs.evolve(Pen(x=axis_of(chart, "x"), y=axis_of(chart, "y"), half=6.0))
    row = row_pen(pen, 0.0, None, 0.0, height, name)
    body = grid_across(row, words=False) + "".join(draw_mark(row, m) for m in drawn(chart))
    return (
        f'<svg width="100%" height="{n(height)}" aria-hidden="true" '
        f'style="width:100%;height:{n(height)}px;overflow:visible">{body}</svg>'
    )


def axis_svg(chart: Chart) -> str:
    """Return the axis of a picture of categories alone: its ticks and their words."""
    pen = Pen(x=axis_of(chart, "x"), y=axis_of(chart, "y"))
    top = row_pen(pen, 0.0, None, 16.0, 4.0, "")
    return (
        '<svg width="100%" height="20" aria-hidden="true" '
        'style="width:100%;height:20px;overflow:visible">'
        f"{grid_across(top)}</svg>"
    )


def cells_html(chart: Chart) -> str:
    """Return a grid of cells as a table that can be read."""
    strengths = {}
    for mark in chart.marks:
        if mark.shape == "cell":
            for i, strength in enumerate(cell_strength(mark)):
                words = mark.text[i] if mark.text else str(mark.value[i])
                strengths[mark.y[i], mark.x[i]] = (words, strength)
    heads = "".join(f'<th scope="col" class="sf-c">{e(name)}</th>' for name in chart.x.order)
    rows = []
    for y in chart.y.order:
        cells = []
        for x in chart.x.order:
            words, strength = strengths.get((y, x), ("", 0.0))
            share = f"{strength * 100:.0f}%"
            style = (
                f' style="background:color-mix(in srgb,var(--sf-main) {share},transparent)"'
                if words
                else ""
            )
            cells.append(f'<td class="sf-hm"{style}>{e(words)}</td>')
        rows.append(f'<tr><th scope="row" class="sf-s">{e(y)}</th>{"".join(cells)}</tr>')
    return (
        f'<div class="sf-scroll" tabindex="0" role="region" aria-label="{e(alt_of(chart))}">'
        f'<table class="sf-t"><thead><tr><td></td>{heads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def data_table(chart: Chart, *, most: int = 60) -> str:
    """Return the rows behind a picture as a plain table."""
    columns = shown_columns(chart)
    size = max((len(column) for column in columns.values()), default=0)
    heads = "".join(f'<th scope="col">{e(name)}</th>' for name in columns)
    rows = []
    for i in range(min(size, most)):
        cells = []
        for values in columns.values():
            value = values[i]
            words = "–" if value is None else value if isinstance(value, str) else f"{value:.6g}"
            cells.append(f"<td>{e(words)}</td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return (
        f'<div class="sf-scroll" tabindex="0" role="region" aria-label="{e(chart.title)}">'
        f'<table class="sf-t"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )
