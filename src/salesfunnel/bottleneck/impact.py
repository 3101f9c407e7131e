"""Cost of a bottleneck: simulated gains, and the change of output split by factor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.interval import Interval
from salesfunnel._kernels import gain as kernel
from salesfunnel._kernels.rate_model.setting import RATE_SIZES
from salesfunnel.bottleneck.arguments import capacity_of
from salesfunnel.definitions.funnel import Transition, counted_at

if TYPE_CHECKING:
    from salesfunnel.bottleneck.bottlenecks import Bottlenecks


Array = npt.NDArray[np.float64]


@attrs.frozen(kw_only=True, eq=False)
class Flow:
    """Input of the simulation; arrays of shape (segments, steps)."""

    entered: Array
    advanced: Array
    months: Array
    reference: Array  # NaN if there is none
    reference_sd: Array
    strength: Array
    falls: Array  # of "as before" and each size of fall, (1 + sizes, segments, steps)
    ends: tuple[int, ...]  # of each step: the step up to which its gain flows, to become deals

    def take(self, g: npt.NDArray[np.intp]) -> Flow:
        """Return the cells of some segments."""
        names = [f.name for f in attrs.fields(Flow) if f.name not in {"ends", "falls"}]
        parts = {name: getattr(self, name)[g] for name in names}
        return attrs.evolve(self, falls=self.falls[:, g], **parts)


def falls_of(probability: Array, sizes: Array) -> Array:
    """Return the posterior of "as before" and of every size of fall, (1 + sizes, ...)."""
    p = np.nan_to_num(probability)
    return np.concatenate([[1 - p], p * sizes])


def ends_of(transitions: Sequence[Transition], win: str | None) -> tuple[int, ...]:
    """For each transition, return the index of the transition at which its gain counts as deals."""
    targets = [step.target for step in transitions]
    return tuple(targets.index(counted_at(targets, target, win)) for target in targets)


def _predictive(flow: Flow, j: int) -> tuple[Array, Array, Array, Array, Array]:
    """Return n, x, p, M and the sd of p at one step, with fillers if there is no reference."""
    n = np.maximum(flow.entered[:, j], 0.0)
    known = np.isfinite(flow.reference[:, j])
    p = np.where(known, flow.reference[:, j], 0.5)
    m = np.where(known, flow.strength[:, j], 1.0)
    return (
        n,
        np.minimum(flow.advanced[:, j], n),
        p,
        m,
        np.where(known, flow.reference_sd[:, j], 0.5),
    )


def _rates(flow: Flow, j: int, z: Array, *, raised: bool) -> tuple[Array, Array]:
    """Return draws of the rate now and of the rate then, at one step.

    Where it is raised: the rate under the mixture of "as before" and the drops, which takes off
    what chance added to a fall because it was picked for being large; and the reference if that
    is above. Where not: the rate shrunk toward its reference, twice.
    """
    n, x, p, m, sd = _predictive(flow, j)
    if not raised:
        later = kernel.beta_draws(p * m + x, (1 - p) * m + n - x, z)
        return later, later
    weights = flow.falls[:, :, j]
    which = (z[8] > np.cumsum(weights, axis=0)[:-1, :, None]).sum(axis=0)
    kept = np.concatenate([[1.0], 1 - RATE_SIZES])[which] * (p * m)[:, None]
    now = kernel.beta_draws(kept + x[:, None], (m + n - x)[:, None] - kept, z)
    worth = np.maximum(p * (1 - p) / np.maximum(sd, 1e-9) ** 2 - 1, 0.5)
    return now, np.maximum(now, kernel.beta_draws(p * worth, (1 - p) * worth, z, 1))


def _extra(flow: Flow, raised: frozenset[int], z: Array, caps: Array) -> Array:
    """Return draws of deals a month more where the named steps reach their reference.

    They count where those of the first of these steps do.
    """
    months = np.maximum(flow.months, 1.0)
    extra = np.zeros((flow.entered.shape[0], 1))
    for j in range(min(raised), flow.ends[min(raised)] + 1):
        now, then = _rates(flow, j, z[j], raised=j in raised)
        entrants = (flow.entered[:, j] / months[:, j])[:, None]
        room = np.maximum(caps[j] - flow.advanced[:, j] / months[:, j], 0.0)[:, None]
        extra = kernel.extra_at_the_end(entrants[None], now[None], then[None], room[None], extra)
    return extra


def single_gains(
    flow: Flow,
    cells: npt.NDArray[np.bool_],
    *,
    seed: int,
    caps: Array,
    value: tuple[float, float] | None,
    level: float,
) -> dict[str, Array]:
    """Return mean and interval of the gain of each marked cell alone, NaN elsewhere."""
    shape = flow.entered.shape
    z = kernel.common_draws(seed, shape[1])
    money = None if value is None else _money(value, seed, z.shape[-1])
    out = {name: np.full(shape, np.nan) for name in ("gain", "gain_low", "gain_high",
                                                     "revenue_low", "revenue_high")}  # fmt: skip
    for s in range(shape[1]):
        hit = np.flatnonzero(cells[:, s])
        for start in range(0, hit.size, kernel.BLOCK):
            g = hit[start : start + kernel.BLOCK]
            extra = _extra(flow.take(g), frozenset({s}), z, caps)
            ends = kernel.summary(extra, level)
            for name, values in zip(("gain", "gain_low", "gain_high"), ends, strict=True):
                out[name][g, s] = values
            if money is not None:
                _, out["revenue_low"][g, s], out["revenue_high"][g, s] = kernel.summary(
                    extra * money, level
                )
    return out


def _money(value: tuple[float, float], seed: int, draws: int) -> Array:
    normal = np.random.default_rng([seed, 10**6]).standard_normal(draws)
    return np.maximum(value[0] + value[1] * normal, 0.0)


def joint_gain(
    found: Bottlenecks,
    g: int,
    steps: Sequence[int],
    capacity: Mapping[str, float] | None,
    level: float,
) -> Interval:
    """Return the interval of what several steps of one segment bring together."""
    flow = Flow(
        entered=found.entered.astype(np.float64),
        advanced=found.advanced.astype(np.float64),
        months=found.months,
        reference=found.reference,
        reference_sd=found.reference_sd,
        strength=found.strength,
        falls=falls_of(found.probability, found.sizes),
        ends=ends_of(found.transitions, found.win),
    ).take(np.array([g]))
    raised = frozenset(j for j in steps if np.isfinite(flow.reference[0, j]))
    keys = [found.transitions[0].source, *[t.target for t in found.transitions]]
    z = kernel.common_draws(found.seed, flow.entered.shape[1])
    caps = capacity_of(capacity, keys)
    extra = _extra(flow, raised, z, caps) if raised else np.zeros((1, 1))
    _, low, high = kernel.summary(extra, level)
    return Interval(float(low[0]), float(high[0]), level, "monte-carlo")
