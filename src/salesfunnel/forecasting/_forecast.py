"""forecast: the open deals by stage and age, the deals to come, and what all have in common."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_kind, check_known, check_positive_int
from salesfunnel._core.errors import ArgumentError, DataError
from salesfunnel._core.season import check_season
from salesfunnel._kernels import simulate
from salesfunnel._kernels.betabinomial import PRIOR_SD, shrunk_rho
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.from_list import two_ends
from salesfunnel.fault import Fault
from salesfunnel.forecasting.arrivals import Season, arrivals
from salesfunnel.forecasting.outlook import Draws, Floats, Outlook, sum_up
from salesfunnel.forecasting.result import Forecast
from salesfunnel.forecasting.snapshot import (
    Moment,
    Snapshot,
    length,
    moment,
    snapshot,
)
from salesfunnel.forecasting.win_probability import Distributions, chances, fit_distributions

__all__ = ["forecast", "outlook", "simulated"]

STRENGTH, CLOSED = 20.0, 30
DRAWS = 4000


def forecast(
    history: StageHistory,
    *,
    horizon: object,
    as_of: Moment | None = None,
    seed: int = 0,
    strata: str | None = None,
    owner: str = "owner",
    new_deals: bool = True,
    draws: int = DRAWS,
    currency: str | None = None,
    rates: object = None,
    season: Season | None = "auto",
) -> Forecast:
    """Forecast what will be won: every open deal by its stage and age, and the deals to come.

    Parameters
    ----------
    history : StageHistory
        Deals with their stages, closed and open.
    horizon : int, datetime.timedelta or str
        How far ahead: days, or ``"90D"``.
    as_of : date, datetime or ISO text, optional
        The moment of the forecast; the history's by default. Nothing later is looked at.
    seed : int
        Of the simulation.
    strata : str, optional
        An attribute, such as the channel, whose groups have chances of their own, drawn to those
        of all deals with the weight of 20 deals.
    owner : str
        The attribute that names the owner; without it there is no breakdown by owner.
    new_deals : bool
        Whether to count the deals that are still to come.
    draws : int
        Of the simulation.
    currency : str, optional
        The currency of the values; that of the data, or the base of `rates`, by default.
    rates : Rates, or what `Rates` takes, optional
        Needed if there are several currencies: won deals have the rate of their day, open ones that
        of the forecast. Without them all values are NaN, and a fault says why; wins are forecast
        all the same.
    season : {"auto"} or None
        ``"auto"`` lets the deals to come arrive by the season that the months of creation show,
        from 24 complete months on, and says so where there are fewer; None without a season.

    Raises
    ------
    DataError
        If no deal was won or lost by then.
    ArgumentError
        If `season` is neither "auto" nor None.
    UnknownNameError
        If `strata` is not an attribute.

    Notes
    -----
    For a deal in stage s at age a, the time to leave for a later stage, for won or for lost is the
    Aalen–Johansen estimate given that it is still there at a; the time from a later stage to won
    follows by convolution. Ages at which fewer than ten deals, or 2 %, are left are taken as the
    last one before. The interval is that of a simulation in which all logits move together, as
    months have in the past.

    Deals to come arrive as in the last half year, times the factor of their month of the year over
    those of that half year. The factors are shrunk towards 1: the log of the counts of up to 60
    months is level, slope, month of the year and noise; the spread of the months of the year is
    averaged over by its likelihood, so that a season that years do not share is none.

    References
    ----------
    .. [1] Aalen & Johansen (1978), Scand. J. Statistics 5:141.
    """
    check_kind("history", history, StageHistory)
    listed = history.reached_stage is not None
    history = two_ends(history)
    span = length("horizon", horizon)
    size = check_positive_int("draws", draws, minimum=100)
    at = np.datetime64(history.as_of, "us") if as_of is None else moment("as_of", as_of)
    view = outlook(
        history, at, span, strata=strata, owner=owner, new_deals=new_deals, currency=currency,
        rates=rates, season=check_season(season),
    )  # fmt: skip
    seed = check_positive_int("seed", seed, minimum=0)
    drawn = simulated(view, size, seed)
    found = sum_up(history, view, drawn, span, {"strata": strata, "draws": size, "seed": seed})
    if listed:
        said = Fault.of("stage-timing-unknown", severity="warning")
        found = attrs.evolve(found, faults=(*found.faults, said))
    return found


def outlook(
    history: StageHistory,
    at: np.datetime64,
    horizon: int,
    *,
    strata: str | None,
    owner: str,
    new_deals: bool,
    currency: str | None = None,
    rates: object = None,
    season: bool = True,
) -> Outlook:
    """Return the chance of every open deal by time, and the wins of the deals to come."""
    if at > np.datetime64(history.as_of, "us"):
        raise ArgumentError(f"'as_of' must not be after the history's {history.as_of}, got {at}")
    known = snapshot(history, at, currency=currency, rates=rates)
    closed = ~known.open
    if not closed.any():
        raise DataError("'history' must hold deals that were won or lost by then, got none")
    distributions = fit_distributions(known, horizon)
    rows = np.flatnonzero(known.open)
    chance = chances(distributions, known.stage[rows], known.age[rows])
    faults: list[Fault] = [*known.faults]
    if closed.sum() < CLOSED:
        faults.append(Fault.of("few-closed-deals", n=int(closed.sum()), needed=CLOSED))
    plain = np.empty(0) if strata is None else np.minimum(chance.sum(1), 1.0)
    if strata is not None:
        check_known("strata", strata, tuple(history.attributes))
        group = history.attribute(strata)[known.rows].astype(np.str_)
        chance = _by_stratum(chance, known, group, rows)
    value, won_values, unknown = _values(known, rows)
    if unknown:
        faults.append(Fault.of("deal-value-unknown", n=unknown, mean=float(won_values.mean())))
    names, codes = _owners(history, known, rows, owner)
    come = arrivals(known, horizon, season and new_deals)
    faults += come.faults
    months = np.sqrt(max(horizon / 30.0, 1.0))
    fresh = np.zeros(distributions.edges.size - 1)
    if new_deals:
        fresh = _fresh(distributions, come.a_day, come.by_day)
    return Outlook(
        known, rows, chance, value, codes, names, distributions.edges, fresh, won_values,
        float(_common(known) / months), come.scatter, come.a_day * float(come.by_day.mean()),
        tuple(faults), come.factors, plain,
    )  # fmt: skip


def _by_stratum(
    chance: Floats, known: Snapshot, group: npt.NDArray[Any], rows: npt.NDArray[np.intp]
) -> Floats:
    """Return chances moved by the odds ratio of each group, drawn to 1."""
    closed, won = known.outcome > 0, known.outcome == 1
    p = (won.sum() + 0.5) / (closed.sum() + 1.0)
    total = chance.sum(1)
    names, code = np.unique(group, return_inverse=True)
    code = code.reshape(-1)
    n = np.bincount(code[closed], minlength=names.size)
    x = np.bincount(code[won], minlength=names.size)
    own = (x + STRENGTH * p) / (n + STRENGTH)
    move = np.log(own / (1 - own)) - np.log(p / (1 - p))
    moved = simulate.shifted(np.minimum(total, 1.0), move[code[rows]])
    return np.asarray(
        chance * np.where(total > 0, moved / np.where(total > 0, total, 1), 0)[:, None]
    )


def _values(known: Snapshot, rows: npt.NDArray[np.intp]) -> tuple[Floats, Floats, int]:
    """Return the values of open deals, those of won deals, and how many are not known."""
    won = known.value[(known.outcome == 1) & np.isfinite(known.value)]
    value = known.value[rows]
    if not np.isfinite(known.value).any():
        return np.ones(rows.size), np.ones(1), 0
    if not won.size:
        won = known.value[np.isfinite(known.value)]
    unknown = ~np.isfinite(value)
    return np.where(unknown, won.mean(), value), won, int(unknown.sum())


def _owners(
    history: StageHistory, known: Snapshot, rows: npt.NDArray[np.intp], owner: str
) -> tuple[tuple[str, ...], npt.NDArray[np.intp]]:
    if owner not in history.attributes:
        return (), np.zeros(rows.size, dtype=np.intp)
    column = history.attribute(owner)[known.rows[rows]].astype(np.str_)
    names, code = np.unique(column, return_inverse=True)
    return tuple(names.tolist()), code.reshape(-1).astype(np.intp)


def _common(known: Snapshot) -> float:
    """Return the standard deviation of what the deals closed in a month have in common.

    On the logit. Over a longer horizon months average out: it falls with the root of their number.
    """
    closed = known.outcome > 0
    month = known.closed[closed].astype("datetime64[M]").astype(np.int64)
    which = month - month.min()
    n = np.bincount(which).astype(np.float64)[-24:]
    x = np.bincount(which[known.outcome[closed] == 1], minlength=int(which.max()) + 1)[-24:]
    if n.sum() < 1:
        return PRIOR_SD
    p = (x.sum() + 0.5) / (n.sum() + 1.0)
    return float(np.sqrt(float(shrunk_rho(x, n)) / (p * (1 - p))))


def _fresh(distributions: Distributions, a_day: float, by_day: Floats) -> Floats:
    """Return the wins to expect, by cell, of deals that arrive from now on, evenly in a cell."""
    there = np.concatenate([[0.0], np.cumsum(a_day * by_day)])
    come = np.diff(np.interp(distributions.edges, np.arange(there.size), there))
    # arrivals spread over their cell: half of a cell's mass falls into the next
    later = simulate.convolved(come[None], distributions.win[-1])[0]
    return np.asarray(np.maximum(distributions.at_once[-1] * come + later, 0.0))


def simulated(view: Outlook, size: int, seed: int) -> Draws:
    """Return draws of what is won."""
    rng = np.random.default_rng(seed)
    factor = view.common * rng.standard_normal(size)
    busy = np.exp(view.arrivals * rng.standard_normal(size) - view.arrivals**2 / 2)
    value, by_owner, wins = simulate.won_cells(
        view.chance, view.value, factor, rng, group=view.owner, groups=max(len(view.owners), 1)
    )
    mean = view.fresh[None, :] * (busy * np.exp(factor - view.common**2 / 2))[:, None]
    new_value, new_wins = simulate.compound(mean, view.won_values, rng)
    return Draws(value, new_value, wins + new_wins, by_owner)
