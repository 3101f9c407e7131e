"""The sections of the report, each a piece of HTML from an analysis."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

import attrs

from salesfunnel._periods import frequency_of
from salesfunnel._typing import Locale
from salesfunnel.errors import ArgumentError
from salesfunnel.i18n import text
from salesfunnel.panel import ALL
from salesfunnel.render.charts import Chart, chart_of
from salesfunnel.render.charts.bind._words import span_words
from salesfunnel.render.charts.figures import whole_percent
from salesfunnel.render.documents._words import fault_item
from salesfunnel.render.report.answers import (
    ALARMS,
    SIGNS,
    Answer,
    chance,
    chip_of,
    gain_words,
    labels_for,
    place_words,
)
from salesfunnel.render.report.draw import chart_body, data_table, e

__all__ = ["Page", "answer_html", "bar_html", "cards_html", "every_step_html", "figure", "quality_html"]

CARDS, ROWS, FAULTS = 9, 100, 12
"""Cards of steps; rows of the folded table; faults that are listed, at most."""


@attrs.frozen(kw_only=True)
class Page:
    """An analysis and what its report shares between sections."""

    analysis: Any
    locale: Locale
    labels: dict[str, str]

    @classmethod
    def of(cls, analysis: Any, locale: Locale) -> Page:
        """Return the page of an analysis."""
        return cls(analysis=analysis, locale=locale, labels=labels_for(analysis, locale))

    def words(self, key: str, **params: Any) -> str:
        """Return words of the page, escaped."""
        return e(text(f"page.{key}", self.locale, **params))

    def chart(self, kind: str, **options: Any) -> Chart | None:
        """Return a picture of the analysis; None where it has none."""
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


def cards_html(page: Page) -> str:
    """Return a card for each step, worst first, and the rest folded."""
    found, locale = page.analysis.bottlenecks, page.locale
    rows = list(islice(iter(found), CARDS))
    if not rows:
        return ""
    n = len(found.alarms)
    key = "none" if n == 0 else "one" if n == 1 else "many"
    title = page.words(f"cards-{key}", n=n, all=f"{len(found):,}")
    months = max((r.history_months or 0 for r in rows), default=0)
    subtitle = page.words("cards-subtitle", months=months) if months else page.words(
        "cards-subtitle-benchmark")  # fmt: skip
    cards = "".join(_card(page, r) for r in rows)
    rest = ""
    if len(found) > len(rows):
        more = list(islice(iter(found), len(rows), len(rows) + ROWS))
        words = text("page.rest-folded", locale, n=f"{len(found) - len(rows):,}")
        rest = (
            f"<details><summary>{e(words)}</summary>{_table(page, more)}"
            + _more(page, len(found) - len(rows) - len(more)) + "</details>"
        )  # fmt: skip
    return (
        f'<section class="row"><div><h2>{title}</h2><p class="d">{subtitle}</p>'
        f'<div class="cards">{cards}</div>{rest}</div></section>'
    )


def _more(page: Page, n: int) -> str:
    if n <= 0:
        return ""
    return f'<p class="sf-note">{page.words("more-rows", n=f"{n:,}")}</p>'


def _card(page: Page, found: Any) -> str:
    tone, words = chip_of(found, page.locale)
    kind = {"bad": " bad", "good": " ok", "quiet": ""}[tone]
    chip = {"bad": "", "quiet": " q", "good": " g"}[tone]
    baseline = (
        "" if found.reference is None
        else f"<span>{page.words('baseline', rate=whole_percent(found.reference))}</span>"
    )  # fmt: skip
    picture = ""
    if found.segment == ALL:
        chart = page.chart("trend", transition=str(found.transition))
        if chart is not None and len(chart.data.get("rate", ())) > 2:
            picture = _spark(chart)
    kv = "".join(
        f"<dt>{e(name)}</dt><dd>{e(value)}</dd>" for name, value in _facts(page, found) if value
    )
    rate = "–" if found.rate is None else whole_percent(found.rate)
    return (
        f'<section class="card{kind}"><h3>{e(place_words(found, page.labels, page.locale))}</h3>'
        f'<div class="big"><b>{e(rate)}</b>{baseline}</div>'
        f'<p><span class="chip{chip}"><span aria-hidden="true">{SIGNS[tone]}</span>{e(words)}'
        f'</span></p>{picture}<dl class="kv">{kv}</dl></section>'
    )


def _spark(chart: Chart) -> str:
    """Return a trend without words at its rules, small."""
    marks = [
        attrs.evolve(mark, text=()) if mark.shape == "rule" else mark
        for mark in chart.marks
        if mark.shape != "whisker"
    ]
    small = attrs.evolve(chart, marks=marks, y=attrs.evolve(chart.y, low=None, high=None))
    return chart_body(small, height=84, key=False)


def _facts(page: Page, found: Any) -> list[tuple[str, str]]:
    locale = page.locale
    by = "-month" if frequency_of(found.period) == "month" else ""
    window = str(found.window) if found.window in {1, 3} else "n"
    return [
        (
            text("page.kind-confidence", locale),
            "" if found.probability is None else chance(found.probability),
        ),
        (
            text("page.kind-window", locale),
            text(f"page.window-{window}{by}", locale, n=found.window),
        ),
        (
            text("page.kind-detectable", locale),
            "" if found.detectable is None else whole_percent(found.detectable),
        ),
        (text("page.gain", locale), gain_words(found, page.labels, locale)
         if found.tier in ALARMS else ""),
    ]  # fmt: skip


def _table(page: Page, rows: Iterable[Any], *, sortable: bool = False) -> str:
    """Return verdicts as a table."""
    locale = page.locale
    heads = (
        ("report.step", ""), ("report.rate", "sf-r"), ("chart.baseline-short", "sf-r"),
        ("page.kind-confidence", "sf-r"), ("bottleneck.verdict", "sf-s"),
        ("page.kind-detectable", "sf-r"), ("chart.entered", "sf-r"),
        ("chart.funnel-advanced", "sf-r"),
    )  # fmt: skip
    head = "".join(
        f'<th scope="col" class="{kind}">{e(text(key, locale))}</th>' for key, kind in heads
    )
    body = []
    for r in rows:
        cells = (
            whole_percent(r.rate) if r.rate is not None else "–",
            whole_percent(r.reference) if r.reference is not None else "–",
            chance(r.probability) if r.probability is not None else "–",
            f"{SIGNS[chip_of(r, locale)[0]]} {chip_of(r, locale)[1]}",
            whole_percent(r.detectable) if r.detectable is not None else "–",
            f"{r.entered:,.0f}", f"{r.advanced:,.0f}",
        )  # fmt: skip
        tds = "".join(
            f'<td class="{kind}">{e(cell)}</td>'
            for cell, (_, kind) in zip(cells, heads[1:], strict=True)
        )
        bad = ' class="sf-bad"' if r.tier in ALARMS else ""
        name = e(place_words(r, page.labels, locale))
        body.append(f'<tr{bad}><th scope="row">{name}</th>{tds}</tr>')
    kind = "sf-t sorts" if sortable else "sf-t"
    name = e(text("page.every-step", locale))
    return (
        f'<div class="sf-scroll" tabindex="0" role="region" aria-label="{name}">'
        f'<table class="{kind}"><thead><tr>{head}</tr></thead><tbody>{"".join(body)}</tbody>'
        "</table></div>"
    )


def every_step_html(page: Page) -> str:
    """Return the table of all figures; its headings sort where there is script."""
    rows = list(islice(iter(page.analysis.bottlenecks), ROWS))
    if not rows:
        return ""
    return (
        f'<section class="row long"><div><h2>{page.words("all-figures")}</h2>'
        f'<p class="d">{page.words("all-figures-note")}</p>{_table(page, rows, sortable=True)}'
        f"{_more(page, len(page.analysis.bottlenecks) - len(rows))}</div></section>"
    )


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


def entry_note(page: Page, found: Any) -> str:
    """Return why the verdict's rate and that by month of entry may differ."""
    fates = getattr(page.analysis, "fates", None)
    if fates is None or found.segment != ALL or found.rate is None:
        return ""
    s = fates.stages.index(found.transition.source)
    entered, advanced = int(fates.entered[s]), int(fates.advanced[s])
    if not entered or (entered, advanced) == (found.entered, found.advanced):
        return ""
    return text(
        "page.by-entry", page.locale, advanced=f"{found.advanced:,.0f}",
        entered=f"{found.entered:,.0f}", rate=whole_percent(found.rate), advanced2=f"{advanced:,}",
        entered2=f"{entered:,}", rate2=whole_percent(advanced / entered),
    )  # fmt: skip


