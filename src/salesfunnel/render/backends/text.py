"""Documents as text for a terminal: no colour, East Asian widths right, nothing cut off."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from salesfunnel._core.safe_text import clean
from salesfunnel.i18n import FORMS
from salesfunnel.render import model
from salesfunnel.render.backends.scale import fractions, is_log, span
from salesfunnel.render.backends.text_table import MARKS, table_lines
from salesfunnel.render.backends.width import pad, width, wrap

WIDTH = 80
_SEVERITY = {"error": "✗", "warning": "!", "info": "i"}
_SHADES = " ░▒▓█"


def document_text(document: model.Document, columns: int = WIDTH) -> str:
    """Return a document as text that is at most `columns` wide where words allow it."""
    lines: list[str] = []
    if document.title:
        title = clean(document.title)
        lines += [*wrap(title, columns), "═" * min(width(title), columns)]
    if document.subtitle:
        lines += wrap(clean(document.subtitle), columns)
    for block in document.blocks:
        part = block_lines(block, columns, document.locale)
        if part:
            lines += ["", *part] if lines else part
    return "\n".join(line.rstrip() for line in lines) + "\n"


def block_lines(block: object, columns: int, locale: str) -> list[str]:
    """Return one block as lines."""
    backend = _BACKENDS[type(block)]
    return backend(block, columns, locale)


def _heading(block: model.Heading, columns: int, locale: str) -> list[str]:
    del locale
    words = clean(block.text)
    return [*wrap(words, columns), "─" * min(width(words), columns)]


def _paragraph(block: model.Paragraph, columns: int, locale: str) -> list[str]:
    del locale
    mark = MARKS[block.mark]
    lead = f"{mark} " if mark else ""
    first, *rest = wrap(clean(block.text), columns - len(lead))
    return [lead + first, *(" " * len(lead) + line for line in rest)]


def _key_figures(block: model.KeyFigures, columns: int, locale: str) -> list[str]:
    del locale
    names = [clean(name) for name, _ in block.items]
    left = min(max(map(width, names), default=0), columns // 2)
    lines = []
    for name, (_, figure) in zip(names, block.items, strict=True):
        first, *rest = wrap(clean(figure), columns - left - 2)
        lines.append(f"{pad(name, left)}  {first}")
        lines += [" " * (left + 2) + line for line in rest]
    return lines


def _table(block: model.Table, columns: int, locale: str) -> list[str]:
    del locale
    return table_lines(block, columns)


def _funnel(block: model.FunnelPicture, columns: int, locale: str) -> list[str]:
    del locale
    labels = [clean(step.label) for step in block.steps]
    left = min(max(map(width, labels), default=0), columns // 3)
    figures = max((width(step.shown) for step in block.steps), default=0)
    room = max(columns - left - figures - 4, 8)
    counts = [step.count for step in block.steps]
    lines = wrap(clean(block.title), columns) if block.title else []
    for label, step, share in zip(labels, block.steps, fractions(counts), strict=True):
        below = _between(step)
        if below:
            lines += [" " * (left + 2) + part for part in wrap(below, columns - left - 2)]
        bar = "" if share is None else "█" * max(round(share * room), 1 if step.count else 0)
        first, *rest = wrap(label, left)
        lines.append(f"{pad(first, left)}  {pad(bar, room)}  {pad(step.shown, figures, 'right')}")
        lines += rest
    if block.scale_note and is_log(counts):
        lines += wrap(clean(block.scale_note), columns)
    return lines


def _between(step: model.FunnelStep) -> str:
    if not step.rate:
        return ""
    parts = [f"↓ {step.rate}"]
    if step.interval:
        parts.append(f"[{step.interval}]")
    if step.lost:
        parts.append(f"· {step.lost}")
    if step.mark:
        parts.append(f"{MARKS[step.mark]} {step.note}".rstrip())
    return clean(" ".join(parts))


def _bars(block: model.Bars, columns: int, locale: str) -> list[str]:
    del locale
    labels = [clean(bar.label) for bar in block.bars]
    left = min(max(map(width, labels), default=0), columns // 3)
    shown = [clean(bar.shown) for bar in block.bars]
    right = max(map(width, shown), default=0)
    room = max(columns - left - right - 4, 8)
    values = [v for b in block.bars for v in (b.value, b.target) if v is not None]
    low, high = span(values)
    lines = wrap(clean(block.title), columns) if block.title else []
    for label, bar, figure in zip(labels, block.bars, shown, strict=True):
        cells = [" "] * room
        if bar.value is not None:
            start, end = (_cell(x, low, high, room) for x in sorted((0.0, bar.value)))
            for i in range(start, max(end, start + (bar.value != 0))):
                cells[min(i, room - 1)] = "█"
        if bar.target is not None:
            cells[min(_cell(bar.target, low, high, room), room - 1)] = "│"
        first, *rest = wrap(label, left)
        lines.append(f"{pad(first, left)}  {''.join(cells)}  {pad(figure, right, 'right')}")
        lines += rest
    return lines


def _cell(value: float, low: float, high: float, room: int) -> int:
    return round((value - low) / (high - low) * room)


def _lines(block: model.Lines, columns: int, locale: str) -> list[str]:
    form: Callable[..., str] = FORMS[block.form]
    heads = [model.Column("")]
    cells: list[list[str]] = [[label] for label in block.labels]
    told: list[model.Line] = []
    for line in block.lines:
        new = all(line.values != other.values for other in told)
        banded = bool(line.low and line.high)
        heads += [model.Column(line.label, align="right")] * new
        heads += [model.Column(line.band, align="right")] * banded
        for i, row in enumerate(cells):
            row.extend([_figure(line.values[i], form, locale)] * new)
            if banded:
                low, high = (_figure(side[i], form, locale) for side in (line.low, line.high))
                first = low.removesuffix("%") if high.endswith("%") else low
                row.append(f"{first}–{high}" if line.low[i] is not None else "")
        told += [line] * new
    curves = [f"{clean(line.label)}  {spark(line.values)}" for line in told]
    table = model.Table(heads, cells, caption=block.title)
    return [*table_lines(table, columns), *curves]


def _figure(value: float | None, form: Callable[..., str], locale: str) -> str:
    return "–" if value is None or math.isnan(value) else form(value, locale)


def spark(values: Sequence[float | None]) -> str:
    """Return figures as one line of blocks, a gap where one is missing."""
    known = [v for v in values if v is not None and math.isfinite(v)]
    if not known:
        return ""
    low, high = min(known), max(known)
    steps = "▁▂▃▄▅▆▇█"
    return "".join(
        " "
        if v is None or not math.isfinite(v)
        else steps[round((v - low) / (high - low) * 7) if high > low else 3]
        for v in values
    )


def _picture(block: model.Picture, columns: int, locale: str) -> list[str]:
    from salesfunnel.render.backends.text_picture import picture_lines

    del locale
    lines = wrap(clean(block.chart.title), columns) if block.titled and block.chart.title else []
    return [*lines, *picture_lines(block.chart, columns)]


def _grid(block: model.Grid, columns: int, locale: str) -> list[str]:
    del locale
    known = [v for row in block.values for v in row if v is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    rows = []
    for name, values, shown in zip(block.rows, block.values, block.shown, strict=True):
        cells = [name]
        for value, words in zip(values, shown, strict=True):
            if value is None:
                cells.append(words)
            else:
                share = (value - low) / (high - low) if high > low else 0.5
                cells.append(f"{_SHADES[1 + min(int(share * 4), 3)]} {words}")
        rows.append(cells)
    heads = [model.Column(block.corner), *(model.Column(c, align="right") for c in block.columns)]
    return table_lines(model.Table(heads, rows, caption=block.title), columns)


def _faults(block: model.Faults, columns: int, locale: str) -> list[str]:
    lines = _heading(model.Heading(block.title), columns, locale) if block.title else []
    if not block.items:
        return [*lines, *wrap(clean(block.none), columns)] if block.none else []
    for item in block.items:
        lead = f"{_SEVERITY[item.severity]} "
        colon = "：" if locale == "zh" else ": "
        words = f"{item.place}{colon}{item.text}" if item.place else item.text
        if item.code:
            words += f" [{item.code}]"
        first, *rest = wrap(clean(words), columns - 2)
        lines += [lead + first, *("  " + line for line in rest)]
        if item.hint:
            lines += ["  " + line for line in wrap("→ " + clean(item.hint), columns - 2)]
    return lines


def _section(block: model.Section, columns: int, locale: str) -> list[str]:
    lines = _heading(model.Heading(block.title), columns, locale) if block.title else []
    for inner in block.blocks:
        part = block_lines(inner, columns, locale)
        if part:
            lines += ["", *part] if lines else part
    return lines


def _folded(block: model.Folded, columns: int, locale: str) -> list[str]:
    del locale
    return wrap(clean(block.instead), columns) if block.instead else []


_BACKENDS: dict[type, Callable[..., list[str]]] = {
    model.Heading: _heading,
    model.Paragraph: _paragraph,
    model.KeyFigures: _key_figures,
    model.Table: _table,
    model.FunnelPicture: _funnel,
    model.Bars: _bars,
    model.Lines: _lines,
    model.Grid: _grid,
    model.Picture: _picture,
    model.Faults: _faults,
    model.Folded: _folded,
    model.Section: _section,
}
