"""HubSpot deals to a stage history.

Field names as in HubSpot's CRM API: ``hs_object_id``, ``dealstage``, ``pipeline``, ``createdate``,
``closedate``, ``amount``, ``deal_currency_code``, ``hubspot_owner_id``, ``hs_is_closed``,
``hs_is_closed_won``, ``hs_deal_stage_probability``, ``hs_merged_object_ids``; a pair a stage
``hs_v2_date_entered_<stageId>`` (older portals ``hs_date_entered_<stageId>``), and that of the
current stage, ``hs_v2_date_entered_current_stage``; and, asked for with
``propertiesWithHistory``, entries with ``value``, ``timestamp``, ``sourceType``. Pipelines have
``id``, ``label`` and ``stages`` with ``id``, ``label``, ``displayOrder``, ``metadata.isClosed``,
``metadata.probability``. Version 1 holds ``{value, timestamp, versions}`` for each property.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from salesfunnel.data.history import StageHistory
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault
from salesfunnel.intake.crm._attributes import Layout
from salesfunnel.intake.crm._build import begin, history_of
from salesfunnel.intake.crm._changes import Changes
from salesfunnel.intake.crm._hubspot_records import (
    CURRENT,
    enter_dated,
    entries_of,
    flat,
    id_of,
    is_gone,
    pipeline_of,
)
from salesfunnel.intake.crm._labels import names_of
from salesfunnel.intake.crm._pages import read_pages
from salesfunnel.intake.crm._pipelines import choose_pipeline, with_pipelines
from salesfunnel.intake.crm._records import flag, text_of
from salesfunnel.intake.crm._stages import Catalogue, catalogue_of

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
_LAYOUT = Layout(
    named={
        "name": "dealname",
        "owner": "hubspot_owner_id",
        "pipeline": "pipeline",
        "type": "dealtype",
        "channel": "hs_analytics_source",
        "lost_reason": "closed_lost_reason",
        "currency": "deal_currency_code",
        "category": "hs_manual_forecast_category",
        "team": "hubspot_team_id",
    },
    used=frozenset(
        {"amount", "amount_in_home_currency", "dealstage", "createdate", "closedate"}
        | {"days_to_close", "hubspot_owner_assigneddate"}
    ),
    skip=re.compile(r"hs_.*|num_(notes|contacted.*)|notes_.*", re.ASCII),
    numbers=False,
)
_LOGGED = {
    "amount": "amount",
    "deal_currency_code": "currency",
    "closedate": "expected",
    "hs_manual_forecast_category": "category",
    "hs_forecast_category": "category",
    "hubspot_owner_id": "owner",
    "pipeline": "pipeline",
}
"""Properties whose history is kept, and as what."""
Record = Mapping[str, Any]


@with_pipelines
def hubspot(
    records: object,
    *,
    funnel: Funnel | None = None,
    stages: object = None,
    pipeline: str | None = None,
    pipelines: object = None,
    owners: object = None,
    fields: object = None,
    attributes: Sequence[str] | Mapping[str, str] | None = None,
    won: str | None = None,
    lost: Sequence[str] = ("closedlost",),
    as_of: object = None,
    tz: str | None = None,
    dayfirst: bool | None = None,
) -> StageHistory:
    """Make a stage history of HubSpot deals.

    Parameters
    ----------
    records : sequence of dict or of client objects, answers, CSV path or text, dataframe
        Deals: dicts with ``properties`` (and ``propertiesWithHistory``), objects of HubSpot's
        Python client, one page that holds ``results`` or several, or flat records such as a CSV
        export whose columns are the internal names.
    funnel : Funnel, optional
        Whose stage keys, names or aliases the stage ids are.
    stages : optional
        Stage ids in order, or what the pipelines endpoint returns: pipelines with their stages, or
        the stages of one (``id``, ``label``, ``displayOrder``, and ``metadata``, which says what
        means won and lost). By default those of HubSpot's default pipeline; stages that are not
        among them are kept, in the order of the deals' moves.
    pipeline : str, optional
        Id or name of the pipeline to read; needed where deals of several are among the records.
    pipelines : mapping of id to name, or records, optional
        Names of pipelines, where `stages` does not give them.
    owners : records of owners, or mapping of id to name, optional
        Their names become the attribute ``owner_name``.
    fields : records of properties, optional
        Definitions of properties: labels of options become attributes ``<property>_name``, and
        properties of type number become numbers.
    attributes : sequence of str, or mapping of str to str, optional
        Attributes or properties to keep; a mapping gives each its name. By default all properties
        but those that HubSpot itself fills (``hs_...``).
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
        ``BATCH_UPDATE``, archived and merged deals are reported; an unfinished page is an error
        fault.

    Raises
    ------
    IntakeError
        With every fault, if no stage change can be read; if the deals are of several pipelines and
        none is chosen.
    UnknownNameError
        If `pipeline` or one of `attributes` is not among the records.
    ArgumentError
        If `stages` holds no stages.
    """
    catalogue = catalogue_of(stages, funnel, default=STAGES)
    names, unfinished = names_of(pipelines, "pipelines")
    catalogue.pipelines.update(names)
    pages = read_pages(records, name="records")
    rows = [(row, flat(record)) for row, record in pages if record is not None]
    alive = [(row, record) for row, record in rows if not is_gone(record)]
    key, kept, faults = choose_pipeline(
        alive, lambda record: pipeline_of(record, catalogue), catalogue, chosen=pipeline
    )
    listed = catalogue.of(key, won=won, lost=lost)
    found = begin(
        _LAYOUT, catalogue, listed, owners=owners, fields=fields, attributes=attributes,
        funnel=funnel, tz=tz, dayfirst=dayfirst,
    )  # fmt: skip
    found.faults += [*faults, *unfinished]
    for _ in found.records(pages):  # what is not a record is a fault
        pass
    for row, record in rows:
        if is_gone(record):
            found.drop(
                id_of(record) or str(row), "archived" if record.get("archived") else "deleted"
            )
    _read(found, kept, catalogue)
    return history_of(found, as_of)


def _read(found: Changes, rows: Sequence[tuple[int, Record]], catalogue: Catalogue) -> None:
    """Keep the stages, amounts, attributes and histories of deals."""
    good = []
    for row, record in rows:
        if isinstance(record["properties"], Mapping):
            _meaning(found, record)
            good.append((row, record))
        else:
            found.fault("record-not-understood", row, "properties", record["properties"])
    batch = sum(_one(found, row, record, catalogue) for row, record in good)
    if batch:
        found.faults.append(Fault.of("batch-edits", changes=batch))


def _one(found: Changes, row: int, record: Record, catalogue: Catalogue) -> int:
    """Keep a deal; return how many of its changes a batch made."""
    deal, properties = id_of(record), record["properties"]
    if deal in found.dropped or not found.deal(deal, row, "hs_object_id"):
        return 0
    batch = 0
    created = found.moment(properties.get("createdate"), row, "createdate")
    if created is not None:
        found.created[deal] = created
    entries = list(entries_of(found, record, "dealstage", row))
    for entry in entries:
        when = found.moment(entry.get("timestamp"), row, "timestamp")
        found.enter(deal, text_of(entry.get("value")), when, row, "dealstage")
        source = text_of(entry.get("sourceType") or entry.get("source_type"))
        batch += source == "BATCH_UPDATE"
    if entries:
        stage = text_of(properties.get("dealstage"))
        ends = found.is_lost(stage) or found.is_won(stage)
        closed = found.moment(properties.get("closedate"), row, "closedate") if ends else None
        since = found.moment(properties.get(CURRENT), row, CURRENT)
        found.reconcile(deal, stage, row, "dealstage", since=since, closed=closed)
    else:
        enter_dated(found, deal, properties, row)
    for name, field in _LOGGED.items():
        for entry in entries_of(found, record, name, row):
            when = found.moment(entry.get("timestamp"), row, "timestamp")
            found.log(deal, field, when, entry.get("value"), row, name)
    amount = found.amount(properties.get("amount"), row, "amount")
    if amount is not None:
        found.value[deal] = amount
    found.expect(deal, properties.get("closedate"), row, "closedate")
    label = catalogue.pipelines.get(text_of(properties.get("pipeline")), "")
    found.attributes.add(deal, properties)
    if label:
        found.attributes.put(deal, "pipeline_name", label)
    return batch


def _meaning(found: Changes, record: Record) -> None:
    """Keep what a deal says of its stage, and which deals were merged into it."""
    properties = record["properties"]
    for other in text_of(properties.get("hs_merged_object_ids")).split(";"):
        if other.strip() and other.strip() != id_of(record):
            found.drop(other.strip(), "merged")
    stage = text_of(properties.get("dealstage"))
    ends = flag(properties.get("hs_is_closed"))
    won = flag(properties.get("hs_is_closed_won"))
    lost = flag(properties.get("hs_is_closed_lost")) or (ends and won is False)
    chance = text_of(properties.get("hs_deal_stage_probability"))
    said = ends is not None or won is not None or bool(chance)
    if chance and ends is None and won is None:
        won, lost = chance in {"1", "1.0"}, chance in {"0", "0.0"}
    found.means(stage, won=bool(won), lost=bool(lost), said=said)
    if not ends and not won:
        found.chance(stage, properties.get("hs_deal_stage_probability"))
