"""Pictures of the plain model of documents as charts: the funnel, bars, lines."""

from __future__ import annotations

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.render import model
from salesfunnel.render.backends.scale import is_log
from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.kinds.rates import FIGURES, unique
from salesfunnel.render.charts.marks import ChartMark, ChartScale, Role, ScaleKind

__all__ = ["chart_of_bars", "chart_of_funnel", "chart_of_lines"]

ROLES: dict[str, Role] = {"bad": "alert", "warn": "main", "good": "main", "muted": "context"}
STRENGTHS: tuple[Role, ...] = ("main", "alert", "context")
KINDS: dict[str, ScaleKind] = {"percent": "percent", "share": "percent", "money": "money"}
SIGNS = {"bad": "▼ ", "warn": "! "}


def _locale(words: str) -> Locale:
    return "zh" if words == "zh" else "en"


def chart_of_funnel(picture: model.FunnelPicture, locale: str) -> Chart:
    """Return a funnel: bars of counts, or, where these differ a lot, of rates from step to step.

    A bar of a count that is a thousandth of another could not be seen, and a logarithmic bar says
    nothing by its length.
    """
    steps = picture.steps
    names = unique([step.label for step in steps])
    counts = [step.count for step in steps]
    by_rate = is_log(counts)
    values: list[float | None] = []
    for before, step in zip((None, *counts), steps, strict=False):
        if not by_rate:
            values.append(step.count)
        elif before is None:
            values.append(1.0 if step is steps[0] and step.count is not None else None)
        else:
            values.append(None if step.count is None or not before else step.count / before)
    notes = []
    for step in steps:
        parts = (step.rate and f"↓ {step.rate}", step.interval and f"[{step.interval}]",
                 step.lost, step.mark in SIGNS and step.note)  # fmt: skip
        notes.append(" · ".join(part for part in parts if part))
    known = [i for i, value in enumerate(values) if value is not None]
    groups: tuple[tuple[Role, list[int]], ...] = (
        ("main", [i for i in known if steps[i].mark != "bad"]),
        ("alert", [i for i in known if steps[i].mark == "bad"]),
    )
    marks = [
        ChartMark(
            shape="bar", role=role, x=[0.0] * len(part), x2=[values[i] for i in part],
            y=[names[i] for i in part],
        )
        for role, part in groups
        if part
    ]  # fmt: skip
    marks += [
        ChartMark(
            shape="label", role="alert" if step.mark == "bad" else "total", y=[name],
            text=[SIGNS.get(step.mark, "") + step.shown],
        )
        for name, step in zip(names, steps, strict=True)
    ]  # fmt: skip
    marks.append(ChartMark(
        shape="label", role="context", y=[n for n, note in zip(names, notes, strict=True) if note],
        text=[note for note in notes if note],
    ))  # fmt: skip
    scale = ChartScale(kind="percent", low=0.0) if by_rate else ChartScale(kind="number", low=0.0)
    return Chart(
        kind="funnel", title=picture.title, x=scale, marks=marks,
        y=ChartScale(kind="category", order=names), locale=_locale(locale),
        note=text("page.funnel-by-rate", _locale(locale)) if by_rate else "",
        data={"step": [s.label for s in steps], "count": counts},
    )  # fmt: skip


def chart_of_bars(block: model.Bars, locale: str) -> Chart:
    """Return bars from zero, with their targets."""
    bars = list(block.bars)
    names = unique([bar.label for bar in bars])
    marks = []
    for role in STRENGTHS:
        part = [
            (name, bar)
            for name, bar in zip(names, bars, strict=True)
            if ROLES.get(bar.mark, "main") == role and bar.value is not None
        ]
        if part:
            marks.append(ChartMark(
                shape="bar", role=role, y=[name for name, _ in part],
                x=[0.0] * len(part), x2=[bar.value for _, bar in part],
            ))  # fmt: skip
    aims = [(n, b) for n, b in zip(names, bars, strict=True) if b.target is not None]
    if aims:
        marks.append(ChartMark(
            shape="rule", role="target", x=[b.target for _, b in aims], y=[n for n, _ in aims],
            name=text("chart.target", _locale(locale)),
        ))  # fmt: skip
    for role, bad in FIGURES:
        part = [(n, b) for n, b in zip(names, bars, strict=True) if (b.mark == "bad") is bad]
        marks.append(ChartMark(
            shape="label", role=role, y=[n for n, _ in part],
            text=[("▼ " if bad else "") + b.shown for _, b in part],
        ))  # fmt: skip
    return Chart(
        kind="bars", title=block.title, marks=marks, locale=_locale(locale),
        y=ChartScale(kind="category", order=names),
        data={"name": [b.label for b in bars], "value": [b.value for b in bars]},
    )  # fmt: skip


def chart_of_lines(block: model.Lines, locale: str) -> Chart:
    """Return lines over the same labels, with their bands."""
    names = unique(block.labels)
    marks, drawn = [], set()
    data: dict[str, list[float | str | None]] = {"label": list(names)}
    for place, line in enumerate(block.lines):
        first = line.values not in drawn
        plain: Role = "context" if line.dashed else "main"
        role: Role = "alert" if line.mark == "bad" else plain
        if line.low and line.high:
            marks.append(ChartMark(
                shape="band", role="main", x=names, y=line.low, y2=line.high, name=line.band,
                opacity=0.18 + 0.1 * (not first),
            ))  # fmt: skip
        if first:
            drawn.add(line.values)
            marks.append(ChartMark(
                shape="line", role=role, dashed=line.dashed, x=names, y=line.values,
                name=line.label if len(block.lines) > 1 else "",
            ))  # fmt: skip
        data[f"{line.label} {place}" if line.label in data else line.label] = list(line.values)
    kind = KINDS.get(block.form, "number")
    return Chart(
        kind="lines", title=block.title, marks=marks, data=data, locale=_locale(locale),
        x=ChartScale(kind="category", order=names), height=210,
        y=ChartScale(kind=kind),
    )  # fmt: skip
