"""Which kinds of pictures a result has, and who makes them.

How to add a kind
-----------------
Write a function ``(result, locale, **options) -> Chart`` in a module of
``salesfunnel.render.charts.bind`` and name it here, under the name of the type. The first kind of a
type is the one that ``chart()`` gives without a name.
"""

from __future__ import annotations

import importlib
import inspect

from salesfunnel._core.checks import check_choice
from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.vocabulary import LOCALES, Locale
from salesfunnel.render.charts.chart import Chart

__all__ = ["KINDS", "chart_of", "kinds_of"]

BIND = "salesfunnel.render.charts.bind"
KINDS: dict[str, dict[str, str]] = {
    "AalenJohansen": {"survival": "timing:aalen_johansen"},
    "Adherence": {"rates": "followups:adherence"},
    "Analysis": {
        "trend": "analyses:trend",
        "funnel": "analyses:funnel",
        "verdicts": "analyses:verdict_bars",
        "causes": "analyses:causes",
        "split": "analyses:split",
        "stated": "analyses:stated",
        "leading": "analyses:leading",
        "effects": "analyses:effects",
        "schedule": "analyses:schedule",
        "rates": "analyses:rates",
        "segments": "analyses:segments",
        "fan": "analyses:fan",
        "months": "analyses:months",
        "bridge": "analyses:bridge",
        "cohorts": "analyses:cohorts",
    },
    "ArmComparison": {"rates": "comparisons:arms", "effects": "comparisons:arm_differences"},
    "Backtest": {"backtest": "ahead:backtest"},
    "BenchmarkSet": {"rates": "comparisons:benchmarks"},
    "Bottlenecks": {"verdicts": "verdicts:verdicts", "segments": "verdicts:segments"},
    "CohortRetention": {"cohorts": "customers:retention"},
    "CommitBias": {"rates": "quarter:calls"},
    "ConversionTable": {"rates": "counts:rates", "segments": "counts:table_segments"},
    "Coverage": {"coverage": "quarter:coverage"},
    "DealCohorts": {"cohorts": "cohorts:deals"},
    "Diagnosis": {"causes": "findings:causes", "stated": "findings:stated"},
    "Finding": {"split": "findings:split", "leading": "findings:leading"},
    "Forecast": {"fan": "ahead:fan", "months": "ahead:months"},
    "Handoffs": {"rates": "followups:handoffs"},
    "ImprovementPlan": {"effects": "plans:effects", "schedule": "plans:schedule"},
    "Lifecycle": {"states": "customers:states"},
    "LifetimeValue": {"worth": "customers:worth"},
    "MetricWatch": {"watch": "followups:watch"},
    "OutputChange": {"change": "followups:output_change"},
    "Panel": {
        "funnel": "counts:funnel",
        "trend": "counts:trend",
        "segments": "counts:segments",
    },
    "PipelineBridge": {"bridge": "pipeline:bridge"},
    "RateTrend": {"trend": "verdicts:trend"},
    "RepurchaseCurve": {"survival": "customers:survival", "cohorts": "customers:cohorts"},
    "Rfm": {"matrix": "customers:rfm"},
    "SegmentComparison": {
        "rates": "comparisons:compared",
        "segments": "comparisons:compared_segments",
    },
    "Slippage": {"rates": "quarter:slipped"},
    "StageDurations": {"rates": "timing:eventual"},
    "StageFates": {"funnel": "deals:fates"},
    "StageHistory": {"funnel": "deals:history_funnel", "survival": "timing:stage_curve"},
    "StaleDeals": {"ageing": "quarter:ageing"},
    "StepCounts": {"funnel": "counts:steps", "rates": "counts:step_rates"},
    "TargetPlan": {"ladder": "ahead:ladder", "months": "ahead:target_months"},
    "TargetProgress": {"gap": "followups:target_gap", "ladder": "followups:target_ladder"},
    "Tracking": {"attainment": "counts:attainment", "funnel": "counts:tracking_funnel"},
    "UpsellCandidates": {"potential": "customers:potential"},
    "VelocityChange": {"change": "followups:velocity_change"},
}
"""Type name → kind → ``module:function`` in ``salesfunnel.render.charts.bind``."""

PARTIAL = {"Analysis": "analyses", "StageHistory": "deals"}
"""Results that may lack what a picture needs → the module whose ``kinds`` says which they have."""


def kinds_of(result: object) -> tuple[str, ...]:
    """Return the kinds of pictures of a result, the first one by default.

    Of an analysis those that it has parts for, of a list of deals those that need no times.
    """
    name = type(result).__name__
    known = tuple(KINDS.get(name, ()))
    if name in PARTIAL:
        known = importlib.import_module(f"{BIND}.{PARTIAL[name]}").kinds(result, known)
    return known


def chart_of(
    result: object, kind: str | None = None, *, locale: Locale = "en", **options: object
) -> Chart:
    """Return one picture of a result.

    Raises
    ------
    ArgumentError
        If the result has no such kind, or the kind takes no such option.
    """
    check_choice("locale", locale, LOCALES)
    name = type(result).__name__
    kinds = tuple(KINDS.get(name, ()))
    if not kinds:
        raise ArgumentError(f"'result' must have a picture, got {name}, which has none")
    if kind is None:
        kind = kinds[0]
    check_choice("kind", kind, kinds)
    module, _, function = KINDS[name][kind].partition(":")
    make = getattr(importlib.import_module(f"{BIND}.{module}"), function)
    known = list(inspect.signature(make).parameters)[2:]
    unknown = sorted(set(options) - set(known))
    if unknown:
        raise ArgumentError(f"'options' of the kind {kind!r} must be of {known!r}, got {unknown!r}")
    chart: Chart = make(result, locale, **options)
    return chart
