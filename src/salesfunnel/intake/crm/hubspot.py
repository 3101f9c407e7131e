"""HubSpot deals to a stage history.

Field names as in HubSpot's CRM API: ``hs_object_id``, ``dealstage``, ``createdate``,
``closedate``, ``amount``, ``hubspot_owner_id``, ``hs_is_closed_won``; a pair a stage
``hs_v2_date_entered_<stageId>`` (older portals ``hs_date_entered_<stageId>``); and, asked for with
``propertiesWithHistory=dealstage``, entries with ``value``, ``timestamp``, ``sourceType``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from salesfunnel.fault import Fault
from salesfunnel.funnel import Funnel
from salesfunnel.history import StageHistory
from salesfunnel.intake.crm._records import Changes, flag, records_of, stage_ids, text_of

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
        Stage ids in order, or the stages of the pipelines endpoint (``id``, ``label``). By default
        those of HubSpot's default pipeline.
    won : str, optional
        Id of the stage that means won; the last one by default.
    lost : sequence of str
        Ids of the stages that mean lost.
    as_of, tz
        As in ``read_stage_history``; HubSpot writes UTC.

    Returns
    -------
    StageHistory
        The history of ``dealstage`` is used where it is there, else the dates entered, the newer
        generation before the older. Changes by ``BATCH_UPDATE`` are reported.

    Raises
    ------
    IntakeError
        With every fault, if no stage change can be read.
    """
    ids, names = stage_ids(stages, funnel, STAGES)
    ids = tuple(stage for stage in ids if stage not in lost)
    found = Changes(stages=ids, lost=lost, won=won, tz=tz, funnel=funnel, names=names)
    batch = 0
    for row, record in enumerate(records_of(records, name="records"), 1):
        properties: Mapping[str, Any] = record.get("properties") or record
        deal = text_of(properties.get("hs_object_id")) or text_of(record.get("id"))
        past = record.get("propertiesWithHistory") or record.get("properties_with_history") or {}
        entries = [_entry(entry) for entry in past.get("dealstage") or ()]
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


def _entry(entry: Any) -> Mapping[str, Any]:
    taken: Mapping[str, Any] = entry if isinstance(entry, Mapping) else entry.to_dict()
    return taken


def _entered(found: Changes, deal: str, properties: Mapping[str, Any], row: int) -> None:
    """Keep the dates entered, and the current stage where it has none."""
    dated: dict[str, tuple[bool, str]] = {}
    for field in properties:
        match = _ENTERED.fullmatch(str(field))
        if match is None or not text_of(properties[field]):
            continue
        new, stage = bool(match[1]), match[2]
        if stage not in found.stages and stage not in found.lost:
            stage = re.sub(r"_\d+$", "", stage)
        if new or stage not in dated:
            dated[stage] = (new, field)
    for stage, (_, field) in dated.items():
        found.enter(deal, stage, found.moment(properties[field], row, field), row, field)
    current = text_of(properties.get("dealstage"))
    if current and current not in dated:
        closed = current in found.lost or flag(properties.get("hs_is_closed_won"))
        field = "closedate" if closed else "createdate"
        when = found.moment(properties.get(field), row, field)
        found.enter(deal, current, when, row, "dealstage")
