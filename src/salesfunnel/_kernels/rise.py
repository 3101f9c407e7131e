"""Has a rate risen above, or fallen below, what it used to be. Arguments are already validated.

The beta-binomial probability of the count at a materially higher, or lower, rate against that at
the usual one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.betabinomial import (
    drop_probability,
    history_reference,
    log_drop_bf,
    log_mass,
    predictive_range,
    predictive_strength,
)

RISES = (0.15, 0.3, 0.5, 1.0)
"""How much higher a rate may be, relative to the usual one."""
PRIOR = 0.25
_TOP = 0.98


def log_rise_bf(x: int, n: int, rate: float, strength: float) -> float:
    """Return the log Bayes factor of "the rate rose by a material share" against "as before"."""
    if n <= 0:
        return 0.0
    higher = np.minimum(rate * (1 + np.asarray(RISES)), np.maximum(_TOP, rate))
    before = log_mass(x, n, rate * strength, (1 - rate) * strength)
    after = log_mass(x, n, higher * strength, (1 - higher) * strength)
    top = float(after.max())
    return top + float(np.log(np.exp(after - top).mean())) - float(before)


class Change(NamedTuple):
    """What is usual, and whether this period is above or below it."""

    expected: float
    low: float
    high: float
    more: float
    """Probability that the rate rose."""
    fewer: float
    """Probability that the rate fell."""


def change(
    x: int, n: int, earlier_x: npt.ArrayLike, earlier_n: npt.ArrayLike, *, level: float = 0.8
) -> Change:
    """Return the expected count with its interval, and the probabilities of a rise and of a fall.

    Parameters
    ----------
    x, n : int
        Events of this period, and how many could have had one.
    earlier_x, earlier_n : array_like, shape (m,)
        The same of earlier periods.
    level : float
        Of the interval, in the middle.
    """
    reference = history_reference(np.asarray(earlier_x), np.asarray(earlier_n))
    strength = float(predictive_strength(reference, np.asarray(1.0)))
    rate = float(reference.rate)
    low, high = predictive_range(n, rate * strength, (1 - rate) * strength, level)
    more = float(drop_probability(log_rise_bf(x, n, rate, strength), PRIOR))
    fewer = float(drop_probability(log_drop_bf(x, n, rate, strength), PRIOR))
    return Change(n * rate, float(low), float(high), more, fewer)
