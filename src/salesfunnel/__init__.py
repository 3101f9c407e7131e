"""A sales team's funnel method in Python.

Stages and key actions, metrics, conversion rates with intervals, bottlenecks that are true,
causes in four dimensions, an improvement plan with quantified effects, and its follow-up.

Importing this package loads neither numpy nor any extra: every public name is loaded when it is
first used (PEP 562).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    # definitions
    "Funnel": "definitions.funnel",
    "KeyAction": "definitions.stage",
    "Metric": "definitions.metric",
    "Stage": "definitions.stage",
    "Transition": "definitions.funnel",
    # benchmarks and plugins
    "Benchmark": "definitions",
    "BenchmarkSet": "definitions",
    "PluginRecord": "plugins",
    "benchmark": "plugins",
    "benchmarks": "plugins",
    "rule_set": "plugins",
    "rule_sets": "plugins",
    "source": "plugins",
    "sources": "plugins",
    "template": "plugins",
    "templates": "plugins",
    # data
    "EventLog": "data.events.event_log",
    "Fault": "fault",
    "Fiscal": "_core.fiscal",
    "Interval": "_core.interval",
    "Panel": "data.panel",
    "Rates": "data.rates",
    "StageHistory": "data.history",
    "FieldHistory": "data.history",
    "read_deals": "intake.deals.reader",
    "read_pipelines": "intake.deals.reader",
    "count_deals": "intake.deals.in_database",
    "link": "data.history",
    "read_snapshots": "intake.snapshots._read_snapshots",
    "read_stage_history": "intake.deals.reader",
    "Tracking": "data.tracking",
    "TrackingRow": "data.tracking",
    "new_sheet": "data.tracking",
    "read_table": "intake.sheet.reader",
    "read_events": "intake.events.reader",
    "StepCounts": "counting",
    "StepDuration": "counting",
    "count_steps": "counting",
    "optional": "counting",
    "either": "counting",
    "step": "counting",
    "Conversion": "conversion",
    "ConversionTable": "conversion",
    "conversions": "conversion",
    # comparison
    "ArmComparison": "conversion",
    "ArmRow": "conversion",
    "SegmentComparison": "conversion",
    "SegmentPair": "conversion",
    "SegmentRow": "conversion",
    "compare_arms": "conversion",
    "compare_segments": "conversion",
    # bottlenecks
    "Bottleneck": "bottleneck",
    "Bottlenecks": "bottleneck",
    "ReferenceWindow": "bottleneck",
    "OutputChange": "bottleneck",
    "find_bottlenecks": "bottleneck",
    "output_change": "bottleneck",
    "RateTrend": "bottleneck",
    "DealCohorts": "data.history",
    "StageFates": "data.history",
    # pictures
    "Chart": "render.charts",
    "ChartMark": "render.charts",
    "ChartScale": "render.charts",
    # causes
    "Case": "diagnosis",
    "ColumnUse": "diagnosis",
    "Diagnosis": "diagnosis",
    "Evidence": "diagnosis",
    "Exposure": "diagnosis",
    "Field": "diagnosis",
    "Finding": "diagnosis",
    "Mixture": "diagnosis",
    "PeriodShare": "diagnosis",
    "Rule": "diagnosis",
    "RuleSet": "diagnosis",
    "diagnose": "diagnosis",
    "rule": "diagnosis",
    "Remedy": "diagnosis",
    # plan
    "Effect": "planning",
    "ImprovementPlan": "planning",
    "Measure": "planning",
    "plan": "planning",
    "read_plan": "intake.plans",
    # follow-up
    "Review": "monitoring",
    "review": "monitoring",
    "Adherence": "monitoring",
    "AdherenceRow": "monitoring",
    "Handoff": "monitoring",
    "Handoffs": "monitoring",
    "adherence": "monitoring",
    "handoffs": "monitoring",
    "MetricWatch": "monitoring",
    "WatchedMetric": "monitoring",
    "watch_metrics": "monitoring",
    "Playbook": "monitoring.playbook",
    "write_playbook": "monitoring.playbook",
    # the monthly round
    "DepartmentPage": "rounds",
    "Round": "rounds",
    "RoundTask": "rounds",
    "StageLoss": "rounds",
    "department_pages": "rounds",
    "run_round": "intake.rounds",
    # time in the funnel
    "StaleDeals": "timing",
    "LittlesLaw": "timing",
    "StageDurations": "timing",
    "Velocity": "timing",
    "VelocityChange": "timing",
    "ageing": "timing",
    "littles_law": "timing",
    "stage_durations": "timing",
    "velocity": "timing",
    "velocity_change": "timing",
    # all steps in a row
    "Analysis": "analysis",
    "analyze": "analysis",
    # ahead
    "Backtest": "forecasting",
    "BacktestScore": "forecasting",
    "Forecast": "forecasting",
    "ForecastGroups": "forecasting",
    "RatesChanged": "forecasting",
    "backtest": "forecasting",
    "forecast": "forecasting",
    "TargetPlan": "targets",
    "TargetProgress": "targets",
    "decompose_target": "targets",
    "follow_target": "targets",
    # the pipeline
    "BridgeBars": "pipeline",
    "BridgeVerdict": "pipeline",
    "CallRecord": "pipeline",
    "CommitBias": "pipeline",
    "Coverage": "pipeline",
    "CoverageRow": "pipeline",
    "coverage": "pipeline",
    "PipelineBridge": "pipeline",
    "SlipRate": "pipeline",
    "Slippage": "pipeline",
    "TypedDates": "pipeline",
    "commit_bias": "pipeline",
    "pipeline_bridge": "pipeline",
    "slippage": "pipeline",
    # existing customers
    "BgNbd": "customers",
    "BuyingModel": "customers",
    "CustomerSummary": "data.purchases",
    "GammaGamma": "customers",
    "LifetimeValue": "customers",
    "PurchasesAhead": "customers",
    "Purchases": "data.purchases",
    "read_purchases": "intake.purchases.reader",
    "Sbg": "customers",
    "clv": "customers",
    "fit_bgnbd": "customers",
    "fit_buying": "customers",
    "fit_gamma_gamma": "customers",
    "fit_sbg": "customers",
    "Lifecycle": "customers",
    "CohortRetention": "customers",
    "cohort_retention": "customers",
    "RepurchaseCurve": "customers",
    "Rfm": "customers",
    "UpsellCandidates": "customers",
    "lifecycle": "customers",
    "purchases_ahead": "customers",
    "repurchase_curve": "customers",
    "repurchase_history": "customers",
    "repurchase_panel": "customers",
    "rfm": "customers",
    "summarise_purchases": "customers",
    "upsell_candidates": "customers",
}
"""The module that each public name lives in."""

_MODULES = frozenset({"errors", "stats", "testing"})
"""Public modules that are reached as attributes."""

__all__ = [
    # definitions
    "Funnel",
    "KeyAction",
    "Metric",
    "Stage",
    "Transition",
    # benchmarks and plugins
    "Benchmark",
    "BenchmarkSet",
    "PluginRecord",
    "benchmark",
    "benchmarks",
    "rule_set",
    "rule_sets",
    "source",
    "sources",
    "template",
    "templates",
    # data
    "EventLog",
    "Fault",
    "Fiscal",
    "Interval",
    "Panel",
    "Rates",
    "StageHistory",
    "FieldHistory",
    "read_deals",
    "link",
    "read_snapshots",
    "read_stage_history",
    "Tracking",
    "TrackingRow",
    "new_sheet",
    "read_table",
    "read_events",
    "StepCounts",
    "StepDuration",
    "count_steps",
    "either",
    "optional",
    "step",
    "Conversion",
    "ConversionTable",
    "conversions",
    # comparison
    "ArmComparison",
    "ArmRow",
    "SegmentComparison",
    "SegmentPair",
    "SegmentRow",
    "compare_arms",
    "compare_segments",
    # bottlenecks
    "Bottleneck",
    "Bottlenecks",
    "ReferenceWindow",
    "OutputChange",
    "find_bottlenecks",
    "output_change",
    "RateTrend",
    "DealCohorts",
    "StageFates",
    # pictures
    "Chart",
    "ChartMark",
    "ChartScale",
    # causes
    "Case",
    "ColumnUse",
    "Diagnosis",
    "Evidence",
    "Exposure",
    "Field",
    "Finding",
    "Mixture",
    "PeriodShare",
    "Rule",
    "RuleSet",
    "diagnose",
    "rule",
    "Remedy",
    # plan
    "Effect",
    "ImprovementPlan",
    "Measure",
    "plan",
    "read_pipelines",
    "count_deals",
    "read_plan",
    # follow-up
    "Review",
    "review",
    "Adherence",
    "AdherenceRow",
    "Handoff",
    "Handoffs",
    "adherence",
    "handoffs",
    "MetricWatch",
    "WatchedMetric",
    "watch_metrics",
    "Playbook",
    "write_playbook",
    # the monthly round
    "DepartmentPage",
    "Round",
    "RoundTask",
    "StageLoss",
    "department_pages",
    "run_round",
    # time in the funnel
    "StaleDeals",
    "LittlesLaw",
    "StageDurations",
    "Velocity",
    "VelocityChange",
    "ageing",
    "littles_law",
    "stage_durations",
    "velocity",
    "velocity_change",
    # all steps in a row
    "Analysis",
    "analyze",
    # ahead
    "Backtest",
    "BacktestScore",
    "Forecast",
    "ForecastGroups",
    "RatesChanged",
    "backtest",
    "forecast",
    "TargetPlan",
    "TargetProgress",
    "decompose_target",
    "follow_target",
    # the pipeline
    "BridgeBars",
    "BridgeVerdict",
    "CallRecord",
    "CommitBias",
    "Coverage",
    "CoverageRow",
    "coverage",
    "PipelineBridge",
    "SlipRate",
    "Slippage",
    "TypedDates",
    "commit_bias",
    "pipeline_bridge",
    "slippage",
    # existing customers
    "BgNbd",
    "BuyingModel",
    "CustomerSummary",
    "GammaGamma",
    "LifetimeValue",
    "PurchasesAhead",
    "Purchases",
    "read_purchases",
    "Sbg",
    "clv",
    "fit_bgnbd",
    "fit_buying",
    "fit_gamma_gamma",
    "fit_sbg",
    "Lifecycle",
    "CohortRetention",
    "RepurchaseCurve",
    "Rfm",
    "UpsellCandidates",
    "lifecycle",
    "purchases_ahead",
    "cohort_retention",
    "repurchase_curve",
    "repurchase_history",
    "repurchase_panel",
    "rfm",
    "summarise_purchases",
    "upsell_candidates",
    # modules
    "errors",
    "stats",
    "testing",
]

if TYPE_CHECKING:
    from salesfunnel import errors, stats, testing
    from salesfunnel._core.fiscal import Fiscal
    from salesfunnel._core.interval import Interval
    from salesfunnel.analysis import Analysis, analyze
    from salesfunnel.bottleneck import (
        Bottleneck,
        Bottlenecks,
        OutputChange,
        RateTrend,
        ReferenceWindow,
        find_bottlenecks,
        output_change,
    )
    from salesfunnel.conversion import (
        ArmComparison,
        ArmRow,
        Conversion,
        ConversionTable,
        SegmentComparison,
        SegmentPair,
        SegmentRow,
        compare_arms,
        compare_segments,
        conversions,
    )
    from salesfunnel.counting import StepCounts, StepDuration, count_steps, either, optional, step
    from salesfunnel.customers import (
        BgNbd,
        BuyingModel,
        CohortRetention,
        GammaGamma,
        Lifecycle,
        LifetimeValue,
        PurchasesAhead,
        RepurchaseCurve,
        Rfm,
        Sbg,
        UpsellCandidates,
        clv,
        cohort_retention,
        fit_bgnbd,
        fit_buying,
        fit_gamma_gamma,
        fit_sbg,
        lifecycle,
        purchases_ahead,
        repurchase_curve,
        repurchase_history,
        repurchase_panel,
        rfm,
        summarise_purchases,
        upsell_candidates,
    )
    from salesfunnel.data.events.event_log import EventLog
    from salesfunnel.data.history import DealCohorts, FieldHistory, StageFates, StageHistory, link
    from salesfunnel.data.panel import Panel
    from salesfunnel.data.purchases import CustomerSummary, Purchases
    from salesfunnel.data.rates import Rates
    from salesfunnel.data.tracking import Tracking, TrackingRow, new_sheet
    from salesfunnel.definitions import Benchmark, BenchmarkSet
    from salesfunnel.definitions.funnel import Funnel, Transition
    from salesfunnel.definitions.metric import Metric
    from salesfunnel.definitions.stage import KeyAction, Stage
    from salesfunnel.diagnosis import (
        Case,
        ColumnUse,
        Diagnosis,
        Evidence,
        Exposure,
        Field,
        Finding,
        Mixture,
        PeriodShare,
        Remedy,
        Rule,
        RuleSet,
        diagnose,
        rule,
    )
    from salesfunnel.fault import Fault
    from salesfunnel.forecasting import (
        Backtest,
        BacktestScore,
        Forecast,
        ForecastGroups,
        RatesChanged,
        backtest,
        forecast,
    )
    from salesfunnel.intake.deals.in_database import count_deals
    from salesfunnel.intake.deals.reader import read_deals, read_pipelines, read_stage_history
    from salesfunnel.intake.events.reader import read_events
    from salesfunnel.intake.plans import read_plan
    from salesfunnel.intake.purchases.reader import read_purchases
    from salesfunnel.intake.rounds import run_round
    from salesfunnel.intake.sheet.reader import read_table
    from salesfunnel.intake.snapshots._read_snapshots import read_snapshots
    from salesfunnel.monitoring import (
        Adherence,
        AdherenceRow,
        Handoff,
        Handoffs,
        MetricWatch,
        Review,
        WatchedMetric,
        adherence,
        handoffs,
        review,
        watch_metrics,
    )
    from salesfunnel.monitoring.playbook import Playbook, write_playbook
    from salesfunnel.pipeline import (
        BridgeBars,
        BridgeVerdict,
        CallRecord,
        CommitBias,
        Coverage,
        CoverageRow,
        PipelineBridge,
        Slippage,
        SlipRate,
        TypedDates,
        commit_bias,
        coverage,
        pipeline_bridge,
        slippage,
    )
    from salesfunnel.planning import Effect, ImprovementPlan, Measure, plan
    from salesfunnel.plugins import (
        PluginRecord,
        benchmark,
        benchmarks,
        rule_set,
        rule_sets,
        source,
        sources,
        template,
        templates,
    )
    from salesfunnel.render.charts import Chart, ChartMark, ChartScale
    from salesfunnel.rounds import DepartmentPage, Round, RoundTask, StageLoss, department_pages
    from salesfunnel.targets import TargetPlan, TargetProgress, decompose_target, follow_target
    from salesfunnel.timing import (
        LittlesLaw,
        StageDurations,
        StaleDeals,
        Velocity,
        VelocityChange,
        ageing,
        littles_law,
        stage_durations,
        velocity,
        velocity_change,
    )


def __getattr__(name: str) -> Any:
    import importlib

    home = _HOMES.get(name)
    if home is not None:
        value = getattr(importlib.import_module(f"salesfunnel.{home}"), name)
        globals()[name] = value
        return value
    if name in _MODULES:
        return importlib.import_module(f"salesfunnel.{name}")
    raise AttributeError(f"module 'salesfunnel' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*__all__, "__version__"})
