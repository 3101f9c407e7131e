"""Open deals of a CRM's list: the odds of the stage that each is in now, among closed deals.

A list tells in which stage deals are now and not since when. The law from creation to won or lost
gives each open deal odds by its age; the stage turns them by how much likelier closed deals were
won that had reached it. Closed deals that reached a stage are not deals that are still open in
it, so that the odds are turned back by one constant, in each fifth of the ages: as many wins are to
be expected as by age alone, only of other deals (without it 92% too many in a planted world).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.from_list import goal_of
from salesfunnel.forecasting.now import Now
from salesfunnel.forecasting.open_deals import OpenDeals, standing_chances
from salesfunnel.forecasting.snapshot import Snapshot
from salesfunnel.forecasting.stage_rows import Stays
from salesfunnel.forecasting.win_model import WinModel

__all__ = ["StagesNow", "stages_now"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

KNOWN, BANDS, FEW, ROUNDS = 0.6, 5, 60, 40
"""Least share of lost deals whose stage is known; bands of age, fewest deals of one; steps."""


class StagesNow(NamedTuple):
    """The stages in which the deals of a list are now."""

    stages: tuple[str, ...]
    reached: Ints
    """Of each deal of the history from creation to won, -1 unknown."""
    odds: Floats
    """Of each stage: log odds that closed deals were won that reached it, less those of all."""

    def of(self, known: Snapshot, model: WinModel, rows: Stays) -> Now:
        """Return what the stages add to the log odds of the deals of a snapshot."""
        stand = standing_chances(model, rows)
        ever = np.clip(stand.ever, 1e-9, 1 - 1e-9)
        log_odds = np.log(ever / (1 - ever))
        move = self.odds[np.maximum(self.reached[known.rows[stand.deal]], 0)]
        bands = int(np.clip(stand.deal.size // FEW, 1, BANDS))
        edges: Floats = np.zeros(0)
        if stand.age.size:
            edges = np.quantile(stand.age, np.arange(1, bands) / bands)
        band = np.searchsorted(edges, stand.age)
        always = np.zeros(known.rows.size)
        for k in range(bands):
            mine = band == k
            shift = _even(log_odds[mine], move[mine])
            always[stand.deal[mine]] = move[mine] + shift
        return Now(always=always)

    def shown(self, known: Snapshot, opened: OpenDeals) -> OpenDeals:
        """Return open deals with the chance that each would have one stage further."""
        at = self.reached[known.rows[opened.deal]]
        last = int(self.odds.size) - 1
        following = np.where((at >= 0) & (at < last), at + 1, -1)  # of `stages`
        extra = self.odds[np.maximum(following, 0)] - self.odds[np.maximum(at, 0)]
        p = np.clip(opened.ever, 1e-9, 1 - 1e-9)
        within = opened.chance / p
        there = within / (1 + np.exp(-(np.log(p / (1 - p)) + extra)))
        place = np.where(following < 0, -1, following + 1)
        return opened._replace(next_place=place, raised=np.where(following < 0, 0.0, there))


def _even(log_odds: Floats, move: Floats) -> float:
    """Return the constant with which moved odds bring as many wins as before."""
    want = float((1 / (1 + np.exp(-log_odds))).sum())
    shift = 0.0
    for _ in range(ROUNDS):
        p = 1 / (1 + np.exp(-(log_odds + move + shift)))
        step = (want - float(p.sum())) / max(float((p * (1 - p)).sum()), 1e-9)
        shift += float(np.clip(step, -2.0, 2.0))
        if abs(step) < 1e-9:
            break
    return shift


def stages_now(listed: StageHistory, history: StageHistory) -> StagesNow | None:
    """Return the stages in which the deals of a list are now.

    Parameters
    ----------
    listed : StageHistory
        The list.
    history : StageHistory
        The same deals from creation to won.

    Returns
    -------
    StagesNow or None
        None if it is not a list, or it does not say in which stage most deals were lost.
    """
    if listed.reached_stage is None:
        return None
    dated = ~np.isnat(listed.created)
    reached, outcome = listed.reached[dated], history.outcome
    won, lost = outcome == 1, outcome == 2
    told = lost & (reached >= 0)
    if not won.any() or not told.any() or told.sum() < KNOWN * lost.sum():
        return None
    goal = goal_of(listed)
    rate = float(won.sum()) / float((won | lost).sum())
    # deals lost in an unknown stage are taken to be lost where the others were
    each = float(lost.sum()) / float(told.sum())
    left = np.array([float((told & (reached >= s)).sum()) * each for s in range(goal)])
    odds = np.log((float(won.sum()) + rate) / (left + 1 - rate))
    place = np.where(reached < 0, -1, np.minimum(reached, goal - 1))
    return StagesNow(listed.stages[:goal], place, odds - odds[0])
