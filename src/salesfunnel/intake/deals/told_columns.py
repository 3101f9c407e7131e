"""Check the columns of a table of deals: whole ids, and which one is the amount."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesfunnel.intake.deals.column_kinds import ColumnKind
from salesfunnel.intake.deals.headers import fold_header, roles_of
from salesfunnel.intake.deals.outcomes import OutcomeWords
from salesfunnel.intake.deals.roles import RoleFinder
from salesfunnel.intake.deals.vocabulary.lookup import vendors
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
    if "created" in roles and shape.kind == "list":
        name = table.names[roles["created"]]
        if fold_header(name) in vendors().weak and "created" not in roles_of(name):
            reader.note("date-as-created", severity="warning", column=name)
    if "value" in roles:
        _tell_amount(reader, shape)
        return
    finder = _finder(reader)
    found = [table.names[at] for at in finder.amounts({*roles.values(), *shape.times.values()})]
    if len(found) > 1:
        call = f'columns={{"value": "{found[0]}"}}'
        value = ", ".join(found)
        reader.note("amount-candidates", severity="warning", value=value, call=call)


def _tell_amount(reader: ColumnReader, shape: Shape) -> None:
    """Say which other columns may be the amount, where the header of one is as good a name."""
    table, at = reader.table, shape.roles["value"]
    if "value" not in roles_of(table.names[at]):
        return
    finder = _finder(reader)
    kinds = finder.kinds
    used = {*shape.roles.values(), *shape.times.values()}
    others = [
        table.names[place]
        for place in finder.candidates("value")
        if place not in used and kinds[place].is_number and not kinds[place].is_time
        and not _is_weak(table.names[place])
    ]  # fmt: skip
    if others and not _is_weak(table.names[at]):
        call = f'columns={{"value": "{others[0]}"}}'
        value = ", ".join(others)
        reader.note("amount-of-several", column=table.names[at], value=value, call=call)


def _finder(reader: ColumnReader) -> RoleFinder:
    table = reader.table
    kinds = tuple(ColumnKind(table, place) for place in range(len(table.names)))
    return RoleFinder(table=table, kinds=kinds, words=OutcomeWords())


def _is_weak(name: str) -> bool:
    """Whether a header means an amount only where no better one is next to it."""
    return any(word in fold_header(name) for word in ("expected", "forecast", "weighted")) or (
        fold_header(name) in vendors().weak
    )
