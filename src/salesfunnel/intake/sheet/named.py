"""Columns that the caller names: columns= and segment=."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from salesfunnel._core.checks import did_you_mean
from salesfunnel._core.errors import ArgumentError, UnknownNameError
from salesfunnel.intake.files.grid import Grid, shown
from salesfunnel.intake.sheet.header import Header
from salesfunnel.intake.sheet.names import ROLES

__all__ = ["check_there", "named_columns"]


def named_columns(
    columns: object, segment: object
) -> tuple[dict[str, str], tuple[str, ...] | None]:
    """Return the columns of roles and of segments, checked.

    Raises
    ------
    ArgumentError
        If they are of another kind.
    UnknownNameError
        If there is no such role.
    """
    if columns is not None and not isinstance(columns, Mapping):
        raise ArgumentError(
            f"'columns' must be a mapping such as {{'actual': 'users'}}, got {columns!r}"
        )
    for role, name in (columns or {}).items():
        if role not in ROLES:
            raise UnknownNameError(
                f"'columns' must have keys of {', '.join(map(repr, ROLES))}, got {role!r}",
                hint=did_you_mean(role, ROLES),
            )
        if not isinstance(name, str):
            raise ArgumentError(f"'columns' must hold names of columns, got {name!r}")
    if segment is None:
        return dict(columns or {}), None
    groups = (segment,) if isinstance(segment, str) else segment
    if not isinstance(groups, Iterable) or not all(isinstance(name, str) for name in groups):
        raise ArgumentError(f"'segment' must be names of columns, got {segment!r}")
    return dict(columns or {}), tuple(groups)


def check_there(
    found: Sequence[tuple[Grid, Header | None]],
    columns: Mapping[str, str],
    segment: Sequence[str] | None,
) -> None:
    """Raise UnknownNameError where no header has the columns that were named."""
    wanted = [*columns.values(), *(segment or ())]
    if not wanted or any(header is not None for _, header in found):
        return
    rows = (row for grid, _ in found for row in grid.rows[:40])
    known = [
        [" ".join(shown(cell).split()) for cell in row]
        for row in rows
        if sum(bool(shown(cell).strip()) for cell in row) > 1
    ]
    best = max(known, key=lambda names: sum(name in names for name in wanted), default=[])
    missing = next((name for name in wanted if name not in best), wanted[0])
    raise UnknownNameError(
        f"'columns' must be in the header, got {missing!r}",
        hint=did_you_mean(missing, [name for name in best if name]),
    )
