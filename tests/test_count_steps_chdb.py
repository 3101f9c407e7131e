"""count_steps against ClickHouse's windowFunnel, run in process: equal levels, entity by entity.

A log is the events of one entity, random and small; ties and repeats are frequent. All logs of a
mode and window are asked in one query, grouped by entity: 9,600 in the default mode (four windows
of 2,400), 16,800 in ``strict_once``, and at least 2,000 a window in the other two. There the
definitions differ on purpose in cases that the predicates below name; logs that have such a case
are left out, and a test shows the difference.
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


def hides_a_start(events, steps):
    """Whether an event of a step ties with one of the step before that came earlier, too.

    ClickHouse then looks at the later one of the step before, which is not earlier; we at both.
    """
    return any(
        (before, t) in events and min(s for name, s in events if name == before) < t
        for before, step in pairwise(steps)
        for t in {s for name, s in events if name == step}
    )


@pytest.mark.parametrize("window", WINDOWS)
def test_strict_increase_where_no_tie_hides_an_earlier_start(clickhouse, window):
    logs = make_logs("abcx", seed=20 + window, logs=2 * LOGS)
    steps = ["a", "b", "c"]
    left, right = both(clickhouse, logs, steps, window, "strict_increase")
    plain = [i for i, events in enumerate(logs) if not hides_a_start(events, steps)]
    assert len(plain) >= 2000
    tied = [i for i in plain if len({time for _, time in logs[i]}) < len(set(logs[i]))]
    assert len(tied) >= 1000
    assert [left[i] for i in plain] == [right[i] for i in plain]
    # A tie only ever loses a chain there, never here.
    assert all(theirs <= mine for theirs, mine in zip(left, right, strict=True))


def alike_in_strict_order(events, steps, window):
    """Whether every reading of "nothing in between" is the same for a log.

    From the first start on, in order of time and steps, every event is a start or follows at once,
    and in time, on an event of the step before; so none is foreign, and none but starts is taken
    again. Or no two events are at one time, and no step is taken twice.
    """
    once = [name for name, _ in events if name in steps]
    if len(set(once)) == len(once) and len({time for _, time in events}) == len(events):
        return True
    order = sorted((time, steps.index(name) if name in steps else -1) for name, time in events)
    starts = [i for i, (_, place) in enumerate(order) if place == 0]
    chains = [order[i:j] for i, j in pairwise([*starts, len(order)])]
    return all(
        [place for _, place in chain] == [*range(len(chain))]
        and all(time - chain[0][0] <= window for time, _ in chain[:-1])
        for chain in chains
    )


@pytest.mark.parametrize("window", WINDOWS)
def test_strict_order_where_every_reading_of_it_is_the_same(clickhouse, window):
    steps = ["a", "b", "c"]
    rng = random.Random(40 + window)
    logs = [
        log
        for seed in range(4)
        for log in make_logs(
            rng.choice(["abcx", "aabc", "abc"]), seed=seed + 40 + window, logs=9600
        )
        if alike_in_strict_order(log, steps, window)
    ]
    assert len(logs) >= 2000
    tied = [log for log in logs if len({time for _, time in log}) < len(set(log))]
    again = [log for log in logs if [name for name, _ in set(log)].count("a") > 1]
    assert min(len(tied), len(again)) >= 500
    left, right = both(clickhouse, logs, steps, window, "strict_order")
    assert left == right
    assert set(left) == {0, 1, 2, 3}


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
