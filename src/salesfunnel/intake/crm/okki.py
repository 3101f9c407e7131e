"""Deals of 小满 OKKI to a stage history.

Field names as in its API: opportunities (``opportunity_id``, ``name``, ``company_id``,
``amount``, ``currency``, ``exchange_rate``, ``account_date``: expected, ``stage``, ``fail_type``,
``fail_remark``, ``handler``, ``origin_list``). The published interface writes these fields; the
answer of its list is not published, so that a record must bring its creation in ``create_time``.
"""

from __future__ import annotations

from salesfunnel.intake.crm._attributes import Layout
from salesfunnel.intake.crm._listed import source_of
from salesfunnel.intake.crm._records import text_of
from salesfunnel.intake.crm._vendor import Record, Vendor

__all__ = ["okki"]


def _outcome(record: Record) -> str:
    """Return lost where a reason of the loss is stated: the stage says the rest."""
    return "lost" if text_of(record.get("fail_type")) not in {"", "0"} else ""


okki = source_of(
    "okki",
    Vendor(
        layout=Layout(
            named={
                "name": "name",
                "owner": "handler",
                "account": "company_id",
                "channel": "origin_list",
                "currency": "currency",
                "lost_reason": "fail_type",
            },
            used=frozenset(
                {"opportunity_id", "stage", "stage_name", "amount", "account_date"}
                | {"create_time", "update_time", "customer_id", "exchange_rate_usd"}
            ),
            ids=frozenset({"owner", "account", "channel", "lost_reason"}),
            numbers=False,
        ),
        id=("opportunity_id",),
        stage=("stage",),
        stage_name=("stage_name",),
        created=("create_time",),
        last=("update_time",),
        expected=("account_date",),
        amount=("amount",),
        currency=("currency",),
        outcome=_outcome,
        local=True,
    ),
    title="deals of 小满 OKKI",
    about=(
        "Opportunities with the names of the published interface, and their creation in\n"
        "``create_time``. Pass `stages`, the options of the field ``stage``, and `won`."
    ),
)
