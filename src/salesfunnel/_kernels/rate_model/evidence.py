"""Bayes factors of a fall by its age and size, for every series: the models are averaged."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.rate_model.blocks import in_blocks
from salesfunnel._kernels.rate_model.common_trend import FEWEST_MONTHS, common_trend
from salesfunnel._kernels.rate_model.compare import Compared, Recent, compare
from salesfunnel._kernels.rate_model.design import Design
from salesfunnel._kernels.rate_model.learn import Learned, cut_of, learn, log_prior
from salesfunnel._kernels.rate_model.mended import Mending, mended_by_models
from salesfunnel._kernels.rate_model.model_weights import model_weights, that_matter
from salesfunnel._kernels.rate_model.pool import MANY_SERIES, Groups
from salesfunnel._kernels.rate_model.setting import OLDEST, Setting
from salesfunnel._kernels.rate_model.window import TINY

Array = npt.NDArray[np.float64]

CHUNK = 4096
"""Series that are kept together, and among which those that need the same models are sorted."""
LEFT_OUT_FROM = 512
"""From so many series on, models that cannot matter are left out; fewer need no haste."""


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
    recent = slice(x.shape[0] - setting.ages[-1], None)
    long = x.shape[0] - OLDEST >= FEWEST_MONTHS
    many = setting.learn and long and bool((groups.sizes >= MANY_SERIES).any())

    def learned(cut: slice) -> Learned:
        given = cut_of(extra, cut), cut_of(benchmark, cut), cut_of(trend, cut)
        return learn(x[:, cut], n[:, cut], design, setting, *given, fallen=many)

    def over(where: npt.NDArray[np.bool_]) -> Array:
        given = cut_of(extra, where), cut_of(benchmark, where), cut_of(trend, where)
        return mended_by_models(
            x[:, where], n[:, where], design, setting, weights[:, where], *given
        )

    parts = in_blocks(learned, x.shape[1], CHUNK)
    likelihood, slope, fallen, strongest, old = (
        np.concatenate([getattr(part, name) for part in parts], axis=-1)
        for name in ("likelihood", "slope", "fallen", "strongest", "old")
    )
    fallen *= groups.spread(groups.sizes) >= MANY_SERIES
    weights = model_weights(
        likelihood, log_prior(design, setting, outside=benchmark is not None), groups,
        learn=setting.learn, fallen=fallen if many else None,
    )  # fmt: skip
    used = that_matter(weights, strongest) if x.shape[1] >= LEFT_OUT_FROM else weights

    def compared(cut: slice) -> Compared:
        part = parts[cut.start // CHUNK]
        late = cut_of(extra, cut)
        counts = Recent(
            x[recent, cut], n[recent, cut], part.expected, part.fisher,
            None if late is None else late[recent],
        )  # fmt: skip
        return compare(counts, part.score, part.information, used[:, cut], setting)

    found = Compared(
        *(np.concatenate(each, axis=-1)
          for each in zip(*in_blocks(compared, x.shape[1], CHUNK), strict=True))
    )  # fmt: skip
    sloped = weights * (slope != 0)
    slope = (sloped * slope).sum(axis=0) / np.maximum(sloped.sum(axis=0), TINY)
    return Evidence(
        *found, weights, slope, (old[0], old[1], old[2]),
        Mending(x[recent], n[recent], found.link, setting, over),
    )  # fmt: skip
