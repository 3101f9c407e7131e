"""Forecasts of the past: whether traits and activity helped, and whether intervals held."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.moments import DAY
from salesfunnel._kernels import simulate
from salesfunnel._kernels.special import norm_ppf
from salesfunnel.data.history import StageHistory
from salesfunnel.fault import Fault
from salesfunnel.forecasting.activity import activity_fields, activity_now, activity_seen
from salesfunnel.forecasting.closing_scatter import closing_scatter
from salesfunnel.forecasting.common_spread import common_spread, log_spread
from salesfunnel.forecasting.open_deals import open_deals
from salesfunnel.forecasting.seen_stays import closed_seen, seen_stays
from salesfunnel.forecasting.snapshot import Snapshot, snapshot
from salesfunnel.forecasting.stage_rows import Stays, stays
from salesfunnel.forecasting.traits import NO_TRAITS, Traits, leaky, traits_of
from salesfunnel.forecasting.win_model import FEW_CLOSED, WinModel, fit_model

__all__ = ["PLAIN", "Past", "Ways", "leak_of"]

Floats = npt.NDArray[np.float64]

ORIGINS, MOST_DEALS, FEW_DEALS = 5, 15_000, 50
"""Most days looked at, most deals they are made of, and fewest open deals they are judged by."""
SURELY, LEAST = 1 - 1e-9, 1e-12
PRIOR, FAR, NARROW, WIDE = 6.0, 6.0, 0.9, 4.0
"""Days on which intervals held, with which the past begins; the largest miss that counts; limits
of the factor of the width."""
INSIDE = 1.2816
"""Spreads off the middle up to which a sum lies in its 80% interval."""


class Ways(NamedTuple):
    """What a forecast uses besides stage and age."""

    traits: bool
    activity: bool


class Scored(NamedTuple):
    """How good a forecast of a day of the past was."""

    loss: Floats  # log loss of each deal
    off: float | None  # how many spreads off the sum was
    missed: float  # by how much the sum was off
    came: float


LEAK, PLAINLY = 1.25, 0.1
"""How much further off sums with traits may be than without, relative and as a share of what came:
traits that stand as of today and tell the ends of deals of the past make their chances better and
their sum worse."""


Judged = dict[Ways, Scored]
PLAIN = Ways(traits=False, activity=False)


class Past:
    """Forecasts of days before a moment, remembered so that each is made once.

    Parameters
    ----------
    history : StageHistory
    horizon : int
        Days ahead of each forecast; the days looked at lie as far apart.
    wanted : tuple of str, optional
        Traits to look at; all that are fit by default, none with an empty tuple.
    activity : tuple of str, optional
        Activity to look at; all that histories tell by default, none with an empty tuple.
    compare : bool
        Whether forecasts without them are made too.
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
        activity: tuple[str, ...] | None,
        compare: bool,
        season: bool,
        currency: str | None,
        rates: object,
    ) -> None:
        every = -(-len(history) // MOST_DEALS)
        self.history = history if every <= 1 else history.select(np.arange(0, len(history), every))
        self.horizon, self.season = horizon, season
        self.wanted, self.activity, self.compare = wanted, activity, compare
        self.currency, self.rates = currency, rates
        self.judged: dict[np.datetime64, Judged | None] = {}
        self.start = self.history.created.min() if len(history) else np.datetime64("NaT", "us")

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

    def helps(self, at: np.datetime64) -> tuple[Ways, list[Fault]]:
        """Return what wins by more than a standard error, and what is to be said."""
        judged = self.before(at)
        told = self.told(at)
        if sum(one[PLAIN].loss.size for one in judged if PLAIN in one) < FEW_DEALS:
            if not any(told):
                return PLAIN, []
            n = sum(one[PLAIN].loss.size for one in judged if PLAIN in one)
            said = Fault.of("covariates-not-judged", severity="info", n=n, needed=FEW_DEALS)
            return PLAIN, [said]
        faults = []
        used = PLAIN
        for name, code in (
            ("traits", "covariates-do-not-help"),
            ("activity", "activity-does-not-help"),
        ):
            if not getattr(told, name):
                continue
            more = used._replace(**{name: True})
            gains = [one[used].loss - one[more].loss for one in judged if {used, more} <= set(one)]
            gain = np.concatenate(gains) if gains else np.zeros(0)
            leak = self._leak(at, used, more) if name == "traits" else None
            if leak is not None:
                faults.append(leak)
            elif gain.size and gain.mean() > gain.std() / np.sqrt(gain.size):
                used = more
            else:
                n, deals = len(gains), int(gain.size)
                faults.append(Fault.of(code, severity="info", n=n, deals=deals))
        return used, faults

    @cached_property
    def leaks(self) -> frozenset[str]:
        """Attributes that tell by the end of the data how deals ended."""
        return leaky(self.history, self._known(np.datetime64(self.history.as_of, "us")))

    def _leak(self, at: np.datetime64, used: Ways, more: Ways) -> Fault | None:
        """Return a fault if traits tell how deals ended.

        Where they stand as they are by the end of the data, all the data tell whether they do.
        """
        end = np.datetime64(self.history.as_of, "us")
        found = leak_of(self.before(at), used, more)
        if found is None and at < end and self._traits(self._known(at)).of_today:
            found = leak_of(self.before(end), used, more)
        return found

    def width(self, at: np.datetime64, used: Ways) -> float:
        """Return by how much intervals of the past should have been wider."""
        off = [one[used].off for one in self.before(at) if used in one]
        known = np.array([z for z in off if z is not None])
        square = float((np.clip(known, -FAR, FAR) ** 2).sum())
        return float(np.clip(np.sqrt((PRIOR + square) / (PRIOR + known.size)), NARROW, WIDE))

    def held(self, at: np.datetime64, used: Ways) -> tuple[int, float]:
        """Return of how many days of the past intervals were made, and the share that held."""
        off = [one[used].off for one in self.before(at) if used in one]
        known = np.array([z for z in off if z is not None])
        if not known.size:
            return 0, 1.0
        return int(known.size), float((np.abs(known) <= INSIDE).mean())

    def told(self, at: np.datetime64) -> Ways:
        """Return what there is to use."""
        activity = self.activity != () and bool(activity_fields(self.history))
        return Ways(bool(self._traits(self._known(at)).all_names), activity)

    def _known(self, at: np.datetime64) -> Snapshot:
        return snapshot(self.history, at, currency=self.currency, rates=self.rates)

    def _traits(self, known: Snapshot) -> Traits:
        if self.wanted == ():
            return NO_TRAITS
        every = np.arange(len(known.rows))
        return traits_of(
            self.history, known, self.wanted, every, always=self.wanted or (), leaks=self.leaks
        )

    def _judge(self, then: np.datetime64) -> Judged | None:
        """Return how good a forecast was; None where there was too little to make it of."""
        known = self._known(then)
        fit, rows = seen_stays(self.history, known, stays(known))
        closed = closed_seen(known, fit)
        if closed < FEW_CLOSED or not known.open.any():
            return None
        traits = self._traits(known)
        found: Judged = {}
        seen = None if self.activity == () else activity_seen(self.history, known, rows)
        for with_traits in (False, True):
            chosen = traits if with_traits else NO_TRAITS
            if bool(chosen.all_names) != with_traits or not (
                with_traits or self.compare or not traits.all_names
            ):
                continue
            model = fit_model(fit, then, self.horizon, chosen, closed=closed, season=self.season)
            closing = closing_scatter(model, fit, self.horizon)
            found[Ways(with_traits, activity=False)] = self._scored(known, rows, model, closing)
            now = activity_now(seen, model, rows, self.activity)
            if now.names:
                scored = self._scored(known, rows, model._replace(now=now), closing)
                found[Ways(with_traits, activity=True)] = scored
        return found

    def _scored(self, known: Snapshot, rows: Stays, model: WinModel, closing: float) -> Scored:
        """Return the log loss of each deal, and how many spreads off the sum was."""
        value = np.where(np.isfinite(known.value), known.value, 0.0)
        if not value.any():
            value = np.ones(value.size)
        opened = open_deals(model, rows, value, np.array([0.0, self.horizon]), explain=False)
        at = known.rows[opened.deal]
        until = known.at + self.horizon * DAY
        won = (self.history.outcome[at] == 1) & (self.history.closed[at] <= until)
        loss = simulate.log_loss(won, opened.chance)
        mine = value[opened.deal]
        won_so_far = int((known.outcome == 1).sum())
        common = common_spread(won_so_far, model, opened, self.horizon, closing)
        expected, came = float(opened.chance @ mine), float(mine[won].sum())
        if expected <= 0:
            return Scored(loss, None, came, came)
        spread = log_spread(opened, mine, common)
        if came > 0:
            return Scored(loss, float(np.log(came / expected)) / spread, abs(came - expected), came)
        # nothing came: as far off as the chance of that is small
        chance = float(np.exp(np.log1p(-np.minimum(opened.chance, SURELY)).sum()))
        return Scored(loss, float(norm_ppf(max(chance / 2, LEAST))), expected, came)


def leak_of(judged: list[Judged], used: Ways, more: Ways) -> Fault | None:
    """Return a fault if sums with traits were plainly further off than without."""
    both = [(one[used], one[more]) for one in judged if {used, more} <= set(one)]
    came = sum(plain.came for plain, _ in both)
    without = sum(plain.missed for plain, _ in both)
    missed = sum(traits.missed for _, traits in both)
    if not came > 0 or missed <= LEAK * without or missed - without <= PLAINLY * came:
        return None
    return Fault.of(
        "covariates-follow-outcome", severity="warning",
        n=len(both), error=missed / came, plain=without / came,
    )  # fmt: skip
