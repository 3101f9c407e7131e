"""find_bottlenecks: which step holds the funnel back now, how sure are we, what is it worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_kind, check_known, check_positive_int
from salesfunnel._core.errors import DataError
from salesfunnel._kernels.series import lagged_entrants
from salesfunnel.bottleneck import judge, row
from salesfunnel.bottleneck.arguments import benchmark_of, capacity_of, lags_of, value_of
from salesfunnel.bottleneck.bottlenecks import Bottlenecks
from salesfunnel.bottleneck.cohort_check import by_cohorts
from salesfunnel.bottleneck.impact import Flow, ends_of, single_gains
from salesfunnel.bottleneck.reference_window import ReferenceWindow
from salesfunnel.data.history.from_list import two_ends
from salesfunnel.data.panel import Panel
from salesfunnel.fault import Fault

__all__ = ["find_bottlenecks"]

Array = npt.NDArray[np.float64]
VETO = 0.1
"""Share of the judged entrants that is faulty, from which a verdict is unverified."""
VOLUME = 0.4
"""Relative change of entrants from which a rate without a lag may mislead."""


class Flows(NamedTuple):
    """Counts up to the judged period, (periods, segments, steps); NaN where not usable."""

    exposed: Array
    advanced: Array
    entered: Array  # as counted, not adjusted


def find_bottlenecks(
    panel: Panel | Any,
    *,
    period: str | None = None,
    history: int | ReferenceWindow = 12,
    benchmark: Any = None,
    lag: Any = None,
    value: float | Sequence[float] | None = None,
    seed: int = 0,
    capacity: Mapping[str, float] | None = None,
    cohorts: Any = None,
) -> Bottlenecks:
    """Find the steps that hold the funnel back now, say how sure that is and what it is worth.

    Parameters
    ----------
    panel : Panel or StageHistory
        Counts by period, usually by month; every segment is judged by itself. A StageHistory is
        counted by month, its lag estimated, its ripe cohorts asked. Of a list, which does not tell
        when deals entered their stages, only the way from creation to winning is judged.
    period : str, optional
        The last period to judge; the last one that is over by default.
    history : int or ReferenceWindow
        How many months before the judged window are the reference, and how they are read.
    benchmark : mapping, Benchmark, BenchmarkSet or str, optional
        Rates of others: ``{"intent→won": 0.3}``, or the name of a built-in set. Taken as
        uncertain. With three months of history or more both count by inverse variance; with less
        the benchmark alone.
    lag : optional
        How long entrants take: shares by month ``[0.5, 0.3, 0.2]`` of all steps or, by source
        step, of each; the median in months; or a StageHistory to estimate it from. Rates are then
        advances ÷ those who could advance.
    value : float or sequence of float, optional
        Mean value of a won deal, or the values of won deals.
    seed : int
        Of the draws behind the gains.
    capacity : mapping from str to float, optional
        The most a step can take a period, which caps gains: ``{"offer": 40}``.
    cohorts : Panel or StageHistory, optional
        To confirm by: cohorts of the same steps with a fixed window that is over, or deals to
        make them of. By default the StageHistory given as `lag`, if it is one.

    Returns
    -------
    Bottlenecks
        One row a step and segment, most probable first.

    Raises
    ------
    UnknownNameError
        If `period`, or a step of `benchmark`, `lag` or `capacity` is not in the panel.
    ArgumentError
        If an argument is not valid; a benchmark given as percent is named.
    DataError
        If the panel has no step or no period.

    Notes
    -----
    The posterior probability that the rate fell by 10 to 50 % against "as before", both with
    beta-binomial laws that know how much months vary and how well the reference is known; for the
    last month and the last three, the larger counts. Prior: min(¼, 0.6 ÷ steps).
    Gains are draws of beta laws with common random numbers (± 3 % of their standard deviation).
    They are counted at the step of the win, where the chain goes on after it (``won``, or
    ``contracts_signed`` of the template), and at the last step otherwise.

    Examples
    --------
    >>> months = {f"2025-{m:02d}": [300, 105, 40] for m in range(1, 13)}
    >>> months["2026-01"] = [310, 62, 24]
    >>> panel = Panel.from_counts(months, steps=("lead", "offer", "won"))
    >>> worst = find_bottlenecks(panel)[0]
    >>> str(worst.transition), worst.tier, worst.window, round(worst.reference, 2)
    ('lead→offer', 'confirmed', 1, 0.35)
    """
    if hasattr(panel, "stage_times"):
        deals: Any = two_ends(panel)  # type: ignore[arg-type] # a history has stage_times
        lag = deals if lag is None else lag
        cohorts = deals if cohorts is None else cohorts
        panel = deals.panel(by="month", mode="period")
    check_kind("panel", panel, Panel)
    if not panel.transitions or not panel.periods:
        raise DataError(f"'panel' must have two steps and a period at least, got {panel!r}")
    lag, cohorts = (two_ends(x) if hasattr(x, "stage_times") else x for x in (lag, cohorts))
    if cohorts is None and hasattr(lag, "stage_times"):
        cohorts = lag
    known = history if isinstance(history, ReferenceWindow) else ReferenceWindow(history)
    check_positive_int("seed", seed, minimum=0)
    judged, faults = _period(panel, period)
    lags = lags_of(lag, panel)
    rate, sd, more = benchmark_of(benchmark, panel)
    money, caps = value_of(value), capacity_of(capacity, panel.steps)
    flows = count_flows(panel, judged, lags)
    prior = judge.Prior(known.months, known.month_sd, known.prior_months)
    one, three = (
        judge.judge_window(flows.advanced, flows.exposed, width, prior, (rate, sd))
        for width in (1, 3)
    )
    found = judge.verdict(one, three, len(panel.transitions))
    flags = _flags(flows, found, lags is not None or panel.mode == "cohort")
    if cohorts is not None:
        said = by_cohorts(cohorts, panel, judged, prior, (rate, sd))
        flags |= np.where(said == 1, row.SEEN_BY_COHORT, 0).astype(np.int32)
        flags |= np.where(said == 2, row.NOT_SEEN_BY_COHORT, 0).astype(np.int32)
    return _result(
        panel, found, money=money, caps=caps, seed=seed,
        period=judged, history=known, flags=flags, benchmark=rate,
        drift=judge.drift(flows.advanced, flows.exposed, prior),
        lag_adjusted=lags is not None, faults=(*faults, *more),
    )  # fmt: skip


def _period(panel: Panel, period: str | None) -> tuple[str, list[Fault]]:
    """Return the period to judge; one that is not over yet only where it is asked for."""
    if period is not None:
        check_known("period", period, panel.periods)
        partial = period in panel.partial
        return period, [Fault.of("period-not-over", value=period)] if partial else []
    left_out = [name for name in panel.periods if name in panel.partial]
    over = [name for name in panel.periods if name not in panel.partial]
    if not over:
        raise DataError(
            f"'panel' must have a period that is over, got {', '.join(panel.periods)}",
        )
    said = [Fault.of("partial-period-left-out", severity="info", value=n) for n in left_out]
    unripe = _unripe(panel)
    ripe = [name for name in over if name not in unripe]
    young = [name for name in over if name in unripe and (not ripe or name > ripe[-1])]
    if young:
        said.append(Fault.of("cohorts-not-ripe", n=len(young), first=young[0], last=young[-1]))
    return (ripe or over)[-1], said


def _unripe(panel: Panel) -> set[str]:
    """Return the cohorts of which a tenth or more is still open and may advance."""
    if panel.mode != "cohort" or panel.immature is None:
        return set()
    still = panel.immature.sum(axis=1)
    all_of = panel.counts[..., 0].sum(axis=1) + (0 if panel.window is None else still)
    return {
        name for name, n, total in zip(panel.periods, still, all_of, strict=True)
        if n >= VETO * max(total, 1)
    }  # fmt: skip


def count_flows(panel: Panel, judged: str, lags: tuple[Array, ...] | None) -> Flows:
    """Return what every rate is made of, up to the judged period, gaps filled as missing."""
    first, last = 0, panel.periods.index(judged) + 1
    names = [n for n in panel.periods[first:last] if n == judged or n not in panel.partial]
    cut = (panel if len(names) == len(panel.periods) else panel.select(periods=names)).regular()
    _, x, missing = cut.flows()
    entered = np.where(cut.missing[..., :-1], np.nan, cut.counts[..., :-1])
    exposed = entered.copy()
    if lags is not None:
        for s, f in enumerate(lags):
            exposed[..., s] = lagged_entrants(entered[..., s], f)
    exposed[missing] = np.nan
    return Flows(exposed, x.astype(np.float64), entered)


def _flags(flows: Flows, found: judge.Verdict, adjusted: bool) -> npt.NDArray[np.int32]:
    """Return what to know of every row, as bits."""
    now = flows.exposed[-1]
    window = found.chosen
    n, x = flows.exposed[-3:], flows.advanced[-3:]
    beyond = np.where(np.isnan(n), 0.0, np.maximum(x - np.nan_to_num(n), 0.0))
    last, several = beyond[-1], beyond.sum(axis=0)
    one, all_three = np.nan_to_num(now), np.nan_to_num(n).sum(axis=0)
    doubt = np.maximum(
        _with_fed(last) / np.maximum(one, 1.0), _with_fed(several) / np.maximum(all_three, 1.0)
    )
    faulty = doubt >= VETO
    before = flows.exposed[:-1]
    left_out = (~np.isnan(before) & (flows.advanced[:-1] > np.nan_to_num(before) + 0.5)).any(axis=0)
    reference = window.reference
    degenerate = (window.source == 1) & (
        (reference.advanced == 0) | (reference.advanced == reference.entered)
    )
    bits = (
        (row.PERIOD_MISSING, np.isnan(now)),
        (row.NO_ENTRANTS, now == 0),
        (row.ABOVE_ONE, np.where(found.window == 3, several, last) > 0),
        (row.UNVERIFIED, faulty & (window.entered > 0)),
        (row.DEGENERATE, degenerate),
        (row.MONTHS_LEFT_OUT, left_out),
        (row.NO_REFERENCE, window.source == 0),
        (row.VOLUME_CHANGED, np.zeros_like(left_out) if adjusted else _volume(flows)),
    )
    flags = np.zeros(now.shape, dtype=np.int32)
    for bit, where in bits:
        flags |= np.where(where, bit, 0).astype(np.int32)
    return flags


def _with_fed(beyond: Array) -> Array:
    """Return who is too many at a step itself, or came too many out of the step before."""
    return np.maximum(beyond, np.pad(beyond, ((0, 0), (1, 0)))[:, :-1])


def _volume(flows: Flows) -> npt.NDArray[np.bool_]:
    """Whether entrants changed so much that, with a delay, the rate of a period misleads."""
    before = flows.entered[-13:-1]
    months = (~np.isnan(before)).sum(axis=0)
    usual = np.nan_to_num(before).sum(axis=0) / np.maximum(months, 1)
    now = np.nan_to_num(flows.entered[-1])
    spread = 3 * np.sqrt(np.maximum(usual, 1.0))  # what chance does
    far = np.abs(now - usual) > VOLUME * usual + spread
    return np.asarray(far & (months >= judge.LEAST_HISTORY))


def _result(
    panel: Panel,
    found: judge.Verdict,
    *,
    money: tuple[float, float] | None,
    caps: Array,
    seed: int,
    **more: Any,
) -> Bottlenecks:
    window = found.chosen
    has = window.source > 0
    reference = np.where(has, window.reference.rate, np.nan)
    sd = np.where(has, np.sqrt(np.where(has, window.reference.variance, 0.0)), np.nan)
    flow = Flow(
        entered=window.entered,
        advanced=window.advanced,
        months=window.months,
        reference=reference,
        reference_sd=sd,
        strength=window.strength,
        ends=ends_of(panel.transitions, panel.win),
    )
    gains = single_gains(
        flow, (found.tier < 3) & has, seed=seed, caps=caps, value=money, level=row.GAIN_LEVEL
    )
    return Bottlenecks(
        transitions=panel.transitions,
        segments=panel.segments,
        seed=seed,
        entered=window.entered.astype(np.int64),
        advanced=window.advanced.astype(np.int64),
        reference=reference,
        reference_sd=sd,
        rho=np.where(has, window.reference.rho, np.nan),
        strength=np.where(has, window.strength, np.nan),
        probability=found.probability,
        probability_1=found.by_window[0],
        probability_3=found.by_window[1],
        detectable=np.where(has & (window.entered > 0), found.detectable, np.nan),
        tier=found.tier,
        window=found.window,
        source=window.source,
        months=window.months,
        history_months=window.reference.months.astype(np.int64),
        history_entered=window.reference.entered.astype(np.int64),
        history_advanced=window.reference.advanced.astype(np.int64),
        value=None if money is None else money[0],
        funnel=panel.funnel,
        attributes=panel.attributes,
        **{**gains, **more},
    )
