"""Opportunities of 纷享销客 to a stage history.

Field names as in its API: ``NewOpportunityObj`` (``_id``, ``name``, ``amount``, ``close_date``:
expected, ``account_id``, ``sales_stage``, ``sales_status``, ``sales_process_id``,
``probability``, ``owner``, ``owner_department``, ``create_time``, ``last_modified_time``,
``stg_changed_time``, ``life_status``, ``is_deleted``, ``record_type``) and ``OpportunityObj``
(``oppo_stage_id``, ``sales_stg_changed_time``, ``expected_deal_closed_date``, ``biz_status``,
``sales_process_name``). A name ending in ``__r`` holds the label of the field without it; times
are milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from salesfunnel.intake.crm._attributes import Layout
from salesfunnel.intake.crm._listed import source_of
from salesfunnel.intake.crm._records import flag, label_of, text_of
from salesfunnel.intake.crm._vendor import Record, Vendor, by_word

__all__ = ["fxiaoke"]

_STATUS = {
    "进行中": "open", "赢单": "won", "输单": "lost", "无效": "lost", "running": "open",
    "進行中": "open", "贏單": "won", "輸單": "lost", "無效": "lost",
}  # fmt: skip


def _prepare(record: Record) -> Record:
    """Return a record whose values carry their labels."""
    found: dict[str, Any] = {}
    for name, value in record.items():
        key = str(name)
        if key.endswith("__r"):
            continue
        label = record.get(key + "__r")
        words = label_of(label) if isinstance(label, Mapping) else text_of(label)
        one = value[0] if isinstance(value, list) and len(value) == 1 else value
        found[key] = {"id": text_of(one), "name": words} if words and text_of(one) else one
    return found


def _gone(record: Record) -> str:
    return "deleted" if flag(record.get("is_deleted")) else ""


fxiaoke = source_of(
    "fxiaoke",
    Vendor(
        layout=Layout(
            named={
                "name": "name",
                "owner": "owner",
                "department": "owner_department",
                "account": "account_id",
                "pipeline": "sales_process_id",
                "status": "sales_status",
                "type": "record_type",
            },
            used=frozenset(
                {"_id", "sales_stage", "oppo_stage_id", "amount", "close_date", "create_time"}
                | {"last_modified_time", "stg_changed_time", "sales_stg_changed_time"}
                | {"expected_deal_closed_date", "is_deleted", "created_by", "last_modified_by"}
                | {"relevant_team", "last_followed_time", "cost_time", "version", "life_status"}
                | {"lock_status", "lock_user", "owner_department_id", "data_own_department"}
                | {"sales_process_name", "biz_status", "probability_amount", "tenant_id"}
            ),
            skip=re.compile(
                r"(before|after|target)_sale_\w+|after_stage_\w+|source_sale_\w+|is_\w+"
                r"|extend_obj_data_id|object_describe_\w+|\w+_lines_sum|order_by|package|_\w+"
                r"|searchAfterId|total_num|out_\w+|lock_rule|life_status_before_invalid",
                re.ASCII,
            ),
            ids=frozenset({"owner", "account", "pipeline", "status", "type"}),
        ),
        id=("_id",),
        stage=("sales_stage", "oppo_stage_id"),
        pipeline=("sales_process_id",),
        pipeline_name=("sales_process_name",),
        created=("create_time",),
        since=("stg_changed_time", "sales_stg_changed_time"),
        last=("last_modified_time",),
        expected=("close_date", "expected_deal_closed_date"),
        amount=("amount", "expected_deal_amount"),
        chance=("probability",),
        prepare=_prepare,
        outcome=by_word(("sales_status", "biz_status"), _STATUS),
        gone=_gone,
        local=True,
    ),
    title="opportunities of 纷享销客",
    about=(
        "What ``crm/v2/data/query`` returns for ``NewOpportunityObj`` or ``OpportunityObj``:\n"
        "``dataList`` with ``total``. The API gives the time of the last change of the stage only."
    ),
)
