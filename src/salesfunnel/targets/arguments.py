"""Check the arguments of a target: values, delays, an open pipeline, parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from salesfunnel._core.arguments import lag_shares, worth_of
from salesfunnel._core.errors import ArgumentError
from salesfunnel.data import delays
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.from_list import two_ends
from salesfunnel.data.panel import Panel
from salesfunnel.targets.target_plan import TargetUnit

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
HISTORY, DRAWS = 12, 8192
Split = Mapping[str, Mapping[str, float]]


@runtime_checkable
class WinsByPeriod(Protocol):
    """What a `Forecast` tells: the wins expected in each period."""

    def wins_in(self, periods: tuple[str, ...]) -> Sequence[float]:
        """Return the wins of some periods."""
        ...


def value_of(value: object, unit: TargetUnit) -> tuple[float | None, float]:
    """Return mean and standard deviation of what a won deal is worth."""
    worth = worth_of(value)
    if worth is None:
        if unit == "currency":
            raise ArgumentError(
                "'value' must be given with a target in money, got None",
                hint="the mean value of a won deal, or the values of won deals",
            )
        return None, 0.0
    if worth.mean <= 0:
        raise ArgumentError(f"'value' must have a positive mean, got {worth.mean:g}")
    return worth.mean, worth.sd


def lags_of(lag: object, panel: Panel) -> tuple[Floats, ...]:
    """Return the delay of every transition as shares by month; none is no delay."""
    sources = panel.steps[:-1]
    if lag is None:
        return tuple(np.ones(1) for _ in sources)
    if isinstance(lag, StageHistory):
        return tuple(one.shares for one in delays.learned(two_ends(lag), panel))
    return lag_shares(lag, sources)


def covered_by(pipeline: object, periods: tuple[str, ...], weights: Floats, due: Ints) -> Floats:
    """Return the deals of the open pipeline by month; what one month has over goes to the next."""
    if pipeline is None:
        return np.zeros(len(periods))
    if isinstance(pipeline, WinsByPeriod):
        given = np.asarray(pipeline.wins_in(periods), dtype=np.float64)
    else:
        given = np.atleast_1d(np.asarray(pipeline, dtype=np.float64))
        if given.shape == (1,) and len(periods) > 1:
            given = given[0] * weights / weights.sum()
    if given.shape != (len(periods),) or not (np.isfinite(given) & (given >= 0)).all():
        raise ArgumentError(
            f"'pipeline' must be {len(periods)} numbers of at least 0, got {pipeline!r}"
        )
    used, spare = np.zeros(len(periods)), 0.0
    for t, need in enumerate(due.tolist()):
        used[t] = min(need, given[t] + spare)
        spare += given[t] - used[t]
    return used


def split_of(
    split: Split | None, panel: Panel
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[Floats, ...]]:
    """Return levels, the joined names of their parts, and the weights of each level."""
    if split is None:
        if len(panel.segments) < 2:
            return (), (), ()
        weights = panel.counts[..., -1].sum(0).astype(np.float64)
        return (" / ".join(panel.attributes) or "segment",), panel.segments, (weights,)
    if not isinstance(split, Mapping) or not all(isinstance(v, Mapping) for v in split.values()):
        raise ArgumentError(
            f"'split' must be a mapping of levels to mappings of parts to weights, got {split!r}"
        )
    names: list[str] = [""]
    found: list[Floats] = []
    for level, table in split.items():
        weights = np.array([float(w) for w in table.values()], dtype=np.float64)
        if not weights.size or not (np.isfinite(weights) & (weights >= 0)).all():
            raise ArgumentError(
                f"'split' of {level!r} must have weights of at least 0, got {dict(table)!r}"
            )
        found.append(weights)
        names = [f"{a} / {b}" if a else str(b) for a in names for b in table]
    return tuple(split), tuple(names) if found else (), tuple(found)
