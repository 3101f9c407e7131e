"""Deals of 微盛 to a stage history.

Field names as in its API: ``records`` of ``saleOpportunity/page`` (``id``, ``name``, ``amount``,
``phase_id``, ``phase_name``, ``phase_time``, ``expected_time``, ``endTime``, ``reason``,
``create_time``, ``follow_time``, ``user_id``, ``company_id``, ``contact_id``, ``priority``,
``intention``, ``competitor``, ``field_map``). ``1970-01-01 08:00:00`` means that there is no time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from salesfunnel.intake.crm._attributes import Layout
from salesfunnel.intake.crm._listed import source_of
from salesfunnel.intake.crm._records import text_of
from salesfunnel.intake.crm._vendor import Record, Vendor

__all__ = ["wshoto"]


def _prepare(record: Record) -> Record:
    """Return a deal with its own fields at the first level, and without times of 1970."""
    custom = record.get("field_map")
    whole = {**record, **(custom if isinstance(custom, Mapping) else {})}
    return {key: _cell(value) for key, value in whole.items()}


def _cell(value: object) -> Any:
    return None if text_of(value).startswith("1970-01-01") else value


wshoto = source_of(
    "wshoto",
    Vendor(
        layout=Layout(
            named={
                "name": "name",
                "owner": "user_id",
                "account": "company_id",
                "contact": "contact_id",
                "lost_reason": "reason",
            },
            used=frozenset(
                {"id", "phase_id", "phase_name", "phase_time", "amount", "expected_time"}
                | {"endTime", "create_time", "follow_time", "field_map", "goods_list", "contact"}
                | {"reason_id", "remark"}
            ),
            ids=frozenset({"owner", "account", "contact"}),
        ),
        id=("id",),
        stage=("phase_id",),
        stage_name=("phase_name",),
        created=("create_time",),
        since=("phase_time",),
        closed=("endTime",),
        expected=("expected_time",),
        amount=("amount",),
        prepare=_prepare,
        local=True,
    ),
    title="deals of 微盛",
    about=(
        "What ``saleOpportunity/page`` returns: ``records`` with ``total``. The name of the phase\n"
        "says what is won (赢单) and lost (输单)."
    ),
)
