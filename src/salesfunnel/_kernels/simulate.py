"""What open deals bring, simulated, and how good a forecast was. Arguments are already validated.

References
----------
.. [1] Zamo & Naveau (2018), Estimation of the CRPS, Mathematical Geosciences 50:209, eq. (3)-(5).
.. [2] Koenker & Bassett (1978), Regression quantiles, Econometrica 46:33 (pinball loss).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


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


def smeared(mass: Array) -> Array:
    """Return the distribution of a sum of two times that are spread evenly in their cells.

    Their cells add up, and half of the mass lies in the next one.
    """
    out = 0.5 * mass
    out[..., 1:] += 0.5 * mass[..., :-1]
    return out


def convolved(first: Array, then: Array) -> Array:
    """Return the distribution of a sum of two times in cells, cut at the last cell.

    Parameters
    ----------
    first : ndarray of float64, shape (..., k)
        Mass of the first time.
    then : ndarray of float64, shape (k,)
        Mass of the second.
    """
    k = then.size
    at = np.arange(k)[None, :] - np.arange(k)[:, None]
    table = np.where(at >= 0, then[np.maximum(at, 0)], 0.0)
    return smeared(np.asarray(first @ table))


def won_cells(
    chance: Array,
    value: Array,
    factor: Array,
    rng: np.random.Generator,
    *,
    group: npt.NDArray[np.intp],
    groups: int,
) -> tuple[Array, Array, Array]:
    """Return draws of what deals bring: by cell of time, and by group.

    Parameters
    ----------
    chance : ndarray of float64, shape (n, k)
        Chance of each deal to be won in each cell; rows sum to at most 1.
    value : ndarray of float64, shape (n,)
        What each brings.
    factor : ndarray of float64, shape (draws,)
        Move of all logits, one a draw: what all deals have in common.
    rng : numpy.random.Generator
        One uniform number a draw and deal, in this order.
    group : ndarray of int, shape (n,)
        Group of each deal.
    groups : int
        How many.

    Returns
    -------
    cells : ndarray of float64, shape (draws, k)
    by_group : ndarray of float64, shape (draws, groups)
    wins : ndarray of float64, shape (draws, k)
    """
    n, k = chance.shape
    size = factor.size
    cells, wins, by_group = np.zeros((size, k)), np.zeros((size, k)), np.zeros((size, groups))
    total = chance.sum(1)
    with np.errstate(invalid="ignore", divide="ignore"):
        path = np.where(total[:, None] > 0, np.cumsum(chance, 1) / total[:, None], 1.0)
    rows = max(1, 2_000_000 // max(n, 1))
    for start in range(0, size, rows):
        part = slice(start, min(start + rows, size))
        u = rng.random((part.stop - start, n))
        p = shifted(total[None, :], factor[part, None])
        draw, deal = np.nonzero(u < p)
        where = (path[deal] < (u[draw, deal] / p[draw, deal])[:, None]).sum(1)
        where = np.minimum(where, k - 1)
        np.add.at(cells, (draw + start, where), value[deal])
        np.add.at(wins, (draw + start, where), 1.0)
        np.add.at(by_group, (draw + start, group[deal]), value[deal])
    return cells, by_group, wins


def compound(mean: Array, values: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return draws of the sum of Poisson many values, and of their number, shape as `mean`."""
    number = rng.poisson(mean)
    flat = number.ravel()
    drawn = values[rng.integers(0, values.size, int(flat.sum()))]
    end = np.concatenate([[0.0], np.cumsum(drawn)])
    stop = np.cumsum(flat)
    total = (end[stop] - end[stop - flat]).reshape(number.shape)
    return total, number.astype(np.float64)


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


def wape(actual: Array, forecast: Array) -> float | None:
    """Return Σ|actual − forecast| / Σ|actual|, None where that is 0."""
    total = float(np.abs(actual).sum())
    return float(np.abs(actual - forecast).sum()) / total if total > 0 else None


def bias(actual: Array, forecast: Array) -> float | None:
    """Return Σ(forecast − actual) / Σ|actual|, None where that is 0."""
    total = float(np.abs(actual).sum())
    return float((forecast - actual).sum()) / total if total > 0 else None
