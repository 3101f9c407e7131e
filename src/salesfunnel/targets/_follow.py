"""Follow a target plan: the gap by step so far, and what the rest must bring."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import array_field
from salesfunnel._core.checks import check_kind, check_known
from salesfunnel._core.errors import DataError
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.one_length import check_one_length
from salesfunnel._core.result import TableMixin
from salesfunnel._kernels import targets
from salesfunnel._kernels.mix import lmdi
from salesfunnel.data.panel import Panel
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.targets.target_plan import TargetPlan

__all__ = ["TargetProgress", "follow_target"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@attrs.frozen(kw_only=True, repr=False)
class TargetProgress(TableMixin):
    """Where a plan stands after some of its months.

    Parameters
    ----------
    steps : tuple of str
        As in the plan.
    through : str
        The last month that is counted.
    months_left : int
        Months of the plan after it.
    planned, actual : array_like of int64, shape (steps,)
        The safe plan's needs and the counts up to `through`.
    gap : array_like of int64, shape (steps,)
        Actual less planned.
    gap_deals : array_like of float64, shape (steps,)
        What the volume of the first step, and then the rate into each next one, put in or took
        from the deals so far; adds up to the gap of the last step.
    remaining : array_like of int64, shape (steps,)
        What the months left must bring for the plan to be met; at least 0.
    remaining_by_month : array_like of float64, shape (steps,)
        That divided by the months left; 0 with none left.
    pace : array_like of float64, shape (steps,)
        Counts a month so far.
    chance : float
        That the target is met if entrants go on at this pace.
    funnel : Funnel, optional
        Names the steps for people.
    """

    steps: tuple[str, ...] = attrs.field(converter=as_tuple)
    through: str
    months_left: int
    planned: Ints = array_field(np.int64)
    actual: Ints = array_field(np.int64)
    gap: Ints = array_field(np.int64)
    gap_deals: Floats = array_field(np.float64)
    remaining: Ints = array_field(np.int64)
    remaining_by_month: Floats = array_field(np.float64)
    pace: Floats = array_field(np.float64)
    chance: float
    funnel: Funnel | None = None

    def __attrs_post_init__(self) -> None:
        check_one_length(self, "steps", "planned", "actual", "gap", "remaining", "pace")

    def __repr__(self) -> str:
        return f"<TargetProgress {self.through}: {int(self.gap[-1]):+d}, chance {self.chance:.0%}>"

    @property
    def largest_gap(self) -> str | None:
        """The step that took most from the deals so far; None where none did."""
        at = int(self.gap_deals.argmin())
        return self.steps[at] if self.gap_deals[at] < 0 else None

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row per step."""
        return {
            "step": np.array(self.steps, dtype=np.str_),
            "planned": self.planned,
            "actual": self.actual,
            "gap": self.gap,
            "gap_deals": self.gap_deals,
            "remaining": self.remaining,
            "remaining_by_month": self.remaining_by_month,
            "pace": self.pace,
        }


def follow_target(plan: TargetPlan, panel: Panel, *, through: str | None = None) -> TargetProgress:
    """Compare what came with what was planned, and say what the rest of the time must bring.

    Parameters
    ----------
    plan : TargetPlan
        The plan.
    panel : Panel
        Counts of the months since the start of the plan, in period mode; other months are ignored.
    through : str, optional
        The last month to count; by default the last whole one that the panel has in full.

    Raises
    ------
    DataError
        If the steps differ, or a count of a month up to `through` is missing.
    UnknownNameError
        If `through` is not a month of the plan.

    Notes
    -----
    The gap is split over steps by the logarithmic mean (LMDI): exact, whatever the order.

    Examples
    --------
    >>> import salesfunnel as sf
    >>> past = sf.Panel.from_counts(
    ...     {f"2026-{m:02d}": [400, 120, 30] for m in range(1, 11)}, steps=("lead", "demo", "won")
    ... )
    >>> plan = sf.decompose_target(90, past, months=3)
    >>> month = sf.Panel.from_counts({"2026-11": [400, 90, 22]}, steps=past.steps)
    >>> sf.follow_target(plan, month).largest_gap
    'demo'
    """
    check_kind("plan", plan, TargetPlan)
    check_kind("panel", panel, Panel)
    if panel.steps != plan.steps:
        raise DataError(f"'panel' must have the steps {plan.steps!r}, got {panel.steps!r}")
    total = panel.total() if len(panel.segments) > 1 else panel
    where = {name: i for i, name in enumerate(total.periods)}
    if through is None:
        done = 0
        for name in plan.periods:
            i = where.get(name)
            if i is None or name in total.partial or total.missing[i].any():
                break
            done += 1
        if not done:
            raise DataError(f"'panel' must have the month {plan.periods[0]!r} in full, got none")
    else:
        check_known("through", through, plan.periods)
        done = plan.periods.index(through) + 1
    rows = []
    for name in plan.periods[:done]:
        i = where.get(name)
        if i is None or total.missing[i].any():
            raise DataError(f"'panel' must have every count of {name!r}, got some missing")
        rows.append(total.counts[i, 0])
    actual = np.sum(rows, axis=0).astype(np.int64)
    planned = plan.safe[:done].sum(0)
    remaining = np.maximum(plan.safe.sum(0) - actual, 0)
    left = len(plan.periods) - done
    return TargetProgress(
        steps=plan.steps,
        through=plan.periods[done - 1],
        months_left=left,
        planned=planned,
        actual=actual,
        gap=actual - planned,
        gap_deals=_by_step(planned, actual),
        remaining=remaining,
        remaining_by_month=remaining / left if left else np.zeros(len(plan.steps)),
        pace=actual / done,
        chance=_chance(plan, actual, done, left),
        funnel=plan.funnel,
    )


def _by_step(planned: Ints, actual: Ints) -> Floats:
    before, after = planned.astype(np.float64), actual.astype(np.float64)

    def factors(counts: Floats) -> Floats:
        below = np.where(counts[:-1] > 0, counts[:-1], 1.0)
        return np.concatenate([counts[:1], counts[1:] / below])

    return lmdi(factors(before), factors(after))


def _chance(plan: TargetPlan, actual: Ints, done: int, left: int) -> float:
    """Return the chance that the present pace brings what is missing in the months left."""
    missing = plan.wins - int(actual[-1])
    if missing <= 0:
        return 1.0
    if not left:
        return 0.0
    spread = np.maximum((plan.rate_high - plan.rate_low) / 2.563, 1e-6)
    p = np.clip(plan.rates, 1e-9, 1 - 1e-9)
    # the plan's distributions, by the moments of their 80% limits, for the months that are left
    size = np.maximum(p * (1 - p) / spread**2 - 1, 0.5) * left / len(plan.periods)
    size = np.maximum(size, 0.5)
    n, x = actual[:-1].astype(np.float64), np.minimum(actual[1:], actual[:-1]).astype(np.float64)
    weight = np.minimum(n, size)  # months that scatter do not count for more than the history
    seen = np.where(n > 0, x / np.where(n > 0, n, 1.0), p)
    beta_params = np.stack([p * size + seen * weight, (1 - p) * size + (1 - seen) * weight], 1)
    rate = targets.compress(
        targets.draws(beta_params, plan.draws, np.random.default_rng(plan.seed))
    )
    entrants = float(actual[0]) / done * left
    return targets.chance_of_count(entrants, missing, rate)
