"""A bridge written without arrays: it walks through the edits of every deal, in exact decimals."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

BARS = [
    "start", "new", "pulled_in", "pushed_in", "reopened", "transferred_in", "increased", "exchange",
    "decreased", "pulled_out", "pushed_out", "transferred_out", "removed", "lost", "won", "end",
]  # fmt: skip


def rate_of(rates, code, day):
    """Return the last rate at or before a day, of a currency without dated rates its only one."""
    found = None
    for known, rate in rates[code]:
        if known <= day:
            found = rate
    return Decimal(str(found))


def worth(state, day, rates):
    """Return the amount of a state in cents, rounded once."""
    if state["amount"] is None or state["currency"] is None:
        return 0
    value = Decimal(str(state["amount"])) * 100 * rate_of(rates, state["currency"], day)
    return int(value.quantize(Decimal(1), ROUND_HALF_EVEN))


def in_scope(state, closing):
    if state["outcome"] != "open":
        return False
    return fits(state, closing)


def fits(state, closing):
    if closing is None:
        return True
    return state["expected"] is not None and closing[0] <= state["expected"] <= closing[1]


def states_of(edits, since, until):
    """Return the state at `since`, and (time, state) after each edit inside the window."""
    state = dict.fromkeys(("amount", "currency", "expected", "owner", "outcome"))
    for time in sorted({time for time, _, _ in edits if time <= since}):
        state = {**state, **{f: v for t, f, v in edits if t == time}}
    inside = []
    now = state
    for time in sorted({time for time, _, _ in edits if since < time <= until}):
        now = {**now, **{f: v for t, f, v in edits if t == time}}
        inside.append((time, now))
    return state, inside


def way_of(edits, created, since, until, closing):
    """Return (kind, state, time) of the way in and of the way out, or None; and round trips."""
    base, inside = states_of(edits, since, until)
    start = ("start", base, since) if in_scope(base, closing) else None
    path = [(since, base), *inside]
    first, last, leaves = start, None, 0
    for k in range(1, len(path)):
        (_, old), (time, new) = path[k - 1], path[k]
        was, now = in_scope(old, closing), in_scope(new, closing)
        won = new["outcome"] == "won" and old["outcome"] != "won" and (was or fits(new, closing))
        if not was and (now or won) and first is None:
            kind = entry_kind(old, base, created, since, closing)
            first = (kind, k, time)
        if (was and not now) or won:
            leaves += 1
            last = (exit_kind(new, closing), new if won else old, time, k if won else k - 1)
    if first is None:
        return None
    ended = in_scope(path[-1][1], closing)
    out = ("end", path[-1][1], until, len(path) - 1) if ended else last
    if first[0] == "start":
        return first, out[:3], leaves - (not ended)
    state = dict(path[first[1]][1])
    for k in range(first[1], out[3] + 1):
        if state["amount"] is None:
            state["amount"] = path[k][1]["amount"]
    return (first[0], state, first[2]), out[:3], leaves - (not ended)


def entry_kind(old, base, created, since, closing):
    if created > since or base["outcome"] is None:
        return "new"
    if old["outcome"] != "open":
        return "reopened"
    if closing is not None:
        if old["expected"] is not None and old["expected"] < closing[0]:
            return "pushed_in"
        if old["expected"] is None or old["expected"] > closing[1]:
            return "pulled_in"
    return "transferred_in"


def exit_kind(new, closing):
    if new["outcome"] in ("won", "lost"):
        return new["outcome"]
    if new["outcome"] != "open":
        return "removed"
    if closing is not None:
        if new["expected"] is not None and new["expected"] < closing[0]:
            return "pulled_out"
        if new["expected"] is None or new["expected"] > closing[1]:
            return "pushed_out"
    return "transferred_out"


def bridge(deals, since, until, closing, rates):
    """Return the bars in cents of deals: {name: (created, [(time, field, value)])}."""
    bars = dict.fromkeys(BARS, 0)
    trips = 0
    for created, edits in deals.values():
        found = way_of(edits, created, since, until, closing)
        if found is None:
            continue
        (way_in, first, t_in), (way_out, last, t_out), returns = found
        trips += returns > 0
        begin, end = worth(first, t_in, rates), worth(last, t_out, rates)
        exchange = worth(first, t_out, rates) - begin
        change = end - begin - exchange
        bars[way_in] += begin
        bars[way_out] += end
        bars["exchange"] += exchange
        bars["increased" if change > 0 else "decreased"] += abs(change)
    return bars, trips
