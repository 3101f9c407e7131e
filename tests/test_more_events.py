"""Events in files and dataframes that few send: JSON in odd forms, numbers as times, two ids."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import ArgumentError, SalesFunnelError, UnknownNameError

EVENTS = [
    {"user_id": "u1", "event": "visit", "time": "2026-01-01T10:00:00Z"},
    {"user_id": "u2", "event": "order", "time": "2026-01-02T11:30:00Z"},
]
NAIVE = dt.datetime.fromisoformat("2026-01-01")
FIRST = np.datetime64("2026-01-01T10:00:00")
CSV = "user_id,event,time\nu1,a,{}\nu2,b,{}\n"


def codes(log):
    return [fault.code for fault in log.faults if fault.code != "events-columns"]


def times(log):
    return [str(moment)[:21] for moment in log.columns()["time"]]


def written(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("name", "text", "rows", "said"),
    [
        ("a.ndjson", "\n\n".join(map(json.dumps, EVENTS)), 2, []),
        ("a.ndjson", json.dumps(EVENTS[0]) + "\n{bad\n[1]\n", 1, ["line-not-json"] * 2),
        ("a.json", json.dumps(EVENTS[0]), 1, []),
        ("a.json", json.dumps({"data": [], "events": EVENTS, "next": None}), 2, []),
        ("a.json", json.dumps({"data": EVENTS, "next": "page 2"}), 2, ["events-page-unfinished"]),
    ],
)
def test_json_in_odd_forms(tmp_path, name, text, rows, said):
    log = sf.read_events(written(tmp_path, name, text))
    assert len(log) == rows
    assert log.columns()["time"][0] == FIRST
    assert codes(log) == said


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", '[{"user_id": 1,', "must be JSON"),
        ("a.json", '[{"user_id": "u"}, 5]', "list of JSON objects"),
        ("a.json", '{"data": [5]}', "list of JSON objects"),
        ("a.ndjson", "{bad\n{worse\n", "must be JSON"),
        ("a.csv.gz", b"no gzip", "can be opened"),
        ("a.parquet", b"PAR1 no parquet", "can be opened"),
    ],
)
def test_damaged_files_are_refused_with_their_name(tmp_path, name, content, said):
    path = written(tmp_path, name, content)
    with pytest.raises(SalesFunnelError, match=said):
        sf.read_events(path)


def test_a_folder_without_events_and_a_parquet_file_that_is_too_large(tmp_path):
    written(tmp_path, "notes.pdf", b"%PDF")
    with pytest.raises(SalesFunnelError, match="files of events, got none"):
        sf.read_events(tmp_path)
    pandas = pytest.importorskip("pandas")
    pandas.DataFrame(EVENTS).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(SalesFunnelError, match="at most 10 bytes"):
        sf.read_events(tmp_path / "a.parquet", max_bytes=10)
    assert len(sf.read_events(tmp_path / "a.parquet", max_bytes=10**6)) == 2


def test_what_records_hold_inside_becomes_columns(tmp_path):
    more = {
        "a": {"b": {"c": {"d": {"e": 1}}}},
        "tags": ["x"],
        "none": [],
        "params": [{"key": "p", "value": {"s": None, "i": 3}}, {"key": "q", "value": 5}],
        "odd": [{"key": 1}],
    }
    log = sf.read_events(written(tmp_path, "a.json", json.dumps([EVENTS[0] | more])))
    held = {name: log.attributes[name] for name in log.attributes}
    assert set(held) == {"a.b.c.d", "none", "odd", "params.p", "params.q", "tags"}
    assert log.attribute("tags").values == ('["x"]',)
    assert log.attribute("a.b.c.d").values == ('{"e": 1}',)
    assert log.attribute("none").codes.tolist() == [-1]


def test_a_name_that_comes_twice_in_a_record_is_taken_once(tmp_path):
    text = json.dumps([EVENTS[0] | {"a": {"b": "inner"}, "a.b": "outer"}])
    log = sf.read_events(written(tmp_path, "a.json", text))
    assert log.attribute("a.b").values == ("inner",)


@pytest.mark.parametrize(
    ("first", "second", "want", "said"),
    [
        ("5", "9", ["5", "9"], ["times-plain-numbers"]),
        ("46023", "46024", ["46023", "46024"], ["times-plain-numbers"]),
        ("1767225600.5", "1767225601.25", ["2026-01-01T00:00:00.5", "2026-01-01T00:00:01.2"],
         ["times-since-1970"]),
        ("9" * 20, "2026-01-01", ["2026-01-01T00:00:00.0"], ["time-not-understood"]),
        ("soon", "2026-01-01", ["2026-01-01T00:00:00.0"], ["time-not-understood"]),
        ("2026-01-01 10:00 UTC", "2026-01-02", ["2026-01-01T10:00:00.0", "2026-01-02T00:00:00.0"],
         ["event-zones-mixed"]),
    ],
)  # fmt: skip
def test_numbers_and_words_in_the_column_of_times(first, second, want, said):
    log = sf.read_events(CSV.format(first, second))
    assert times(log) == want
    assert codes(log) == said


DAY = ["2026-01-01T00:00:00.0"]
COLUMNS = {
    "float": ([1767225600.5, np.nan], ["2026-01-01T00:00:00.5"],
              ["times-since-1970", "event-without-time"]),
    "whole": ([1767225600, 1767225660], [*DAY, "2026-01-01T00:01:00.0"], ["times-since-1970"]),
    "plain": ([5, 9], ["5", "9"], ["times-plain-numbers"]),
    "days": ([dt.date(2026, 1, 1), None], DAY, ["event-without-time"]),
    "mixed": ([46023.5, NAIVE], DAY, ["time-not-understood"]),
    "huge": (["9" * 20, NAIVE], DAY, ["time-not-understood"]),
    "nought": (["0", NAIVE], DAY, ["event-without-time"]),
    "second": (["1767225600", NAIVE], DAY * 2,
               ["event-zones-mixed", "times-since-1970"]),
    "halves": (["1767225600.5", NAIVE], ["2026-01-01T00:00:00.5", *DAY],
               ["event-zones-mixed", "times-since-1970"]),
    "moments": ([NAIVE, "2026-01-01"], DAY * 2, []),
}  # fmt: skip


@pytest.mark.parametrize("kind", COLUMNS)
@pytest.mark.parametrize("library", ["dict", "pandas", "records"])
def test_columns_of_times_of_every_kind(kind, library):
    column, want, said = COLUMNS[kind]
    data = {"user_id": ["u1", "u2"], "event": ["a", "b"], "time": column}
    if library == "pandas":
        data = pytest.importorskip("pandas").DataFrame(data)
    elif library == "records":
        data = [dict(zip(data, row, strict=True)) for row in zip(*data.values(), strict=True)]
    log = sf.read_events(data)
    assert times(log) == want
    assert codes(log) == said


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
@pytest.mark.parametrize("kind", ["category", "naive", "aware", "missing"])
def test_times_of_dataframes(library, kind):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"user_id": ["u1", "u2"], "event": ["a", "b"]})
    days = ["2026-01-01", None if kind == "missing" else "2026-01-02"]
    made = pandas.Categorical(days) if kind == "category" else pandas.to_datetime(days)
    frame["time"] = made.tz_localize("UTC") if kind == "aware" else made
    if library == "polars":
        frame = pytest.importorskip("polars").from_pandas(frame)
    elif library == "pyarrow":
        frame = pytest.importorskip("pyarrow").Table.from_pandas(frame)
    log = sf.read_events(frame)
    assert times(log) == (DAY if kind == "missing" else [*DAY, "2026-01-02T00:00:00.0"])


ROLES = ({"entity": 0, "step": 1, "time": 2}, {"entity": 0, "step": "event", "time": 2})


def test_columns_by_position_or_by_name_not_both():
    log = sf.read_events("u1,a,2026-01-01\nu2,b,2026-01-02\n", columns=ROLES[0])
    assert len(log) == 2
    with pytest.raises(ArgumentError, match="names, or positions from 0, not both"):
        sf.read_events(CSV.format("2026-01-01", "2026-01-02"), columns=ROLES[1])


def test_attributes_and_worksheets_that_are_named():
    text = "user_id,event,time,,,plan\nu1,a,2026-01-01,x,,pro\n"
    assert set(sf.read_events(text).attributes) == {"column 4", "plan"}
    assert set(sf.read_events(text, attributes="plan").attributes) == {"plan"}
    with pytest.raises(UnknownNameError, match="'attributes'"):
        sf.read_events(text, attributes="plans")
    with pytest.raises(ArgumentError, match="names of columns"):
        sf.read_events(text, attributes=5)
    with pytest.raises(UnknownNameError, match="worksheet"):
        sf.read_events(text, sheet="May")
    assert len(sf.read_events(text, sheet=0)) == 1


@pytest.mark.parametrize("other", [
    ["u1", None], [1, 2], [1.5, None], np.array(["a", "b"], dtype=object),
    [NAIVE, None],
])  # fmt: skip
def test_of_two_ids_the_one_that_is_filled_is_taken(other):
    """What is empty in half of the rows is not who did it."""
    pandas = pytest.importorskip("pandas")
    rows = {"event": ["a", "b"], "time": ["2026-01-01"] * 2}
    frame = pandas.DataFrame({"user_id": ["u1", "u2"], "customer_id": other, **rows})
    log = sf.read_events(frame)
    assert list(log.columns()["entity"]) == ["u1", "u2"]
    assert codes(log) == ["events-other-entities"]
    halves = pandas.DataFrame(
        {"user_id": pandas.Categorical(["u1", None]), "anonymous_id": ["z", "y"], **rows}
    )
    assert list(sf.read_events(halves).columns()["entity"]) == ["z", "y"]
