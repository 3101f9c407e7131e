"""Deals of 微伴助手 to a stage history.

Field names as in its API: opportunities (``id``, ``serial_number``, ``name``, ``stage_id``,
``stage`` with its name, ``stage_group_id`` and ``stage_group_name``: the pipeline,
``stage_update_time``, ``status``, ``created_at``, ``updated_at``, ``end_time``,
``expect_amount``, ``expect_date``, ``fail_reason``, ``staff_id``, ``staff``, ``deleted``,
``property_list``). Times are seconds since 1970.
"""

from __future__ import annotations

from salesfunnel.intake.crm._attributes import Layout
from salesfunnel.intake.crm._listed import source_of
from salesfunnel.intake.crm._records import flag, label_of, text_of
from salesfunnel.intake.crm._vendor import Record, Vendor

__all__ = ["weiban"]


def _prepare(record: Record) -> Record:
    """Return a deal whose stage and member of the staff carry their names."""
    found = dict(record)
    for key, whole in (("stage_id", "stage"), ("staff_id", "staff")):
        name = label_of(record.get(whole))
        if name and text_of(record.get(key)):
            found[key] = {"id": record[key], "name": name}
    return found


def _outcome(record: Record) -> str:
    return "lost" if record.get("fail_reason") else ""


def _gone(record: Record) -> str:
    return "deleted" if flag(record.get("deleted")) else ""


weiban = source_of(
    "weiban",
    Vendor(
        layout=Layout(
            named={
                "name": "name",
                "owner": "staff_id",
                "pipeline": "stage_group_id",
                "lost_reason": "fail_reason",
                "status": "status",
            },
            used=frozenset(
                {"id", "stage_id", "stage", "staff", "created_at", "updated_at", "end_time"}
                | {"stage_update_time", "expect_date", "deleted", "stage_group_name", "corp_id"}
                | {"creator_id", "staff_ext_id", "department_ext_id", "user", "organization"}
                | {"eu_staff_relation_id", "chat_list", "help_staff_list", "help_user_list"}
                | {"goods_list", "sku_list", "eu_remark", "property_list", "bind_order_status"}
            ),
            ids=frozenset({"owner", "pipeline", "status", "organization_id", "department_id"}),
        ),
        id=("id", "serial_number"),
        stage=("stage_id",),
        pipeline=("stage_group_id",),
        pipeline_name=("stage_group_name",),
        created=("created_at",),
        since=("stage_update_time",),
        closed=("end_time",),
        last=("updated_at",),
        expected=("expect_date",),
        prepare=_prepare,
        outcome=_outcome,
        gone=_gone,
        local=True,
    ),
    title="deals of 微伴助手",
    about=(
        "Opportunities as ``opportunity/one`` and ``opportunity/list`` return them. The unit of\n"
        "``expect_amount`` is not published, so that it is an attribute and not the amount of the\n"
        "deal. A deal with a ``fail_reason`` is lost; the name of its stage says that it is won."
    ),
)
