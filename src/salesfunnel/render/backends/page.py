"""One HTML page that needs nothing from outside: no script, no request, light and dark."""

from __future__ import annotations

from importlib import resources

from salesfunnel import __version__
from salesfunnel._core.extras import require
from salesfunnel._core.safe_text import clean
from salesfunnel.i18n import text
from salesfunnel.render.backends.html import STYLE, body_html
from salesfunnel.render.model import Document

__all__ = ["page_html"]


def page_html(document: Document) -> str:
    """Return a document as a page of its own.

    Raises
    ------
    MissingExtraError
        If jinja2 is not installed (extra ``report``).
    """
    jinja2 = require("jinja2", extra="report", feature="an HTML report")
    template = (resources.files("salesfunnel.render.backends") / "page.html").read_text(
        encoding="utf-8"
    )
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    page: str = environment.from_string(template).render(
        lang="zh-CN" if document.locale == "zh" else "en",
        title=clean(document.title),
        style=STYLE,
        body=body_html(document),
        made_by=text("report.made-by", document.locale, version=__version__),
    )
    return page
