"""Deals of 悟空CRM (72crm) to a stage history.

Column names as in its tables, and the same in camelCase in its API: ``crm_business``
(``business_id``, ``type_id``: the pipeline, ``status_id``: the stage, ``business_name``,
``customer_id``, ``money``, ``deal_date``: expected, ``create_time``, ``update_time``,
``owner_user_id``, ``is_end`` 1 won 2 lost 3 invalid, ``status_remark``); ``crm_business_change``
(``business_id``, ``status_id``, ``create_time``); ``crm_business_status`` (``status_id``,
``type_id``, ``name``, ``rate``, ``order_num``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from salesfunnel.intake.crm._attributes import Layout
from salesfunnel.intake.crm._listed import source_of
from salesfunnel.intake.crm._records import fold_field, text_of
from salesfunnel.intake.crm._vendor import Record, Vendor, by_word

__all__ = ["wukong"]

_ENDS = {"0": "open", "1": "won", "2": "lost", "3": "lost", "赢单": "won", "输单": "lost",
         "无效": "lost"}  # fmt: skip


def _moves(record: Record) -> Sequence[tuple[str, str, Any, Any, Any]]:
    folded = {fold_field(key): value for key, value in record.items()}
    deal = text_of(folded.get("businessid"))
    return [(deal, "stage", "", folded.get("statusid"), folded.get("createtime"))]


wukong = source_of(
    "wukong",
    Vendor(
        layout=Layout(
            named={
                "name": "business_name",
                "owner": "owner_user_id",
                "owner_name": "owner_user_name",
                "account": "customer_id",
                "account_name": "customer_name",
                "pipeline": "type_id",
                "lost_reason": "status_remark",
                "end": "is_end",
            },
            used=frozenset(
                {"business_id", "status_id", "status_name", "type_name", "money", "deal_date"}
                | {"create_time", "update_time", "batch_id", "create_user_id", "create_user_name"}
                | {"next_time", "ro_user_id", "rw_user_id", "discount_rate", "total_price"}
                | {"last_time", "last_content", "followup", "remark"}
            ),
            ids=frozenset({"owner", "account", "pipeline", "end"}),
        ),
        id=("business_id",),
        stage=("status_id",),
        stage_name=("status_name",),
        pipeline=("type_id",),
        pipeline_name=("type_name",),
        created=("create_time",),
        last=("update_time",),
        expected=("deal_date",),
        amount=("money",),
        outcome=by_word(("is_end",), _ENDS),
        keeps_stage=True,
        local=True,
        moves=_moves,
    ),
    title="deals of 悟空CRM",
    about=(
        "Rows of ``crm_business``, or what the API of deals returns (``data`` with ``list`` and\n"
        '``totalRow``). A stage ``"won"`` is added at the end: ``is_end`` keeps won separate from\n'
        "stages; an invalid deal (3) counts as lost, and its attribute ``end`` says so."
    ),
    changes="Rows of ``crm_business_change``.",
)
