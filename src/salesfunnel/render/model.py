"""The plain model of a document: blocks of words and figures, before any backend.

A builder (`salesfunnel.render.documents`) turns a result into a `Document` in one language; a
backend (text, HTML) turns each block into its form. All strings here are final words; a backend
only escapes, aligns and wraps them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

import attrs

from salesfunnel._core.vocabulary import Locale, Severity

if TYPE_CHECKING:
    from salesfunnel.render.charts.chart import Chart

__all__ = [
    "Align",
    "Bar",
    "Bars",
    "Block",
    "Column",
    "Document",
    "FaultItem",
    "Faults",
    "Folded",
    "FunnelPicture",
    "FunnelStep",
    "Grid",
    "Heading",
    "KeyFigures",
    "Line",
    "Lines",
    "Mark",
    "Paragraph",
    "Picture",
    "Section",
    "Table",
]

Align = Literal["left", "right", "center"]
Mark = Literal["", "good", "warn", "bad", "muted"]


def _tuple(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(values)


def _rows(values: Iterable[Iterable[Any]]) -> tuple[tuple[Any, ...], ...]:
    return tuple(tuple(row) for row in values)


def _columns(values: Iterable[Column | str]) -> tuple[Column, ...]:
    return tuple(Column(value) if isinstance(value, str) else value for value in values)


@attrs.frozen
class Heading:
    """A heading inside a document; `level` 2 is below the title."""

    text: str
    level: int = attrs.field(default=2, kw_only=True)


@attrs.frozen
class Paragraph:
    """A sentence or more; a `mark` says whether it is good or bad news, or a side note."""

    text: str
    mark: Mark = attrs.field(default="", kw_only=True)


@attrs.frozen
class KeyFigures:
    """A few figures that come first: pairs of name and figure."""

    items: tuple[tuple[str, str], ...] = attrs.field(converter=_rows)


@attrs.frozen
class Column:
    """A column of a table: its title and where its cells stand."""

    title: str
    align: Align = attrs.field(default="left", kw_only=True)


@attrs.frozen
class Table:
    """A table of finished words.

    Parameters
    ----------
    columns : iterable of Column or str
    rows : iterable of rows of str
        As many cells as there are columns.
    caption : str
        What the table shows; may be empty.
    marks : iterable of str
        A mark a row, or none.
    """

    columns: tuple[Column, ...] = attrs.field(converter=_columns)
    rows: tuple[tuple[str, ...], ...] = attrs.field(converter=_rows)
    caption: str = attrs.field(default="", kw_only=True)
    marks: tuple[Mark, ...] = attrs.field(default=(), converter=_tuple, kw_only=True)


@attrs.frozen
class FunnelStep:
    """One bar of a funnel picture, and what stands between it and the bar above.

    Parameters
    ----------
    label : str
    count : float or None
        For the width of the bar; None where missing.
    shown : str
        The count in words.
    rate, interval, lost : str
        Words for the step from the bar above: its rate, the interval, how many are lost.
    mark : str
        ``bad`` for a bottleneck, ``warn`` for a suspected one.
    note : str
        What the mark means, in words.
    """

    label: str
    count: float | None
    shown: str
    rate: str = attrs.field(default="", kw_only=True)
    interval: str = attrs.field(default="", kw_only=True)
    lost: str = attrs.field(default="", kw_only=True)
    mark: Mark = attrs.field(default="", kw_only=True)
    note: str = attrs.field(default="", kw_only=True)


@attrs.frozen
class FunnelPicture:
    """The funnel: a bar a step, who is lost where; `scale_note` is shown with a log scale."""

    title: str
    steps: tuple[FunnelStep, ...] = attrs.field(converter=_tuple)
    scale_note: str = attrs.field(default="", kw_only=True)


@attrs.frozen
class Bar:
    """One bar: its value, the value in words, and a target to compare with."""

    label: str
    value: float | None
    shown: str
    target: float | None = attrs.field(default=None, kw_only=True)
    mark: Mark = attrs.field(default="", kw_only=True)


@attrs.frozen
class Bars:
    """Horizontal bars from zero: a ladder of targets, a list of contributions."""

    title: str
    bars: tuple[Bar, ...] = attrs.field(converter=_tuple)


@attrs.frozen
class Line:
    """A line over the shared x labels, with a band from `low` to `high`, which `band` names.

    One that is marked ``"bad"`` is told apart from the others by the colour of what fell.
    """

    label: str
    values: tuple[float | None, ...] = attrs.field(converter=_tuple)
    low: tuple[float | None, ...] = attrs.field(default=(), converter=_tuple, kw_only=True)
    high: tuple[float | None, ...] = attrs.field(default=(), converter=_tuple, kw_only=True)
    dashed: bool = attrs.field(default=False, kw_only=True)
    band: str = attrs.field(default="", kw_only=True)
    mark: Mark = attrs.field(default="", kw_only=True)


@attrs.frozen
class Lines:
    """Lines over the same labels: a forecast fan, a rate over months.

    `form` names the format of the values: ``"percent"``, ``"count"``, ``"money"``, ``"number"``.
    """

    title: str
    labels: tuple[str, ...] = attrs.field(converter=_tuple)
    lines: tuple[Line, ...] = attrs.field(converter=_tuple)
    form: str = attrs.field(default="number", kw_only=True)


@attrs.frozen
class Grid:
    """A grid of coloured cells: an RFM grid, a cohort triangle.

    `values` set the colours (None leaves a cell empty), `shown` the words; `rows` and `columns`
    name the axes' entries.
    """

    title: str
    columns: tuple[str, ...] = attrs.field(converter=_tuple)
    rows: tuple[str, ...] = attrs.field(converter=_tuple)
    values: tuple[tuple[float | None, ...], ...] = attrs.field(converter=_rows)
    shown: tuple[tuple[str, ...], ...] = attrs.field(converter=_rows)
    corner: str = attrs.field(default="", kw_only=True)


@attrs.frozen
class Picture:
    """A chart (`salesfunnel.render.charts.Chart`), with its title where it is `titled`."""

    chart: Chart
    titled: bool = attrs.field(default=True, kw_only=True)


@attrs.frozen
class FaultItem:
    """A fault in words."""

    severity: Severity
    place: str
    text: str
    hint: str = ""
    code: str = ""


@attrs.frozen
class Faults:
    """All faults of an input or a result; `none` is said if there are none."""

    title: str
    items: tuple[FaultItem, ...] = attrs.field(converter=_tuple)
    none: str = attrs.field(default="", kw_only=True)


@attrs.frozen
class Section:
    """A part of a document with a heading of its own."""

    title: str
    blocks: tuple[Any, ...] = attrs.field(converter=_tuple)


@attrs.frozen
class Folded:
    """Blocks that a page folds and a terminal leaves out; `instead` says where they are."""

    summary: str
    blocks: tuple[Any, ...] = attrs.field(converter=_tuple)
    instead: str = attrs.field(default="", kw_only=True)


Block = (
    Heading
    | Paragraph
    | KeyFigures
    | Table
    | FunnelPicture
    | Bars
    | Lines
    | Grid
    | Picture
    | Faults
    | Folded
    | Section
)


@attrs.frozen
class Document:
    """A result in the words of one language."""

    title: str
    blocks: tuple[Block, ...] = attrs.field(converter=_tuple)
    locale: Locale = attrs.field(default="en", kw_only=True)
    subtitle: str = attrs.field(default="", kw_only=True)
