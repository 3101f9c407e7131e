"""The waits of deals in each stage, in ticks, one stage at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel.data.history import LOST, OPEN, StageHistory
from salesfunnel.data.history.entry_intervals import middle_entries

__all__ = ["TICKS", "Waits", "waits_of"]

TICKS = 86_400_000_000
"""Microseconds of a day."""
_MISSING, _NEVER = np.iinfo(np.int64).min, np.iinfo(np.int64).max

Ints = npt.NDArray[np.int64]


class Waits(NamedTuple):
    """The waits in one stage, in ticks, and the deals that are still there."""

    gone: Ints
    advanced: npt.NDArray[np.bool_]
    still: Ints
    here: npt.NDArray[np.intp]  # rows of open deals that have reached no later stage
    age: Ints


def waits_of(history: StageHistory) -> Iterator[Waits]:
    """Yield the waits in each stage but the last, as `StageHistory.stage_times` has them."""
    entered, unborn = middle_entries(history)
    columns = np.ascontiguousarray(entered.T).view(np.int64)
    size = len(history.stages)
    after = np.full(len(history), _NEVER)  # when a later stage was reached
    later = [after]
    for k in range(size - 1, 0, -1):
        column = columns[k]
        after = np.minimum(after, np.where(column == _MISSING, _NEVER, column))
        later.append(after)
    ends = np.where(np.isnat(history.closed), _latest(columns), history.closed.view(np.int64))
    lost = history.outcome == LOST
    until = history.observed_until.view(np.int64)
    # a deal that vanished is not one to call
    present = (history.outcome == OPEN) & (until == until.max(initial=_MISSING))
    early = unborn.any()
    for k in range(size - 1):
        begin, after = columns[k], later[size - 1 - k]
        inside = (begin != _MISSING) & ~unborn[:, k] if early else begin != _MISSING
        went = after != _NEVER
        end = np.where(went, after, np.where(lost, ends, until))
        days = np.maximum(end - begin, 0)
        over = inside & (went | lost)
        still = np.flatnonzero(inside & ~(went | lost))
        here = still[present[still]]
        yield Waits(days[over], went[over], days[still], here, days[here])


def _latest(columns: Ints) -> Ints:
    return np.asarray(columns.max(axis=0, initial=_MISSING))
