"""Simulate the outcome of open deals, and score forecasts. Arguments are already validated.

References
----------
.. [1] Zamo & Naveau (2018), Estimation of the CRPS, Mathematical Geosciences 50:209, eq. (3)-(5).
.. [2] Koenker & Bassett (1978), Regression quantiles, Econometrica 46:33 (pinball loss).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

SURE = 1e-4


def poisson_binomial(p: Array) -> Array:
    """Return the distribution of the number of wins of deals with chances `p`, shape (n + 1,)."""
    pmf = np.ones(1)
    for chance in p:
        pmf = np.convolve(pmf, (1.0 - chance, chance))
    return pmf


def shifted(p: Array, by: npt.ArrayLike) -> Array:
    """Return chances whose logits are moved; 0 and 1 stay."""
    factor = np.exp(np.asarray(by))
    return np.asarray(p * factor / (1.0 - p + p * factor))


def won_cells(
    chance: Array,
    value: Array,
    factor: Array,
    rng: np.random.Generator,
    *,
    groupings: tuple[tuple[npt.NDArray[np.intp], int], ...] = (),
) -> tuple[Array, Array, tuple[Array, ...]]:
    """Return draws of what deals bring: by cell of time, and by group.

    Parameters
    ----------
    chance : ndarray of float64, shape (n, k)
        Chance of each deal to be won in each cell; rows sum to at most 1.
    value : ndarray of float64, shape (n,)
        What each brings.
    factor : ndarray of float64, shape (draws, n) or (draws, 1)
        Move of the logits: what deals have in common.
    rng : numpy.random.Generator
        One uniform number a draw and deal, in this order.
    groupings : tuple of (codes, number of groups)
        Codes of shape (n,).

    Returns
    -------
    cells, wins : ndarray of float64, shape (draws, k)
    by_group : tuple of ndarray of float64, shape (draws, groups)
    """
    n, k = chance.shape
    size = factor.shape[0]
    cells, wins = np.zeros((size, k)), np.zeros((size, k))
    groups = tuple(np.zeros((size, most)) for _, most in groupings)
    total = np.minimum(chance.sum(1), 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        path = np.where(total[:, None] > 0, np.cumsum(chance, 1) / total[:, None], 1.0)
    rows = max(1, 2_000_000 // max(n, 1))
    for start in range(0, size, rows):
        part = slice(start, min(start + rows, size))
        length = part.stop - start
        u = rng.random((length, n))
        p = shifted(total[None, :], factor[part])
        draw, deal = np.nonzero(u < p)
        where = (path[deal] < (u[draw, deal] / p[draw, deal])[:, None]).sum(1)
        where = draw * k + np.minimum(where, k - 1)
        cells[part] = np.bincount(where, value[deal], minlength=length * k).reshape(length, k)
        wins[part] = np.bincount(where, minlength=length * k).reshape(length, k)
        for found, (code, most) in zip(groups, groupings, strict=True):
            if most:
                place = draw * most + code[deal]
                total_of = np.bincount(place, value[deal], minlength=length * most)
                found[part] = total_of.reshape(length, most)
    return cells, wins, groups


def crps(sample: Array, actual: float, *, fair: bool = False) -> float:
    """Return the continuous ranked probability score of a sample, in O(B log B) [1]_.

    mean|X − y| − ½ mean|X − X′|, the second by Σ x_(i)(2i − B − 1)/B²; `fair` divides by B(B − 1).
    """
    x = np.sort(sample)
    B = x.size
    rank = 2.0 * np.arange(1, B + 1) - B - 1.0
    pairs = B * (B - 1) if fair else B * B
    return float(np.abs(x - actual).mean() - (x @ rank) / pairs)


def pinball(actual: npt.ArrayLike, forecast: npt.ArrayLike, q: float) -> Array:
    """Return the pinball loss of forecasts of the quantile q [2]_."""
    gap = np.asarray(actual, dtype=np.float64) - np.asarray(forecast, dtype=np.float64)
    return np.maximum(q * gap, (q - 1.0) * gap)


def log_loss(came: npt.NDArray[np.bool_], chance: Array) -> Array:
    """Return the log loss of each chance in nats; no chance counts as surer than 1 in 10 000."""
    p = np.clip(chance, SURE, 1 - SURE)
    return np.asarray(-np.where(came, np.log(p), np.log1p(-p)))


def wape(actual: Array, forecast: Array) -> float | None:
    """Return Σ|actual − forecast| / Σ|actual|, None if that is 0."""
    total = float(np.abs(actual).sum())
    return float(np.abs(actual - forecast).sum()) / total if total > 0 else None


def bias(actual: Array, forecast: Array) -> float | None:
    """Return Σ(forecast − actual) / Σ|actual|, None if that is 0."""
    total = float(np.abs(actual).sum())
    return float((forecast - actual).sum()) / total if total > 0 else None
