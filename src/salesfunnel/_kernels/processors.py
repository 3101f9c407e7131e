"""How many processors this process may use: affinity and limits of control groups count."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

__all__ = ["PAYS", "parallel_map", "usable_processors"]

S = TypeVar("S")
T = TypeVar("T")

PAYS = 1 << 16
"""Rows below which a second thread costs more than it gives."""
_V2 = "sys/fs/cgroup/cpu.max"
_V1 = ("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "sys/fs/cgroup/cpu/cpu.cfs_period_us")


def usable_processors(root: str = "/") -> int:
    """Return how many processors this process may use, at least 1.

    Parameters
    ----------
    root : str
        Where the file system of control groups is looked for.

    Notes
    -----
    The least of the affinity of the process and the limit of its control group (``cpu.max``, or
    ``cpu.cfs_quota_us`` ÷ ``cpu.cfs_period_us``), rounded up.
    """
    own = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    limit = _limit(Path(root))
    return max(own if limit is None else min(own, math.ceil(limit)), 1)


def parallel_map(function: Callable[[S], T], items: Iterable[S], workers: int) -> list[T]:
    """Return the function of each item, in order, computed by this many threads."""
    items = list(items)
    if workers == 1 or len(items) == 1:
        return [function(item) for item in items]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(function, items))


def _limit(root: Path) -> float | None:
    try:
        parts = (root / _V2).read_text(encoding="ascii").split()
    except (OSError, ValueError):
        try:
            parts = [(root / name).read_text(encoding="ascii").strip() for name in _V1]
        except (OSError, ValueError):
            return None
    try:
        quota, period = float(parts[0]), float(parts[1])
    except (ValueError, IndexError):  # "max" is not a limit
        return None
    return quota / period if quota > 0 and period > 0 else None
