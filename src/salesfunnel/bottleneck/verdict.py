"""Verdict: what is found of every step of every segment, as arrays."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.rate_model.setting import OLDEST, RATE_SIZES

Array = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]

LEAST_HISTORY = 2
"""Months before the judged one below which a history says too little."""
CONFIRMED, SUSPECTED, WATCH = 0.8, 0.5, 0.3
"""Tiers: from this probability on."""
SEEN = 0.2
"""Data that would not show a drop of this share are not enough data for "healthy"."""
HALF = 0.5
"""Share of the judged exposure that entered in the last month, below which it is too early to call
those entrants healthy."""
FAR = 500.0
DRIFT_ALARM, DRIFT_MONTHS = 2.7, 8
"""Standard deviations of the slope from which a rate drifts (a whole funnel of 5 or 6 steps), and
months that it takes."""
REFERENCE_KINDS = ("none", "history", "benchmark", "both")
OLD_FALL, OLD_SHARE = 4.0, 0.1
"""Standard deviations, and share, from which a level that sank long ago is named."""
HEALTHY, NOT_ENOUGH, DEFINITION = 3, 4, 5
"""Places in `TIERS`."""


class Verdict(NamedTuple):
    """Verdicts of every step; shape (segments, steps) unless stated."""

    probability: Array
    definition: Array
    """P(the gate to a neighbour moved), where this step is the one that fell."""
    partner: npt.NDArray[np.int8]
    """Place of that neighbour, −1 for none."""
    tier: npt.NDArray[np.int8]
    window: npt.NDArray[np.int8]
    entered: Array
    advanced: Array
    months: Array
    """With counts, in the window."""
    reference: Array
    reference_sd: Array
    strength: Array
    rho: Array
    reference_kind: npt.NDArray[np.int8]
    history_months: Array
    history_entered: Array
    history_advanced: Array
    detectable: Array
    drift: Array
    sizes: Array
    """Probabilities of the sizes of a fall, if there is one, (sizes, segments, steps)."""
    prior: Array
    """Share of falls that was assumed, as learned from what was judged together."""
    pooled: npt.NDArray[np.int64]
    """How many steps that was learned from."""
    old_months: npt.NDArray[np.int64]
    """Months since an old fall that has become the level, 0 for none."""
    old_share: Array
    back_months: npt.NDArray[np.int64]
    """Months since a fall of the last eight months is over, 0 for none."""


def verdict_of(
    x: Array,
    n: Array,
    shape: tuple[int, ...],
    parts: list[Array],
    outside: Bool,
    there: Bool,
    history: int,
) -> Verdict:
    """Return the verdict of all series, (segments, steps).

    Parameters
    ----------
    x, n : ndarray of float, shape (months, series)
        Advanced and exposed, 0 where not known.
    shape : tuple of int
        (segments, steps).
    parts : list of ndarray
        What the model found, as `judge` arranges it.
    outside : ndarray of bool, shape (series,)
        Where a benchmark is the reference.
    there : ndarray of bool, shape (series,)
        Where the last month is known.
    history : int
        How many months before the window the figures of the history cover.
    """
    (p, definition, partner, by_age, by_size, link, variance, month_variance, share, pooled,
     detectable, drift, old_z, old_fall, old_months, mended, back) = parts  # fmt: skip
    size = n.shape[1]
    before = n[:-1] > 0
    known = before.sum(axis=0)
    judged = ((known >= LEAST_HISTORY) | outside) & there
    p = np.where(judged, p, np.nan)
    tier = _tiers(np.nan_to_num(p, nan=-1.0), definition, detectable, n[-1] > 0, x, n)
    listed = (tier < 3) | (tier == DEFINITION)
    age = np.where(listed, np.argmax(by_age, axis=0), 0)
    at = age, np.arange(size)
    p0 = sigmoid(link[at])
    pq = p0 * (1 - p0)
    month = month_variance / (age + 1)
    level = np.maximum(variance[at] - month, variance[at] / 4)
    (x_w, x_0), (n_w, n_0), (m_w, m_0) = (
        _split(values, age, history) for values in (x, n, (n > 0).astype(np.float64))
    )
    seen = judged & (link[0] != 0)
    old = (
        seen & ~listed & (old_z >= OLD_FALL) & (old_z > -drift + 1)
        & (1 - sigmoid(link[0]) / sigmoid(link[0] + old_fall) >= OLD_SHARE)
    )  # fmt: skip
    whole = known + (n[-1] > 0)
    reference_kind = np.where(outside, np.where(whole > 1, 3, 2), np.where(judged, 1, 0))

    def shaped(values: npt.NDArray[Any], dtype: npt.DTypeLike = np.float64) -> npt.NDArray[Any]:
        return np.asarray(values).reshape(shape).astype(dtype)

    def where_known(values: Array) -> npt.NDArray[Any]:
        return shaped(np.where(judged, values, np.nan))

    return Verdict(
        shaped(p), shaped(np.where(judged, definition, 0.0)), shaped(partner, np.int8),
        shaped(tier, np.int8), shaped(age + 1, np.int8),
        shaped(n_w), shaped(x_w), shaped(m_w),
        where_known(p0), where_known(pq * np.sqrt(level)),
        where_known(np.maximum(1 / (pq * np.maximum(variance[at], 1e-9)) - 1, 0.5)),
        where_known(month_variance * pq), shaped(reference_kind, np.int8),
        shaped(m_0), shaped(n_0), shaped(x_0),
        shaped(np.where(judged & (n[-1] > 0), detectable, np.nan)),
        shaped(np.where(judged & (whole >= DRIFT_MONTHS), -drift, np.nan)),
        by_size.reshape(RATE_SIZES.size, *shape),
        shaped(share), shaped(pooled, np.int64),
        shaped(np.where(old, old_months, 0), np.int64),
        shaped(1 - sigmoid(link[0]) / sigmoid(link[0] + old_fall)),
        shaped(np.where(judged & ~listed & (mended >= SUSPECTED), back, 0), np.int64),
    )  # fmt: skip


def _tiers(
    p: Array, definition: Array, detectable: Array, exposed: Bool, x: Array, n: Array
) -> npt.NDArray[np.int_]:
    moved = (definition >= p) & (definition + p >= SUSPECTED) & (p >= 0)
    nothing = (x.sum(axis=0) == 0) | (n.sum(axis=0) == 0)
    return np.select(
        [~exposed | (p < 0) | nothing, moved, p >= CONFIRMED, p >= SUSPECTED, p >= WATCH,
         detectable > SEEN],
        [NOT_ENOUGH, DEFINITION, 0, 1, 2, NOT_ENOUGH], HEALTHY,
    )  # fmt: skip


def _split(values: Array, age: npt.NDArray[np.int_], history: int) -> tuple[Array, Array]:
    """Return the sums of the last age + 1 months, and of the months of history before them."""
    last = np.cumsum(values[: -OLDEST - 1 - history : -1], axis=0)
    series = np.arange(values.shape[1])
    window = last[np.minimum(age, len(last) - 1), series]
    return window, last[np.minimum(age + history, len(last) - 1), series] - window


def sigmoid(link: Array) -> Array:
    """Return 1/(1 + exp(−link))."""
    return np.asarray(1 / (1 + np.exp(-np.clip(link, -FAR, FAR))))
