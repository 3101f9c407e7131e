"""Bounds of rates whose counts are only known to lie between two numbers.

Arguments are already validated.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def rate_bounds(least: Ints, most: Ints) -> tuple[Floats, Floats]:
    """Return the least and the largest rate from each step to the next.

    Parameters
    ----------
    least, most : ndarray of int64, shape (..., steps)
        At least and at most so many reached each step.

    Returns
    -------
    low, high : ndarray of float64, shape (..., steps - 1)
        Low: all in doubt entered, and none advanced. High: all that may have advanced did, and
        entered for it where they are not counted as entered. 0 and 1 where nobody entered.

    Examples
    --------
    >>> low, high = rate_bounds(np.array([5, 3, 1]), np.array([5, 4, 1]))
    >>> low.tolist(), high.round(4).tolist()
    ([0.6, 0.25], [0.8, 0.3333])
    """
    n, n_more = least[..., :-1], (most - least)[..., :-1]
    x, x_more = least[..., 1:], (most - least)[..., 1:]
    entered = n + np.minimum(x_more, n_more)
    low = np.where(n + n_more > 0, x / np.maximum(n + n_more, 1), 0.0)
    high = np.where(entered > 0, np.minimum((x + x_more) / np.maximum(entered, 1), 1.0), 1.0)
    return low, high
