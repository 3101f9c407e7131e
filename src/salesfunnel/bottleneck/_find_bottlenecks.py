"""find_bottlenecks: which step holds the funnel back now, how sure are we, what is it worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from salesfunnel._core.arguments import check_period, worth_of
from salesfunnel._core.checks import check_kind, check_positive_int
from salesfunnel._core.errors import DataError
from salesfunnel._core.season import check_season
from salesfunnel.bottleneck import row, row_flags
from salesfunnel.bottleneck.arguments import benchmark_of, capacity_of
from salesfunnel.bottleneck.bottlenecks import Bottlenecks
from salesfunnel.bottleneck.cohort_check import check_against_cohorts
from salesfunnel.bottleneck.flows import Flows, flows_of, settings_of
from salesfunnel.bottleneck.impact import Flow, ends_of, falls_of, single_gains
from salesfunnel.bottleneck.inflow import judge_inflow
from salesfunnel.bottleneck.judge import Settings, judge
from salesfunnel.bottleneck.reference_window import ReferenceWindow
from salesfunnel.bottleneck.verdict import HALF, HEALTHY, NOT_ENOUGH, SEEN, Verdict
from salesfunnel.data.delays import lags_of
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.from_list import OF_LISTS, two_ends
from salesfunnel.data.panel import Panel
from salesfunnel.data.won_values import won_values
from salesfunnel.fault import Fault

__all__ = ["find_bottlenecks"]

Array = npt.NDArray[np.float64]
OPEN_SHARE = 0.1
"""Share of a cohort that may still advance, from which it is too young to judge."""


def find_bottlenecks(
    panel: Panel | StageHistory,
    *,
    period: str | None = None,
    history: int | ReferenceWindow = 12,
    benchmark: object = None,
    lag: object = None,
    value: float | Sequence[float] | None = None,
    seed: int = 0,
    capacity: Mapping[str, float] | None = None,
    cohorts: object = None,
    season: str | None = "auto",
    calendar: str | Mapping[str, float] | None = None,
    pool: bool = True,
    currency: str | None = None,
    rates: object = None,
) -> Bottlenecks:
    """Find the steps that hold the funnel back now, say how sure that is and what it is worth.

    Parameters
    ----------
    panel : Panel or StageHistory
        Counts by period, usually by month. A StageHistory is counted by the month in which deals
        entered each step, with the share of them that has had time to advance. Of a list, which
        does not say when deals entered their stages, only the way from creation to winning is
        judged.
    period : str, optional
        The last period to judge; the last one that is over by default.
    history : int or ReferenceWindow
        How many months before the judged window the classical tests and the figures of the history
        cover. The model itself reads up to 36 months, for season and trend; select periods of the
        panel to read less.
    benchmark : mapping, Benchmark, BenchmarkSet or str, optional
        Rates of others: ``{"intent→won": 0.3}``, or the name of a built-in set. With three months
        or less it is the reference, taken as uncertain; with more it is only shown, and a fault
        says where it disagrees with the history.
    lag : optional
        How long entrants take: shares by month ``[0.5, 0.3, 0.2]`` of all steps or, by source
        step, of each; the median in months; or a StageHistory to estimate it from. Rates are then
        advances ÷ those who could advance.
    value : float or sequence of float, optional
        Mean value of a won deal, or the values of won deals; those of the won deals by default,
        where deals are given.
    seed : int
        Of the draws behind the gains.
    capacity : mapping from str to float, optional
        The most a step can take a period, which caps gains: ``{"offer": 40}``.
    cohorts : Panel or StageHistory, optional
        To confirm by: cohorts of the same steps with a fixed window that is over, or deals to
        make them of. By default the StageHistory given as `lag`, if it is one.
    season : {"auto", None}
        ``"auto"`` weighs a season and a trend by how well the history shows them; None assumes
        that there is no season.
    calendar : str or mapping of str to float, optional
        A country (``"CN"``, ``"US"``, ``"DE-BY"``) whose moving festivals and working days count,
        with the extra ``calendar``; or shares of a moving festival by period.
    pool : bool
        Whether the segments of the call teach each other how many steps fall, when, and how much
        months vary; else every segment stands alone.
    currency, rates : optional
        The currency of the value, and exchange rates, as in `analyze`.

    Returns
    -------
    Bottlenecks
        One row per step and segment, most probable first.

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
    The posterior probability that the rate of a step was lowered by 10 to 50% in one of the last
    eight months and is still lowered, against "only season, trend and the noise of months". It is
    averaged over 28 models: months that scatter by .04 to .48 on the logit, independently or
    stickily; with and without a season, with and without a slope. The share of falls among the
    steps judged together, and their age, are learned from them (empirical Bayes); a row says which
    share was expected. ``definition-changed``: a neighbour moved the other way and the product of
    both rates did not move. Common shocks of all segments are not modelled: where many fall in the
    same month, look for one cause.
    Gains are draws of beta distributions with common random numbers (± 3% of their standard
    deviation). They are counted at the step of the win, where the chain goes on after it (``won``,
    or ``contracts_signed`` of the template), and at the last step otherwise.

    References
    ----------
    Harvey & Durbin (1986), JRSS A 149:187; de Jong & Penzer (1998), JASA 93:796; Hoeting et al.
    (1999), Statistical Science 14:382; Newton et al. (2004), Biostatistics 5:155; Efron (2010),
    Large-Scale Inference. Studies: docs/benchmarks/verdicts.md.

    Examples
    --------
    >>> months = {f"2025-{m:02d}": [300, 105, 40] for m in range(1, 13)}
    >>> months["2026-01"] = [310, 62, 24]
    >>> panel = Panel.from_counts(months, steps=("lead", "offer", "won"))
    >>> worst = find_bottlenecks(panel)[0]
    >>> str(worst.transition), worst.tier, worst.window, round(worst.reference, 2)
    ('lead→offer', 'confirmed', 1, 0.35)
    """
    own = won_values(panel, value, currency, rates)
    of_list: list[Fault] = [] if currency is None and rates is None else [*own.faults]
    if isinstance(panel, StageHistory):
        deals = two_ends(panel)
        of_list += [fault for fault in deals.faults if fault.code in OF_LISTS]
        cohorts = deals if cohorts is None else cohorts
        panel = deals.panel(by="month", mode="entry")
    check_kind("panel", panel, Panel)
    if not panel.transitions or not panel.periods:
        raise DataError(f"'panel' must have two steps and a period at least, got {panel!r}")
    lag, cohorts = (two_ends(x) if isinstance(x, StageHistory) else x for x in (lag, cohorts))
    if cohorts is None and isinstance(lag, StageHistory):
        cohorts = lag
    known = history if isinstance(history, ReferenceWindow) else ReferenceWindow(history)
    check_positive_int("seed", seed, minimum=0)
    judged, faults = _period(panel, period)
    lags = lags_of(lag, panel)
    rate, _, more = benchmark_of(benchmark, panel)
    worth, caps = worth_of(own.value), capacity_of(capacity, panel.steps)
    money = None if worth is None else (worth.mean, worth.se)
    flows = flows_of(panel, judged, lags)
    settings = settings_of(
        flows, panel.by, season=check_season(season), calendar=calendar, history=known,
        together=pool,
    )  # fmt: skip
    found = _judged(flows, panel.segments, settings, rate)
    flags = row_flags.of_counts(flows, found, lags is not None or panel.mode != "period")
    flags |= row_flags.of_history(flows, found, settings, rate)
    if cohorts is not None:
        said = check_against_cohorts(cohorts, panel, judged, settings)
        flags |= np.where(said == 1, row.SEEN_BY_COHORT, 0).astype(np.int32)
        flags |= np.where(said == 2, row.NOT_SEEN_BY_COHORT, 0).astype(np.int32)
    return _result(
        panel, found, flows, settings, money=money, caps=caps, seed=seed,
        period=judged, history=known, flags=flags, benchmark=rate,
        lag_adjusted=flows.extra is not None, currency=own.currency,
        faults=(*of_list, *panel.faults, *faults, *more, *row_flags.of_call(flows, settings)),
    )  # fmt: skip


def _judged(flows: Flows, segments: Sequence[str], settings: Settings, benchmark: Array) -> Verdict:
    """Judge the segments in the order of their names, so that their order does not matter."""
    order = np.argsort(np.array(segments, dtype=np.str_), kind="stable")
    back = np.argsort(order, kind="stable")
    extra = None if flows.extra is None else flows.extra[:, order]
    phi = np.ones(flows.exposed.shape[1:]) if flows.scatter is None else flows.scatter
    x, n = flows.advanced / phi, _trusted(flows) / phi  # so few say as much as these
    found = judge(
        x[:, order], n[:, order], settings, extra=extra, benchmark=benchmark, shown=flows.shown
    )
    parts: list[Any] = [part[:, back] if part.ndim > 2 else part[back] for part in found]
    found = Verdict(*parts)
    if flows.scatter is not None:  # the counts as they were, to the digit
        found = found._replace(**{k: np.round(getattr(found, k) * phi, 9) for k in _COUNTED})
    return _too_early(found, flows)


def _too_early(found: Verdict, flows: Flows) -> Verdict:
    """Let a step be no healthy one where a drop of those who entered last could not show yet."""
    if flows.young is None:
        return found
    with np.errstate(divide="ignore"):
        drop = np.minimum(found.detectable / flows.young, 1.0)
    late = (flows.young < HALF) & (flows.entered[-1] > 0)
    early = late & (found.tier == HEALTHY) & (drop > SEEN)
    return found._replace(
        tier=np.where(early, NOT_ENOUGH, found.tier).astype(np.int8),
        detectable=np.where(early, drop, found.detectable),
    )


def _trusted(flows: Flows) -> Array:
    """Return the exposure without the months before the judged one that say nothing: x > n."""
    n: Array = flows.exposed.copy()
    beyond = flows.advanced[:-1] > np.nan_to_num(n[:-1]) + 0.5
    if flows.extra is None:
        n[:-1][beyond] = np.nan
    return n


def _period(panel: Panel, period: str | None) -> tuple[str, list[Fault]]:
    """Return the period to judge; one that is not over yet only where it is asked for."""
    if period is not None:
        check_period(period, panel.periods)
        partial = period in panel.partial
        return period, [Fault.of("period-not-over", value=period)] if partial else []
    left_out = [name for name in panel.periods if name in panel.partial]
    over = [name for name in panel.periods if name not in panel.partial]
    if not over:
        raise DataError(
            f"'panel' must have a period that is over, got {', '.join(panel.periods)}",
        )
    said = [Fault.of("partial-period-left-out", severity="info", value=n) for n in left_out]
    immature = _immature_names(panel)
    mature = [name for name in over if name not in immature]
    young = [name for name in over if name in immature and (not mature or name > mature[-1])]
    if young:
        said.append(Fault.of("cohorts-not-ripe", n=len(young), first=young[0], last=young[-1]))
    return (mature or over)[-1], said


def _immature_names(panel: Panel) -> set[str]:
    """Return the cohorts of which a tenth or more is still open and may advance."""
    if panel.mode != "cohort" or panel.immature is None:
        return set()
    still = panel.immature.sum(axis=1)
    all_of = panel.counts[..., 0].sum(axis=1) + (0 if panel.window is None else still)
    return {
        name for name, n, total in zip(panel.periods, still, all_of, strict=True)
        if n >= OPEN_SHARE * max(total, 1)
    }  # fmt: skip


def _result(
    panel: Panel, found: Verdict, flows: Flows, settings: Settings, *,
    money: tuple[float, float] | None, caps: Array, seed: int, **more: Any,
) -> Bottlenecks:  # fmt: skip
    ends = ends_of(panel.transitions, panel.win)
    flow = Flow(
        entered=found.entered, advanced=found.advanced, months=found.months,
        reference=found.reference, reference_sd=found.reference_sd, strength=found.strength,
        falls=falls_of(found.probability, found.sizes), ends=ends,
    )  # fmt: skip
    cells = (found.tier < 3) & (found.reference_kind > 0)
    gains = single_gains(flow, cells, seed=seed, caps=caps, value=money, level=row.GAIN_LEVEL)
    usual = np.where(np.isnan(found.reference), 0.0, found.reference)[:, : ends[0] + 1]
    inflow = judge_inflow(
        flows.first, settings, panel.segments, flows.periods, np.prod(usual, axis=1)
    )
    return Bottlenecks(
        transitions=panel.transitions,
        segments=panel.segments,
        seed=seed,
        **{name: getattr(found, name) for name in _SAME},
        entered=np.round(found.entered).astype(np.int64),
        exposed=found.entered,
        advanced=np.round(found.advanced).astype(np.int64),
        history_months=found.history_months.astype(np.int64),
        history_entered=np.round(found.history_entered).astype(np.int64),
        history_advanced=np.round(found.history_advanced).astype(np.int64),
        periods=flows.periods,
        inflow=inflow,
        seasonal=settings.angle is not None,
        value=None if money is None else money[0],
        funnel=panel.funnel,
        attributes=panel.attributes,
        **{**gains, **more},
    )


_COUNTED = ("entered", "advanced", "history_entered", "history_advanced")
_SAME = (
    "reference", "reference_sd", "rho", "strength", "probability", "definition", "prior",
    "detectable", "drift", "tier", "window", "reference_kind", "partner", "pooled", "old_months",
    "old_share", "back_months", "sizes", "months",
)  # fmt: skip
