"""The types that documents are made of: one line a type, loaded when met."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any

from salesfunnel._core.checks import did_you_mean
from salesfunnel._core.errors import SerializationError

SCHEMA_VERSION = 1

_HOMES = {
    "salesfunnel.analysis": ("Analysis",),
    "salesfunnel.definitions": ("Benchmark", "BenchmarkSet"),
    "salesfunnel.bottleneck": (
        "Bottleneck",
        "Bottlenecks",
        "Inflow",
        "InflowRow",
        "OutputChange",
        "RateTrend",
        "ReferenceWindow",
    ),
    "salesfunnel.conversion": (
        "ArmComparison",
        "ArmRow",
        "Conversion",
        "ConversionTable",
        "SegmentComparison",
        "SegmentPair",
        "SegmentRow",
    ),
    "salesfunnel.counting": ("StepCounts", "StepDuration"),
    "salesfunnel.diagnosis.diagnosis": ("ColumnUse", "Diagnosis"),
    "salesfunnel.diagnosis.finding": ("Evidence", "Finding", "Group", "PeriodShare"),
    "salesfunnel.fault": ("Fault",),
    "salesfunnel.forecasting": (
        "Backtest",
        "BacktestScore",
        "Forecast",
        "ForecastGroups",
        "RatesChanged",
    ),
    "salesfunnel.definitions.funnel": ("Funnel", "Transition"),
    "salesfunnel.data.history": ("DealCohorts", "FieldHistory", "StageFates", "StageHistory"),
    "salesfunnel._core.fiscal": ("Fiscal",),
    "salesfunnel._core.interval": ("Interval",),
    "salesfunnel.definitions.metric": ("Metric",),
    "salesfunnel.monitoring.evidence": ("ReviewEvidence",),
    "salesfunnel.monitoring._review": ("Review",),
    "salesfunnel.rounds.result": ("DepartmentPage", "Round", "RoundTask", "StageLoss"),
    "salesfunnel.monitoring.adherence_result": ("Adherence", "AdherenceRow"),
    "salesfunnel.monitoring.metric_watch": ("MetricWatch", "WatchedMetric"),
    "salesfunnel.monitoring.handoffs_result": ("Handoff", "Handoffs"),
    "salesfunnel.data.panel": ("Panel",),
    "salesfunnel.data.rates": ("Rates",),
    "salesfunnel.pipeline": (
        "BridgeBars",
        "BridgeVerdict",
        "CallRecord",
        "CommitBias",
        "Coverage",
        "CoverageRow",
        "PipelineBridge",
        "SlipRate",
        "Slippage",
        "TypedDates",
    ),
    "salesfunnel.planning.measure": ("EffectBasis", "Effect", "Measure", "Quantiles"),
    "salesfunnel.planning.improvement": ("ImprovementPlan",),
    "salesfunnel.planning.simulate": ("Assumptions",),
    "salesfunnel.monitoring.best_quarter": ("BestQuarter",),
    "salesfunnel.monitoring.playbook": ("Playbook", "PlaybookEntry"),
    "salesfunnel.plugins": ("PluginRecord",),
    "salesfunnel.data.purchases": ("CustomerSummary", "Purchases"),
    "salesfunnel.customers": (
        "BgNbd",
        "BuyingModel",
        "CohortRetention",
        "GammaGamma",
        "Lifecycle",
        "LifetimeValue",
        "PurchasesAhead",
        "RepurchaseCurve",
        "Rfm",
        "Sbg",
        "UpsellCandidates",
    ),
    "salesfunnel.render.charts": ("Chart", "ChartMark", "ChartScale"),
    "salesfunnel.definitions.stage": ("KeyAction", "Stage"),
    "salesfunnel.stats": (
        "AalenJohansen",
        "IntervalArray",
        "MixSplit",
        "RateComparison",
        "StratifiedComparison",
    ),
    "salesfunnel.targets": ("TargetPlan", "TargetProgress"),
    "salesfunnel.timing": (
        "StaleDeals",
        "LittlesLaw",
        "StageDurations",
        "Velocity",
        "VelocityChange",
    ),
    "salesfunnel.data.tracking": ("Tracking", "TrackingRow"),
}
"""The public home of each type. A new type of result needs one entry here."""

NAMES = {name: home for home, names in _HOMES.items() for name in names}


ALIASES: dict[str, str] = {
    "Ageing": "StaleDeals",
    "Basis": "EffectBasis",
    "History": "ReferenceWindow",
}
"""Names that types had in documents of older releases, with those of today."""


@cache
def _load(name: str) -> type[Any]:
    found: type[Any] = getattr(importlib.import_module(NAMES[name]), name)
    return found


def name_of(cls: type[Any]) -> str:
    """Return the name of a type in documents; raise SerializationError where it has none."""
    name = cls.__name__
    if name not in NAMES or _load(name) is not cls:
        raise SerializationError(f"'result' must be of a type with a document, got {name}")
    return name


def class_of(name: object, path: str) -> type[Any]:
    """Return the type with this name; raise SerializationError if there is none."""
    name = ALIASES.get(name, name) if isinstance(name, str) else name
    if not isinstance(name, str) or name not in NAMES:
        raise SerializationError(
            f"'type' of {path} must be a known type, got {name!r}", hint=did_you_mean(name, NAMES)
        )
    return _load(name)
