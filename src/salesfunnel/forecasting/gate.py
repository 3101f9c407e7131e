"""Whether traits of deals help: forecasts of the past with and without them, deal by deal."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from salesfunnel.data.history import StageHistory
from salesfunnel.fault import Fault
from salesfunnel.forecasting.snapshot import DAY, Snapshot, snapshot
from salesfunnel.forecasting.stage_rows import Stays, stays
from salesfunnel.forecasting.traits import NO_TRAITS, Traits, traits_of
from salesfunnel.forecasting.win_model import FEW_CLOSED, Standing, WinModel, fit_model, win_chances

__all__ = ["Gate", "chances_of"]

Floats = npt.NDArray[np.float64]

ORIGINS, MOST_DEALS, FEW_DEALS = 5, 40_000, 50
"""Most days looked at, most deals they are made of, and fewest open deals they are judged by."""
SURE = 1e-4


class Gate:
    """Tells whether traits would have helped before a moment; remembers the days it has judged.

    Parameters
    ----------
    history : StageHistory
    horizon : int
        Days ahead of each forecast; the days looked at lie as far apart.
    season : bool
        Whether rates may have a season.
    currency, rates : optional
        As in `forecast`.
    """

    def __init__(
        self, history: StageHistory, horizon: int, *, season: bool, currency: Any, rates: Any
    ) -> None:
        every = -(-len(history) // MOST_DEALS)
        self.history = history if every <= 1 else history.select(np.arange(0, len(history), every))
        self.horizon, self.season = horizon, season
        self.currency, self.rates = currency, rates
        self.gains: dict[np.datetime64, Floats | None] = {}
        self.start = self.history.created.min() if len(history) else np.datetime64("NaT")

    def helps(self, at: np.datetime64) -> tuple[bool, list[Fault]]:
        """Return whether traits win by more than a standard error, and what is to be said."""
        found = []
        for k in range(1, ORIGINS + 1):
            then = at - k * self.horizon * DAY
            if not then > self.start:
                break
            if then not in self.gains:
                self.gains[then] = self._gain(then)
            gain = self.gains[then]
            if gain is None:
                break
            found.append(gain)
        gains = np.concatenate(found) if found else np.zeros(0)
        if gains.size < FEW_DEALS:
            n = int(gains.size)
            if not self._traits(self._known(at)).all_names:
                return False, []
            return False, [
                Fault.of("covariates-not-judged", severity="info", n=n, needed=FEW_DEALS)
            ]
        mean, error = float(gains.mean()), float(gains.std() / np.sqrt(gains.size))
        if mean > error:
            return True, []
        said = Fault.of("covariates-do-not-help", severity="info", n=len(found), deals=gains.size)
        return False, [said]

    def _known(self, at: np.datetime64) -> Snapshot:
        return snapshot(self.history, at, currency=self.currency, rates=self.rates)

    def _traits(self, known: Snapshot) -> Traits:
        return traits_of(self.history, known, None, np.arange(len(known.rows)))

    def _gain(self, then: np.datetime64) -> Floats | None:
        """Return how much log loss traits save for each deal open then; None where none is told."""
        known = self._known(then)
        closed = int((~known.open).sum())
        if closed < FEW_CLOSED or not known.open.any():
            return None
        rows = stays(known)
        traits = self._traits(known)
        if not traits.all_names:
            return None
        until = then + self.horizon * DAY
        history = self.history
        losses = []
        for used in (NO_TRAITS, traits):
            model = fit_model(rows, then, self.horizon, used, closed=closed, season=self.season)
            deal, chance = chances_of(model, rows)
            at = known.rows[deal]
            won = (history.outcome[at] == 1) & (history.closed[at] <= until)
            p = np.clip(chance, SURE, 1 - SURE)
            losses.append(-np.where(won, np.log(p), np.log1p(-p)))
        return np.asarray(losses[0] - losses[1])


def chances_of(model: WinModel, rows: Stays) -> tuple[npt.NDArray[np.intp], Floats]:
    """Return the open deals, and their chances to be won within the horizon."""
    opened = np.flatnonzero(rows.fate == 0)
    chance = np.zeros(opened.size)
    place = rows.place[opened]
    for s in range(rows.places):
        mine = np.flatnonzero(place == s)
        if not mine.size:
            continue
        take = opened[mine]
        age = rows.duration[take].astype(np.intp)
        ever = win_chances(model, Standing(s, age, rows.month[take], rows.deal[take]))
        chance[mine] = np.minimum(ever * model.times.within(s, age), 1.0)
    return rows.deal[opened], chance
