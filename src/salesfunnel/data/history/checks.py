"""Check the columns of a stage history, and derive others from them."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import duplicates
from salesfunnel._kernels.text.order import text_order

if TYPE_CHECKING:
    from salesfunnel.data.history.stage_history import StageHistory
    from salesfunnel.fault import Fault

OPEN, WON, LOST = 0, 1, 2
"""The codes of `StageHistory.outcome`."""


def _held(history: StageHistory) -> list[tuple[str, Any]]:
    """Return the attributes as they are kept."""
    columns: Any = history.attributes
    return [(name, columns.held(name)) for name in columns]


def with_faults(history: StageHistory, faults: Iterable[Fault]) -> StageHistory:
    """Return a history with other faults, without another look at its columns."""
    other = copy(history)
    object.__setattr__(other, "faults", tuple(faults))
    return other


def shape_problems(history: StageHistory) -> list[str]:
    """Return which columns do not fit the others."""
    n, S = len(history.deals), len(history.stages)
    wanted: dict[str, tuple[int, ...]] = {"entered": (n, S), "time_in_stage": (n, S)}
    wanted.update(dict.fromkeys(("created", "closed", "outcome", "value", "reached_stage"), (n,)))
    found = [
        f"{field!r} must have shape {shape}, got {getattr(history, field).shape}"
        for field, shape in wanted.items()
        if getattr(history, field) is not None and getattr(history, field).shape != shape
    ]
    found.extend(
        f"attribute {name!r} must have shape ({n},), got {np.shape(column)}"
        for name, column in _held(history)
        if len(column) != n or getattr(column, "ndim", 1) != 1
    )
    found.extend(
        f"'changes' of {name} must be of the {n} deals, got row {int(field.deal.max())}"
        for name, field in history.changes.items()
        if field.deal.size and int(field.deal.max()) >= n
    )
    if not S:
        found.append("'stages' must hold at least one stage, got none")
    twice = duplicates(history.stages)
    found.extend(f"'stages' must be unique, got {name!r} twice" for name in twice)
    if np.isnat(history.as_of):
        found.append("'as_of' must be a time, got NaT")
    return found


def contradictions(history: StageHistory) -> list[str]:
    """Return what cannot be: ids twice, unknown outcomes, times after the moment of the data."""
    found: list[str] = []
    ordered = history.deals[text_order(history.deals)]
    again = ordered[1:] == ordered[:-1]
    if again.any():
        twice = np.unique(ordered[1:][again]).tolist()
        found.extend(f"'deals' must be unique, got {name!r} twice" for name in twice[:20])
    wrong = ~np.isin(history.outcome, (OPEN, WON, LOST))
    found.extend(
        f"'outcome' must be 0 open, 1 won or 2 lost, got {history.outcome[i]} for"
        f" {history.deals[i]!r}"
        for i in np.flatnonzero(wrong)[:20]
    )
    ended = (history.outcome == OPEN) & ~np.isnat(history.closed)
    found.extend(
        f"'closed' must be empty while a deal is open, got {history.closed[i]} for"
        f" {history.deals[i]!r}"
        for i in np.flatnonzero(ended)[:20]
    )
    with np.errstate(invalid="ignore"):
        late = (history.entered > history.as_of).any(axis=1) | (history.closed > history.as_of)
    found.extend(
        f"times must not be after 'as_of' ({history.as_of}), got a later one for"
        f" {history.deals[i]!r}"
        for i in np.flatnonzero(late)[:20]
    )
    return found


def time_in_stage_between(
    entered: npt.NDArray[np.datetime64], closed: npt.NDArray[np.datetime64], as_of: np.datetime64
) -> npt.NDArray[np.timedelta64]:
    """Return the time in each stage where only first entries are known.

    A visited stage lasts until the next later entry of the deal, the last one until the deal
    closed, or `as_of`.
    """
    n, S = entered.shape
    end = np.where(np.isnat(closed), as_of, closed)
    quick = _in_turn(entered, end)
    if quick is not None:
        return quick
    time_in_stage = np.zeros((n, S), dtype="timedelta64[us]")
    for k in range(S):
        until = end.copy()
        for j in range(S):
            if j != k:
                with np.errstate(invalid="ignore"):
                    later = entered[:, j] > entered[:, k]
                until = np.where(later, np.fmin(until, entered[:, j]), until)
        time = until - entered[:, k]
        time_in_stage[:, k] = np.where(np.isnat(time), np.timedelta64(0, "us"), time)
    return np.maximum(time_in_stage, np.timedelta64(0, "us"))


def _in_turn(
    entered: npt.NDArray[np.datetime64], end: npt.NDArray[np.datetime64]
) -> npt.NDArray[np.timedelta64] | None:
    """Return the time in each stage where all deals go through them in turn; None otherwise."""
    n, S = entered.shape
    none = np.iinfo(np.int64).min
    columns = np.ascontiguousarray(entered.view(np.int64).T)
    last = end.astype("datetime64[us]").view(np.int64)
    time_in_stage = np.zeros((n, S), dtype=np.int64)
    after = np.full(n, np.iinfo(np.int64).max)
    for k in range(S - 1, -1, -1):
        here = columns[k]
        there = here != none
        if (there & (here >= after)).any():
            return None
        time = np.minimum(after, last) - here
        time_in_stage[:, k] = np.where(there & (time > 0), time, 0)
        after = np.where(there, here, after)
    return time_in_stage.view("timedelta64[us]")
