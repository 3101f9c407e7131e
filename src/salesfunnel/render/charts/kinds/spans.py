"""Pictures of ranges: effects as dots and whiskers, schedules, forecasts, curves, cells."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.figures import deals_words, plus
from salesfunnel.render.charts.kinds.rates import unique
from salesfunnel.render.charts.marks import ChartMark, ChartScale, Role

__all__ = ["EffectRow", "Task", "effects", "schedule",
           ]  # fmt: skip


STRENGTHS: tuple[Role, ...] = ("main", "alert", "context")


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
    for role in STRENGTHS:
        part = [(n, r) for n, r in pairs if _role(r) == role and r.middle is not None]
        tips = [f"{r.name}: {_range(r)}" for _, r in part]
        ys = [n for n, _ in part]
        marks.append(ChartMark(
            shape="whisker", role=role, y=ys, x=[r.low for _, r in part],
            x2=[r.high for _, r in part], tip=tips,
        ))  # fmt: skip
        marks.append(
            ChartMark(shape="dot", role=role, y=ys, x=[r.middle for _, r in part], tip=tips)
        )
    marks.append(
        ChartMark(shape="label", role="total", y=names, text=[_range(row) for row in rows])
    )
    noted = [(n, r) for n, r in pairs if r.note]
    marks.append(
        ChartMark(
            shape="label", role="context", y=[n for n, _ in noted], text=[r.note for _, r in noted]
        )
    )
    join, colon = ("；", "：") if locale == "zh" else ("; ", ": ")
    items = join.join(f"{row.name}{colon}{_range(row)}" for row in rows)
    return Chart(
        kind=kind, title=title, subtitle=subtitle, note=note, locale=locale,
        data={
            "name": [row.key or row.name for row in rows], "low": [row.low for row in rows],
            "middle": [row.middle for row in rows], "high": [row.high for row in rows],
            "ceiling": [ceiling] * len(rows),
        },
        x=_from_zero(rows, ceiling) if scale is None else scale,
        y=ChartScale(kind="category", order=names), marks=marks,
        alt=text("chart.list-alt", locale, title=title, items=items),
    )  # fmt: skip


def _from_zero(rows: Sequence[EffectRow], ceiling: float | None) -> ChartScale:
    """Return a scale that begins at zero if nothing is below it, else one that holds it."""
    known = [v for row in rows for v in (row.low, row.middle, row.high) if v is not None]
    if all(value >= 0 for value in known):
        return ChartScale(kind="number", low=0.0)
    highest = max([0.0, *known, *(() if ceiling is None else (ceiling,))])
    return ChartScale(kind="number", high=None if highest > 0 else 0.0)


def _role(row: EffectRow) -> Role:
    return "alert" if row.alert else "context" if row.weak else "main"


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
