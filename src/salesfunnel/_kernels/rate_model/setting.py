"""Settings of the search: classes of noise, sizes and ages of falls, for rates and for entries."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.rate_model.integrate import Noise
from salesfunnel._kernels.rate_model.window import Counts, Family, Rates

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
"""Sizes of a fall: Gauss–Legendre nodes of 10 to 50%, and of 15 to 85% for entries."""


class Setting(NamedTuple):
    """The kind of counts, and the models that are averaged."""

    family: Family
    noise: tuple[Noise, ...]
    sizes: Array
    ages: tuple[int, ...]
    """Ages whose evidence is wanted, ascending."""
    learn: bool = True
    """Whether the prior of the models is learned from the group; else that of the table holds."""
    stops: bool = False
    """Whether a step may stop altogether, in addition to falls of the sizes."""

    def month_variance(self, weights: Array) -> Array:
        """Return the expected variance of a month's own effect, shape (series,)."""
        return np.asarray(by_noise(weights, self).T @ [n.variance for n in self.noise])


def rate_setting(months: int) -> Setting:
    """Return the setting of find_bottlenecks: falls of 10 to 50%, up to eight months old."""
    return Setting(
        Rates, RATE_NOISE, RATE_SIZES, tuple(range(1, min(OLDEST, months) + 1)), stops=True
    )


def count_setting(months: int) -> Setting:
    """Return the setting of entries: falls of 15 to 85%."""
    return Setting(Counts, COUNT_NOISE, COUNT_SIZES, tuple(range(1, min(OLDEST, months) + 1)))


def by_noise(weights: Array, setting: Setting) -> Array:
    """Return the weights of the classes of noise, shape (classes, series)."""
    return np.asarray(weights.reshape(len(setting.noise), -1, weights.shape[-1]).sum(axis=1))
