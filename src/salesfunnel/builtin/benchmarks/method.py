"""The method's own example: intent to won, industry mean 30%."""

from __future__ import annotations

from salesfunnel.definitions import Benchmark, BenchmarkSet

__all__ = ["method"]


def method() -> BenchmarkSet:
    """Return the one figure that the method's text works with."""
    return BenchmarkSet(
        "method",
        (
            Benchmark(
                "intent",
                "won",
                0.30,
                citation="The method of this library, step 4: worked example of an industry mean",
                url="docs/guide/benchmarks.md",
                year=2026,
                sample="an example of the method, not a survey",
                industry="B2B",
            ),
        ),
        name="The method's example",
        aliases={
            "intent": ("proposals_submitted", "proposal", "意向阶段"),
            "won": ("contracts_signed", "closed-won", "closedwon", "成交阶段"),
        },
    )
