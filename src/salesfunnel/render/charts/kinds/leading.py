"""The picture of a leading figure: how many deals a cause touches, period by period."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.figures import whole_percent
from salesfunnel.render.charts.kinds.rates import FALLEN, percent_scale
from salesfunnel.render.charts.marks import ChartMark, ChartScale

__all__ = ["SharePoint", "leading"]


@attrs.frozen(kw_only=True)
class SharePoint:
    """The share of one period, with its 80% interval; `since` tells the periods of the drop."""

    period: str
    words: str
    at: str
    known: int
    touched: int
    low: float
    high: float
    since: bool = False

    @property
    def share(self) -> float:
        """Share of the deals that the cause touches."""
        return self.touched / self.known


def leading(
    points: Sequence[SharePoint],
    locale: Locale,
    *,
    title: str,
    before: float | None,
    frequency: str = "month",
) -> Chart:
    """Return the share by period, with the level of before; periods of the drop are marked."""
    marks = []
    if before is not None and points:
        marks.append(ChartMark(
            shape="line", role="context", dashed=True, x=[p.at for p in points],
            y=[before] * len(points), name=text("chart.leading-before", locale),
        ))  # fmt: skip
    marks.append(
        ChartMark(shape="line", x=[p.at for p in points], y=[p.share for p in points], opacity=0.55)
    )
    for role, since in FALLEN:
        part = [p for p in points if p.since is since]
        xs = [p.at for p in part]
        marks.append(ChartMark(
            shape="whisker", role=role, x=xs, y=[p.low for p in part], y2=[p.high for p in part],
            opacity=0.45,
        ))  # fmt: skip
        marks.append(ChartMark(
            shape="dot", role=role, x=xs, y=[p.share for p in part],
            tip=[f"{p.words}: {whole_percent(p.share)} ({p.touched:,}/{p.known:,})" for p in part],
            name=text("chart.leading-since", locale) if since and part else "",
        ))  # fmt: skip
    last = points[-1:]
    marks.append(ChartMark(
        shape="label", role="alert" if last and last[0].since else "main",
        x=[p.at for p in last], y=[p.share for p in last],
        text=[whole_percent(p.share) for p in last],
    ))  # fmt: skip
    ends = [v for p in points for v in (p.low, p.high)]
    return Chart(
        kind="leading", title=title, subtitle=text("chart.leading-subtitle", locale),
        locale=locale, marks=marks, height=210,
        data={
            "period": [p.period for p in points], "known": [float(p.known) for p in points],
            "touched": [float(p.touched) for p in points], "share": [p.share for p in points],
            "low": [p.low for p in points], "high": [p.high for p in points],
            "before": [before] * len(points),
        },
        x=ChartScale(kind="time", frequency=frequency), y=percent_scale(ends),
        alt=title if not points else text(
            "chart.leading-alt", locale, title=title, first=points[0].words,
            start=whole_percent(points[0].share), last=points[-1].words,
            end=whole_percent(points[-1].share),
        ),
    )  # fmt: skip
