"""Documents of charts, and of results that are best shown as one."""

from __future__ import annotations

from salesfunnel._core.vocabulary import Locale
from salesfunnel.render.charts import Chart, chart_of
from salesfunnel.render.model import Document, Picture

__all__ = ["chart_document", "pictured_document"]


def chart_document(chart: Chart, locale: Locale) -> Document:
    """Return a chart in its own words; its language was chosen when it was made."""
    del locale
    title = chart.title or chart.kind
    picture = Picture(chart, titled=False)
    return Document(title, [picture], locale=chart.locale, subtitle=chart.subtitle)


def pictured_document(result: object, locale: Locale) -> Document:
    """Return a result as its first picture."""
    return chart_document(chart_of(result, locale=locale), locale)
