"""The statistics behind the figures, for use on their own: arrays in, typed results out.

Each room of this package holds the public face of some kernels; names are gathered here.
"""

from __future__ import annotations

from salesfunnel.stats.mix import (
    MixSplit,
    StratifiedComparison,
    kitagawa,
    largest_remainder,
    lmdi,
    mantel_haenszel,
)
from salesfunnel.stats.rates import (
    IntervalArray,
    RateComparison,
    betainc,
    betaincinv,
    compare_rates,
    gammaln,
    hyp2f1,
    rate_interval,
)
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
