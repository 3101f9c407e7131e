"""Columns that are known only after the outcome, told by how they hang together with it.

Arguments are already validated.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.causes.design import dense
from salesfunnel._kernels.causes.parts import LevelCounts, shift_given_outcome
from salesfunnel._kernels.intervals import wilson

__all__ = [
    "after_by_date",
    "auc_of",
    "fill_leak",
    "follows_outcome",
    "goes_with_time",
    "level_leak",
    "life_bins",
    "life_tied",
]

Array = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]
LEAST = 10


def fill_leak(known: Bool, y: Array, known_open: Bool, known_decided: Bool) -> str:
    """Return why the filling of a column gives the outcome away, ``""`` where it does not.

    Parameters
    ----------
    known, y : ndarray, shape (n,)
        Of the mature deals: whether the column is filled, whether the deal advanced.
    known_open, known_decided : ndarray of bool
        Filling among deals still open and among those decided.
    """
    won = y > 0
    if won.sum() >= LEAST and (~won).sum() >= LEAST:
        if abs(float(known[won].mean()) - float(known[~won].mean())) > 0.3:
            return "filled-by-outcome"
        n, m = int(known.sum()), int((~known).sum())
        if n >= 30 and m >= 30:
            low, high = wilson(won[known].sum(), n, 0.95)
            blank = float(won[~known].mean())
            if float(high) < 0.1 * blank or (float(low) > 0.9 and blank < 0.5):
                return "filled-by-outcome"
    enough = known_open.size >= 20 and known_decided.size > 0
    if enough and float(known_open.mean()) < 0.1 and float(known_decided.mean()) > 0.4:
        return "blank-while-open"
    return ""


def recorded_by_outcome(known: Bool, y: Array) -> bool:
    """Whether a column is filled more often for one outcome: a difference above .1, z above 3.3."""
    won = y > 0
    n1, n0 = int(won.sum()), int((~won).sum())
    if n1 < LEAST or n0 < LEAST:
        return False
    a, b, p = float(known[won].mean()), float(known[~won].mean()), float(known.mean())
    spread = np.sqrt(max(p * (1 - p), 1e-12) * (1 / n1 + 1 / n0))
    return abs(a - b) > 0.1 and abs(a - b) / spread > 3.3


def auc_of(won: Array, lost: Array) -> float:
    """Return how well the levels, in order of their rates, part won from lost deals, in [½, 1]."""
    n = won + lost
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(n > 0, won / n, 0.0)
    order = np.argsort(rate, kind="stable")
    w, l = won[order], lost[order]
    total = w.sum() * l.sum()
    if total <= 0:
        return 0.5
    below = np.cumsum(l) - l
    return float((w * (below + l / 2)).sum() / total)


def level_leak(counts: LevelCounts) -> str:
    """Return why the levels of a column give the outcome away, ``""`` where they do not."""
    lost, won = counts.outcome.sum(0)
    if won.sum() < LEAST or lost.sum() < LEAST:
        return ""
    if auc_of(won, lost) >= 0.95:
        return "tells-the-outcome"
    n = won + lost
    overall = float(won.sum() / n.sum())
    big = n >= max(30.0, 0.02 * n.sum())
    if big.any():
        low, high = wilson(won[big], n[big], 0.95)
        if (overall < 0.9 and (low > 0.97).any()) or (overall > 0.2 and (high < 0.03).any()):
            return "tells-the-outcome"
    return ""


def follows_outcome(counts: LevelCounts) -> bool:
    """Whether a column moves only as the outcome does: a consequence, no cause.

    With b the rates by level, a consequence keeps P(level | outcome): its shift given the outcome
    is nil, where that of a cause is nearly as large as the shift without it.
    """
    lost, won = counts.outcome.sum(0)
    n = won + lost
    total = n.sum()
    r = float(won.sum() / total) if total else 0.0
    if not 0 < r < 1:
        return False
    with np.errstate(divide="ignore", invalid="ignore"):
        b = np.where(n > 0, won / n, r) - r
    var = float(n @ b**2 / total)
    rho2 = var / (r * (1 - r))
    n0, n1 = counts.before.sum(), counts.now.sum()
    if rho2 < 0.03 or not (n0 and n1):
        return False
    s_u = float(counts.now @ b / n1 - counts.before @ b / n0)
    z_u = s_u / np.sqrt(var * (1 / n1 + 1 / n0))
    s_c, z_c = shift_given_outcome(counts, b)
    return bool(z_u < (-1.5 if rho2 >= 0.15 else -2.0) and z_c > -1.645 and s_c > s_u / 2)


def after_by_date(days: Array, outcome_days: Array) -> bool:
    """Whether dates lie after the outcome (above 20%), or on its day (above 50%)."""
    both = np.isfinite(days) & np.isfinite(outcome_days)
    if both.sum() < LEAST:
        return False
    late = days[both] - outcome_days[both]
    return bool((late > 0).mean() > 0.2 or (np.abs(late) <= 0.5).mean() > 0.5)


def life_bins(life: Array, *, most: int = 50) -> npt.NDArray[np.int32]:
    """Return the lives of deals in bins of equal size; -1 if there is none yet."""
    known = np.isfinite(life)
    cuts = np.unique(np.quantile(life[known], np.arange(1, most) / most)) if known.any() else life
    found: npt.NDArray[np.int32] = np.searchsorted(cuts, life, side="right").astype(np.int32)
    found[~known] = -1
    return found


def _mid_ranks(count: Array) -> Array:
    """Return the mean rank of each bin."""
    top: Array = np.cumsum(count) - (count - 1) / 2
    return top


def life_tied(codes: npt.NDArray[Any], known: Bool, life: npt.NDArray[np.int32], y: Array) -> bool:
    """Whether a number grows with the life of a deal, in won and in lost deals alike.

    `codes` are the bins of the number, `life` those of `life_bins`; rank correlations of bins.
    """
    signs = []
    for won in (y > 0, y <= 0):
        use = won & known & (life >= 0)
        if use.sum() < 30:
            return False
        wide = int(life.max()) + 1
        cell = codes[use].astype(np.int64) * wide + life[use]
        table = np.bincount(cell, minlength=(int(codes.max()) + 1) * wide)
        grid = table.reshape(-1, wide).astype(np.float64)
        a, b = _mid_ranks(grid.sum(1)), _mid_ranks(grid.sum(0))
        n = grid.sum()
        a, b = a - grid.sum(1) @ a / n, b - grid.sum(0) @ b / n
        spread = float((grid.sum(1) @ a**2) * (grid.sum(0) @ b**2))
        if spread <= 0:
            return False
        signs.append(float(a @ grid @ b) / spread**0.5)
    return bool(min(signs) > 0.5 or max(signs) < -0.5)


def spread_in_time(codes: npt.NDArray[Any], size: int, period: npt.NDArray[np.int64]) -> Array:
    """Return for every level the share of its variance that lies between periods."""
    t = dense(period).astype(np.int64)
    rows = int(t.max(initial=-1)) + 1
    counts = np.bincount(t * size + codes, minlength=rows * size).reshape(rows, size) + 0.0
    n = counts.sum(1)
    share = counts.sum(0) / n.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (n[:, None] * (counts / n[:, None] - share) ** 2).sum(0) / n.sum()
        part: Array = np.where(share * (1 - share) > 0, between / (share * (1 - share)), 0.0)
    return part


def goes_with_time(values: Array, time: Array) -> bool:
    """Whether a number only says when: rank correlation with the time of above .95, or below -.95.

    The number of a row, of a ticket or of a day grows with every deal, whatever becomes of it; its
    bins of now hold no deals of before.
    """
    both = np.isfinite(values) & np.isfinite(time)
    if both.sum() < 2 * LEAST:
        return False
    ranks = []
    for one in (values[both], time[both]):
        _, place, count = np.unique(one, return_inverse=True, return_counts=True)
        rank = _mid_ranks(count.astype(np.float64)).take(place)
        ranks.append(rank - rank.mean())
    spread = float((ranks[0] ** 2).sum() * (ranks[1] ** 2).sum())
    return bool(spread > 0 and abs(float(ranks[0] @ ranks[1])) > 0.95 * spread**0.5)
