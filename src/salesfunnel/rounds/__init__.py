"""The monthly round: what was filled in is judged, the plan goes on, the next sheet goes out."""

from __future__ import annotations

from salesfunnel.rounds._department_pages import department_pages
from salesfunnel.rounds._make_round import RoundRecords, make_round
from salesfunnel.rounds.judging import judged_period
from salesfunnel.rounds.result import DepartmentPage, Round, RoundTask, StageLoss

__all__ = [
    "DepartmentPage",
    "Round",
    "RoundRecords",
    "RoundTask",
    "StageLoss",
    "department_pages",
    "judged_period",
    "make_round",
]
