"""One HTML page that needs nothing from outside: no request, whole without script."""

from __future__ import annotations

import base64
import json
import string
import zlib
from typing import NamedTuple

from salesfunnel import __version__
from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.render.backends.html import body_html
from salesfunnel.render.backends.pictures import e
from salesfunnel.render.backends.style import PAGE
from salesfunnel.render.backends.unbroken import unbroken
from salesfunnel.render.model import Document

__all__ = ["PageParts", "page_html", "page_of"]

TEMPLATE = string.Template(
    '<!doctype html><html lang="$lang"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width,initial-scale=1">'
    '<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">'
    "<title>$title</title><style>$style</style></head>"
    '<body class="sf"><a class="skip" href="#m">$skip</a><div class="pg">'
    '<header class="tb"><div id="br">$bar</div><nav aria-label="$theme">$switch'
    '<button id="th" type="button" hidden>$theme</button></nav></header>'
    '<main id="m">$body</main><footer>$footer</footer></div>'
    '<div id="tip" aria-hidden="true"></div><script>$script</script></body></html>\n'
)
SWITCH = string.Template(
    '<button id="lg" type="button" hidden lang="$lang" title="$title" data-other="$packed">$label'
    "</button>"
)
LANGUAGES: dict[Locale, tuple[str, str, str]] = {
    "en": ("en", "English", "EN"),
    "zh": ("zh-CN", "中文", "中文"),
}
"""The tag of a language, its name, and what the button says that leads to it."""
SCRIPT = (
    "(function(){var d=document,r=d.documentElement,q=function(i){return d.getElementById(i)},"
    "b=q('th'),t=q('tip'),l=q('lg');b.hidden=false;b.onclick=function(){var k=r.dataset.theme||"
    "(matchMedia('(prefers-color-scheme:dark)').matches?'dark':'light');"
    "r.dataset.theme=k==='dark'?'light':'dark'};"
    "d.addEventListener('mousemove',function(v){var n=v.target.closest&&v.target.closest"
    "('circle,rect,line'),c=n&&(n.sfTip||n.querySelector('title'));if(!c){t.style.display='none';"
    "return}if(!n.sfTip){n.sfTip=c;c.remove()}t.textContent=n.sfTip.textContent;"
    "t.style.display='block';t.style.left=Math.min(v.clientX+14,innerWidth-t.offsetWidth-8)+'px';"
    "t.style.top=v.clientY+16+'px'});"
    "function sorts(){d.querySelectorAll('table.sorts').forEach(function(a){"
    "a.querySelectorAll('thead th')"
    ".forEach(function(h,i){var u=d.createElement('button');u.type='button';"
    "u.textContent=h.textContent;h.textContent='';h.appendChild(u);u.onclick=function(){"
    "var up=h.getAttribute('aria-sort')!=='ascending',g=a.tBodies[0];"
    "a.querySelectorAll('thead th').forEach(function(o){o.removeAttribute('aria-sort')});"
    "h.setAttribute('aria-sort',up?'ascending':'descending');"
    "Array.from(g.rows).sort(function(x,y){var p=x.cells[i].textContent,"
    "q=y.cells[i].textContent,f=function(s){return parseFloat(s.replace(/[^0-9.]/g,''))},"
    "m=f(p),n=f(q),c=isNaN(m)||isNaN(n)?p.localeCompare(q):m-n;return up?c:-c})"
    ".forEach(function(x){g.appendChild(x)})}})})}"
    "var parts=function(){return[d.querySelector('footer'),"
    "d.querySelector('.skip'),b,q('br'),q('m')]};"
    "if(l&&window.DecompressionStream){var here={p:parts().map(function(e){return e.innerHTML}),"
    "l:r.lang,t:d.title,n:[l.textContent,l.lang,l.title]},there;l.hidden=false;"
    "l.onclick=function(){var s=there?Promise.resolve(there):new Response(new Blob("
    "[Uint8Array.from(atob(l.dataset.other),function(c){return c.charCodeAt(0)})]).stream()"
    ".pipeThrough(new DecompressionStream('deflate-raw'))).json();s.then(function(o){"
    "var from=here;here=o;there=from;parts().forEach(function(e,i){e.innerHTML=o.p[i]});"
    "r.lang=o.l;d.title=o.t;l.textContent=o.n[0];l.lang=o.n[1];l.title=o.n[2];"
    "b.parentNode.setAttribute('aria-label',b.textContent);sorts()})}}"
    "sorts()})();"
)
"""Theme, language, tooltip, sorting: what the page can do without."""


class PageParts(NamedTuple):
    """What a page holds in one language, as HTML but for the title."""

    title: str
    bar: str
    body: str
    footer: str


def switch_of(other: PageParts, locale: Locale) -> str:
    """Return the button to a page in the other language, which lies packed in it."""
    tag, name, label = LANGUAGES[locale]
    back = LANGUAGES["en" if locale == "zh" else "zh"]
    document = {
        "p": [
            other.footer, e(text("page.contents", locale)), e(text("page.theme", locale)),
            other.bar, other.body,
        ],
        "l": tag, "t": other.title, "n": [back[2], back[0], back[1]],
    }  # fmt: skip
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = squeeze.compress(json.dumps(document, ensure_ascii=False).encode()) + squeeze.flush()
    return SWITCH.substitute(
        lang=tag, title=name, label=label, packed=base64.b64encode(packed).decode()
    )


def page_of(parts: PageParts, locale: str, other: PageParts | None = None) -> str:
    """Return a whole page; with the same page in the other language, it can be switched."""
    words: Locale = "zh" if locale == "zh" else "en"
    parts, other = _unbroken(parts), None if other is None else _unbroken(other)
    return TEMPLATE.substitute(
        lang=LANGUAGES[words][0], title=e(parts.title), style=PAGE, bar=parts.bar,
        body=parts.body, footer=parts.footer, script=SCRIPT, skip=e(text("page.contents", words)),
        theme=e(text("page.theme", words)),
        switch="" if other is None else switch_of(other, "en" if words == "zh" else "zh"),
    )  # fmt: skip


def _unbroken(parts: PageParts) -> PageParts:
    return parts._replace(bar=unbroken(parts.bar), body=unbroken(parts.body))


def page_html(document: Document) -> str:
    """Return a document as a page of its own."""
    made_by = text("report.made-by", document.locale, version=__version__)
    bar = f"<b>{e(document.title)}</b>"
    body = f'<div class="doc">{body_html(document)}</div>'
    parts = PageParts(document.title, bar, body, e(made_by))
    return page_of(parts, document.locale)
