"""The model of winning: fitted on the stays of all deals, asked for deals at a stage and an age.

Where a deal goes from a stage is a logit with months and traits (`_kernels/winning/stage_logit`),
when it goes is Aalen–Johansen on whole days (`delays`); both together tell the chance of a deal
that is still there at its age. Season and break of a stage ahead are those of the day on which it
will be entered, not of today.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.winning.delays import GO, LOST, OPEN, Delays, delays
from salesfunnel._kernels.winning.stage_logit import Cells, StageLogit, fit_stages
from salesfunnel._kernels.winning.stage_months import waves
from salesfunnel._kernels.winning.time_to_win import WinTimes, win_times
from salesfunnel.forecasting.now import NO_NOW, Now
from salesfunnel.forecasting.stage_rows import MONTH_DAYS, Stays
from salesfunnel.forecasting.traits import NO_TRAITS, Traits

__all__ = ["Standing", "WinModel", "fit_model", "log_odds_here", "win_chances"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

YEAR = 365.25
MOST_MONTHS, FEW_CLOSED, MOST_ROWS = 60, 60, 300_000
"""Months that are read; fewest closed deals to estimate months and traits; most stays fitted."""
PARTS = ("season", "break", "month")
Z_STEP = 0.4


class WinModel(NamedTuple):
    """The fitted model; K places."""

    logit: StageLogit
    times: WinTimes
    following: Floats  # (K, K + 1)
    traits: Traits
    angle: float  # of the year, at the moment
    now: Now = NO_NOW

    @property
    def months(self) -> int:
        """Months with an effect of their own."""
        return int(self.logit.base.shape[1])

    def wave(self, day: Floats | float) -> Floats:
        """Return sine and cosine of the year some days from the moment."""
        return waves(np.asarray(self.angle + 2 * np.pi * np.asarray(day) / YEAR))


class Standing(NamedTuple):
    """Deals at a place; days from the moment on which they stand there are `start`."""

    place: int
    age: Ints
    month: Ints  # of entering it, counted back
    deal: Ints  # rows of the snapshot, for their traits


def angle_of(at: np.datetime64) -> float:
    """Return the angle of the year of a moment."""
    day = (at - at.astype("datetime64[Y]")) / np.timedelta64(1, "D")
    return float(2 * np.pi * day / YEAR)


def fit_model(
    rows: Stays,
    at: np.datetime64,
    horizon: int,
    traits: Traits = NO_TRAITS,
    *,
    closed: int,
    season: bool = True,
) -> WinModel:
    """Return the model of winning.

    Parameters
    ----------
    rows : Stays
    at : datetime64
        The moment.
    horizon : int
        Days.
    traits : Traits
        What distinguishes deals, besides stage, age and month.
    closed : int
        Deals that were won or lost by then.
    season : bool
        Whether rates may have a season.
    """
    K = rows.places
    delays_of, following = [], np.zeros((K, K + 1))
    for s in range(K):
        here = rows.place == s
        fate, duration = rows.fate[here], rows.duration[here]
        delays_of.append(delays(duration, fate))
        went = rows.following[here][fate == GO]
        following[s] = np.bincount(went, minlength=K + 1)
        following[s] /= max(following[s].sum(), 1.0)
        if not went.size:
            following[s, s + 1] = 1.0
    enough = closed >= FEW_CLOSED
    if not enough:
        traits = NO_TRAITS
    month = rows.month
    M = min(int(month.max(initial=0)) + 1, MOST_MONTHS)
    use = np.flatnonzero(month < M)
    if use.size > MOST_ROWS:
        every = -(-use.size // MOST_ROWS)
        use = use[rows.deal[use] % every == 0]
    cells = _cells(rows, use, M, traits, delays_of)
    here = angle_of(at)
    middle = np.asarray(-(np.arange(M) + 0.5) * MONTH_DAYS, dtype=np.float64)
    logit = fit_stages(
        cells, here + 2 * np.pi * middle / YEAR, value=traits.z is not None, months=enough,
        season=season, ahead=here + np.pi * horizon / YEAR,
    )  # fmt: skip
    won = _plain_reach(logit, following, delays_of, here)
    times = win_times(tuple(delays_of), following, won, horizon)
    return WinModel(logit, times, following, traits, here)


def _cells(rows: Stays, use: Ints, M: int, traits: Traits, delays_of: list[Delays]) -> Cells:
    """Return stays counted by stage, month, value and groups."""
    K = rows.places
    place = rows.place[use].astype(np.intp)
    month = rows.month[use]
    z, groups = traits.at(rows.deal[use], place)
    code = (place * M + month).astype(np.int64)
    step = np.round(z / Z_STEP).astype(np.int64)
    if traits.z is not None:
        code = code * 32 + step + 16
    for group, size in zip(groups, traits.sizes, strict=True):
        code = code * size + group
    _, first, cell = np.unique(code, return_index=True, return_inverse=True)
    cell = cell.reshape(-1)
    fate = rows.fate[use]
    C = first.size
    opened = np.flatnonzero(fate == OPEN)
    age = rows.duration[use][opened]
    odds = np.zeros(opened.size)
    for s, delay in enumerate(delays_of):
        mine = place[opened] == s
        odds[mine] = delay.log_odds(age[mine])
    mean = np.bincount(cell, z, minlength=C) / np.bincount(cell, minlength=C)
    return Cells(
        stage=place[first], month=month[first], z=mean,
        groups=tuple(group[first] for group in groups), sizes=traits.sizes,
        go=np.bincount(cell[fate == GO], minlength=C).astype(np.float64),
        lost=np.bincount(cell[fate == LOST], minlength=C).astype(np.float64),
        opened=cell[opened], odds=odds, shape=(K, M),
    )  # fmt: skip


def _plain_reach(
    logit: StageLogit, following: Floats, delays_of: list[Delays], here: float
) -> Floats:
    """Return the share won of those who enter each place now, without their traits."""
    K = len(delays_of)
    won = np.ones(K + 1)
    wave = waves(np.array(here))
    parts = logit.months
    for s in range(K - 1, -1, -1):
        eta = parts.level[s] + parts.season[s] @ wave + parts.shift[s, 0]
        won[s] = _expit(eta) * float(following[s, s + 1 :] @ won[s + 1 :])
    return won


def _expit(x: Floats | float) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.asarray(x))))


def win_chances(
    model: WinModel,
    who: Standing,
    *,
    parts: tuple[str, ...] | None = None,
    move: tuple[float, float] = (0.0, 0.0),
    later: float = 0.0,
    traits_at: int | None = None,
) -> Floats:
    """Return the chance of deals at a place to be won ever; `model.times` tells by when.

    Parameters
    ----------
    model : WinModel
    who : Standing
        K as the place means won: then the chance is 1.
    parts : tuple of str, optional
        Which of season, break, month and the names of traits to use; all by default.
    move : tuple of float
        Added to the log odds of the place where they stand, and of places ahead.
    later : float
        Days from the moment on which they stand there; 0 if they stand there already.
    traits_at : int, optional
        The place on entering which their traits are taken; where they stand, by default.
    """
    months = model.logit.months
    on = {*PARTS, *model.traits.all_names, *model.now.names} if parts is None else set(parts)
    s, K = who.place, len(model.times.delays_of)
    delay = model.times.delays_of[s]
    traits = who if traits_at is None else who._replace(place=traits_at)
    go = _expit(log_odds_here(model, who, on, later=later, traits=traits) + move[0])
    wait = delay.mean_wait()[delay.age(who.age)]
    offset = _offsets(model, s)
    reach: list[Floats | float] = [*[0.0] * K, 1.0]
    for j in range(K - 1, s, -1):
        eta = np.full(who.age.size, months.level[j]) + move[1]
        if "season" in on:
            eta += months.season[j] @ model.wave(later + wait + offset[j])
        if "break" in on:
            eta += months.shift[j, 0]
        eta += _trait_part(model, traits, j, on)
        total: Floats | float = 0.0
        for k in range(j + 1, K + 1):
            total = total + model.following[j, k] * reach[k]
        reach[j] = _expit(eta) * total
    total = 0.0
    for k in range(s + 1, K + 1):
        total = total + model.following[s, k] * reach[k]
    return np.asarray(go * total)


def log_odds_here(
    model: WinModel,
    who: Standing,
    on: set[str],
    *,
    later: float = 0.0,
    traits: Standing | None = None,
) -> Floats:
    """Return the log odds to go on of deals in the place where they stand, at their ages.

    Parameters
    ----------
    model : WinModel
    who : Standing
    on : set of str
        The parts to use.
    later : float
        Days from the moment on which they stand there; 0 if they stand there already.
    traits : Standing, optional
        The place on entering which their traits are taken; where they stand, by default.
    """
    months, s = model.logit.months, who.place
    month = np.minimum(who.month, model.months - 1)
    eta = np.full(who.age.size, months.level[s])
    if "season" in on:
        entry = later - MONTH_DAYS * (month + 0.5) if later == 0 else np.full(month.size, later)
        eta += months.season[s] @ model.wave(entry)
    if "break" in on:
        eta += months.shift[s, month] if later == 0 else months.shift[s, 0]
    if "month" in on and later == 0:
        eta += model.logit.month_own[s, month]
    eta += _trait_part(model, who if traits is None else traits, s, on)
    if later == 0:
        eta += model.now.at(who.deal, on)
    return np.asarray(eta + model.times.delays_of[s].log_odds(who.age))


def _trait_part(model: WinModel, who: Standing, j: int, on: set[str]) -> Floats:
    """Return what the traits of deals add to the log odds of a place."""
    z, groups = model.traits.at(who.deal, who.place)
    total = np.zeros(who.deal.size)
    if model.traits.z is not None and "value" in on:
        total += model.logit.slope[j] * z
    for name, effect, group in zip(model.traits.names, model.logit.effects, groups, strict=True):
        if name in on:
            total += effect.shared[group] + effect.own[j, group]
    return total


def _offsets(model: WinModel, s: int) -> Floats:
    """Return the mean days from leaving a place to entering each place ahead."""
    K = len(model.times.delays_of)
    weight, time = model.following[s, :K].copy(), np.zeros(K)
    for j in range(s + 1, K):
        wait = float(model.times.delays_of[j].mean_wait()[0])
        for k in range(j + 1, K):
            more = weight[j] * model.following[j, k]
            if more > 0:
                time[k] = (weight[k] * time[k] + more * (time[j] + wait)) / (weight[k] + more)
                weight[k] += more
    return time
