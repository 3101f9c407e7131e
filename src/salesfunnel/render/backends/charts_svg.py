"""Small charts as SVG: bars from zero, lines with bands."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from salesfunnel._core.safe_text import clean
from salesfunnel.i18n import FORMS
from salesfunnel.render.backends.scale import span
from salesfunnel.render.backends.svg import COLOURS, DASHES, MARKS, label, n, svg, words
from salesfunnel.render.backends.width import width, wrap
from salesfunnel.render.model import Bars, Line, Lines

__all__ = ["bars_svg", "lines_svg"]

WIDE = 420.0


def bars_svg(block: Bars) -> str:
    """Return horizontal bars from zero, each with its figure and a tick at its target."""
    values = [v for bar in block.bars for v in (bar.value, bar.target) if v is not None]
    low, high = span(values)
    room = WIDE - 20

    def at(value: float) -> float:
        return 10 + (value - low) / (high - low) * room

    parts, y = [], 4.0
    for bar in block.bars:
        names = wrap(clean(bar.label), 56 - width(bar.shown))
        parts.append(words(WIDE - 10, y + 13, bar.shown, size=12, anchor="end", weight=600))
        for name in names:
            parts.append(words(10, y + 13, name, size=12))
            y += 15
        top = y + 3
        parts.append(
            f'<rect x="10" y="{n(top)}" width="{n(room)}" height="12" rx="3" '
            f'fill="currentColor" fill-opacity=".07"/>'
        )
        if bar.value and math.isfinite(bar.value):
            start, end = sorted((at(0.0), at(bar.value)))
            parts.append(
                f'<rect x="{n(start)}" y="{n(top)}" width="{n(max(end - start, 1))}" height="12" '
                f'rx="3" fill="{MARKS[bar.mark]}"/>'
            )
        if bar.target is not None and math.isfinite(bar.target):
            x = at(bar.target)
            parts.append(
                f'<line x1="{n(x)}" x2="{n(x)}" y1="{n(top - 3)}" y2="{n(top + 15)}" '
                f'stroke="currentColor" stroke-width="2"/>'
            )
        y += 25
    described = "; ".join(f"{bar.label}: {bar.shown}" for bar in block.bars)
    return svg("".join(parts), WIDE, y + 2, block.title, described)


def lines_svg(block: Lines, locale: str) -> str:
    """Return lines over shared labels, with bands, an axis in the form of the values."""
    form: Callable[..., str] = FORMS[block.form]
    left, right, top, bottom, high = 62.0, 12.0, 12.0, 30.0, 250.0
    known = [
        value
        for line in block.lines
        for side in (line.values, line.low, line.high)
        for value in side
        if value is not None and math.isfinite(value)
    ]
    ticks = _ticks(*_range(known))
    floor, roof = ticks[0], ticks[-1]
    whole = block.form == "percent" and all(abs(t * 100 - round(t * 100)) < 1e-9 for t in ticks)
    scale: Callable[..., str] = FORMS["share"] if whole else form
    count = len(block.labels)

    def x(i: int) -> float:
        return left + (WIDE - left - right) * (i / (count - 1) if count > 1 else 0.5)

    def y(value: float) -> float:
        return top + (high - top - bottom) * (1 - (value - floor) / (roof - floor))

    parts = []
    for tick in ticks:
        parts.append(
            f'<line x1="{n(left)}" x2="{n(WIDE - right)}" y1="{n(y(tick))}" y2="{n(y(tick))}" '
            f'stroke="currentColor" stroke-opacity=".15"/>'
        )
        parts.append(words(left - 6, y(tick) + 4, scale(tick, locale), size=11, anchor="end"))
    room = (WIDE - left - right) / (max((width(name) for name in block.labels), default=1) * 6 + 14)
    every = max(1, math.ceil(count / max(room, 1)))
    told = list(range(0, count, every))
    if len(told) > 1 and told[-1] == count - 1 and every < count / max(room, 1) * 1.5:
        del told[-2]  # the last label stands to the left of its point
    parts += [
        words(
            x(i),
            high - 10,
            label(block.labels[i], 12),
            size=11,
            anchor="end" if i and i == count - 1 else "middle",  # the last one would be cut off
        )
        for i in told
    ]
    for number, line in enumerate(block.lines):
        parts.append(_line(line, number, x, y))
    legend = high
    for number, line in enumerate(block.lines):
        parts.append(
            f'<line x1="{n(left)}" x2="{n(left + 24)}" y1="{n(legend + 2)}" y2="{n(legend + 2)}"'
            f"{_stroke(line, number)}/>"
        )
        name = line.label if not line.band else f"{line.label}, {line.band}"
        parts.append(words(left + 30, legend + 6, label(name, 50), size=12))
        legend += 18
    points = "; ".join(
        f"{line.label}: " + ", ".join("–" if v is None else form(v, locale) for v in line.values)
        for line in block.lines
    )
    return svg("".join(parts), WIDE, legend + 4, block.title, points)


def _stroke(line: Line, number: int) -> str:
    """Return how a line is drawn: its colour, and a pattern that tells it without the colour."""
    dash = DASHES[number % len(DASHES)] or ("7 4" if line.dashed else "")
    pattern = f' stroke-dasharray="{dash}"' if dash else ""
    return f' stroke="{COLOURS[number % len(COLOURS)]}" stroke-width="2"{pattern}'


def _line(line: Line, number: int, x: Callable[[int], float], y: Callable[[float], float]) -> str:
    parts = []
    colour = COLOURS[number % len(COLOURS)]
    if line.low and line.high:
        for run in _runs([None if a is None or b is None else a for a, b in _both(line)]):
            upper = [f"{n(x(i))},{n(y(line.high[i] or 0.0))}" for i in run]
            lower = [f"{n(x(i))},{n(y(line.low[i] or 0.0))}" for i in reversed(run)]
            points = " ".join([*upper, *lower])
            parts.append(f'<polygon points="{points}" fill="{colour}" fill-opacity=".16"/>')
    for run in _runs(line.values):
        points = " ".join(f"{n(x(i))},{n(y(line.values[i] or 0.0))}" for i in run)
        parts.append(f'<polyline points="{points}" fill="none"{_stroke(line, number)}/>')
        parts += [
            f'<circle cx="{n(x(i))}" cy="{n(y(line.values[i] or 0.0))}" r="2.6" fill="{colour}"/>'
            for i in run
        ]
    return "".join(parts)


def _both(line: Line) -> list[tuple[float | None, float | None]]:
    return list(zip(line.low, line.high, strict=True))


def _runs(values: Sequence[float | None]) -> list[list[int]]:
    """Return the places of values, split where one is missing."""
    runs: list[list[int]] = [[]]
    for i, value in enumerate(values):
        if value is None or not math.isfinite(value):
            runs.append([])
        else:
            runs[-1].append(i)
    return [run for run in runs if run]


def _range(known: Sequence[float]) -> tuple[float, float]:
    if not known:
        return 0.0, 1.0
    low, high = min(known), max(known)
    if low > 0 and low < 0.6 * high:
        low = 0.0
    return (low, high) if high > low else (low - 1, high + 1)


def _ticks(low: float, high: float) -> list[float]:
    """Return round numbers that enclose the range."""
    rough = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999)
    first = math.floor(low / step + 1e-9)
    last = math.ceil(high / step - 1e-9)
    return [i * step for i in range(first, max(last, first + 1) + 1)]
