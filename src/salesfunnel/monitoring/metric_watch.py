"""MetricWatch: every metric of a sheet against its past."""

from __future__ import annotations

from typing import Any, Literal, get_args

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_choice
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.interval import Interval
from salesfunnel._core.one_line import one_line
from salesfunnel._core.result import ResultMixin, TableMixin
from salesfunnel._core.vocabulary import Unit
from salesfunnel.definitions.funnel import Funnel

__all__ = ["MetricWatch", "WatchedMetric", "WatchVerdict"]

WatchVerdict = Literal["better", "worse", "as-before", "not-enough-data"]
VERDICTS: tuple[str, ...] = get_args(WatchVerdict)


@attrs.frozen(kw_only=True)
class WatchedMetric(ResultMixin):
    """One metric of one segment: where it stands, and whether that is as before.

    Parameters
    ----------
    stage, metric, segment : str
        Keys, and the part of the business.
    unit : {"count", "currency", "rate", "score", "duration"}
        What the numbers measure.
    period : str
        The last period that has an actual.
    actual, target : float, optional
        Of that period.
    expected : Interval, optional
        Between which the actual would lie if nothing had changed: 95%, by its past and season.
    probability : float, optional
        The chance that a level as before would have been better than that of the last three
        periods: near 1 it got worse, near 0 better.
    verdict : {"better", "worse", "as-before", "not-enough-data"}
        ``worse`` from a probability of .945, ``better`` up to .005.
    periods : int
        Earlier periods that it is held against.
    """

    stage: str
    metric: str
    segment: str = "all"
    unit: Unit = "count"
    period: str
    actual: float | None = None
    target: float | None = None
    expected: Interval | None = None
    probability: float | None = None
    verdict: WatchVerdict
    periods: int = 0

    __repr__ = one_line

    def __attrs_post_init__(self) -> None:
        check_choice("verdict", self.verdict, VERDICTS)


@attrs.frozen(kw_only=True, repr=False)
class MetricWatch(TableMixin):
    """Every metric of a sheet: better, worse, as before, or not enough data.

    Parameters
    ----------
    rows : tuple of WatchedMetric
        In the order of the sheet.
    funnel : Funnel, optional
        Names stages and metrics.
    """

    rows: tuple[WatchedMetric, ...] = attrs.field(converter=as_tuple)
    funnel: Funnel | None = None

    def __repr__(self) -> str:
        found = {name: sum(row.verdict == name for row in self.rows) for name in VERDICTS}
        return f"<MetricWatch: {', '.join(f'{n} {name}' for name, n in found.items() if n)}>"

    def __len__(self) -> int:
        return len(self.rows)

    def of(self, verdict: WatchVerdict) -> tuple[WatchedMetric, ...]:
        """Return the rows with one verdict."""
        check_choice("verdict", verdict, VERDICTS)
        return tuple(row for row in self.rows if row.verdict == verdict)

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row per metric and segment; NaN where a figure is not known."""
        table: dict[str, npt.NDArray[Any]] = {}
        for name in ("stage", "metric", "segment", "unit", "period", "verdict"):
            table[name] = np.array([getattr(row, name) for row in self.rows], dtype=np.str_)
        for name in ("actual", "target", "probability"):
            cells = [getattr(row, name) for row in self.rows]
            table[name] = np.array([np.nan if c is None else c for c in cells], dtype=np.float64)
        for name in ("low", "high"):
            ends = [np.nan if r.expected is None else getattr(r.expected, name) for r in self.rows]
            table[name] = np.array(ends, dtype=np.float64)
        table["periods"] = np.array([row.periods for row in self.rows], dtype=np.int64)
        return table
