"""Where two columns meet: sets of levels of both, improved in turn. Arguments are validated.

References
----------
.. [1] Li et al. (2019), Generic and robust localization of multi-dimensional root causes (Squeeze),
   ISSRE: clusters of levels of several columns; here with a test and its price.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.causes.design import Design, crossed_now
from salesfunnel._kernels.causes.prices import Prices, set_prices
from salesfunnel._kernels.causes.search import Hit, SetSums, scores
from salesfunnel._kernels.special import norm_sf

__all__ = ["best_pairs"]

Array = npt.NDArray[np.float64]
MOST_PAIRS = 60
ROUNDS = 3


def best_pairs(
    design: Design,
    counts: Array,
    fitted: Array,
    residual: Array,
    *,
    phi: Array,
    prices: Prices,
    ordered: Sequence[int],
    factors: Sequence[int],
    apart: npt.NDArray[np.bool_],
) -> list[Hit]:
    """Return the best set of every promising pair of columns.

    `fitted` and `residual` are of the rows of now, `counts` the rows of now by every two levels;
    `apart` says which factors may meet: two with the same information have no cells of their own.
    """
    pairs = [(a, b) for a, b in combinations(factors, 2) if apart[a, b]]
    if not pairs or design.now < 20:
        return []
    p = np.clip(fitted, 0.005, 0.995)
    tables = (
        counts,
        crossed_now(design, residual),
        crossed_now(design, p),
        crossed_now(design, p * (1 - p)),
    )
    mean_variance = float((p * (1 - p)).mean())
    z, _ = scores(_sums(tables, design.now), design.now, mean_variance, 1.0)
    worst = np.maximum.reduceat(
        np.maximum.reduceat(z, design.starts[:-1], 0), design.starts[:-1], 1
    )
    pairs.sort(key=lambda ab: (-worst[ab], ab))
    pairs = [ab for ab in pairs[:MOST_PAIRS] if worst[ab] > 0]
    if not pairs:
        return []
    return _improve(design, tables, mean_variance, pairs, phi=phi, prices=prices, ordered=ordered)


def _sums(tables: Any, n_now: float) -> SetSums:
    n, s, p, v = tables
    return SetSums(n, s, p, v, n * (1 - n / n_now))


def _improve(
    design: Design,
    tables: Sequence[Array],
    mean_variance: float,
    pairs: Sequence[tuple[int, int]],
    *,
    phi: Array,
    prices: Prices,
    ordered: Sequence[int],
) -> list[Hit]:
    """Take the worst cell of each pair, then better the set of one column by the other's."""
    m = len(pairs)
    width = max(design.sizes[f] for ab in pairs for f in ab)
    grid = np.zeros((4, m, width, width))
    for i, (a, b) in enumerate(pairs):
        for k, table in enumerate(tables):
            grid[k, i, : design.sizes[a], : design.sizes[b]] = table[design.part(a), design.part(b)]
    sizes = np.array([[design.sizes[f] for f in ab] for ab in pairs])
    straight = np.array([[ordered[f] for f in ab] for ab in pairs])
    in_order = straight > 0
    both = np.maximum(phi[[a for a, _ in pairs]], phi[[b for _, b in pairs]])[:, None]
    n = float(design.now)
    z, _ = scores(_sums(grid.reshape(4, m, -1), n), n, mean_variance, both)
    cell = z.argmax(1)
    chosen = [np.zeros((m, width), dtype=np.bool_), np.zeros((m, width), dtype=np.bool_)]
    chosen[0][np.arange(m), cell // width] = True
    chosen[1][np.arange(m), cell % width] = True
    costs = [_costs(sizes[:, 0], straight[:, 0], width), _costs(sizes[:, 1], straight[:, 1], width)]
    paid = [np.zeros(m), np.zeros(m)]
    z = delta = count = np.zeros(m)
    for turn in range(2 * ROUNDS):
        side = turn % 2
        other = chosen[1 - side]
        axes = "kmab,mb->kma" if side == 0 else "kmab,ma->kmb"
        line = np.einsum(axes, grid, other.astype(np.float64), optimize=False)
        chosen[side], paid[side], z, delta, count = _choose(
            line, costs[side], in_order[:, side], n=n, mean_variance=mean_variance, phi=both
        )
    price = np.array(
        [prices.pair_roles if prices.role[a] and prices.role[b] else prices.pair_other
         for a, b in pairs]
    )  # fmt: skip
    total = paid[0] + paid[1] + np.log(price)
    found = []
    for i, (a, b) in enumerate(pairs):
        if z[i] <= 0:
            continue
        log_p = math.log(max(float(norm_sf(z[i])), 1e-320)) + float(total[i])
        levels = tuple(tuple(np.flatnonzero(chosen[k][i]).tolist()) for k in (0, 1))
        found.append(
            Hit(float(z[i]), log_p, math.exp(float(total[i])), float(delta[i]), float(count[i]),
                (a, b), levels)
        )  # fmt: skip
    return found


def _costs(sizes: npt.NDArray[Any], ordered: npt.NDArray[Any], width: int) -> Array:
    """Return log prices of sets of 1, 2, … levels, ∞ if there is no such set."""
    out = np.full((sizes.size, width), np.inf)
    for row, (k, m) in enumerate(zip(sizes.tolist(), ordered.tolist(), strict=True)):
        if m:
            out[row, : m - 1] = math.log(4.0 * max(m - 1, 1))
        else:
            price = set_prices(k)
            out[row, : price.size] = np.log(price)
    return out


def _choose(
    line: Array, costs: Array, straight: npt.NDArray[np.bool_], *, n: float, mean_variance: float,
    phi: Array,
) -> tuple[npt.NDArray[np.bool_], Array, Array, Array, Array]:  # fmt: skip
    """Return the best prefix of each line's levels: worst first, or from either end."""
    m, width = line.shape[1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(line[0] > 0, line[1] / line[0], np.inf)
    worst = np.argsort(mean, axis=1, kind="stable")
    up = np.broadcast_to(np.arange(width), (m, width))
    last = np.isfinite(costs).sum(1)[:, None]  # an end may hold all levels but one
    back = np.where(up <= last, last - up, up)
    best: Any = None
    for order in (np.where(straight[:, None], up, worst), np.where(straight[:, None], back, worst)):
        sums = [np.take_along_axis(x, order, 1).cumsum(1) for x in line]
        z, delta = scores(_sums(sums, n), n, mean_variance, phi)
        with np.errstate(divide="ignore"):
            log_p = np.where(z > 0, np.log(np.maximum(norm_sf(z), 1e-320)), 0.0) + costs
        at = log_p.argmin(1)
        rows = np.arange(m)
        inside = np.zeros((m, width), dtype=np.bool_)
        np.put_along_axis(inside, order, up <= at[:, None], 1)
        now = (inside, costs[rows, at], z[rows, at], delta[rows, at], sums[0][rows, at])
        if best is None:
            best, low = now, log_p[rows, at]
        else:
            better = log_p[rows, at] < low
            best = (
                np.where(better[:, None], now[0], best[0]),
                *(np.where(better, a, b) for a, b in zip(now[1:], best[1:], strict=True)),
            )
    taken: tuple[npt.NDArray[np.bool_], Array, Array, Array, Array] = best
    return taken
