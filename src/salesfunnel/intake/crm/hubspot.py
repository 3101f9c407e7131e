"""HubSpot deals to a stage history.

Field names as in HubSpot's CRM API: ``hs_object_id``, ``dealstage``, ``createdate``,
``closedate``, ``amount``, ``hubspot_owner_id``, ``hs_is_closed_won``; a pair a stage
``hs_v2_date_entered_<stageId>`` (older portals ``hs_date_entered_<stageId>``), and that of the
current stage, ``hs_v2_date_entered_current_stage``; and, asked for with
``propertiesWithHistory=dealstage``, entries with ``value``, ``timestamp``, ``sourceType``. Pipeline
stages have ``id``, ``label``, ``displayOrder``, ``metadata.isClosed``, ``metadata.probability``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from salesfunnel.data.history import StageHistory
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault
from salesfunnel.intake.crm._changes import Changes
from salesfunnel.intake.crm._records import flag, plain, text_of
from salesfunnel.intake.crm._stages import stages_of

__all__ = ["hubspot"]

STAGES = (
    "appointmentscheduled",
    "qualifiedtobuy",
    "presentationscheduled",
    "decisionmakerboughtin",
    "contractsent",
    "closedwon",
)
"""Ids of the stages of HubSpot's default pipeline."""
_ENTERED = re.compile(r"hs_(v2_)?date_entered_(.+)", re.ASCII)
_CURRENT = "hs_v2_date_entered_current_stage"
_FIELDS = {
    "name": "dealname",
    "owner": "hubspot_owner_id",
    "pipeline": "pipeline",
    "channel": "hs_analytics_source",
    "lost_reason": "closed_lost_reason",
}


def hubspot(
    records: Any,
    *,
    funnel: Funnel | None = None,
    stages: Iterable[Any] | None = None,
    won: str | None = None,
    lost: Sequence[str] = ("closedlost",),
    as_of: Any = None,
    tz: str | None = None,
    dayfirst: bool | None = None,
) -> StageHistory:
    """Make a stage history of HubSpot deals.

    Parameters
    ----------
    records : sequence of dict or of client objects, response, CSV path or text
        Deals: dicts with ``properties`` (and ``propertiesWithHistory``), objects of HubSpot's
        Python client, the page that holds ``results``, or flat records such as a CSV export whose
        columns are the internal names.
    funnel : Funnel, optional
        Whose stage keys, names or aliases the stage ids are.
    stages : sequence of str or of dict, optional
        Stage ids in order, or the stages of the pipelines endpoint (``id``, ``label``,
        ``displayOrder``, and ``metadata``, which says what means won and lost). By default those
        of HubSpot's default pipeline.
    won : str, optional
        Id of the stage that means won; as the stages say, else the last one by default.
    lost : sequence of str
        Ids of the stages that mean lost, besides those that say so.
    as_of, tz, dayfirst
        As in ``read_stage_history``; HubSpot writes UTC.

    Returns
    -------
    StageHistory
        The history of ``dealstage`` is used where it is there, else the dates entered, the newer
        generation before the older. A date entered is of the latest entry, so a stage that a deal
        came back to is dated late: ask for the history where deals move back. Changes by
        ``BATCH_UPDATE`` are
        reported.

    Raises
    ------
    IntakeError
        With every fault, if no stage change can be read.
    """
    listed = stages_of(stages, funnel, default=STAGES, won=won, lost=lost)
    found = Changes(stages=listed, tz=tz, dayfirst=dayfirst, funnel=funnel)
    batch = 0
    for row, record in found.records(records, "records"):
        properties = record.get("properties", record)
        properties = record if properties is None else properties
        if not isinstance(properties, Mapping):
            found.fault("record-not-understood", row, "properties", properties)
            continue
        deal = text_of(properties.get("hs_object_id")) or text_of(record.get("id"))
        if not found.deal(deal, row, "hs_object_id"):
            continue
        entries = _entries(found, record, row)
        for entry in entries:
            when = found.moment(entry.get("timestamp"), row, "timestamp")
            found.enter(deal, text_of(entry.get("value")), when, row, "dealstage")
            source = text_of(entry.get("sourceType") or entry.get("source_type"))
            batch += source == "BATCH_UPDATE"
        if not entries:
            _entered(found, deal, properties, row)
        created = found.moment(properties.get("createdate"), row, "createdate")
        if created is not None:
            found.created[deal] = created
        found.describe(deal, properties, _FIELDS, row, "amount")
    if batch:
        found.faults.append(Fault.of("batch-edits", changes=batch))
    return found.history(as_of)


def _entries(found: Changes, record: Mapping[str, Any], row: int) -> list[Mapping[str, Any]]:
    """Return the history of ``dealstage``: dicts, or objects of the client."""
    past = record.get("propertiesWithHistory") or record.get("properties_with_history") or {}
    entries = past.get("dealstage") if isinstance(past, Mapping) else past
    if entries is None:
        return []
    kept = []
    for entry in entries if isinstance(entries, list | tuple) else [entries]:
        one = plain(entry)
        if one is None:
            found.fault("record-not-understood", row, "propertiesWithHistory", entry)
        else:
            kept.append(one)
    return kept


def _entered(found: Changes, deal: str, properties: Mapping[str, Any], row: int) -> None:
    """Keep the dates entered, and the current stage where it has none.

    A loss is void where the deal stands in another stage: it was reopened.
    """
    dated: dict[str, tuple[bool, str]] = {}
    known = (*found.stages.ids, *found.stages.lost)
    for field in properties:
        match = _ENTERED.fullmatch(str(field))
        if match is None or match[2] == "current_stage" or not text_of(properties[field]):
            continue
        new, stage = bool(match[1]), match[2]
        if stage not in known:
            stage = re.sub(r"_\d+$", "", stage)
        if new or stage not in dated:
            dated[stage] = (new, field)
    current = found.stage(text_of(properties.get("dealstage")))
    times = {s: found.moment(properties[field], row, field) for s, (_, field) in dated.items()}
    standing = [t for s, t in times.items() if s not in found.stages.lost and t is not None]
    for stage, (_, field) in dated.items():
        when = times[stage]
        void = current in found.stages.ids and stage in found.stages.lost and when is not None
        if not (void and all(t <= when for t in standing)):
            found.enter(deal, stage, when, row, field)
    if current and current not in dated:
        closed = current in found.stages.lost or flag(properties.get("hs_is_closed_won"))
        field = "closedate" if closed else "createdate"
        field = _CURRENT if text_of(properties.get(_CURRENT)) else field
        found.enter(deal, current, found.moment(properties.get(field), row, field), row, field)
