"""BG/NBD: how often customers buy until they stop. Arguments are already validated.

A customer buys at random times at a rate drawn from Gamma(r, α) and after every repeat purchase
stops for good with a chance drawn from Beta(a, b) [1]_.

Every sum over customers runs over distinct (x, t_x, T) with their counts, and the terms that hang
on whole x alone, log Γ(r + x) − log Γ(r) = Σ_{j<x} log(r + j), are tables of running sums. The
likelihood is climbed with its exact gradient and Hessian (Newton): about ten evaluations where a
simplex needs some three hundred, to the same top.

References
----------
.. [1] Fader, Hardie & Lee (2005), "Counting your customers" the easy way, Marketing Science
   24:275. Likelihood eq. (6), expected purchases eq. (10); the form in logs is ours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.optimise import newton
from salesfunnel._kernels.special import hyp2f1

Array = npt.NDArray[np.float64]
CHUNK = 1 << 15
SAMPLE = 20_000


class Groups(NamedTuple):
    """Distinct customers, sorted by x; shapes (m,)."""

    x: npt.NDArray[np.intp]
    recency: Array
    age: Array
    weight: Array


class Fit(NamedTuple):
    """Where `fit` ended; parameters r, α, a, b."""

    params: Array  # (4,)
    loglik: float
    covariance: Array  # (4, 4), of the logs of the parameters; NaN where it is not defined
    evaluations: int
    converged: bool
    ridge: float
    groups: int


def group(x: npt.ArrayLike, recency: npt.ArrayLike, age: npt.ArrayLike) -> Groups:
    """Bring equal customers together.

    Parameters
    ----------
    x : array_like of int, shape (n,)
        Repeat purchases, at least 0.
    recency, age : array_like of float, shape (n,)
        Time of the last purchase and of the end of observation, both since the first purchase;
        ``0 <= recency <= age``; recency 0 where x is 0.
    """
    count = np.asarray(x, dtype=np.intp)
    t, T = np.asarray(recency, dtype=np.float64), np.asarray(age, dtype=np.float64)
    order = np.lexsort((t, T, count))
    count, t, T = count[order], t[order], T[order]
    first = np.ones(count.size, dtype=np.bool_)
    first[1:] = (count[1:] != count[:-1]) | (t[1:] != t[:-1]) | (T[1:] != T[:-1])
    start = np.flatnonzero(first)
    weight = np.diff(np.append(start, count.size)).astype(np.float64)
    return Groups(count[start], t[start], T[start], weight)


def loglik_each(
    x: npt.ArrayLike, recency: npt.ArrayLike, age: npt.ArrayLike, params: npt.ArrayLike
) -> Array:
    """Return the log-likelihood of every customer, shape (n,); `params` are r, α, a, b."""
    r, alpha, a, b = np.asarray(params, dtype=np.float64)
    n = np.asarray(x, dtype=np.intp)
    t, T = np.asarray(recency, dtype=np.float64), np.asarray(age, dtype=np.float64)
    by_x = _running(np.log, (r, 1), (b, 1), (a + b, -1), top=int(n.max(initial=0)))
    alive = -(r + n) * np.log(alpha + T)
    with np.errstate(divide="ignore", invalid="ignore"):
        gone = np.log(a) - np.log(b + n - 1) - (r + n) * np.log(alpha + t)
    gone = np.where(n > 0, gone, -np.inf)
    return np.asarray(by_x[n] + r * np.log(alpha) + np.logaddexp(alive, gone))


def _part(groups: Groups, rows: slice) -> Groups:
    """Return some of the rows."""
    return Groups(groups.x[rows], groups.recency[rows], groups.age[rows], groups.weight[rows])


def _running(f: Callable[[Array], Any], *terms: tuple[float, int], top: int) -> Array:
    """Return Σ_{j<x} of ±f(base + j) over all terms, for x = 0..top."""
    steps = np.arange(top, dtype=np.float64)
    total = np.zeros(top + 1)
    for base, sign in terms:
        total[1:] += sign * np.asarray(f(base + steps))
    return np.cumsum(total)


def curved(groups: Groups, theta: Array) -> tuple[float, Array, Array]:
    """Return the log-likelihood, its gradient and its Hessian in the logs of r, α, a, b."""
    p = np.exp(theta)
    if not np.isfinite(p).all() or (p <= 0).any():
        return -np.inf, np.zeros(4), -np.eye(4)
    value, g, h = _by_count(groups, p)
    for i in range(0, groups.x.size, CHUNK):
        part = slice(i, i + CHUNK)
        v1, g1, h1 = _rows(_part(groups, part), p)
        value, g, h = value + v1, g + g1, h + h1
    return value, p * g, h * np.outer(p, p) + np.diag(p * g)


def _by_count(groups: Groups, p: Array) -> tuple[float, Array, Array]:
    """Return the part that hangs on x alone: log Γ and its derivatives as running sums."""
    r, alpha, a, b = p
    top = int(groups.x[-1])
    per_x = np.bincount(groups.x, groups.weight, minlength=top + 1)
    n = float(per_x.sum())
    value = float(per_x @ _running(np.log, (r, 1), (b, 1), (a + b, -1), top=top))
    value += n * r * np.log(alpha)
    first = [float(per_x @ _running(np.reciprocal, (v, 1), top=top)) for v in (r, b, a + b)]
    second = [-float(per_x @ _running(_square, (v, 1), top=top)) for v in (r, b, a + b)]
    g = np.array([first[0] + n * np.log(alpha), n * r / alpha, -first[2], first[1] - first[2]])
    h = np.zeros((4, 4))
    h[0, 0], h[0, 1], h[1, 1] = second[0], n / alpha, -n * r / alpha**2
    h[2, 2] = h[2, 3] = -second[2]
    h[3, 3] = second[1] - second[2]
    h[1, 0], h[3, 2] = h[0, 1], h[2, 3]
    return value, g, h


def _square(v: Array) -> Array:
    return np.asarray(1.0 / v**2)


def _rows(groups: Groups, p: Array) -> tuple[float, Array, Array]:
    """Return the part log(e^A + e^G), A still a customer, G gone after the last purchase."""
    x, t, T, weight = groups
    r, alpha, a, b = p
    n = x.astype(np.float64)
    log_t, log_T = np.log(alpha + t), np.log(alpha + T)
    inv_t, inv_T = 1.0 / (alpha + t), 1.0 / (alpha + T)
    repeat = x > 0
    last = np.where(repeat, b + n - 1.0, 1.0)
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


def fit(groups: Groups, *, ridge: float = 0.0) -> Fit:
    """Find the r, α, a, b of the largest likelihood.

    Time is measured in mean observation times, so that the answer does not hang on the unit. From
    many rows a spread sample is climbed first: its top is the start for all of them.

    Parameters
    ----------
    groups : Groups
        Of `group`; at least one customer.
    ridge : float
        Strength of a pull of the logs (in scaled time) to 0, times the squared logs: it keeps a
        flat likelihood (few customers, or nobody who ever stops) from running to infinity.
    """
    scale = float((groups.age @ groups.weight) / groups.weight.sum())
    scale = scale if scale > 0 else 1.0
    scaled = Groups(groups.x, groups.recency / scale, groups.age / scale, groups.weight)

    def climb(data: Groups, start: Array, pull: float) -> tuple[Array, float, int, bool]:
        def f(theta: Array) -> tuple[float, Array, Array]:
            value, g, h = curved(data, theta)
            return (
                value - pull * float(theta @ theta),
                g - 2 * pull * theta,
                h - 2 * pull * np.eye(4),
            )

        return newton(f, start)

    start, used = np.zeros(4), 0
    if groups.x.size > 2 * SAMPLE:
        some = slice(None, None, groups.x.size // SAMPLE)
        sample = _part(scaled, some)
        start, _, used, _ = climb(sample, start, max(ridge, 1e-3))
    theta, _, more, converged = climb(scaled, start, ridge)
    value, _, hessian = curved(scaled, theta)
    covariance = _inverse(-hessian)
    params = np.exp(theta) * np.array([1.0, scale, 1.0, 1.0])
    # d t_x^x of the density: the likelihood is one of times, so x powers of the unit come back
    loglik = value - float(groups.weight @ groups.x) * np.log(scale)
    return Fit(params, loglik, covariance, used + more, converged, ridge, int(groups.x.size))


def _inverse(information: Array) -> Array:
    """Return the inverse of a positive definite matrix, NaN where it is none."""
    try:
        np.linalg.cholesky(information)
    except np.linalg.LinAlgError:
        return np.full(information.shape, np.nan)
    return np.asarray(np.linalg.inv(information), dtype=np.float64)


def p_alive(
    x: npt.ArrayLike, recency: npt.ArrayLike, age: npt.ArrayLike, params: npt.ArrayLike
) -> Array:
    """Return the chance that a customer has not stopped, shape (n,); 1 where x is 0."""
    r, alpha, a, b = np.asarray(params, dtype=np.float64)
    n = np.asarray(x, dtype=np.float64)
    t, T = np.asarray(recency, dtype=np.float64), np.asarray(age, dtype=np.float64)
    last = np.where(n > 0, b + n - 1.0, 1.0)
    log_odds = np.log(a / last) + (r + n) * (np.log(alpha + T) - np.log(alpha + t))
    return np.asarray(np.where(n > 0, np.exp(-np.logaddexp(0.0, log_odds)), 1.0))


def expected(
    ahead: npt.ArrayLike,
    x: npt.ArrayLike,
    recency: npt.ArrayLike,
    age: npt.ArrayLike,
    params: npt.ArrayLike,
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
    p = np.asarray(params, dtype=np.float64)
    t, n, tx, T = np.broadcast_arrays(
        *(np.asarray(v, dtype=np.float64) for v in (ahead, x, recency, age))
    )
    count = np.zeros(t.shape)
    sides = (1.0 - 1e-6, 1.0 + 1e-6) if abs(p[2] - 1.0) < 1e-6 else (float(p[2]),)
    for a in sides:
        count = count + _if_alive(t, n, T, np.array([p[0], p[1], a, p[3]])) / len(sides)
    return np.asarray(np.maximum(count, 0.0) * p_alive(n, tx, T, p))


def _if_alive(t: Array, n: Array, T: Array, p: Array) -> Array:
    """Return the expected purchases of a customer who has not stopped at T; a is not 1."""
    r, alpha, a, b = p
    end = alpha + T + t
    shrink = np.exp((r + n) * (np.log(alpha + T) - np.log(end)))
    series = hyp2f1(r + n, b + n, a + b + n - 1.0, t / end)
    return np.asarray((a + b + n - 1.0) / (a - 1.0) * (1.0 - shrink * series))


def expected_new(ahead: npt.ArrayLike, params: npt.ArrayLike) -> Array:
    """Return the expected repeat purchases of a customer in a time after the first purchase."""
    zero = np.zeros(1)
    return np.asarray(expected(np.atleast_1d(np.asarray(ahead)), zero, zero, zero, params))
