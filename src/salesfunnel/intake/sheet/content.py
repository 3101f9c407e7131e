"""Classify a column by its cells, whatever its name."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal, TypeVar

import attrs

from salesfunnel.intake.cells.number import DecimalMark, ParsedNumber
from salesfunnel.intake.cells.read_number import read_number
from salesfunnel.intake.cells.read_period import read_period
from salesfunnel.intake.files.grid import shown
from salesfunnel.intake.sheet.column_words import is_money_or_rate
from salesfunnel.intake.sheet.known_steps import is_known_step
from salesfunnel.intake.sheet.names import ORDINALS, fold

__all__ = ["Column", "Kind", "columns_of"]

T = TypeVar("T")
Kind = Literal["blank", "count", "ordinal", "number", "money", "rate", "period", "text"]
_SEEN = 400
"""Rows that decide what a column is."""
_MOST = 0.6
_NEARLY = 0.5
"""The share of whole numbers under the name of a known step, of which the others are slips."""
_ID = re.compile(
    r"(?:^|[ _.\-])(?:id|no|nr|idx|#)$|^#$|编号$|(?-i:(?<=[a-z])I[Dd])$|(?<=[\u4e00-\u9fff])id$"
    r"|(?:^|[ _.\-])(?:user|client|customer|order|deal|lead|store|shop|session|account|product|item"
    r"|member|campaign|event|rep|agent|row|record|u)id$",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"(?:^|[ _.\-])(?:index|rank|ranking|order|sort|position|pos|seq|sequence)$"
    r"|(?:序号|序|排序|顺序|次序|序列|排名)$",
    re.IGNORECASE,
)


@attrs.frozen(kw_only=True)
class Column:
    """A column by its content.

    Parameters
    ----------
    index : int
        Where it stands.
    name : str
        Its header.
    kind : str
        What most of its filled cells are. A ``count`` is whole and not negative, an ``ordinal``
        only numbers the rows.
    cells : tuple of str
        The cells of the rows that decide, "" where blank.
    numbers : tuple of float or None
        The numbers in them.
    """

    index: int
    name: str
    kind: Kind
    cells: tuple[str, ...] = ()
    numbers: tuple[float | None, ...] = ()

    @property
    def total(self) -> float:
        """The sum of its numbers."""
        return sum(number for number in self.numbers if number is not None)


def columns_of(
    names: Sequence[str],
    below: Sequence[Sequence[Any]],
    *,
    decimal: DecimalMark | None = None,
) -> tuple[Column, ...]:
    """Return every column with what its cells are."""
    rows = [row for row in below[: 2 * _SEEN] if any(shown(cell).strip() for cell in row)][:_SEEN]
    found = [
        _column(i, name, [row[i] if i < len(row) else None for row in rows], decimal)
        for i, name in enumerate(names)
    ]
    counts = [column for column in found if column.kind == "count"]
    if len(counts) > 1:
        found = [_as_ordinal(c) if c.kind == "count" else c for c in found]
    return tuple(found)


def _column(index: int, name: str, cells: Sequence[Any], decimal: DecimalMark | None) -> Column:
    read = _each(partial(read_number, decimal=decimal), cells)
    filled = [number for number in read if not number.is_missing]
    texts = tuple(shown(cell).strip() for cell in cells)
    values = tuple(None if number.value is None else float(number.value) for number in read)
    common = {"index": index, "name": name, "cells": texts, "numbers": values}
    if not filled:
        return Column(kind="blank", **common)  # type: ignore[arg-type]
    numbers = [number for number in filled if number.value is not None]
    if len(numbers) >= _MOST * len(filled):
        units = {number.unit for number in numbers}
        kind: Kind = "number"
        if "currency" in units:
            kind = "money"
        elif "rate" in units:
            kind = "rate"
        elif is_money_or_rate(name):
            kind = "number"
        elif units <= {None, "count"} and _counts(name, numbers):
            kind = "ordinal" if _numbers_rows(name, values) else "count"
        return Column(kind=kind, **common)  # type: ignore[arg-type]
    periods = sum(found is not None for found in _each(read_period, cells))
    kind = "period" if periods >= _MOST * len(filled) else "text"
    return Column(kind=kind, **common)  # type: ignore[arg-type]


def _each(read: Callable[[Any], T], cells: Sequence[Any]) -> list[T]:
    """Return what each cell is read as; a text that comes again is read once."""
    known: dict[str, T] = {}
    found = []
    for cell in cells:
        if type(cell) is not str:
            found.append(read(cell))
            continue
        if cell not in known:
            known[cell] = read(cell)
        found.append(known[cell])
    return found


def _numbers_rows(name: str, values: Sequence[float | None]) -> bool:
    """Whether whole numbers are ids or ranks: by name, and ranks by being small and distinct."""
    if _ID.search(name) or fold(name) in ORDINALS:
        return True
    known = {value for value in values if value is not None}
    small = len(known) > 1 and min(known) <= 1 and max(known) <= 2 * len(known)
    return _ORDER.search(name) is not None and small


def _counts(name: str, numbers: Sequence[ParsedNumber]) -> bool:
    """Whether numbers count: all are whole, or most of those under the name of a step are."""
    whole = sum(_whole(number.value) for number in numbers)
    return whole == len(numbers) or (whole >= _NEARLY * len(numbers) and is_known_step(name))


def _whole(value: Any) -> bool:
    return value is not None and value >= 0 and value == value.to_integral_value()


def _as_ordinal(column: Column) -> Column:
    """Return a column that counts the rows from 0 or 1 as what it is."""
    numbers = [number for number in column.numbers if number is not None]
    n = len(numbers)
    counting = n > 2 and numbers in ([*range(1, n + 1)], [*range(n)])
    return attrs.evolve(column, kind="ordinal") if counting else column
