"""The moment of the data, time zones, and words of losses, for readers of CRM records."""

from __future__ import annotations

from salesfunnel.intake.deals.vocabulary.lookup import outcome_words
from salesfunnel.intake.deals.zones import moment_of, zone_of

__all__ = ["LOST", "moment_of", "zone_of"]

LOST = frozenset(word for word, code in outcome_words().items() if code == 2)
"""Words that mean that a deal is lost, folded."""
