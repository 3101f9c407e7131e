"""Pictures of rates: a trend, rates with intervals, verdicts, a funnel plot of segments."""

from __future__ import annotations

import math
from collections.abc import Sequence

import attrs

from salesfunnel._typing import Locale
from salesfunnel.i18n import text
from salesfunnel.render.charts.chart import Cell, Chart, ChartMark, ChartScale
from salesfunnel.render.charts.figures import whole_percent

__all__ = ["RatePoint", "SegmentPoint", "StepRate", "TrendWords", "rates", "segments", "trend"]

Z95, Z998 = 1.959964, 3.090232
"""Normal quantiles of the limits of a funnel plot, 95 % and 99.8 % (Spiegelhalter 2005)."""


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
    seasonal : float or None
        The baseline of this period, adjusted for the season.
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

    Below the baseline is told by colour, by the rule at the onset, and by words.
    """
    shown = [p for p in points if not p.partial]
    xs = [p.at for p in shown]
    tips = [_tip(p, words.level, locale) for p in shown]
    fell = words.now is not None and words.baseline is not None and any(p.below for p in shown)
    share = whole_percent(words.level)
    marks: list[ChartMark] = []
    if words.baseline is not None and shown:
        start = xs[min(words.baseline_from, len(xs) - 1) :]
        name = text("chart.baseline-band", locale, level=share)
        if words.baseline_low is not None and words.baseline_high is not None:
            marks.append(ChartMark(
                shape="band", role="band", name=name, x=start, opacity=0.5,
                y=[words.baseline_low] * len(start), y2=[words.baseline_high] * len(start),
            ))  # fmt: skip
        if any(p.seasonal is not None for p in shown):
            marks.append(ChartMark(
                shape="line", role="context", dashed=True, x=xs, y=[p.seasonal for p in shown],
                name=text("chart.baseline-season", locale),
            ))  # fmt: skip
        else:
            marks.append(ChartMark(
                shape="line", role="context", dashed=True, x=start, y=[words.baseline] * len(start)
            ))
    if words.onset is not None and 0 < words.onset < len(xs):
        at = _middle(xs[words.onset - 1], xs[words.onset])
        marks.append(ChartMark(
            shape="rule", role="target", dashed=True, x=[at], text=[words.onset_words]
        ))
    for role, below in (("main", False), ("alert", True)):
        part = [(p, tip) for p, tip in zip(shown, tips, strict=True) if p.below is below]
        marks.append(ChartMark(
            shape="whisker", role=role, x=[p.at for p, _ in part], y=[p.low for p, _ in part],
            y2=[p.high for p, _ in part], opacity=0.45,
        ))  # fmt: skip
    marks.append(ChartMark(shape="line", x=xs, y=[p.rate for p in shown], opacity=0.55))
    for role, below in (("main", False), ("alert", True)):
        part = [(p, tip) for p, tip in zip(shown, tips, strict=True) if p.below is below]
        marks.append(ChartMark(
            shape="dot", role=role, x=[p.at for p, _ in part], y=[p.rate for p, _ in part],
            tip=[tip for _, tip in part],
        ))  # fmt: skip
    if words.now is not None and shown:
        end = xs[words.now_from :] if len(xs) - words.now_from > 1 else xs[-2:]
        role = "alert" if fell else "main"
        marks.append(ChartMark(shape="line", role=role, x=end, y=[words.now] * len(end)))
        marks.append(ChartMark(
            shape="label", role=role, x=xs[-1:], y=[words.now],
            text=[("▼ " if fell else "") + whole_percent(words.now)],
        ))  # fmt: skip
    if words.baseline is not None and shown:
        marks.append(ChartMark(
            shape="label", role="context", x=xs[-1:], y=[words.baseline],
            text=[text("chart.baseline-short", locale) + "\n" + whole_percent(words.baseline)],
        ))  # fmt: skip
    known = [v for p in shown for v in (p.low, p.high, p.rate) if v is not None]
    known += [v for v in (words.baseline_low, words.baseline_high, words.now) if v is not None]
    return Chart(
        kind="trend", title=words.title, subtitle=words.subtitle, note=words.note, locale=locale,
        data={
            "period": [p.period for p in points], "entered": [p.entered for p in points],
            "advanced": [p.advanced for p in points], "rate": [p.rate for p in points],
            "low": [p.low for p in points], "high": [p.high for p in points],
            "seasonal": [p.seasonal for p in points],
            "baseline": [words.baseline] * len(points),
            "baseline_low": [words.baseline_low] * len(points),
            "baseline_high": [words.baseline_high] * len(points),
            "below": [float(p.below) for p in points],
            "partial": [float(p.partial) for p in points],
        },
        x=ChartScale(kind="time", frequency=frequency), y=_percent_scale(known), marks=marks,
        alt=_trend_alt(shown, words, locale), height=250,
    )  # fmt: skip


def _percent_scale(known: Sequence[float]) -> ChartScale:
    """Return a scale of a rate: as wide as the values, inside of 0 and 1, at least 10 points."""
    low, high = min(known, default=0.0), max(known, default=1.0)
    if high - low < 0.1:
        middle = (low + high) / 2
        low, high = middle - 0.05, middle + 0.05
    step = 0.1 if high - low > 0.25 else 0.05
    return ChartScale(
        kind="percent",
        low=max(math.floor(low / step + 1e-9) * step, 0.0),
        high=min(math.ceil(high / step - 1e-9) * step, 1.0) if high <= 1 else None,
    )


def _tip(point: RatePoint, level: float, locale: Locale) -> str:
    if point.rate is None:
        return point.words
    words = f"{point.words}: {whole_percent(point.rate)}"
    if point.entered is not None and point.advanced is not None:
        words += f" ({point.advanced:,.0f}/{point.entered:,.0f})"
    if point.low is not None and point.high is not None:
        ends = f"{point.low * 100:.0f}–{whole_percent(point.high)}"
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


@attrs.frozen(kw_only=True)
class StepRate:
    """The rate of one step: what it is, how sure, against what.

    Parameters
    ----------
    name, note : str
        The step, and second words below it.
    entered, advanced : float or None
    rate, low, high : float or None
    baseline : float or None
    alert : bool
        Whether it is below its baseline.
    figure : str
        Words at its right; the rate by default.
    tip : str
    key : str
        As in the data; `name` by default.
    """

    name: str
    entered: float | None = None
    advanced: float | None = None
    rate: float | None
    low: float | None = None
    high: float | None = None
    baseline: float | None = None
    alert: bool = False
    weak: bool = False
    figure: str = ""
    note: str = ""
    tip: str = ""
    key: str = ""


def unique(names: Sequence[str]) -> list[str]:
    """Return names of categories, made different where two are alike."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def rates(
    rows: Sequence[StepRate], locale: Locale, *, title: str, subtitle: str = "", note: str = "",
    kind: str = "rates", whole: bool = True, bars: bool = False, baseline_name: str = "",
) -> Chart:  # fmt: skip
    """Return rates on one axis: a dot with its interval, or a bar, and a mark at the baseline."""
    names = unique([row.name for row in rows])
    pairs = list(zip(names, rows, strict=True))
    marks: list[ChartMark] = []
    for role, pick in (("main", _is_main), ("alert", _is_alert), ("context", _is_weak)):
        part = [(name, row) for name, row in pairs if pick(row)]
        places = {"y": [name for name, _ in part], "tip": [row.tip for _, row in part]}
        if bars:
            marks.append(ChartMark(
                shape="bar", role=role, x=[0.0] * len(part), x2=[row.rate for _, row in part],
                **places,
            ))  # fmt: skip
        else:
            marks.append(ChartMark(
                shape="whisker", role=role, x=[row.low for _, row in part],
                x2=[row.high for _, row in part], **places,
            ))  # fmt: skip
            marks.append(ChartMark(
                shape="dot", role=role, x=[row.rate for _, row in part], **places
            ))
    known = [(name, row) for name, row in pairs if row.baseline is not None]
    if known:
        marks.append(ChartMark(
            shape="rule", role="target", name=baseline_name or text("chart.baseline-short", locale),
            x=[row.baseline for _, row in known], y=[name for name, _ in known],
        ))  # fmt: skip
    for role, alert in (("total", False), ("alert", True)):
        part = [(name, row) for name, row in pairs if row.alert is alert]
        marks.append(ChartMark(
            shape="label", role=role, y=[name for name, _ in part],
            text=[row.figure or _figure(row) for _, row in part],
        ))  # fmt: skip
    marks.append(ChartMark(
        shape="label", role="context", y=[n for n, r in pairs if r.note],
        text=[r.note for _, r in pairs if r.note],
    ))  # fmt: skip
    values = [v for r in rows for v in (r.rate, r.low, r.high, r.baseline) if v is not None]
    scale = (
        ChartScale(kind="percent", low=0.0, high=1.0 if max(values, default=0) <= 1 else None)
        if whole
        else attrs.evolve(_percent_scale(values), low=0.0 if bars else _percent_scale(values).low)
    )
    return Chart(
        kind=kind, title=title, subtitle=subtitle, note=note, locale=locale,
        data={
            "name": [row.key or row.name for row in rows],
            **{
                field: [getattr(row, field) for row in rows]
                for field in ("entered", "advanced", "rate", "low", "high", "baseline")
            },
        },
        x=scale, y=ChartScale(kind="category", order=names), marks=marks,
        alt=text("chart.list-alt", locale, title=title, items=_listed(rows, locale)),
    )  # fmt: skip


def _is_alert(row: StepRate) -> bool:
    return row.alert


def _is_weak(row: StepRate) -> bool:
    return row.weak and not row.alert


def _is_main(row: StepRate) -> bool:
    return not row.alert and not row.weak


def _figure(row: StepRate) -> str:
    return "–" if row.rate is None else ("▼ " if row.alert else "") + whole_percent(row.rate)


def _listed(rows: Sequence[StepRate], locale: Locale) -> str:
    join = "；" if locale == "zh" else "; "
    colon = "：" if locale == "zh" else ": "
    return join.join(f"{row.name}{colon}{row.figure or _figure(row)}" for row in rows[:12])


@attrs.frozen(kw_only=True)
class SegmentPoint:
    """One segment of a funnel plot: its name, how many entered and advanced."""

    name: str
    entered: float
    advanced: float
    alert: bool = False


def segments(
    points: Sequence[SegmentPoint], locale: Locale, *, title: str, subtitle: str = "", most: int = 6
) -> Chart:
    """Return the rate of every segment by its size, with the limits that chance sets.

    Segments of the overall rate lie between the inner limits in 95 % of the cases, between the
    outer ones in 99.8 %. The segments farthest outside are named, `most` of them.

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
    for z, name, opacity in (
        (Z998, text("chart.limits-outer", locale), 0.3),
        (Z95, text("chart.limits-inner", locale), 0.45),
    ):
        wide = [z * math.sqrt(overall * (1 - overall) / n) for n in grid]
        marks.append(ChartMark(
            shape="band", role="band", name=name, x=grid, opacity=opacity,
            y=[max(overall - w, 0.0) for w in wide], y2=[min(overall + w, 1.0) for w in wide],
        ))  # fmt: skip
    marks.append(ChartMark(
        shape="rule", role="context", dashed=True, y=[overall],
        text=[text("chart.overall", locale, rate=whole_percent(overall))],
    ))  # fmt: skip
    for role, alert in (("main", False), ("alert", True)):
        part = [p for p in used if p.alert is alert]
        marks.append(ChartMark(
            shape="dot", role=role, x=[p.entered for p in part],
            y=[p.advanced / p.entered for p in part],
            tip=[_segment_tip(p) for p in part] if len(used) <= 400 else [],
            name=text("chart.segment-below", locale) if alert and part else "",
        ))  # fmt: skip
    far = sorted(used, key=lambda p: -abs(_z(p, overall)))[:most]
    named = [p for p in far if p.alert or abs(_z(p, overall)) > Z95]
    marks.append(ChartMark(
        shape="label", role="target", x=[p.entered for p in named],
        y=[p.advanced / p.entered for p in named], text=[p.name for p in named],
    ))  # fmt: skip
    values: list[Cell] = [p.advanced / p.entered for p in used]
    worst = min(used, key=lambda p: _z(p, overall), default=None)
    return Chart(
        kind="segments", title=title, subtitle=subtitle, locale=locale,
        data={
            "segment": [p.name for p in used], "entered": [p.entered for p in used],
            "advanced": [p.advanced for p in used], "rate": values,
            "z": [_z(p, overall) for p in used],
        },
        x=ChartScale(kind="number", low=0.0, title=text("chart.entered", locale)),
        y=_percent_scale([v for v in values if isinstance(v, float)]),
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


def _segment_tip(point: SegmentPoint) -> str:
    rate = whole_percent(point.advanced / point.entered)
    return f"{point.name}: {rate} ({point.advanced:,.0f}/{point.entered:,.0f})"


