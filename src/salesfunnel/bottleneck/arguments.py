"""What find_bottlenecks is given beside the panel: benchmark, lag, value, capacity, as arrays."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_known
from salesfunnel._core.errors import ArgumentError, UnknownNameError
from salesfunnel._core.period_arrays import DAYS_PER_MONTH, DAYS_PER_PERIOD, period_numbers
from salesfunnel._kernels.censoring import incidence
from salesfunnel.data.history import StageHistory
from salesfunnel.data.panel import Panel
from salesfunnel.definitions import Benchmark, BenchmarkSet
from salesfunnel.fault import Fault

Array = npt.NDArray[np.float64]
UNSTATED = "not stated"
"""How the sample of a figure begins whose publisher names none."""
LONGEST_LAG = 12
"""Months: a longer delay is cut here."""
FEWEST_RIPE = 20
"""Advances of deals that had time, below which all deals are asked."""


def benchmark_of(benchmark: Any, panel: Panel) -> tuple[Array, Array, list[Fault]]:
    """Return rate and standard deviation of every step, NaN where there is none, and faults."""
    rate, sd = (np.full(len(panel.transitions), np.nan) for _ in range(2))
    if benchmark is None:
        return rate, sd, []
    own = isinstance(benchmark, Benchmark | Mapping)
    figures = _benchmark_set(benchmark)
    placed = figures.for_steps(panel.steps, names=_names(panel))
    if own and placed.unmapped:
        known = ", ".join(map(repr, panel.steps))
        raise UnknownNameError(
            f"'benchmark' must name steps of the panel, got {placed.unmapped[0]!r}",
            hint=f"the steps are {known}",
        )
    faults: list[Fault] = []
    for k, step in enumerate(panel.transitions):
        figure = placed.get(step)
        if figure is not None:
            rate[k], sd[k] = figure.rate, figure.rate * figure.cv
            if not isinstance(benchmark, Mapping):
                faults.append(_used(str(step), figure))
    if np.isnan(rate).all():
        faults.append(Fault.of("benchmark-without-step", value=figures.key))
    return rate, sd, faults


def _used(step: str, figure: Benchmark) -> Fault:
    """Say whose figure a step is compared with, and whether it tells whom it was measured on."""
    stated = bool(figure.sample) and not figure.sample.startswith(UNSTATED)
    return Fault.of(
        "benchmark-used" if stated else "benchmark-without-sample",
        severity="info",
        step=step,
        rate=figure.rate,
        source=figure.source,
        year=figure.year,
        sample=figure.sample,
    )


def _benchmark_set(benchmark: Any) -> BenchmarkSet:
    if isinstance(benchmark, BenchmarkSet):
        return benchmark
    if isinstance(benchmark, Benchmark):
        return BenchmarkSet("given", [benchmark])
    if isinstance(benchmark, Mapping):
        return BenchmarkSet.from_rates("given", benchmark, source="given by the caller")
    if isinstance(benchmark, str):
        from salesfunnel.plugins import benchmark as load

        loaded: BenchmarkSet = load(benchmark)
        return loaded
    raise ArgumentError(
        f"'benchmark' must be a mapping, a Benchmark, a BenchmarkSet or its name, got {benchmark!r}"
    )


def _names(panel: Panel) -> dict[str, tuple[str, ...]]:
    """Return other names of the panel's steps, as far as its funnel tells them."""
    names: dict[str, tuple[str, ...]] = {}
    for stage in () if panel.funnel is None else panel.funnel.stages:
        for metric in stage.metrics:
            names[metric.key] = (metric.name, *metric.aliases)
        volume = () if stage.volume is None else (stage.volume.key,)
        names[stage.key] = (stage.name, *stage.aliases, *volume)
    return {key: names[key] for key in panel.steps if key in names}


class Lag(NamedTuple):
    """The delay of a step, as shares by period, and how many advances it was learned from."""

    shares: Array
    converters: float
    """Infinite where it was given."""


def lags_of(lag: Any, panel: Panel) -> tuple[Lag, ...] | None:
    """Return the delay of every step, or None where none is given."""
    if lag is None:
        return None
    if panel.mode != "period":
        raise ArgumentError(
            f"'lag' must be None for a panel of cohorts, got {lag!r}",
            hint="a cohort follows its own entrants, so there is nothing to adjust",
        )
    sources = panel.steps[:-1]
    if isinstance(lag, StageHistory) or hasattr(lag, "stage_times"):
        return tuple(_estimated(lag, key, panel) for key in sources)
    if isinstance(lag, Mapping):
        for key in lag:
            check_known("lag", key, sources)
        return tuple(_given(lag.get(key, (1.0,)), key) for key in sources)
    if isinstance(lag, int | float) or all(np.ndim(one) == 0 for one in lag):
        return tuple(_given(lag, key) for key in sources)
    given = list(lag)
    if len(given) != len(sources):
        raise ArgumentError(
            f"'lag' must have shares for each of {len(sources)} steps, got {len(given)}"
        )
    return tuple(_given(one, key) for one, key in zip(given, sources, strict=True))


def _given(value: Any, key: str) -> Lag:
    return Lag(_shares(value, key), np.inf)


def _shares(value: Any, key: str) -> Array:
    """Return a pmf; a single number is the median delay in periods of a geometric distribution."""
    if np.ndim(value) == 0:
        median = float(value)
        if not (math.isfinite(median) and median >= 0):
            raise ArgumentError(f"'lag' of {key!r} must be at least 0, got {value!r}")
        stay = 0.5 ** (1 / median) if median > 0 else 0.0
        return trimmed((1 - stay) * stay ** np.arange(LONGEST_LAG + 1.0))
    f = np.asarray(value, dtype=np.float64)
    if f.ndim != 1 or not f.size or not (np.isfinite(f) & (f >= 0)).all() or f.sum() <= 0:
        raise ArgumentError(f"'lag' of {key!r} must be shares of at least 0, got {value!r}")
    return np.asarray(f / f.sum())


def trimmed(f: Array, keep: float = 0.98) -> Array:
    """Return the shares up to where `keep` of them is reached, adding up to one."""
    last = int(np.searchsorted(np.cumsum(f) / f.sum(), keep)) + 1
    return np.asarray(f[:last] / f[:last].sum())


def _estimated(history: Any, key: str, panel: Panel) -> Lag:
    """Return the delay of those who advanced, from deals.

    Deals that had time to advance are counted by whole periods from entry to advance; where they
    are few, the Aalen–Johansen curve of all deals, open ones censored, stands in. A pseudo-count of
    ½·(1, ½, ¼, ...) keeps short delays possible.
    """
    if key not in history.stages:
        return Lag(np.ones(1), np.inf)
    duration, event, rows = history.stage_times(key)
    days, event = np.asarray(duration, dtype=np.float64), np.asarray(event)
    curve = incidence(days, event, kinds=2)
    mass = np.diff(curve.share[0], prepend=0.0)
    if mass.sum() <= 0:
        return Lag(np.ones(1), np.inf)
    period = DAYS_PER_PERIOD.get(panel.by, DAYS_PER_MONTH)
    f = _by_period(curve.times / period, mass)
    longest = int(np.searchsorted(np.cumsum(f) / f.sum(), 0.98)) + 1
    counted = _counted(history, key, panel, (days, event, rows), longest)
    converters = float((event == 1).sum())
    if counted is not None:
        f, converters = counted, float(counted.sum())
    f = f[: longest + 1] / f[: longest + 1].sum()
    prior = 0.5 ** np.arange(1.0, f.size + 1)
    return Lag(trimmed(f * max(converters, 1.0) + prior), converters)


def _counted(
    history: Any, key: str, panel: Panel, times: tuple[Array, Any, Any], longest: int
) -> Array | None:
    """Return how many advanced after 0, 1, ... periods, of those who entered early enough."""
    days, event, rows = times
    entered = getattr(history, "entered", None)
    if entered is None or panel.by == "none":
        return None
    entry = entered[rows, history.stages.index(key)]
    first = period_numbers(entry, panel.by)
    later = entry + (np.where(event == 1, days, 0.0) * 86_400e6).astype("timedelta64[us]")
    wait = period_numbers(later, panel.by) - first
    end = int(period_numbers(np.array([history.as_of]), panel.by)[0])
    ripe = (event == 1) & (first <= end - longest) & (wait >= 0) & (wait <= longest)
    if ripe.sum() < FEWEST_RIPE:
        return None
    return np.bincount(wait[ripe], minlength=longest + 1).astype(np.float64)


def _by_period(periods: Array, mass: Array) -> Array:
    """Return shares by whole periods, as if entries were even over a period."""
    whole = np.minimum(np.floor(periods).astype(np.intp), LONGEST_LAG - 1)
    part = np.minimum(periods - whole, 1.0)
    f = np.zeros(LONGEST_LAG + 1)
    np.add.at(f, whole, mass * (1 - part))
    np.add.at(f, whole + 1, mass * part)
    return f


def value_of(value: float | Sequence[float] | None) -> tuple[float, float] | None:
    """Return the mean value of a won deal and its standard error."""
    if value is None:
        return None
    values = np.atleast_1d(np.asarray(value, dtype=np.float64))
    values = values[~np.isnan(values)]
    if not values.size or not np.isfinite(values).all() or (values < 0).any():
        raise ArgumentError(f"'value' must be finite and at least 0, got {value!r}")
    spread = float(values.std(ddof=1)) / math.sqrt(values.size) if values.size > 1 else 0.0
    return float(values.mean()), spread


def capacity_of(capacity: Mapping[str, float] | None, panel_steps: Sequence[str]) -> Array:
    """Return how many each step's end can take a period, infinite where nothing is said."""
    caps = np.full(len(panel_steps) - 1, np.inf)
    for key, most in (capacity or {}).items():
        check_known("capacity", key, panel_steps[1:])
        number = float(most)
        if not number >= 0:
            raise ArgumentError(f"'capacity' of {key!r} must be at least 0, got {most!r}")
        caps[list(panel_steps).index(key) - 1] = number
    return caps
