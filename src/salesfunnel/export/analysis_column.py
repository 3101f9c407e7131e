"""Parts of worksheets: columns with a number format, and a native chart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import attrs

from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.render.charts import Chart, chart_of

if TYPE_CHECKING:
    from salesfunnel.analysis import Analysis

__all__ = ["ROWS", "Column", "Part", "column_of", "picture_of", "words_of"]

ROWS = 100_000
"""Rows of a worksheet at most; what is left out is said in its last row."""


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
