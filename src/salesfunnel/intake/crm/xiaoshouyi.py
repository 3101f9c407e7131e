"""Opportunities of 销售易 (Neocrm) to a stage history.

Field names as in its tables: ``opportunity`` (``id``, ``opportunityName``, ``entityType``: the
business type, ``ownerId``, ``accountId``, ``money``, ``saleStageId``, ``lostStageId``,
``winRate``, ``closeDate``: expected, ``createdAt``, ``updatedAt``, ``stageUpdatedAt``,
``sourceId``, ``reason``, ``reasonDesc``, ``dimDepart``, ``commitmentFlg``). Times are
milliseconds, as numbers or as text.
"""

from __future__ import annotations

from salesfunnel.intake.crm._attributes import Layout
from salesfunnel.intake.crm._listed import source_of
from salesfunnel.intake.crm._records import text_of
from salesfunnel.intake.crm._vendor import Record, Vendor

__all__ = ["xiaoshouyi"]


def _outcome(record: Record) -> str:
    """Return lost where the stage of the loss is stated: the present stage says the rest."""
    return "lost" if text_of(record.get("lostStageId")) not in {"", "0"} else ""


def _prepare(record: Record) -> Record:
    """Return an opportunity of which a loss has the stage in which it was lost."""
    lost = text_of(record.get("lostStageId"))
    return {**record, "saleStageId": lost} if lost not in {"", "0"} else record


xiaoshouyi = source_of(
    "xiaoshouyi",
    Vendor(
        layout=Layout(
            named={
                "name": "opportunityName",
                "owner": "ownerId",
                "account": "accountId",
                "pipeline": "entityType",
                "type": "opportunityType",
                "channel": "sourceId",
                "department": "dimDepart",
                "lost_reason": "reason",
                "category": "commitmentFlg",
            },
            used=frozenset(
                {"id", "saleStageId", "lostStageId", "money", "closeDate", "createdAt"}
                | {"updatedAt", "stageUpdatedAt", "createdBy", "updatedBy", "winRate"}
                | {"recentActivityRecordTime", "recentActivityCreatedBy", "fcastMoney"}
            ),
            ids=frozenset(
                {"owner", "account", "pipeline", "type", "channel", "department", "lost_reason"}
                | {"category", "leadId", "campaignId", "priceId", "territoryId"}
            ),
            numbers=False,
        ),
        id=("id",),
        stage=("saleStageId",),
        pipeline=("entityType",),
        created=("createdAt",),
        since=("stageUpdatedAt",),
        last=("updatedAt",),
        expected=("closeDate",),
        amount=("money",),
        chance=("winRate",),
        prepare=_prepare,
        outcome=_outcome,
        keeps_stage=False,
        local=True,
    ),
    title="opportunities of 销售易",
    about=(
        "Opportunities as the API's queries return them (``result`` with ``records`` and\n"
        "``totalSize``). Stages are ids: pass `stages` with their names, the stage of 赢单 among\n"
        "them, or `won`. An opportunity with a ``lostStageId`` is lost, in that stage."
    ),
)
