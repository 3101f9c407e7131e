"""Find the best quarter of every step, and its usual rate."""

from __future__ import annotations

import math
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import mature_entrants
from salesfunnel._core.interval import Interval
from salesfunnel._core.one_line import one_line
from salesfunnel._core.periods import label_of, ordinal, start_of
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.from_list import two_ends
from salesfunnel.data.panel import Panel
from salesfunnel.data.tracking import Tracking
from salesfunnel.definitions.funnel import Funnel, Transition
from salesfunnel.stats import rate_interval
from salesfunnel.timing import stage_durations

__all__ = ["BestQuarter", "best_quarters"]

WHOLE = {"day": 85, "week": 12, "month": 3, "quarter": 1}
"""Periods that a quarter must have to count as whole."""
LEAST = 20
"""Deals that must have entered in a quarter to compare it."""
LEVEL = 0.8


@attrs.frozen(kw_only=True)
class BestQuarter:
    """The quarter in which a step went best, and what is usual.

    Parameters
    ----------
    stage : str
        Key of the stage that the step begins in.
    transition : Transition
        The step.
    quarter : str
        Such as ``"2026-Q2"``.
    entered, advanced : int
        Of that quarter.
    rate : float
        Of that quarter, in [0, 1]; of deals that had the time to advance.
    interval : Interval
        Its 80% Wilson interval.
    usual : float
        The rate of all whole quarters together.
    quarters : int
        Whole quarters that were compared: the best of them is partly luck.
    days : float or None
        Days by which half of the deals that advance have; None where only counts are known.
    """

    stage: str
    transition: Transition
    quarter: str
    entered: int
    advanced: int
    rate: float
    interval: Interval
    usual: float
    quarters: int
    days: float | None = None

    __repr__ = one_line


def best_quarters(funnel: Funnel, data: StageHistory | Panel | Tracking) -> tuple[BestQuarter, ...]:
    """Return the best quarter of each step that has one.

    The best is the one whose lower limit is highest, of whole quarters with twenty deals or more,
    so that a small quarter does not win by chance. A list of deals without times of stages has one
    step: from creation to winning.
    """
    if isinstance(data, StageHistory) and data.reached_stage is not None:
        if np.isnat(data.created).all():
            return ()
        data = two_ends(data)
    panel = _panel(data)
    if panel.by not in WHOLE:
        return ()
    days = _days(data)
    found = []
    for s, transition in enumerate(panel.transitions):
        stage = _stage_of(funnel, transition.source)
        best = None if stage is None else _best(panel, s)
        if best is not None and stage is not None:
            found.append(
                BestQuarter(
                    stage=stage,
                    transition=transition,
                    days=days.get(transition.source),
                    **best,
                )
            )
    return tuple(found)


def _panel(data: StageHistory | Panel | Tracking) -> Panel:
    if isinstance(data, Panel):
        return data
    if isinstance(data, StageHistory):
        return data.panel(by="month", mode="entry")
    return data.panel(level="step")


def _days(data: object) -> dict[str, float]:
    """Return the median days in each stage, where the data are deals."""
    if not isinstance(data, StageHistory):
        return {}
    found = stage_durations(data)
    return {
        stage: float(days)
        for stage, days in zip(found.stages, found.median.tolist(), strict=True)
        if math.isfinite(days)
    }


def _stage_of(funnel: Funnel, key: str) -> str | None:
    if key in funnel:
        return key
    return next((stage.key for stage in funnel if any(m.key == key for m in stage.metrics)), None)


def _best(panel: Panel, s: int) -> dict[str, Any] | None:
    """Return the figures of the best quarter of a step; None if no quarter can be compared."""
    names, counts = _by_quarter(panel, s)
    if not names:
        return None
    entered, advanced, trials = counts
    ends = rate_interval(np.minimum(advanced, trials), trials, level=LEVEL)
    low, high = np.asarray(ends.low), np.asarray(ends.high)
    best = int(np.argmax(low))
    return {
        "quarter": names[best],
        "entered": int(entered[best]),
        "advanced": int(advanced[best]),
        "rate": float(advanced[best] / trials[best]),
        "interval": Interval(float(low[best]), float(high[best]), LEVEL, "wilson"),
        "usual": float(advanced.sum() / trials.sum()),
        "quarters": len(names),
    }


def _by_quarter(panel: Panel, s: int) -> tuple[list[str], npt.NDArray[np.float64]]:
    """Return whole quarters with enough deals, and entered, advanced and trials of each."""
    entered, advanced, missing = panel.entered_advanced()
    exposed = mature_entrants(entered, panel.exposed)
    number = np.array(
        [ordinal(_quarter(name, panel), "quarter") for name in panel.periods], dtype=np.int64
    )
    open_ = np.array([name in panel.partial for name in panel.periods])
    known = ~missing[:, :, s].all(axis=1) & ~open_
    names, rows = [], []
    for quarter in np.unique(number[known]).tolist():
        mine = (number == quarter) & known
        if int(mine.sum()) < WHOLE[panel.by] or (number == quarter)[open_].any():
            continue
        there = ~missing[mine][:, :, s]
        sums = [
            float(np.where(there, np.nan_to_num(values[mine][:, :, s]), 0).sum())
            for values in (entered, advanced, exposed)
        ]
        if sums[0] < LEAST or not sums[2] > 0 or sums[1] > sums[2]:
            continue
        names.append(label_of(quarter, "quarter"))
        rows.append(sums)
    return names, np.array(rows, dtype=np.float64).reshape(-1, 3).T


def _quarter(name: str, panel: Panel) -> str:
    first = start_of(name, panel.by)
    return f"{first.year}-Q{(first.month - 1) // 3 + 1}"
