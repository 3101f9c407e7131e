"""The report on a tracking sheet: bottlenecks, table, funnel, faults."""

from __future__ import annotations

from salesfunnel._core.vocabulary import Locale
from salesfunnel.data.tracking import Tracking
from salesfunnel.i18n import text
from salesfunnel.render.documents import document_of
from salesfunnel.render.documents.tracking import pictures, tracking_blocks
from salesfunnel.render.model import Block, Document, Paragraph, Section
from salesfunnel.render.words.figures import faults_block
from salesfunnel.render.words.names import in_language


def report_document(
    tracking: Tracking, locale: Locale, *, benchmark: str | None = None
) -> Document:
    """Return the report of the main job.

    Parameters
    ----------
    tracking : Tracking
    locale : {"en", "zh"}
    benchmark : str, optional
        Name of a set of industry figures to compare with, besides the history.
    """
    blocks: list[Block] = [_bottlenecks(tracking, locale, benchmark)]
    blocks += [*tracking_blocks(tracking, locale), *pictures(tracking, locale)]
    blocks.append(faults_block(tracking.faults, locale))
    name = in_language(tracking.funnel, locale).label
    return Document(text("report.title", locale, name=name), blocks, locale=locale)


def _bottlenecks(tracking: Tracking, locale: Locale, benchmark: str | None) -> Section:
    title = text("report.bottlenecks", locale)
    panel = tracking.panel(level="step")
    if len(panel.steps) < 2 or not panel.periods:
        return Section(title, [Paragraph(text("report.no-chain", locale), mark="muted")])
    if len(panel.periods) == 1 and benchmark is None:
        return Section(title, [Paragraph(text("report.one-period", locale), mark="warn")])
    from salesfunnel.bottleneck import find_bottlenecks

    found = find_bottlenecks(panel, benchmark=benchmark)
    return Section(title, document_of(found, locale).blocks)
