"""A sheet of many rows by columns: the plain rows at once, the others one by one, with care.

Values and faults are those of reading row by row: a test reads sheets both ways.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel.intake.cells.number import ParsedNumber
from salesfunnel.intake.cells.read_period import PeriodName
from salesfunnel.intake.sheet.counted import Counted
from salesfunnel.intake.sheet.plain_rows import PlainRows
from salesfunnel.intake.sheet.raw_rows import RawRow, by_month
from salesfunnel.intake.sheet.row_reader import RowReader

__all__ = ["Draft", "Drafts"]

Ints = npt.NDArray[Any]
_WIDE = 1 << 20
"""More than a row of a wide sheet stands for."""


class Draft(NamedTuple):
    """A raw row of its own: where it stands among all, and whether it stands for others."""

    place: int
    raw: RawRow
    kind: int = -1


class Drafts:
    """The raw rows of a sheet: plain ones by columns, the others as they are.

    Parameters
    ----------
    reader : RowReader
        Reads the others.
    rows : sequence of sequences
        The rows below the header, merged cells filled.
    plain : PlainRows
        The plain ones.
    """

    def __init__(
        self,
        reader: RowReader,
        rows: Sequence[Sequence[Any]],
        plain: PlainRows,
        counted: Counted,
    ) -> None:
        self.counted = counted
        self.reader, self.rows, self.plain = reader, rows, plain
        self.size = len(plain.groups)
        self.own = self._own()
        self._periods()
        code = 0 if plain.names is None else plain.names.codes[:, None]
        kinds = np.broadcast_to(
            code * self.size + np.arange(self.size), (plain.places.size, self.size)
        ).reshape(-1)
        known, self.firsts, found = np.unique(kinds, return_index=True, return_inverse=True)
        self.kind = found.reshape(-1)
        self.kinds = len(known)
        self.places = (plain.places[:, None] * _WIDE + np.arange(self.size)).reshape(-1)
        self.actual = np.stack([group.actual for group in plain.groups], axis=1).reshape(-1)

    def _own(self) -> list[Draft]:
        """Read the rows that are not plain, as if all before them had been read."""
        found = []
        plain = {*self.plain.places.tolist()}
        for place in self.counted.each(range(len(self.rows))):
            if place in plain:
                continue
            if place - 1 in plain:
                before = self.reader.again()
                before.read(place, self.rows[place - 1])
                self.reader.above, self.reader.groups = before.above, before.groups
            read = self.reader.read(place + 1, self.rows[place])
            found += [Draft(place * _WIDE + i, raw) for i, raw in enumerate(read)]
        return found

    def _periods(self) -> None:
        """Take dates for months where each is the first of one, in all rows alike."""
        plain = self.plain
        values = [] if plain.periods is None else [one[0] for one in plain.periods.values]
        used = [] if plain.periods is None else np.unique(plain.periods.codes).tolist()
        periods = [group.period for group in plain.groups] + [values[i] for i in used]
        days = [one.day for one in periods if isinstance(one, PeriodName) and one.day]
        raw = [d.raw.period for d in self.own]
        days += [one.day for one in raw if isinstance(one, PeriodName) and one.day]
        self.cut = all(day.day == 1 for day in days)
        if self.cut:
            read = by_month([d.raw for d in self.own])
            self.own = [d._replace(raw=raw) for d, raw in zip(self.own, read, strict=True)]

    def whole(self, period: object) -> PeriodName | None:
        """Return a period as all rows are read: a month for the first of one."""
        if not isinstance(period, PeriodName):
            return None
        return PeriodName(period.label[:7]) if period.day and self.cut else period

    def raw(self, draft: int) -> RawRow:
        """Return the raw row of a plain one, by its number among them."""
        row, group = divmod(draft, self.size)
        place = int(self.plain.places[row])
        found = self.reader.again().read(place + 1, self.rows[place])[group]
        return attrs.evolve(found, period=self.whole(found.period))

    def summary(self) -> list[RawRow]:
        """Return the raw rows that decide the funnel: one plain row for all of its kind."""
        sums = np.zeros(self.kinds, dtype=np.int64)
        np.add.at(sums, self.kind, self.actual)
        drafts = list(self.own)
        for kind, first in enumerate(self.firsts.tolist()):
            raw = self.raw(first)
            total = ParsedNumber(value=Decimal(int(sums[kind])), precision=Decimal(1))
            raw = attrs.evolve(raw, numbers={**raw.numbers, "actual": total})
            drafts.append(Draft(int(self.places[first]), raw, kind))
        return [draft.raw for draft in sorted(drafts, key=lambda one: one.place)]
