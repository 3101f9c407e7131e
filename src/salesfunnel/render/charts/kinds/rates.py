"""Pictures of rates: a trend, rates with intervals, verdicts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import attrs

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.figures import whole_percent
from salesfunnel.render.charts.marks import ChartMark, ChartScale, Role

__all__ = ["StepRate", "rates"]

FALLEN: tuple[tuple[Role, bool], ...] = (("main", False), ("alert", True))
FIGURES: tuple[tuple[Role, bool], ...] = (("total", False), ("alert", True))
"""Roles of marks, and of the figures next to them, by whether they are below a baseline."""


def percent_scale(known: Sequence[float]) -> ChartScale:
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
    for role, pick in STRENGTHS:
        part = [(name, row) for name, row in pairs if pick(row)]
        places: dict[str, Any] = {
            "y": [name for name, _ in part],
            "tip": [row.tip for _, row in part],
        }
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
            marks.append(
                ChartMark(shape="dot", role=role, x=[row.rate for _, row in part], **places)
            )
    known = [(name, row) for name, row in pairs if row.baseline is not None]
    if known:
        marks.append(ChartMark(
            shape="rule", role="target", name=baseline_name or text("chart.baseline-short", locale),
            x=[row.baseline for _, row in known], y=[name for name, _ in known],
        ))  # fmt: skip
    for role, alert in FIGURES:
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
        else attrs.evolve(percent_scale(values), low=0.0 if bars else percent_scale(values).low)
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


STRENGTHS: tuple[tuple[Role, Callable[[StepRate], bool]], ...] = (
    ("main", _is_main),
    ("alert", _is_alert),
    ("context", _is_weak),
)


def _figure(row: StepRate) -> str:
    return "–" if row.rate is None else ("▼ " if row.alert else "") + whole_percent(row.rate)


def _listed(rows: Sequence[StepRate], locale: Locale) -> str:
    join = "；" if locale == "zh" else "; "
    colon = "：" if locale == "zh" else ": "
    return join.join(f"{row.name}{colon}{row.figure or _figure(row)}" for row in rows[:12])
