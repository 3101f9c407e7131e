"""Values as levels: texts by hash, numbers by bins. Arguments are already validated."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Kept", "Texts", "bin_cuts", "kept_levels", "text_levels"]

Array = npt.NDArray[np.float64]
Int = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]
CHUNK = 1 << 14
SAMPLE = 2000


class Texts(NamedTuple):
    """A column of texts as numbers: `values[codes]` are the texts."""

    codes: npt.NDArray[np.int32]
    values: npt.NDArray[np.str_]


def spaced(n: int, most: int = SAMPLE) -> Int:
    """Return up to `most` evenly spaced rows: exports are sorted, the first rows are alike."""
    rows = np.arange(n, dtype=np.int64)
    return rows if n <= most else np.linspace(0, n - 1, most).astype(np.int64)


def hashes(values: npt.NDArray[np.str_]) -> npt.NDArray[np.uint64]:
    """Return a 64-bit hash of each text: code points times odd numbers, summed modulo 2⁶⁴."""
    native = np.ascontiguousarray(values.astype(values.dtype.newbyteorder("="), copy=False))
    width = native.dtype.itemsize // 4
    out = np.zeros(native.size, dtype=np.uint64)
    if not width:
        return out
    cells = native.view(np.uint32).reshape(native.size, width)
    odd = np.random.default_rng(20261129).integers(0, 1 << 63, width, dtype=np.uint64)
    odd = odd * np.uint64(2) + np.uint64(1)
    for low in range(0, native.size, CHUNK):
        part = cells[low : low + CHUNK].T.astype(np.uint64)
        here = out[low : low + CHUNK]
        for k in range(width):
            here += part[k] * odd[k]
    return out


def text_levels(values: npt.NDArray[np.str_]) -> Texts:
    """Return the texts of a column as numbers in the order of the texts."""
    h = hashes(values)
    table, first = np.unique(h[spaced(h.size)], return_index=True)
    rows = spaced(h.size)[first]
    at = np.minimum(np.searchsorted(table, h), max(table.size - 1, 0))
    miss = np.flatnonzero(table[at] != h) if h.size else np.empty(0, dtype=np.int64)
    if miss.size:
        more, where = np.unique(h[miss], return_index=True)
        table, rows = np.concatenate([table, more]), np.concatenate([rows, miss[where]])
        order = np.argsort(table)
        table, rows = table[order], rows[order]
        at = np.searchsorted(table, h)
    names = values[rows]
    order = np.argsort(names, kind="stable")
    rank = np.empty(order.size, dtype=np.int32)
    rank[order] = np.arange(order.size, dtype=np.int32)
    return Texts(rank.take(at) if h.size else np.empty(0, dtype=np.int32), names[order])


def bin_cuts(values: Array, now: Bool) -> Array:
    """Return where to cut a number: quantiles of all deals, and of those now.

    Five bins below 1,500 known values, eight below 20,000, else ten; the quartiles and the ninth
    decile of the deals now, from 60 of them, so that a shift beyond the old range is seen. A value
    that a fifth or more hold has a bin for itself. A cut that leaves less than 2% or 20 deals on
    its left is dropped. Outcomes are not looked at.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        Finite values.
    now : ndarray of bool, shape (n,)
        Which are of the judged window.

    Returns
    -------
    ndarray of float
        Rising; bin i holds cut[i − 1] ≤ value < cut[i].
    """
    n = values.size
    k = 5 if n < 1500 else 8 if n < 20_000 else 10
    ordered = np.sort(values)
    wanted = [_upper(ordered, np.arange(1, k) / k)]
    late = np.sort(values[now])
    if late.size >= 60:
        wanted.append(_upper(late, np.array([0.25, 0.5, 0.75, 0.9])))
    distinct, first = np.unique(ordered, return_index=True)
    held = np.diff(np.append(first, n)) >= 0.2 * n
    own = np.flatnonzero(held)
    wanted += [distinct[own], distinct[np.minimum(own + 1, distinct.size - 1)]]
    cuts = np.unique(np.concatenate(wanted))
    place = np.searchsorted(ordered, cuts, side="left")
    least = max(20.0, 0.02 * n)
    kept, last = [], 0
    for cut, at in zip(cuts.tolist(), place.tolist(), strict=True):
        if at - last >= least and n - at >= least:
            kept.append(cut)
            last = at
    return np.array(kept)


def _upper(ordered: Array, q: Array) -> Array:
    """Return quantiles of sorted values by the upper method."""
    at = np.ceil(np.round(q * (ordered.size - 1), 9)).astype(np.int64)
    return ordered[at]


class Kept(NamedTuple):
    """Which categories are levels of their own, most frequent first, and what they hold."""

    levels: Int
    share: float


def kept_levels(count: Int, count_now: Int, *, most: int = 30) -> Kept:
    """Return the categories that are frequent enough in all deals, or among those now.

    At least 20 and 1% of all deals, or 10 and 3% of the deals now (a new value), the 30 largest
    at most.
    """
    n, late = float(count.sum()), float(count_now.sum())
    enough = (count >= max(20.0, 0.01 * n)) | (count_now >= max(10.0, 0.03 * late))
    at = np.flatnonzero(enough)
    at = at[np.argsort(-count[at], kind="stable")][:most]
    return Kept(at.astype(np.int64), float(count[at].sum() / n) if n else 0.0)
