"""Deals of 励销CRM to a stage history.

Field names as in its API: ``opportunities`` (``id``, ``title``, ``user_id``, ``user_name``,
``expect_amount``, ``sign_possibility``, ``stage``, ``stage_mapped``, ``expect_sign_date``,
``source``, ``source_mapped``, ``kind``, ``kind_mapped``, ``customer_id``, ``customer_name``,
``created_at``). Its API gives no time for the present stage and none for the end.
"""

from __future__ import annotations

from salesfunnel.intake.crm._attributes import Layout
from salesfunnel.intake.crm._listed import source_of
from salesfunnel.intake.crm._records import text_of
from salesfunnel.intake.crm._vendor import Record, Vendor

__all__ = ["lixiao"]

_PAIRS = {
    "user_id": "user_name",
    "customer_id": "customer_name",
    "source": "source_mapped",
    "kind": "kind_mapped",
}


def _prepare(record: Record) -> Record:
    """Return a deal whose ids carry their names, and whose probability is a number."""
    found = dict(record)
    for key, name in _PAIRS.items():
        if text_of(record.get(key)) and text_of(record.get(name)):
            found[key] = {"id": record[key], "name": record[name]}
    chance = text_of(record.get("sign_possibility"))
    return {**found, "sign_possibility": chance.rstrip("%")}


lixiao = source_of(
    "lixiao",
    Vendor(
        layout=Layout(
            named={
                "name": "title",
                "owner": "user_id",
                "account": "customer_id",
                "channel": "source",
                "type": "kind",
            },
            used=frozenset(
                {"id", "stage", "stage_mapped", "expect_amount", "expect_sign_date", "created_at"}
                | {"updated_at", "get_time", "creator", "title_pinyin", "is_own", "is_user_self"}
                | {"is_my_assist_entity", "sign_possibility", *_PAIRS.values()}
            ),
            ids=frozenset({"owner", "account", "channel", "type"}),
        ),
        id=("id",),
        stage=("stage",),
        stage_name=("stage_mapped",),
        created=("created_at",),
        expected=("expect_sign_date",),
        amount=("expect_amount",),
        chance=("sign_possibility",),
        prepare=_prepare,
        local=True,
    ),
    title="deals of 励销CRM",
    about=(
        "What the lists of opportunities return: ``opportunities`` with ``total_count``. The name\n"
        "of the stage says what is won (赢单) and lost (输单)."
    ),
)
