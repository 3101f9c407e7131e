"""Check the columns of a table of deals: whole ids, and which one is the amount."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesfunnel.intake.deals.column_kinds import ColumnKind
from salesfunnel.intake.deals.outcomes import OutcomeWords
from salesfunnel.intake.deals.roles import RoleFinder
from salesfunnel.intake.files.lost_digits import check_digits

if TYPE_CHECKING:
    from salesfunnel.intake.deals.column_reader import ColumnReader
    from salesfunnel.intake.deals.find_table import FoundTable
    from salesfunnel.intake.deals.shape import Shape

__all__ = ["tell_table"]


def tell_table(reader: ColumnReader, found: FoundTable) -> None:
    """Report what is to be said of the table itself; refuse ids that have lost digits.

    Raises
    ------
    IntakeError
        If ids are numbers that have lost digits, so that several may have become one.
    """
    _check_columns(reader, found.shape)
    if found.others:
        reader.note("worksheets-left", severity="warning", value=", ".join(found.others))
    for name in found.twice:
        reader.note("header-twice", severity="warning", column=name)
    for number, text in found.beyond:
        reader.note("cells-beyond-header", severity="warning", row=number, value=text)


def _check_columns(reader: ColumnReader, shape: Shape) -> None:
    """Say which columns may be the amount where none is; refuse ids that have lost digits.

    Raises
    ------
    IntakeError
        If ids are numbers that have lost digits, so that several may have become one.
    """
    table, roles = reader.table, shape.roles
    if "deal" in roles:
        at = roles["deal"]
        way = 'columns={"deal": ...}'
        reader.faults += check_digits(table.column(at), table.names[at], way)
    if "value" in roles:
        return
    kinds = tuple(ColumnKind(table, at) for at in range(len(table.names)))
    finder = RoleFinder(table=table, kinds=kinds, words=OutcomeWords())
    found = [table.names[at] for at in finder.amounts({*roles.values(), *shape.times.values()})]
    if len(found) > 1:
        call = f'columns={{"value": "{found[0]}"}}'
        value = ", ".join(found)
        reader.note("amount-candidates", severity="warning", value=value, call=call)
