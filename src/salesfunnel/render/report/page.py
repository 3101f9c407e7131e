"""The report of an analysis: one HTML file that needs nothing from outside and no script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesfunnel import __version__
from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.render.backends.page import PageParts, page_of
from salesfunnel.render.backends.pictures import e
from salesfunnel.render.charts.bind.analyses import worst
from salesfunnel.render.report.answers import answer_of
from salesfunnel.render.report.cards import cards_html, every_step_html
from salesfunnel.render.report.outlook import causes_html, follow_html, plan_html, split_html
from salesfunnel.render.report.sections import (
    Page,
    answer_html,
    bar_html,
    entry_note,
    figure,
    quality_html,
    row,
)
from salesfunnel.render.words.names import foreign, in_language

if TYPE_CHECKING:
    from salesfunnel.analysis import Analysis

__all__ = ["report_html"]


def report_html(analysis: Analysis, locale: Locale) -> str:
    """Return the report of an analysis in one language, with the other one packed in it."""
    other: Locale = "en" if locale == "zh" else "zh"
    return page_of(_report(analysis, locale), locale, _report(analysis, other))


def _report(analysis: Analysis, locale: Locale) -> PageParts:
    """Return the parts of the report in one language."""
    page = Page.of(analysis, locale)
    answer = answer_of(analysis, locale)
    funnel = None if analysis.funnel is None else in_language(analysis.funnel, locale)
    name = text("report.title", locale, name="").rstrip(" :：") if funnel is None else funnel.label
    parts = [answer_html(answer)]
    found = worst(analysis) if len(analysis.bottlenecks) else None
    where, trend = page.chart("funnel"), page.chart("trend")
    if trend is not None and not trend.data["rate"]:
        trend = None
    note = "" if found is None else entry_note(page, found)
    parts.append(row(
        "r57",
        figure(page, where, note=note) if where else "",
        figure(page, trend, height=230) if trend else "",
    ))  # fmt: skip
    parts.append(cards_html(page))
    if len(analysis.bottlenecks.segments) > 5 and (chart := page.chart("segments")):
        parts.append(row("", figure(page, chart)))
    if found is not None and found.alarm:
        parts.append(row("r75", causes_html(page, found), split_html(page)))
    parts.append(plan_html(page))
    follow, quality, first = follow_html(page), quality_html(page), page.chart("leading")
    ahead = first is not None and bool(follow)
    if first is not None and ahead:
        parts.append(row("r66", figure(page, first, height=160), follow))
    fan, bridge = page.chart("fan"), page.chart("bridge")
    parts.append(row(
        "r66", figure(page, fan, height=220) if fan else "",
        figure(page, bridge) if bridge else "",
    ))  # fmt: skip
    triangle = page.chart("cohorts")
    parts.append(row("", figure(page, triangle)) if triangle else "")
    parts.append(row("", quality) if ahead else row("r66", follow, quality))
    parts.append(every_step_html(page))
    footer = e(text("page.footer", locale, version=__version__))
    if analysis.funnel is not None and any(foreign(n, locale) for n in page.labels.values()):
        footer += f" {page.words('names-as-given')}"
    title = text("page.title", locale, name=name, answer=answer.headline.replace("<wbr>", ""))
    return PageParts(title, bar_html(page, name), "".join(parts), footer)
