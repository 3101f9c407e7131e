"""A table of orders, by columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel.data.events import columns as event_columns
from salesfunnel.fault import Fault
from salesfunnel.intake.cells.in_columns import Words, words_in
from salesfunnel.intake.files.columns import Column
from salesfunnel.intake.files.grid import shown

__all__ = ["Orders"]


@attrs.define(kw_only=True)
class Orders:
    """A table of orders, by columns.

    Parameters
    ----------
    names : sequence of str
        The header.
    columns : sequence of Column
        The cells below it.
    rows : ndarray of int64
        The number of each row, from 1 without the header.
    roles : mapping of str to int
        Where each role stands.
    states : sequence of int
        The columns of states of orders.
    faults : list of Fault
        Where faults go.
    """

    names: Sequence[str]
    columns: Sequence[Column]
    rows: npt.NDArray[np.int64]
    roles: Mapping[str, int]
    states: Sequence[int]
    faults: list[Fault] = attrs.field(factory=list)
    _words: dict[int, Words] = attrs.field(factory=dict, init=False)

    def column(self, role: str) -> Column:
        """Return the column of a role."""
        return self.columns[self.roles[role]]

    def words(self, place: int) -> Words:
        """Return a column as codes of its texts."""
        if place not in self._words:
            self._words[place] = words_in(self.columns[place])
        return self._words[place]

    def filled(self, place: int) -> npt.NDArray[np.bool_]:
        """Return in which cells of a column something stands."""
        codes, values = self.words(place)
        return np.array([*map(bool, values), False], dtype=np.bool_)[codes]

    def coded(self, place: int, *, ordered: bool = False) -> event_columns.Categorical:
        """Return a column as codes of its texts, -1 where blank; `ordered`: the texts sorted."""
        codes, values = self.words(place)
        if not ordered:
            if "" not in values:
                return event_columns.Categorical(codes, tuple(values))
            blank = values.index("")
            table = np.arange(len(values), dtype=np.int32)
            table[blank:] -= 1
            table[blank] = -1
            return event_columns.Categorical(
                table.take(codes), (*values[:blank], *values[blank + 1 :])
            )
        names = sorted(filter(None, values))
        where = {name: i for i, name in enumerate(names)}
        table = np.array([*(where.get(value, -1) for value in values), -1], dtype=np.int32)
        return event_columns.Categorical(table.take(codes), tuple(names))

    def forget(self) -> None:
        """Let go of what was read of the cells."""
        self._words.clear()

    def release(self) -> None:
        """Let go of the cells."""
        self.columns = ()
        self._words.clear()

    def shown(self, role: str, at: int) -> str:
        """Return the text of one cell."""
        _, cells = self.column(role).distinct(np.array([at]))
        return shown(cells[0])

    def fault(self, code: str, role: str, at: int | None = None, **params: object) -> None:
        """Keep a fault of the column of a role, at a row where `at` names its place."""
        options: dict[str, Any] = {"severity": "error", **params}
        self.faults.append(
            Fault.of(
                code,
                row=None if at is None else int(self.rows[at]),
                column=self.names[self.roles[role]],
                **options,
            )
        )
