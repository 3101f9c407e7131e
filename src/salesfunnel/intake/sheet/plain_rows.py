"""Plain rows: those of a sheet in which every cell is what it looks like, by columns.

A row is plain where its names are names and its figures whole numbers. Whatever else a row may
be, a total, a remark, a header again, a number with a unit, is for ``RowReader``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel.data.tracking import one_line
from salesfunnel.intake.cells.read_period import PeriodName
from salesfunnel.intake.files.columns import column_of
from salesfunnel.intake.files.grid import shown
from salesfunnel.intake.sheet.names import Role
from salesfunnel.intake.sheet.plain_cells import MOST, Coded, combined, is_plain, numbers_of
from salesfunnel.intake.sheet.row_reader import RowReader, label_of
from salesfunnel.intake.sheet.row_values import period_of
from salesfunnel.intake.sheet.wide import Slot

__all__ = ["Group", "PlainRows", "plain_rows_of"]

Ints = npt.NDArray[Any]
_NAMES: tuple[Role, ...] = ("stage", "metric")
_TEXTS: tuple[Role, ...] = ("owner", "note")
_NOT_PLAIN = {"rate", "stated_rate", "attainment", "unit"}
_GROUPS = 1000
_LEAST = 0.5
"""The share of rows that must be plain."""


@attrs.frozen(kw_only=True)
class Group:
    """What each row stands for once: one metric, period or segment of a wide sheet, or itself.

    Parameters
    ----------
    actual : ndarray of int64, shape (rows,)
        The counts.
    target : ndarray of int64, optional
        The targets.
    metric, segment : str
        What the header says.
    period : PeriodName, optional
        What the header says.
    """

    actual: Ints
    target: Ints | None = None
    metric: str = ""
    segment: str = ""
    period: PeriodName | None = None


@attrs.frozen(kw_only=True)
class PlainRows:
    """The plain rows of a sheet.

    Parameters
    ----------
    places : ndarray of int64, shape (rows,)
        Where each stands below the header, from 0.
    groups : sequence of Group
        What each row stands for.
    names : Coded, optional
        The stage or metric of each row.
    label : str
        Whether `names` are of stages or metrics.
    periods : Coded, optional
        The `PeriodName` of each row, with the text of its cell.
    segments : Coded, optional
        The segment of each row.
    texts : mapping of str to Coded
        Owner and note.
    other : sequence of (str, Coded)
        Cells of unknown columns, by label.
    """

    places: Ints
    groups: Sequence[Group]
    names: Coded | None = None
    label: Role = "metric"
    periods: Coded | None = None
    segments: Coded | None = None
    texts: Mapping[Role, Coded] = attrs.field(factory=dict)
    other: Sequence[tuple[str, Coded]] = ()


def plain_rows_of(reader: RowReader, rows: Sequence[Sequence[Any]]) -> PlainRows | None:
    """Return the plain rows below a header; None where reading all rows one by one is as well.

    Parameters
    ----------
    reader : RowReader
        Knows the header.
    rows : sequence of sequences
        The rows below it, merged cells filled.
    """
    header = reader.header
    width = len(header.names)
    keys = _keys_of(reader)
    if not keys or not _fits(reader):
        return None
    even = np.flatnonzero(np.fromiter(map(len, rows), np.int64, len(rows)) == width)
    if even.size < _LEAST * len(rows):
        return None
    kept = rows if even.size == len(rows) else [rows[i] for i in even.tolist()]
    columns = [column_of(list(cells)) for cells in zip(*kept, strict=True)]
    plain = np.ones(even.size, dtype=np.bool_)
    coded: dict[int, Coded] = {}
    slots = {slot.index for slot in header.slots}
    numbers = numbers_of(reader, columns)
    if numbers is None:
        return None
    for values, known in numbers.values():
        plain &= known & (values < MOST)
    for i in range(width):
        if i in numbers or i in slots or header.roles[i] == "target":
            continue
        codes, cells = columns[i].distinct()
        name = header.names[i] if i in keys else None
        good = np.array([is_plain(cell, name, reader.safe) for cell in cells], dtype=np.bool_)
        plain &= good[codes]
        coded[i] = Coded(codes=codes, values=cells)
    periods = _periods(reader, coded)
    if periods is not None:
        read = np.array([isinstance(one[0], PeriodName) for one in periods.values], dtype=np.bool_)
        plain &= read[periods.codes]
    chosen = np.flatnonzero(plain)
    if chosen.size < _LEAST * len(rows):
        return None
    return _taken(reader, even, chosen, coded, {i: one[0] for i, one in numbers.items()}, periods)


def _keys_of(reader: RowReader) -> set[int]:
    """Return the columns of names: periods, segments, steps."""
    wanted = {"period", "year", "segment", "stage", "metric"}
    roles = {i for i, role in enumerate(reader.header.roles) if role in wanted}
    return roles | {*reader.header.segments}


def _fits(reader: RowReader) -> bool:
    """Whether a table has none of the columns that need care in every row."""
    header = reader.header
    roles = {role for role in header.roles if role}
    names = [role for role in _NAMES if role in roles]
    across = {bool(slot.metric) for slot in reader.used}
    slots = {*(slot.index for slot in header.slots), *header.segments}
    labels = [
        label_of(name or f"column {i + 1}")
        for i, (name, role) in enumerate(zip(header.names, header.roles, strict=True))
        if role is None and i not in slots
    ]
    return (
        header.order is None
        and not reader.scales
        and not roles & _NOT_PLAIN
        and {slot.role for slot in header.slots} <= {"actual", "target"}
        and (not header.slots or not roles & {"actual", "target"})
        and (len(names) == 1) != (across == {True})
        and len(across) < 2
        and bool(header.slots) == bool(reader.used)
        and len(labels) == len({*labels})
        and len(reader.used) <= _GROUPS
    )


def _periods(reader: RowReader, coded: Mapping[int, Coded]) -> Coded | None:
    """Return the period of each row as read, and as written."""
    roles = reader.header.roles
    places = [roles.index(role) for role in ("period", "year") if role in roles]
    if not places:
        return None
    codes, firsts = combined([coded[i] for i in places])
    cells = [
        {roles[i]: coded[i].values[coded[i].codes[first]] for i in places}
        for first in firsts.tolist()
    ]
    values = [
        (period_of(one, reader.day_first, months=reader.months), one_line(shown(one.get("period"))))  # type: ignore[arg-type]
        for one in cells
    ]
    return Coded(codes=codes, values=values)


def _taken(
    reader: RowReader,
    even: Ints,
    chosen: Ints,
    coded: Mapping[int, Coded],
    numbers: Mapping[int, Ints],
    periods: Coded | None,
) -> PlainRows:
    """Return the chosen rows of the columns."""
    header = reader.header

    def some(one: Coded) -> Coded:
        return Coded(codes=one.codes[chosen], values=one.values)

    at = {role: i for i, role in enumerate(header.roles) if role}
    label: Role = "stage" if "stage" in at else "metric"
    places = list(header.segments) or ([at["segment"]] if "segment" in at else [])
    hidden = {*(slot.index for slot in header.slots), *header.segments}
    return PlainRows(
        places=even[chosen],
        groups=_groups(reader, {i: values[chosen] for i, values in numbers.items()}),
        names=some(coded[at[label]]) if label in at else None,
        label=label,
        periods=None if periods is None else some(periods),
        segments=_segments([some(coded[i]) for i in places]) if places else None,
        texts={role: some(coded[at[role]]) for role in _TEXTS if role in at},
        other=[
            (label_of(header.names[i] or f"column {i + 1}"), some(one))
            for i, one in coded.items()
            if header.roles[i] is None and i not in hidden
        ],
    )


def _segments(parts: Sequence[Coded]) -> Coded:
    codes, firsts = combined(parts)
    values = [
        " / ".join(one_line(shown(part.values[part.codes[first]])) for part in parts)
        for first in firsts.tolist()
    ]
    return Coded(codes=codes, values=values)


def _groups(reader: RowReader, numbers: Mapping[int, Ints]) -> list[Group]:
    """Return what each row stands for, in the order in which ``RowReader`` gives it."""
    header = reader.header
    if not header.slots:
        target = header.roles.index("target") if "target" in header.roles else -1
        return [Group(actual=numbers[header.roles.index("actual")], target=numbers.get(target))]
    held: dict[tuple[str | None, ...], list[Slot]] = {}
    for slot in reader.used:
        name = None if slot.period is None else slot.period.label
        held.setdefault((name, slot.metric, slot.segment), []).append(slot)
    groups = []
    for slots in held.values():
        of = {slot.role: numbers[slot.index] for slot in slots}
        groups.append(
            Group(
                actual=of.get("actual", np.zeros(0, dtype=np.int64)),
                target=of.get("target"),
                metric=slots[0].metric or "",
                segment=slots[0].segment or "",
                period=slots[0].period,
            )
        )
    return groups
