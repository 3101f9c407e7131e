"""How long deals stay in a stage, and which of them have grown old."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import array_field
from salesfunnel._core.checks import check_fraction, check_kind
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.one_length import check_one_length
from salesfunnel._core.period_arrays import TICKS_PER_DAY
from salesfunnel._core.result import TableMixin
from salesfunnel._kernels.processors import PAYS, parallel_map, usable_processors
from salesfunnel._kernels.staleness import advance
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.entry_intervals import interval_faults
from salesfunnel.data.history.from_list import needs_stage_times, timed_stages
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault
from salesfunnel.stats.survival import AalenJohansen, aalen_johansen
from salesfunnel.timing.censoring_faults import censoring_faults
from salesfunnel.timing.waits import WaitReader, Waits

__all__ = [
    "StaleDeals",
    "StageDurations",
    "ageing",
    "stage_durations",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
SLOW, UNLIKELY = 0.8, 0.5
"""A deal is stale past this quantile, with less than this part of the chance at entry."""
LEAST = 5
"""Fewer deals than this that were watched until an age say nothing about it."""
_FIGURES = (
    *("entered", "advanced", "lost", "open", "eventual", "low", "high", "median", "p80"),
    "undecided",
)


@attrs.frozen(kw_only=True)
class StageDurations(TableMixin):
    """Days from entering a stage to advancing, with open deals censored and lost ones lost.

    Parameters
    ----------
    stages : tuple of str
        All stages but the last.
    entered, advanced, lost, open : ndarray of int64, shape (stages,)
        Deals that entered; of them advanced, lost, still there.
    eventual, low, high : ndarray of float64, shape (stages,)
        Share that advances in the end, in [0, 1], with its interval; NaN where none has.
    median, p80 : ndarray of float64, shape (stages,)
        Days by which half, four fifths of those who ever advance have; NaN where none has.
    undecided : ndarray of float64, shape (stages,)
        Share still open where `eventual` is read; in the end at most `eventual` + `undecided`
        advance. NaN if there is no rate.
    level : float
        Nominal coverage of the interval.
    funnel : Funnel, optional
        Names the stages for people.
    faults : tuple of Fault
        By stage: ``rate-before-the-end``, ``rate-undecided``, as in `Velocity`.
    """

    stages: tuple[str, ...] = attrs.field(converter=as_tuple)
    entered: Ints = array_field(np.int64)
    advanced: Ints = array_field(np.int64)
    lost: Ints = array_field(np.int64)
    open: Ints = array_field(np.int64)
    eventual: Floats = array_field(np.float64)
    low: Floats = array_field(np.float64)
    high: Floats = array_field(np.float64)
    median: Floats = array_field(np.float64)
    p80: Floats = array_field(np.float64)
    undecided: Floats = array_field(np.float64)
    level: float = 0.95
    funnel: Funnel | None = None
    faults: tuple[Fault, ...] = attrs.field(default=(), converter=as_tuple)

    def __attrs_post_init__(self) -> None:
        check_one_length(
            self, "stages", "entered", "advanced", "lost", "open", "eventual", "low", "high",
            "median", "p80", "undecided",
        )  # fmt: skip

    def __repr__(self) -> str:
        deals = int(self.entered.sum())
        return f"<StageDurations of {', '.join(self.stages)}: {deals:,} stays>"

    def columns(self) -> dict[str, Any]:
        """Return one row per stage."""
        return {
            "stage": np.array(self.stages, dtype=np.str_),
            **{name: getattr(self, name) for name in _FIGURES},
        }


def _curve(history: StageHistory, stage: str) -> tuple[AalenJohansen, Any, Any]:
    duration, event, rows = history.stage_times(stage)
    return aalen_johansen(duration, event), (duration, event), rows


def _timed(history: StageHistory, verb: str) -> tuple[bool, ...]:
    """Return in which stages waits are known; raise DataError if in none."""
    timed = timed_stages(history)
    if not any(timed):
        needs_stage_times(history, verb)
    return timed


def stage_durations(history: StageHistory, *, level: float = 0.95) -> StageDurations:
    """Return how long deals take to advance from each stage.

    Parameters
    ----------
    history : StageHistory
        The deals.
    level : float
        Nominal coverage of the interval of the share that advances, in (0, 1).

    Raises
    ------
    DataError
        If the deals are a list, which does not say when they entered their stages.

    Examples
    --------
    >>> history = StageHistory.from_records(
    ...     [{"deal": "a", "lead": "2026-09-01", "won": "2026-09-11"},
    ...      {"deal": "b", "lead": "2026-09-03"}],
    ...     stages=["lead", "won"], as_of="2026-10-01")
    >>> stage_durations(history).median.tolist()
    [10.0]
    """
    check_kind("history", history, StageHistory)
    check_fraction("level", level, open_ends=True)
    rows: list[tuple[float, ...]] = []
    faults: list[Fault] = []
    timed = _timed(history, "stage_durations")
    for stage, known in zip(history.stages[:-1], timed, strict=True):
        if not known:
            rows.append((*(0,) * 4, *(np.nan,) * (len(_FIGURES) - 4)))
            faults.append(
                Fault.of("needs-stage-times", severity="warning", column=stage, value=stage)
            )
            continue
        curve, (_, event), _ = _curve(history, stage)
        interval = curve.interval(level=level)
        counts = [int((event == kind).sum()) for kind in (1, 2, 0)]
        rated = curve.eventual is not None
        rows.append(
            (
                len(event),
                *counts,
                _or_nan(curve.eventual),
                interval.low if rated else np.nan,
                interval.high if rated else np.nan,
                _or_nan(curve.quantile(0.5)),
                _or_nan(curve.quantile(SLOW)),
                curve.undecided if rated else np.nan,
            )
        )
        faults += censoring_faults(curve, stage)
    faults += interval_faults(history, middle=True)
    table = np.array(rows, dtype=np.float64).reshape(len(rows), len(_FIGURES)).T
    parts: dict[str, Any] = dict(zip(_FIGURES, table, strict=True))
    stages, funnel = history.stages[:-1], history.funnel
    return StageDurations(stages=stages, level=level, funnel=funnel, faults=faults, **parts)


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value


@attrs.frozen(kw_only=True)
class StaleDeals(TableMixin):
    """Open deals that are old in their stage, first the oldest compared with the usual time.

    Parameters
    ----------
    deals, stages : tuple of str
        The stale deals and where they stand.
    age, usual : ndarray of float64
        Days in the stage, and the days by which four fifths of those who advance have.
    chance, chance_at_entry : ndarray of float64
        Chance of advancing at that age, and on entering the stage; the first is NaN where fewer
        than five deals were ever watched for so long: what becomes of them, nobody knows.
    open : int
        How many deals are open in a stage that can be judged.
    funnel : Funnel, optional
        Names the stages for people.
    faults : tuple of Fault
        What is worth knowing, such as entries that are known to lie between two exports only.
    """

    deals: tuple[str, ...] = attrs.field(converter=as_tuple)
    stages: tuple[str, ...] = attrs.field(converter=as_tuple)
    age: Floats = array_field(np.float64)
    usual: Floats = array_field(np.float64)
    chance: Floats = array_field(np.float64)
    chance_at_entry: Floats = array_field(np.float64)
    open: int = 0
    funnel: Funnel | None = None
    faults: tuple[Fault, ...] = attrs.field(default=(), converter=as_tuple)

    def __attrs_post_init__(self) -> None:
        check_one_length(self, "deals", "stages", "age", "usual", "chance", "chance_at_entry")

    def __repr__(self) -> str:
        return f"<StaleDeals: {len(self.deals)} of {self.open} open deals>"

    def columns(self) -> dict[str, Any]:
        """Return one row per stale deal."""
        return {
            "deal": np.array(self.deals, dtype=np.str_),
            "stage": np.array(self.stages, dtype=np.str_),
            "age": self.age,
            "usual": self.usual,
            "chance": self.chance,
            "chance_at_entry": self.chance_at_entry,
        }


def ageing(history: StageHistory) -> StaleDeals:
    """Return the open deals that have grown stale.

    A deal is stale if it has been in its stage for longer than four fifths of those who advance
    needed, and its chance of advancing has fallen below half of that on entering, or fewer than
    five deals have ever been in the stage for as long.

    Parameters
    ----------
    history : StageHistory
        The deals; a stage that nobody advanced from is not judged, nor one of a list that does not
        tell when deals entered it.

    Returns
    -------
    StaleDeals
        The stale deals, with their stage, age in days and chance to advance.

    Examples
    --------
    >>> history = StageHistory.from_records(
    ...     [{"deal": "a", "lead": "2026-09-01", "won": "2026-09-11"},
    ...      {"deal": "b", "lead": "2026-09-03"}],
    ...     stages=["lead", "won"], as_of="2026-10-01")
    >>> ageing(history).columns()["deal"].tolist()
    ['b']
    """
    check_kind("history", history, StageHistory)
    timed = _timed(history, "ageing")
    reader = WaitReader(history)
    workers = usable_processors() if len(history) >= PAYS else 1
    stages = [k for k in range(len(history.stages) - 1) if timed[k]]
    judged = parallel_map(lambda k: _stale_in(history, k, reader.stage(k)), stages, workers)
    found = [row for rows, _ in judged for row in rows]
    found.sort(key=lambda row: (-row[2] / max(row[3], 1e-9), row[0]))
    columns = list(zip(*found, strict=True)) or [()] * 6
    names = ("deals", "stages", "age", "usual", "chance", "chance_at_entry")
    parts: dict[str, Any] = dict(zip(names, columns, strict=True))
    faults = interval_faults(history, middle=True)
    number = sum(n for _, n in judged)
    return StaleDeals(open=number, funnel=history.funnel, faults=faults, **parts)


_Stale = tuple[str, str, float, float, float, float]


def _stale_in(history: StageHistory, k: int, waits: Waits) -> tuple[list[_Stale], int]:
    """Return the stale deals of a stage, and how many open ones were judged."""
    curve = advance(waits.gone, waits.advanced, waits.still)
    if not curve.eventual:
        return [], 0
    limit = curve.quantile(SLOW)
    old = waits.here[waits.age > limit]
    age = waits.age[waits.age > limit]
    known = curve.watched(age) >= LEAST
    chance = np.where(known, np.nan_to_num(curve.chances(age)), np.nan)
    stale = ~(chance >= UNLIKELY * curve.eventual)
    usual = limit / TICKS_PER_DAY
    found = [
        (
            str(history.deals[row]),
            history.stages[k],
            ticks / TICKS_PER_DAY,
            usual,
            left,
            curve.eventual,
        )
        for row, ticks, left in zip(
            old[stale].tolist(), age[stale].tolist(), chance[stale].tolist(), strict=True
        )
    ]
    return found, int(waits.here.size)
