"""Classify a column by a sample of its distinct values."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from salesfunnel.intake.cells.epochs import days_of_a_spreadsheet
from salesfunnel.intake.cells.read_number import read_number
from salesfunnel.intake.cells.read_time import (
    AmbiguousTimeError,
    is_serial,
    numeric_unit,
    read_time,
)
from salesfunnel.intake.deals.headers import date_kind, roles_of
from salesfunnel.intake.deals.table import DealTable
from salesfunnel.intake.files.grid import shown

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ColumnKind", "FLAGS"]

_SAMPLE = 60
_DATES = {"created", "closed", "won_at", "lost_at", "since", "expected", "time", "entered", "left"}
_LONG = 8000
"""More rows are not all looked at to see what a column holds."""
_MOST = 0.6
"""Share of the distinct cells that must look alike."""
FLAGS = {
    "true": True, "yes": True, "1": True, "1.0": True, "y": True, "t": True, "x": True, "是": True,
    "ja": True, "sí": True, "si": True, "oui": True, "sim": True, "да": True, "✓": True, "✔": True,
    "wahr": True, "verdadero": True, "vrai": True, "verdadeiro": True, "истина": True, "on": True,
    "false": False, "no": False, "0": False, "0.0": False, "n": False, "f": False, "否": False,
    "nein": False, "non": False, "não": False, "нет": False, "falsch": False, "falso": False,
    "faux": False, "ложь": False, "off": False, "✗": False, "not": False,
}  # fmt: skip
"""Truth values as exports write them, folded."""


class ColumnKind:
    """The content of a column.

    Parameters
    ----------
    table : DealTable
        The table.
    at : int
        The place of the column.
    date_format : str, optional
        A format of ``datetime.strptime`` that its times may have.
    """

    def __init__(self, table: DealTable, at: int, date_format: str | None = None) -> None:
        self._table, self._at, self._format = table, at, date_format

    @cached_property
    def sample(self) -> list[Any]:
        """Distinct cells that are not empty, spread over the column."""
        cells = self._cells()
        if len(cells) > 4 * _SAMPLE:
            cells = cells[:: len(cells) // (4 * _SAMPLE)]
        kept = [cell for cell in cells if not _blank(cell)]
        return kept[:: max(1, len(kept) // _SAMPLE)][:_SAMPLE]

    def _cells(self) -> list[Any]:
        """Return distinct cells: all of them, or those of many rows spread over a long table."""
        column = self._table.column(self._at)
        if column.count <= _LONG:
            return self._table.coded(self._at)[1]
        rows = np.linspace(0, column.count - 1, _LONG // 2).astype(np.intp)
        _, cells = column.distinct(rows)
        if all(map(_blank, cells)):
            rows = np.flatnonzero(self._table.filled(self._at))[:_LONG]
            _, cells = column.distinct(rows)
        return cells

    @property
    def empty(self) -> bool:
        """Whether it is empty."""
        return not self.sample

    @property
    def levels(self) -> int:
        """How many distinct texts it has."""
        if self._estimate is not None:
            return self._estimate
        return sum(bool(word) for word in self._table.words(self._at)[1])

    @cached_property
    def _estimate(self) -> int | None:
        """How many distinct cells a long column has, where nearly all of some rows differ."""
        column = self._table.column(self._at)
        if column.count <= _LONG:
            return None
        rows = np.linspace(0, column.count - 1, _LONG // 2).astype(np.intp)
        repeats = rows.size - len(column.distinct(rows)[1])
        if repeats > rows.size // 20:
            return None
        # Pairs that agree in a sample of m from u equally common cells: about m * m / (2 u).
        return min(column.count, rows.size**2 // (2 * max(repeats, 1)))

    @cached_property
    def words(self) -> list[str]:
        """Its distinct texts, in order of appearance."""
        return [word for word in self._table.words(self._at)[1] if word]

    @cached_property
    def is_time(self) -> bool:
        """Whether most of its cells are times."""
        if self.empty:
            return False
        if numeric_unit(self.sample) is not None or self._counts_days:
            return True
        return self._share(self.reads_as_time) >= _MOST

    @cached_property
    def _counts_days(self) -> bool:
        """Whether its header is that of a date, and its cells are days of a spreadsheet."""
        name = self._table.names[self._at]
        if not name or (date_kind(name) is None and not _DATES & roles_of(name).keys()):
            return False
        texts = [shown(cell).strip() for cell in self.sample]
        return all(map(is_serial, texts)) and (
            days_of_a_spreadsheet(np.array([float(text) for text in texts])) is not None
        )

    @cached_property
    def is_number(self) -> bool:
        """Whether most of its cells are numbers or amounts."""
        return not self.empty and self._share(_reads_as_number) >= _MOST

    @cached_property
    def is_flag(self) -> bool:
        """Whether all its cells are truth values."""
        if self.empty or not all(_folded(cell) in FLAGS for cell in self.sample):
            return False
        return all(word.casefold() in FLAGS for word in self.words[:9])

    @cached_property
    def is_text(self) -> bool:
        """Whether it holds words: neither times nor numbers."""
        return not self.empty and not self.is_time and not self.is_number

    def _share(self, check: Callable[[str], bool]) -> float:
        return float(sum(map(check, self.sample)) / len(self.sample))

    def reads_as_time(self, cell: object) -> bool:
        """Whether a cell is a time, as far as its order of day and month may be."""
        if isinstance(cell, bool | int | float):
            return False
        if self._format is not None:
            from datetime import datetime

            try:
                datetime.strptime(str(cell).strip(), self._format)  # noqa: DTZ007 - only whether it fits
            except ValueError:
                pass
            else:
                return True
        try:
            return read_time(cell, dayfirst=None) is not None
        except AmbiguousTimeError:
            return True
        except ValueError:
            return str(cell).startswith("0000-00-00")


def _folded(cell: object) -> str:
    from salesfunnel.intake.deals.table import word_of

    return word_of(cell).casefold()


def _blank(cell: object) -> bool:
    from salesfunnel.intake.deals.table import word_of

    return word_of(cell).casefold() in {
        "",
        "-",
        "—",
        "--",
        "n/a",
        "na",
        "null",
        "none",
        "nan",
        "无",
    }


def _reads_as_number(cell: object) -> bool:
    found = read_number(cell)
    return found.value is not None or found.is_missing
