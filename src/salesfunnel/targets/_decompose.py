"""decompose_target: from a yearly or quarterly target back to every step, month and owner."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from salesfunnel._core.checks import (
    MOST_COUNT,
    check_choice,
    check_fraction,
    check_kind,
    check_positive_int,
)
from salesfunnel._kernels import targets
from salesfunnel._kernels.mix import largest_remainder
from salesfunnel._kernels.special import betaincinv
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.from_list import two_ends
from salesfunnel.data.open_counted import open_counted
from salesfunnel.data.panel import Panel
from salesfunnel.data.won_values import won_values
from salesfunnel.targets.arguments import (
    DRAWS,
    HISTORY,
    Floats,
    Ints,
    Split,
    covered_by,
    lags_of,
    split_of,
    value_of,
)
from salesfunnel.targets.attainment import Chance
from salesfunnel.targets.history_rates import history_of, periods_of, rates_of, weights_of
from salesfunnel.targets.seasonal_arrivals import MOST_ARRIVAL_MONTHS, entrants_ahead
from salesfunnel.targets.seasonal_rates import MOST_MONTHS, seasonal_rates
from salesfunnel.targets.target_plan import TARGET_UNITS, TargetPlan, TargetUnit

__all__ = ["decompose_target"]


def decompose_target(
    target: int,
    panel: Panel | StageHistory,
    *,
    months: int = 12,
    unit: TargetUnit = "count",
    value: float | Sequence[float] | None = None,
    probability: float = 0.8,
    lag: object = None,
    split: Split | None = None,
    seed: int = 0,
    start: str | None = None,
    seasonality: bool | Sequence[float] = True,
    pipeline: object = None,
    history: int = HISTORY,
    draws: int = DRAWS,
    currency: str | None = None,
) -> TargetPlan:
    """Break a target down over steps, months, owners and channels, from the funnel's history.

    Parameters
    ----------
    target : int
        Deals, or money in its smallest unit that matters; at least 1.
    panel : Panel or StageHistory
        Counts by month; the last step is what the target counts. Segments are added up, and are
        the split where none is given. Deals are counted by the month in which they entered each
        step, open ones separately; `value`, `currency` and `lag` are theirs if not given.
    months : int
        How many months the target is for: 12 for a year, 3 for a quarter.
    unit : {"count", "currency"}
        What the target counts.
    value : float or sequence of float, optional
        Mean value of a won deal, or the values of won deals; needed for a target in money.
    probability : float
        With which the safe plan meets the target, in (0, 1).
    lag : sequence, mapping or StageHistory, optional
        Share of those who advance that takes 0, 1, 2, ... months: one such sequence a transition,
        by its source step or in order; one alone where there is one transition; or the deals that
        it is learned from. Without it, what is won in a month is asked of those who enter in it.
    split : mapping of str to mapping of str to float, optional
        Levels and the weights of their parts, such as ``{"owner": {"ann": 2, "bob": 1},
        "channel": {"web": 3, "fair": 1}}``: every month is split by the first level, every part of
        it by the second.
    seed : int
        Of the draws of rates.
    start : str, optional
        The first month; by default the one after the panel's last whole month.
    seasonality : bool or sequence of float
        True: by month of the year, where there are two whole years of history, and the rates of
        these months, where there are 18 months, and what comes in at the present pace in these
        months, where there are 24, as in a forecast; False: equal months; or weights of the months.
    pipeline : Forecast, sequence of float or float, optional
        Deals that the open pipeline is expected to win: a forecast, by month of the plan, or in
        all (then in proportion to the months).
    history : int
        Months of history that rates are taken from.
    draws : int
        Draws of rates.
    currency : str, optional
        The currency of a target in money, and of `value`.

    Returns
    -------
    TargetPlan
        Every breakdown adds up exactly. With nobody past a step in the history, ``infeasible``
        names the step, and its needs are taken at the upper limit of the rate: at least so many.

    Raises
    ------
    DataError
        If a rate is above 1, or a step has no history at all.
    ArgumentError
        If a target in money comes without value, or weights are negative.

    Notes
    -----
    The rate over the months to come is Beta with the variance of the history's mean and of months
    that scatter more than binomially; the chance of a plan is the binomial tail averaged over
    draws of the product of rates. Integers by the largest remainder (Hamilton).

    Examples
    --------
    >>> panel = Panel.from_counts(
    ...     {f"2026-{m:02d}": [400, 120, 30] for m in range(1, 11)}, steps=["lead", "demo", "won"]
    ... )
    >>> plan = decompose_target(100, panel, months=3)
    >>> plan.periods, plan.amounts.tolist(), round(plan.required[0])
    (('2026-11', '2026-12', '2027-01'), [34, 33, 33], 1332)
    >>> bool(plan.entrants_safe > plan.required[0]), round(plan.chance_now, 1)
    (True, 0.2)
    """
    own = won_values(panel if unit == "currency" else None, value, currency, None)
    panel, lag = _counted(panel, lag)
    check_kind("panel", panel, Panel)
    amount: object = target
    if isinstance(amount, float) and amount.is_integer():
        amount = int(amount)  # 5e6 is as good as 5_000_000
    total = check_positive_int("target", amount, maximum=MOST_COUNT)
    span = check_positive_int("months", months)
    check_choice("unit", unit, TARGET_UNITS)
    chance = check_fraction("probability", probability, open_ends=True)
    size = check_positive_int("draws", draws, minimum=256)
    seed = check_positive_int("seed", seed, minimum=0)
    worth, worth_sd = value_of(own.value, unit)
    wins = total if unit == "count" else math.ceil(total / (worth or 1.0) - 1e-9)
    known = history_of(panel, check_positive_int("history", history), lags := lags_of(lag, panel))
    periods = periods_of(known.panel, start, span)
    weights, seasonal = weights_of(known.panel, periods, seasonality)
    rates, beta_params, infeasible, faults = rates_of(known, span)
    if seasonality is True and infeasible is None:
        recent = history_of(panel, MOST_MONTHS, lags)
        rates, beta_params, more = seasonal_rates(recent, periods, weights, (rates, beta_params))
        faults = [*faults, *more]
    rate = targets.compress(targets.draws(beta_params, size, np.random.default_rng(seed)))
    by_month = largest_remainder(wins, weights)
    covered = covered_by(pipeline, periods, weights, by_month)
    open_need = by_month - covered
    required = targets.backward(float(wins), rates)
    left = float(open_need.sum())
    enough = Chance(left if unit == "count" else left * (worth or 1.0), rate, worth, worth_sd, unit)
    even, safe = enough.fewest(0.5), enough.fewest(chance)
    entrants_mean = left / float(np.prod(rates))
    scale = 1.0 if safe is None else max(safe / max(entrants_mean, 1e-300), 1.0)
    mean_cells = _cells(open_need, rates, lags, 1.0)
    safe_cells = _cells(open_need, rates, lags, scale)
    amounts = largest_remainder(total, weights)
    levels, parts, part_weights = split_of(split, panel)
    far = history_of(panel, MOST_ARRIVAL_MONTHS, lags)
    now, more = entrants_ahead(far, periods, history, season=seasonality is True)
    faults = [*open_counted(panel), *faults, *more, *own.faults]
    limits = [betaincinv(a, b, np.array([0.1, 0.9])) for a, b in beta_params]
    return TargetPlan(
        target=total,
        unit=unit,
        wins=wins,
        value=worth,
        value_sd=worth_sd,
        periods=periods,
        steps=panel.steps,
        weights=weights / weights.sum(),
        seasonal=seasonal,
        rates=rates,
        rate_low=np.array([float(low) for low, _ in limits]),
        rate_high=np.array([float(high) for _, high in limits]),
        required=required,
        mean=mean_cells[0],
        safe=safe_cells[0],
        mean_before=mean_cells[1],
        safe_before=safe_cells[1],
        covered=covered,
        amounts=amounts,
        levels=levels,
        parts=parts,
        part_amounts=_parts(amounts, part_weights),
        part_safe=_parts(safe_cells[0], part_weights),
        probability=chance,
        entrants_mean=entrants_mean,
        entrants_even=None if infeasible else even,
        entrants_safe=None if infeasible else safe,
        chance_mean=enough(entrants_mean),
        entrants_now=now,
        chance_now=0.0 if infeasible else enough(now),
        infeasible=infeasible,
        draws=size,
        seed=seed,
        faults=faults,
        funnel=panel.funnel,
        currency=own.currency,
    )


def _counted(panel: Panel | StageHistory, lag: object) -> tuple[Panel, object]:
    """Return deals by month of entry, with their own delay where none is given."""
    if not isinstance(panel, StageHistory):
        return panel, lag
    deals = two_ends(panel)
    return deals.panel(by="month", mode="entry"), deals if lag is None else lag


def _cells(due: Floats, rates: Floats, lags: tuple[Floats, ...], scale: float) -> tuple[Ints, Ints]:
    """Return what each step needs by month, and before the first, as whole numbers.

    Every step's total is rounded up once and then dealt out by the largest remainder.
    """
    months, steps = due.size, rates.size + 1
    cells, before = np.zeros((months, steps), dtype=np.int64), np.zeros(steps, dtype=np.int64)
    flow = due.astype(np.float64)
    for s in range(steps - 1, -1, -1):
        if s < steps - 1:
            flow = targets.backcast(flow, float(rates[s]), lags[s])
        factor = 1.0 if s == steps - 1 else scale
        need = math.ceil(round(float(flow.sum()) * factor, 9))
        dealt = largest_remainder(need, flow)
        cells[:, s] = dealt[-months:]
        before[s] = int(dealt[:-months].sum())
    return cells, before


def _parts(cells: Ints, weights: tuple[Floats, ...]) -> Ints:
    """Return whole numbers dealt out level by level, the parts as the second axis."""
    if not weights:
        return np.zeros((cells.shape[0], 0, *cells.shape[1:]), dtype=np.int64)
    flat = cells.reshape(-1, 1)
    for level in weights:
        flat = np.stack([largest_remainder(int(v), level) for v in flat.ravel()]).reshape(
            flat.shape[0], -1
        )
    table = flat.reshape(*cells.shape, -1)
    return np.ascontiguousarray(np.moveaxis(table, -1, 1))
