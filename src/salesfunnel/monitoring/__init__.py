"""Did it work: the follow-up of a plan, safe to look at every week."""

from __future__ import annotations

from salesfunnel.monitoring._review import Review, review
from salesfunnel.monitoring.series import ReviewEvidence

__all__ = ["Review", "ReviewEvidence", "review"]
