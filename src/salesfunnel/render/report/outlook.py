"""The later sections of the report: causes, plan, follow-up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from salesfunnel.i18n import text
from salesfunnel.render.backends.pictures import axis_svg, e, row_svg
from salesfunnel.render.charts.bind._words import day
from salesfunnel.render.charts.bind.analyses import diagnosis_of
from salesfunnel.render.charts.bind.plans import visible_from
from salesfunnel.render.charts.figures import deals_words
from salesfunnel.render.report.claims import (
    causes_claim,
    fields_to_record,
    follow_items,
    plan_claim,
)
from salesfunnel.render.report.facts import of_row
from salesfunnel.render.report.sections import Page, figure
from salesfunnel.render.words.findings import finding_text, title_of
from salesfunnel.render.words.names import action_names
from salesfunnel.render.words.plans import (
    measure_detail,
    measure_title,
    owner_words,
    problem_words,
    step_of,
)

if TYPE_CHECKING:
    from salesfunnel.bottleneck import Bottleneck
    from salesfunnel.planning import Measure
    from salesfunnel.render.charts import Chart

__all__ = ["causes_html", "follow_html", "plan_html", "split_html"]

MEASURES = 8


def causes_html(page: Page, found: Bottleneck) -> str:
    """Return the parts of the shortfall; or that nothing explains it; or that nobody looked."""
    analysis, locale = page.analysis, page.locale
    if not analysis.findings and diagnosis_of(analysis, found) is None:
        return (
            f"<section><h2>{page.words('causes-not-looked')}</h2>"
            f'<p class="d">{page.words("causes-not-looked-note")}</p></section>'
        )
    chart = page.chart("causes")
    notes = _signs(page, found) + _collect(page, found)
    if chart is None:
        return f"<section><h2>{page.words('causes-none')}</h2>{notes}</section>"
    title = causes_claim(analysis, found, locale)
    body = figure(page, chart, title=title)
    return body.removesuffix("</section>") + notes + "</section>"


def _signs(page: Page, found: Bottleneck) -> str:
    """Return the metrics that got worse in the same month."""
    colon = text("finding.colon", page.locale)
    signs = [f for f in page.analysis.findings if of_row(found, f) and f.code == "metric-worse"]
    return "".join(
        f'<p class="sf-note">{e(title_of(f, page.locale) + colon + finding_text(f, page.locale))}'
        "</p>"
        for f in signs
    )


def _collect(page: Page, found: Bottleneck) -> str:
    words = fields_to_record(page.analysis, found, page.locale)
    return f'<p class="sf-note">{page.words("causes-collect", fields=words)}</p>' if words else ""


def split_html(page: Page) -> str:
    """Return the worst step split by its first cause, and the reasons that people stated."""
    charts = [page.chart("split"), page.chart("stated")]
    parts = [figure(page, chart) for chart in charts if chart is not None]
    return f'<div class="stack">{"".join(parts)}</div>' if parts else ""


def plan_html(page: Page) -> str:
    """Return the plan: each measure, what it may bring on one axis, and when."""
    plan = page.analysis.plan
    measures = plan.active[:MEASURES]
    if not measures:
        return ""
    effects, schedule = page.chart("effects"), page.chart("schedule")
    months = deals_words(plan.assumptions.months)
    axes = [axis_svg(chart) if chart else "" for chart in (effects, schedule)]
    words = [page.words("plan-effect", months=months), page.words("plan-schedule")]
    heads = [f'<div class="h">{page.words("plan-measure")}</div>']
    heads += [f'<div class="h">{a}{b}</div>' for a, b in zip(words, axes, strict=True)]
    cells = [_measure(page, m, effects, schedule) for m in measures]
    note = f'<p class="sf-note">{e(effects.note)}</p>' if effects else ""
    legend = ""
    if effects is not None:
        from salesfunnel.render.backends.pictures import legend_html

        legend = legend_html(effects)
    return (
        f'<section class="row"><div><h2>{page.words("plan-title")}</h2>'
        f'<p class="d">{e(plan_claim(page.analysis, page.locale))}</p>'
        f'<div class="plan">{"".join(heads)}{"".join(cells)}</div>{legend}{note}</div></section>'
    )


def _measure(page: Page, measure: Measure, effects: Chart | None, schedule: Chart | None) -> str:
    locale = page.locale
    actions = action_names(page.analysis.funnel, locale)
    title = measure_title(measure, locale)
    graded = measure.grade != "not-measured"
    meta = page.words(
        "plan-meta" if graded else "plan-meta-plain", owner=owner_words(measure.owner, locale),
        problem=problem_words(measure, locale, actions), effort=deals_words(measure.effort),
        grade=text(f"finding.grade.{measure.grade}", locale),
    )  # fmt: skip
    plan = page.analysis.plan
    if len({(m.bottleneck, m.segment) for m in plan.active}) > 1:
        meta = f"{e(step_of(plan, measure, locale))} · {meta}"
    detail = measure_detail(measure, locale, actions)
    words = f"<p>{e(detail)}</p>" if detail else ""
    effect = measure.effect
    if effect is None:
        figure_words = page.words("not-estimated")
    else:
        d = effect.deals
        figure_words = (
            f"<b>+{e(deals_words(d.p50))}</b> ({e(deals_words(d.p10))}–{e(deals_words(d.p90))})"
        )
    seen = visible_from(measure)
    when = page.words("due", day=day(measure.due, locale))
    if effect is not None:
        when += " · " + (
            page.words("visible-test") if seen is None
            else page.words("visible", day=day(seen, locale))
        )  # fmt: skip
    name = _category(effects, measure) if effects else ""
    bar = row_svg(effects, name, height=24) if effects and effect is not None else ""
    gantt = row_svg(schedule, _category(schedule, measure), height=24) if schedule else ""
    months = deals_words(plan.assumptions.months)
    alone = f'<span class="ph">{page.words("plan-effect", months=months)}</span>' if bar else ""
    return (
        f'<div class="m"><h3>{e(title)}</h3>{words}<p class="meta">{meta}</p></div>'
        f'<div class="fig">{alone}{bar}{figure_words}</div><div class="fig">{gantt}{when}</div>'
    )


def _category(chart: Chart, measure: Measure) -> str:
    """Return the name of a measure in a picture."""
    place = chart.data["name"].index(measure.key)
    return str(chart.y.order[place])


def follow_html(page: Page) -> str:
    """Return what to look at and when, by date."""
    items = follow_items(page.analysis.plan, page.locale)
    if not items:
        return ""
    rows = "".join(
        f"<li><b>{e(day(when, page.locale))}</b>{e(words)}</li>" for when, words in items
    )
    return (
        f"<section><h2>{page.words('follow-title')}</h2>"
        f'<p class="d">{page.words("follow-subtitle")}</p><ol class="tl">{rows}</ol></section>'
    )


def trimmed(chart: Chart) -> Chart:
    """Return a chart without its note, where the page says it elsewhere."""
    return attrs.evolve(chart, note="")
