"""Reading event logs: files, folders of files, records and dataframes."""

from __future__ import annotations

from salesfunnel.intake.events.reader import read_events

__all__ = ["read_events"]
