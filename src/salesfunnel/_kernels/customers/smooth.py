"""Smooth functions of one number for very many values: a polynomial through few of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

NODES, FEWEST = 40, 400
"""Chebyshev nodes; fewer values than the second are worked out one by one."""
SETTLED = 1e-12
"""The last coefficients must be below this share of the largest."""
CHUNK = 1 << 14


def smooth(function: Callable[[Array], Array], values: Array) -> Array:
    """Return a smooth function of every value, by interpolation where there are many.

    Chebyshev's polynomial of degree 39 through the function at its nodes over the range of the
    values. Where its last coefficients have not settled the function itself is asked.

    Parameters
    ----------
    function : callable
        Of an ndarray of float, shape (n,), to the same shape.
    values : ndarray of float, shape (n,)
        Where it is wanted.
    """
    if values.size < FEWEST:
        return function(values)
    low, high = float(values.min()), float(values.max())
    if not high > low:
        return function(values)
    angle = (np.arange(NODES) + 0.5) * (np.pi / NODES)
    at = function(0.5 * (low + high) + 0.5 * (high - low) * np.cos(angle))
    k = np.arange(NODES)
    coefficients = 2.0 / NODES * np.cos(k[:, None] * angle) @ at
    coefficients[0] *= 0.5
    largest = np.abs(coefficients).max()
    if not np.abs(coefficients[-4:]).max() <= SETTLED * largest:  # NaN, too
        return function(values)
    degree = int(np.flatnonzero(np.abs(coefficients) > 1e-15 * largest)[-1]) + 1
    out = np.empty_like(values)
    for first in range(0, values.size, CHUNK):
        part = slice(first, first + CHUNK)
        x = (2.0 * values[part] - (low + high)) / (high - low)
        out[part] = _clenshaw(coefficients[:degree], x)
    return out


def _clenshaw(coefficients: Array, x: Array) -> Array:
    """Return the sum of Chebyshev polynomials at x."""
    twice = 2.0 * x
    one, two = np.zeros_like(x), np.zeros_like(x)
    for c in coefficients[:0:-1]:
        np.subtract(twice * one, two, out=two)
        two += c
        one, two = two, one
    return np.asarray(x * one - two + coefficients[0])
