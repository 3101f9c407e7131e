"""Odoo leads to a stage history.

Field names as in Odoo's models: ``crm.lead`` (``id``, ``create_date``, ``stage_id``,
``date_last_stage_update``, ``date_closed``, ``probability``, ``active``, ``lost_reason_id``,
``expected_revenue``, ``user_id``, ``source_id``, ``team_id``); ``mail.tracking.value``
(``field_id`` or, in older releases, ``field``; ``old_value_integer``, ``new_value_integer``,
``create_date``, ``mail_message_id``); ``mail.message`` (``id``, ``model``, ``res_id``);
``crm.stage`` (``id``, ``name``, ``sequence``, ``is_won``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from salesfunnel.funnel import Funnel
from salesfunnel.history import StageHistory
from salesfunnel.intake.crm._records import LOST, Changes, flag, records_of, stage_ids, text_of

__all__ = ["odoo"]

_FIELDS = {
    "name": "name",
    "owner": "user_id",
    "channel": "source_id",
    "team": "team_id",
    "lost_reason": "lost_reason_id",
}
_MOVED = "date_last_stage_update"


def odoo(
    records: Any,
    *,
    tracking: Any = None,
    messages: Any = None,
    funnel: Funnel | None = None,
    stages: Iterable[Any] | None = None,
    won: str | None = None,
    as_of: Any = None,
    tz: str | None = None,
) -> StageHistory:
    """Make a stage history of Odoo leads and opportunities.

    Parameters
    ----------
    records : sequence of dict, CSV path or text
        ``crm.lead`` records as ``search_read`` over XML-RPC returns them (many2one as
        ``[id, name]``).
    tracking : the same, optional
        ``mail.tracking.value`` records of the field ``stage_id``. Each names its lead by
        ``res_id``, or through `messages`.
    messages : the same, optional
        ``mail.message`` records: ``id`` and ``res_id``.
    funnel : Funnel, optional
        Whose stage keys the stage ids are.
    stages : sequence of stage ids, or of ``crm.stage`` records
        In order; records are put in order of ``sequence``, and the one with ``is_won`` means won.
    won : str, optional
        Id of the stage that means won; the last one by default.
    as_of, tz
        As in ``read_stage_history``; Odoo writes UTC.

    Returns
    -------
    StageHistory
        A lead that is archived (``active`` false) at probability 0 is lost, at ``date_closed`` or
        its last stage change.

    Raises
    ------
    IntakeError
        With every fault, if no stage change can be read.
    """
    listed = None if stages is None else list(stages)
    if listed and all(isinstance(stage, Mapping) and "sequence" in stage for stage in listed):
        listed.sort(key=lambda stage: (float(stage["sequence"]), text_of(stage)))
        goal = [text_of(stage) for stage in listed if stage.get("is_won")]
        won = won or (goal[-1] if goal else None)
    ids, names = stage_ids(listed, funnel)
    found = Changes(stages=ids, lost=(LOST,), won=won, tz=tz, funnel=funnel, names=names)
    past = _by_lead(tracking, messages)
    for row, record in enumerate(records_of(records, name="records"), 1):
        deal = text_of(record.get("id"))
        created = found.moment(record.get("create_date"), row, "create_date")
        if created is not None:
            found.created[deal] = created
        _moves(found, deal, record, past.get(deal, []), row)
        if flag(record.get("active")) is False and not text_of(record.get("probability")).strip(
            "0."
        ):
            closed = found.moment(record.get("date_closed"), row, "date_closed")
            if closed is None:
                closed = found.moment(record.get(_MOVED), row, _MOVED)
            found.enter(deal, LOST, closed, row, "date_closed")
        found.describe(deal, record, _FIELDS, row, "expected_revenue")
    return found.history(as_of)


def _moves(
    found: Changes,
    deal: str,
    record: Mapping[str, Any],
    entries: list[Mapping[str, Any]],
    row: int,
) -> None:
    """Keep the stage changes of a lead; the current stage where there are none."""
    created = found.created.get(deal)
    moves = []
    for entry in entries:
        when = found.moment(entry.get("create_date"), row, "create_date")
        if when is not None:
            moves.append((when, entry))
    moves.sort(key=lambda move: move[0])
    if not moves:
        changed = found.moment(record.get(_MOVED), row, _MOVED)
        now = created if changed is None else changed
        found.enter(deal, text_of(record.get("stage_id")), now, row, "stage_id")
        return
    old = text_of(moves[0][1].get("old_value_integer"))
    if old not in {"", "0"}:
        found.enter(deal, old, created, row, "old_value_integer")
    for when, entry in moves:
        new = text_of(entry.get("new_value_integer"))
        found.enter(deal, new, when, row, "new_value_integer")


def _by_lead(tracking: Any, messages: Any) -> dict[str, list[Mapping[str, Any]]]:
    lead_of = {}
    for message in records_of(messages, name="messages") if messages is not None else ():
        if text_of(message.get("model")) in {"", "crm.lead"}:
            lead_of[text_of(message.get("id"))] = text_of(message.get("res_id"))
    found: dict[str, list[Mapping[str, Any]]] = {}
    for entry in records_of(tracking, name="tracking") if tracking is not None else ():
        field = entry.get("field_id") or entry.get("field") or ""
        name = field[1] if isinstance(field, list | tuple) and len(field) > 1 else field
        if isinstance(name, str) and name and not _is_stage(name):
            continue
        lead = text_of(entry.get("res_id"))
        lead = lead or lead_of.get(text_of(entry.get("mail_message_id")), "")
        found.setdefault(lead, []).append(entry)
    return found


def _is_stage(name: str) -> bool:
    return "stage" in name.casefold() or "阶段" in name
