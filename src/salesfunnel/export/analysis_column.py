"""Parts of worksheets: columns with a number format, and a native chart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import attrs

from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.render.charts import Chart, chart_of
from salesfunnel.render.charts.palette import LIGHT

if TYPE_CHECKING:
    from salesfunnel.analysis import Analysis

__all__ = [
    "COLOURS",
    "FILLS",
    "ROWS",
    "Column",
    "Part",
    "bar_roles",
    "column_of",
    "last_days",
    "picture_of",
    "words_of",
]

ROWS = 100_000
"""Rows of a worksheet at most; what is left out is said in its last row."""

COLOURS = (LIGHT.main, LIGHT.grey, "#4f8f8b", "#8a6db1", LIGHT.ink, "#b08900", "#5b7f2b")
"""Of lines; the alert colour is below the baseline and nothing else."""
FILLS = {
    "total": LIGHT.ink, "main": LIGHT.main, "alert": LIGHT.alert, "lost": LIGHT.lost,
    "grey": LIGHT.grey,
}  # fmt: skip


@attrs.frozen
class Column:
    """A column: its title, its form, its cells.

    `form` is ``"text"``, ``"count"``, ``"deals"``, ``"percent"``, ``"money"`` or ``"date"``.
    """

    title: str
    form: str
    cells: tuple[Any, ...] = attrs.field(converter=as_tuple)


@attrs.frozen(kw_only=True)
class Part:
    """A worksheet: its name, a title, its columns, the places of the columns that are drawn.

    Parameters
    ----------
    name, title : str
    columns : tuple of Column
    drawn : {"", "line", "funnel", "waterfall", "range", "bars", "grid"}
        The native chart; a grid has coloured cells in its place.
    series : tuple of int
        The columns that it draws, in order; what they mean depends on `drawn`.
    colours : tuple of str
        Of the bars of a waterfall: roles such as ``"total"``.
    seen : int or None
        How many rows are drawn; all by default.
    """

    name: str
    title: str
    columns: tuple[Column, ...] = attrs.field(converter=as_tuple)
    drawn: str = ""
    series: tuple[int, ...] = ()
    colours: tuple[str, ...] = ()
    seen: int | None = None

    @property
    def rows(self) -> int:
        """Number of rows."""
        return max((len(column.cells) for column in self.columns), default=0)


def words_of(key: str, locale: Locale, **params: Any) -> str:
    """Return words of workbooks."""
    return text(f"workbook.{key}", locale, **params)


def column_of(key: str, form: str, cells: Sequence[Any] | Any, locale: Locale) -> Column:
    """Return a column with its title in words."""
    return Column(words_of(key, locale), form, cells)


def picture_of(analysis: Analysis, kind: str, locale: Locale, **options: object) -> Chart | None:
    """Return a picture of the analysis; None where it has none."""
    try:
        return chart_of(analysis, kind, locale=locale, **options)
    except ArgumentError:
        return None


def bar_roles(chart: Chart) -> list[str]:
    """Return the role of each bar of a picture, in the order of its rows: its colour's meaning."""
    roles = {
        name: "lost" if mark.role == "context" else mark.role
        for mark in chart.marks
        if mark.shape == "bar"
        for name in mark.y
    }
    return [roles.get(name, "lost") for name in chart.y.order]


def last_days(moments: Sequence[object]) -> list[date]:
    """Return until the end of which day each point of a forecast counts; the first is its start."""
    days = [date.fromisoformat(str(moment)) for moment in moments]
    return [day - timedelta(days=1) if day > days[0] else day for day in days]
