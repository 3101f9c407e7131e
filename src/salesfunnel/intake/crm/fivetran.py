"""Tables that Fivetran writes for HubSpot and Salesforce to a stage history.

Columns as in Fivetran's dbt packages. HubSpot: ``deal`` (``deal_id``, ``deal_pipeline_id``,
``deal_pipeline_stage_id``, ``owner_id``, ``is_deleted``, ``property_<name>``), ``deal_stage``
(``deal_id``, ``value``: the stage, ``date_entered``, ``source``), ``deal_property_history``
(``deal_id``, ``name``, ``value``, ``timestamp``, ``source``), ``deal_pipeline_stage``
(``stage_id``, ``pipeline_id``, ``label``, ``display_order``, ``probability``, ``closed_won``),
``merged_deal`` (``deal_id``, ``merged_deal_id``). Salesforce: ``opportunity``, and
``opportunity_history`` in history mode: a version of the whole row from ``_fivetran_start`` to
``_fivetran_end``, which is not Salesforce's object of that name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from salesfunnel.data.history import StageHistory
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault
from salesfunnel.intake.crm._pages import read_pages
from salesfunnel.intake.crm._pipelines import with_pipelines
from salesfunnel.intake.crm._records import flag, fold_field, text_of
from salesfunnel.intake.crm.hubspot import hubspot
from salesfunnel.intake.crm.salesforce import salesforce

__all__ = ["fivetran_hubspot", "fivetran_salesforce"]

_PROPERTY = "property_"
_COLUMNS = {
    "deal_pipeline_id": "pipeline",
    "deal_pipeline_stage_id": "dealstage",
    "owner_id": "hubspot_owner_id",
    "deal_id": "hs_object_id",
}
Record = Mapping[str, Any]


@with_pipelines
def fivetran_hubspot(
    records: object,
    *,
    deal_stage: object = None,
    deal_property_history: object = None,
    merged_deal: object = None,
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
    """Make a stage history of the tables that Fivetran writes for HubSpot.

    Parameters
    ----------
    records : dataframe, sequence of dict, CSV path or text
        The table ``deal``.
    deal_stage : the same, optional
        The table ``deal_stage``: when a deal entered each stage.
    deal_property_history : the same, optional
        The table ``deal_property_history``: the stage where `deal_stage` is not given, and amount,
        currency, close date, owner, category and pipeline over time.
    merged_deal : the same, optional
        The table ``merged_deal``: deals that were merged into others are left out.
    stages : the same, or as in ``hubspot``
        The table ``deal_pipeline_stage``.
    pipelines : the same, or mapping of id to name, optional
        The table ``deal_pipeline``.
    owners : the same, or mapping of id to name, optional
        The table ``owner``.
    funnel, pipeline, fields, attributes, won, lost, as_of, tz, dayfirst
        As in ``hubspot``; a property has its own name, without ``property_``.

    Returns
    -------
    StageHistory
        As ``hubspot`` gives it.

    Raises
    ------
    IntakeError, ArgumentError, UnknownNameError
        As ``hubspot``.
    """
    past: dict[str, dict[str, list[Record]]] = {}
    for _, row in read_pages(deal_property_history, name="deal_property_history"):
        _keep(past, row, text_of((row or {}).get("name")), "timestamp")
    if deal_stage is not None:
        for entries in past.values():
            entries.pop("dealstage", None)
        for _, row in read_pages(deal_stage, name="deal_stage"):
            _keep(past, row, "dealstage", "date_entered")
    merged: dict[str, list[str]] = {}
    for _, row in read_pages(merged_deal, name="merged_deal"):
        if row is not None:
            into, gone = (text_of(row.get(key)) for key in ("deal_id", "merged_deal_id"))
            merged.setdefault(into, []).append(gone)
    deals = [
        None if row is None else _as_deal(row, past, merged)
        for _, row in read_pages(records, name="records")
    ]
    return hubspot(
        deals, funnel=funnel, stages=stages, pipeline=pipeline, pipelines=pipelines, owners=owners,
        fields=fields, attributes=attributes, won=won, lost=lost, as_of=as_of, tz=tz,
        dayfirst=dayfirst,
    )  # fmt: skip


def _keep(
    past: dict[str, dict[str, list[Record]]], row: Record | None, name: str, time: str
) -> None:
    """Keep a row of a history as HubSpot's own API gives it."""
    if row is None or not name:
        return
    entry = {
        "value": row.get("value"),
        "timestamp": row.get(time) or row.get("_fivetran_start"),
        "sourceType": row.get("source"),
    }
    past.setdefault(text_of(row.get("deal_id")), {}).setdefault(name, []).append(entry)


def _as_deal(
    row: Record, past: Mapping[str, Mapping[str, list[Record]]], merged: Mapping[str, list[str]]
) -> Record:
    """Return a row of the table ``deal`` as HubSpot's own API gives a deal."""
    properties: dict[str, Any] = {}
    for name, value in row.items():
        key = str(name)
        if key.startswith(_PROPERTY):
            properties.setdefault(key.removeprefix(_PROPERTY), value)
    for column, name in _COLUMNS.items():
        if text_of(row.get(column)):
            properties[name] = row[column]
    deal = text_of(row.get("deal_id"))
    if deal in merged:
        properties["hs_merged_object_ids"] = ";".join(merged[deal])
    deleted = flag(row.get("is_deleted")) or flag(row.get("_fivetran_deleted"))
    return {
        "id": deal, "properties": properties, "propertiesWithHistory": past.get(deal, {}),
        "is_deleted": deleted,
    }  # fmt: skip


@with_pipelines
def fivetran_salesforce(
    records: object,
    *,
    opportunities: object = None,
    funnel: Funnel | None = None,
    stages: object = None,
    pipeline: str | None = None,
    owners: object = None,
    fields: object = None,
    attributes: Sequence[str] | Mapping[str, str] | None = None,
    won: str | None = None,
    lost: Sequence[str] = ("Closed Lost",),
    as_of: object = None,
    tz: str | None = None,
    dayfirst: bool | None = None,
) -> StageHistory:
    """Make a stage history of the tables that Fivetran writes for Salesforce.

    Parameters
    ----------
    records : dataframe, sequence of dict, CSV path or text
        Versions of opportunities that history mode writes (``id``, ``_fivetran_start``), or the
        tables of Salesforce's own ``OpportunityHistory`` and ``OpportunityFieldHistory``.
    opportunities : the same, optional
        The table ``opportunity``; with history mode the versions that are active by default.
    owners : the same, or mapping of id to name, optional
        The table ``user``.
    stages, funnel, pipeline, fields, attributes, won, lost, as_of, tz, dayfirst
        As in ``salesforce``.

    Returns
    -------
    StageHistory
        As ``salesforce`` gives it. The first version of an opportunity that is older than history
        mode says when Fivetran first saw its stage, not when it began: how many, is a fault.

    Raises
    ------
    IntakeError, ArgumentError, UnknownNameError
        As ``salesforce``.
    """
    rows = [row for _, row in read_pages(records, name="records") if row is not None]
    folded = [{fold_field(key): value for key, value in row.items()} for row in rows]
    versions = bool(folded) and "fivetranstart" in folded[0] and "opportunityid" not in folded[0]
    faults = []
    if versions:
        late = _seen_late(folded)
        if late:
            faults.append(Fault.of("history-starts-late", column="_fivetran_start", deals=late))
        if opportunities is None:
            opportunities = [
                row for row, one in zip(rows, folded, strict=True)
                if flag(one.get("fivetranactive")) is not False
            ]  # fmt: skip
        rows = [_as_row(row) for row in folded]
    history = salesforce(
        rows, opportunities=opportunities, funnel=funnel, stages=stages, pipeline=pipeline,
        owners=owners, fields=fields, attributes=attributes, won=won, lost=lost, as_of=as_of,
        tz=tz, dayfirst=dayfirst,
    )  # fmt: skip
    return attrs.evolve(history, faults=(*faults, *history.faults))


def _as_row(row: Record) -> Record:
    """Return a version of an opportunity as a row of Salesforce's OpportunityHistory."""
    names = (
        *("StageName", "Amount", "CloseDate", "ForecastCategory", "Probability"),
        "CurrencyIsoCode",
    )
    found = {name: row[fold_field(name)] for name in names if fold_field(name) in row}
    return {**found, "OpportunityId": row.get("id"), "CreatedDate": row.get("fivetranstart")}


def _seen_late(rows: Sequence[Record]) -> int:
    """Return how many opportunities were created on a day before their first version."""
    first: dict[str, tuple[str, str]] = {}
    for row in rows:
        deal, start = text_of(row.get("id")), text_of(row.get("fivetranstart"))[:10]
        if start and (deal not in first or start < first[deal][0]):
            first[deal] = (start, text_of(row.get("createddate"))[:10])
    return sum(bool(born) and born < start for start, born in first.values())
