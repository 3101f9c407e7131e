"""Analysis: all steps of the method in a row."""

from __future__ import annotations

from salesfunnel.analysis._analyze import analyze
from salesfunnel.analysis.analysis_result import Analysis

__all__ = ["Analysis", "analyze"]
