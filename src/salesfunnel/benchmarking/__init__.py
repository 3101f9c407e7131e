"""Benchmark and BenchmarkSet: rates that others published, with where they come from."""

from __future__ import annotations

from salesfunnel.benchmarking.figure import Benchmark
from salesfunnel.benchmarking.sets import BenchmarkSet

__all__ = ["Benchmark", "BenchmarkSet"]
