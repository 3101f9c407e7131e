"""Columns that carry the same information. Arguments are already validated.

References
----------
.. [1] Bergsma (2013), A bias-correction for Cramér's V and Tschuprow's T, J. Korean Stat. Soc.
   42:323.
.. [2] Theil (1970), On the estimation of relationships involving qualitative variables, American
   Journal of Sociology 76:103 (uncertainty coefficient).
.. [3] Miller (1955), Note on the bias of information estimates, in Information Theory in
   Psychology, 95.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.causes.design import Cells, Design

__all__ = ["association", "cramers_v", "groups_of", "uncertainty"]

Array = npt.NDArray[np.float64]
SAME_V, SAME_U = 0.85, 0.9


def _filled(table: npt.ArrayLike) -> Array:
    t = np.asarray(table, dtype=np.float64)
    kept: Array = t[t.sum(1) > 0][:, t.sum(0) > 0]
    return kept


def cramers_v(table: npt.ArrayLike) -> float:
    """Return the bias-corrected V of two columns from the table of their levels [1]_."""
    t = _filled(table)
    r, c = t.shape
    n = t.sum()
    if min(r, c) < 2 or n <= 1:
        return 0.0
    expected = t.sum(1, keepdims=True) * t.sum(0, keepdims=True) / n
    phi2 = float(((t - expected) ** 2 / expected).sum() / n)
    phi2 = max(0.0, phi2 - (r - 1) * (c - 1) / (n - 1))
    r, c = r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)
    least = min(r - 1, c - 1)
    return float(np.sqrt(phi2 / least)) if least > 0 else 0.0


def uncertainty(table: npt.ArrayLike) -> float:
    """Return the shared information of two columns over the smaller entropy of the two [2]_.

    Corrected for bias: two columns without anything in common share (r − 1)(c − 1) / 2n by chance
    [3]_.
    """
    t = _filled(table)
    n = t.sum()
    if t.size == 0 or n <= 0:
        return 0.0

    def entropy(p: Array) -> float:
        p = p[p > 0] / n
        return float(-(p * np.log(p)).sum())

    left, right = entropy(t.sum(1)), entropy(t.sum(0))
    least = min(left, right)
    bias = (t.shape[0] - 1) * (t.shape[1] - 1) / (2 * float(n))
    shared = left + right - entropy(t.ravel()) - bias
    return max(shared, 0.0) / least if least > 0 else 0.0


def association(design: Design, cells: Cells, factors: Sequence[int]) -> tuple[Array, Array]:
    """Return V and U of every two factors, each shape (factors, factors)."""
    k = len(factors)
    v, u = np.zeros((k, k)), np.zeros((k, k))
    at = design.places(factors)
    start = np.concatenate([[0], np.cumsum([design.sizes[f] for f in factors])]).astype(int)
    t = cells.both[np.ix_(at, at)]
    count = np.diag(t).copy()
    n = float(count[start[0] : start[1]].sum()) if k else 0.0
    if n <= 1:
        return v, u
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = count[:, None] * count[None, :] / n
        chi = np.where(expected > 0, (t - expected) ** 2 / expected, 0.0)
        logs = np.where(t > 0, t / n * np.log(t / n), 0.0)
        own = np.where(count > 0, count / n * np.log(count / n), 0.0)
    chi = np.add.reduceat(np.add.reduceat(chi, start[:-1], 0), start[:-1], 1) / n
    joint = -np.add.reduceat(np.add.reduceat(logs, start[:-1], 0), start[:-1], 1)
    entropy = -np.add.reduceat(own, start[:-1])
    levels = np.add.reduceat((count > 0).astype(np.float64), start[:-1])
    r, c = levels[:, None], levels[None, :]
    phi2 = np.maximum(0.0, chi - (r - 1) * (c - 1) / (n - 1))
    least = np.minimum(r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)) - 1
    v = np.sqrt(np.divide(phi2, least, out=np.zeros_like(phi2), where=least > 0))
    low = np.minimum(entropy[:, None], entropy[None, :])
    shared = entropy[:, None] + entropy[None, :] - joint - (r - 1) * (c - 1) / (2 * n)
    shared = np.maximum(shared, 0.0)
    u = np.divide(shared, low, out=np.zeros_like(shared), where=low > 0)
    np.fill_diagonal(v, 0.0)
    np.fill_diagonal(u, 0.0)
    return v, u


def groups_of(same: npt.NDArray[np.bool_]) -> list[list[int]]:
    """Return the groups of a symmetric relation, each sorted, in order of their first members."""
    n = len(same)
    label = list(range(n))
    for i in range(n):
        for j in np.flatnonzero(same[i, :i]).tolist():
            a, b = label[i], label[j]
            if a != b:
                low, high = min(a, b), max(a, b)
                label = [low if x == high else x for x in label]
    found: dict[int, list[int]] = {}
    for i, name in enumerate(label):
        found.setdefault(name, []).append(i)
    return [found[name] for name in sorted(found)]
