"""Conversion rates of every step, and how those of segments or of the arms of a test compare."""

from __future__ import annotations

from salesfunnel.conversion._compare_arms import compare_arms
from salesfunnel.conversion._compare_segments import compare_segments
from salesfunnel.conversion._conversions import conversions
from salesfunnel.conversion.arm_comparison import ArmComparison, ArmRow
from salesfunnel.conversion.segment_comparison import SegmentComparison, SegmentPair, SegmentRow
from salesfunnel.conversion.table import Conversion, ConversionTable

__all__ = [
    "ArmComparison",
    "ArmRow",
    "Conversion",
    "ConversionTable",
    "SegmentComparison",
    "SegmentPair",
    "SegmentRow",
    "compare_arms",
    "compare_segments",
    "conversions",
]
