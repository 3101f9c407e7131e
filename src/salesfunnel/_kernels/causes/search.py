"""Where a rate fell: a search over levels of columns that pays for how much it looked at.

Arguments are already validated.

References
----------
.. [1] Zhong & Prentice (2008), Bias-reduced estimators and confidence intervals for odds ratios in
   genome-wide association studies, Biostatistics 9:621.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.causes.design import Design, by_level
from salesfunnel._kernels.causes.fit import Fit
from salesfunnel._kernels.causes.prices import Prices, set_prices
from salesfunnel._kernels.special import norm_ppf, norm_sf

__all__ = ["Hit", "best_sets", "dispersions", "fair_z", "signed_root"]

Array = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]
EDGE = 1e-3
PRIOR = 30.0
"""Cells whose dispersion is the pooled one: a column's own counts as much as it has more."""


class Hit(NamedTuple):
    """The best set of one column or of two: levels, and how far their rate lies below."""

    z: float
    log_p: float
    price: float
    delta: float
    held: float
    factors: tuple[int, ...]
    levels: tuple[tuple[int, ...], ...]


def fair_z(z: float, price: float, q: float) -> float:
    """Return what a z that was searched for is worth: halfway to the mean of a truncated normal.

    z̃ is the maximum-likelihood mean of a normal that is only seen above Φ⁻¹(1 − q/price) [1]_, and
    not below 0: just above that limit it would go to −∞, and what fell would be said to have risen.
    """
    cut = -float(norm_ppf(min(q / price, 0.5)))
    if z > cut + 4:
        return z
    low, high = 0.0, z
    for _ in range(80):
        mid = (low + high) / 2
        tail = float(norm_sf(cut - mid))
        mean = (
            mid + math.exp(-((cut - mid) ** 2) / 2) / math.sqrt(2 * math.pi) / tail
            if tail > 1e-300
            else cut
        )
        low, high = (mid, high) if mean < z else (low, mid)
    return ((low + high) / 2 + z) / 2


def _kl(a: Array, b: Array) -> Array:
    a = np.clip(a, EDGE, 1 - EDGE)
    b = np.clip(b, EDGE, 1 - EDGE)
    return a * np.log(a / b) + (1 - a) * np.log((1 - a) / (1 - b))


def signed_root(delta: Array, quad: Array, share: Array, rate: Array, phi: Array | float) -> Array:
    """Return the signed root of the likelihood ratio of a set against the rest of now."""
    inside = _kl(rate + delta * (1 - share), rate) / (1 - share)
    outside = _kl(rate - delta * share, rate) / share
    return np.sqrt(np.maximum(2 * quad / phi * (inside + outside), 0.0))


def dispersions(design: Design, fitted: Array, residual: Array) -> Array:
    """Return how much more cells of period × level differ than chance makes them, by factor.

    Of the reference alone; a column's own value is shrunk toward the pooled one.
    """
    b = design.before
    p = np.clip(fitted[:b], 0.005, 0.995)
    v, e = p * (1 - p), residual[:b]
    t = design.sizes[0]
    stats = np.zeros((len(design.sizes), 2))
    for f in range(1, len(design.sizes)):
        k = design.sizes[f]
        cell = design.codes[0][:b].astype(np.int64) * k + design.codes[f][:b]
        n = np.bincount(cell, minlength=t * k)
        r = np.bincount(cell, weights=e, minlength=t * k)
        s = np.bincount(cell, weights=v, minlength=t * k)
        ok = n >= 5
        x2 = float((r[ok] ** 2 / s[ok]).sum())
        grid = ok.reshape(t, k)
        df = int(ok.sum()) - int(grid.any(1).sum()) - int(grid.any(0).sum()) + 1
        stats[f] = x2, max(df, 0)
    pooled = max(1.0, (stats[:, 0].sum() + 20) / (stats[:, 1].sum() + 20))
    phi: Array = np.maximum(1.0, (stats[:, 0] + PRIOR * pooled) / (stats[:, 1] + PRIOR))
    return phi


class Now(NamedTuple):
    """Sums over the rows of now by level, and by two levels: count, residual, fitted, variance."""

    counted: Array
    residual: Array
    fitted: Array
    variance: Array
    mean_variance: float
    n: float


def now_of(design: Design, fitted: Array, residual: Array) -> Now:
    """Sum up the rows of now by level; `fitted` and `residual` are of those rows."""
    p = np.clip(fitted, 0.005, 0.995)
    v = p * (1 - p)
    low, high = design.before, design.rows
    return Now(
        by_level(design, None, low, high),
        by_level(design, residual, low, high),
        by_level(design, p, low, high),
        by_level(design, v, low, high),
        float(v.mean()) if v.size else 0.0,
        float(design.now),
    )


class SetSums(NamedTuple):
    """The same sums of candidate sets, with the quadratic form Q of each."""

    n: Array
    s: Array
    p: Array
    v: Array
    quad: Array


def scores(
    sums: SetSums, n_now: float, mean_variance: float, phi: Array | float
) -> tuple[Array, Array]:
    """Return (z, δ) of candidate sets; z is 0 where a set is too small, or its rate did not fall.

    z is the smaller of the normal score and the signed root: the one alone is wrong near a rate of
    one, the other near nought.
    """
    n, quad = sums.n, sums.quad
    share = n / n_now
    least = max(10.0, 0.03 * n_now)
    ok = (n >= least) & (n_now - n >= least) & (quad >= 0.15 * n * (1 - share))
    with np.errstate(divide="ignore", invalid="ignore"):
        delta = np.where(ok, sums.s / quad, 0.0)
        v = (1 - share) * sums.v / n + share * mean_variance
        plain = np.abs(delta) / np.sqrt(phi * v / quad)
        rate = np.where(ok, sums.p / n, 0.5)
        share = np.where(ok, share, 0.5)
        root = signed_root(delta, np.where(ok, quad, 1.0), share, rate, phi)
        z = np.where(ok & (delta < 0), np.minimum(plain, root), 0.0)
    return np.nan_to_num(z), delta


def best_sets(
    design: Design,
    cells_now: Array,
    fitted: Fit,
    now: Now,
    *,
    phi: Array,
    prices: Prices,
    ordered: Sequence[int],
    factors: Sequence[int],
) -> list[Hit]:
    """Return the best set of levels of every column."""
    at = design.places(fitted.model.factors)
    rows = np.hstack([cells_now[:, at], *(x.cells[:, None] for x in fitted.model.extras)])
    held = rows @ fitted.inverse
    found = []
    for f in factors:
        part = design.part(f)
        quad = cells_now[part, part] - held[part] @ rows[part].T
        hit = _best_of(design, f, quad, now, phi=float(phi[f]), ordered=ordered[f])
        if hit is not None:
            price = hit.price * float(prices.single[f])
            log_p = _log_sf(hit.z) + math.log(price)
            found.append(hit._replace(price=price, log_p=log_p))
    return found


def _log_sf(z: float) -> float:
    return math.log(max(float(norm_sf(z)), 1e-320))


def _best_of(
    design: Design, f: int, quad: Array, now: Now, *, phi: float, ordered: int
) -> Hit | None:
    """Return the cheapest set of one column by p · price, among singles, worst levels or ends."""
    part = design.part(f)
    k = design.sizes[f]
    n, s, p, v = now.counted[part], now.residual[part], now.fitted[part], now.variance[part]
    z, delta = scores(SetSums(n, s, p, v, np.diag(quad)), now.n, now.mean_variance, phi)
    best: tuple[float, float, float, float, float, tuple[int, ...]] | None = None
    cost = 4.0 * k if ordered else float(set_prices(k)[0])
    for i in np.flatnonzero(z > 0).tolist():
        best = _better(best, float(z[i]), cost, float(delta[i]), float(n[i]), (i,))
    for order, price in _orders(n, s, ordered):
        sums = SetSums(
            n[order].cumsum(),
            s[order].cumsum(),
            p[order].cumsum(),
            v[order].cumsum(),
            np.diag(quad[np.ix_(order, order)].cumsum(0).cumsum(1)),
        )
        z, delta = scores(sums, now.n, now.mean_variance, phi)
        for i in np.flatnonzero((z > 0) & np.isfinite(price)).tolist():
            levels = tuple(sorted(order[: i + 1].tolist()))
            best = _better(
                best, float(z[i]), float(price[i]), float(delta[i]), float(sums.n[i]), levels
            )
    if best is None:
        return None
    log_p, z_best, price_best, d, count, levels = best
    return Hit(z_best, log_p, price_best, d, count, (f,), (levels,))


def _orders(n: Array, s: Array, ordered: int) -> list[tuple[npt.NDArray[np.intp], Array]]:
    """Return orders whose prefixes are candidates, and the price of each prefix, ∞ for none."""
    k = n.size
    if ordered:
        price = np.full(ordered, 4.0 * (ordered - 1))
        price[-1] = np.inf
        up = np.arange(ordered)
        return [(up, price), (up[::-1], price)] if ordered > 1 else []
    if k <= 3:
        return []
    with np.errstate(divide="ignore", invalid="ignore"):
        worst = np.argsort(np.where(n > 0, s / n, np.inf), kind="stable")
    price = np.full(k, np.inf)
    price[1 : k // 2] = set_prices(k)[1:]
    return [(worst, price)]


def _better(best: Any, z: float, price: float, d: float, n: float, levels: tuple[int, ...]) -> Any:
    log_p = _log_sf(z) + math.log(price)
    if best is None or (log_p, -z, levels) < (best[0], -best[1], best[5]):
        return log_p, z, price, d, n, levels
    return best
