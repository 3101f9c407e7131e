"""Rates of groups, shrunk toward the rate of all. Arguments are already validated."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.special import betaln

Floats = npt.NDArray[np.float64]

WEIGHT = 20.0
"""How many cases the common rate counts for if there are too few groups to tell."""
LEAST_GROUPS = 5
_GRID = np.exp(np.linspace(np.log(1.0), np.log(1000.0), 61))


def common_weight(x: npt.ArrayLike, n: npt.ArrayLike) -> float:
    """Return how many cases the common rate counts for: the marginal likelihood's choice.

    Below five groups with cases it is 20. Groups are beta distributed around the common rate with
    strength M; M is taken from a grid between 1 and 1,000.
    """
    X, N = np.asarray(x, dtype=np.float64), np.asarray(n, dtype=np.float64)
    inside = N > 0
    total, cases = X[inside].sum(), N[inside].sum()
    if inside.sum() < LEAST_GROUPS or not 0 < total < cases:
        return WEIGHT
    p = total / cases
    X, N = X[inside], N[inside]
    a, b = p * _GRID[:, None], (1 - p) * _GRID[:, None]
    likelihood = (betaln(X + a, N - X + b) - betaln(a, b)).sum(axis=1)
    return float(_GRID[int(np.argmax(likelihood))])


def shrunk_rates(x: npt.ArrayLike, n: npt.ArrayLike, *, weight: float | None = None) -> Floats:
    """Return (x + M p) / (n + M), p the rate of all; NaN if there is no case at all.

    Parameters
    ----------
    x, n : array_like, shape (groups,)
        Successes and cases.
    weight : float, optional
        M; `common_weight` by default.
    """
    X, N = np.asarray(x, dtype=np.float64), np.asarray(n, dtype=np.float64)
    if not N.sum():
        return np.full(N.shape, np.nan)
    M = common_weight(X, N) if weight is None else weight
    return np.asarray((X + M * X.sum() / N.sum()) / (N + M))
