"""Arrangement: what the columns of a table hold."""

from __future__ import annotations

import attrs

from salesfunnel.fault import Param
from salesfunnel.intake.sheet.names import Role
from salesfunnel.intake.sheet.wide import Slot

__all__ = ["Arrangement"]


@attrs.define(kw_only=True)
class Arrangement:
    """The roles of the columns of a table.

    Parameters
    ----------
    roles : list of str or None
        The role of each column.
    slots : tuple of Slot
        The columns of numbers of a wide table.
    order : int, optional
        The column that numbers the steps.
    notes : list of (str, str, mapping)
        What is to be said of it: code, severity, and figures of each fault.
    doubt : str
        Why it is not a table, in words for the hint; "" where it is one or nothing is near.
    by_content : bool
        Whether words did not tell all of it.
    blank_is_value : bool
        Whether a blank cell of a segment is a group of its own, not the one above it.
    """

    roles: list[Role | None]
    slots: tuple[Slot, ...] = ()
    order: int | None = None
    notes: list[tuple[str, str, dict[str, Param]]] = attrs.field(factory=list)
    doubt: str = ""
    by_content: bool = False
    blank_is_value: bool = False

    @property
    def is_table(self) -> bool:
        """Whether it has what a tracking sheet must have."""
        return bool(self.slots) or (
            "actual" in self.roles and bool({"stage", "metric"} & {*self.roles})
        )

    def note(self, code: str, severity: str, **params: Param) -> None:
        """Keep what is to be said."""
        self.notes.append((code, severity, params))
