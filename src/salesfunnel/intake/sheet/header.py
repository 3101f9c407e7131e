"""Header: where the header of a grid is and what its columns hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from salesfunnel._core.formula_escape import unescape_cell
from salesfunnel.intake.files.grid import Grid, shown
from salesfunnel.intake.sheet.names import Role, fold, role_of
from salesfunnel.intake.sheet.two_row_header import of_two_rows
from salesfunnel.intake.sheet.wide import Slot, metrics_across, months_across, segments_across

_SEARCHED = 40


@attrs.frozen(kw_only=True)
class Header:
    """Where the header of a grid stands and what its columns hold; `slots` those of a wide one."""

    at: int
    names: tuple[str, ...]
    roles: tuple[Role | None, ...]
    slots: tuple[Slot, ...] = ()

    @property
    def score(self) -> int:
        """How many different columns we know."""
        return len({role for role in self.roles if role})

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


def find_header(rows: Sequence[Sequence[Any]]) -> Header | None:
    """Return the row among the first ones that knows most columns, None where none knows two."""
    best: Header | None = None
    seen = 0
    for at, row in enumerate(rows):
        names = _names(row)
        if not any(names):
            continue
        seen += 1
        if seen > _SEARCHED:
            break
        both = of_two_rows(names, _names(rows[at + 1])) if at + 1 < len(rows) else None
        if both is not None:
            at, names = at + 1, both  # noqa: PLW2901 - a header of two rows ends with the second
        roles = _roles(names)
        slots = months_across(names, roles) or metrics_across(names, roles, rows[at + 1 :])
        if both is not None and not slots:
            slots = segments_across(names, roles)
        header = Header(at=at, names=names, roles=roles, slots=slots)
        if (header.score >= 2 or slots) and (best is None or _rank(header) > _rank(best)):
            best = header
    return best


def _names(row: Sequence[Any]) -> tuple[str, ...]:
    return tuple(" ".join(unescape_cell(shown(cell)).split()) for cell in row)


def _rank(header: Header) -> tuple[bool, int]:
    return header.is_table, header.score


def _roles(names: Sequence[str]) -> tuple[Role | None, ...]:
    """Return what each column holds; the first of several with one role has it."""
    roles: list[Role | None] = []
    for name in names:
        role = role_of(name) if name and len(name) < 80 else None
        roles.append(None if role in roles else role)
    return tuple(roles)


def is_header_again(row: Sequence[Any], header: Header) -> bool:
    """Whether a row repeats the header, as printed sheets do on each page."""
    again = [fold(shown(cell)) for cell in row]
    return any(again) and again == [fold(name) for name in header.names][: len(again)]


def fill_merged(grid: Grid, header: Header) -> list[list[Any]]:
    """Return the rows below the header with cells that were merged downwards filled."""
    rows = [list(row) for row in grid.rows]
    for (top, left), (bottom, right) in grid.merged:
        inside = header.at < top <= bottom < len(rows)
        if inside and left == right and left < len(rows[top]):
            for i in range(top + 1, bottom + 1):
                if left < len(rows[i]) and shown(rows[i][left]) == "":
                    rows[i][left] = rows[top][left]
    return rows[header.at + 1 :]
