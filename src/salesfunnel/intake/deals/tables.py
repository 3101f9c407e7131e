"""Tables of deals to a stage history: one row a deal, or one row a stage change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from salesfunnel._core.checks import nearest
from salesfunnel.data.history import LOST, OPEN, WON, StageHistory, history_from_changes
from salesfunnel.data.history.quality import quality_faults
from salesfunnel.fault import IntakeError
from salesfunnel.intake.deals.cells import Reader, outcome_words, word_of
from salesfunnel.intake.deals.columns import Deals, folded_word

__all__ = ["one_row_a_change", "one_row_a_deal"]

_NAT = np.datetime64("NaT", "us")
_SHOWN = 10
Body = Sequence[tuple[int, Sequence[Any]]]


def one_row_a_deal(found: Deals, body: Body, reader: Reader, as_of: Any) -> StageHistory:
    """Read a table with a column of times a stage."""
    body = reader.unique_deals(body)
    entered = np.full((len(body), len(found.stages)), _NAT)
    for k, stage in enumerate(found.stages):
        if stage in found.times:
            entered[:, k] = reader.times(body, found.times[stage])
    created = reader.times(body, found.roles.get("created"))
    closed = reader.times(body, found.roles.get("closed"))
    goal = found.stages.index(found.goal)
    outcome = _outcomes(found, body, reader, entered[:, goal], closed)
    closed = _ends(outcome, closed, entered[:, goal], reader)
    moment = _known_moment(as_of, (entered, created, closed), reader)
    begun = _begun((entered, created), moment)
    outcome[closed > moment] = OPEN
    times = sum(_cut(array, moment) for array in (entered, created, closed))
    if times:
        later = int((~begun).sum())
        reader.note("after-as-of", times=times, deals=later, day=str(moment)[:10])
    body = [row for row, there in zip(body, begun, strict=True) if there]
    entered, created, closed = (a[begun] for a in (entered, created, closed))
    outcome = outcome[begun]
    closed = _closed(outcome, closed, entered, body, reader)
    gap = (outcome == WON) & np.isnat(entered[:, goal]) & ~np.isnat(closed)
    entered[gap, goal] = closed[gap]
    if gap.any() and found.goal in found.times:
        row = body[int(np.argmax(gap))][0]
        reader.note("won-without-last-stage", row=row, deals=int(gap.sum()))
    history = StageHistory(
        deals=[reader.deal(row) for _, row in body],
        stages=found.stages,
        entered=entered,
        outcome=outcome,
        as_of=moment,
        created=np.where(np.isnat(created), _first(entered), created),
        closed=closed,
        value=reader.values(body),
        attributes={found.names[at]: [_word(row, at) for _, row in body] for at in found.rest},
        funnel=found.funnel,
    )
    return attrs.evolve(history, faults=(*reader.faults, *quality_faults(history)))


def _word(row: Sequence[Any], at: int) -> str:
    return word_of(row[at]) if at < len(row) else ""


def _first(entered: Any) -> Any:
    """Return the earliest entry of each deal."""
    return np.fmin.reduce(entered, axis=1) if entered.size else np.full(len(entered), _NAT)


def _last(entered: Any) -> Any:
    """Return the latest entry of each deal."""
    return np.fmax.reduce(entered, axis=1) if entered.size else np.full(len(entered), _NAT)


def _begun(times: Sequence[Any], moment: Any) -> Any:
    """Return which deals had begun by the moment of the data; those without any time have."""
    known = np.zeros(len(times[0]), dtype=np.bool_)
    before = np.zeros(len(times[0]), dtype=np.bool_)
    for array in times:
        for column in (array,) if array.ndim == 1 else array.T:
            known |= ~np.isnat(column)
            before |= column <= moment
    return before | ~known


def _cut(times: Any, moment: Any) -> int:
    """Take out times after the moment of the data, and return how many there were."""
    later = times > moment
    times[later] = _NAT
    return int(later.sum())


def _outcomes(found: Deals, body: Body, reader: Reader, won_at: Any, closed: Any) -> Any:
    """Return the outcome of each deal: as stated, else by its last stage and closing time."""
    there = ~np.isnat(won_at)
    at = found.roles.get("outcome")
    if at is None:
        outcome = np.where(there, WON, np.where(np.isnat(closed), OPEN, LOST)).astype(np.int8)
        if (outcome == LOST).any():
            reader.note("lost-by-closing", severity="warning", deals=int((outcome == LOST).sum()))
        return outcome
    known = outcome_words(found)
    outcome = np.zeros(len(body), dtype=np.int8)
    strange: dict[str, list[int]] = {}
    for i, (number, row) in enumerate(body):
        word = _word(row, at)
        code = known.get(folded_word(word))
        if code is None:
            strange.setdefault(word, []).append(number)
        outcome[i] = code or OPEN
    for word, rows in strange.items():
        reader.note(
            "outcome-taken-as-open",
            severity="warning",
            row=rows[0],
            column=found.names[at],
            value=word[:80],
            deals=len(rows),
            rows=", ".join(map(str, rows[:_SHOWN])) + (", ..." if len(rows) > _SHOWN else ""),
            nearest=nearest(folded_word(word), filter(None, known)) or "",
        )
    contrary = there & (outcome != WON)
    if contrary.any():
        at_row = body[int(np.argmax(contrary))][0]
        params = {"row": at_row, "deals": int(contrary.sum())}
        reader.note("last-stage-not-won", severity="warning", **params)
    return outcome


def _ends(outcome: Any, closed: Any, won_at: Any, reader: Reader) -> Any:
    """Return when deals ended: not the expected end of open ones; a won one by its last stage."""
    still = (outcome == OPEN) & ~np.isnat(closed)
    if still.any():
        reader.note("closed-but-open", severity="warning", deals=int(still.sum()))
    closed = np.where(outcome == OPEN, _NAT, closed)
    return np.where((outcome == WON) & np.isnat(closed), won_at, closed)


def _closed(outcome: Any, closed: Any, entered: Any, body: Body, reader: Reader) -> Any:
    """Return closing times; the last known time stands in where there is none, with a fault."""
    gap = (outcome != OPEN) & np.isnat(closed)
    if gap.any():
        row = body[int(np.argmax(gap))][0]
        params = {"row": row, "deals": int(gap.sum())}
        reader.note("closed-without-time", severity="warning", **params)
    return np.where(gap, _last(entered), closed)


def _known_moment(as_of: Any, times: Sequence[Any], reader: Reader) -> Any:
    if as_of is not None:
        return as_of
    known = np.concatenate([array.ravel() for array in times])
    known = known[~np.isnat(known)]
    if not known.size:
        raise IntakeError(
            "'source' must hold at least one time, got none", reader.faults, hint="give as_of="
        )
    latest = known.max()
    reader.note("as-of-assumed", day=str(latest)[:19])
    return latest


def one_row_a_change(found: Deals, body: Body, reader: Reader, as_of: Any) -> StageHistory:
    """Read a table with a row a stage change."""
    kept = _changes(found, body, reader)
    when = np.array([time for _, _, time, _, _ in kept], dtype="M8[us]")
    moment = _known_moment(as_of, [when], reader)
    late = int((when > moment).sum())
    if late:
        begun = {deal for deal, _, time, _, _ in kept if time <= moment}
        deals = len({deal for deal, *_ in kept} - begun)
        reader.note("after-as-of", times=late, deals=deals, day=str(moment)[:10])
    kept = [kept[i] for i in np.argsort(when, kind="stable").tolist() if when[i] <= moment]
    attributes: dict[str, dict[str, str]] = {found.names[at]: {} for at in found.rest}
    value: dict[str, float] = {}
    created: dict[str, Any] = {}
    born = reader.times([(n, row) for *_, n, row in kept], found.roles.get("created"))
    for (deal, _, _, number, row), birth in zip(kept, born, strict=True):
        for at in found.rest:
            word = _word(row, at)
            if word:
                attributes[found.names[at]][deal] = word
        amount = reader.value(row, number)
        if amount is not None:
            value[deal] = amount
        if not np.isnat(birth) and birth <= moment:
            created.setdefault(deal, birth)
    return history_from_changes(
        [change[0] for change in kept],
        [change[1] for change in kept],
        np.array([change[2] for change in kept], dtype="M8[us]"),
        stages=found.stages,
        as_of=moment,
        created=created or None,
        value=value or None,
        attributes=attributes,
        funnel=found.funnel,
        won=found.goal,
        faults=reader.faults,
    )


def _changes(
    found: Deals, body: Body, reader: Reader
) -> list[tuple[str, str, Any, int, Sequence[Any]]]:
    """Return the changes that can be read: deal, stage, time, number of the row, the row."""
    kept = []
    at = found.roles["time"]
    for (number, row), time in zip(body, reader.times(body, at), strict=True):
        deal, stage = reader.deal(row), reader.stage(row, number)
        if not deal:
            reader.fault("deal-without-id", number, "deal", "")
        elif np.isnat(time):
            if not _word(row, at):  # else it is told already that it cannot be read
                reader.fault("change-without-time", number, "time", "")
        elif stage is not None:
            kept.append((deal, stage, time, number, row))
    return kept
