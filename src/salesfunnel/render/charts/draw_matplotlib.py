"""A chart drawn into matplotlib Axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from salesfunnel._core.extras import require
from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.legend import legend_of
from salesfunnel.render.charts.marks import Cell, ChartMark
from salesfunnel.render.charts.palette import LIGHT, ROLE_COLOURS
from salesfunnel.render.charts.scales import Axis, axis_of
from salesfunnel.render.charts.shapes import cell_strength

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw"]

_FONTS = (
    "Inter", "Segoe UI", "Roboto", "DejaVu Sans", "PingFang SC", "Hiragino Sans GB",
    "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans CJK JP", "SimHei", "WenQuanYi Micro Hei",
)  # fmt: skip


def draw(chart: Chart, *, ax: Axes | None = None, **options: Any) -> Axes:
    """Draw a chart and return its ``matplotlib.axes.Axes``.

    Parameters
    ----------
    chart : Chart
    ax : matplotlib.axes.Axes, optional
        Where to draw; new ones by default.
    **options
        Those of ``matplotlib.pyplot.subplots``, where new ones are made.
    """
    require("matplotlib", extra="matplotlib", feature="drawing with matplotlib")
    x, y = axis_of(chart, "x"), axis_of(chart, "y")
    if ax is None:
        from matplotlib import pyplot as plt

        rows = 0.42 * len(y.scale.order) + 1.4 if y.categorical else chart.height / 75
        _, ax = plt.subplots(**{"figsize": (8.0, rows), "layout": "constrained", **options})
    elif options:
        from salesfunnel._core.errors import ArgumentError

        raise ArgumentError(f"'options' must not be given together with ax=, got {sorted(options)}")
    for i, mark in enumerate(chart.marks):
        if len(mark):
            for artist in _DRAW[mark.shape](ax, mark, x, y):
                artist.set_gid(f"mark-{i}")
    _finish(ax, chart, x, y)
    return ax


def _colour(mark: ChartMark) -> str:
    found: str = getattr(LIGHT, ROLE_COLOURS[mark.role])
    return found


def _style(mark: ChartMark) -> dict[str, Any]:
    return {
        "color": _colour(mark),
        "linestyle": (0, (4, 3)) if mark.dashed else "-",
        "alpha": mark.opacity,
    }


def _numbers(axis: Axis, values: tuple[Cell, ...]) -> list[float]:
    return [axis.number(value) for value in values]


def _band(ax: Axes, mark: ChartMark, x: Axis, y: Axis) -> list[Any]:
    xs, low, high = _numbers(x, mark.x), _numbers(y, mark.y), _numbers(y, mark.y2)
    paint: dict[str, Any] = {"color": _colour(mark), "alpha": mark.opacity, "linewidth": 0}
    return [ax.fill_between(xs, low, high, label=mark.name or "_", **paint)]


def _line(ax: Axes, mark: ChartMark, x: Axis, y: Axis) -> list[Any]:
    xs, ys = _numbers(x, mark.x), _numbers(y, mark.y)
    wide = 1.3 if mark.dashed or mark.opacity < 1 else 2.0
    return list(ax.plot(xs, ys, label=mark.name or "_", linewidth=wide, **_style(mark)))


def _whisker(ax: Axes, mark: ChartMark, x: Axis, y: Axis) -> list[Any]:
    style = _style(mark) | {"linewidth": 1.6, "label": mark.name or "_"}
    if mark.x2:
        xs, ends = _numbers(x, mark.x), _numbers(x, mark.x2)
        return [ax.hlines(_numbers(y, mark.y), xs, ends, **style)]
    return [ax.vlines(_numbers(x, mark.x), _numbers(y, mark.y), _numbers(y, mark.y2), **style)]


def _dot(ax: Axes, mark: ChartMark, x: Axis, y: Axis) -> list[Any]:
    xs, ys = _numbers(x, mark.x), _numbers(y, mark.y)
    paint: dict[str, Any] = {
        "facecolors": LIGHT.back if mark.hatched else _colour(mark),
        "edgecolors": _colour(mark),
        "alpha": mark.opacity,
    }
    for a, b, words in zip(xs, ys, mark.text, strict=False):
        _say(ax, a, b, words, (6, 0), va="center")
    size = 34 if len(mark) <= 60 else 10
    return [ax.scatter(xs, ys, s=size, zorder=3, label=mark.name or "_", **paint)]


def _bar(ax: Axes, mark: ChartMark, x: Axis, y: Axis) -> list[Any]:
    paint: dict[str, Any] = {"color": _colour(mark), "alpha": mark.opacity}
    if mark.hatched:
        ground = LIGHT.alert_tint if mark.role == "alert" else LIGHT.panel
        paint |= {"color": ground, "edgecolor": _colour(mark), "hatch": "////"}
    elif mark.role in {"lost", "open"}:
        paint["edgecolor"] = LIGHT.grey if mark.role == "lost" else LIGHT.main
    paint["label"] = mark.name or "_"
    if mark.x2:
        start, end, rows = _numbers(x, mark.x), _numbers(x, mark.x2), _numbers(y, mark.y)
        sizes = [b - a for a, b in zip(start, end, strict=True)]
        bars = ax.barh(rows, sizes, left=start, height=0.56, **paint)
    else:
        start, end, rows = _numbers(y, mark.y), _numbers(y, mark.y2), _numbers(x, mark.x)
        sizes = [b - a for a, b in zip(start, end, strict=True)]
        bars = ax.bar(rows, sizes, bottom=start, width=0.64, **paint)
    return list(bars)


def _rule(ax: Axes, mark: ChartMark, x: Axis, y: Axis) -> list[Any]:
    style = _style(mark) | {"linewidth": 1.3 if mark.dashed else 2.0, "label": mark.name or "_"}
    if mark.x and mark.y:
        rows = _numbers(y, mark.y)
        low, high = [r - 0.38 for r in rows], [r + 0.38 for r in rows]
        return [ax.vlines(_numbers(x, mark.x), low, high, **style)]
    found = []
    for i, place in enumerate(_numbers(x, mark.x) if mark.x else _numbers(y, mark.y)):
        found.append((ax.axvline if mark.x else ax.axhline)(place, **style))
        words = mark.text[i] if mark.text else ""
        if words and mark.x:
            ax.annotate(words, (place, 1), xycoords=("data", "axes fraction"), xytext=(-4, -10),
                        textcoords="offset points", ha="right", fontsize=9)  # fmt: skip
        elif words:
            ax.annotate(words, (0, place), xycoords=("axes fraction", "data"), xytext=(4, 3),
                        textcoords="offset points", fontsize=9)  # fmt: skip
    return found


def _cell(ax: Axes, mark: ChartMark, x: Axis, y: Axis) -> list[Any]:
    from matplotlib.patches import Rectangle

    found = []
    xs, ys = _numbers(x, mark.x), _numbers(y, mark.y)
    for i, strength in enumerate(cell_strength(mark)):
        if mark.value[i] is None:
            continue
        box = Rectangle(
            (xs[i] - 0.5, ys[i] - 0.5), 1, 1, facecolor=LIGHT.main, alpha=strength,
            edgecolor=LIGHT.back, linewidth=2,
        )  # fmt: skip
        found.append(ax.add_patch(box))
        if mark.text:
            ax.text(xs[i], ys[i], mark.text[i], ha="center", va="center", fontsize=9)
    return found


def _label(ax: Axes, mark: ChartMark, x: Axis, y: Axis) -> list[Any]:
    colour = {"main": LIGHT.main, "alert": LIGHT.alert}.get(mark.role, LIGHT.muted)
    ys = _numbers(y, mark.y)
    if mark.x:
        places = zip(_numbers(x, mark.x), ys, mark.text, strict=True)
        return [_say(ax, a, b, words, (6, 4), color=colour) for a, b, words in places]
    if mark.role == "context":
        return []
    style: dict[str, Any] = {
        "color": LIGHT.ink if mark.role == "total" else colour,
        "va": "center",
        "fontsize": 9,
    }
    shift: dict[str, Any] = {
        "xytext": (6, 0),
        "textcoords": "offset points",
        "xycoords": ("axes fraction", "data"),
    }
    return [
        ax.annotate(words, (1, b), **shift, **style) for b, words in zip(ys, mark.text, strict=True)
    ]


def _say(ax: Axes, a: float, b: float, words: str, shift: tuple[int, int], **style: Any) -> Any:
    return ax.annotate(
        words, (a, b), xytext=shift, textcoords="offset points", **{"fontsize": 9, **style}
    )


def _finish(ax: Axes, chart: Chart, x: Axis, y: Axis) -> None:
    for axis, which in ((x, "x"), (y, "y")):
        side = ax.xaxis if which == "x" else ax.yaxis
        side.set_ticks([t for t, _ in axis.ticks], labels=[words for _, words in axis.ticks])
        limits = (-0.5, len(axis.scale.order) - 0.5) if axis.categorical else (axis.low, axis.high)
        if axis.categorical and which == "y":
            limits = limits[::-1]
        if axis.scale.kind == "time":
            pad = (axis.high - axis.low) * 0.02
            limits = (limits[0] - pad, limits[1] + pad)
        (ax.set_xlim if which == "x" else ax.set_ylim)(*limits)
    cells = any(mark.shape == "cell" for mark in chart.marks)
    if cells:
        ax.xaxis.tick_top()
    else:
        ax.grid(visible=True, axis="x" if y.categorical else "y", color=LIGHT.line, linewidth=0.8)
    ax.set_axisbelow(True)
    ax.tick_params(length=0, labelsize=9)
    for edge in ax.spines.values():
        edge.set_visible(False)
    ax.set_title(chart.title, loc="left", fontsize=12, fontweight="bold", pad=22 if cells else 10)
    ax.set_xlabel(chart.x.title, fontsize=9)
    ax.set_ylabel(chart.y.title, fontsize=9)
    if legend_of(chart):
        ax.legend(
            fontsize=8.5, frameon=False, loc="upper left", bbox_to_anchor=(0, -0.08), ncols=4,
            borderaxespad=0.6,
        )  # fmt: skip
    _set_fonts(ax)


def _set_fonts(ax: Axes) -> None:
    """Give every text of these axes fonts that have Chinese; others' axes are not touched."""
    from matplotlib import font_manager

    there = set(font_manager.get_font_names())
    fonts = [name for name in _FONTS if name in there] or ["sans-serif"]
    legend = ax.get_legend()
    texts = [
        *ax.texts, *ax.get_xticklabels(), *ax.get_yticklabels(), ax.xaxis.label, ax.yaxis.label,
        ax.title, *(getattr(ax, name) for name in ("_left_title", "_right_title")),
        *(legend.get_texts() if legend else ()),
    ]  # fmt: skip
    for text in texts:
        text.set_fontfamily(fonts)


_DRAW: dict[str, Callable[[Any, ChartMark, Axis, Axis], list[Any]]] = {
    "band": _band,
    "line": _line,
    "whisker": _whisker,
    "dot": _dot,
    "bar": _bar,
    "rule": _rule,
    "cell": _cell,
    "label": _label,
}
