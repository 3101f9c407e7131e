"""Pictures of ranges: effects as dots and whiskers, schedules, forecasts, curves, cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from salesfunnel._typing import Locale
from salesfunnel.i18n import text
from salesfunnel.render.charts.chart import Cell, Chart, ChartMark, ChartScale
from salesfunnel.render.charts.figures import deals_words, plus, value_words, whole_percent
from salesfunnel.render.charts.kinds.rates import unique

__all__ = ["EffectRow", "Task", "backtest", "cells", "effects", "fan", "months", "schedule",
           "survival"]  # fmt: skip


@attrs.frozen(kw_only=True)
class EffectRow:
    """A figure with its range: p10, p50, p90 of an effect, or a value and its interval."""

    name: str
    middle: float | None
    low: float | None = None
    high: float | None = None
    weak: bool = False
    alert: bool = False
    note: str = ""
    figure: str = ""
    key: str = ""


def effects(
    rows: Sequence[EffectRow], locale: Locale, *, title: str, subtitle: str = "", note: str = "",
    ceiling: float | None = None, ceiling_name: str = "", kind: str = "effects",
    scale: ChartScale | None = None,
) -> Chart:  # fmt: skip
    """Return ranges on one axis, with a dashed rule at what can be had at most."""
    names = unique([row.name for row in rows])
    pairs = list(zip(names, rows, strict=True))
    marks = []
    if ceiling is not None:
        marks.append(ChartMark(
            shape="rule", role="target", dashed=True, x=[ceiling],
            name=ceiling_name or text("chart.ceiling", locale),
        ))  # fmt: skip
    for role, pick in (
        ("main", lambda r: not r.weak and not r.alert),
        ("alert", lambda r: r.alert),
        ("context", lambda r: r.weak and not r.alert),
    ):
        part = [(n, r) for n, r in pairs if pick(r) and r.middle is not None]
        tips = [f"{r.name}: {_range(r)}" for _, r in part]
        ys = [n for n, _ in part]
        marks.append(ChartMark(
            shape="whisker", role=role, y=ys, x=[r.low for _, r in part],
            x2=[r.high for _, r in part], tip=tips,
        ))  # fmt: skip
        marks.append(ChartMark(
            shape="dot", role=role, y=ys, x=[r.middle for _, r in part], tip=tips
        ))
    marks.append(ChartMark(
        shape="label", role="total", y=names, text=[_range(row) for row in rows]
    ))
    noted = [(n, r) for n, r in pairs if r.note]
    marks.append(ChartMark(
        shape="label", role="context", y=[n for n, _ in noted], text=[r.note for _, r in noted]
    ))
    join, colon = ("；", "：") if locale == "zh" else ("; ", ": ")
    items = join.join(f"{row.name}{colon}{_range(row)}" for row in rows)
    return Chart(
        kind=kind, title=title, subtitle=subtitle, note=note, locale=locale,
        data={
            "name": [row.key or row.name for row in rows], "low": [row.low for row in rows],
            "middle": [row.middle for row in rows], "high": [row.high for row in rows],
            "ceiling": [ceiling] * len(rows),
        },
        x=ChartScale(kind="number") if scale is None else scale,
        y=ChartScale(kind="category", order=names), marks=marks,
        alt=text("chart.list-alt", locale, title=title, items=items),
    )  # fmt: skip


def _range(row: EffectRow) -> str:
    if row.figure or row.middle is None:
        return row.figure or "–"
    words = plus(deals_words(row.middle))
    if row.low is None or row.high is None:
        return words
    return f"{words} ({deals_words(row.low)}–{deals_words(row.high)})"


@attrs.frozen(kw_only=True)
class Task:
    """One bar of a schedule: from `begins` to `due`; its effect can be seen from `visible`."""

    name: str
    begins: str
    due: str
    visible: str | None = None
    note: str = ""
    figure: str = ""
    done: bool = False
    key: str = ""


def schedule(
    tasks: Sequence[Task], locale: Locale, *, title: str, subtitle: str = "", note: str = "",
    today: str | None = None,
) -> Chart:  # fmt: skip
    """Return a plan as a Gantt chart: bars to the due dates, rings where effects can be seen."""
    names = unique([task.name for task in tasks])
    pairs = list(zip(names, tasks, strict=True))
    seen = [(n, t) for n, t in pairs if t.visible is not None and t.visible > t.due]
    marks = [
        ChartMark(
            shape="bar", x=[t.begins for _, t in pairs], x2=[t.due for _, t in pairs], y=names,
            name=text("chart.task", locale),
            tip=[f"{t.name}: {t.begins} – {t.due}" for _, t in pairs],
        ),
        ChartMark(
            shape="whisker", role="context", dashed=True, x=[t.due for _, t in seen],
            x2=[t.visible for _, t in seen], y=[n for n, _ in seen],
        ),
        ChartMark(
            shape="dot", hatched=True, x=[t.visible for _, t in seen], y=[n for n, _ in seen],
            name=text("chart.visible-from", locale) if seen else "",
            tip=[f"{t.name}: {t.visible}" for _, t in seen],
        ),
        ChartMark(
            shape="label", role="total", y=names,
            text=[t.figure or t.due for t in tasks],
        ),
        ChartMark(
            shape="label", role="context", y=[n for n, t in pairs if t.note],
            text=[t.note for _, t in pairs if t.note],
        ),
    ]  # fmt: skip
    if today is not None:
        marks.append(ChartMark(shape="rule", role="target", dashed=True, x=[today]))
    join, colon = ("；", "：") if locale == "zh" else ("; ", ": ")
    items = join.join(f"{t.name}{colon}{t.begins} – {t.due}" for t in tasks)
    return Chart(
        kind="schedule", title=title, subtitle=subtitle, note=note, locale=locale,
        data={
            "name": [t.key or t.name for t in tasks], "begins": [t.begins for t in tasks],
            "due": [t.due for t in tasks], "visible": [t.visible for t in tasks],
        },
        x=ChartScale(kind="time"), y=ChartScale(kind="category", order=names), marks=marks,
        alt=text("chart.list-alt", locale, title=title, items=items),
    )  # fmt: skip


def fan(
    dates: Sequence[str], quantiles: dict[str, Sequence[float]], locale: Locale, *, title: str,
    subtitle: str = "", note: str = "", scale: ChartScale | None = None,
    previous: Sequence[float] | None = None, target: float | None = None, target_words: str = "",
) -> Chart:  # fmt: skip
    """Return a forecast as a fan: bands of 80 % and, where known, 50 %, the line in the middle.

    Parameters
    ----------
    dates : sequence of str
        ISO dates.
    quantiles : dict of str to sequence of float
        ``"q10"``, ``"q50"``, ``"q90"`` and perhaps ``"q25"``, ``"q75"``.
    previous : sequence of float, optional
        The same span before, to compare with.
    target : float, optional
    """
    scale = ChartScale(kind="number", low=0.0) if scale is None else scale
    marks = [ChartMark(
        shape="band", name=text("chart.band", locale, level="80%"), x=dates, y=quantiles["q10"],
        y2=quantiles["q90"], opacity=0.18,
    )]  # fmt: skip
    if "q25" in quantiles and "q75" in quantiles:
        marks.append(ChartMark(
            shape="band", name=text("chart.band", locale, level="50%"), x=dates,
            y=quantiles["q25"], y2=quantiles["q75"], opacity=0.28,
        ))  # fmt: skip
    if previous is not None:
        marks.append(ChartMark(
            shape="line", role="context", dashed=True, x=dates, y=previous,
            name=text("chart.previous", locale),
        ))  # fmt: skip
    if target is not None:
        marks.append(ChartMark(
            shape="rule", role="target", dashed=True, y=[target], text=[target_words]
        ))
    marks.append(ChartMark(shape="line", x=dates, y=quantiles["q50"]))
    last = {name: values[-1] for name, values in quantiles.items() if len(values)}
    for role, name in (("context", "q90"), ("main", "q50"), ("context", "q10")):
        marks.append(ChartMark(
            shape="label", role=role, x=dates[-1:], y=[last[name]],
            text=[value_words(last[name], scale, locale)],
        ))  # fmt: skip
    return Chart(
        kind="fan", title=title, subtitle=subtitle, note=note, locale=locale,
        data={
            "date": dates, **{name: values for name, values in sorted(quantiles.items())},
            **({} if previous is None else {"previous": previous}),
        },
        x=ChartScale(kind="time"), y=scale, marks=marks, height=250,
        alt=text(
            "chart.fan-alt", locale, title=title, middle=value_words(last["q50"], scale, locale),
            low=value_words(last["q10"], scale, locale),
            high=value_words(last["q90"], scale, locale),
        ),
    )  # fmt: skip


def months(
    names: Sequence[str], values: Sequence[float | None], locale: Locale, *, title: str,
    subtitle: str = "", note: str = "", low: Sequence[Any] = (), high: Sequence[Any] = (),
    target: Sequence[float] = (), scale: ChartScale | None = None, kind: str = "months",
) -> Chart:  # fmt: skip
    """Return one column a period, with its interval and its target."""
    scale = ChartScale(kind="number", low=0.0) if scale is None else scale
    tips = [f"{n}: {value_words(v, scale, locale)}" for n, v in zip(names, values, strict=True)]
    marks = [ChartMark(shape="bar", x=names, y=[0.0] * len(names), y2=values, tip=tips)]
    if low:
        marks.append(ChartMark(shape="whisker", role="target", x=names, y=low, y2=high))
    if target:
        marks.append(ChartMark(
            shape="line", role="target", dashed=True, x=names, y=target,
            name=text("chart.target", locale),
        ))  # fmt: skip
    join = "；" if locale == "zh" else "; "
    return Chart(
        kind=kind, title=title, subtitle=subtitle, note=note, locale=locale,
        data={
            "period": names, "value": values, **({"low": low, "high": high} if low else {}),
            **({"target": target} if target else {}),
        },
        x=ChartScale(kind="category", order=names), y=scale, marks=marks, height=220,
        alt=text("chart.list-alt", locale, title=title, items=join.join(tips)),
    )  # fmt: skip


def cells(
    rows: Sequence[str], columns: Sequence[str], values: Sequence[Sequence[Cell]],
    words: Sequence[Sequence[str]], locale: Locale, *, title: str, subtitle: str = "",
    note: str = "", kind: str = "matrix", names: tuple[str, str] = ("row", "column"),
) -> Chart:  # fmt: skip
    """Return a grid of cells coloured by their values: a cohort triangle, an RFM grid."""
    ys, xs = unique(rows), unique(columns)
    flat = [
        (x, y, value, said)
        for y, line, shown in zip(ys, values, words, strict=True)
        for x, value, said in zip(xs, line, shown, strict=True)
        if value is not None
    ]
    mark = ChartMark(
        shape="cell", x=[x for x, *_ in flat], y=[y for _, y, *_ in flat],
        value=[v for *_, v, _ in flat], text=[said for *_, said in flat],
        tip=[f"{y}, {x}: {said}" for x, y, _, said in flat],
    )  # fmt: skip
    return Chart(
        kind=kind, title=title, subtitle=subtitle, note=note, locale=locale,
        data={
            names[0]: [y for _, y, *_ in flat], names[1]: [x for x, *_ in flat],
            "value": [v for *_, v, _ in flat],
        },
        x=ChartScale(kind="category", order=xs), y=ChartScale(kind="category", order=ys),
        marks=[mark], alt=text("chart.cells-alt", locale, title=title, n=len(ys), m=len(xs)),
    )  # fmt: skip


def survival(
    days: Sequence[float], curves: dict[str, dict[str, Sequence[float]]], locale: Locale, *,
    title: str, subtitle: str = "", note: str = "",
) -> Chart:  # fmt: skip
    """Return shares over days since entry as steps, each curve with its band.

    Parameters
    ----------
    days : sequence of float
    curves : dict
        Name of a curve → ``"share"`` and perhaps ``"low"`` and ``"high"``; the first is ours, the
        others context.
    """
    marks, data = [], {"days": list(days)}
    steps = [days[0], *(d for day in days[1:] for d in (day, day))] if len(days) else []

    def stepped(values: Sequence[float]) -> list[float]:
        held = [v for value in values[:-1] for v in (value, value)]
        return [*held, values[-1]] if len(values) else []

    for place, (name, curve) in enumerate(curves.items()):
        role = "main" if place == 0 else "context"
        share = list(curve["share"])
        if "low" in curve:
            marks.append(ChartMark(
                shape="band", role=role, x=steps, y=stepped(curve["low"]),
                y2=stepped(curve["high"]), opacity=0.18,
            ))  # fmt: skip
        marks.append(ChartMark(
            shape="line", role=role, dashed=place > 0, x=steps, y=stepped(share),
            name=name if len(curves) > 1 else "",
        ))  # fmt: skip
        prefix = "" if place == 0 else f"{name} "
        for field, values in curve.items():
            data[f"{prefix}{field}"] = list(values)
        if share:
            marks.append(ChartMark(
                shape="label", role=role, x=[days[-1]], y=[share[-1]],
                text=[whole_percent(share[-1])],
            ))  # fmt: skip
    first = next(iter(curves.values()), {"share": [0.0]})["share"]
    return Chart(
        kind="survival", title=title, subtitle=subtitle, note=note, locale=locale, data=data,
        x=ChartScale(kind="number", low=0.0, title=text("chart.days", locale)),
        y=ChartScale(kind="percent", low=0.0), marks=marks, height=240,
        alt=text(
            "chart.survival-alt", locale, title=title, share=whole_percent(first[-1]),
            days=f"{days[-1]:.0f}",
        ) if len(days) else title,
    )  # fmt: skip


def backtest(
    origins: Sequence[str], columns: dict[str, Sequence[float]], locale: Locale, *, title: str,
    subtitle: str = "", scale: ChartScale | None = None,
) -> Chart:  # fmt: skip
    """Return forecasts made at past dates with their intervals, beside what came."""
    scale = ChartScale(kind="number", low=0.0) if scale is None else scale
    hit = [
        low <= real <= high
        for low, real, high in zip(columns["low"], columns["actual"], columns["high"], strict=True)
    ]
    inside = f"{sum(hit)}/{len(hit)}"
    marks = [
        ChartMark(shape="whisker", x=origins, y=columns["low"], y2=columns["high"], opacity=0.5,
                  name=text("chart.interval-80", locale)),
        ChartMark(shape="dot", x=origins, y=columns["forecast"], hatched=True,
                  name=text("chart.forecast", locale)),
        ChartMark(shape="dot", role="target", x=origins, y=columns["actual"],
                  name=text("chart.actual", locale)),
    ]  # fmt: skip
    return Chart(
        kind="backtest", title=title, subtitle=subtitle, locale=locale,
        data={"origin": origins, **columns}, x=ChartScale(kind="time"), y=scale, marks=marks,
        alt=text("chart.backtest-alt", locale, title=title, inside=inside),
    )  # fmt: skip
