"""Bayes factors of a fall by its age and size, for every series: the models are averaged."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.processors import parallel_map, usable_processors
from salesfunnel._kernels.rate_model.common_trend import FEWEST_MONTHS, common_trend, linearised
from salesfunnel._kernels.rate_model.design import Design
from salesfunnel._kernels.rate_model.integrate import steps_of
from salesfunnel._kernels.rate_model.linearise import (
    BENCHMARK_LEVELS,
    Linearised,
    about_benchmark,
)
from salesfunnel._kernels.rate_model.mended import Mending, mended_by_models
from salesfunnel._kernels.rate_model.model_weights import model_weights, perhaps_fallen
from salesfunnel._kernels.rate_model.old_level import old_level
from salesfunnel._kernels.rate_model.pool import MANY_SERIES, Groups
from salesfunnel._kernels.rate_model.setting import OLDEST, SIZE_WEIGHTS, Setting
from salesfunnel._kernels.rate_model.stops import count_stops
from salesfunnel._kernels.rate_model.window import (
    TINY,
    Counts,
    Window,
    bayes_factors,
    predicted,
    windows,
)

Array = npt.NDArray[np.float64]
T = TypeVar("T")

CHUNK, BLOCK = 2048, 512
"""Series at a time: while coefficients are integrated, and while counts are compared."""
SINGLE_FROM = 4096
"""From this many series on, counts are compared in single precision (± 1e-4 of a log factor)."""
THREADS_FROM, MOST_THREADS = 8192, 4
"""From this many series on, work is shared by threads; the result is the same."""


class Evidence(NamedTuple):
    """Evidence of each series for falls and rises of its last months."""

    down: Array
    """Bayes factors of a fall against none, shape (ages, sizes, series)."""
    up: Array
    """Of the mirrored rise, same shape."""
    link: Array
    """Expected link of the last a months if nothing happened, shape (ages, series).

    Of entries: of the last month, as expected from before the last a months.
    """
    variance: Array
    """Its variance, same shape; ∞ where the window is empty."""
    step_variance: Array
    """Variance of the estimate of a step of the last month, shape (series,)."""
    weights: Array
    """Of the models, shape (models, series)."""
    slope: Array
    """The slope in units of its standard deviation, season taken out, shape (series,)."""
    old: tuple[Array, Array, Array]
    """See `old_level.old_level`."""
    mending: Mending
    """What is needed to ask whether a fall is over."""


def evidence(
    x: Array,
    n: Array,
    design: Design,
    groups: Groups,
    setting: Setting,
    *,
    extra: Array | None = None,
    benchmark: Array | None = None,
) -> Evidence:
    """Return the Bayes factors of falls and rises of every series.

    Parameters
    ----------
    x, n : ndarray of float, shape (months, series)
        Counts and exposure, x ≤ n; n = 0 is a month without a likelihood. For entries n is 1
        where the month is known.
    design : Design
        The regressors.
    groups : Groups
        Series that share what is learned of the weights of models.
    setting : Setting
        What is counted and sought.
    extra : ndarray of float, shape (months, series), optional
        Extra variance of a month on the linked scale, as from uncertain exposure.
    benchmark : ndarray of float, shape (series,), optional
        Rates of others, in (0, 1): the level's prior, for histories of three months or less.
    """
    trend = common_trend(x, n, design, groups, setting) if setting.learn else None

    def learn(cut: slice) -> _Learned:
        given = _cut(extra, cut), _cut(benchmark, cut), _cut(trend, cut)
        return _learn(x[:, cut], n[:, cut], design, setting, *given)

    parts = _each(learn, x.shape[1], CHUNK)
    joined = _Learned(*(np.concatenate(part, axis=-1) for part in zip(*parts, strict=True)))
    variants = 1 if benchmark is None else len(BENCHMARK_LEVELS)
    prior = _log_prior(design, setting, variants)
    recent = slice(x.shape[0] - setting.ages[-1], None)
    fallen = None
    long = x.shape[0] - OLDEST >= FEWEST_MONTHS
    if setting.learn and long and (groups.sizes >= MANY_SERIES).any():
        link = setting.family.link(joined.expected[-1], n[-1])
        shift = setting.family.shifts(link, setting.sizes)[1 : setting.sizes.size + 1]
        fallen = perhaps_fallen(joined.score, joined.information, shift, SIZE_WEIGHTS)
        fallen *= groups.spread(groups.sizes) >= MANY_SERIES
    weights = model_weights(joined.likelihood, prior, groups, learn=setting.learn, fallen=fallen)
    counts = [x[recent], n[recent], joined.expected, joined.fisher]
    late = None if extra is None else extra[recent]

    def over(where: npt.NDArray[np.bool_]) -> Array:
        given = _cut(extra, where), _cut(benchmark, where), _cut(trend, where)
        return mended_by_models(
            x[:, where], n[:, where], design, setting, weights[:, where], *given
        )

    return _compared(counts, late, joined, weights, setting, over)


class _Learned(NamedTuple):
    """Estimates of each model for the series, before models are weighted."""

    likelihood: Array  # (models, series)
    score: Array  # (models, ages, series), single precision: the bulk of the memory
    information: Array  # same
    slope: Array  # (models, series)
    expected: Array  # (ages, series)
    fisher: Array  # same
    old: Array  # (3, series)


def _each(function: Callable[[slice], T], size: int, step: int) -> list[T]:
    """Return the function's values for slices of series; in threads where there are many."""
    cuts = [slice(first, min(first + step, size)) for first in range(0, size, step)]
    workers = min(usable_processors(), MOST_THREADS) if size >= THREADS_FROM else 1

    def safe(cut: slice) -> T:
        with np.errstate(over="ignore", under="ignore"):
            return function(cut)

    return parallel_map(safe, cuts, workers)


def _cut(values: Array | None, cut: slice | npt.NDArray[np.bool_]) -> Array | None:
    return None if values is None else values[..., cut]


def _log_prior(design: Design, setting: Setting, variants: int) -> Array:
    """Return the log prior of the models, in the order of `_learn`."""
    shares = np.array([1.0] if variants == 1 else [share for _, share in BENCHMARK_LEVELS])
    noise = np.array([one.prior for one in setting.noise])
    return np.asarray(np.log(noise[:, None, None] * shares[:, None] * design.prior).ravel())


def _learn(
    x: Array, n: Array, design: Design, setting: Setting, extra: Array | None,
    benchmark: Array | None, trend: Array | None,
) -> _Learned:  # fmt: skip
    """Return what every model says of the series."""
    linear = linearised(x, n, design, setting)
    most = setting.ages[-1]
    wanted = np.array(setting.ages) - 1
    likelihoods, scores, informations, slopes = [], [], [], []
    for noise in setting.noise:
        for data, plan in about_benchmark(linear, design, benchmark):
            for step in steps_of(data, plan, noise, most, extra, trend):
                likelihoods.append(step.log_likelihood)
                scores.append(step.score[wanted].astype(np.float32))
                informations.append(step.information[wanted].astype(np.float32))
                slopes.append(step.slope)
    likelihood = np.array(likelihoods)
    recent = slice(x.shape[0] - most, None)
    return _Learned(
        likelihood, np.array(scores), np.array(informations), np.array(slopes),
        linear.expected[recent], linear.information[recent],
        np.array(_old(linear, likelihood, design, setting)),
    )  # fmt: skip


def _old(
    linear: Linearised, likelihood: Array, design: Design, setting: Setting
) -> tuple[Array, Array, Array]:
    """Return `old_level` with the models weighed for each series alone."""
    variants = likelihood.shape[0] // (len(setting.noise) * design.prior.size)
    weights = likelihood + _log_prior(design, setting, variants)[:, None]
    weights = np.exp(weights - weights.max(axis=0))
    weights /= weights.sum(axis=0)
    by_structure = weights.reshape(-1, design.prior.size, weights.shape[1]).sum(axis=0)
    seasonal = (
        by_structure[1:3].sum(axis=0) if design.prior.size > 2 else np.zeros(weights.shape[1])
    )
    return old_level(linear, seasonal)


def _compared(
    counts: list[Array], extra: Array | None, learned: _Learned, weights: Array, setting: Setting,
    over: Callable[[npt.NDArray[np.bool_]], Array],
) -> Evidence:  # fmt: skip
    """Return the evidence: per block of series and class of noise, models are averaged."""
    models, ages, size = learned.score.shape
    each = models // len(setting.noise)
    kinds = setting.sizes.size
    both = np.zeros((2 * kinds, ages, size))
    mean, square = np.zeros((ages, size)), np.zeros((ages, size))
    step_variance = np.zeros(size)
    wanted = np.array(setting.ages) - 1
    dtype = np.dtype(np.float32 if size >= SINGLE_FROM else np.float64)
    about = np.zeros((ages, size), dtype=dtype)  # links are averaged about it: no digits are lost
    sizes = setting.sizes.astype(dtype)

    def compare(cut: slice) -> None:
        x, n, expected, fisher = (part[:, cut] for part in counts)
        for k, noise in enumerate(setting.noise):
            own = slice(k * each, (k + 1) * each)
            scatter = noise.tau**2 + noise.sigma**2
            added = scatter if extra is None else scatter + extra[:, cut]
            window = windows(x, n, expected, fisher, added, setting.ages[-1])
            window = Window(*(part[wanted].astype(dtype, copy=False) for part in window))
            score = learned.score[own, :, cut].astype(dtype, copy=False)
            info = learned.information[own, :, cut].astype(dtype, copy=False)
            found = predicted(setting.family, window, score, info)
            share = weights[own, cut].astype(dtype)
            factors = bayes_factors(setting.family, window, found, sizes)
            if setting.stops:
                count_stops(factors, window, found, sizes, SIZE_WEIGHTS)
            # an overflow stays a number: infinity times a model of no weight would be none
            np.minimum(factors, np.finfo(dtype).max / 1e6, out=factors)
            both[..., cut] += np.einsum("ksac,sc->kac", factors, share)
            link = found.link
            if setting.family is Counts:  # of the last month instead of the whole window
                link = link + np.log(
                    np.maximum(window.expected[0], TINY) / np.maximum(window.expected, TINY)
                )
            if not k:
                about[:, cut] = link[0]
            off = link - about[:, cut]
            mean[:, cut] += np.einsum("sc,sac->ac", share, off)
            off *= off
            off += found.variance
            square[:, cut] += np.einsum("sc,sac->ac", share, off)
            step_variance[cut] += (share / np.maximum(info[:, 0], 1e-12)).sum(axis=0)

    _each(compare, size, BLOCK)
    both = both.reshape(2, kinds, ages, size).swapaxes(1, 2)
    sloped = weights * (learned.slope != 0)
    slope = (sloped * learned.slope).sum(axis=0) / np.maximum(sloped.sum(axis=0), 1e-12)
    return Evidence(
        both[0], both[1], about + mean, square - mean**2, step_variance, weights, slope,
        (learned.old[0], learned.old[1], learned.old[2]),
        Mending(counts[0], counts[1], about + mean, setting, over),
    )  # fmt: skip
