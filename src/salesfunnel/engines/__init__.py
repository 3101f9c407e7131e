"""The question of count_steps, answered where the events lie."""

from __future__ import annotations

from salesfunnel.engines.query import speaks
from salesfunnel.engines.tables import count_table, step_sql

__all__ = ["count_table", "speaks", "step_sql"]
