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
    return any(
        goes_on(chain, events, steps, rules, as_of) for chain in chains(events, steps, rules)
    )


def level(events, steps, rules):
    return len(best_chain(events, steps, rules))


def attempts(events, steps, rules, as_of=None):
    """The chain of each attempt in order of time, and whether it can still get further.

    It can where one of the first events within the attempt can still go on: a later start that
    gets further takes the attempt over.
    """
    by_start = {}
    for chain in chains(events, steps, rules):
        key = (-len(chain), chain[-1][0], [time for time, _ in chain])
        start = chain[0][0]
        if start not in by_start or key < by_start[start][0]:
            by_start[start] = (key, chain)
    alive = set()
    if as_of is not None:
        alive = {chain[0][0] for chain in chains(events, steps, rules)
                 if goes_on(chain, events, steps, rules, as_of)}  # fmt: skip
    found = []
    for start in sorted(by_start):
        chain = by_start[start][1]
        if found and start <= found[-1][0][-1][0]:
            if len(chain) > len(found[-1][0]):
                found[-1][0] = chain
        else:
            found.append([chain, False])
        found[-1][1] |= start in alive
    return [(chain, open_ and len(chain) < len(steps)) for chain, open_ in found]


def goes_on(chain, events, steps, rules, as_of):
    """Whether an event of the next step, one tick after `as_of`, would go on with a chain."""
    added = (as_of + 1, "\0later")
    return len(chain) < len(steps) and valid([*chain, added], {*events, added}, rules)


def best_any(events, steps, rules):
    """The events of as many first steps as stand inside one window, in any order.

    Of these sets the first to be complete; of these, that of the latest events, step by step.
    """
    window = rules.get("window")
    excluded = [name for name, _, _ in rules.get("exclude", ())]
    found = []
    for k in range(1, len(steps) + 1):
        for chain in product(*[[e for e in events if e[1] == name] for name in steps[:k]]):
            low, high = min(chain)[0], max(chain)[0]
            if len(set(chain)) < k or (window is not None and high - low > window):
                continue
            if not any(name in excluded and low < time < high for time, name in events):
                found.append((-k, high, [-time for time, _ in chain], chain))
    return min(found)[-1] if found else ()


def level_any(events, steps, rules):
    return len(best_any(events, steps, rules))


def immature_any(events, steps, rules, as_of):
    """Whether one of the events could still be in one window with an event after `as_of`."""
    excluded = [name for name, _, _ in rules.get("exclude", ())]
    return 0 < level_any(events, steps, rules) < len(steps) and any(
        name in steps
        and as_of + 1 - time <= rules["window"]
        and not any(n in excluded and time < t for t, n in events)
        for time, name in events
    )


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
