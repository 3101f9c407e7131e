"""Stage histories: deals with the time of every stage, as columns."""

from __future__ import annotations

from salesfunnel.data.history._link import link
from salesfunnel.data.history.cohort_counts import DealCohorts, deal_cohorts
from salesfunnel.data.history.fates import StageFates, stage_fates
from salesfunnel.data.history.field_history import FieldHistory
from salesfunnel.data.history.from_changes import history_from_changes
from salesfunnel.data.history.stage_history import LOST, OPEN, WON, StageHistory

__all__ = [
    "LOST",
    "OPEN",
    "WON",
    "FieldHistory",
    "DealCohorts",
    "StageFates",
    "StageHistory",
    "history_from_changes",
    "link",
    "deal_cohorts",
    "stage_fates",
]
