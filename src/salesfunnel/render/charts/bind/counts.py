"""Pictures of counts and rates: panels, tables of conversions, sheets, steps, deals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import attrs
import numpy as np

from salesfunnel._core.arguments import check_period
from salesfunnel._core.checks import check_known
from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.vocabulary import Locale
from salesfunnel.conversion import conversions
from salesfunnel.data.panel import ALL
from salesfunnel.i18n import FORMS, text
from salesfunnel.render.charts.bind._words import (
    TREND_LEVEL,
    first_day,
    pick_segment,
    pick_transition,
    span_words,
    step_words,
)
from salesfunnel.render.charts.bind.claims import lowest_title
from salesfunnel.render.charts.bind.titles import (
    funnel_title,
    last_rate,
    open_words,
    rates_title,
    since,
    targets_met,
)
from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.figures import percent_range, period_words, whole_percent
from salesfunnel.render.charts.kinds.flows import FunnelRow
from salesfunnel.render.charts.kinds.flows import funnel as funnel_chart
from salesfunnel.render.charts.kinds.rates import StepRate
from salesfunnel.render.charts.kinds.rates import rates as rates_chart
from salesfunnel.render.charts.kinds.segments import SegmentPoint
from salesfunnel.render.charts.kinds.segments import segments as segments_chart
from salesfunnel.render.charts.kinds.trends import RatePoint, TrendWords
from salesfunnel.render.charts.kinds.trends import trend as trend_chart
from salesfunnel.render.words.figures import segment_words
from salesfunnel.render.words.names import in_language, labels_of
from salesfunnel.stats import rate_interval

if TYPE_CHECKING:
    from salesfunnel.bottleneck import Bottleneck
    from salesfunnel.conversion import ConversionTable
    from salesfunnel.counting import StepCounts
    from salesfunnel.data.panel import Panel
    from salesfunnel.data.tracking import Tracking


def last_complete(panel: Panel | ConversionTable, period: str | None) -> int:
    """Return the place of a period: the one named, else the last one that is over."""
    if not panel.periods:
        raise ArgumentError("'panel' must have a period to show, got none")
    if period is not None:
        check_period(period, panel.periods)
        return int(panel.periods.index(period))
    whole = [i for i, name in enumerate(panel.periods) if name not in panel.partial]
    return whole[-1] if whole else len(panel.periods) - 1


def funnel(
    panel: Panel, locale: Locale, *, period: str | None = None, segment: str | None = None,
    verdicts: Iterable[Bottleneck] = (),
) -> Chart:  # fmt: skip
    """Return the funnel of one period, the last one that is over; with the rates of verdicts."""
    judged = {row.transition.source: row for row in verdicts if row.segment == ALL}
    panel = panel if segment is not None or ALL in panel.segments else panel.total()
    t, g = last_complete(panel, period), pick_segment(segment, panel.segments)
    entered, advanced, unknown = (array[t, g].tolist() for array in panel.entered_advanced())
    labels = labels_of(panel.funnel, panel.steps, locale)
    table = conversions(panel.select(periods=panel.periods[t], segments=panel.segments[g]))
    rows = []
    for s, step in enumerate(panel.steps):
        if panel.missing[t, g, s]:
            continue
        ends = s == len(panel.steps) - 1 or unknown[s]
        count = float(panel.counts[t, g, s])
        row = None if ends else judged.get(step)
        made = float(table.rate[0, 0, s]) if not ends else float("nan")
        rate = made if row is None or row.rate is None else row.rate
        fallen = row is not None and row.alarm
        rows.append(FunnelRow(
            name=labels[step], key=step, entered=count if ends else float(entered[s]),
            advanced=None if ends else float(advanced[s]), alert=fallen,
            rate=rate if np.isfinite(rate) else None, since=since(row, locale),
            exposed=None if ends or panel.exposed is None else float(panel.exposed[t, g, s]),
            baseline=row.reference if row is not None and fallen else None,
        ))  # fmt: skip
    words = span_words([panel.periods[t]], locale)
    if panel.segments[g] != ALL:
        words += f" · {panel.segments[g]}"
    return funnel_chart(
        rows,
        locale,
        title=funnel_title(rows, words, locale),
        subtitle=text("chart.funnel-subtitle-counts", locale, period=words),
        note=open_words(panel, locale),
    )


def trend(
    panel: Panel, locale: Locale, *, transition: str | None = None, segment: str | None = None
) -> Chart:
    """Return the rate of one step over all periods of a panel."""
    panel = panel if segment is not None or ALL in panel.segments else panel.total()
    s, g = pick_transition(transition, panel.transitions), pick_segment(segment, panel.segments)
    found = conversions(panel, level=TREND_LEVEL)
    advanced, rate = found.advanced[:, g, s], found.rate[:, g, s]
    entered = found.entered[:, g, s] if found.exposed is None else found.exposed[:, g, s]
    points = []
    for t, name in enumerate(panel.periods):
        at = first_day(name, panel.by)
        if at is None:
            continue
        here = bool(np.isfinite(rate[t]))
        points.append(RatePoint(
            period=name, words=period_words(name, locale), at=at,
            entered=float(entered[t]) if np.isfinite(entered[t]) else 0.0,
            advanced=float(advanced[t]), rate=float(rate[t]) if here else None,
            low=float(found.low[t, g, s]) if here else None,
            high=float(found.high[t, g, s]) if here else None, partial=name in panel.partial,
        ))  # fmt: skip
    labels = labels_of(panel.funnel, panel.steps, locale)
    step = step_words(panel.transitions[s], labels)
    if panel.segments[g] != ALL:
        step += f" · {panel.segments[g]}"
    words = TrendWords(
        title=last_rate(points, step, locale), level=TREND_LEVEL,
        subtitle=text(
            "chart.trend-subtitle", locale, step=step, unit=text(f"chart.unit-{panel.by}", locale),
            level=whole_percent(TREND_LEVEL),
        ),
    )  # fmt: skip
    chart = trend_chart(points, words, locale, frequency=panel.by)
    return attrs.evolve(chart, note=f"{chart.note} {open_words(panel, locale)}".strip())


def segments(
    panel: Panel, locale: Locale, *, transition: str | None = None, period: str | None = None
) -> Chart:
    """Return the rates of all segments at one step of one period, by their size."""
    t, s = last_complete(panel, period), pick_transition(transition, panel.transitions)
    entered, advanced, unknown = (array[t, :, s] for array in panel.entered_advanced())
    had_time = entered.astype(float) if panel.exposed is None else panel.exposed[t, :, s]
    points = [
        SegmentPoint(
            name=segment_words(name, locale), entered=float(had_time[g]),
            advanced=float(advanced[g]),
        )
        for g, name in enumerate(panel.segments)
        if not unknown[g] and (name != ALL or len(panel.segments) == 1)
    ]  # fmt: skip
    labels = labels_of(panel.funnel, panel.steps, locale)
    return segments_of(points, step_words(panel.transitions[s], labels), panel.periods[t], locale)


def segments_of(points: list[SegmentPoint], step: str, period: str, locale: Locale) -> Chart:
    """Return a funnel plot with its words."""
    total = sum(point.entered for point in points)
    title = text("chart.segments-title", locale, step=step)
    if total > 0:
        overall = sum(point.advanced for point in points) / total
        key = "segments-of" if len(points) > 1 else "segments-one"
        title = text(f"chart.{key}", locale, step=step, n=f"{len(points):,}",
                     rate=whole_percent(overall))  # fmt: skip
    subtitle = text("chart.segments-subtitle", locale)
    if period != ALL:
        subtitle = period_words(period, locale) + ("。" if locale == "zh" else ". ") + subtitle
    return segments_chart(points, locale, title=title, subtitle=subtitle)


def rates(
    table: ConversionTable, locale: Locale, *, period: str | None = None, segment: str | None = None
) -> Chart:
    """Return the rate of every step with its interval, of the last period that is over."""
    t, g = last_complete(table, period), pick_segment(segment, table.segments)
    keys = [key for step in table.transitions for key in (step.source, step.target)]
    labels = labels_of(table.funnel, keys, locale)
    rows = []
    for s, step in enumerate(table.transitions):
        rate = float(table.rate[t, g, s])
        known = np.isfinite(rate)
        rows.append(StepRate(
            name=step_words(step, labels), key=str(step),
            entered=float(table.entered[t, g, s]), advanced=float(table.advanced[t, g, s]),
            rate=rate if known else None,
            low=float(table.low[t, g, s]) if known else None,
            high=float(table.high[t, g, s]) if known else None,
            figure=_with_interval(rate, table.low[t, g, s], table.high[t, g, s]) if known else "–",
        ))  # fmt: skip
    words = span_words([table.periods[t]], locale)
    if table.segments[g] != ALL:
        words += f" · {table.segments[g]}"
    level = whole_percent(table.level)
    return rates_chart(
        rows, locale, title=rates_title(rows, words, locale),
        subtitle=text("chart.rates-subtitle", locale, period=words, level=level),
    )  # fmt: skip


def _with_interval(rate: float, low: float, high: float) -> str:
    return f"{whole_percent(rate)} ({percent_range(float(low), float(high))})"


def table_segments(
    table: ConversionTable, locale: Locale, *, transition: str | None = None,
    period: str | None = None,
) -> Chart:  # fmt: skip
    """Return the rates of all segments at one step, by their size."""
    t, s = last_complete(table, period), pick_transition(transition, table.transitions)
    keys = [key for step in table.transitions for key in (step.source, step.target)]
    points = [
        SegmentPoint(
            name=segment_words(name, locale), entered=float(table.entered[t, g, s]),
            advanced=float(table.advanced[t, g, s]),
        )
        for g, name in enumerate(table.segments)
        if np.isfinite(table.rate[t, g, s]) and (name != ALL or len(table.segments) == 1)
    ]  # fmt: skip
    step = step_words(table.transitions[s], labels_of(table.funnel, keys, locale))
    return segments_of(points, step, table.periods[t], locale)


def steps(counts: StepCounts, locale: Locale, *, segment: str | None = None) -> Chart:
    """Return how many reached each step."""
    numbers = counts.counts
    if segment is not None:
        check_known("segment", segment, tuple(counts.by_segment))
        numbers = counts.by_segment[segment]
    rows = [
        FunnelRow(
            name=name, entered=float(n),
            advanced=float(numbers[i + 1]) if i + 1 < len(numbers) else None,
        )
        for i, (name, n) in enumerate(zip(counts.steps, numbers, strict=True))
    ]  # fmt: skip
    words = text("chart.funnel-subtitle-steps", locale, n=f"{numbers[0]:,}" if numbers else "0")
    title = text("chart.steps-title", locale)
    if len(rows) > 1:
        title = text("chart.steps-of", locale, n=f"{rows[0].entered:,.0f}",
                     m=f"{rows[-1].entered:,.0f}", last=rows[-1].name)  # fmt: skip
    return funnel_chart(rows, locale, title=title, subtitle=words)


def step_rates(counts: StepCounts, locale: Locale) -> Chart:
    """Return the rate of each step with its 95% interval."""
    rows = []
    for step, n, x in zip(counts.transitions, counts.counts, counts.counts[1:], strict=False):
        ends = rate_interval(x, n) if n else None
        rows.append(StepRate(
            name=step_words(step, {}), entered=float(n), advanced=float(x),
            rate=x / n if n else None, low=None if ends is None else float(ends.low),
            high=None if ends is None else float(ends.high),
        ))  # fmt: skip
    words = text("chart.steps-rates-subtitle", locale)
    return rates_chart(
        rows, locale, title=lowest_title("steps-rates", rows, locale), subtitle=words
    )


def attainment(sheet: Tracking, locale: Locale, *, period: str | None = None) -> Chart:
    """Return every actual figure as a share of its target, in the last period."""
    periods = sheet.periods or (ALL,)
    if period is not None:
        check_period(period, periods)
    shown = periods[-1] if period is None else period
    funnel = in_language(sheet.funnel, locale)
    names = {metric.key: metric.label for stage in funnel for metric in stage.metrics}
    rows = [
        StepRate(
            name=names.get(row.metric, row.metric_name or row.metric), key=row.metric,
            rate=row.attainment, baseline=1.0, entered=_number(row.target),
            advanced=_number(row.actual),
            figure="–" if row.attainment is None
            else f"{whole_percent(row.attainment)} · {FORMS['number'](row.actual, locale)}",
        )
        for row in sheet.rows
        if row.period == shown and row.segment == ALL and row.target is not None
    ]  # fmt: skip
    return rates_chart(
        rows, locale, title=targets_met(rows, shown, locale), kind="attainment", bars=True,
        subtitle=text("chart.tracking-subtitle", locale, period=span_words([shown], locale)),
        whole=True, baseline_name=text("chart.target", locale),
    )  # fmt: skip


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)


def tracking_funnel(sheet: Tracking, locale: Locale, *, period: str | None = None) -> Chart:
    """Return the funnel of the last period of a sheet."""
    return funnel(sheet.panel(level="step"), locale, period=period)
