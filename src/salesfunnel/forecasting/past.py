"""Forecasts of the past: whether traits would have helped, and whether intervals held."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel.data.history import StageHistory
from salesfunnel.fault import Fault
from salesfunnel.forecasting.common_spread import common_spread, log_spread
from salesfunnel.forecasting.open_deals import open_deals
from salesfunnel.forecasting.snapshot import DAY, Snapshot, snapshot
from salesfunnel.forecasting.stage_rows import Stays, stays
from salesfunnel.forecasting.traits import NO_TRAITS, Traits, traits_of
from salesfunnel.forecasting.win_model import FEW_CLOSED, fit_model

__all__ = ["Past"]

Floats = npt.NDArray[np.float64]

ORIGINS, MOST_DEALS, FEW_DEALS = 5, 20_000, 50
"""Most days looked at, most deals they are made of, and fewest open deals they are judged by."""
SURE = 1e-4
PRIOR, FAR, NARROW, WIDE = 6.0, 3.0, 0.9, 2.0
"""Days on which intervals held, with which the past begins; the largest miss that counts; limits
of the factor of the width."""


class Judged(NamedTuple):
    """A forecast of a day of the past."""

    gain: Floats | None  # log loss that traits save of each deal
    plain: float | None  # how many spreads off it was without traits
    traits: float | None  # and with them


class Past:
    """Forecasts of days before a moment, remembered so that each is made once.

    Parameters
    ----------
    history : StageHistory
    horizon : int
        Days ahead of each forecast; the days looked at lie as far apart.
    wanted : tuple of str, optional
        Traits to look at; all that are fit by default, none with an empty tuple.
    compare : bool
        Whether forecasts without traits are made too.
    season : bool
        Whether rates may have a season.
    currency, rates : optional
        As in `forecast`.
    """

    def __init__(
        self,
        history: StageHistory,
        horizon: int,
        *,
        wanted: tuple[str, ...] | None,
        compare: bool,
        season: bool,
        currency: str | None,
        rates: object,
    ) -> None:
        every = -(-len(history) // MOST_DEALS)
        self.history = history if every <= 1 else history.select(np.arange(0, len(history), every))
        self.horizon, self.season = horizon, season
        self.wanted, self.compare = wanted, compare
        self.currency, self.rates = currency, rates
        self.judged: dict[np.datetime64, Judged | None] = {}
        self.start = self.history.created.min() if len(history) else np.datetime64("NaT")

    def before(self, at: np.datetime64) -> list[Judged]:
        """Return the forecasts whose horizon was over by a moment, the last one first."""
        found = []
        for k in range(1, ORIGINS + 1):
            then = at - k * self.horizon * DAY
            if not then > self.start:
                break
            if then not in self.judged:
                self.judged[then] = self._judge(then)
            judged = self.judged[then]
            if judged is None:
                break
            found.append(judged)
        return found

    def helps(self, at: np.datetime64) -> tuple[bool, list[Fault]]:
        """Return whether traits win by more than a standard error, and what is to be said."""
        found = [judged.gain for judged in self.before(at) if judged.gain is not None]
        gains = np.concatenate(found) if found else np.zeros(0)
        if gains.size < FEW_DEALS:
            if not self._traits(self._known(at)).all_names:
                return False, []
            n, needed = int(gains.size), FEW_DEALS
            return False, [Fault.of("covariates-not-judged", severity="info", n=n, needed=needed)]
        mean, error = float(gains.mean()), float(gains.std() / np.sqrt(gains.size))
        if mean > error:
            return True, []
        said = Fault.of("covariates-do-not-help", severity="info", n=len(found), deals=gains.size)
        return False, [said]

    def width(self, at: np.datetime64, *, traits: bool) -> float:
        """Return by how much intervals of the past should have been wider."""
        off = [judged.traits if traits else judged.plain for judged in self.before(at)]
        known = np.array([z for z in off if z is not None])
        square = float((np.clip(known, -FAR, FAR) ** 2).sum())
        return float(np.clip(np.sqrt((PRIOR + square) / (PRIOR + known.size)), NARROW, WIDE))

    def _known(self, at: np.datetime64) -> Snapshot:
        return snapshot(self.history, at, currency=self.currency, rates=self.rates)

    def _traits(self, known: Snapshot) -> Traits:
        if self.wanted == ():
            return NO_TRAITS
        every = np.arange(len(known.rows))
        return traits_of(self.history, known, self.wanted, every, always=self.wanted or ())

    def _judge(self, then: np.datetime64) -> Judged | None:
        """Return how good a forecast was; None where there was too little to make it of."""
        known = self._known(then)
        closed = int((~known.open).sum())
        if closed < FEW_CLOSED or not known.open.any():
            return None
        rows = stays(known)
        traits = self._traits(known)
        plain = with_traits = None
        if self.compare or not traits.all_names:
            plain = self._scored(known, rows, NO_TRAITS, closed)
        if traits.all_names:
            with_traits = self._scored(known, rows, traits, closed)
        gain = None
        if plain is not None and with_traits is not None:
            gain = plain[0] - with_traits[0]
        return Judged(gain, plain and plain[1], with_traits and with_traits[1])

    def _scored(
        self, known: Snapshot, rows: Stays, traits: Traits, closed: int
    ) -> tuple[Floats, float | None]:
        """Return the log loss of each deal, and how many spreads off the sum was."""
        model = fit_model(rows, known.at, self.horizon, traits, closed=closed, season=self.season)
        value = np.where(np.isfinite(known.value), known.value, 0.0)
        if not value.any():
            value = np.ones(value.size)
        opened = open_deals(model, rows, value, np.array([0.0, self.horizon]), explain=False)
        at = known.rows[opened.deal]
        until = known.at + self.horizon * DAY
        won = (self.history.outcome[at] == 1) & (self.history.closed[at] <= until)
        p = np.clip(opened.chance, SURE, 1 - SURE)
        loss = -np.where(won, np.log(p), np.log1p(-p))
        mine = value[opened.deal]
        common = common_spread(int((known.outcome == 1).sum()), model, opened, self.horizon)
        expected, came = float(opened.chance @ mine), float(mine[won].sum())
        if expected <= 0:
            return loss, None
        spread = log_spread(opened, mine, common)
        off = np.log(came / expected) / spread if came > 0 else -FAR
        return loss, float(off)
