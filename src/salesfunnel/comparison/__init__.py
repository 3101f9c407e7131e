"""Comparison: segments against their peers, and the arms of a test against each other."""

from __future__ import annotations

from salesfunnel.comparison._compare_arms import compare_arms
from salesfunnel.comparison._compare_segments import compare_segments
from salesfunnel.comparison.arm_comparison import ArmComparison, ArmRow
from salesfunnel.comparison.segment_comparison import SegmentComparison, SegmentRow

__all__ = [
    "ArmComparison",
    "ArmRow",
    "SegmentComparison",
    "SegmentRow",
    "compare_arms",
    "compare_segments",
]
