"""Odoo leads to a stage history.

Field names as in Odoo's models: ``crm.lead`` (``id``, ``create_date``, ``stage_id``,
``date_last_stage_update``, ``date_closed``, ``probability``, ``active``, ``won_status``,
``lost_reason_id``, ``expected_revenue``, ``user_id``, ``source_id``, ``team_id``);
``mail.tracking.value`` (``field_id`` or, in older releases, ``field``; ``old_value_integer``,
``new_value_integer``, ``create_date``, ``mail_message_id``; read with the rights of an
administrator); ``mail.message`` (``id``, ``model``, ``res_id``); ``crm.stage`` (``id``, ``name``,
``sequence``, ``is_won``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from salesfunnel.data.history import StageHistory
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault
from salesfunnel.intake.cells.read_number import read_number
from salesfunnel.intake.crm._changes import LOST, Changes
from salesfunnel.intake.crm._records import flag, records_of, text_of
from salesfunnel.intake.crm._stages import stages_of

__all__ = ["odoo"]

_FIELDS = {
    "name": "name",
    "owner": "user_id",
    "channel": "source_id",
    "team": "team_id",
    "lost_reason": "lost_reason_id",
}
_MOVED = "date_last_stage_update"
_STAGE_WORDS = (
    *("stage", "阶段", "階段", "étape", "etapa", "phase", "fase", "stufe", "estágio", "ステージ"),
    *("etap", "этап", "стадия", "aşama", "단계", "fáze", "giai đoạn", "vaihe"),
)
"""How the field ``stage_id`` is called: its name, or its label in the language of the user."""
Entry = Mapping[str, Any]


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
    dayfirst: bool | None = None,
) -> StageHistory:
    """Make a stage history of Odoo leads and opportunities.

    Parameters
    ----------
    records : sequence of dict, CSV path or text
        ``crm.lead`` records as ``search_read`` over XML-RPC returns them (many2one as
        ``[id, name]``, False where nothing is). Ask with ``active_test`` off: lost leads are
        archived.
    tracking : the same, optional
        ``mail.tracking.value`` records; those of the field ``stage_id`` are used. Each names its
        lead by ``res_id``, or through `messages`.
    messages : the same, optional
        ``mail.message`` records: ``id`` and ``res_id``.
    funnel : Funnel, optional
        Whose stage keys the stage ids are.
    stages : sequence of stage ids, or of ``crm.stage`` records
        In order; records are put in order of ``sequence``, and the one with ``is_won`` means won.
    won : str, optional
        Id of the stage that means won; the last one by default.
    as_of, tz, dayfirst
        As in ``read_stage_history``; Odoo writes UTC.

    Returns
    -------
    StageHistory
        A lead that is archived (``active`` false) at probability 0, or whose ``won_status`` says
        so, is lost, at ``date_closed`` or its last stage change; a stage changed later counts at
        its close. Other archived leads stay open, and are told.

    Raises
    ------
    IntakeError
        With every fault, if no stage change can be read.
    """
    listed = stages_of(stages, funnel, won=won, lost=(LOST,))
    found = Changes(stages=listed, tz=tz, dayfirst=dayfirst, funnel=funnel)
    past = _by_lead(found, tracking, messages)
    archived = 0
    for row, record in found.records(records, "records"):
        deal = text_of(record.get("id"))
        if not found.deal(deal, row, "id"):
            continue
        created = found.moment(record.get("create_date"), row, "create_date")
        if created is not None:
            found.created[deal] = created
        lost = _is_lost(record)
        archived += flag(record.get("active")) is False and not lost
        closed = None
        if lost:
            field = "date_closed" if text_of(record.get("date_closed")) else _MOVED
            closed = found.moment(record.get(field), row, field)
            found.enter(deal, LOST, closed, row, field)
        _walk(found, deal, record, past.pop(deal, []), closed, row)
        found.describe(deal, record, _FIELDS, row, "expected_revenue")
    found.orphans(past, "tracking")
    if archived:
        found.faults.append(Fault.of("archived-but-open", severity="warning", deals=archived))
    return found.history(as_of)


def _is_lost(record: Entry) -> bool:
    if text_of(record.get("won_status")) == "lost":
        return True
    chance = read_number(text_of(record.get("probability"))).value
    return flag(record.get("active")) is False and not chance


def _walk(
    found: Changes, deal: str, record: Entry, entries: list[tuple[int, Entry]], end: Any, row: int
) -> None:
    """Keep the stage changes of a lead; the current stage where there are none."""
    created = found.created.get(deal)
    moves = []
    for number, entry in entries:
        when = found.moment(entry.get("create_date"), number, "create_date")
        if when is None:
            new = text_of(entry.get("new_value_integer"))
            found.fault("change-without-time", number, "create_date", new)
        else:
            moves.append((when, entry))
    moves.sort(key=lambda move: move[0])
    if not moves:
        changed = found.moment(record.get(_MOVED), row, _MOVED)
        now = created if changed is None else changed
        now = min(now, end) if now is not None and end is not None else now
        found.enter(deal, text_of(record.get("stage_id")), now, row, "stage_id")
        return
    old = text_of(moves[0][1].get("old_value_integer"))
    if old not in {"", "0"}:
        found.enter(deal, old, created, row, "old_value_integer")
    for when, entry in moves:
        new = text_of(entry.get("new_value_integer"))
        moment = when if end is None else min(when, end)
        found.enter(deal, new, moment, row, "new_value_integer")


def _by_lead(found: Changes, tracking: Any, messages: Any) -> dict[str, list[tuple[int, Entry]]]:
    """Return the changes of stage of each lead, with the numbers of their records."""
    lead_of = {}
    for message in records_of(messages, name="messages") if messages is not None else ():
        if message is not None and text_of(message.get("model")) in {"", "crm.lead"}:
            lead_of[text_of(message.get("id"))] = text_of(message.get("res_id"))
    past: dict[str, list[tuple[int, Entry]]] = {}
    others: dict[str, int] = {}
    for row, entry in found.records(tracking, "tracking") if tracking is not None else ():
        field = _field(entry)
        if field and not any(word in field.casefold() for word in _STAGE_WORDS):
            others[field] = others.get(field, 0) + 1
            continue
        lead = text_of(entry.get("res_id"))
        lead = lead or lead_of.get(text_of(entry.get("mail_message_id")), "")
        past.setdefault(lead, []).append((row, entry))
    if others and not past:
        names = ", ".join(sorted(others))[:200]
        found.faults.append(
            Fault.of("no-stage-changes", severity="warning", column="field_id", value=names)
        )
    return past


def _field(entry: Entry) -> str:
    """Return the label or name of the field that changed; nothing where only its id is known."""
    for key in ("field_id", "field", "field_info"):
        value = entry.get(key)
        if isinstance(value, Mapping):
            value = value.get("name") or value.get("desc")
        elif isinstance(value, list | tuple):
            value = value[1] if len(value) > 1 else ""
        if isinstance(value, str) and value and not value.isdigit():
            return value
    return ""
