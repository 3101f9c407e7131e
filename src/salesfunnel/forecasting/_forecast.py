"""forecast: open deals by stage, age and traits, new deals, and what all deals share."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from salesfunnel._core.checks import check_kind, check_positive_int
from salesfunnel._core.fiscal import Fiscal, as_fiscal
from salesfunnel._core.inputs import Moment
from salesfunnel._core.season import check_season
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.attribute_names import attribute_name
from salesfunnel.data.history.closings_filled import drawn_closings, needs_closings
from salesfunnel.data.history.from_list import two_ends
from salesfunnel.data.history.until import first_unknown, moment_in
from salesfunnel.fault import Fault
from salesfunnel.forecasting.arrivals import Season
from salesfunnel.forecasting.groups import groupings_of
from salesfunnel.forecasting.listed import stages_now
from salesfunnel.forecasting.outlook import Settings, outlook, past_of
from salesfunnel.forecasting.result import Basis, Forecast
from salesfunnel.forecasting.seen_stays import as_list, enough_seen
from salesfunnel.forecasting.snapshot import days_until
from salesfunnel.forecasting.sum_up import simulated, sum_up
from salesfunnel.forecasting.time_cuts import CALENDAR

__all__ = ["check_covariates", "forecast"]

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
    covariates: str | Sequence[str] | None = "auto",
    by: str | Sequence[str] = (),
    fiscal_start: int | None = None,
    fiscal: Fiscal | None = None,
) -> Forecast:
    """Forecast what will be won: every open deal by its stage and age, and the deals to come.

    Parameters
    ----------
    history : StageHistory
        Deals with their stages, closed and open.
    horizon : int, datetime.timedelta, date or str
        How far ahead: days, ``"90D"``, or an end: ``"2027-03-31"``, or a period to its last day,
        such as ``"2027-Q1"``, or ``"FY27-Q3"`` with a fiscal calendar.
    as_of : date, datetime or ISO text, optional
        The moment of the forecast; the history's by default. A day means its end: the horizon
        begins with the next day. Nothing that came later is looked at, but for attributes without
        a history, which stand as they are today: those that follow the outcome are left out, and a
        fault says so.
    seed : int
        Of the simulation.
    strata : str, optional
        An attribute, such as the channel, whose groups have win rates of their own, shrunk toward
        those of all deals with the weight of 20 deals.
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
        from 24 complete months on, and says so where there are fewer; and lets the rates have a
        season as far as 17 months or more show one. None without seasons.
    covariates : {"auto"}, str, sequence of str, or None
        What moves the chances of deals besides stage and age. Traits: ``"value"`` and names of
        attributes, each as it was when the deal entered its stage. Activity, where histories of
        fields tell it: ``"pushed"`` (how often the expected close date was put off, before the
        stage and in it), ``"silent"`` (how long no field has changed), ``"overdue"`` (the expected
        close date has passed).
        ``"auto"`` takes the value and all attributes that open deals have as closed ones do, and
        all activity, and uses each of both only if forecasts of the past were better with it, deal
        by deal, by more than a standard error; a fault says where they were not. Those that are
        named are used. None: stage and age alone.
    by : str or sequence of str
        Further attributes, such as ``"team"``, ``"product"``, ``"region"`` or ``"pipeline"``, for
        whose groups ``Forecast.by`` tells what they bring.
    fiscal_start : int, optional
        The month in which the fiscal year begins: quarters are the company's, named ``FY27-Q3``.
    fiscal : Fiscal, optional
        The whole fiscal calendar instead.

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
    Where a deal goes from a stage and when are two questions [1]_. Where: a logit with a level for
    each stage, the slope of the value and the effects of groups (each shared by the stages, and of
    each, shrunk toward 0 as far as they scatter), a season, a break of the rates and months. Open
    deals count with the chance that they will go on. Season and break are averaged over models by
    their evidence; a break that is more likely than not is in `Forecast.rates_changed` and a fault.
    When: the Aalen–Johansen estimate [2]_ on whole days, given that the deal is still open at its
    age; ages at which fewer than three deals, or 2%, are left are taken as the last one before.
    The time from a later stage to won follows by convolution. Below 60 closed deals there are
    levels only.

    The interval is that of a simulation in which all logits move together: by what is not known of
    levels, season and break, by the months to come, and by the slope of the value.

    Deals to come arrive as in the last half year, times the factor of their month of the year over
    those of that half year. The factors are shrunk towards 1: the log of the counts of up to 60
    months is level, slope, month of the year and noise; the spread of the months of the year is
    averaged over by its likelihood, so that a season that years do not share is none. They bring
    what those of the last year would bring now.

    References
    ----------
    .. [1] Larson & Dinse (1985), Applied Statistics 34:201.
    .. [2] Aalen & Johansen (1978), Scand. J. Statistics 5:141.
    .. [3] van Houwelingen (2007), Scand. J. Statistics 34:70.
    """
    check_kind("history", history, StageHistory)
    given, history = history, two_ends(history)
    needs_closings(history, "a forecast")
    size = check_positive_int("draws", draws, minimum=100)
    at = np.datetime64(history.as_of, "us")
    if as_of is not None:
        at = moment_in(history, "as_of", as_of)
    if not enough_seen(history, at):
        given = as_list(history, at)
        history = two_ends(given)
    own = as_fiscal(fiscal_start, fiscal)
    begins = first_unknown(given, at)
    span = days_until("horizon", horizon, begins, own)
    seed = check_positive_int("seed", seed, minimum=0)
    chosen = check_covariates(covariates, history)
    if strata is not None:
        strata = attribute_name("strata", strata, history.attributes)
    how = Settings(
        strata, currency, rates, check_season(season), new_deals, chosen,
        calendar=CALENDAR if own is None else own, begins=begins,
    )  # fmt: skip
    past = past_of(history, span, how)
    listed = stages_now(given, history) if at >= np.datetime64(history.as_of, "us") else None
    view = outlook(history, at, span, how, past, listed=listed)
    names = (by,) if isinstance(by, str) else tuple(by)
    groupings = groupings_of(history, view.known, view.opened.deal, owner, names)
    drawn = simulated(view, size, seed, groupings)
    basis: Basis = "stage-and-age"
    if given.reached_stage is not None:
        basis = "created-age" if listed is None else "created-age-and-stage"
    told = {"strata": strata, "draws": size, "seed": seed, "basis": basis}
    found = sum_up(history, view, drawn, groupings, told, calendar=how.calendar)
    found = attrs.evolve(found, faults=(*found.faults, *drawn_closings(history)))
    if basis == "stage-and-age":
        return found
    said = Fault.of("stage-timing-unknown", severity="warning")
    if basis == "created-age-and-stage":
        said = Fault.of("stage-timing-guessed", severity="warning")
    return attrs.evolve(found, funnel=given.funnel, faults=(*found.faults, said))


def check_covariates(
    covariates: str | Sequence[str] | None, history: StageHistory
) -> tuple[str, ...] | str | None:
    """Return the argument `covariates`; raise where it names no attribute."""
    if covariates is None or covariates == "auto":
        return covariates
    names = (covariates,) if isinstance(covariates, str) else tuple(covariates)
    ours = ("value", "pushed", "silent", "overdue")
    known = dict.fromkeys((*ours, *history.attributes, *history.changes))
    return tuple(attribute_name("covariates", name, known) for name in names)
