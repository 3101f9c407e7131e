"""Worksheets of the plan, the forecast, rates, counts and the quality of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from salesfunnel._core.vocabulary import Locale
from salesfunnel.export.analysis_column import (
    ROWS,
    Column,
    Part,
    column_of,
    last_days,
    picture_of,
    words_of,
)
from salesfunnel.i18n import text
from salesfunnel.render.charts.bind._words import step_words
from salesfunnel.render.charts.bind.plans import visible_from
from salesfunnel.render.report.facts import labels_for
from salesfunnel.render.words.figures import fault_item, segment_words
from salesfunnel.render.words.plans import (
    measure_detail,
    measure_title,
    owner_words,
    problem_words,
)

if TYPE_CHECKING:
    from salesfunnel.analysis import Analysis

__all__ = [
    "cohorts_part", "counts_part", "forecast_part", "leading_part", "plan_part", "quality_part",
    "rates_part",
]  # fmt: skip


def plan_part(analysis: Analysis, locale: Locale) -> Part | None:
    """Return the plan."""
    measures = list(analysis.plan.active)
    if not measures:
        return None
    effects = [m.effect for m in measures]

    def quantile(what: str, which: str) -> list[Any]:
        found = [None if f is None else getattr(f, what) for f in effects]
        return [None if q is None else getattr(q, which) for q in found]

    columns = [
        column_of("measure", "text", [measure_title(m, locale) for m in measures], locale),
        column_of("detail", "text", [measure_detail(m, locale) for m in measures], locale),
        column_of("problem", "text", [problem_words(m, locale) for m in measures], locale),
        column_of("owner", "text", [owner_words(m.owner, locale) for m in measures], locale),
        column_of("begins", "date", [m.begins for m in measures], locale),
        column_of("due", "date", [m.due for m in measures], locale),
        column_of("effort", "deals", [m.effort for m in measures], locale),
        column_of("deals-low", "deals", quantile("deals", "p10"), locale),
        column_of("deals-middle", "deals", quantile("deals", "p50"), locale),
        column_of("deals-high", "deals", quantile("deals", "p90"), locale),
        column_of("revenue-low", "money", quantile("revenue", "p10"), locale),
        column_of("revenue-middle", "money", quantile("revenue", "p50"), locale),
        column_of("revenue-high", "money", quantile("revenue", "p90"), locale),
        column_of("visible", "date", [visible_from(m) for m in measures], locale),
    ]
    return Part(
        name=words_of("sheet-plan", locale),
        title=text("page.plan-title", locale),
        columns=columns,
        drawn="range",
        series=(0, 8, 7, 9),
    )


def forecast_part(analysis: Analysis, locale: Locale) -> Part | None:
    """Return the forecast by day."""
    chart = picture_of(analysis, "fan", locale)
    if chart is None:
        return None
    columns = [column_of("date", "date", last_days(chart.data["date"]), locale)]
    columns += [
        Column(words_of(name, locale), "money", chart.data[name])
        for name in ("q10", "q25", "q50", "q75", "q90")
    ]
    return Part(
        name=words_of("sheet-forecast", locale),
        title=chart.title,
        columns=columns,
        drawn="line",
        series=(0, 1, 3, 5),
        colours=("grey", "main", "grey"),
    )


def leading_part(analysis: Analysis, locale: Locale) -> Part | None:
    """Return how many deals the first cause touches, period by period."""
    chart = picture_of(analysis, "leading", locale)
    if chart is None:
        return None
    data = chart.data
    columns = [
        column_of("period", "text", data["period"], locale),
        column_of("known", "count", data["known"], locale),
        column_of("touched", "count", data["touched"], locale),
        *(column_of(key, "percent", data[key], locale) for key in ("share", "low", "high")),
        Column(text("chart.leading-before", locale), "percent", data["before"]),
    ]
    return Part(
        name=words_of("sheet-leading", locale),
        title=chart.title,
        columns=columns,
        drawn="line",
        series=(0, 3, 6) if any(v is not None for v in data["before"]) else (0, 3),
    )


def cohorts_part(analysis: Analysis, locale: Locale) -> Part | None:
    """Return the share of the deals of each month that is won by the end of every later one."""
    found = analysis.cohorts
    if found is None:
        return None
    months = [
        Column(text("chart.deal-cohorts-month", locale, k=k), "percent", found.share[:, k].tolist())
        for k in range(found.share.shape[1])
    ]
    return Part(
        name=words_of("sheet-cohorts", locale),
        title=text("chart.deal-cohorts-title", locale),
        columns=[
            column_of("period", "text", found.periods, locale),
            column_of("entered", "count", found.entered.tolist(), locale),
            *months,
        ],
        drawn="grid",
        series=tuple(range(2, 2 + len(months))),
    )


def rates_part(analysis: Analysis, locale: Locale) -> Part:
    """Return the rates of the judged period."""
    table, labels = analysis.conversions, labels_for(analysis, locale)
    rows = list(table.rows[:ROWS])
    columns = [
        column_of("step", "text", [step_words(r.transition, labels) for r in rows], locale),
        column_of("segment", "text", [segment_words(r.segment, locale) for r in rows], locale),
        column_of("period", "text", [r.period for r in rows], locale),
        column_of("entered", "count", [r.entered for r in rows], locale),
        column_of("advanced", "count", [r.advanced for r in rows], locale),
        column_of("rate", "percent", [r.rate for r in rows], locale),
        column_of("low", "percent", [r.interval.low for r in rows], locale),
        column_of("high", "percent", [r.interval.high for r in rows], locale),
        column_of("since-first", "percent", [r.cumulative for r in rows], locale),
    ]
    return Part(
        name=words_of("sheet-rates", locale),
        title=text("chart.rates-title", locale),
        columns=columns,
        drawn="range" if len(rows) <= 30 else "",
        series=(0, 5, 6, 7),
    )


def counts_part(analysis: Analysis, locale: Locale) -> Part:
    """Return the counts of all periods."""
    panel, labels = analysis.panel, labels_for(analysis, locale)
    P, G, S = panel.shape
    keep = min(P * G, ROWS)
    periods = np.repeat(np.array(panel.periods, dtype=object), G)[:keep]
    segments = np.tile(
        np.array([segment_words(g, locale) for g in panel.segments], dtype=object), P
    )[:keep]
    counts = np.where(panel.missing, np.nan, panel.counts.astype(float)).reshape(P * G, S)[:keep]
    columns = [
        column_of("period", "text", periods.tolist(), locale),
        column_of("segment", "text", segments.tolist(), locale),
        *(
            Column(labels[step], "count", counts[:, s].tolist())
            for s, step in enumerate(panel.steps)
        ),
    ]
    drawn = "line" if G == 1 and P > 1 else ""
    return Part(
        name=words_of("sheet-counts", locale),
        title=text("report.panel", locale),
        columns=columns,
        drawn=drawn,
        series=(0, *range(2, 2 + S)),
        seen=sum(name not in panel.partial for name in panel.periods),
    )


def quality_part(analysis: Analysis, locale: Locale) -> Part:
    """Return what is wrong or suspicious in the data."""
    labels = labels_for(analysis, locale)
    faults = dict.fromkeys([*analysis.faults, *analysis.bottlenecks.faults])
    items = [fault_item(fault, locale, labels) for fault in faults]
    columns = [
        column_of(
            "severity", "text", [words_of(f"severity-{i.severity}", locale) for i in items], locale
        ),
        column_of("place", "text", [i.place for i in items], locale),
        column_of("says", "text", [i.text for i in items], locale),
        column_of("hint", "text", [i.hint for i in items], locale),
        column_of("code", "text", [i.code for i in items], locale),
    ]
    return Part(
        name=words_of("sheet-quality", locale),
        title=text("page.data-quality", locale),
        columns=columns,
    )
