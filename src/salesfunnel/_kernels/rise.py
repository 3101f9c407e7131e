"""Has a rate risen above what it used to be. Arguments are already validated.

The mirror of the test for a fall: the beta-binomial probability of the count at a materially higher
rate, against that at the usual one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.betabinomial import (
    drop_probability,
    history_reference,
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


def rise(
    x: int, n: int, earlier_x: npt.ArrayLike, earlier_n: npt.ArrayLike, *, level: float = 0.8
) -> tuple[float, float, float, float]:
    """Return the expected count, the ends of its interval, and the probability of a rise.

    Parameters
    ----------
    x, n : int
        Events of this period, and how many could have had one.
    earlier_x, earlier_n : array_like, shape (m,)
        The same of earlier periods.
    level : float
        Of the interval.
    """
    reference = history_reference(np.asarray(earlier_x), np.asarray(earlier_n))
    strength = float(predictive_strength(reference, np.asarray(1.0)))
    rate = float(reference.rate)
    low, high = predictive_range(n, rate * strength, (1 - rate) * strength, level)
    probability = float(drop_probability(log_rise_bf(x, n, rate, strength), PRIOR))
    return n * rate, float(low), float(high), probability
