"""What the series of a call tell about each other: share and age of falls.

References
----------
.. [1] Newton, Noueiry, Sarkar & Ahlquist (2004), Detecting differential gene expression with a
   semiparametric hierarchical mixture method, Biostatistics 5:155.
.. [2] Efron (2010), Large-Scale Inference.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Int = npt.NDArray[np.intp]
Bool = npt.NDArray[np.bool_]

ONSET_STRENGTH, ONSET_TURNS, ONSET_DECAY = 12.0, 4, 1.2
MANY_SERIES, MANY_TURNS = 100, 12
"""Groups of so many series learn onsets in more turns: the data outweigh the prior there."""
P_RISE = 0.05
"""Share of series whose rate rose, fixed."""
SHARES = np.array([0.01, 0.02, 0.04, 0.07, 0.10, 0.13, 0.17, 0.22, 0.30, 0.45])
SHARES_PRIOR = np.array([0.02, 0.03, 0.04, 0.06, 0.09, 0.11, 0.16, 0.19, 0.19, 0.11])
"""Grid of the share of series whose rate fell, and its prior (mean 0.2)."""
BENCHMARK_SHARE = 0.15
"""The share where the reference is a benchmark."""
ASKED_FROM = 0.3
"""Of falls that are less probable, and so not listed, it is not asked whether they are over."""
P_DEFINITION = 0.03
"""Share of neighbours between which the definition moved."""
LARGEST = 1e130
Mended = Callable[[Bool, Array], Array | None]


class Groups:
    """Series that are pooled together: contiguous, given by the index of the first of each."""

    def __init__(self, starts: Int, size: int) -> None:
        self.starts = starts
        self.sizes = np.diff(np.append(starts, size)).astype(np.float64)
        self.of_series = np.repeat(np.arange(starts.size), self.sizes.astype(np.intp))

    def total(self, values: Array) -> Array:
        """Return sums over groups along the last axis."""
        if self.starts.size == 1:
            return np.asarray(values.sum(axis=-1, keepdims=True))
        return np.asarray(np.add.reduceat(values, self.starts, axis=-1))

    def spread(self, values: Array) -> Array:
        """Return values of groups as values of series."""
        return values if self.starts.size == 1 else values[..., self.of_series]


class Pooled(NamedTuple):
    """Verdicts of all series."""

    fall: Array
    """P(the rate fell and is down), shape (series,)."""
    rise: Array
    definition: Array
    """P(the gate between a step and the next moved), shape (segments, steps - 1)."""
    share: Array
    """Posterior mean share of falls, shape (groups,)."""
    onset: Array
    """Weights of the onsets 1, 2, ..., shape (onsets, groups)."""
    by_age: Array
    """P(age | fall), shape (ages, series)."""
    by_size: Array
    """P(size | fall), shape (sizes, series)."""
    mended: Array
    """P(the rate fell and came back 1, 2, ... months ago), shape (ages − 1, series)."""


def onset_prior(ages: int = 8) -> Array:
    """Return the prior of a fall's age in months, 1 to `ages`."""
    w = np.arange(1.0, ages + 1) ** -ONSET_DECAY
    return np.asarray(w / w.sum())


def _mended_prior(begun: Array, longest: int) -> Array:
    """Return the weights of falls that lasted b months and were mended r ago, (b, r, series).

    `begun` are the weights of falls that began a months ago and last. What is expected to last is
    the prior of onsets: if falls begin as often in every month, those of an age that are missing
    among those a month older have been mended.
    """
    lasts = onset_prior(longest + 1)
    gone = lasts[:-1] - lasts[1:]
    out = np.zeros((longest, longest, begun.shape[-1]))
    for b in range(1, longest + 1):
        for r in range(1, longest + 1 - b + 1):
            if b + r <= len(begun):
                out[b - 1, r - 1] = begun[b + r - 1] * gone[b - 1] / lasts[b + r - 1]
    return out


def pooled(
    down: Array, up: Array, sizes: Array, steps: int, groups: Groups, *, visible: int,
    outside: bool = False, mended: Mended | None = None,
) -> Pooled:  # fmt: skip
    """Return the probabilities of falls, pooled over the series of a group [1]_ [2]_.

    Parameters
    ----------
    down, up : ndarray of float, shape (ages, sizes, series)
        Bayes factors of a fall, and of the mirrored rise, against none.
    sizes : ndarray of float, shape (sizes,)
        Weights of the sizes.
    steps : int
        Series a segment; neighbours are asked for a change of definition.
    groups : Groups
        What is pooled.
    visible : int
        Falls up to this age are seen; older ones are neither seen nor excluded.
    outside : bool
        Whether the reference comes from outside the history: older falls are then seen with the
        oldest, and the share of falls is fixed.
    mended : callable, optional
        Given which series are asked, and P(age | fall) of all, Bayes factors of falls that are
        over, as `mended.Mending.within` has them; None where nothing is back.
    """
    w0 = onset_prior()
    ages = min(down.shape[0], visible)
    F_age = np.einsum("adn,d->an", down[:ages], sizes)
    R_age = np.einsum("adn,d->an", up[:ages], sizes)
    if outside:
        w0[ages - 1] += w0[ages:].sum()
        w0 = w0[:ages]
        grid, prior = np.array([BENCHMARK_SHARE]), np.ones(1)
    else:
        grid, prior = SHARES, SHARES_PRIOR
    w = np.repeat(w0[:, None], groups.starts.size, axis=1)
    w = _onsets(F_age, R_age, w, groups, (grid, prior))
    F, R = (_mixed(values, w, groups) for values in (F_age, R_age))
    ev = 1 - grid[:, None] - P_RISE + grid[:, None] * F + P_RISE * R
    between, extra = _definition(down[:ages], up[:ages], sizes, steps, w, groups, ev)
    log_ev = np.log(ev) if extra is None else np.log(ev) + 0.5 * np.log(extra)
    post = _posterior(groups.total(log_ev), prior)
    p = groups.spread(post)
    total = ev if extra is None else ev * extra
    fall = F * (p * grid[:, None] / total).sum(axis=0)
    joint_age = groups.spread(w[:ages]) * F_age
    joint_size = (
        np.einsum("an,adn->dn", np.broadcast_to(groups.spread(w[:ages]), F_age.shape), down[:ages])
        * sizes[:, None]
    )
    by_age = joint_age / np.maximum(joint_age.sum(axis=0), 1e-300)
    by_size = joint_size / np.maximum(joint_size.sum(axis=0), 1e-300)
    over = np.zeros((max(down.shape[0] - 1, 0), down.shape[-1]))
    asked = fall >= ASKED_FROM
    factors = None if mended is None or not asked.any() else mended(asked, by_age)
    if factors is not None:
        begun = (groups.spread(w) * np.ones(fall.size))[:, asked]
        over[:, asked] = np.einsum("brs,brs->rs", _mended_prior(begun, len(factors)), factors)
        total = total + grid[:, None] * over.sum(axis=0)
        fall = F * (p * grid[:, None] / total).sum(axis=0)
        over *= (p * grid[:, None] / total).sum(axis=0)
    rise = P_RISE * R * (p / total).sum(axis=0)
    if between.size:
        segments = between.shape[1]
        T = extra.reshape(len(grid), segments, steps)
        part = between / np.maximum(T[..., :-1], T[..., 1:])
        definition = (
            part * p.reshape(len(grid), -1, steps)[..., :1]
            if p.shape[-1] > 1
            else part * p[:, :, None]
        ).sum(axis=0)
    else:
        definition = np.zeros((down.shape[-1] // steps, 0))
    return Pooled(
        np.minimum(fall, 1.0), rise, definition, (grid[:, None] * post).sum(axis=0), w,
        by_age, by_size, over,
    )  # fmt: skip


def _mixed(by_age: Array, w: Array, groups: Groups) -> Array:
    """Return Σ w_a B_a, with 1 for ages that are not seen."""
    ages = by_age.shape[0]
    seen = (groups.spread(w[:ages]) * by_age).sum(axis=0)
    return np.asarray(seen + groups.spread(w[ages:].sum(axis=0)))


def _posterior(log_ev: Array, prior: Array) -> Array:
    log_post = log_ev + np.log(prior)[:, None]
    post = np.exp(log_post - log_post.max(axis=0))
    return np.asarray(post / post.sum(axis=0))


def _onsets(
    F_age: Array, R_age: Array, w0: Array, groups: Groups, shares: tuple[Array, Array]
) -> Array:
    """Return the weights of onsets that the group has learned by expectation–maximisation."""
    grid, prior = shares
    ages = F_age.shape[0]
    w = w0
    for turn in range(MANY_TURNS if (groups.sizes >= MANY_SERIES).any() else ONSET_TURNS):
        F, R = (_mixed(values, w, groups) for values in (F_age, R_age))
        ev = 1 - grid[:, None] - P_RISE + grid[:, None] * F + P_RISE * R
        post = _posterior(groups.total(np.log(ev)), prior)
        mean = (grid[:, None] * post).sum(axis=0)
        each = groups.spread(mean)
        at = 1 - each - P_RISE + each * F + P_RISE * R
        resp = np.empty_like(w)
        resp[:ages] = groups.total(F_age * (each / at)) * w[:ages]
        resp[ages:] = groups.total(np.broadcast_to(each / at, F.shape)) * w[ages:]
        new = (ONSET_STRENGTH * w0 + resp) / (ONSET_STRENGTH + resp.sum(axis=0))
        w = new if turn < ONSET_TURNS else np.where(groups.sizes >= MANY_SERIES, new, w)
    return w


def _definition(
    down: Array, up: Array, sizes: Array, steps: int, w: Array, groups: Groups, ev: Array
) -> tuple[Array, Array]:
    """Return the odds that a gate moved, (grid, segments, steps − 1), and 1 + their sums a series.

    A gate that moved shows as a fall and a rise of neighbours at one time whose product is 1.
    """
    shares, size = ev.shape
    segments = size // steps
    if steps < 2:
        return np.zeros((shares, segments, 0)), np.ones_like(ev)
    a, d = down.shape[:2]
    D = np.minimum(down, LARGEST).reshape(a, d, segments, steps)
    U = np.minimum(up, LARGEST).reshape(a, d, segments, steps)
    weight = np.broadcast_to(groups.spread(w[:a]), (a, size)).reshape(a, segments, steps)[..., :-1]
    B = np.zeros((2, segments, steps - 1))
    for k in range(d):
        B[0] += sizes[k] * (weight * D[:, k, :, :-1] * U[:, k, :, 1:]).sum(axis=0)
        B[1] += sizes[k] * (weight * U[:, k, :, :-1] * D[:, k, :, 1:]).sum(axis=0)
    E = ev.reshape(shares, segments, steps)
    R = 0.5 * P_DEFINITION * B.sum(axis=0) / E[..., :-1] / E[..., 1:]
    T = np.ones((shares, segments, steps))
    T[..., :-1] += R
    T[..., 1:] += R
    return R, T.reshape(shares, size)
