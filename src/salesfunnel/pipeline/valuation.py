"""Value the ways of deals in minor units, and sum them up to bars."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.period_arrays import TICKS_PER_DAY
from salesfunnel._kernels.bridge import WAYS_IN, WAYS_OUT, Passage
from salesfunnel._kernels.money import minor_units
from salesfunnel.data.rates import STALE_DAYS
from salesfunnel.fault import Fault
from salesfunnel.pipeline.bars import BARS, BridgeBars
from salesfunnel.pipeline.state import PipelineState

MISSING = "(missing)"

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Valued(NamedTuple):
    """The amounts of each way, in minor units."""

    minor_in: Ints
    minor_out: Ints
    exchange: Ints
    unvalued: int
    faults: tuple[Fault, ...]


def valued(way: Passage, state: PipelineState) -> Valued:
    """Return the amounts of each way; all 0 if currencies cannot be added."""
    unknown = int((np.isnan(way.amount_in) | np.isnan(way.amount_out)).sum())
    if state.mixed:
        nothing = np.zeros(way.deal.size, dtype=np.int64)
        return Valued(nothing, nothing, nothing, unknown, ())
    digits = state.digits
    if state.rates is None:
        first = minor_units(way.amount_in, digits)
        last = minor_units(way.amount_out, digits)
        return Valued(first, last, np.zeros_like(first), unknown, ())
    faults: dict[str, Fault] = {}
    worth = [
        rates_at(state, codes, time // TICKS_PER_DAY, faults)
        for codes, time in (
            (way.currency_in, way.time_in),
            (way.currency_out, way.time_out),
            (way.currency_in, way.time_out),
        )
    ]
    first = minor_units(way.amount_in, digits, worth[0])
    last = minor_units(way.amount_out, digits, worth[1])
    exchange = minor_units(way.amount_in, digits, worth[2]) - first
    return Valued(first, last, exchange, unknown, tuple(faults.values()))


def rates_at(state: PipelineState, codes: Floats, days: Ints, faults: dict[str, Fault]) -> Floats:
    """Return what one unit of each currency was worth on its day, NaN for an unknown currency."""
    rates = state.rates
    assert rates is not None
    worth = np.full(codes.shape, np.nan)
    alone = len(state.codes) <= 1
    for place, code in enumerate(state.codes or (state.currency,)):
        mine = np.flatnonzero((codes == place) | (alone & np.isnan(codes)))
        if not mine.size:
            continue
        if code == state.currency:
            worth[mine] = 1.0
            continue
        low, high = int(days[mine].min()), int(days[mine].max())
        span = np.arange(low, high + 1).astype("datetime64[D]")
        table, age = rates.lookup(code, span)
        if state.currency != rates.base:
            other, older = rates.lookup(state.currency, span)
            table, age = table / other, np.maximum(age, older)
        worth[mine] = table[days[mine] - low]
        old = age[days[mine] - low]
        if (old > STALE_DAYS).any():
            worst = int(np.argmax(old))
            faults[code] = Fault.of(
                "rate-stale", currency=code, day=str(span[days[mine][worst] - low]),
                age=int(old[worst]), n=int((old > STALE_DAYS).sum()),
            )  # fmt: skip
    return worth


def bars_of(
    way: Passage, money: Valued, state: PipelineState, *, by: str | None
) -> tuple[BridgeBars, dict[str, BridgeBars]]:
    """Return the bars of all deals, and those of each segment if `by` is given."""
    size = len(state.groups) + 1
    into, out = _codes(way.group_in, size), _codes(way.group_out, size)
    amounts = np.zeros((len(BARS), size), dtype=np.int64)
    counts = np.zeros((len(BARS), size), dtype=np.int64)

    def add(bar: str, rows: npt.NDArray[np.bool_], group: Ints, minor: Ints) -> None:
        np.add.at(amounts[BARS.index(bar)], group[rows], minor[rows])
        counts[BARS.index(bar)] += np.bincount(group[rows], minlength=size)

    for code, bar in enumerate(WAYS_IN):
        if bar:
            add(bar, way.way_in == code, into, money.minor_in)
    for code, bar in enumerate(WAYS_OUT):
        if bar:
            add(bar, way.way_out == code, out, money.minor_out)
    change = money.minor_out - money.minor_in - money.exchange
    add("increased", change > 0, into, change)
    add("decreased", change < 0, into, -change)
    add("exchange", money.exchange != 0, into, money.exchange)
    whole = _bars(amounts.sum(axis=1), counts.sum(axis=1), state)
    if by is None:
        return whole, {}
    moved = into != out
    add("transferred_out", moved, into, money.minor_out)
    add("transferred_in", moved, out, money.minor_out)
    names = (*state.groups, MISSING)
    segments = {
        name: _bars(amounts[:, k], counts[:, k], state)
        for k, name in enumerate(names)
        if counts[:, k].any()
    }
    return whole, segments


def _codes(group: Floats, size: int) -> Ints:
    return np.where(np.isnan(group), size - 1, group).astype(np.int64)


def _bars(amounts: Ints, counts: Ints, state: PipelineState) -> BridgeBars:
    minor = {} if state.mixed else dict(zip(BARS, amounts.tolist(), strict=True))
    return BridgeBars(
        minor=minor, counts=dict(zip(BARS, counts.tolist(), strict=True)), digits=state.digits
    )
