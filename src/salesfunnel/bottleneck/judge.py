"""From exposed and advanced by month to a verdict on every step: arrays only."""

from __future__ import annotations

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.rate_model import pool
from salesfunnel._kernels.rate_model.design import design
from salesfunnel._kernels.rate_model.evidence import Evidence, evidence
from salesfunnel._kernels.rate_model.foreign import moved_benchmark
from salesfunnel._kernels.rate_model.integrate import Noise
from salesfunnel._kernels.rate_model.setting import (
    OLDEST,
    RATE_NOISE,
    RATE_SIZES,
    SIZE_WEIGHTS,
    Setting,
    rate_setting,
)
from salesfunnel.bottleneck.verdict import Verdict, sigmoid, verdict_of

Array = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]

FEW_MONTHS = 3
"""Up to so many months a benchmark is used; with more the history knows better."""
BENCHMARK_SD = 0.2
"""Spread of a rate about a benchmark, on the logit."""


@attrs.frozen(kw_only=True, eq=False)
class Settings:
    """How the months are read.

    Parameters
    ----------
    angle : ndarray of float, shape (months,), or None
        Time of the year; None without a season.
    festivals, workdays : ndarray of float or None
        Of a calendar, shapes (k, months) and (months,).
    a_month : float
        Months from one period to the next.
    together : bool
        Whether what segments say of each other counts.
    month_to_month_sd, prior_months : float or None
        What is known of the months' scatter, and how many months that is worth.
    history_months : int
        How many months before the window the figures of the history cover.
    """

    angle: Array | None = None
    festivals: Array | None = None
    workdays: Array | None = None
    a_month: float = 1.0
    together: bool = True
    month_to_month_sd: float | None = None
    prior_months: float = 4.0
    history_months: int = 12

    def last(self, months: int) -> Settings:
        """Return the same of the last months."""

        def cut(values: Array | None) -> Array | None:
            return None if values is None else values[..., -months:]

        return attrs.evolve(
            self,
            angle=cut(self.angle), festivals=cut(self.festivals), workdays=cut(self.workdays),
        )  # fmt: skip

    def noise(self, classes: tuple[Noise, ...]) -> tuple[Noise, ...]:
        """Return the classes of noise, weighted by what is known of the scatter."""
        if self.month_to_month_sd is None:
            return classes
        sd = np.array([np.hypot(one.tau, one.sigma) for one in classes])
        # as if so many months of this mean square had been seen
        near = -self.prior_months * (np.log(sd) + 0.5 * (self.month_to_month_sd / sd) ** 2)
        prior = np.array([one.prior for one in classes]) * np.exp(near - near.max())
        prior /= prior.sum()
        return tuple(one._replace(prior=p) for one, p in zip(classes, prior, strict=True))


def judge(
    x: Array, n: Array, settings: Settings, *, extra: Array | None = None,
    benchmark: Array | None = None, shown: float = 1.0,
) -> Verdict:  # fmt: skip
    """Judge the last month of arrays of shape (months, segments, steps), NaN where not known.

    Parameters
    ----------
    x, n : ndarray of float
        Advanced, and exposed: who could advance.
    settings : Settings
        How months are read.
    extra : ndarray of float, same shape, optional
        Extra variance of a month on the logit, from uncertain exposure.
    benchmark : ndarray of float, shape (steps,), optional
        Rates of others, NaN if there is none; used with few months only.
    shown : float
        Share of a drop that the rates of the last months show, in (0, 1].
    """
    shape = n.shape[1:]
    there = ~np.isnan(n)
    flat_n = np.where(there, np.maximum(np.nan_to_num(n), np.nan_to_num(x)), 0.0)
    flat_x = np.where(there, np.nan_to_num(x), 0.0)
    flat_n, flat_x = (v.reshape(len(n), -1) for v in (flat_n, flat_x))
    more = None if extra is None else np.nan_to_num(extra).reshape(len(n), -1)
    parts = _judged(flat_x, flat_n, shape, settings, more, None, shown)
    rate = np.full(shape[1], np.nan) if benchmark is None else benchmark
    few = (flat_n > 0).sum(axis=0) <= FEW_MONTHS
    outside = few & np.broadcast_to(~np.isnan(rate), shape).ravel()
    if outside.any():
        # with hardly a history the benchmark is the reference
        last = min(FEW_MONTHS, len(n))
        other = _judged(
            flat_x[-last:], flat_n[-last:], shape, settings.last(last),
            None if more is None else more[-last:], benchmark_used(flat_x, flat_n, rate).ravel(),
            shown,
        )  # fmt: skip
        parts = [np.where(outside, b, a) for a, b in zip(parts, other, strict=True)]
    return verdict_of(
        flat_x, flat_n, shape, parts, outside, there[-1].ravel(), settings.history_months
    )


def benchmark_used(x: Array, n: Array, benchmark: Array) -> Array:
    """Return the benchmark that is used with few months of shape (months, ..., steps)."""
    x, n = (np.nan_to_num(part[-FEW_MONTHS:]) for part in (x, n))
    x, n = (part.reshape(len(part), -1, benchmark.size) for part in (x, n))
    return moved_benchmark(x, np.maximum(n, x), benchmark)


def _judged(
    x: Array, n: Array, shape: tuple[int, ...], settings: Settings, extra: Array | None,
    benchmark: Array | None, shown: float,
) -> list[Array]:  # fmt: skip
    """Return the arrays of all series, in the order that `verdict_of` reads; series run last."""
    months, size = n.shape
    segments, steps = shape
    plan = design(
        months, settings.angle, settings.festivals, workdays=settings.workdays,
        a_month=settings.a_month,
    )  # fmt: skip
    starts = [0] if settings.together and segments > 1 else range(0, size, steps)
    groups = pool.Groups(np.array(starts, dtype=np.intp), size)
    base = rate_setting(months)
    setting = base._replace(noise=settings.noise(RATE_NOISE), sizes=base.sizes * shown)
    found = evidence(x, n, plan, groups, setting, extra=extra, benchmark=benchmark)
    down, up = found.down, found.up
    span = months - np.argmax(n > 0, axis=0)  # a series that began late has less history
    if benchmark is None:
        ages = np.arange(1, down.shape[0] + 1)
        hidden = ages[:, None] >= span
        if hidden.any():
            down, up = (np.where(hidden[:, None], 1.0, part) for part in (down, up))
    outside = benchmark is not None
    out = pool.pooled(
        down, up, SIZE_WEIGHTS, steps, groups,
        visible=months if outside else max(months - 1, 1), outside=outside,
        mended=found.mending.within(span + outside),
    )  # fmt: skip
    return _arranged(found, out, setting, groups, shape)


def _arranged(
    found: Evidence, out: pool.Pooled, setting: Setting, groups: pool.Groups,
    shape: tuple[int, ...],
) -> list[Array]:  # fmt: skip
    """Return what `verdict_of` needs, padded to `OLDEST` ages so that two runs can be joined."""
    size = found.down.shape[-1]

    def padded(values: Array) -> Array:
        more = OLDEST - values.shape[0]
        return np.concatenate([values, np.zeros((more, size))]) if more else values

    definition, partner = _definitions(out, shape)
    share = groups.spread(out.share) * np.ones(size)
    first = groups.spread(out.onset[0]) * np.ones(size)
    return [
        out.fall, definition, partner, padded(out.by_age),
        _on_rate_sizes(setting.sizes) @ out.by_size, padded(found.link),
        padded(found.variance), setting.month_variance(found.weights), share,
        groups.spread(groups.sizes) * np.ones(size), _detectable(found, share, first),
        found.slope, *found.old, out.mended.sum(axis=0), _back_for(out.mended),
    ]  # fmt: skip


def _on_rate_sizes(sizes: Array) -> Array:
    """Return the weights of `RATE_SIZES` that have the means of `sizes`, (rate sizes, sizes)."""
    each = [np.interp(sizes, RATE_SIZES, one) for one in np.eye(RATE_SIZES.size)]
    return np.array(each)


def _back_for(mended: Array) -> Array:
    """Return how many months ago a fall was most probably mended; 0 where none can be."""
    none = np.zeros((1, mended.shape[1]))
    return np.asarray(np.argmax(np.concatenate([none, mended]), axis=0), dtype=np.float64)


def _definitions(out: pool.Pooled, shape: tuple[int, ...]) -> tuple[Array, Array]:
    """Return P(the gate to a neighbour moved) for the one of two that fell, and the neighbour."""
    steps = shape[1]
    p, partner = np.zeros(shape), np.full(shape, -1.0)
    fall = out.fall.reshape(shape)
    for k in range(steps - 1):
        moved = out.definition[:, k]
        left = fall[:, k] >= fall[:, k + 1]
        for mine, other, hit in ((k, k + 1, left), (k + 1, k, ~left)):
            better = hit & (moved > p[:, mine])
            p[better, mine] = moved[better]
            partner[better, mine] = other
    return p.ravel(), partner.ravel()


def _detectable(found: Evidence, share: Array, first: Array) -> Array:
    """Return the fall of the last month that would raise an alarm half of the time."""
    sd = np.sqrt(np.minimum(found.step_variance, 1e6))
    log_odds = np.log((1 - share) / (share * np.maximum(first, 1e-9)))
    delta = sd * np.sqrt(2 * log_odds + 1)
    p = sigmoid(found.link[0])
    return np.asarray(np.clip(1 - sigmoid(found.link[0] - delta) / p, 0.0, 1.0))
