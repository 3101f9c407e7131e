"""Which builder makes the document of which type of result.

How to add a document
---------------------
Write a function ``(result, locale) -> Document`` in a module of this package: it puts figures and
words (``salesfunnel.i18n.text``, catalogs ``i18n/en`` and ``i18n/zh``) into the blocks of
``salesfunnel.render.model``. Then name it here, under the name of the type. The module is loaded
when a result of the type is shown. A type without a builder is shown as a table of its fields.
"""

from __future__ import annotations

import importlib

from salesfunnel._core.vocabulary import Locale
from salesfunnel.render.documents._generic import generic_document
from salesfunnel.render.model import Document

BUILDERS = {
    "StepCounts": "steps:steps_document",
    "Adherence": "adherence:adherence_document",
    "AdherenceRow": "adherence:adherence_row_document",
    "MetricWatch": "watch:watch_document",
    "WatchedMetric": "watch:watched_document",
    "Handoff": "adherence:handoff_document",
    "Handoffs": "adherence:handoffs_document",
    "StaleDeals": "timing:stale_deals_document",
    "LittlesLaw": "timing:little_document",
    "StageDurations": "timing:durations_document",
    "Velocity": "timing:velocity_document",
    "VelocityChange": "timing:change_document",
    "Analysis": "analysis:analysis_document",
    "Chart": "charts:chart_document",
    "RateTrend": "charts:pictured_document",
    "DealCohorts": "charts:pictured_document",
    "StageFates": "charts:pictured_document",
    "Diagnosis": "diagnosis:diagnosis_document",
    "Finding": "findings:finding_document",
    "Findings": "findings:findings_document",
    "ImprovementPlan": "plans:plan_document",
    "Measure": "plans:measure_document",
    "Playbook": "playbooks:playbook_document",
    "Round": "rounds:round_document",
    "RoundTask": "rounds:task_document",
    "DepartmentPage": "departments:department_document",
    "StageLoss": "departments:loss_document",
    "Review": "reviews:review_document",
    "Reviews": "reviews:reviews_document",
    "Bottleneck": "bottlenecks:bottleneck_document",
    "Bottlenecks": "bottlenecks:bottlenecks_document",
    "ArmComparison": "comparison:arms_document",
    "ArmRow": "comparison:arm_document",
    "SegmentComparison": "comparison:segments_document",
    "SegmentPair": "comparison:pair_document",
    "SegmentRow": "comparison:segment_document",
    "Conversion": "conversions:row_document",
    "ConversionTable": "conversions:conversion_document",
    "Effect": "plans:effect_document",
    "OutputChange": "bottlenecks:change_document",
    "Backtest": "forecast:backtest_document",
    "BgNbd": "customers:model_document",
    "BuyingModel": "buying:buying_document",
    "PurchasesAhead": "buying:ahead_document",
    "CohortRetention": "retention:retention_document",
    "Forecast": "forecast:forecast_document",
    "ForecastGroups": "forecast_groups:groups_document",
    "GammaGamma": "customers:model_document",
    "Lifecycle": "lifecycle:lifecycle_document",
    "LifetimeValue": "customers:value_document",
    "Purchases": "customers:purchases_document",
    "RepurchaseCurve": "customers:curve_document",
    "Rfm": "customers:rfm_document",
    "Sbg": "customers:model_document",
    "TargetPlan": "target:target_document",
    "TargetProgress": "target:progress_document",
    "UpsellCandidates": "customers:upsell_document",
    "BenchmarkSet": "definitions:benchmark_document",
    "Funnel": "definitions:funnel_document",
    "PluginRecord": "plugins:record_document",
    "PluginRecords": "plugins:plugins_document",
    "Panel": "panel:panel_document",
    "StageHistory": "deals:history_document",
    "BridgeBars": "pipeline:bars_document",
    "BridgeVerdict": "pipeline:verdict_document",
    "PipelineBridge": "pipeline:bridge_document",
    "CallRecord": "quarter:call_document",
    "CommitBias": "quarter:calls_document",
    "Coverage": "quarter:coverage_document",
    "CoverageRow": "quarter:coverage_row_document",
    "FieldHistory": "quarter:field_document",
    "Fiscal": "quarter:fiscal_document",
    "Rates": "quarter:rates_document",
    "SlipRate": "quarter:slip_rate_document",
    "Slippage": "quarter:slippage_document",
    "TypedDates": "quarter:typed_document",
    "Tracking": "tracking:tracking_document",
}
"""Type name → ``module:function`` in this package."""


def document_of(result: object, locale: Locale) -> Document:
    """Return the document of a result in one language."""
    place = BUILDERS.get(type(result).__name__)
    if place is None:
        return generic_document(result, locale)
    module, _, function = place.partition(":")
    home = importlib.import_module(f"salesfunnel.render.documents.{module}")
    document: Document = getattr(home, function)(result, locale)
    return document
