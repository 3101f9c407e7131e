"""Parts around a drawing: legend, figures, notes, sentence."""

from __future__ import annotations

from typing import Any

from salesfunnel._core.safe_text import clean
from salesfunnel.i18n import text
from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.marks import ChartMark, ChartScale
from salesfunnel.render.charts.palette import ROLE_COLOURS
from salesfunnel.render.charts.pen import Pen, n
from salesfunnel.render.charts.scales import Axis

__all__ = ["alt_of", "drawn", "figure_texts", "key_of", "key_svg", "legend_of", "note_texts"]

_NUMBER = ChartScale()


def alt_of(chart: Chart) -> str:
    """Return the sentence for those who do not see the picture."""
    return clean(chart.alt or ". ".join(part for part in (chart.title, chart.subtitle) if part))


def legend_of(chart: Chart) -> list[ChartMark]:
    """Return one mark for each entry of the legend."""
    seen: dict[str, ChartMark] = {}
    for mark in chart.marks:
        if mark.name and len(mark):
            seen.setdefault(mark.name, mark)
    return list(seen.values())


def key_of(pen: Pen, mark: ChartMark, x: float, y: float) -> str:
    """Return the sign of a legend's entry at a place."""
    colour = pen.colour(ROLE_COLOURS[mark.role])
    where = f'x="{n(x)}" y="{n(y + 1)}" width="18" height="10"'
    if mark.shape == "band":
        return f'<rect {where} fill="{colour}" fill-opacity="{n(mark.opacity)}"/>'
    if mark.shape == "bar":
        if mark.hatched:
            ground = pen.colour("alert_tint" if mark.role == "alert" else "panel")
            return f'<rect {where} fill="{ground}" stroke="{colour}" stroke-dasharray="3 2"/>'
        edge = pen.colour("grey") if mark.role in {"lost", "open"} else colour
        return f'<rect {where} fill="{colour}" stroke="{edge}" stroke-width=".75"/>'
    if mark.shape == "dot":
        fill = pen.colour("back") if mark.hatched else colour
        return (
            f'<circle cx="{n(x + 9)}" cy="{n(y + 6)}" r="4" fill="{fill}" stroke="{colour}" '
            'stroke-width="1.5"/>'
        )
    dash = ' stroke-dasharray="4 3"' if mark.dashed else ""
    if mark.shape == "rule" and mark.x:
        ends = f'x1="{n(x + 9)}" y1="{n(y)}" x2="{n(x + 9)}" y2="{n(y + 12)}"'
    else:
        ends = f'x1="{n(x)}" y1="{n(y + 6)}" x2="{n(x + 18)}" y2="{n(y + 6)}"'
    return f'<line {ends} stroke="{colour}" stroke-width="2"{dash}/>'


def key_svg(mark: ChartMark) -> str:
    """Return the sign of a legend's entry as a small picture of its own."""
    none = Axis(_NUMBER, 0, 1, ())
    return (
        '<svg width="18" height="12" style="width:18px;height:12px" aria-hidden="true">'
        + key_of(Pen(x=none, y=none), mark, 0, 0)
        + "</svg>"
    )


def figure_texts(chart: Chart) -> dict[str, tuple[str, str]]:
    """Return category → (figure at its right, role): the labels that have no place across."""
    found: dict[str, tuple[str, str]] = {}
    for mark in chart.marks:
        if mark.shape == "label" and not mark.x and mark.role != "context":
            found.update({str(y): (t, mark.role) for y, t in zip(mark.y, mark.text, strict=True)})
    return found


def note_texts(chart: Chart) -> dict[str, str]:
    """Return category → the second words below its name."""
    found = {}
    for mark in chart.marks:
        if mark.shape == "label" and not mark.x and mark.role == "context":
            found.update({str(y): t for y, t in zip(mark.y, mark.text, strict=True)})
    return found


HIDDEN = ("part", "below", "partial")
"""Columns of a picture's rows that only backends need."""


def shown_columns(chart: Chart) -> dict[str, tuple[Any, ...]]:
    """Return title → values of the rows behind a picture, for a reader: names instead of keys."""
    found: dict[str, tuple[Any, ...]] = {}
    names = chart.y.order if chart.y.kind == "category" else ()
    for place, (key, values) in enumerate(_in_order(chart)):
        if key in HIDDEN or all(value is None for value in values):
            continue
        named = place == 0 and len(names) == len(values)
        title = text(f"chart.column.{key}", chart.locale, default=key)
        found[title if title not in found else f"{title} ({key})"] = names if named else values
    return found


def _in_order(chart: Chart) -> list[tuple[str, tuple[Any, ...]]]:
    """Return the columns, those of words first."""
    items = list(chart.data.items())
    return sorted(items, key=lambda item: not any(isinstance(v, str) for v in item[1]))


def drawn(chart: Chart) -> list[ChartMark]:
    """Return the marks that have a place in the drawing."""
    return [mark for mark in chart.marks if mark.shape != "label" or mark.x]
