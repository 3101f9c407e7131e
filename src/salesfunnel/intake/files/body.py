"""Body: the rows below a header, column by column, each with its number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.text.cells import Bytes, Cells
from salesfunnel.intake.cells.read_time import is_missing_cell
from salesfunnel.intake.files.columns import Column, TextColumn, column_of
from salesfunnel.intake.files.grid import Grid, shown
from salesfunnel.intake.files.lazy_rows import ColumnRows, TextRows
from salesfunnel.intake.files.text_cells import Progress, pieces_of

__all__ = ["Body", "body_below", "body_of_columns", "body_of_rows", "body_of_text"]


@attrs.frozen
class Body:
    """The rows below a header in which anything stands, column by column.

    Parameters
    ----------
    columns : tuple of Column
        One for each name of the header.
    numbers : ndarray of int, shape (n,)
        The number of each row, from 1; blank rows have numbers too, but are left out.
    beyond : tuple of (int, tuple of str)
        Number and words of the cells of a row that stand beyond the header.
    """

    columns: tuple[Column, ...]
    numbers: npt.NDArray[Any]
    beyond: tuple[tuple[int, tuple[str, ...]], ...] = ()

    def __len__(self) -> int:
        return self.numbers.size

    def take(self, rows: npt.NDArray[Any]) -> Body:
        """Return some rows, which ascend."""
        columns = tuple(column.take(rows) for column in self.columns)
        return Body(columns, self.numbers[rows], self.beyond)


def body_below(grid: Grid, at: int, columns: int) -> Body:
    """Return the rows of a grid below the row of its header.

    Parameters
    ----------
    grid : Grid
    at : int
        The row of the header, from 0.
    columns : int
        How many names the header has.
    """
    rows = grid.rows
    if isinstance(rows, TextRows):
        return body_of_text(
            rows.data,
            rows.begins(at + 1),
            rows.size,
            delimiter=rows.delimiter,
            columns=columns,
            progress=rows.progress,
        )
    if isinstance(rows, ColumnRows) and at == 0:
        return body_of_columns(rows.columns)
    return body_of_rows(rows[at + 1 :], columns)


def body_of_text(
    data: Bytes,
    first: int,
    size: int,
    *,
    delimiter: str,
    columns: int,
    progress: Progress | None = None,
) -> Body:
    """Return the rows of delimited text in UTF-8 from a place on."""
    cells: list[list[Cells]] = [[] for _ in range(columns)]
    numbers = [np.zeros(0, dtype=np.int32)]
    beyond: list[tuple[int, tuple[str, ...]]] = []
    count = 1
    for piece in pieces_of(
        data, first, size, delimiter=delimiter, columns=columns, progress=progress
    ):
        for column, more in zip(cells, piece.columns, strict=True):
            column.append(more)
        numbers.append(piece.numbers + np.int32(count))
        beyond += [(row + count, tuple(words)) for row, words in piece.beyond]
        count += piece.rows
    return Body(
        tuple(TextColumn(column) for column in cells), np.concatenate(numbers), tuple(beyond)
    )


def body_of_columns(columns: Sequence[Column]) -> Body:
    """Return the rows of a dataframe."""
    count = columns[0].count if columns else 0
    numbers = np.arange(1, count + 1)
    whole = Body(tuple(columns), numbers)
    if not columns:
        return whole
    blank = columns[0].blank()
    for column in columns[1:]:
        if not blank.any():
            return whole
        blank = blank & column.blank()
    return whole.take(np.flatnonzero(~blank)) if blank.any() else whole


def body_of_rows(rows: Sequence[Sequence[Any]], columns: int) -> Body:
    """Return rows of cells of any kind: those of a workbook, or lists."""
    kept, numbers, beyond = [], [], []
    for number, row in enumerate(rows, 1):
        if not any(map(_word, row)):
            continue
        kept.append(row)
        numbers.append(number)
        words = tuple(word for word in map(_word, row[columns:]) if word)
        if words:
            beyond.append((number, words))
    cells = [[row[k] if k < len(row) else None for row in kept] for k in range(columns)]
    return Body(
        tuple(column_of(_known(column)) for column in cells),
        np.array(numbers, dtype=np.int64),
        tuple(beyond),
    )


def _word(cell: object) -> str:
    if type(cell) is str:
        return cell.strip()
    return "" if is_missing_cell(cell) else shown(cell).strip()


def _known(cells: list[Any]) -> list[Any]:
    """Return cells with None for what is nothing in another way, such as NaT."""
    kinds = set(map(type, cells)) - {str, int, float, bool, type(None)}
    strange = tuple(kind for kind in kinds if kind is not float)
    if not strange:
        return cells
    return [None if isinstance(cell, strange) and is_missing_cell(cell) else cell for cell in cells]
