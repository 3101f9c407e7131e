"""The document of a panel: counts by period and step, a table a segment."""

from __future__ import annotations

from salesfunnel._core.vocabulary import Locale
from salesfunnel.data.open_counted import open_counted
from salesfunnel.data.panel import Panel
from salesfunnel.i18n import text
from salesfunnel.render.charts.bind.counts import last_complete
from salesfunnel.render.documents.funnel_picture import funnel_picture
from salesfunnel.render.model import Block, Column, Document, Paragraph, Table
from salesfunnel.render.words.figures import (
    doubts_block,
    money_text,
    period_text,
    segment_words,
    shown,
)
from salesfunnel.render.words.names import labels_of

_SEGMENTS = 10


def panel_document(panel: Panel, locale: Locale) -> Document:
    """Return a table of counts a segment, ten at most, and the picture of the last period."""
    labels = labels_of(panel.funnel, panel.steps, locale)
    heads = [text("report.period", locale), *labels.values()]
    columns = [Column(head, align="right" if i else "left") for i, head in enumerate(heads)]
    blocks: list[Block] = []
    for g, segment in enumerate(panel.segments[:_SEGMENTS]):
        rows = []
        for t, period in enumerate(panel.periods):
            pairs = zip(panel.counts[t, g].tolist(), panel.missing[t, g].tolist(), strict=True)
            cells = [_cell(panel, None if gone else n, locale) for n, gone in pairs]
            star = "*" if period in panel.partial else ""
            rows.append([period_text(period, locale) + star, *cells])
        caption = segment_words(segment, locale) if len(panel.segments) > 1 else ""
        blocks.append(Table(columns, rows, caption=caption))
    if len(panel.segments) > _SEGMENTS:
        words = text("report.rows-shown", locale, shown=_SEGMENTS, all=len(panel.segments))
        blocks.append(Paragraph(words, mark="muted"))
    if panel.partial:
        blocks.append(Paragraph(text("page.running", locale), mark="muted"))
    if panel.periods and panel.steps and len(panel.segments) == 1 and panel.weight is None:
        last, only = panel.periods[last_complete(panel, None)], panel.segments[0]
        blocks.append(funnel_picture(panel, locale, period=last, segment=only))
    said = (*panel.faults, *open_counted(panel))
    if said:
        blocks.append(doubts_block(said, locale, labels))
    title = "report.panel" if panel.weight is None else "report.panel-amounts"
    return Document(text(title, locale), blocks, locale=locale)


def _cell(panel: Panel, n: float | None, locale: Locale) -> str:
    """Return a count, or the amount of a panel of amounts."""
    if panel.weight is None or n is None:
        return shown(n, "count", locale)
    return money_text(float(n), panel.currency, locale)
