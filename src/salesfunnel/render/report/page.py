"""The report of an analysis: one HTML file that needs nothing from outside and no script."""

from __future__ import annotations

import string
from typing import Any

from salesfunnel import __version__
from salesfunnel._typing import Locale
from salesfunnel.i18n import text
from salesfunnel.render.charts.bind.analyses import worst
from salesfunnel.render.names import foreign, in_language
from salesfunnel.render.report.answers import answer_of
from salesfunnel.render.report.draw import e
from salesfunnel.render.report.outlook import causes_html, follow_html, plan_html, split_html
from salesfunnel.render.report.sections import (
    Page,
    answer_html,
    bar_html,
    cards_html,
    entry_note,
    every_step_html,
    figure,
    quality_html,
    row,
)
from salesfunnel.render.report.style import PAGE

__all__ = ["page_of", "report_html"]

TEMPLATE = string.Template(
    '<!doctype html><html lang="$lang"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width,initial-scale=1">'
    '<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">'
    "<title>$title</title><style>$style</style></head>"
    '<body class="sf" lang="$lang"><a class="skip" href="#m">$skip</a><div class="pg">'
    '<header class="tb">$bar<nav aria-label="$theme"><button id="th" type="button" hidden>$theme'
    '</button></nav></header><main id="m">$body</main><footer>$footer</footer></div>'
    '<div id="tip" aria-hidden="true"></div><script>$script</script></body></html>\n'
)
SCRIPT = (
    "(function(){var d=document,r=d.documentElement,b=d.getElementById('th'),"
    "t=d.getElementById('tip');b.hidden=false;b.onclick=function(){var k=r.dataset.theme||"
    "(matchMedia('(prefers-color-scheme:dark)').matches?'dark':'light');"
    "r.dataset.theme=k==='dark'?'light':'dark'};"
    "d.addEventListener('mousemove',function(v){var n=v.target.closest&&v.target.closest"
    "('circle,rect,line'),c=n&&(n.querySelector('title')||n.sfTip);if(!c){t.style.display='none';"
    "return}if(!n.sfTip){n.sfTip=c;c.remove()}t.textContent=n.sfTip.textContent;"
    "t.style.display='block';t.style.left=Math.min(v.clientX+14,innerWidth-t.offsetWidth-8)+'px';"
    "t.style.top=v.clientY+16+'px'});"
    "d.querySelectorAll('table.sorts').forEach(function(a){a.querySelectorAll('thead th')"
    ".forEach(function(h,i){var u=d.createElement('button');u.type='button';"
    "u.textContent=h.textContent;h.textContent='';h.appendChild(u);u.onclick=function(){"
    "var up=h.getAttribute('aria-sort')!=='ascending',g=a.tBodies[0];"
    "a.querySelectorAll('thead th').forEach(function(o){o.removeAttribute('aria-sort')});"
    "h.setAttribute('aria-sort',up?'ascending':'descending');"
    "Array.from(g.rows).sort(function(x,y){var p=x.cells[i].textContent,"
    "q=y.cells[i].textContent,f=function(s){return parseFloat(s.replace(/[^0-9.]/g,''))},"
    "m=f(p),n=f(q),c=isNaN(m)||isNaN(n)?p.localeCompare(q):m-n;return up?c:-c})"
    ".forEach(function(x){g.appendChild(x)})}})})})();"
)
"""Theme, tooltip, sorting: what the page can do without."""


def page_of(title: str, bar: str, body: str, locale: Locale, *, footer: str) -> str:
    """Return a whole page; `bar`, `body` and `footer` are HTML already."""
    return TEMPLATE.substitute(
        lang="zh-CN" if locale == "zh" else "en", title=e(title), style=PAGE, bar=bar, body=body,
        footer=footer, script=SCRIPT, skip=e(text("page.contents", locale)),
        theme=e(text("page.theme", locale)),
    )  # fmt: skip


def report_html(analysis: Any, locale: Locale) -> str:
    """Return the report of an analysis in one language."""
    page = Page.of(analysis, locale)
    answer = answer_of(analysis, locale)
    funnel = None if analysis.funnel is None else in_language(analysis.funnel, locale)
    name = text("report.title", locale, name="").rstrip(" :：") if funnel is None else funnel.label
    parts = [answer_html(answer)]
    found = worst(analysis) if len(analysis.bottlenecks) else None
    where, trend = page.chart("funnel"), page.chart("trend")
    if trend is not None and not trend.data["rate"]:
        trend = None
    note = "" if found is None else entry_note(page, found)
    parts.append(row(
        "r57",
        figure(page, where, note=note) if where else "",
        figure(page, trend, height=230) if trend else "",
    ))  # fmt: skip
    parts.append(cards_html(page))
    if len(analysis.bottlenecks.segments) > 5 and (chart := page.chart("segments")):
        parts.append(row("", figure(page, chart)))
    if found is not None and found.alarm:
        parts.append(row("r75", causes_html(page, found), split_html(page)))
    parts.append(plan_html(page))
    fan, bridge = page.chart("fan"), page.chart("bridge")
    follow = follow_html(page)
    parts.append(row(
        "r66", figure(page, fan, height=220) if fan else "",
        figure(page, bridge) if bridge else "", 
    ))  # fmt: skip
    parts.append(row("r66", follow, quality_html(page)))
    parts.append(every_step_html(page))
    footer = e(text("page.footer", locale, version=__version__))
    if analysis.funnel is not None and any(foreign(n, locale) for n in page.labels.values()):
        footer += f" {page.words('names-as-given')}"
    title = text("page.title", locale, name=name, answer=answer.headline.replace("<wbr>", ""))
    return page_of(title, bar_html(page, name), "".join(parts), locale, footer=footer)
