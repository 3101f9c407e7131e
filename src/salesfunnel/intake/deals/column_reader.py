"""ColumnReader: columns of a table of deals as times and amounts, with every fault."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timezone
from typing import Any

import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import MOST_COUNT
from salesfunnel._core.period_arrays import TICKS_PER_DAY
from salesfunnel._core.vocabulary import Severity
from salesfunnel.fault import Fault
from salesfunnel.intake.cells.amounts import point_in_doubt
from salesfunnel.intake.cells.date_marks import order_of, said_orders
from salesfunnel.intake.cells.number import DecimalMark
from salesfunnel.intake.cells.plain_times import PlainTimes, plain_times_of
from salesfunnel.intake.cells.read_number import read_number
from salesfunnel.intake.cells.read_time import is_missing_cell
from salesfunnel.intake.cells.time_column import TimeCells, read_time_cells
from salesfunnel.intake.deals.money import currency_of
from salesfunnel.intake.deals.table import DealTable
from salesfunnel.intake.deals.zones import zone_of
from salesfunnel.intake.files.columns import TimeColumn
from salesfunnel.intake.files.grid import shown

__all__ = ["ColumnReader"]

_NAT = np.datetime64("NaT", "us")
Times = npt.NDArray[np.datetime64]


class ColumnReader:
    """Reads columns, and keeps what could not be read.

    Parameters
    ----------
    table : DealTable
        The table.
    tz : str, optional
        Time zone of the funnel.
    decimal : {".", ","}, optional
        The decimal mark of amounts.
    dayfirst : bool, optional
        Whether 03/04/2026 is the third of April.
    date_format : str, optional
        Format of ``datetime.strptime``.
    """

    def __init__(
        self,
        table: DealTable,
        *,
        tz: str | None = None,
        decimal: DecimalMark | None = None,
        dayfirst: bool | None = None,
        date_format: str | None = None,
    ) -> None:
        self.table = table
        self.decimal: DecimalMark | None = decimal
        self.dayfirst = dayfirst
        self.date_format = date_format
        self.zone: Any = timezone.utc if tz is None else zone_of(tz)
        self.faults: list[Fault] = []
        self._kinds: dict[str, tuple[int, int]] = {}
        self._elsewhere: bool | None = None
        self._read: tuple[DealTable, dict[int, Times]] = (table, {})
        self._left: dict[int, list[Any]] = {}

    def settle_order(self, places: Iterable[int]) -> None:
        """Find the order of day and month that the columns of times agree on."""
        if self.dayfirst is not None or self.date_format is not None:
            return
        orders = {
            order[0] for at in places if (order := order_of(self._left_cells(at))) is not None
        }
        self._elsewhere = orders.pop() if len(orders) == 1 else None

    def note(self, code: str, *, severity: Severity = "info", **options: Any) -> None:
        """Keep a finding on the whole table, or on many rows of it."""
        self.faults.append(Fault.of(code, severity=severity, **options))

    def number(self, row: int) -> int:
        """Return the number of a row in the source."""
        return int(self.table.numbers[row])

    def fault(self, code: str, row: int, at: int | None, value: str, **params: object) -> None:
        """Keep a fault of a cell."""
        options: dict[str, Any] = {"severity": "error", **params}
        column = None if at is None else self.table.names[at]
        self.faults.append(
            Fault.of(code, row=self.number(row), column=column, value=value[:80], **options)
        )

    def times(self, at: int | None, *, keep: bool = True) -> Times:
        """Return a column of times, shape (n,); NaT where empty or not understood (a fault).

        Those that are not kept are read again, and told again, when somebody asks again.
        """
        if at is None:
            return np.full(len(self.table), _NAT)
        if self._read[0] is not self.table:
            self._read, self._left = (self.table, {}), {}
        if at not in self._read[1]:
            found = self._times(at)
            if not keep:
                return found
            self._read[1][at] = found
        times: Times = self._read[1][at].copy()
        return times

    def _plain(self, at: int) -> PlainTimes:
        """Return the times of a column that are written plainly, and its other cells."""
        column = self.table.column(at)
        return plain_times_of(column, self.dayfirst, every=self.date_format is None)

    def _left_cells(self, at: int) -> list[Any]:
        """Return the distinct cells of a column of times that are not written plainly."""
        if self._read[0] is not self.table:
            self._read, self._left = (self.table, {}), {}
        if at not in self._left:
            # Moments of a dataframe have no order of day and month.
            typed = isinstance(self.table.column(at), TimeColumn)
            self._left[at] = [] if typed else self._plain(at).cells
        return self._left[at]

    def release(self) -> None:
        """Let go of the cells of the table and of what was read of them."""
        self._read, self._left = (self.table, {}), {}
        self.table.release()

    def _times(self, at: int) -> Times:
        plain = self._plain(at)
        found = read_time_cells(
            plain.cells,
            zone=self.zone,
            dayfirst=self.dayfirst,
            date_format=self.date_format,
            order_elsewhere=self._elsewhere,
            alone=not plain.some,
        )
        times = plain.times(found.ticks, self.zone)
        self._tell(found, at, plain)
        self._zones(found, at, plain, times)
        return times

    def _tell(self, found: TimeCells, at: int, plain: PlainTimes) -> None:
        """Keep the faults of a column of times, by row; what is of the whole column once."""
        column, cells = self.table.names[at], plain.cells
        rows: list[tuple[int, int]] = []
        which = plain.rows_by_cell([issue.cell for issue in found.issues])
        for place, issue in enumerate(found.issues):
            mine = which[issue.cell]
            if issue.code == "time-sentinel":
                params = {"severity": "warning", "cells": int(mine.size)}
                self.fault(issue.code, int(mine[0]), at, shown(cells[issue.cell]), **params)
            else:
                rows += [(int(row), place) for row in mine]
        for row, place in sorted(rows):
            issue = found.issues[place]
            text = shown(cells[issue.cell])
            self.fault(issue.code, row, at, text, **issue.params)
        if found.ordered:
            self._tell_order(found, at, plain)
        if found.marks:
            said = said_orders(found.marks)
            self.note("dates-of-two-orders", severity="warning", column=column, **said)
        if found.short_year is not None:
            value = shown(cells[found.short_year])[:80]
            self.note("years-two-digits", column=column, value=value)
        if found.unit == "day":
            first = np.datetime_as_string(found.ticks[found.naive or 0].view("datetime64[us]"), "D")
            value = shown(cells[found.naive or 0])[:80]
            self.note(
                "times-are-days", severity="warning", column=column, value=value, reading=first
            )
        elif found.unit is not None:
            self.note("times-are-epoch", column=column, value=shown(cells[0])[:80], unit=found.unit)

    def _tell_order(self, found: TimeCells, at: int, plain: PlainTimes) -> None:
        """Tell what settled the order of day and month of a column."""
        times, cells = plain.count(found.ordered), plain.cells
        column = self.table.names[at]
        if found.order is not None:
            code = "times-day-first" if found.order[0] else "times-month-first"
            value = shown(cells[found.order[1]])[:80]
            self.note(code, column=column, value=value, times=times)
        elif self._elsewhere is not None:
            first = "day" if self._elsewhere else "month"
            code = "times-ordered-elsewhere"
            self.note(code, severity="warning", column=column, times=times, first=first)

    def _zones(self, found: TimeCells, at: int, plain: PlainTimes, times: Times) -> None:
        """Report the first time that has a zone where others have none, or the reverse.

        A column of dates, all of them at midnight, has no clock that a zone could move.
        """
        clocks = times[~np.isnat(times)].astype(np.int64) % TICKS_PER_DAY
        if found.zoned is None and not clocks.any() and self._kinds:
            return
        first = plain.first_of_kind({"zoned": found.zoned, "naive": found.naive})
        for kind, row in sorted(first.items(), key=lambda item: item[1]):
            if kind in self._kinds:
                continue
            self._kinds[kind] = (row, at)
            if len(self._kinds) == 2:
                _, cells = self.table.column(at).distinct(np.array([row]))
                self.fault("zones-mixed", row, at, shown(cells[0]))

    def amounts(self, at: int | None) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.str_]]:
        """Return a column of amounts, NaN where unknown, and the currency that each cell names."""
        n = len(self.table)
        if at is None:
            return np.full(n, np.nan), np.full(n, "")
        column = self.table.column(at)
        plain = column.plain_numbers(point=self.decimal != ",")
        values, known, _ = plain
        with np.errstate(invalid="ignore"):
            left = np.flatnonzero(~known | (values < 0))
        codes, cells = column.distinct(left)
        doubt = point_in_doubt(column, plain, left) if self.decimal is None else None
        read = [self._amount(cell) for cell in cells]
        amounts = np.array([np.nan if one[0] is None else one[0] for one in read] or [np.nan])
        values[left] = amounts[codes]
        if doubt and not any(f.code == "point-or-thousands" for f in self.faults):
            row, text = doubt
            self.fault(
                "point-or-thousands", row, at, text, severity="warning", read=float(values[row])
            )
        wrong = np.array([one[1] is not None for one in read] or [False], dtype=np.bool_)
        for place in np.flatnonzero(wrong[codes]).tolist():
            _, code, severity, _ = read[codes[place]]
            text = shown(cells[codes[place]])
            self.fault(str(code), int(left[place]), at, text, severity=severity)
        money = [one[3] for one in read]
        if not any(money):
            return values, np.full(n, "")
        names = np.full(n, "", dtype=f"U{max(map(len, money))}")
        names[left] = np.array(money, dtype=np.str_)[codes]
        return values, names

    def _amount(self, cell: Any) -> tuple[float | None, str | None, Severity, str]:
        if is_missing_cell(cell):
            return None, None, "error", ""
        if type(cell) in {int, float} and 0 <= cell < MOST_COUNT:
            return float(cell), None, "error", ""
        currency, bare = currency_of(cell)
        written = read_number(bare, decimal=self.decimal)
        if written.value is None and written.fault is None:
            return None, None, "error", ""
        if written.value is None or written.fault or written.unit not in {None, "currency"}:
            return None, "amount-not-understood", "error", ""
        if written.value < 0:
            return float(written.value), "amount-negative", "warning", currency
        return float(written.value), None, "error", currency
