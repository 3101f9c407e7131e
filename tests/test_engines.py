"""count_steps in a database gives the same answer as in memory."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

import salesfunnel as sf
from salesfunnel.counting.query import make_query

pyarrow = pytest.importorskip("pyarrow")
ibis = pytest.importorskip("ibis")
pytest.importorskip("duckdb")
engines = pytest.importorskip("salesfunnel.engines")

# ibis calls what newer DuckDBs deprecate.
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow:DeprecationWarning")

START = datetime(2026, 3, 1)  # noqa: DTZ001 - naive on purpose
QUESTIONS = [
    {},
    {"window": 4},
    {"step_windows": 2},
    {"window": 6, "step_windows": [None, 3]},
    {"increasing": True, "window": 5},
    {"increasing": True, "step_windows": [2, 2]},
    {"window": 3, "as_of": 6},
    {"breakdown": "channel", "attribution": "all", "window": 5},
    {"breakdown": "channel", "attribution": "all", "window": 3, "as_of": 6},
    # What the query cannot say is counted in memory.
    {"breakdown": "channel", "attribution": "last"},
    {"order": "strict"},
    {"order": "any", "window": 4},
    {"exclude": ["x"]},
    {"per": "entry", "window": 4},
    {"step_windows": 2, "as_of": 6},
]


def make_rows(seed, n=400):
    rng = random.Random(seed)
    return {
        "entity": [rng.randrange(90) for _ in range(n)],
        "step": [rng.choice("abcx") for _ in range(n)],
        "time": [rng.randrange(10) for _ in range(n)],
        "channel": [rng.choice(["web", "fair", None]) for _ in range(n)],
    }


@pytest.fixture(scope="module")
def duckdb():
    connection = ibis.duckdb.connect()
    yield connection
    connection.disconnect()


def put(connection, name, rows):
    """Make a table of the database out of columns."""
    native = connection.con
    native.register("incoming", pyarrow.table(rows))
    quoted = name.replace('"', '""')
    native.execute(f'create or replace table "{quoted}" as select * from incoming')
    native.unregister("incoming")
    return connection.table(name)


def timed(rows, question):
    """The same rows and question with times of the calendar, a tick being a day."""
    rows = {**rows, "time": [START + timedelta(days=t) for t in rows["time"]]}
    days = {
        "window": lambda w: timedelta(days=w),
        "as_of": lambda t: START + timedelta(days=t),
        "step_windows": lambda g: (
            timedelta(days=g)
            if isinstance(g, int)
            else [None if x is None else timedelta(days=x) for x in g]
        ),
    }
    return rows, {k: days[k](v) if k in days else v for k, v in question.items()}


@pytest.mark.parametrize("calendar", [False, True], ids=["numbers", "times"])
@pytest.mark.parametrize("question", QUESTIONS, ids=str)
def test_duckdb_gives_the_same_answer(duckdb, question, calendar):
    rows = make_rows(seed=len(str(question)))
    if calendar:
        rows, question = timed(rows, question)
    table = put(duckdb, "events", rows)
    there = sf.count_steps(table, ["a", "b", "c"], **question)
    here = sf.count_steps(
        sf.EventLog(
            rows["entity"], rows["step"], rows["time"], attributes={"channel": rows["channel"]}
        ),
        ["a", "b", "c"],
        **question,
    )
    assert there.engine.startswith("duckdb")
    assert sum(here.counts) > 0
    for field in ("counts", "by_segment", "immature", "immature_by_segment", "duplicates"):
        assert getattr(there, field) == getattr(here, field), field
    assert there.events == here.events
    assert [d.advanced for d in there.durations] == [d.advanced for d in here.durations]
    assert [d.median for d in there.durations] == pytest.approx([d.median for d in here.durations])


def test_names_of_columns_and_steps_are_quoted(duckdb):
    odd = 'o\'drop "table" events; --'
    rows = {'who"s': [1, 1], "select": [odd, "b"], "from": [1, 2]}
    table = put(duckdb, 'odd "name"', rows)
    columns = {"entity": 'who"s', "step": "select", "time": "from"}
    assert sf.count_steps(table, [odd, "b"], columns=columns).counts == (1, 1)


def test_missing_values_and_unknown_steps_are_faults(duckdb):
    rows = {"entity": [1, None, 1], "step": ["a", "a", None], "time": [1, 2, 3]}
    table = put(duckdb, "gaps", rows)
    found = sf.count_steps(table, ["a", "bb"])
    assert found.counts == (1, 0)
    assert [(f.code, f.column) for f in found.faults] == [
        ("rows-without-value", "entity"),
        ("rows-without-value", "step"),
        ("step-never-occurs", "steps"),
    ]


def test_a_column_that_is_not_there_is_named_with_the_nearest(duckdb):
    table = put(duckdb, "short", {"entity": [1], "step": ["a"], "times": [1]})
    with pytest.raises(sf.errors.UnknownNameError, match="'time'") as error:
        sf.count_steps(table, ["a"])
    assert "times" in str(error.value)


@pytest.mark.parametrize("dialect", ["postgres", "clickhouse", "pyspark", "snowflake", "bigquery"])
def test_other_databases_get_a_query_in_their_dialect(dialect):
    """Only written, not run: DuckDB alone is run here."""
    table = ibis.table({"entity": "int64", "step": "string", "time": "timestamp"}, name="events")
    query = make_query(
        ["a", "b"], window="14D", step_windows=None, order="ordered", exclude=(), breakdown=None,
        attribution="first", increasing=False, per="entity", as_of=None,
    )  # fmt: skip
    text = engines.step_sql(table, query, dialect=dialect)
    assert "PARTITION BY" in text
    assert "UNBOUNDED PRECEDING" in text
