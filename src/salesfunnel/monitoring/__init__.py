"""Did it work: the follow-up of a plan, safe to look at every week."""

from __future__ import annotations

from salesfunnel.monitoring.evidence import ReviewEvidence
from salesfunnel.monitoring.review import Review, review

__all__ = ["Review", "ReviewEvidence", "review"]
