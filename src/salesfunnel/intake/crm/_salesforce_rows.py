"""Rows of Salesforce's OpportunityHistory and OpportunityFieldHistory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from salesfunnel._core.errors import ArgumentError
from salesfunnel.intake.crm._changes import Changes
from salesfunnel.intake.crm._pages import read_pages
from salesfunnel.intake.crm._records import flag, text_of

__all__ = ["category_of", "read_rows"]

_SHORT = 15
_STATE = {
    "Amount": "amount",
    "CurrencyIsoCode": "currency",
    "CloseDate": "expected",
    "ForecastCategory": "category",
    "Probability": "probability",
}
"""Fields of an OpportunityHistory row, and as what their history is kept."""
_EDITED = {
    **_STATE,
    "ForecastCategoryName": "category",
    "Owner": "owner",
    "OwnerId": "owner",
    "RecordType": "pipeline",
    "RecordTypeId": "pipeline",
}
Record = Mapping[str, Any]


def read_rows(
    found: Changes,
    records: object,
    known: Mapping[str, tuple[Record, int]],
    named: Callable[[Record], Record],
    *,
    skip: Collection[str],
) -> None:
    """Keep the rows of a stage history, of a field history, or of both.

    Parameters
    ----------
    found : Changes
        Gathers them.
    records : Any
        Rows, in pages or not.
    known : mapping of id to (opportunity, row)
        Opportunities.
    named : callable
        Gives the fields of a row their names in the object reference.
    skip : collection of str
        Opportunities of other record types.

    Raises
    ------
    ArgumentError
        If the first row is an opportunity.
    """
    full = {deal[:_SHORT]: deal for deal in (*known, *skip, *found.dropped)}
    first: dict[tuple[str, str], tuple[Any, Any, int]] = {}
    whole: set[str] = set()
    for row, written in found.records(read_pages(records, name="records")):
        record = named(written)
        _check_kind(record, row)
        deal = text_of(record.get("OpportunityId"))
        deal = full.get(deal[:_SHORT], deal) if len(deal) >= _SHORT else deal
        if deal in found.dropped or deal in skip or flag(record.get("IsDeleted")):
            continue
        when = found.moment(record.get("CreatedDate"), row, "CreatedDate")
        if "Field" in record:
            _edit(found, deal, record, when, row, first)
        else:
            whole.add(deal)
            _state(found, deal, record, when, row, described=deal in known)
    for (deal, field), (_, value, row) in first.items():
        born = found.created.get(deal)
        if deal in whole and field != "owner":
            continue  # the rows of the whole state begin before the first edit
        if field == "stage":
            if value and deal:
                found.enter(deal, text_of(value), born, row, "OldValue")
        elif born is not None:
            found.log(deal, field, born, value, row, "OldValue")


def _state(
    found: Changes, deal: str, record: Record, when: object, row: int, *, described: bool
) -> None:
    """Keep a row of OpportunityHistory: the whole state after an edit."""
    stage = text_of(record.get("StageName"))
    found.chance(stage, record.get("Probability"))
    category = text_of(record.get("ForecastCategory"))
    chance = text_of(record.get("Probability"))
    found.means(
        stage,
        won=category == "Closed" and chance in {"100", ""},
        lost=category == "Omitted" and chance == "0",
    )
    found.enter(deal, stage, when, row, "StageName")
    if not described and when is not None and found.ends.get(deal, (when, ""))[0] == when:
        amount = found.amount(record.get("Amount"), row, "Amount")
        if amount is not None:
            found.value[deal] = amount
    for name, field in _STATE.items():
        if name in record:
            cell = record[name]
            cell = category_of(text_of(cell)) if field == "category" else cell
            found.log(deal, field, when, cell, row, name)


def _edit(
    found: Changes,
    deal: str,
    record: Record,
    when: object,
    row: int,
    first: dict[tuple[str, str], tuple[Any, Any, int]],
) -> None:
    """Keep a row of OpportunityFieldHistory: one field before and after an edit."""
    name = text_of(record["Field"])
    if name == "created" and when is not None and deal:
        found.created.setdefault(deal, when)
    stage = name in {"StageName", "Stage"}
    field = "stage" if stage else _EDITED.get(name)
    if field is None:
        return
    old, new = record.get("OldValue"), record.get("NewValue")
    if field == "category":
        old, new = category_of(text_of(old)), category_of(text_of(new))
    if field == "owner" and not (_is_id(new) and (_is_id(old) or not text_of(old))):
        return  # an owner is written twice: by id and by name
    key = (deal, field)
    if when is not None and (key not in first or when < first[key][0]):
        first[key] = (when, old, row)
    if stage:
        found.enter(deal, text_of(new), when, row, "NewValue")
    else:
        found.log(deal, field, when, new, row, "NewValue")


def category_of(word: str) -> str:
    """Return a forecast category as the API calls it; that of the label "Commit" is Forecast."""
    return {"Best Case": "BestCase", "Most Likely": "MostLikely", "Commit": "Forecast"}.get(
        word, word
    )


def _is_id(value: object) -> bool:
    text = text_of(value)
    return len(text) in {_SHORT, 18} and text.isalnum() and text.isascii()


def _check_kind(record: Record, row: int) -> None:
    """Refuse opportunities in the place of their history, by the first record."""
    if row == 1 and "OpportunityId" not in record and {"Id", "StageName"} <= record.keys():
        raise ArgumentError(
            "'records' must hold OpportunityHistory or OpportunityFieldHistory,"
            " got what looks like Opportunity",
            hint="an opportunity knows its present stage only: pass it as opportunities=",
        )
