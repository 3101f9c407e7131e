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
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from salesfunnel.fault import Fault
from salesfunnel.funnel import Funnel
from salesfunnel.history import StageHistory
from salesfunnel.intake.crm._attributes import Layout
from salesfunnel.intake.crm._build import begin, history_of
from salesfunnel.intake.crm._changes import LOST, WON, Changes
from salesfunnel.intake.crm._pages import read_pages
from salesfunnel.intake.crm._pipelines import choose_pipeline, with_pipelines
from salesfunnel.intake.crm._records import flag, plain, text_of
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
_ENTERED = re.compile(r"hs_(v2_)?date_entered_(.+)", re.ASCII)
_CURRENT = "hs_v2_date_entered_current_stage"
_LAYOUT = Layout(
    named={
        "name": "dealname",
        "owner": "hubspot_owner_id",
        "pipeline": "pipeline",
        "type": "dealtype",
        "channel": "hs_analytics_source",
        "lost_reason": "closed_lost_reason",
        "currency": "deal_currency_code",
        "forecast_category": "hs_manual_forecast_category",
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
    records: Any,
    *,
    funnel: Funnel | None = None,
    stages: Any = None,
    pipeline: str | None = None,
    owners: Any = None,
    fields: Any = None,
    attributes: Sequence[str] | Mapping[str, str] | None = None,
    won: str | None = None,
    lost: Sequence[str] = ("closedlost",),
    as_of: Any = None,
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
    pages = read_pages(records, name="records")
    flat = [(row, _flat(record)) for row, record in pages if record is not None]
    alive = [(row, record) for row, record in flat if not _gone(record)]
    key, kept, faults = choose_pipeline(
        alive, lambda record: _pipeline(record, catalogue), catalogue, chosen=pipeline
    )
    listed = catalogue.of(key, won=won, lost=lost)
    found = begin(
        _LAYOUT, catalogue, listed, owners=owners, fields=fields, attributes=attributes,
        funnel=funnel, tz=tz, dayfirst=dayfirst,
    )  # fmt: skip
    found.faults += faults
    for _ in found.records(pages):  # what is no record is a fault
        pass
    for row, record in flat:
        if _gone(record):
            found.drop(_id(record) or str(row), "archived" if record.get("archived") else "deleted")
    _read(found, kept, catalogue)
    return history_of(found, as_of)


def _read(found: Changes, rows: Sequence[tuple[int, Record]], catalogue: Catalogue) -> None:
    """Keep the stages, amounts, attributes and histories of deals."""
    batch = 0
    for _, record in rows:
        properties = record["properties"]
        if not isinstance(properties, Mapping):
            continue
        for other in text_of(properties.get("hs_merged_object_ids")).split(";"):
            if other.strip() and other.strip() != _id(record):
                found.drop(other.strip(), "merged")
        stage = text_of(properties.get("dealstage"))
        ends = flag(properties.get("hs_is_closed"))
        won = flag(properties.get("hs_is_closed_won"))
        lost = flag(properties.get("hs_is_closed_lost")) or (ends and won is False)
        found.means(stage, won=bool(won), lost=bool(lost))
        if not ends and not won:
            found.chance(stage, properties.get("hs_deal_stage_probability"))
    for row, record in rows:
        properties = record["properties"]
        if not isinstance(properties, Mapping):
            found.fault("record-not-understood", row, "properties", properties)
            continue
        deal = _id(record)
        if deal in found.dropped or not found.deal(deal, row, "hs_object_id"):
            continue
        created = found.moment(properties.get("createdate"), row, "createdate")
        if created is not None:
            found.created[deal] = created
        entries = list(_entries(found, record, "dealstage", row))
        for entry in entries:
            when = found.moment(entry.get("timestamp"), row, "timestamp")
            found.enter(deal, text_of(entry.get("value")), when, row, "dealstage")
            source = text_of(entry.get("sourceType") or entry.get("source_type"))
            batch += source == "BATCH_UPDATE"
        if not entries:
            _entered(found, deal, properties, row)
        for name, field in _LOGGED.items():
            for entry in _entries(found, record, name, row):
                when = found.moment(entry.get("timestamp"), row, "timestamp")
                found.log(deal, field, when, entry.get("value"), row, name)
        amount = found.amount(properties.get("amount"), row, "amount")
        if amount is not None:
            found.value[deal] = amount
        label = catalogue.pipelines.get(text_of(properties.get("pipeline")), "")
        found.attributes.add(deal, properties)
        if label:
            found.attributes.put(deal, "pipeline_name", label)
    if batch:
        found.faults.append(Fault.of("batch-edits", changes=batch))


def _flat(record: Record) -> Record:
    """Return a record with ``properties`` of plain values, and its histories beside them."""
    properties = record.get("properties", record)
    properties = record if properties is None else properties
    past = record.get("propertiesWithHistory") or record.get("properties_with_history") or {}
    if isinstance(properties, Mapping) and any(_versioned(v) for v in properties.values()):
        past = {
            name: value.get("versions") or [value]
            for name, value in properties.items()
            if _versioned(value)
        }
        properties = {
            name: value.get("value") if _versioned(value) else value
            for name, value in properties.items()
        }
    archived = flag(record.get("archived"))
    deleted = flag(record.get("isDeleted", record.get("is_deleted")))
    number = record.get("id", record.get("dealId"))
    return {
        "properties": properties, "history": past, "archived": archived, "deleted": deleted,
        "id": number,
    }  # fmt: skip


def _versioned(value: Any) -> bool:
    """Return whether a property is one of version 1 of the API."""
    return isinstance(value, Mapping) and "value" in value and "timestamp" in value


def _gone(record: Record) -> bool:
    return bool(record["archived"] or record["deleted"])


def _id(record: Record) -> str:
    properties = record["properties"]
    own = properties.get("hs_object_id") if isinstance(properties, Mapping) else None
    return text_of(own) or text_of(record.get("id"))


def _pipeline(record: Record, catalogue: Catalogue) -> tuple[str, str]:
    """Return the id and the name of the pipeline of a deal: as stated, else that of its stage."""
    properties = record["properties"]
    if not isinstance(properties, Mapping):
        return "", ""
    key = text_of(properties.get("pipeline"))
    if not key:
        key = catalogue.pipeline_of(text_of(properties.get("dealstage")))
    return key, catalogue.pipelines.get(key, "")


def _entries(found: Changes, record: Record, name: str, row: int) -> Iterator[Record]:
    """Yield the history of a property: dicts, or objects of the client."""
    past = record["history"]
    past = past if isinstance(past, Mapping) else {}
    entries = past.get(name)
    if entries is None:
        return
    for entry in entries if isinstance(entries, list | tuple) else [entries]:
        one = plain(entry)
        if one is None:
            found.fault("record-not-understood", row, "propertiesWithHistory", entry)
        else:
            yield one


def _entered(found: Changes, deal: str, properties: Record, row: int) -> None:
    """Keep the dates entered, and the current stage where it has none.

    A loss is void where the deal stands in another stage: it was reopened.
    """
    dated: dict[str, tuple[bool, str]] = {}
    stages = found.stages
    known = {
        _in_a_name(stage): stage
        for stage in (*stages.others, *stages.wins, *stages.lost, *stages.ids)
    }
    for field in map(str, properties):
        match = _ENTERED.fullmatch(field)
        if match is None or match[2] == "current_stage" or not text_of(properties[field]):
            continue
        new, word = bool(match[1]), match[2]
        stage = known.get(word) or known.get(re.sub(r"_\d+$", "", word)) or word
        if new or stage not in dated:
            dated[stage] = (new, field)
    stated = text_of(properties.get("dealstage"))
    current = found.stage(stated)
    times = {s: found.moment(properties[field], row, field) for s, (_, field) in dated.items()}
    standing = [t for s, t in times.items() if not found.is_lost(s) and t is not None]
    stands = current in found.stages.ids
    for stage, (_, field) in dated.items():
        when = times[stage]
        void = stands and found.is_lost(stage) and when is not None
        if not (void and all(t <= when for t in standing)):
            found.enter(deal, stage, when, row, field)
    if not current or stated in dated or current in dated:
        return
    since = found.moment(properties.get(_CURRENT), row, _CURRENT)
    won = found.is_won(current) or flag(properties.get("hs_is_closed_won"))
    outcome = LOST if found.is_lost(current) else WON if won else ""
    closed = found.moment(properties.get("closedate"), row, "closedate") if outcome else None
    if dated:
        when = since if since is not None else closed if outcome else found.created.get(deal)
        field = _CURRENT if since is not None else "closedate" if outcome else "createdate"
        found.enter(deal, current, when, row, field)
        return
    if outcome and since is not None:
        closed = since
    found.listed(
        deal, stated, row, field="dealstage", since=since, closed=closed, outcome=outcome
    )


def _in_a_name(stage: str) -> str:
    """Return the id of a stage as it stands in the names of properties."""
    return re.sub(r"\W", "_", stage).lower()
