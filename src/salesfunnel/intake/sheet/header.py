"""Header: where the header of a grid is and what its columns hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from salesfunnel._core.formula_escape import unescape_cell
from salesfunnel.intake.cells.number import DecimalMark
from salesfunnel.intake.cells.read_number import read_number
from salesfunnel.intake.cells.read_period import read_period
from salesfunnel.intake.files.grid import Grid, shown
from salesfunnel.intake.sheet.arrange import arrange
from salesfunnel.intake.sheet.arrangement import Arrangement
from salesfunnel.intake.sheet.column_words import is_segment_name
from salesfunnel.intake.sheet.names import Role, fold, role_of
from salesfunnel.intake.sheet.segments import find_segments
from salesfunnel.intake.sheet.two_row_header import of_two_rows
from salesfunnel.intake.sheet.wide import Slot

_SEARCHED = 40
_TRIED = 4
"""Rows whose content is looked at, the likeliest headers first."""


@attrs.frozen(kw_only=True)
class Header:
    """Where the header of a grid stands and what its columns hold.

    Parameters
    ----------
    at : int
        The row of the header.
    names : tuple of str
        What the columns are called.
    roles : tuple of str or None
        What each column holds.
    slots : tuple of Slot
        The columns of numbers of a wide sheet.
    segments : tuple of int
        The columns that define groups.
    order : int, optional
        The column that numbers the steps.
    score : int
        How many columns the words of the header tell.
    notes : tuple of (str, str, mapping)
        What is to be said of it: code, severity and figures of each fault.
    doubt : str
        Why it is not a table, in words for the hint.
    blank_is_value : bool
        Whether a blank cell of a segment is a group of its own, not the one above it.
    """

    at: int
    names: tuple[str, ...]
    roles: tuple[Role | None, ...]
    slots: tuple[Slot, ...] = ()
    segments: tuple[int, ...] = ()
    order: int | None = None
    score: int = 0
    notes: tuple[Any, ...] = ()
    doubt: str = ""
    blank_is_value: bool = False

    @property
    def is_table(self) -> bool:
        """Whether it has what a tracking sheet must have."""
        return bool(self.slots) or (
            "actual" in self.roles and bool({"stage", "metric"} & set(self.roles))
        )

    @property
    def has_periods(self) -> bool:
        """Whether its rows, or its columns, say which period they are of."""
        return "period" in self.roles or any(slot.period is not None for slot in self.slots)


def find_header(
    rows: Sequence[Sequence[Any]],
    columns: Mapping[str, str] | None = None,
    segment: Sequence[str] | None = None,
    decimal: DecimalMark | None = None,
) -> Header | None:
    """Return the row among the first ones that makes a table, or else knows most columns.

    Parameters
    ----------
    rows : sequence of sequences
        All rows of a grid.
    columns : mapping of str to str, optional
        Roles whose columns are named by the caller; only rows with these names are headers.
    segment : sequence of str, optional
        The columns that define groups, by name.
    decimal : {".", ","}, optional
        The decimal mark.

    Returns
    -------
    Header or None
        None if no row may be one.
    """
    found = _candidates(rows, columns or {}, segment or ())
    found.sort(key=lambda one: (-one[2], one[0]))
    best: Header | None = None
    for at, names, score, two_rows in found[:_TRIED]:
        roles = _roles(names, columns or {}, segment or ())
        made = arrange(names, roles, rows[at + 1 :], two_rows=two_rows, decimal=decimal)
        header = Header(
            at=at,
            names=names,
            roles=tuple(made.roles),
            slots=made.slots,
            score=score,
            doubt=made.doubt,
        )
        if best is None or _rank(header) > _rank(best):
            told = segment is not None
            groups = (
                tuple(names.index(name) for name in segment or ())
                if told or not header.is_table
                else find_segments(made, names, rows[at + 1 :], decimal=decimal)
            )
            if header.is_table and made.by_content:
                _say_columns(made, names)
            best = attrs.evolve(
                header,
                segments=groups,
                order=made.order,
                notes=tuple(made.notes),
                blank_is_value=made.blank_is_value,
            )
    return best


def _candidates(
    rows: Sequence[Sequence[Any]], columns: Mapping[str, str], segment: Sequence[str]
) -> list[tuple[int, tuple[str, ...], int, bool]]:
    """Return the rows that may be a header: place, names, known words, whether of two rows.

    A row that knows two words may, and of the others the first whose cells are all names.
    """
    found = []
    wanted = {*columns.values(), *segment}
    seen = plain = 0
    for at, row in enumerate(rows):
        names = _names(row)
        if not any(names):
            continue
        seen += 1
        if seen > _SEARCHED:
            break
        both = of_two_rows(names, _names(rows[at + 1])) if at + 1 < len(rows) else None
        place, used = (at, names) if both is None else (at + 1, both)
        if not wanted <= set(used):
            continue
        score = len({role for role in _roles(used, columns, segment) if role})
        score += 2 * (both is not None)
        if score < 2 and not wanted:
            if plain >= 2 or not _may_be_names(used):
                continue
            plain += 1
        found.append((place, used, score, both is not None))
    return found


def _may_be_names(names: Sequence[str]) -> bool:
    """Whether cells may be a header: two at least, and none of them a plain number."""
    filled = [name for name in names if name]
    numbers = [name for name in filled if read_number(name).value is not None]
    periods = [name for name in numbers if read_period(name) is not None]
    return len(filled) > 1 and len(numbers) == len(periods) and len(periods) < len(filled)


_MAY_BE_STEPS = frozenset(
    map(fold, ("name", "full name", "page", "landing page", "活动", "活动名称", "项目", "姓名"))
)
"""Names of columns of groups that name steps as well."""


def _say_columns(made: Arrangement, names: Sequence[str]) -> None:
    """Say what the columns were taken for, where their words did not tell all of it."""
    roles = {role: names[i] for i, role in enumerate(made.roles) if role}
    label = roles.get("stage") or roles.get("metric")
    if made.slots:
        listed = ", ".join(dict.fromkeys(slot.header for slot in made.slots))[:200]
        made.note("read-as-columns", "info", value=listed)
    elif label is not None:
        made.note("read-as-rows", "info", stage=label, actual=roles.get("actual", ""))
        if is_segment_name(label) and fold(label) not in _MAY_BE_STEPS:
            made.note("steps-perhaps-groups", "warning", column=label)


def _names(row: Sequence[Any]) -> tuple[str, ...]:
    return tuple(" ".join(unescape_cell(shown(cell)).split()) for cell in row)


def _rank(header: Header) -> tuple[bool, int]:
    return header.is_table, header.score


def _roles(
    names: Sequence[str], columns: Mapping[str, str], segment: Sequence[str]
) -> tuple[Role | None, ...]:
    """Return what each column holds; the first of several with one role has it."""
    named: dict[str, Any] = {name: role for role, name in columns.items()}
    roles: list[Role | None] = []
    for name in names:
        if name in named or name in segment:
            role = named.get(name, "segment")
        else:
            role = role_of(name) if name and len(name) < 80 else None
            role = None if role in columns or (role == "segment" and segment) else role
        roles.append(None if role in roles else role)
    return tuple(roles)


def is_header_again(row: Sequence[Any], header: Header) -> bool:
    """Whether a row repeats the header, as printed sheets do on each page."""
    again = [fold(shown(cell)) for cell in row]
    return any(again) and again == [fold(name) for name in header.names][: len(again)]


def fill_merged(grid: Grid, header: Header) -> list[Sequence[Any]]:
    """Return the rows below the header with cells that were merged downwards filled."""
    if not grid.merged:
        return list(grid.rows[header.at + 1 :])
    rows: list[list[Any]] = [list(row) for row in grid.rows]
    for (top, left), (bottom, right) in grid.merged:
        inside = header.at < top <= bottom < len(rows)
        if inside and left == right and left < len(rows[top]):
            for i in range(top + 1, bottom + 1):
                if left < len(rows[i]) and shown(rows[i][left]) == "":
                    rows[i][left] = rows[top][left]
    return [*rows[header.at + 1 :]]
