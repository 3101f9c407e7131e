"""The facts shown with an answer: the cost, the cause, what to do, what that may bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from salesfunnel._core.periods import frequency_of
from salesfunnel._core.vocabulary import Locale
from salesfunnel.data.panel import ALL
from salesfunnel.diagnosis import Finding
from salesfunnel.i18n import text
from salesfunnel.render.charts.bind._words import day, step_words
from salesfunnel.render.charts.bind.analyses import diagnosis_of
from salesfunnel.render.charts.bind.findings import deals_of
from salesfunnel.render.charts.figures import (
    deals_words,
    money_span,
    plus,
    whole_percent,
)
from salesfunnel.render.words.figures import segment_words
from salesfunnel.render.words.findings import LEAST, title_of
from salesfunnel.render.words.names import action_names, labels_of
from salesfunnel.render.words.plans import measure_title, owner_words

if TYPE_CHECKING:
    from salesfunnel.analysis import Analysis
    from salesfunnel.bottleneck import Bottleneck
    from salesfunnel.planning import Measure

__all__ = ["Fact"]

PART = 0.05
"""A cause that explains a smaller share of a shortfall is not what it comes from."""


@attrs.frozen
class Fact:
    """One of the figures shown with the answer."""

    name: str
    words: str
    more: str = ""


def labels_for(analysis: Analysis, locale: Locale) -> dict[str, str]:
    """Return the names for people of all steps."""
    return labels_of(analysis.funnel, analysis.panel.steps, locale)


def place_words(row: Bottleneck, labels: dict[str, str], locale: Locale) -> str:
    """Return a step, and its segment where it is one of several."""
    words = step_words(row.transition, labels)
    if row.segment == ALL:
        return words
    return f"{words} · {segment_words(row.segment, locale)}"


def chance(p: float) -> str:
    """Return a probability as whole percent, never 0 or 100: it is an estimate."""
    return ">99%" if p > 0.995 else "<1%" if p < 0.005 else f"{p * 100:.0f}%"


def of_row(row: Bottleneck, thing: Finding | Measure) -> bool:
    """Whether a finding or a measure is about this verdict."""
    step = thing.transition if isinstance(thing, Finding) else thing.bottleneck
    return (step, thing.segment) == (row.transition, row.segment)


def first_cause(analysis: Analysis, row: Bottleneck) -> Finding | None:
    """Return the finding that explains most of a verdict; None where none explains enough."""
    mine = [f for f in analysis.findings if of_row(row, f) and f.measured]
    veto = next((f for f in mine if f.veto), None)
    if veto is not None:
        return veto
    parts = [f for f in mine if f.explains and deals_of(f) >= LEAST and f.confidence >= 0.5]
    best = max(parts, key=deals_of, default=None)
    total = shortfall_of(analysis, row)
    if best is None or (total and deals_of(best) < PART * total):
        return None
    return best


def shortfall_of(analysis: Analysis, row: Bottleneck) -> float | None:
    """Return the deals that a step is short of its baseline in the judged window."""
    found = diagnosis_of(analysis, row)
    if found is not None and found.shortfall is not None:
        return float(found.shortfall)
    if row.reference is None or row.rate is None:
        return None
    return float((row.reference - row.rate) * row.entered)


def unit_words(row: Bottleneck, locale: Locale) -> str:
    """Return the word for one period of a verdict."""
    return text(f"bottleneck.unit-{frequency_of(row.period)}", locale)


def currency_of(analysis: Analysis) -> str | None:
    """Return the currency of the amounts; None where it is not known."""
    found = getattr(analysis, "currency", None)
    return found if isinstance(found, str) and found else None


def range_words(low: float, high: float) -> str:
    return f"{deals_words(low)}–{deals_words(high)}"


def level_words(level: float, locale: Locale) -> str:
    """Return which interval a range is; the ones of a page differ."""
    return " · " + text("chart.interval", locale, level=whole_percent(level))


def cost_facts(
    analysis: Analysis, row: Bottleneck, labels: dict[str, str], locale: Locale
) -> list[Fact]:
    if row.gain is None or row.expected_gain is None:
        return []
    unit = unit_words(row, locale)
    more = range_words(row.gain.low, row.gain.high)
    if row.revenue is not None:
        span = money_span(row.revenue.low, row.revenue.high, locale, currency_of(analysis))
        more += " · " + text("page.fact-money-a", locale, money=span, unit=unit)
    more += level_words(row.gain.level, locale)
    end = row.counted_at or row.transition.target
    key = "page.fact-cost-won" if end == analysis.bottlenecks.win else "page.fact-cost-words"
    words = text(key, locale, n=deals_words(row.expected_gain), unit=unit, end=labels.get(end, end))
    return [Fact(text("page.fact-cost", locale), words, more)]


def cause_facts(analysis: Analysis, row: Bottleneck, locale: Locale) -> list[Fact]:
    if not analysis.findings:
        return []
    name = text("page.fact-cause", locale)
    cause = first_cause(analysis, row)
    if cause is None:
        return [Fact(name, text("page.fact-cause-none", locale))]
    grade = text(f"finding.grade.{cause.grade}", locale)
    more = "" if cause.veto else text("page.fact-cause-grade", locale, grade=grade)
    return [Fact(name, title_of(cause, locale, action_names(analysis.funnel, locale)), more)]


def to_do_facts(analysis: Analysis, row: Bottleneck | None, locale: Locale) -> list[Fact]:
    measures = analysis.plan.active
    first = next((m for m in measures if row is None or of_row(row, m)), None)
    if first is None:
        return []
    who = text(
        "page.do-first-when",
        locale,
        owner=owner_words(first.owner, locale),
        day=day(first.due, locale),
    )
    facts = [Fact(text("page.do-first", locale), measure_title(first, locale), who)]
    if first.effect is not None:
        deals, revenue = first.effect.deals, first.effect.revenue
        more = range_words(deals.p10, deals.p90)
        if revenue is not None:
            more += " · " + money_span(revenue.p10, revenue.p90, locale, currency_of(analysis))
        more += level_words(0.8, locale)  # from the 10th to the 90th percentile
        words = text(
            "page.fact-may-words",
            locale,
            n=deals_words(deals.p50),
            months=deals_words(first.effect.months),
        )
        facts.append(Fact(text("page.fact-may", locale), words, more))
    return facts


def lowest_facts(analysis: Analysis, labels: dict[str, str], locale: Locale) -> list[Fact]:
    lowest = analysis.bottlenecks.lowest
    if lowest is None or lowest.rate is None:
        return []
    words = f"{place_words(lowest, labels, locale)}"
    return [Fact(text("page.fact-lowest", locale), whole_percent(lowest.rate), words)]


def detectable_facts(row: Bottleneck, locale: Locale) -> list[Fact]:
    if row.detectable is None:
        return []
    words = text("page.fact-at-most-words", locale, rate=whole_percent(row.detectable))
    return [Fact(text("page.fact-at-most", locale), words)]


def gain_words(
    row: Bottleneck, labels: dict[str, str], locale: Locale, win: str | None = None
) -> str:
    """Return what getting back to the baseline would bring; `win` is the step of won deals."""
    if row.gain is None or row.expected_gain is None or not row.expected_gain:
        return "–"
    end = row.counted_at or row.transition.target
    return text(
        "page.gain-won" if end == win else "page.gain-words", locale, end=labels.get(end, end),
        n=plus(deals_words(row.expected_gain)).lstrip("+"), unit=unit_words(row, locale),
        range=range_words(row.gain.low, row.gain.high),
    )  # fmt: skip
