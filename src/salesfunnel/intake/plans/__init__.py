"""Plans as a team edited them: workbook, CSV or Markdown, back into an ImprovementPlan."""

from __future__ import annotations

from salesfunnel.intake.plans.reader import read_plan

__all__ = ["read_plan"]
