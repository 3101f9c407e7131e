"""Intervals and tests for rates. Arguments are already validated: 0 ≤ x ≤ n, level in (0, 1).

Counts may be fractional (an effective number of entrants). Where n = 0 the interval is [0, 1].

References
----------
.. [1] Wilson (1927), Probable inference, the law of succession, JASA 22:209.
.. [2] Brown, Cai & DasGupta (2001), Interval estimation for a binomial proportion,
   Statist. Sci. 16:101.
.. [3] Clopper & Pearson (1934), Biometrika 26:404.
.. [4] Newcombe (1998), Interval estimation for the difference between independent proportions,
   Statist. Med. 17:873, method 10.
.. [5] Katz et al. (1978), Obtaining confidence intervals for the risk ratio, Biometrics 34:469.
.. [6] Anscombe (1948), The transformation of Poisson, binomial and negative-binomial data,
   Biometrika 35:246.
.. [7] Holm (1979), Scand. J. Statist. 6:65; Benjamini & Hochberg (1995), JRSS B 57:289.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.special import betainc, betaincinv, norm_sf

Array = npt.NDArray[np.float64]


def two_sided_z(level: float) -> float:
    """Return the normal quantile that leaves (1 − level) / 2 above it."""
    return -NormalDist().inv_cdf((1.0 - level) / 2)  # 0.5 + level / 2 may round to 1


def wilson(x: npt.ArrayLike, n: npt.ArrayLike, level: float) -> tuple[Array, Array]:
    """Return Wilson's score interval [1]_, exact 0 at x = 0 and 1 at x = n."""
    X, N = np.broadcast_arrays(np.asarray(x, dtype=np.float64), np.asarray(n, dtype=np.float64))
    z = two_sided_z(level)
    safe = np.where(N > 0, N, 1.0)
    p, z2 = X / safe, z * z
    centre = (p + z2 / (2 * safe)) / (1 + z2 / safe)
    half = z / (1 + z2 / safe) * np.sqrt(p * (1 - p) / safe + z2 / (4 * safe**2))
    return _ends(centre - half, centre + half, X, N)


def jeffreys(x: npt.ArrayLike, n: npt.ArrayLike, level: float) -> tuple[Array, Array]:
    """Return the equal-tailed interval of Beta(x + ½, n − x + ½) [2]_; 0 at x = 0, 1 at x = n."""
    X, N = np.broadcast_arrays(np.asarray(x, dtype=np.float64), np.asarray(n, dtype=np.float64))
    tail = (1 - level) / 2
    low, high = betaincinv(
        np.stack([X, X]) + 0.5,
        np.stack([N - X, N - X]) + 0.5,
        np.stack([np.full(X.shape, tail), np.full(X.shape, 1 - tail)]),
    )
    return _ends(low, high, X, N)


def clopper_pearson(x: npt.ArrayLike, n: npt.ArrayLike, level: float) -> tuple[Array, Array]:
    """Return the interval that holds at least `level` always [3]_."""
    X, N = np.broadcast_arrays(np.asarray(x, dtype=np.float64), np.asarray(n, dtype=np.float64))
    tail = (1 - level) / 2
    none, full = X <= 0, X >= N
    low = betaincinv(np.where(none, 1.0, X), N - X + 1, tail)
    high = betaincinv(X + 1, np.where(full, 1.0, N - X), 1 - tail)
    return _ends(low, high, X, N)


def _ends(low: Array, high: Array, x: Array, n: Array) -> tuple[Array, Array]:
    low = np.where((x <= 0) | (n <= 0), 0.0, np.clip(low, 0.0, 1.0))
    high = np.where((x >= n) | (n <= 0), 1.0, np.clip(high, 0.0, 1.0))
    return np.asarray(low), np.asarray(high)


METHODS = {"wilson": wilson, "jeffreys": jeffreys, "clopper-pearson": clopper_pearson}
"""The intervals by their name."""


def ratio_above_one(x: npt.ArrayLike, n: npt.ArrayLike, level: float) -> tuple[Array, Array]:
    """Return an interval for x / n where x is not a part of n: Poisson on the root scale [6]_."""
    X, N = np.asarray(x, dtype=np.float64), np.asarray(n, dtype=np.float64)
    z = two_sided_z(level)
    root = np.sqrt(X + 0.375)
    with np.errstate(divide="ignore", invalid="ignore"):
        low = (np.maximum(root - z / 2, 0.0) ** 2 - 0.375) / N
        high = ((root + z / 2) ** 2 - 0.375) / N
    return np.maximum(low, 0.0), np.asarray(high)


def ratio_of_doubt(
    ratio: npt.ArrayLike, x: npt.ArrayLike, cv2: npt.ArrayLike, level: float
) -> tuple[Array, Array]:
    """Return an interval for a ratio of a count to an exposure of squared relative error `cv2`."""
    spread = 1 / np.maximum(np.asarray(x, dtype=np.float64), 1.0) + np.nan_to_num(cv2)
    reach = np.exp(two_sided_z(level) * np.sqrt(spread))
    return np.asarray(ratio / reach), np.asarray(ratio * reach)


def newcombe(
    x1: npt.ArrayLike, n1: npt.ArrayLike, x0: npt.ArrayLike, n0: npt.ArrayLike, level: float
) -> tuple[Array, Array]:
    """Return the interval of x1/n1 − x0/n0 from two Wilson intervals [4]_; n1, n0 > 0."""
    X1, N1, X0, N0 = (np.asarray(v, dtype=np.float64) for v in (x1, n1, x0, n0))
    p1, p0 = X1 / N1, X0 / N0
    l1, u1 = wilson(x1, n1, level)
    l0, u0 = wilson(x0, n0, level)
    d = p1 - p0
    return (
        np.asarray(d - np.sqrt((p1 - l1) ** 2 + (u0 - p0) ** 2)),
        np.asarray(d + np.sqrt((u1 - p1) ** 2 + (p0 - l0) ** 2)),
    )


def two_proportion_z(
    x1: npt.ArrayLike, n1: npt.ArrayLike, x0: npt.ArrayLike, n0: npt.ArrayLike
) -> Array:
    """Return the pooled z of x1/n1 − x0/n0; 0 where a rate or the spread is not there."""
    X1, N1, X0, N0 = (np.asarray(v, dtype=np.float64) for v in (x1, n1, x0, n0))
    ok = (N1 > 0) & (N0 > 0)
    a, b = np.where(ok, N1, 1.0), np.where(ok, N0, 1.0)
    p = (X1 + X0) / (a + b)
    se = np.sqrt(np.maximum(p * (1 - p), 0.0) * (1 / a + 1 / b))
    ok = ok & (se > 0)
    return np.asarray(np.where(ok, (X1 / a - X0 / b) / np.where(ok, se, 1.0), 0.0))


def log_ratio(
    x1: npt.ArrayLike, n1: npt.ArrayLike, x0: npt.ArrayLike, n0: npt.ArrayLike, level: float
) -> tuple[Array, Array, Array]:
    """Return the ratio of two rates and its interval on the log scale [5]_.

    ½ is added to all counts where one x is 0.
    """
    X1, N1, X0, N0 = np.broadcast_arrays(
        *(np.asarray(v, dtype=np.float64) for v in (x1, n1, x0, n0))
    )
    add = np.where((X1 == 0) | (X0 == 0), 0.5, 0.0)
    X1, N1, X0, N0 = X1 + add, N1 + add, X0 + add, N0 + add
    ratio = (X1 / N1) / (X0 / N0)
    se = np.sqrt(np.maximum(1 / X1 - 1 / N1 + 1 / X0 - 1 / N0, 0.0))
    wide = np.exp(two_sided_z(level) * se)
    return np.asarray(ratio), np.asarray(ratio / wide), np.asarray(ratio * wide)


def binomial_cdf(x: npt.ArrayLike, n: npt.ArrayLike, p: npt.ArrayLike) -> Array:
    """Return P(X ≤ x) of Binomial(n, p): I_{1−p}(n − x, x + 1)."""
    X, N, P = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in (x, n, p)))
    inside = (X >= 0) & (X < N)
    a, b = np.where(inside, N - X, 1.0), np.where(inside, X + 1, 1.0)
    return np.asarray(np.where(X < 0, 0.0, np.where(X >= N, 1.0, betainc(a, b, 1 - P))))


def two_sided_p(z: npt.ArrayLike) -> Array:
    """Return the two-sided p-value of a normal z."""
    return np.asarray(2 * norm_sf(np.abs(np.asarray(z, dtype=np.float64))))


def holm(p: npt.ArrayLike) -> Array:
    """Return Holm's adjusted p-values along the last axis [7]_."""
    P = np.asarray(p, dtype=np.float64)
    order = np.argsort(P, axis=-1, kind="stable")
    m = P.shape[-1]
    raised = np.take_along_axis(P, order, -1) * (m - np.arange(m))
    adjusted = np.minimum(np.maximum.accumulate(raised, axis=-1), 1.0)
    return _unsort(adjusted, order)


def benjamini_hochberg(p: npt.ArrayLike) -> Array:
    """Return the adjusted p-values of Benjamini and Hochberg along the last axis [7]_."""
    P = np.asarray(p, dtype=np.float64)
    order = np.argsort(P, axis=-1, kind="stable")
    m = P.shape[-1]
    raised = np.take_along_axis(P, order, -1) * (m / (np.arange(m) + 1))
    adjusted = np.minimum.accumulate(raised[..., ::-1], axis=-1)[..., ::-1]
    return _unsort(np.minimum(adjusted, 1.0), order)


def _unsort(values: Array, order: npt.NDArray[np.intp]) -> Array:
    out = np.empty_like(values)
    np.put_along_axis(out, order, values, -1)
    return out


def effective_entrants(rates: Array, entered: Array) -> Array:
    """Return the number of entrants at which a product of rates has the spread of one rate.

    From Var(log R) = Σ(1 − r)/(n r): n_eff = (1 − R)/(R·Var). In a chain where those who advance
    are those who enter next this is the number that entered the chain.

    Parameters
    ----------
    rates, entered : ndarray of float, shape (..., k)
        The rates along the chain and their entrants; cumulated along the last axis.
    """
    R = np.cumprod(rates, axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        var = np.cumsum((1 - rates) / (entered * rates), axis=-1)
        n = (1 - R) / (R * var)
    first = np.broadcast_to(entered[..., :1], R.shape)
    return np.asarray(np.where(np.isfinite(n) & (n > 0), n, first))
