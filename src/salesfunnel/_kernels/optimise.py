"""Finding the top of a function of a few parameters. Arguments are already validated.

References
----------
.. [1] Nocedal & Wright (2006), Numerical Optimization, 2nd ed., sections 3.4 and 4.1.
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


def newton(
    f: Curved, x0: Array, *, tolerance: float = 1e-9, limit: int = 100, reach: float = 1.5
) -> Optimum:
    """Maximise with Newton's steps, damped where the surface does not curve down [1]_.

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
