"""The whole answer over coded columns: effects, composition, checks, and what is left.

Arguments are already validated.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.causes.alike import SAME_U, SAME_V, association, groups_of
from salesfunnel._kernels.causes.checks import depends_on, second_opinion
from salesfunnel._kernels.causes.composition import (
    HIDDEN_V,
    Composition,
    compose,
    most_levels,
    worst_levels,
)
from salesfunnel._kernels.causes.design import Cells, Design, cells_of, design_of
from salesfunnel._kernels.causes.effects import Q_EFFECT, Taken, search_effects
from salesfunnel._kernels.causes.fit import Fit, fit, with_covariance
from salesfunnel._kernels.causes.parts import LevelCounts, Part, level_counts
from salesfunnel._kernels.causes.search import fair_z

__all__ = ["Answer", "Cause", "Coded", "answer_of"]

Array = npt.NDArray[np.float64]
Z80 = 1.2815515655446004
MATERIAL = 0.1


class Coded(NamedTuple):
    """One column: a level for every row, how many levels, how many in order, whether known.

    The first `ordered` levels stand in an order, such as the bins of a number; a level behind them,
    such as that of blanks, does not. 0 if there is no order.
    """

    codes: npt.NDArray[Any]
    size: int
    ordered: int = 0
    role: bool = False


class Cause(NamedTuple):
    """One named part. Columns are numbered as they came in; deals are of the judged window."""

    kind: str  # "composition" or "effect"
    columns: tuple[int, ...]
    levels: tuple[tuple[int, ...], ...]
    deals: float
    low: float
    high: float
    p: float
    alike: tuple[int, ...]
    notices: tuple[str, ...]
    others: tuple[tuple[int, float], ...]
    """Column that it depends on and the deals without that column; columns it goes with, NaN."""
    rate: float
    """Difference of rates: of the named levels and the others, or of the effect."""
    se: float


class Answer(NamedTuple):
    """Named parts, the small ones together, and the rest; they add up to the shortfall."""

    causes: tuple[Cause, ...]
    small: float
    everywhere: float
    everywhere_se: float
    parts: dict[int, Part]
    adjusted: dict[int, float]


def answer_of(
    y: npt.ArrayLike,
    now: npt.ArrayLike,
    period: npt.ArrayLike,
    columns: Sequence[Coded],
    *,
    shortfall: float,
    entrants: float,
) -> Answer:
    """Split a shortfall over the recorded columns.

    Parameters
    ----------
    y, now, period : array_like, shape (n,)
        Of the mature deals: whether each advanced, whether it is of the judged window, its period.
    columns : sequence of Coded
        What was recorded before the outcome.
    shortfall : float
        Deals to explain, above 0.
    entrants : float
        Deals of the judged window, mature or not.
    """
    design = design_of(y, now, period, [(c.codes, c.size) for c in columns])
    factors = list(range(1, len(columns) + 1))
    if not factors:
        return Answer((), 0.0, shortfall, math.nan, {}, {})
    cells = cells_of(design)
    v, u = association(design, cells, factors)
    wide = len(factors) + 1
    near = np.zeros((wide, wide))
    near[1:, 1:] = v
    same = (v >= SAME_V) | (u >= SAME_U)
    groups = [[i + 1 for i in group] for group in groups_of(same)]
    apart = np.ones((wide, wide), dtype=np.bool_)
    apart[1:, 1:] = ~same
    scale = entrants / design.now
    plain = fit(design, cells, (0, *sorted(most_levels(design, g) for g in groups)))
    taken = search_effects(
        design, cells, plain,
        role=[c.role for c in columns], ordered=[c.ordered for c in columns],
        least=MATERIAL * shortfall / scale, apart=apart,
    )  # fmt: skip
    taken = _kept(design, cells, plain, taken)

    def passes(part: Part) -> bool:
        deals = -part.S * entrants
        return deals >= MATERIAL * shortfall and deals > Z80 * part.total_se * entrants

    found = compose(design, cells, [t.extra for t in taken], groups, near, passes=passes)
    return _assembled(
        design, cells, columns, found, taken, near, shortfall=shortfall, entrants=entrants
    )


def _kept(design: Design, cells: Cells, plain: Fit, taken: list[Taken]) -> list[Taken]:
    """Leave effects out that are below two standard errors when all are in the model."""
    while taken:
        model = with_covariance(
            design, fit(design, cells, plain.model.factors, [t.extra for t in taken])
        )
        k = len(taken)
        assert model.covariance is not None
        se = np.sqrt(np.maximum(np.diag(model.covariance)[-k:], 1e-30))
        z = -model.beta[-k:] / se
        if z.min() >= 2:
            return taken
        taken = [t for i, t in enumerate(taken) if i != int(z.argmin())]
    return taken


def _assembled(
    design: Design,
    cells: Cells,
    columns: Sequence[Coded],
    found: Composition,
    taken: Sequence[Taken],
    near: Array,
    *,
    shortfall: float,
    entrants: float,
) -> Answer:
    counts = {f: level_counts(design, f) for f in range(1, len(columns) + 1)}
    fitted = found.fitted
    moved = depends_on(design, cells, fitted, counts, found.named)
    causes = [
        _composed(design, columns, found, f, counts[f], moved.get(f), near, entrants=entrants)
        for f in found.named
    ]
    causes += _effects(design, fitted, taken, entrants / design.now)
    small = -entrants * sum(p.S for f, p in found.parts.items() if f not in found.named)
    rest = shortfall - math.fsum(c.deals for c in causes) - small
    causes.sort(key=lambda c: (-round(c.deals, 6), c.kind, c.columns))
    return Answer(
        tuple(causes),
        small,
        rest,
        _rest_se(design, fitted) * entrants,
        {f - 1: p for f, p in found.parts.items()},
        {f - 1: p for f, p in found.adjusted.items()},
    )


def _composed(
    design: Design,
    columns: Sequence[Coded],
    found: Composition,
    f: int,
    counts: LevelCounts,
    moved: tuple[int, float] | None,
    near: Array,
    *,
    entrants: float,
) -> Cause:
    part, fitted = found.parts[f], found.fitted
    beta = fitted.beta[fitted.of(design, f)]
    levels = worst_levels(counts, beta, ordered=columns[f - 1].ordered)
    n = counts.before + counts.now
    inside = np.zeros(beta.size, dtype=np.bool_)
    inside[list(levels)] = True
    gap = _weighed(n, beta, inside) - _weighed(n, beta, ~inside)
    notices: list[str] = []
    others: list[tuple[int, float]] = []
    if moved is not None:
        notices.append("depends-on-a-strong-column")
        others.append((moved[0] - 1, -moved[1] * entrants))
    mh = second_opinion(design, fitted, f, levels, late=False)
    if mh is not None and gap < 0 and mh / gap <= 0.5:
        notices.append("model-dependent")
    for other in found.named:
        if other != f and near[f, other] >= HIDDEN_V:
            notices.append("goes-with")
            others.append((other - 1, math.nan))
    alike = tuple(a - 1 for a in found.alike.get(f, ()))
    if alike:
        notices.append("cannot-tell-apart")
    deals, half = -part.S * entrants, Z80 * part.total_se * entrants
    return Cause(
        "composition", (f - 1,), (levels,), deals, deals - half, deals + half,
        found.adjusted.get(f, part.p), alike, tuple(dict.fromkeys(notices)), tuple(others),
        gap, _gap_se(fitted, design, f, n, inside),
    )  # fmt: skip


def _weighed(n: Array, b: Array, inside: npt.NDArray[np.bool_]) -> float:
    total = float(n[inside].sum())
    return float(n[inside] @ b[inside]) / total if total else 0.0


def _gap_se(fitted: Fit, design: Design, f: int, n: Array, inside: npt.NDArray[np.bool_]) -> float:
    at = fitted.of(design, f)
    a, b = float(n[inside].sum()), float(n[~inside].sum())
    w = np.where(inside, n / max(a, 1.0), -n / max(b, 1.0))
    assert fitted.covariance is not None
    return math.sqrt(max(float(w @ fitted.covariance[at, at] @ w), 0.0))


def _effects(design: Design, fitted: Fit, taken: Sequence[Taken], scale: float) -> list[Cause]:
    causes = []
    k = len(taken)
    for i, t in enumerate(taken):
        assert fitted.covariance is not None
        delta = float(fitted.beta[i - k])
        se = math.sqrt(max(float(fitted.covariance[i - k, i - k]), 0.0) * t.spread)
        count = float(t.extra.values.sum())
        whole = -delta * count * scale
        z = t.hit.z
        deals = whole * fair_z(z, t.hit.price, Q_EFFECT * (t.order + 1)) / z
        half = Z80 * se * count * scale
        notices = []
        if len(t.hit.factors) == 1:
            mh = second_opinion(design, fitted, t.hit.factors[0], t.hit.levels[0], late=True)
            if mh is not None and delta < 0 and mh / delta <= 0.5:
                notices.append("model-dependent")
        if t.alike:
            notices.append("cannot-tell-apart")
        causes.append(
            Cause(
                "effect", tuple(f - 1 for f in t.hit.factors), t.hit.levels, deals,
                min(whole - half, deals), max(whole + half, deals), math.exp(t.hit.log_p),
                tuple(a - 1 for a in t.alike), tuple(notices), (), delta, se,
            )
        )  # fmt: skip
    return causes


def _rest_se(design: Design, fitted: Fit) -> float:
    """Return the standard error of mean α now − before."""
    w = np.zeros(fitted.beta.size)
    t = design.sizes[0]
    old = np.bincount(design.codes[0][: design.before], minlength=t)
    new = np.bincount(design.codes[0][design.before :], minlength=t)
    w[:t] = new / max(new.sum(), 1) - old / max(old.sum(), 1)
    assert fitted.covariance is not None
    return math.sqrt(max(float(w @ fitted.covariance @ w), 0.0))
