"""Rates of the arms of a test, valid at any time one looks. Arguments are already validated.

The evidence against equal rates is a mixture of likelihoods over both rates (independent Jeffreys
priors) divided by the largest likelihood of equal rates: it does not pass 1/α with more than
probability α if the rates are equal, however often one looks (Ville; [1]_, [2]_). The interval of
the difference holds every difference against which the evidence stays below 1/α.

References
----------
.. [1] Wasserman, Ramdas & Balakrishnan (2020), PNAS 117:16880 (universal inference).
.. [2] Howard, Ramdas, McAuliffe & Sekhon (2021), Annals of Statistics 49:1055.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.special import gammaln

Array = npt.NDArray[np.float64]


def _log_mixture(x: Array, n: Array) -> Array:
    """Return log ∫ p^x (1 − p)^(n − x) dBeta(½, ½)."""
    return np.asarray(gammaln(x + 0.5) + gammaln(n - x + 0.5) - gammaln(n + 1.0) - np.log(np.pi))


def _log_like(x: float, n: float, p: Array) -> Array:
    q = np.clip(p, 1e-300, 1.0)
    r = np.clip(1.0 - p, 1e-300, 1.0)
    return np.asarray(x * np.log(q) + (n - x) * np.log(r))


def log_evidence(x0: float, n0: float, x1: float, n1: float, differences: Array) -> Array:
    """Return the log evidence against each difference p1 − p0, shape (differences,)."""
    mixture = float(
        _log_mixture(
            np.array([x0, x1], dtype=np.float64), np.array([n0, n1], dtype=np.float64)
        ).sum()
    )
    d = np.asarray(differences, dtype=np.float64)
    if not d.any():  # equal rates: the best is the pooled rate
        total = n0 + n1
        pooled = np.full(d.shape, (x0 + x1) / total if total else 0.5)
        return mixture - _log_like(x0 + x1, total, pooled)
    return mixture - _profile(x0, n0, x1, n1, d)


def _profile(x0: float, n0: float, x1: float, n1: float, d: Array) -> Array:
    """Return the largest log likelihood for p1 = p0 + d: concave in p0, by golden section."""
    low, high = np.maximum(0.0, -d), np.minimum(1.0, 1.0 - d)
    low, high = low.copy(), np.maximum(high, low)
    ratio = (np.sqrt(5.0) - 1) / 2

    def value(p: Array) -> Array:
        return _log_like(x0, n0, p) + _log_like(x1, n1, np.clip(p + d, 0.0, 1.0))

    a, b = high - ratio * (high - low), low + ratio * (high - low)
    fa, fb = value(a), value(b)
    for _ in range(60):
        left = fa >= fb
        high, low = np.where(left, b, high), np.where(left, low, a)
        a, b = high - ratio * (high - low), low + ratio * (high - low)
        fa, fb = value(a), value(b)
    ends = np.maximum(value(np.maximum(0.0, -d)), value(np.minimum(1.0, 1.0 - d)))
    return np.maximum(np.maximum(fa, fb), ends)


def interval(x0: float, n0: float, x1: float, n1: float, alpha: float) -> tuple[float, float]:
    """Return the ends of the always-valid interval of p1 − p0 at level 1 − alpha."""
    if n0 == 0 or n1 == 0:
        return -1.0, 1.0
    bound = -np.log(alpha)
    middle = x1 / n1 - x0 / n0

    def inside(d: float) -> bool:
        return bool(log_evidence(x0, n0, x1, n1, np.array([d]))[0] < bound)

    ends = []
    for far in (-1.0, 1.0):
        near, out = middle, far
        if inside(far):
            ends.append(far)
            continue
        for _ in range(50):
            half = (near + out) / 2
            near, out = (half, out) if inside(half) else (near, half)
        ends.append(near)
    return ends[0], ends[1]
