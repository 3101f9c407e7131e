"""Outlook: the parts of a forecast before they are summed up."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.errors import ArgumentError, DataError
from salesfunnel._core.fiscal import Fiscal
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.entry_intervals import interval_faults
from salesfunnel.fault import Fault
from salesfunnel.forecasting.activity import ACTIVITY, activity_now, activity_seen
from salesfunnel.forecasting.arrivals import Arrivals, arrivals
from salesfunnel.forecasting.closing_scatter import closing_scatter
from salesfunnel.forecasting.closings_missing import closings_missing
from salesfunnel.forecasting.common_spread import common_spread
from salesfunnel.forecasting.listed import StagesNow
from salesfunnel.forecasting.new_deals import NewDeals, new_deals
from salesfunnel.forecasting.old_open import old_open
from salesfunnel.forecasting.open_deals import OpenDeals, open_deals
from salesfunnel.forecasting.past import PLAIN, Past, Ways
from salesfunnel.forecasting.seen_stays import closed_seen, seen_stays
from salesfunnel.forecasting.snapshot import Snapshot, snapshot
from salesfunnel.forecasting.stage_rows import Stays, stays
from salesfunnel.forecasting.time_cuts import CALENDAR, cuts_of
from salesfunnel.forecasting.traits import NO_TRAITS, PUSHED, traits_of
from salesfunnel.forecasting.value_drift import ValueDrift, value_drift
from salesfunnel.forecasting.win_model import FEW_CLOSED, MOST_ROWS, WinModel, fit_model

__all__ = ["Outlook", "Settings", "given_at", "outlook", "past_of"]

Floats = npt.NDArray[np.float64]
CLOSED = 30


AUTO, EVERY = "auto", "every"
"""Covariates where they help, and all of them whether they do or not."""


class Settings(NamedTuple):
    """How to forecast; as in `forecast`."""

    strata: str | None = None
    currency: str | None = None
    rates: object = None
    season: bool = True
    new_deals: bool = True
    covariates: tuple[str, ...] | str | None = "auto"
    explain: bool = True
    """Whether to report what moves the chances of deals."""
    calendar: Fiscal = CALENDAR
    begins: np.datetime64 | None = None
    """First moment ahead; the moment of the forecast by default."""


def past_of(history: StageHistory, horizon: int, how: Settings) -> Past:
    """Return what looks at forecasts of the past."""
    always = () if how.strata is None else (how.strata,)
    chosen = how.covariates
    wanted: tuple[str, ...] | None = always
    if chosen in {AUTO, EVERY}:
        wanted = None
    elif isinstance(chosen, tuple):
        wanted = (*always, *chosen)
    return Past(
        history, horizon, wanted=wanted, activity=_activity_named(chosen),
        compare=chosen == AUTO, season=how.season, currency=how.currency, rates=how.rates,
    )  # fmt: skip


def _activity_named(chosen: tuple[str, ...] | str | None) -> tuple[str, ...] | None:
    """Return the activity that is asked for; None means all."""
    if chosen in {AUTO, EVERY}:
        return None
    named = {"pushed-in-stage" if name == PUSHED else name for name in chosen or ()}
    return tuple(name for name in ACTIVITY if name in named)


class Outlook(NamedTuple):
    """The parts of a forecast before it is summed up."""

    known: Snapshot
    model: WinModel
    value: Floats  # (deals of the snapshot,)
    opened: OpenDeals
    fresh: NewDeals
    come: Arrivals
    cuts: Floats  # (P + 1,), days
    common: tuple[Floats, Floats]
    """Spreads of the common factors, and loadings of the open deals, (n, factors)."""
    way: str
    used: Ways
    width: float
    """Factor of the width of the interval, on the log."""
    faults: tuple[Fault, ...]
    listed: StagesNow | None = None
    begins: np.datetime64 | None = None

    @property
    def first(self) -> np.datetime64:
        """The first moment ahead."""
        return self.known.at if self.begins is None else self.begins


class Given(NamedTuple):
    """What is known at a moment, whatever it is forecast with."""

    known: Snapshot
    fit: Stays
    rows: Stays
    drift: ValueDrift | None


def given_at(history: StageHistory, at: np.datetime64, how: Settings) -> Given:
    """Return what is known at a moment."""
    if at > np.datetime64(history.as_of, "us"):
        raise ArgumentError(f"'as_of' must not be after the history's {history.as_of}, got {at}")
    known = snapshot(history, at, currency=how.currency, rates=how.rates)
    return Given(known, *seen_stays(history, known, stays(known)), value_drift(history, known))


def outlook(
    history: StageHistory,
    at: np.datetime64,
    horizon: int,
    how: Settings,
    past: Past | None = None,
    *,
    listed: StagesNow | None = None,
    given: Given | None = None,
) -> Outlook:
    """Return the chance of every open deal by time, and the wins of the deals to come.

    Parameters
    ----------
    history : StageHistory
    at : datetime64
        The moment; deals and their times are read as they were then, columns without a history
        as they are now.
    horizon : int
        Days.
    how : Settings
    past : Past, optional
        Tells whether traits help, where that is asked for, and whether intervals held.
    listed : StagesNow, optional
        Of a list, the stages in which its deals are now.
    given : Given, optional
        What is the same of all ways to forecast at this moment.
    """
    if given is None:
        given = given_at(history, at, how)
    known = given.known
    closed = int((~known.open).sum())
    if not closed:
        raise DataError("'history' must hold deals that were won or lost by then, got none")
    faults: list[Fault] = [*known.faults]
    if closed < CLOSED:
        faults.append(Fault.of("few-closed-deals", n=closed, needed=CLOSED))
    faults += [*interval_faults(history, middle=False), *closings_missing(known)]
    fit, rows = given.fit, given.rows
    model, used, way, said = _fitted(history, known, (fit, rows), how, past, horizon)
    faults += said
    if listed is not None:
        model = model._replace(now=listed.of(known, model, rows))
    value, won_values, unknown = _values(known)
    if unknown:
        faults.append(Fault.of("deal-value-unknown", n=unknown, mean=float(won_values.mean())))
    priced = known.value if np.isfinite(known.value).any() else np.ones(known.value.size)
    drift = given.drift
    if drift is not None:
        value = np.where(known.open, value * drift.factor[known.stage + 1], value)
        priced = np.where(np.isfinite(drift.at_first), drift.at_first * drift.first_factor, priced)
    cuts = cuts_of(at if how.begins is None else how.begins, horizon, how.calendar)
    opened = open_deals(model, rows, value, cuts, explain=how.explain)
    if listed is not None:
        opened = listed.shown(known, opened)
    come = arrivals(known, horizon, how.season and how.new_deals)
    faults += come.faults
    a_day = come.a_day * come.by_day if how.new_deals else np.zeros(horizon)
    fresh = new_deals(known, model, a_day, priced, won_values)
    width = 1.0 if past is None else past.width(at, used)
    faults += old_open(known, past, at, used, width)
    closing = closing_scatter(model, fit, horizon)
    common = common_spread(int((known.outcome == 1).sum()), model, opened, horizon, closing)
    return Outlook(
        known,
        model,
        value,
        opened,
        fresh,
        come,
        cuts,
        common,
        way,
        used,
        width,
        tuple(faults),
        listed,
        how.begins,
    )


def _fitted(
    history: StageHistory,
    known: Snapshot,
    stayed: tuple[Stays, Stays],
    how: Settings,
    past: Past | None,
    horizon: int,
) -> tuple[WinModel, Ways, str, list[Fault]]:
    """Return the model, the parts it uses, the name of the method, and the faults to report."""
    always = () if how.strata is None else (how.strata,)
    said: list[Fault] = []
    wanted: tuple[str, ...] | None = always
    activity = _activity_named(how.covariates)
    if how.covariates == AUTO:
        helps, said = past.helps(known.at) if past is not None else (PLAIN, [])
        wanted = None if helps.traits else always
        activity = None if helps.activity else ()
    elif how.covariates == EVERY:
        wanted = None
    elif how.covariates is not None:
        wanted = (*always, *how.covariates)
    traits = NO_TRAITS
    if wanted != ():
        leaks = past.leaks if past is not None and known.at < history.as_of else frozenset()
        traits = traits_of(history, known, wanted, sampled(known), always=always, leaks=leaks)
        if traits.of_today and known.at < history.as_of:
            said.append(
                Fault.of(
                    "covariates-of-today", severity="warning", value=", ".join(traits.of_today),
                    day=str(history.as_of)[:10], at=str(known.at)[:10],
                )
            )  # fmt: skip
    fit, rows = stayed
    closed = closed_seen(known, fit)
    model = fit_model(fit, known.at, horizon, traits, closed=closed, season=how.season)
    if activity != () and closed >= FEW_CLOSED:
        seen = activity_seen(history, known, rows)
        model = model._replace(now=activity_now(seen, model, rows, activity))
    if isinstance(how.covariates, tuple):
        untold = [name for name in activity or () if name not in model.now.names]
        if untold:
            said.append(Fault.of("activity-not-told", severity="warning", value=", ".join(untold)))
    used = Ways(bool(model.traits.all_names), bool(model.now.names))
    more = used.activity or any(name not in always for name in model.traits.all_names)
    return model, used, "covariates" if more else "stage-and-age", said


def sampled(known: Snapshot) -> npt.NDArray[np.intp]:
    """Return the deals whose traits are needed: open ones, and those that the model is of."""
    n, K = len(known.rows), known.entered.shape[1] + 1
    every = max(-(-n * K // MOST_ROWS), 1)
    needed = known.open.copy()
    needed[::every] = True
    return np.flatnonzero(needed)


def _values(known: Snapshot) -> tuple[Floats, Floats, int]:
    """Return values of deals, those of won deals, and of how many open ones none is known."""
    won = known.value[(known.outcome == 1) & np.isfinite(known.value)]
    if not np.isfinite(known.value).any():
        return np.ones(known.value.size), np.ones(1), 0
    if not won.size:
        won = known.value[np.isfinite(known.value)]
    unknown = ~np.isfinite(known.value)
    return np.where(unknown, won.mean(), known.value), won, int((unknown & known.open).sum())
