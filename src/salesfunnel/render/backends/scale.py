"""Scales that text and pictures share, so that both say the same."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

LOG_FROM = 50
"""A funnel whose largest count is more than this many times its smallest is drawn on log scale."""


def is_log(counts: Sequence[float | None]) -> bool:
    """Whether bars of these counts are drawn on a logarithmic scale."""
    known = [count for count in counts if count]
    return bool(known) and max(known) > LOG_FROM * min(known)


def fractions(counts: Sequence[float | None]) -> list[float | None]:
    """Return the length of each bar in [0, 1]; None stays None, zero is zero."""
    known = [count for count in counts if count is not None]
    top = max(known, default=0)
    if top <= 0:
        return [None if count is None else 0.0 for count in counts]
    if is_log(counts):
        return [None if c is None else math.log1p(c) / math.log1p(top) for c in counts]
    return [None if c is None else c / top for c in counts]


def span(values: Iterable[float]) -> tuple[float, float]:
    """Return a range that holds zero and all values, never empty."""
    known = [value for value in values if math.isfinite(value)]
    low, high = min([0.0, *known]), max([0.0, *known])
    return (low, high) if high > low else (0.0, 1.0)
