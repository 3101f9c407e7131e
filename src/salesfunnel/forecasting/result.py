"""Forecast: expected wins and value with intervals, by month and by owner."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import array_field
from salesfunnel._core.checks import check_known
from salesfunnel._core.errors import DataError
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.interval import Interval
from salesfunnel._core.result import TableMixin
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault

__all__ = ["Forecast"]

Floats = npt.NDArray[np.float64]
MONTHS = 12


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
        80 % interval of it.
    wins : float
        Deals to expect as won.
    wins_interval : Interval
        80 % interval of that.
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
        Chances before those of the groups of `strata`; empty without `strata`.
    arrival_scatter : float
        How much the deals to come scatter together, relative to their mean; 0 if not known.
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
    arrival_scatter: float = 0.0

    def __attrs_post_init__(self) -> None:
        for names, fields in (
            ("periods", ("period_expected", "period_low", "period_high", "period_wins")),
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
        if self.deal_chance_plain.size not in {0, len(self.deals)}:
            raise DataError(
                f"'deal_chance_plain' must have {len(self.deals)} rows or none,"
                f" got {self.deal_chance_plain.size}"
            )

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
            and, where the forecast has `strata`, ``strata``: what its group adds beyond what it
            adds to all open deals.

        Raises
        ------
        UnknownNameError
            If no open deal has this name.
        DataError
            If the forecast has `strata` and is from a document that does not tell their part.

        Notes
        -----
        A description of the forecast, not a cause: the points say how deals like this one differ
        from the other open ones.
        """
        check_known("deal", deal, self.deals)
        at = self.deals.index(deal)
        plain = self.deal_chance_plain if self.strata is not None else self.deal_chance
        if plain.size != len(self.deals):
            raise DataError(
                "'forecast' must tell the part of its strata to explain a deal, got one without",
                hint="make it again with forecast(history, horizon=..., strata=...)",
            )
        stage = np.array([name == self.deal_stage[at] for name in self.deal_stage])
        base, mean = float(self.deal_chance.mean()), float(plain[stage].mean())
        points = {
            "base": base * 100,
            "stage": (mean - float(plain.mean())) * 100,
            "age": (float(plain[at]) - mean) * 100,
        }
        if self.strata is not None:
            points["strata"] = float(self.deal_chance[at]) * 100 - sum(points.values())
        return points

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row an open deal."""
        return {
            "deal": np.array(self.deals, dtype=np.str_),
            "stage": np.array(self.deal_stage, dtype=np.str_),
            "age": self.deal_age,
            "chance": self.deal_chance,
            "value": self.deal_value,
            "expected": self.deal_chance * self.deal_value,
        }
