"""Which columns' shares rose: parts of one model, tested over all columns together.

Arguments are already validated.

References
----------
.. [1] Benjamini & Hochberg (1995), Controlling the false discovery rate, JRSS B 57:289.
.. [2] Genovese, Roeder & Wasserman (2006), False discovery control with p-value weighting,
   Biometrika 93:509.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.causes.design import Cells, Design
from salesfunnel._kernels.causes.fit import Extra, Fit, fit, with_covariance
from salesfunnel._kernels.causes.parts import LevelCounts, Part, level_counts, part_of
from salesfunnel._kernels.intervals import benjamini_hochberg
from salesfunnel._kernels.special import chi2_sf

__all__ = ["Composition", "compose", "worst_levels"]

Array = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]
Q_SHARE = 0.05
HIDDEN_V = 0.4
"""So much association lets one column hide another, or lend it its effect."""
MOVED_P = 0.2
"""A column whose shares differ less than this from those of before has not moved."""
SHADOW_P = 0.001
"""A column that goes with a larger cause needs this to be named next to it."""


class Composition(NamedTuple):
    """The final model, the part of every column, and which are named."""

    fitted: Fit
    parts: dict[int, Part]
    adjusted: dict[int, float]
    named: tuple[int, ...]
    alike: dict[int, tuple[int, ...]]


class _State(NamedTuple):
    design: Design
    cells: Cells
    extras: tuple[Extra, ...]
    counts: dict[int, LevelCounts]
    reference: Bool

    def model(self, factors: Sequence[int]) -> Fit:
        return with_covariance(
            self.design, fit(self.design, self.cells, (0, *sorted(factors)), self.extras)
        )

    def part(self, fitted: Fit, f: int) -> Part:
        return part_of(self.design, fitted, f, self.counts[f], self.reference)


def compose(
    design: Design,
    cells: Cells,
    extras: Sequence[Extra],
    groups: Sequence[Sequence[int]],
    v: Array,
    *,
    passes: Callable[[Part], bool],
) -> Composition:
    """Judge the change of every column inside one model.

    Parameters
    ----------
    groups : sequence of sequence of int
        Factors with the same information; one of each is in the model, the others are judged
        in its place in turn.
    v : ndarray, shape (factors, factors)
        Association of every two factors.
    passes : callable
        Whether a part is large enough to be named, and its interval above nought.
    """
    reference = np.zeros(design.sizes[0], dtype=np.bool_)
    reference[np.unique(design.codes[0][: design.before])] = True
    members = [f for group in groups for f in group]
    counts = {f: level_counts(design, f) for f in members}
    state = _State(design, cells, tuple(extras), counts, reference)
    stands = [most_levels(design, group) for group in groups]
    fitted = state.model(stands)
    parts = {f: state.part(fitted, f) for f in stands}
    for group, stand in zip(groups, stands, strict=True):
        for f in group:
            if f != stand:
                swapped = [f if s == stand else s for s in stands]
                parts[f] = state.part(state.model(swapped), f)
    best = [min(group, key=lambda f: (parts[f].p, f)) for group in groups]
    adjusted = _adjusted([parts[f] for f in best], [moved(counts[f]) for f in best])
    named = [f for f, p in zip(best, adjusted, strict=True) if p <= Q_SHARE and passes(parts[f])]
    named = _without_shadows(named, parts, v)
    alike: dict[int, tuple[int, ...]] = {
        f: tuple(m for m in group if m != f) for group, f in zip(groups, best, strict=True)
    }
    chosen = [f if f in named else stand for f, stand in zip(best, stands, strict=True)]
    if chosen != stands:
        fitted = state.model(chosen)
        parts.update({f: state.part(fitted, f) for f in chosen})
    result = Composition(
        fitted,
        {f: parts[f] for f in chosen},
        dict(zip(best, adjusted, strict=True)),
        tuple(named),
        {f: alike[f] for f in named},
    )
    return _rescued(state, result, chosen, v, passes=passes)


def most_levels(design: Design, group: Sequence[int]) -> int:
    """Return the member of a group that adjusts for the others: the one with most levels."""
    return max(group, key=lambda f: (design.sizes[f], -f))


def _without_shadows(named: Sequence[int], parts: dict[int, Part], v: Array) -> list[int]:
    """Leave out a column that goes with a larger named one, unless it is beyond doubt.

    What a weak owner leaves undone rises with the owner's share; adjusted for the owner it explains
    nothing, but for chance.
    """
    return [
        f
        for f in named
        if parts[f].p <= SHADOW_P
        or not any(g != f and v[f, g] >= HIDDEN_V and parts[g].S < parts[f].S for g in named)
    ]


def moved(counts: LevelCounts) -> bool:
    """Return whether the shares of a column's levels moved at all, by Pearson's χ²."""
    both = counts.before + counts.now
    seen = both > 0
    if seen.sum() < 2:
        return False
    n = both[seen] / both.sum()
    chi = sum(
        float(((row[seen] - row.sum() * n) ** 2 / (row.sum() * n)).sum())
        for row in (counts.before, counts.now)
    )
    return float(chi2_sf(chi, float(seen.sum() - 1))) <= MOVED_P


def _adjusted(parts: Sequence[Part], moving: Sequence[bool]) -> list[float]:
    """Return adjusted p-values [1]_, the cost of a column tested among the columns that moved.

    Whether shares moved does not depend on outcomes, so that what a column's levels cost need only
    be compared with those of the columns that could have cost more for it: weights that hang on
    the shares alone keep the rate of false discoveries [2]_.
    """
    if not parts:
        return []
    weight = max(sum(moving), 1) / len(parts)
    p = [
        max(part.p_beta * weight, part.p_share, part.p_given_outcome) if here else part.p
        for part, here in zip(parts, moving, strict=True)
    ]
    return [float(x) for x in benjamini_hochberg(np.array(p))]


def _rescued(
    state: _State,
    found: Composition,
    chosen: Sequence[int],
    v: Array,
    *,
    passes: Callable[[Part], bool],
) -> Composition:
    """Name the better of two columns that hide each other, once; the other is alike."""
    free = [f for f in chosen if f not in found.named and found.parts[f].p_share <= Q_SHARE]
    limit = Q_SHARE / max(len(chosen), 1)
    for i, a in enumerate(free):
        for b in free[i + 1 :]:
            if v[a, b] < HIDDEN_V:
                continue
            trial = []
            for keep, leave in ((a, b), (b, a)):
                fitted = state.model([f for f in chosen if f != leave])
                trial.append((state.part(fitted, keep), keep, leave, fitted))
            if any(part.p > limit for part, *_ in trial):
                continue
            part, keep, leave, fitted = min(trial, key=lambda t: (t[0].p, t[1]))
            if not passes(part):
                continue
            left = [f for f in chosen if f != leave]
            return Composition(
                fitted,
                {f: state.part(fitted, f) for f in left},
                {**found.adjusted, keep: part.p * len(chosen)},
                (*found.named, keep),
                {**found.alike, keep: (*found.alike.get(keep, ()), leave)},
            )
    return found


def worst_levels(counts: LevelCounts, beta: Array, *, ordered: int) -> tuple[int, ...]:
    """Return the levels that name a part: the level that weighs most, or the end of an order.

    The first `ordered` levels stand in an order.
    """
    d = counts.change
    n = counts.before + counts.now
    mean = float(n @ beta / n.sum())
    weigh = d * (beta - mean)
    single = int(np.argmin(weigh))
    where: tuple[int, ...] = (single,)
    if ordered < 3 or single >= ordered:
        return where
    best, k = 0.0, ordered
    for cut in range(1, k):
        for levels in (range(cut), range(cut, k)):
            at = list(levels)
            rest = [i for i in range(k) if i not in levels]
            if not (n[at].sum() and n[rest].sum()):
                continue
            gap = float(n[at] @ beta[at] / n[at].sum() - n[rest] @ beta[rest] / n[rest].sum())
            cost = -float(d[at].sum()) * gap
            if d[at].sum() > 0 and cost > best + 1e-12:
                best, where = cost, tuple(at)
    return where
