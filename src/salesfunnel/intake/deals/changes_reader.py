"""Rows of changes, of stays in a stage, or of a flat change log, to a stage history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import nearest
from salesfunnel._kernels.order import order_by
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.coded_changes import history_of_codes
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import IntakeError
from salesfunnel.intake.deals.as_of import assumed_moment
from salesfunnel.intake.deals.change_columns import (
    Changes,
    sorted_ids,
    with_all_deals,
    with_currency,
)
from salesfunnel.intake.deals.change_stages import inferred_stages
from salesfunnel.intake.deals.column_reader import ColumnReader
from salesfunnel.intake.deals.list_reader import StagesWanted
from salesfunnel.intake.deals.list_stages import stage_key
from salesfunnel.intake.deals.outcomes import OutcomeWords, fold_label
from salesfunnel.intake.deals.shape import Shape
from salesfunnel.intake.deals.shape_of_changes import is_stage_field

__all__ = ["changes_history"]

_NAT = np.datetime64("NaT", "us")
_LOST = "lost"
Times = npt.NDArray[np.datetime64]
Ints = npt.NDArray[Any]


def changes_history(
    reader: ColumnReader,
    shape: Shape,
    words: OutcomeWords,
    wanted: StagesWanted,
    as_of: Any,
    funnel: Funnel | None,
) -> StageHistory:
    """Read rows of changes.

    Parameters
    ----------
    reader : ColumnReader
        The table.
    shape : Shape
        Which column is what.
    words : OutcomeWords
        Known outcomes.
    wanted : StagesWanted
        The caller's stages; inferred where it has none.
    as_of : datetime64[us], optional
        The moment of the data.
    funnel : Funnel, optional
        The definition of the stages.
    """
    roles = shape.roles
    if shape.kind == "log":
        _keep_stage_rows(reader, roles)
    times = reader.times(roles["time"])
    labels = reader.table.words(roles["stage"])
    keep = _usable(reader, roles, times, labels)
    wanted, meaning = _meanings(reader, shape, labels, words, wanted, keep)
    rank_of = _ranks(labels[1], meaning, wanted)
    rank = rank_of.take(labels[0])
    _tell_strange(reader, roles["stage"], labels, meaning, wanted, keep)
    known = keep & (rank >= 0)
    if not known.any():
        raise IntakeError(
            "'source' must hold a change to a known stage, got none", reader.faults,
            hint=f"the stages are {', '.join(wanted.keys)}",
        )  # fmt: skip
    moment = as_of
    if moment is None:
        dated = times if keep.all() else times[known]
        moment = assumed_moment(reader, {roles["time"]: dated})
    names, code = sorted_ids(reader.table, roles["deal"])
    rows = np.flatnonzero(known & (times <= moment))
    _tell_late(reader, known & (times > moment), times, code, rows, names.size, moment)
    rows = rows.take(order_by(code.take(rows), times.take(rows).view(np.int64)))
    changes = Changes(reader=reader, roles=roles, rows=rows, names=names, code=code, moment=moment)
    extra = [
        *_before_first(changes, times, wanted),
        *_ends_of_rows(changes, shape, times, rank, words, wanted),
    ]
    goal = wanted.keys.index(wanted.goal) if wanted.goal is not None else len(wanted.keys) - 1
    history = history_of_codes(
        names,
        np.concatenate([code.take(rows), *(one.code for one in extra)]),
        np.concatenate([rank.take(rows), *(one.rank for one in extra)]),
        np.concatenate([times.take(rows), *(one.when for one in extra)]),
        stages=wanted.keys,
        as_of=moment,
        goal=goal,
        created=changes.created(),
        value=changes.last_values(),
        attributes=changes.last_texts(),
        funnel=funnel,
        faults=reader.faults,
    )
    history = with_currency(history, changes)
    return with_all_deals(history, changes, keep & (rank < 0) & (times <= moment))


def _ranks(
    labels: Sequence[str], meaning: Mapping[str, str | None], wanted: StagesWanted
) -> npt.NDArray[np.int8]:
    """Return the place of the stage of each label; that behind the last for lost, -1 unknown."""
    place = {key: k for k, key in enumerate(wanted.keys)}
    place.setdefault(_LOST, len(wanted.keys))
    narrow = np.min_scalar_type(-len(wanted.keys) - 2)
    return np.array([*(place.get(meaning[label] or "", -1) for label in labels), -1], dtype=narrow)


def _tell_late(
    reader: ColumnReader,
    late: npt.NDArray[np.bool_],
    times: Times,
    code: Ints,
    rows: Ints,
    deals: int,
    moment: Any,
) -> None:
    """Say how many changes came after the moment of the data."""
    if not late.any():
        return
    never = np.bincount(code[late], minlength=deals) > 0
    never[code[rows]] = False
    row = int(np.argmax(late))
    reader.note(
        "after-as-of",
        row=reader.number(row),
        times=int(late.sum()),
        value=str(times[row])[:19],
        deals=int(never.sum()),
        day=str(moment)[:10],
    )


def _keep_stage_rows(reader: ColumnReader, roles: Mapping[str, int]) -> None:
    """Keep the rows of a change log that are of the stage."""
    codes, words = reader.table.words(roles["field"])
    stage = np.array([is_stage_field(word) for word in words] or [False])[codes]
    left = sorted({word for word in words if word and not is_stage_field(word)})
    if left:
        column = reader.table.names[roles["field"]]
        rows, value = int((~stage).sum()), ", ".join(left[:12])
        reader.note("log-rows-of-others", column=column, rows=rows, value=value)
    reader.table = reader.table.take(stage)


def _usable(
    reader: ColumnReader, roles: Mapping[str, int], times: Times, labels: tuple[Ints, list[str]]
) -> npt.NDArray[np.bool_]:
    """Return the rows with a deal and a time; the others are faults."""
    named = reader.table.filled(roles["deal"])
    unknown = np.isnat(times)
    staged = np.array([*map(bool, labels[1]), False])[labels[0]]
    if (unknown | ~named).any():
        written = reader.table.filled(roles["time"])
        for row in np.flatnonzero(~named | (unknown & ~written)).tolist():
            if not named[row]:
                reader.fault("deal-without-id", row, roles["deal"], "")
            else:
                reader.fault("change-without-time", row, roles["time"], "")
    return np.asarray(named & ~unknown & staged)


def _meanings(
    reader: ColumnReader,
    shape: Shape,
    labels: tuple[Ints, list[str]],
    words: OutcomeWords,
    wanted: StagesWanted,
    keep: npt.NDArray[np.bool_],
) -> tuple[StagesWanted, dict[str, str | None]]:
    """Return the stages, and what each label means: a key, "lost", or None."""
    if not wanted.keys:
        wanted = inferred_stages(reader, shape, labels, words, keep)
    goal = wanted.goal if wanted.goal is not None else wanted.keys[-1]
    meaning: dict[str, str | None] = {}
    for label in labels[1]:
        key = stage_key(label, wanted.names) if label else None
        code = words.stage(label) if key is None else None
        meaning[label] = key if key is not None else {1: goal, 2: _LOST}.get(code or 0)
    return attrs.evolve(wanted, goal=goal), meaning


def _tell_strange(
    reader: ColumnReader,
    at: int,
    labels: tuple[Ints, list[str]],
    meaning: Mapping[str, str | None],
    wanted: StagesWanted,
    keep: npt.NDArray[np.bool_],
) -> None:
    for place, label in enumerate(labels[1]):
        if not label or meaning[label] is not None:
            continue
        close = nearest(fold_label(label), wanted.names) or ""
        for row in np.flatnonzero((labels[0] == place) & keep).tolist():
            reader.fault("unknown-stage-of-deal", row, at, label, nearest=close)


class Extra(NamedTuple):
    """Changes that no row tells of its own: deal, place of the stage, time."""

    code: Ints
    rank: Ints
    when: Times


def _before_first(changes: Changes, times: Times, wanted: StagesWanted) -> list[Extra]:
    """Return the stage that each deal was in before its first change, entered when it was created.

    Where the creation is not known the moment of the change stands in, with a fault.
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
    with np.errstate(invalid="ignore"):
        known = born <= when
    if not known.all():
        reader.note(
            "first-stage-undated",
            severity="warning",
            deals=int((~known).sum()),
            column=reader.table.names[roles["old"]],
        )
    return [Extra(changes.code.take(first), rank, np.where(known, born, when))]


def _ends_of_rows(
    changes: Changes,
    shape: Shape,
    times: Times,
    rank: Ints,
    words: OutcomeWords,
    wanted: StagesWanted,
) -> list[Extra]:
    """Return the ends of deals that no stage tells: a status beside, or a stay that was left."""
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
