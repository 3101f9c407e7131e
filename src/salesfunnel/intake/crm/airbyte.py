"""Tables that Airbyte writes for HubSpot to a stage history.

Airbyte keeps the names of the vendors' APIs. Tables of Salesforce and Pipedrive are read by their
own sources. A table of HubSpot's ``deals`` has ``id``, ``createdAt``, ``archived`` and the
properties: in a column ``properties`` of JSON, or each in a column ``properties_<name>``;
``deals_property_history`` has one row per change (``dealId``, ``property``, ``value``,
``timestamp``); ``deal_pipelines`` has the stages of a pipeline in a column of JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from salesfunnel.data.history import StageHistory
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.intake.crm._pages import read_pages
from salesfunnel.intake.crm._pipelines import with_pipelines
from salesfunnel.intake.crm._records import fold_field, text_of
from salesfunnel.intake.crm.hubspot import hubspot

__all__ = ["airbyte_hubspot"]

_PREFIX = "properties_"
Record = Mapping[str, Any]


@with_pipelines
def airbyte_hubspot(
    records: object,
    *,
    deals_property_history: object = None,
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
    """Make a stage history of the tables that Airbyte writes for HubSpot.

    Parameters
    ----------
    records : dataframe, sequence of dict, CSV path or text
        The table ``deals``, with ``deals_archived`` where it is synced.
    deals_property_history : the same, optional
        The table of that name.
    stages : the same, or as in ``hubspot``
        The table ``deal_pipelines``.
    owners : the same, or mapping of id to name, optional
        The table ``owners``.
    funnel, pipeline, pipelines, fields, attributes, won, lost, as_of, tz, dayfirst
        As in ``hubspot``; a property has its own name, without ``properties_``.

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
    for _, row in read_pages(deals_property_history, name="deals_property_history"):
        folded = {fold_field(key): value for key, value in (row or {}).items()}
        name = text_of(folded.get("property")) or text_of(folded.get("name"))
        entry = {
            "value": folded.get("value"),
            "timestamp": folded.get("timestamp"),
            "sourceType": folded.get("sourcetype"),
        }
        past.setdefault(text_of(folded.get("dealid")), {}).setdefault(name, []).append(entry)
    deals = [
        None if row is None else _as_deal(row, past)
        for _, row in read_pages(records, name="records")
    ]
    return hubspot(
        deals, funnel=funnel, stages=stages, pipeline=pipeline, pipelines=pipelines, owners=owners,
        fields=fields, attributes=attributes, won=won, lost=lost, as_of=as_of, tz=tz,
        dayfirst=dayfirst,
    )  # fmt: skip


def _as_deal(row: Record, past: Mapping[str, Mapping[str, list[Record]]]) -> Record:
    """Return a row of the table ``deals`` as HubSpot's own API gives a deal."""
    held = row.get("properties")
    if isinstance(held, str):
        try:
            held = json.loads(held)
        except ValueError:
            held = None
    properties = dict(held) if isinstance(held, Mapping) else {}
    for name, value in row.items():
        key = str(name)
        if key.startswith(_PREFIX):
            properties.setdefault(key.removeprefix(_PREFIX), value)
    deal = text_of(row.get("id")) or text_of(properties.get("hs_object_id"))
    return {
        "id": deal, "properties": properties, "archived": row.get("archived"),
        "propertiesWithHistory": past.get(deal, {}),
    }  # fmt: skip
