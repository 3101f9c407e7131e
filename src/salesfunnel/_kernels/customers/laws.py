"""The models of buying by name, and what they say of customers with their uncertainty.

References
----------
.. [1] Julier & Uhlmann (2004), Unscented filtering and nonlinear estimation, Proc. IEEE 92:401.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.customers import buytilldie, paretonbd
from salesfunnel._kernels.customers.climb import Fit

Array = npt.NDArray[np.float64]
CHUNK = 1 << 14
WIDEST = 2.0
"""A direction of the logs of parameters that the data do not settle counts at most as so wide."""
MOST_AHEAD = 4096


class Law(NamedTuple):
    """A model of buying: its functions take the four parameters last."""

    names: tuple[str, str, str, str]
    times: tuple[int, ...]
    """Which of the parameters are times."""
    fit: Callable[..., Fit]
    loglik_each: Callable[..., Array]
    p_alive: Callable[..., Array]
    expected: Callable[..., Array]
    expected_new: Callable[..., Array]
    beyond: Callable[..., Array]


def _stops_at_purchases(first: int) -> Law:
    def bound(function: Callable[..., Any]) -> Callable[..., Any]:
        return partial(function, first=first)

    b = buytilldie
    functions = (b.fit, b.loglik_each, b.p_alive, b.expected, b.expected_new, b.beyond)
    return Law(("r", "alpha", "a", "b"), (1,), *(bound(f) for f in functions))


LAWS = {
    "bgnbd": _stops_at_purchases(0),
    "mbgnbd": _stops_at_purchases(1),
    "paretonbd": Law(
        ("r", "alpha", "s", "beta"), (1, 3), paretonbd.fit, paretonbd.loglik_each,
        paretonbd.p_alive, paretonbd.expected, paretonbd.expected_new, paretonbd.beyond,
    ),
}  # fmt: skip


class Ahead(NamedTuple):
    """What is said of customers; shapes (n,), limits (2, n)."""

    alive: Array
    alive_limits: Array
    expected: Array
    expected_limits: Array
    count_limits: npt.NDArray[np.int64]


def sigma_points(params: Array, covariance: Array) -> Array:
    """Return parameters about the estimate that have its spread, shape (8, 4) [1]_.

    Equal weights give the mean of functions of the uncertain parameters to the second order.
    """
    variance, axes = np.linalg.eigh(covariance)
    spread = axes * np.minimum(np.sqrt(np.maximum(variance, 0.0)), WIDEST)
    away = 2.0 * spread.T  # √4, of four parameters
    return np.asarray(params * np.exp(np.concatenate([away, -away])))


def ahead(
    law: Law, params: Array, covariance: Array | None, time: float,
    who: tuple[Array, Array, Array], tail: float, z: float,
) -> Ahead:  # fmt: skip
    """Return what is expected of customers within `time`, and between which limits.

    Parameters
    ----------
    covariance : ndarray of float, shape (4, 4), or None
        Of the logs of the parameters; without it limits of p_alive and expected are NaN.
    who : tuple of ndarray of float, each of shape (n,)
        Repeat purchases, time of the last one, time of observation.
    tail : float
        Chance of fewer, and of more purchases than the limits of the count.
    z : float
        Standard deviations of the limits of p_alive (on the logit) and expected (on the log).
    """
    x, t, T = who
    points = params[None] if covariance is None else sigma_points(params, covariance)
    alive, mean = law.p_alive(x, t, T, params), law.expected(time, x, t, T, params)
    each_alive = np.stack([law.p_alive(x, t, T, p) for p in points])
    if covariance is None:
        none = np.full((2, x.size), np.nan)
        limits = none, none
    else:
        each = np.stack([law.expected(time, x, t, T, p) for p in points])
        limits = _about(alive, each_alive, z, bounded=True), _about(mean, each, z, bounded=False)
    counts = np.zeros((2, x.size), dtype=np.int64)
    order = np.argsort(mean, kind="stable")
    for i in range(0, x.size, CHUNK):
        rows = order[i : i + CHUNK]
        chances = _beyond(law, points, np.full(rows.size, time), x[rows], T[rows],
                          each_alive[:, rows], tail)  # fmt: skip
        counts[0, rows] = (chances > 1.0 - tail).sum(axis=0)
        counts[1, rows] = (chances > tail).sum(axis=0)
    return Ahead(alive, limits[0], mean, limits[1], counts)


def _beyond(
    law: Law, points: Array, time: Array, x: Array, T: Array, alive: Array, tail: float
) -> Array:
    """Return P(at least 1, 2, … purchases), the parameters' spread included, until below `tail`."""
    count = 8
    while True:
        total = np.zeros((count, x.size))
        for p, at in zip(points, alive, strict=True):
            total += law.beyond(count, time, x, T, p) * at
        total /= len(points)
        if count >= MOST_AHEAD or (total[-1] <= tail).all():
            return total
        count *= 4


def _about(value: Array, each: Array, z: float, *, bounded: bool) -> Array:
    """Return limits of a chance on its logit, of a count on its log, from the sigma points."""
    with np.errstate(divide="ignore"):
        link, links = np.log(value), np.log(each)
        if bounded:
            link, links = link - np.log1p(-value), links - np.log1p(-each)
    sure = ~np.isfinite(link)
    centre = np.where(sure, 0.0, link)
    spread = np.where(sure | ~np.isfinite(links).all(axis=0), 0.0, links - centre)
    reach = z * np.sqrt((np.where(np.isfinite(spread), spread, 0.0) ** 2).mean(axis=0))
    out = np.stack([centre - reach, centre + reach])
    with np.errstate(over="ignore"):
        out = 1 / (1 + np.exp(-out)) if bounded else np.exp(out)
    return np.asarray(np.where(sure, value, out))
