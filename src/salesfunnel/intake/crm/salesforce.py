"""Salesforce opportunities to a stage history.

Field names as in Salesforce's object reference: ``OpportunityHistory`` (``OpportunityId``,
``StageName``, ``CreatedDate``, ``Amount``, ``CloseDate``, ``ForecastCategory``, ``Probability``,
``CurrencyIsoCode``) and ``OpportunityFieldHistory`` (``OpportunityId``, ``Field``, ``OldValue``,
``NewValue``, ``CreatedDate``); ``Opportunity`` (``Id``, ``Amount``, ``LeadSource``, ``OwnerId``,
``CreatedDate``, ``CloseDate``, ``StageName``, ``IsClosed``, ``IsWon``, ``IsDeleted``,
``LastStageChangeDate``, ``RecordTypeId``); ``OpportunityStage`` (``ApiName``, ``MasterLabel``,
``SortOrder``, ``IsClosed``, ``IsWon``). Names of fields are the same in any case, with or without
underscores, and an id of 15 characters is the one of 18 that begins with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from salesfunnel.data.history import StageHistory
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault
from salesfunnel.intake.crm._attributes import Layout
from salesfunnel.intake.crm._build import begin, history_of
from salesfunnel.intake.crm._changes import LOST, WON, Changes
from salesfunnel.intake.crm._pages import read_pages
from salesfunnel.intake.crm._pipelines import choose_pipeline, with_pipelines
from salesfunnel.intake.crm._records import flag, fold_field, folded_keys, label_of, text_of
from salesfunnel.intake.crm._salesforce_rows import category_of, read_rows
from salesfunnel.intake.crm._stages import catalogue_of

__all__ = ["salesforce"]

STAGES = (
    "Prospecting",
    "Qualification",
    "Needs Analysis",
    "Value Proposition",
    "Id. Decision Makers",
    "Perception Analysis",
    "Proposal/Price Quote",
    "Negotiation/Review",
    "Closed Won",
)
"""The stages that a new Salesforce organisation has."""
_LAYOUT = Layout(
    named={
        "name": "Name",
        "owner": "OwnerId",
        "channel": "LeadSource",
        "type": "Type",
        "account": "AccountId",
        "campaign": "CampaignId",
        "pipeline": "RecordTypeId",
        "currency": "CurrencyIsoCode",
        "category": "ForecastCategory",
        "probability": "Probability",
    },
    used=frozenset(
        {"attributes", "Id", "Amount", "StageName", "CreatedDate", "CloseDate", "IsClosed"}
        | {"IsWon", "IsDeleted", "LastStageChangeDate", "CreatedById", "LastModifiedById"}
        | {"LastModifiedDate", "SystemModstamp", "ForecastCategoryName", "HasOpenActivity"}
        | {"HasOverdueTask", "LastViewedDate", "LastReferencedDate", "Owner", "RecordType"}
        | {"FiscalQuarter", "FiscalYear", "Fiscal", "PushCount", "ContactId"}
        | {"LastAmountChangedHistoryId", "LastCloseDateChangedHistoryId", "Pricebook2Id"}
    ),
    skip=re.compile(r"_fivetran_.*|_airbyte_.*", re.ASCII),
    ids=frozenset({"owner", "pipeline", "account", "campaign"}),
)
_NAMES = {
    fold_field(name): name
    for name in (
        *("OpportunityId", "Field", "OldValue", "NewValue", "PrevAmount", "PrevCloseDate"),
        *("Probability", "ExpectedRevenue", "ForecastCategory", "CurrencyIsoCode", "Owner"),
        *(_LAYOUT.named.values()),
        *(_LAYOUT.used),
    )
}
Record = Mapping[str, Any]


@with_pipelines
def salesforce(
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
    """Make a stage history of Salesforce opportunities.

    Parameters
    ----------
    records : sequence of dict, query results, CSV path or text, dataframe, None
        ``OpportunityHistory`` or ``OpportunityFieldHistory`` rows, or both, as
        ``simple-salesforce`` returns them (with ``attributes``, or results that hold ``records``),
        or as exported. None where only opportunities are known.
    opportunities : the same, optional
        ``Opportunity`` rows: amounts, owners, lead sources, and the stage of those that never
        changed. With a field history, the first stage of an opportunity is the old value of its
        first change, at its ``CreatedDate``.
    stages : sequence of str or of dict, optional
        Names of the stages in order, or ``OpportunityStage`` rows, which say what means won and
        lost. By default the stages of a new organisation; stages that are not among them are kept,
        in the order of the opportunities' moves and probabilities.
    pipeline : str, optional
        Id or name of the record type to read. Record types may share their stages: without it all
        are read, and a warning says so.
    owners : ``User`` rows, or mapping of id to name, optional
        Their names become the attribute ``owner_name``; ``Owner.Name`` in a query serves too.
    fields : what ``Opportunity.describe()`` returns, optional
        Labels of picklist values become attributes ``<field>_name``.
    funnel, attributes, won, lost, as_of, tz, dayfirst
        As in ``hubspot``. A stage of an opportunity with ``IsClosed`` but not ``IsWon`` means lost.

    Returns
    -------
    StageHistory
        Deleted opportunities (``IsDeleted``) are left out and reported; a result that is not
        ``done`` is an error fault.

    Raises
    ------
    IntakeError
        With every fault, if no stage change can be read.
    ArgumentError
        If `records` are opportunities: they do not know when their stages began.
    UnknownNameError
        If `pipeline` or one of `attributes` is not among the records.
    """
    pages = read_pages(opportunities, name="opportunities")
    rows = [(row, _named(record)) for row, record in pages if record is not None]
    catalogue = catalogue_of(stages, funnel, default=STAGES)
    alive = [(row, record) for row, record in rows if not flag(record.get("IsDeleted"))]
    key, kept, faults = choose_pipeline(alive, _record_type, catalogue, chosen=pipeline, mixed=True)
    losses = [lost] if isinstance(lost, str) else [str(word) for word in lost]
    losses += sorted(_lost_stages(record for _, record in alive) - set(losses))
    listed = catalogue.of(won=won, lost=losses)
    found = begin(
        _LAYOUT, catalogue, listed, owners=owners, fields=fields, attributes=attributes,
        funnel=funnel, tz=tz, dayfirst=dayfirst,
    )  # fmt: skip
    found.faults += faults
    for _ in found.records(pages):  # what is not a record is a fault
        pass
    kinds = {_record_type(record)[0] for _, record in kept} - {""}
    if pipeline is None and len(kinds) > 1:
        found.faults.append(Fault.of("record-types-together", column="RecordTypeId", n=len(kinds)))
    others = {text_of(record.get("Id")) for _, record in alive} if key and pipeline else set()
    for row, record in rows:
        if flag(record.get("IsDeleted")):
            found.drop(text_of(record.get("Id")) or str(row))
    known = _described(found, kept)
    read_rows(found, records, known, _named, skip=others - known.keys())
    moved = {deal for deal, _, _ in found.rows}
    for deal, (record, row) in known.items():
        if deal not in moved:
            _present(found, deal, record, row)
        else:
            stage = text_of(record.get("StageName"))
            since = found.moment(record.get("LastStageChangeDate"), row, "LastStageChangeDate")
            closed = None
            if found.is_lost(stage) or found.is_won(stage):
                closed = found.moment(record.get("CloseDate"), row, "CloseDate")
            found.reconcile(
                deal,
                stage,
                row,
                "StageName",
                since=since,
                closed=closed if since is None else since,
            )
    return history_of(found, as_of)


def _named(record: Record) -> Record:
    """Return a record with the names of its fields as in the object reference."""
    return folded_keys(record, _NAMES)


def _record_type(record: Record) -> tuple[str, str]:
    """Return the id and the name of the record type of an opportunity."""
    related = record.get("RecordType")
    name = label_of(related) or text_of(record.get("RecordType.Name"))
    if not name and isinstance(related, Mapping):
        name = text_of(related.get("DeveloperName"))
    return text_of(record.get("RecordTypeId")) or name, name


def _lost_stages(rows: Iterable[Record]) -> set[str]:
    """Return the stages in which opportunities are closed and not won."""
    closed = (r for r in rows if flag(r.get("IsClosed")) and flag(r.get("IsWon")) is False)
    return {text_of(record.get("StageName")) for record in closed} - {""}


def _described(found: Changes, rows: Iterable[tuple[int, Record]]) -> dict[str, tuple[Record, int]]:
    """Return the opportunities by id; keep their amounts, attributes and meaning of stages."""
    known: dict[str, tuple[Record, int]] = {}
    for row, record in rows:
        deal = text_of(record.get("Id"))
        if not found.deal(deal, row, "Id"):
            continue
        known[deal] = (record, row)
        stage = text_of(record.get("StageName"))
        said = flag(record.get("IsClosed")) is not None
        found.means(stage, won=bool(flag(record.get("IsWon"))), said=said)
        found.chance(stage, record.get("Probability"))
        created = found.moment(record.get("CreatedDate"), row, "CreatedDate")
        if created is not None:
            found.created[deal] = created
        amount = found.amount(record.get("Amount"), row, "Amount")
        if amount is not None:
            found.value[deal] = amount
        found.expect(deal, record.get("CloseDate"), row, "CloseDate")
        found.attributes.add(deal, record)
        category = text_of(record.get("ForecastCategory") or record.get("ForecastCategoryName"))
        if category:
            found.attributes.put(deal, "category", category_of(category))
        owner = record.get("Owner")
        name = label_of(owner) or text_of(record.get("Owner.Name"))
        if name:
            found.attributes.put(deal, "owner_name", name)
        kind = _record_type(record)[1]
        if kind:
            found.attributes.put(deal, "pipeline_name", kind)
    return known


def _present(found: Changes, deal: str, record: Record, row: int) -> None:
    """Keep an opportunity of which only its present stage is known."""
    stage = text_of(record.get("StageName"))
    since = found.moment(record.get("LastStageChangeDate"), row, "LastStageChangeDate")
    won = flag(record.get("IsWon")) or found.is_won(stage)
    lost = found.is_lost(stage) or (flag(record.get("IsClosed")) and not won)
    outcome = WON if won else LOST if lost else ""
    closed = since
    if outcome and closed is None:
        closed = found.moment(record.get("CloseDate"), row, "CloseDate")
    found.listed(deal, stage, row, field="StageName", since=since, closed=closed, outcome=outcome)
