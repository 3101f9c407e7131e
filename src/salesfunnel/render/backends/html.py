"""Documents as HTML, pure Python, everything escaped: the body of a page, or a fragment.

A fragment for a notebook holds no heading, paragraph, list or code element: there is nothing that
a host's style sheet could dress, and nothing for its table of contents.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import attrs

from salesfunnel.i18n import text
from salesfunnel.render import model
from salesfunnel.render.backends.pictures import chart_body, e
from salesfunnel.render.backends.style import FRAGMENT
from salesfunnel.render.backends.width import width
from salesfunnel.render.charts.from_blocks import chart_of_bars, chart_of_funnel, chart_of_lines

__all__ = ["body_html", "document_html"]

TEXTUAL, SHORT = 28, 13
"""Widths: from which a table is one of words; up to which a cell is whole."""
TALL, LONGEST, FRAGMENT_ROWS = 32, 300, 12
"""Rows from which a table scrolls in a window of its own; rows of a page's, of a fragment's."""
_SIGNS = {"bad": "▼", "warn": "!", "good": "✓"}
_ROW_KINDS = {"bad": "sf-bad", "muted": "sf-quiet"}
_SEVERITY = {"error": "bad", "warning": "warn", "info": "muted"}


@attrs.frozen
class Form:
    """A document as HTML: the body of a page, or a fragment that host styles do not reach."""

    locale: str
    page: bool

    def tag(self, name: str, words: str, kind: str = "") -> str:
        """Return a block: the element `name` in a page, a plain one in a fragment."""
        if not self.page:
            kind = {"h2": "sf-h2", "h3": "sf-h2", "h4": "sf-h2", "p": "sf-p"}.get(name, "") + (
                f" {kind}" if kind else ""
            )
            name = "div"
        classes = f' class="{kind.strip()}"' if kind.strip() else ""
        return f"<{name}{classes}>{words}</{name}>"

    def words(self, key: str, **params: Any) -> str:
        """Return words of the catalog, escaped."""
        return e(text(key, "zh" if self.locale == "zh" else "en", **params))


def document_html(document: model.Document) -> str:
    """Return a document as a fragment that brings its own style."""
    form = Form(document.locale, page=False)
    lang = "zh-CN" if document.locale == "zh" else "en"
    subtitle = f"<span>{e(document.subtitle)}</span>" if document.subtitle else ""
    head = f'<div class="sf-h"><b>{e(document.title)}</b>{subtitle}</div>'
    first, rest = _folded(document.blocks)
    body = "".join(block_html(block, form) for block in first)
    if rest:
        inner = "".join(block_html(block, form) for block in rest)
        body += f"<details><summary>{form.words('page.more')}</summary>{inner}</details>"
    return f'<div class="sf" lang="{lang}"><style>{FRAGMENT}</style>{head}{body}</div>'


def _folded(blocks: tuple[Any, ...]) -> tuple[list[Any], list[Any]]:
    """Return what a fragment shows, up to its first table or section, and what it folds."""
    shown: list[Any] = []
    for place, block in enumerate(blocks):
        shown.append(block)
        if isinstance(block, model.Table | model.Section | model.Grid):
            return shown, list(blocks[place + 1 :])
    return shown, []


def body_html(document: model.Document) -> str:
    """Return a document as the body of a page."""
    form = Form(document.locale, page=True)
    parts = [f"<h1>{e(document.title)}</h1>"]
    if document.subtitle:
        parts.append(f'<p class="sf-muted">{e(document.subtitle)}</p>')
    parts += [block_html(block, form) for block in document.blocks]
    return numbered("\n".join(parts))


def numbered(body: str) -> str:
    """Return a body whose regions have names of their own: a screen reader lists them by name."""
    seen: Counter[str] = Counter()

    def own(found: re.Match[str]) -> str:
        seen[found[1]] += 1
        number = f" {seen[found[1]]}" if seen[found[1]] > 1 else ""
        return f'role="region" aria-label="{found[1]}{number}"'

    return re.sub(r'role="region" aria-label="([^"]*)"', own, body)


def block_html(block: object, form: Form) -> str:
    """Return one block."""
    return _BACKENDS[type(block)](block, form)


def _glued(words: str) -> str:
    """Escape a sentence; a figure is not parted from its percent sign."""
    return re.sub(r"(?<=\d) %", "\N{NO-BREAK SPACE}%", e(words))


def _heading(block: model.Heading, form: Form) -> str:
    return form.tag(f"h{min(max(block.level, 2), 4)}", e(block.text))


def _sign(mark: str, form: Form) -> str:
    """Return what tells a mark without its colour, to the eye and to a screen reader."""
    if mark not in _SIGNS:
        return ""
    said = form.words(f"report.mark-{mark}")
    kind = " sf-bad-word" if mark == "bad" else ""
    return f'<span class="sf-mark{kind}" role="img" aria-label="{said}">{_SIGNS[mark]}</span> '


def _paragraph(block: model.Paragraph, form: Form) -> str:
    kind = f"sf-{block.mark}" if block.mark else ""
    return form.tag("p", _sign(block.mark, form) + _glued(block.text), kind)


def _key_figures(block: model.KeyFigures, form: Form) -> str:
    name, value, around = ("dt", "dd", "dl") if form.page else ("span", "span", "div")
    items = "".join(
        f"<{name}>{e(title)}</{name}><{value}>{_glued(figure)}</{value}>"
        for title, figure in block.items
    )
    return f'<{around} class="sf-facts">{items}</{around}>'


def _kind(column: model.Column, cell: str) -> str:
    """Return the class of a cell: short words stay in one line, long ones never on a phone."""
    if column.align == "right":
        return ' class="sf-r"'
    if column.align == "center":
        return ' class="sf-c"'
    return ' class="sf-s"' if 0 < width(cell) <= SHORT else ""


def _focus(name: str, form: Form) -> str:
    """Return how a part that keys can move is named; a fragment makes no landmark of a host's."""
    return f' tabindex="0" role="{"region" if form.page else "group"}" aria-label="{e(name)}"'


def _inside(cell: str, cards: bool) -> str:
    """Return what stands in a cell: one part, where a card puts its name beside it."""
    return f"<span>{_glued(cell)}</span>" if cards and cell else _glued(cell)


def _table(block: model.Table, form: Form) -> str:
    most = LONGEST if form.page else FRAGMENT_ROWS
    heads = "".join(f'<th scope="col"{_kind(c, "")}>{e(c.title)}</th>' for c in block.columns)
    marks = block.marks or ("",) * len(block.rows)
    textual = any(
        width(cell) > TEXTUAL
        for row in block.rows[:most]
        for column, cell in list(zip(block.columns, row, strict=True))[1:]
        if column.align == "left"
    )
    cards = textual and form.page
    rows = []
    for row, mark in list(zip(block.rows, marks, strict=True))[:most]:
        kind = f' class="{_ROW_KINDS[mark]}"' if mark in _ROW_KINDS else ""
        first, *others = zip(block.columns, row, strict=True)
        name = _sign(mark, form) + e(first[1])
        cells = [f'<th scope="row"{_kind(*first)}>{name}</th>' if name else "<td></td>"]
        cells += [
            f'<td{_kind(column, cell)} data-label="{e(column.title)}">{_inside(cell, cards)}</td>'
            for column, cell in others
        ]
        rows.append(f"<tr{kind}>{''.join(cells)}</tr>")
    kind = "sf-scroll sf-cards" if cards else "sf-scroll"
    kind += " sf-tall" if len(rows) >= TALL else ""
    named = block.caption or block.columns[0].title
    caption = form.tag("p", e(block.caption), "sf-caption") if block.caption else ""
    more = len(block.rows) - most
    note = ""
    if more > 0:
        note = f'<div class="sf-note">{form.words("page.more-rows", n=f"{more:,}")}</div>'
    focus = _focus(named, form)
    return (
        f'{caption}<div class="{kind}"{focus}><table class="sf-t"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>{note}"
    )


def _figure(title: str, picture: str, form: Form, note: str = "") -> str:
    above = form.tag("p", e(title), "sf-caption") if title else ""
    below = f'<div class="sf-note">{e(note)}</div>' if note else ""
    return f'<div class="sf-pic">{above}{picture}{below}</div>'


def _funnel(block: model.FunnelPicture, form: Form) -> str:
    chart = chart_of_funnel(block, form.locale)
    return _figure(block.title, chart_body(chart), form, chart.note)


def _bars(block: model.Bars, form: Form) -> str:
    return _figure(block.title, chart_body(chart_of_bars(block, form.locale)), form)


def _lines(block: model.Lines, form: Form) -> str:
    return _figure(block.title, chart_body(chart_of_lines(block, form.locale)), form)


def _picture(block: model.Picture, form: Form) -> str:
    return _figure(
        block.chart.title if block.titled else "", chart_body(block.chart), form, block.chart.note
    )


def _grid(block: model.Grid, form: Form) -> str:
    known = [v for row in block.values for v in row if v is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    heads = "".join(f'<th scope="col" class="sf-c">{e(name)}</th>' for name in block.columns)
    rows = []
    for name, values, shown in zip(block.rows, block.values, block.shown, strict=True):
        cells = []
        for value, words in zip(values, shown, strict=True):
            style = ""
            if value is not None:
                share = (value - low) / (high - low) if high > low else 0.5
                part = f"{4 + 46 * share:.0f}%"
                style = f' style="background:color-mix(in srgb,var(--sf-main) {part},transparent)"'
            cells.append(f'<td class="sf-hm"{style}>{e(words)}</td>')
        rows.append(f'<tr><th scope="row" class="sf-s">{e(name)}</th>{"".join(cells)}</tr>')
    caption = form.tag("p", e(block.title), "sf-caption") if block.title else ""
    focus = _focus(block.title or block.corner, form)
    corner = f'<th scope="col">{e(block.corner)}</th>' if block.corner else "<td></td>"
    return (
        f'{caption}<div class="sf-scroll"{focus}><table class="sf-t"><thead><tr>{corner}{heads}'
        f"</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _faults(block: model.Faults, form: Form, *, level: int = 2) -> str:
    title = form.tag(f"h{level}", e(block.title)) if block.title else ""
    if not block.items:
        return title + form.tag("p", e(block.none), "sf-muted") if block.none else ""
    colon = "：" if form.locale == "zh" else ": "
    items = []
    for item in block.items:
        place = f"<b>{e(item.place)}{colon}</b>" if item.place else ""
        hint = f'<div class="sf-note">→ {e(item.hint)}</div>' if item.hint else ""
        code = f' <span class="sf-code">{e(item.code)}</span>' if item.code else ""
        kind = _SEVERITY[item.severity]
        items.append(
            f'<div class="sf-fault sf-p sf-{kind}">{_sign(kind, form)}{place}{_glued(item.text)}'
            f"{code}{hint}</div>"
        )
    return title + "".join(items)


def _section(block: model.Section, form: Form) -> str:
    title = form.tag("h2", e(block.title)) if block.title else ""
    inner = "\n".join(
        _faults(part, form, level=3)
        if isinstance(part, model.Faults) and title
        else block_html(part, form)
        for part in block.blocks
    )
    return f"<section>{title}{inner}</section>" if form.page else f"<div>{title}{inner}</div>"


def _folded_block(block: model.Folded, form: Form) -> str:
    inner = "\n".join(block_html(part, form) for part in block.blocks)
    return f"<details><summary>{e(block.summary)}</summary>{inner}</details>"


_BACKENDS: dict[type, Callable[..., str]] = {
    model.Heading: _heading,
    model.Paragraph: _paragraph,
    model.KeyFigures: _key_figures,
    model.Table: _table,
    model.FunnelPicture: _funnel,
    model.Bars: _bars,
    model.Lines: _lines,
    model.Picture: _picture,
    model.Grid: _grid,
    model.Faults: _faults,
    model.Folded: _folded_block,
    model.Section: _section,
}
