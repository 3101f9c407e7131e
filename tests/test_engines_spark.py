"""count_steps in Spark, in local mode: where somebody has installed pyspark and Java."""

from __future__ import annotations

import shutil

import pytest

import salesfunnel as sf
from engine_rows import FETCHED, HOSTILE, SPOKEN, STEPS, asked, in_memory, same_answer

ibis = pytest.importorskip("ibis")
pyspark = pytest.importorskip("pyspark", reason="pyspark is large and not among the test tools")
pytest.importorskip("pyarrow")
if shutil.which("java") is None:
    pytest.skip("Spark wants Java", allow_module_level=True)

# Spark and ibis warn of each other's age; a JVM is started, and its sockets are left to the end.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

ASKED = [
    (SPOKEN[1], "numbers"),
    (SPOKEN[6], "naive"),
    (SPOKEN[8], "naive"),
    (SPOKEN[12], "aware"),
    (FETCHED[0], "naive"),
]


@pytest.fixture(scope="module")
def spark():
    from pyspark.sql import SparkSession

    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
    }
    builder = SparkSession.builder.master("local[1]")
    for key, value in settings.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def put(session, rows, kind="numbers"):
    from pyspark.sql import types

    times = {
        "numbers": types.LongType, "naive": types.TimestampNTZType, "aware": types.TimestampType,
    }  # fmt: skip
    kinds = {"entity": types.LongType, "time": times[kind]}
    schema = types.StructType(
        [types.StructField(name, kinds.get(name, types.StringType)()) for name in rows]
    )
    frame = session.createDataFrame([*zip(*rows.values(), strict=True)], schema)
    frame.createOrReplaceTempView("events")
    return ibis.pyspark.connect(session).table("events")


@pytest.mark.parametrize(("question", "kind"), ASKED, ids=str)
def test_spark_gives_the_same_answer(spark, question, kind):
    rows, question = asked(len(str(question)), question, kind)
    there = sf.count_steps(put(spark, rows, kind), STEPS, **question)
    assert there.engine.startswith("pyspark")
    same_answer(there, in_memory(rows, question))


def test_hostile_names_are_only_names(spark):
    names = HOSTILE[:3]
    rows = {"entity": [1, 1, 1], "step": names, "time": [1, 2, 3]}
    assert sf.count_steps(put(spark, rows), names).counts == (1, 1, 1)
