"""Segments against each other: rates shrunk toward their peers, adjusted for the mix.

Arguments are already validated.

Model: a cell c of segment g has x_c ~ Binomial(n_c, σ(η_c + θ_g)), η_c = Z_c β for the columns
that are adjusted for, θ_g ~ (1 − ε) N(m, τ²) + ε N(m, 1). All of m, τ, ε are integrated over a
grid, τ = 0 (all alike) among them; β is fitted by penalised least squares in turn with θ.

References
----------
.. [1] Gelman & Hill (2006), Data Analysis Using Regression and Multilevel Models, 12, 14.
.. [2] Spiegelhalter (2005), Statistics in Medicine 24:1185 (funnel plots).
.. [3] Jones & Spiegelhalter (2011), The American Statistician 65:154 (unusual performance).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Int = npt.NDArray[np.int64]

STEP = 0.05
REACH = 4.0
TAUS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.55, 0.75, 1.0)
TAU_SCALE = 0.2
"""Half-Cauchy scale of τ above 0, in log odds."""
ALIKE = 0.02
"""Prior chance that all segments are alike but for single ones."""
ODD = (0.0, 0.1)
"""Share of segments that are of another kind, each with prior one half."""
CENTRE = 1.5
ROUNDS = 8
RIDGE = 4.0
"""Prior precision of an effect that is adjusted for: standard deviation ½ in log odds."""


class Pair(NamedTuple):
    """The first of two segments beside the second, at the mix of all."""

    difference: float  # posterior mean of the difference of the rates
    low: float
    high: float
    worse: float  # P(θ of the first < θ of the second)
    better: float


class Peers(NamedTuple):
    """Estimates of each segment; arrays of shape (segments,)."""

    rate: Array  # posterior mean of the rate at the mix of all
    low: Array
    high: Array
    worse: Array  # P(θ < m)
    better: Array
    expected: Array  # rate that the mean peer would have with this segment's own mix
    centre: float  # mean peer's rate at the mix of all
    spread: float  # posterior mean of τ
    alike: float  # P(τ = 0)
    effects: Array  # β
    pair: Pair | None = None


def _sigmoid(x: Array) -> Array:
    return 1.0 / (1.0 + np.exp(-x))


def compare(
    seg: Int,
    x: Array,
    n: Array,
    z: Array,
    *,
    segments: int,
    level: float,
    between: tuple[int, int] | None = None,
) -> Peers:
    """Return the posterior of every segment.

    Parameters
    ----------
    seg : ndarray of int64, shape (cells,)
        Segment of each cell.
    x, n : ndarray of float64, shape (cells,)
        Advanced and entered.
    z : ndarray of float64, shape (cells, columns)
        What is adjusted for, as dummies; no columns if nothing is.
    segments : int
        How many segments there are.
    level : float
        Of the intervals, in (0, 1).
    between : (int, int), optional
        Two segments that are compared with each other as well.
    """
    total = max(float(n.sum()), 1.0)
    z = z - (n @ z / total if z.shape[1] else 0.0)
    start = float(np.log((x.sum() + 0.5) / (n.sum() - x.sum() + 0.5)))
    theta = np.full(segments, start)
    beta = np.zeros(z.shape[1])
    reach = round(REACH / STEP)
    grid: Array = start + STEP * np.arange(-reach, reach + 1, dtype=np.float64)
    for _ in range(ROUNDS if z.shape[1] else 1):
        beta = _effects(x, n, z, theta[seg], beta)
        eta = z @ beta if z.shape[1] else np.zeros(len(n))
        found = _posterior(seg, x, n, eta, grid, segments)
        theta = found.weights @ grid
    mass = found.weights
    cumulative = np.cumsum(mass, axis=1)
    at_mix = _at_mix(eta, n, grid)
    tail = (1 - level) / 2
    low, high = (_quantile(cumulative, mass, grid, q) for q in (tail, 1 - tail))
    centre_theta = found.centre
    own = np.bincount(seg, n * _sigmoid(eta + centre_theta), segments)
    size = np.bincount(seg, n, segments)
    return Peers(
        rate=mass @ at_mix,
        low=np.interp(low, grid, at_mix),
        high=np.interp(high, grid, at_mix),
        worse=found.worse,
        better=found.better,
        expected=np.divide(own, size, out=np.full(segments, np.nan), where=size > 0),
        centre=float(np.interp(centre_theta, grid, at_mix)),
        spread=found.spread,
        alike=found.alike,
        effects=beta,
        pair=None if between is None else _pair(found.together(*between), at_mix, tail),
    )


def _pair(mass: Array, rate: Array, tail: float) -> Pair:
    """Return how two segments differ.

    Parameters
    ----------
    mass : ndarray of float64, shape (grid, grid)
        Their joint posterior; the first segment is in the rows.
    rate : ndarray of float64, shape (grid,)
        At the mix of all.
    tail : float
        Share of the posterior outside each end of the interval.
    """
    between = (rate[:, None] - rate).ravel()
    order = np.argsort(between, kind="stable")
    cumulative = np.cumsum(mass.ravel()[order])
    ends = np.searchsorted(cumulative, (tail, 1 - tail)).clip(0, order.size - 1)
    low, high = between[order[ends]]
    return Pair(
        difference=float(mass.ravel() @ between),
        low=float(low),
        high=float(high),
        worse=float(np.triu(mass, 1).sum()),
        better=float(np.tril(mass, -1).sum()),
    )


class _Posterior(NamedTuple):
    weights: Array  # (segments, grid)
    worse: Array
    better: Array
    centre: float
    spread: float
    alike: float
    like: Array  # (segments, grid)
    prior: Array  # (hyper, grid)
    chance: Array  # (hyper,)

    def together(self, first: int, second: int) -> Array:
        """Return the joint posterior of two segments, shape (grid, grid)."""
        norm = np.maximum(self.like[[first, second]] @ self.prior.T, 1e-300)
        weight = self.chance / norm.prod(axis=0)
        mass = (self.prior * weight[:, None]).T @ self.prior
        mass = mass * self.like[first][:, None] * self.like[second]
        return np.asarray(mass / mass.sum())


def _effects(x: Array, n: Array, z: Array, offset: Array, beta: Array) -> Array:
    """Return β by Newton's steps with a ridge, for given θ."""
    if not z.shape[1]:
        return beta
    for _ in range(6):
        p = _sigmoid(offset + z @ beta)
        gradient = z.T @ (x - n * p) - RIDGE * beta
        curvature = (z * (n * p * (1 - p))[:, None]).T @ z + RIDGE * np.eye(z.shape[1])
        step = np.linalg.solve(curvature, gradient)
        beta = beta + np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < 1e-8:
            break
    return beta


def _posterior(seg: Int, x: Array, n: Array, eta: Array, grid: Array, segments: int) -> _Posterior:
    """Return the posterior of θ on the grid, over all hyper-parameters."""
    log_like = np.zeros((segments, len(grid)))
    cells = max(1, 4_000_000 // len(grid))
    for first in range(0, len(n), cells):
        part = slice(first, first + cells)
        a = eta[part, None] + grid
        value = x[part, None] * a - n[part, None] * np.logaddexp(0.0, a)
        np.add.at(log_like, seg[part], value)
    top = log_like.max(axis=1, keepdims=True)
    like = np.exp(log_like - top)
    near = np.abs(grid - grid[len(grid) // 2]) <= CENTRE + 1e-9
    centres = np.flatnonzero(near)
    prior, kinds = _hyper(grid, centres)
    score = np.log(np.maximum(like @ prior.T, 1e-300)).sum(axis=0) + kinds.log_weight
    weight = np.exp(score - score.max())
    weight /= weight.sum()
    kept = np.flatnonzero(weight > 1e-5)
    weight = weight[kept] / weight[kept].sum()
    prior = prior[kept]
    scale = weight / np.maximum(like @ prior.T, 1e-300)  # (segments, kept)
    mass = like * (scale @ prior)
    mass /= mass.sum(axis=1, keepdims=True)
    at = kinds.centre[kept]
    places = np.arange(len(grid))
    below = prior * (places < at[:, None])
    above = prior * (places > at[:, None])
    worse = np.einsum("gk,kt,gt->g", scale, below, like, optimize=True)
    better = np.einsum("gk,kt,gt->g", scale, above, like, optimize=True)
    return _Posterior(
        weights=mass,
        worse=np.clip(worse, 0.0, 1.0),
        better=np.clip(better, 0.0, 1.0),
        centre=float(weight @ grid[at]),
        spread=float(weight @ kinds.tau[kept]),
        alike=float(weight[kinds.tau[kept] == 0].sum()),
        like=like,
        prior=prior,
        chance=weight,
    )


class _Kinds(NamedTuple):
    centre: Int
    tau: Array
    log_weight: Array


def _hyper(grid: Array, centres: Int) -> tuple[Array, _Kinds]:
    """Return the prior of θ for each (centre, τ, ε) and what each is."""
    rows, centre, tau, log_weight = [], [], [], []
    distance = grid - grid[centres][:, None]
    slab = np.exp(-0.5 * distance**2)
    slab /= slab.sum(axis=1, keepdims=True)
    above = [t for t in TAUS if t > 0]
    density = np.array([1 / (1 + (t / TAU_SCALE) ** 2) for t in above])
    width = np.gradient(np.array([0.0, *above]))[1:]
    chance = dict(zip(above, (1 - ALIKE) * density * width / (density * width).sum(), strict=True))
    chance[0.0] = ALIKE
    for t in TAUS:
        if t == 0:
            core = np.isclose(distance, 0.0, atol=STEP / 4).astype(np.float64)
        else:
            core = np.exp(-0.5 * (distance / t) ** 2)
            core /= core.sum(axis=1, keepdims=True)
        for odd in ODD:
            rows.append((1 - odd) * core + odd * slab)
            centre.append(centres)
            tau.append(np.full(len(centres), t))
            log_weight.append(np.full(len(centres), np.log(chance[t] / len(ODD))))
    return np.concatenate(rows), _Kinds(
        np.concatenate(centre), np.concatenate(tau), np.concatenate(log_weight)
    )


def _at_mix(eta: Array, n: Array, grid: Array) -> Array:
    """Return the rate at each θ if cells came as they come in all segments together."""
    values, place = np.unique(eta, return_inverse=True)
    size = np.asarray(np.bincount(place.reshape(-1), n, len(values)), dtype=np.float64)
    weight = size / max(float(size.sum()), 1e-12)
    return np.asarray(weight @ _sigmoid(values[:, None] + grid), dtype=np.float64)


def _quantile(cumulative: Array, mass: Array, grid: Array, share: float) -> Array:
    """Return the quantile of each row, between grid points where mass is spread around them."""
    place = (cumulative < share).sum(axis=1).clip(0, len(grid) - 1)
    rows = np.arange(len(place))
    before = cumulative[rows, place] - mass[rows, place]
    inside = np.divide(
        share - before, mass[rows, place], out=np.full(len(rows), 0.5), where=mass[rows, place] > 0
    )
    return np.asarray(grid[place] + (np.clip(inside, 0, 1) - 0.5) * STEP)
