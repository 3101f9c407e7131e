"""Amounts in the minor unit of a currency, exact. Arguments are already validated.

A rate with at most nine decimals is a whole number over a power of ten, so that an amount times a
rate is an exact product of integers, rounded once, half to even. A rate with more decimals is a
rounded quotient itself; its products are rounded as floats.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

PLACES = 9
_MOST = 2.0**62
_WHOLE = 2.0**53


def half_even(numerator: Ints, denominator: int) -> Ints:
    """Return the quotients of integers, rounded half to even."""
    whole, rest = np.divmod(numerator, denominator)
    twice = 2 * rest
    up = (twice > denominator) | ((twice == denominator) & (whole % 2 == 1))
    return np.asarray(whole + up, dtype=np.int64)


def minor_units(amount: Floats, digits: int, rate: npt.ArrayLike = 1.0) -> Ints:
    """Return amounts times a rate in the minor unit, 0 where either is unknown.

    Parameters
    ----------
    amount : ndarray of float64, shape (n,)
        In the major unit of their own currency; NaN is unknown.
    digits : int
        Decimals of the currency of the result.
    rate : float or ndarray of float64, shape (n,)
        What one unit of their currency is worth, above 0.

    Raises
    ------
    OverflowError
        If a result does not fit into 53 bits.
    """
    worth = np.broadcast_to(np.asarray(rate, dtype=np.float64), amount.shape)
    filled = np.where(np.isfinite(amount) & np.isfinite(worth), amount, 0.0)
    scaled = filled * 10.0**digits
    whole = np.rint(scaled)
    product = np.rint(scaled * np.where(np.isfinite(worth), worth, 0.0))
    places = _places(worth)
    factor = np.rint(worth * 10.0**places)
    exact = (np.abs(worth * 10.0**places - factor) <= 1e-6 * np.maximum(factor, 1.0) * 1e-6) & (
        np.abs(scaled - whole) <= 1e-6
    )
    exact &= np.abs(whole) * factor < _MOST
    if exact.any():
        times = whole[exact].astype(np.int64) * factor[exact].astype(np.int64)
        product[exact] = half_even(times, 10**places)
    if product.size and float(np.abs(product).max()) > _WHOLE:
        raise OverflowError("an amount is too large to be exact to the minor unit")
    return product.astype(np.int64)


def _places(rate: Floats) -> int:
    """Return the fewest decimals, nine at most, with which the rates are whole."""
    known = np.unique(rate[np.isfinite(rate)]) if rate.strides != (0,) else rate[:1]
    for places in range(PLACES):
        scaled = known * 10.0**places
        if (np.abs(scaled - np.rint(scaled)) <= 1e-9 * np.maximum(scaled, 1e-3)).all():
            return places
    return PLACES
