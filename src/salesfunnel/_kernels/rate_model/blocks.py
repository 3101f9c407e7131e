"""Blocks of series, in threads where there are many."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from salesfunnel._kernels.processors import parallel_map, usable_processors

T = TypeVar("T")

THREADS_FROM, MOST_THREADS = 8192, 4
"""From this many series on, work is shared by threads; the result is the same."""


def in_blocks(function: Callable[[slice], T], size: int, step: int) -> list[T]:
    """Return the function's values for slices of series; in threads where there are many."""
    cuts = [slice(first, min(first + step, size)) for first in range(0, size, step)]
    workers = min(usable_processors(), MOST_THREADS) if size >= THREADS_FROM else 1

    def safe(cut: slice) -> T:
        with np.errstate(over="ignore", under="ignore"):
            return function(cut)

    return parallel_map(safe, cuts, workers)
