"""Bayes factors of a fall by its age and size, for every series: the models are averaged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.rate_model.design import FEWEST_MONTHS, STRUCTURE_PRIOR, Design
from salesfunnel._kernels.rate_model.integrate import Noise, steps_of
from salesfunnel._kernels.rate_model.linearise import (
    Linearised,
    linearise_counts,
    linearise_rates,
)
from salesfunnel._kernels.rate_model.pool import Groups, model_weights
from salesfunnel._kernels.rate_model.window import (
    Counts,
    Family,
    Rates,
    bayes_factors,
    predicted,
    windows,
)

Array = npt.NDArray[np.float64]

RATE_NOISE = (
    Noise(0.04, 0.0, 0.0, 0.18),
    Noise(0.10, 0.0, 0.0, 0.25),
    Noise(0.18, 0.0, 0.0, 0.19),
    Noise(0.30, 0.0, 0.0, 0.14),
    Noise(0.48, 0.0, 0.0, 0.10),
    Noise(0.04, 0.12, 0.8, 0.07),
    Noise(0.04, 0.25, 0.8, 0.07),
)
COUNT_NOISE = (
    Noise(0.05, 0.0, 0.0, 0.15),
    Noise(0.12, 0.0, 0.0, 0.22),
    Noise(0.22, 0.0, 0.0, 0.22),
    Noise(0.38, 0.0, 0.0, 0.15),
    Noise(0.65, 0.0, 0.0, 0.08),
    Noise(0.05, 0.15, 0.8, 0.09),
    Noise(0.05, 0.35, 0.8, 0.09),
)
OLDEST = 8
"""Falls of at most this many months are sought."""
LONGEST = 36
"""Months that count; older ones say little of now."""
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(4)
SIZE_WEIGHTS = _WEIGHTS / 2
RATE_SIZES, COUNT_SIZES = 0.3 + 0.2 * _NODES, 0.5 + 0.35 * _NODES
"""Sizes of a fall: Gauss–Legendre nodes of 10 to 50 %, and of 15 to 85 % for entries."""
CHUNK, BLOCK = 2048, 256
"""Series at a time: while coefficients are integrated, and while counts are compared."""
SINGLE_FROM = 4096
"""From so many series on, counts are compared in single precision (± 1e-4 of a log factor)."""
BENCHMARK_LEVELS = ((0.2, 0.75), (1.0, 0.25))
"""Spread of a rate about a benchmark on the logit, and its weight (a robust prior)."""


class Evidence(NamedTuple):
    """What every series says of falls and rises of its last months."""

    down: Array
    """Bayes factors of a fall against none, shape (ages, sizes, series)."""
    up: Array
    """Of the mirrored rise, same shape."""
    link: Array
    """Expected link of the last a months if nothing happened, shape (ages, series)."""
    variance: Array
    """Its variance, same shape; ∞ where the window is empty."""
    step_variance: Array
    """Variance of the estimate of a step of the last month, shape (series,)."""
    weights: Array
    """Of the models, shape (models, series)."""


class Setting(NamedTuple):
    """What is counted, and which models are averaged."""

    family: Family
    noise: tuple[Noise, ...]
    sizes: Array
    ages: tuple[int, ...]
    """Ages whose evidence is wanted, ascending."""


def rate_setting(months: int) -> Setting:
    """Return the setting of find_bottlenecks: falls of 10 to 50 %, up to eight months old."""
    return Setting(Rates, RATE_NOISE, RATE_SIZES, tuple(range(1, min(OLDEST, months) + 1)))


def count_setting(months: int) -> Setting:
    """Return the setting of entries: falls of 15 to 85 %."""
    return Setting(Counts, COUNT_NOISE, COUNT_SIZES, tuple(range(1, min(OLDEST, months) + 1)))


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
    size = x.shape[1]
    with np.errstate(over="ignore", under="ignore"):
        parts = [
            _learn(x[:, cut], n[:, cut], design, setting, _cut(extra, cut), _cut(benchmark, cut))
            for cut in _cuts(size, CHUNK)
        ]
        joined = [np.concatenate(part, axis=-1) for part in zip(*parts, strict=True)]
        log_likelihood, score, information, expected, fisher = joined
        variants = 1 if benchmark is None else len(BENCHMARK_LEVELS)
        weights = model_weights(log_likelihood, _log_prior(x.shape[0], setting, variants), groups)
        recent = slice(x.shape[0] - setting.ages[-1], None)
        counts = [x[recent], n[recent], expected, fisher]
        late = None if extra is None else extra[recent]
        return _compared(counts, late, (score, information), weights, setting)


def _cuts(size: int, step: int) -> Iterator[slice]:
    return (slice(first, min(first + step, size)) for first in range(0, size, step))


def _cut(values: Array | None, cut: slice) -> Array | None:
    return None if values is None else values[..., cut]


def _log_prior(months: int, setting: Setting, variants: int) -> Array:
    """Return the log prior of the models, in the order of `_learn`."""
    structures = np.array(STRUCTURE_PRIOR if months >= FEWEST_MONTHS else (1.0,))
    shares = np.array([1.0] if variants == 1 else [share for _, share in BENCHMARK_LEVELS])
    noise = np.array([one.prior for one in setting.noise])
    return np.asarray(np.log(noise[:, None, None] * shares[:, None] * structures).ravel())


def _learn(
    x: Array, n: Array, design: Design, setting: Setting, extra: Array | None,
    benchmark: Array | None,
) -> tuple[Array, ...]:  # fmt: skip
    """Return log likelihoods (models, series), scores and informations of steps of every model.

    Scores and informations, shape (models, ages, series), are kept in single precision: they are
    the bulk of the memory.
    """
    if setting.family is Rates:
        linear = linearise_rates(x, n, design)
    else:
        linear = linearise_counts(x, n > 0, design)
    most = setting.ages[-1]
    wanted = np.array(setting.ages) - 1
    likelihoods, scores, informations = [], [], []
    for noise in setting.noise:
        for data, plan in _variants(linear, design, benchmark):
            for step in steps_of(data, plan, noise, most, extra):
                likelihoods.append(step.log_likelihood)
                scores.append(step.score[wanted].astype(np.float32))
                informations.append(step.information[wanted].astype(np.float32))
    recent = slice(x.shape[0] - most, None)
    return (
        np.array(likelihoods), np.array(scores), np.array(informations),
        linear.expected[recent], linear.information[recent],
    )  # fmt: skip


def _variants(
    linear: Linearised, design: Design, benchmark: Array | None
) -> Iterator[tuple[Linearised, Design]]:
    """Yield the data and regressors; twice with a benchmark, about which the level scatters."""
    if benchmark is None:
        yield linear, design
        return
    offset = np.log(benchmark / (1 - benchmark)) - linear.level
    about = linear._replace(response=linear.response - offset * linear.present)
    for sd, _ in BENCHMARK_LEVELS:
        precision = design.precision.copy()
        precision[0] = 1.0 / sd**2
        yield about, design._replace(precision=precision)


def _compared(
    counts: list[Array], extra: Array | None, steps: tuple[Array, Array], weights: Array,
    setting: Setting,
) -> Evidence:  # fmt: skip
    """Return the evidence: per block of series and class of noise, models are averaged."""
    score, information = steps
    models, ages, size = score.shape
    each = models // len(setting.noise)
    kinds = setting.sizes.size
    both = np.zeros((2 * kinds, ages, size))
    mean, square = np.zeros((ages, size)), np.zeros((ages, size))
    step_variance = np.zeros(size)
    wanted = np.array(setting.ages) - 1
    dtype = np.dtype(np.float32 if size >= SINGLE_FROM else np.float64)
    sizes = setting.sizes.astype(dtype)
    for cut in _cuts(size, BLOCK):
        for k, noise in enumerate(setting.noise):
            own = slice(k * each, (k + 1) * each)
            scatter = noise.tau**2 + noise.sigma**2
            added = scatter if extra is None else scatter + extra[:, cut]
            x, n, expected, fisher = (part[:, cut] for part in counts)
            window = windows(x, n, expected, fisher, added, setting.ages[-1])
            window = type(window)(*(part[wanted].astype(dtype, copy=False) for part in window))
            info = information[own, :, cut].astype(dtype)
            found = predicted(setting.family, window, score[own, :, cut].astype(dtype), info)
            share = weights[own, cut]
            factors = bayes_factors(setting.family, window, found, sizes)
            factors *= share[:, None].astype(dtype)
            both[..., cut] += factors.sum(axis=1)
            mean[:, cut] += np.einsum("sc,sac->ac", share, found.link)
            square[:, cut] += np.einsum("sc,sac->ac", share, found.link**2 + found.variance)
            step_variance[cut] += (share / np.maximum(info[:, 0], 1e-12)).sum(axis=0)
    both = both.reshape(2, kinds, ages, size).swapaxes(1, 2)
    return Evidence(both[0], both[1], mean, square - mean**2, step_variance, weights)
