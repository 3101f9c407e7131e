"""Deals of Bitrix24 to a stage history.

Field names as in Bitrix24's REST API: ``crm.deal.list`` (``ID``, ``TITLE``, ``CATEGORY_ID``,
``STAGE_ID``, ``STAGE_SEMANTIC_ID`` P, S or F, ``OPPORTUNITY``: the amount, ``CURRENCY_ID``,
``DATE_CREATE``, ``MOVED_TIME``, ``CLOSEDATE``: planned, ``CLOSED``, ``ASSIGNED_BY_ID``,
``SOURCE_ID``, ``TYPE_ID``, ``PROBABILITY``, ``COMPANY_ID``) and ``crm.item.list`` (the same in
camelCase); ``crm.stagehistory.list`` (``OWNER_ID``, ``STAGE_ID``, ``CREATED_TIME``,
``CATEGORY_ID``, ``STAGE_SEMANTIC_ID``); ``crm.status.list`` (``ENTITY_ID`` DEAL_STAGE or
DEAL_STAGE_<category>, ``STATUS_ID``, ``NAME``, ``SORT``, ``SEMANTICS``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from salesfunnel.intake.crm._attributes import Layout
from salesfunnel.intake.crm._listed import source_of
from salesfunnel.intake.crm._records import text_of
from salesfunnel.intake.crm._vendor import Record, Vendor, by_word

__all__ = ["bitrix24"]

_SEMANTICS = {"s": "won", "f": "lost", "p": "open"}
_ITEM = {
    "id": "ID",
    "title": "TITLE",
    "categoryId": "CATEGORY_ID",
    "stageId": "STAGE_ID",
    "stageSemanticId": "STAGE_SEMANTIC_ID",
    "opportunity": "OPPORTUNITY",
    "currencyId": "CURRENCY_ID",
    "createdTime": "DATE_CREATE",
    "updatedTime": "DATE_MODIFY",
    "movedTime": "MOVED_TIME",
    "closedate": "CLOSEDATE",
    "closed": "CLOSED",
    "assignedById": "ASSIGNED_BY_ID",
    "sourceId": "SOURCE_ID",
    "typeId": "TYPE_ID",
    "probability": "PROBABILITY",
    "companyId": "COMPANY_ID",
    "begindate": "BEGINDATE",
    "leadId": "LEAD_ID",
    "contactId": "CONTACT_ID",
}
"""Fields of crm.item.list, and as what crm.deal.list has them."""


def _prepare(record: Record) -> Record:
    return {_ITEM.get(str(key), str(key)): value for key, value in record.items()}


def _moves(record: Record) -> Sequence[tuple[str, str, Any, Any, Any]]:
    """Return the stage that a row of the stage history tells, and the pipeline it is in."""
    deal, time = text_of(record.get("OWNER_ID")), record.get("CREATED_TIME")
    found = [(deal, "stage", "", record.get("STAGE_ID"), time)]
    if text_of(record.get("CATEGORY_ID")):
        found.append((deal, "pipeline", "", record.get("CATEGORY_ID"), time))
    return found


bitrix24 = source_of(
    "bitrix24",
    Vendor(
        layout=Layout(
            named={
                "name": "TITLE",
                "owner": "ASSIGNED_BY_ID",
                "account": "COMPANY_ID",
                "channel": "SOURCE_ID",
                "type": "TYPE_ID",
                "pipeline": "CATEGORY_ID",
                "currency": "CURRENCY_ID",
            },
            used=frozenset(
                {"ID", "STAGE_ID", "STAGE_SEMANTIC_ID", "OPPORTUNITY", "DATE_CREATE", "DATE_MODIFY"}
                | {"MOVED_TIME", "CLOSEDATE", "CLOSED", "BEGINDATE", "CREATED_BY_ID", "MOVED_BY_ID"}
                | {"MODIFY_BY_ID", "LAST_ACTIVITY_TIME", "LAST_ACTIVITY_BY", "CONTACT_IDS"}
            ),
            skip=re.compile(
                r"IS_\w+|TAX_VALUE|OPENED|ADDITIONAL_INFO|LOCATION_ID|ORIGIN\w*|STAGE_ID_\w+"
                r"|LAST_\w+|last[A-Z]\w*|is[A-Z]\w*|\w+Account|entityTypeId|observers|contactIds"
                r"|createdBy|updatedBy|movedBy|opened|xmlId|webformId|mycompanyId|taxValue"
                r"|previousStageId",
                re.ASCII,
            ),
            ids=frozenset({"owner", "account", "pipeline", "LEAD_ID", "CONTACT_ID"}),
            numbers=False,
        ),
        id=("ID",),
        stage=("STAGE_ID",),
        pipeline=("CATEGORY_ID",),
        created=("DATE_CREATE",),
        since=("MOVED_TIME",),
        last=("DATE_MODIFY",),
        expected=("CLOSEDATE",),
        amount=("OPPORTUNITY",),
        currency=("CURRENCY_ID",),
        chance=("PROBABILITY",),
        prepare=_prepare,
        outcome=by_word(("STAGE_SEMANTIC_ID",), _SEMANTICS),
        moves=_moves,
        closed_by_expected=True,
    ),
    title="deals of Bitrix24",
    about=(
        "What ``crm.deal.list`` or ``crm.item.list`` returns: ``result`` with ``total`` and\n"
        "``next``, or the items of all pages, as a client such as b24pysdk gathers them."
    ),
    changes=(
        "What ``crm.stagehistory.list`` with ``entityTypeId=2`` returns; a change of the pipeline\n"
        "    is one of its rows."
    ),
)
