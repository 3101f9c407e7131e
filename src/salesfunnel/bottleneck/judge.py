"""From exposed and advanced by month to a verdict on every step: arrays only."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels import betabinomial as bb
from salesfunnel._kernels.power import detectable_drop
from salesfunnel._kernels.series import ewma

Array = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]

LONGEST = 3
"""Months of the longer window."""
SHARED_FROM = 6
"""Months before the longer window from which both windows have one reference."""
LEAST_HISTORY = 3
"""Months below which a history says too little."""
CONFIRMED, SUSPECTED, WATCH = 0.8, 0.5, 0.3
"""Tiers: from this probability on."""
SEEN = 0.2
"""A window that would not show a drop of this share is not enough data for "healthy"."""
DRIFT_ALARM = 2.7
"""Standardised moving average from which a rate drifts (a whole funnel of 5 or 6 steps)."""
DRIFT_MONTHS, BASELINE = (6, 12), (6, 12)
"""Months the drift is followed over, and months of its baseline: fewest, most."""
SOURCES = ("none", "history", "benchmark", "both")


class Prior(NamedTuple):
    """How the history is read."""

    months: int
    month_sd: float
    prior_months: float


class Window(NamedTuple):
    """One window judged against what was before; all of shape (segments, steps)."""

    entered: Array
    advanced: Array
    months: Array  # with counts
    effective: Array
    known: Array  # months of history
    reference: bb.Reference
    strength: Array
    log_bf: Array  # −∞ where it cannot be judged
    detectable: Array
    source: npt.NDArray[np.int8]


def judge_window(
    x: Array, n: Array, width: int, prior: Prior, benchmark: tuple[Array, Array]
) -> Window:
    """Judge the last `width` months of arrays of shape (months, segments, steps), NaN unknown.

    Both windows have one reference, the months before the longer one, so that months that may be
    ill already are no measure; with a short history the shorter window takes all before it.
    """
    cut = max(n.shape[0] - width, 0)
    end = n.shape[0] - LONGEST
    end = end if end >= SHARED_FROM else cut
    there = ~np.isnan(n[cut:])
    n_now = np.where(
        there, np.maximum(np.round(np.nan_to_num(n[cut:])), np.nan_to_num(x[cut:])), 0.0
    )
    x_now = np.where(there, np.nan_to_num(x[cut:]), 0.0)
    before_n, before_x = usable(x[:end][-prior.months :], n[:end][-prior.months :])
    reference = bb.history_reference(
        before_x, before_n, month_sd=prior.month_sd, prior_months=prior.prior_months
    )
    reference, source = with_benchmark(reference, benchmark, prior)
    total = n_now.sum(axis=0)
    effective = bb.effective_months(n_now)
    judged = (source > 0) & there[-1:].any(axis=0)
    if width > 1:
        judged &= (n_now > 0).sum(axis=0) > 1
    safe = reference._replace(variance=np.where(source > 0, reference.variance, 1.0))
    strength = bb.predictive_strength(safe, effective)
    log_bf = np.full(total.shape, -np.inf)
    x_total = x_now.sum(axis=0)
    log_bf[judged] = bb.log_drop_bf(
        x_total[judged], total[judged], safe.rate[judged], strength[judged]
    )
    drop = detectable_drop(
        safe.rate, safe.variance, safe.rho, np.where(judged, total, 0), effective
    )
    return Window(
        total, x_total, (n_now > 0).sum(axis=0).astype(np.float64), effective,
        reference.months, reference, strength, log_bf, drop, source,
    )  # fmt: skip


def usable(x: Array, n: Array) -> tuple[Array, Array]:
    """Return entered and advanced with 0 for months that say nothing: unknown, or x > n."""
    ok = ~np.isnan(n) & (np.nan_to_num(x) <= np.nan_to_num(n) + 0.5)
    entered = np.where(ok, np.round(np.nan_to_num(n)), 0.0)
    return entered, np.where(ok, np.minimum(np.nan_to_num(x), entered), 0.0)


def with_benchmark(
    history: bb.Reference, benchmark: tuple[Array, Array], prior: Prior
) -> tuple[bb.Reference, npt.NDArray[np.int8]]:
    """Return the reference of history, benchmark, or both, and which it is."""
    rate, sd = benchmark
    has = np.broadcast_to(~np.isnan(rate), history.rate.shape)
    enough = history.months >= LEAST_HISTORY
    variance = np.where(enough, history.variance, np.inf)
    both = bb.joined(
        history._replace(variance=variance), rate, np.where(np.isnan(sd), np.inf, sd**2)
    )
    rho = np.where(enough, both.rho, prior.month_sd**2 * both.rate * (1 - both.rate))
    source = np.where(enough, 1, 0) + np.where(has, 2, 0)
    return both._replace(rho=rho), source.astype(np.int8)


def drift(x: Array, n: Array, prior: Prior) -> Array:
    """Return the standardised moving average of the last months against a frozen baseline.

    NaN where the history is too short. The months followed are those of `DRIFT_MONTHS`, the
    baseline are the months before them.
    """
    whole = n.shape[0]
    span = min(max(whole - BASELINE[1], DRIFT_MONTHS[0]), DRIFT_MONTHS[1], whole - BASELINE[0])
    if span < 2:
        return np.full(n.shape[1:], np.nan)
    base_n, base_x = usable(x[: whole - span][-BASELINE[1] :], n[: whole - span][-BASELINE[1] :])
    known = bb.history_reference(
        base_x, base_n, month_sd=prior.month_sd, prior_months=prior.prior_months
    )
    enough = known.months >= LEAST_HISTORY
    safe = known._replace(variance=np.where(enough, known.variance, 1.0))
    now_n, now_x = usable(x[-span:], n[-span:])
    z = bb.z_predictive(now_x, now_n, safe, 1.0)
    scores = np.where((now_n > 0) & enough, np.clip(z, -4.26, 4.26), np.nan)
    p = safe.rate
    own = now_n * p * (1 - p) * (1 + np.maximum(now_n - 1, 0) * safe.rho)
    common = now_n**2 * safe.variance
    with np.errstate(invalid="ignore"):
        shared = np.where(now_n > 0, common / (own + common), 0.0)
    return np.asarray(ewma(scores, shared=shared)[-1])


class Verdict(NamedTuple):
    """The larger of two windows, with what the tiers need; shape (segments, steps)."""

    window: npt.NDArray[np.int8]
    probability: Array
    by_window: Array  # (2, segments, steps)
    tier: npt.NDArray[np.int8]
    chosen: Window
    detectable: Array


def verdict(one: Window, three: Window, steps: int) -> Verdict:
    """Return the verdict that uses the larger probability of both windows."""
    prior = bb.prior_of(steps)
    log_bf = np.stack([one.log_bf, three.log_bf])
    with np.errstate(over="ignore"):
        p = np.where(np.isneginf(log_bf), np.nan, bb.drop_probability(log_bf, prior))
    longer = np.nan_to_num(p[1], nan=-1.0) > np.nan_to_num(p[0], nan=-1.0)
    parts: list[Any] = [_pick(a, b, longer) for a, b in zip(one, three, strict=True)]
    chosen = Window(*parts)
    best = np.where(longer, p[1], p[0])
    detectable = np.minimum(one.detectable, three.detectable)
    filled = np.nan_to_num(best, nan=-1.0)
    tier = np.select(
        [chosen.entered <= 0, filled >= CONFIRMED, filled >= SUSPECTED, filled >= WATCH,
         (filled < 0) | (detectable > SEEN)],
        [4, 0, 1, 2, 4], 3,
    )  # fmt: skip
    return Verdict(
        np.where(longer, 3, 1).astype(np.int8), best, p, tier.astype(np.int8), chosen, detectable
    )


def _pick(one: Any, three: Any, longer: Bool) -> Any:
    if isinstance(one, bb.Reference):
        return bb.Reference(*(np.where(longer, b, a) for a, b in zip(one, three, strict=True)))
    return np.where(longer, three, one)
