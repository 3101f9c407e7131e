"""Salesforce opportunities to a stage history.

Field names as in Salesforce's object reference: ``OpportunityHistory`` (``OpportunityId``,
``StageName``, ``CreatedDate``, ``Amount``) and ``OpportunityFieldHistory`` (``OpportunityId``,
``Field``, ``OldValue``, ``NewValue``, ``CreatedDate``); ``Opportunity`` (``Id``, ``Amount``,
``LeadSource``, ``OwnerId``, ``CreatedDate``, ``StageName``, ``IsClosed``, ``IsWon``,
``IsDeleted``); ``OpportunityStage`` (``ApiName``, ``MasterLabel``, ``SortOrder``, ``IsClosed``,
``IsWon``). Names of fields are the same in any case, and an id of 15 characters is the one of 18
that begins with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from salesfunnel._core.errors import ArgumentError
from salesfunnel.data.history import StageHistory
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.intake.crm._changes import Changes
from salesfunnel.intake.crm._records import flag, records_of, text_of
from salesfunnel.intake.crm._stages import stages_of

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
_NAMES = {
    name.casefold(): name
    for name in (
        *("Id", "OpportunityId", "Field", "OldValue", "NewValue", "StageName", "CreatedDate"),
        *("Amount", "IsClosed", "IsWon", "IsDeleted", *_FIELDS.values()),
    )
}
_SHORT = 15
Record = Mapping[str, Any]


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
    dayfirst: bool | None = None,
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
    stages : sequence of str or of dict, optional
        Names of the stages in order, or ``OpportunityStage`` rows, which say what means won and
        lost. By default the stages of a new organisation.
    funnel, won, lost, as_of, tz, dayfirst
        As in ``hubspot``. A stage of an opportunity with ``IsClosed`` but not ``IsWon`` means lost.

    Returns
    -------
    StageHistory
        Deleted opportunities (``IsDeleted``) are left out, and told.

    Raises
    ------
    IntakeError
        With every fault, if no stage change can be read.
    ArgumentError
        If `records` are opportunities: they do not know when their stages began.
    """
    given = [] if opportunities is None else list(records_of(opportunities, name="opportunities"))
    rows = [None if record is None else _named(record) for record in given]
    losses = [lost] if isinstance(lost, str) else [str(word) for word in lost]
    losses += sorted(_lost_stages(rows) - set(losses))
    listed = stages_of(stages, funnel, default=STAGES, won=won, lost=losses)
    found = Changes(stages=listed, tz=tz, dayfirst=dayfirst, funnel=funnel)
    known = _described(found, rows)
    _rows(found, records, known)
    moved = {deal for deal, _, _ in found.rows}
    for deal, (record, row) in known.items():
        if deal not in moved:
            stage = text_of(record.get("StageName"))
            found.enter(deal, stage, found.created.get(deal), row, "StageName")
    return found.history(as_of)


def _named(record: Record) -> Record:
    """Return a record with the names of its fields as in the object reference."""
    return {_NAMES.get(str(key).casefold(), str(key)): value for key, value in record.items()}


def _lost_stages(rows: Iterable[Record | None]) -> set[str]:
    """Return the stages in which opportunities are closed and not won."""
    closed = (r for r in rows if r and flag(r.get("IsClosed")) and flag(r.get("IsWon")) is False)
    return {text_of(record.get("StageName")) for record in closed} - {""}


def _rows(found: Changes, records: Any, known: Mapping[str, tuple[Record, int]]) -> None:
    """Keep the rows of a stage history or of a field history."""
    full = {deal[:_SHORT]: deal for deal in known}
    first: dict[str, tuple[Any, str, int]] = {}
    for row, written in found.records(records, "records"):
        record = _named(written)
        _check_kind(record, row)
        deal = text_of(record.get("OpportunityId"))
        deal = full.get(deal[:_SHORT], deal) if len(deal) >= _SHORT else deal
        if deal in found.dropped:
            continue
        when = found.moment(record.get("CreatedDate"), row, "CreatedDate")
        if "Field" not in record:
            found.enter(deal, text_of(record.get("StageName")), when, row, "StageName")
            if deal not in known:
                found.describe(deal, record, {}, row, "Amount")
            continue
        field = text_of(record["Field"])
        if field == "created" and when is not None:
            found.created.setdefault(deal, when)
        if field not in {"StageName", "Stage"}:
            continue
        if when is not None and (deal not in first or when < first[deal][0]):
            first[deal] = (when, text_of(record.get("OldValue")), row)
        found.enter(deal, text_of(record.get("NewValue")), when, row, "NewValue")
    for deal, (_, stage, row) in first.items():
        if stage and deal:
            found.enter(deal, stage, found.created.get(deal), row, "OldValue")


def _check_kind(record: Record, row: int) -> None:
    """Refuse opportunities in the place of their history, by the first record."""
    if row == 1 and "OpportunityId" not in record and {"Id", "StageName"} <= record.keys():
        raise ArgumentError(
            "'records' must hold OpportunityHistory or OpportunityFieldHistory,"
            " got what looks like Opportunity",
            hint="an opportunity knows its present stage only: pass it as opportunities=",
        )


def _described(found: Changes, rows: Iterable[Record | None]) -> dict[str, tuple[Record, int]]:
    known: dict[str, tuple[Record, int]] = {}
    for row, record in enumerate(rows, 1):
        if record is None:
            found.fault("record-not-understood", row, "opportunities", "")
            continue
        deal = text_of(record.get("Id"))
        if not found.deal(deal, row, "Id"):
            continue
        if flag(record.get("IsDeleted")):
            found.drop(deal)
            continue
        known[deal] = (record, row)
        created = found.moment(record.get("CreatedDate"), row, "CreatedDate")
        if created is not None:
            found.created[deal] = created
        found.describe(deal, record, _FIELDS, row, "Amount")
    return known
