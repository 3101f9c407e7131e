"""Whether counts, arrivals and durations of a stage agree."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import array_field
from salesfunnel._core.checks import check_kind
from salesfunnel._core.durations import days_of
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.inputs import Span
from salesfunnel._core.one_length import check_one_length
from salesfunnel._core.result import TableMixin
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.entry_intervals import interval_faults
from salesfunnel.data.history.from_list import needs_stage_times
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault

__all__ = ["LittlesLaw", "littles_law"]

Floats = npt.NDArray[np.float64]
_DAY = np.timedelta64(86_400_000_000, "us")
AGREE = (0.7, 1.4)
"""Little's law holds well enough where measured ÷ expected lies here."""


@attrs.frozen(kw_only=True)
class LittlesLaw(TableMixin):
    """Whether deals in a stage = arrivals a day × days in the stage, over the last days.

    Parameters
    ----------
    stages : tuple of str
        All stages but the last.
    wip : ndarray of float64
        Deals in the stage on average.
    throughput : ndarray of float64
        Entries a day.
    days : ndarray of float64
        Mean days in the stage of those who left it.
    ratio : ndarray of float64
        `wip` ÷ (`throughput` × `days`); NaN where it cannot be told.
    agrees : ndarray of bool
        Whether the ratio lies in [0.7, 1.4]. Outside, the flow is not steady or deals are stale:
        a finding on data quality, never a bottleneck alone.
    window : int
        Over how many days.
    funnel : Funnel, optional
        Names the stages for people.
    faults : tuple of Fault
        What is worth knowing, such as entries that are known to lie between two exports only.
    """

    stages: tuple[str, ...] = attrs.field(converter=as_tuple)
    wip: Floats = array_field(np.float64)
    throughput: Floats = array_field(np.float64)
    days: Floats = array_field(np.float64)
    ratio: Floats = array_field(np.float64)
    agrees: npt.NDArray[np.bool_] = array_field(np.bool_)
    window: int = 90
    funnel: Funnel | None = None
    faults: tuple[Fault, ...] = attrs.field(default=(), converter=as_tuple)

    def __attrs_post_init__(self) -> None:
        check_one_length(self, "stages", "wip", "throughput", "days", "ratio", "agrees")

    def __repr__(self) -> str:
        off = int((~self.agrees).sum())
        return f"<LittlesLaw of {', '.join(self.stages)} in {self.window} days: {off} do not agree>"

    def columns(self) -> dict[str, Any]:
        """Return one row per stage."""
        names = ("wip", "throughput", "days", "ratio", "agrees")
        return {
            "stage": np.array(self.stages, dtype=np.str_),
            **{name: getattr(self, name) for name in names},
        }


def littles_law(history: StageHistory, *, window: Span = 90) -> LittlesLaw:
    """Compare the deals in each stage with what arrivals and durations make them.

    Parameters
    ----------
    history : StageHistory
        The deals.
    window : int, datetime.timedelta or str
        How many days up to ``history.as_of``.

    Raises
    ------
    ArgumentError
        If `window` is below one day.
    DataError
        If the deals are a list, which does not say when they entered their stages.

    References
    ----------
    .. [1] Little (1961), Operations Research 9:383.

    Examples
    --------
    >>> from salesfunnel import StageHistory
    >>> history = StageHistory.from_records(
    ...     [{"deal": "a", "lead": "2026-09-01", "won": "2026-09-11"},
    ...      {"deal": "b", "lead": "2026-09-03"}],
    ...     stages=["lead", "won"], as_of="2026-10-01")
    >>> littles_law(history, window=30).stages
    ('lead',)
    """
    window = days_of("window", window)
    check_kind("history", history, StageHistory)
    needs_stage_times(history, "littles_law")
    rows = []
    for stage in history.stages[:-1]:
        duration, event, deals = history.stage_times(stage)
        entry = (history.as_of - history.entered[deals, history.stages.index(stage)]) / _DAY
        left = entry - duration
        inside = np.minimum(entry, window) - np.minimum(left, window)
        wip = float(np.maximum(inside, 0.0).sum()) / window
        rate = float((entry <= window).sum()) / window
        gone = (event > 0) & (left <= window)
        days = float(duration[gone].mean()) if gone.any() else np.nan
        ratio = wip / (rate * days) if rate * days > 0 else np.nan
        rows.append((wip, rate, days, ratio))
    table = np.array(rows, dtype=np.float64).reshape(len(rows), 4).T
    agrees = np.isnan(table[3]) | ((table[3] >= AGREE[0]) & (table[3] <= AGREE[1]))
    return LittlesLaw(
        stages=history.stages[:-1],
        wip=table[0],
        throughput=table[1],
        days=table[2],
        ratio=table[3],
        agrees=agrees,
        window=window,
        funnel=history.funnel,
        faults=interval_faults(history, middle=True),
    )
