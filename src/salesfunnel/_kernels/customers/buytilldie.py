"""BG/NBD and MBG/NBD: how often customers buy until they stop. Arguments are already validated.

A customer buys at random times at a rate drawn from Gamma(r, α) and after every repeat purchase
stops for good with a chance drawn from Beta(a, b) [1]_. In the modified model he may stop after the
first purchase, too [2]_: `first` is 1 then, and counts the chances to stop at the first purchase.

Every sum over customers runs over distinct (x, t_x, T) with their counts, and the terms that hang
on whole x alone, log Γ(r + x) − log Γ(r) = Σ_{j<x} log(r + j), are tables of running sums. The
likelihood is climbed with its exact gradient and Hessian (Newton): about ten evaluations where a
simplex needs some three hundred, to the same top.

References
----------
.. [1] Fader, Hardie & Lee (2005), "Counting your customers" the easy way, Marketing Science
   24:275. Likelihood eq. (6), expected purchases eq. (10); the form in logs is ours.
.. [2] Batislam, Denizel & Filiztekin (2007), Empirical validation and comparison of models for
   customer base analysis, Int. J. Research in Marketing 24:201.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.customers.climb import Fit, Groups, climb, group, part
from salesfunnel._kernels.customers.smooth import smooth
from salesfunnel._kernels.special import hyp2f1

__all__ = ["Fit", "Groups", "curved", "expected", "expected_new", "fit", "group", "loglik_each"]

Array = npt.NDArray[np.float64]
CHUNK = 1 << 15
MANY, NEAR_ONE = 4096, 1e-3
"""Customers from which expected purchases are read off smooth curves, one a count."""


def loglik_each(
    x: npt.ArrayLike,
    recency: npt.ArrayLike,
    age: npt.ArrayLike,
    params: npt.ArrayLike,
    first: int = 0,
) -> Array:
    """Return the log-likelihood of every customer, shape (n,); `params` are r, α, a, b."""
    r, alpha, a, b = np.asarray(params, dtype=np.float64)
    n = np.asarray(x, dtype=np.intp)
    t, T = np.asarray(recency, dtype=np.float64), np.asarray(age, dtype=np.float64)
    top = int(n.max(initial=0))
    buys = _running(np.log, (r, 1), top=top)
    stays = _running(np.log, (b, 1), (a + b, -1), top=top + first)
    alive = -(r + n) * np.log(alpha + T)
    with np.errstate(divide="ignore", invalid="ignore"):
        gone = np.log(a) - np.log(b + n + first - 1) - (r + n) * np.log(alpha + t)
    gone = np.where(n + first > 0, gone, -np.inf)
    return np.asarray(buys[n] + stays[n + first] + r * np.log(alpha) + np.logaddexp(alive, gone))


def _running(f: Callable[[Array], Any], *terms: tuple[float, int], top: int) -> Array:
    """Return Σ_{j<x} of ±f(base + j) over all terms, for x = 0..top."""
    steps = np.arange(top, dtype=np.float64)
    total = np.zeros(top + 1)
    for base, sign in terms:
        total[1:] += sign * np.asarray(f(base + steps))
    return np.cumsum(total)


def curved(groups: Groups, theta: Array, first: int = 0) -> tuple[float, Array, Array]:
    """Return the log-likelihood, its gradient and its Hessian in the logs of r, α, a, b."""
    p = np.exp(theta)
    if not np.isfinite(p).all() or (p <= 0).any():
        return -np.inf, np.zeros(4), -np.eye(4)
    value, g, h = _by_count(groups, p, first)
    for i in range(0, groups.x.size, CHUNK):
        v1, g1, h1 = _rows(part(groups, slice(i, i + CHUNK)), p, first)
        value, g, h = value + v1, g + g1, h + h1
    return value, p * g, h * np.outer(p, p) + np.diag(p * g)


def _by_count(groups: Groups, p: Array, stops: int) -> tuple[float, Array, Array]:
    """Return the part that hangs on x alone: log Γ and its derivatives as running sums."""
    r, alpha, a, b = p
    top = int(groups.x[-1])
    per_x = np.bincount(groups.x, groups.weight, minlength=top + 1)
    n = float(per_x.sum())

    def total(f: Callable[[Array], Any], base: float, chances: int) -> float:
        return float(per_x @ _running(f, (base, 1), top=top + chances)[chances:])

    bases = ((r, 0), (b, stops), (a + b, stops))
    logs = [total(np.log, *base) for base in bases]
    value = logs[0] + logs[1] - logs[2] + n * r * np.log(alpha)
    first = [total(np.reciprocal, *base) for base in bases]
    second = [-total(_square, *base) for base in bases]
    g = np.array([first[0] + n * np.log(alpha), n * r / alpha, -first[2], first[1] - first[2]])
    h = np.zeros((4, 4))
    h[0, 0], h[0, 1], h[1, 1] = second[0], n / alpha, -n * r / alpha**2
    h[2, 2] = h[2, 3] = -second[2]
    h[3, 3] = second[1] - second[2]
    h[1, 0], h[3, 2] = h[0, 1], h[2, 3]
    return value, g, h


def _square(v: Array) -> Array:
    return np.asarray(1.0 / v**2)


def _rows(groups: Groups, p: Array, first: int) -> tuple[float, Array, Array]:
    """Return the part log(e^A + e^G), A still a customer, G gone after the last purchase."""
    x, t, T, weight = groups
    r, alpha, a, b = p
    n = x.astype(np.float64)
    log_t, log_T = np.log(alpha + t), np.log(alpha + T)
    inv_t, inv_T = 1.0 / (alpha + t), 1.0 / (alpha + T)
    repeat = x + first > 0
    last = np.where(repeat, b + n + (first - 1.0), 1.0)
    # odds of having stopped; the exponent is at least 0, so that A − G cannot overflow upwards
    log_odds = np.log(a / last) + (r + n) * (log_T - log_t)
    gone = np.where(repeat, 1.0 / (1.0 + np.exp(-log_odds)), 0.0)
    alive = 1.0 - gone
    rest = np.where(repeat, np.logaddexp(0.0, log_odds), 0.0)
    value = float(weight @ (rest - (r + n) * log_T))
    wa, wg = weight * alive, weight * gone
    mix = weight * gone * alive
    slope_t, slope_T = (r + n) * inv_t, (r + n) * inv_T
    g = np.array(
        [
            -(wa @ log_T + wg @ log_t),
            -(wa @ slope_T + wg @ slope_t),
            wg.sum() / a,
            -(wg / last).sum(),
        ]
    )
    h = np.zeros((4, 4))
    h[0, 1] = h[1, 0] = -(wa @ inv_T + wg @ inv_t)
    h[1, 1] = wa @ (slope_T * inv_T) + wg @ (slope_t * inv_t)
    h[2, 2] = -wg.sum() / a**2
    h[3, 3] = (wg / last**2).sum()
    apart = np.stack([log_T - log_t, slope_T - slope_t, np.full_like(n, 1.0 / a), -1.0 / last])
    return value, g, h + (apart * mix) @ apart.T


def fit(groups: Groups, *, ridge: float = 0.0, first: int = 0) -> Fit:
    """Find the r, α, a, b of the largest likelihood; see `climb.climb`."""

    def surface(data: Groups, theta: Array) -> tuple[float, Array, Array]:
        return curved(data, theta, first)

    return climb(groups, surface, times=(1,), ridge=ridge)


def p_alive(
    x: npt.ArrayLike,
    recency: npt.ArrayLike,
    age: npt.ArrayLike,
    params: npt.ArrayLike,
    first: int = 0,
) -> Array:
    """Return the chance that a customer has not stopped, shape (n,).

    It is 1 where x is 0, unless one may stop at the first purchase.
    """
    r, alpha, a, b = np.asarray(params, dtype=np.float64)
    n = np.asarray(x, dtype=np.float64)
    t, T = np.asarray(recency, dtype=np.float64), np.asarray(age, dtype=np.float64)
    known = n + first > 0
    last = np.where(known, b + n + (first - 1.0), 1.0)
    log_odds = np.log(a / last) + (r + n) * (np.log(alpha + T) - np.log(alpha + t))
    return np.asarray(np.where(known, np.exp(-np.logaddexp(0.0, log_odds)), 1.0))


def expected(
    ahead: npt.ArrayLike,
    x: npt.ArrayLike,
    recency: npt.ArrayLike,
    age: npt.ArrayLike,
    params: npt.ArrayLike,
    first: int = 0,
) -> Array:
    """Return the expected purchases in the time `ahead` after the end of observation.

    Parameters
    ----------
    ahead, x, recency, age : array_like of float
        Broadcast against each other.

    Notes
    -----
    E[Y(t)] has the factor 1/(a − 1): at a = 1 it is the mean of both sides (1 ± 1e-6).
    """
    r, alpha, a, b = np.asarray(params, dtype=np.float64)
    t, n, tx, T = np.broadcast_arrays(
        *(np.asarray(v, dtype=np.float64) for v in (ahead, x, recency, age))
    )
    count = np.zeros(t.shape)
    sides = (1.0 - 1e-6, 1.0 + 1e-6) if abs(a - 1.0) < 1e-6 else (float(a),)
    for side in sides:
        count = count + _by_history(t, n, T, (r, alpha, side, b + first)) / len(sides)
    return np.asarray(np.maximum(count, 0.0) * p_alive(n, tx, T, params, first))


def _by_history(t: Array, n: Array, T: Array, params: tuple[float, float, float, float]) -> Array:
    """Return `_if_alive` of histories; for many of one count and one `t` it is a smooth curve."""
    r, alpha, a, b = params
    even = t.size >= MANY and np.ptp(t) == 0.0 and bool((np.floor(n) == n).all())
    if not even or abs(a - 1.0) < NEAR_ONE:  # there digits cancel, and the curve is not smooth
        return _if_alive(t, r + n, alpha + T, a, b + n)
    time, flat, out = t.ravel()[:1], n.ravel(), np.empty(t.size)
    rate = np.log(alpha + T.ravel())
    order = np.argsort(flat, kind="stable")
    counts, starts = np.unique(flat[order], return_index=True)
    for x, rows in zip(counts, np.split(order, starts[1:]), strict=True):

        def curve(log_rate: Array, x: float = float(x)) -> Array:
            shape, chances = np.full(log_rate.shape, r + x), np.full(log_rate.shape, b + x)
            return _if_alive(time, shape, np.exp(log_rate), a, chances)

        out[rows] = smooth(curve, rate[rows])
    return out.reshape(t.shape)


def _if_alive(t: Array, shape: Array, rate: Array, a: float, b: Array) -> Array:
    """Return the expected purchases of customers not gone, of Gamma(shape, rate), Beta(a, b)."""
    end = rate + t
    shrink = np.exp(shape * (np.log(rate) - np.log(end)))
    series = hyp2f1(shape, b, a + b - 1.0, t / end)
    return np.asarray((a + b - 1.0) / (a - 1.0) * (1.0 - shrink * series))


def expected_new(ahead: npt.ArrayLike, params: npt.ArrayLike, first: int = 0) -> Array:
    """Return the expected repeat purchases of a customer in a time after the first purchase."""
    zero = np.zeros(1)
    return np.asarray(expected(np.atleast_1d(np.asarray(ahead)), zero, zero, zero, params, first))


def beyond(count: int, ahead: Array, x: Array, age: Array, params: Array, first: int = 0) -> Array:
    """Return the chances of at least 1, …, `count` purchases ahead of customers not gone.

    Shape (count, n). With Gamma(r', α') and Beta(a, b') of a customer who is not gone, the k-th
    purchase happens if none of the k − 1 before it was the last, and the k-th of a pure negative
    binomial stream falls into the time: B(a, b' + k − 1)/B(a, b') · P(NB ≥ k).
    """
    r, alpha, a, b = params
    shape, rate = r + x, alpha + age
    share = ahead / (rate + ahead)
    mass = np.exp(shape * np.log1p(-share))  # of 0 in the negative binomial
    tail, stays = 1.0 - mass, np.ones(x.size)
    out = np.empty((count, x.size))
    for k in range(1, count + 1):
        out[k - 1] = stays * np.maximum(tail, 0.0)
        stays = stays * (b + x + first + k - 1) / (a + b + x + first + k - 1)
        mass = mass * share * (shape + k - 1) / k
        tail = tail - mass
    return out
