"""Histories of fields in rows of changes: amount, expected close date, owner, ... over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel.data.history import StageHistory
from salesfunnel.intake.deals.change_columns import Changes
from salesfunnel.intake.deals.column_reader import ColumnReader
from salesfunnel.intake.deals.headers import roles_of
from salesfunnel.intake.deals.shape_of_changes import is_stage_field

__all__ = ["FieldRows", "field_of", "log_fields", "state_fields", "with_fields"]

Times = npt.NDArray[np.datetime64]
FIELD_OF = {
    "value": "amount",
    "currency": "currency",
    "expected": "expected",
    "closed": "expected",
    "category": "category",
    "owner": "owner",
    "pipeline": "pipeline",
    "probability": "probability",
}
"""The field of a role; the close date of a deal that is open is the one expected."""
NUMBERS_AND_DATES = {"amount", "probability", "expected"}


class FieldRows(NamedTuple):
    """Values of a field of some deals at some times; `before`, where it is known, those before."""

    names: Sequence[str]  # ids of deals
    code: npt.NDArray[Any]  # place of the deal of each row among them
    time: Times
    value: npt.NDArray[Any]
    before: npt.NDArray[Any] | None = None


def field_of(name: str) -> str | None:
    """Return the field that a name means, None if it is none or the stage."""
    if is_stage_field(name):
        return None
    found = [(place, role) for role, place in roles_of(name).items() if role in FIELD_OF]
    return FIELD_OF[min(found)[1]] if found else None


def log_fields(reader: ColumnReader, roles: Mapping[str, int]) -> dict[str, FieldRows]:
    """Return the histories of fields in the rows of a change log that are not of the stage."""
    table = reader.table
    codes, words = table.words(roles["field"])
    meant = [field_of(word) for word in words]
    found: dict[str, FieldRows] = {}
    for field in dict.fromkeys(name for name in meant if name is not None):
        mine = np.array([name == field for name in meant] or [False])[codes]
        reader.table = table.take(mine)
        try:
            rows = _rows_of(reader, roles, field)
        finally:
            reader.table = table
        if rows.code.size:
            found[field] = rows
    return found


def _rows_of(reader: ColumnReader, roles: Mapping[str, int], field: str) -> FieldRows:
    time = reader.times(roles["time"], keep=False)
    code, names = reader.table.words(roles["deal"])
    value = _values(reader, field, roles["stage"])
    before = _values(reader, field, roles["old"]) if "old" in roles else None
    return FieldRows(names, code, time, value, before)


def _values(reader: ColumnReader, field: str, at: int) -> npt.NDArray[Any]:
    if field == "expected":
        return reader.times(at, keep=False).astype("datetime64[D]")
    if field in NUMBERS_AND_DATES:
        return reader.amounts(at)[0]
    return reader.table.texts(at)


def state_fields(changes: Changes, times: Times) -> dict[str, FieldRows]:
    """Return the histories of fields whose columns differ between the rows of a deal.

    Each row of changes holds the whole state of the deal after the change.
    """
    rows, code = changes.rows, changes.code
    found: dict[str, FieldRows] = {}
    if rows.size < 2:
        return found
    deal = code.take(rows)
    same = deal[1:] == deal[:-1]
    if not same.any():
        return found
    taken = {
        changes.roles.get(role) for role in ("deal", "time", "stage", "old", "created", "left")
    }
    names = changes.names.tolist()
    for role, field in FIELD_OF.items():
        at = changes.roles.get(role)
        if at is None or field in found or at in taken:
            continue
        column = _comparable(changes.reader, field, at).take(rows)
        known = (column[1:] == column[1:]) & (column[:-1] == column[:-1])
        differs = column[1:] != column[:-1]
        if not (same & known & differs).any():
            continue
        when = times.take(rows)
        if role == "closed" and not _typed_ahead(column, when):
            continue
        kept = np.append(True, ~same | differs)
        value = column[kept]
        if field not in NUMBERS_AND_DATES:
            value = changes.reader.table.texts(at).take(rows[kept])
        found[field] = FieldRows(names, deal[kept], when[kept], value)
    return found


def _typed_ahead(date: npt.NDArray[Any], time: Times) -> bool:
    """Whether most dates lie after the change that they were typed at."""
    known = ~np.isnat(date)
    return bool(known.any() and (date[known] > time[known]).mean() > 0.5)


def _comparable(reader: ColumnReader, field: str, at: int) -> npt.NDArray[Any]:
    """Return a column as numbers that differ where its values do."""
    if field in NUMBERS_AND_DATES:
        return _values(reader, field, at)
    return np.asarray(reader.table.words(at)[0])


def with_fields(history: StageHistory, fields: Mapping[str, FieldRows]) -> StageHistory:
    """Return a history with the histories of fields.

    Values before the first change stand from creation.
    """
    if not fields:
        return history
    place = {name: k for k, name in enumerate(history.deals.tolist())}
    changes = {}
    for field, rows in fields.items():
        known = np.array([*(place.get(name, -1) for name in rows.names), -1], dtype=np.int64)
        # of deals that are not there, without a time, or after the data: `with_changes` says so
        deal, time, value = known[rows.code], rows.time, rows.value
        mine = np.flatnonzero((deal >= 0) & ~np.isnat(time))
        if rows.before is not None and mine.size:
            order = mine[np.lexsort((mine, time[mine].view(np.int64), deal[mine]))]
            first = order[np.append(True, deal[order][1:] != deal[order][:-1])]
            old, born = rows.before[first], history.created[deal[first]]
            told = _told(old) & (born < time[first])
            deal = np.concatenate([deal[first][told], deal])
            time = np.concatenate([born[told], time])
            value = np.concatenate([old[told], value])
        if deal.size:
            changes[field] = {"deal": deal, "time": time, "value": value}
    return history.with_changes(changes) if changes else history


def _told(values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    if values.dtype.kind == "M":
        return np.asarray(~np.isnat(values))
    if values.dtype.kind == "f":
        return np.asarray(np.isfinite(values))
    return np.asarray(values != "")
