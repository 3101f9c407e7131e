"""Words of headers and stages, folded; whether a worksheet holds deals."""

from __future__ import annotations

from salesfunnel.intake.deals.find_table import has_deals
from salesfunnel.intake.deals.shape import plain_name as folded_word

__all__ = ["folded_word", "has_deals"]
