"""Odoo leads to a stage history.

Field names as in Odoo's models: ``crm.lead`` (``id``, ``create_date``, ``stage_id``,
``date_last_stage_update``, ``date_closed``, ``date_deadline``, ``probability``, ``active``,
``won_status``, ``lost_reason_id``, ``expected_revenue``, ``company_currency``, ``user_id``,
``source_id``, ``team_id``); ``mail.tracking.value`` (``field_id`` or, in older releases,
``field``; ``old_value_integer``, ``new_value_integer``, ``_float``, ``_char``, ``_datetime``,
``create_date``, ``mail_message_id``; read with the rights of an administrator); ``mail.message``
(``id``, ``model``, ``res_id``); ``crm.stage`` (``id``, ``name``, ``sequence``, ``is_won``,
``team_id``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from salesfunnel.data.history import StageHistory
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault
from salesfunnel.intake.cells.read_number import read_number
from salesfunnel.intake.crm._attributes import Layout
from salesfunnel.intake.crm._build import begin, history_of
from salesfunnel.intake.crm._changes import LOST, WON, Changes
from salesfunnel.intake.crm._odoo_tracking import Tracked, by_lead, log_tracking
from salesfunnel.intake.crm._pages import read_pages
from salesfunnel.intake.crm._pipelines import choose_pipeline, with_pipelines
from salesfunnel.intake.crm._records import flag, label_of, text_of
from salesfunnel.intake.crm._stages import Catalogue, catalogue_of

__all__ = ["odoo"]

_LAYOUT = Layout(
    named={
        "name": "name",
        "owner": "user_id",
        "account": "partner_id",
        "channel": "source_id",
        "team": "team_id",
        "lost_reason": "lost_reason_id",
        "currency": "company_currency",
    },
    used=frozenset(
        {"id", "display_name", "active", "won_status", "probability", "stage_id", "create_date"}
        | {"write_date", "create_uid", "write_uid", "date_closed", "date_last_stage_update"}
        | {"date_open", "date_deadline", "expected_revenue", "planned_revenue", "__last_update"}
        | {
            "date_conversion",
            "automated_probability",
            "is_automated_probability",
            "prorated_revenue",
        }
    ),
    skip=re.compile(
        r"activity_.*|message_.*|my_activity_.*|website_message_.*|has_message|color|access_.*"
        r"|duplicate_lead_.*|meeting_.*|calendar_event_.*|day_(open|close)|phone_.*|mobile_.*"
        r"|email_(normalized|state|cc|domain_criterion)|lang_\w+|partner_\w+_(update|sync)",
        re.ASCII,
    ),
    ids=frozenset({"owner", "account", "team", "channel", "lost_reason"}),
    empty_false=True,
)
_MOVED = "date_last_stage_update"
Record = Mapping[str, Any]


@with_pipelines
def odoo(
    records: object,
    *,
    tracking: object = None,
    messages: object = None,
    funnel: Funnel | None = None,
    stages: object = None,
    pipeline: str | int | None = None,
    owners: object = None,
    fields: object = None,
    attributes: Sequence[str] | Mapping[str, str] | None = None,
    won: str | None = None,
    as_of: object = None,
    tz: str | None = None,
    dayfirst: bool | None = None,
) -> StageHistory:
    """Make a stage history of Odoo leads and opportunities.

    Parameters
    ----------
    records : sequence of dict, CSV path or text, dataframe
        ``crm.lead`` records as ``search_read`` over XML-RPC or OdooRPC's ``read`` returns them
        (many2one as ``[id, name]``, False if nothing is). Ask with ``active_test`` off: lost
        leads are archived.
    tracking : the same, optional
        ``mail.tracking.value`` records; those of the field ``stage_id`` are used for stages, those
        of expected revenue, probability, salesperson, team and expected closing for histories.
        Each names its lead by ``res_id``, or through `messages`.
    messages : the same, optional
        ``mail.message`` records: ``id`` and ``res_id``.
    funnel : Funnel, optional
        Whose stage keys the stage ids are.
    stages : sequence of stage ids, or of ``crm.stage`` records
        In order; records are put in order of ``sequence``, and the one with ``is_won`` means won.
    pipeline : str or int, optional
        Id or name of the sales team to read. Teams share stages unless a stage has its team:
        then one team must be chosen.
    owners : ``res.users`` records, or mapping of id to name, optional
        Their names; a many2one pair has its own.
    fields : what ``fields_get()`` returns, optional
        Labels of selections, and of tracked fields in the language of the user.
    won : str, optional
        Id of the stage that means won; the last one by default.
    attributes, as_of, tz, dayfirst
        As in ``hubspot``; Odoo writes UTC.

    Returns
    -------
    StageHistory
        A lead that is archived (``active`` false) at probability 0, or whose ``won_status`` says
        so, is lost, at ``date_closed`` or its last stage change; a stage changed later counts at
        its close. Other archived leads stay open, and are reported.

    Raises
    ------
    IntakeError
        With every fault, if no stage change can be read; if leads are of several teams with stages
        of their own and none is chosen.
    ArgumentError
        If there are no stages.
    UnknownNameError
        If `pipeline` or one of `attributes` is not among the records.
    """
    catalogue = catalogue_of(stages, funnel)
    pages = read_pages(records, name="records")
    rows = [(row, record) for row, record in pages if record is not None]
    shared = not any(one.pipeline for one in catalogue.entries)
    key, kept, faults = choose_pipeline(
        rows,
        lambda record: _team(record, catalogue),
        catalogue,
        chosen=None if pipeline is None else str(pipeline),
        mixed=shared,
    )
    found = begin(
        _LAYOUT, catalogue, catalogue.of(key, won=won, lost=(LOST,)), owners=owners, fields=fields,
        attributes=attributes, funnel=funnel, tz=tz, dayfirst=dayfirst,
    )  # fmt: skip
    found.faults += faults
    for _ in found.records(pages):  # what is not a record is a fault
        pass
    past = by_lead(found, tracking, messages)
    chosen = {row for row, _ in kept}
    for row, record in rows:
        if row not in chosen:
            past.pop(text_of(record.get("id")), None)
    archived = _read(found, kept, past)
    found.orphans({lead: one for lead, one in past.items() if one}, "tracking")
    if archived:
        found.faults.append(Fault.of("archived-but-open", severity="warning", deals=archived))
    return history_of(found, as_of)


def _read(found: Changes, rows: Sequence[tuple[int, Record]], past: dict[str, Tracked]) -> int:
    """Keep the leads; return how many are archived and not lost."""
    archived = 0
    for row, record in rows:
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
        entries = past.pop(deal, [])
        _walk(found, deal, record, entries, closed, row, lost=lost)
        log_tracking(found, deal, entries)
        field = "expected_revenue" if "expected_revenue" in record else "planned_revenue"
        amount = found.amount(record.get(field), row, field)
        if amount is not None:
            found.value[deal] = amount
        found.expect(deal, record.get("date_deadline"), row, "date_deadline")
        found.attributes.add(deal, record)
        currency = label_of(record.get("company_currency"))
        if currency:
            found.attributes.put(deal, "currency", currency)
    found.attributes.columns.pop("currency_name", None)
    return archived


def _team(record: Record, catalogue: Catalogue) -> tuple[str, str]:
    team = record.get("team_id")
    key = text_of(team) or catalogue.pipeline_of(text_of(record.get("stage_id")))
    return key, label_of(team)


def _is_lost(record: Record) -> bool:
    if text_of(record.get("won_status")) == "lost":
        return True
    chance = read_number(text_of(record.get("probability"))).value
    return flag(record.get("active")) is False and not chance


def _walk(
    found: Changes,
    deal: str,
    record: Record,
    entries: Tracked,
    end: object,
    row: int,
    *,
    lost: bool,
) -> None:
    """Keep the stage changes of a lead; the current stage if there are none."""
    created = found.created.get(deal)
    moves = []
    for number, name, entry in entries:
        if name != "stage_id":
            continue
        when = found.moment(entry.get("create_date"), number, "create_date")
        if when is None:
            new = text_of(entry.get("new_value_integer"))
            found.fault("change-without-time", number, "create_date", new)
        else:
            moves.append((when, entry))
    moves.sort(key=lambda move: move[0])
    if not moves:
        stage = text_of(record.get("stage_id"))
        since = found.moment(record.get(_MOVED), row, _MOVED)
        won = found.is_won(stage) and not lost
        closed = found.moment(record.get("date_closed"), row, "date_closed") if won else end
        since = min(since, end) if since is not None and end is not None else since
        outcome = LOST if lost else WON if won else ""
        closed = since if won and closed is None else closed
        found.listed(
            deal, stage, row, field="stage_id", since=since, closed=closed, outcome=outcome
        )
        return
    if lost:
        found.enter(deal, LOST, end, row, _MOVED)
    old = text_of(moves[0][1].get("old_value_integer"))
    if old not in {"", "0"}:
        found.enter(deal, old, created, row, "old_value_integer")
    for when, entry in moves:
        new = text_of(entry.get("new_value_integer"))
        moment = when if end is None else min(when, end)
        found.enter(deal, new, moment, row, "new_value_integer")
    if not lost:
        since = found.moment(record.get(_MOVED), row, _MOVED)
        found.reconcile(deal, text_of(record.get("stage_id")), row, "stage_id", since=since)
