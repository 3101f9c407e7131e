"""Has a rate risen since a known day: the model of a rate with the age of the change given.

Where nobody knows when a rate changed, months that stick to each other and a slope are told apart
by how common they are among all steps. Where the day is known, both do the same harm: the rate has
wandered since the months it is compared with. So a slope is as probable as none here. In a
short history a slope covers sticky months too; from `STICKY_MONTHS` on a slope of the whole
history no longer does, and sticky months are classes of their own (two years of AR .7: .08 false
without them).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.rate_model import pool
from salesfunnel._kernels.rate_model.design import design
from salesfunnel._kernels.rate_model.evidence import evidence
from salesfunnel._kernels.rate_model.setting import RATE_NOISE, SIZE_WEIGHTS, Setting
from salesfunnel._kernels.rate_model.window import Rates

Array = npt.NDArray[np.float64]

STRUCTURES = (1 / 3, 1 / 6, 1 / 6, 1 / 3)
"""Level alone, season, both, slope: a slope as probable as none, a season in one of three."""
SHORT = tuple(noise for noise in RATE_NOISE if not noise.phi)
STICKY_MONTHS = 18
"""Months of history, those since the day included, from which on months may stick."""
RISES = 0.275 + 0.225 * np.polynomial.legendre.leggauss(4)[0]
"""Rises of 5 to 50%."""


class Risen(NamedTuple):
    """Evidence for a rise since a day; arrays of shape (series,)."""

    factor: Array
    """Bayes factor of a rise against "as before"."""
    plan_ratio: Array
    """Likelihood of the rise that was promised against "as before"."""
    link: Array
    """Expected log odds since the day if nothing changed."""
    variance: Array


def risen(x: Array, n: Array, age: int, angle: Array | None, at: Array, planned: float) -> Risen:
    """Judge every series since its last `age` blocks.

    Parameters
    ----------
    x, n : ndarray of float, shape (blocks, series)
        Advanced and entered, x ≤ n.
    age : int
        How many blocks lie after the day, at least 1.
    angle : ndarray of float, shape (blocks,), or None
        Time of the year of every block, in radians.
    at : ndarray of float, shape (blocks,)
        The time of every block, in months.
    planned : float
        The relative rise that was promised, above 0.
    """
    plan = design(len(n), angle, at=at)._replace(structures=STRUCTURES)
    rises = np.append(RISES, planned)
    noise = RATE_NOISE if np.ptp(at) + 1 >= STICKY_MONTHS else SHORT
    setting = Setting(Rates, noise, rises / (1 + rises), (age,))
    series = x.shape[1]
    groups = pool.Groups(np.arange(series), series)
    found = evidence(x, n, plan, groups, setting)
    up = found.up[0]
    return Risen(SIZE_WEIGHTS @ up[: RISES.size], up[-1], found.link[0], found.variance[0])
