"""Opportunities of Close to a stage history.

Field names as in Close's API: opportunities (``id``, ``lead_id``, ``lead_name``, ``pipeline_id``,
``pipeline_name``, ``status_id``, ``status_label``, ``status_type`` active, won or lost, ``value``
in cents, ``value_currency``, ``value_period``, ``confidence``, ``date_created``, ``date_won``,
``date_lost``, ``date_updated``, ``user_id``, ``user_name``); status changes
(``opportunity_id``, ``old_status_id``, ``new_status_id``, ``date_created``); pipelines (``id``,
``name``, ``statuses`` with ``id``, ``label``, ``type``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from salesfunnel.intake.crm._attributes import Layout
from salesfunnel.intake.crm._listed import source_of
from salesfunnel.intake.crm._records import text_of
from salesfunnel.intake.crm._vendor import Record, Vendor, by_word, value_of

__all__ = ["close"]


def _prepare(record: Record) -> Record:
    """Return an opportunity whose owner carries its name."""
    owner = {"id": record.get("user_id"), "name": record.get("user_name")}
    return {**record, "user_id": owner if text_of(owner) else record.get("user_id")}


def _moves(record: Record) -> Sequence[tuple[str, str, Any, Any, Any]]:
    deal = text_of(record.get("opportunity_id"))
    time = value_of(record, ("activity_at", "date_created"))[1]
    return [(deal, "stage", record.get("old_status_id"), record.get("new_status_id"), time)]


close = source_of(
    "close",
    Vendor(
        layout=Layout(
            named={
                "name": "lead_name",
                "owner": "user_id",
                "account": "lead_id",
                "contact": "contact_id",
                "pipeline": "pipeline_id",
                "currency": "value_currency",
                "period": "value_period",
            },
            used=frozenset(
                {"id", "status_id", "status_label", "status_type", "value", "pipeline_name"}
                | {"date_created", "date_updated", "date_won", "date_lost", "user_name", "note"}
                | {"created_by", "updated_by", "created_by_name", "updated_by_name"}
                | {"organization_id", "value_formatted", "contact_name", "integration_links"}
            ),
            skip=re.compile(r"annualized_\w+|expected_value\w*|stall_status|attachments", re.ASCII),
            ids=frozenset({"owner", "account", "contact", "pipeline"}),
        ),
        id=("id",),
        stage=("status_id",),
        stage_name=("status_label",),
        pipeline=("pipeline_id",),
        pipeline_name=("pipeline_name",),
        created=("date_created",),
        closed=("date_won", "date_lost"),
        last=("date_updated",),
        amount=("value",),
        currency=("value_currency",),
        chance=("confidence",),
        prepare=_prepare,
        outcome=by_word(("status_type",), {"active": "open", "won": "won", "lost": "lost"}),
        cents=True,
        moves=_moves,
    ),
    title="opportunities of Close",
    about="What ``opportunity/`` returns: ``data`` with ``has_more``. ``value`` counts cents.",
    changes="Activities of the type ``OpportunityStatusChange``.",
)
