"""decompose_target: from a yearly or quarterly target back to every step, month and owner."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels import targets
from salesfunnel._kernels.mix import largest_remainder
from salesfunnel._kernels.special import betaincinv
from salesfunnel._periods import label_of, ordinal
from salesfunnel._validators import check_choice, check_fraction, check_positive_int
from salesfunnel.errors import ArgumentError, DataError
from salesfunnel.fault import Fault
from salesfunnel.panel import Panel
from salesfunnel.target.result import TARGET_UNITS, TargetPlan, TargetUnit

__all__ = ["decompose_target"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
HISTORY, DRAWS = 12, 8192
Split = Mapping[str, Mapping[str, float]]


class History(NamedTuple):
    """Entered and advanced by month and transition, (months, steps - 1); 0 where not usable."""

    entered: Floats
    advanced: Floats
    volume: Floats  # entrants of the first step by month
    panel: Panel


def decompose_target(
    target: int,
    panel: Panel,
    *,
    months: int = 12,
    unit: TargetUnit = "count",
    value: float | Sequence[float] | None = None,
    probability: float = 0.8,
    lag: Any = None,
    split: Split | None = None,
    seed: int = 0,
    start: str | None = None,
    seasonality: bool | Sequence[float] = True,
    pipeline: Any = None,
    history: int = HISTORY,
    draws: int = DRAWS,
) -> TargetPlan:
    """Break a target down over steps, months, owners and channels, from the funnel's history.

    Parameters
    ----------
    target : int
        Deals, or money in its smallest unit that matters; at least 1.
    panel : Panel
        Counts by month; the last step is what the target counts. Segments are added up, and are
        the split where none is given.
    months : int
        How many months the target is for: 12 for a year, 3 for a quarter.
    unit : {"count", "currency"}
        What the target counts.
    value : float or sequence of float, optional
        Mean value of a won deal, or the values of won deals; needed for a target in money.
    probability : float
        With which the safe plan meets the target, in (0, 1).
    lag : sequence or mapping, optional
        Share of those who advance that takes 0, 1, 2, ... months: one such sequence a transition,
        by its source step or in order; one alone where there is one transition.
    split : mapping of str to mapping of str to float, optional
        Levels and the weights of their parts, such as ``{"owner": {"ann": 2, "bob": 1},
        "channel": {"web": 3, "fair": 1}}``: every month is split by the first level, every part of
        it by the second.
    seed : int
        Of the draws of rates.
    start : str, optional
        The first month; by default the one after the panel's last whole month.
    seasonality : bool or sequence of float
        True: by month of the year, where there are two whole years of history; False: equal
        months; or weights of the months.
    pipeline : Forecast, sequence of float or float, optional
        Deals that the open pipeline is expected to win: a forecast, by month of the plan, or in
        all (then in proportion to the months).
    history : int
        Months of history that rates are taken from.
    draws : int
        Draws of rates.

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
    total = check_positive_int("target", target)
    span = check_positive_int("months", months)
    check_choice("unit", unit, TARGET_UNITS)
    chance = check_fraction("probability", probability, open_ends=True)
    size = check_positive_int("draws", draws, minimum=256)
    worth, worth_sd = _value(value, unit)
    wins = total if unit == "count" else math.ceil(total / (worth or 1.0) - 1e-9)
    known = _history(panel, check_positive_int("history", history), lags := _lags(lag, panel))
    periods = _periods(known.panel, start, span)
    weights, seasonal = _weights(known.panel, periods, seasonality)
    rates, laws, infeasible, faults = _rates(known, span)
    rate = targets.compress(targets.draws(laws, size, np.random.default_rng(seed)))
    by_month = largest_remainder(wins, weights)
    covered = _covered(pipeline, periods, weights, by_month)
    open_need = by_month - covered
    required = targets.backward(float(wins), rates)
    left = float(open_need.sum())
    enough = _Chance(
        left if unit == "count" else left * (worth or 1.0), rate, worth, worth_sd, unit
    )
    even, safe = enough.fewest(0.5), enough.fewest(chance)
    entrants_mean = left / float(np.prod(rates))
    scale = 1.0 if safe is None else max(safe / max(entrants_mean, 1e-300), 1.0)
    mean_cells = _cells(open_need, rates, lags, 1.0)
    safe_cells = _cells(open_need, rates, lags, scale)
    amounts = largest_remainder(total, weights)
    levels, parts, part_weights = _split(split, panel)
    now = float(known.volume.mean()) * span if known.volume.size else 0.0
    limits = [betaincinv(a, b, np.array([0.1, 0.9])) for a, b in laws]
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
    )


class _Chance(NamedTuple):
    """The chance that a number of entrants meets what is left of the target."""

    left: float
    rate: Floats
    value: float | None
    value_sd: float
    unit: TargetUnit

    def __call__(self, entrants: float) -> float:
        if self.unit == "count":
            return targets.chance_of_count(entrants, math.ceil(self.left - 1e-9), self.rate)
        return targets.chance_of_amount(
            entrants, self.left, self.rate, self.value or 1.0, self.value_sd
        )

    def fewest(self, probability: float) -> float | None:
        """Return the fewest entrants with that chance, None above 1e15."""
        if self(0.0) >= probability:
            return 0.0
        low, high = 0.0, max(self.left, 1.0)
        while self(high) < probability:
            low, high = high, high * 2
            if high > 1e15:
                return None
        while high - low > 1:
            middle = math.floor((low + high) / 2)
            low, high = (low, middle) if self(middle) >= probability else (middle, high)
        return float(math.ceil(high))


def _value(value: Any, unit: TargetUnit) -> tuple[float | None, float]:
    if value is None:
        if unit == "currency":
            raise ArgumentError(
                "'value' must be given with a target in money, got None",
                hint="the mean value of a won deal, or the values of won deals",
            )
        return None, 0.0
    values = np.atleast_1d(np.asarray(value, dtype=np.float64))
    if values.ndim != 1 or not values.size or not (np.isfinite(values) & (values >= 0)).all():
        raise ArgumentError(f"'value' must be at least 0 and finite, got {value!r}")
    mean = float(values.mean())
    if mean <= 0:
        raise ArgumentError(f"'value' must have a positive mean, got {mean:g}")
    return mean, float(values.std(ddof=1)) if values.size > 1 else 0.0


def _lags(lag: Any, panel: Panel) -> tuple[Floats, ...]:
    """Return the delay of every transition as shares by month."""
    names = panel.steps[:-1]
    none = np.ones(1)
    if lag is None:
        return tuple(none for _ in names)
    if isinstance(lag, Mapping):
        strange = [key for key in lag if key not in names]
        if strange:
            raise ArgumentError(f"'lag' must be by source step {names!r}, got {strange[0]!r}")
        given = [lag.get(name, none) for name in names]
    else:
        given = list(lag)
        if given and np.ndim(given[0]) == 0:
            given = [given]
        if len(given) != len(names):
            raise ArgumentError(
                f"'lag' must have a sequence for each of {len(names)} transitions, got {len(given)}"
            )
    shares = []
    for name, one in zip(names, given, strict=True):
        f = np.asarray(one, dtype=np.float64)
        if f.ndim != 1 or not f.size or not (np.isfinite(f) & (f >= 0)).all() or f.sum() <= 0:
            raise ArgumentError(f"'lag' of {name!r} must be shares of at least 0, got {one!r}")
        shares.append(f / f.sum())
    return tuple(shares)


def _history(panel: Panel, months: int, lags: tuple[Floats, ...]) -> History:
    """Return the last whole months; in period mode with those who could advance in each."""
    if len(panel.steps) < 2:
        raise ArgumentError(f"'panel' must have two steps at least, got {len(panel.steps)}")
    if panel.by not in ("month", "none"):
        raise ArgumentError(f"'panel' must be by month, got {panel.by!r}")
    whole = panel.select(periods=[p for p in panel.periods if p not in panel.partial]).regular()
    if len(whole.segments) > 1:
        whole = whole.total()
    if not whole.periods:
        raise DataError("'panel' must have a whole month, got none")
    entered, advanced, missing = (array[:, 0] for array in whole.flows())
    n, x = entered.astype(np.float64), advanced.astype(np.float64)
    usable = ~missing
    for s, f in enumerate(lags):
        if panel.mode == "period" and f.size > 1:
            known = ~whole.missing[:, 0, s]
            exposed = np.convolve(n[:, s], f)[: len(n)]
            all_known = np.convolve(known, np.ones(f.size))[: len(n)] >= f.size - 0.5
            n[:, s], usable[:, s] = exposed, usable[:, s] & all_known
    n, x = np.where(usable, n, 0.0)[-months:], np.where(usable, x, 0.0)[-months:]
    first = whole.counts[:, 0, 0][~whole.missing[:, 0, 0]].astype(np.float64)[-months:]
    return History(n, x, first, whole)


def _rates(
    known: History, span: int
) -> tuple[Floats, list[tuple[float, float]], str | None, list[Fault]]:
    """Return mean rates, their Beta laws, the step nobody got past, and what is suspicious."""
    rates, laws, faults = [], [], []
    infeasible: str | None = None
    for s, name in enumerate(known.panel.steps[:-1]):
        n, x = known.entered[:, s], known.advanced[:, s]
        N, X = float(n.sum()), float(x.sum())
        if N <= 0:
            raise DataError(f"'panel' must have entrants at {name!r}, got none in the history")
        if X > N:
            raise DataError(
                f"'panel' must not have more advanced than entered, got {X:g} of {N:g} at {name!r}",
                hint="give the lag between the steps, or a panel of cohorts",
            )
        if X == 0:
            infeasible = infeasible or name
            upper = float(betaincinv(np.array([0.5]), np.array([N + 0.5]), np.array([0.975]))[0])
            faults.append(Fault.of("target-infeasible", step=name, entered=N, rate=upper))
            rates.append(upper)
        else:
            rates.append((X + 0.5) / (N + 1.0))
        laws.append(targets.predictive(n, x, span))
        if (n > 0).sum() < 3:
            faults.append(Fault.of("short-history", step=name, n=int((n > 0).sum())))
    return np.array(rates), laws, infeasible, faults


def _periods(panel: Panel, start: str | None, span: int) -> tuple[str, ...]:
    if panel.by != "month":
        if start is not None:
            raise ArgumentError(f"'start' must be left out without calendar months, got {start!r}")
        return tuple(str(i + 1) for i in range(span))
    if start is None:
        first = ordinal(panel.periods[-1], "month") + 1
    else:
        try:
            first = ordinal(start, "month")
        except ValueError:
            raise ArgumentError(
                f"'start' must be a month such as '2026-10', got {start!r}"
            ) from None
    return tuple(label_of(first + i, "month") for i in range(span))


def _weights(panel: Panel, periods: tuple[str, ...], seasonality: Any) -> tuple[Floats, bool]:
    if not isinstance(seasonality, bool):
        weights = np.asarray(seasonality, dtype=np.float64)
        good = weights.shape == (len(periods),) and (np.isfinite(weights) & (weights >= 0)).all()
        if not good or weights.sum() <= 0:
            raise ArgumentError(
                f"'seasonality' must be {len(periods)} weights of at least 0, got {seasonality!r}"
            )
        return weights, False
    years = len(panel.periods) // 12
    last = panel.counts[-12 * years :, 0, -1] if years else panel.counts[:0, 0, -1]
    known = not panel.missing[-12 * years :, 0, -1].any() if years else False
    if not seasonality or panel.by != "month" or years < 2 or not known or not last.sum():
        return np.ones(len(periods)), False
    number = np.array([ordinal(name, "month") for name in panel.periods[-12 * years :]])
    ahead = np.array([ordinal(name, "month") for name in periods])
    return targets.season(last.astype(np.float64), number % 12, ahead % 12), True


def _covered(pipeline: Any, periods: tuple[str, ...], weights: Floats, due: Ints) -> Floats:
    """Return the deals of the open pipeline by month; what one month has over goes to the next."""
    if pipeline is None:
        return np.zeros(len(periods))
    if hasattr(pipeline, "wins_in"):
        given = np.asarray(pipeline.wins_in(periods), dtype=np.float64)
    else:
        given = np.atleast_1d(np.asarray(pipeline, dtype=np.float64))
        if given.shape == (1,) and len(periods) > 1:
            given = given[0] * weights / weights.sum()
    if given.shape != (len(periods),) or not (np.isfinite(given) & (given >= 0)).all():
        raise ArgumentError(
            f"'pipeline' must be {len(periods)} numbers of at least 0, got {pipeline!r}"
        )
    used, spare = np.zeros(len(periods)), 0.0
    for t, need in enumerate(due.tolist()):
        used[t] = min(need, given[t] + spare)
        spare += given[t] - used[t]
    return used


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


def _split(
    split: Split | None, panel: Panel
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[Floats, ...]]:
    """Return levels, the joined names of their parts, and the weights of each level."""
    if split is None:
        if len(panel.segments) < 2:
            return (), (), ()
        weights = panel.counts[..., -1].sum(0).astype(np.float64)
        return (" / ".join(panel.attributes) or "segment",), panel.segments, (weights,)
    if not isinstance(split, Mapping) or not all(isinstance(v, Mapping) for v in split.values()):
        raise ArgumentError(
            f"'split' must be a mapping of levels to mappings of parts to weights, got {split!r}"
        )
    names: list[str] = [""]
    found: list[Floats] = []
    for level, table in split.items():
        weights = np.array([float(w) for w in table.values()], dtype=np.float64)
        if not weights.size or not (np.isfinite(weights) & (weights >= 0)).all():
            raise ArgumentError(
                f"'split' of {level!r} must have weights of at least 0, got {dict(table)!r}"
            )
        found.append(weights)
        names = [f"{a} / {b}" if a else str(b) for a in names for b in table]
    return tuple(split), tuple(names) if found else (), tuple(found)


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
