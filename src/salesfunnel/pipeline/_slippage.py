"""slippage: who pushes, what slips, and how likely every open deal is to slip."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_kind
from salesfunnel._core.errors import ArgumentError, DataError
from salesfunnel._core.period_arrays import TICKS_PER_DAY
from salesfunnel._kernels import slip
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.deal_money import money_of
from salesfunnel.data.history.lookups import value_at
from salesfunnel.data.history.until import moment_in
from salesfunnel.fault import Fault
from salesfunnel.pipeline.promises import promises_of, pushes_of, stretches
from salesfunnel.pipeline.slip_rates import slip_rates
from salesfunnel.pipeline.slippage_result import Slippage, TypedDates

__all__ = ["slippage"]

Floats = npt.NDArray[np.float64]

DUE = 30.0
"""Days ahead that the back-test of typed dates looks at."""
ORIGINS = 12
LEAST, MOST = 30, 40_000
"""Deals that the back-test needs before and at its origins, and the most that it reads."""


def slippage(
    history: StageHistory,
    *,
    as_of: object = None,
    currency: str | None = None,
    rates: object = None,
) -> Slippage:
    """Return which deals were pushed, how often dates slip, and the chance of open deals to slip.

    Parameters
    ----------
    history : StageHistory
        Deals with a history of expected close dates.
    as_of : date, datetime or ISO text, optional
        The moment; the history's by default. A day means its end. Times after it are not looked
        at.
    currency, rates : optional
        As in `forecast`: rates by the size of deals need rates where there are several currencies.

    Returns
    -------
    Slippage

    Raises
    ------
    ArgumentError
        If `as_of` lies after that of the history.
    DataError
        If expected dates have no history.

    Notes
    -----
    A push moves the date to a later day while the deal is open; a move within a day of creation is
    set-up. Chances are those of weekly competing hazards of won, lost and pushed by weeks to the
    date, pushes so far and stage, each shrunk toward the hazard over all pushes with the weight of
    20 deals, and carried forward to the date. The back-test of typed dates reads 40 000 deals at
    most, evenly chosen.

    References
    ----------
    .. [1] Prentice et al. (1978), Biometrics 34:541.

    Examples
    --------
    >>> import salesfunnel as sf
    >>> history = sf.StageHistory.from_records(
    ...     [{"deal": "a", "lead": "2026-09-01"}], stages=["lead", "won"], as_of="2026-10-01")
    >>> history = history.with_changes({"expected": {
    ...     "deal": ["a", "a"], "time": ["2026-09-01", "2026-09-20"],
    ...     "value": ["2026-09-30", "2026-11-15"]}})
    >>> found = sf.slippage(history)
    >>> found.pushes.tolist(), found.days_pushed.tolist()
    ([1], [46.0])
    """
    check_kind("history", history, StageHistory)
    field = history.changes.get("expected")
    if field is None or field.present_only:
        raise DataError(
            "'history' must have a history of expected close dates, got none",
            hint="read the field history of the close date, or dated exports with read_snapshots",
        )
    at = np.datetime64(history.as_of, "us") if as_of is None else moment_in(history, "as_of", as_of)
    if at > history.as_of:
        raise ArgumentError(f"'as_of' must not be after the history's {history.as_of}, got {at}")
    until = float(at.astype(np.int64)) / TICKS_PER_DAY
    pushed = pushes_of(history, until)
    rows = np.flatnonzero(pushed.open & np.isfinite(pushed.date))
    stage = _stage_at(history, at)
    chance = _chances(history, until, rows, pushed.date, pushed.pushes, stage)
    dated = np.unique(field.deal[field.time <= at])
    faults = list(_interval_fault(history))
    # amounts are compared, not added: without rates there is only no size
    money = money_of(history, at=at, currency=currency, rates=rates)
    faults += [attrs.evolve(f, severity="warning") if money.mixed else f for f in money.faults]
    names = (*history.stages, "")
    owner = _texts_at(history, at, "owner")
    return Slippage(
        as_of=at.astype(datetime),
        deals=[str(name) for name in history.deals[rows].tolist()],
        owners=[str(name) for name in owner[rows].tolist()],
        stages=[names[k] for k in stage[rows].tolist()],
        expected=pushed.date[rows].astype(np.int64).astype("datetime64[D]"),
        amounts=value_at(history, at, "amount")[rows],
        pushes=pushed.pushes[rows],
        days_pushed=pushed.days[rows],
        first_push=_dates(pushed.first[rows]),
        last_push=_dates(pushed.last[rows]),
        p_won=chance[:, 0],
        p_lost=chance[:, 1],
        p_pushed=chance[:, 2],
        p_overdue=chance[:, 3],
        rates=slip_rates(history, stretches(history, until), until, owner, money.values),
        typed=_typed_dates(history, until),
        pushed_deals=int((pushed.pushes[dated] > 0).sum()),
        pushed_all=int(dated.size),
        faults=faults,
    )


def _stage_at(history: StageHistory, at: np.datetime64) -> npt.NDArray[np.intp]:
    """Return the highest stage of each deal at a moment, -1 before the first."""
    with np.errstate(invalid="ignore"):
        return np.asarray((history.reached_at() <= at).sum(axis=1) - 1, dtype=np.intp)


def _texts_at(history: StageHistory, at: np.datetime64, field: str) -> npt.NDArray[Any]:
    if field not in history.changes and field not in history.attributes:
        return np.full(len(history), "", dtype=np.str_)
    return np.asarray(value_at(history, at, field)).astype(np.str_)


def _dates(days: Floats) -> npt.NDArray[np.datetime64]:
    known = np.isfinite(days)
    whole = np.floor(np.where(known, days, 0)).astype(np.int64).astype("datetime64[D]")
    return np.where(known, whole, np.datetime64("NaT", "D"))


def _chances(
    history: StageHistory,
    until: float,
    rows: npt.NDArray[np.intp],
    date: Floats,
    pushes: npt.NDArray[np.int64],
    stage: npt.NDArray[np.intp],
) -> Floats:
    """Return the chance of won, lost, pushed and overdue of each row."""
    promises, place = promises_of(history, until)
    risk, events = slip.tallies(promises, place, len(history.stages))
    hazard = slip.hazards(risk, events)
    # a date counts to the end of its day
    left = date[rows] + 1.0 - until
    found = slip.chances(hazard, np.maximum(left, 0.0), pushes[rows], np.maximum(stage[rows], 0))
    found[left <= 0] = (0.0, 0.0, 0.0, 1.0)
    return found


def _typed_dates(history: StageHistory, until: float) -> TypedDates | None:
    """Ask at the starts of past months which deals due within 30 days would close in time.

    Of more deals than `MOST`, evenly chosen ones are asked.
    """
    every = -(-len(history) // MOST)
    if every > 1:
        history = history.select(np.arange(0, len(history), every))
    now = stretches(history, until)
    kept: list[npt.NDArray[np.bool_]] = []
    said: list[Floats] = []
    origins = 0
    for back in range(1, ORIGINS + 1):
        origin = until - DUE * back
        pushed = pushes_of(history, origin)
        due = pushed.open & (pushed.date >= origin) & (pushed.date < origin + DUE)
        rows = np.flatnonzero(due)
        closed_before = (_ends(history) <= origin).sum()
        if rows.size == 0 or closed_before < LEAST:
            continue
        stage = _stage_at(history, np.datetime64(round(origin * TICKS_PER_DAY), "us"))
        chance = _chances(history, origin, rows, pushed.date, pushed.pushes, stage)
        origins += 1
        kept.append(_ends(history)[rows] < pushed.date[rows] + 1.0)
        said.append(chance[:, 0] + chance[:, 1])
    if not kept or sum(part.size for part in kept) < LEAST:
        return None
    came, expected = np.concatenate(kept).astype(np.float64), np.concatenate(said)
    return TypedDates(
        origins=origins,
        deals=int(came.size),
        kept=float(came.mean()),
        said=float(expected.mean()),
        brier_typed=float(((1.0 - came) ** 2).mean()),
        brier_said=float(((expected - came) ** 2).mean()),
        days_late=_days_late(history, now.date, now.start, now.stop, now.deal),
    )


def _ends(history: StageHistory) -> Floats:
    """Return when each deal closed, in days; infinite while open."""
    closed = history.closed.view(np.int64) / TICKS_PER_DAY
    return np.where((history.outcome != 0) & ~np.isnat(history.closed), closed, np.inf)


def _days_late(
    history: StageHistory,
    date: Floats,
    start: Floats,
    stop: Floats,
    deal: npt.NDArray[np.int64],
) -> float | None:
    """Return the median days from the date typed 30 days before a win to the win."""
    end = _ends(history)[deal]
    asked = end - DUE
    there = (history.outcome[deal] == 1) & (start <= asked) & (asked < stop)
    return float(np.median(np.floor(end[there]) - date[there])) if there.any() else None


def _interval_fault(history: StageHistory) -> list[Fault]:
    """Return the fault that dates of changes are known to lie between two exports only."""
    field = history.changes["expected"]
    if field.known_since is None:
        return []
    width = (field.time - field.known_since).astype(np.int64) / TICKS_PER_DAY
    wide = width > 0
    if not wide.any():
        return []
    return [
        Fault.of(
            "changes-between-exports", severity="info", n=int(wide.sum()),
            days=round(float(np.median(width[wide])), 1),
        )
    ]  # fmt: skip
