"""Deals of Zoho CRM to a stage history.

Field names as in Zoho's API: ``Deals`` (``id``, ``Deal_Name``, ``Stage``, ``Pipeline``,
``Amount``, ``Currency``, ``Closing_Date``, ``Probability``, ``Owner``, ``Account_Name``,
``Created_Time``, ``Stage_Modified_Time``, ``Lead_Source``); the related list ``Stage_History``
(``Potential_Name`` or the deal that the caller adds, ``Stage``, ``Modified_Time``: when the stage
was entered, ``Moved_To__s``, ``Amount``, ``Closing_Date``, ``Probability``); pipelines
(``display_value``, ``maps`` with ``display_value``, ``actual_value``, ``sequence_number``,
``forecast_type``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from salesfunnel.intake.crm._attributes import Layout
from salesfunnel.intake.crm._listed import source_of
from salesfunnel.intake.crm._records import text_of
from salesfunnel.intake.crm._vendor import Record, Vendor, value_of

__all__ = ["zoho"]

_LOGGED = {"Amount": "amount", "Closing_Date": "expected", "Probability": "probability"}


def _moves(record: Record) -> Sequence[tuple[str, str, Any, Any, Any]]:
    """Return the stage that a row of the stage history tells, and the state of the deal then."""
    deal = text_of(value_of(record, ("deal_id", "Deal_Id", "Potential_Name", "Deal"))[1])
    time = value_of(record, ("Modified_Time", "Last_Modified_Time"))[1]
    stage = text_of(record.get("Stage"))
    found = [(deal, "stage", "", stage, time)]
    found += [
        (deal, field, "", record[name], time) for name, field in _LOGGED.items() if name in record
    ]
    return found


zoho = source_of(
    "zoho",
    Vendor(
        layout=Layout(
            named={
                "name": "Deal_Name",
                "owner": "Owner",
                "account": "Account_Name",
                "contact": "Contact_Name",
                "channel": "Lead_Source",
                "campaign": "Campaign_Source",
                "type": "Type",
                "pipeline": "Pipeline",
                "currency": "Currency",
            },
            used=frozenset(
                {"id", "Stage", "Amount", "Closing_Date", "Created_Time", "Modified_Time"}
                | {"Stage_Modified_Time", "Created_By", "Modified_By", "Last_Activity_Time"}
                | {"Record_Image", "Tag", "Change_Log_Time__s", "Layout"}
            ),
            skip=re.compile(r"\$.*|\w+__s", re.ASCII),
            ids=frozenset({"owner", "account", "contact", "campaign", "pipeline"}),
        ),
        id=("id", "Record Id"),
        stage=("Stage",),
        pipeline=("Pipeline",),
        created=("Created_Time",),
        since=("Stage_Modified_Time",),
        last=("Modified_Time",),
        expected=("Closing_Date",),
        amount=("Amount",),
        currency=("Currency",),
        chance=("Probability",),
        stages=(
            "Qualification",
            "Needs Analysis",
            "Value Proposition",
            "Identify Decision Makers",
            "Proposal/Price Quote",
            "Negotiation/Review",
            "Closed Won",
        ),
        lost=("Closed Lost", "Closed Lost to Competition", "Closed-Lost to Competition"),
        moves=_moves,
        closed_by_expected=True,
    ),
    title="deals of Zoho CRM",
    about=(
        "Records of the module ``Deals`` as the API gives them (``data`` with ``info``), or as\n"
        "objects of Zoho's client."
    ),
    changes=(
        "Rows of the related list ``Stage_History``, each with the id of its deal in ``deal_id``\n"
        "    or ``Potential_Name``: ``Modified_Time`` is when the stage was entered."
    ),
)
