"""The fragment of an analysis: the answer, its two pictures, the rest folded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.render.backends.pictures import e
from salesfunnel.render.charts import chart_of
from salesfunnel.render.charts.bind._words import span_words
from salesfunnel.render.fragments._parts import SCROLL, folded, frame, note
from salesfunnel.render.fragments.causes import causes_folded, plan_table
from salesfunnel.render.fragments.pictures import picture
from salesfunnel.render.fragments.tables import bottlenecks, faults_folded
from salesfunnel.render.report.answers import SIGNS, answer_of
from salesfunnel.render.report.facts import labels_for

if TYPE_CHECKING:
    from salesfunnel.analysis import Analysis


def analysis(found: Analysis, locale: Locale) -> str:
    """Return the answer first, then the trend and the funnel, then verdicts, causes, plan."""
    answer = answer_of(found, locale)
    facts = "".join(
        f"<span>{e(fact.name)}</span><span>{e(fact.words)}"
        + (f" <small>{e(fact.more)}</small>" if fact.more else "")
        + "</span>"
        for fact in answer.facts
    )
    kind = {"bad": "sf-bad-word", "good": "sf-good-word", "quiet": "sf-muted"}[answer.tone]
    sure = f' <span class="sf-muted">{e(answer.sure)}</span>' if answer.sure else ""
    head = f'<div class="{kind}">{SIGNS[answer.tone]} {e(answer.chip)}{sure}</div>'
    why = "".join(f'<div class="sf-p">{e(words)}</div>' for words in answer.why)
    parts = [head, why, f'<div class="sf-facts">{facts}</div>' if facts else ""]
    for kind in ("trend", "funnel"):
        try:
            chart = chart_of(found, kind, locale=locale)
        except ArgumentError:
            continue
        if kind == "trend" and not chart.data["rate"]:
            continue
        parts.append(f'<div class="sf-h2">{e(chart.title)}</div>{note(chart.subtitle)}')
        parts.append(picture(chart))
    inner = bottlenecks(found.bottlenecks, locale)
    table = inner[inner.index(SCROLL) :].removesuffix("</div>")
    parts.append(folded(text("page.every-step", locale), table))
    parts.append(causes_folded(found.findings, locale, found.funnel))
    if found.plan.active:
        parts.append(folded(text("page.plan-title", locale), plan_table(found.plan, locale)))
    parts.append(faults_folded(found.faults, locale, labels_for(found, locale)))
    headline = answer.headline.replace("<wbr>", "")
    return frame(headline, span_words([found.period], locale), *parts, locale=locale)
