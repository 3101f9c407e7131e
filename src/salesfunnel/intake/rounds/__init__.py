"""The round of a folder: its files read, judged, and the next ones made."""

from __future__ import annotations

from salesfunnel.intake.rounds._run_round import run_round

__all__ = ["run_round"]
