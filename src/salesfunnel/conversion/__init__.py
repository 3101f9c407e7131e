"""Conversion rates of every step, with intervals."""

from __future__ import annotations

from salesfunnel.conversion._conversions import conversions
from salesfunnel.conversion.table import Conversion, ConversionTable

__all__ = ["Conversion", "ConversionTable", "conversions"]
