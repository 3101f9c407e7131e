"""Compare how many deals are pushed, lost and new with the same window of earlier periods."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from salesfunnel._core.moments import DAY, TICK
from salesfunnel._kernels.bridge import WAYS_IN, WAYS_OUT, Scope, passages
from salesfunnel._kernels.rise import change
from salesfunnel.pipeline.bridge import BridgeVerdict, BridgeWord, PipelineBridge
from salesfunnel.pipeline.state import PipelineState

LEAST, MOST = 6, 12
"""Earlier periods that a verdict needs, and that it looks at."""
LIKELY = 0.8
_EPOCH = date(1970, 1, 1)
_NEEDED = ("outcome", "expected", "pipeline")


def verdicts_of(
    state: PipelineState,
    bridge: PipelineBridge,
    since: np.datetime64,
    until: np.datetime64,
    closing: tuple[date, date] | None,
) -> tuple[BridgeVerdict, ...]:
    """Return for pushed, lost and new deals whether they are as many as usual.

    Earlier periods have the length of the closing period, or of the window without one; each is
    looked at from and to the same day of it. A period before the first deal does not count.
    """
    names = ("pushed_out", "lost", "new") if closing else ("lost", "new")
    now = {name: _counts(bridge.way_in, bridge.way_out, name) for name in names}
    earlier: dict[str, list[tuple[int, int]]] = {name: [] for name in names}
    # counts need no amounts: fewer edits to walk through
    tracks = {k: state.tracks[k] for k in _NEEDED if k in state.tracks}
    blank = np.full(len(state.history), np.nan)
    fixed = {k: state.fixed[k] for k in _NEEDED if k in state.fixed}
    fixed.update(dict.fromkeys(("amount", "currency", "group"), blank))
    known = state.created[state.created != np.iinfo(np.int64).min]
    first = int(known.min()) if known.size else int(until.astype(np.int64))
    for back in range(1, MOST + 1):
        window = _earlier(since, until, closing, back)
        if int(window[0].astype(np.int64)) < first:
            break
        scope = Scope(pipeline=state.pipeline)
        if window[2] is not None:
            low, high = (float((day - _EPOCH).days) for day in window[2])
            scope = Scope(low, high, dated=True, pipeline=state.pipeline)
        way = passages(
            tracks, fixed, len(state.history), created=state.created,
            since=int(window[0].astype(np.int64)), until=int(window[1].astype(np.int64)),
            scope=scope,
        )  # fmt: skip
        for name in names:
            earlier[name].append(_counts(way.way_in, way.way_out, name))
    return tuple(_verdict(name, now[name], earlier[name]) for name in names)


def _counts(way_in: np.ndarray, way_out: np.ndarray, bar: str) -> tuple[int, int]:
    """Return the deals of a bar and the deals that could have been in it."""
    if bar == "new":
        return int((way_in == WAYS_IN.index("new")).sum()), int(way_in.size)
    return int((way_out == WAYS_OUT.index(bar)).sum()), int(way_out.size)


def _verdict(bar: str, now: tuple[int, int], earlier: list[tuple[int, int]]) -> BridgeVerdict:
    x, n = now
    periods = len(earlier)
    if periods < LEAST or n == 0:
        return BridgeVerdict(bar=bar, count=x, of=n, periods=periods, verdict="not-enough-data")
    xs, ns = np.array(earlier, dtype=np.float64).T
    found = change(x, n, xs, ns)
    verdict: BridgeWord = "as-usual"
    if x > found.high:
        verdict = "more-than-usual" if found.more >= LIKELY else "perhaps-more"
    elif x < found.low:
        verdict = "fewer-than-usual" if found.fewer >= LIKELY else "perhaps-fewer"
    return BridgeVerdict(
        bar=bar, count=x, of=n, expected=found.expected, low=found.low, high=found.high,
        probability=found.more, probability_fewer=found.fewer, periods=periods, verdict=verdict,
    )  # fmt: skip


def _earlier(
    since: np.datetime64,
    until: np.datetime64,
    closing: tuple[date, date] | None,
    back: int,
) -> tuple[np.datetime64, np.datetime64, tuple[date, date] | None]:
    """Return a window and a closing period, `back` periods earlier."""
    if closing is None:
        months, rest = _whole_months(since, until)
        if months:
            begin, end = (_months_back(m + rest, months * back) - rest for m in (since, until))
            return begin, end, None
        return since - (until - since) * back, until - (until - since) * back, None
    months, _ = _whole_months(
        np.datetime64(closing[0], "us"), np.datetime64(closing[1] + timedelta(days=1), "us")
    )
    if months:
        low = _months_back(np.datetime64(closing[0], "us"), months * back)
        after = np.datetime64(closing[1] + timedelta(days=1), "us")
        shifts = after - _months_back(after, months * back)
        high = (after - shifts).astype("datetime64[D]").item() - timedelta(days=1)
        # the same day of the period: as far from its start
        begin = low + (since - np.datetime64(closing[0], "us"))
        return begin, begin + (until - since), (low.astype("datetime64[D]").item(), high)
    length = (closing[1] - closing[0] + timedelta(days=1)) * back
    shift = np.timedelta64(length.days, "D")
    return since - shift, until - shift, (closing[0] - length, closing[1] - length)


def _whole_months(start: np.datetime64, end: np.datetime64) -> tuple[int, np.timedelta64]:
    """Return how many calendar months lie between two moments, 0 if it is no whole number.

    Both are the starts of months, or lie before them by the same rest: the last days of months.
    """
    for rest in (np.timedelta64(0, "us"), TICK, DAY.astype("timedelta64[us]")):
        first, last = ((moment + rest).astype("datetime64[M]") for moment in (start, end))
        if first == start + rest and last == end + rest:
            return int((last - first).astype(np.int64)), rest
    return 0, TICK


def _months_back(moment: np.datetime64, months: int) -> np.datetime64:
    """Return the first day of a month some months earlier."""
    month = moment.astype("datetime64[M]") - np.timedelta64(months, "M")
    return np.datetime64(str(month), "us")
