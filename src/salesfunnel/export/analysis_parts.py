"""The worksheets of an analysis: columns of plain figures, and the native chart of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from salesfunnel._core.vocabulary import Locale
from salesfunnel.export.analysis_column import (
    ROWS,
    Column,
    Part,
    bar_roles,
    column_of,
    picture_of,
    words_of,
)
from salesfunnel.export.analysis_tables import (
    cohorts_part,
    counts_part,
    forecast_part,
    leading_part,
    plan_part,
    quality_part,
    rates_part,
)
from salesfunnel.i18n import text
from salesfunnel.render.charts import Chart
from salesfunnel.render.charts.bind._words import day, step_words
from salesfunnel.render.charts.bind.analyses import worst
from salesfunnel.render.charts.figures import period_words
from salesfunnel.render.report.answers import answer_of, chip_of
from salesfunnel.render.report.facts import labels_for, place_words
from salesfunnel.render.words.figures import segment_words

if TYPE_CHECKING:
    from salesfunnel.analysis import Analysis

__all__ = ["caption", "parts_of"]


def parts_of(analysis: Analysis, locale: Locale) -> list[Part]:
    """Return the worksheets of an analysis, those without rows left out."""
    makers = (
        _answer,
        _verdicts,
        _trend,
        _funnel,
        _causes,
        leading_part,
        plan_part,
        forecast_part,
        _bridge,
        cohorts_part,
        rates_part,
        counts_part,
        quality_part,
    )
    made = [make(analysis, locale) for make in makers]
    return [_known(part) for part in made if part is not None and part.rows]


def _known(part: Part) -> Part:
    """Return a worksheet without the columns that hold nothing, unless they are drawn."""
    keep = [
        j
        for j, column in enumerate(part.columns)
        if j in part.series or any(_is_known(cell) for cell in column.cells)
    ]
    places = {j: place for place, j in enumerate(keep)}
    return attrs.evolve(
        part,
        columns=[part.columns[j] for j in keep],
        series=tuple(places[j] for j in part.series),
    )


def _is_known(cell: Any) -> bool:
    return cell is not None and cell == cell and cell != ""  # noqa: PLR0124 - NaN


def _answer(analysis: Analysis, locale: Locale) -> Part:
    answer = answer_of(analysis, locale)
    rows = [
        (words_of("answer", locale), answer.headline.replace("<wbr>", ""), ""),
        (words_of("verdict", locale), answer.chip, answer.sure),
        *((words_of("why", locale), words, "") for words in answer.why),
        *((fact.name, fact.words, fact.more) for fact in answer.facts),
    ]
    names = ("subject", "says", "more")
    columns = [
        column_of(name, "text", [row[i] for row in rows], locale) for i, name in enumerate(names)
    ]
    return Part(
        name=words_of("sheet-answer", locale),
        title=words_of("sheet-answer", locale),
        columns=columns,
    )


def _verdicts(analysis: Analysis, locale: Locale) -> Part:
    found, labels = list(analysis.bottlenecks)[:ROWS], labels_for(analysis, locale)
    several = len(analysis.bottlenecks.segments) > 1

    def ends(interval: object, side: str) -> Any:
        return None if interval is None else getattr(interval, side)

    columns = [
        column_of("step", "text", [step_words(r.transition, labels) for r in found], locale),
        *(
            [
                column_of(
                    "segment", "text", [segment_words(r.segment, locale) for r in found], locale
                )
            ]
            if several
            else []
        ),
        column_of("verdict", "text", [chip_of(r, locale)[1] for r in found], locale),
        column_of("confidence", "percent", [r.probability for r in found], locale),
        column_of("rate", "percent", [r.rate for r in found], locale),
        column_of("baseline", "percent", [r.reference for r in found], locale),
        column_of("entered", "count", [r.entered for r in found], locale),
        column_of("advanced", "count", [r.advanced for r in found], locale),
        column_of("detectable", "percent", [r.detectable for r in found], locale),
        column_of("window", "count", [r.window for r in found], locale),
        column_of("gain", "deals", [r.expected_gain for r in found], locale),
        column_of("gain-low", "deals", [ends(r.gain, "low") for r in found], locale),
        column_of("gain-high", "deals", [ends(r.gain, "high") for r in found], locale),
        column_of("revenue-low", "money", [ends(r.revenue, "low") for r in found], locale),
        column_of("revenue-high", "money", [ends(r.revenue, "high") for r in found], locale),
    ]
    at = 1 + several
    return Part(
        name=words_of("sheet-verdicts", locale),
        title=text("chart.verdicts-title", locale),
        columns=columns,
        drawn="bars" if len(found) <= 30 else "",
        series=(0, at + 2, at + 3),
    )


def _trend(analysis: Analysis, locale: Locale) -> Part | None:
    series = analysis.trend
    if series is None or len(series.periods) < 2:
        return None
    labels = labels_for(analysis, locale)
    columns = [column_of("period", "text", series.periods, locale)]
    steps = [step_words(transition, labels) for transition in series.transitions]
    columns += [
        Column(f"{step}: {words_of('rate', locale)}", "percent", series.rate[:, s].tolist())
        for s, step in enumerate(steps)
    ]
    drawn = range(len(columns))
    for s, step in enumerate(steps):
        for key in ("low", "high", "entered", "advanced"):
            values = getattr(series, key)[:, s]
            form = "percent"
            if key in {"entered", "advanced"}:  # expected ones may be parts of a deal
                whole = bool((np.isnan(values) | (values == np.round(values))).all())
                form = "count" if whole else "deals"
            columns.append(Column(f"{step}: {words_of(key, locale)}", form, values.tolist()))
    return Part(
        name=words_of("sheet-trend", locale),
        title=words_of("title-trend", locale),
        columns=columns,
        drawn="line",
        series=tuple(drawn),
    )


def _funnel(analysis: Analysis, locale: Locale) -> Part | None:
    found = analysis.fates
    if found is None:
        return None
    from salesfunnel.render.words.names import labels_of

    labels = labels_of(found.funnel, found.stages, locale)
    last = len(found.stages) - 1
    columns = [column_of("stage", "text", [labels[s] for s in found.stages], locale)]
    for key in ("entered", "advanced", "lost", "open"):
        cells = [
            int(v) if i < last or key == "entered" else None
            for i, v in enumerate(getattr(found, key))
        ]
        columns.append(column_of(key, "count", cells, locale))
    won = [None] * last + [int(found.entered[last])]
    columns.append(Column(labels[found.stages[last]], "count", won))
    columns.append(column_of("baseline", "percent", found.baseline.tolist(), locale))
    return Part(
        name=words_of("sheet-funnel", locale),
        title=text("chart.funnel-title", locale),
        columns=columns,
        drawn="funnel",
        series=(0, 2, 3, 4, 5),
    )


def _waterfall(chart: Chart | None, name: str, locale: Locale, form: str) -> Part | None:
    if chart is None:
        return None
    data = chart.data
    pairs = [
        tuple(sorted((float(a or 0), float(b or 0))))
        for a, b in zip(data["start"], data["end"], strict=True)
    ]
    columns = [
        column_of("part", "text", chart.y.order, locale),
        column_of("amount", form, data["amount"], locale),
        column_of("low", form, data["low"], locale),
        column_of("high", form, data["high"], locale),
        column_of("from", form, data["start"], locale),
        column_of("to", form, data["end"], locale),
        column_of("base", form, [_base(low, high) for low, high in pairs], locale),
        column_of("bar", form, [_bar(low, high) for low, high in pairs], locale),
    ]
    return Part(name=name, title=chart.title, columns=columns, drawn="waterfall",
                series=(0, 6, 7), colours=tuple(bar_roles(chart)))  # fmt: skip


def _base(low: float, high: float) -> float:
    """Return where a bar of a waterfall begins to be seen; both ends lie on one side of zero."""
    return low if low >= 0 else min(high, 0.0)


def _bar(low: float, high: float) -> float:
    return (high - low) if low >= 0 else low - min(high, 0.0)


def _causes(analysis: Analysis, locale: Locale) -> Part | None:
    chart = picture_of(analysis, "causes", locale)
    return _waterfall(chart, words_of("sheet-causes", locale), locale, "deals")


def _bridge(analysis: Analysis, locale: Locale) -> Part | None:
    chart = picture_of(analysis, "bridge", locale)
    return _waterfall(chart, words_of("sheet-bridge", locale), locale, "money")


def caption(analysis: Analysis, locale: Locale) -> str:
    """Return the line below a worksheet's title: of when the figures are, in which currency."""
    parts = [period_words(analysis.period, locale)]
    if analysis.fates is not None:
        parts.append(text("page.deals-until", locale, day=day(analysis.fates.as_of, locale)))
    if analysis.currency:
        parts.append(text("page.amounts-in", locale, currency=analysis.currency))
    if len(analysis.bottlenecks):
        parts.append(place_words(worst(analysis), labels_for(analysis, locale), locale))
    return " · ".join(parts)
