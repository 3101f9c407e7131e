"""Columns of plain cells: names that are only names, figures that are whole numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.formula_escape import unescape_cell
from salesfunnel.intake.files.columns import Column, NumberColumn
from salesfunnel.intake.files.grid import shown
from salesfunnel.intake.sheet.layout import is_remark, is_total
from salesfunnel.intake.sheet.names import TARGETS, fold
from salesfunnel.intake.sheet.row_reader import BAD, RowReader

__all__ = ["MOST", "Coded", "combined", "is_plain", "numbers_of"]

Ints = npt.NDArray[Any]
_NUMBERED = re.compile(r"\d+(?:[-/]\d+)*", re.ASCII)
"""Days, months and numbers of stores, which are no totals and no remarks."""
MOST = 10**12
"""Sums of smaller numbers fit into 64 bits."""


@attrs.frozen(kw_only=True)
class Coded:
    """A column as codes of its distinct values."""

    codes: Ints
    values: Sequence[Any]


def is_plain(cell: object, name: str | None, safe: bool) -> bool:
    """Whether a cell of text is only that; one of a column of names names something."""
    if isinstance(cell, str) and (
        BAD.search(cell) or len(cell.splitlines()) > 1 or not (safe or unescape_cell(cell) == cell)
    ):
        return False
    if name is None:
        return True
    if isinstance(cell, str) and _NUMBERED.fullmatch(cell):
        return fold(cell) != fold(name)
    text = shown(cell).strip()
    return bool(text) and not (
        is_total({"segment": cell})
        or is_total({"stage": cell})
        or is_remark({"stage": cell})
        or fold(text) in TARGETS
        or fold(text) == fold(name)
    )


def numbers_of(
    reader: RowReader, columns: Sequence[Column]
) -> dict[int, tuple[Ints, npt.NDArray[np.bool_]]] | None:
    """Return the columns of figures as whole numbers, and which cells are such."""
    header = reader.header
    if header.slots:
        places = [slot.index for slot in reader.used]
    else:
        places = [i for i, role in enumerate(header.roles) if role in {"actual", "target"}]
        places = [i for i in places if header.roles[i] == "actual" or not columns[i].blank().all()]
    return {i: _whole(columns[i]) for i in places} if places else None


def _whole(column: Column) -> tuple[Ints, npt.NDArray[np.bool_]]:
    if isinstance(column, NumberColumn) and column.values.dtype.kind == "f":
        values, known, _ = column.plain_numbers()
        known &= np.isfinite(values) & (values >= 0) & (values < MOST)
        values = np.where(known, values, 0.0)
        known &= values == np.floor(values)
        return values.astype(np.int64), known
    whole, known = column.plain_integers()
    return whole, known & (whole >= 0)


def combined(parts: Sequence[Coded]) -> tuple[Ints, Ints]:
    """Return codes of several columns together, and the first row of each."""
    codes = np.asarray(parts[0].codes, dtype=np.int64)
    for part in parts[1:]:
        codes = np.unique(codes, return_inverse=True)[1].reshape(-1)
        codes = codes * len(part.values) + part.codes
    _, firsts, found = np.unique(codes, return_index=True, return_inverse=True)
    return found.reshape(-1), firsts
