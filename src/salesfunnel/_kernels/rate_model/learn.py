"""What every model says of the series, before models are weighed."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.rate_model.common_trend import linearised
from salesfunnel._kernels.rate_model.design import Design
from salesfunnel._kernels.rate_model.integrate import steps_of
from salesfunnel._kernels.rate_model.linearise import (
    BENCHMARK_LEVELS,
    Linearised,
    about_benchmark,
)
from salesfunnel._kernels.rate_model.model_weights import perhaps_fallen, strongest_fall
from salesfunnel._kernels.rate_model.old_level import old_level
from salesfunnel._kernels.rate_model.setting import SIZE_WEIGHTS, Setting

Array = npt.NDArray[np.float64]

BLOCK = 1024
"""Series at a time: their sums stay in the cache."""
SINGLE: npt.DTypeLike = np.float32
"""Of what is the bulk of the memory."""


class Learned(NamedTuple):
    """Estimates of each model for the series."""

    likelihood: Array  # (models, series)
    score: Array  # (models, ages, series), of `SINGLE`
    information: Array  # same
    slope: Array  # (models, series)
    fallen: Array  # same: see `model_weights.perhaps_fallen`
    strongest: Array  # same: see `model_weights.strongest_fall`
    expected: Array  # (ages, series)
    fisher: Array  # same
    old: Array  # (3, series)


def learn(
    x: Array, n: Array, design: Design, setting: Setting, extra: Array | None,
    benchmark: Array | None, trend: Array | None, *, fallen: bool,
) -> Learned:  # fmt: skip
    """Return what every model says of the series.

    Parameters
    ----------
    x, n, design, setting, extra, benchmark
        See `evidence.evidence`.
    trend : ndarray of float, shape (series,), optional
        Mean of the slope.
    fallen : bool
        Whether it is asked how the likelihood changes if it perhaps fell; 0 otherwise.
    """
    size, ages, last = x.shape[1], len(setting.ages), setting.ages[-1]
    models = log_prior(design, setting, outside=benchmark is not None).size
    out = Learned(
        np.empty((models, size)),
        np.empty((models, ages, size), SINGLE), np.empty((models, ages, size), SINGLE),
        np.empty((models, size)), np.zeros((models, size)), np.empty((models, size)),
        np.empty((last, size)), np.empty((last, size)), np.empty((3, size)),
    )  # fmt: skip
    for first in range(0, size, BLOCK):
        cut = slice(first, min(first + BLOCK, size))
        linear = linearised(x[:, cut], n[:, cut], design, setting)
        _fill(
            Learned(*(part[..., cut] for part in out)), linear, design, setting,
            cut_of(extra, cut), cut_of(benchmark, cut), cut_of(trend, cut),
        )  # fmt: skip
        if fallen:
            link = setting.family.link(out.expected[-1, cut], n[-1, cut])
            _fallen(out, cut, link, setting)
    return out


def _fill(
    out: Learned, linear: Linearised, design: Design, setting: Setting, extra: Array | None,
    benchmark: Array | None, trend: Array | None,
) -> None:  # fmt: skip
    """Write the estimates of a block of series, but for those of falls."""
    last = setting.ages[-1]
    wanted = np.array(setting.ages) - 1
    model = 0
    for noise in setting.noise:
        for data, plan in about_benchmark(linear, design, benchmark):
            for step in steps_of(data, plan, noise, last, extra, trend):
                out.likelihood[model] = step.log_likelihood
                out.score[model] = step.score[wanted]
                out.information[model] = step.information[wanted]
                out.slope[model] = step.slope
                model += 1
    out.strongest[:] = strongest_fall(out.score, out.information)
    out.expected[:], out.fisher[:] = linear.expected[-last:], linear.information[-last:]
    prior = log_prior(design, setting, outside=benchmark is not None)
    out.old[:] = _old(linear, out.likelihood, prior, design.prior.size)


def _fallen(out: Learned, cut: slice, link: Array, setting: Setting) -> None:
    shifts = setting.family.shifts(link)
    lower = np.array([shifts.fall(float(d), np.empty_like(link)) for d in setting.sizes])
    out.fallen[:, cut] = perhaps_fallen(
        out.score[..., cut], out.information[..., cut], -lower, SIZE_WEIGHTS
    )


def cut_of(values: Array | None, cut: Any) -> Array | None:
    """Return the values of some series, None if there are none."""
    return None if values is None else values[..., cut]


def log_prior(design: Design, setting: Setting, *, outside: bool) -> Array:
    """Return the log prior of the models, in the order of `learn`.

    `outside` says whether the level is that of others: then there are two spreads about it.
    """
    shares = np.array([share for _, share in BENCHMARK_LEVELS] if outside else [1.0])
    noise = np.array([one.prior for one in setting.noise])
    return np.asarray(np.log(noise[:, None, None] * shares[:, None] * design.prior).ravel())


def _old(linear: Linearised, likelihood: Array, prior: Array, structures: int) -> Array:
    """Return `old_level` with the models weighed for each series alone."""
    weights = likelihood + prior[:, None]
    weights -= weights.max(axis=0)
    np.exp(weights, out=weights)
    weights /= weights.sum(axis=0)
    by_structure = weights.reshape(-1, structures, weights.shape[1]).sum(axis=0)
    seasonal = by_structure[1:3].sum(axis=0) if structures > 2 else np.zeros(weights.shape[1])
    return np.array(old_level(linear, seasonal))
