"""Native charts of slides from the pictures of an analysis: the same figures, bar by bar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from salesfunnel._core.vocabulary import Locale
from salesfunnel.export.analysis_column import bar_roles, last_days
from salesfunnel.export.slides.content import Plot, Series
from salesfunnel.export.slides.fit import cut
from salesfunnel.i18n import text
from salesfunnel.render.charts import Chart
from salesfunnel.render.charts.figures import (
    day_words,
    deals_words,
    money_words,
    period_words,
    plus,
    whole_percent,
)

__all__ = ["fan_plot", "funnel_plot", "trend_plot", "waterfall_plot"]

WIDE = 100.0
"""Counts whose largest is more than so many times the smallest are drawn on a log scale."""
NAME = 40
"""Columns that a name takes beside a bar, at most."""
LABELLED = 14
"""Points of a line that all get a label, at most; of longer ones the last does."""


def funnel_plot(chart: Chart, labels: Mapping[str, str], locale: Locale) -> Plot:
    """Return where deals go, or the counts where no more is known."""
    data = chart.data
    names = [cut(labels[str(key)], NAME) for key in data["stage"]]
    if all(value is None for value in data["lost"]):
        counts = [None if v is None else float(v) for v in data["entered"]]
        known = [v for v in counts if v]
        form = "log" if known and max(known) > WIDE * min(known) else "count"
        shown = ["" if v is None else f"{v:,.0f}" for v in counts]
        series = [Series(name=text("slides.count", locale), values=counts, labels=shown)]
        said = (text("slides.log", locale) if form == "log" else "", chart.note)
        note = " ".join(words for words in said if words)
        return Plot(kind="plain", categories=names, series=series, form=form, alt=chart.alt,
                    subtitle=chart.subtitle, note=note)  # fmt: skip
    last = len(names) - 1
    series = [
        Series(
            name=text(f"workbook.{key}", locale),
            values=[v if i < last else None for i, v in enumerate(data[key])],
            role=role,
            labels=[f"{v:,.0f}" if v and i < last else "" for i, v in enumerate(data[key])],
        )
        for key, role in (("advanced", "main"), ("lost", "lost"), ("open", "tint"))
    ]
    won = data["entered"][last]
    series.append(
        Series(
            name=names[last],
            values=[None] * last + [won],
            role="ink",
            labels=[""] * last + ["" if won is None else f"{won:,.0f}"],
        )
    )
    return Plot(kind="bars", categories=names, series=series, alt=chart.alt,
                subtitle=chart.subtitle, note=chart.note)  # fmt: skip


def steps_plot(rows: Sequence[Any], names: Sequence[str], locale: Locale) -> Plot:
    """Return the rate of every step with its baseline."""
    looks = (("slides.rate", "rate", "main"), ("slides.usual", "reference", "lost"))
    series = [
        Series(
            name=text(key, locale),
            values=[getattr(row, field) for row in rows],
            role=role,
            labels=[
                "" if (value := getattr(row, field)) is None else whole_percent(value)
                for row in rows
            ],
        )
        for key, field, role in looks
        if any(getattr(row, field) is not None for row in rows)
    ]
    shown = [cut(name, NAME) for name in names]
    alt = "; ".join(f"{name} {words}" for name, words in zip(names, series[0].labels, strict=True))
    return Plot(kind="plain", categories=shown, series=series, form="percent", alt=alt)


def trend_plot(chart: Chart, locale: Locale, judged: tuple[float, int] | None = None) -> Plot:
    """Return a rate over time with its intervals and its baseline; periods not over are named.

    `judged` are the rate of the verdict and its number of periods: the figure of the title.
    """
    data = chart.data
    flags = data.get("partial") or [0] * len(data["period"])
    many = len(data["period"]) > LABELLED
    names = [str(name) if many else period_words(str(name), locale) for name in data["period"]]
    keep = [i for i, partial in enumerate(flags) if not partial]
    open_ = [name for name, partial in zip(names, flags, strict=True) if partial]

    def column(name: str) -> list[Any]:
        return [data[name][i] if name in data else None for i in keep]

    rates, below = column("rate"), column("below")
    few, last = len(keep) <= LABELLED, len(keep) - 1
    shown = [
        whole_percent(rate) if rate is not None and (few if i < last else judged is None) else ""
        for i, rate in enumerate(rates)
    ]
    series = [
        Series(
            name=text("slides.rate", locale), values=rates, labels=shown, low=column("low"),
            high=column("high"), colours=["alert" if bad else "main" for bad in below],
        )
    ]  # fmt: skip
    if judged is not None:
        level, since = judged[0], max(len(keep) - judged[1], 0)
        month = period_words(str(data["period"][keep[since]]), locale)
        series.append(Series(
            name=text("slides.since", locale, period=month), role="alert",
            values=[level if i >= since else None for i in range(len(keep))],
            labels=[f"▼ {whole_percent(level)}" if i == last else "" for i in range(len(keep))],
        ))  # fmt: skip
    baseline = column("baseline")
    if any(value is not None for value in baseline):
        series.append(Series(name=text("slides.usual", locale), values=baseline, role="grey",
                             dashed=True))  # fmt: skip
    notes = [chart.note]
    if open_:
        joined = text("report.comma", locale).join(open_)
        notes.append(text("slides.partial", locale, periods=joined))
    return Plot(
        kind="line", categories=[names[i] for i in keep],
        series=series, form="percent", alt=chart.alt, subtitle=chart.subtitle,
        note=" ".join(note for note in notes if note),
    )  # fmt: skip


def waterfall_plot(chart: Chart, locale: Locale, *, form: str, note: str = "") -> Plot:
    """Return bars that add up; the bars before them are not seen."""
    data: Mapping[str, Any] = chart.data
    pairs = [(float(a), float(b)) for a, b in zip(data["start"], data["end"], strict=True)]
    sign = -1.0 if all(max(pair) <= 0 for pair in pairs) else 1.0
    near, far, across = zip(*(_bar(sign * a, sign * b) for a, b in pairs), strict=True)
    colours = ["ink" if role == "total" else role for role in bar_roles(chart)]
    words = [
        money_words(float(v), locale) if form == "money" else deals_words(float(v))
        for v in data["amount"]
    ]
    signed = [
        w if str(part) in {"total", "sum"} else plus(w)
        for w, part in zip(words, data["part"], strict=True)
    ]
    series = [
        Series(name=text("workbook.base", locale), values=near, role=""),
        Series(name=text("workbook.bar", locale), values=far, colours=colours),
    ]
    names = [
        f"{cut(str(name), NAME)}  {words}"
        for name, words in zip(chart.y.order, signed, strict=True)
    ]
    if any(across):
        name = text("workbook.bar", locale)
        series.append(Series(name=f"{name} (2)", values=across, colours=colours))
    said = " ".join(part for part in (chart.note, note) if part)
    return Plot(kind="bars", categories=names, series=series,
                form=form, alt=chart.alt, subtitle=chart.subtitle, note=said)  # fmt: skip


def _bar(start: float, end: float) -> tuple[float, float, float]:
    """Return the part of a stacked bar that is not seen, the bar, and its part across zero."""
    low, high = sorted((start, end))
    if low >= 0:
        return low, high - low, 0.0
    if high <= 0:
        return high, low - high, 0.0
    return 0.0, high, low


def fan_plot(chart: Chart, locale: Locale) -> Plot:
    """Return a forecast: the median, and one chance in ten below and above."""
    data = chart.data
    days = [day_words(value, "day", locale) for value in last_days(data["date"])]
    looks = (("q90", "high", "grey", True), ("q50", "middle", "main", False),
             ("q10", "low", "grey", True))  # fmt: skip
    last = len(days) - 1
    series = [
        Series(
            name=text(f"slides.{key}", locale), values=data[name], role=role, dashed=dashed,
            labels=["" if i < last else money_words(float(v or 0), locale)
                    for i, v in enumerate(data[name])],
        )
        for name, key, role, dashed in looks
    ]  # fmt: skip
    return Plot(kind="line", categories=days, series=series, form="money",
                alt=chart.alt, subtitle=chart.subtitle, note=chart.note)  # fmt: skip
