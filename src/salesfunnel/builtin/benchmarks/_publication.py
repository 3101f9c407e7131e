"""A small builder: figures that share a source are written with the source once."""

from __future__ import annotations

import attrs

from salesfunnel.definitions import Benchmark

__all__ = ["Publication", "spread_of_quartiles", "spread_of_range"]

NO_SPREAD = 0.25
"""The spread of a figure whose source gives none: definitions differ between publishers."""
LEAST_SPREAD = 0.15
"""The least spread of a published figure, however narrow the range that its source gives.

Such ranges are often of monthly averages, or of one publisher's clients: they say how well that
mean is known, not how far a healthy company lies from it. What counts as a view, a lead or a cart
differs between companies; publishers of one step often differ by more.
"""


def spread_of_quartiles(rate: float, low: float, high: float) -> float:
    """Return the cv from quartiles, which differ by 1.349 deviations; at least `LEAST_SPREAD`."""
    return min(max((high - low) / 1.349 / rate, LEAST_SPREAD), 1.0)


def spread_of_range(rate: float, low: float, high: float) -> float:
    """Return the cv from a typical range, read as the middle 80%; at least `LEAST_SPREAD`."""
    return min(max((high - low) / 2.563 / rate, LEAST_SPREAD), 1.0)


@attrs.frozen(kw_only=True)
class Publication:
    """The source of published figures: citation, address, year and sample."""

    citation: str
    url: str
    year: int
    sample: str = "not stated"
    region: str = ""

    def figure(
        self,
        start: str,
        end: str,
        rate: float,
        *,
        low: float | None = None,
        high: float | None = None,
        quartiles: bool = False,
        industry: str = "",
        sample: str | None = None,
    ) -> Benchmark:
        """Make a figure of this source; its spread comes from the range, where there is one."""
        if low is None or high is None:
            cv = NO_SPREAD
        else:
            spread = spread_of_quartiles if quartiles else spread_of_range
            cv = round(spread(rate, low, high), 3)
        return Benchmark(
            start,
            end,
            rate,
            cv=cv,
            low=low,
            high=high,
            citation=self.citation,
            url=self.url,
            year=self.year,
            sample=self.sample if sample is None else sample,
            region=self.region,
            industry=industry,
        )
