"""Pictures of comparisons: segments against their peers, arms of a test, benchmarks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from salesfunnel._core.vocabulary import Locale
from salesfunnel.conversion.segment_comparison import CALLED
from salesfunnel.i18n import text
from salesfunnel.render.charts.bind._words import step_words
from salesfunnel.render.charts.bind.claims import arms_title, differences_title, points_words
from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.figures import tenths, whole_percent
from salesfunnel.render.charts.kinds.rates import StepRate, percent_scale, rates
from salesfunnel.render.charts.kinds.segments import SegmentPoint
from salesfunnel.render.charts.kinds.segments import segments as segments_chart
from salesfunnel.render.charts.kinds.spans import EffectRow, effects
from salesfunnel.render.words.benchmarks import published_words
from salesfunnel.render.words.names import labels_of

if TYPE_CHECKING:
    from salesfunnel.conversion import ArmComparison, SegmentComparison, SegmentRow
    from salesfunnel.definitions import BenchmarkSet

MOST, BEST = 24, 8
"""Segments in a picture at most, and how many of them are then the most probably better."""


def _step(found: Any, locale: Locale) -> str:
    step = found.transition
    return step_words(step, labels_of(found.funnel, (step.source, step.target), locale))


def compared(found: SegmentComparison, locale: Locale) -> Chart:
    """Return what to expect of each segment at equal mix, most probably worse first."""
    left = len(found) - MOST
    drawn = found.rows if left <= 0 else [*found.rows[: MOST - BEST], *found.rows[-BEST:]]
    rows = [
        StepRate(
            name=row.segment, key=row.segment, entered=float(row.entered),
            advanced=float(row.advanced), rate=row.estimate, low=row.shrunk.low,
            high=row.shrunk.high, baseline=found.centre, alert=row.verdict == "worse",
            weak=row.verdict == "not-enough-data", note=_counted(row, locale),
            figure=tenths(row.estimate),
        )
        for row in drawn
    ]  # fmt: skip
    worse = int((found.probability_worse >= CALLED).sum())
    better = int((found.probability_better >= CALLED).sum())
    return rates(
        rows, locale, whole=False,
        title=text(
            "chart.compared-title" if worse or better else "chart.compared-none", locale,
            step=_step(found, locale), by=found.by, n=len(found), worse=worse, better=better,
        ),
        subtitle=text("chart.compared-subtitle", locale, level=whole_percent(found.level)),
        note=text("chart.between-rows", locale, n=left) if left > 0 else "",
        baseline_name=text("chart.peers", locale),
    )  # fmt: skip


def _counted(row: SegmentRow, locale: Locale) -> str:
    """Return the counts of a segment and their rate, and its verdict if it is not like others."""
    of = text("comparison.of", locale, entered=row.entered, advanced=row.advanced)
    rate = "–" if row.rate is None else tenths(row.rate)
    said = text("chart.counted-rate", locale, of=of, rate=rate)
    if row.verdict == "as-others":
        return said
    return f"{text(f'comparison.verdict-{row.verdict}', locale)} · {said}"


def compared_segments(found: SegmentComparison, locale: Locale) -> Chart:
    """Return the rates as counted by size, with the limits that chance sets."""
    points = [
        SegmentPoint(
            name=row.segment, entered=float(row.entered), advanced=float(row.advanced),
            alert=row.verdict == "worse",
        )
        for row in found
    ]  # fmt: skip
    entered, advanced = (sum(getattr(p, name) for p in points) for name in ("entered", "advanced"))
    title = text(
        "chart.segments-of", locale, step=_step(found, locale), n=f"{len(points):,}",
        rate=whole_percent(advanced / max(entered, 1)),
    )  # fmt: skip
    return segments_chart(
        points, locale, title=title, subtitle=text("chart.segments-subtitle", locale),
        alert_name=text("comparison.verdict-worse", locale),
    )  # fmt: skip


def arms(found: ArmComparison, locale: Locale) -> Chart:
    """Return the rate of each arm with its interval; the rule is that of the control."""
    control = found.rows[0].rate
    rows = [
        StepRate(
            name=row.arm, key=row.arm, entered=float(row.entered), advanced=float(row.advanced),
            rate=row.rate, low=None if row.interval is None else row.interval.low,
            high=None if row.interval is None else row.interval.high, baseline=control,
            alert=row.verdict == "worse", note=text(f"comparison.arm-{row.verdict}", locale),
        )
        for row in found.rows
    ]  # fmt: skip
    return rates(
        rows, locale, title=arms_title(found, locale), whole=False,
        subtitle=text("chart.arms-subtitle", locale),
        baseline_name=text("comparison.arm-control", locale),
    )  # fmt: skip


def arm_differences(found: Any, locale: Locale) -> Chart:
    """Return the difference of each arm to the control, valid however often one looks."""
    rows = []
    for row in found.rows[1:]:
        wide, first = row.difference, found.rows[0].rate
        known = wide is not None and row.rate is not None and first is not None
        middle = row.rate - first if known else None
        figure = "–" if middle is None else _points(middle, wide.low, wide.high)
        rows.append(EffectRow(
            name=row.arm, key=row.arm, middle=middle, low=wide.low if known else None,
            high=wide.high if known else None, alert=row.verdict == "worse",
            weak=row.verdict == "not-yet", note=text(f"comparison.arm-{row.verdict}", locale),
            figure=figure,
        ))  # fmt: skip
    known_ends = [v for row in rows for v in (row.low, row.high) if v is not None]
    wide_scale = max((abs(v) for v in known_ends), default=0.1)
    scale = percent_scale([0.0, wide_scale])
    return effects(
        rows, locale, title=differences_title(found, locale),
        subtitle=text("chart.differences-subtitle", locale, level=whole_percent(found.level)),
        ceiling=0.0, ceiling_name=text("comparison.arm-control", locale),
        scale=type(scale)(kind="percent", low=-(scale.high or 1.0), high=scale.high),
    )  # fmt: skip


def _points(middle: float, low: float, high: float) -> str:
    return f"{points_words(middle)} ({points_words(low)}, {points_words(high)})"


def benchmarks(found: BenchmarkSet, locale: Locale) -> Chart:
    """Return the published rates of a set, with the range that their source gives."""
    labels = labels_of(None, found.steps, locale)
    join = "、" if locale == "zh" else ", "
    rows = []
    for one in found.benchmarks:
        where = [published_words(word, locale) for word in (one.industry, one.region) if word]
        rows.append(StepRate(
            name=step_words(one.transition, labels), key=str(one.transition), rate=one.rate,
            low=one.low, high=one.high, weak=one.low is None,
            note=join.join(where) or (str(one.year) if one.year else ""),
        ))  # fmt: skip
    return rates(
        rows, locale, title=text("report.benchmarks", locale, name=found.name or found.key),
        subtitle=text("chart.benchmarks-subtitle", locale),
    )  # fmt: skip
