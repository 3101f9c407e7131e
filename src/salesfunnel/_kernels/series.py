"""Control charts of monthly rates. Arguments are already validated; months run along axis 0.

References
----------
.. [1] Roberts (1959), Control chart tests based on geometric moving averages,
   Technometrics 1:239.
.. [2] Page (1954), Continuous inspection schemes, Biometrika 41:100.
.. [3] Laney (2002), Improved control charts for attributes, Quality Engineering 14:531.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

LAMBDA = 0.3
"""Weight of the newest month."""


def ewma(
    scores: npt.ArrayLike, *, weight: float = LAMBDA, shared: npt.ArrayLike | None = None
) -> Array:
    """Return the standardised moving average of scores [1]_; NaN scores are skipped.

    e_t = λs_t + (1−λ)e_{t−1}, divided by its exact standard deviation. For scores that are
    independent with variance one that is √(λ/(2−λ)·(1−(1−λ)^{2t})).

    Parameters
    ----------
    scores : array_like of float, shape (t, ...)
        Standard scores, one a month.
    weight : float
        λ in (0, 1].
    shared : array_like of float, same shape, optional
        The part of a score's variance that all months have in common, as when they are judged by
        one uncertain reference; 0 by default.
    """
    S = np.asarray(scores, dtype=np.float64)
    c = np.zeros_like(S) if shared is None else np.asarray(shared, dtype=np.float64)
    level, own, common = (np.zeros(S.shape[1:]) for _ in range(3))
    out = np.full(S.shape, np.nan)
    for t in range(S.shape[0]):
        there = ~np.isnan(S[t])
        s, part = np.where(there, S[t], 0.0), np.where(there, c[t], 0.0)
        level = np.where(there, weight * s + (1 - weight) * level, level)
        own = np.where(there, weight**2 * (1 - part) + (1 - weight) ** 2 * own, own)
        common = np.where(there, weight * np.sqrt(part) + (1 - weight) * common, common)
        variance = own + common**2
        seen = variance > 0
        out[t] = np.where(seen, level / np.sqrt(np.where(seen, variance, 1.0)), np.nan)
    return out


def cusum(scores: npt.ArrayLike, *, slack: float = 0.5) -> Array:
    """Return C_t = max(0, C_{t−1} + s_t − k) [2]_; NaN scores are skipped."""
    S = np.asarray(scores, dtype=np.float64)
    total = np.zeros(S.shape[1:])
    out = np.empty(S.shape)
    for t in range(S.shape[0]):
        total = np.where(np.isnan(S[t]), total, np.maximum(0.0, total + S[t] - slack))
        out[t] = total
    return out


def laney(x: npt.ArrayLike, n: npt.ArrayLike) -> tuple[Array, Array, Array]:
    """Return p̄, the z of every month and σ_z of Laney's p′ chart [3]_.

    σ_z is the mean moving range of z ÷ 1.128. The limits for a month of n entrants are
    p̄ ± 3σ_z√(p̄(1−p̄)/n).
    """
    X, N = np.asarray(x, dtype=np.float64), np.asarray(n, dtype=np.float64)
    p = X.sum(axis=0) / np.maximum(N.sum(axis=0), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        sigma = np.sqrt(p * (1 - p) / N)
        z = np.where((N > 0) & (sigma > 0), (X / N - p) / sigma, 0.0)
    moving = np.abs(np.diff(z, axis=0))
    spread = moving.mean(axis=0) / 1.128 if moving.shape[0] else np.ones(z.shape[1:])
    return np.asarray(p), np.asarray(z), np.asarray(spread)
