"""Effects and places: which levels began to cost, found one after the other.

Arguments are already validated.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.causes.design import Cells, Design
from salesfunnel._kernels.causes.fit import Extra, Fit, extra_of, fit, fitted_of
from salesfunnel._kernels.causes.pairs import best_pairs
from salesfunnel._kernels.causes.parts import level_counts
from salesfunnel._kernels.causes.prices import prices_of
from salesfunnel._kernels.causes.search import Hit, best_sets, dispersions, now_of

__all__ = ["Taken", "keeps_its_odds", "member_rows", "search_effects"]

Array = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]
Q_EFFECT = 0.1
MOST_EFFECTS = 6
MATERIAL = 0.1
LEAST_BEFORE = 20
NEAR, GONE = 4.0, 1.645
"""Another column cannot be distinguished if its z² was within 4 and falls below 1.645 after."""


class Taken(NamedTuple):
    """One effect that was taken into the model."""

    hit: Hit
    order: int
    extra: Extra
    alike: tuple[int, ...]
    spread: float = 1.0
    """How much more months of its columns differ than chance makes them, at least 1."""


def member_rows(design: Design, hit: Hit) -> Bool:
    """Return which rows of now belong to the levels of a hit."""
    inside = np.ones(design.now, dtype=np.bool_)
    for f, levels in zip(hit.factors, hit.levels, strict=True):
        table = np.zeros(design.sizes[f], dtype=np.bool_)
        table[list(levels)] = True
        inside &= table.take(design.codes[f][design.before :])
    return inside


def forecast_now(design: Design, fitted: Fit) -> Array:
    """Return the sum of the coefficients of each row of now, standardised; periods left out.

    A level with fewer than ten rows before gets the mean of its column.
    """
    low = design.before
    total = np.zeros(design.now)
    for f in fitted.model.factors:
        if f == 0:
            continue
        b = fitted.beta[fitted.of(design, f)].copy()
        n = np.bincount(design.codes[f][:low], minlength=design.sizes[f])
        thin = n < 10
        if (~thin).any():
            b[thin] = float(n[~thin] @ b[~thin]) / n[~thin].sum()
        total += b.take(design.codes[f][low:])
    spread = float(total.std()) if total.size else 0.0
    out: Array = (total - total.mean()) / spread if spread > 1e-9 else np.zeros(total.size)
    return out


def search_effects(
    design: Design,
    cells: Cells,
    plain: Fit,
    *,
    role: Sequence[bool],
    ordered: Sequence[int],
    least: float,
    apart: Bool,
) -> list[Taken]:
    """Take effects forward, the cheapest first, each into the model before the next is looked for.

    Parameters
    ----------
    plain : Fit
        The model without effects.
    role : sequence of bool
        By column: whether its role is known.
    ordered : sequence of int
        By column: how many of its levels stand in an order.
    least : float
        Deals among rows of now that an effect must cost.
    apart : ndarray of bool, shape (factors, factors)
        Which factors may meet in a pair.
    """
    factors = list(range(1, len(design.sizes)))
    base = plain.model.factors
    prices, straight = prices_of(role, design.sizes[1:]), [0, *ordered]
    nuisance = extra_of(design, forecast_now(design, plain))
    flat = not nuisance.values.any()
    taken: list[Taken] = []
    phi: Array | None = None
    last: dict[tuple[int, ...], float] = {}
    while len(taken) < MOST_EFFECTS:
        extras = [t.extra for t in taken] + ([] if flat else [nuisance])
        model = fit(design, cells, base, extras)
        if phi is None:
            whole = fitted_of(design, model)
            phi = dispersions(design, whole, design.y - whole)
        given = fitted_of(design, model, design.before)
        residual = design.y[design.before :] - given
        hits = best_sets(
            design, cells.both_now, model, now_of(design, given, residual),
            phi=phi, prices=prices, ordered=straight, factors=factors,
        )  # fmt: skip
        if taken:
            taken[-1] = taken[-1]._replace(alike=_alike(taken[-1].hit, last, hits))
        last = {h.factors: h.z for h in hits}
        hits += best_pairs(
            design, cells.both_now, given, residual,
            phi=phi, prices=prices, ordered=straight, factors=factors, apart=apart,
        )  # fmt: skip
        limit = math.log(Q_EFFECT * (len(taken) + 1))
        hits = [h for h in hits if h.log_p <= limit and -h.delta * h.held >= least]
        hits = [h for h in hits if not keeps_its_odds(design, h)]
        if not hits:
            break
        best = min(hits, key=lambda h: (round(h.log_p, 7), h.factors, h.levels))
        extra = extra_of(design, member_rows(design, best).astype(np.float64))
        spread = max(float(phi[f]) for f in best.factors)
        taken.append(Taken(best, len(taken), extra, (), spread))
    return taken


def keeps_its_odds(design: Design, hit: Hit) -> bool:
    """Whether the odds ratio of a set of one column is that of before: a consequence, no cause.

    What only follows the outcome keeps P(level | outcome), and with it its odds ratio, whatever the
    rate: when everything falls, its levels fall by different points. What began to cost does not.
    """
    if len(hit.factors) != 1:
        return False
    counts = level_counts(design, hit.factors[0]).outcome
    inside = counts[:, :, list(hit.levels[0])].sum(2)
    if inside[0].sum() < LEAST_BEFORE:
        return False
    table = np.stack([inside, counts.sum(2) - inside], axis=2) + 0.5
    odds = np.log(table[:, 1, 0] * table[:, 0, 1] / (table[:, 0, 0] * table[:, 1, 1]))
    return bool(odds[1] - odds[0] > -GONE * math.sqrt(float((1 / table).sum())))


def _alike(hit: Hit, before: dict[tuple[int, ...], float], after: Sequence[Hit]) -> tuple[int, ...]:
    """Return columns whose best set was as good and is gone once the taken one is in."""
    left = {h.factors: h.z for h in after}
    return tuple(
        f[0]
        for f, z in sorted(before.items())
        if f[0] not in hit.factors and z**2 > hit.z**2 - NEAR and left.get(f, 0.0) < GONE
    )
