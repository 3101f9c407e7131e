"""Special functions behind the intervals, for use on their own."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salesfunnel._core.errors import ArgumentError
from salesfunnel._kernels import special
from salesfunnel.stats.rates import Float, numbers

__all__ = ["betainc", "betaincinv", "gammaln", "hyp2f1"]


def _positive(field: str, value: object) -> Float:
    array = numbers(field, value)
    if (array <= 0).any():
        raise ArgumentError(f"{field!r} must be above 0, got {float(array[array <= 0].flat[0])!r}")
    return array


def _share(field: str, value: object) -> Float:
    array = numbers(field, value)
    if (array > 1).any():
        raise ArgumentError(f"{field!r} must be in [0, 1], got {float(array[array > 1].flat[0])!r}")
    return array


def gammaln(x: npt.ArrayLike) -> Float:
    """Return the logarithm of the gamma function, element by element; x > 0.

    Parameters
    ----------
    x : array_like of float
        Above 0.

    Returns
    -------
    ndarray of float64
        In the shape that the arguments broadcast to.

    Raises
    ------
    ArgumentError
        If an x is not above 0 and finite.

    Examples
    --------
    >>> round(float(gammaln(5.0)), 6)  # log 24
    3.178054
    """
    return special.gammaln(_positive("x", x))


def betainc(a: npt.ArrayLike, b: npt.ArrayLike, x: npt.ArrayLike) -> Float:
    """Return the regularised incomplete beta function I_x(a, b); a, b > 0, 0 ≤ x ≤ 1.

    Parameters
    ----------
    a, b : array_like of float
        Above 0.
    x : array_like of float
        In [0, 1].

    Returns
    -------
    ndarray of float64
        In the shape that the arguments broadcast to.

    Raises
    ------
    ArgumentError
        If an argument is outside its range.

    Examples
    --------
    >>> round(float(betainc(2, 3, 0.4)), 4)
    0.5248
    """
    return special.betainc(_positive("a", a), _positive("b", b), _share("x", x))


def betaincinv(a: npt.ArrayLike, b: npt.ArrayLike, p: npt.ArrayLike) -> Float:
    """Return x with I_x(a, b) = p, the quantile of a beta distribution; a, b > 0, 0 ≤ p ≤ 1.

    Parameters
    ----------
    a, b : array_like of float
        Above 0.
    p : array_like of float
        In [0, 1].

    Returns
    -------
    ndarray of float64
        In the shape that the arguments broadcast to.

    Raises
    ------
    ArgumentError
        If an argument is outside its range.

    Examples
    --------
    >>> round(float(betaincinv(2, 3, 0.5)), 4)
    0.3857
    """
    return special.betaincinv(_positive("a", a), _positive("b", b), _share("p", p))


def hyp2f1(a: npt.ArrayLike, b: npt.ArrayLike, c: npt.ArrayLike, z: npt.ArrayLike) -> Float:
    """Return Gauss' hypergeometric function 2F1(a, b; c; z); a, b, c > 0, 0 ≤ z < 1.

    Parameters
    ----------
    a, b, c : array_like of float
        Above 0.
    z : array_like of float
        In [0, 1).

    Returns
    -------
    ndarray of float64
        In the shape that the arguments broadcast to.

    Raises
    ------
    ArgumentError
        If an argument is outside its range, the value is too large for a float, or its series
        does not settle (z next to 1).

    Examples
    --------
    >>> round(float(hyp2f1(1, 1, 2, 0.5)), 4)  # -log(0.5) / 0.5
    1.3863
    """
    Z = numbers("z", z)
    if (Z >= 1).any():
        raise ArgumentError(f"'z' must be in [0, 1), got {float(Z[Z >= 1].flat[0])!r}")
    given = _positive("a", a), _positive("b", b), _positive("c", c), Z
    found = special.hyp2f1(*given)
    if np.isnan(found).any():
        at = np.unravel_index(int(np.isnan(found).argmax()), found.shape)
        one = ", ".join(f"{float(v[at]):g}" for v in np.broadcast_arrays(*given))
        raise ArgumentError(
            f"'z' must be where the series settles to a float, got a, b, c, z = {one}",
            hint="scipy.special.hyp2f1 covers more",
        )
    return found
