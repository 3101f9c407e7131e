"""Stage histories: deals with the time of every stage, as columns."""

from __future__ import annotations

from salesfunnel.history.columns import StageHistory
from salesfunnel.history.spells import history_from_changes

__all__ = ["StageHistory", "history_from_changes"]
