"""count_steps against ClickHouse's windowFunnel, run in process: equal levels, entity by entity.

Each log is random and small; ties and repeats are frequent. All logs of a mode and window are asked
in one query. Where the definitions differ on purpose, a test shows the difference.
"""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

import salesfunnel as sf

session = pytest.importorskip("chdb.session")

LOGS = 2400
WINDOWS = (0, 2, 5, 100)
OURS = {
    "": {},
    "strict_increase": {"increasing": True},
    "strict_order": {"order": "strict"},
    "strict_once": {},
}


@pytest.fixture(scope="module")
def clickhouse():
    with session.Session() as connection:
        connection.query("create database if not exists twin")
        yield connection


def make_logs(names, *, seed, logs=LOGS):
    rng = random.Random(seed)
    return [
        [(rng.choice(names), rng.randrange(8)) for _ in range(rng.randint(1, 8))]
        for _ in range(logs)
    ]


def theirs(connection, logs, steps, window, mode):
    rows = ",".join(
        f"({entity},'{name}',{time})" for entity, events in enumerate(logs) for name, time in events
    )
    connection.query("drop table if exists twin.events")
    connection.query(
        "create table twin.events (entity UInt32, step String, time UInt32) engine = Memory"
    )
    connection.query(f"insert into twin.events values {rows}")
    how = f", '{mode}'" if mode else ""
    conditions = ", ".join(f"step = '{name}'" for name in steps)
    answer = connection.query(
        f"select windowFunnel({window}{how})(time, {conditions}) from twin.events"
        " group by entity order by entity",
        "CSV",
    )
    return [int(level) for level in str(answer).split()]


def ours(logs, steps, window, **how):
    """The level of each entity: of the segment that its own name makes."""
    rows = [(entity, *event) for entity, events in enumerate(logs) for event in events]
    entity, step, time = zip(*rows, strict=True)
    names = [str(number) for number in entity]
    log = sf.EventLog(entity, step, time, attributes={"name": names})
    found = sf.count_steps(log, steps, window=window, breakdown="name", attribution="all", **how)
    empty = (0,) * len(steps)
    return [
        sum(count > 0 for count in found.by_segment.get(str(number), empty))
        for number in range(len(logs))
    ]


def both(connection, logs, steps, window, mode):
    return theirs(connection, logs, steps, window, mode), ours(logs, steps, window, **OURS[mode])


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("mode", ["", "strict_once"])
def test_equal_levels_for_every_entity_ties_and_repeats_included(clickhouse, mode, window):
    logs = make_logs("abcx", seed=window)
    left, right = both(clickhouse, logs, ["a", "b", "c"], window, mode)
    assert left == right
    assert len(set(left)) >= 3


@pytest.mark.parametrize("steps", [["a", "b", "a"], ["a", "a", "b"], ["a", "b", "a", "b"]])
def test_strict_once_is_ours_for_names_that_stand_twice(clickhouse, steps):
    """With each event said once: ClickHouse counts a row that is said twice as two events."""
    logs = [sorted(set(events)) for events in make_logs("abc", seed=len(steps))]
    left, right = both(clickhouse, logs, steps, 5, "strict_once")
    assert left == right


def neighbours_tie(events, steps):
    """Whether an event is at the time of one of the step before."""
    held = set(events)
    return any((a, t) in held and (b, t) in held for a, b in pairwise(steps) for _, t in events)


@pytest.mark.parametrize("window", WINDOWS)
def test_strict_increase_where_no_neighbouring_steps_tie(clickhouse, window):
    logs = make_logs("abcx", seed=20 + window, logs=2 * LOGS)
    steps = ["a", "b", "c"]
    left, right = both(clickhouse, logs, steps, window, "strict_increase")
    plain = [i for i, events in enumerate(logs) if not neighbours_tie(events, steps)]
    assert len(plain) >= 2000
    assert [left[i] for i in plain] == [right[i] for i in plain]
    # A tie only ever loses a chain there, never here.
    assert all(theirs <= mine for theirs, mine in zip(left, right, strict=True))


def plain_order(events):
    """Whether no two events are at one time and no step is taken twice."""
    steps = [name for name, _ in events if name != "x"]
    times = [time for _, time in events]
    return len(set(times)) == len(times) and len(set(steps)) == len(steps)


@pytest.mark.parametrize("window", WINDOWS)
def test_strict_order_where_no_step_is_taken_twice_and_nothing_ties(clickhouse, window):
    logs = [log for log in make_logs("abcx", seed=40 + window, logs=16 * LOGS) if plain_order(log)]
    assert len(logs) >= 2000
    left, right = both(clickhouse, logs, ["a", "b", "c"], window, "strict_order")
    assert left == right


@pytest.mark.parametrize(
    ("mode", "events", "steps", "levels"),
    [
        # One event serves several equal conditions there, one step only here.
        ("", [("a", 1)], ["a", "a"], (2, 1)),
        # A row said twice is two events there, one here.
        ("strict_once", [("a", 1), ("a", 1)], ["a", "a"], (2, 1)),
        # A later start at the time of the second step hides the earlier one there.
        ("strict_increase", [("a", 3), ("a", 5), ("b", 5)], ["a", "b"], (1, 2)),
        # The first foreign event ends the search there; here it voids the chain, not the entity.
        ("strict_order", [("a", 1), ("x", 2), ("a", 3), ("b", 4)], ["a", "b"], (1, 2)),
        # A step taken again goes unnoticed there; here it is another event between.
        ("strict_order", [("a", 1), ("b", 2), ("a", 3), ("c", 4)], ["a", "b", "c"], (3, 2)),
        # Events at one time stand as they came there; here ties are resolved for the customer.
        ("strict_order", [("a", 1), ("c", 1), ("b", 2)], ["a", "b", "c"], (1, 2)),
    ],
)
def test_where_the_definitions_differ_on_purpose(clickhouse, mode, events, steps, levels):
    assert both(clickhouse, [events], steps, 10, mode) == ([levels[0]], [levels[1]])
