"""The columns that define groups: channel, salesperson, device, store."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from typing import Any

from salesfunnel._core.formula_escape import unescape_cell
from salesfunnel.data.tracking import one_line
from salesfunnel.intake.cells.number import DecimalMark
from salesfunnel.intake.files.grid import shown
from salesfunnel.intake.sheet.arrangement import Arrangement
from salesfunnel.intake.sheet.column_words import is_segment_name
from salesfunnel.intake.sheet.content import columns_of
from salesfunnel.intake.sheet.names import Role, fold

__all__ = ["Groups", "find_segments"]

_KEYS: tuple[Role, ...] = ("period", "year", "stage", "metric")
_LONGEST = 60
"""A group has a short name; what is longer is a remark."""


def find_segments(
    made: Arrangement,
    names: Sequence[str],
    below: Sequence[Sequence[Any]],
    *,
    decimal: DecimalMark | None = None,
) -> tuple[int, ...]:
    """Return the columns whose cells name the segment of a row, in order of the sheet.

    Those whose names say so; and, where rows would come twice without, the owner or a column of
    short texts that distinguishes them, which is said in the notes.

    Parameters
    ----------
    made : Arrangement
        What the columns hold.
    names : sequence of str
        The header.
    below : sequence of sequences
        The rows under it.
    decimal : {".", ","}, optional
        The decimal mark.
    """
    base = [i for i, role in enumerate(made.roles) if role == "segment"]
    if any(slot.segment for slot in made.slots):
        return ()
    wide = bool(made.slots)
    slots = {slot.index for slot in made.slots}
    columns = columns_of(names, below, decimal=decimal)
    free = [
        column
        for column in columns
        if column.index not in slots and made.roles[column.index] in {None, "owner"}
    ]
    named = [
        column.index
        for column in free
        if is_segment_name(column.name) and column.kind in {"text", "count", "ordinal", "period"}
    ]
    if wide:
        base = sorted({*base, *named})
    keys = _keys(made, below)
    doubles = _doubles(keys, below, base)
    if doubles and base and not _doubles(keys, below, base, fill=False):
        made.blank_is_value = True
        return tuple(base)
    if not doubles:
        return tuple(base)
    owner = [i for i, role in enumerate(made.roles) if role == "owner"]
    texts = [
        column.index
        for column in free
        if column.kind == "text" and max(map(len, column.cells), default=0) <= _LONGEST
        and (wide or len({*column.cells}) < len(column.cells))
    ]  # fmt: skip
    ids = [c.index for c in free if c.kind == "ordinal" and len({*c.cells}) < len(c.cells)]
    candidates = [i for i in dict.fromkeys((*named, *owner, *texts, *ids)) if i not in base]
    found = _telling(keys, below, base, candidates, doubles)
    if not found:
        plain = _doubles(keys, below, base, fill=False)
        found = _telling(keys, below, base, candidates, plain, fill=False)
        made.blank_is_value = bool(found)
    if made.order in found:
        made.order = None
    for i in found:
        made.note("segment-inferred", "info", column=names[i])
    return tuple(sorted({*base, *found}))


def _telling(
    keys: Sequence[tuple[str, ...] | None],
    below: Sequence[Sequence[Any]],
    base: Sequence[int],
    candidates: Sequence[int],
    doubles: int,
    *,
    fill: bool = True,
) -> list[int]:
    """Return the fewest of the columns that leave no row twice; none where they cannot."""
    for one in candidates:
        if not _doubles(keys, below, [*base, one], fill=fill):
            return [one]
    taken: list[int] = []
    for one in candidates:
        fewer = _doubles(keys, below, [*base, *taken, one], fill=fill)
        if fewer < doubles:
            taken, doubles = [*taken, one], fewer
        if not doubles:
            return taken
    return []


def _keys(made: Arrangement, below: Sequence[Sequence[Any]]) -> list[tuple[str, ...] | None]:
    """Return what each row is of, its period, stage and metric; None for a row without figures."""
    places = [made.roles.index(role) for role in _KEYS if role in made.roles]
    numbers = [slot.index for slot in made.slots]
    if "actual" in made.roles:
        numbers.append(made.roles.index("actual"))
    columns = [_filled_down(below, i) for i in places]
    keys = zip(*columns, strict=True) if columns else repeat(())
    first = numbers[0] if numbers else 0
    return [
        # most rows have a figure in the first column of them
        key
        if (first < len(row) and type(row[first]) is str and row[first][:1].isalnum())
        or _has_figure(row, numbers)
        else None
        for row, key in zip(below, keys, strict=False)
    ]


def _doubles(
    keys: Sequence[tuple[str, ...] | None],
    below: Sequence[Sequence[Any]],
    places: Sequence[int],
    *,
    fill: bool = True,
) -> int:
    """Return how many rows come again when distinguished by these columns."""
    columns = [_filled_down(below, i) if fill else _folded(below, i) for i in places]
    found = [one for one in zip(keys, *columns, strict=True) if one[0] is not None]
    return len(found) - len(set(found))


def _filled_down(below: Sequence[Sequence[Any]], place: int) -> list[str]:
    """Return a column folded, blank cells as the one above: cells are often merged."""
    cells = _folded(below, place)
    if "" not in cells:
        return cells
    above = ""
    filled = []
    for cell in cells:
        above = cell or above
        filled.append(above)
    return filled


def _folded(below: Sequence[Sequence[Any]], place: int) -> list[str]:
    """Return a column folded, each distinct text once."""
    cells = [row[place] if place < len(row) else "" for row in below]
    if {*map(type, cells)} - {str}:
        cells = [cell if type(cell) is str else shown(cell) for cell in cells]
    known = {text: fold(text) for text in {*cells}}
    return [known[text] for text in cells]


def _has_figure(row: Sequence[Any], places: Sequence[int]) -> bool:
    """Whether anything is in one of the places."""
    for i in places:
        if i < len(row):
            cell = row[i]
            if (cell if type(cell) is str else shown(cell)).strip():
                return True
    return False


class Groups:
    """The segment of each row, in turn: cells of several columns as one name.

    Parameters
    ----------
    places : sequence of int
        The columns that define groups.
    safe : bool
        Whether cells were never text of a file, so that nothing in them is escaped.
    fill : bool
        Whether a blank cell takes the one above it, as merged cells do; else it is a group.
    """

    def __init__(self, places: Sequence[int], *, safe: bool, fill: bool) -> None:
        self.places = places
        self._fill = fill
        self._safe = safe
        self._above = [""] * len(places)

    def parts(self, row: Sequence[Any]) -> list[str]:
        """Return the cells of a row."""
        cells = [shown(row[i]) if i < len(row) else "" for i in self.places]
        return [one_line(cell if self._safe else unescape_cell(cell)) or "" for cell in cells]

    def of(self, row: Sequence[Any]) -> str:
        """Return the segment of the next row."""
        parts = self.parts(row)
        if not self._fill:
            return " / ".join(part or "–" for part in parts)
        self._above = [part or before for part, before in zip(parts, self._above, strict=True)]
        return " / ".join(part for part in self._above if part)
