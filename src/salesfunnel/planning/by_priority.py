"""Measures by priority, without the draws of those that nobody reads.

A table of 10,000 segments has thousands of alarms, a plan lists ten measures. What a measure can
bring at most follows from counts, so that only those that may come next are simulated.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import mature_entrants
from salesfunnel._core.period_arrays import PERIODS_PER_MONTH
from salesfunnel._core.periods import frequency_of
from salesfunnel.planning.measure import Measure
from salesfunnel.planning.simulate import DRAWS, Assumptions, value_draws

if TYPE_CHECKING:
    from salesfunnel.bottleneck import Bottleneck, Bottlenecks
    from salesfunnel.conversion.table import Conversion

__all__ = ["by_priority", "had_time", "most_it_brings"]

Array = npt.NDArray[np.float64]
BEYOND = 24.0
"""Minus the log of the probability that a mean of draws lies beyond its bound: 4e-11."""


def had_time(row: Bottleneck | Conversion) -> float:
    """Return how many had time to advance, not rounded: what the rate of the row is a share of."""
    entered, advanced = float(row.entered or 0), float(row.advanced or 0)
    return advanced / row.rate if row.rate and advanced else entered


def by_priority(
    known: Iterable[Measure], most: Array, make: Callable[[int], Measure]
) -> Iterator[Measure]:
    """Yield measures by priority, each made when it may come next.

    Parameters
    ----------
    known : iterable of Measure
        Those that are made already.
    most : ndarray of float, shape (others,)
        The priority of each of the others, at most.
    make : callable
        Takes the place of one of the others and returns its measure.
    """
    heap = [(rank_of(measure), measure) for measure in known]
    heapq.heapify(heap)
    for place in np.argsort(-most, kind="stable").tolist():
        while heap and heap[0][0] < (1, -most[place]):
            yield heapq.heappop(heap)[1]
        measure = make(place)
        heapq.heappush(heap, (rank_of(measure), measure))
    while heap:
        yield heapq.heappop(heap)[1]


def rank_of(m: Measure) -> tuple[Any, ...]:
    """Return what measures are sorted by; keys are unique, so that no two are equal."""
    group = 0 if m.problem_params.get("veto") else 2 if m.problem == "not-measured" else 1
    return (
        group,
        -m.priority,
        m.detectable_after_days if m.detectable_after_days is not None else 10**6,
        m.key,
    )


def most_it_brings(
    table: Bottlenecks, ends: Sequence[int], cells: npt.NDArray[np.intp], assumed: Assumptions
) -> Array:
    """Return an upper limit of what a measure against the whole gap brings, per cell of a table.

    Deals within `assumed.months`, or their value. A mean of draws exceeds its expectation by no
    more than Bernstein's inequality allows.

    Parameters
    ----------
    table : Bottlenecks
        The verdicts.
    ends : sequence of int
        For each step, the one at which its gain counts as deals.
    cells : ndarray of int, shape (cells, 2)
        Places of segments and steps.
    assumed : Assumptions
        Of the plan.
    """
    entered = mature_entrants(table.entered, table.exposed)
    advanced = np.minimum(table.advanced, entered)
    rate = advanced / np.maximum(entered, 1.0)
    reference = np.where(np.isnan(table.reference), 1.0, table.reference)
    mean, square, product = _downstream(entered, advanced, ends)
    per = PERIODS_PER_MONTH.get(frequency_of(str(table.period)), 1.0)
    whole: tuple[Array, ...] = (
        entered, rate, np.maximum(reference - rate, 0.0), mean, square, product, table.gain,
        table.window.astype(np.float64),
    )  # fmt: skip
    at = cells[:, 0], cells[:, 1]
    n, p, gap, mean, square, product, gain, window = (values[at] for values in whole)
    entrants = n / np.maximum(window, 1) * per
    missing = entrants * gap * product
    with np.errstate(divide="ignore", invalid="ignore"):
        sure = np.where(
            np.isnan(gain) | (missing <= 0), 1.0, np.clip(gain * per / missing, 0.0, 1.0)
        )
    cap = np.minimum(gap * sure, 1 - p)
    sd = np.sqrt(p * (1 - p) / np.maximum(n, 1.0))
    a, b = assumed.realisation
    uplift = np.minimum(cap, (gap + 0.4 * sd) * 2 * assumed.gap_closed * a / (a + b))
    draws = value_draws(assumed)
    value = np.ones(1) if draws is None else draws  # the same draws for all measures
    mean, square, largest = mean * value.mean(), square * (value**2).mean(), value.max()
    alone = _mean_at_most(mean, square - mean**2, largest)
    together = _mean_at_most(uplift * mean, cap * uplift * square, cap * largest)
    brings = assumed.months * entrants * np.minimum(cap * alone, together)
    return np.asarray(brings * (1 + 1e-9))


def _downstream(entered: Array, advanced: Array, ends: Sequence[int]) -> tuple[Array, ...]:
    """Return mean and mean square of the share that becomes deals, and the product of the rates."""
    n, x = entered, advanced
    later = (
        (x + 0.5) / (n + 1),
        (x + 0.5) * (x + 1.5) / ((n + 1) * (n + 2)),
        x / np.maximum(n, 1.0),
    )
    found = []
    for share in later:
        whole = np.ones_like(share)
        for step, end in enumerate(ends):
            whole[:, step] = share[:, step + 1 : end + 1].prod(axis=1)
        found.append(whole)
    return tuple(found)


def _mean_at_most(mean: Array, variance: Array, largest: Array | float) -> Array:
    """Return what the mean of the draws is at most, of values between 0 and `largest`."""
    wide = np.sqrt(2 * BEYOND * np.maximum(variance, 0.0) / DRAWS)
    return np.asarray(mean + wide + 2 * BEYOND / (3 * DRAWS) * largest)
