"""A chart as a plotly Figure."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

from salesfunnel._core.extras import require
from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.legend import legend_of
from salesfunnel.render.charts.marks import ChartMark
from salesfunnel.render.charts.palette import LIGHT, ROLE_COLOURS
from salesfunnel.render.charts.scales import Axis, axis_of

if TYPE_CHECKING:
    from types import ModuleType

    from plotly.graph_objects import Figure

__all__ = ["draw"]

_FORMATS = {"percent": ".0%", "money": "~s", "number": ",~g"}


def draw(chart: Chart, **options: object) -> Any:
    """Return a ``plotly.graph_objects.Figure``; `options` are those of ``update_layout``."""
    require("plotly", extra="plotly", feature="drawing with plotly")
    from plotly import graph_objects

    x, y = axis_of(chart, "x"), axis_of(chart, "y")
    figure = graph_objects.Figure()
    shown = {id(mark) for mark in legend_of(chart)}
    for i, mark in enumerate(chart.marks):
        if len(mark):
            common = {
                "name": escape(mark.name) or mark.shape,
                "showlegend": id(mark) in shown,
                "uid": f"mark-{i}",
                "meta": {"mark": i},
            }
            _DRAW[mark.shape](graph_objects, figure, mark, common)
    rows = 34 * len(y.scale.order) + 150 if y.categorical else chart.height + 120
    title: dict[str, Any] = {"text": escape(chart.title)}
    if chart.subtitle:
        title["subtitle"] = {"text": escape(chart.subtitle)}
    figure.update_layout(
        template="none",
        title=title,
        barmode="overlay",
        height=rows,
        xaxis=_axis(x, across=True),
        yaxis=_axis(y, across=False),
        legend={"orientation": "h", "y": -0.12},
        margin={"l": 60, "r": 110, "t": 76, "b": 60},
    )
    figure.update_yaxes(automargin=True)
    if options:
        figure.update_layout(**options)
    return figure


def _axis(axis: Axis, *, across: bool) -> dict[str, Any]:
    scale = axis.scale
    found: dict[str, Any] = {"zeroline": False, "gridcolor": LIGHT.line}
    if scale.title:
        found["title"] = {"text": escape(scale.title)}
    if scale.kind == "category":
        found |= {
            "type": "category", "categoryorder": "array", "categoryarray": list(scale.order),
            "showgrid": False,
        }  # fmt: skip
        size = len(scale.order)
        found["range"] = [-0.5, size - 0.5] if across else [size - 0.5, -0.5]
    elif scale.kind == "time":
        found |= {"type": "date", "showgrid": False}
    else:
        found |= {"range": [axis.low, axis.high], "tickformat": _FORMATS[scale.kind]}
    return found


def _colour(mark: ChartMark) -> str:
    found: str = getattr(LIGHT, ROLE_COLOURS[mark.role])
    return found


def _clear(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def _hover(mark: ChartMark) -> dict[str, Any]:
    if not any(mark.tip):
        return {"hoverinfo": "skip"}
    return {"hovertext": [escape(tip) for tip in mark.tip], "hoverinfo": "text"}


def _line_style(mark: ChartMark, wide: float) -> dict[str, Any]:
    colour = _clear(_colour(mark), mark.opacity)
    return {"color": colour, "width": wide, "dash": "dash" if mark.dashed else "solid"}


def _band(go: ModuleType, figure: Figure, mark: ChartMark, common: dict[str, Any]) -> None:
    known = [row for row in mark.rows() if None not in (row["x"], row["y"], row["y2"])]
    xs = [row["x"] for row in known]
    outline = [row["y"] for row in known] + [row["y2"] for row in reversed(known)]
    figure.add_trace(go.Scatter(
        x=xs + xs[::-1], y=outline, fill="toself", mode="lines", line={"width": 0},
        fillcolor=_clear(_colour(mark), mark.opacity), hoverinfo="skip", **common,
    ))  # fmt: skip


def _line(go: ModuleType, figure: Figure, mark: ChartMark, common: dict[str, Any]) -> None:
    figure.add_trace(go.Scatter(
        x=list(mark.x), y=list(mark.y), mode="lines", line=_line_style(mark, 2), connectgaps=False,
        **_hover(mark), **common,
    ))  # fmt: skip


def _segments(
    go: ModuleType,
    figure: Figure,
    mark: ChartMark,
    common: dict[str, Any],
    ends: list[tuple[Any, ...]],
) -> None:
    """Add lines from (x, y) to (x2, y2), apart from one another."""
    xs = [value for x, _, x2, _ in ends for value in (x, x2, None)]
    ys = [value for _, y, _, y2 in ends for value in (y, y2, None)]
    figure.add_trace(go.Scatter(
        x=xs, y=ys, mode="lines", line=_line_style(mark, 1.75), hoverinfo="skip", **common
    ))  # fmt: skip


def _whisker(go: ModuleType, figure: Figure, mark: ChartMark, common: dict[str, Any]) -> None:
    ends = [
        (row["x"], row["y"], row.get("x2", row["x"]), row.get("y2", row["y"]))
        for row in mark.rows()
    ]
    _segments(go, figure, mark, common, [e for e in ends if None not in e])


def _dot(go: ModuleType, figure: Figure, mark: ChartMark, common: dict[str, Any]) -> None:
    colour = _colour(mark)
    paint = {
        "color": LIGHT.back if mark.hatched else colour,
        "size": 9 if len(mark) <= 60 else 5,
        "line": {"color": colour, "width": 2 if mark.hatched else 0},
        "opacity": mark.opacity,
    }
    words = (
        {"mode": "markers+text", "textposition": "middle right", "text": [*map(escape, mark.text)]}
        if any(mark.text)
        else {"mode": "markers"}
    )
    figure.add_trace(go.Scatter(
        x=list(mark.x), y=list(mark.y), marker=paint, **words, **_hover(mark), **common
    ))  # fmt: skip


def _bar(go: ModuleType, figure: Figure, mark: ChartMark, common: dict[str, Any]) -> None:
    across = bool(mark.x2)
    start, end = (mark.x, mark.x2) if across else (mark.y, mark.y2)
    pairs = zip(start, end, strict=True)
    if across and any(isinstance(value, str) for value in start):  # times: lengths in ms
        from salesfunnel.render.charts.scales import days

        sizes = [None if a is None or b is None else (days(str(b)) - days(str(a))) * 864e5
                 for a, b in pairs]  # fmt: skip
    else:
        sizes = [None if a is None or b is None else float(b) - float(a) for a, b in pairs]
    paint: dict[str, Any] = {"color": _colour(mark), "opacity": mark.opacity}
    if mark.hatched:
        paint["pattern"] = {"shape": "/", "fgcolor": _colour(mark), "bgcolor": LIGHT.back}
    elif mark.role in {"lost", "open"}:
        paint["line"] = {"color": LIGHT.grey if mark.role == "lost" else LIGHT.main, "width": 1}
    body: dict[str, Any] = {"base": list(start), "marker": paint, "width": 0.6}
    body |= (
        {"x": sizes, "y": list(mark.y), "orientation": "h"}
        if across
        else {"y": sizes, "x": list(mark.x)}
    )
    if any(mark.text):
        body |= {"text": [*map(escape, mark.text)], "textposition": "inside"}
    figure.add_trace(go.Bar(**body, **_hover(mark), **common))


def _rule(go: ModuleType, figure: Figure, mark: ChartMark, common: dict[str, Any]) -> None:
    if mark.x and mark.y:
        symbol = {
            "symbol": "line-ns-open", "size": 22, "color": _colour(mark), "line": {"width": 2}
        }  # fmt: skip
        figure.add_trace(go.Scatter(
            x=list(mark.x), y=list(mark.y), mode="markers", marker=symbol, **_hover(mark), **common
        ))  # fmt: skip
        return
    for i, place in enumerate(mark.x or mark.y):
        line = _line_style(mark, 1.5)
        words = escape(mark.text[i]) if mark.text else ""
        if mark.x:
            figure.add_shape(
                type="line", x0=place, x1=place, y0=0, y1=1, yref="paper", line=line,
                name=common["uid"],
            )  # fmt: skip
            if words:
                figure.add_annotation(
                    x=place, y=1, yref="paper", text=words, showarrow=False, xanchor="right"
                )
        else:
            figure.add_shape(
                type="line", y0=place, y1=place, x0=0, x1=1, xref="paper", line=line,
                name=common["uid"],
            )  # fmt: skip
            if words:
                figure.add_annotation(
                    x=0, xref="paper", y=place, text=words, showarrow=False, xanchor="left",
                    yanchor="bottom",
                )  # fmt: skip


def _cell(go: ModuleType, figure: Figure, mark: ChartMark, common: dict[str, Any]) -> None:
    figure.add_trace(go.Heatmap(
        x=list(mark.x), y=list(mark.y), z=list(mark.value), text=[*map(escape, mark.text)] or None,
        texttemplate="%{text}" if mark.text else None, showscale=False, xgap=2, ygap=2,
        colorscale=[[0, LIGHT.panel], [1, "#7ea8d6"]], hoverinfo="skip",
        **{key: value for key, value in common.items() if key != "showlegend"},
    ))  # fmt: skip


def _label(go: ModuleType, figure: Figure, mark: ChartMark, common: dict[str, Any]) -> None:
    del go
    colour = {"main": LIGHT.main, "alert": LIGHT.alert}.get(mark.role, LIGHT.ink)
    if not mark.x and mark.role == "context":
        return
    for i, (y, words) in enumerate(zip(mark.y, mark.text, strict=True)):
        place: dict[str, Any] = (
            {"x": mark.x[i], "xshift": 7} if mark.x else {"x": 1, "xref": "paper", "xshift": 8}
        )
        figure.add_annotation(
            y=y, text=escape(words).replace("\n", "<br>"), showarrow=False, xanchor="left",
            font={"color": colour, "size": 12}, name=common["uid"], **place,
        )  # fmt: skip


_DRAW: dict[str, Callable[[Any, Any, ChartMark, dict[str, Any]], None]] = {
    "band": _band,
    "line": _line,
    "whisker": _whisker,
    "dot": _dot,
    "bar": _bar,
    "rule": _rule,
    "cell": _cell,
    "label": _label,
}
