"""Integrate level, season and slope out of a series with noisy months.

References
----------
.. [1] Harvey & Durbin (1986), The effects of seat belt legislation, JRSS A 149:187.
.. [2] de Jong (1991), The diffuse Kalman filter, Annals of Statistics 19:1073.
.. [3] de Jong & Penzer (1998), Diagnosing shocks in time series, JASA 93:796.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.rate_model.design import FEWEST_MONTHS, Design
from salesfunnel._kernels.rate_model.linearise import Linearised

Array = npt.NDArray[np.float64]


class Noise(NamedTuple):
    """How months scatter: independently with sd `tau`, and with sd `sigma` that fades by `phi`."""

    tau: float
    sigma: float
    phi: float
    prior: float

    @property
    def variance(self) -> float:
        """Variance of a month's own effect."""
        return self.tau**2 + self.sigma**2


class Step(NamedTuple):
    """Score and information of a step in the last a months of each series, a = 1, 2, ....

    score/information is the generalised least-squares estimate of the step [1]_ [3]_.
    """

    log_likelihood: Array
    """Without a step, shape (series,)."""
    score: Array
    """Shape (ages, series)."""
    information: Array
    """Shape (ages, series); with the cross products of steps (ages, ages, series)."""
    slope: Array
    """The slope in units of its standard deviation, shape (series,); 0 in models without one."""


class Sums(NamedTuple):
    """Weighted sums of products of columns, response and step indicators."""

    G: Array  # (columns, columns, series); below the diagonal of no account
    by: Array  # (columns, series)
    bm: Array  # (columns, ages, series)
    s1: Array  # (ages, series)
    s2: Array  # (ages, series), or (ages, ages, series)
    yy: Array  # (series,)
    ll: Array  # (series,)

    def last(self) -> Sums:
        """Return a copy that holds the last column only."""
        some = self.G[-1:, -1:], self.by[-1:], self.bm[-1:], *self[3:]
        return Sums(*(part.copy() for part in some))


def steps_of(
    data: Linearised,
    design: Design,
    noise: Noise,
    ages: int,
    extra: Array | None = None,
    trend: Array | None = None,
    *,
    cross: bool = False,
) -> Iterator[Step]:
    """Yield a `Step` for every structure: level, season, both, slope; the first if months are few.

    Parameters
    ----------
    data : Linearised
        The months.
    design : Design
        The regressors.
    noise : Noise
        How months scatter.
    ages : int
        Steps of the last 1 to `ages` months.
    extra : ndarray of float, shape (months, series), optional
        Extra variance of a month.
    trend : ndarray of float, shape (series,), optional
        Mean of the slope before the months are seen; 0 by default.
    cross : bool
        Whether the information holds the products of steps of different ages.
    """
    months = data.response.shape[0]
    if noise.phi:
        sums = _filtered(data, design, noise, ages, extra, cross)
    else:
        sums = _weighted(data, design, noise, ages, extra)
        if cross:
            age = np.arange(ages)
            sums = sums._replace(s2=sums.s2[np.minimum(age[:, None], age)])
    last = design.values.shape[0] - 1
    _eliminate(sums, 0, design.precision[0])
    yield _recorded(sums)
    if months < FEWEST_MONTHS:
        return
    without_season = sums.last()
    if design.seasonal:
        for k in range(1, last):
            _eliminate(sums, k, design.precision[k])
        yield _recorded(sums)
        slope = _eliminate(sums, last, design.precision[last], trend)
        yield _recorded(sums, slope)
    slope = _eliminate(without_season, 0, design.precision[last], trend)
    yield _recorded(without_season, slope)


def _recorded(sums: Sums, slope: Array | None = None) -> Step:
    none = np.zeros_like(sums.ll) if slope is None else slope
    return Step(sums.ll - 0.5 * sums.yy, sums.s1.copy(), sums.s2.copy(), none)


def _weighted(
    data: Linearised, design: Design, noise: Noise, ages: int, extra: Array | None
) -> Sums:
    """Return the sums where months are independent."""
    A = design.values
    k = A.shape[0]
    spread = data.variance + noise.tau**2
    if extra is not None:
        spread = spread + extra
    W = data.present / spread
    Wy = W * data.response
    upper = np.triu_indices(k)
    G = np.empty((k, k, W.shape[1]))
    G[upper] = (A[upper[0]] * A[upper[1]]) @ W
    bm = A[:, : -ages - 1 : -1, None] * W[: -ages - 1 : -1]
    s1 = Wy[: -ages - 1 : -1].copy()
    for age in range(1, ages):
        bm[:, age] += bm[:, age - 1]
        s1[age] += s1[age - 1]
    return Sums(
        G, A @ Wy, bm, s1, bm[0].copy(),
        np.einsum("tn,tn->n", Wy, data.response),
        0.5 * (np.log(spread) * -data.present).sum(axis=0),
    )  # fmt: skip


def _filtered(
    data: Linearised, design: Design, noise: Noise, ages: int, extra: Array | None, cross: bool
) -> Sums:
    """Return the sums of innovations where a month's effect fades: an augmented filter [2]_.

    The same scalar filter runs over the response, every column and every indicator.
    """
    A = design.values
    k, months = A.shape
    size = data.response.shape[1]
    var = noise.sigma**2
    columns = np.empty((k + 1, months, size))  # innovations: regressors, then the response
    steps = np.zeros((ages, ages, size))  # of the indicators, in the last `ages` months
    weight = np.empty((months, size))
    P = np.full(size, var)
    pred = np.zeros((k + 1, size))
    pred_step = np.zeros((ages, size))
    for t in range(months):
        F = P + data.variance[t] + noise.tau**2
        if extra is not None:
            F = F + extra[t]
        w = data.present[t] / F
        weight[t] = w
        gain = P * w
        E = columns[:, t]
        np.subtract(A[:, t, None], pred[:k], out=E[:k])
        np.subtract(data.response[t], pred[k], out=E[k])
        pred += gain * E
        pred *= noise.phi
        j = t - (months - ages)
        if j >= 0:
            begun = ages - 1 - j  # the indicator of the last a months begins where a - 1 = begun
            S = steps[begun:, j]
            np.subtract(1.0, pred_step[begun:], out=S)
            pred_step[begun:] += gain * S
            pred_step[begun:] *= noise.phi
        P = noise.phi**2 * (P - P * gain) + (1 - noise.phi**2) * var
    weighted = columns * weight
    G = np.empty((k, k, size))
    for i in range(k):
        for j in range(i, k):
            G[i, j] = np.einsum("tn,tn->n", weighted[i], columns[j])
    last = weight[months - ages :]
    bm = np.einsum("ktn,atn->kan", weighted[: k + 1, months - ages :], steps)
    s2 = np.einsum("tn,atn,btn->abn" if cross else "tn,atn,atn->an", last, steps, steps)
    by = np.einsum("ktn,tn->kn", weighted[:k], columns[k])
    there = np.where(weight > 0, weight, 1.0)
    return Sums(
        G, by, np.ascontiguousarray(bm[:k]), bm[k].copy(), s2,
        np.einsum("tn,tn->n", weighted[k], columns[k]),
        0.5 * np.log(there).sum(axis=0),
    )  # fmt: skip


def _eliminate(sums: Sums, k: int, precision: float, mean: Array | None = None) -> Array:
    """Integrate the k-th coefficient, N(mean, 1/precision), out of the sums, in place.

    Return its estimate in units of its standard deviation.
    """
    G, by, bm, s1, s2, yy, ll = sums
    g = G[k, k] + precision
    ll -= 0.5 * np.log(g / precision)
    inverse = 1.0 / g
    if mean is not None:
        by[k] += precision * mean
        yy += precision * mean**2
    y = by[k] * inverse
    score: Array = by[k] * np.sqrt(inverse)
    yy -= by[k] * y
    m = bm[k] * inverse
    s1 -= m * by[k]
    s2 -= m * bm[k] if s2.ndim == bm[k].ndim else m[:, None] * bm[k]
    rest = G[k, k + 1 :]
    by[k + 1 :] -= rest * y
    bm[k + 1 :] -= rest[:, None] * m
    for i in range(k + 1, len(G)):
        G[i, i:] -= (G[k, i] * inverse) * G[k, i:]
    return score
