"""Find the table of deals in a source: its worksheet, its header, its shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs
import numpy as np

from salesfunnel._core.checks import duplicates
from salesfunnel._core.errors import UnknownNameError
from salesfunnel.intake.deals.headers import roles_of, stage_of_header
from salesfunnel.intake.deals.list_reader import StagesWanted
from salesfunnel.intake.deals.outcomes import OutcomeWords
from salesfunnel.intake.deals.recognise import recognise
from salesfunnel.intake.deals.refused_tables import refuse_table
from salesfunnel.intake.deals.roles import COLUMN_KEYS
from salesfunnel.intake.deals.shape import Shape, plain_name
from salesfunnel.intake.deals.table import DealTable, word_of
from salesfunnel.intake.files.body import Body, body_below
from salesfunnel.intake.files.grid import Grid, shown

__all__ = ["FoundTable", "find_table", "has_deals"]

_SEARCHED = 40


@attrs.frozen(kw_only=True)
class FoundTable:
    """A table of deals.

    Parameters
    ----------
    table : DealTable
        Its columns.
    shape : Shape
        What it is.
    others : tuple of str
        Other worksheets that hold deals.
    twice : tuple of str
        Headers that come twice.
    beyond : tuple of (int, str)
        Rows with cells beyond the header, and what stands there.
    """

    table: DealTable
    shape: Shape
    others: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()
    beyond: tuple[tuple[int, str], ...] = ()


def find_table(
    grids: Sequence[Grid],
    columns: Mapping[str, str] | None,
    wanted: StagesWanted,
    words: OutcomeWords,
    date_format: str | None,
) -> FoundTable:
    """Return the first table of deals in the worksheets.

    Raises
    ------
    IntakeError
        If there is none.
    UnknownNameError
        If a name in `columns` is not there.
    """
    if columns and "amount" in columns and "amount" not in wanted.keys:
        columns = {("value" if key == "amount" else key): at for key, at in columns.items()}
    for name in columns or {}:
        if name not in COLUMN_KEYS and wanted.keys and name not in wanted.keys:
            raise UnknownNameError(
                f"'columns' must have keys of roles or stages, got {name!r}",
                hint=f"known are {', '.join(map(repr, sorted({*COLUMN_KEYS, *wanted.keys})))}",
            )
    found = [_in_grid(grid, columns, wanted, words, date_format) for grid in grids]
    places = [at for at, one in enumerate(found) if one is not None]
    if not places:
        rows = [tuple(shown(cell).strip() for cell in row) for row in grids[0].rows[:_SEARCHED]]
        refuse_table(grids[0], rows, lambda row: _header_score(row, wanted), columns, wanted.keys)
    others = tuple(grids[at].name or "" for at in places[1:])
    first = found[places[0]]
    if first is None:
        raise AssertionError
    return attrs.evolve(first, others=others)


def _header_score(names: Sequence[str], wanted: StagesWanted) -> int:
    """Return how many headers of a row we know."""
    known = 0
    for name in names:
        if name and len(name) < 80:
            known += (
                bool(roles_of(name))
                or plain_name(name) in wanted.names
                or bool(stage_of_header(name))
            )
    return known


def _in_grid(
    grid: Grid,
    columns: Mapping[str, str] | None,
    wanted: StagesWanted,
    words: OutcomeWords,
    date_format: str | None,
) -> FoundTable | None:
    """Return the table of a worksheet, below the row of its first 40 that knows most headers."""
    rows: list[tuple[int, int]] = []
    for at, row in enumerate(grid.rows[:_SEARCHED]):
        names = [shown(cell).strip() for cell in row]
        if columns and not set(columns.values()) <= set(names):
            continue
        score = _header_score(names, wanted)
        if score > 1 or (columns and score) or columns:
            rows.append((-score, at))
    for _, at in sorted(rows)[:3]:
        found = _below(grid, at, columns, wanted, words, date_format)
        if found is not None:
            return found
    return None


def _below(
    grid: Grid,
    at: int,
    columns: Mapping[str, str] | None,
    wanted: StagesWanted,
    words: OutcomeWords,
    date_format: str | None,
) -> FoundTable | None:
    names = tuple(shown(cell).strip() for cell in grid.rows[at])
    unlike = _unlike(names)
    body = _without_headers(body_below(grid, at, len(names)), names)
    table = DealTable(unlike, body.numbers, body.columns)
    beyond = [(number, " ".join(words)[:80]) for number, words in body.beyond]
    given = {
        COLUMN_KEYS[k]: unlike.index(v) for k, v in (columns or {}).items() if _is_role(k, wanted)
    }
    times = {k: unlike.index(v) for k, v in (columns or {}).items() if not _is_role(k, wanted)}
    shape = recognise(
        table, given=given, given_times=times, own=wanted.own, known=wanted.names, words=words,
        date_format=date_format,
    )  # fmt: skip
    if shape is None:
        return None
    twice = tuple(duplicates(name for name in names if name))
    return FoundTable(table=table, shape=shape, twice=twice, beyond=tuple(beyond))


def _is_role(key: str, wanted: StagesWanted) -> bool:
    return key in COLUMN_KEYS and key not in wanted.keys


def _without_headers(body: Body, names: Sequence[str]) -> Body:
    """Return the rows that do not repeat the header, as grouped exports do."""
    again = np.arange(len(body))
    for column, name in zip(body.columns, names, strict=True):
        if not again.size:
            return body
        again = again[column.maybe(name)[again]]
        codes, cells = column.distinct(again)
        same = np.array([word_of(cell) == name for cell in cells], dtype=np.bool_)
        again = again[same.take(codes)]
    if not again.size:
        return body
    keep = np.ones(len(body), dtype=np.bool_)
    keep[again] = False
    return body.take(np.flatnonzero(keep))


def _unlike(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of columns, the second of a name with "(2)" behind."""
    found: list[str] = []
    taken: set[str] = set()
    last: dict[str, int] = {}
    for name in names:
        number, one = last.get(name, 1), name
        while name and one in taken:
            number += 1
            one = f"{name} ({number})"
        last[name] = number
        taken.add(one)
        found.append(one)
    return tuple(found)


def has_deals(grid: Grid, columns: Mapping[str, str] | None) -> bool:
    """Whether some row of a table has the headers of deals: an id or name, and a stage or dates."""
    for row in grid.rows[:_SEARCHED]:
        names = [shown(cell).strip() for cell in row]
        if columns and not set(columns.values()) <= set(names):
            continue
        roles = {role for name in names if name and len(name) < 80 for role in roles_of(name)}
        if "deal" in roles or ("name" in roles and "stage" in roles):
            return True
    return False
