"""count_steps against its brute-force twin, a test a row of the table of semantics."""

from __future__ import annotations

import importlib.util
import pickle
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import salesfunnel as sf
from salesfunnel._kernels.waiting import waiting_quantiles

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


@settings(max_examples=150, deadline=None)
@given(rows, questions(), st.sampled_from([1, 2, 3]))
def test_every_rule_at_once_against_every_chain_written_out(rows, question, threads):
    steps, rules = question
    found = sf.count_steps(log_of(rows), steps, threads=threads, **ask(rules, steps))
    levels = [twin.level(events, steps, rules) for events in by_entity(rows)]
    assert found.counts == twin.counts(levels, len(steps))


@settings(max_examples=100, deadline=None)
@given(rows, questions(), st.integers(0, 11))
def test_immature_are_those_who_can_still_take_the_next_step(rows, question, as_of):
    steps, rules = question
    found = sf.count_steps(log_of(rows), steps, as_of=as_of, **ask(rules, steps))
    gaps = rules.get("step_windows", [])
    bounded = rules["window"] is not None or any(gap is not None for gap in gaps)
    mature, waiting = [], 0
    for events in by_entity([row for row in rows if row[2] <= as_of]):
        level = twin.level(events, steps, rules)
        if level < len(steps) and bounded and twin.immature(events, steps, rules, as_of):
            waiting += 1
        else:
            mature.append(level)
    assert found.immature == waiting
    assert found.counts == twin.counts(mature, len(steps))


@settings(max_examples=100, deadline=None)
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


def least_values(rows):
    """The value of each event: the least of those that are known."""
    found = {}
    for who, name, time, value in sorted(rows, key=lambda row: row[3] or "~"):
        found.setdefault((who, name, time), value)
    return found


@settings(max_examples=120, deadline=None)
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
    segments = list(segments_of(chains, least_values(rows), attribution, steps))
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


@settings(max_examples=120, deadline=None)
@given(rows, questions(), st.sampled_from([1, 2]))
def test_entries_are_attempts_one_after_the_other(rows, question, threads):
    steps, rules = question
    found = sf.count_steps(log_of(rows), steps, per="entry", threads=threads, **ask(rules, steps))
    levels = [
        len(chain) for events in by_entity(rows) for chain, _ in twin.attempts(events, steps, rules)
    ]
    assert found.counts == twin.counts(levels, len(steps))
    entities = [twin.level(events, steps, rules) for events in by_entity(rows)]
    pairs = zip(found.counts, twin.counts(entities, len(steps)), strict=True)
    assert all(entries >= who for entries, who in pairs)


@settings(max_examples=120, deadline=None)
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


def test_the_level_of_those_who_go_on_is_read_where_one_in_twenty_is_still_watched():
    """By hand: half go on at 1, the open ones leave at 2, and of eight that are left four at 3."""
    duration, event = np.repeat([[1, 2, 3, 4], [1, 0, 1, 0]], [100, 92, 4, 4], axis=1)
    assert waiting_quantiles(duration, event, (0.5, 0.8)) == [1, 1]
    # Of a hundred fewer the eight are one in twenty: 0.75 go on, four fifths of them by 3.
    duration, event = np.repeat([[1, 2, 3, 4], [1, 0, 1, 0]], [50, 42, 4, 4], axis=1)
    assert waiting_quantiles(duration, event, (0.5, 0.8)) == [1, 3]


@st.composite
def whole_questions(draw):
    """Every argument of count_steps at once, with what does not go together left out."""
    steps, rules = draw(questions())
    if draw(st.integers(0, 4)) == 0:
        rules = {"window": rules["window"], "order": "any", "exclude": []}
        if draw(st.booleans()):
            rules["exclude"] = [("x", 0, len(steps) - 1)]
    elif len(steps) > 2 and draw(st.booleans()):
        # A second exclusion, between other steps than the first.
        rules.setdefault("exclude", []).append((draw(st.sampled_from("xab")), 1, len(steps) - 1))
    per = "entity" if rules["order"] == "any" else draw(st.sampled_from(["entity", "entry"]))
    whose = draw(st.sampled_from(["first", "last", "all", 0, -1]))
    return {
        "steps": steps,
        "rules": rules,
        "per": per,
        "attribution": whose if isinstance(whose, str) else steps[whose],
        "as_of": draw(st.none() | st.integers(0, 11)),
    }


def units_of(events, q):
    """The chain of each unit of an entity, and whether it is immature."""
    steps, rules, as_of = q["steps"], q["rules"], q["as_of"]
    gaps = rules.get("step_windows", [])
    bounded = rules["window"] is not None or any(gap is not None for gap in gaps)
    probe = as_of if bounded else None
    if rules["order"] == "any":
        chain = twin.best_any(events, steps, rules)
        open_ = probe is not None and twin.immature_any(events, steps, rules, probe)
        return [(chain, open_)] if chain else []
    if q["per"] == "entry":
        return twin.attempts(events, steps, rules, probe)
    chain = twin.best_chain(events, steps, rules)
    open_ = probe is not None and twin.immature(events, steps, rules, probe)
    return [(chain, open_ and len(chain) < len(steps))] if chain else []


def segment_of(who, chain, values, q):
    """The segment of a unit: of the step asked for, else the first or last known value in time."""
    seen = [values[who, name, time] for time, name in chain]
    if q["attribution"] in q["steps"]:
        k = q["steps"].index(q["attribution"])
        return (seen[k] if k < len(seen) else None) or ""
    order = sorted(range(len(chain)), key=lambda k: chain[k][0])
    if q["attribution"] == "last":
        order.reverse()
    return next((seen[k] for k in order if seen[k] is not None), "")


def tallied(units, n):
    """Counts of the mature, and how many are immature."""
    mature = [len(chain) for chain, open_ in units if not open_]
    return twin.counts(mature, n), sum(open_ for _, open_ in units)


@settings(max_examples=150, deadline=None)
@given(valued_rows, whole_questions(), st.sampled_from([1, 2]))
def test_everything_at_once_against_every_chain_written_out(rows, q, threads):
    steps, n = q["steps"], len(q["steps"])
    log = log_of(rows, attributes={"value": [row[3] for row in rows]})
    found = sf.count_steps(
        log, steps, breakdown="value", attribution=q["attribution"], per=q["per"],
        as_of=q["as_of"], threads=threads, **ask(q["rules"], steps),
    )  # fmt: skip
    seen = max([row[2] for row in rows], default=0) if q["as_of"] is None else q["as_of"]
    rows = [row for row in rows if row[2] <= seen]
    values, people = least_values(rows), sorted({row[0] for row in rows})

    def units(who, *only):
        mine = {(t, name) for e, name, t, v in rows if e == who and (not only or v == only[0])}
        return [(who, chain, open_) for chain, open_ in units_of(mine, q)]

    whole = [unit for who in people for unit in units(who)]
    assert (found.counts, found.immature) == tallied([unit[1:] for unit in whole], n)
    segments = {}
    if q["attribution"] == "all":
        for who in people:
            for value in {row[3] for row in rows}:
                for unit in units(who, value):
                    segments.setdefault(value or "", []).append(unit[1:])
    else:
        for who, chain, open_ in whole:
            name = segment_of(who, chain, values, q)
            segments.setdefault(name, []).append((chain, open_))
    tally = {name: tallied(some, n) for name, some in segments.items()}
    assert dict(found.by_segment) == {name: counts for name, (counts, _) in tally.items()}
    assert dict(found.immature_by_segment) == {name: k for name, (_, k) in tally.items()}
    asked = {*steps, *(name for name, _, _ in q["rules"].get("exclude", ()))}
    if q["rules"]["order"] == "strict":
        asked = {*NAMES}
    events = [row[:3] for row in rows if row[1] in asked]
    assert (found.events, found.duplicates) == (len(events), len(events) - len(set(events)))
    if q["rules"]["order"] == "any":
        assert found.durations == ()
        return
    for k, duration in enumerate(found.durations):
        chains = [chain for _, chain, _ in whole if len(chain) > k]
        watched = twin.watched(chains, k, q["rules"], seen)
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
    value, time = rng.choice(np.array(["p", "q", None]), n), rng.integers(0, 300, n)
    entity, step = rng.integers(-50, 9000, n), rng.choice(list("abcxyz"), n)
    return sf.EventLog(entity, step, time, attributes={"value": value})


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
        for threads in range(1, 9)
    )
    assert one.counts[-1] > 0
    assert all(other == one for other in more)
    rows = np.random.default_rng(4).permutation(len(big_log))
    column = big_log.attribute("value")
    value = np.array([*column.values, None], dtype=object)[column.codes]
    mixed = sf.EventLog(
        big_log.entity[rows],
        np.array(big_log.steps)[big_log.step[rows]],
        big_log.time[rows],
        attributes={"value": value[rows]},
    )
    assert sf.count_steps(mixed, ["a", "b", "c"], threads=3, **question) == one


QUESTIONS = [
    {"window": 30},
    {"step_windows": [5, 20], "window": 22, "increasing": True, "as_of": 1300},
    {"order": "strict", "window": 9, "as_of": 1100},
    {"order": "any", "window": 20, "as_of": 1300, "exclude": ["x"]},
    {"per": "entry", "window": 40, "as_of": 1000},
    {"exclude": [("x", "b", "c")], "increasing": True, "window": 90},
]


def in_days(question):
    """The same question where a tick is a day."""
    changed = dict(question)
    for field in {"window", "step_windows"} & {*question}:
        spans = question[field]
        changed[field] = (
            [timedelta(days=d) for d in spans] if isinstance(spans, list) else timedelta(days=spans)
        )
    if "as_of" in question:
        changed["as_of"] = np.datetime64(question["as_of"], "D") + np.timedelta64(1, "ns")
    return changed


@pytest.mark.parametrize("whose", [None, "first", "last", "b", "all"])
@pytest.mark.parametrize("question", QUESTIONS, ids=str)
def test_other_ids_units_and_order_of_rows_change_nothing(question, whose):
    """Dense and wide ids, small and far times, whole days and odd nanoseconds take other ways."""
    rng = np.random.default_rng(len(str(question)))
    n = 2000
    day, who = rng.integers(0, 1500, n), rng.integers(0, n // 12, n)
    step = rng.choice(list("abcxyz"), n)
    value = np.array(["p", "q", None, "r"], dtype=object)[(day * 7 + who * 3 + (step == "a")) % 4]
    wide = rng.integers(-(2**62), 2**62, n)[who]
    mixed = rng.permutation(n)
    odd = day.astype("datetime64[D]").astype("datetime64[ns]") + np.timedelta64(1, "ns")
    more = {} if whose is None else {"breakdown": "value", "attribution": whose}

    def answer(who, time, question, rows=slice(None)):
        log = sf.EventLog(who[rows], step[rows], time[rows], attributes={"value": value[rows]})
        found = sf.count_steps(log, ["a", "b", "c"], threads=2, **question, **more)
        return {
            field: getattr(found, field)
            for field in ("counts", "by_segment", "immature", "immature_by_segment", "duplicates")
        }

    plain = answer(who, day, question)
    assert plain["counts"][0] > 20
    assert answer(who, day, question, mixed) == plain
    assert answer(wide, day, question, mixed) == plain
    assert answer(who.astype(str), day, question) == plain
    far = {**question, "as_of": question["as_of"] + 2**61} if "as_of" in question else question
    assert answer(who - 2**62, day + 2**61, far) == plain
    assert answer(who, odd, in_days(question)) == plain
    assert answer(wide, odd, in_days(question)) == plain


def test_the_value_of_a_step_is_not_that_of_an_event_after_the_last_observation():
    rows = [(0, "a", 0), (1, "b", 9), (1, "b", 1)]
    log = log_of(rows, attributes={"value": ["q", "late", "p"]})
    found = sf.count_steps(log, ["b"], breakdown="value", as_of=1)
    assert dict(found.by_segment) == {"p": (1,)}


def test_an_attempt_is_immature_while_a_later_start_within_it_can_go_on():
    """The start at 0 is too old at 15, but that at 8 takes the attempt over with c at 16."""
    rows = [(1, "a", 0), (1, "a", 8), (1, "b", 9), (1, "c", 16)]
    question = {"steps": ["a", "b", "c"], "window": 10, "per": "entry"}
    young = sf.count_steps(log_of(rows), as_of=15, **question)
    assert (young.counts, young.immature) == ((0, 0, 0), 1)
    late = sf.count_steps(log_of(rows), as_of=16, **question)
    assert (late.counts, late.immature) == ((1, 1, 1), 0)


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
