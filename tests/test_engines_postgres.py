"""count_steps in PostgreSQL: a server of its own is started on a socket, asked, and stopped."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

import salesfunnel as sf
from engine_rows import FETCHED, HOSTILE, SPOKEN, STEPS, asked, in_memory, query_of, same_answer

pyarrow = pytest.importorskip("pyarrow")
ibis = pytest.importorskip("ibis")
psycopg = pytest.importorskip("psycopg")
engines = pytest.importorskip("salesfunnel.counting.in_database")


def binaries():
    """The folder with initdb and postgres, None where there is none."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((p for p in places if (p / "initdb").exists() and (p / "postgres").exists()), None)


def unprivileged():
    """The user that a server may run as: PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return None
    import pwd

    known = {user.pw_name: user for user in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in known:
            return known[name]
    pytest.skip("PostgreSQL does not run as root, and there is no user postgres or nobody")
    return None


@pytest.fixture(scope="module")
def server():
    """The folder of the socket of a server of our own."""
    if sys.platform == "win32":
        pytest.skip("the server is started on a Unix socket")
    folder = binaries()
    if folder is None:
        pytest.skip("no PostgreSQL server is installed (Debian: apt-get install postgresql)")
    user = unprivileged()
    home = tempfile.mkdtemp(prefix="salesfunnel-pg-")
    given = {"cwd": home, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    if user is not None:
        os.chown(home, user.pw_uid, user.pw_gid)
        given |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    data = str(Path(home, "data"))
    process = None
    try:
        subprocess.run(
            [folder / "initdb", "-D", data, "-A", "trust", "-U", "postgres", "--no-sync",
             "-E", "UTF8", "--no-locale"],
            check=True, timeout=60, **given,
        )  # fmt: skip
        process = subprocess.Popen(
            [folder / "postgres", "-D", data, "-k", home, "-c", "listen_addresses=",
             "-c", "fsync=off", "-c", "timezone=Europe/Berlin"],
            **given,
        )  # fmt: skip
        wait_for(home, process)
        yield home
    finally:
        if process is not None:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)
        shutil.rmtree(home, ignore_errors=True)


def wait_for(home, process):
    for _ in range(300):
        assert process.poll() is None, "the server has stopped"
        try:
            psycopg.connect(host=home, user="postgres", dbname="postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the server did not answer within 30 seconds")


@pytest.fixture(scope="module")
def postgres(server):
    connection = ibis.postgres.connect(host=server, user="postgres", database="postgres")
    yield connection
    connection.disconnect()


def put(connection, name, rows, **kinds):
    """Make a table of the database out of columns."""
    found = {}
    for column, values in rows.items():
        some = next((value for value in values if value is not None), "")
        kind = {int: "bigint", str: "text", float: "double precision"}.get(type(some), "timestamp")
        found[column] = kinds.get(column, kind + "tz" * bool(getattr(some, "tzinfo", None)))
    identifier = psycopg.sql.Identifier
    with connection.con.cursor() as cursor:
        cursor.execute(psycopg.sql.SQL("drop table if exists {}").format(identifier(name)))
        listed = psycopg.sql.SQL(", ").join(
            psycopg.sql.SQL("{} {}").format(identifier(column), psycopg.sql.SQL(kind))
            for column, kind in found.items()
        )
        cursor.execute(psycopg.sql.SQL("create table {} ({})").format(identifier(name), listed))
        copied = psycopg.sql.SQL("copy {} from stdin").format(identifier(name))
        with cursor.copy(copied) as copy:
            for row in zip(*rows.values(), strict=True):
                copy.write_row(row)
    connection.con.commit()
    return connection.table(name)


@pytest.mark.parametrize("kind", ["numbers", "naive", "aware"])
@pytest.mark.parametrize("question", SPOKEN + FETCHED, ids=str)
def test_postgres_gives_the_same_answer(postgres, question, kind):
    rows, question = asked(len(str(question)) + 2, question, kind)
    there = sf.count_steps(put(postgres, "events", rows), STEPS, **question)
    here = in_memory(rows, question)
    spoken = engines.speaks(query_of(STEPS, **question))
    assert there.engine == ("postgres" if spoken else "postgres, numpy")
    assert sum(here.counts) > 0
    same_answer(there, here)


def test_a_window_is_so_many_hours_where_a_day_of_the_zone_has_23(postgres):
    moment = datetime(2026, 3, 28, 12, tzinfo=timezone.utc)
    rows = {"entity": [1, 1], "step": ["a", "b"]}
    for hours, counts in ((24, (1, 1)), (25, (1, 0))):
        times = {"time": [moment, moment + timedelta(hours=hours)]}
        table = put(postgres, "events", {**rows, **times})
        assert sf.count_steps(table, ["a", "b"], window="1D").counts == counts


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_only_names(postgres, name):
    rows = {"entity": [1, 1, 2], "step": [name, "b", name], "time": [1, 2, 3]}
    short = name[:20]
    table = put(postgres, short, {**rows, short: ["p", name, None]})
    found = sf.count_steps(table, [name, "b"], breakdown=short, attribution="all")
    assert (found.counts, found.engine) == ((2, 1), "postgres")
    assert dict(found.by_segment) == {"p": (1, 0), "": (1, 0)}
    assert sf.count_steps(table, [name, "b"], exclude=[name]).counts == (2, 1)
    assert int(table.count().to_pyarrow().as_py()) == 3


def test_a_name_with_a_zero_byte_is_one_that_no_row_has(postgres):
    table = put(postgres, "events", {"entity": [1], "step": ["a"], "time": [1]})
    assert sf.count_steps(table, ["a", "b\0"]).counts == (1, 0)


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("uuid", [f"00000000-0000-0000-0000-00000000000{i}" for i in (1, 2)]),
        ("varchar(10)", ["a", "b"]),
        ("date", ["2026-05-01", "2026-05-02"]),
        ("smallint", [1, 2]),
        ("boolean", ["false", "true"]),
    ],
)
def test_columns_of_every_kind(postgres, kind, names):
    rows = {"entity": [names[0]] * 2, "step": names, "time": ["2026-05-01", "2026-05-03"]}
    table = put(postgres, "events", rows, entity=kind, step=kind, time="date")
    assert sf.count_steps(table, names, window="2D").counts == (1, 1)
    assert sf.count_steps(table, names, window="1D", order="strict").counts == (1, 0)


def test_segments_of_a_kind_that_arrow_has_not_come_as_text(postgres):
    rows = {"entity": [1], "step": ["a"], "time": [1], "v": ["10.0.0.1"]}
    table = put(postgres, "events", rows, v="inet")
    found = sf.count_steps(table, ["a"], breakdown="v", attribution="all")
    assert list(found.by_segment) == ["10.0.0.1/32"]


def test_missing_values_are_faults(postgres):
    rows = {"entity": [" ", "ann", None], "step": ["a", "a", ""], "time": [1, 2, None]}
    found = sf.count_steps(put(postgres, "events", rows), ["a"])
    assert found.counts == (1,)
    assert [(f.column, dict(f.params)["n"]) for f in found.faults] == [
        ("entity", 2), ("step", 1), ("time", 1),
    ]  # fmt: skip
