"""The chance that independent deals bring at least a sum. Arguments are already validated.

Values are put on a lattice: exactly if they have a common unit that is coarse enough, otherwise
between two neighbours so that each mean is kept. What all deals have in common moves their logits
together and is integrated by Gauss–Hermite quadrature.
"""

from __future__ import annotations

from math import erf

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.simulate import shifted

Floats = npt.NDArray[np.float64]

CELLS = 2048
"""Cells of the lattice up to the sum asked for."""
SINGLE = 300
"""How many of the largest deals are convolved one by one; the rest is taken as normal."""
NODES = 15


def chance_of_at_least(
    target: float,
    chance: Floats,
    value: Floats,
    *,
    common: float = 0.0,
    new_wins: float = 0.0,
    new_value: Floats | None = None,
    new_scatter: float = 0.0,
) -> float:
    """Return the chance that the deals won, and those still to come, bring at least `target`.

    Parameters
    ----------
    target : float
        A sum of money; 0 or less is certain.
    chance, value : ndarray of float64, shape (n,)
        Of the open deals; chances in [0, 1], values at least 0.
    common : float
        Standard deviation, on the logit, of what all deals have in common.
    new_wins : float
        Wins to expect of deals still to come, a Poisson mean.
    new_value : ndarray of float64, shape (m,), optional
        Values of which each of those wins brings one, all equally likely.
    new_scatter : float
        How much the deals still to come scatter together: standard deviation of the log of their
        number, whose mean stays.
    """
    if target <= 0:
        return 1.0
    inside = (chance > 0) & (value > 0)
    p, v = np.clip(chance[inside], 0.0, 1.0), value[inside]
    fresh = np.zeros(0) if new_value is None or new_wins <= 0 else new_value
    unit = lattice_unit(np.concatenate([v, fresh]), target)
    size = int(np.ceil(target / unit - 1e-9))
    nodes, weights = _nodes(common)
    order = np.argsort(-v, kind="stable")
    p, v = p[order], v[order]
    total = 0.0
    for factor, weight in zip(nodes.tolist(), weights.tolist(), strict=True):
        moved = shifted(p, factor)
        below = _mass_below(size, moved[:SINGLE], v[:SINGLE] / unit)
        if p.size > SINGLE:
            below = _with_normal(below, moved[SINGLE:], v[SINGLE:] / unit)
        if fresh.size:
            scale = np.exp(factor - common**2 / 2)
            below = _with_new(below, new_wins * scale, fresh / unit, new_scatter)
        total += weight * (1.0 - float(below.sum()))
    return float(min(max(total, 0.0), 1.0))


def lattice_unit(value: Floats, target: float) -> float:
    """Return the unit of the lattice: the common one of all values if it is coarse enough."""
    least = target / CELLS
    if value.size:
        cents = np.rint(value * 100)
        if np.allclose(cents, value * 100, atol=1e-6) and cents.max() < 2**53:
            unit = float(np.gcd.reduce(cents.astype(np.int64))) / 100
            if unit >= least / 4:
                return unit
    return least


def _nodes(common: float) -> tuple[Floats, Floats]:
    if common <= 0:
        return np.zeros(1), np.ones(1)
    at, weight = np.polynomial.hermite_e.hermegauss(NODES)
    return at * common, weight / weight.sum()


def _mass_below(size: int, p: Floats, steps: Floats) -> Floats:
    """Return the mass of sums 0 to size − 1; what reaches `size` is dropped."""
    mass = np.zeros(size)
    mass[0] = 1.0
    for chance, step in zip(p.tolist(), steps.tolist(), strict=True):
        low = int(step)
        part = step - low
        if part < 1e-9 or part > 1 - 1e-9:
            moved = _moved(mass, round(step))
        else:
            moved = (1 - part) * _moved(mass, low) + part * _moved(mass, low + 1)
        mass = (1 - chance) * mass + chance * moved
    return mass


def _moved(mass: Floats, steps: int) -> Floats:
    if steps == 0:
        return mass
    moved = np.zeros_like(mass)
    moved[steps:] = mass[: max(mass.size - steps, 0)]
    return moved


def _with_normal(mass: Floats, p: Floats, steps: Floats) -> Floats:
    """Return the mass after adding many small deals, taken together as normal."""
    mean, sd = float((p * steps).sum()), float(np.sqrt((p * (1 - p) * steps**2).sum()))
    edges = (np.arange(mass.size + 1) - 0.5 - mean) / max(sd, 1e-9)
    below = np.array([0.5 * (1 + erf(edge / 2**0.5)) for edge in edges.tolist()])
    added = np.diff(below)
    added[0] += below[0]
    return np.convolve(mass, added)[: mass.size]


def _with_new(mass: Floats, wins: float, steps: Floats, scatter: float) -> Floats:
    """Return the mass after adding a compound Poisson number of wins, whose mean scatters."""
    size = mass.size
    span = 4 * size
    low = np.minimum(np.floor(steps), span - 2).astype(np.intp)
    part = np.clip(steps - low, 0.0, 1.0)
    both = np.bincount(low, 1 - part, minlength=span) + np.bincount(low + 1, part, minlength=span)
    one = both[:span] / steps.size
    # sums that are too large wrap around; an exponential tilt keeps them out
    tilt = np.exp(-np.arange(span) * (20.0 / span))
    wave = np.fft.rfft(one * tilt)
    nodes, weights = _nodes(scatter)
    busy = wins * np.exp(nodes - scatter**2 / 2)
    both_ways = (weights[:, None] * np.exp(busy[:, None] * (wave - 1.0))).sum(axis=0)
    added = np.fft.irfft(both_ways, span) / tilt
    return np.convolve(mass, np.maximum(added[:size], 0.0))[:size]


def deals_for(
    target: float,
    chance: Floats,
    value: Floats,
    probability: float,
    *,
    most: int = 20,
    common: float = 0.0,
    new_wins: float = 0.0,
    new_value: Floats | None = None,
    new_scatter: float = 0.0,
) -> tuple[int, float] | None:
    """Return how many deals like these give at least a probability, and which one they give.

    The deals are repeated in their order; None if `most` times as many are not enough.
    """
    n = chance.size
    if not n:
        return None

    def given(count: int) -> float:
        at = np.arange(count) % n
        return chance_of_at_least(
            target, chance[at], value[at], common=common, new_wins=new_wins, new_value=new_value,
            new_scatter=new_scatter,
        )  # fmt: skip

    low, high = 0, max(n, 1)
    while given(high) < probability:
        low, high = high, high * 2
        if high > most * n:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        if given(middle) < probability:
            low = middle
        else:
            high = middle
    return high, given(high)
