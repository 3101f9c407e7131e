"""Whether closings are missing: an export of open deals and of those closed since a day."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salesfunnel._core.period_arrays import TICKS_PER_DAY
from salesfunnel.fault import Fault
from salesfunnel.forecasting.snapshot import Snapshot

__all__ = ["closings_missing"]

Ints = npt.NDArray[np.int64]
UNLIKELY = 20.0
"""Closings that were to be expected before the first one, from which some seem to be missing;
where none is, the first one comes when about one was to be expected."""
LEAST_RISK = 3


def closings_missing(known: Snapshot) -> list[Fault]:
    """Return a fault if many closings were to be expected before the first one that is seen.

    How fast deals close is estimated from the days after that one; deals that were open then enter
    at the age they had. A team that closed nothing for months looks the same, so that nothing is
    corrected.
    """
    over = known.outcome > 0
    if not over.any():
        return []
    first = known.closed[over].min()
    before = known.created < first
    if before.sum() < UNLIKELY:
        return []
    age = _days(np.where(over, known.closed, known.at) - known.created)
    late = np.maximum(_days(first - known.created), 0)
    size = int(max(age.max(), late.max())) + 2
    risk = np.cumsum(np.bincount(late, minlength=size))
    risk -= np.cumsum(np.bincount(age + 1, minlength=size)[:size])
    closed = np.bincount(age[over], minlength=size)
    hazard = np.where(risk >= LEAST_RISK, closed / np.maximum(risk, 1), 0.0)
    total = np.concatenate([[0.0], np.cumsum(np.minimum(hazard, 1.0))])
    expected = float(total[late[before]].sum())
    if expected < UNLIKELY:
        return []
    since, n = str(first)[:10], int(before.sum())
    return [
        Fault.of("closings-missing", severity="warning", since=since, n=n, expected=round(expected))
    ]


def _days(span: npt.NDArray[np.timedelta64]) -> Ints:
    return np.asarray(span.astype("timedelta64[us]").astype(np.int64) // TICKS_PER_DAY)
