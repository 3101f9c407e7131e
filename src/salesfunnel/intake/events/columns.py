"""The columns of one or several tables of events, joined, with the file and row of each place."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate, chain
from typing import Any

import attrs
import numpy as np

from salesfunnel._core.extras import require
from salesfunnel.data.events import columns as event_columns
from salesfunnel.data.events.arrow import open_column
from salesfunnel.data.events.frames import open_frame
from salesfunnel.fault import IntakeError
from salesfunnel.intake.cells.nobody import NOBODY
from salesfunnel.intake.events.tables import Cells
from salesfunnel.intake.files.columns import Column, TextColumn, column_of
from salesfunnel.intake.files.typed_columns import NumberColumn

__all__ = ["Table", "blank_share", "cells_of", "coded", "ids", "number_column", "one_table"]


@attrs.frozen(kw_only=True)
class Table:
    """Columns of events.

    Parameters
    ----------
    names : tuple
        The names of the columns.
    column : callable
        Returns the cells of a column, as its library has them.
    place : callable
        Returns the file and the number of the row at a place from 0.
    """

    names: tuple[Any, ...]
    column: Callable[[Any], Any]
    place: Callable[[int], tuple[str | None, int]]


def blank_share(column: Any) -> float:
    """Return the share of blank cells of a column."""
    if isinstance(column, TextColumn):
        return float(np.mean(column.blank())) if column.count else 0.0
    column = open_column(column)
    if isinstance(column, event_columns.Times):
        return 0.0 if column.missing is None else float(np.mean(column.missing))
    if isinstance(column, event_columns.Categorical):
        codes = np.asarray(column.codes)
        return float(np.mean(codes < 0)) if codes.size else 0.0
    if getattr(getattr(column, "dtype", None), "kind", "") in {"i", "u"}:
        return 0.0
    cells = column.tolist() if isinstance(column, np.ndarray) else list(column)
    return sum(map(event_columns.is_missing, cells)) / len(cells) if cells else 0.0


def one_table(parts: Sequence[Any], labels: Sequence[str | None]) -> Table:
    """Return tables, one a file, as one: the rows of the first file stand first.

    Raises
    ------
    IntakeError
        If files of different kinds are side by side, or columns of a name differ in their kind.
    """
    if all(isinstance(part, Cells) for part in parts):
        return _of_cells(parts)
    if any(isinstance(part, Cells) for part in parts):
        raise IntakeError(
            "'source' must hold files of one kind, got Parquet and text",
            hint='name one kind: "logs/*.parquet"',
        )
    if len(parts) == 1:
        frame, names = open_frame(parts[0])
        return Table(
            names=tuple(names), column=lambda name: frame[name], place=lambda at: (None, at + 1)
        )
    arrow = require("pyarrow", extra="frames", feature="reading Parquet")
    try:
        whole = arrow.concat_tables(parts, promote_options="permissive")
    except (TypeError, arrow.ArrowException) as error:
        raise IntakeError(
            f"'source' must hold files whose columns are of one kind, got others ({error})",
            hint="read the files one by one, or name the columns to keep: attributes=[...]",
        ) from error
    starts = [0, *accumulate(part.num_rows for part in parts)]

    def place(at: int) -> tuple[str | None, int]:
        which = bisect_right(starts, at) - 1
        return labels[which], at - starts[which] + 1

    return Table(names=tuple(whole.column_names), column=lambda name: whole[name], place=place)


def _of_cells(parts: Sequence[Cells]) -> Table:
    columns: dict[str, Any] = {}
    for name in dict.fromkeys(name for part in parts for name in part.columns):
        columns[name] = _joined([(part.columns.get(name), len(part.rows)) for part in parts])
    starts = [0, *accumulate(len(part.rows) for part in parts)]

    def place(at: int) -> tuple[str | None, int]:
        which = bisect_right(starts, at) - 1
        part = parts[which]
        return part.file, int(part.rows[at - starts[which]])

    return Table(names=tuple(columns), column=columns.__getitem__, place=place)


def _joined(parts: Sequence[tuple[Any, int]]) -> Any:
    """Return a column whose parts stand in several files, given with their lengths."""
    if all(column is None or isinstance(column, TextColumn) for column, _ in parts):
        texts = [
            TextColumn.of([""] * count) if column is None else column for column, count in parts
        ]
        if len(texts) == 1:
            return texts[0]
        return TextColumn([piece for text in texts for piece in text.pieces.pieces])
    cells = [[None] * count if column is None else cells_of(column) for column, count in parts]
    return list(cells[0]) if len(cells) == 1 else list(chain.from_iterable(cells))


def cells_of(column: object) -> Any:
    """Return the cells of a column one by one, where it holds them as text that lies in a file."""
    if not isinstance(column, TextColumn):
        return column
    codes, texts = column.distinct()
    return event_columns.names_array(texts)[codes].tolist()


def coded(column: object) -> Any:
    """Return a column of text as codes; others as they are."""
    if not isinstance(column, TextColumn):
        return column
    codes, texts = column.distinct()
    return event_columns.normalise_categories(codes, texts)


def number_column(column: object) -> Column | None:
    """Return ids whose digits may be lost: text, numbers with a point, lists; None for others."""
    if isinstance(column, TextColumn):
        return column
    if isinstance(column, list):
        return column_of(column)
    if getattr(getattr(column, "dtype", None), "kind", "") == "f":
        return NumberColumn(np.asarray(column, dtype=np.float64))
    return None


def ids(column: object) -> Any:
    """Return a column of text as ids, in the order in which they come; others as they are."""
    if not isinstance(column, TextColumn):
        return column
    codes, texts = column.distinct()
    blank = [row for row, text in enumerate(texts) if text in NOBODY or not text.strip()]
    if blank:
        table = np.arange(len(texts), dtype=np.int32)
        table[blank] = -1
        codes = table.take(codes)
    return event_columns.Ids(codes, event_columns.EntityNames(event_columns.names_array(texts)))
