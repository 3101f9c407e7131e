"""What the columns of a stage history must keep to, and what follows from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import duplicates

if TYPE_CHECKING:
    from salesfunnel.data.history.stage_history import StageHistory

OPEN, WON, LOST = 0, 1, 2
"""The codes of `StageHistory.outcome`."""


def shape_problems(history: StageHistory) -> list[str]:
    """Return which columns do not fit the others."""
    n, S = len(history.deals), len(history.stages)
    wanted: dict[str, tuple[int, ...]] = {"entered": (n, S), "spent": (n, S)}
    wanted.update(dict.fromkeys(("created", "closed", "outcome", "value", "reached_stage"), (n,)))
    found = [
        f"{field!r} must have shape {shape}, got {getattr(history, field).shape}"
        for field, shape in wanted.items()
        if getattr(history, field) is not None and getattr(history, field).shape != shape
    ]
    found.extend(
        f"attribute {name!r} must have shape ({n},), got {column.shape}"
        for name, column in history.attributes.items()
        if column.shape != (n,)
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
    names, counts = np.unique(history.deals, return_counts=True)
    twice = names[counts > 1]
    found.extend(f"'deals' must be unique, got {name!r} twice" for name in twice[:20].tolist())
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


def spent_between(
    entered: npt.NDArray[np.datetime64], closed: npt.NDArray[np.datetime64], as_of: Any
) -> npt.NDArray[np.timedelta64]:
    """Return the time in each stage where only first entries are known.

    A visited stage lasts until the next later entry of the deal, the last one until the deal
    closed, or `as_of`.
    """
    n, S = entered.shape
    end = np.where(np.isnat(closed), as_of, closed)
    spent = np.zeros((n, S), dtype="timedelta64[us]")
    for k in range(S):
        until = end.copy()
        for j in range(S):
            if j != k:
                with np.errstate(invalid="ignore"):
                    later = entered[:, j] > entered[:, k]
                until = np.where(later, np.fmin(until, entered[:, j]), until)
        time = until - entered[:, k]
        spent[:, k] = np.where(np.isnat(time), np.timedelta64(0, "us"), time)
    return np.maximum(spent, np.timedelta64(0, "us"))
