"""Chart: one neutral picture (kind, data, scales, marks, words) that every backend draws."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import attrs

from salesfunnel._frozen import FrozenMap
from salesfunnel._result import TableMixin
from salesfunnel._typing import LOCALES, Locale
from salesfunnel._validators import check_choice
from salesfunnel.errors import ArgumentError

if TYPE_CHECKING:
    from os import PathLike

__all__ = ["Chart", "ChartMark", "ChartScale"]

Cell = float | str | None
ScaleKind = Literal["category", "number", "percent", "money", "time"]
Shape = Literal["band", "line", "whisker", "dot", "bar", "rule", "cell", "label"]
Role = Literal["main", "alert", "context", "band", "target", "lost", "open", "total"]
Theme = Literal["light", "dark", "auto"]
THEMES: tuple[str, ...] = ("light", "dark", "auto")
CHART_BACKENDS = ("matplotlib", "plotly", "altair")


def plain_cell(value: Any) -> Cell:
    """Return one value of a picture as a float, text, or None where it is missing."""
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        value = value.item()
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    number = float(value)
    return None if number != number else number  # noqa: PLR0124 - NaN


def _cells(values: Iterable[Any]) -> tuple[Cell, ...]:
    return tuple(plain_cell(value) for value in values)


def _words(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple("" if value is None else str(value) for value in values)


def _data(columns: Mapping[str, Iterable[Any]]) -> FrozenMap[tuple[Cell, ...]]:
    return FrozenMap({name: _cells(values) for name, values in columns.items()})


@attrs.frozen(kw_only=True)
class ChartScale:
    """What one direction of a picture measures.

    Parameters
    ----------
    kind : {"category", "number", "percent", "money", "time"}
        Values on it are text (category), ISO dates (time), or numbers; a percent is a share, 0 to 1.
    title : str
        What it measures, in words.
    order : tuple of str
        The categories, first one on top or at the left.
    low, high : float or None
        The ends of the scale; by default those of the data, with zero where bars stand on it.
    currency : str or None
        Code of the currency of money, such as ``"CNY"``.
    frequency : str
        Of a time scale: the length of a period (``"month"``), for the words at its ticks.
    """

    kind: ScaleKind = "number"
    title: str = ""
    order: tuple[str, ...] = attrs.field(default=(), converter=_words)
    low: float | None = None
    high: float | None = None
    currency: str | None = None
    frequency: str = "day"


@attrs.frozen(kw_only=True)
class ChartMark:
    """Marks of one shape and one role; every column has a value a mark, or is empty.

    Parameters
    ----------
    shape : {"band", "line", "whisker", "dot", "bar", "rule", "cell", "label"}
        A band lies between `y` and `y2` along `x`; a line joins points; a whisker and a bar go from
        `x` to `x2` at `y`, or from `y` to `y2` at `x`; a rule goes across at `x` or at `y`, or,
        with both, across the row of one category; a cell is coloured by `value`.
    role : {"main", "alert", "context", "band", "target", "lost", "open", "total"}
        What it means; the theme gives the colour.
    name : str
        What a legend calls it; empty: not in the legend.
    x, y, x2, y2 : tuple
        Places on the scales; None is a gap.
    value : tuple
        Of cells: the figure that sets the colour.
    text, tip : tuple of str
        Words beside a mark, and words shown when it is pointed at.
    dashed, hatched : bool
        A second sign beside the colour.
    opacity : float
        In (0, 1].
    """

    shape: Shape
    role: Role = "main"
    name: str = ""
    x: tuple[Cell, ...] = attrs.field(default=(), converter=_cells)
    y: tuple[Cell, ...] = attrs.field(default=(), converter=_cells)
    x2: tuple[Cell, ...] = attrs.field(default=(), converter=_cells)
    y2: tuple[Cell, ...] = attrs.field(default=(), converter=_cells)
    value: tuple[Cell, ...] = attrs.field(default=(), converter=_cells)
    text: tuple[str, ...] = attrs.field(default=(), converter=_words)
    tip: tuple[str, ...] = attrs.field(default=(), converter=_words)
    dashed: bool = False
    hatched: bool = False
    opacity: float = 1.0

    def __attrs_post_init__(self) -> None:
        """Check that all columns that are there have one length."""
        sizes = {len(column) for column in self.columns.values() if column}
        if len(sizes) > 1:
            raise ArgumentError(f"'mark' must have columns of one length, got {sorted(sizes)}")

    @property
    def columns(self) -> dict[str, tuple[Cell, ...]]:
        """The columns of places, figures and words by name, also the empty ones."""
        names = ("x", "y", "x2", "y2", "value", "text", "tip")
        return {name: getattr(self, name) for name in names}

    def __len__(self) -> int:
        return max((len(column) for column in self.columns.values()), default=0)

    def rows(self) -> list[dict[str, Cell]]:
        """Return one mapping a mark, with the columns that are there."""
        there = {name: column for name, column in self.columns.items() if column}
        return [{name: column[i] for name, column in there.items()} for i in range(len(self))]


@attrs.frozen(kw_only=True, repr=False)
class Chart(TableMixin):
    """One picture of a result: what it shows, its rows, its scales and marks, its words.

    It holds no colour and no pixel. `to_svg` draws it without any package, `to_vega` gives a
    Vega-Lite specification, `plot` gives the object of a plotting library to go on with.

    Parameters
    ----------
    kind : str
        What it shows, such as ``"trend"``.
    title, subtitle : str
        The claim, and what is measured when.
    data : mapping of str to tuple
        The rows behind it, by column; missing values are None.
    x, y : ChartScale
        What the two directions measure.
    marks : tuple of ChartMark
        What is drawn, first at the back.
    note : str
        What a reader has to know as well.
    alt : str
        One sentence for those who do not see it.
    height : int
        Height in px that suits the rows.
    locale : {"en", "zh"}
        The language of its words.

    Examples
    --------
    >>> import salesfunnel as sf
    >>> panel = sf.Panel.from_counts({"2026-10": [120, 48, 12]}, steps=("lead", "offer", "won"))
    >>> chart = sf.conversions(panel).chart("rates")
    >>> chart
    <Chart 'rates': 2 rows>
    >>> chart.to_vega()["$schema"]
    'https://vega.github.io/schema/vega-lite/v5.json'
    >>> chart.to_svg()[:4]
    '<svg'
    """

    kind: str
    title: str = ""
    subtitle: str = ""
    data: Mapping[str, tuple[Cell, ...]] = attrs.field(factory=dict, converter=_data)
    x: ChartScale = attrs.field(factory=ChartScale)
    y: ChartScale = attrs.field(factory=ChartScale)
    marks: tuple[ChartMark, ...] = attrs.field(default=(), converter=tuple)
    note: str = ""
    alt: str = ""
    height: int = 300
    locale: Locale = attrs.field(default="en")

    @locale.validator
    def _check_locale(self, _attribute: Any, value: str) -> None:
        check_choice("locale", value, LOCALES)

    def __repr__(self) -> str:
        rows = len(next(iter(self.data.values()), ()))
        return f"<Chart {self.kind!r}: {rows} rows>"

    def columns(self) -> dict[str, Any]:
        """Return the rows behind the picture as a dict of one-dimensional arrays."""
        import numpy as np

        table = {}
        for name, values in self.data.items():
            if any(isinstance(value, str) for value in values):
                table[name] = np.array(["" if v is None else str(v) for v in values], np.str_)
            else:
                table[name] = np.array([np.nan if v is None else v for v in values], np.float64)
        return table

    def to_svg(
        self,
        path: str | PathLike[str] | None = None,
        *,
        width: int = 640,
        theme: Theme = "light",
    ) -> str:
        """Return the picture as an SVG file of `width` px that needs nothing from outside.

        Parameters
        ----------
        path : path-like, optional
            Where to write it as well (UTF-8).
        width : int
            Width in px, 200 or more.
        theme : {"light", "dark", "auto"}
            ``"auto"`` follows the reader's system; other tools than browsers know no such style.

        Raises
        ------
        ArgumentError
            If `theme` is unknown or `width` is less than 200.
        """
        from salesfunnel.render.charts.svg import chart_svg

        check_choice("theme", theme, THEMES)
        if width < 200:
            raise ArgumentError(f"'width' must be at least 200, got {width}")
        picture = chart_svg(self, width=width, theme=theme)
        if path is not None:
            Path(path).write_text(picture, encoding="utf-8")
        return picture

    def to_png(
        self,
        path: str | PathLike[str] | None = None,
        *,
        width: int = 640,
        scale: float = 2.0,
        theme: Literal["light", "dark"] = "light",
    ) -> bytes:
        """Return the picture of `to_svg` as a PNG of ``width * scale`` pixels.

        Raises
        ------
        MissingExtraError
            If vl-convert-python is not installed (extra ``png``).
        """
        from salesfunnel._optional import require

        converter = require("vl_convert", extra="png", feature="a PNG of a chart")
        check_choice("theme", theme, ("light", "dark"))
        picture: bytes = converter.svg_to_png(self.to_svg(width=width, theme=theme), scale=scale)
        if path is not None:
            Path(path).write_bytes(picture)
        return picture

    def to_vega(self, *, width: int | Literal["container"] = 560) -> dict[str, Any]:
        """Return the picture as a Vega-Lite 5 specification: a JSON-ready dict.

        ``altair.Chart.from_dict``, ``streamlit.vega_lite_chart``, JupyterLab and any web page
        with vega-embed take it.
        """
        from salesfunnel.render.charts.vega import vega_of

        return vega_of(self, width)

    def plot(self, backend: str | None = None, **options: Any) -> Any:
        """Draw the picture with a plotting library and return that library's own object.

        Parameters
        ----------
        backend : {"matplotlib", "plotly", "altair"}, optional
            matplotlib by default, as in pandas.
        **options
            matplotlib: ``ax=`` to draw into, else those of ``plt.subplots`` (``figsize=``);
            plotly: those of ``Figure.update_layout``; altair: those of ``Chart.properties``.

        Returns
        -------
        matplotlib.axes.Axes, plotly.graph_objects.Figure or altair.LayerChart
            Nothing is shown and no global style is touched.

        Raises
        ------
        ArgumentError
            If `backend` is unknown.
        MissingExtraError
            If the library is not installed (extras ``matplotlib``, ``plotly``, ``altair``).
        """
        import importlib

        name = "matplotlib" if backend is None else backend
        check_choice("backend", name, CHART_BACKENDS)
        home = importlib.import_module(f"salesfunnel.render.charts.draw_{name}")
        return home.draw(self, **options)

    def _repr_html_(self) -> str:
        from salesfunnel.render import to_fragment

        return to_fragment(self, locale=self.locale)

    def _repr_svg_(self) -> str:
        return self.to_svg()
