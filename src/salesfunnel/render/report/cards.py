"""Steps as cards, worst first, and as a table."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any

import attrs

from salesfunnel._core.periods import frequency_of
from salesfunnel.data.panel import ALL
from salesfunnel.i18n import text
from salesfunnel.render.backends.pictures import capital, chart_body, e, whole
from salesfunnel.render.charts import Chart
from salesfunnel.render.charts.figures import whole_percent
from salesfunnel.render.report.answers import ALARMS, SIGNS, chip_of
from salesfunnel.render.report.facts import chance, gain_words, place_words
from salesfunnel.render.report.sections import Page

if TYPE_CHECKING:
    from salesfunnel.bottleneck import Bottleneck

__all__ = ["cards_html", "every_step_html"]

CARDS, ROWS = 9, 100
"""Cards of steps; rows of the folded table, at most."""


def cards_html(page: Page) -> str:
    """Return a card for each step, worst first, and the rest folded."""
    found, locale = page.analysis.bottlenecks, page.locale
    rows = list(islice(iter(found), CARDS))
    if not rows:
        return ""
    n = len(found.alarms)
    key = "none" if n == 0 else "one" if n == 1 else "many"
    key += "-segments" if len(found.segments) > 1 else ""
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
        f'<section class="row{" long" if len(rows) > 3 else ""}"><div><h2>{title}</h2>'
        f'<p class="d">{subtitle}</p>'
        f'<div class="cards">{cards}</div>{rest}</div></section>'
    )


def _more(page: Page, n: int) -> str:
    if n <= 0:
        return ""
    return f'<p class="sf-note">{page.words("more-rows", n=f"{n:,}")}</p>'


def _card(page: Page, found: Bottleneck) -> str:
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
        f"<dt>{e(name)}</dt><dd>{whole(value)}</dd>" for name, value in _facts(page, found) if value
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
    return chart_body(small, height=84, key=False, ends=2)


def _facts(page: Page, found: Bottleneck) -> list[tuple[str, str]]:
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
        (text("page.gain", locale), gain_words(
            found, page.labels, locale, page.analysis.bottlenecks.win)
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
        f'<th scope="col" class="{kind}">{e(capital(text(key, locale)))}</th>'
        for key, kind in heads
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
    kind = " long" if len(rows) > 15 else ""
    return (
        f'<section class="row{kind}"><div><h2>{page.words("all-figures")}</h2>'
        f'<p class="d">{page.words("all-figures-note")}</p>{_table(page, rows, sortable=True)}'
        f"{_more(page, len(page.analysis.bottlenecks) - len(rows))}</div></section>"
    )
