"""Finding the top of a function of a few parameters. Arguments are already validated.

References
----------
.. [1] Nelder & Mead (1965), A simplex method for function minimization, Computer J. 7:308.
.. [2] Nocedal & Wright (2006), Numerical Optimization, 2nd ed., sections 3.4 and 4.1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Curved = Callable[[Array], tuple[float, Array, Array]]


class Optimum(NamedTuple):
    """Where the search ended."""

    x: Array  # (k,)
    value: float
    evaluations: int
    converged: bool


def nelder_mead(
    f: Callable[[Array], float],
    x0: Array,
    *,
    step: float = 0.5,
    tolerance: float = 1e-10,
    limit: int = 4000,
) -> Optimum:
    """Minimise with a simplex that walks downhill [1]_; needs no derivative.

    Parameters
    ----------
    f : callable
        May return inf where it is not defined.
    x0 : ndarray of float64, shape (k,)
        Where to start.
    step : float
        Edge of the first simplex.
    tolerance : float
        It ends when values and corners differ by less, relative to their size (at least 1).
    limit : int
        Most evaluations.
    """
    k = x0.size
    points = np.vstack([x0, x0 + step * np.eye(k)])
    values = np.array([f(p) for p in points])
    used = k + 1
    converged = False
    while used < limit and not converged:
        order = np.argsort(values, kind="stable")
        points, values = points[order], values[order]
        centre = points[:-1].mean(0)
        move = centre - points[-1]
        new = centre + move
        value = f(new)
        used += 1
        if value < values[0]:
            far = centre + 2 * move
            value_far = f(far)
            used += 1
            new, value = (far, value_far) if value_far < value else (new, value)
        elif value >= values[-2]:
            inner = centre + (0.5 if value < values[-1] else -0.5) * move
            value_in = f(inner)
            used += 1
            if value_in < min(value, values[-1]):
                new, value = inner, value_in
            else:
                points = points[0] + 0.5 * (points - points[0])
                values = np.array([values[0], *(f(p) for p in points[1:])])
                used += k
                continue
        points[-1], values[-1] = new, value
        spread = float(values.max() - values.min())
        size = float(np.abs(points - points[0]).max())
        converged = bool(
            spread <= tolerance * max(1.0, abs(float(values.min()))) and size <= tolerance**0.5
        )
    best = int(values.argmin())
    return Optimum(points[best].copy(), float(values[best]), used, converged)


def newton(
    f: Curved, x0: Array, *, tolerance: float = 1e-9, limit: int = 100, reach: float = 1.5
) -> Optimum:
    """Maximise with Newton's steps, damped where the surface does not curve down [2]_.

    Parameters
    ----------
    f : callable
        Returns value, gradient (k,) and Hessian (k, k).
    x0 : ndarray of float64, shape (k,)
        Where to start.
    tolerance : float
        It ends when the step that is left would gain less than this times the size of the value.
    limit : int
        Most evaluations.
    reach : float
        Longest step of one parameter.
    """
    x = x0.astype(np.float64)
    value, gradient, hessian = f(x)
    used, damping = 1, 0.0
    while used < limit:
        step, gain = _step(gradient, hessian, damping)
        if gain <= tolerance * max(1.0, abs(value)) * 1e-3:
            return Optimum(x, value, used, damping <= 1e-3)
        step *= min(1.0, reach / max(float(np.abs(step).max()), 1e-300))
        trial = f(x + step)
        used += 1
        if np.isfinite(trial[0]) and trial[0] >= value:
            x, (value, gradient, hessian) = x + step, trial
            damping = 0.0 if damping < 1e-3 else damping / 10
        else:
            damping = max(10 * damping, 1e-2)
            if damping > 1e8:
                break
    return Optimum(x, value, used, converged=False)


def _step(gradient: Array, hessian: Array, damping: float) -> tuple[Array, float]:
    """Return the step along the eigenvectors of −H, none of them uphill, and what it gains."""
    curve, axes = np.linalg.eigh(-hessian)
    scale = max(float(np.abs(curve).max()), 1e-300)
    lifted = np.maximum(np.abs(curve), 1e-9 * scale) + damping * scale
    along = axes.T @ gradient
    return axes @ (along / lifted), float(0.5 * (along**2 / lifted).sum())
