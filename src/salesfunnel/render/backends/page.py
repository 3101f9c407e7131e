"""One HTML page that needs nothing from outside: no request, whole without script."""

from __future__ import annotations

import string

from salesfunnel import __version__
from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.render.backends.html import body_html
from salesfunnel.render.backends.pictures import e
from salesfunnel.render.backends.style import PAGE
from salesfunnel.render.model import Document

__all__ = ["page_html", "page_of"]

TEMPLATE = string.Template(
    '<!doctype html><html lang="$lang"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width,initial-scale=1">'
    '<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">'
    "<title>$title</title><style>$style</style></head>"
    '<body class="sf"><a class="skip" href="#m">$skip</a><div class="pg">'
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
    "('circle,rect,line'),c=n&&(n.sfTip||n.querySelector('title'));if(!c){t.style.display='none';"
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


def page_of(title: str, bar: str, body: str, locale: str, *, footer: str) -> str:
    """Return a whole page; `bar`, `body` and `footer` are HTML already."""
    words: Locale = "zh" if locale == "zh" else "en"
    return TEMPLATE.substitute(
        lang="zh-CN" if locale == "zh" else "en", title=e(title), style=PAGE, bar=bar, body=body,
        footer=footer, script=SCRIPT, skip=e(text("page.contents", words)),
        theme=e(text("page.theme", words)),
    )  # fmt: skip


def page_html(document: Document) -> str:
    """Return a document as a page of its own."""
    made_by = text("report.made-by", document.locale, version=__version__)
    bar = f"<b>{e(document.title)}</b>"
    body = f'<div class="doc">{body_html(document)}</div>'
    return page_of(document.title, bar, body, document.locale, footer=e(made_by))
