"""The types that documents are made of: one line a type, loaded when met."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any

from salesfunnel._validators import did_you_mean
from salesfunnel.errors import SerializationError

SCHEMA_VERSION = 1

_HOMES = {
    "salesfunnel.analysis": ("Analysis",),
    "salesfunnel.backtesting": ("Backtest", "BacktestScore"),
    "salesfunnel.benchmarking": ("Benchmark", "BenchmarkSet"),
    "salesfunnel.bottleneck": ("Bottleneck", "Bottlenecks", "History", "OutputChange"),
    "salesfunnel.conversion": ("Conversion", "ConversionTable"),
    "salesfunnel.counting": ("StepCounts", "StepDuration"),
    "salesfunnel.diagnosis.finding": ("Evidence", "Finding", "Group"),
    "salesfunnel.fault": ("Fault",),
    "salesfunnel.forecasting": ("Forecast",),
    "salesfunnel.funnel": ("Funnel", "Transition"),
    "salesfunnel.history": ("StageHistory",),
    "salesfunnel.interval": ("Interval",),
    "salesfunnel.lifetime": ("BgNbd", "GammaGamma", "LifetimeValue", "Sbg"),
    "salesfunnel.metric": ("Metric",),
    "salesfunnel.monitoring.evidence": ("ReviewEvidence",),
    "salesfunnel.monitoring.follow": ("Review",),
    "salesfunnel.panel": ("Panel",),
    "salesfunnel.planning.measure": ("Basis", "Effect", "Measure", "Quantiles"),
    "salesfunnel.planning.improvement": ("ImprovementPlan",),
    "salesfunnel.planning.simulate": ("Assumptions",),
    "salesfunnel.playbook": ("Playbook", "PlaybookEntry"),
    "salesfunnel.plugins": ("PluginRecord",),
    "salesfunnel.purchases": ("CustomerSummary", "Purchases"),
    "salesfunnel.repurchase": ("Lifecycle", "RepurchaseCurve", "Rfm", "UpsellCandidates"),
    "salesfunnel.stage": ("KeyAction", "Stage"),
    "salesfunnel.stats": (
        "AalenJohansen",
        "IntervalArray",
        "MixSplit",
        "RateComparison",
        "StratifiedComparison",
    ),
    "salesfunnel.target": ("TargetPlan", "TargetProgress"),
    "salesfunnel.timing": (
        "Ageing",
        "LittlesLaw",
        "StageDurations",
        "Velocity",
        "VelocityChange",
    ),
    "salesfunnel.tracking": ("Tracking", "TrackingRow"),
}
"""The public home of each type. A new type of result needs one entry here."""

NAMES = {name: home for home, names in _HOMES.items() for name in names}


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
    """Return the type with this name; raise SerializationError where there is none."""
    if not isinstance(name, str) or name not in NAMES:
        raise SerializationError(
            f"'type' of {path} must be a known type, got {name!r}", hint=did_you_mean(name, NAMES)
        )
    return _load(name)
