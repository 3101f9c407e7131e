"""Chart: one neutral picture (kind, data, scales, marks, words) that every backend draws."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

import attrs

from salesfunnel._core.checks import check_choice
from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.files import write_file
from salesfunnel._core.frozen import FrozenMap, as_tuple
from salesfunnel._core.result import TableMixin, leaf
from salesfunnel._core.vocabulary import LOCALES, Locale
from salesfunnel.render.charts.marks import Cell, ChartMark, ChartScale, plain_cells

if TYPE_CHECKING:
    from os import PathLike

__all__ = ["Chart", "ChartMark", "ChartScale"]

Theme = Literal["light", "dark", "auto"]
THEMES: tuple[str, ...] = ("light", "dark", "auto")
CHART_BACKENDS = ("matplotlib", "plotly", "altair")


def _data(columns: Mapping[str, Iterable[Any]]) -> FrozenMap[tuple[Cell, ...]]:
    return FrozenMap({name: plain_cells(values) for name, values in columns.items()})


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
    marks: tuple[ChartMark, ...] = attrs.field(default=(), converter=as_tuple)
    note: str = ""
    alt: str = ""
    height: int = 300
    locale: Locale = attrs.field(default="en")

    @locale.validator
    def _check_locale(self, _attribute: object, value: str) -> None:
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
            write_file(path, picture.encode())
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
        from salesfunnel._core.extras import require

        converter = require("vl_convert", extra="png", feature="a PNG of a chart")
        check_choice("theme", theme, ("light", "dark"))
        picture: bytes = converter.svg_to_png(self.to_svg(width=width, theme=theme), scale=scale)
        if path is not None:
            write_file(path, picture)
        return picture

    def to_pptx(self, path: str | PathLike[str] | None = None) -> bytes:
        """Return a pptx file of one slide, its title the claim, and write it to `path`.

        Funnels, trends, waterfalls and fans become native charts whose figures can be edited; any
        other picture is put in as `to_png` draws it.

        Parameters
        ----------
        path : path-like, optional
            Where to write it as well; an existing file is replaced.

        Raises
        ------
        MissingExtraError
            If python-pptx is not installed (extra ``office``); for a picture that is drawn also
            vl-convert-python (extra ``png``).
        """
        content: bytes = leaf("salesfunnel.export.slides.deck").chart_slide(self, path)
        return content

    def to_vega(self, *, width: int | Literal["container"] = 560) -> dict[str, Any]:
        """Return the picture as a Vega-Lite 5 specification: a JSON-ready dict.

        ``altair.Chart.from_dict``, ``streamlit.vega_lite_chart``, JupyterLab and any web page
        with vega-embed take it.
        """
        from salesfunnel.render.charts.vega import vega_of

        return vega_of(self, width)

    def plot(self, backend: str | None = None, **options: object) -> Any:
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
