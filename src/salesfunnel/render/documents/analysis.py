"""The report of all steps in a row."""

from __future__ import annotations

from salesfunnel._typing import Locale
from salesfunnel.analysis import Analysis
from salesfunnel.i18n import text
from salesfunnel.panel import ALL
from salesfunnel.render.documents import document_of
from salesfunnel.render.documents._words import faults_block, shown
from salesfunnel.render.documents.bottlenecks import labels_of
from salesfunnel.render.documents.causes import findings_blocks, plan_blocks
from salesfunnel.render.documents.funnel_picture import funnel_picture
from salesfunnel.render.model import Block, Document, Mark, Section

_MARKS: dict[str, Mark] = {"confirmed": "bad", "suspected": "warn"}


def analysis_document(analysis: Analysis, locale: Locale) -> Document:
    """Return bottlenecks, causes and plan first, then the funnel, the rates, the faults."""
    panel = analysis.panel.total()
    labels = labels_of(analysis.funnel, panel.steps)
    marks = {}
    for row in analysis.bottlenecks.rows:
        mark = _MARKS.get(row.tier)
        if mark is not None and row.segment == ALL:
            words = text("report.chance-of-fall", locale, p=row.probability)
            marks[row.transition.target] = (mark, words)
    intervals = {
        row.target: f"{shown(row.interval.low, 'percent', locale)} – "
        f"{shown(row.interval.high, 'percent', locale)}"
        for row in analysis.conversions.rows
        if row.segment == ALL and row.interval is not None
    }
    picture = funnel_picture(
        panel, locale, period=analysis.period, intervals=intervals, marks=marks
    )
    blocks: list[Block] = [
        Section(
            text("report.bottlenecks", locale), document_of(analysis.bottlenecks, locale).blocks
        ),
        Section(
            text("finding.heading", locale), findings_blocks(analysis.findings, locale, labels)
        ),
        Section(text("plan.title", locale), plan_blocks(analysis.plan, locale)),
        Section("", [picture]),
        Section(text("report.rates", locale), document_of(analysis.conversions, locale).blocks),
        faults_block(analysis.faults, locale),
    ]
    name = analysis.funnel.label if analysis.funnel is not None else ""
    title = text("report.title", locale, name=name)
    return Document(title, blocks, locale=locale, subtitle=analysis.period)
