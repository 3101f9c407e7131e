"""Showing results: a plain model of a document first, then text, HTML and pictures."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING, cast

from salesfunnel._core.files import write_file
from salesfunnel._core.vocabulary import Locale
from salesfunnel.render.documents import document_of
from salesfunnel.render.model import Document

if TYPE_CHECKING:
    from salesfunnel.analysis import Analysis

__all__ = ["document_of", "to_fragment", "to_html", "to_text"]


def to_text(result: object, *, locale: Locale = "en", width: int | None = None) -> str:
    """Return a result as text for a terminal of `width` columns (80 by default)."""
    from salesfunnel.render.backends.text import WIDTH, document_text

    return document_text(_document(result, locale), WIDTH if width is None else width)


def to_fragment(result: object, *, locale: Locale = "en") -> str:
    """Return a result as an HTML fragment for notebooks; needs no extra."""
    from salesfunnel.render.fragments import fragment_of

    return fragment_of(result, locale)


def to_html(
    result: object, path: str | PathLike[str] | None = None, *, locale: Locale = "en"
) -> str:
    """Return a result as one HTML page that needs nothing from outside; write it where asked."""
    if type(result).__name__ == "Analysis":
        from salesfunnel.render.report.page import report_html

        page = report_html(cast("Analysis", result), locale)
    else:
        from salesfunnel.render.backends.page import page_html

        page = page_html(_document(result, locale))
    if path is not None:
        write_file(path, page.encode())
    return page


def _document(result: object, locale: Locale) -> Document:
    return result if isinstance(result, Document) else document_of(result, locale)
