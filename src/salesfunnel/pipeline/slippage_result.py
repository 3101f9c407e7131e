"""Slippage: pushed deals, slip rates, and the chance of every open deal to slip."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import array_field
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.interval import Interval
from salesfunnel._core.one_length import check_one_length
from salesfunnel._core.one_line import one_line
from salesfunnel._core.result import ResultMixin, TableMixin
from salesfunnel.fault import Fault

__all__ = ["SlipRate", "Slippage", "TypedDates"]

Floats = npt.NDArray[np.float64]


@attrs.frozen(kw_only=True)
class SlipRate(ResultMixin):
    """How many expected dates of a group of deals slipped.

    Parameters
    ----------
    dimension : {"all", "owner", "stage", "size", "pushes"}
        What the group is one of; the size is a third of the deals by amount.
    group : str
        Its name.
    dates : int
        Expected dates that have come due: the deal closed before, was pushed, or is overdue.
    slipped : int
        Those that were pushed, or passed while the deal was open.
    rate : float
        Share of them, in [0, 1].
    interval : Interval
        95% Wilson interval of it.
    shrunk : float
        The rate shrunk toward that of all dates.
    """

    dimension: str
    group: str
    dates: int
    slipped: int
    rate: float
    interval: Interval
    shrunk: float

    __repr__ = one_line


@attrs.frozen(kw_only=True)
class TypedDates(ResultMixin):
    """The close date that was typed against ours, back-tested.

    Parameters
    ----------
    origins : int
        Moments at which both were asked, a month apart.
    deals : int
        Open deals that were due within 30 days, over all moments.
    kept : float
        Share of them that closed by the typed date, in [0, 1].
    said : float
        Share that the chances of `slippage` expected, from what was known then.
    brier_typed, brier_said : float
        Mean squared error of the typed date (it says 1) and of the chance; less is better.
    days_late : float, optional
        Median days between the date typed 30 days or longer before a win and the win; below 0 is
        early.
    """

    origins: int
    deals: int
    kept: float
    said: float
    brier_typed: float
    brier_said: float
    days_late: float | None

    __repr__ = one_line


@attrs.frozen(kw_only=True, repr=False)
class Slippage(TableMixin):
    """Pushed deals, slip rates, and the chance of every open deal to be won by its typed date.

    Parameters
    ----------
    as_of : datetime.datetime
        The moment; nothing later is known.
    deals : tuple of str, length n
        The open deals with an expected date.
    owners, stages : tuple of str, length n
        Whose they are and where they stand; ``""`` unknown.
    expected : array_like of datetime64[D], shape (n,)
        Their expected close dates.
    amounts : array_like of float64, shape (n,)
        NaN unknown.
    pushes : array_like of int64, shape (n,)
        How often the date was moved to a later one.
    days_pushed : array_like of float64, shape (n,)
        How many days in all.
    first_push, last_push : array_like of datetime64[D], shape (n,)
        NaT if it never was.
    p_won, p_lost, p_pushed, p_overdue : array_like of float64, shape (n,)
        Chance to be won, lost, pushed before the date passes, or still open then; they add up to 1.
        A deal whose date has passed is overdue.
    rates : tuple of SlipRate
        Of all dates, and by owner, stage, size and pushes so far.
    typed : TypedDates, optional
        The typed date against ours; None with too few deals.
    pushed_deals, pushed_all : int
        Deals that were ever pushed, and deals with an expected date.
    faults : tuple of Fault
        What is suspicious.
    """

    as_of: datetime
    deals: tuple[str, ...] = attrs.field(converter=as_tuple)
    owners: tuple[str, ...] = attrs.field(converter=as_tuple)
    stages: tuple[str, ...] = attrs.field(converter=as_tuple)
    expected: npt.NDArray[np.datetime64] = array_field("datetime64[D]")
    amounts: Floats = array_field(np.float64)
    pushes: npt.NDArray[np.int64] = array_field(np.int64)
    days_pushed: Floats = array_field(np.float64)
    first_push: npt.NDArray[np.datetime64] = array_field("datetime64[D]")
    last_push: npt.NDArray[np.datetime64] = array_field("datetime64[D]")
    p_won: Floats = array_field(np.float64)
    p_lost: Floats = array_field(np.float64)
    p_pushed: Floats = array_field(np.float64)
    p_overdue: Floats = array_field(np.float64)
    rates: tuple[SlipRate, ...] = attrs.field(default=(), converter=as_tuple)
    typed: TypedDates | None = None
    pushed_deals: int = 0
    pushed_all: int = 0
    faults: tuple[Fault, ...] = attrs.field(default=(), converter=as_tuple)

    def __attrs_post_init__(self) -> None:
        check_one_length(
            self,
            "deals",
            "owners",
            "stages",
            "expected",
            "amounts",
            "pushes",
            "days_pushed",
            "p_won",
            "p_lost",
            "p_pushed",
            "p_overdue",
        )

    def __repr__(self) -> str:
        return (
            f"<Slippage {self.as_of:%Y-%m-%d}: {len(self.deals):,} open deals,"
            f" {self.pushed_deals:,} of {self.pushed_all:,} ever pushed>"
        )

    @property
    def p_slip(self) -> Floats:
        """Chance of each deal to be open when its typed date passes, pushed or overdue."""
        return np.asarray(self.p_pushed + self.p_overdue)

    def rates_of(self, dimension: str) -> tuple[SlipRate, ...]:
        """Return the slip rates of the groups of a dimension, such as ``"owner"``."""
        return tuple(rate for rate in self.rates if rate.dimension == dimension)

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row per open deal, the likeliest to slip first."""
        order = np.argsort(-self.p_slip, kind="stable")
        columns: dict[str, npt.NDArray[Any]] = {
            "deal": np.array(self.deals, dtype=np.str_),
            "owner": np.array(self.owners, dtype=np.str_),
            "stage": np.array(self.stages, dtype=np.str_),
            "expected": self.expected,
            "amount": self.amounts,
            "pushes": self.pushes,
            "days_pushed": self.days_pushed,
            "p_won": self.p_won,
            "p_lost": self.p_lost,
            "p_pushed": self.p_pushed,
            "p_overdue": self.p_overdue,
            "p_slip": self.p_slip,
        }
        return {name: column[order] for name, column in columns.items()}
