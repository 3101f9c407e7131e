"""Simulate the gain if a step reached its reference. Arguments are already validated.

References
----------
.. [1] Wilson & Hilferty (1931), The distribution of chi-square, PNAS 17:684 (gamma draws from
   normal ones).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

DRAWS = 1024
BLOCK = 64


def common_draws(seed: int, steps: int, draws: int = DRAWS) -> Array:
    """Return draws of shape (steps, 9, draws): four normal, four logs of uniform, one uniform.

    Keyed by the seed and the place in the chain. All segments share them: a result depends on its
    own figures only, not on who is next to it. Antithetic: the second half mirrors the first.
    """
    out = np.empty((steps, 9, 2 * (draws // 2)))
    for place in range(steps):
        rng = np.random.default_rng([seed, place])
        normal = rng.standard_normal((4, draws // 2))
        uniform = rng.uniform(1e-12, 1.0, (4, draws // 2))
        out[place, :4] = np.concatenate([normal, -normal], axis=-1)
        out[place, 4:8] = np.log(np.concatenate([uniform, 1 - uniform + 1e-12], axis=-1))
        out[place, 8] = (rng.permutation(out.shape[-1]) + 0.5) / out.shape[-1]
    return out


def _gamma(shape: Array, normal: Array, log_uniform: Array) -> Array:
    """Return gamma draws from normal ones [1]_; below 1 by Γ(a) = Γ(a+1)·U^{1/a}."""
    small = shape < 1.0
    a = np.where(small, shape + 1.0, shape) if small.any() else shape
    root = normal / (3 * np.sqrt(a))
    root += 1 - 1 / (9 * a)
    np.maximum(root, 1e-4, out=root)
    drawn: Array = root * root
    drawn *= root
    drawn *= a
    if not small.any():
        return drawn
    return np.where(small, drawn * np.exp(np.maximum(log_uniform / shape, -600.0)), drawn)


def beta_draws(a: Array, b: Array, draws: Array, which: int = 0) -> Array:
    """Return draws of Beta(a, b), shape (cells, draws), from one place of `common_draws`.

    `which` is 0 or 1: two distributions at one place are independent. a and b of shape (cells,), or
    (cells, draws) where every draw has its own distribution.
    """
    i = 2 * which
    first = _gamma(a if a.ndim > 1 else a[:, None], draws[i], draws[4 + i])
    second = _gamma(b if b.ndim > 1 else b[:, None], draws[i + 1], draws[5 + i])
    return np.asarray(first / (first + second))


def gain_if_reference(
    current: npt.ArrayLike, reference: npt.ArrayLike, deals: npt.ArrayLike
) -> Array:
    """Return deals·(reference/current − 1) where current < reference, else 0."""
    now, ref = np.asarray(current, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    return np.asarray(np.where(now < ref, np.asarray(deals) * (ref / now - 1), 0.0))


def extra_at_the_end(
    entrants: Array, now: Array, raised: Array, room: Array, before: Array | None = None
) -> Array:
    """Return the deals that raised rates add at the end of a chain.

    d₀ = 0, d_{j+1} = min(d_j·r′_j + n_j(r′_j − r_j), room_{j+1}).

    Parameters
    ----------
    entrants : ndarray of float, shape (steps, cells or 1, 1)
        n, entrants a period.
    now, raised : ndarray of float, shape (steps, cells, draws)
        r and r′ ≥ r.
    room : ndarray of float, shape (steps, cells or 1, 1)
        How many more each step's end can take; infinite without a cap.
    before : ndarray of float, shape (cells, draws or 1), optional
        d₀, 0 by default.
    """
    extra = np.zeros(np.broadcast_shapes(now.shape[1:], entrants.shape[1:]))
    extra = extra if before is None else extra + before
    for j in range(now.shape[0]):
        extra = np.minimum(extra * raised[j] + entrants[j] * (raised[j] - now[j]), room[j])
    return extra


def summary(draws: Array, level: float) -> tuple[Array, Array, Array]:
    """Return mean and the ends of the central interval along the last axis."""
    tail = (1 - level) / 2
    low, high = np.quantile(draws, [tail, 1 - tail], axis=-1)
    return draws.mean(axis=-1), low, high
