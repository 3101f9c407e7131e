"""Documents as HTML fragments: pure Python, everything escaped, no script, styles inline."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from salesfunnel.render import model
from salesfunnel.render._width import clean
from salesfunnel.render.charts import bars_svg, lines_svg
from salesfunnel.render.svg import funnel_svg

STYLE = """
.sf{font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"PingFang SC","Hiragino Sans GB",
"Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif;color:inherit;max-width:72rem}
.sf h1{font-size:1.6em;line-height:1.25;margin:0 0 .2em}
.sf h2{font-size:1.2em;margin:1.6em 0 .5em;padding-bottom:.2em;border-bottom:1px solid #8884}
.sf h3,.sf h4{font-size:1.05em;margin:1.2em 0 .4em}
.sf p{margin:.5em 0;max-width:46rem}
.sf .sf-muted{opacity:.7}
.sf .sf-good,.sf .sf-warn,.sf .sf-bad{border-left:4px solid;padding:.35em .8em;border-radius:3px}
.sf .sf-good{border-color:#2e9e6b;background:#2e9e6b18}
.sf .sf-warn{border-color:#d9a21b;background:#d9a21b18}
.sf .sf-bad{border-color:#d1495b;background:#d1495b18}
.sf dl{display:flex;flex-wrap:wrap;gap:.6em;margin:1em 0;padding:0}
.sf dl>div{border:1px solid #8884;border-radius:8px;padding:.5em .9em;min-width:7em}
.sf dt{font-size:.82em;opacity:.75}
.sf dd{margin:0;font-size:1.15em;font-weight:600;font-variant-numeric:tabular-nums}
.sf .sf-scroll{overflow-x:auto;margin:.6em 0 1.2em}
.sf table{border-collapse:collapse;font-size:.93em;font-variant-numeric:tabular-nums;min-width:50%}
.sf caption{text-align:left;font-weight:600;padding:.3em 0}
.sf th,.sf td{padding:.4em .7em;text-align:left;vertical-align:top;background:transparent}
.sf th{border-bottom:2px solid #8886;font-weight:600;white-space:nowrap}
.sf td{border-bottom:1px solid #8883}
.sf .sf-right{text-align:right;white-space:nowrap}
.sf .sf-center{text-align:center}
.sf tr.sf-row-bad td{background:#d1495b1c}
.sf tr.sf-row-warn td{background:#d9a21b1c}
.sf tr.sf-row-good td{background:#2e9e6b1c}
.sf tr.sf-row-muted td{opacity:.65}
.sf figure{margin:1em 0;max-width:44rem}
.sf figcaption{font-weight:600;margin-bottom:.3em}
.sf svg{width:100%;height:auto;display:block}
.sf ul.sf-faults{list-style:none;padding:0;margin:.5em 0}
.sf ul.sf-faults li{margin:.5em 0}
.sf .sf-place{font-weight:600}
.sf .sf-hint{display:block;opacity:.8;font-size:.93em}
.sf code{font:.85em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;opacity:.75}
.sf td.sf-cell{text-align:center}
@media(max-width:600px){.sf td{white-space:nowrap}}
@media print{.sf{max-width:none}.sf .sf-scroll{overflow:visible}
.sf figure,.sf tr{break-inside:avoid}}
"""
"""The style of fragments; every rule is below the class ``sf``."""

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


def _e(text: str) -> str:
    return escape(clean(text), quote=True)


def _heading(block: model.Heading, locale: str) -> str:
    del locale
    level = min(max(block.level, 2), 4)
    return f"<h{level}>{_e(block.text)}</h{level}>"


def _paragraph(block: model.Paragraph, locale: str) -> str:
    del locale
    kind = f' class="sf-{block.mark}"' if block.mark else ""
    return f"<p{kind}>{_e(block.text)}</p>"


def _key_figures(block: model.KeyFigures, locale: str) -> str:
    del locale
    items = (f"<div><dt>{_e(name)}</dt><dd>{_e(fig)}</dd></div>" for name, fig in block.items)
    return f"<dl>{''.join(items)}</dl>"


def _align(column: model.Column) -> str:
    return "" if column.align == "left" else f' class="sf-{column.align}"'


def _table(block: model.Table, locale: str) -> str:
    del locale
    heads = "".join(f'<th scope="col"{_align(c)}>{_e(c.title)}</th>' for c in block.columns)
    marks = block.marks or ("",) * len(block.rows)
    rows = []
    for row, mark in zip(block.rows, marks, strict=True):
        kind = f' class="sf-row-{mark}"' if mark else ""
        cells = (
            f"<td{_align(column)}>{_e(cell)}</td>"
            for column, cell in zip(block.columns, row, strict=True)
        )
        rows.append(f"<tr{kind}>{''.join(cells)}</tr>")
    caption = f"<caption>{_e(block.caption)}</caption>" if block.caption else ""
    body = "\n".join(rows)
    return (
        f'<div class="sf-scroll" tabindex="0"><table>{caption}<thead><tr>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _figure(title: str, picture: str, note: str = "") -> str:
    below = f'<p class="sf-muted">{_e(note)}</p>' if note else ""
    return f"<figure><figcaption>{_e(title)}</figcaption>{picture}{below}</figure>"


def _funnel(block: model.FunnelPicture, locale: str) -> str:
    del locale
    return f"<figure>{funnel_svg(block)}</figure>"


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
        f'<div class="sf-scroll" tabindex="0"><table><caption>{_e(block.title)}</caption><thead>'
        f"<tr><th>{_e(block.corner)}</th>{heads}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _faults(block: model.Faults, locale: str) -> str:
    title = f"<h2>{_e(block.title)}</h2>" if block.title else ""
    if not block.items:
        return f'{title}<p class="sf-muted">{_e(block.none)}</p>' if block.none else ""
    colon = "：" if locale == "zh" else ": "
    items = []
    for item in block.items:
        place = f'<span class="sf-place">{_e(item.place)}{colon}</span>' if item.place else ""
        hint = f'<span class="sf-hint">→ {_e(item.hint)}</span>' if item.hint else ""
        code = f" <code>{_e(item.code)}</code>" if item.code else ""
        kind = _SEVERITY[item.severity]
        items.append(f'<li class="sf-{kind}">{place}{_e(item.text)}{code}{hint}</li>')
    return f'{title}<ul class="sf-faults">{"".join(items)}</ul>'


def _section(block: model.Section, locale: str) -> str:
    title = f"<h2>{_e(block.title)}</h2>" if block.title else ""
    inner = "\n".join(block_html(part, locale) for part in block.blocks)
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
