"""The answer of a report: what the worst step is worth, why it fell, what to do."""

from __future__ import annotations

from salesfunnel._core.vocabulary import Locale
from salesfunnel.analysis import Analysis
from salesfunnel.bottleneck import Bottleneck
from salesfunnel.data.panel import ALL
from salesfunnel.diagnosis import Finding
from salesfunnel.i18n import text
from salesfunnel.planning import Measure
from salesfunnel.render.charts.figures import money_span, money_words
from salesfunnel.render.documents.findings import (
    explains_fall,
    step_words,
    weak_sign,
)
from salesfunnel.render.documents.plans import shown_date
from salesfunnel.render.words.figures import segment_words, span
from salesfunnel.render.words.findings import title_of
from salesfunnel.render.words.plans import measure_title, owner_words

Labels = dict[str, str]
PART = 0.05
"""A cause that explains a smaller share of a shortfall is not what it comes from."""


def place(row: Bottleneck, labels: Labels, locale: Locale) -> str:
    """Return the step of a verdict in words, with its segment."""
    step = step_words(row.transition.source, row.transition.target, labels)
    if row.segment == ALL:
        return step
    return step + text("bottleneck.where", locale, segment=segment_words(row.segment, locale))


def belongs(row: Bottleneck, thing: Finding | Measure) -> bool:
    """Return whether a cause or a measure is of the step and segment of a verdict."""
    step = thing.transition if isinstance(thing, Finding) else thing.bottleneck
    return (step, thing.segment) == (row.transition, row.segment)


def cost(analysis: Analysis, row: Bottleneck, end: str, locale: Locale) -> list[tuple[str, str]]:
    """Return what the bottleneck is worth a period, in deals and in money."""
    from salesfunnel._core.periods import frequency_of

    if row.gain is None or row.expected_gain is None:
        return []
    unit = text(f"bottleneck.unit-{frequency_of(row.period)}", locale)
    deals = span(row.gain.low, row.gain.high, "deals", locale)
    won = (row.counted_at or row.transition.target) == analysis.bottlenecks.win
    key = "report.cost-won" if won else "report.cost"
    words = text(key, locale, gain=row.expected_gain, range=deals, end=end, unit=unit)
    if row.revenue is not None:
        if analysis.currency:
            low, high = row.revenue.low, row.revenue.high
            words += text("report.cost-in", locale,
                          range=money_span(low, high, locale, analysis.currency))  # fmt: skip
        else:
            money = span(row.revenue.low, row.revenue.high, "about", locale)
            words += text("report.cost-money", locale, range=money)
    return [(text("report.worth", locale), words)]


def cause(
    analysis: Analysis, row: Bottleneck, actions: dict[str, str], locale: Locale
) -> list[tuple[str, str]]:
    """Return the first cause: one in doubt, one that explains, or a sign."""
    mine = [f for f in analysis.findings if belongs(row, f) and f.measured]
    leaders = [f for f in mine if f.veto or explains_fall(f)]
    first = next((f for f in leaders if f.veto or f.share is None or f.share >= PART), None)
    seen = next((f for f in mine if weak_sign(f) and f.evidence.method != "quality"), None)
    if first is None and seen is not None:
        words = text("report.sign", locale, cause=title_of(seen, locale, actions))
    elif first is None:
        words = text("report.small-causes" if leaders else "report.no-cause", locale)
    elif first.veto:
        words = text("report.veto", locale, cause=title_of(first, locale, actions))
    else:
        words = text(
            "report.cause", locale,
            cause=title_of(first, locale, actions),
            grade=text(f"finding.grade.{first.grade}", locale),
            share=first.share,
        )  # fmt: skip
    return [(text("report.why", locale), words)]


def first_measure(analysis: Analysis, row: Bottleneck, locale: Locale) -> list[tuple[str, str]]:
    """Return the first measure with its owner, date and effect."""
    measure = next((m for m in analysis.plan.active if belongs(row, m)), None)
    if measure is None:
        return []
    items = [
        (text(f"report.{'do' if measure.state == 'proposed' else 'under-way'}", locale),
         measure_title(measure, locale)),
        (text("report.who", locale), owner_words(measure.owner, locale)),
        (text("report.when", locale), shown_date(measure, locale)),
    ]  # fmt: skip
    effect = measure.effect
    if effect is not None:
        words = text(
            "report.expect", locale,
            p50=effect.deals.p50,
            range=span(effect.deals.p10, effect.deals.p90, "deals", locale),
            months=effect.months,
            per_month=effect.deals.p50 / effect.months,
        )  # fmt: skip
        if effect.revenue is not None:
            r, unit = effect.revenue, analysis.currency
            if unit:
                words += text("report.expect-in", locale, p50=money_words(r.p50, locale, unit),
                              range=money_span(r.p10, r.p90, locale, unit))  # fmt: skip
            else:
                money = span(r.p10, r.p90, "about", locale)
                words += text("report.expect-money", locale, p50=r.p50, range=money)
        items.append((text("report.effect", locale), words))
    return items
