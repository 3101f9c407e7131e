"""Deals of which a CRM gives only the present state: a list, whose stages have no times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from salesfunnel.data.history import LOST, WON, StageHistory
from salesfunnel.data.history.checks import time_in_stage_between
from salesfunnel.fault import Fault
from salesfunnel.intake.crm._changes import Changes

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["as_list"]

_NAT = np.datetime64("NaT", "us")
_SAID_OTHERWISE = {
    *("stages-skipped", "stages-back", "stage-time-unknown", "closed-without-time"),
    "stages-never-entered",
}
"""Faults of a history with times, which those of a list replace."""


def as_list(found: Changes, history: StageHistory) -> StageHistory:
    """Return the history without times that nobody wrote down, if no deal has a history.

    A deal entered the first stage at its creation, its present one at the last change of the
    stage, and won at its close; all other times are missing, and ``reached_stage`` says how far
    each deal got. Where some deals have a history, or all times are known, it stays as it is.

    Parameters
    ----------
    found : Changes
        What the records said.
    history : StageHistory
        With present stages dated at the creation where nothing else is known.
    """
    deals = history.deals.tolist()
    if not all(deal in found.only for deal in deals):
        return history
    untimed = np.array([found.timeless.get(d) == "stage-time-unknown" for d in deals], dtype=bool)
    unknown = np.array([found.timeless.get(d) == "lost-stage-unknown" for d in deals], dtype=bool)
    endless = np.array([d in found.endless for d in deals], dtype=bool)
    reached = np.array(history.reached)
    entered, closed = _without_guesses(history, reached, untimed, endless)
    late = np.arange(len(history.stages))[None, :] > reached[:, None]
    timed = (~np.isnat(entered) | late).all() and not unknown.any() and not endless.any()
    if timed:
        return history
    visited = ~np.isnat(entered)
    missing = [
        stage
        for k, stage in enumerate(history.stages)
        if ((reached >= k) & ~visited[:, k]).any() or not visited[:, k].any()
    ]
    faults = [fault for fault in history.faults if fault.code not in _SAID_OTHERWISE]
    value = ", ".join(missing)[:200]
    faults.append(Fault.of("stage-times-unknown", severity="info", value=value))
    if endless.any():
        row, n = min(found.endless.values()), int(endless.sum())
        faults.append(Fault.of("closing-unknown", row=row, deals=n))
    return attrs.evolve(
        history,
        entered=entered,
        closed=closed,
        time_in_stage=time_in_stage_between(entered, closed, history.as_of),
        reached_stage=np.where(unknown, -1, reached),
        faults=tuple(faults),
    )


def _without_guesses(
    history: StageHistory,
    reached: npt.NDArray[np.int64],
    untimed: npt.NDArray[np.bool_],
    endless: npt.NDArray[np.bool_],
) -> tuple[Any, Any]:
    """Return entries and closes without those that only stand in for unknown ones."""
    entered, closed = np.array(history.entered), np.array(history.closed)
    rows = np.flatnonzero(untimed & (reached > 0) & (history.outcome != WON))
    entered[rows, reached[rows]] = _NAT
    rows = np.flatnonzero(endless & (history.outcome == WON))
    entered[rows, reached[rows]] = _NAT
    closed[endless & ((history.outcome == WON) | (history.outcome == LOST))] = _NAT
    first = np.isnat(entered[:, 0]) & ~np.isnat(history.created)
    entered[first, 0] = history.created[first]
    return entered, closed
