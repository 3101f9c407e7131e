"""count_steps against its brute-force twin in crowds: rules by Hypothesis, many entities for each.

A log of a few rows seldom has what makes a rule matter, say an excluded event at the time of a step
in the middle. Here every question meets dozens of entities whose events are few, close and often at
one time. The value of the breakdown is the time of each event, so that not only how far an entity
gets but also which events its chain is made of must be equal.
"""

from __future__ import annotations

import importlib.util
import random
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

import salesfunnel as sf
from salesfunnel.counting.query import Exclude

_spec = importlib.util.spec_from_file_location(
    "funnel_twin", Path(__file__).with_name("funnel_twin.py")
)
twin = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(twin)

PATHS = ["ab", "abc", "abc", "abcd", "abcd", "aba", "aab", "abb", "abab", "abca", "aabc", "aaa"]

shifts = st.sampled_from([0, -6, 10**9])


@st.composite
def crowds(draw, names):
    """Entities of a few events of these names, close to each other."""
    rng = random.Random(draw(st.integers(0, 2**32 - 1)))
    return [
        {(rng.randrange(draw_span), rng.choice(names)) for _ in range(rng.randint(2, 9))}
        for draw_span in rng.choices([3, 5, 9], k=rng.choice([30, 50, 120]))
    ]


@st.composite
def questions(draw):
    steps = list(draw(st.sampled_from(PATHS)))
    last = len(steps) - 1
    spans = st.none() | st.integers(0, 7)
    rules = {
        "window": draw(spans),
        "increasing": draw(st.booleans()),
        "order": draw(st.sampled_from(["ordered", "ordered", "strict"])),
    }
    if draw(st.booleans()):
        rules["step_windows"] = draw(st.lists(spans, min_size=last, max_size=last))
    pairs = [(i, j) for i in range(last) for j in range(i + 1, last + 1)]
    voids = st.tuples(st.sampled_from("xxyabc"), st.sampled_from(pairs))
    rules["exclude"] = [(name, *pair) for name, pair in draw(st.lists(voids, max_size=2))]
    return steps, rules


@st.composite
def cases(draw):
    steps, rules = draw(questions())
    names = sorted({*steps, *(name for name, _, _ in rules["exclude"]), "x"})
    return steps, rules, draw(crowds(names))


def ask(crowd, steps, rules, *, shift=0, as_of=None, **more):
    """Count the steps of a crowd, its times moved by `shift`."""
    rows = [(who, name, time) for who, events in enumerate(crowd) for time, name in events]
    who, step, time = zip(*rows, strict=True)
    values = {"time": [str(t) for t in time]}
    log = sf.EventLog(who, step, [t + shift for t in time], attributes=values)
    more["as_of"] = None if as_of is None else as_of + shift
    voids = [Exclude(name=name, first=i, last=j) for name, i, j in rules["exclude"]]
    return sf.count_steps(log, steps, threads=1, **{**rules, "exclude": voids}, **more)


def tallied(units, n):
    mature = [len(chain) for chain, open_ in units if not open_]
    return twin.counts(mature, n), sum(open_ for _, open_ in units)


def by_time(units, whose, steps):
    """Counts, and how many are immature, by the time of the event whose value counts."""
    segments, n = {}, len(steps)
    for chain, open_ in units:
        times = [time for time, _ in chain]
        if whose in steps:
            times = times[steps.index(whose) :][:1]
        time = (max if whose == "last" else min)(times, default="")
        segments.setdefault(str(time), []).append((chain, open_))
    tally = {name: tallied(some, n) for name, some in segments.items()}
    counts = {name: counts for name, (counts, _) in tally.items()}
    return counts, {name: open_ for name, (_, open_) in tally.items()}


def check(crowd, steps, rules, units, **more):
    """Compare the units (chain, immature) in all and by the time of each of their steps."""
    n = len(steps)
    plain = ask(crowd, steps, rules, **more)  # A way of its own, where values are not asked for.
    assert (plain.counts, plain.immature) == tallied(units, n)
    for whose in ["first", "last", *dict.fromkeys(steps)]:
        found = ask(crowd, steps, rules, breakdown="time", attribution=whose, **more)
        assert (found.counts, found.immature) == tallied(units, n)
        segments = (dict(found.by_segment), dict(found.immature_by_segment))
        assert segments == by_time(units, whose, steps)
    return plain


def check_durations(found, chains, rules, seen):
    for k, duration in enumerate(found.durations):
        watched = twin.watched([chain for chain in chains if len(chain) > k], k, rules, seen)
        assert duration.entered == len(watched)
        assert duration.advanced == sum(event == 1 for _, event in watched)
        assert duration.open == sum(event == 0 for _, event in watched)
        assert duration.median == twin.quantile(watched, 0.5)
        assert duration.p80 == twin.quantile(watched, 0.8)


def seen_until(crowd, as_of):
    if as_of is None:
        return crowd
    return [{event for event in events if event[0] <= as_of} for events in crowd]


def bounded(rules):
    return rules["window"] is not None or any(
        gap is not None for gap in rules.get("step_windows", [])
    )


@settings(max_examples=300, deadline=None)
@given(cases(), shifts)
def test_the_best_chain_of_each_entity_event_by_event(case, shift):
    steps, rules, crowd = case
    chains = [twin.best_chain(events, steps, rules) for events in crowd]
    found = check(crowd, steps, rules, [(chain, False) for chain in chains if chain], shift=shift)
    seen = max(time for events in crowd for time, _ in events)
    check_durations(found, chains, rules, seen)


@settings(max_examples=200, deadline=None)
@given(cases(), st.integers(0, 10), shifts)
def test_who_can_still_go_on_in_a_crowd(case, as_of, shift):
    steps, rules, crowd = case
    found = ask(crowd, steps, rules, as_of=as_of, shift=shift)
    early = seen_until(crowd, as_of)
    chains = [twin.best_chain(events, steps, rules) for events in early]
    units = []
    for events, chain in zip(early, chains, strict=True):
        open_ = bounded(rules) and len(chain) < len(steps)
        units.append((chain, open_ and twin.immature(events, steps, rules, as_of)))
    assert (found.counts, found.immature) == tallied([u for u in units if u[0]], len(steps))
    check_durations(found, chains, rules, as_of)
    late = sum(len(events) for events in crowd) - sum(len(events) for events in early)
    told = [dict(fault.params)["n"] for fault in found.faults if fault.code == "events-after-as-of"]
    assert told == [late] * (late > 0)


@settings(max_examples=200, deadline=None)
@given(cases(), st.none() | st.integers(0, 10))
def test_attempts_of_a_crowd_event_by_event(case, as_of):
    steps, rules, crowd = case
    probe = as_of if bounded(rules) else None
    units = [
        unit
        for events in seen_until(crowd, as_of)
        for unit in twin.attempts(events, steps, rules, probe)
    ]
    check(crowd, steps, rules, units, as_of=as_of, per="entry")


@settings(max_examples=200, deadline=None)
@given(cases(), st.none() | st.integers(0, 10), st.booleans())
def test_any_order_in_a_crowd_event_by_event(case, as_of, excluded):
    steps, rules, crowd = case
    voids = [("x", 0, len(steps) - 1)] if excluded else []
    rules = {"window": rules["window"], "order": "any", "exclude": voids}
    probe = as_of if rules["window"] is not None else None
    units = []
    for events in seen_until(crowd, as_of):
        chain = twin.best_any(events, steps, rules)
        open_ = probe is not None and twin.immature_any(events, steps, rules, probe)
        units.append((chain, open_))
    check(crowd, steps, rules, [unit for unit in units if unit[0]], as_of=as_of)
