"""Tables with a column of times per stage, to a stage history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.moments import end_of_day
from salesfunnel._kernels.whole_days import lifted
from salesfunnel.data.history import LOST, OPEN, WON, StageHistory
from salesfunnel.data.history.checks import with_faults
from salesfunnel.data.history.quality import quality_faults
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.intake.deals.as_of import assumed_moment
from salesfunnel.intake.deals.column_reader import ColumnReader
from salesfunnel.intake.deals.currencies import deal_currencies, with_currency
from salesfunnel.intake.deals.list_outcomes import list_outcomes, stage_codes
from salesfunnel.intake.deals.outcomes import OutcomeWords
from salesfunnel.intake.deals.row_ids import drop_footer, ids_of_rows
from salesfunnel.intake.deals.shape import Shape

__all__ = ["TimesTable", "times_history"]

_NAT = np.datetime64("NaT", "us")
Times = npt.NDArray[np.datetime64]
Codes = npt.NDArray[np.int8]


@attrs.frozen(kw_only=True)
class TimesTable:
    """Options for reading a table with times per stage.

    Parameters
    ----------
    stages : tuple of str
        Keys, in order.
    goal : int
        The place of the stage that means won.
    columns : mapping of str to int
        The column of each stage that has one.
    lost : tuple of int
        Columns of the times of stages that mean lost.
    """

    stages: tuple[str, ...]
    goal: int
    columns: dict[str, int]
    lost: tuple[int, ...] = ()
    funnel: Funnel | None = None


def times_history(
    reader: ColumnReader,
    shape: Shape,
    found: TimesTable,
    words: OutcomeWords,
    as_of: np.datetime64 | None,
) -> StageHistory:
    """Read a table with a column of times per stage.

    Parameters
    ----------
    reader : ColumnReader
        The table.
    shape : Shape
        Which column is what.
    found : TimesTable
        The stages.
    words : OutcomeWords
        Known outcomes.
    as_of : datetime64[us], optional
        The moment of the data.
    """
    roles = shape.roles
    drop_footer(
        reader, {**roles, **{f"stage {k}": at for k, at in enumerate(found.columns.values())}}
    )
    ids = ids_of_rows(reader, roles)
    reader.settle_order(
        [
            *found.columns.values(),
            *(roles[r] for r in ("created", "closed", "won_at", "lost_at") if r in roles),
        ]
    )
    entered: Times = np.full((len(ids), len(found.stages)), _NAT)
    for k, stage in enumerate(found.stages):
        if stage in found.columns:
            entered[:, k] = reader.times(found.columns[stage], keep=False)
    created, closed = reader.times(roles.get("created")), reader.times(roles.get("closed"))
    lost_at = reader.times(roles.get("lost_at"))
    for at in found.lost:
        lost_at = np.fmin(lost_at, reader.times(at))
    won_at = reader.times(roles.get("won_at"))
    entered[:, found.goal] = np.fmin(entered[:, found.goal], won_at)
    outcome = _outcomes(reader, shape, found, words, entered[:, found.goal], closed, lost_at)
    closed = np.where(np.isnat(closed) | ((outcome == LOST) & ~np.isnat(lost_at)), lost_at, closed)
    closed = _ends(outcome, closed, entered[:, found.goal], reader, stated="status" in roles)
    created, *steps, closed = lifted([created, *entered.T, closed])
    entered = np.stack(steps, axis=1)
    moment = None if as_of is None else end_of_day(as_of, (created, entered, closed))
    if moment is None:
        dated: dict[int, Times] = {
            at: entered[:, found.stages.index(s)] for s, at in found.columns.items()
        }
        if "created" in roles:
            dated[roles["created"]] = created
        ends = [roles[r] for r in ("closed", "lost_at", "won_at") if r in roles]
        dated.update(dict.fromkeys([*ends, *found.lost][:1], closed))
        moment = assumed_moment(reader, dated)
    kept, entered, created, closed, outcome = _until(
        reader, moment, entered, created, closed, outcome
    )
    if not kept.all():
        ids = ids[kept]
        reader.table = reader.table.take(kept)
    closed = _closed(outcome, closed, entered, reader)
    _fill_wins(reader, found, outcome, entered, closed)
    value, signs = reader.amounts(roles.get("value"))
    used = {*found.columns.values(), *shape.exits.values(), *found.lost}
    used |= {
        at
        for role, at in roles.items()
        if role in {"deal", "created", "closed", "status", "value", "won_at", "lost_at", "currency"}
    }
    attributes = with_currency(
        {
            name: reader.table.coded_texts(at)
            for at, name in enumerate(reader.table.names)
            if name and at not in used
        },
        deal_currencies(reader, roles, signs),
    )
    reader.release()
    born = np.where(np.isnat(created), _first(entered), created)
    for array in (entered, outcome, closed, value, born, ids):
        array.flags.writeable = False
    del created
    history = StageHistory(
        deals=ids,
        stages=found.stages,
        entered=entered,
        outcome=outcome,
        as_of=moment,
        created=born,
        closed=closed,
        value=value,
        attributes=attributes,
        funnel=found.funnel,
    )
    found_faults = quality_faults(history, rows=reader.table.numbers)
    return with_faults(history, (*reader.faults, *found_faults))


def _first(entered: Times) -> Times:
    """Return the earliest entry of each deal."""
    return np.fmin.reduce(entered, axis=1) if entered.size else np.full(len(entered), _NAT)


def _last(entered: Times) -> Times:
    """Return the latest entry of each deal."""
    return np.fmax.reduce(entered, axis=1) if entered.size else np.full(len(entered), _NAT)


def _outcomes(
    reader: ColumnReader,
    shape: Shape,
    found: TimesTable,
    words: OutcomeWords,
    won_at: Times,
    closed: Times,
    lost_at: Times,
) -> Any:
    """Return the outcome of each deal: as stated, else by its last stage and closing time."""
    there = ~np.isnat(won_at)
    roles = shape.roles
    if {"status", "is_won", "is_closed", "is_lost", "stage"} & roles.keys():
        labels = stage_codes(reader, roles.get("stage"), words)
        quiet = len(reader.faults)
        outcome = list_outcomes(
            reader, roles, words, labels,
            won_at=_without_status(won_at, roles), lost_at=_without_status(lost_at, roles),
            closed=closed,
        ).outcome  # fmt: skip
        reader.faults[quiet:] = [f for f in reader.faults[quiet:] if f.code != "no-outcomes"]
        contrary = there & (outcome != WON)
        if contrary.any() and len(found.stages) > 1:
            row = int(np.argmax(contrary))
            params = {"row": reader.number(row), "deals": int(contrary.sum())}
            reader.note("last-stage-not-won", severity="warning", **params)
        return outcome
    lost = ~np.isnat(lost_at) & ~(there & (won_at >= lost_at))
    by_closing = ~there & ~lost & ~np.isnat(closed)
    outcome = np.where(lost, LOST, np.where(there, WON, np.where(by_closing, LOST, OPEN)))
    if by_closing.any():
        reader.note("lost-by-closing", severity="warning", deals=int(by_closing.sum()))
    return outcome.astype(np.int8)


def _without_status(times: Times, roles: dict[str, int]) -> Times:
    """Return times of ends, none where a column states the outcome of each deal."""
    return np.full(len(times), _NAT) if "status" in roles else times


def _ends(
    outcome: Codes, closed: Times, won_at: Times, reader: ColumnReader, *, stated: bool
) -> Times:
    """Return when deals ended: not the expected end of open ones; a won one by its last stage."""
    still = (outcome == OPEN) & ~np.isnat(closed)
    if still.any() and stated:
        row = int(np.argmax(still))
        reader.note("closed-but-open", severity="warning", row=reader.number(row),
                    deals=int(still.sum()))  # fmt: skip
    closed = np.where(outcome == OPEN, _NAT, closed)
    return np.where((outcome == WON) & np.isnat(closed), won_at, closed)


def _until(
    reader: ColumnReader,
    moment: np.datetime64,
    entered: Times,
    created: Times,
    closed: Times,
    outcome: Codes,
) -> tuple[npt.NDArray[np.bool_], Times, Times, Times, Any]:
    """Take out what came after the moment of the data, and deals that had not begun."""
    begun = _begun((entered, created), moment)
    with np.errstate(invalid="ignore"):
        outcome = np.where(closed > moment, OPEN, outcome).astype(np.int8)
    later = [array > moment for array in (entered, created, closed)]
    times = sum(int(which.sum()) for which in later)
    if times:
        rows = later[0].any(axis=1) | later[1] | later[2]
        row = int(np.argmax(rows))
        value = str(np.fmax.reduce(np.append(entered[row], [created[row], closed[row]])))[:19]
        reader.note("after-as-of", row=reader.number(row), value=value, times=times,
                    deals=int((~begun).sum()), day=str(moment)[:10])  # fmt: skip
        for array, which in zip((entered, created, closed), later, strict=True):
            array[which] = _NAT
    if begun.all():
        return begun, entered, created, closed, outcome
    return begun, entered[begun], created[begun], closed[begun], outcome[begun]


def _begun(times: Sequence[Times], moment: np.datetime64) -> npt.NDArray[np.bool_]:
    """Return which deals had begun by the moment of the data; those without any time have."""
    known = np.zeros(len(times[0]), dtype=np.bool_)
    before = np.zeros(len(times[0]), dtype=np.bool_)
    for array in times:
        for column in (array,) if array.ndim == 1 else array.T:
            known |= ~np.isnat(column)
            before |= column <= moment
    return before | ~known


def _closed(outcome: Codes, closed: Times, entered: Times, reader: ColumnReader) -> Times:
    """Return closing times; the last known time is used if there is none, with a fault."""
    gap = (outcome != OPEN) & np.isnat(closed)
    if gap.any():
        row = reader.number(int(np.argmax(gap)))
        reader.note("closed-without-time", severity="warning", row=row, deals=int(gap.sum()))
    return np.where(gap, _last(entered), closed)


def _fill_wins(
    reader: ColumnReader, found: TimesTable, outcome: Codes, entered: Times, closed: Times
) -> None:
    """Enter won deals into the last stage at their closing, where they have no time for it."""
    gap = (outcome == WON) & np.isnat(entered[:, found.goal]) & ~np.isnat(closed)
    entered[gap, found.goal] = closed[gap]
    if gap.any() and found.stages[found.goal] in found.columns:
        row = reader.number(int(np.argmax(gap)))
        reader.note("won-without-last-stage", row=row, deals=int(gap.sum()))
