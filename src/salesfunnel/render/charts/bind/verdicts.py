"""Pictures of bottlenecks: each step against its baseline, one step over time, segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from salesfunnel._core.vocabulary import TIERS, Locale
from salesfunnel.data.panel import ALL
from salesfunnel.i18n import text
from salesfunnel.render.charts.bind._words import (
    TREND_LEVEL,
    first_day,
    pick_transition,
    span_words,
    step_words,
)
from salesfunnel.render.charts.bind.counts import segments_of
from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.figures import period_words, whole_percent
from salesfunnel.render.charts.kinds.rates import StepRate
from salesfunnel.render.charts.kinds.rates import rates as rates_chart
from salesfunnel.render.charts.kinds.segments import SegmentPoint
from salesfunnel.render.charts.kinds.trends import RatePoint, TrendWords
from salesfunnel.render.charts.kinds.trends import trend as trend_chart
from salesfunnel.render.words.figures import segment_words
from salesfunnel.render.words.names import labels_of

if TYPE_CHECKING:
    from salesfunnel.bottleneck import Bottleneck, Bottlenecks, RateTrend

ROWS = 12
"""Rows of a picture at most, the most probable bottlenecks first."""
ALARMS = ("confirmed", "suspected")


def _labels(found: Bottlenecks, locale: Locale) -> dict[str, str]:
    keys = [key for step in found.transitions for key in (step.source, step.target)]
    return labels_of(found.funnel, keys, locale)


def verdicts(found: Bottlenecks, locale: Locale, *, most: int = ROWS) -> Chart:
    """Return the rate of each step as a bar with a mark at its baseline, worst first."""
    labels = _labels(found, locale)
    several = len(found.segments) > 1
    rows = []
    for row in found.rows[:most] if len(found) <= 200 else [found[i] for i in range(most)]:
        name = step_words(row.transition, labels)
        if several:
            name += f" · {segment_words(row.segment, locale)}"
        rate = row.rate
        rows.append(StepRate(
            name=name, key=f"{row.transition} {row.segment}", entered=float(row.entered),
            advanced=float(row.advanced), rate=rate, baseline=row.reference,
            low=None if row.reference_interval is None else row.reference_interval.low,
            high=None if row.reference_interval is None else row.reference_interval.high,
            alert=row.tier in ALARMS,
            figure="" if rate is None else ("▼ " if row.tier in ALARMS else "")
            + f"{whole_percent(rate)} / {_baseline(row.reference)}",
            note=text(f"page.tier-{row.tier}", locale, default=row.tier),
        ))  # fmt: skip
    fell, period = len(found.alarms), span_words([found.period], locale)
    key = "none" if not fell else "one" if fell == 1 else "some"
    if len(found) and (found.tier == TIERS.index("not-enough-data")).all():
        key = "unknown-one" if len(found) == 1 else "unknown"
    title = text(f"chart.verdicts-{key}", locale, n=fell, all=f"{len(found):,}", period=period)
    return rates_chart(
        rows, locale, title=title, kind="verdicts", bars=True,
        subtitle=text(
            "chart.verdicts-subtitle", locale, period=span_words([found.period], locale)
        ),
    )  # fmt: skip


def _baseline(reference: float | None) -> str:
    return "–" if reference is None else whole_percent(reference)


def segments(found: Bottlenecks, locale: Locale, *, transition: str | None = None) -> Chart:
    """Return the judged rate of every segment by its size; segments below baseline are marked."""
    s = pick_transition(transition, found.transitions)
    points = []
    entered, advanced, tier = (
        array.reshape(len(found.segments), -1)[:, s]
        for array in (found.entered, found.advanced, found.tier)
    )
    for g, name in enumerate(found.segments):
        if name == ALL and len(found.segments) > 1:
            continue
        points.append(SegmentPoint(
            name=segment_words(name, locale), entered=float(entered[g]),
            advanced=float(min(advanced[g], entered[g])), alert=int(tier[g]) in {0, 1},
        ))  # fmt: skip
    step = step_words(found.transitions[s], _labels(found, locale))
    return segments_of(points, step, found.period, locale)


def trend(
    series: RateTrend,
    locale: Locale,
    *,
    transition: str | None = None,
    row: Bottleneck | None = None,
) -> Chart:
    """Return the rate of one step over the periods that were judged, on the verdict's own basis.

    `row` is the verdict of the step: its baseline, its window, its onset.
    """
    s = pick_transition(transition, series.transitions)
    points: list[RatePoint] = []
    labels = labels_of(
        series.funnel, [k for t in series.transitions for k in (t.source, t.target)], locale
    )
    step = step_words(series.transitions[s], labels)
    window = 1 if row is None else int(row.window)
    size = len(series.periods)
    onset = _onset(row, series.periods)
    fell = row is not None and row.tier in ALARMS
    first_bad = size if not fell else size - window if onset is None else onset
    low, high = series.low[:, s], series.high[:, s]
    curves = [
        None if values is None else values[:, s]
        for values in (series.reference, series.reference_low, series.reference_high)
    ]
    for t, name in enumerate(series.periods):
        at = first_day(name, series.by)
        if at is None:
            continue
        known = bool(np.isfinite(series.rate[t, s]))
        points.append(RatePoint(
            period=name, words=period_words(name, locale), at=at,
            entered=float(series.entered[t, s]), advanced=float(series.advanced[t, s]),
            rate=float(series.rate[t, s]) if known else None,
            low=float(low[t]) if known else None, high=float(high[t]) if known else None,
            below=t >= first_bad, seasonal=_at(curves[0], t), seasonal_low=_at(curves[1], t),
            seasonal_high=_at(curves[2], t),
        ))  # fmt: skip
    return trend_chart(
        points, _trend_words(series, step, row, onset, window, locale), locale, frequency=series.by
    )


def _at(curve: npt.NDArray[np.float64] | None, t: int) -> float | None:
    return None if curve is None or not np.isfinite(curve[t]) else float(curve[t])


def _onset(row: Bottleneck | None, periods: tuple[str, ...]) -> int | None:
    """Return the place of the period in which the drop began, where it is known."""
    name = getattr(row, "onset", None)
    return periods.index(name) if name in periods else None


def _trend_words(
    series: RateTrend,
    step: str,
    row: Bottleneck | None,
    onset: int | None,
    window: int,
    locale: Locale,
) -> TrendWords:
    size = len(series.periods)
    fell = row is not None and row.tier in ALARMS
    title = text("chart.trend-title", locale, step=step)
    if row is not None and row.rate is not None:
        title = text("chart.trend-now", locale, step=step, rate=whole_percent(row.rate),
                     period=period_words(row.period, locale))  # fmt: skip
    words = ""
    if fell and onset is not None:
        month = period_words(series.periods[onset], locale)
        title = text("chart.trend-title-began", locale, month=month)
        sure = getattr(row, "onset_probability", None)
        words = (
            text("chart.trend-onset", locale, month=month)
            if sure is None
            else text("chart.trend-onset-sure", locale, month=month, p=whole_percent(sure))
        )
    elif fell:
        title = text("chart.trend-title-fell", locale, step=step)
    elif row is not None and row.tier == "none":
        title = text("chart.trend-title-steady", locale, step=step)
    interval = None if row is None else row.reference_interval
    months = 0 if row is None else int(row.history_months or 0)
    start = max(size - window - months, 0) if months else 0
    return TrendWords(
        title=title, level=TREND_LEVEL,
        subtitle=text(
            "chart.trend-subtitle", locale, step=step, unit=text(f"chart.unit-{series.by}", locale),
            level=whole_percent(TREND_LEVEL),
        ),
        baseline=None if row is None else row.reference,
        baseline_low=None if interval is None else interval.low,
        baseline_high=None if interval is None else interval.high,
        baseline_from=start, now=None if row is None else row.rate, now_from=size - window,
        onset=onset, onset_words=words,
    )  # fmt: skip
