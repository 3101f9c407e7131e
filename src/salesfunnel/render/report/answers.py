"""The answer of an analysis in words: what fell, why, what it costs, what to do, what that brings."""

from __future__ import annotations

from typing import Any

import attrs

from salesfunnel._periods import frequency_of
from salesfunnel._typing import Locale
from salesfunnel.i18n import text
from salesfunnel.panel import ALL
from salesfunnel.render.cause_words import LEAST, measure_title, owner_words, title_of
from salesfunnel.render.charts.bind._words import day, step_words
from salesfunnel.render.charts.bind.analyses import diagnosis_of
from salesfunnel.render.charts.bind.findings import additive, shares
from salesfunnel.render.charts.figures import (
    deals_words,
    money_span,
    period_words,
    plus,
    whole_percent,
)
from salesfunnel.render.documents._words import segment_words
from salesfunnel.render.names import action_names, labels_of

__all__ = ["Answer", "Fact", "answer_of", "chip_of", "first_cause", "labels_for", "place_words"]

TONES = {
    "confirmed": "bad", "suspected": "bad", "watch": "quiet", "none": "good",
    "not-enough-data": "quiet", "definition-changed": "quiet",
}  # fmt: skip
SIGNS = {"bad": "▼", "quiet": "?", "good": "✓"}
ALARMS = ("confirmed", "suspected")
PART = 0.05
"""A cause that explains a smaller share of a shortfall is not what it comes from."""


@attrs.frozen
class Fact:
    """One of the figures beside the answer."""

    name: str
    words: str
    more: str = ""


@attrs.frozen(kw_only=True)
class Answer:
    """The answer: a chip, one sentence, why, and the facts to act on.

    Parameters
    ----------
    tone : {"bad", "quiet", "good"}
    chip, sure : str
        The verdict, and the confidence in it.
    headline : str
        One sentence; ``<wbr>`` marks where a Chinese one may break.
    why : tuple of str
    facts : tuple of Fact
    """

    tone: str
    chip: str
    sure: str = ""
    headline: str
    why: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()


def labels_for(analysis: Any, locale: Locale) -> dict[str, str]:
    """Return the names for people of all steps."""
    return labels_of(analysis.funnel, analysis.panel.steps, locale)


def place_words(row: Any, labels: dict[str, str], locale: Locale) -> str:
    """Return a step, and its segment where it is one of several."""
    words = step_words(row.transition, labels)
    if row.segment == ALL:
        return words
    return f"{words} · {segment_words(row.segment, locale)}"


def chip_of(row: Any, locale: Locale) -> tuple[str, str]:
    """Return the tone and the words of a verdict."""
    tone = TONES.get(row.tier, "quiet")
    if row.tier in ALARMS and not row.verified:
        return "quiet", text("page.chip-unverified", locale)
    return tone, text(f"page.chip-{row.tier}", locale, default=row.tier)


def answer_of(analysis: Any, locale: Locale) -> Answer:
    """Return the answer of an analysis."""
    found = analysis.bottlenecks
    row = next(iter(found), None)
    labels = labels_for(analysis, locale)
    errors = sum(fault.severity == "error" for fault in analysis.faults)
    doubt = ()
    if errors:
        key = "page.errors-first" if errors > 1 else "page.errors-first-one"
        doubt = (text(key, locale, n=errors),)
    if row is None or row.probability is None:
        key = "page.answer-one-period" if len(analysis.panel.periods) == 1 else (
            "page.answer-not-enough")  # fmt: skip
        return Answer(
            tone="quiet", chip=text("page.chip-not-enough-data", locale),
            headline=text(key, locale), why=doubt, facts=tuple(_lowest(analysis, labels, locale)),
        )  # fmt: skip
    tone, chip = chip_of(row, locale)
    if row.tier in ALARMS:
        return _alarm(analysis, row, labels, locale, doubt, (tone, chip))
    step = place_words(row, labels, locale)
    key = {
        "watch": "answer-watch", "not-enough-data": "answer-not-enough",
        "definition-changed": "answer-definition",
    }.get(row.tier, "answer-steady")  # fmt: skip
    why = list(doubt)
    detectable = [r.detectable for r in list(found.rows)[:6] if r.detectable is not None]
    if row.tier == "none" and detectable:
        why.append(text("page.why-steady", locale, rate=whole_percent(max(detectable))))
    sure = whole_percent(row.probability)
    return Answer(
        tone=tone, chip=chip, headline=text(f"page.{key}", locale, step=step), why=tuple(why),
        sure=text("page.confidence", locale, p=sure) if row.tier == "watch" else "",
        facts=(
            *_lowest(analysis, labels, locale), *_detectable(row, locale),
            *_to_do(analysis, None, locale),
        ),
    )  # fmt: skip


def _alarm(
    analysis: Any, row: Any, labels: dict[str, str], locale: Locale, doubt: tuple[str, ...],
    verdict: tuple[str, str],
) -> Answer:  # fmt: skip
    onset = getattr(row, "onset", None)
    where = ""
    if row.segment != ALL:
        where = text("page.answer-where", locale, segment=segment_words(row.segment, locale))
    key = "answer-suspected" if row.tier == "suspected" else "answer-below"
    if onset and row.tier == "confirmed":
        key = "answer-since"
    start, end = row.transition.source, row.transition.target
    step = text(
        "page.step-from-to", locale, source=labels.get(start, start), target=labels.get(end, end)
    )
    if key != "answer-since" and locale == "en":
        step = step[0].upper() + step[1:]
    headline = text(
        f"page.{key}", locale, step=step, rate=whole_percent(row.rate),
        reference=whole_percent(row.reference), where=where,
        month=period_words(onset, locale) if onset else "",
    )  # fmt: skip
    why = [*doubt, *_why(analysis, row, locale)]
    others = [place_words(other, labels, locale) for other in analysis.bottlenecks.alarms[1:4]]
    if others:
        why.append(text("page.others", locale, steps=("；" if locale == "zh" else "; ").join(others)))
    facts = [
        *_cost(analysis, row, labels, locale), *_cause(analysis, row, locale),
        *_to_do(analysis, row, locale),
    ]  # fmt: skip
    return Answer(
        tone=verdict[0], chip=verdict[1], headline=headline, why=tuple(why), facts=tuple(facts),
        sure=text("page.confidence", locale, p=chance(row.probability)),
    )  # fmt: skip


def chance(p: float) -> str:
    """Return a probability as whole per cent, never 0 or 100: it is an estimate."""
    return ">99%" if p > 0.995 else "<1%" if p < 0.005 else f"{p * 100:.0f}%"


def of_row(row: Any, thing: Any) -> bool:
    """Whether a finding or a measure is about this verdict."""
    step = thing.transition if hasattr(thing, "transition") else thing.bottleneck
    return (step, thing.segment) == (row.transition, row.segment)


def first_cause(analysis: Any, row: Any) -> Any:
    """Return the finding that explains most of a verdict; None where none explains enough."""
    mine = [f for f in analysis.findings if of_row(row, f) and f.measured]
    veto = next((f for f in mine if f.veto), None)
    if veto is not None:
        return veto
    parts = [f for f in mine if f.contribution is not None and additive(f)]
    parts = [f for f in parts if f.contribution >= LEAST and f.confidence >= 0.5]
    best = max(parts, key=lambda f: f.contribution, default=None)
    total = shortfall_of(analysis, row)
    if best is None or (total and best.contribution < PART * total):
        return None
    return best


def shortfall_of(analysis: Any, row: Any) -> float | None:
    """Return the deals that a step is short of its baseline in the judged window."""
    found = diagnosis_of(analysis, row)
    if found is not None and found.shortfall is not None:
        return float(found.shortfall)
    if row.reference is None or row.rate is None:
        return None
    return float((row.reference - row.rate) * row.entered)


def _why(analysis: Any, row: Any, locale: Locale) -> list[str]:
    cause = first_cause(analysis, row)
    names = action_names(analysis.funnel, locale)
    if cause is None:
        key = "why-nothing" if analysis.findings else "why-only-counts"
        return [text(f"page.{key}", locale)]
    title = title_of(cause, locale, names)
    if cause.veto:
        return [text("page.why-veto", locale, cause=title)]
    total, moved = shortfall_of(analysis, row), shares(cause, locale)
    if total is None:
        return []
    words = {"cause": title, "n": deals_words(cause.contribution), "all": deals_words(total)}
    if not moved:
        return [text("page.why-cause-plain", locale, **words)]
    key = "why-cause-all" if cause.contribution > total else "why-cause"
    return [text(f"page.{key}", locale, shares=moved, **words)]


def unit_words(row: Any, locale: Locale) -> str:
    """Return the word for one period of a verdict."""
    return text(f"bottleneck.unit-{frequency_of(row.period)}", locale)


def currency_of(analysis: Any) -> str | None:
    """Return the currency of the amounts; None where it is not known."""
    found = getattr(analysis, "currency", None)
    return found if isinstance(found, str) and found else None


def _range(low: float, high: float) -> str:
    return f"{deals_words(low)}–{deals_words(high)}"


def _cost(analysis: Any, row: Any, labels: dict[str, str], locale: Locale) -> list[Fact]:
    if row.gain is None or row.expected_gain is None:
        return []
    unit = unit_words(row, locale)
    more = _range(row.gain.low, row.gain.high)
    if row.revenue is not None:
        span = money_span(row.revenue.low, row.revenue.high, locale, currency_of(analysis))
        more += " · " + text("page.fact-money-a", locale, money=span, unit=unit)
    end = row.counted_at or row.transition.target
    words = text(
        "page.fact-cost-words", locale, n=deals_words(row.expected_gain), unit=unit,
        end=labels.get(end, end),
    )  # fmt: skip
    return [Fact(text("page.fact-cost", locale), words, more)]


def _cause(analysis: Any, row: Any, locale: Locale) -> list[Fact]:
    if not analysis.findings:
        return []
    name = text("page.fact-cause", locale)
    cause = first_cause(analysis, row)
    if cause is None:
        return [Fact(name, text("page.fact-cause-none", locale))]
    grade = text(f"finding.grade.{cause.grade}", locale)
    more = "" if cause.veto else text("page.fact-cause-grade", locale, grade=grade)
    return [Fact(name, title_of(cause, locale, action_names(analysis.funnel, locale)), more)]


def _to_do(analysis: Any, row: Any, locale: Locale) -> list[Fact]:
    measures = analysis.plan.active
    first = next((m for m in measures if row is None or of_row(row, m)), None)
    if first is None:
        return []
    who = text(
        "page.do-first-when", locale, owner=owner_words(first.owner, locale),
        day=day(first.due, locale),
    )
    facts = [Fact(text("page.do-first", locale), measure_title(first, locale), who)]
    if first.effect is not None:
        deals, revenue = first.effect.deals, first.effect.revenue
        more = _range(deals.p10, deals.p90)
        if revenue is not None:
            more += " · " + money_span(revenue.p10, revenue.p90, locale, currency_of(analysis))
        words = text(
            "page.fact-may-words", locale, n=deals_words(deals.p50),
            months=deals_words(first.effect.months),
        )
        facts.append(Fact(text("page.fact-may", locale), words, more))
    return facts


def _lowest(analysis: Any, labels: dict[str, str], locale: Locale) -> list[Fact]:
    lowest = analysis.bottlenecks.lowest
    if lowest is None or lowest.rate is None:
        return []
    words = f"{place_words(lowest, labels, locale)}"
    return [Fact(text("page.fact-lowest", locale), whole_percent(lowest.rate), words)]


def _detectable(row: Any, locale: Locale) -> list[Fact]:
    if row.detectable is None:
        return []
    words = text("page.fact-at-most-words", locale, rate=whole_percent(row.detectable))
    return [Fact(text("page.fact-at-most", locale), words)]


def gain_words(row: Any, labels: dict[str, str], locale: Locale) -> str:
    """Return what getting back to the baseline would bring."""
    if row.gain is None or row.expected_gain is None or not row.expected_gain:
        return "–"
    end = row.counted_at or row.transition.target
    return text(
        "page.gain-words", locale, n=plus(deals_words(row.expected_gain)).lstrip("+"),
        end=labels.get(end, end), unit=unit_words(row, locale),
        range=_range(row.gain.low, row.gain.high),
    )  # fmt: skip
