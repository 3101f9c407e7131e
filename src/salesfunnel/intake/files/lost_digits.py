"""Ids that a spreadsheet or a dataframe kept as numbers: the last digits of long ones are gone."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from salesfunnel.fault import Fault, IntakeError
from salesfunnel.intake.files.columns import Column
from salesfunnel.intake.files.grid import shown

__all__ = ["check_digits"]

_EXACT = 2.0**53
_KEPT = 15
"""Digits of a number that a spreadsheet keeps."""
_MANY, _SOME = 100_000, 2_000
"""Of a longer column the first cells are looked at."""
_POWER = re.compile(r"\d(?:[.,]\d+)?[eE]\+?(\d{2,3})")


def check_digits(column: Column, name: str, way: str) -> list[Fault]:
    """Return what is lost of ids that were kept as numbers; raise where two may be one now.

    Parameters
    ----------
    column : Column
        The ids.
    name : str
        Its header.
    way : str
        The call that names another column of ids.

    Raises
    ------
    IntakeError
        If an id that lost its last digits comes again: it may be several.
    """
    if column.count > _MANY and not any(map(_is_short, column.distinct(np.arange(_SOME))[1])):
        return []
    codes, cells = column.distinct()
    wrong = np.array([*map(_is_short, cells), False], dtype=np.bool_)
    if not wrong[:-1].any() or not _are_cut(cells):
        return []
    rows = np.flatnonzero(wrong[codes])
    cell = cells[int(codes[rows[0]])]
    if np.unique(codes[rows]).size == rows.size:
        value = shown(cell)[:80]
        return [Fault.of("ids-lost-digits", column=name, value=value, n=int(rows.size))]
    raise IntakeError(
        f"column {name!r} must hold whole ids, got {shown(cell)} and {rows.size - 1} more numbers"
        " that have lost digits: a number holds 15 of them, so that several ids have become one",
        hint="read the file itself, or as text: pd.read_excel(..., dtype=str); a workbook that"
        f" keeps them as numbers must be exported anew as CSV, or name another column: {way}",
    )


def _is_short(cell: object) -> bool:
    """Whether a cell is a number with more digits than its kind holds."""
    if isinstance(cell, float | np.floating):
        return bool(abs(cell) >= _EXACT) and bool(np.isfinite(cell))
    if isinstance(cell, int | np.integer) and not isinstance(cell, bool):
        digits = str(abs(int(cell)))
        return len(digits) > _KEPT and not digits[_KEPT:].strip("0")
    match = _POWER.fullmatch(cell.strip()) if isinstance(cell, str) else None
    return match is not None and int(match[1]) >= 10


def _are_cut(cells: list[Any]) -> bool:
    """Whether no whole number has digits where a spreadsheet keeps none, and it is not alone."""
    long = [
        str(abs(int(cell))) for cell in cells
        if isinstance(cell, int | np.integer) and abs(int(cell)) >= 10**_KEPT
    ]  # fmt: skip
    return len(long) != 1 and all(not digits[_KEPT:].strip("0") for digits in long)
