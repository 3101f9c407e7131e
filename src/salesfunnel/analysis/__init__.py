"""Analysis: all steps of the method in a row."""

from __future__ import annotations

from salesfunnel.analysis._analyze import Analysis, analyze

__all__ = ["Analysis", "analyze"]
