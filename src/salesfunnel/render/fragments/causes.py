"""Fragments of causes and plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.render.backends.pictures import capital
from salesfunnel.render.charts.bind._words import day, step_words
from salesfunnel.render.charts.bind.findings import deals_of
from salesfunnel.render.charts.bind.plans import visible_from
from salesfunnel.render.charts.figures import deals_words, plus, whole_percent
from salesfunnel.render.fragments._parts import Picture, folded, frame, note, table, whisker
from salesfunnel.render.words.findings import collect_words, title_of
from salesfunnel.render.words.names import action_names
from salesfunnel.render.words.plans import measure_title, owner_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from salesfunnel.definitions.funnel import Funnel
    from salesfunnel.diagnosis import Diagnosis, Finding
    from salesfunnel.planning import ImprovementPlan


def findings_table(found: Iterable[Finding], locale: Locale, names: dict[str, str]) -> str:
    """Return causes: a dot and its range in deals, the largest first."""
    measured = sorted((f for f in found if f.contribution is not None), key=lambda f: -deals_of(f))
    if not measured:
        return note(text("page.fact-cause-none", locale))
    values = [
        v for f in measured for v in (
            deals_of(f), *(() if f.interval is None else (f.interval.low, f.interval.high)))
    ]  # fmt: skip
    ends = (min(0.0, *values), max(1.0, *values))
    rows: list[list[str | Picture]] = []
    marks = []
    for f in measured:
        strong = f.grade == "strong" and deals_of(f) > 0
        low, high = (None, None) if f.interval is None else (f.interval.low, f.interval.high)
        rows.append([
            title_of(f, locale, names), text(f"finding.dimension.{f.dimension}", locale),
            whisker(
                deals_of(f), low, high, ends, rule=0.0,
                role="alert" if strong else "main" if f.grade == "moderate" else "grey",
            ),
            deals_words(deals_of(f)), text(f"finding.grade.{f.grade}", locale),
            whole_percent(f.coverage),
        ])  # fmt: skip
        marks.append("sf-bad" if strong else "")
    heads = [
        (text("finding.label.cause", locale), ""), (text("finding.label.dimension", locale), ""),
        (text("page.deals-fewer", locale), ""), (text("finding.label.deals", locale), "sf-r"),
        (text("finding.label.grade", locale), ""), (text("finding.label.coverage", locale), "sf-r"),
    ]  # fmt: skip
    return table(heads, rows, locale=locale, marks=marks, wide=2)


def not_recorded(found: Iterable[Finding], locale: Locale, names: dict[str, str]) -> str:
    """Return what could not be asked because it is not recorded."""
    missing = list(dict.fromkeys(name for f in found if not f.measured for name in f.collect))
    if not missing:
        return ""
    return note(text("page.causes-collect", locale, fields=collect_words(missing, locale, names)))


def diagnosis(found: Diagnosis, locale: Locale) -> str:
    """Return the causes of one bottleneck, and what they leave unexplained."""
    first = next(iter(found), None)
    muted = "" if first is None else step_words(first.transition, {})
    if found.shortfall is not None:
        muted += " · " + text("page.shortfall", locale, n=deals_words(found.shortfall))
    body = findings_table(found, locale, {})
    rest = ""
    if found.unexplained is not None:
        rest = note(text("page.unexplained", locale, n=deals_words(found.unexplained)))
    return frame(
        text("page.causes", locale), muted, body, rest, not_recorded(found, locale, {}),
        note(text("chart.causes-note", locale)), locale=locale,
    )  # fmt: skip


def plan_table(found: ImprovementPlan, locale: Locale, ceiling: float | None = None) -> str:
    """Return measures: who, when, what it may bring, from when it can be seen."""
    measures = found.active
    if not measures:
        return note(text("page.plan-empty", locale))
    top = max(
        [1.0, ceiling or 0.0, *(m.effect.deals.p90 for m in measures if m.effect is not None)]
    )
    rows: list[list[str | Picture]] = []
    for m in measures:
        d = None if m.effect is None else m.effect.deals
        seen = visible_from(m)
        when = "–" if d is None else text("page.visible-test", locale) if seen is None else (
            day(seen, locale))  # fmt: skip
        rows.append([
            measure_title(m, locale), owner_words(m.owner, locale), day(m.due, locale),
            Picture("") if d is None else whisker(
                d.p50, d.p10, d.p90, (0.0, top), rule=ceiling,
                role="main" if m.grade == "strong" else "grey"),
            text("page.not-estimated", locale) if d is None else
            f"{plus(deals_words(d.p50))} ({deals_words(d.p10)}–{deals_words(d.p90)})",
            when,
        ])  # fmt: skip
    months = deals_words(found.assumptions.months)
    heads = [
        (text("page.plan-measure", locale), ""), (text("report.owner", locale), ""),
        (text("plan.column.due", locale), "sf-s"),
        (text("page.plan-effect", locale, months=months), ""), ("", "sf-r"),
        (capital(text("chart.visible-from", locale)), "sf-s"),
    ]  # fmt: skip
    return table(heads, rows, locale=locale, wide=3)


def plan(found: ImprovementPlan, locale: Locale) -> str:
    """Return the plan."""
    muted = "" if found.start is None else text(
        "page.plan-one", locale, day=day(found.start, locale))  # fmt: skip
    body = plan_table(found, locale)
    a, b = found.assumptions.realisation
    share = text("chart.effects-note", locale, share=whole_percent(a / (a + b)))
    return frame(
        text("page.plan-title", locale), muted, body, note(share) if found.active else "",
        locale=locale,
    )  # fmt: skip


def causes_folded(found: Sequence[Finding], locale: Locale, funnel: Funnel | None) -> str:
    """Return the causes of an analysis, folded."""
    names = action_names(funnel, locale)
    if not found:
        return ""
    return folded(
        text("page.causes", locale), findings_table(found, locale, names),
        not_recorded(found, locale, names), note(text("chart.causes-note", locale)),
    )  # fmt: skip
