"""TargetPlan: a target by step, month, owner and channel, with the chance to meet it."""

from __future__ import annotations

from typing import Any, Literal, get_args

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arguments import check_period
from salesfunnel._core.arrays import array_field
from salesfunnel._core.checks import check_choice, check_known
from salesfunnel._core.errors import ArgumentError, DataError
from salesfunnel._core.fiscal import Fiscal, as_fiscal
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.one_length import check_shapes
from salesfunnel._core.result import TableMixin
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault

__all__ = ["TARGET_UNITS", "TargetPlan", "TargetUnit"]

TargetUnit = Literal["count", "currency"]
TARGET_UNITS: tuple[str, ...] = get_args(TargetUnit)

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@attrs.frozen(kw_only=True, repr=False)
class TargetPlan(TableMixin):
    """A target broken down over steps, months, owners and channels.

    Two plans are side by side. The *mean* plan divides by mean rates: it meets the target about
    every second time. The *safe* plan starts with more, so that it is met with `probability`.

    Parameters
    ----------
    target : int
        Deals, or money.
    unit : {"count", "currency"}
        What the target counts.
    wins : int
        Deals that the target needs at the mean value.
    value : float, optional
        Mean value of a won deal.
    value_sd : float
        Its standard deviation between deals.
    periods : tuple of str
        The months of the plan.
    steps : tuple of str
        Stages or step metrics, in order; the last one is what the target counts.
    weights : array_like of float64, shape (months,)
        Share of the target by month; sums to 1.
    seasonal : bool
        Whether the weights come from at least two years of history.
    rates, rate_low, rate_high : array_like of float64, shape (steps - 1,)
        Rates to expect, and the 80% limits of the rate over the months of the plan.
    required : array_like of float64, shape (steps,)
        What each step needs at mean rates, not rounded.
    mean, safe : array_like of int64, shape (months, steps)
        What each step needs in each month. The last column adds up to `wins` less what the open
        pipeline brings, every other one (with `mean_before`, `safe_before`) to the step's need,
        rounded up.
    mean_before, safe_before : array_like of int64, shape (steps,)
        The part that the delay between steps puts before the first month: it should be there
        already.
    covered : array_like of float64, shape (months,)
        Deals that the open pipeline brings.
    amounts : array_like of int64, shape (months,)
        The target by month, in its unit; sums to `target`.
    levels : tuple of str
        What the months are split by, such as ``("owner", "channel")``.
    parts : tuple of str
        The parts, joined by ``" / "`` over the levels; empty without a split.
    part_amounts : array_like of int64, shape (months, parts)
        `amounts` by part; adds up over parts.
    part_safe : array_like of int64, shape (months, parts, steps)
        `safe` by part; adds up over parts.
    probability : float
        Of the safe plan.
    entrants_mean, entrants_even, entrants_safe : float or None
        Entrants at the first step of the mean plan; fewest that meet the target with chance 0.5;
        with `probability`. None if it cannot be met.
    chance_mean : float
        The chance that the mean plan meets the target.
    entrants_now : float
        Entrants in the same number of months at the present pace.
    chance_now : float
        The chance that those meet the target.
    infeasible : str, optional
        The step at which the target cannot be met, because nobody got past it in the history.
    draws : int
        Draws behind the chances; their error is at most ``0.5 / sqrt(draws)``.
    seed : int
        Of the draws.
    faults : tuple of Fault
        What is suspicious.
    funnel : Funnel, optional
        Names the steps for people.
    currency : str
        Code of the currency of a target in money; ``""`` if it is not known.
    """

    target: int
    unit: TargetUnit
    wins: int
    value: float | None = None
    value_sd: float = 0.0
    periods: tuple[str, ...] = attrs.field(converter=as_tuple)
    steps: tuple[str, ...] = attrs.field(converter=as_tuple)
    weights: Floats = array_field(np.float64)
    seasonal: bool
    rates: Floats = array_field(np.float64)
    rate_low: Floats = array_field(np.float64)
    rate_high: Floats = array_field(np.float64)
    required: Floats = array_field(np.float64)
    mean: Ints = array_field(np.int64)
    safe: Ints = array_field(np.int64)
    mean_before: Ints = array_field(np.int64)
    safe_before: Ints = array_field(np.int64)
    covered: Floats = array_field(np.float64)
    amounts: Ints = array_field(np.int64)
    levels: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    parts: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    part_amounts: Ints = array_field(np.int64)
    part_safe: Ints = array_field(np.int64)
    probability: float
    entrants_mean: float
    entrants_even: float | None
    entrants_safe: float | None
    chance_mean: float
    entrants_now: float
    chance_now: float
    infeasible: str | None = None
    draws: int
    seed: int
    faults: tuple[Fault, ...] = attrs.field(default=(), converter=as_tuple)
    funnel: Funnel | None = None
    currency: str = ""

    def __attrs_post_init__(self) -> None:
        check_choice("unit", self.unit, TARGET_UNITS)
        months, steps, parts = len(self.periods), len(self.steps), len(self.parts)
        check_shapes(self, {
            "mean": (months, steps),
            "safe": (months, steps),
            "amounts": (months,),
            "weights": (months,),
            "covered": (months,),
            "rates": (steps - 1,),
            "rate_low": (steps - 1,),
            "rate_high": (steps - 1,),
            "required": (steps,),
            "mean_before": (steps,),
            "safe_before": (steps,),
            "part_amounts": (months, parts),
            "part_safe": (months, parts, steps),
        })  # fmt: skip
        if int(self.amounts.sum()) != self.target:
            raise DataError(f"'amounts' must add up to {self.target}, got {self.amounts.sum()}")

    def __repr__(self) -> str:
        chance = f"{self.chance_now:.0%} at the present pace"
        return f"<TargetPlan {self.target:,} in {len(self.periods)} months: {chance}>"

    @property
    def feasible(self) -> bool:
        """Whether the history shows a way to the target at all."""
        return self.infeasible is None

    @property
    def stretch(self) -> float | None:
        """Entrants of the safe plan over those at the present pace; None where unknown."""
        if self.entrants_safe is None or self.entrants_now <= 0:
            return None
        return self.entrants_safe / self.entrants_now

    def need(self, step: str, *, period: str | None = None, part: str | None = None) -> int:
        """Return what a step needs by the safe plan, in all months or one, of all parts or one."""
        check_known("step", step, self.steps)
        s = self.steps.index(step)
        cells = self.safe[:, s]
        if part is not None:
            check_known("part", part, self.parts)
            cells = self.part_safe[:, self.parts.index(part), s]
        if period is None:
            return int(cells.sum())
        check_period(period, self.periods)
        return int(cells[self.periods.index(period)])

    def quarters(
        self, *, fiscal_start: int | None = None, fiscal: Fiscal | None = None
    ) -> dict[str, int]:
        """Return the target by quarter: the sum of its months; months need calendar names.

        Parameters
        ----------
        fiscal_start : int, optional
            The month in which the fiscal year begins; calendar quarters by default.
        fiscal : Fiscal, optional
            The whole calendar instead; its quarters must be whole months.

        Raises
        ------
        ArgumentError
            If a period is not a month such as ``2026-10``, or quarters are cut in weeks.
        """
        calendar = as_fiscal(fiscal_start, fiscal) or Fiscal(quarter="{year}-Q{quarter}")
        if calendar.pattern != "month":
            raise ArgumentError(
                f"'fiscal' must have quarters of whole months, got {calendar.pattern!r}",
                hint="the plan is by calendar month",
            )
        found: dict[str, int] = {}
        for name, amount in zip(self.periods, self.amounts.tolist(), strict=True):
            year, dash, month = name.partition("-")
            if not dash or not month.isdigit():
                raise ArgumentError(f"'periods' must be months such as '2026-10', got {name!r}")
            quarter = calendar.label(f"{year}-{month}-01")
            found[quarter] = found.get(quarter, 0) + amount
        return found

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row per month, part and step; the part is ``"all"`` without a split."""
        months, steps = len(self.periods), len(self.steps)
        names = self.parts or ("all",)
        safe = self.part_safe if self.parts else self.safe[:, None, :]
        return {
            "period": np.repeat(np.array(self.periods, dtype=np.str_), len(names) * steps),
            "part": np.tile(np.repeat(np.array(names, dtype=np.str_), steps), months),
            "step": np.tile(np.array(self.steps, dtype=np.str_), months * len(names)),
            "need": safe.ravel(),
        }
