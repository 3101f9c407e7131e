"""Read the arguments of find_bottlenecks as arrays: benchmark, lag, value, capacity."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_known
from salesfunnel._core.errors import ArgumentError, UnknownNameError
from salesfunnel.data.panel import Panel
from salesfunnel.definitions import Benchmark, BenchmarkSet
from salesfunnel.fault import Fault

Array = npt.NDArray[np.float64]
UNSTATED = "not stated"
"""How the sample of a figure begins whose publisher names none."""


def benchmark_of(benchmark: object, panel: Panel) -> tuple[Array, Array, list[Fault]]:
    """Return rate and standard deviation of every step, NaN if there is none, and faults."""
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
        source=figure.citation,
        year=figure.year,
        sample=figure.sample,
    )


def _benchmark_set(benchmark: object) -> BenchmarkSet:
    if isinstance(benchmark, BenchmarkSet):
        return benchmark
    if isinstance(benchmark, Benchmark):
        return BenchmarkSet("given", [benchmark])
    if isinstance(benchmark, Mapping):
        return BenchmarkSet.from_rates("given", benchmark, citation="given by the caller")
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
    """Return how many each step's end can take a period, infinite if nothing is said."""
    caps = np.full(len(panel_steps) - 1, np.inf)
    for key, most in (capacity or {}).items():
        check_known("capacity", key, panel_steps[1:])
        number = float(most)
        if not number >= 0:
            raise ArgumentError(f"'capacity' of {key!r} must be at least 0, got {most!r}")
        caps[list(panel_steps).index(key) - 1] = number
    return caps
