"""Claims of an analysis in words: its causes, its plan, what to look at and when."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.render.charts.bind.findings import deals_of
from salesfunnel.render.charts.bind.plans import visible_from
from salesfunnel.render.charts.figures import deals_words, money_span
from salesfunnel.render.report.facts import currency_of, first_cause, of_row, shortfall_of
from salesfunnel.render.words.findings import collect_words, title_of
from salesfunnel.render.words.names import action_names
from salesfunnel.render.words.plans import follow_words, measure_title, step_of

if TYPE_CHECKING:
    from salesfunnel.analysis import Analysis
    from salesfunnel.bottleneck import Bottleneck
    from salesfunnel.planning import ImprovementPlan

__all__ = ["causes_claim", "fields_to_record", "follow_items", "plan_claim"]


def causes_claim(analysis: Analysis, row: Bottleneck, locale: Locale) -> str:
    """Return what explains the shortfall of a step, in one sentence."""
    cause, total = first_cause(analysis, row), shortfall_of(analysis, row)
    if cause is None or cause.veto or not total:
        return text("page.causes-none", locale)
    name = title_of(cause, locale, action_names(analysis.funnel, locale))
    key = "causes-claim-all" if deals_of(cause) >= total else "causes-claim-most"
    words = {"n": deals_words(deals_of(cause)), "all": deals_words(total)}
    return text(f"page.{key}", locale, cause=name, **words)


def fields_to_record(analysis: Analysis, row: Bottleneck, locale: Locale) -> str:
    """Return the fields that no cause could be measured by, at most ten; "" if there are none."""
    missing = [f for f in analysis.findings if of_row(row, f) and not f.measured]
    names = list(dict.fromkeys(name for f in missing for name in f.collect))[:10]
    return collect_words(names, locale, action_names(analysis.funnel, locale)) if names else ""


def plan_claim(analysis: Analysis, locale: Locale) -> str:
    """Return how many actions there are and what they may bring together."""
    plan = analysis.plan
    days = deals_words(sum(m.effort for m in plan.active))
    if all(m.effect is None for m in plan.active):
        return text("page.plan-subtitle-none", locale, n=len(plan.active), effort=days)
    deals, revenue = plan.deals, plan.revenue
    money = ""
    if revenue is not None:
        join = "，" if locale == "zh" else ", "
        money = join + money_span(revenue.p10, revenue.p90, locale, currency_of(analysis))
    return text(
        "page.plan-subtitle", locale, n=len(plan.active), effort=days, money=money,
        months=deals_words(plan.assumptions.months),
        range=f"{deals_words(deals.p10)}–{deals_words(deals.p90)}",
    )  # fmt: skip


def follow_items(plan: ImprovementPlan, locale: Locale, *, most: int = 4) -> list[tuple[date, str]]:
    """Return what to look at, and when, of the first `most` actions, by date."""
    if not plan.active or plan.start is None:
        return []
    items = [(plan.start, text("page.follow-now-words", locale))]
    several = len({(m.bottleneck, m.segment) for m in plan.active}) > 1
    opens, closes = ("（", "）") if locale == "zh" else (" (", ")")
    for measure in plan.active[:most]:
        title = measure_title(measure, locale)
        if several:
            title += f"{opens}{step_of(plan, measure, locale)}{closes}"
        words = text("page.follow-due", locale, measure=title, sign=follow_words(measure, locale))
        items.append((measure.due, words))
        seen = visible_from(measure)
        if seen is not None:
            words = text("page.follow-detectable", locale)
            items.append((seen, f"{title}{'：' if locale == 'zh' else ': '}{words}"))
    return sorted(items, key=lambda item: item[0])
