"""count_steps against its brute-force twin, a test a row of the table of semantics."""

from __future__ import annotations

import importlib.util
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import salesfunnel as sf

_spec = importlib.util.spec_from_file_location(
    "funnel_twin", Path(__file__).with_name("funnel_twin.py")
)
twin = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(twin)

NAMES = ["a", "b", "c", "x"]
rows = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(NAMES), st.integers(0, 9)), max_size=14
)
paths = st.lists(st.sampled_from("abc"), min_size=1, max_size=4)
windows = st.none() | st.integers(0, 9)


def log_of(rows, **more):
    return sf.EventLog([r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows], **more)


def by_entity(rows):
    return [{(t, n) for e, n, t in rows if e == who} for who in sorted({r[0] for r in rows})]


@st.composite
def questions(draw):
    """Steps and the rules for a question of order "ordered" or "strict"."""
    steps = draw(paths)
    n = len(steps)
    rules = {"window": draw(windows), "increasing": draw(st.booleans())}
    rules["order"] = draw(st.sampled_from(["ordered", "ordered", "strict"]))
    if draw(st.booleans()) and n > 1:
        rules["step_windows"] = draw(st.lists(windows, min_size=n - 1, max_size=n - 1))
    if draw(st.booleans()) and n > 1:
        first = draw(st.integers(0, n - 2))
        last = draw(st.integers(first + 1, n - 1))
        rules["exclude"] = [(draw(st.sampled_from("xa")), first, last)]
    return steps, rules


def ask(rules, steps):
    given = {key: value for key, value in rules.items() if key != "exclude"}
    if "exclude" in rules:
        given["exclude"] = [
            sf.counting.query.Exclude(name=n, first=f, last=t) for n, f, t in rules["exclude"]
        ]
    return given


@settings(max_examples=400, deadline=None)
@given(rows, questions(), st.sampled_from([1, 2, 3]))
def test_every_rule_at_once_against_every_chain_written_out(rows, question, threads):
    steps, rules = question
    found = sf.count_steps(log_of(rows), steps, threads=threads, **ask(rules, steps))
    levels = [twin.level(events, steps, rules) for events in by_entity(rows)]
    assert found.counts == twin.counts(levels, len(steps))


@settings(max_examples=200, deadline=None)
@given(rows, questions(), st.integers(0, 11))
def test_immature_are_those_who_can_still_take_the_next_step(rows, question, as_of):
    steps, rules = question
    found = sf.count_steps(log_of(rows), steps, as_of=as_of, **ask(rules, steps))
    gaps = rules.get("step_windows", [])
    bounded = rules["window"] is not None or any(gap is not None for gap in gaps)
    ripe, waiting = [], 0
    for events in by_entity([row for row in rows if row[2] <= as_of]):
        level = twin.level(events, steps, rules)
        if level < len(steps) and bounded and twin.immature(events, steps, rules, as_of):
            waiting += 1
        else:
            ripe.append(level)
    assert found.immature == waiting
    assert found.counts == twin.counts(ripe, len(steps))


@settings(max_examples=200, deadline=None)
@given(rows, paths, windows, st.booleans())
def test_any_order_means_the_first_steps_inside_one_window(rows, steps, window, excluded):
    rules = {"window": window, "exclude": [("x", 0, len(steps))] if excluded else []}
    found = sf.count_steps(
        log_of(rows), steps, window=window, order="any", exclude=["x"] if excluded else []
    )
    levels = [twin.level_any(events, steps, rules) for events in by_entity(rows)]
    assert found.counts == twin.counts(levels, len(steps))


def segments_of(chains, values, attribution, steps):
    """The segment of each chain of (time, name) by the rule of attribution."""
    for who, chain in chains:
        seen = [values[who, name, time] for time, name in chain]
        if attribution in steps:
            k = steps.index(attribution)
            seen = [seen[k]] if k < len(seen) else []
        elif attribution == "last":
            seen = seen[::-1]
        yield next((value for value in seen if value is not None), "")


valued_rows = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(NAMES),
        st.integers(0, 9),
        st.sampled_from([None, "p", "q"]),
    ),
    max_size=12,
)


def table(segments, chains, n):
    names = sorted(set(segments), key=lambda name: (name == "", name))
    return {
        name: twin.counts(
            [len(c) for s, (_, c) in zip(segments, chains, strict=True) if s == name], n
        )
        for name in names
    }


def first_values(rows):
    found = {}
    for who, name, time, value in rows:
        found.setdefault((who, name, time), value)
    return found


@settings(max_examples=300, deadline=None)
@given(valued_rows, questions(), st.sampled_from(["first", "last", 0, -1]), st.sampled_from([1, 2]))
def test_breakdown_gives_an_entity_the_value_of_its_best_chain(rows, question, whose, threads):
    steps, rules = question
    attribution = whose if isinstance(whose, str) else steps[whose]
    log = log_of(rows, attributes={"value": [row[3] for row in rows]})
    found = sf.count_steps(
        log, steps, breakdown="value", attribution=attribution, threads=threads, **ask(rules, steps)
    )
    chains = [
        (who, twin.best_chain({(t, n) for e, n, t, _ in rows if e == who}, steps, rules))
        for who in sorted({row[0] for row in rows})
    ]
    chains = [(who, chain) for who, chain in chains if chain]
    segments = list(segments_of(chains, first_values(rows), attribution, steps))
    assert dict(found.by_segment) == table(segments, chains, len(steps))


@settings(max_examples=150, deadline=None)
@given(valued_rows, questions())
def test_attribution_all_makes_chains_of_one_value(rows, question):
    steps, rules = question
    log = log_of(rows, attributes={"value": [row[3] for row in rows]})
    found = sf.count_steps(log, steps, breakdown="value", attribution="all", **ask(rules, steps))
    chains, segments = [], []
    for who in sorted({row[0] for row in rows}):
        for value in {row[3] for row in rows}:
            events = {(t, n) for e, n, t, v in rows if e == who and v == value}
            chain = twin.best_chain(events, steps, rules)
            if chain:
                chains.append((who, chain))
                segments.append(value or "")
    assert dict(found.by_segment) == table(segments, chains, len(steps))


@settings(max_examples=300, deadline=None)
@given(rows, questions(), st.sampled_from([1, 2]))
def test_entries_are_attempts_one_after_the_other(rows, question, threads):
    steps, rules = question
    found = sf.count_steps(log_of(rows), steps, per="entry", threads=threads, **ask(rules, steps))
    levels = [level for events in by_entity(rows) for level in twin.attempts(events, steps, rules)]
    assert found.counts == twin.counts(levels, len(steps))
    entities = [twin.level(events, steps, rules) for events in by_entity(rows)]
    pairs = zip(found.counts, twin.counts(entities, len(steps)), strict=True)
    assert all(entries >= who for entries, who in pairs)


@settings(max_examples=300, deadline=None)
@given(rows, questions(), st.none() | st.integers(5, 12))
def test_durations_are_those_of_the_best_chains(rows, question, as_of):
    steps, rules = question
    found = sf.count_steps(log_of(rows), steps, as_of=as_of, **ask(rules, steps))
    seen = as_of if as_of is not None else max([row[2] for row in rows], default=0)
    rows = [row for row in rows if row[2] <= seen]
    chains = [twin.best_chain(events, steps, rules) for events in by_entity(rows)]
    assert len(found.durations) == len(steps) - 1
    for k, duration in enumerate(found.durations):
        watched = twin.watched([chain for chain in chains if len(chain) > k], k, rules, seen)
        assert (duration.source, duration.target) == (steps[k], steps[k + 1])
        assert duration.entered == len(watched)
        assert duration.advanced == sum(event == 1 for _, event in watched)
        assert duration.open == sum(event == 0 for _, event in watched)
        assert duration.median == twin.quantile(watched, 0.5)
        assert duration.p80 == twin.quantile(watched, 0.8)


@given(rows)
def test_duplicates_are_the_rows_that_say_the_same_again(rows):
    asked = [row for row in rows if row[1] != "x"]
    found = sf.count_steps(log_of(rows), ["a", "b", "c"])
    assert found.duplicates == len(asked) - len(set(asked))


FULL = {
    "window": 6,
    "step_windows": [4],
    "exclude": [("x", "a", "b")],
    "breakdown": "value",
    "as_of": 8,
}


def full_result(**changes):
    values = ["p", "q", None, "p", "p"]
    rows = [(1, "a", 1), (1, "b", 3), (2, "a", 7), (3, "a", 1), (3, "a", 1)]
    return sf.count_steps(
        log_of(rows, attributes={"value": values}), ["a", "b"], **{**FULL, **changes}
    )


@pytest.mark.parametrize("order", ["ordered", "strict"])
def test_a_result_becomes_a_document_and_comes_back_equal(order):
    found = full_result(order=order)
    again = sf.StepCounts.from_json(found.to_json())
    assert again == found
    assert again.durations == found.durations != ()
    assert again.duplicates == 1
    assert pickle.loads(pickle.dumps(full_result(order=order))) == found


def test_a_result_records_the_question():
    found = full_result()
    assert found.window == 6
    assert found.step_windows == (4,)
    assert found.exclude == ("x",)
    assert (found.breakdown, found.attribution, found.as_of) == ("value", "first", 8)
    assert (found.order, found.per, found.increasing, found.engine) == (
        "ordered", "entity", False, "numpy",
    )  # fmt: skip


def test_the_panel_of_a_breakdown_has_its_segments_and_what_is_immature():
    found = full_result()
    panel = found.panel(period="2026-10")
    assert panel.steps == found.steps
    assert panel.segments == ("p", "(missing)")
    assert panel.counts.tolist() == [[[2, 1], [0, 0]]]
    assert panel.immature.tolist() == [[0, 1]]
    assert panel.attributes == ("value",)
    again = sf.count_steps(log_of([(1, "a", 1), (1, "a", 2)]), ["a", "a"]).panel()
    assert again.steps == ("a (1)", "a (2)")
    assert again.counts.tolist() == [[[1, 1]]]


@pytest.fixture(scope="module")
def big_log():
    rng = np.random.default_rng(3)
    n = 70_000
    value = rng.choice(np.array(["p", "q", None]), n)
    entity, step = rng.integers(-50, 9000, n), rng.choice(list("abcxyz"), n)
    return sf.EventLog(entity, step, rng.integers(0, 300, n), attributes={"value": value})


@pytest.mark.parametrize(
    "question",
    [
        {"window": 60},
        {"step_windows": 40, "increasing": True},
        {"order": "strict"},
        {"order": "any", "window": 60},
        {"per": "entry", "window": 60},
        {"window": 60, "as_of": 250},
        {"exclude": ["x"], "window": 90},
        {"breakdown": "value", "attribution": "last", "window": 60},
        {"breakdown": "value", "attribution": "all", "as_of": 250, "window": 60},
    ],
    ids=str,
)
def test_blocks_and_threads_change_nothing(big_log, question):
    one, *more = (
        sf.count_steps(big_log, ["a", "b", "c"], threads=threads, **question)
        for threads in (1, 2, 5)
    )
    assert one.counts[-1] > 0
    assert all(other == one for other in more)


def test_one_event_serves_one_step_only():
    assert sf.count_steps(log_of([(1, "a", 1)]), ["a", "a"]).counts == (1, 0)
    assert sf.count_steps(log_of([(1, "a", 1), (1, "a", 2)]), ["a", "a"]).counts == (1, 1)
    tied = [(1, "a", 1), (1, "b", 1)]
    assert sf.count_steps(log_of(tied), ["a", "b", "a"]).counts == (1, 1, 0)


def test_the_latest_start_that_can_still_finish_decides():
    log = log_of([(1, "a", 0), (1, "a", 90), (1, "b", 100)])
    assert sf.count_steps(log, ["a", "b"], window=10).counts == (1, 1)


def test_a_missing_name_is_a_fault_with_the_nearest_one():
    found = sf.count_steps(log_of([(1, "order", 1)]), ["oder"])
    assert found.counts == (0,)
    assert [(f.code, f.value) for f in found.faults] == [("step-never-occurs", "oder")]
    assert "'order'" in found.faults[0].hint or "order" in found.faults[0].hint


@pytest.mark.parametrize(
    ("field", "value"),
    [("order", "loose"), ("per", "user"), ("attribution", "middle"), ("window", "14 moons")],
)
def test_arguments_out_of_their_vocabulary_are_refused(field, value):
    with pytest.raises(sf.errors.ArgumentError, match=field):
        sf.count_steps(log_of([(1, "a", 1)]), ["a"], **{field: value})
