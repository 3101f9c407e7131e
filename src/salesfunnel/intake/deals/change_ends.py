"""Changes that no row tells of its own: the stage before the first one, and how deals ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.whole_days import before
from salesfunnel.intake.deals.change_columns import Changes
from salesfunnel.intake.deals.column_reader import ColumnReader
from salesfunnel.intake.deals.list_reader import StagesWanted
from salesfunnel.intake.deals.list_stages import stage_key
from salesfunnel.intake.deals.outcomes import OutcomeWords
from salesfunnel.intake.deals.shape import Shape

__all__ = ["Extra", "before_first", "closings", "ends_of_rows"]

Times = npt.NDArray[np.datetime64]
Ints = npt.NDArray[Any]


class Extra(NamedTuple):
    """Changes that no row tells of its own: deal, place of the stage, time."""

    code: Ints
    rank: Ints
    when: Times


def before_first(changes: Changes, times: Times, wanted: StagesWanted) -> list[Extra]:
    """Return the stage that each deal was in before its first change, entered when it was created.

    Where the creation is not known the moment of the change is used, with a fault.
    """
    roles, reader = changes.roles, changes.reader
    if "old" not in roles:
        return []
    first = changes.first_rows()
    codes, olds = reader.table.words(roles["old"])
    keys = [stage_key(old, wanted.names) if old else None for old in olds]
    place = {key: k for k, key in enumerate(wanted.keys)}
    table = np.array([*(place.get(key or "", -1) for key in keys), -1], dtype=np.int64)
    rank = table.take(codes.take(first))
    first, rank = first[rank >= 0], rank[rank >= 0]
    born = reader.times(roles.get("created")).take(first)
    when = times.take(first)
    known = ~np.isnat(born) & ~before(when, born)
    if not known.all():
        reader.note(
            "first-stage-undated",
            severity="warning",
            deals=int((~known).sum()),
            column=reader.table.names[roles["old"]],
        )
    return [Extra(changes.code.take(first), rank, np.where(known, np.fmin(born, when), when))]


def closings(
    reader: ColumnReader, roles: Mapping[str, int], words: OutcomeWords
) -> dict[int, Times]:
    """Return by its column when deals closed, of rows whose status says that they did.

    The closing of a deal may be later than every change; that of an open one may be a plan.
    """
    if not {"closed", "status"} <= roles.keys():
        return {}
    codes, texts = reader.table.words(roles["status"])
    over = np.array([*(words.status(text) in (1, 2) if text else False for text in texts), False])
    closed = reader.times(roles["closed"])
    return {roles["closed"]: np.where(over[codes], closed, np.datetime64("NaT", "us"))}


def ends_of_rows(
    changes: Changes,
    shape: Shape,
    times: Times,
    rank: Ints,
    words: OutcomeWords,
    wanted: StagesWanted,
) -> list[Extra]:
    """Return the ends of deals that no stage tells: a status column, or a stay that was left."""
    roles, reader = changes.roles, changes.reader
    last = changes.last_rows()
    lost, goal = len(wanted.keys), wanted.keys.index(str(wanted.goal))
    ended = np.isin(rank.take(last), [lost, goal])
    found: list[Extra] = []
    if "status" in roles:
        codes, texts = reader.table.words(roles["status"])
        meanings = [words.status(text) if text else None for text in texts]
        said = np.array([*(meaning or 0 for meaning in meanings), 0])[codes.take(last)]
        here = ~ended & ((said == 1) | (said == 2))
        mine = last[here]
        closed = reader.times(roles.get("closed")).take(mine)
        closed[closed > changes.moment] = np.datetime64("NaT", "us")
        ends = np.fmax(times.take(mine), closed)
        found.append(Extra(changes.code.take(mine), np.where(said[here] == 2, lost, goal), ends))
        ended |= here
        if mine.size:
            column = reader.table.names[roles["status"]]
            reader.note("ends-by-status", column=column, deals=int(mine.size))
    if shape.kind == "spells":
        left = reader.times(roles.get("left")).take(last)
        here = ~ended & (left <= changes.moment)
        mine = last[here]
        found.append(Extra(changes.code.take(mine), np.full(mine.size, lost), left[here]))
        if mine.size:
            column = reader.table.names[roles["left"]]
            reader.note("lost-by-leaving", severity="warning", deals=int(mine.size), column=column)
    return found
