"""Events and questions that every engine is asked, and the answer in memory."""

from __future__ import annotations

import random
from datetime import datetime, timedelta, timezone

import salesfunnel as sf
from salesfunnel.counting.query import make_query

START = datetime(2026, 3, 20)  # noqa: DTZ001 - naive on purpose
STEPS = ["a", "b", "c"]
SPOKEN = [
    {},
    {"window": 4},
    {"window": 0},
    {"step_windows": 2},
    {"window": 6, "step_windows": [None, 3]},
    {"increasing": True},
    {"increasing": True, "window": 5},
    {"increasing": True, "step_windows": [2, 2]},
    {"window": 3, "as_of": 6},
    {"window": 3, "as_of": 6, "increasing": True},
    {"breakdown": "channel", "attribution": "all", "window": 5},
    {"breakdown": "channel", "attribution": "all", "window": 3, "as_of": 6},
    # The name of the entity as its segment: the level of every one is compared.
    {"breakdown": "who", "attribution": "all", "window": 3},
    {"breakdown": "who", "attribution": "all", "step_windows": [1, 3], "increasing": True},
]
"""What one query of window functions says."""
FETCHED = [
    {"breakdown": "channel", "attribution": "last"},
    {"breakdown": "channel", "attribution": "b", "window": 4},
    {"order": "strict"},
    {"order": "any", "window": 4},
    {"exclude": ["x"]},
    {"exclude": [("x", "a", "b")], "breakdown": "channel"},
    {"per": "entry", "window": 4},
    {"step_windows": 2, "as_of": 6},
]
"""What is counted in memory, from the events in question."""
HOSTILE = [
    'o\'drop "table" events; --',
    "back\\slash\\' or 1=1 --",
    "line\nbreak\ttab",
    "%s %(x)s {x} $1 :name ?",
    "/* comment */ `tick` [bracket]",
    "意向客户",
    "\u200b😀",
]
FIELDS = ("counts", "by_segment", "immature", "immature_by_segment", "duplicates", "events")


def make_rows(seed, n=400, people=90):
    """Rows with many ties, repeats and rows said twice; attributes may be blank or missing."""
    rng = random.Random(seed)
    who = [rng.randrange(people) for _ in range(n)]
    return {
        "entity": who,
        "step": [rng.choice("abcx") for _ in range(n)],
        "time": [rng.randrange(10) for _ in range(n)],
        "channel": [rng.choice(["web", "fair", None, "", "  "]) for _ in range(n)],
        "who": [f"p{number}" for number in who],
    }


def timed(rows, question, zone=None):
    """The same rows and question with times of the calendar, a tick being a day of 24 hours."""
    start = START.replace(tzinfo=zone)

    def span(length):
        return None if length is None else timedelta(days=length)

    rows = {**rows, "time": [start + timedelta(days=t) for t in rows["time"]]}
    changed = dict(question)
    if "window" in question:
        changed["window"] = span(question["window"])
    if "as_of" in question:
        changed["as_of"] = start + timedelta(days=question["as_of"])
    if "step_windows" in question:
        gaps = question["step_windows"]
        changed["step_windows"] = span(gaps) if isinstance(gaps, int) else [*map(span, gaps)]
    return rows, changed


KINDS = {"numbers": None, "naive": (None,), "aware": (timezone.utc,)}


def asked(seed, question, kind):
    """Rows and question in one kind of times."""
    rows = make_rows(seed)
    return (rows, question) if KINDS[kind] is None else timed(rows, question, KINDS[kind][0])


def in_memory(rows, question, steps=STEPS):
    more = {key: rows[key] for key in ("channel", "who") if key in rows}
    log = sf.EventLog(rows["entity"], rows["step"], rows["time"], attributes=more)
    return sf.count_steps(log, steps, **question)


def same_answer(there, here):
    """Assert that a database and memory say the same."""
    for field in FIELDS:
        assert getattr(there, field) == getattr(here, field), field
    assert there.durations == here.durations


def query_of(steps, **question):
    plain = {
        "window": None, "step_windows": None, "order": "ordered", "exclude": (),
        "breakdown": None, "attribution": "first", "increasing": False, "per": "entity",
        "as_of": None,
    }  # fmt: skip
    return make_query(steps, **{**plain, **question})
