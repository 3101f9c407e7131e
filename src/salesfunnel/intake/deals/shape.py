"""Shape: what a table of deals is, and which column is what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import attrs

from salesfunnel.intake.cells.read_number import clean
from salesfunnel.intake.deals.table import DealTable

__all__ = ["Shape", "ShapeKind", "names_at", "plain_name"]

ShapeKind = Literal["list", "times", "changes", "spells", "log"]


@attrs.frozen(kw_only=True)
class Shape:
    """The shape of a table of deals, and the roles of its columns.

    Parameters
    ----------
    kind : {"list", "times", "changes", "spells", "log"}
        One row per deal with its stage now; one row per deal with a time per stage; one row per
        change; per stay in a stage; per change of any field.
    roles : mapping of str to int
        The column of each role.
    times, exits : mapping of str to int
        By stage: the column of the time it was entered, left.
    by_stage : str
        Which column or columns made it this shape, for people.
    won : str
        The stage whose column is known as the time of winning, "" if none is.
    """

    kind: ShapeKind
    roles: dict[str, int]
    times: dict[str, int] = attrs.field(factory=dict)
    exits: dict[str, int] = attrs.field(factory=dict)
    by_stage: str = ""
    created_first: bool = False
    won: str = ""


def names_at(table: DealTable, places: Sequence[int]) -> str:
    """Return the headers of some columns, for people."""
    return ", ".join(table.names[at] for at in places)


def plain_name(name: str) -> str:
    """Return a name in lower case, with spaces for underscores and hyphens."""
    return " ".join(clean(name).replace("_", " ").replace("-", " ").split())
