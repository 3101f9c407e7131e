"""Rows of changes, of stays in a stage, or of a flat change log, to a stage history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import nearest
from salesfunnel.data.history import StageHistory, history_from_changes
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import IntakeError
from salesfunnel.intake.deals.as_of import assumed_moment
from salesfunnel.intake.deals.change_columns import (
    created,
    last_texts,
    last_values,
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
Ints = npt.NDArray[np.intp]


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
    deals = reader.table.texts(roles["deal"])
    labels = reader.table.words(roles["stage"])
    keep = _usable(reader, roles, deals, times, labels)
    wanted, meaning = _meanings(reader, shape, labels, words, wanted, keep)
    known = np.array([meaning.get(label) is not None for label in labels[1]] or [False])[labels[0]]
    _tell_strange(reader, roles["stage"], labels, meaning, wanted, keep)
    if not (keep & known).any():
        raise IntakeError(
            "'source' must hold a change to a known stage, got none", reader.faults,
            hint=f"the stages are {', '.join(wanted.keys)}",
        )  # fmt: skip
    moment = as_of
    if moment is None:
        moment = assumed_moment(
            reader, {roles["time"]: times[keep & known] if not keep.all() else times}
        )
    rows = np.flatnonzero(keep & known & (times <= moment))
    late = keep & known & (times > moment)
    if late.any():
        begun = np.unique(deals[rows])
        never = np.setdiff1d(np.unique(deals[late]), begun).size
        reader.note("after-as-of", row=reader.number(int(np.argmax(late))), times=int(late.sum()),
                    value=str(times[int(np.argmax(late))])[:19], deals=int(never),
                    day=str(moment)[:10])  # fmt: skip
    rows = rows[np.argsort(times[rows], kind="stable")]
    stage = np.array([meaning.get(label) or "" for label in labels[1]] or [""])[labels[0]]
    extra = _before_first(reader, roles, rows, deals, times, wanted)
    extra += _ends_of_rows(reader, shape, roles, rows, deals, times, stage, words, wanted, moment)
    history = history_from_changes(
        [*deals[rows].tolist(), *(one[0] for one in extra)],
        [*stage[rows].tolist(), *(one[1] for one in extra)],
        np.array([*times[rows], *(one[2] for one in extra)], dtype="datetime64[us]"),
        stages=wanted.keys,
        as_of=moment,
        created=created(reader, roles, rows, deals, moment),
        value=last_values(reader, roles, rows, deals),
        attributes=last_texts(reader, roles, rows, deals),
        funnel=funnel,
        won=wanted.goal,
        faults=reader.faults,
    )
    history = with_currency(history, reader, roles, rows, deals)
    return with_all_deals(history, reader, deals, times, keep & ~known, moment)


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
    reader: ColumnReader,
    roles: Mapping[str, int],
    deals: Any,
    times: Times,
    labels: tuple[Ints, list[str]],
) -> npt.NDArray[np.bool_]:
    """Return the rows with a deal and a time; the others are faults."""
    written = reader.table.filled(roles["time"])
    staged = np.array([bool(word) for word in labels[1]] or [False])[labels[0]]
    for row in range(len(deals)) if (np.isnat(times) | (deals == "")).any() else ():
        if not deals[row]:
            reader.fault("deal-without-id", row, roles["deal"], "")
        elif np.isnat(times[row]) and not written[row]:
            reader.fault("change-without-time", row, roles["time"], "")
    return np.asarray((deals != "") & ~np.isnat(times) & staged)


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


Extra = list[tuple[str, str, Any]]


def _before_first(
    reader: ColumnReader,
    roles: Mapping[str, int],
    rows: Ints,
    deals: Any,
    times: Times,
    wanted: StagesWanted,
) -> Extra:
    """Return the stage that each deal was in before its first change, entered when it was created.

    Where the creation is not known the moment of the change stands in, with a fault.
    """
    if "old" not in roles:
        return []
    olds = reader.table.texts(roles["old"])
    born = reader.times(roles.get("created"))
    seen: set[str] = set()
    found: Extra = []
    undated = 0
    for row in rows.tolist():
        deal = str(deals[row])
        if deal in seen:
            continue
        seen.add(deal)
        key = stage_key(str(olds[row]), wanted.names) if olds[row] else None
        if key is None:
            continue
        known = not np.isnat(born[row]) and born[row] <= times[row]
        undated += not known
        found.append((deal, key, born[row] if known else times[row]))
    if undated:
        reader.note(
            "first-stage-undated",
            severity="warning",
            deals=undated,
            column=reader.table.names[roles["old"]],
        )
    return found


def _ends_of_rows(
    reader: ColumnReader,
    shape: Shape,
    roles: Mapping[str, int],
    rows: Ints,
    deals: Any,
    times: Times,
    stage: Any,
    words: OutcomeWords,
    wanted: StagesWanted,
    moment: Any,
) -> Extra:
    """Return the ends of deals that no stage tells: a status beside, or a stay that was left."""
    last = {str(deals[row]): row for row in rows.tolist()}
    found: Extra = []
    ended: set[str] = {deal for deal, row in last.items() if stage[row] in {_LOST, wanted.goal}}
    status = roles.get("status")
    if status is not None:
        texts = reader.table.texts(status)
        closed = reader.times(roles.get("closed"))
        for deal, row in last.items():
            code = words.status(str(texts[row])) if texts[row] else None
            if deal in ended or code not in {1, 2}:
                continue
            ends = [times[row], *(t for t in (closed[row],) if not np.isnat(t) and t <= moment)]
            found.append((deal, _LOST if code == 2 else str(wanted.goal), max(ends)))
            ended.add(deal)
        if found:
            reader.note("ends-by-status", column=reader.table.names[status], deals=len(found))
    if shape.kind == "spells":
        left = reader.times(roles.get("left"))
        gone = [
            (d, row)
            for d, row in last.items()
            if d not in ended and not np.isnat(left[row]) and left[row] <= moment
        ]
        found += [(deal, _LOST, left[row]) for deal, row in gone]
        if gone:
            reader.note("lost-by-leaving", severity="warning", deals=len(gone),
                        column=reader.table.names[roles["left"]])  # fmt: skip
    return found
