"""count_steps in DuckDB gives the same answer as in memory; other dialects get a query."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

import salesfunnel as sf
from engine_rows import (
    FETCHED,
    HOSTILE,
    SPOKEN,
    STEPS,
    asked,
    in_memory,
    make_rows,
    query_of,
    same_answer,
)

pyarrow = pytest.importorskip("pyarrow")
ibis = pytest.importorskip("ibis")
pytest.importorskip("duckdb")
engines = pytest.importorskip("salesfunnel.counting.in_database")

# ibis calls what newer DuckDBs deprecate.
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow:DeprecationWarning")


@pytest.fixture(scope="module")
def duckdb():
    connection = ibis.duckdb.connect()
    # A zone with summer time: on 2026-03-29 Berlin has a day of 23 hours.
    connection.raw_sql("set timezone = 'Europe/Berlin'")
    yield connection
    connection.disconnect()


def put(connection, name, rows):
    """Make a table of the database out of columns."""
    native = connection.con
    native.register("incoming", rows if isinstance(rows, pyarrow.Table) else pyarrow.table(rows))
    quoted = name.replace('"', '""')
    native.execute(f'create or replace table "{quoted}" as select * from incoming')
    native.unregister("incoming")
    return connection.table(name)


@pytest.mark.parametrize("kind", ["numbers", "naive", "aware"])
@pytest.mark.parametrize("question", SPOKEN + FETCHED, ids=str)
def test_duckdb_gives_the_same_answer(duckdb, question, kind):
    rows, question = asked(len(str(question)), question, kind)
    there = sf.count_steps(put(duckdb, "events", rows), STEPS, **question)
    here = in_memory(rows, question)
    assert there.engine == (
        "duckdb" if engines.speaks(query_of(STEPS, **question)) else "duckdb, numpy"
    )
    assert sum(here.counts) > 0
    same_answer(there, here)


def test_a_window_is_so_many_hours_where_a_day_of_the_zone_has_23(duckdb):
    moment = datetime(2026, 3, 28, 12, tzinfo=timezone.utc)
    rows = {"entity": [1, 1], "step": ["a", "b"]}
    for hours, counts in ((24, (1, 1)), (25, (1, 0))):
        times = {"time": [moment, moment + timedelta(hours=hours)]}
        table = put(duckdb, "events", {**rows, **times})
        assert sf.count_steps(table, ["a", "b"], window="1D").counts == counts
    fine = {"time": [moment, moment + timedelta(microseconds=1500)]}
    table = put(duckdb, "events", {**rows, **fine})
    assert sf.count_steps(table, ["a", "b"], window=timedelta(microseconds=1500)).counts == (1, 1)
    assert sf.count_steps(table, ["a", "b"], window=timedelta(microseconds=1499)).counts == (1, 0)


@pytest.mark.parametrize("calendar", [False, True])
def test_windows_without_end_are_no_bound(duckdb, calendar):
    rows = make_rows(3)
    window = timedelta.max if calendar else 10**30
    if calendar:
        rows, _ = asked(3, {}, "naive")
    table = put(duckdb, "events", rows)
    assert sf.count_steps(table, STEPS, window=window).counts == sf.count_steps(table, STEPS).counts


def test_names_of_columns_and_steps_are_quoted(duckdb):
    odd = HOSTILE[0]
    rows = {'who"s': [1, 1], "select": [odd, "b"], "from": [1, 2]}
    table = put(duckdb, 'odd "name"', rows)
    columns = {"entity": 'who"s', "step": "select", "time": "from"}
    assert sf.count_steps(table, [odd, "b"], columns=columns).counts == (1, 1)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_only_names(duckdb, name):
    rows = {
        "entity": [1, 1, 2],
        "step": [name, "b", name],
        "time": [1, 2, 3],
        name: ["p", name, None],
    }
    table = put(duckdb, "events", rows)
    found = sf.count_steps(table, [name, "b"], breakdown=name, attribution="all")
    assert (found.counts, found.engine) == ((2, 1), "duckdb")
    assert dict(found.by_segment) == {"p": (1, 0), "": (1, 0)}
    assert sf.count_steps(table, [name, "b"], exclude=[name]).counts == (2, 1)


@pytest.mark.parametrize("name", ["a\0b", 7, 2**70, ""], ids=repr)
def test_names_that_no_row_can_have_are_counted_as_nobody(duckdb, name):
    table = put(duckdb, "events", {"entity": [1], "step": ["a"], "time": [1]})
    found = sf.count_steps(table, ["a", name])
    assert found.counts == (1, 0)
    assert [f.code for f in found.faults] == ["step-never-occurs"]
    numbers = put(duckdb, "events", {"entity": [1, 1], "step": [5, 7], "time": [1, 2]})
    assert sf.count_steps(numbers, [5, "7"]).counts == (1, 0)
    assert sf.count_steps(numbers, [5, 7]).counts == (1, 1)


def test_blank_texts_and_nan_are_missing_as_in_memory(duckdb):
    rows = {
        "entity": ["ann", "ann", " ", "", None, "bob"],
        "step": ["a", "b", "a", "a", "a", ""],
        "time": [1, 2, 3, 4, 5, 6],
        "channel": ["", "  ", "web", None, None, "web"],
    }
    there = sf.count_steps(
        put(duckdb, "events", rows), ["a", "b"], breakdown="channel", attribution="all"
    )
    assert (there.counts, dict(there.by_segment)) == ((1, 1), {"": (1, 1)})
    assert [(f.column, dict(f.params)["n"]) for f in there.faults] == [("entity", 3), ("step", 1)]
    numbers = {"entity": [1.0, float("nan")], "step": ["a", "a"], "time": [1, 2]}
    assert sf.count_steps(put(duckdb, "events", numbers), ["a"]).counts == (1,)


@pytest.mark.parametrize(
    "values",
    [
        [True, False, None],
        [1.0, 1.5, None],
        [3, 4, None],
        [datetime(2026, 5, 1).date(), datetime(2026, 5, 2).date(), None],  # noqa: DTZ001
        [datetime(2026, 5, 1, 3), datetime(2026, 5, 2), None],  # noqa: DTZ001
    ],
    ids=str,
)
def test_segments_are_called_as_in_memory(duckdb, values):
    rows = {"entity": [1, 2, 3], "step": ["a"] * 3, "time": [1, 2, 3], "v": values}
    arrow = pyarrow.table(rows)
    here = sf.count_steps(arrow, ["a"], breakdown="v", attribution="all")
    there = sf.count_steps(put(duckdb, "events", arrow), ["a"], breakdown="v", attribution="all")
    assert list(there.by_segment.items()) == list(here.by_segment.items())


@pytest.mark.parametrize(
    "kind", ["enum('a', 'b')", "varchar", "boolean", "uuid", "date", "integer", "smallint"]
)
def test_columns_of_every_kind(duckdb, kind):
    values = {
        "boolean": ("true", "false"),
        "uuid": [f"00000000-0000-0000-0000-00000000000{i}" for i in (1, 2)],
        "date": ("2026-05-01", "2026-05-02"), "integer": (1, 2), "smallint": (1, 2),
    }.get(kind, ("a", "b"))  # fmt: skip
    duckdb.raw_sql(
        "create or replace table kinds as select * from (values"
        f" ('{values[0]}'::{kind}, '{values[0]}'::{kind}, date '2026-05-01'),"
        f" ('{values[0]}'::{kind}, '{values[1]}'::{kind}, date '2026-05-03')) t(entity, step, time)"
    )
    table = duckdb.table("kinds")
    for question, counts in (({"window": "2D"}, (1, 1)), ({"window": "1D"}, (1, 0))):
        assert sf.count_steps(table, values, **question).counts == counts
        assert sf.count_steps(table, values, order="strict", **question).counts == counts
    found = sf.count_steps(table, values, window="2D", as_of="2026-05-02")
    assert (found.counts, found.immature) == ((0, 0), 1)


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


@pytest.mark.parametrize(
    ("rows", "question"),
    [
        ({"time": ["2026-05-01", "2026-05-02"]}, {}),
        ({"time": [1.5, 2.5]}, {}),
        ({"time": [True, False]}, {}),
        ({"step": [1.5, 2.5]}, {}),
        ({}, {"as_of": "2026-05-01"}),
        ({}, {"as_of": datetime(2026, 5, 1)}),  # noqa: DTZ001
        ({}, {"window": "14D"}),
        ({}, {"step_windows": "14D"}),
        ({}, {"breakdown": "chanel", "attribution": "all"}),
        ({"time": [datetime(2026, 5, 1), datetime(2026, 5, 2)]}, {"window": 14}),  # noqa: DTZ001
        ({"time": [datetime(2026, 5, 1), datetime(2026, 5, 2)]}, {"as_of": 14}),  # noqa: DTZ001
        (
            {"time": [datetime(2026, 5, 1), datetime(2026, 5, 2)]},  # noqa: DTZ001
            {"as_of": datetime(2026, 5, 1, tzinfo=timezone.utc)},
        ),
    ],
    ids=str,
)
def test_what_does_not_fit_a_table_is_our_error(duckdb, rows, question):
    table = put(duckdb, "events", {"entity": [1, 1], "step": ["a", "b"], "time": [1, 2], **rows})
    with pytest.raises(sf.errors.SalesFunnelError):
        sf.count_steps(table, ["a", "b"], **question)


def test_what_is_no_table_of_a_connection_is_our_error(duckdb):
    unbound = ibis.table({"entity": "int64", "step": "string", "time": "int64"}, name="events")
    with pytest.raises(sf.errors.DataError, match="connection"):
        sf.count_steps(unbound, ["a"])
    table = put(duckdb, "events", {"entity": [1], "step": ["a"], "time": [1]})
    with pytest.raises(sf.errors.DataError, match="'events'"):
        sf.count_steps(table.entity, ["a"])


def test_an_empty_table_and_twelve_steps(duckdb):
    empty = pyarrow.table(
        {"entity": pyarrow.array([], "int64"), "step": pyarrow.array([], "string"),
         "time": pyarrow.array([], "int64")}
    )  # fmt: skip
    assert sf.count_steps(put(duckdb, "events", empty), ["a", "b"], window=3).counts == (0, 0)
    names = list("abcdefghijkl")
    rows = {"entity": [1] * 12, "step": names, "time": range(12)}
    table = put(duckdb, "events", rows)
    assert sf.count_steps(table, names, window=11).counts == (1,) * 12
    assert sf.count_steps(table, names, window=10).counts == (1,) * 11 + (0,)


@pytest.mark.parametrize("dialect", ["snowflake", "bigquery"])
def test_other_databases_get_a_query_in_their_dialect(dialect):
    """Only written, not run: these two have no server that runs anywhere."""
    table = ibis.table({"entity": "int64", "step": "string", "time": "timestamp"}, name="events")
    text = engines.step_sql(table, query_of(["a", "b"], window="14D"), dialect=dialect)
    assert "PARTITION BY" in text
    assert "UNBOUNDED PRECEDING" in text
