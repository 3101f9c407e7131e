"""What a bridge cannot know: amounts set when a deal ended, what is of its first day."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from salesfunnel._core.moments import day_over
from salesfunnel._core.period_arrays import TICKS_PER_DAY
from salesfunnel._kernels.bridge import BY_WIN, END, START, Passage
from salesfunnel.fault import Fault
from salesfunnel.pipeline.state import PipelineState
from salesfunnel.pipeline.valuation import Valued

__all__ = ["OF_AMOUNTS", "doubts_of"]

OF_AMOUNTS = ("amounts-set-at-closing", "open-amounts-unknown")
"""Codes of the doubts about amounts, which are shown with the bars."""

NOTABLE = 0.05
"""Share of open deals without an amount from which on it is said."""


def doubts_of(
    way: Passage, money: Valued, state: PipelineState, since: np.datetime64, until: np.datetime64
) -> list[Fault]:
    """Return what makes the amounts or the counts of a bridge mislead."""
    return [
        *_amounts(way, money, state), *_first_day(state, since),
        *_between_exports(state, since, until),
    ]  # fmt: skip


def _between_exports(
    state: PipelineState, since: np.datetime64, until: np.datetime64
) -> list[Fault]:
    """Say where changes are known to lie between two exports only."""
    widths = []
    for name in ("outcome", "amount", "expected", "pipeline", "owner", "category"):
        field = state.history.changes.get(name)
        if field is None or field.known_since is None:
            continue
        inside = (field.time > since) & (field.time <= until) & (field.known_since < field.time)
        widths.append((field.time - field.known_since)[inside])
    wide = np.concatenate(widths).astype(np.int64) / TICKS_PER_DAY if widths else np.zeros(0)
    if not wide.size:
        return []
    days = round(float(np.median(wide)), 1)
    return [Fault.of("bridge-between-exports", severity="info", n=int(wide.size), days=days)]


def _amounts(way: Passage, money: Valued, state: PipelineState) -> list[Fault]:
    """Say where open deals have no amount, and where it was set when the deal was won."""
    if state.mixed:
        return []
    end = way.way_out == END
    known, won = np.isfinite(way.amount_out), way.way_out == BY_WIN
    n, unknown = int(end.sum()), int((end & ~known).sum())
    if not n and known.size and not known.any():
        return [Fault.of("bridge-without-amounts", n=known.size)]
    if not n or unknown < NOTABLE * n:
        return []
    later = "amount" in state.leaks and bool(won.any())
    share = float(known[won].mean()) if won.any() else 0.0
    if later and 1 - unknown / n < share / 2:
        start = int(money.minor_in[way.way_in == START].sum()) / 10**state.digits
        return [Fault.of(
            "amounts-set-at-closing", n=unknown, all=n, start=start, currency=state.currency
        )]  # fmt: skip
    return [Fault.of("open-amounts-unknown", n=unknown, all=n)]


def _first_day(state: PipelineState, since: np.datetime64) -> list[Fault]:
    """Say what is of the day at whose end the window begins, if a month or a week begins with it.

    It counts as before the window, though whoever names a first day may expect it inside.
    """
    history = state.history
    day = since.astype("datetime64[D]").item()
    first_day = day.day == 1 or day.weekday() == 0
    if not first_day or not (day_over(since) or since == np.datetime64(day, "us")):
        return []
    first = np.datetime64(day, "us")
    with np.errstate(invalid="ignore"):
        closed = (history.closed >= first) & (history.closed <= since) & (history.outcome != 0)
        created = (history.created >= first) & (history.created <= since)
    n = int((created | closed).sum())
    if not n:
        return []
    won = int((closed & (history.outcome == 1)).sum())
    return [Fault.of(
        "changes-at-the-start", n=n, won=won, day=str(day), before=str(day - timedelta(days=1))
    )]  # fmt: skip
