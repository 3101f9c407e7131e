"""Times in UTC as the clocks of a zone show them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["wall_ticks"]

Ints = npt.NDArray[np.int64]
_QUARTER = 15 * 60 * 10**6
"""No offset of a zone since 1972 changes but at a quarter of an hour."""
_EPOCH_UTC = datetime(1970, 1, 1, tzinfo=timezone.utc)


def wall_ticks(ticks: Ints, zone: Any) -> Ints:
    """Return microseconds in UTC as the clocks of a zone show them."""
    quarters, where = np.unique(ticks // _QUARTER, return_inverse=True)
    offsets = np.array([_offset(quarter, zone) for quarter in quarters.tolist()], dtype=np.int64)
    shifted: Ints = ticks + offsets[where.reshape(-1)] if len(ticks) else ticks
    return shifted


def _offset(quarter: int, zone: Any) -> int:
    """Return the offset of a zone in microseconds, so many quarters of an hour after 1970."""
    shift = (_EPOCH_UTC + timedelta(seconds=900 * quarter)).astimezone(zone).utcoffset()
    return 0 if shift is None else shift // timedelta(microseconds=1)
