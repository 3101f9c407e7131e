"""pipeline_bridge: read the states at two moments and the changes between them, and value them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Literal, NamedTuple

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_choice, check_kind
from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.fiscal import Fiscal, as_fiscal
from salesfunnel._core.vocabulary import FREQUENCIES, Frequency
from salesfunnel._kernels.bridge import Passage, Scope, passages
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.until import moment_in
from salesfunnel.data.rates import Rates
from salesfunnel.fault import Fault
from salesfunnel.pipeline.arguments import closing_days, cuts_of
from salesfunnel.pipeline.bridge import PipelineBridge
from salesfunnel.pipeline.doubts import doubts_of
from salesfunnel.pipeline.state import PipelineState, pipeline_state
from salesfunnel.pipeline.unusual import verdicts_of
from salesfunnel.pipeline.valuation import Valued, bars_of, valued

__all__ = ["pipeline_bridge"]


class _Frame(NamedTuple):
    """The arguments common to all pieces of a bridge."""

    state: PipelineState
    scope: Scope
    closing: tuple[date, date] | None
    name: str
    by: str | None
    attribution: str


def pipeline_bridge(
    history: StageHistory,
    *,
    since: object,
    until: object,
    closing: object = None,
    by: str | None = None,
    currency: str | None = None,
    rates: Rates | Mapping[str, Any] | Any = None,
    pipeline: str | None = None,
    attribution: Literal["then", "now"] = "then",
    pieces: Frequency | None = None,
    fiscal_start: int | None = None,
    fiscal: Fiscal | None = None,
    compare: bool = True,
) -> PipelineBridge:
    """Explain the change of the open pipeline between two moments, exactly.

    start + new + pulled in + pushed in + reopened + transferred in + increased ± exchange
    − decreased − pulled out − pushed out − transferred out − removed − lost − won = end.

    Parameters
    ----------
    history : StageHistory
        Deals with histories of amount and expected date; see ``StageHistory.changes``.
    since, until : date, datetime or ISO text
        The moments. Changes after `since` and not after `until` count. A day means its end: the
        fourth quarter is from ``"2026-09-30"`` to ``"2026-12-31"``.
    closing : str, or two days, optional
        Only deals expected to close in this period: ``"2026-Q4"``, ``"2026-11"``, a fiscal period
        such as ``"FY27-Q3"``, or its first and last day. All open deals by default.
    by : str, optional
        ``"owner"``, ``"pipeline"``, ``"category"`` or any attribute: the bars of each segment, as
        `by_segment`. A deal whose segment changed is transferred from the one to the other.
    currency : str, optional
        The currency of the bars; that of the data, or the base of `rates`, by default.
    rates : Rates, or what `Rates` takes, optional
        Needed if there are several currencies. The start has the rate of `since`, the end that of
        `until`, every change that of its day.
    pipeline : str, optional
        Only deals of this pipeline; a deal that moved to another one is transferred.
    attribution : {"then", "now"}
        ``"now"`` gives every deal to the segment it is in at the end: nothing is transferred.
    pieces : {"day", "week", "month", "quarter", "year"}, optional
        Also the bridges of the parts of the window, whose ends chain.
    fiscal_start : int, optional
        The month in which the fiscal year begins, to read `closing`.
    fiscal : Fiscal, optional
        The whole fiscal calendar instead.
    compare : bool
        Whether to judge if pushed, lost and new deals are more than usual, by up to twelve earlier
        periods.

    Returns
    -------
    PipelineBridge

    Raises
    ------
    ArgumentError
        If `until` is not after `since` or after the history's `as_of`; if `closing` cannot be read;
        if `closing` is given and expected dates have no history.
    DataError
        If a rate is missing.

    Notes
    -----
    A deal has one way in, one change of its amount and one way out. A deal in scope at both ends
    has only its net change; leaving and coming back in between counts in ``round_trips``. Won
    counts the amount of the winning edit, every other way out the amount just before it. Amounts
    are whole minor units, every valued amount is rounded once, and every bar is a difference of
    such amounts: the bridge adds up to the cent.

    Examples
    --------
    >>> import salesfunnel as sf
    >>> history = sf.StageHistory.from_records(
    ...     [{"deal": "a", "lead": "2026-09-01", "won": "2026-10-20"},
    ...      {"deal": "b", "lead": "2026-09-03"}],
    ...     stages=["lead", "won"], as_of="2026-11-01")
    >>> history = history.with_changes({"amount": {
    ...     "deal": ["a", "b", "b"], "time": ["2026-09-01", "2026-09-03", "2026-10-05"],
    ...     "value": [1000, 500, 700]}})
    >>> bridge = sf.pipeline_bridge(history, since="2026-10-01", until="2026-11-01")
    >>> bridge.start, bridge.increased, bridge.won, bridge.end
    (1500.0, 200.0, 1000.0, 700.0)
    >>> bridge.deals("won")["deal"].tolist()
    ['a']
    """
    check_kind("history", history, StageHistory)
    check_choice("attribution", attribution, ("then", "now"))
    now = history.as_of
    start, stop = moment_in(history, "since", since), moment_in(history, "until", until)
    if stop <= start:
        raise ArgumentError(f"'until' must be after 'since' ({since}), got {until}")
    if stop > history.as_of:
        raise ArgumentError(
            f"'until' must not be after the history's as_of {history.as_of}, got {until}",
            hint="read a later export, or end the bridge there",
        )
    calendar = as_fiscal(fiscal_start, fiscal)
    days, name = closing_days(closing, calendar, now)
    state = pipeline_state(history, by=by, pipeline=pipeline, currency=currency, rates=rates)
    if days is not None and not state.dated:
        raise ArgumentError(
            "'closing' must be None if the history has no expected close dates over time,"
            f" got {closing!r}",
            hint="field history of the close date, or dated exports with read_snapshots, give them",
        )
    scope = _scope(days, state)
    frame = _Frame(state, scope, days, name, by, attribution)
    parts: tuple[PipelineBridge, ...] = ()
    if pieces is not None:
        check_choice("pieces", pieces, [name for name in FREQUENCIES if name != "none"])
        ends = cuts_of(history, (start, stop), pieces, calendar)
        parts = tuple(_bridge(frame, a, b, ()) for a, b in pairwise(ends))
    whole = _bridge(frame, start, stop, parts)
    if not compare:
        return whole
    found = verdicts_of(state, whole, start, stop, days)
    return attrs.evolve(whole, verdicts=found)


def _scope(days: tuple[date, date] | None, state: PipelineState) -> Scope:
    if days is None:
        return Scope(pipeline=state.pipeline)
    low, high = (float((day - date(1970, 1, 1)).days) for day in days)
    return Scope(low, high, dated=True, pipeline=state.pipeline)


def _bridge(
    frame: _Frame, since: np.datetime64, until: np.datetime64, pieces: tuple[PipelineBridge, ...]
) -> PipelineBridge:
    state = frame.state
    way = passages(
        state.tracks,
        state.fixed,
        len(state.history),
        created=state.created,
        since=int(since.astype(np.int64)),
        until=int(until.astype(np.int64)),
        scope=frame.scope,
    )
    if frame.attribution == "now":
        way = way._replace(group_in=way.group_out)
    money = valued(way, state)
    bars, segments = bars_of(way, money, state, by=frame.by)
    late = _overdue(way, until)
    doubts = doubts_of(way, money, state, since, until)
    faults = (*doubts, *state.faults, *money.faults, *_undone(way, money, state))
    return PipelineBridge(
        since=since.astype(datetime),
        until=until.astype(datetime),
        closing=frame.name,
        closing_days=frame.closing,
        by=frame.by,
        currency=state.currency,
        bars=bars,
        by_segment=segments,
        deal=state.history.deals[way.deal],
        way_in=way.way_in,
        way_out=way.way_out,
        time_in=way.time_in.astype("datetime64[us]"),
        time_out=way.time_out.astype("datetime64[us]"),
        minor_in=money.minor_in,
        minor_out=money.minor_out,
        minor_exchange=money.exchange,
        date_before_in=_dates(way.date_before_in),
        date_in=_dates(way.date_in),
        date_before_out=_dates(way.date_before_out),
        date_out=_dates(way.date_out),
        group_in=np.where(np.isnan(way.group_in), -1, way.group_in).astype(np.int32),
        group_out=np.where(np.isnan(way.group_out), -1, way.group_out).astype(np.int32),
        groups=state.groups,
        round_trips=int((way.trips > 0).sum()),
        overdue_count=int(late.sum()),
        overdue_minor=int(money.minor_out[late].sum()),
        unvalued=money.unvalued,
        pieces=pieces,
        leaks=state.leaks,
        faults=faults,
    )


def _dates(number: npt.NDArray[np.float64]) -> npt.NDArray[np.datetime64]:
    known = np.isfinite(number)
    days = np.where(known, number, 0).astype(np.int64).astype("datetime64[D]")
    return np.where(known, days, np.datetime64("NaT", "D"))


def _overdue(way: Passage, until: np.datetime64) -> npt.NDArray[np.bool_]:
    today = float(until.astype("datetime64[D]").astype(np.int64))
    return np.asarray((way.way_out == 1) & (way.date_out < today))


def _undone(way: Passage, money: Valued, state: PipelineState) -> list[Fault]:
    """Return the fault of deals that were won before and reopened: earlier bookings change."""
    if not way.undone.any():
        return []
    amount = int(money.minor_in[way.undone].sum()) / 10**state.digits
    return [
        Fault.of(
            "won-undone-amount", n=int(way.undone.sum()), amount=amount, currency=state.currency
        )
    ]
