"""Readers: what people and systems write, to Tracking, StageHistory and EventLog."""
