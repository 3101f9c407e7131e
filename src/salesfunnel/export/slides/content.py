"""The content of slides before drawing: a message, a body, notes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from salesfunnel._core.frozen import as_tuple

__all__ = ["Answered", "Asked", "Drawn", "Plot", "Rows", "Series", "Slide"]


@attrs.frozen(kw_only=True)
class Series:
    """One series of a native chart.

    `role` is a colour of the palette, or "" for bars that are not seen; `colours` are the roles of
    single bars; `low` and `high` are ends of intervals.
    """

    name: str
    values: tuple[float | None, ...] = attrs.field(converter=as_tuple)
    role: str = "main"
    dashed: bool = False
    colours: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    labels: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    low: tuple[float | None, ...] = attrs.field(default=(), converter=as_tuple)
    high: tuple[float | None, ...] = attrs.field(default=(), converter=as_tuple)


@attrs.frozen(kw_only=True)
class Plot:
    """A native chart: ``"line"`` over time, ``"bars"`` stacked from the left, ``"plain"`` bars.

    `alt` is one sentence for those who do not see it.
    """

    kind: str
    categories: tuple[str, ...] = attrs.field(converter=as_tuple)
    series: tuple[Series, ...] = attrs.field(converter=as_tuple)
    form: str = "count"
    subtitle: str = ""
    note: str = ""
    alt: str = ""


@attrs.frozen(kw_only=True)
class Drawn:
    """A picture as it is drawn; `alt` is one sentence for those who do not see it."""

    png: bytes
    alt: str = ""
    note: str = ""


@attrs.frozen(kw_only=True)
class Answered:
    """The answer: the verdict, why, and the facts to act on (name, words, more)."""

    tone: str
    chip: str
    why: tuple[str, ...] = attrs.field(converter=as_tuple)
    facts: tuple[tuple[str, str, str], ...] = attrs.field(converter=as_tuple)


@attrs.frozen(kw_only=True)
class Rows:
    """A table: its header, its rows, shares of the width, a line below it."""

    header: tuple[str, ...] = attrs.field(converter=as_tuple)
    rows: tuple[Sequence[str], ...] = attrs.field(converter=as_tuple)
    shares: tuple[float, ...] = attrs.field(converter=as_tuple)
    subtitle: str = ""
    note: str = ""


@attrs.frozen(kw_only=True)
class Asked:
    """Sentences, each with a box to tick where they are decisions."""

    items: tuple[str, ...] = attrs.field(converter=as_tuple)
    boxes: bool = True


@attrs.frozen(kw_only=True)
class Slide:
    """One slide: its message as the title, its body, what the speaker may say."""

    title: str
    body: Any
    notes: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
