"""Marks as pieces of SVG: a function for each of the eight shapes."""

from __future__ import annotations

import math
from collections.abc import Callable
from html import escape

from salesfunnel._core.safe_text import clean
from salesfunnel.render.charts.marks import ChartMark
from salesfunnel.render.charts.palette import ROLE_COLOURS
from salesfunnel.render.charts.pen import Pen, n, text_svg, text_width

__all__ = ["cell_strength", "draw_mark"]


LEAST = 180.0
"""Px that a row of a picture of unknown width has at least, but for the narrowest print."""
MANY = 400
"""Dots from which they are drawn as one path."""


def draw_mark(pen: Pen, mark: ChartMark) -> str:
    """Return the marks of one shape as SVG."""
    return _DRAW[mark.shape](pen, mark)


def _title(tip: str) -> str:
    return f"<title>{escape(clean(tip))}</title>" if tip else ""


def _shape(tag: str, attributes: str, tip: str) -> str:
    inner = _title(tip)
    return f"<{tag} {attributes}>{inner}</{tag}>" if inner else f"<{tag} {attributes}/>"


def _at(values: tuple[str, ...], i: int) -> str:
    return values[i] if values else ""


def _rows(pen: Pen, mark: ChartMark) -> list[int]:
    """Return which marks are drawn: those of the pen's row, or all."""
    if pen.row is None or not mark.y:
        return list(range(len(mark)))
    return [i for i, value in enumerate(mark.y) if value == pen.row]


def _known(*numbers: float) -> bool:
    return all(math.isfinite(number) for number in numbers)


def _band(pen: Pen, mark: ChartMark) -> str:
    points = [
        (pen.x.place(x), pen.py(pen.y.place(low)), pen.py(pen.y.place(high)))
        for x, low, high in zip(mark.x, mark.y, mark.y2, strict=True)
    ]
    known = [p for p in points if _known(*p)]
    if len(known) < 2:
        return ""
    outline = [(x, low) for x, low, _ in known] + [(x, high) for x, _, high in reversed(known)]
    fill = pen.colour(ROLE_COLOURS[mark.role])
    return pen.path(outline, f'fill="{fill}" fill-opacity="{n(mark.opacity)}"', closed=True)


def _line(pen: Pen, mark: ChartMark) -> str:
    runs: list[list[tuple[float, float]]] = [[]]
    for x, y in zip(mark.x, mark.y, strict=True):
        point = (pen.x.place(x), pen.py(pen.y.place(y)))
        if _known(*point):
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    dash = ' stroke-dasharray="4 3"' if mark.dashed else ""
    wide = "1.5" if mark.dashed or mark.opacity < 1 else "2.25"
    style = (
        f'fill="none" stroke="{pen.colour(ROLE_COLOURS[mark.role])}" stroke-width="{wide}"{dash} '
        f'stroke-opacity="{n(mark.opacity)}" vector-effect="non-scaling-stroke" '
        f'stroke-linejoin="round"'
    )
    return "".join(pen.path(run, style) for run in runs if len(run) > 1)


def _whisker(pen: Pen, mark: ChartMark) -> str:
    colour = pen.colour(ROLE_COLOURS[mark.role])
    dash = ' stroke-dasharray="2 3"' if mark.dashed else ""
    style = f'stroke="{colour}" stroke-width="1.75" stroke-opacity="{n(mark.opacity)}"{dash}'
    parts = []
    for i in _rows(pen, mark):
        tip = _at(mark.tip, i)
        if mark.x2:
            y = pen.py(pen.y.place(mark.y[i]))
            a, b = pen.x.place(mark.x[i]), pen.x.place(mark.x2[i])
            if not _known(a, b, y):
                continue
            ends = f'x1="{pen.px(a)}" y1="{n(y)}" x2="{pen.px(b)}" y2="{n(y)}"'
            parts.append(_shape("line", f"{ends} {style}", tip))
            for place in () if mark.dashed else (a, b):
                end = f'x1="{pen.px(place)}" y1="{n(y - 4)}" x2="{pen.px(place)}" y2="{n(y + 4)}"'
                parts.append(f"<line {end} {style}/>")
        else:
            x = pen.x.place(mark.x[i])
            low, high = pen.py(pen.y.place(mark.y[i])), pen.py(pen.y.place(mark.y2[i]))
            if _known(x, low, high):
                ends = f'x1="{pen.px(x)}" y1="{n(low)}" x2="{pen.px(x)}" y2="{n(high)}"'
                parts.append(_shape("line", f"{ends} {style}", tip))
    return "".join(parts)


def _dot(pen: Pen, mark: ChartMark) -> str:
    colour, back = pen.colour(ROLE_COLOURS[mark.role]), pen.colour("back")
    if len(mark) > MANY:
        return _dots(pen, mark, colour)
    many = len(mark) > 60
    size = 2.6 if many else 4.2
    if mark.role == "target":
        size += 1
    parts = []
    for i in _rows(pen, mark):
        x, y = pen.x.place(mark.x[i]), pen.py(pen.y.place(mark.y[i]))
        if not _known(x, y):
            continue
        paint = (
            f'fill="{back}" stroke="{colour}" stroke-width="2"'
            if mark.hatched
            else f'fill="{colour}" stroke="{back}" stroke-width="1"'
        )
        place = f'cx="{pen.px(x)}" cy="{n(y)}" r="{n(size)}" {paint}'
        if mark.opacity < 1:
            place += f' opacity="{n(mark.opacity)}"'
        parts.append(_shape("circle", place, _at(mark.tip, i)))
        if _at(mark.text, i):
            words = mark.text[i]
            parts.append(text_svg(pen, pen.px(x), y + 4, words, dx=9, size=11.5, halo=True))
    return "".join(parts)


def _dots(pen: Pen, mark: ChartMark, colour: str) -> str:
    """Return very many dots as one path, those that would cover each other once."""
    places = {
        (round(x * 500) / 500, float(round(y)))
        for x, y in (
            (pen.x.place(a), pen.py(pen.y.place(b))) for a, b in zip(mark.x, mark.y, strict=True)
        )
        if _known(x, y)
    }
    style = (
        f'fill="none" stroke="{colour}" stroke-width="4" stroke-linecap="round" '
        f'stroke-opacity="{n(0.6 * mark.opacity)}" vector-effect="non-scaling-stroke"'
    )
    return pen.points(sorted(places), style)


def _bar(pen: Pen, mark: ChartMark) -> str:
    colour = pen.colour(ROLE_COLOURS[mark.role])
    if mark.hatched:
        ground = "alert_tint" if mark.role == "alert" else "panel"
        paint = (
            f'fill="{pen.colour(ground)}" stroke="{colour}" stroke-width="1.25" '
            'stroke-dasharray="3 2"'
        )
    elif mark.role in {"lost", "open"}:
        edge = pen.colour("grey" if mark.role == "lost" else "main")
        paint = f'fill="{colour}" stroke="{edge}" stroke-width=".75"'
    else:
        paint = f'fill="{colour}"'
    if mark.opacity < 1:
        paint += f' fill-opacity="{n(mark.opacity)}"'
    parts = []
    for i in _rows(pen, mark):
        tip = _at(mark.tip, i)
        if mark.x2:
            y = pen.py(pen.y.place(mark.y[i]))
            a, b = sorted((pen.x.place(mark.x[i]), pen.x.place(mark.x2[i])))
            if not _known(a, b, y):
                continue
            size = f'width="{pen.span(b - a)}" height="{n(2 * pen.half)}"'
            parts.append(
                _shape("rect", f'x="{pen.px(a)}" y="{n(y - pen.half)}" {size} {paint}', tip)
            )
            if _at(mark.text, i) and text_width(mark.text[i]) + 14 < (b - a) * (pen.wide or LEAST):
                inside = "ink" if mark.hatched or mark.role in {"lost", "open"} else "back"
                parts.append(text_svg(
                    pen, pen.px(a), y + 4, mark.text[i], dx=7, weight=600, colour=inside
                ))  # fmt: skip
        else:
            x, slot = pen.x.place(mark.x[i]), 1 / max(len(pen.x.scale.order), 1)
            low, high = sorted((pen.py(pen.y.place(mark.y[i])), pen.py(pen.y.place(mark.y2[i]))))
            if _known(x, low, high):
                a = x - slot * 0.32
                size = f'width="{pen.span(slot * 0.64)}" height="{n(max(high - low, 0))}"'
                parts.append(_shape("rect", f'x="{pen.px(a)}" y="{n(low)}" {size} {paint}', tip))
    return "".join(parts)


def _rule(pen: Pen, mark: ChartMark) -> str:
    colour = pen.colour(ROLE_COLOURS[mark.role])
    dash = ' stroke-dasharray="4 3"' if mark.dashed else ""
    style = f'stroke="{colour}" stroke-width="{"1.5" if mark.dashed else "2"}"{dash}'
    parts = []
    for i in _rows(pen, mark):
        tip, words = _at(mark.tip, i), _at(mark.text, i)
        if mark.x and mark.y:
            x, y = pen.x.place(mark.x[i]), pen.py(pen.y.place(mark.y[i]))
            half = pen.half + 4
            if _known(x, y):
                ends = f'x1="{pen.px(x)}" y1="{n(y - half)}" x2="{pen.px(x)}" y2="{n(y + half)}"'
                parts.append(_shape("line", f"{ends} {style}", tip))
        elif mark.x:
            x, end = pen.x.place(mark.x[i]), pen.top + pen.high
            if not _known(x):
                continue
            ends = f'x1="{pen.px(x)}" y1="{n(pen.top)}" x2="{pen.px(x)}" y2="{n(end)}"'
            parts.append(_shape("line", f"{ends} {style}", tip))
            if words and pen.row is None:
                anchor, dx = ("end", -6) if x > 0.5 else ("start", 6)
                parts.append(text_svg(
                    pen, pen.px(x), pen.top + 10, words, anchor=anchor, dx=dx, weight=600, halo=True
                ))  # fmt: skip
        else:
            y = pen.py(pen.y.place(mark.y[i]))
            if not _known(y):
                continue
            ends = f'x1="{pen.px(0)}" y1="{n(y)}" x2="{pen.px(1)}" y2="{n(y)}"'
            parts.append(_shape("line", f"{ends} {style}", tip))
            if words:
                parts.append(text_svg(pen, pen.px(0), y - 6, words, dx=6, weight=600, halo=True))
    return "".join(parts)


def cell_strength(mark: ChartMark) -> list[float]:
    """Return the opacity of each cell, .04 at the least value and .5 at the greatest."""
    known = [float(v) for v in mark.value if v is not None]
    low, high = min(known, default=0.0), max(known, default=1.0)
    wide = high - low or 1.0
    return [0.0 if v is None else 0.04 + 0.46 * (float(v) - low) / wide for v in mark.value]


def _cell(pen: Pen, mark: ChartMark) -> str:
    columns, rows = max(len(pen.x.scale.order), 1), max(len(pen.y.scale.order), 1)
    high = pen.high / rows
    parts = []
    for i, strength in enumerate(cell_strength(mark)):
        x, y = pen.x.place(mark.x[i]), pen.py(pen.y.place(mark.y[i]))
        if not _known(x, y) or mark.value[i] is None:
            continue
        size = f'width="{pen.span(1 / columns)}" height="{n(high)}"'
        paint = (
            f'fill="{pen.colour("main")}" fill-opacity="{n(strength)}" '
            f'stroke="{pen.colour("back")}" stroke-width="2"'
        )
        corner = f'x="{pen.px(x - 0.5 / columns)}" y="{n(y - high / 2)}"'
        parts.append(_shape("rect", f"{corner} {size} {paint}", _at(mark.tip, i)))
        if _at(mark.text, i):
            parts.append(text_svg(pen, pen.px(x), y + 4, mark.text[i], anchor="middle"))
    return "".join(parts)


def _label(pen: Pen, mark: ChartMark) -> str:
    colour = {"main": "main", "alert": "alert", "total": "ink", "target": "ink"}.get(
        mark.role, "muted"
    )
    parts = []
    for i in _rows(pen, mark):
        x, y = pen.x.place(mark.x[i]), pen.py(pen.y.place(mark.y[i]))
        if _known(x, y) and x < 0.98:
            anchor, dx = ("end", -7) if x > 0.6 else ("start", 7)
            parts.append(text_svg(
                pen, pen.px(x), y - 7, mark.text[i], anchor=anchor, dx=dx, weight=600,
                colour=colour, halo=True,
            ))  # fmt: skip
    return "".join(parts)


_DRAW: dict[str, Callable[[Pen, ChartMark], str]] = {
    "band": _band,
    "line": _line,
    "whisker": _whisker,
    "dot": _dot,
    "bar": _bar,
    "rule": _rule,
    "cell": _cell,
    "label": _label,
}
