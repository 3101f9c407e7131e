"""Stage histories: deals with the time of every stage, as columns."""

from __future__ import annotations

from salesfunnel.history.columns import LOST, OPEN, WON, StageHistory
from salesfunnel.history.spells import history_from_changes

__all__ = ["LOST", "OPEN", "WON", "StageHistory", "history_from_changes"]
