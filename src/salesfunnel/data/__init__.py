"""The nouns: Panel, Tracking, StageHistory, EventLog, Purchases."""
