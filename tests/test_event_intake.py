"""Columns of events from every library: no null becomes a value, no value is bent, no stray error.

Each test has the same four rows in mind: two customers who view and order, and what may be missing.
"""

from __future__ import annotations

import copy
import csv
import io
import pickle
import uuid
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import salesfunnel as sf

NOON = datetime(2026, 5, 1, 12)  # noqa: DTZ001 - naive on purpose
AWARE = NOON.replace(tzinfo=timezone.utc)
FAR = 2**60 + 1
"""A whole number that no float can hold."""


def of(library, values, kind=None):
    """A column of a library; `kind` in its own words."""
    if library == "pandas":
        return pytest.importorskip("pandas").Series(values, dtype=kind)
    if library == "polars":
        polars = pytest.importorskip("polars")
        return polars.Series(values, dtype=None if kind is None else getattr(polars, kind))
    arrow = pytest.importorskip("pyarrow")
    array = arrow.array(values, kind)
    return array if library == "array" else arrow.chunked_array([array, array.slice(0, 0)])


def frame_of(column, role):
    """A dataframe of the column's library with this column in a role."""
    rows = {"entity": [1, 1], "step": ["a", "b"], "time": [1, 2]}
    library = type(column).__module__.partition(".")[0]
    if library == "pandas":
        return pytest.importorskip("pandas").DataFrame({**rows, role: column})
    if library == "polars":
        return pytest.importorskip("polars").DataFrame({**rows, role: column})
    return pytest.importorskip("pyarrow").table({**rows, role: column})


def log_of(column, role):
    rows = {"entity": [1, 1], "step": ["a", "b"], "time": [1, 2]}
    return sf.EventLog(**{**rows, role: column})


def both(column, role):
    """The log of a bare column and that of a dataframe: they must be the same."""
    one, two = log_of(column, role), sf.EventLog.from_frame(frame_of(column, role))
    assert one == two
    return one


WITH_NULL = [
    ("pandas", [7, None], "Int64", 7),
    ("pandas", [FAR, None], "int64[pyarrow]", FAR),
    ("pandas", [7.0, None], None, 7),
    ("pandas", ["x", None], "string", "x"),
    ("pandas", ["x", None], "string[pyarrow]", "x"),
    ("pandas", ["x", None], "object", "x"),
    ("pandas", ["x", None], "category", "x"),
    ("pandas", [True, None], "boolean", "true"),
    ("polars", [FAR, None], None, FAR),
    ("polars", [2**64 - 1, None], "UInt64", 2**64 - 1),
    ("polars", ["x", None], "Categorical", "x"),
    ("polars", ["x", None], None, "x"),
    ("polars", [True, None], None, "true"),
    ("array", [FAR, None], None, FAR),
    ("array", ["x", None], "string_view", "x"),
    ("array", [b"x", None], None, "x"),
    ("array", [Decimal("1.5"), None], None, "1.5"),
    ("array", [1.0, None], None, 1),
    ("chunked", [FAR, None], None, FAR),
    ("chunked", ["x", None], None, "x"),
    ("chunked", [date(2026, 5, 1), None], None, "2026-05-01"),
    ("chunked", [AWARE, None], None, "2026-05-01T12:00:00Z"),
]


@pytest.mark.parametrize("role", ["entity", "step"])
@pytest.mark.parametrize(("library", "values", "kind", "plain"), WITH_NULL, ids=str)
def test_a_null_is_a_fault_and_the_value_beside_it_is_kept(library, values, kind, plain, role):
    if library == "array" and kind == "string_view":
        kind = pytest.importorskip("pyarrow").string_view()
    log = both(of(library, values, kind), role)
    assert log.columns()[role].tolist() == [plain]
    assert [(f.code, f.row) for f in log.faults] == [(f"event-without-{role}", 2)]


@pytest.mark.parametrize("library", ["array", "chunked"])
def test_dictionary_columns_keep_their_nulls(library):
    arrow = pytest.importorskip("pyarrow")
    words = arrow.array(["b", None, "a"]).dictionary_encode()
    column = words if library == "array" else arrow.chunked_array([words, words])
    times = range(3 if library == "array" else 6)
    log = sf.EventLog([1] * len(times), column, times)
    assert log.steps == ("a", "b")
    assert [f.row for f in log.faults] == ([2] if library == "array" else [2, 5])
    empty = arrow.chunked_array([], arrow.dictionary(arrow.int8(), arrow.string()))
    assert len(sf.EventLog([], empty, [])) == 0


def test_categoricals_of_polars_keep_their_names():
    polars = pytest.importorskip("polars")
    step = polars.Series(["late", "early", None], dtype=polars.Enum(["late", "early"]))
    log = sf.EventLog([1, 1, 1], step, [1, 2, 3])
    assert log.columns()["step"].tolist() == ["late", "early"]
    assert log.faults[0].row == 3


EAST = timezone(timedelta(hours=8))
TIMES = [
    ("pandas", [NOON, None], None, False),
    ("pandas", [AWARE, None], None, True),
    ("pandas", [AWARE.astimezone(EAST), None], None, True),
    ("pandas", [AWARE, None], "category", True),
    ("pandas", [NOON.isoformat(), None], "category", False),
    ("pandas", [NOON.isoformat(), None], "string[pyarrow]", False),
    ("pandas", [NOON, None], "timestamp[ns][pyarrow]", False),
    ("polars", [NOON, None], None, False),
    ("polars", [AWARE.astimezone(EAST), None], None, True),
    ("polars", [NOON.isoformat(), None], None, False),
    ("polars", [AWARE.isoformat(), None], "Categorical", True),
    ("array", [NOON, None], None, False),
    ("array", [AWARE.astimezone(EAST), None], None, True),
    ("chunked", [AWARE, None], None, True),
    ("chunked", [AWARE.isoformat(), None], None, True),
]


@pytest.mark.parametrize(("library", "values", "kind", "aware"), TIMES, ids=str)
def test_times_keep_their_zone_and_their_nulls(library, values, kind, aware):
    log = both(of(library, values, kind), "time")
    assert log.aware == aware
    assert log.columns()["time"].astype("datetime64[us]").tolist() == [NOON]
    assert [(f.code, f.row) for f in log.faults] == [("event-without-time", 2)]


def test_an_aware_column_with_naive_ones_is_refused_whatever_the_library():
    polars = pytest.importorskip("polars")
    log = sf.EventLog([1], ["a"], polars.Series([AWARE]))
    with pytest.raises(sf.errors.ArgumentError, match="as_of"):
        sf.count_steps(log, ["a"], as_of=NOON)


@pytest.mark.parametrize(
    "times",
    [
        [np.datetime64(1, "ns"), np.datetime64(2, "ns")],
        "timestamps",
        "objects",
    ],
    ids=str,
)
def test_nanoseconds_are_kept(times):
    if isinstance(times, str):
        pandas = pytest.importorskip("pandas")
        moments = [pandas.Timestamp(1), pandas.Timestamp(2)]
        times = moments if times == "timestamps" else pandas.Series(moments, dtype=object)
    log = sf.EventLog([1, 1], ["a", "b"], times)
    assert (log.unit, log.time.tolist()) == ("ns", [1, 2])
    one = np.timedelta64(1, "ns")
    assert sf.count_steps(log, ["a", "b"], window=one).counts == (1, 1)
    assert sf.count_steps(log, ["a", "b"], window=0 * one).counts == (1, 0)
    found = sf.count_steps(log, ["a", "b"], window=one, as_of=np.datetime64(1, "ns"))
    assert (found.counts, found.immature) == ((0, 0), 1)
    assert [f.code for f in found.faults] == ["events-after-as-of"]
    assert sf.count_steps(log, ["a", "b"], window=one, as_of=np.datetime64(2, "ns")).counts == (
        1, 1,
    )  # fmt: skip


def test_aware_times_of_other_centuries_do_not_wrap():
    pandas = pytest.importorskip("pandas")
    days = np.array(["1000-01-01", "9000-01-01"], dtype="datetime64[s]")
    log = sf.EventLog([1, 1], ["a", "b"], pandas.Series(days).dt.tz_localize("UTC"))
    assert log.aware
    assert log.columns()["time"].astype("datetime64[D]").astype(str).tolist() == [
        "1000-01-01", "9000-01-01",
    ]  # fmt: skip


def test_units_of_several_ticks_and_calendar_units_keep_their_times():
    ten = np.array([1, 2]).astype("datetime64[10s]")
    assert sf.EventLog([1, 1], ["a", "b"], ten).time.tolist() == [10, 20]
    week = np.array(["2026-05-07", "2026-05-14"], dtype="datetime64[W]")
    assert np.diff(sf.EventLog([1, 1], ["a", "b"], week).time).tolist() == [7 * 86400]
    month = np.array(["2026-05", "2026-06"], dtype="datetime64[M]")
    assert np.diff(sf.EventLog([1, 1], ["a", "b"], month).time).tolist() == [31 * 86400]


@pytest.mark.parametrize(
    "times",
    [
        np.array([5, 2**63 + 5], dtype=np.uint64),
        np.array([5, np.inf]),
        np.array([5, 1e19]),
        [5, 2**70],
        [5, float("inf")],
        np.array([5, 2**60]).astype("datetime64[D]"),
    ],
    ids=str,
)
def test_times_that_do_not_fit_are_refused_with_their_row(times):
    with pytest.raises(sf.errors.DataError, match="at row 2"):
        sf.EventLog([1, 1], ["a", "b"], times)


def test_logs_of_units_too_far_apart_do_not_add_up_to_other_times():
    late = sf.EventLog([1], ["a"], np.array(["3000-01-01"], dtype="datetime64[s]"))
    fine = sf.EventLog([1], ["b"], np.array(["2000-01-01"], dtype="datetime64[ns]"))
    with pytest.raises(sf.errors.DataError, match="64 bits"):
        _ = late + fine


@pytest.mark.parametrize(
    ("ids", "kept"),
    [
        ([-(2**63), 2**63 - 1], [-(2**63), 2**63 - 1]),
        (np.array([2**63, 2**64 - 1], dtype=np.uint64), [2**63, 2**64 - 1]),
        ([2**70, 5], [2**70, 5]),
        ([uuid.UUID(int=1), uuid.UUID(int=2)], [str(uuid.UUID(int=1)), str(uuid.UUID(int=2))]),
        ([b"x", b"\xff\x00"], ["x", "b'\\xff\\x00'"]),
        (np.array([b"x", b"\xff"]), ["x", "b'\\xff'"]),
        ([1.5, 2.0], [1.5, 2]),
        ([True, 1], ["true", 1]),
        (["1", 1], ["1", 1]),
        (["x\0", "x"], ["x\0", "x"]),
        (np.array([1, 0], dtype=bool), ["true", "false"]),
        (np.array([7, 8], dtype=">i4"), [7, 8]),
    ],
    ids=str,
)
def test_ids_of_every_kind_stay_apart(ids, kept):
    log = sf.EventLog(ids, ["a", "a"], [1, 2])
    assert log.columns()["entity"].tolist() == kept
    assert sf.count_steps(log, ["a"]).counts == (2,)
    twice = log + log
    assert twice.columns()["entity"].tolist() == kept * 2
    assert sf.count_steps(twice, ["a"]).counts == (2,)


def test_masked_arrays_keep_what_is_masked_out():
    masked = np.ma.masked_array([1, 2, 3], [0, 1, 0])
    for role in ("entity", "step", "time"):
        rows = {"entity": [1, 2, 3], "step": ["a", "b", "c"], "time": [1, 2, 3], role: masked}
        log = sf.EventLog(**rows)
        assert [(f.code, f.row) for f in log.faults] == [(f"event-without-{role}", 2)]
        assert log.columns()[role].tolist() == [1, 3]
    days = np.ma.masked_array(np.array(["2026-05-01"] * 2, dtype="datetime64[D]"), [0, 1])
    assert sf.EventLog([1, 1], ["a", "b"], days).faults[0].row == 2


def test_values_written_alike_are_one_segment():
    log = sf.EventLog([1, 2, 3], ["a"] * 3, [1, 2, 3], attributes={"v": ["1", 1, 1.0]})
    found = sf.count_steps(log, ["a"], breakdown="v")
    assert (found.counts, dict(found.by_segment)) == ((3,), {"1": (3,)})


def test_days_are_segments_by_their_date():
    day = np.array(["2026-05-01", "2026-05-02"], dtype="datetime64[ns]")
    log = sf.EventLog([1, 2], ["a", "a"], [1, 2], attributes={"day": day})
    found = sf.count_steps(log, ["a"], breakdown="day")
    assert dict(found.by_segment) == {"2026-05-01": (1,), "2026-05-02": (1,)}


def test_an_attribute_called_like_a_column_does_not_hide_it():
    frame = {"user": [1], "step": ["a"], "time": [9], "server_time": [5]}
    log = sf.EventLog.from_frame(frame, columns={"entity": "user", "time": "server_time"})
    assert log.columns()["time"].tolist() == [5]
    assert log.columns()["time_attribute"].tolist() == [9]
    with pytest.raises(sf.errors.DataError, match="time 2, time 3"):
        sf.EventLog([1, 1], ["a", "b"], [1, 2], attributes={"time": ["x", "y", "z"]})


@pytest.mark.parametrize(
    "empty",
    [
        sf.EventLog([], [], []),
        sf.EventLog([None], ["a"], [NOON]),
        sf.EventLog([1], ["a"], [None]),
        {"entity": [], "step": [], "time": []},
    ],
    ids=["none", "no entity", "no time", "columns"],
)
@pytest.mark.parametrize(
    "question",
    [{"window": "14D"}, {"window": 14}, {"window": "14D", "as_of": "2026-05-01"}, {"as_of": 3}],
    ids=str,
)
def test_a_log_without_events_answers_every_question_with_nobody(empty, question):
    found = sf.count_steps(empty, ["a", "b"], **question)
    assert (found.counts, found.immature, found.duplicates) == ((0, 0), 0, 0)
    assert [(d.entered, d.median) for d in found.durations] == [(0, None)]
    assert {f.code for f in found.faults} >= {"step-never-occurs"}


def test_one_event_and_events_out_of_order():
    assert sf.count_steps(sf.EventLog([1], ["a"], [NOON]), ["a", "b"], window="1D").counts == (1, 0)
    shuffled = sf.EventLog([1, 1, 1], ["c", "a", "b"], [3, 1, 2])
    assert sf.count_steps(shuffled, ["a", "b", "c"]).counts == (1, 1, 1)


@pytest.mark.parametrize("order", ["ordered", "strict"])
def test_three_hundred_step_names(order):
    names = [f"s{i:03}" for i in range(300)]
    log = sf.EventLog([1] * 300, names, range(300))
    assert sf.count_steps(log, names, order=order).counts == (1,) * 300
    assert sf.count_steps(log, names[5:8], order=order).counts == (1, 1, 1)


def test_records_and_rows_of_a_csv_file():
    text = (
        "user,what,when,channel\nann,view,2026-05-01,ads\nann,order,2026-05-03,\n"
        ",view,2026-05-01,\n"
    )
    columns = {"entity": "user", "step": "what", "time": "when"}
    log = sf.EventLog.from_records(csv.DictReader(io.StringIO(text)), columns=columns)
    assert [(f.code, f.row) for f in log.faults] == [("event-without-entity", 3)]
    assert sf.count_steps(log, ["view", "order"], window="2D").counts == (1, 1)
    assert list(log.attributes) == ["channel"]
    some = ({"entity": i, "step": "view", "time": i} for i in range(3))
    assert len(sf.EventLog.from_records(some)) == 3
    assert len(sf.EventLog.from_records([])) == 0
    with pytest.raises(sf.errors.UnknownNameError, match="'entity'"):
        sf.EventLog.from_records([{"entty": 1}])
    for wrong in ("x", {"entity": [1]}, [1], 5):
        with pytest.raises(sf.errors.DataError, match="'records'"):
            sf.EventLog.from_records(wrong)


def test_all_columns_that_are_not_there_are_named_with_the_nearest():
    with pytest.raises(sf.errors.UnknownNameError, match="got none for 'step', 'time'") as error:
        sf.EventLog.from_frame({"user": [1], "steps": ["a"], "tme": [1]})
    assert error.value.hint == (
        "say which column it is: columns={'entity': 'user', 'step': ..., 'time': ...};"
        " the columns are 'user', 'steps', 'tme'"
    )
    with pytest.raises(sf.errors.UnknownNameError, match="got 'chanel'") as error:
        sf.EventLog.from_frame(
            {"entity": [1], "step": ["a"], "time": [1], "channel": ["x"]}, attributes=["chanel"]
        )
    assert error.value.hint == "did you mean 'channel'?"


def test_a_column_that_nobody_asked_for_is_told_how_to_leave_out():
    frame = {"entity": [1], "step": ["a"], "time": [1], "items": [["x", "y"]], "v": ["p"]}
    with pytest.raises(sf.errors.DataError, match="'items'") as error:
        sf.EventLog.from_frame(frame)
    assert "attributes=" in error.value.hint
    assert list(sf.EventLog.from_frame(frame, attributes=["v"]).attributes) == ["v"]
    assert sf.count_steps(frame, ["a"], breakdown="v").counts == (1,)


def test_columns_are_of_no_use_to_a_log():
    with pytest.raises(sf.errors.ArgumentError, match="'columns'"):
        sf.count_steps(sf.EventLog([1], ["a"], [1]), ["a"], columns={"entity": "who"})


def test_a_list_of_records_is_told_where_to_go():
    with pytest.raises(sf.errors.DataError, match="from_records"):
        sf.count_steps([{"entity": 1, "step": "a", "time": 1}], ["a"])


@pytest.mark.parametrize("library", ["list", "polars"])
def test_a_log_can_be_copied_and_sent_to_another_process(library):
    who = ["ann", "bob", "ann"]
    log = sf.EventLog(
        who if library == "list" else of("polars", who), ["a", "a", "b"], [1, 2, 3],
        attributes={"v": ["p", None, "q"]},
    )  # fmt: skip
    for again in (pickle.loads(pickle.dumps(log)), copy.deepcopy(log)):
        assert again == log
        assert sf.count_steps(again, ["a", "b"], breakdown="v") == sf.count_steps(
            log, ["a", "b"], breakdown="v"
        )
        with pytest.raises(ValueError, match="read-only"):
            again.time[0] = 5


odd = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3),
    st.binary(max_size=2), st.datetimes(), st.dates(), st.timedeltas(), st.decimals(), st.uuids(),
    st.just(np.datetime64("NaT", "us")), st.just(np.timedelta64(3, "Y")), st.just("2026-05-01"),
    st.lists(st.integers(), max_size=2), st.just({}), st.just(object()),
)  # fmt: skip
odd_columns = st.one_of(odd, st.lists(odd, max_size=3), st.sets(st.integers(), max_size=2))


@settings(max_examples=300, deadline=None)
@given(odd_columns, odd_columns, odd_columns, odd_columns)
def test_no_column_raises_anything_but_our_errors(entity, step, time, attribute):
    try:
        log = sf.EventLog(entity, step, time, attributes={"v": attribute})
    except sf.errors.SalesFunnelError:
        return
    assert sf.count_steps(log, ["a"], breakdown="v").counts[0] <= len(log)
    assert len(log) + len({f.row for f in log.faults}) == log.rows


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(
        ["steps", "window", "step_windows", "order", "exclude", "breakdown", "attribution",
         "increasing", "per", "as_of", "threads", "columns"]
    ),
    odd_columns,
    st.booleans(),
)  # fmt: skip
def test_no_argument_raises_anything_but_our_errors(field, value, calendar):
    times = [NOON, NOON] if calendar else [1, 2]
    log = sf.EventLog([1, 1], ["a", "b"], times, attributes={"v": ["p", "q"]})
    if field == "threads" and isinstance(value, int) and value > 4:
        return
    given = {"steps": ["a", "b"], "breakdown": "v", field: value}
    try:
        found = sf.count_steps(log, given.pop("steps"), **given)
    except sf.errors.SalesFunnelError:
        return
    assert found.counts[0] <= 1
    assert found.durations is not None


@settings(max_examples=200, deadline=None)
@given(st.one_of(odd_columns, st.dictionaries(st.text(max_size=4), odd_columns, max_size=3)))
def test_no_source_raises_anything_but_our_errors(source):
    with pytest.raises(sf.errors.SalesFunnelError):
        sf.count_steps(source, ["a"])


@pytest.mark.parametrize("how", ["plain", "lazy", "wrapped", "wrapped and lazy"])
def test_polars_columns_of_objects_are_no_addresses(how):
    """A column that begins with None in a numpy array of objects is one of Polars objects."""
    polars = pytest.importorskip("polars")
    objects = np.array([None, "web", "mail", "web"], dtype=object)
    frame = polars.DataFrame(
        {"entity": [1, 1, 2, 3], "step": ["a", "b", "a", "a"], "time": [0, 1, 2, 3]}
    ).with_columns(channel=polars.Series(objects, dtype=polars.Object))
    if "lazy" in how:
        frame = frame.lazy()
    if "wrapped" in how:
        frame = pytest.importorskip("narwhals").from_native(frame)
    found = sf.count_steps(frame, ["a", "b"], breakdown="channel")
    assert dict(found.by_segment) == {"web": (2, 1), "mail": (1, 0)}
    assert sf.EventLog.from_frame(frame).attribute("channel").values == ("mail", "web")


@pytest.mark.parametrize(
    ("what", "hint"),
    [
        ("events.csv", "read_events.* reads"),
        (Path("events.csv"), "read_events.* reads"),
        ([{"entity": 1, "step": "a", "time": 1}], "EventLog.from_records"),
        (None, "EventLog.from_records"),
    ],
)
def test_what_is_no_dataframe_says_what_to_do(what, hint):
    with pytest.raises(sf.errors.DataError, match=rf"'events' must be (?s:.*){hint}"):
        sf.count_steps(what, ["a"])


@pytest.mark.parametrize("kind", ["dict", "pandas", "category"])
def test_all_values_that_are_no_times_are_named_at_once(kind):
    times = ["2026-05-01", "soon", None, "2026-05-02T10:00", "31/05/2026", "soon"]
    rows = {"entity": [1] * 6, "step": ["a"] * 6, "time": times}
    told = "'time' must hold times, got 'soon' at row 2, '31/05/2026' at row 5"
    if kind != "dict":
        frame = pytest.importorskip("pandas").DataFrame(rows)
        rows = frame.astype({"time": "category"}) if kind == "category" else frame
    with pytest.raises(sf.errors.DataError) as caught:
        sf.EventLog.from_frame(rows)
    # A category is told once, where it comes first.
    assert caught.value.message == told + (", 'soon' at row 6" if kind != "category" else "")
    with pytest.raises(sf.errors.DataError, match=r"'20' at row 20 and 30 more"):
        sf.EventLog([1] * 50, ["a"] * 50, [f"{n + 1}" for n in range(50)])


def test_a_frame_with_other_names_is_told_how_to_name_them():
    with pytest.raises(sf.errors.UnknownNameError, match=r"columns=\{'entity': \.\.\., 'step'"):
        sf.count_steps({"whom": [1], "step": ["a"], "time": [1]}, ["a"])
    with pytest.raises(sf.errors.DataError, match=r"csv\.DictReader"):
        sf.EventLog.from_records(["entity,step,time"])


def test_text_of_polars_is_counted_as_the_same_text_in_a_list():
    polars = pytest.importorskip("polars")
    rng = np.random.default_rng(4)
    names = [
        None,
        "",
        " ",
        "\u3000",
        "\u2003x",
        "中文客户",
        "客户" * 9,
        "a\0b",
        "b" * 70,
        "é",
        "ab",
    ]
    names += [f"customer-{number}" for number in range(400)]
    drawn = [names[k] for k in rng.integers(0, len(names), 5000).tolist()]
    step, time = rng.choice(["a", "b", "c"], 5000), rng.integers(0, 1000, 5000)
    kept = rng.permutation(5000)[:4000]
    plain = [drawn[k] for k in kept.tolist()]
    for leave_out in ((), ("a\0b",), ("a\0b", "b" * 70), (None, "a\0b", "b" * 70)):
        good = np.array([name not in leave_out for name in plain])
        rows = kept[good]
        known = [name for name in plain if name not in leave_out]
        mine = sf.EventLog(polars.Series(drawn).gather(rows), step[rows], time[rows])
        pieces = polars.concat([polars.Series(known[:7]), polars.Series(known[7:])], rechunk=False)
        again = sf.EventLog(pieces[2:], step[rows][2:], time[rows][2:])
        yours = sf.EventLog(known, step[rows], time[rows])
        assert mine == yours
        assert mine.faults == yours.faults
        assert again == sf.EventLog(known[2:], step[rows][2:], time[rows][2:])
        for log in (mine, yours):
            assert sf.count_steps(log, ["a", "b", "c"], window=300).counts == (
                sf.count_steps(yours, ["a", "b", "c"], window=300).counts
            )
