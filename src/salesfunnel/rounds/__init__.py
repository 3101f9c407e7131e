"""The monthly round: what was filled in is judged, the plan goes on, the next sheet goes out."""

from __future__ import annotations

from salesfunnel.rounds._make_round import RoundRecords, judged_period, make_round
from salesfunnel.rounds.department_pages import department_pages
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
