"""What a search over levels and columns has to pay for. Arguments are already validated.

References
----------
.. [1] Genovese, Roeder & Wasserman (2006), False discovery control with p-value weighting,
   Biometrika 93:509.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Prices", "prices_of", "set_prices"]

Array = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]
MANY = 4
"""Levels from which a column spends all of its part."""
ROLES, OTHERS, PAIRS = 0.5, 0.4, 0.05
"""What columns of a known role may spend of a search, all others, and either kind of pairs."""


class Prices(NamedTuple):
    """Price of one test: the number of tests in all, by kind of column [1]_."""

    single: Array  # (factors,), the weighted number of columns of its kind; 0 for the periods
    pair_roles: float
    pair_other: float
    role: Bool


def prices_of(role: Sequence[bool], sizes: Sequence[int]) -> Prices:
    """Return the prices: known roles share .5, others .4, pairs of two roles .05, other pairs .05.

    Within its kind a column gets a part that grows with the logarithm of its number of levels: the
    more places there are, the likelier one of them is it, and the more a search among them costs.
    """
    known = np.array([False, *role], dtype=np.bool_)
    j, k = len(role), int(known.sum())
    weight = np.array([0.0, *(math.log2(max(size, 2)) for size in sizes)])
    single = np.zeros(j + 1)
    for which, share in ((known, ROLES), (~known, OTHERS)):
        at = np.flatnonzero(which & (weight > 0))
        part = ROLES + OTHERS if at.size == j else share
        single[at] = weight[at].sum() / weight[at] / part
    of_roles = k * (k - 1) / 2
    others = j * (j - 1) / 2 - of_roles
    return Prices(single, max(of_roles, 1) / PAIRS, max(others, 1) / PAIRS, known)


def set_prices(k: int) -> Array:
    """Return the price of a set of 1, 2, … of k levels without an order, up to half of them.

    A set of s levels gets 2⁻ˢ of what the column may spend, shared by the C(k, s) sets of its size;
    from four levels on, what no size gets is shared out as well.
    """
    s = np.arange(1, max(k // 2, 1) + 1)
    spent = float((0.5**s).sum()) if k >= MANY else 1.0
    return np.array([math.comb(k, int(i)) * 2.0**i for i in s]) * spent
