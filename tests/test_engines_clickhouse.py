"""The query that is written for ClickHouse, run by ClickHouse in process (chdb)."""

from __future__ import annotations

import json

import pytest

import salesfunnel as sf
from engine_rows import HOSTILE, SPOKEN, STEPS, asked, in_memory, query_of

ibis = pytest.importorskip("ibis")
session = pytest.importorskip("chdb.session")
engines = pytest.importorskip("salesfunnel.counting.in_database")

KINDS = {
    "numbers": ("int64", "Int64"),
    "naive": ("timestamp(6)", "DateTime64(6)"),
    "aware": ("timestamp('UTC', 6)", "DateTime64(6, 'UTC')"),
}


@pytest.fixture(scope="module")
def clickhouse():
    with session.Session() as connection:
        connection.query("create database if not exists engine")
        connection.query("set session_timezone = 'UTC'")
        yield connection


def literal(value):
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(value)
    text = str(value).removesuffix("+00:00")
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def quoted(name):
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


def put(connection, rows, kinds):
    """Make a table; return it as ibis sees it."""
    columns = {name: kinds.get(name, ("string", "Nullable(String)")) for name in rows}
    listed = ", ".join(f"{quoted(name)} {kind}" for name, (_, kind) in columns.items())
    connection.query("drop table if exists engine.events")
    connection.query(f"create table engine.events ({listed}) engine = Memory")
    values = ",".join(
        "(" + ",".join(map(literal, row)) + ")" for row in zip(*rows.values(), strict=True)
    )
    connection.query(f"insert into engine.events values {values}")
    schema = {name: kind for name, (kind, _) in columns.items()}
    return ibis.table(schema, name="events", database="engine")


def answer(connection, table, steps, columns=None, **question):
    """Counts and immature in all, or by segment."""
    text = engines.step_sql(
        table, query_of(steps, **question), columns=columns, dialect="clickhouse"
    )
    found = {}
    for line in str(connection.query(text, "JSONEachRow")).splitlines():
        row = json.loads(line)
        counts = tuple(int(row[f"n{k}"] or 0) for k in range(len(steps)))
        found[row.get("value") or ""] = (counts, int(row["waiting"] or 0))
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("question", SPOKEN, ids=str)
def test_clickhouse_gives_the_same_answer(clickhouse, question, kind):
    rows, question = asked(len(str(question)) + 1, question, kind)
    kinds = {"entity": ("int64", "Int64"), "time": KINDS[kind]}
    there = answer(clickhouse, put(clickhouse, rows, kinds), STEPS, **question)
    here = in_memory(rows, question)
    if "breakdown" in question:
        waiting = here.immature_by_segment
        assert there == {name: (n, waiting[name]) for name, n in here.by_segment.items()}
    else:
        assert there == {"": (here.counts, here.immature)}
    assert sum(here.counts) > 0


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_only_names(clickhouse, name):
    rows = {name: ["p", "p", "q"], "step": [name, "b", name], "time": [1, 2, 3]}
    table = put(clickhouse, rows, {"time": KINDS["numbers"], name: ("string", "String")})
    there = answer(clickhouse, table, [name, "b"], columns={"entity": name})
    assert there == {"": ((2, 1), 0)}
    assert str(clickhouse.query("select count() from engine.events")).strip() == "3"


def test_twelve_steps_are_answered(clickhouse):
    names = list("abcdefghijkl")
    rows = {"entity": [1] * 12, "step": names, "time": list(range(12))}
    table = put(clickhouse, rows, {"entity": ("int64", "Int64"), "time": KINDS["numbers"]})
    assert answer(clickhouse, table, names, window=11, increasing=True) == {"": ((1,) * 12, 0)}
    assert sf.count_steps(rows, names, window=11, increasing=True).counts == (1,) * 12
