"""Composition: what the change of the shares of a column's levels is worth.

Arguments are already validated.

References
----------
.. [1] Oaxaca (1973), Int. Econ. Rev. 14:693; Blinder (1973), J. Hum. Res. 8:436.
.. [2] Berger (1982), Multiparameter hypothesis testing and acceptance sampling, Technometrics
   24:295 (intersection-union).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.causes.design import Design
from salesfunnel._kernels.causes.fit import Fit

__all__ = ["LevelCounts", "Part", "level_counts", "part_of", "shift_given_outcome"]

Array = npt.NDArray[np.float64]
EARLIEST, BEGUN = 8, 2
"""Months of reference from which the last two may be seen as the beginning of the change."""


class LevelCounts(NamedTuple):
    """How often each level of one factor occurs: by period, and by time and outcome."""

    period: Array  # (periods, levels)
    outcome: Array  # (2 times: reference and now, 2 outcomes, levels)

    @property
    def now(self) -> Array:
        """Rows of now by level."""
        found: Array = self.outcome[1].sum(0)
        return found

    @property
    def before(self) -> Array:
        """Rows of the reference by level."""
        found: Array = self.outcome[0].sum(0)
        return found

    @property
    def change(self) -> Array:
        """Share of each level now minus before."""
        change: Array = self.now / self.now.sum() - self.before / self.before.sum()
        return change


def level_counts(design: Design, factor: int) -> LevelCounts:
    """Count the levels of one factor."""
    k, t = design.sizes[factor], design.sizes[0]
    code = design.codes[factor]
    period = np.bincount(design.codes[0].astype(np.int64) * k + code, minlength=t * k)
    late = np.zeros(design.rows, dtype=np.int64)
    late[design.before :] = 2 * k
    cell = late + (design.y > 0) * k + code
    outcome = np.bincount(cell, minlength=4 * k)
    return LevelCounts(
        period.reshape(t, k).astype(np.float64), outcome.reshape(2, 2, k).astype(np.float64)
    )


class Part(NamedTuple):
    """Contribution of one column's change in rate points, with its uncertainty."""

    S: float
    se: float
    total_se: float
    phi: float
    p: float
    p_beta: float
    p_share: float
    p_given_outcome: float


def _moments(count: Array, b: Array) -> tuple[float, float, float]:
    """Return how many, mean and variance of a value of levels."""
    n = float(count.sum())
    if n <= 0:
        return 0.0, 0.0, 0.0
    mean = float(count @ b) / n
    return n, mean, max(float(count @ (b - mean) ** 2) / n, 0.0)


def shift_given_outcome(counts: LevelCounts, b: Array) -> tuple[float, float]:
    """Return the shift of a value of levels inside won and inside lost, pooled, and its z."""
    top = weight = spread = 0.0
    for y in (0, 1):
        n0, mean0, _ = _moments(counts.outcome[0, y], b)
        n1, mean1, _ = _moments(counts.outcome[1, y], b)
        if not (n0 and n1):
            continue
        w = n1 * n0 / (n1 + n0)
        _, _, var = _moments(counts.outcome[0, y] + counts.outcome[1, y], b)
        top, weight, spread = top + w * (mean1 - mean0), weight + w, spread + w * var
    if weight <= 0:
        return 0.0, 0.0
    return top / weight, top / math.sqrt(spread) if spread > 0 else 0.0


def dispersion(counts: LevelCounts, b: Array, reference: npt.NDArray[np.bool_]) -> float:
    """Return how much more the months of the reference differ than chance makes them, at least 1.

    max(1, ((T − 1)·φ̂ + 4) / (T + 3)) with φ̂ of the months' means of b; 1 below three months. Where
    the change of now shows in the last two months already, they are part of the change, not of what
    months usually differ by, and are left out.
    """
    months = counts.period[reference]
    months = months[months.sum(1) > 0]
    _, _, var = _moments(counts.before + counts.now, b)
    if len(months) < 3 or var <= 0:
        return 1.0
    if len(months) >= EARLIEST:
        early, late = months[:-BEGUN], months[-BEGUN:].sum(0)
        phi = _spread_of_months(early, b, var)
        n0, usual, _ = _moments(early.sum(0), b)
        n1, begun, _ = _moments(late, b)
        _, final, _ = _moments(counts.now, b)
        z = (begun - usual) / math.sqrt(phi * var * (1 / n0 + 1 / n1))
        if abs(z) > 3 and (begun - usual) / (final - usual or 1.0) > 1 / 3:
            return phi
    return _spread_of_months(months, b, var)


def _spread_of_months(months: Array, b: Array, var: float) -> float:
    n, t = months.sum(1), len(months)
    mean = float((months @ b).sum() / n.sum())
    phi = float((n * (months @ b / n - mean) ** 2).sum()) / var / (t - 1)
    return float(max(1.0, ((t - 1) * phi + 4) / (t + 3)))


def normal_cdf(z: float) -> float:
    """Return P(Z ≤ z), exact in the lower tail."""
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def part_of(
    design: Design, fitted: Fit, factor: int, counts: LevelCounts, reference: npt.NDArray[np.bool_]
) -> Part:
    """Return a column's part S = Δshare · β [1]_, and the larger of its three p-values [2]_.

    Each must hold: β is harmful along the change; the shares moved at all; they moved given the
    outcome, which a column that only follows the outcome does not.
    """
    at = fitted.of(design, factor)
    b, d = fitted.beta[at], counts.change
    s = float(d @ b)
    assert fitted.covariance is not None
    se = math.sqrt(max(float(d @ fitted.covariance[at, at] @ d), 0.0))
    n0, n1 = float(counts.before.sum()), float(counts.now.sum())
    _, _, var = _moments(counts.before + counts.now, b)
    phi = dispersion(counts, b, reference)
    spread = math.sqrt(phi * var * (1 / n0 + 1 / n1))
    p_beta = normal_cdf(s / se) if se > 0 else 1.0
    p_share = math.erfc(abs(s) / spread / math.sqrt(2.0)) if spread > 0 else 1.0
    _, z = shift_given_outcome(counts, b)
    p_given = normal_cdf(z / math.sqrt(phi))
    total = math.sqrt(se**2 + phi * var / n0)
    return Part(s, se, total, phi, max(p_beta, p_share, p_given), p_beta, p_share, p_given)
