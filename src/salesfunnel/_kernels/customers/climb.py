"""Distinct customers, and the climb of a likelihood over them. Arguments are already validated."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.optimise import newton

Array = npt.NDArray[np.float64]
SAMPLE = 20_000


class Groups(NamedTuple):
    """Distinct customers, sorted by x; shapes (m,)."""

    x: npt.NDArray[np.intp]
    recency: Array
    age: Array
    weight: Array


class Fit(NamedTuple):
    """Where `climb` ended; of BG/NBD the parameters r, α, a, b, of Pareto/NBD r, α, s, β."""

    params: Array  # (4,)
    loglik: float
    covariance: Array  # (4, 4), of the logs of the parameters; NaN where it is not defined
    drawn: Array  # (4, 4), the same with the pull of the ridge
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


def part(groups: Groups, rows: slice) -> Groups:
    """Return some of the rows."""
    return Groups(groups.x[rows], groups.recency[rows], groups.age[rows], groups.weight[rows])


def sample_of(groups: Groups, most: int) -> Groups:
    """Return at most about `most` rows, spread over all of them."""
    if groups.x.size <= 2 * most:
        return groups
    return part(groups, slice(None, None, groups.x.size // most))


Surface = Callable[[Groups, Array], tuple[float, Array, Array]]


def climb(groups: Groups, surface: Surface, *, times: tuple[int, ...], ridge: float = 0.0) -> Fit:
    """Find the parameters of the largest likelihood.

    Time is measured in mean observation times, so that the answer does not hang on the unit. From
    many rows a spread sample is climbed first: its top is the start for all of them.

    Parameters
    ----------
    groups : Groups
        Of `group`; at least one customer.
    surface : callable
        Returns the log-likelihood, its gradient and Hessian in the logs of the four parameters.
    times : tuple of int
        Which of the parameters are times.
    ridge : float
        Strength of a pull of the logs (in scaled time) to 0, times the squared logs: it keeps a
        flat likelihood (few customers, or nobody who ever stops) from running to infinity.
    """
    scale = float((groups.age @ groups.weight) / groups.weight.sum())
    scale = scale if scale > 0 else 1.0
    scaled = Groups(groups.x, groups.recency / scale, groups.age / scale, groups.weight)

    def ascend(data: Groups, start: Array, pull: float) -> tuple[Array, float, int, bool]:
        def f(theta: Array) -> tuple[float, Array, Array]:
            value, g, h = surface(data, theta)
            return (
                value - pull * float(theta @ theta),
                g - 2 * pull * theta,
                h - 2 * pull * np.eye(4),
            )

        return newton(f, start)

    start, used = np.zeros(4), 0
    sample = sample_of(scaled, SAMPLE)
    if sample is not scaled:
        start, _, used, _ = ascend(sample, start, max(ridge, 1e-3))
    theta, _, more, converged = ascend(scaled, start, ridge)
    value, _, hessian = surface(scaled, theta)
    unit = np.ones(4)
    unit[list(times)] = scale
    # d t_x^x of the density: the likelihood is one of times, so x powers of the unit come back
    loglik = value - float(groups.weight @ groups.x) * np.log(scale)
    return Fit(
        np.exp(theta) * unit, loglik, _inverse(-hessian),
        _inverse(2 * ridge * np.eye(4) - hessian), used + more, converged, ridge,
        int(groups.x.size),
    )  # fmt: skip


def _inverse(information: Array) -> Array:
    """Return the inverse of a positive definite matrix, NaN where it is none."""
    try:
        np.linalg.cholesky(information)
    except np.linalg.LinAlgError:
        return np.full(information.shape, np.nan)
    return np.asarray(np.linalg.inv(information), dtype=np.float64)
