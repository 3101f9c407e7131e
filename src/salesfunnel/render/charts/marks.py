"""ChartScale and ChartMark: what a picture measures, and what is drawn in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Literal

import attrs

from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.foreign import is_numpy_like
from salesfunnel._core.one_line import one_line

__all__ = ["Cell", "ChartMark", "ChartScale", "Role", "ScaleKind", "Shape", "plain_cell"]

Cell = float | str | None


ScaleKind = Literal["category", "number", "percent", "money", "time"]


Shape = Literal["band", "line", "whisker", "dot", "bar", "rule", "cell", "label"]


Role = Literal["main", "alert", "context", "band", "target", "lost", "open", "total"]


def plain_cell(value: Any) -> Cell:
    """Return one value of a picture as a float, text, or None where it is missing."""
    if is_numpy_like(value) and getattr(value, "shape", None) == ():
        value = value.item()
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    number = float(value)
    return None if number != number else number  # noqa: PLR0124 - NaN


def plain_cells(values: Iterable[Any]) -> tuple[Cell, ...]:
    return tuple(plain_cell(value) for value in values)


def _words(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple("" if value is None else str(value) for value in values)


@attrs.frozen(kw_only=True)
class ChartScale:
    """One axis of a picture.

    Parameters
    ----------
    kind : {"category", "number", "percent", "money", "time"}
        Values on it are text (category), ISO dates (time), or numbers; a percent is a
        share, 0 to 1.
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
    x: tuple[Cell, ...] = attrs.field(default=(), converter=plain_cells)
    y: tuple[Cell, ...] = attrs.field(default=(), converter=plain_cells)
    x2: tuple[Cell, ...] = attrs.field(default=(), converter=plain_cells)
    y2: tuple[Cell, ...] = attrs.field(default=(), converter=plain_cells)
    value: tuple[Cell, ...] = attrs.field(default=(), converter=plain_cells)
    text: tuple[str, ...] = attrs.field(default=(), converter=_words)
    tip: tuple[str, ...] = attrs.field(default=(), converter=_words)
    dashed: bool = False
    hatched: bool = False
    opacity: float = 1.0

    __repr__ = one_line

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
