"""A table of orders, by columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel.data.events import columns as cols
from salesfunnel.data.events.arrow import open_column
from salesfunnel.fault import Fault
from salesfunnel.intake.files.grid import shown

__all__ = ["Orders"]


@attrs.define(kw_only=True)
class Orders:
    """A table of orders, by columns.

    Parameters
    ----------
    names : sequence of str
        The header.
    column : callable
        Returns the cells of the column at a place: text, or as a dataframe has them.
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
    column: Callable[[int], Any]
    rows: npt.NDArray[np.int64]
    roles: Mapping[str, int]
    states: Sequence[int]
    faults: list[Fault] = attrs.field(factory=list)

    def cells(self, role: str) -> Any:
        """Return the cells of a role, None where no column has it."""
        return self.column(self.roles[role]) if role in self.roles else None

    def texts(self, place: int) -> list[str]:
        """Return a column as text, "" where blank."""
        column = open_column(self.column(place))
        if isinstance(column, cols.Times):
            column = cols.code("column", column)
        if isinstance(column, cols.Coded):
            column = cols.names_array([*column.values, None])[column.codes]
        cells = column.tolist() if hasattr(column, "tolist") else column
        return ["" if cols.is_missing(cell) else shown(cell).strip() for cell in cells]

    def fault(self, code: str, role: str, at: int | None = None, **params: Any) -> None:
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
