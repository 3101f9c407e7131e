"""Forecast: expected wins and value with intervals, by month and by owner."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, get_args

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import array_field
from salesfunnel._core.errors import DataError
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.interval import Interval
from salesfunnel._core.result import TableMixin
from salesfunnel.data.history.attribute_names import attribute_name
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault
from salesfunnel.forecasting.changed_rates import RatesChanged
from salesfunnel.forecasting.explain import points_of
from salesfunnel.forecasting.groups import ForecastGroups

__all__ = ["BASES", "Basis", "Forecast"]

Floats = npt.NDArray[np.float64]
MONTHS = 12

Basis = Literal["stage-and-age", "created-age-and-stage", "created-age"]
BASES: tuple[str, ...] = get_args(Basis)


def _nothing() -> Floats:
    return np.empty(0)


@attrs.frozen(kw_only=True, repr=False)
class Forecast(TableMixin):
    """What will be won within a horizon, from the open deals and from those still to come.

    Parameters
    ----------
    as_of : datetime.datetime
        The moment of the forecast; nothing later is known to it.
    horizon : int
        Days.
    expected : float
        Value to expect; wins where no deal has a value.
    interval : Interval
        80% interval of it.
    wins : float
        Deals to expect as won.
    wins_interval : Interval
        80% interval of that.
    expected_open, expected_new : float
        The parts of `expected` from the deals that are open, and from those still to come.
    periods : tuple of str
        Calendar months inside the horizon; the first and the last may be cut.
    period_expected, period_low, period_high : array_like of float64, shape (periods,)
        Value by month.
    period_wins, period_open_wins : array_like of float64, shape (periods,)
        Wins by month; those of the deals that are open.
    owners : tuple of str
        Owners of the open deals, the one with the greatest expectation first.
    owner_expected, owner_low, owner_high, owner_wins : array_like of float64, shape (owners,)
        Value and wins of their open deals.
    path_days : array_like of float64, shape (k,)
        Days from `as_of`, from 0.
    path : array_like of float64, shape (5, k)
        Value won by then: quantiles .1, .25, .5, .75, .9.
    deals : tuple of str
        The open deals.
    deal_stage : tuple of str
        Where each stands; ``""`` before the first stage.
    deal_age : array_like of float64, shape (deals,)
        Days it has been there.
    deal_chance : array_like of float64, shape (deals,)
        Its chance to be won within the horizon.
    deal_owner : tuple of str
        Whose each is; ``""`` unknown, empty without owners.
    deal_value : array_like of float64, shape (deals,)
        What it brings; the mean of won deals where its value is not known.
    common : float
        Standard deviation of what all deals have in common, on the logit of their chances.
    new_a_day : float
        New deals to expect a day.
    strata : str, optional
        The attribute whose groups have chances of their own.
    draws, seed : int
        Behind the intervals.
    faults : tuple of Fault
        What is suspicious.
    funnel : Funnel, optional
        Names the stages for people.
    currency : str
        Code of the currency of all values; ``""`` if the data name none.
    arrival_season : array_like of float64, shape (12,) or (0,)
        Factors of the arrivals of January to December, with a mean of 1; empty without a season.
    deal_chance_plain : array_like of float64, shape (deals,) or (0,)
        Chances by stage and age alone.
    open_interval : Interval, optional
        80% interval of `expected_open`.
    way : str
        ``"covariates"`` if the forecast uses traits or activity of the deals, ``"stage-and-age"``
        if not.
    basis : {"stage-and-age", "created-age-and-stage", "created-age"}
        What chances begin with: the stage and how long the deal has been in it; or, of a CRM's
        list, the days since creation, with or without the odds of the present stage.
    terms : tuple of str
        What moves chances besides stage and age: ``season``, ``break``, ``month``, ``value``,
        ``strata``, names of attributes, ``silent``, ``pushed-in-stage``, ``overdue``.
    deal_terms : array_like of float64, shape (deals, terms)
        How much each moves the chance of each deal, one put on the other in this order.
    deal_next : tuple of str
        The stage that usually comes next; ``""`` where the next one is won.
    deal_raised : array_like of float64, shape (deals,) or (0,)
        The chance of each deal if it entered that stage now.
    rates_changed : RatesChanged, optional
        Since when the rates are others, and by how much; None if they are not.
    groups : tuple of ForecastGroups
        Of the attributes that were asked for with ``by=``.
    arrival_scatter : float
        How much the deals to come scatter together, relative to their mean; 0 if not known.
    quarters : tuple of str
        The calendar quarters that lie wholly ahead.
    quarter_expected, quarter_low, quarter_high, quarter_wins : array_like of float64
        Of them as of the months, shape (quarters,).
    until : str
        The last day inside the horizon, such as ``"2027-03-31"``; empty if not told.
    """

    as_of: datetime
    horizon: int
    expected: float
    interval: Interval
    wins: float
    wins_interval: Interval
    expected_open: float
    expected_new: float
    periods: tuple[str, ...] = attrs.field(converter=as_tuple)
    period_expected: Floats = array_field(np.float64)
    period_low: Floats = array_field(np.float64)
    period_high: Floats = array_field(np.float64)
    period_wins: Floats = array_field(np.float64)
    period_open_wins: Floats = array_field(np.float64)
    owners: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    owner_expected: Floats = array_field(np.float64)
    owner_low: Floats = array_field(np.float64)
    owner_high: Floats = array_field(np.float64)
    owner_wins: Floats = array_field(np.float64)
    path_days: Floats = array_field(np.float64)
    path: Floats = array_field(np.float64)
    deals: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    deal_stage: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    deal_age: Floats = array_field(np.float64)
    deal_chance: Floats = array_field(np.float64)
    deal_value: Floats = array_field(np.float64)
    deal_owner: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    common: float
    new_a_day: float
    strata: str | None = None
    draws: int
    seed: int
    faults: tuple[Fault, ...] = attrs.field(default=(), converter=as_tuple)
    funnel: Funnel | None = None
    currency: str = ""
    arrival_season: Floats = array_field(np.float64, factory=_nothing)
    deal_chance_plain: Floats = array_field(np.float64, factory=_nothing)
    open_interval: Interval | None = None
    way: str = "stage-and-age"
    basis: Basis = "stage-and-age"
    terms: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    deal_terms: Floats = array_field(np.float64, factory=_nothing)
    deal_next: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    deal_raised: Floats = array_field(np.float64, factory=_nothing)
    rates_changed: RatesChanged | None = None
    groups: tuple[ForecastGroups, ...] = attrs.field(default=(), converter=as_tuple)
    arrival_scatter: float = 0.0
    quarters: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    quarter_expected: Floats = array_field(np.float64, factory=_nothing)
    quarter_low: Floats = array_field(np.float64, factory=_nothing)
    quarter_high: Floats = array_field(np.float64, factory=_nothing)
    quarter_wins: Floats = array_field(np.float64, factory=_nothing)
    until: str = ""

    def __attrs_post_init__(self) -> None:
        for names, fields in (
            ("periods", ("period_expected", "period_low", "period_high", "period_wins")),
            ("quarters", ("quarter_expected", "quarter_low", "quarter_high", "quarter_wins")),
            ("owners", ("owner_expected", "owner_low", "owner_high", "owner_wins")),
            ("deals", ("deal_stage", "deal_age", "deal_chance", "deal_value", "deal_owner")),
        ):
            n = len(getattr(self, names))
            for field in fields:
                if field == "deal_owner" and not self.deal_owner:
                    continue
                if len(getattr(self, field)) != n:
                    raise DataError(
                        f"{field!r} must have {n} rows, got {len(getattr(self, field))}"
                    )

        if self.arrival_season.size not in {0, MONTHS}:
            raise DataError(
                f"'arrival_season' must have 12 or no values, got {self.arrival_season.size}"
            )
        n = len(self.deals)
        for name in ("deal_chance_plain", "deal_raised"):
            if getattr(self, name).size not in {0, n}:
                raise DataError(
                    f"{name!r} must have {n} rows or none, got {getattr(self, name).size}"
                )
        if self.deal_terms.size and self.deal_terms.shape != (n, len(self.terms)):
            wanted = (n, len(self.terms))
            raise DataError(f"'deal_terms' must have shape {wanted}, got {self.deal_terms.shape}")

    def __repr__(self) -> str:
        low, high = self.interval.low, self.interval.high
        return (
            f"<Forecast {self.as_of:%Y-%m-%d} +{self.horizon} days:"
            f" {self.expected:,.0f} ({low:,.0f} to {high:,.0f})>"
        )

    def wins_in(self, periods: Sequence[str]) -> Floats:
        """Return the wins to expect of the open deals in these months, 0 outside the horizon."""
        known = dict(zip(self.periods, self.period_open_wins.tolist(), strict=True))
        return np.array([known.get(name, 0.0) for name in periods])

    def why(self, deal: str) -> dict[str, float]:
        """Split the chance of an open deal into points that add up to it.

        Parameters
        ----------
        deal : str
            One of `deals`.

        Returns
        -------
        dict of str to float
            Percentage points, which add up to 100 × the chance of the deal: ``base``, the mean
            chance of all open deals; ``stage``, how far the mean of its stage is from that;
            ``age``, how far the deal is from the mean of its stage, being younger or older there;
            then, the greatest first, how far each of `terms` moves it beyond what it moves all
            open deals on average.

        Raises
        ------
        UnknownNameError
            If no open deal has this name.
        DataError
            If the forecast has `strata` and is from a document that does not say their part.

        Notes
        -----
        A description of the forecast, not a cause: the points say how deals like this one differ
        from the other open ones. Terms are put on one after the other in the order of `terms`;
        in another order points move a little between them.
        """
        return points_of(self, deal)

    def by(self, attribute: str) -> ForecastGroups:
        """Return what the groups of an attribute bring.

        Parameters
        ----------
        attribute : str
            One that ``forecast(..., by=...)`` was asked for.

        Raises
        ------
        UnknownNameError
            If it was not asked for.
        """
        found = {group.attribute: group for group in self.groups}
        return found[attribute_name("attribute", attribute, found)]

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row an open deal."""
        return {
            "deal": np.array(self.deals, dtype=np.str_),
            "stage": np.array(self.deal_stage, dtype=np.str_),
            "age": self.deal_age,
            "chance": self.deal_chance,
            "value": self.deal_value,
            "expected": self.deal_chance * self.deal_value,
            **self._next_columns(),
        }

    def _next_columns(self) -> dict[str, npt.NDArray[Any]]:
        if not self.deal_raised.size:
            return {}
        return {
            "next_stage": np.array(self.deal_next, dtype=np.str_),
            "chance_there": self.deal_raised,
        }
