"""Pipedrive deals to a stage history.

Field names as in Pipedrive's API reference: deals (``id``, ``add_time``, ``stage_id``,
``stage_change_time``, ``status``, ``won_time``, ``lost_time``, ``lost_reason``, ``value``,
``owner_id`` or ``user_id``, ``channel``, ``origin``, ``pipeline_id``; ``is_deleted`` in version 2,
``deleted`` in version 1); stages (``id``, ``name``, ``order_nr``); ``GET /deals/{id}/changelog``
(``field_key``, ``old_value``, ``new_value``, ``time``, ``is_bulk_update_flag``);
``GET /deals/{id}/flow`` (``object``, ``data`` with ``item_id``, ``field_key``, ``log_time``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from salesfunnel.data.history import StageHistory
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault
from salesfunnel.intake.crm._changes import LOST, WON, Changes
from salesfunnel.intake.crm._records import flag, text_of
from salesfunnel.intake.crm._stages import stages_of

__all__ = ["pipedrive"]

Entry = Mapping[str, Any]
_FIELDS = {
    "name": "title",
    "owner": "owner",
    "channel": "channel",
    "origin": "origin",
    "pipeline": "pipeline_id",
    "currency": "currency",
    "lost_reason": "lost_reason",
}


def pipedrive(
    records: Any,
    *,
    changes: Mapping[Any, Any] | Sequence[Any] | None = None,
    funnel: Funnel | None = None,
    stages: Iterable[Any] | None = None,
    as_of: Any = None,
    tz: str | None = None,
    dayfirst: bool | None = None,
) -> StageHistory:
    """Make a stage history of Pipedrive deals.

    Parameters
    ----------
    records : sequence of dict, response with ``data``, CSV path or text
        Deals, of version 1 or 2 of the API.
    changes : mapping from deal id to its changelog, or sequence of entries, optional
        Entries of the changelog; in a sequence each names its deal by ``deal_id`` or ``item_id``.
        Entries of ``flow`` serve, too.
    funnel : Funnel, optional
        Whose stage keys the stage ids are.
    stages : sequence of stage ids, or of the stages endpoint's records
        In order. A stage ``"won"`` is added at the end: Pipedrive keeps won apart from stages.
    as_of, tz, dayfirst
        As in ``read_stage_history``; Pipedrive writes UTC.

    Returns
    -------
    StageHistory
        The first stage of a deal is the old value of its first change, at ``add_time``; without
        changes the current stage, at ``stage_change_time`` or ``add_time``. Changes of ``status``
        tell of deals that were reopened; a stage changed in a deal that stays closed counts at its
        close. Bulk updates, and deleted deals, which are left out, are reported.

    Raises
    ------
    IntakeError
        With every fault, if no stage change can be read.
    """
    listed = stages_of(stages, funnel, lost=(LOST,))
    if listed.ids:
        ids = (*(stage for stage in listed.ids if stage != WON), WON)
        listed = attrs.evolve(listed, ids=ids, won=WON)
    found = Changes(stages=listed, tz=tz, dayfirst=dayfirst, funnel=funnel)
    past = _by_deal(found, changes)
    batch = 0
    for row, record in found.records(records, "records"):
        deal = text_of(record.get("id"))
        if not found.deal(deal, row, "id"):
            continue
        mine = past.pop(deal, [])
        gone = flag(record.get("is_deleted")) or flag(record.get("deleted"))
        if gone or text_of(record.get("status")) == "deleted":
            found.drop(deal)
            continue
        added = found.moment(record.get("add_time"), row, "add_time")
        if added is not None:
            found.created[deal] = added
        moves = _moves(found, mine)
        batch += sum(flag(entry.get("is_bulk_update_flag")) is True for _, entry in moves)
        _walk(found, deal, record, moves, row)
        owner = record.get("owner_id") or record.get("user_id")
        found.describe(deal, {**record, "owner": owner}, _FIELDS, row, "value")
    found.orphans(past, "changes")
    if batch:
        found.faults.append(Fault.of("batch-edits", changes=batch))
    return found.history(as_of)


def _moves(found: Changes, entries: list[tuple[int, Entry]]) -> list[tuple[Any, Entry]]:
    """Return the changes of stage and of status that have a time, in order of time."""
    moves = []
    for number, entry in entries:
        key = text_of(entry.get("field_key"))
        if key not in {"stage_id", "status"}:
            continue
        field = "time" if text_of(entry.get("time")) else "log_time"
        when = found.moment(entry.get(field), number, field)
        if when is not None:
            moves.append((when, entry))
        elif not text_of(entry.get(field)):
            found.fault("change-without-time", number, field, entry.get("new_value"))
    moves.sort(key=lambda move: move[0])
    return moves


def _walk(
    found: Changes, deal: str, record: Entry, moves: list[tuple[Any, Entry]], row: int
) -> None:
    """Keep the stages of a deal, its closes, and the stage in which it was opened again."""
    added = found.created.get(deal)
    status = text_of(record.get("status"))
    steps = [(when, entry) for when, entry in moves if entry.get("field_key") == "stage_id"]
    turns = [(when, entry) for when, entry in moves if entry.get("field_key") == "status"]
    told = bool(turns) and text_of(turns[-1][1].get("new_value")) == status
    closed = turns[-1][0] if told else _closing(found, record, row)
    end = closed if status in {WON, LOST} else None
    stage = text_of(steps[0][1].get("old_value") if steps else record.get("stage_id"))
    if steps or turns:
        found.enter(deal, stage, added, row, "old_value" if steps else "stage_id")
    else:
        changed = found.moment(record.get("stage_change_time"), row, "stage_change_time")
        now = added if changed is None else changed
        now = min(now, end) if now is not None and end is not None else now
        found.enter(deal, stage, now, row, "stage_id")
    for when, entry in moves:
        new = text_of(entry.get("new_value"))
        if entry.get("field_key") == "stage_id":
            stage = new
        elif new in {WON, LOST}:
            found.enter(deal, new, when, row, "status")
            continue
        elif new != "open":
            found.fault("status-not-understood", row, "status", new)
            continue
        found.enter(deal, stage, when if end is None else min(when, end), row, "new_value")
    if status in {WON, LOST} and not told:
        found.enter(deal, status, closed, row, f"{status}_time")
    elif status not in {WON, LOST, "open", ""}:
        found.fault("status-not-understood", row, "status", status)


def _closing(found: Changes, record: Entry, row: int) -> Any:
    """Return when a deal that is won or lost was closed."""
    status = text_of(record.get("status"))
    if status not in {WON, LOST}:
        return None
    when = found.moment(record.get(f"{status}_time"), row, f"{status}_time")
    return found.moment(record.get("close_time"), row, "close_time") if when is None else when


def _by_deal(found: Changes, changes: Any) -> dict[str, list[tuple[int, Entry]]]:
    """Return the entries of each deal, with their numbers."""
    past: dict[str, list[tuple[int, Entry]]] = {}
    if isinstance(changes, Mapping) and "data" not in changes:
        for deal, entries in changes.items():
            if entries is not None:
                pairs = found.records(entries, "changes")
                past[text_of(deal)] = [(row, _plain(entry)) for row, entry in pairs]
    elif changes is not None:
        for row, entry in found.records(changes, "changes"):
            one = _plain(entry)
            deal = text_of(one.get("deal_id")) or text_of(one.get("item_id"))
            past.setdefault(deal, []).append((row, one))
    return past


def _plain(entry: Entry) -> Entry:
    """Return an entry of the flow as one of the changelog."""
    data = entry.get("data")
    return data if isinstance(data, Mapping) else entry
