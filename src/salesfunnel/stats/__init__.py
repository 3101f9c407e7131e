"""The statistics behind the figures, for use on their own: arrays in, typed results out.

Each room of this package holds the public face of some kernels; names are gathered here.
"""

from __future__ import annotations

from salesfunnel.stats.comparison import RateComparison, compare_rates
from salesfunnel.stats.mix import (
    MixSplit,
    kitagawa,
    largest_remainder,
    lmdi,
)
from salesfunnel.stats.rates import IntervalArray, rate_interval
from salesfunnel.stats.special import betainc, betaincinv, gammaln, hyp2f1
from salesfunnel.stats.strata import StratifiedComparison, mantel_haenszel
from salesfunnel.stats.survival import AalenJohansen, aalen_johansen

__all__ = [
    "AalenJohansen",
    "IntervalArray",
    "MixSplit",
    "RateComparison",
    "StratifiedComparison",
    "aalen_johansen",
    "betainc",
    "betaincinv",
    "compare_rates",
    "gammaln",
    "hyp2f1",
    "kitagawa",
    "largest_remainder",
    "lmdi",
    "mantel_haenszel",
    "rate_interval",
]
