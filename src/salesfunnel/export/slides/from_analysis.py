"""The slides of an analysis: answer, funnel, trend, causes, plan, forecast, follow-up, asks."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.vocabulary import Locale
from salesfunnel.export.analysis_column import picture_of
from salesfunnel.export.slides.content import Answered, Asked, Rows, Slide
from salesfunnel.export.slides.plots import (
    fan_plot,
    funnel_plot,
    steps_plot,
    trend_plot,
    waterfall_plot,
)
from salesfunnel.i18n import text
from salesfunnel.render.charts.bind._words import day, step_words
from salesfunnel.render.charts.bind.analyses import worst
from salesfunnel.render.charts.bind.plans import visible_from
from salesfunnel.render.charts.figures import deals_words, period_words, whole_percent
from salesfunnel.render.report.answers import SIGNS, answer_of
from salesfunnel.render.report.claims import (
    causes_claim,
    fields_to_record,
    follow_items,
    plan_claim,
)
from salesfunnel.render.report.facts import labels_for, place_words
from salesfunnel.render.words.figures import fault_item
from salesfunnel.render.words.names import labels_of
from salesfunnel.render.words.plans import measure_detail, measure_title, owner_words

if TYPE_CHECKING:
    from salesfunnel.analysis import Analysis
    from salesfunnel.bottleneck import Bottleneck
    from salesfunnel.planning import Measure

__all__ = ["slides_of"]

MEASURES, LOOKS, ASKED, STEPS = 6, 8, 4, 10
"""Rows of the plan, of the follow-up, actions that are asked for, steps, at most."""
SLIDES = 8
"""Slides beyond which the cohorts are left to the report and the workbook."""
COHORTS, AFTER = 9, 7
"""Months of entry and months after it on the slide of the cohorts, at most."""


def slides_of(analysis: Analysis, locale: Locale) -> list[Slide]:
    """Return six to eight slides; those that the data cannot fill are left out.

    Where nothing is below its baseline there are fewer: no causes, no plan, nothing to follow.
    """
    try:
        row: Bottleneck | None = worst(analysis)
    except ArgumentError:
        row = None
    made = [
        _answer(analysis, locale),
        _funnel(analysis, row, locale),
        _trend(analysis, row, locale),
        _causes(analysis, row, locale),
        _steps(analysis, locale),
        _plan(analysis, locale),
        _forecast(analysis, locale),
        _follow(analysis, locale),
        _asks(analysis, row, locale),
    ]
    slides = [slide for slide in made if slide is not None]
    more = _cohorts(analysis, locale)
    if more is not None and len(slides) < SLIDES:
        slides.insert(-1, more)
    return slides


def _words(key: str, locale: Locale, **params: Any) -> str:
    return text(f"slides.{key}", locale, **params)


def _answer(analysis: Analysis, locale: Locale) -> Slide:
    answer = answer_of(analysis, locale)
    sure = f" · {answer.sure}" if answer.sure else ""
    body = Answered(
        tone=answer.tone,
        chip=f"{SIGNS[answer.tone]} {answer.chip}{sure}",
        why=answer.why,
        facts=[(fact.name, fact.words, fact.more) for fact in answer.facts[:4]],
    )
    facts = [f"{f.name}: {f.words}" + (f" ({f.more})" if f.more else "") for f in answer.facts]
    notes = (_words("notes-answer", locale), *answer.why, *facts)
    return Slide(title=answer.headline.replace("<wbr>", ""), body=body, notes=notes)


def _funnel(analysis: Analysis, row: Bottleneck | None, locale: Locale) -> Slide | None:
    chart = picture_of(analysis, "funnel", locale)
    if chart is None:
        return None
    data: Mapping[str, Any] = chart.data
    keys = [str(key) for key in data["stage"]]
    labels = labels_of(analysis.funnel, keys, locale)
    place = next((i for i, key in enumerate(keys) if row and key == row.transition.source), 0)
    entered, advanced, lost, going = (
        data[name][place] for name in ("entered", "advanced", "lost", "open")
    )
    source = labels[keys[place]]
    title = chart.title
    if advanced is not None and lost is not None:
        title = _words(
            "funnel-fates", locale, stage=source, entered=f"{entered:,.0f}",
            advanced=f"{advanced:,.0f}", lost=f"{lost:,.0f}", open=f"{going or 0:,.0f}",
        )  # fmt: skip
    elif advanced is not None and entered and place + 1 < len(keys):
        title = _words(
            "funnel-counts", locale, period=period_words(analysis.period, locale), source=source,
            target=labels[keys[place + 1]], entered=f"{entered:,.0f}", advanced=f"{advanced:,.0f}",
            rate=whole_percent(data["rate"][place]),
        )  # fmt: skip
    figures = "; ".join(
        f"{labels[key]} {data['entered'][i]:,.0f}" for i, key in enumerate(keys)
        if data["entered"][i] is not None
    )  # fmt: skip
    notes = (chart.subtitle, _words("notes-figures", locale, figures=figures), chart.note)
    return Slide(title=title, body=funnel_plot(chart, labels, locale), notes=notes)


def _trend(analysis: Analysis, row: Bottleneck | None, locale: Locale) -> Slide | None:
    chart = picture_of(analysis, "trend", locale)
    if chart is None or row is None:
        return None
    low = row.rate if row.tier in {"confirmed", "suspected"} else None
    plot = trend_plot(chart, locale, (low, row.window) if low else None)
    if len(plot.categories) < 2:
        return None
    step = step_words(row.transition, labels_for(analysis, locale))
    title = chart.title
    if step not in title:
        claim = title if locale == "zh" else title[:1].lower() + title[1:]
        title = _words("trend-with-step", locale, step=step, claim=claim)
    notes = [chart.subtitle, _words("notes-interval", locale)]
    if row.rate is not None and row.reference is not None:
        figures = f"{whole_percent(row.rate)} / {whole_percent(row.reference)}"
        figures += f" ({row.advanced:,.0f} / {row.entered:,.0f})"
        notes.append(_words("notes-figures", locale, figures=figures))
    notes += [chart.note, _words("notes-chart", locale)]
    return Slide(title=title, body=plot, notes=notes)


def _causes(analysis: Analysis, row: Bottleneck | None, locale: Locale) -> Slide | None:
    if row is None or row.tier not in {"confirmed", "suspected"}:
        return None
    chart = picture_of(analysis, "causes", locale)
    record = fields_to_record(analysis, row, locale)
    again = text("page.causes-collect", locale, fields=record) if record else ""
    if chart is None:
        items = [text("page.causes-not-looked-note", locale), again]
        title = text("page.causes-not-looked", locale)
        return Slide(title=title, body=Asked(items=[i for i in items if i], boxes=False))
    plot = waterfall_plot(chart, locale, form="deals", note=again)
    notes = [chart.subtitle, chart.note, again, _words("notes-association", locale)]
    return Slide(title=causes_claim(analysis, row, locale), body=plot, notes=notes)


def _steps(analysis: Analysis, locale: Locale) -> Slide | None:
    """Return every step against its baseline, if there is no plan to show."""
    found = [row for row in islice(iter(analysis.bottlenecks), STEPS) if row.rate is not None]
    if analysis.plan.active or not found:
        return None
    n = len(analysis.bottlenecks.alarms)
    key = "none" if n == 0 else "one" if n == 1 else "many"
    title = text(f"page.cards-{key}", locale, n=n, all=f"{len(analysis.bottlenecks):,}")
    labels = labels_for(analysis, locale)
    names = [place_words(row, labels, locale) for row in found]
    plot = steps_plot(found, names, locale)
    return Slide(title=title, body=plot, notes=(text("page.plan-empty", locale),))


def _plan(analysis: Analysis, locale: Locale) -> Slide | None:
    plan = analysis.plan
    if not plan.active:
        return None
    months = deals_words(plan.assumptions.months)
    header = [
        _words("action", locale), _words("owner", locale), _words("due", locale),
        _words("effect", locale, months=months), _words("effort", locale),
    ]  # fmt: skip
    rows = [
        (
            measure_title(m, locale), owner_words(m.owner, locale), day(m.due, locale),
            _effect(m, locale), deals_words(m.effort),
        )
        for m in plan.active[:MEASURES]
    ]  # fmt: skip
    left = len(plan.active) - len(rows)
    note = _words("more-rows", locale, n=left) if left else ""
    effects = picture_of(analysis, "effects", locale)
    notes = [] if effects is None else [effects.note]
    notes += [
        f"{measure_title(m, locale)}: {measure_detail(m, locale)}"
        for m in plan.active[:MEASURES]
        if measure_detail(m, locale)
    ]
    return Slide(
        title=plan_claim(analysis, locale),
        body=Rows(header=header, rows=rows, shares=(3.7, 2, 2.8, 2.2, 1.6), note=note),
        notes=notes,
    )


def _effect(measure: Measure, locale: Locale) -> str:
    if measure.effect is None:
        return text("page.not-estimated", locale)
    d = measure.effect.deals
    return f"+{deals_words(d.p50)} ({deals_words(d.p10)}–{deals_words(d.p90)})"


def _forecast(analysis: Analysis, locale: Locale) -> Slide | None:
    chart = picture_of(analysis, "fan", locale)
    if chart is None:
        return None
    notes = (chart.subtitle, chart.note, _words("notes-chart", locale))
    return Slide(title=chart.title, body=fan_plot(chart, locale), notes=notes)


def _follow(analysis: Analysis, locale: Locale) -> Slide | None:
    plan = analysis.plan
    items = follow_items(plan, locale)
    if not items:
        return None
    first = min(measure.due for measure in plan.active)
    seen = [found for m in plan.active if (found := visible_from(m)) is not None]
    key = "follow-title" if seen else "follow-title-never"
    days = {"first": day(first, locale)} | ({"seen": day(min(seen), locale)} if seen else {})
    rows = [(day(when, locale), words) for when, words in items[:LOOKS]]
    left = len(items) - len(rows)
    return Slide(
        title=_words(key, locale, **days),
        body=Rows(
            header=(_words("when", locale), _words("what", locale)), rows=rows, shares=(2.3, 8),
            note=_words("more-rows", locale, n=left) if left else "",
        ),
        notes=(text("page.follow-subtitle", locale),),
    )  # fmt: skip


def _cohorts(analysis: Analysis, locale: Locale) -> Slide | None:
    found = analysis.cohorts
    if found is None or len(found.periods) < 2:
        return None
    shares = found.share[-COHORTS:, :AFTER]
    header = [
        _words("cohort", locale),
        *(text("chart.deal-cohorts-month", locale, k=k) for k in range(shares.shape[1])),
    ]
    rows = [
        (
            f"{period_words(name, locale)} ({n:,})",
            *("" if v != v else whole_percent(v) for v in values),  # noqa: PLR0124 - NaN
        )
        for name, n, values in zip(
            found.periods[-COHORTS:], found.entered[-COHORTS:].tolist(), shares.tolist(),
            strict=True,
        )
    ]  # fmt: skip
    return Slide(
        title=text("chart.deal-cohorts-title", locale),
        body=Rows(header=header, rows=rows, shares=(3, *[1.2] * shares.shape[1])),
        notes=(text("chart.deal-cohorts-note", locale),),
    )


def _asks(analysis: Analysis, row: Bottleneck | None, locale: Locale) -> Slide:
    plan = analysis.plan
    items = [
        _words("ask-accept", locale, measure=measure_title(m, locale),
               owner=owner_words(m.owner, locale), due=day(m.due, locale))
        for m in plan.active[:ASKED]
    ]  # fmt: skip
    left = len(plan.active) - len(items)
    if left:
        items.append(_words("ask-more", locale, n=left))
    record = "" if row is None else fields_to_record(analysis, row, locale)
    if record:
        items.append(_words("ask-record", locale, fields=record))
    labels = labels_for(analysis, locale)
    errors = [fault for fault in analysis.faults if fault.severity == "error"]
    items += [
        _words("ask-data", locale, fault=fault_item(fault, locale, labels).text)
        for fault in errors[:2]
    ]
    if not items:
        title = _words("asks-title-none", locale)
        return Slide(title=title, body=Asked(items=[_words("ask-keep", locale)], boxes=False))
    title = _words("asks-title", locale, n=len(items))
    looks = follow_items(plan, locale)
    notes = [_words("ask-next", locale, day=day(looks[-1][0], locale))] if looks else []
    return Slide(title=title, body=Asked(items=items), notes=notes)
