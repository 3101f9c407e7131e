"""The picture of a rate over time."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.figures import percent_range, whole_percent
from salesfunnel.render.charts.kinds.rates import FALLEN, percent_scale
from salesfunnel.render.charts.marks import ChartMark, ChartScale, Role

__all__ = ["RatePoint", "TrendWords", "trend"]


@attrs.frozen(kw_only=True)
class RatePoint:
    """The rate of one period.

    Parameters
    ----------
    period : str
        As in the data, such as ``"2026-08"``.
    words : str
        The period as a reader wants it.
    at : str
        First day of the period (ISO).
    entered, advanced : float or None
    rate, low, high : float or None
        In [0, 1].
    seasonal, seasonal_low, seasonal_high : float or None
        The baseline of this period, adjusted for the season, and its interval.
    below : bool
        Whether it belongs to the drop.
    partial : bool
        Whether the period is not over.
    """

    period: str
    words: str
    at: str
    entered: float | None
    advanced: float | None
    rate: float | None
    low: float | None
    high: float | None
    seasonal: float | None = None
    seasonal_low: float | None = None
    seasonal_high: float | None = None
    below: bool = False
    partial: bool = False


@attrs.frozen(kw_only=True)
class TrendWords:
    """The words and reference lines of a trend.

    Parameters
    ----------
    title, subtitle, note : str
    baseline, baseline_low, baseline_high : float or None
    baseline_from : int
        The first point that the baseline is drawn at.
    now : float or None
        The rate that was judged.
    now_from : int
        The first point of the judged window.
    onset : int or None
        The first point of the drop.
    onset_words : str
    level : float
        Of the intervals.
    """

    title: str
    subtitle: str = ""
    note: str = ""
    baseline: float | None = None
    baseline_low: float | None = None
    baseline_high: float | None = None
    baseline_from: int = 0
    now: float | None = None
    now_from: int = 0
    onset: int | None = None
    onset_words: str = ""
    level: float = 0.8


def _middle(first: str, last: str) -> str:
    from salesfunnel.render.charts.scales import days, iso

    return iso((days(first) + days(last)) / 2)


def trend(
    points: Sequence[RatePoint], words: TrendWords, locale: Locale, *, frequency: str = "month"
) -> Chart:
    """Return the rate of one step over periods, against its baseline.

    Periods below the baseline are shown by colour, by the rule at the onset, and by words.
    """
    shown = [p for p in points if not p.partial]
    xs = [p.at for p in shown]
    tips = [_tip(p, words.level, locale) for p in shown]
    fell = words.now is not None and words.baseline is not None and any(p.below for p in shown)
    share = whole_percent(words.level)
    marks = _baseline_marks(shown, words, locale, share)
    if words.onset is not None and 0 < words.onset < len(xs):
        at = _middle(xs[words.onset - 1], xs[words.onset])
        marks.append(
            ChartMark(shape="rule", role="target", dashed=True, x=[at], text=[words.onset_words])
        )
    for role, below in FALLEN:
        part = [(p, tip) for p, tip in zip(shown, tips, strict=True) if p.below is below]
        marks.append(ChartMark(
            shape="whisker", role=role, x=[p.at for p, _ in part], y=[p.low for p, _ in part],
            y2=[p.high for p, _ in part], opacity=0.45,
        ))  # fmt: skip
    marks.append(ChartMark(shape="line", x=xs, y=[p.rate for p in shown], opacity=0.55))
    for role, below in FALLEN:
        part = [(p, tip) for p, tip in zip(shown, tips, strict=True) if p.below is below]
        marks.append(ChartMark(
            shape="dot", role=role, x=[p.at for p, _ in part], y=[p.rate for p, _ in part],
            tip=[tip for _, tip in part],
        ))  # fmt: skip
    if words.now is not None and shown:
        end = xs[words.now_from :] if len(xs) - words.now_from > 1 else xs[-2:]
        look: Role = "alert" if fell else "main"
        marks.append(ChartMark(shape="line", role=look, x=end, y=[words.now] * len(end)))
        marks.append(ChartMark(
            shape="label", role=look, x=xs[-1:], y=[words.now],
            text=[("▼ " if fell else "") + whole_percent(words.now)],
        ))  # fmt: skip
    if words.baseline is not None and shown:
        marks.append(ChartMark(
            shape="label", role="context", x=xs[-1:], y=[words.baseline],
            text=[text("chart.baseline-short", locale) + "\n" + whole_percent(words.baseline)],
        ))  # fmt: skip
    limits = (v for p in shown for v in (p.low, p.high, p.rate, p.seasonal_low, p.seasonal_high))
    known = [v for v in limits if v is not None]
    known += [v for v in (words.baseline_low, words.baseline_high, words.now) if v is not None]
    return Chart(
        kind="trend", title=words.title, subtitle=words.subtitle, note=words.note, locale=locale,
        data={
            "period": [p.period for p in points], "entered": [p.entered for p in points],
            "advanced": [p.advanced for p in points], "rate": [p.rate for p in points],
            "low": [p.low for p in points], "high": [p.high for p in points],
            "seasonal": [p.seasonal for p in points],
            "seasonal_low": [p.seasonal_low for p in points],
            "seasonal_high": [p.seasonal_high for p in points],
            "baseline": [words.baseline] * len(points),
            "baseline_low": [words.baseline_low] * len(points),
            "baseline_high": [words.baseline_high] * len(points),
            "below": [float(p.below) for p in points],
            "partial": [float(p.partial) for p in points],
        },
        x=ChartScale(kind="time", frequency=frequency), y=percent_scale(known), marks=marks,
        alt=_trend_alt(shown, words, locale), height=250,
    )  # fmt: skip


def _baseline_marks(
    shown: Sequence[RatePoint], words: TrendWords, locale: Locale, share: str
) -> list[ChartMark]:
    """Return the baseline with its band: a curve where it is known by period, else a level."""
    curve = [p for p in shown if p.seasonal is not None]
    if curve:
        xs = [p.at for p in curve]
        name = text("chart.baseline-season-band", locale, level=share)
        band = ChartMark(
            shape="band", role="band", name=name, x=xs, opacity=0.5,
            y=[p.seasonal_low for p in curve], y2=[p.seasonal_high for p in curve],
        )  # fmt: skip
        line = ChartMark(
            shape="line", role="context", dashed=True, x=xs, y=[p.seasonal for p in curve],
            name=text("chart.baseline-season", locale),
        )  # fmt: skip
        return [band, line]
    if words.baseline is None or not shown:
        return []
    start = [p.at for p in shown][min(words.baseline_from, len(shown) - 1) :]
    marks: list[ChartMark] = []
    if words.baseline_low is not None and words.baseline_high is not None:
        marks.append(ChartMark(
            shape="band", role="band", name=text("chart.baseline-band", locale, level=share),
            x=start, opacity=0.5,
            y=[words.baseline_low] * len(start), y2=[words.baseline_high] * len(start),
        ))  # fmt: skip
    marks.append(ChartMark(
        shape="line", role="context", dashed=True, x=start, y=[words.baseline] * len(start),
    ))  # fmt: skip
    return marks


def _tip(point: RatePoint, level: float, locale: Locale) -> str:
    if point.rate is None:
        return point.words
    words = f"{point.words}: {whole_percent(point.rate)}"
    if point.entered is not None and point.advanced is not None:
        words += f" ({point.advanced:,.0f}/{point.entered:,.0f})"
    if point.low is not None and point.high is not None:
        ends = percent_range(point.low, point.high) + "%"
        words += ", " + text("chart.interval", locale, level=whole_percent(level)) + f" {ends}"
    return words


def _trend_alt(shown: Sequence[RatePoint], words: TrendWords, locale: Locale) -> str:
    known = [p for p in shown if p.rate is not None]
    if not known:
        return words.title
    first, last = known[0], known[-1]
    return text(
        "chart.trend-alt", locale, title=words.title, first=first.words,
        first_rate=whole_percent(first.rate or 0.0), last=last.words,
        last_rate=whole_percent(last.rate or 0.0),
    )  # fmt: skip
