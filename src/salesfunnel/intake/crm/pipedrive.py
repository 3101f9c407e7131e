"""Pipedrive deals to a stage history.

Field names as in Pipedrive's API reference: deals (``id``, ``add_time``, ``stage_id``,
``stage_change_time``, ``status``, ``won_time``, ``lost_time``, ``lost_reason``, ``value``,
``owner_id`` or ``user_id``, ``channel``, ``origin``); ``GET /deals/{id}/changelog`` (``field_key``,
``old_value``, ``new_value``, ``time``, ``is_bulk_update_flag``); ``GET /deals/{id}/flow``
(``object``, ``data`` with ``item_id``, ``field_key``, ``log_time``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from salesfunnel.fault import Fault
from salesfunnel.funnel import Funnel
from salesfunnel.history import StageHistory
from salesfunnel.intake.crm._records import LOST, WON, Changes, flag, records_of, stage_ids, text_of

__all__ = ["pipedrive"]

_FIELDS = {
    "name": "title",
    "owner": "owner",
    "channel": "channel",
    "origin": "origin",
    "currency": "currency",
    "lost_reason": "lost_reason",
}


def pipedrive(
    records: Any,
    *,
    changes: Mapping[Any, Sequence[Any]] | Sequence[Any] | None = None,
    funnel: Funnel | None = None,
    stages: Iterable[Any] | None = None,
    as_of: Any = None,
    tz: str | None = None,
) -> StageHistory:
    """Make a stage history of Pipedrive deals.

    Parameters
    ----------
    records : sequence of dict, response with ``data``, CSV path or text
        Deals.
    changes : mapping from deal id to its changelog, or sequence of entries, optional
        Entries of the changelog; in a sequence each names its deal by ``deal_id`` or ``item_id``.
        Entries of ``flow`` serve, too.
    funnel : Funnel, optional
        Whose stage keys the stage ids are.
    stages : sequence of stage ids, or of the stages endpoint's records
        In order. A stage ``"won"`` is added at the end: Pipedrive keeps won apart from stages.
    as_of, tz
        As in ``read_stage_history``; Pipedrive writes UTC.

    Returns
    -------
    StageHistory
        The first stage of a deal is the old value of its first change, at ``add_time``; without
        changes the current stage, at ``stage_change_time`` or ``add_time``. Bulk updates are
        reported.

    Raises
    ------
    IntakeError
        With every fault, if no stage change can be read.
    """
    ids, names = stage_ids(stages, funnel)
    ids = ids if WON in ids or not ids else (*ids, WON)
    found = Changes(stages=ids, lost=(LOST,), won=WON, tz=tz, funnel=funnel, names=names)
    past = _by_deal(changes)
    batch = 0
    for row, record in enumerate(records_of(records, name="records"), 1):
        deal = text_of(record.get("id"))
        added = found.moment(record.get("add_time"), row, "add_time")
        if added is not None:
            found.created[deal] = added
        moves = []
        for entry in past.get(deal, ()):
            when = found.moment(entry.get("time") or entry.get("log_time"), row, "time")
            if entry.get("field_key") == "stage_id" and when is not None:
                moves.append((when, entry))
        moves.sort(key=lambda move: move[0])
        batch += sum(flag(entry.get("is_bulk_update_flag")) is True for _, entry in moves)
        if moves:
            found.enter(deal, text_of(moves[0][1].get("old_value")), added, row, "old_value")
        else:
            changed = found.moment(record.get("stage_change_time"), row, "stage_change_time")
            now = added if changed is None else changed
            found.enter(deal, text_of(record.get("stage_id")), now, row, "stage_id")
        for when, entry in moves:
            found.enter(deal, text_of(entry.get("new_value")), when, row, "new_value")
        _closed(found, deal, record, row)
        owner = record.get("owner_id") or record.get("user_id")
        found.describe(deal, {**record, "owner": owner}, _FIELDS, row, "value")
    if batch:
        found.faults.append(Fault.of("batch-edits", changes=batch))
    return found.history(as_of)


def _closed(found: Changes, deal: str, record: Mapping[str, Any], row: int) -> None:
    status = text_of(record.get("status"))
    if status in {WON, LOST}:
        field = f"{status}_time"
        when = found.moment(record.get(field), row, field)
        if when is None:
            when = found.moment(record.get("close_time"), row, "close_time")
        found.enter(deal, status, when, row, field)


def _by_deal(changes: Any) -> dict[str, list[Mapping[str, Any]]]:
    if changes is None:
        return {}
    if isinstance(changes, Mapping) and "data" not in changes:
        return {
            text_of(deal): [_plain(entry) for entry in records_of(entries, name="changes")]
            for deal, entries in changes.items()
            if entries
        }
    found: dict[str, list[Mapping[str, Any]]] = {}
    for entry in records_of(changes, name="changes"):
        plain = _plain(entry)
        deal = text_of(plain.get("deal_id")) or text_of(plain.get("item_id"))
        found.setdefault(deal, []).append(plain)
    return found


def _plain(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an entry of the flow as one of the changelog."""
    data = entry.get("data")
    return data if isinstance(data, Mapping) else entry
