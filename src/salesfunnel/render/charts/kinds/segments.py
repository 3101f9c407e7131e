"""The funnel plot of segments: rate by size, with the limits that chance sets."""

from __future__ import annotations

import math
from collections.abc import Sequence

import attrs

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.figures import whole_percent
from salesfunnel.render.charts.kinds.rates import FALLEN, percent_scale
from salesfunnel.render.charts.marks import Cell, ChartMark, ChartScale

__all__ = ["SegmentPoint", "segments"]

Z95, Z998 = 1.959964, 3.090232
"""Normal quantiles of the limits of a funnel plot, 95% and 99.8% (Spiegelhalter 2005)."""


@attrs.frozen(kw_only=True)
class SegmentPoint:
    """One segment of a funnel plot: its name, how many entered and advanced."""

    name: str
    entered: float
    advanced: float
    alert: bool = False


def segments(
    points: Sequence[SegmentPoint], locale: Locale, *, title: str, subtitle: str = "",
    alert_name: str = "", most: int = 6,
) -> Chart:  # fmt: skip
    """Return the rate of every segment by its size, with the limits that chance sets.

    Segments of the overall rate lie between the inner limits in 95% of the cases, between the
    outer ones in 99.8%. The segments farthest outside are named, `most` of them;
    all if there are no more. `alert_name` says what those marked are, "below baseline" if not
    given.

    References
    ----------
    .. [1] Spiegelhalter (2005), "Funnel plots for comparing institutional performance",
       Statistics in Medicine 24: 1185-1202.
    """
    used = [p for p in points if p.entered > 0]
    total = sum(p.entered for p in used)
    overall = sum(p.advanced for p in used) / total if total else 0.0
    top = max((p.entered for p in used), default=1.0)
    grid = [top * (i / 40) ** 2 for i in range(1, 41)]
    marks = []
    values: list[Cell] = [p.advanced / p.entered for p in used]
    scale = percent_scale([v for v in values if isinstance(v, float)])
    least, most_of = scale.low or 0.0, 1.0 if scale.high is None else scale.high
    for z, name, opacity in (
        (Z998, text("chart.limits-outer", locale), 0.3),
        (Z95, text("chart.limits-inner", locale), 0.45),
    ):
        wide = [z * math.sqrt(overall * (1 - overall) / n) for n in grid]
        marks.append(ChartMark(
            shape="band", role="band", name=name, x=grid, opacity=opacity,
            y=[max(overall - w, least) for w in wide],
            y2=[min(overall + w, most_of) for w in wide],
        ))  # fmt: skip
    marks.append(ChartMark(
        shape="rule", role="context", dashed=True, y=[overall],
        text=[text("chart.overall", locale, rate=whole_percent(overall))],
    ))  # fmt: skip
    for role, alert in FALLEN:
        part = [p for p in used if p.alert is alert]
        marks.append(ChartMark(
            shape="dot", role=role, x=[p.entered for p in part],
            y=[p.advanced / p.entered for p in part],
            tip=[_segment_tip(p) for p in part] if len(used) <= 400 else [],
            name=(alert_name or text("chart.segment-below", locale)) if alert and part else "",
        ))  # fmt: skip
    far = sorted(used, key=lambda p: -abs(_z(p, overall)))[:most]
    named: list[SegmentPoint] = []
    for p in far:
        told = len(used) <= most or p.alert or abs(_z(p, overall)) > Z95
        if told and not any(_near(p, q, top, 0.07 * (most_of - least)) for q in named):
            named.append(p)
    marks.append(ChartMark(
        shape="label", role="target", x=[p.entered for p in named],
        y=[p.advanced / p.entered for p in named], text=[p.name for p in named],
    ))  # fmt: skip
    worst = min(used, key=lambda p: _z(p, overall), default=None)
    return Chart(
        kind="segments", title=title, subtitle=subtitle, locale=locale,
        data={
            "segment": [p.name for p in used], "entered": [p.entered for p in used],
            "advanced": [p.advanced for p in used], "rate": values,
            "z": [_z(p, overall) for p in used],
        },
        x=ChartScale(kind="number", low=0.0, title=text("chart.entered", locale)),
        y=scale,
        marks=marks, height=280,
        alt=title if worst is None else text(
            "chart.segments-alt", locale, title=title, n=len(used),
            rate=whole_percent(overall), worst=worst.name,
            worst_rate=whole_percent(worst.advanced / worst.entered),
        ),
    )  # fmt: skip


def _z(point: SegmentPoint, overall: float) -> float:
    spread = math.sqrt(overall * (1 - overall) / point.entered)
    gap = point.advanced / point.entered - overall
    return gap / spread if spread else 0.0


def _near(one: SegmentPoint, other: SegmentPoint, top: float, line: float) -> bool:
    """Whether the names of two segments would cover each other."""
    across = abs(one.entered - other.entered) / top
    return across < 0.15 and abs(one.advanced / one.entered - other.advanced / other.entered) < line


def _segment_tip(point: SegmentPoint) -> str:
    rate = whole_percent(point.advanced / point.entered)
    return f"{point.name}: {rate} ({point.advanced:,.0f}/{point.entered:,.0f})"
