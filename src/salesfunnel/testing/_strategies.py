"""Hypothesis strategies for definitions, panels and sheets; hypothesis is imported on use."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from salesfunnel._core.extras import require
from salesfunnel._core.vocabulary import BETTERS, UNITS
from salesfunnel.definitions import Benchmark, BenchmarkSet
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.definitions.metric import Metric
from salesfunnel.definitions.stage import KeyAction, Stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import SearchStrategy

    from salesfunnel.data.panel import Panel
    from salesfunnel.data.tracking import Tracking

__all__ = [
    "benchmark_sets",
    "funnels",
    "key_actions",
    "metrics",
    "panels",
    "stages",
    "trackings",
]

LETTERS = "abcdefgXYZ0189_-阶段线索成交曝光é"


def _st() -> Any:
    return require("hypothesis.strategies", extra="testing", feature="drawing examples")


def _keys() -> Any:
    return _st().text(LETTERS, min_size=1, max_size=8)


def _names() -> Any:
    return _st().text(LETTERS + " ", max_size=10).map(str.strip)


def metrics(*, step: bool | None = None) -> SearchStrategy[Metric]:
    """Return a strategy for metrics; of the chain only, or outside it only, with `step`."""
    st = _st()

    def make(key: str, name: str, unit: str, better: str, in_chain: bool) -> Metric:
        return Metric(
            key,
            name,
            unit="count" if in_chain else unit,  # type: ignore[arg-type] # drawn from the vocabulary
            better=better,  # type: ignore[arg-type] # as above
            step=in_chain,
        )

    chain = st.booleans() if step is None else st.just(step)
    found: SearchStrategy[Metric] = st.builds(
        make, _keys(), _names(), st.sampled_from(UNITS), st.sampled_from(BETTERS), chain
    )
    return found


def key_actions() -> SearchStrategy[KeyAction]:
    """Return a strategy for key actions."""
    st = _st()
    limits = st.integers(1, 10_000).map(lambda hours: timedelta(hours=hours))
    found: SearchStrategy[KeyAction] = st.builds(
        KeyAction,
        _keys(),
        _names(),
        owner=st.none() | _keys(),
        within=st.none() | limits,
    )
    return found


def stages(*, steps: bool = False) -> SearchStrategy[Stage]:
    """Return a strategy for stages; with `steps`, each has at least one step metric."""
    st = _st()
    some = st.lists(metrics(), max_size=3, unique_by=lambda metric: metric.key)
    if steps:
        some = st.tuples(metrics(step=True), some).map(
            lambda pair: [pair[0], *(m for m in pair[1] if m.key != pair[0].key)]
        )
    found: SearchStrategy[Stage] = st.builds(
        Stage,
        _keys(),
        _names(),
        goal=_names(),
        actions=st.lists(key_actions(), max_size=2, unique_by=lambda action: action.key),
        metrics=some,
        owner=st.none() | _keys(),
    )
    return found


def funnels(
    *, min_stages: int = 1, max_stages: int = 5, steps: bool = False
) -> SearchStrategy[Funnel]:
    """Return a strategy for funnels.

    Parameters
    ----------
    min_stages, max_stages : int
        How many stages.
    steps : bool
        Whether every stage has at least one step metric, so that sheets have rates.
    """
    st = _st()

    def make(key: str, name: str, drawn: list[Stage]) -> Funnel:
        seen: set[str] = set()
        kept = []
        for number, stage in enumerate(drawn):
            own = []
            for metric in stage.metrics:
                unique = metric.key if metric.key not in seen else f"{metric.key}{number}#"
                if unique not in seen:
                    seen.add(unique)
                    own.append(metric.replace(key=unique))
            kept.append(stage.replace(metrics=own))
        return Funnel(key, kept, name=name)

    drawn = st.lists(
        stages(steps=steps),
        min_size=min_stages,
        max_size=max_stages,
        unique_by=lambda stage: stage.key,
    )
    found: SearchStrategy[Funnel] = st.builds(make, _keys(), _names(), drawn)
    return found


def panels(
    *,
    min_periods: int = 1,
    max_periods: int = 6,
    min_steps: int = 2,
    max_steps: int = 5,
    max_segments: int = 3,
    missing: bool = True,
    falling: bool = False,
) -> SearchStrategy[Panel]:
    """Return a strategy for panels of months.

    Parameters
    ----------
    min_periods, max_periods, min_steps, max_steps, max_segments : int
        The size.
    missing : bool
        Whether counts may be missing.
    falling : bool
        Whether no step counts more than the one before, as in a cohort.
    """
    st = _st()

    @st.composite  # type: ignore[untyped-decorator] # hypothesis comes in as a module at run time
    def draw_panel(draw: Callable[..., Any]) -> Panel:
        import numpy as np

        from salesfunnel.data.panel import Panel

        shape = (
            draw(st.integers(min_periods, max_periods)),
            draw(st.integers(1, max_segments)),
            draw(st.integers(min_steps, max_steps)),
        )
        size = shape[0] * shape[1] * shape[2]
        drawn = draw(st.lists(st.integers(0, 5000), min_size=size, max_size=size))
        counts = np.array(drawn, dtype=np.int64).reshape(shape)
        if falling:
            counts = np.minimum.accumulate(counts, axis=2)
        gaps = np.zeros(shape, dtype=np.bool_)
        if missing:
            flags = draw(st.lists(st.booleans(), min_size=size, max_size=size))
            gaps = np.array(flags).reshape(shape) & draw(st.booleans())
        first = draw(st.integers(0, 600))
        months = [
            np.datetime64("1990-01", "M") + np.timedelta64(first + i, "M") for i in range(shape[0])
        ]
        return Panel(
            counts=counts,
            periods=tuple(str(month) for month in months),
            steps=tuple(f"s{i}" for i in range(shape[2])),
            segments=("all",) if shape[1] == 1 else tuple(f"g{i}" for i in range(shape[1])),
            missing=gaps,
        )

    found: SearchStrategy[Panel] = draw_panel()
    return found


def trackings(*, max_periods: int = 2) -> SearchStrategy[Tracking]:
    """Return a strategy for monthly sheets with funnels of their own."""
    st = _st()

    @st.composite  # type: ignore[untyped-decorator] # hypothesis comes in as a module at run time
    def draw_tracking(draw: Callable[..., Any]) -> Tracking:
        from salesfunnel.data.tracking import Tracking, TrackingRow

        funnel = draw(funnels(min_stages=1, max_stages=4, steps=True))
        periods = draw(st.integers(1, max_periods))
        values = st.none() | st.integers(0, 100_000)
        rows = [
            TrackingRow(
                stage=stage.key,
                metric=metric.key,
                period=f"2026-{month:02d}",
                target=draw(values) if metric.unit == "count" else None,
                actual=draw(values) if metric.unit == "count" else None,
                owner=draw(st.none() | _keys()),
                note=draw(_names()),
                unit=metric.unit,
            )
            for month in range(1, periods + 1)
            for stage in funnel.stages
            for metric in stage.metrics
        ]
        return Tracking(rows=rows, funnel=funnel)

    found: SearchStrategy[Tracking] = draw_tracking()
    return found


def benchmark_sets(*, max_steps: int = 5) -> SearchStrategy[BenchmarkSet]:
    """Return a strategy for sets of benchmarks along one chain."""
    st = _st()

    @st.composite  # type: ignore[untyped-decorator] # hypothesis comes in as a module at run time
    def draw_set(draw: Callable[..., Any]) -> BenchmarkSet:
        steps = draw(st.lists(_keys(), min_size=2, max_size=max_steps, unique=True))
        figures = [
            Benchmark(
                start,
                end,
                draw(st.floats(1e-6, 1 - 1e-6)),
                citation=draw(_keys()),
                cv=draw(st.floats(0.01, 1)),
                year=draw(st.none() | st.integers(1990, 2030)),
                region=draw(_names()),
            )
            for start, end in pairwise(steps)
        ]
        return BenchmarkSet(draw(_keys()), figures, name=draw(_names()))

    found: SearchStrategy[BenchmarkSet] = draw_set()
    return found
