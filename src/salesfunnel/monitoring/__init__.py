"""Did it work: the follow-up of a plan, safe to look at every week."""

from __future__ import annotations

from salesfunnel.monitoring._adherence import adherence
from salesfunnel.monitoring._handoffs import handoffs
from salesfunnel.monitoring._review import Review, Reviews, review
from salesfunnel.monitoring._watch_metrics import watch_metrics
from salesfunnel.monitoring.adherence_result import Adherence, AdherenceRow
from salesfunnel.monitoring.handoffs_result import Handoff, Handoffs
from salesfunnel.monitoring.metric_watch import MetricWatch, WatchedMetric
from salesfunnel.monitoring.series import ReviewEvidence

__all__ = [
    "Adherence",
    "AdherenceRow",
    "Handoff",
    "Handoffs",
    "MetricWatch",
    "Review",
    "ReviewEvidence",
    "Reviews",
    "WatchedMetric",
    "adherence",
    "handoffs",
    "review",
    "watch_metrics",
]
