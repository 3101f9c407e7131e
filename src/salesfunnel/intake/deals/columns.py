"""Words of headers and stages, folded; whether a worksheet holds deals."""

from __future__ import annotations

from salesfunnel.intake.deals.find_table import has_deals
from salesfunnel.intake.deals.shape import plain_name as folded_word
from salesfunnel.intake.deals.vocabulary.lookup import outcome_words

__all__ = ["WON", "folded_word", "has_deals"]

WON = frozenset(word for word, code in outcome_words().items() if code == 1)
"""Words that mean that a deal is won, folded."""
