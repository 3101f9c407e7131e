"""Columns of today that tell how deals ended, or how long they took: no traits of open deals."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.causes.leaks import fill_leak, level_leak, life_bins, life_tied
from salesfunnel._kernels.causes.parts import LevelCounts
from salesfunnel.forecasting.snapshot import Snapshot, days

__all__ = ["told_by_the_end"]

ALIKE = 0.6
"""How alike won and lost deals must be in having what open deals have."""


def told_by_the_end(
    known: Snapshot,
    code: npt.NDArray[Any],
    rows: npt.NDArray[np.intp],
    *,
    number: bool,
) -> bool:
    """Return whether a column was filled in, or changed, as deals ended.

    Won and lost deals then differ in how many have what open deals have, as in the column of the
    stage or of its chance; or its groups are nearly always won or lost; or only some outcomes have
    it; or a figure grows with the days from creation to closing, as the age of deals does.

    Parameters
    ----------
    known : Snapshot
    code : ndarray of int, shape (n,)
        Groups of the column, 0 for nothing.
    rows : ndarray of int
        Deals to look at.
    number : bool
        Whether groups are those of a figure, in order.
    """
    here, outcome = code[rows], known.outcome[rows]
    opened, over = here[outcome == 0], outcome > 0
    won = (outcome[over] == 1).astype(np.float64)
    if not 0 < won.sum() < won.size:
        return False
    if opened.size:
        shared = np.isin(here, np.unique(opened))
        parts = [float(shared[outcome == o].mean()) for o in (1, 2)]
        if min(parts) < ALIKE * max(parts):
            return True
    closed = here[over]
    size = int(code.max(initial=0)) + 1
    counts = [np.bincount(closed[won == w], minlength=size).astype(np.float64) for w in (0.0, 1.0)]
    if level_leak(LevelCounts(np.zeros((0, size)), np.array([counts]))):
        return True
    if fill_leak(closed > 0, won, opened > 0, closed > 0):
        return True
    if not number:
        return False
    took = days(known.closed[rows] - known.created[rows])[over]
    return life_tied(closed, closed > 0, life_bins(took), won)
