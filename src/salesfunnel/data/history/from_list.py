"""Limits of a history made from a CRM's list: its two ends, and what to export for the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from salesfunnel._core.errors import DataError
from salesfunnel.data.history.checks import time_in_stage_between
from salesfunnel.data.history.closings_filled import CLOSING_HINT, DRAWN, undated, with_closings
from salesfunnel.fault import Fault

if TYPE_CHECKING:
    from salesfunnel.data.history.stage_history import StageHistory

__all__ = ["EXPORT_HINT", "OF_LISTS", "goal_of", "needs_stage_times", "timed_stages", "two_ends"]

EXPORT_HINT = (
    "export when deals entered their stages (HubSpot: the properties “Date entered …” or the"
    " history of dealstage; Salesforce: OpportunityHistory; Pipedrive: the changelog; Zoho: Stage"
    " History), or read several dated lists with read_snapshots"
)
OF_LISTS = ("needs-stage-times", DRAWN)
"""Faults of making a list a history of two ends."""
_NAT, _ENDS = np.datetime64("NaT", "us"), 2


def needs_stage_times(history: StageHistory, verb: str) -> None:
    """Raise DataError if a history does not know when deals entered their stages.

    Parameters
    ----------
    history : StageHistory
    verb : str
        What was asked for.
    """
    if history.reached_stage is not None:
        without = undated(history) & (history.outcome == 1)
        if len(history.stages) == _ENDS and without.any():
            n, won = int(without.sum()), int((history.outcome == 1).sum())
            raise DataError(
                f"'history' must hold when deals were won for {verb}: {n} of {won} won deals have"
                " no closing date",
                hint=CLOSING_HINT,
            )
        raise DataError(
            f"'history' must hold the time of each stage for {verb}, got a list of deals, which"
            " only tells in which stage a deal is now",
            hint=EXPORT_HINT,
        )


def timed_stages(history: StageHistory) -> tuple[bool, ...]:
    """Return for each stage but the last whether the waits in it are known.

    They are if the time of the stage is known for every deal that reached it, and a later time for
    every deal that went on. A deal lost in an unknown stage makes the stages it may have reached
    unknown.
    """
    last = len(history.stages) - 1
    if history.reached_stage is None:
        return (True,) * last
    visited = ~np.isnat(history.entered)
    reached = np.where(history.reached < 0, goal_of(history) - 1, history.reached)
    found = []
    for k in range(last):
        here, on = reached >= k, reached > k
        known = (visited[:, k] | ~here).all() and (visited[:, k + 1 :].any(axis=1) | ~on).all()
        found.append(bool(known and here.any()))
    return tuple(found)


def goal_of(history: StageHistory) -> int:
    """Return the place of the stage that means won: the furthest that only won deals reached."""
    won = history.outcome == 1
    reached = history.reached
    others = int(reached[~won].max(initial=-1))
    last = len(history.stages) - 1
    if not won.any():
        return last
    return min(max(others + 1, int(reached[won].min(initial=last))), last)


def two_ends(history: StageHistory) -> StageHistory:
    """Return the deals of a list from creation to winning: the one wait that a list knows exactly.

    Any other history keeps its stages. Deals whose creation is not known are left out, for they
    belong to no period. Won and lost deals without a closing date get one as the dated ones have.

    Raises
    ------
    DataError
        If the creation of no deal is known.
    """
    if history.reached_stage is None:
        return with_closings(history)
    known = ~np.isnat(history.created)
    if not known.any():
        raise DataError(
            "'history' must hold when deals were created, got a list without such a column",
            hint='add it to the export, or name it with columns={"created": ...};'
            " panel(by='all') counts without dates",
        )
    goal = goal_of(history)
    part = with_closings(history if known.all() else history.select(known))
    won = part.outcome == 1
    closed = np.where(np.isnat(part.entered[:, goal]), part.closed, part.entered[:, goal])
    entered = np.stack([part.created, np.where(won, closed, _NAT)], axis=1)
    stages = (history.stages[0], history.stages[goal])
    left = [stage for stage in history.stages if stage not in stages]
    untimed = won & np.isnat(entered[:, 1])
    funnel = history.funnel
    if funnel is not None:
        funnel = funnel.replace(stages=tuple(s for s in funnel if s.key in stages))
    faults = [*part.faults]
    if left:
        faults.append(Fault.of("needs-stage-times", severity="info", value=", ".join(left)))
    return attrs.evolve(
        part,
        stages=stages,
        entered=entered,
        time_in_stage=time_in_stage_between(entered, part.closed, part.as_of),
        reached_stage=np.where(won, 1, 0) if untimed.any() else None,
        funnel=funnel,
        faults=tuple(faults),
    )
