"""Whether a row is a deal or a change: what the columns beside the stage say."""

from __future__ import annotations

from collections.abc import Sequence

from salesfunnel.intake.deals.headers import fold_header
from salesfunnel.intake.deals.roles import RoleFinder
from salesfunnel.intake.deals.table import DealTable
from salesfunnel.intake.deals.vocabulary.lookup import vendors

__all__ = ["FEW", "is_plain_date", "is_snapshot", "repeats"]

FEW = 10
"""This many rows with dates of creation and closing and no deal twice are a list for sure."""


def repeats(table: DealTable, places: Sequence[int]) -> bool:
    """Whether a value of the first of some columns comes again."""
    codes = table.column(places[0]).codes()
    return int(codes.max(initial=-1)) + 1 < codes.size


def is_plain_date(
    table: DealTable, finder: RoleFinder, time: int, deal: int, free: set[int]
) -> bool:
    """Whether a table with a column "date" and amounts has no deal twice: a row is a deal."""
    amounts = any(
        at in free and finder.kinds[at].is_number and not finder.kinds[at].is_time
        for at in finder.candidates("value")
    )
    plain = fold_header(table.names[time]) in vendors().weak
    return plain and amounts and len(table) >= FEW and not repeats(table, [deal])


def is_snapshot(finder: RoleFinder, free: set[int]) -> bool:
    """Whether other columns say that a row is a deal: when it was created or closed, its status."""
    return any(
        at in free and (finder.kinds[at].is_time or role == "status")
        for role in ("created", "closed", "won_at", "lost_at", "expected", "status")
        for at in finder.candidates(role)
    )
