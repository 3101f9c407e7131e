"""Documents as HTML fragments: pure Python, everything escaped, no script, styles inline."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from typing import Any

from salesfunnel._core.safe_text import clean
from salesfunnel.i18n import text
from salesfunnel.render import model
from salesfunnel.render.backends.charts_svg import bars_svg, lines_svg
from salesfunnel.render.backends.funnel_svg import funnel_svg
from salesfunnel.render.backends.width import width

STYLE = """
.sf{font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"PingFang SC","Hiragino Sans GB",
"Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif;color:inherit;max-width:72rem}
.sf h1{font-size:1.6em;line-height:1.25;margin:0 0 .2em}
.sf h2{font-size:1.2em;margin:1.6em 0 .5em;padding-bottom:.2em;border-bottom:1px solid #8884}
.sf h3,.sf h4{font-size:1.05em;margin:1.2em 0 .4em}
.sf p{margin:.5em 0;max-width:46rem}
.sf .sf-muted{opacity:.75}
.sf .sf-good,.sf .sf-warn,.sf .sf-bad{border-left:4px solid;padding:.35em .8em;border-radius:3px}
.sf .sf-good{border-color:#2e9e6b;background:#2e9e6b18}
.sf .sf-warn{border-color:#b07d00;background:#d9a21b18}
.sf .sf-bad{border-color:#d1495b;background:#d1495b18}
.sf .sf-mark{font-weight:700;margin-right:.45em}
.sf dl{display:flex;flex-wrap:wrap;gap:.6em;margin:1em 0;padding:0}
.sf dl>div{border:1px solid #8884;border-radius:8px;padding:.5em .9em;min-width:7em}
.sf dt{font-size:.82em;opacity:.8}
.sf dd{margin:0;font-size:1.15em;font-weight:600;font-variant-numeric:tabular-nums}
.sf dl.sf-list{display:block;max-width:52rem;border-top:1px solid #8884}
.sf dl.sf-list>div{display:grid;grid-template-columns:11em 1fr;gap:0 1em;border:0;
border-bottom:1px solid #8884;border-radius:0;padding:.45em 0}
.sf dl.sf-list dt{font-size:1em}
.sf dl.sf-list dd{font-size:1em}
.sf .sf-scroll{overflow-x:auto;margin:.6em 0 1.2em}
.sf table{border-collapse:collapse;font-size:.93em;font-variant-numeric:tabular-nums;min-width:50%}
.sf caption{text-align:left;font-weight:600;padding:.3em 0;max-width:86vw}
.sf th,.sf td{padding:.4em .7em;text-align:left;vertical-align:top;background:transparent;
max-width:32em;overflow-wrap:break-word}
.sf thead th{border-bottom:2px solid #8886;font-weight:600;vertical-align:bottom}
.sf tbody th{font-weight:400}
.sf tbody th,.sf td{border-bottom:1px solid #8883}
.sf .sf-short{white-space:nowrap}
.sf .sf-right{text-align:right;white-space:nowrap}
.sf .sf-center{text-align:center}
.sf tr.sf-row-bad>*{background:#d1495b1c}
.sf tr.sf-row-warn>*{background:#d9a21b1c}
.sf tr.sf-row-good>*{background:#2e9e6b1c}
.sf tr.sf-row-muted>*{opacity:.75}
.sf figure{margin:1em 0;max-width:34rem}
.sf figcaption{font-weight:600;margin-bottom:.3em}
.sf svg{width:100%;height:auto;display:block}
.sf ul.sf-faults{list-style:none;padding:0;margin:.5em 0}
.sf ul.sf-faults li{margin:.5em 0}
.sf .sf-place{font-weight:600}
.sf .sf-hint{display:block;font-size:.93em}
.sf code{font:.85em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.sf td.sf-cell{text-align:center}
@media(max-width:600px){.sf td,.sf tbody th{white-space:nowrap}
.sf td.sf-long,.sf tbody th.sf-long{white-space:normal;min-width:11em}
.sf dl.sf-list>div{display:block}
.sf .sf-cards thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.sf .sf-cards table,.sf .sf-cards tbody,.sf .sf-cards tr,.sf .sf-cards td,.sf .sf-cards tbody th,
.sf .sf-cards caption{display:block;white-space:normal;text-align:left;max-width:none}
.sf .sf-cards tr{border-bottom:2px solid #8886;padding:.4em 0}
.sf .sf-cards td,.sf .sf-cards tbody th{border:0;padding:.15em .5em;min-width:0}
.sf .sf-cards tbody th{font-weight:600}
.sf .sf-cards td:empty{display:none}
.sf .sf-cards td[data-label]{display:grid;grid-template-columns:8em minmax(0,1fr);gap:0 .6em}
.sf .sf-cards td[data-label]:empty{display:none}
.sf .sf-cards td[data-label]::before{content:attr(data-label);font-size:.87em;opacity:.8}}
@media screen{.sf .sf-tall{max-height:40rem;overflow:auto;border:1px solid #8886;border-radius:6px}
.sf .sf-tall thead th{position:sticky;top:0;background:var(--back,Canvas)}}
@media print{.sf{max-width:none;font-size:10.5pt}.sf .sf-scroll{overflow:visible}
.sf table{font-size:8.5pt}.sf .sf-right,.sf .sf-short{white-space:normal}
.sf h2,.sf h3,.sf caption,.sf figcaption{break-after:avoid}
.sf figure,.sf tr,.sf dl>div,.sf li{break-inside:avoid}}
"""
"""The style of fragments; every rule is below the class ``sf``."""

LONG, TEXTUAL, SHORT = 26, 28, 13
"""Widths: from which a figure is a sentence, a table one of words; up to which a cell is whole."""
TALL = 32
"""Rows from which a table scrolls in a window of its own, so that what follows it is seen."""
_SIGNS = {"bad": "‼", "warn": "!", "good": "✓"}
_SEVERITY = {"error": "bad", "warning": "warn", "info": "muted"}


def document_html(document: model.Document) -> str:
    """Return a document as a fragment that brings its own style."""
    return f"<style>{STYLE}</style>{body_html(document)}"


def body_html(document: model.Document) -> str:
    """Return a document as a fragment without the style."""
    lang = "zh-CN" if document.locale == "zh" else "en"
    parts = [f'<div class="sf" lang="{lang}">', f"<h1>{_e(document.title)}</h1>"]
    if document.subtitle:
        parts.append(f'<p class="sf-muted">{_e(document.subtitle)}</p>')
    parts += [block_html(block, document.locale) for block in document.blocks]
    return "\n".join([*parts, "</div>"])


def block_html(block: Any, locale: str) -> str:
    """Return one block."""
    return _BACKENDS[type(block)](block, locale)


def _e(words: str) -> str:
    return escape(clean(words), quote=True)


def _heading(block: model.Heading, locale: str) -> str:
    del locale
    level = min(max(block.level, 2), 4)
    return f"<h{level}>{_e(block.text)}</h{level}>"


def _glued(words: str) -> str:
    """Escape a sentence; a figure is not parted from its per cent sign."""
    return re.sub(r"(?<=\d) %", "\N{NO-BREAK SPACE}%", _e(words))


def _sign(mark: str, locale: str) -> str:
    """Return what tells a mark without its colour, to the eye and to a screen reader."""
    if mark not in _SIGNS:
        return ""
    said = _e(text(f"report.mark-{mark}", "zh" if locale == "zh" else "en"))
    return f'<span class="sf-mark" role="img" aria-label="{said}">{_SIGNS[mark]}</span>'


def _paragraph(block: model.Paragraph, locale: str) -> str:
    kind = f' class="sf-{block.mark}"' if block.mark else ""
    return f"<p{kind}>{_sign(block.mark, locale)}{_glued(block.text)}</p>"


def _key_figures(block: model.KeyFigures, locale: str) -> str:
    del locale
    items = (f"<div><dt>{_e(name)}</dt><dd>{_glued(fig)}</dd></div>" for name, fig in block.items)
    long = any(width(figure) > LONG for _, figure in block.items)
    kind = ' class="sf-list"' if long else ""
    return f"<dl{kind}>{''.join(items)}</dl>"


def _align(column: model.Column) -> str:
    return "" if column.align == "left" else f' class="sf-{column.align}"'


def _kind(column: model.Column, cell: str) -> str:
    """Return the class of a cell: short words stay in one line, long ones never on a phone."""
    if column.align == "left" and 0 < width(cell) <= SHORT:
        return ' class="sf-short"'
    if column.align == "left" and width(cell) > LONG:
        return ' class="sf-long"'
    return _align(column)


def _table(block: model.Table, locale: str) -> str:
    heads = "".join(f'<th scope="col"{_align(c)}>{_e(c.title)}</th>' for c in block.columns)
    marks = block.marks or ("",) * len(block.rows)
    rows = []
    for row, mark in zip(block.rows, marks, strict=True):
        kind = f' class="sf-row-{mark}"' if mark else ""
        first, *others = zip(block.columns, row, strict=True)
        name = _sign(mark, locale) + _e(first[1])
        cells = [f'<th scope="row"{_kind(*first)}>{name}</th>' if name else "<td></td>"]
        cells += [
            f'<td{_kind(column, cell)} data-label="{_e(column.title)}">{_glued(cell)}</td>'
            for column, cell in others
        ]
        rows.append(f"<tr{kind}>{''.join(cells)}</tr>")
    caption = f"<caption>{_e(block.caption)}</caption>" if block.caption else ""
    body = "\n".join(rows)
    textual = any(
        width(cell) > TEXTUAL
        for row in block.rows
        for column, cell in list(zip(block.columns, row, strict=True))[1:]
        if column.align == "left"
    )
    kind = "sf-scroll sf-cards" if textual else "sf-scroll"
    kind += " sf-tall" if len(block.rows) >= TALL else ""
    named = _e(block.caption or block.columns[0].title)
    return (
        f'<div class="{kind}" tabindex="0" role="region" aria-label="{named}"><table>{caption}'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _figure(title: str, picture: str, note: str = "") -> str:
    below = f'<p class="sf-muted">{_e(note)}</p>' if note else ""
    above = f"<figcaption>{_e(title)}</figcaption>" if title else ""
    return f"<figure>{above}{picture}{below}</figure>"


def _funnel(block: model.FunnelPicture, locale: str) -> str:
    del locale
    return _figure(block.title, funnel_svg(block, titled=False))


def _bars(block: model.Bars, locale: str) -> str:
    del locale
    return _figure(block.title, bars_svg(block))


def _lines(block: model.Lines, locale: str) -> str:
    return _figure(block.title, lines_svg(block, locale))


def _grid(block: model.Grid, locale: str) -> str:
    del locale
    known = [v for row in block.values for v in row if v is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    heads = "".join(f'<th scope="col" class="sf-center">{_e(name)}</th>' for name in block.columns)
    rows = []
    for name, values, shown in zip(block.rows, block.values, block.shown, strict=True):
        cells = []
        for value, words in zip(values, shown, strict=True):
            style = ""
            if value is not None:
                share = (value - low) / (high - low) if high > low else 0.5
                style = f' style="background:rgba(47,127,191,{0.08 + 0.62 * share:.2f})"'
            cells.append(f'<td class="sf-cell"{style}>{_e(words)}</td>')
        rows.append(f'<tr><th scope="row">{_e(name)}</th>{"".join(cells)}</tr>')
    return (
        f'<div class="sf-scroll" tabindex="0" role="region" aria-label="{_e(block.title)}">'
        f"<table><caption>{_e(block.title)}</caption><thead>"
        f'<tr><th scope="col">{_e(block.corner)}</th>{heads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _faults(block: model.Faults, locale: str, *, level: int = 2) -> str:
    title = f"<h{level}>{_e(block.title)}</h{level}>" if block.title else ""
    if not block.items:
        return f'{title}<p class="sf-muted">{_e(block.none)}</p>' if block.none else ""
    colon = "：" if locale == "zh" else ": "
    items = []
    for item in block.items:
        place = f'<span class="sf-place">{_e(item.place)}{colon}</span>' if item.place else ""
        hint = f'<span class="sf-hint">→ {_e(item.hint)}</span>' if item.hint else ""
        code = f" <code>{_e(item.code)}</code>" if item.code else ""
        kind = _SEVERITY[item.severity]
        sign = _sign(kind, locale)
        items.append(f'<li class="sf-{kind}">{sign}{place}{_glued(item.text)}{code}{hint}</li>')
    return f'{title}<ul class="sf-faults">{"".join(items)}</ul>'


def _section(block: model.Section, locale: str) -> str:
    title = f"<h2>{_e(block.title)}</h2>" if block.title else ""
    inner = "\n".join(
        _faults(part, locale, level=3)
        if isinstance(part, model.Faults) and title
        else block_html(part, locale)
        for part in block.blocks
    )
    return f"<section>{title}{inner}</section>"


_BACKENDS: dict[type, Callable[..., str]] = {
    model.Heading: _heading,
    model.Paragraph: _paragraph,
    model.KeyFigures: _key_figures,
    model.Table: _table,
    model.FunnelPicture: _funnel,
    model.Bars: _bars,
    model.Lines: _lines,
    model.Grid: _grid,
    model.Faults: _faults,
    model.Section: _section,
}
