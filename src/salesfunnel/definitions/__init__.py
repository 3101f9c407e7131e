"""Definitions: what a plugin author imports; none of it needs numpy."""

from __future__ import annotations

from salesfunnel.definitions.benchmark import Benchmark
from salesfunnel.definitions.benchmark_set import BenchmarkSet
from salesfunnel.definitions.funnel import Funnel, Transition
from salesfunnel.definitions.metric import Metric
from salesfunnel.definitions.stage import KeyAction, Stage

__all__ = ["Benchmark", "BenchmarkSet", "Funnel", "KeyAction", "Metric", "Stage", "Transition"]
