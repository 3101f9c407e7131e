"""A chart as a Vega-Lite specification: one layer a mark, each with its own rows."""

from __future__ import annotations

from typing import Any, Literal

from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.legend import alt_of
from salesfunnel.render.charts.marks import ChartMark
from salesfunnel.render.charts.palette import FONT, LIGHT, ROLE_COLOURS
from salesfunnel.render.charts.scales import Axis, axis_of

__all__ = ["vega_of"]

_TYPES = {"category": "ordinal", "time": "temporal"}
_FORMATS = {"percent": ".0%", "money": "~s", "number": ",~g"}


def vega_of(
    chart: Chart, width: int | Literal["container"] = 560, version: Literal[5, 6] = 5
) -> dict[str, Any]:
    """Return the specification.

    Each layer brings its own rows: a filter on text would draw nothing, in silence, where a column
    is a time. Times are UTC, or the first of a month would be the month before west of Greenwich.
    """
    x, y = axis_of(chart, "x"), axis_of(chart, "y")
    layers = [
        layer for i, mark in enumerate(chart.marks) if len(mark) for layer in _layers(mark, i, x, y)
    ]
    title: dict[str, Any] = {"text": chart.title, "anchor": "start"}
    if chart.subtitle:
        title["subtitle"] = chart.subtitle
    return {
        "$schema": f"https://vega.github.io/schema/vega-lite/v{version}.json",
        "title": title,
        "description": alt_of(chart),
        "width": width,
        "height": {"step": 30} if y.categorical else chart.height,
        "usermeta": {"salesfunnel": {"kind": chart.kind, "note": chart.note}},
        "layer": layers,
        "config": {
            "font": FONT,
            "view": {"stroke": None},
            "axis": {"gridColor": LIGHT.line, "domain": False, "ticks": False, "labelPadding": 6},
            "title": {"fontSize": 15, "subtitleColor": LIGHT.muted},
        },
    }


def _rows(mark: ChartMark) -> list[dict[str, Any]]:
    """Return the rows of a mark; `run` counts the parts of a line between its gaps."""
    rows: list[dict[str, Any]] = []
    run = 0
    for row in mark.rows():
        places = [row[name] for name in ("x", "y", "x2", "y2") if name in row]
        if any(place is None for place in places):
            run += 1
            continue
        rows.append({**row, "run": run})
    return rows


def _channel(axis: Axis, field: str) -> dict[str, Any]:
    """Return the encoding of a place."""
    scale = axis.scale
    kind = _TYPES.get(scale.kind, "quantitative")
    encoding: dict[str, Any] = {"field": field, "type": kind}
    encoding["title"] = scale.title or None
    if scale.kind == "category":
        encoding["sort"] = list(scale.order)
        encoding["scale"] = {"domain": list(scale.order)}
        encoding["axis"] = {"labelLimit": 240, "labelAngle": 0}
    elif scale.kind == "time":
        encoding["scale"] = {"type": "utc"}
        encoding["axis"] = {"grid": False}
    else:
        encoding["scale"] = {"domain": [axis.low, axis.high], "zero": False, "nice": False}
        encoding["axis"] = {"format": _FORMATS[scale.kind]}
    return encoding


def _places(mark: ChartMark, x: Axis, y: Axis) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if mark.x:
        found["x"] = _channel(x, "x")
    if mark.y:
        found["y"] = _channel(y, "y")
    if mark.x2:
        found["x2"] = {"field": "x2"}
    if mark.y2:
        found["y2"] = {"field": "y2"}
    if any(mark.tip):
        found["tooltip"] = {"field": "tip", "type": "nominal"}
    return found


def _layers(mark: ChartMark, i: int, x: Axis, y: Axis) -> list[dict[str, Any]]:
    """Return the layers of one mark: its shapes, and its words where it has some."""
    colour = getattr(LIGHT, ROLE_COLOURS[mark.role])
    encoding = _places(mark, x, y)
    style: dict[str, Any] = {"color": colour, "opacity": mark.opacity}
    if mark.dashed:
        style["strokeDash"] = [4, 3]
    kinds = {
        "band": "area", "line": "line", "whisker": "rule", "dot": "point", "bar": "bar",
        "rule": "rule", "cell": "rect", "label": "text",
    }  # fmt: skip
    style["type"] = kinds[mark.shape]
    if mark.shape in {"band", "line"}:
        encoding["detail"] = {"field": "run", "type": "nominal"}
    if mark.shape == "dot":
        style |= {"filled": not mark.hatched, "size": 60, "opacity": mark.opacity}
    if mark.shape == "bar":
        style |= {"stroke": getattr(LIGHT, "grey" if mark.role == "lost" else "main")
                  if mark.role in {"lost", "open"} else colour}  # fmt: skip
        if mark.hatched:
            style |= {"fill": LIGHT.alert_tint if mark.role == "alert" else LIGHT.panel,
                      "strokeDash": [3, 2]}  # fmt: skip
    if mark.shape == "rule" and mark.x and mark.y:
        style |= {"type": "tick", "thickness": 2, "size": 24}
    if mark.shape == "cell":
        del style["color"]
        encoding["color"] = {
            "field": "value", "type": "quantitative", "legend": None,
            "scale": {"range": [LIGHT.panel, "#7ea8d6"]},
        }  # fmt: skip
    rows = _rows(mark)
    if mark.shape == "label":
        return [_words_layer(mark, rows, encoding, i)]
    layer = {"name": f"mark-{i}", "data": {"values": rows}, "mark": style, "encoding": encoding}
    if any(mark.text):
        return [layer, _words_layer(mark, rows, encoding, i)]
    return [layer]


def _words_layer(
    mark: ChartMark, rows: list[dict[str, Any]], encoding: dict[str, Any], i: int
) -> dict[str, Any]:
    words: dict[str, Any] = {key: encoding[key] for key in ("x", "y") if key in encoding}
    words["text"] = {"field": "text", "type": "nominal"}
    cell = mark.shape == "cell"
    style: dict[str, Any] = {
        "type": "text", "align": "center" if cell else "left", "dx": 0 if cell else 7,
        "color": LIGHT.ink, "fontSize": 12, "lineBreak": "\n",
    }  # fmt: skip
    if mark.shape == "bar":
        style["color"] = LIGHT.ink if mark.hatched or mark.role in {"lost", "open"} else LIGHT.back
    if mark.shape == "label" and mark.role in {"main", "alert"}:
        style |= {"color": getattr(LIGHT, mark.role), "fontWeight": 600}
    if "x" not in words:
        words["x"] = {"value": "width"}
    if "y" not in words:
        words["y"] = {"value": 8}
    return {"name": f"text-{i}", "data": {"values": rows}, "mark": style, "encoding": words}
