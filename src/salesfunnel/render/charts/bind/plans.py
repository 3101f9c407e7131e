"""Pictures of a plan: what each measure may bring, and when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.render.charts.bind._words import day
from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.figures import deals_words, whole_percent
from salesfunnel.render.charts.kinds import spans
from salesfunnel.render.words.plans import measure_title, owner_words

if TYPE_CHECKING:
    from salesfunnel.planning import ImprovementPlan, Measure


def visible_from(measure: Measure) -> date | None:
    """Return the first day on which the effect of a measure can be seen; None where never."""
    if measure.effect is None or measure.detectable_after_days is None:
        return None
    first: date = measure.begins + timedelta(days=measure.detectable_after_days)
    return first


def effects(plan: ImprovementPlan, locale: Locale, *, ceiling: float | None = None) -> Chart:
    """Return how many more won deals each measure may bring: 10th, 50th and 90th percentile.

    `ceiling` is what getting back to the baseline would bring in the same time.
    """
    rows = []
    for measure in plan.active:
        effect = measure.effect
        deals = None if effect is None else effect.deals
        rows.append(spans.EffectRow(
            name=measure_title(measure, locale), key=measure.key,
            middle=None if deals is None else deals.p50, low=None if deals is None else deals.p10,
            high=None if deals is None else deals.p90, weak=measure.grade != "strong",
            note=f"{owner_words(measure.owner, locale)} · {day(measure.due, locale)}",
            figure=text("page.not-estimated", locale) if deals is None else "",
        ))  # fmt: skip
    months = deals_words(plan.assumptions.months)
    a, b = plan.assumptions.realisation
    known = [(row.middle, row.name) for row in rows if row.middle is not None]
    title = text("chart.effects-title", locale)
    if known:
        most, action = max(known)
        title = text("chart.effects-most", locale, action=action, n=deals_words(most),
                     months=months)  # fmt: skip
    return spans.effects(
        rows, locale, ceiling=ceiling, title=title,
        subtitle=text("chart.effects-subtitle", locale, months=months),
        note=text("chart.effects-note", locale, share=whole_percent(a / (a + b))),
    )  # fmt: skip


def schedule(plan: ImprovementPlan, locale: Locale, *, today: date | None = None) -> Chart:
    """Return the plan as a Gantt chart."""
    tasks = []
    for measure in plan.active:
        seen = visible_from(measure)
        tasks.append(spans.Task(
            name=measure_title(measure, locale), key=measure.key,
            begins=measure.begins.isoformat(), due=measure.due.isoformat(),
            visible=None if seen is None else seen.isoformat(), figure=day(measure.due, locale),
            note=owner_words(measure.owner, locale),
        ))  # fmt: skip
    title = text("chart.schedule-title", locale)
    if tasks:
        last = day(max(measure.due for measure in plan.active), locale)
        key = "chart.schedule-one" if len(tasks) == 1 else "chart.schedule-of"
        title = text(key, locale, n=len(tasks), day=last)
    return spans.schedule(
        tasks, locale, title=title,
        subtitle=text("chart.schedule-subtitle", locale),
        today=None if today is None else today.isoformat(),
    )  # fmt: skip
