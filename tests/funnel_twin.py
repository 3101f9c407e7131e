"""The brute-force twin of count_steps: every chain is written out and looked at, per entity."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise, product


def chains(events, steps, rules):
    """Yield every valid chain of (time, name), of every length, for one entity's set of events."""
    by_name = [[event for event in sorted(events) if event[1] == name] for name in steps]
    for k in range(1, len(steps) + 1):
        for chain in product(*by_name[:k]):
            if valid(list(chain), events, rules):
                yield chain


def valid(chain, events, rules):
    times = [time for time, _ in chain]
    k = len(chain)
    if len(set(chain)) < k:
        return False
    pairs = list(pairwise(times))
    if any(b < a or (rules.get("increasing") and b == a) for a, b in pairs):
        return False
    window = rules.get("window")
    if window is not None and times[-1] - times[0] > window:
        return False
    gaps = rules.get("step_windows")
    if gaps and any(g is not None and b - a > g for (a, b), g in zip(pairs, gaps, strict=False)):
        return False
    for name, first, last in rules.get("exclude", ()):
        end = min(last, k - 1)
        if end > first and any(n == name and times[first] < t < times[end] for t, n in events):
            return False
    if rules.get("order") == "strict":
        inside = [event for event in events if times[0] < event[0] < times[-1]]
        return all(event in chain for event in inside)
    return True


def best_chain(events, steps, rules):
    """The deepest chain; of these the first to end, from the latest start, then the earliest."""
    found = list(chains(events, steps, rules))
    if not found:
        return ()
    depth = max(map(len, found))
    return min(
        (chain for chain in found if len(chain) == depth),
        key=lambda chain: (chain[-1][0], -chain[0][0], [time for time, _ in chain]),
    )


def immature(events, steps, rules, as_of):
    """Whether an event of the next step, one tick after `as_of`, would go on with a chain."""
    later = "\0later"
    for chain in chains(events, steps, rules):
        if len(chain) < len(steps):
            added = (as_of + 1, later)
            if valid([*chain, added], {*events, added}, rules):
                return True
    return False


def level(events, steps, rules):
    return len(best_chain(events, steps, rules))


def attempts(events, steps, rules):
    """The number of steps of each attempt, in order of time."""
    by_start = {}
    for chain in chains(events, steps, rules):
        depth, end = by_start.get(chain[0][0], (0, 0))
        if len(chain) > depth or (len(chain) == depth and chain[-1][0] < end):
            by_start[chain[0][0]] = (len(chain), chain[-1][0])
    found = []
    current = None
    for start in sorted(by_start):
        depth, end = by_start[start]
        if current is None or start > current[1]:
            if current:
                found.append(current[0])
            current = (depth, end)
        elif depth > current[0]:
            current = (depth, end)
    return found + ([current[0]] if current else [])


def level_any(events, steps, rules):
    """How many of the first steps stand inside one window, in any order."""
    window = rules.get("window")
    excluded = [name for name, _, _ in rules.get("exclude", ())]
    for k in range(len(steps), 0, -1):
        for chain in product(*[[e for e in events if e[1] == name] for name in steps[:k]]):
            if len(set(chain)) < k:
                continue
            low, high = min(chain)[0], max(chain)[0]
            if window is not None and high - low > window:
                continue
            if any(name in excluded and low < time < high for time, name in events):
                continue
            return k
    return 0


def counts(levels, n):
    return tuple(sum(level >= k for level in levels) for k in range(1, n + 1))


def watched(chains, k, rules, seen):
    """How long each chain was watched after step k, and how that ended: 0 open, 1 on, 2 lost."""
    found = []
    gap = (rules.get("step_windows") or [None] * 9)[k]
    for chain in chains:
        now = chain[k][0]
        if len(chain) > k + 1:
            found.append((chain[k + 1][0] - now, 1))
            continue
        ends = [now + gap] if gap is not None else []
        if rules.get("window") is not None:
            ends.append(chain[0][0] + rules["window"])
        if ends and min(ends) <= seen:
            found.append((max(min(ends) - now, 0), 2))
        else:
            found.append((seen - now, 0))
    return found


def quantile(watched, share):
    """By when this share of those who ever go on has gone on (Aalen-Johansen)."""
    times = sorted({time for time, event in watched if event})
    left, incidence, curve = Fraction(1), Fraction(0), []
    for time in times:
        at_risk = sum(t >= time for t, _ in watched)
        on = sum(t == time and event == 1 for t, event in watched)
        gone = sum(t == time and event == 2 for t, event in watched)
        incidence += left * Fraction(on, at_risk)
        left *= 1 - Fraction(on + gone, at_risk)
        curve.append((time, incidence, at_risk))
    if not incidence:
        return None
    level = incidence
    if any(event == 0 for _, event in watched):
        enough = [f for _, f, at_risk in curve if at_risk >= max(5, 0.05 * len(watched))]
        if enough and enough[-1] > 0:
            level = enough[-1]
    return next(time for time, f, _ in curve if f >= Fraction(str(share)) * level)
