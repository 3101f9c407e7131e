"""Stays that dated lists of a CRM have seen begin.

Of what happened before the first list only its end is known: deals that were won passed stages on
unknown days, and of those that were open only the ones are there that had not closed yet. Levels
and times are estimated from stays that began after it; deals that are open count where they stand.
"""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from salesfunnel._kernels.winning.delays import GO, LOST, OPEN
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.as_known import as_known
from salesfunnel.data.history.entry_intervals import first_list
from salesfunnel.forecasting.snapshot import Snapshot, days, snapshot
from salesfunnel.forecasting.stage_rows import Stays, day_of, stays

__all__ = ["as_list", "closed_seen", "enough_seen", "seen_stays"]

ENDS = {"stage", "outcome"}
ENOUGH, SPANNED = 60, 0.9
"""Fewest closed deals whose last stay was seen to begin, for an estimate of stages; share of deals
that close within the time between the first list and the last."""


def seen_stays(history: StageHistory, known: Snapshot, rows: Stays) -> tuple[Stays, Stays]:
    """Return the stays to fit, and these with those of open deals.

    Both are `rows` itself unless the history is made of dated lists.
    """
    first = first_list(history)
    if np.isnat(first):
        return rows, rows
    seen = rows.entered > int(day_of(np.array([first]), known.at)[0])
    return rows.where(seen), rows.where(seen | (rows.fate == OPEN))


def closed_seen(known: Snapshot, fit: Stays) -> int:
    """Return how many closed deals have a last stay among those to fit."""
    if not fit.cut:
        return int((~known.open).sum())
    over = (fit.fate == LOST) | ((fit.fate == GO) & (fit.following == fit.places))
    return int(np.unique(fit.deal[over]).size)


def enough_seen(history: StageHistory, at: np.datetime64) -> bool:
    """Return whether the stays that were seen to begin tell of stages.

    Lists must span the time from creation to closing of most deals: of shorter ones only the deals
    are seen to the end that close fast.
    """
    first = first_list(history)
    if history.reached_stage is not None or np.isnat(first):
        return True
    known = snapshot(history, at)
    took = days(known.closed - known.created)[~known.open]
    if not took.size or float(days(at - first)) < np.quantile(took, SPANNED):
        return False
    fit, _ = seen_stays(history, known, stays(known))
    return closed_seen(known, fit) >= ENOUGH


def as_list(history: StageHistory, at: np.datetime64) -> StageHistory:
    """Return a history as the list of a day: the stage of that day, creation and closing.

    Deals that had vanished by then are left out.
    """
    there = (history.outcome > 0) | (history.observed_until >= min(at, history.as_of))
    part = as_known(history if there.all() else history.select(there), at)
    won, last = part.outcome == 1, len(part.stages) - 1
    nat = np.datetime64("NaT", "us")
    entered = np.full(part.entered.shape, nat)
    entered[:, 0] = part.created
    entered[:, last] = np.where(won, part.closed, nat)
    reached = np.where(won, last, part.reached)
    kept = {name: field for name, field in part.changes.items() if name not in ENDS}
    later: dict[str, Any] = {"time_in_stage": None, "changes": kept}
    return attrs.evolve(part, entered=entered, reached_stage=reached, **later)
