"""Draws of what measures bring: the same draws for the same seed, step and measure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from zlib import crc32

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.one_line import told_by
from salesfunnel._core.period_arrays import DAYS_PER_MONTH
from salesfunnel._kernels.effect import entrants_to_see, extra_deals, joint_uplift
from salesfunnel.planning.measure import Effect, EffectBasis, Measure, Quantiles

__all__ = ["DRAWS", "Assumptions", "effect_of", "joint_effect", "detectable_after_days"]

Array = npt.NDArray[np.float64]
DRAWS = 4000


@attrs.frozen(kw_only=True)
class Assumptions:
    """Assumptions of a plan beyond the data.

    Parameters
    ----------
    months : float
        How long effects are counted.
    realisation : tuple of float
        Beta(a, b) distribution of the share of an association that survives acting on it.
    gap_closed : float
        Share of the gap to the reference that a measure closes where no cause is measured.
    value : float or None
        Mean value of a won deal.
    value_se : float
        Its standard error.
    seed : int
        Of every draw.
    currency : str
        Code of the currency of `value`; ``""`` if it is not known.
    """

    months: float = 3.0
    realisation: tuple[float, float] = (5.0, 5.0)
    gap_closed: float = 0.5
    value: float | None = None
    value_se: float = 0.0
    seed: int = 0
    currency: str = ""
    __repr__ = told_by("months", "realisation", "gap_closed", "value")


def _rng(seed: int, *names: object) -> np.random.Generator:
    return np.random.default_rng([seed, *(crc32(str(name).encode()) for name in names)])


def uplift_draws(basis: EffectBasis, key: str, assumed: Assumptions) -> Array:
    """Return draws of the rate points won over all entrants, at least 0, cut at the ceiling."""
    rng = _rng(assumed.seed, "measure", key)
    a, b = assumed.realisation
    realised = rng.beta(a, b, DRAWS)
    normal = rng.standard_normal(DRAWS)
    per_touched = np.maximum(basis.difference + basis.se * normal, 0.0)
    factor = realised * (2 * assumed.gap_closed) if basis.kind == "gap" else realised
    rate = basis.advanced / basis.entered if basis.entered else 0.0
    return np.minimum(basis.touched * per_touched * factor, max(basis.ceiling - rate, 0.0))


def downstream_draws(basis: EffectBasis, where: str, assumed: Assumptions) -> Array:
    """Return draws of the share of those past the step that become deals, by Jeffreys."""
    rng = _rng(assumed.seed, "downstream", where)
    product = np.ones(DRAWS)
    for x, n in basis.downstream or ():
        product = product * rng.beta(x + 0.5, max(n - x, 0.0) + 0.5, DRAWS)
    return product


def value_draws(assumed: Assumptions) -> Array | None:
    """Return draws of the mean value of a deal, None if it is not known."""
    if assumed.value is None:
        return None
    rng = _rng(assumed.seed, "value")
    return np.maximum(assumed.value + assumed.value_se * rng.standard_normal(DRAWS), 0.0)


def _quantiles(draws: Array) -> Quantiles:
    p10, p50, p90 = np.quantile(draws, (0.1, 0.5, 0.9)).tolist()
    return Quantiles(p10, p50, p90, float(draws.mean()))


def effect_of(basis: EffectBasis, key: str, where: str, assumed: Assumptions) -> Effect:
    """Return the effect of one measure alone."""
    uplift = uplift_draws(basis, key, assumed)
    return _effect(basis, uplift, where, assumed, positive=uplift > 0)


def _effect(
    basis: EffectBasis,
    uplift: Array,
    where: str,
    assumed: Assumptions,
    *,
    positive: npt.NDArray[np.bool_] | float,
) -> Effect:
    deals = extra_deals(
        basis.entrants, uplift, downstream_draws(basis, where, assumed), months=assumed.months
    )
    value = value_draws(assumed)
    rate = basis.advanced / basis.entered if basis.entered else 0.0
    notices = []
    if basis.downstream is None:
        notices.append("downstream-unknown")
    if basis.kind == "gap":
        notices.append("gap")
    if (uplift >= max(basis.ceiling - rate, 0.0) - 1e-12).mean() > 0.1:
        notices.append("capped")
    return Effect(
        currency=assumed.currency,
        deals=_quantiles(deals),
        revenue=None if value is None else _quantiles(deals * value),
        p_positive=float(np.mean(positive)),
        months=assumed.months,
        rate_now=rate,
        rate_planned=rate + float(np.median(uplift)),
        notices=tuple(notices),
    )


def joint_effect(
    measures: Sequence[Measure], assumed: Assumptions
) -> tuple[Quantiles, Quantiles | None]:
    """Return what measures bring together: on one step by 1 − ∏(1 − u), over steps by product."""
    by_step: dict[tuple[str, str, str], list[Measure]] = {}
    for m in measures:
        if m.basis is not None:
            place = (m.segment, m.bottleneck.source, m.bottleneck.target)
            by_step.setdefault(place, []).append(m)
    # later steps first: gains of an earlier step flow through the lifted rates after it, so that
    # the sum is exactly entrants · (∏(r + Δ) − ∏ r)
    steps = sorted(by_step.items(), key=lambda item: (_depth(item[1]), item[0]))
    deals = np.zeros(DRAWS)
    lifted: dict[str, list[tuple[int, Array]]] = {}
    for (segment, source, target), group in steps:
        basis = group[0].basis
        assert basis is not None
        rate = min(basis.advanced / basis.entered if basis.entered else 0.0, 1 - 1e-9)
        each = np.stack(
            [uplift_draws(m.basis, m.key, assumed) for m in group if m.basis is not None]
        )
        together = np.minimum(joint_uplift(each, rate), max(basis.ceiling - rate, 0.0))
        where = f"{segment}/{source}→{target}"
        alone = extra_deals(
            basis.entrants, together, downstream_draws(basis, where, assumed), months=assumed.months
        )
        depth = _depth(group)
        boost = np.ones(DRAWS)
        for other, ratio in lifted.get(segment, []):
            if other < depth:
                boost = boost * ratio
        deals = deals + alone * boost
        lifted.setdefault(segment, []).append((depth, 1 + together / max(rate, 1e-9)))
    value = value_draws(assumed)
    return _quantiles(deals), None if value is None else _quantiles(deals * value)


def _depth(group: Sequence[Measure]) -> int:
    basis = group[0].basis
    return 0 if basis is None else len(basis.downstream or ())


def detectable_after_days(
    basis: EffectBasis, effect: Effect, *, done_days: int, intraclass: float = 0.0
) -> int | None:
    """Return the days until the planned rise can be seen, None if a year would not show it.

    At best: the level before is taken as known from a year, the noise of months is counted.
    """
    n = entrants_to_see(
        effect.rate_now,
        min(effect.rate_planned, 1 - 1e-9),
        max(basis.entered, 12 * basis.entrants, 1.0),
        intraclass=intraclass,
        per_month=basis.entrants,
    )
    if not math.isfinite(n) or basis.entrants <= 0:
        return None
    days = n / basis.entrants * DAYS_PER_MONTH
    return done_days + math.ceil(days) if days <= 365 else None
