"""The closed vocabularies, each a Literal and the tuple of its values."""

from __future__ import annotations

from typing import Literal, get_args

Locale = Literal["en", "zh"]
LOCALES: tuple[Locale, ...] = get_args(Locale)

Unit = Literal["count", "currency", "rate", "score", "duration"]
UNITS: tuple[str, ...] = get_args(Unit)

Better = Literal["higher", "lower"]
BETTERS: tuple[str, ...] = get_args(Better)

Level = Literal["stage", "step"]
LEVELS: tuple[str, ...] = get_args(Level)

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[str, ...] = get_args(Severity)

PanelMode = Literal["period", "cohort", "entry"]
PANEL_MODES: tuple[str, ...] = get_args(PanelMode)

Frequency = Literal["day", "week", "month", "quarter", "year", "none"]
FREQUENCIES: tuple[str, ...] = get_args(Frequency)

IntervalMethod = Literal["wilson", "jeffreys", "clopper-pearson"]
INTERVAL_METHODS: tuple[str, ...] = get_args(IntervalMethod)

RateStatus = Literal["ok", "no-data", "missing", "rate-gt-1"]
RATE_STATUSES: tuple[str, ...] = get_args(RateStatus)

Tier = Literal["confirmed", "suspected", "watch", "none", "not-enough-data", "definition-changed"]
TIERS: tuple[str, ...] = get_args(Tier)

Dimension = Literal["data", "action", "resource", "customer"]
DIMENSIONS: tuple[str, ...] = get_args(Dimension)

Grade = Literal["strong", "moderate", "weak", "not-measured"]
GRADES: tuple[str, ...] = get_args(Grade)

FindingKind = Literal[
    "more-frequent", "costs-more", "where", "standing", "quality", "not-measured", "stated"
]
FINDING_KINDS: tuple[str, ...] = get_args(FindingKind)

ReviewState = Literal[
    "executing", "working", "not-working", "not-enough-data", "off-track", "standardise"
]
REVIEW_STATES: tuple[str, ...] = get_args(ReviewState)

StepOrder = Literal["ordered", "strict", "any"]
STEP_ORDERS: tuple[str, ...] = get_args(StepOrder)

Backend = Literal["pandas", "polars", "pyarrow"]
BACKENDS: tuple[str, ...] = get_args(Backend)

PluginGroup = Literal[
    "salesfunnel.templates", "salesfunnel.rules", "salesfunnel.benchmarks", "salesfunnel.sources"
]
PLUGIN_GROUPS: tuple[str, ...] = get_args(PluginGroup)

PluginState = Literal["available", "loaded", "broken", "conflict", "incompatible"]
PLUGIN_STATES: tuple[str, ...] = get_args(PluginState)
