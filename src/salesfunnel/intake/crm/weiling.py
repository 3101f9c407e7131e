"""Deals of 卫瓴 to a stage history.

Field names as in its API: ``business_list`` (``business_id``, ``business_opp_number``,
``business_name``, ``company_id``, ``company_name``, ``stage``, ``stage_name``, ``owner_id``,
``except_amount``, ``except_date``, ``winning_amount``, ``winning_date``, ``create_time``,
``update_time``: milliseconds, ``fail_reason``, ``fail_reason_desc``, ``business_custom``).
"""

from __future__ import annotations

from collections.abc import Mapping

from salesfunnel.intake.crm._attributes import Layout
from salesfunnel.intake.crm._listed import source_of
from salesfunnel.intake.crm._records import text_of
from salesfunnel.intake.crm._vendor import Record, Vendor

__all__ = ["weiling"]


def _prepare(record: Record) -> Record:
    """Return a deal with its own fields at the first level, and the amount it was won at."""
    custom = record.get("business_custom")
    found = {**record, **(custom if isinstance(custom, Mapping) else {})}
    if _won(record) and text_of(record.get("winning_amount")):
        found["except_amount"] = record["winning_amount"]
    return found


def _won(record: Record) -> bool:
    return text_of(record.get("stage_name")) == "赢单"


weiling = source_of(
    "weiling",
    Vendor(
        layout=Layout(
            named={
                "name": "business_name",
                "owner": "owner_id",
                "account": "company_id",
                "account_name": "company_name",
                "lost_reason": "fail_reason_desc",
            },
            used=frozenset(
                {"business_id", "business_opp_number", "stage", "stage_name", "except_amount"}
                | {"except_date", "winning_amount", "winning_date", "create_time", "update_time"}
                | {"business_custom", "staff_list", "customer_list", "create_user_id", "status"}
                | {"fail_reason"}
            ),
            ids=frozenset({"owner", "account"}),
        ),
        id=("business_id",),
        stage=("stage",),
        stage_name=("stage_name",),
        created=("create_time",),
        closed=("winning_date",),
        last=("update_time",),
        expected=("except_date",),
        amount=("except_amount",),
        prepare=_prepare,
        outcome=lambda record: "won" if _won(record) else "",
        local=True,
    ),
    title="deals of 卫瓴",
    about=(
        "What ``business/get`` returns: ``business_list`` with ``cursor``. The name of the stage\n"
        "says what is won (赢单) and lost (输单)."
    ),
)
