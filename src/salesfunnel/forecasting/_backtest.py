"""backtest: forecast from rolling origins with what was known then, and score it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_kind, check_positive_int
from salesfunnel._core.durations import days_of
from salesfunnel._core.errors import DataError
from salesfunnel._core.inputs import Span
from salesfunnel._core.moments import DAY
from salesfunnel._core.season import COUNT_MONTHS, check_season
from salesfunnel._kernels import simulate
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.attribute_names import attribute_name
from salesfunnel.data.history.closings_filled import drawn_closings, needs_closings
from salesfunnel.data.history.deal_money import money_of
from salesfunnel.data.history.entry_intervals import interval_faults
from salesfunnel.data.history.from_list import two_ends
from salesfunnel.data.history.until import first_unknown
from salesfunnel.fault import Fault
from salesfunnel.forecasting._forecast import check_covariates
from salesfunnel.forecasting.arrivals import Season
from salesfunnel.forecasting.backtest_result import Backtest
from salesfunnel.forecasting.backtest_scores import Said, limits_of, scores_of
from salesfunnel.forecasting.outlook import (
    AUTO,
    EVERY,
    Outlook,
    Settings,
    given_at,
    outlook,
    past_of,
)
from salesfunnel.forecasting.past import PLAIN, Past
from salesfunnel.forecasting.seen_stays import as_list, enough_seen
from salesfunnel.forecasting.snapshot import Snapshot, length_of
from salesfunnel.forecasting.sum_up import simulated

__all__ = ["backtest"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
STEP, ORIGINS, BEFORE, DRAWS, FEW = 30, 12, 180, 2000, 6


class Origin(NamedTuple):
    """One origin."""

    actual_open: float
    actual: float
    ours: Said
    stage_weights: float
    static: float
    last: float
    seasonal: bool
    traits: bool
    ways: tuple[Said, ...]
    """With no covariates, and with all; empty where there is nothing to choose from."""

    @property
    def expected_open(self) -> float:
        """What was expected of open deals."""
        return self.ours.expected_open

    @property
    def expected(self) -> float:
        """What was expected of all deals."""
        return self.ours.expected


def backtest(
    history: StageHistory,
    *,
    horizon: object = 90,
    origins: int = ORIGINS,
    every: Span = STEP,
    seed: int = 0,
    strata: str | None = None,
    draws: int = DRAWS,
    currency: str | None = None,
    rates: object = None,
    season: Season | None = "auto",
    covariates: str | Sequence[str] | None = "auto",
) -> Backtest:
    """Measure how good past forecasts would have been, compared with the usual ways of a CRM.

    Parameters
    ----------
    history : StageHistory
        Deals with their stages.
    horizon : int, datetime.timedelta or str
        How far ahead each forecast looks: days, or ``"90D"``.
    origins : int
        Most forecasts, counted back from the last one whose horizon is over.
    every : int, datetime.timedelta or str
        Days between them, or ``"30D"``.
    seed : int
        Of the simulations.
    strata : str, optional
        As in `forecast`.
    draws : int
        Of each simulation.
    currency, rates : optional
        As in `forecast`. What was won is valued at the rates of the origin as well.
    season : {"auto"} or None
        As in `forecast`. Every origin knows the months before it only; those with fewer than 24
        complete months have no season, which a fault counts.
    covariates : {"auto"}, str, sequence of str, or None
        As in `forecast`: every origin decides by what was known before it; only that columns
        follow the outcome, and are left out, is learned from all of the data.

    Returns
    -------
    Backtest
        Every forecast knows what was known at its origin and no more: stages entered later, deals
        closed later and deals created later do not exist for it.

    Raises
    ------
    DataError
        If the history is too short for one origin: half a year before it and the horizon after;
        if amounts are in several currencies and there are no rates.

    Notes
    -----
    WAPE, bias, coverage of the 80% interval, CRPS and pinball loss of both of its ends, and the
    log loss of the open deals. Origins
    nearer than the horizon share deals, so that their errors are not independent. Where covariates
    are left to ``"auto"``, every origin is forecast with none and with all of them as well: scored
    compared with what was chosen at each, they show what the choice was worth.
    """
    check_kind("history", history, StageHistory)
    history = two_ends(history)
    needs_closings(history, "a backtest")
    span = length_of("horizon", horizon, first_unknown(history))
    count, step = check_positive_int("origins", origins), days_of("every", every)
    check_positive_int("draws", draws, minimum=100)
    seed = check_positive_int("seed", seed, minimum=0)
    seasonal = check_season(season)
    money = money_of(history, currency=currency, rates=rates)
    if money.mixed:
        raise DataError(
            f"'history' must have amounts of one currency, got several: {money.faults[0].message}",
            hint='give rates=, such as rates={"EUR": 1.1}, and currency="USD"',
        )
    end = np.datetime64(history.as_of, "us")
    start = history.created.min() + BEFORE * DAY if len(history.created) else end
    dates = [
        at
        for at in (end - (span + step * i) * DAY for i in range(count - 1, -1, -1))
        if at >= start and ((history.closed <= at) & (history.outcome > 0)).any()
    ]
    if not dates:
        raise DataError(
            f"'history' must reach over {BEFORE + span} days with closed deals, got less"
        )
    seen = [at for at in dates if enough_seen(history, at)]
    if seen:
        dates = seen
    else:
        history = two_ends(as_list(history, end))
    chosen = check_covariates(covariates, history)
    if strata is not None:
        strata = attribute_name("strata", strata, history.attributes)
    how = Settings(strata, currency, rates, seasonal, covariates=chosen, explain=False)
    past = past_of(history, span, how)
    origins_seen = [
        _look(history, at, span, how, past, seed=seed + i, draws=draws)
        for i, at in enumerate(dates)
    ]
    names = (
        "actual_open",
        "actual",
        "expected_open",
        "expected",
        "stage_weights",
        "static",
        "last",
    )
    table = {name: np.array([getattr(look, name) for look in origins_seen]) for name in names}
    ours = [look.ours for look in origins_seen]
    (low, high), (open_low, open_high) = limits_of(ours, "all"), limits_of(ours, "open")
    few = [Fault.of("few-origins", n=len(dates), needed=FEW)] if len(dates) < FEW else []
    few += drawn_closings(history)
    if "amount" in history.leaks:
        few.append(Fault.of("value-known-afterwards", fields="amount"))
    without = sum(not look.seasonal for look in origins_seen) if seasonal else 0
    if without:
        said = Fault.of(
            "origins-without-season",
            severity="info",
            n=without,
            all=len(origins_seen),
            needed=COUNT_MONTHS,
        )
        few.append(said)
    return Backtest(
        horizon=span,
        origins=np.array(dates).astype("datetime64[D]"),
        low=low,
        high=high,
        open_low=open_low,
        open_high=open_high,
        scores=scores_of(table, ours, [look.ways for look in origins_seen]),
        faults=(*few, *money.faults, *interval_faults(history, middle=False)),
        with_covariates=np.array([look.traits for look in origins_seen]),
        **table,
    )


def _look(
    history: StageHistory,
    at: np.datetime64,
    span: int,
    how: Settings,
    past: Past,
    *,
    seed: int,
    draws: int,
) -> Origin:
    given = given_at(history, at, how)
    view = outlook(history, at, span, how, past, given=given)
    opened = view.opened
    value = view.value[opened.deal]
    known, until = view.known, at + span * DAY
    closed, outcome = history.closed, history.outcome
    won = (outcome == 1) & (closed > at) & (closed <= until)
    # what was won is valued at the rates of the origin: a forecast cannot know later ones
    worth = money_of(history, currency=how.currency, rates=how.rates, rate_day=at).values
    worth = np.where(np.isfinite(worth), worth, 0.0 if np.isfinite(worth).any() else 1.0)
    was_open = np.zeros(len(won), dtype=np.bool_)
    was_open[known.rows[opened.deal]] = True
    before = (outcome == 1) & (closed > at - span * DAY) & (closed <= at)
    stage_weights, static = _usual(known, opened.deal, value)
    came = won[known.rows[opened.deal]]
    ours = _said(view, came, draws, seed)
    ways: tuple[Said, ...] = ()
    if how.covariates == AUTO and any(past.told(at)):
        ways = tuple(
            ours
            if view.used == used
            else _said(outlook(history, at, span, way, past, given=given), came, draws, seed)
            for used, way in (
                (PLAIN, how._replace(covariates=None)),
                (past.told(at), how._replace(covariates=EVERY)),
            )
        )
    return Origin(
        actual_open=float(worth[won & was_open].sum()),
        actual=float(worth[won].sum()),
        ours=ours,
        stage_weights=stage_weights,
        static=static,
        last=float(worth[before].sum()),
        seasonal=view.come.factors.size > 0,
        traits=view.way == "covariates",
        ways=ways,
    )


def _said(view: Outlook, won: Bools, draws: int, seed: int) -> Said:
    """Return what an outlook says, and how likely it thought what came of each open deal."""
    drawn = simulated(view, draws, seed)
    chance = view.opened.chance
    expected = float((chance * view.value[view.opened.deal]).sum())
    return Said(
        expected,
        expected + float(view.fresh.wins.sum()) * view.fresh.worth,
        drawn.open_value.sum(1),
        (drawn.open_value + drawn.new_value).sum(1),
        simulate.log_loss(won, chance),
    )


def _usual(known: Snapshot, rows: npt.NDArray[np.intp], value: Floats) -> tuple[float, float]:
    """Return stage weight times open value, and win rate times open value, as CRMs do."""
    closed, won = known.outcome > 0, known.outcome == 1
    rate = float(won.sum()) / float(closed.sum())
    total = 0.0
    for s in np.unique(known.stage[rows]).tolist():
        reached = closed & (known.stage >= s)
        weight = float((won & reached).sum()) / float(reached.sum()) if reached.any() else rate
        total += weight * float(value[known.stage[rows] == s].sum())
    return total, rate * float(value.sum())
