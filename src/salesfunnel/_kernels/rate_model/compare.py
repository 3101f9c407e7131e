"""Compare the counts of the last months with what every model expects, models averaged."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.rate_model.laplace import Room, bayes_factors
from salesfunnel._kernels.rate_model.setting import SIZE_WEIGHTS, Setting
from salesfunnel._kernels.rate_model.stops import count_stops
from salesfunnel._kernels.rate_model.window import (
    TINY,
    Counts,
    Prediction,
    Window,
    predicted,
    windows,
)

Array = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]
Int = npt.NDArray[np.intp]

BLOCK = 256
"""Series at a time."""


class Recent(NamedTuple):
    """The last months of the series, shape (months, series)."""

    x: Array
    n: Array
    expected: Array
    """Counts at the expansion point, and the information of a month there."""
    information: Array
    extra: Array | None
    """Extra variance of a month."""

    def of(self, take: Callable[[Array], Array]) -> Recent:
        """Return what is taken of every part."""
        extra = None if self.extra is None else take(self.extra)
        return Recent(
            take(self.x), take(self.n), take(self.expected), take(self.information), extra
        )


class Compared(NamedTuple):
    """Bayes factors and predictions, averaged over the models."""

    down: Array
    """Shape (ages, sizes, series)."""
    up: Array
    link: Array
    """Shape (ages, series)."""
    variance: Array
    step_variance: Array
    """Shape (series,)."""


def compare(
    recent: Recent, score: Array, information: Array, weights: Array, setting: Setting
) -> Compared:
    """Return what the models say of the last months together.

    Models that weigh nothing for a series are left out. Series that share their models are put
    beside each other, so that a block of series skips those that none of them needs.

    Parameters
    ----------
    recent : Recent
        The counts.
    score, information : ndarray of float32, shape (models, ages, series)
        Of a step, by every model.
    weights : ndarray of float, shape (models, series)
        Of the models; classes of noise one after the other.
    setting : Setting
        What is counted and sought.
    """
    each = len(weights) // len(setting.noise)
    order = _alike(weights > 0)
    score, information, weights = (_put(part, order) for part in (score, information, weights))
    recent = recent.of(lambda part: _put(part, order))
    room = Room()
    parts = []
    for first in range(0, order.size, BLOCK):
        cut = slice(first, first + BLOCK)
        used = np.flatnonzero((weights[:, cut] > 0).any(axis=1))
        here = recent.of(lambda part: part[:, cut])  # noqa: B023 - called at once
        parts.append(_block(
            here, used // each, score[used, :, cut], information[used, :, cut],
            weights[used, cut], setting, room,
        ))  # fmt: skip
    back = np.empty_like(order)
    back[order] = np.arange(order.size)
    return Compared(
        *(_put(np.concatenate(part, axis=-1), back) for part in zip(*parts, strict=True))
    )


def _put(values: Array, order: Int) -> Array:
    """Return the series in an order."""
    return np.asarray(np.take(values, order, axis=-1))


def _block(
    recent: Recent, class_of: Int, score: Array, information: Array, weights: Array,
    setting: Setting, room: Room,
) -> Compared:  # fmt: skip
    """Return the same of a block of series, by the models of these classes of noise."""
    scatter = np.array([noise.variance for noise in setting.noise])[:, None, None]
    classes, of = np.unique(class_of, return_inverse=True)
    added = scatter[classes]
    if recent.extra is not None:
        added = added + recent.extra
    wanted = np.array(setting.ages) - 1
    window = windows(*recent[:4], added, setting.ages[-1])
    window = Window(*(part[:, wanted][of] for part in window))
    information = information.astype(np.float64)
    found = predicted(setting.family, window, score.astype(np.float64), information)
    factors = bayes_factors(setting.family, window, found, setting.sizes, room)
    if setting.stops:
        count_stops(factors, window, found, setting.sizes, SIZE_WEIGHTS)
    both = np.einsum("kmac,mc->akc", factors, weights)
    link = _link(window, found, setting)
    mean = np.einsum("mc,mac->ac", weights, link)
    link -= mean
    link *= link
    link += found.variance
    return Compared(
        both[:, : setting.sizes.size], both[:, setting.sizes.size :],
        mean, np.einsum("mc,mac->ac", weights, link),
        (weights / np.maximum(information[:, 0], TINY)).sum(axis=0),
    )  # fmt: skip


def _link(window: Window, found: Prediction, setting: Setting) -> Array:
    """Return the expected link of the window; of entries that of the last month instead."""
    if setting.family is not Counts:
        return found.link
    last, whole = window.expected[:, :1], window.expected
    return np.asarray(found.link + np.log(np.maximum(last, TINY) / np.maximum(whole, TINY)))


def _alike(counted: Bool) -> Int:
    """Return an order of the series in which those that need the same models are neighbours.

    By the models that the fewest series need first: so few blocks are left that need them.
    """
    rare = counted[np.argsort(counted.sum(axis=1), kind="stable")]
    key = np.packbits(rare, axis=0)
    return np.lexsort(key[::-1])
