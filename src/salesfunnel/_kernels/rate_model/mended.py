"""Falls that are over: evidence that a rate fell in the last months and has come back since."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.rate_model.common_trend import linearised
from salesfunnel._kernels.rate_model.design import Design
from salesfunnel._kernels.rate_model.integrate import Step, steps_of
from salesfunnel._kernels.rate_model.laplace import bayes_factors
from salesfunnel._kernels.rate_model.linearise import about_benchmark
from salesfunnel._kernels.rate_model.setting import SIZE_WEIGHTS, Setting
from salesfunnel._kernels.rate_model.stops import count_stops
from salesfunnel._kernels.rate_model.window import (
    TINY,
    Family,
    predicted,
    windows,
)

Array = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]

LARGEST_LOG = 300.0


class Mending(NamedTuple):
    """What is needed to ask whether a fall is over."""

    x: Array
    """Counts of the last months, shape (months, series)."""
    n: Array
    link: Array
    """Expected link by age, models averaged, shape (ages, series)."""
    setting: Setting
    factors: Callable[[Bool], Array]
    """Of some series: Bayes factors of falls that are over, averaged over the models."""

    def within(self, span: npt.NDArray[np.int_]) -> Callable[[Bool, Array], Array | None]:
        """Return what gives the factors of series that may be back.

        Called with the series that are asked for and P(age | fall) of all, it looks at those whose
        last month lies at least half way between the other months since the fall began and what
        was expected of them; 0 for all others, and for falls that began before the history of
        `span` months a series; None where no series is looked at.
        """
        ages = self.setting.ages[-1]
        lasted = np.arange(1, ages)
        began = (lasted[:, None] + lasted)[..., None]

        def asked(where: Bool, by_age: Array) -> Array | None:
            at = np.argmax(by_age, axis=0), np.arange(where.size)
            x, n = (np.cumsum(part[::-1], axis=0) for part in (self.x, self.n))
            others, exposed = x[at] - x[0], n[at] - n[0]
            usual = self.setting.family.mean(self.link[at])
            half = 0.5 * (others / np.maximum(exposed, TINY) + usual)
            back = where & (exposed > 0) & (n[0] > 0) & (x[0] >= n[0] * half)
            if not back.any():
                return None
            out = np.zeros((ages - 1, ages - 1, int(where.sum())))
            out[..., back[where]] = np.where(began < span[back], self.factors(back), 0.0)
            return out

        return asked


def mended_by_models(
    x: Array, n: Array, design: Design, setting: Setting, weights: Array,
    extra: Array | None, benchmark: Array | None, trend: Array | None,
) -> Array:  # fmt: skip
    """Return `mended`, averaged over the models with their `weights`, shape (models, series)."""
    linear = linearised(x, n, design, setting)
    ages = setting.ages[-1]
    recent = slice(len(x) - ages, None)
    expected, fisher = linear.expected[recent], linear.information[recent]
    out = np.zeros((max(ages - 1, 0), max(ages - 1, 0), x.shape[1]))
    share = iter(weights)
    for noise in setting.noise:
        scatter = np.full((1, 1, 1), noise.variance)
        if extra is not None:
            scatter = scatter + extra[recent]
        window = windows(x[recent], n[recent], expected, fisher, scatter, ages)
        for data, plan in about_benchmark(linear, design, benchmark):
            for step in steps_of(data, plan, noise, ages, extra, trend, cross=True):
                own = np.moveaxis(np.diagonal(step.information), -1, 0)
                found = predicted(setting.family, window, step.score[None], own[None])
                down = bayes_factors(setting.family, window, found, setting.sizes)
                if setting.stops:
                    count_stops(down, window, found, setting.sizes, SIZE_WEIGHTS)
                down, link = down[: setting.sizes.size, 0], found.link[0]
                out += next(share) * mended(setting.family, step, link, down, setting.sizes)
    return out


def mended(family: Family, step: Step, link: Array, down: Array, sizes: Array) -> Array:
    """Return Bayes factors against none of falls that are over, by one model.

    Those of falls that last, times what the last r months say by not being lowered: the Gaussian
    likelihood of the series knows how months hang together.

    Parameters
    ----------
    family : Rates or Counts
        What is counted.
    step : Step
        Score and information of steps, with the products of steps of different ages.
    link : ndarray of float, shape (ages, series)
        Expected link of the last a months if nothing had happened.
    down : ndarray of float, shape (sizes, ages, series)
        Bayes factors of falls that last.
    sizes : ndarray of float, shape (sizes,)
        Sizes of falls.

    Returns
    -------
    ndarray of float, shape (ages − 1, ages − 1, series)
        By how long the fall lasted, and by how long ago it was mended, both from 1; 0 where their
        sum is beyond the ages.
    """
    ages, size = link.shape
    out = np.zeros((max(ages - 1, 0), max(ages - 1, 0), size))
    shifts = family.shifts(link)
    shift = np.array([-shifts.fall(float(d), np.empty_like(link)) for d in sizes])
    for r in range(1, ages):
        own = step.information[r - 1, r - 1]
        delta = shift[:, r:]
        log = -delta * step.score[r - 1] - delta**2 * (0.5 * own - step.information[r - 1, r:])
        log += np.log(np.maximum(down[:, r:], 1e-300))
        np.minimum(log, LARGEST_LOG, out=log)
        out[: ages - r, r - 1] = np.einsum("das,d->as", np.exp(log), SIZE_WEIGHTS)
    return out
