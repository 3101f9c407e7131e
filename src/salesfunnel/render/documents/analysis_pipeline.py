"""The pipeline in the report of an analysis: the quarter, what moved, which deals may slip."""

from __future__ import annotations

from salesfunnel._core.vocabulary import Locale
from salesfunnel.analysis import Analysis
from salesfunnel.i18n import FORMS, text
from salesfunnel.pipeline import Slippage
from salesfunnel.pipeline.doubts import OF_AMOUNTS
from salesfunnel.render.documents.pipeline import bars_table
from salesfunnel.render.documents.quarter import likely_table
from salesfunnel.render.model import Block, KeyFigures, Paragraph, Section
from salesfunnel.render.words.figures import days_between, fault_item, money_span, money_text

__all__ = ["pipeline_sections"]

SHOWN = 8
"""Deals that may slip, at most."""


def pipeline_sections(analysis: Analysis, locale: Locale) -> list[Block]:
    """Return the quarter, the bridge and the deals that may slip, as far as they are known."""
    sections = [*_quarter(analysis, locale)]
    bridge = analysis.bridge
    if bridge is not None:
        since, until = (
            FORMS["date"](day, locale) for day in days_between(bridge.since, bridge.until)
        )
        title = text("pipeline.bridge-title", locale, since=since, until=until)
        blocks: list[Block] = [
            Paragraph(fault_item(fault, locale).text, mark="warn")
            for fault in bridge.faults
            if fault.severity != "info" and fault.code in OF_AMOUNTS
        ]
        blocks.append(bars_table(bridge.bars, bridge.currency, locale))
        sections.append(Section(title, blocks))
    if analysis.slippage is not None:
        sections += _slipping(analysis.slippage, locale)
    return [*sections]


def _quarter(analysis: Analysis, locale: Locale) -> list[Section]:
    if not analysis.quarter or analysis.quarter_won is None or analysis.quarter_expected is None:
        return []
    unit = analysis.forecast.currency if analysis.forecast is not None else ""
    low, high = analysis.quarter_low or 0.0, analysis.quarter_high or 0.0
    items = [
        (text("report.quarter-won", locale), money_text(analysis.quarter_won, unit, locale)),
        (text("report.quarter-end", locale), money_text(analysis.quarter_expected, unit, locale)),
        (text("ahead.interval", locale), money_span(low, high, unit, locale)),
    ]
    title = text("report.quarter", locale, quarter=analysis.quarter)
    return [Section(title, [KeyFigures(items)])]


def _slipping(found: Slippage, locale: Locale) -> list[Section]:
    if not found.deals:
        return []
    title = text("report.slipping", locale)
    words = text(
        "report.slipping-words", locale, n=len(found.deals), slips=float(found.p_slip.sum()),
        pushed=int((found.pushes > 0).sum()),
    )  # fmt: skip
    return [Section(title, [Paragraph(words), likely_table(found, locale, most=SHOWN)])]
