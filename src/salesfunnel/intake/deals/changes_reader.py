"""Rows of changes, of stays in a stage, or of a flat change log, to a stage history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import nearest
from salesfunnel._core.moments import end_of_day
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
from salesfunnel.intake.deals.change_ends import before_first, closings, ends_of_rows
from salesfunnel.intake.deals.change_stages import (
    inferred_stages,
    with_dead_ends,
    with_won_stage,
)
from salesfunnel.intake.deals.column_reader import ColumnReader
from salesfunnel.intake.deals.field_rows import (
    FieldRows,
    field_of,
    log_fields,
    state_fields,
    with_fields,
)
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
    as_of: np.datetime64 | None,
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
    fields: dict[str, FieldRows] = {}
    if shape.kind == "log":
        fields = log_fields(reader, roles)
        _keep_stage_rows(reader, roles, fields)
    times = reader.times(roles["time"], keep=False)
    labels = reader.table.words(roles["stage"])
    keep = _usable(reader, roles, times, labels)
    given = bool(wanted.keys)
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
    closed = reader.times(roles.get("closed"))
    moment = None if as_of is None else end_of_day(as_of, (times, closed))
    if moment is None:
        dated = times if keep.all() else times[known]
        moment = assumed_moment(reader, {roles["time"]: dated, **closings(reader, roles, words)})
    names, code = sorted_ids(reader.table, roles["deal"])
    reader.table.forget(roles["deal"])
    reader.table.forget(roles["time"])
    rows = np.flatnonzero(known & (times <= moment))
    _tell_late(reader, known & (times > moment), times, code, rows, names.size, moment)
    if rows.size == code.size:
        rows = order_by(code, times.view(np.int64))
    else:
        rows = rows.take(order_by(code.take(rows), times.take(rows).view(np.int64)))
    changes = Changes(reader=reader, roles=roles, rows=rows, names=names, code=code, moment=moment)
    extra = [
        *before_first(changes, times, wanted),
        *ends_of_rows(changes, shape, times, rank, words, wanted),
    ]
    goal = wanted.keys.index(wanted.goal) if wanted.goal is not None else len(wanted.keys) - 1
    born, value, texts = changes.created(), changes.last_values(), changes.last_texts()
    if shape.kind != "log":
        fields = state_fields(changes, times)
    strange = keep & (rank < 0) & (times <= moment)
    moves = [
        np.concatenate([code.take(rows), *(one.code for one in extra)]),
        np.concatenate([rank.take(rows), *(one.rank for one in extra)]),
        np.concatenate([times.take(rows), *(one.when for one in extra)]),
    ]
    if not {"value", "currency"} & roles.keys() and not strange.any():
        reader.release()
        changes = attrs.evolve(changes, rows=rows[:0], code=code[:0])
        del rows, code, keep, known
    del rank, times, labels
    history = history_of_codes(
        names,
        moves,
        stages=wanted.keys,
        as_of=moment,
        goal=goal,
        created=born,
        value=value,
        attributes=texts,
        funnel=funnel if funnel is not None and funnel.keys == wanted.keys else None,
        faults=reader.faults,
    )
    history = with_currency(history, changes)
    history = history if given else with_dead_ends(history)
    return with_fields(with_all_deals(history, changes, strange), fields)


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
    moment: object,
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


def _keep_stage_rows(
    reader: ColumnReader, roles: Mapping[str, int], fields: Mapping[str, FieldRows]
) -> None:
    """Keep the rows of a change log that are of the stage."""
    codes, words = reader.table.words(roles["field"])
    stage = np.array([is_stage_field(word) for word in words] or [False])[codes]
    read = {word for word in words if field_of(word) in fields}
    left = sorted({word for word in words if word and not is_stage_field(word)} - read)
    if left:
        column = reader.table.names[roles["field"]]
        others = np.isin(codes, [words.index(word) for word in left])
        rows, value = int(others.sum()), ", ".join(left[:12])
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
    else:
        wanted = with_won_stage(reader, shape, labels, words, wanted, keep)
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
