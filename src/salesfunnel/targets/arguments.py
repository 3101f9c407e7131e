"""Check the arguments of a target: values, delays, an open pipeline, parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, cast, runtime_checkable

import numpy as np
import numpy.typing as npt

from salesfunnel._core.errors import ArgumentError
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
    if value is None:
        if unit == "currency":
            raise ArgumentError(
                "'value' must be given with a target in money, got None",
                hint="the mean value of a won deal, or the values of won deals",
            )
        return None, 0.0
    values = np.atleast_1d(np.asarray(value, dtype=np.float64))
    if values.ndim != 1 or not values.size or not (np.isfinite(values) & (values >= 0)).all():
        raise ArgumentError(f"'value' must be at least 0 and finite, got {value!r}")
    mean = float(values.mean())
    if mean <= 0:
        raise ArgumentError(f"'value' must have a positive mean, got {mean:g}")
    return mean, float(values.std(ddof=1)) if values.size > 1 else 0.0


def lags_of(lag: object, panel: Panel) -> tuple[Floats, ...]:
    """Return the delay of every transition as shares by month."""
    names = panel.steps[:-1]
    none = np.ones(1)
    if lag is None:
        return tuple(none for _ in names)
    if isinstance(lag, Mapping):
        strange = [key for key in lag if key not in names]
        if strange:
            raise ArgumentError(f"'lag' must be by source step {names!r}, got {strange[0]!r}")
        given = [lag.get(name, none) for name in names]
    else:
        given = list(cast("Iterable[Any]", lag))
        if given and np.ndim(given[0]) == 0:
            given = [given]
        if len(given) != len(names):
            raise ArgumentError(
                f"'lag' must have a sequence for each of {len(names)} transitions, got {len(given)}"
            )
    shares = []
    for name, one in zip(names, given, strict=True):
        f = np.asarray(one, dtype=np.float64)
        if f.ndim != 1 or not f.size or not (np.isfinite(f) & (f >= 0)).all() or f.sum() <= 0:
            raise ArgumentError(f"'lag' of {name!r} must be shares of at least 0, got {one!r}")
        shares.append(f / f.sum())
    return tuple(shares)


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
