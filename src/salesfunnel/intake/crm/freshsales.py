"""Deals of Freshsales to a stage history.

Field names as in the API: deals (``id``, ``name``, ``amount``, ``currency_id``,
``expected_close``, ``closed_date``, ``stage_updated_time``, ``probability``, ``created_at``,
``updated_at``, ``deal_pipeline_id``, ``deal_stage_id``, ``owner_id``, ``custom_field``); stages
(``id``, ``name``, ``position``, ``forecast_type``, ``probability``, ``deal_pipeline_id``).
Freshsales gives no history of stages.
"""

from __future__ import annotations

from collections.abc import Mapping

from salesfunnel.intake.crm._attributes import Layout
from salesfunnel.intake.crm._listed import source_of
from salesfunnel.intake.crm._vendor import Record, Vendor

__all__ = ["freshsales"]


def _prepare(record: Record) -> Record:
    """Return a deal with its custom fields at the first level."""
    custom = record.get("custom_field")
    return {**record, **(custom if isinstance(custom, Mapping) else {})}


freshsales = source_of(
    "freshsales",
    Vendor(
        layout=Layout(
            named={
                "name": "name",
                "owner": "owner_id",
                "account": "sales_account_id",
                "channel": "lead_source_id",
                "type": "deal_type_id",
                "pipeline": "deal_pipeline_id",
                "currency": "currency_id",
            },
            used=frozenset(
                {"id", "deal_stage_id", "amount", "base_currency_amount", "created_at"}
                | {"updated_at", "closed_date", "expected_close", "stage_updated_time"}
                | {"custom_field", "links", "creater_id", "updater_id", "expected_deal_value"}
                | {"age", "last_contacted_sales_activity_mode", "last_contacted_via_sales_activity"}
            ),
            ids=frozenset({"owner", "account", "channel", "type", "pipeline", "currency"}),
            numbers=False,
        ),
        id=("id",),
        stage=("deal_stage_id",),
        pipeline=("deal_pipeline_id",),
        created=("created_at",),
        since=("stage_updated_time",),
        closed=("closed_date",),
        last=("updated_at",),
        expected=("expected_close",),
        amount=("amount",),
        chance=("probability",),
        prepare=_prepare,
    ),
    title="deals of Freshsales",
    about=(
        "Deals as a view returns them. Pass `stages`, what ``selector/deal_stages`` returns: its\n"
        "``forecast_type`` says which mean won and lost."
    ),
)
