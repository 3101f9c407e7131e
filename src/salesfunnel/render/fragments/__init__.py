"""Fragments for notebooks: one line, one table whose widest column is a picture, one note.

A fragment brings its style, which nothing outside can break and which breaks nothing outside. A
type without a function here is shown by the plain model of its document.
"""

from __future__ import annotations

import importlib

from salesfunnel._core.vocabulary import Locale
from salesfunnel.render.model import Document

__all__ = ["FRAGMENTS", "fragment_of"]

FRAGMENTS = {
    "Analysis": "analyses:analysis",
    "Bottlenecks": "tables:bottlenecks",
    "Chart": "pictures:chart",
    "ConversionTable": "tables:conversions",
    "Diagnosis": "causes:diagnosis",
    "Forecast": "pictures:forecast",
    "ImprovementPlan": "causes:plan",
    "Panel": "tables:panel",
    "StepCounts": "tables:steps",
    "Tracking": "tables:tracking",
}
"""Type name → ``module:function`` in this package."""


def fragment_of(result: object, locale: Locale) -> str:
    """Return a result as a fragment; its document if it has no picture to show."""
    place = FRAGMENTS.get(type(result).__name__)
    if place is not None:
        module, _, function = place.partition(":")
        home = importlib.import_module(f"salesfunnel.render.fragments.{module}")
        found: str | None = getattr(home, function)(result, locale)
        if found is not None:
            return found
    from salesfunnel.render.backends.html import document_html
    from salesfunnel.render.documents import document_of

    document = result if isinstance(result, Document) else document_of(result, locale)
    return document_html(document)
