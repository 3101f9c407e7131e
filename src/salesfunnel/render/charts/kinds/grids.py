"""Pictures of columns and cells: months, cohort triangles, grids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.figures import value_words
from salesfunnel.render.charts.kinds.rates import unique
from salesfunnel.render.charts.marks import Cell, ChartMark, ChartScale

__all__ = ["cells", "months"]


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
