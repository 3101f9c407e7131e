"""Counts of deals by day and stage, in one pass over the times.

Arguments are already validated. Times are whole numbers, a missing one is the least int64 (as in
numpy's datetime64). They are read as unsigned keys, in which a missing time is the greatest and
all others keep their order, so that a minimum needs no test for missing ones. Rows are taken in
blocks that fit in the cache, stage by stage.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]

MISSING = np.uint64(2**64 - 1)
_SHIFT = np.uint64(2**63 - 1)
_ROWS = 1 << 13


def key_of(time: int) -> np.uint64:
    """Return the key of one time."""
    key: np.uint64 = np.uint64((time + 2**63 - 1) % 2**64)
    return key


def time_of(key: int) -> int:
    """Return the time of a key."""
    return int(key) - (2**63 - 1)


def _reached(block: Ints) -> Keys:
    """Return when each stage or a later one was first entered; (b, S) times to (S, b) keys."""
    keys: Keys = block.T.copy(order="C").view(np.uint64)
    keys += _SHIFT
    for k in range(keys.shape[0] - 2, -1, -1):
        np.minimum(keys[k], keys[k + 1], out=keys[k])
    return keys


def reached_keys(entered: Ints) -> Keys:
    """Return when each stage or a later one was first entered.

    Parameters
    ----------
    entered : ndarray of int64, shape (n, S)
        First entries.

    Returns
    -------
    ndarray of uint64, shape (S, n)
        Keys.
    """
    n, steps = entered.shape
    keys = np.empty((steps, n), dtype=np.uint64)
    for at in range(0, n, _ROWS):
        keys[:, at : at + _ROWS] = _reached(entered[at : at + _ROWS])
    return keys


def cohort_depths(
    entered: Ints, *, open_deals: Bools, window: int | None, as_of: int
) -> tuple[Keys, npt.NDArray[np.uint8], Bools]:
    """Return when each deal began, how far it got, and whether that may still change.

    Parameters
    ----------
    entered : ndarray of int64, shape (n, S)
        First entries.
    open_deals : ndarray of bool, shape (n,)
        Deals that are neither won nor lost.
    window : int, optional
        A stage counts if it was reached within this time of the start, the bound inside.
    as_of : int
        When the data were true.

    Returns
    -------
    start : ndarray of uint64, shape (n,)
        Keys.
    depth : ndarray of uint8, shape (n,)
        How many stages were reached (a skipped one counts as passed).
    immature : ndarray of bool, shape (n,)
        Without a window, open deals that have not reached the last stage; with one, deals whose
        window is still open.
    """
    n, steps = entered.shape
    start = np.empty(n, dtype=np.uint64)
    depth = np.empty(n, dtype=np.uint8)
    immature = np.empty(n, dtype=np.bool_)
    for at in range(0, n, _ROWS):
        rows = slice(at, at + _ROWS)
        keys = _reached(entered[rows])
        start[rows] = keys[0]
        if window is None:
            there = (keys != MISSING).view(np.uint8)
            immature[rows] = open_deals[rows] & (keys[-1] == MISSING)
        else:
            # a missing start wraps around; its row belongs to no period
            limit = keys[0] + np.uint64(window)
            there = (keys <= limit).view(np.uint8)
            immature[rows] = limit > key_of(as_of)
        deep = there[0].copy()
        for k in range(1, steps):
            deep += there[k]
        depth[rows] = deep
    return start, depth, immature


def bin_places(keys: Keys, *, first: np.uint64, width: int, place: Ints) -> Ints:
    """Return the place of each key: `place` by how many widths it is after `first`.

    Keys beyond the last, missing ones among them, have the last place.
    """
    bins = (keys - first) // np.uint64(width)
    np.minimum(bins, np.uint64(place.size - 1), out=bins)
    found: Ints = place.take(bins.view(np.int64))
    return found
