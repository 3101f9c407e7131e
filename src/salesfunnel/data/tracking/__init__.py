"""Tracking: the monthly sheet of a team, its rates computed, its faults listed."""

from __future__ import annotations

from salesfunnel.data.tracking._new_sheet import new_sheet
from salesfunnel.data.tracking.row import RateBasis, TrackingRow, is_count, one_line
from salesfunnel.data.tracking.row_columns import RowColumns
from salesfunnel.data.tracking.sheet import Tracking, sheet_of_columns

__all__ = [
    "RateBasis",
    "RowColumns",
    "Tracking",
    "TrackingRow",
    "is_count",
    "new_sheet",
    "one_line",
    "sheet_of_columns",
]
