"""For those who test code that uses salesfunnel: Hypothesis strategies, and checks of plugins.

The strategies need the package hypothesis (extra ``testing``); the checks do not.
"""

from __future__ import annotations

from salesfunnel.testing._checks import check_benchmark, check_rules, check_template
from salesfunnel.testing._strategies import (
    benchmark_sets,
    funnels,
    key_actions,
    metrics,
    panels,
    stages,
    trackings,
)

__all__ = [
    "benchmark_sets",
    "check_benchmark",
    "check_rules",
    "check_template",
    "funnels",
    "key_actions",
    "metrics",
    "panels",
    "stages",
    "trackings",
]
