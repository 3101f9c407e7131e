"""Won and lost deals without a closing date: a day of closing as the dated ones have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.errors import DataError
from salesfunnel.data.history.checks import time_in_stage_between
from salesfunnel.fault import Fault

if TYPE_CHECKING:
    from salesfunnel.data.history.stage_history import StageHistory

__all__ = ["CLOSING_HINT", "DRAWN", "drawn_closings", "needs_closings", "undated", "with_closings"]

DRAWN = "closing-drawn"
"""Code of what `with_closings` says."""
CLOSING_HINT = (
    'add the closing date to the export, or name its column with columns={"closed": ...};'
    " history.panel(by='month') counts by creation without it"
)
GOLDEN = (5**0.5 - 1) / 2
_NAT = np.datetime64("NaT", "us")


def undated(history: StageHistory) -> npt.NDArray[np.bool_]:
    """Return which deals are won or lost without a closing date; they are never open."""
    return np.asarray((history.outcome != 0) & np.isnat(history.closed))


def needs_closings(history: StageHistory, verb: str) -> None:
    """Raise DataError if won or lost deals have no closing date and none has one to go by."""
    without = undated(history) & ~np.isnat(history.created)
    if without.any():
        n, ended = int(without.sum()), int((history.outcome != 0).sum())
        raise DataError(
            f"'history' must hold when deals were won or lost for {verb}: {n} of {ended} have no"
            " closing date",
            hint=CLOSING_HINT,
        )


def drawn_closings(history: StageHistory) -> tuple[Fault, ...]:
    """Return what `with_closings` said of a history; nothing where all deals were dated."""
    return tuple(fault for fault in history.faults if fault.code == DRAWN)


def with_closings(history: StageHistory) -> StageHistory:
    """Return a history in which every won or lost deal has a closing, and say how many had none.

    The outcome of such a deal is known and only its day is not. It closes as many days after its
    creation (after its last entry, where entries are known) as one of the dated deals of the same
    outcome did, which are gone through evenly and no later than `as_of`: rates and the law of the
    waits stay what they are with the dated deals. Deals of an outcome of which none is dated follow
    all that are.

    Parameters
    ----------
    history : StageHistory

    Returns
    -------
    StageHistory
        The same one if all are dated, or none is.
    """
    missing = undated(history)
    since = history.created
    if history.reached_stage is None:
        for k in range(len(history.stages)):
            since = np.fmax(since, history.entered[:, k])
    missing &= ~np.isnat(since)
    dated = (history.outcome != 0) & ~np.isnat(history.closed) & ~np.isnat(since)
    if not missing.any() or not dated.any():
        return history
    took = np.maximum(history.closed - since, np.timedelta64(0, "us"))
    closed = np.array(history.closed)
    for outcome in (1, 2):
        rows = np.flatnonzero(missing & (history.outcome == outcome))
        own = dated & (history.outcome == outcome)
        waits = np.sort(took[own if own.any() else dated])
        age = history.as_of - since[rows]
        fit = np.searchsorted(waits, age, side="right")  # no closing after `as_of`
        place = (fit * ((np.arange(rows.size) + 0.5) * GOLDEN % 1)).astype(np.intp)
        wait = np.where(fit > 0, waits[place], np.timedelta64(0, "us"))
        closed[rows] = since[rows] + wait
    won = int((missing & (history.outcome == 1)).sum())
    said = Fault.of(
        DRAWN, severity="warning",
        deals=int(missing.sum()), won=won, dated=int(dated.sum()),
    )  # fmt: skip
    return attrs.evolve(
        history,
        closed=closed,
        time_in_stage=time_in_stage_between(history.entered, closed, history.as_of),
        faults=(*history.faults, said),
    )
