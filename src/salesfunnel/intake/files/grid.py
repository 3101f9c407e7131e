"""Grid: the cells of one table, wherever they came from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs


@attrs.frozen(kw_only=True)
class Grid:
    """Cells by row and column.

    Parameters
    ----------
    rows : sequence of sequences
        Cells as read: text, numbers, dates, None.
    name : str, optional
        Name of the worksheet.
    merged : tuple of ((int, int), (int, int))
        Merged ranges: first and last (row, column), from 0.
    safe : bool
        Whether cells were never text of a file, so that nothing in them is escaped.
    hidden : bool
        Whether it is a worksheet that the workbook hides.
    """

    rows: Sequence[Sequence[Any]]
    name: str | None = None
    merged: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()
    safe: bool = False
    hidden: bool = False


def shown(cell: object) -> str:
    """Return a cell as text, whole floats without their point."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return cell if isinstance(cell, str) else str(cell)
