"""Salesforce opportunities to a stage history.

Field names as in Salesforce's object reference: ``OpportunityHistory`` (``OpportunityId``,
``StageName``, ``CreatedDate``, ``Amount``) and ``OpportunityFieldHistory`` (``OpportunityId``,
``Field``, ``OldValue``, ``NewValue``, ``CreatedDate``); ``Opportunity`` (``Id``, ``Amount``,
``LeadSource``, ``OwnerId``, ``CreatedDate``, ``StageName``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from salesfunnel.funnel import Funnel
from salesfunnel.history import StageHistory
from salesfunnel.intake.crm._records import Changes, records_of, stage_ids, text_of

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
_FIELDS = {
    "name": "Name",
    "owner": "OwnerId",
    "channel": "LeadSource",
    "type": "Type",
    "account": "AccountId",
}


def salesforce(
    records: Any,
    *,
    opportunities: Any = None,
    funnel: Funnel | None = None,
    stages: Iterable[Any] | None = None,
    won: str | None = None,
    lost: Sequence[str] = ("Closed Lost",),
    as_of: Any = None,
    tz: str | None = None,
) -> StageHistory:
    """Make a stage history of Salesforce opportunities.

    Parameters
    ----------
    records : sequence of dict, query result, CSV path or text
        ``OpportunityHistory`` or ``OpportunityFieldHistory`` rows as ``simple-salesforce`` returns
        them (with ``attributes``, or the result that holds ``records``), or as exported.
    opportunities : the same, optional
        ``Opportunity`` rows: amounts, owners, lead sources, and the stage of those that never
        changed. With a field history, the first stage of an opportunity is the old value of its
        first change, at its ``CreatedDate``.
    funnel, stages, won, lost, as_of, tz
        As in ``hubspot``; by default the stages of a new organisation.

    Returns
    -------
    StageHistory

    Raises
    ------
    IntakeError
        With every fault, if no stage change can be read.
    """
    ids, names = stage_ids(stages, funnel, STAGES)
    ids = tuple(stage for stage in ids if stage not in lost)
    found = Changes(stages=ids, lost=lost, won=won, tz=tz, funnel=funnel, names=names)
    known = {} if opportunities is None else _described(found, opportunities)
    _rows(found, records_of(records, name="records"), known)
    moved = {deal for deal, _, _ in found.rows}
    for deal, (record, row) in known.items():
        if deal not in moved:
            stage = text_of(record.get("StageName"))
            found.enter(deal, stage, found.created.get(deal), row, "StageName")
    return found.history(as_of)


def _rows(found: Changes, records: list[dict[str, Any]], known: Mapping[str, Any]) -> None:
    """Keep the rows of a stage history or of a field history."""
    first: dict[str, tuple[Any, str, int]] = {}
    for row, record in enumerate(records, 1):
        deal = text_of(record.get("OpportunityId"))
        when = found.moment(record.get("CreatedDate"), row, "CreatedDate")
        if "Field" in record:
            field = text_of(record["Field"])
            if field == "created" and when is not None:
                found.created.setdefault(deal, when)
            if field not in {"StageName", "Stage"}:
                continue
            if when is not None and (deal not in first or when < first[deal][0]):
                first[deal] = (when, text_of(record.get("OldValue")), row)
            found.enter(deal, text_of(record.get("NewValue")), when, row, "NewValue")
        else:
            found.enter(deal, text_of(record.get("StageName")), when, row, "StageName")
            if deal not in known:
                found.describe(deal, record, {}, row, "Amount")
    for deal, (_, stage, row) in first.items():
        if stage and found.created.get(deal) is not None:
            found.enter(deal, stage, found.created[deal], row, "OldValue")


def _described(found: Changes, opportunities: Any) -> dict[str, tuple[Mapping[str, Any], int]]:
    known: dict[str, tuple[Mapping[str, Any], int]] = {}
    for row, record in enumerate(records_of(opportunities, name="opportunities"), 1):
        deal = text_of(record.get("Id"))
        if not deal:
            found.fault("deal-without-id", row, "Id", "")
            continue
        known[deal] = (record, row)
        created = found.moment(record.get("CreatedDate"), row, "CreatedDate")
        if created is not None:
            found.created[deal] = created
        found.describe(deal, record, _FIELDS, row, "Amount")
    return known
