"""The answer of an analysis in words: what fell, why, what it costs, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from salesfunnel._core.vocabulary import Locale
from salesfunnel.data.panel import ALL
from salesfunnel.i18n import text
from salesfunnel.render.charts.bind.findings import deals_of, shares
from salesfunnel.render.charts.figures import (
    deals_words,
    period_words,
    whole_percent,
)
from salesfunnel.render.report.facts import (
    Fact,
    cause_facts,
    chance,
    cost_facts,
    detectable_facts,
    first_cause,
    labels_for,
    lowest_facts,
    place_words,
    shortfall_of,
    to_do_facts,
)
from salesfunnel.render.words.figures import segment_words
from salesfunnel.render.words.findings import title_of
from salesfunnel.render.words.names import action_names

if TYPE_CHECKING:
    from salesfunnel.analysis import Analysis
    from salesfunnel.bottleneck import Bottleneck

__all__ = ["Answer", "Fact", "answer_of", "chip_of", "first_cause", "labels_for", "place_words"]

TONES = {
    "confirmed": "bad", "suspected": "bad", "watch": "quiet", "none": "good",
    "not-enough-data": "quiet", "definition-changed": "quiet",
}  # fmt: skip
SIGNS = {"bad": "▼", "quiet": "?", "good": "✓"}
ALARMS = ("confirmed", "suspected")


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


def chip_of(row: Bottleneck, locale: Locale) -> tuple[str, str]:
    """Return the tone and the words of a verdict."""
    tone = TONES.get(row.tier, "quiet")
    if row.tier in ALARMS and not row.verified:
        return "quiet", text("page.chip-unverified", locale)
    return tone, text(f"page.chip-{row.tier}", locale, default=row.tier)


def answer_of(analysis: Analysis, locale: Locale) -> Answer:
    """Return the answer of an analysis."""
    found = analysis.bottlenecks
    row = next(iter(found), None)
    labels = labels_for(analysis, locale)
    errors = sum(fault.severity == "error" for fault in analysis.faults)
    doubt: tuple[str, ...] = ()
    if errors:
        key = "page.errors-first" if errors > 1 else "page.errors-first-one"
        doubt = (text(key, locale, n=errors),)
    if row is None or row.probability is None:
        key = "page.answer-one-period" if len(analysis.panel.periods) == 1 else (
            "page.answer-not-enough")  # fmt: skip
        return Answer(
            tone="quiet", chip=text("page.chip-not-enough-data", locale),
            headline=text(key, locale), why=doubt,
            facts=tuple(lowest_facts(analysis, labels, locale)),
        )  # fmt: skip
    tone, chip = chip_of(row, locale)
    if row.tier in ALARMS:
        return _alarm(analysis, row, labels, locale, doubt, (tone, chip))
    step = place_words(row, labels, locale)
    key = {
        "watch": "answer-watch", "not-enough-data": "answer-not-enough",
        "definition-changed": "answer-definition",
    }.get(row.tier, "answer-steady")  # fmt: skip
    if row.tier == "not-enough-data" and any(r.tier == "none" for r in list(found.rows)[:12]):
        key = "answer-some-known"
    why = list(doubt)
    detectable = [r.detectable for r in list(found.rows)[:6] if r.detectable is not None]
    if row.tier == "none" and detectable:
        why.append(text("page.why-steady", locale, rate=whole_percent(max(detectable))))
    sure = whole_percent(row.probability)
    return Answer(
        tone=tone, chip=chip, headline=text(f"page.{key}", locale, step=step), why=tuple(why),
        sure=text("page.confidence", locale, p=sure) if row.tier == "watch" else "",
        facts=(
            *lowest_facts(analysis, labels, locale), *detectable_facts(row, locale),
            *to_do_facts(analysis, None, locale),
        ),
    )  # fmt: skip


def _alarm(
    analysis: Analysis, row: Bottleneck, labels: dict[str, str], locale: Locale,
    doubt: tuple[str, ...], verdict: tuple[str, str],
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
        f"page.{key}", locale, step=step, rate=whole_percent(row.rate or 0.0),
        reference=whole_percent(row.reference or 0.0), where=where,
        month=period_words(onset, locale) if onset else "",
    )  # fmt: skip
    why = [*doubt, *_why(analysis, row, locale)]
    others = [place_words(other, labels, locale) for other in analysis.bottlenecks.alarms[1:4]]
    if others:
        more = len(analysis.bottlenecks.alarms) - 1 - len(others)
        key = "page.others-more" if more else "page.others"
        join = "；" if locale == "zh" else "; "
        why.append(text(key, locale, steps=join.join(others), n=f"{more:,}"))
    facts = [
        *cost_facts(analysis, row, labels, locale), *cause_facts(analysis, row, locale),
        *to_do_facts(analysis, row, locale),
    ]  # fmt: skip
    return Answer(
        tone=verdict[0], chip=verdict[1], headline=headline, why=tuple(why), facts=tuple(facts),
        sure=text("page.confidence", locale, p=chance(row.probability or 0.0)),
    )  # fmt: skip


def _why(analysis: Analysis, row: Bottleneck, locale: Locale) -> list[str]:
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
    words = {"cause": title, "n": deals_words(deals_of(cause)), "all": deals_words(total)}
    if not moved:
        return [text("page.why-cause-plain", locale, **words)]
    key = "why-cause-all" if deals_of(cause) > total else "why-cause"
    return [text(f"page.{key}", locale, shares=moved, **words)]
