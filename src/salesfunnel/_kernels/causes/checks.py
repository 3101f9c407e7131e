"""Second opinions on a named part: without a strong column, and without the model.

Arguments are already validated.

References
----------
.. [1] Hansen (2008), The prognostic analogue of the propensity score, Biometrika 95:481.
.. [2] Mantel & Haenszel (1959), JNCI 22:719.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.causes.design import Cells, Design
from salesfunnel._kernels.causes.fit import Fit, fit
from salesfunnel._kernels.causes.parts import LevelCounts

__all__ = ["depends_on", "explained", "second_opinion"]

Array = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]
STRONG, MOST_STRONG, MOVED = 0.08, 5, 0.25


def explained(counts: LevelCounts) -> float:
    """Return the share of the outcome's variance that the rates of the levels explain."""
    lost, won = counts.outcome.sum(0)
    n = won + lost
    r = float(won.sum() / n.sum())
    if not 0 < r < 1:
        return 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        b = np.where(n > 0, won / n, r) - r
    return float(n @ b**2 / n.sum()) / (r * (1 - r))


def depends_on(
    design: Design,
    cells: Cells,
    fitted: Fit,
    counts: dict[int, LevelCounts],
    named: Sequence[int],
) -> dict[int, tuple[int, float]]:
    """Return for parts that move by a quarter without a strong column: which, and S without it."""
    inside = [f for f in fitted.model.factors if f]
    strong = sorted(
        (f for f in inside if explained(counts[f]) >= STRONG),
        key=lambda f: (-explained(counts[f]), f),
    )[:MOST_STRONG]
    moved: dict[int, tuple[int, float]] = {}
    for left in strong:
        others = [f for f in named if f != left]
        if not others:
            continue
        kept = tuple(f for f in fitted.model.factors if f != left)
        again = fit(design, cells, kept, fitted.model.extras)
        for f in others:
            d = counts[f].change
            full = float(d @ fitted.beta[fitted.of(design, f)])
            part = float(d @ again.beta[again.of(design, f)])
            far = abs(part - full) > MOVED * abs(full)
            if far and (f not in moved or abs(part - full) > abs(moved[f][1] - full)):
                moved[f] = (left, part)
    return moved


def second_opinion(
    design: Design, fitted: Fit, factor: int, levels: Sequence[int], *, late: bool
) -> float | None:
    """Return the Mantel-Haenszel difference of named levels inside fifths of the forecast.

    The forecast leaves the column itself out [1]_; strata are fifths × now [2]_. With `late` only
    rows of now are compared. None if no stratum has both.
    """
    low = design.before if late else 0
    others = [f for f in fitted.model.factors if f not in {0, factor}]
    score = np.zeros(design.rows - low)
    for f in others:
        score += fitted.beta[fitted.of(design, f)].take(design.codes[f][low:])
    cuts = np.quantile(score, [0.2, 0.4, 0.6, 0.8]) if score.size else np.zeros(4)
    fifth = np.searchsorted(cuts, score, side="left")
    table = np.zeros(design.sizes[factor], dtype=np.bool_)
    table[list(levels)] = True
    inside = table.take(design.codes[factor][low:])
    return _pooled(
        design.y[low:], inside, fifth * 2 + (np.arange(low, design.rows) >= design.before)
    )


def _pooled(y: Array, inside: Bool, stratum: npt.NDArray[np.intp]) -> float | None:
    k = 10
    n1 = np.bincount(stratum[inside], minlength=k).astype(np.float64)
    n0 = np.bincount(stratum[~inside], minlength=k).astype(np.float64)
    x1 = np.bincount(stratum[inside], weights=y[inside], minlength=k)
    x0 = np.bincount(stratum[~inside], weights=y[~inside], minlength=k)
    n = n1 + n0
    ok = (n1 > 0) & (n0 > 0)
    if not ok.any():
        return None
    weight = (n1 * n0 / np.maximum(n, 1))[ok].sum()
    return float(((x1 * n0 - x0 * n1) / np.maximum(n, 1))[ok].sum() / weight)
