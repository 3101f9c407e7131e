"""Where deals go from a stage: a logit with shrunken levels, months, season and a break.

log odds of going on = level of the stage + months + slope of the value + effects of groups, each
shared by the stages and of each. Open deals count with the chance that they will go on, given
that they are still there (EM). One Newton step a block and round; spreads of the effects by EM.

References
----------
.. [1] Louis (1982), Finding the observed information matrix when using the EM algorithm,
   J. R. Stat. Soc. B 44:226: what is not observed of an open deal is no information.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.winning.rate_break import Break, find_break
from salesfunnel._kernels.winning.stage_months import Months, Spread, fit_months

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

TAU, TAU_WEIGHT = Spread(0.07, 0.13), 4.0
"""Standard deviations of months to which the fitted ones are drawn, and how much."""
ROUNDS, LATE = 8, 3
"""Rounds of the fit, and with the break fixed."""
SLOPE_SD, OWN_SLOPE_SD, GROUP_SD, OWN_GROUP_SD, LEAST_SD = 0.6, 0.15, 0.5, 0.2, 0.02
LEAST_INFO, FAR = 1e-3, 3.0


class Cells(NamedTuple):
    """Deals of one stage, month, value and groups, counted together; c cells, o open deals."""

    stage: Ints
    month: Ints
    z: Array  # standardised log value, 0 unknown
    groups: tuple[Ints, ...]  # one array a factor, shape (c,)
    sizes: tuple[int, ...]  # groups of each factor
    go: Array
    lost: Array
    opened: Ints  # cell of each open deal, shape (o,)
    odds: Array  # what its age adds to its log odds, shape (o,)
    shape: tuple[int, int]  # stages, months


class Effects(NamedTuple):
    """Effects of the groups of a factor on the log odds."""

    shared: Array  # (L,)
    own: Array  # (S, L)
    sd: Array  # (L,), of the shared ones, given the data


class StageLogit(NamedTuple):
    """The fitted parts; months are counted back, 0 is the last one."""

    months: Months
    month_own: Array  # (S, M), what each month has of its own
    tau: Spread
    slope: Array  # (S,), of the standardised log value
    slope_sd: float
    effects: tuple[Effects, ...]
    found: Break | None
    base: Array  # (S, M), level, season, shift


class _State:
    """The parts while they are fitted."""

    def __init__(self, cells: Cells, *, value: bool) -> None:
        S, M = cells.shape
        self.cells, self.value = cells, value
        self.opens = np.bincount(cells.opened, minlength=cells.stage.size).astype(np.float64)
        self.n = cells.go + cells.lost + self.opens
        self.place = cells.stage * M + cells.month
        sums = np.stack(
            [np.bincount(cells.stage, part, minlength=S) for part in (cells.go, cells.lost)]
        )
        level = np.log((sums[0] + 0.5) / (sums[1] + 0.5))
        self.around = level
        self.base = np.repeat(level[:, None], M, axis=1)
        self.own = np.zeros((S, M))
        self.slope, self.slope_own = 0.0, np.zeros(S)
        self.slope_sd, self.slope_own_sd = SLOPE_SD, OWN_SLOPE_SD
        self.shared = [np.zeros(L) for L in cells.sizes]
        self.group_own = [np.zeros((S, L)) for L in cells.sizes]
        self.group_sd = [GROUP_SD] * len(cells.sizes)
        self.own_sd = [OWN_GROUP_SD] * len(cells.sizes)
        self.left = [np.full(L, GROUP_SD) for L in cells.sizes]
        self.slope_left = SLOPE_SD if value else 0.0

    def traits(self) -> Array:
        """Return what value and groups add, a cell."""
        c = self.cells
        total = (self.slope + self.slope_own[c.stage]) * c.z if self.value else np.zeros(c.z.size)
        for f, group in enumerate(c.groups):
            total = total + self.shared[f][group] + self.group_own[f][c.stage, group]
        return np.asarray(total)

    def eta(self) -> Array:
        """Return the log odds of each cell."""
        return np.asarray(self.traits() + (self.base + self.own).ravel()[self.place])

    def score(self) -> tuple[Array, Array]:
        """Return the score and the information of each cell, open deals by expectation [1]_."""
        c = self.cells
        eta = self.eta()
        p = 1 / (1 + np.exp(-eta))
        will = 1 / (1 + np.exp(-(eta[c.opened] + c.odds)))
        size = eta.size
        u = c.go + np.bincount(c.opened, will, minlength=size) - self.n * p
        unknown = np.bincount(c.opened, will * (1 - will), minlength=size)
        return u, np.maximum(self.n * p * (1 - p) - unknown, 0.0)

    def by_month(self) -> tuple[Array, Array]:
        """Return log odds of stages and months as they seem, and their information."""
        S, M = self.cells.shape
        u, info = self.score()
        U, I = (np.bincount(self.place, part, minlength=S * M).reshape(S, M) for part in (u, info))
        known = I > LEAST_INFO
        step = np.clip(np.where(known, U / np.where(known, I, 1), 0.0), -FAR, FAR)
        return self.base + self.own + step, np.where(known, I, 0.0)

    def months_of_their_own(self, y: Array, info: Array, common: Array, tau: Spread) -> Spread:
        """Set what months have of their own; return how much they scatter."""
        left = y - self.base - common
        prior = tau.own**-2.0
        own = left * info / (info + prior)
        self.own = own + common
        some = info > 1
        square = own**2 + 1 / (info + prior)
        total = TAU_WEIGHT * TAU.own**2 + float(square[some].sum())
        known = np.where(info > 0, 1 / (1 / np.where(info > 0, info, 1) + tau.own**2), 0).sum(0)
        told = known > 1
        shared = common**2 + 1 / (known + tau.shared**-2.0)
        whole = TAU_WEIGHT * TAU.shared**2 + float(shared[told].sum())
        return Spread(
            max(float(np.sqrt(whole / (TAU_WEIGHT + int(told.sum())))), LEAST_SD),
            max(float(np.sqrt(total / (TAU_WEIGHT + int(some.sum())))), LEAST_SD),
        )

    def step_slope(self) -> None:
        """One Newton step of the slopes of the value."""
        c = self.cells
        S = c.shape[0]
        u, info = self.score()
        gain = float((info * c.z**2).sum()) + self.slope_sd**-2.0
        step = (float((u * c.z).sum()) - self.slope * self.slope_sd**-2.0) / gain
        self.slope += float(_short(step))
        self.slope_left = gain**-0.5
        u, info = self.score()
        U, I = (np.bincount(c.stage, v, minlength=S) for v in (u * c.z, info * c.z**2))
        prior = self.slope_own_sd**-2.0
        self.slope_own = self.slope_own + _short((U - self.slope_own * prior) / (I + prior))
        self.slope_own_sd = _spread(self.slope_own, 1 / (I + prior), OWN_SLOPE_SD)

    def step_groups(self, f: int) -> None:
        """One Newton step of the effects of a factor."""
        c = self.cells
        S, L = c.shape[0], c.sizes[f]
        group, prior = c.groups[f], self.group_sd[f] ** -2.0
        u, info = self.score()
        U, I = (np.bincount(group, v, minlength=L) for v in (u, info))
        self.shared[f] = self.shared[f] + _short((U - self.shared[f] * prior) / (I + prior))
        self.left[f] = (I + prior) ** -0.5
        self.group_sd[f] = _spread(self.shared[f], 1 / (I + prior), GROUP_SD)
        place, prior = c.stage * L + group, self.own_sd[f] ** -2.0
        u, info = self.score()
        U, I = (np.bincount(place, v, minlength=S * L).reshape(S, L) for v in (u, info))
        own = self.group_own[f]
        self.group_own[f] = own + _short((U - own * prior) / (I + prior))
        self.own_sd[f] = _spread(self.group_own[f], 1 / (I + prior), OWN_GROUP_SD)


def _short(step: Array | float) -> Array:
    return np.asarray(np.clip(step, -1.0, 1.0))


def _spread(mean: Array, variance: Array, usual: float) -> float:
    """Return a standard deviation of effects, shrunk toward the usual with the weight of one."""
    square = float((mean**2 + variance).sum()) + usual**2
    return max(float(np.sqrt(square / (mean.size + 1))), LEAST_SD)


def fit_stages(
    cells: Cells, angle: Array, *, value: bool, months: bool, season: bool, ahead: float
) -> StageLogit:
    """Return the fitted log odds to go on.

    Parameters
    ----------
    cells : Cells
    angle : ndarray of float64, shape (M,)
        Of the year, of each month counted back.
    value : bool
        Whether the value is a trait.
    months : bool
        Whether there are enough deals for a season, a break, and the spread of months.
    season : bool
        Whether a season is tried.
    ahead : float
        Angle of the time that the forecast is for.
    """
    state = _State(cells, value=value)
    tau = TAU
    parts, used = _level_only(state, angle, tau, ahead), tau
    for turn in range(ROUNDS):
        y, info = state.by_month()
        parts = (
            fit_months(y, info, angle, tau, ahead=ahead, around=state.around, season=season)
            if months
            else _level_only(state, angle, tau, ahead)
        )
        state.base = parts.at(angle)
        used = state.months_of_their_own(y, info, parts.common, tau)
        # a break must not hide in the spread of months before it is found
        tau = used if months and turn >= ROUNDS // 2 - 1 else TAU
        _traits(state)
    found = None
    if months:
        found = _exact(state, parts, angle, tau)
        shift = found.shift(cells.shape[1])
        for _ in range(LATE):
            y, info = state.by_month()
            parts = fit_months(
                y, info, angle, tau, ahead=ahead, around=state.around, fixed=shift, season=season
            )
            state.base = parts.at(angle)
            used = state.months_of_their_own(y, info, parts.common, tau)
            tau = used
            _traits(state)
        y, info = state.by_month()
        state.months_of_their_own(y, info, parts.common, tau)
    effects = tuple(map(Effects, state.shared, state.group_own, state.left))
    slope = np.asarray(state.slope + state.slope_own)
    return StageLogit(
        parts, state.own, tau, slope, float(state.slope_left), effects, found, state.base
    )


def _traits(state: _State) -> None:
    if state.value:
        state.step_slope()
    for f in range(len(state.cells.groups)):
        state.step_groups(f)


def _level_only(state: _State, angle: Array, tau: Spread, ahead: float) -> Months:
    """Return levels without season and break."""
    y, info = state.by_month()
    S, M = y.shape
    none = np.zeros((S, M))
    return fit_months(
        y, info, angle, tau, ahead=ahead, around=state.around, fixed=none, season=False
    )


def _exact(state: _State, parts: Months, angle: Array, tau: Spread) -> Break:
    c = state.cells
    S, M = c.shape
    plain = parts._replace(shift=np.zeros((S, M))).at(angle)
    eta = state.traits() + plain.ravel()[state.place]
    entered = np.asarray(np.bincount(state.place, state.n, minlength=S * M), dtype=np.float64)
    return find_break(
        c.stage,
        c.month,
        eta,
        (c.go, c.lost),
        (c.opened, c.odds),
        entered=entered.reshape(S, M),
        tau=tau,
    )
