"""The sections of the report, each a piece of HTML from an analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.vocabulary import Locale
from salesfunnel.data.panel import ALL
from salesfunnel.i18n import text
from salesfunnel.render.backends.pictures import chart_body, data_table, e
from salesfunnel.render.charts import Chart, chart_of
from salesfunnel.render.charts.bind._words import span_words
from salesfunnel.render.report.answers import SIGNS, Answer
from salesfunnel.render.report.facts import labels_for
from salesfunnel.render.words.figures import fault_item

if TYPE_CHECKING:
    from salesfunnel.analysis import Analysis
    from salesfunnel.bottleneck import Bottleneck

FAULTS = 12
"""Faults that are listed, at most."""

__all__ = [
    "Page",
    "answer_html",
    "bar_html",
    "figure",
    "quality_html",
]


@attrs.frozen(kw_only=True)
class Page:
    """An analysis and what its report shares between sections."""

    analysis: Analysis
    locale: Locale
    labels: dict[str, str]

    @classmethod
    def of(cls, analysis: Analysis, locale: Locale) -> Page:
        """Return the page of an analysis."""
        return cls(analysis=analysis, locale=locale, labels=labels_for(analysis, locale))

    def words(self, key: str, **params: Any) -> str:
        """Return words of the page, escaped."""
        return e(text(f"page.{key}", self.locale, **params))

    def chart(self, kind: str, **options: object) -> Chart | None:
        """Return a picture of the analysis; None if it has none."""
        try:
            return chart_of(self.analysis, kind, locale=self.locale, **options)
        except ArgumentError:
            return None


def figure(
    page: Page, chart: Chart, *, level: int = 2, height: int | None = None, title: str = "",
    note: str = "",
) -> str:  # fmt: skip
    """Return a picture with its claim, what it measures, its note and its figures."""
    head = f"<h{level}>{e(title or chart.title)}</h{level}>"
    below = f'<p class="d">{e(chart.subtitle)}</p>' if chart.subtitle else ""
    notes = [words for words in (chart.note, note) if words]
    foot = "".join(f'<p class="sf-note">{e(words)}</p>' for words in notes)
    table = (
        f'<details class="screen"><summary>{page.words("data-figures")}</summary>'
        f"{data_table(chart)}</details>"
    )
    return f"<section>{head}{below}{chart_body(chart, height=height)}{foot}{table}</section>"


def row(kind: str, *sections: str) -> str:
    """Return sections side by side, as far as there are some."""
    there = [section for section in sections if section]
    if not there:
        return ""
    kind = kind if len(there) > 1 else ""
    return f'<div class="row {kind}">{"".join(there)}</div>'


def bar_html(page: Page, name: str) -> str:
    """Return the line on top: what is shown, of when, in what."""
    analysis = page.analysis
    facts = [span_words([analysis.period], page.locale)]
    fates = getattr(analysis, "fates", None)
    if fates is not None:
        from salesfunnel.render.charts.bind._words import day

        facts[0] = span_words(fates.periods, page.locale)
        facts.append(text("page.deals-until", page.locale, day=day(fates.as_of, page.locale)))
        facts.append(text("page.deals", page.locale, n=f"{fates.deals:,}"))
    currency = getattr(analysis, "currency", None)
    if currency:
        facts.append(text("page.amounts-in", page.locale, currency=currency))
    elif getattr(analysis, "forecast", None) is not None:
        facts.append(text("page.amounts-plain", page.locale))
    return f"<b>{e(name)}</b><span>{e(' · '.join(fact for fact in facts if fact))}</span>"


def answer_html(answer: Answer) -> str:
    """Return the first screen: the verdict, the sentence, why, and four facts."""
    kind = {"bad": "", "quiet": " q", "good": " g"}[answer.tone]
    sure = f"<small>{e(answer.sure)}</small>" if answer.sure else ""
    chip = (
        f'<span class="chip{kind}"><span aria-hidden="true">{SIGNS[answer.tone]}</span>'
        f"{e(answer.chip)} {sure}</span>"
    )
    headline = e(answer.headline).replace("&lt;wbr&gt;", "<wbr>")
    why = "".join(f"<p>{e(words)}</p>" for words in answer.why)
    facts = "".join(
        f"<div><dt>{e(fact.name)}</dt><dd>{e(fact.words)}"
        + (f"<small>{e(fact.more)}</small>" if fact.more else "")
        + "</dd></div>"
        for fact in answer.facts
    )
    beside = f'<dl class="ks">{facts}</dl>' if facts else ""
    return f'<section class="hero"><div>{chip}<h1>{headline}</h1>{why}</div>{beside}</section>'


def quality_html(page: Page) -> str:
    """Return what is wrong or suspicious in the data, errors first."""
    analysis, locale = page.analysis, page.locale
    faults = [*analysis.faults, *getattr(analysis.bottlenecks, "faults", ())]
    faults += [fault for r in analysis.bottlenecks.alarms[:3] for fault in r.faults]
    order = {"error": 0, "warning": 1, "info": 2}
    unique = sorted(dict.fromkeys(faults), key=lambda fault: order[fault.severity])
    signs = {"error": ("✗", " w"), "warning": ("!", " w"), "info": ("i", "")}
    items = []
    for fault in unique[:FAULTS]:
        item = fault_item(fault, locale, page.labels)
        sign, kind = signs[item.severity]
        hint = f"<small>{e(item.hint)}</small>" if item.hint else ""
        place = f"{e(item.place)}{'：' if locale == 'zh' else ': '}" if item.place else ""
        items.append(
            f'<li><span class="i{kind}" aria-hidden="true">{sign}</span>'
            f"<span>{place}{e(item.text)}{hint}</span></li>"
        )
    if not items:
        items.append(
            f'<li><span class="i" aria-hidden="true">✓</span>'
            f"<span>{page.words('data-quality-good')}</span></li>"
        )
    more = len(unique) - FAULTS
    note = f'<p class="sf-note">{page.words("data-quality-more", n=more)}</p>' if more > 0 else ""
    return (
        f'<section><h2>{page.words("data-quality")}</h2><ul class="dq">{"".join(items)}</ul>'
        f"{note}</section>"
    )


def entry_note(page: Page, found: Bottleneck) -> str:
    """Return what the verdict's rate is made of, where the picture of deals shows other counts."""
    fates = getattr(page.analysis, "fates", None)
    if fates is None or found.segment != ALL or found.rate is None:
        return ""
    s = fates.stages.index(found.transition.source)
    entered, advanced = int(fates.entered[s]), int(fates.advanced[s])
    if not entered or (entered, advanced) == (found.entered, found.advanced):
        return ""
    if found.window > 1 and found.onset is not None:
        return text(
            "page.counted-since", page.locale, advanced=found.advanced, entered=found.entered,
            since=span_words([found.onset], page.locale),
            period=span_words(fates.periods, page.locale), advanced2=advanced, entered2=entered,
        )  # fmt: skip
    young = entered - found.entered
    if young <= 0:
        return ""
    return text("page.too-young", page.locale, exposed=found.entered, young=young, entered=entered)
