"""The style of pages and fragments: one set of rules, written for the root that they stand under.

``&`` is the root. A page's root is ``.sf``; a fragment's is ``.sf.sf.sf``, which outweighs the
rules that notebooks put on tables and pictures (two classes and two elements at most), whatever the
order in which the sheets are read.
"""

from __future__ import annotations

import attrs

from salesfunnel.render.backends.page_rules import PAPER, SCREEN
from salesfunnel.render.charts.palette import DARK, FONT, LIGHT, Palette

__all__ = ["FRAGMENT", "PAGE", "PARTS"]


def _variables(colours: Palette) -> str:
    names = list(attrs.fields_dict(Palette))
    return ";".join(f"--sf-{n.replace('_', '-')}:{getattr(colours, n)}" for n in names)


PARTS = """
& .sf-plot svg,& .sf-row svg,& .sf-key svg{display:block;max-width:none}
& svg text{font-family:inherit;font-variant-numeric:tabular-nums}
& .sf-rows{display:grid;gap:0;font-size:13px;line-height:1.3}
& .sf-row{display:grid;grid-template-columns:
minmax(7em,min(15em,36%)) minmax(0,1fr) min(var(--sf-fig,5em),30%);
gap:0 16px;align-items:center}
& .sf-row>svg{overflow:visible}
& .sf-name{padding:5px 0;overflow-wrap:anywhere}
& .sf-name small{display:block;color:var(--sf-muted);font-size:12px;line-height:1.3}
& .sf-fig{text-align:right;font-weight:650;font-size:13.5px}
& .sf-nb{white-space:nowrap}
& .sf-under .sf-row{grid-template-columns:minmax(5.5em,min(11em,26%)) minmax(0,1fr) 4.3em}
& .sf-under .sf-name{padding:0;text-align:right}
& .sf-under .sf-say{grid-column:2/4;padding:0 0 5px}
& .sf-say small{display:block;color:var(--sf-muted);font-size:12px;line-height:1.3}
& .sf-fig.sf-alert{color:var(--sf-alert)}
& .sf-fig small{display:block;font-weight:400;color:var(--sf-muted);font-size:12px}
& .sf-row.sf-sum .sf-name,& .sf-row.sf-sum{font-weight:650}
& .sf-key{display:flex;flex-wrap:wrap;gap:3px 16px;font-size:12.5px;color:var(--sf-muted);
margin:10px 0 0;padding:0}
& .sf-key span{display:flex;align-items:center;gap:6px}
& .sf-key svg{width:18px;height:12px;flex:none}
& .sf-note{color:var(--sf-muted);font-size:12.5px;line-height:1.5;margin:10px 0 0;max-width:70em}
& .sf-scroll{overflow-x:auto}
& .sf-t{border-collapse:collapse;border-spacing:0;width:100%;font-size:13px;line-height:1.4;
font-variant-numeric:tabular-nums;border:0;margin:0;table-layout:auto;color:var(--sf-ink)}
& .sf-t th,& .sf-t td{padding:5px 10px;text-align:left;vertical-align:middle;border:0;
border-bottom:1px solid var(--sf-line);background:none;color:inherit;font-weight:400;
white-space:normal;max-width:32em}
& .sf-t thead th,& .sf-t thead td{color:var(--sf-muted);font-size:12px;font-weight:600;
vertical-align:bottom;
border-bottom:1px solid var(--sf-grey)}
& .sf-t tbody th{font-weight:500;min-width:8.5em}
& .sf-t .sf-r{text-align:right;white-space:nowrap}
& .sf-t td:not(.sf-r,.sf-c,.sf-hm,.sf-s){min-width:4.2em}
& .sf-t thead th:not(.sf-r,.sf-c){min-width:4.5em}
& .sf-t:lang(zh) thead th:not(.sf-c){min-width:5em}
& .sf-t .sf-c{text-align:center}
& .sf-t .sf-s{white-space:nowrap}
& .sf-t th:first-child,& .sf-t td:first-child{padding-left:0}
& .sf-t tr.sf-bad>*{background:var(--sf-alert-tint)}
& .sf-t tr.sf-bad>:first-child{box-shadow:inset 3px 0 0 var(--sf-alert);padding-left:9px}
& .sf-t tr.sf-quiet>*{color:var(--sf-muted)}
& .sf-t td.sf-hm{text-align:center;border:2px solid var(--sf-back);padding:5px 6px}
& .sf-bad-word{color:var(--sf-alert);font-weight:600}
& .sf-good-word{color:var(--sf-main)}
& details{margin:10px 0 0;font-size:12.5px}
& summary{cursor:pointer;color:var(--sf-muted)}
@media(max-width:600px){& .sf-odd{display:none}}
"""
"""Pictures, tables and details, which pages and fragments have in common."""

_HOSTS_DARK = (
    "[data-jp-theme-light=false] &,.vscode-dark &,"
    ".vscode-high-contrast:not(.vscode-high-contrast-light) &,"
    "html[theme=dark] &"
)
_HOSTS_LIGHT = "[data-jp-theme-light=true] &,.vscode-light &,html[theme=light] &"
_OUTSIDE = "--sf-back:var(--jp-layout-color0,var(--vscode-editor-background,{}))"


def _fragment() -> str:
    root = (
        "&{font:13px/1.45 " + FONT + ";color:var(--sf-ink);"
        "font-variant-numeric:tabular-nums;max-width:860px;margin:2px 0 6px;padding:0;"
        "text-align:left;letter-spacing:normal;text-transform:none}"
    )
    revert = "& :where(div,span,b,i,small,table,thead,tbody,tr,th,td,details,summary){all:revert}"
    boxes = "& :where(div,span,table,th,td){box-sizing:border-box}"
    light = _variables(LIGHT) + ";" + _OUTSIDE.format(LIGHT.back)
    dark = _variables(DARK) + ";" + _OUTSIDE.format(DARK.back)
    themes = (
        f"&{{{light}}}@media(prefers-color-scheme:dark){{&{{{dark}}}}}"
        f"{_HOSTS_DARK}{{{dark}}}{_HOSTS_LIGHT}{{{light}}}"
    )
    own = """
& .sf-h{margin:0 0 6px;font-size:14px}
& .sf-h b{font-size:15px;font-weight:650}
& .sf-h span{color:var(--sf-muted);margin-left:8px;font-size:12.5px}
& .sf-h2{font-weight:650;font-size:13.5px;margin:10px 0 4px;display:block}
& .sf-p{margin:4px 0;max-width:62em}
& .sf-p.sf-warn,& .sf-p.sf-bad,& .sf-p.sf-good{border-left:3px solid var(--sf-grey);
padding:1px 0 1px 9px}
& .sf-p.sf-bad{border-color:var(--sf-alert)}
& .sf-p.sf-good{border-color:var(--sf-main)}
& .sf-muted{color:var(--sf-muted)}
& .sf-facts{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:2px 18px;margin:4px 0}
& .sf-facts>span:nth-child(odd){color:var(--sf-muted)}
& .sf-facts>span:nth-child(even){font-weight:600}
& .sf-facts small{font-weight:400;color:var(--sf-muted);margin-left:6px}
& .sf-t th,& .sf-t td{padding:4px 8px}
& .sf-code{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:11.5px;color:var(--sf-muted)}
& .sf-fault{margin:3px 0}
& .sf-pic{margin:8px 0;max-width:720px}
"""
    return themes + root + revert + boxes + PARTS + own


FRAGMENT = _fragment().replace("&", ".sf.sf.sf").replace("\n", "")
"""The style that every fragment brings with it."""

_THEMES = (
    f":root{{{_variables(LIGHT)};color-scheme:light}}"
    f"@media(prefers-color-scheme:dark){{:root:not([data-theme=light]){{{_variables(DARK)};"
    f"color-scheme:dark}}}}"
    f":root[data-theme=dark]{{{_variables(DARK)};color-scheme:dark}}"
)
PAGE = (
    (_THEMES + PARTS + SCREEN + PAPER)
    .replace("FONT", FONT)
    .replace("{LIGHT;", "{" + _variables(LIGHT) + ";")
    .replace("&", ".sf")
    .replace("\n", "")
)
"""The style of the report, one file with it."""
