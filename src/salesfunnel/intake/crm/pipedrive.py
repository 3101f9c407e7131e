"""Pipedrive deals to a stage history.

Field names as in Pipedrive's API reference: deals (``id``, ``add_time``, ``stage_id``,
``stage_change_time``, ``status``, ``won_time``, ``lost_time``, ``lost_reason``, ``value``,
``currency``, ``expected_close_date``, ``owner_id`` or ``user_id``, ``channel``, ``origin``,
``pipeline_id``; ``is_deleted``, ``is_archived``, ``custom_fields`` in version 2, ``deleted`` in
version 1); stages (``id``, ``name``, ``order_nr``, ``pipeline_id``); ``GET /deals/{id}/changelog``
(``field_key``, ``old_value``, ``new_value``, ``time``, ``is_bulk_update_flag``);
``GET /deals/{id}/flow`` (``object``, ``data`` with ``item_id``, ``field_key``, ``log_time``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from salesfunnel.data.history import StageHistory
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault
from salesfunnel.intake.crm._attributes import Layout
from salesfunnel.intake.crm._build import begin, history_of
from salesfunnel.intake.crm._changes import FIRST, LOST, WON, Changes
from salesfunnel.intake.crm._labels import names_of
from salesfunnel.intake.crm._pages import read_pages
from salesfunnel.intake.crm._pipedrive_moves import Moves, by_deal, log_edits, moves_of
from salesfunnel.intake.crm._pipelines import choose_pipeline, with_pipelines
from salesfunnel.intake.crm._records import flag, label_of, text_of
from salesfunnel.intake.crm._stages import Catalogue, catalogue_of

__all__ = ["pipedrive"]

_LAYOUT = Layout(
    named={
        "name": "title",
        "owner": "owner",
        "account": "org_id",
        "contact": "person_id",
        "channel": "channel",
        "origin": "origin",
        "pipeline": "pipeline_id",
        "currency": "currency",
        "lost_reason": "lost_reason",
    },
    used=frozenset(
        {"id", "value", "status", "stage_id", "user_id", "owner_id", "owner_name", "active"}
        | {"deleted", "is_deleted", "is_archived", "add_time", "close_time", "won_time"}
        | {"lost_time", "custom_fields", "expected_close_date", "creator_user_id", "org_name"}
        | {
            "person_name",
            "org_hidden",
            "person_hidden",
            "cc_email",
            "stage_order_nr",
            "update_time",
        }
    ),
    skip=re.compile(
        r".*_time|.*_count|(next|last)_activity.*|(last|first)_\w+_date|formatted_.*|weighted_.*"
        r"|is_\w+|visible_to|group_.*|product_.*|local_.*|rotten_.*|renewal_type|score\w*"
        r"|sequence_enrollment|smart_bcc_email|label_ids|_fivetran_.*|_airbyte_.*",
        re.ASCII,
    ),
    ids=frozenset({"owner", "pipeline", "account", "contact", "channel", "origin", "label"}),
    numbers=False,
)
Record = Mapping[str, Any]


@with_pipelines
def pipedrive(
    records: object,
    *,
    changes: Mapping[Any, Any] | Sequence[Any] | None = None,
    funnel: Funnel | None = None,
    stages: object = None,
    pipeline: str | int | None = None,
    pipelines: object = None,
    owners: object = None,
    fields: object = None,
    attributes: Sequence[str] | Mapping[str, str] | None = None,
    as_of: object = None,
    tz: str | None = None,
    dayfirst: bool | None = None,
) -> StageHistory:
    """Make a stage history of Pipedrive deals.

    Parameters
    ----------
    records : sequence of dict, answers with ``data``, CSV path or text, dataframe
        Deals, of version 1 or 2 of the API, in one page or several.
    changes : mapping from deal id to its changelog, or sequence of entries, optional
        Entries of the changelog; in a sequence each names its deal by ``deal_id`` or ``item_id``.
        Entries of ``flow`` serve, too.
    funnel : Funnel, optional
        Whose stage keys the stage ids are.
    stages : sequence of stage ids, or of the stages endpoint's records
        In order. A stage ``"won"`` is added at the end: Pipedrive keeps won separate from stages.
    pipeline : str or int, optional
        Id or name of the pipeline to read; needed where deals of several are among the records.
    pipelines : records of the pipelines endpoint, or mapping of id to name, optional
        Names of pipelines.
    owners : records of users, or mapping of id to name, optional
        Their names become the attribute ``owner_name``; version 1 of the API gives them itself.
    fields : records of deal fields, optional
        Names of custom fields, whose keys are 40 characters, and labels of their options.
    attributes, as_of, tz, dayfirst
        As in ``hubspot``; Pipedrive writes UTC.

    Returns
    -------
    StageHistory
        The first stage of a deal is the old value of its first change, at ``add_time``; without
        changes the current stage, at ``stage_change_time`` or ``add_time``. Changes of ``status``
        show deals that were reopened; a stage changed in a deal that stays closed counts at its
        close. Bulk updates are reported, and deleted deals, which are left out; archived deals are
        kept, and reported.

    Raises
    ------
    IntakeError
        With every fault, if no stage change can be read; if the deals are of several pipelines and
        none is chosen.
    ArgumentError
        If there are no stages.
    UnknownNameError
        If `pipeline` or one of `attributes` is not among the records.
    """
    catalogue = catalogue_of(stages, funnel)
    names, unfinished = names_of(pipelines, "pipelines")
    catalogue.pipelines.update(names)
    pages = read_pages(records, name="records")
    rows = [(row, _flat(record)) for row, record in pages if record is not None]
    alive = [(row, record) for row, record in rows if not _gone(record)]
    key, kept, faults = choose_pipeline(
        alive,
        lambda record: _pipeline(record, catalogue),
        catalogue,
        chosen=None if pipeline is None else str(pipeline),
    )
    listed = catalogue.of(key, lost=(LOST,))
    if listed.ids:
        ids = (*(stage for stage in listed.ids if stage != WON), WON)
        listed = attrs.evolve(listed, ids=ids, won=WON)
    found = begin(
        _LAYOUT, catalogue, listed, owners=owners, fields=fields, attributes=attributes,
        funnel=funnel, tz=tz, dayfirst=dayfirst,
    )  # fmt: skip
    found.faults += [*faults, *unfinished]
    for _ in found.records(pages):  # what is not a record is a fault
        pass
    past = by_deal(found, changes)
    chosen = {row for row, _ in kept}
    for row, record in rows:
        deal = text_of(record.get("id"))
        if _gone(record):
            found.drop(deal or str(row))
            past.pop(deal, None)
        elif row not in chosen:
            past.pop(deal, None)
    _read(found, kept, past, catalogue)
    found.orphans(past, "changes")
    return history_of(found, as_of)


def _read(
    found: Changes,
    rows: Sequence[tuple[int, Record]],
    past: dict[str, list[tuple[int, Record]]],
    catalogue: Catalogue,
) -> None:
    """Keep the stages, amounts, attributes and histories of deals."""
    batch = archived = 0
    for row, record in rows:
        deal = text_of(record.get("id"))
        if not found.deal(deal, row, "id"):
            continue
        archived += flag(record.get("is_archived")) is True
        mine = past.pop(deal, [])
        added = found.moment(record.get("add_time"), row, "add_time")
        if added is not None:
            found.created[deal] = added
        moves = moves_of(found, mine)
        batch += sum(flag(entry.get("is_bulk_update_flag")) is True for _, entry in moves)
        _walk(found, deal, record, moves, row)
        log_edits(found, deal, mine)
        amount = found.amount(record.get("value"), row, "value")
        if amount is not None:
            found.value[deal] = amount
        found.expect(deal, record.get("expected_close_date"), row, "expected_close_date")
        found.attributes.add(deal, record)
        owner = label_of(record.get("owner")) or text_of(record.get("owner_name"))
        label = catalogue.pipelines.get(text_of(record.get("pipeline_id")), "")
        for name, word in (("owner_name", owner), ("pipeline_name", label)):
            if word:
                found.attributes.put(deal, name, word)
    if batch:
        found.faults.append(Fault.of("batch-edits", changes=batch))
    if archived:
        found.faults.append(Fault.of("deals-archived-kept", severity="info", deals=archived))


def _flat(record: Record) -> Record:
    """Return a deal with its owner and its custom fields at the first level."""
    owner = record.get("owner_id") or record.get("user_id")
    custom = record.get("custom_fields")
    custom = custom if isinstance(custom, Mapping) else {}
    return {**record, **custom, "owner": owner}


def _gone(record: Record) -> bool:
    deleted = flag(record.get("is_deleted")) or flag(record.get("deleted"))
    return bool(deleted) or text_of(record.get("status")) == "deleted"


def _pipeline(record: Record, catalogue: Catalogue) -> tuple[str, str]:
    """Return the id and the name of the pipeline of a deal: as stated, else that of its stage."""
    key = text_of(record.get("pipeline_id"))
    key = key or catalogue.pipeline_of(text_of(record.get("stage_id")))
    return key, catalogue.pipelines.get(key, "")


def _walk(found: Changes, deal: str, record: Record, moves: Moves, row: int) -> None:
    """Keep the stages of a deal, its closes, and the stage in which it was opened again."""
    added = found.created.get(deal)
    status = text_of(record.get("status"))
    steps = [(when, entry) for when, entry in moves if entry.get("field_key") == "stage_id"]
    turns = [(when, entry) for when, entry in moves if entry.get("field_key") == "status"]
    told = bool(turns) and text_of(turns[-1][1].get("new_value")) == status
    closed = turns[-1][0] if told else _closing(found, record, row)
    end = closed if status in {WON, LOST} else None
    stage = text_of(steps[0][1].get("old_value") if steps else record.get("stage_id"))
    if not moves:
        since = found.moment(record.get("stage_change_time"), row, "stage_change_time")
        _present(found, deal, record, since, closed, row)
        return
    found.enter(deal, stage, added, row, "old_value" if steps else "stage_id")
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
    if status in {"open", ""}:
        since = found.moment(record.get("stage_change_time"), row, "stage_change_time")
        found.reconcile(deal, text_of(record.get("stage_id")), row, "stage_id", since=since)
    if status in {WON, LOST} and not told:
        found.enter(deal, status, closed, row, f"{status}_time")
    elif status not in {WON, LOST, "open", ""}:
        found.fault("status-not-understood", row, "status", status)


def _present(found: Changes, deal: str, record: Record, since: Any, closed: Any, row: int) -> None:
    """Keep a deal without changes: its stage since `since`, and its close."""
    status, stage = text_of(record.get("status")), text_of(record.get("stage_id"))
    if status not in {WON, LOST, "open", ""}:
        found.fault("status-not-understood", row, "status", status)
    added, end = found.created.get(deal), closed if status in {WON, LOST} else None
    if status == WON and closed is not None:
        found.only.add(deal)
        now = added if since is None else since
        now = closed if now is None else min(now, closed)
        if added is not None and now is not None and added < now:
            found.rows.append((deal, FIRST, added))
        found.enter(deal, stage, now, row, "stage_id")
        found.enter(deal, WON, closed, row, "won_time")
        return
    since = min(since, end) if since is not None and end is not None else since
    outcome = status if status in {WON, LOST} else ""
    found.listed(deal, stage, row, field="stage_id", since=since, closed=closed, outcome=outcome)


def _closing(found: Changes, record: Record, row: int) -> Any:
    """Return when a deal that is won or lost was closed."""
    status = text_of(record.get("status"))
    if status not in {WON, LOST}:
        return None
    when = found.moment(record.get(f"{status}_time"), row, f"{status}_time")
    return found.moment(record.get("close_time"), row, "close_time") if when is None else when
