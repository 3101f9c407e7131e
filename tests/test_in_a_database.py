"""count_deals and summarise_purchases: the same in a database as in memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import ArgumentError, DataError, UnknownNameError

ibis = pytest.importorskip("ibis")
pandas = pytest.importorskip("pandas")
pytest.importorskip("duckdb")
pyarrow = pytest.importorskip("pyarrow")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

STAGES = ["Lead", "Offer", "Won"]


def changes(seed: int, deals: int = 120) -> Any:
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(deals):
        at = np.datetime64("2026-01-01T09:00") + rng.integers(0, 90 * 24 * 60).astype("m8[m]")
        region = "north" if rng.random() < 0.5 else "south"
        for stage in STAGES:
            rows.append((f"d{i:03d}", stage, at, region))
            if rng.random() < 0.4:
                if rng.random() < 0.5:
                    rows.append((f"d{i:03d}", "Closed Lost", at + np.timedelta64(2, "D"), region))
                break
            if rng.random() < 0.1 and stage == "Offer":
                rows.append((f"d{i:03d}", "Lead", at + np.timedelta64(1, "h"), region))
            at = at + np.timedelta64(int(rng.integers(1, 20 * 24 * 60)), "m")
    frame = pandas.DataFrame(rows, columns=["deal_id", "stage", "changed_at", "region"])
    return frame.sample(frac=1, random_state=seed)


def table_of(frame: Any) -> Any:
    connection = ibis.duckdb.connect()
    native = connection.con
    native.register("incoming", pyarrow.Table.from_pandas(frame, preserve_index=False))
    native.execute("create table t as select * from incoming")
    native.unregister("incoming")
    return connection.table("t")


@pytest.mark.parametrize("segment", [None, "region"])
@pytest.mark.parametrize(
    "options",
    [
        {}, {"mode": "period"}, {"window": "21D"}, {"by": "week"}, {"by": "all"},
        {"mode": "entry", "by": "quarter"},
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("seed", [1, 2])
def test_deals_are_counted_as_in_memory(seed: int, options: Any, segment: Any) -> None:
    frame = changes(seed)
    panel = sf.count_deals(
        table_of(frame), deal="deal_id", stage="stage", time="changed_at", stages=STAGES,
        segment=segment, **options,
    )  # fmt: skip
    history = sf.read_deals(frame, stages=STAGES)
    assert panel == history.panel(segment=segment, **options)


def test_rows_without_a_deal_a_stage_or_a_time_are_no_changes() -> None:
    frame = changes(3, 20)
    more = [
        ("", "Lead", np.datetime64("2026-02-01"), "north"),
        ("x", None, frame.changed_at.max(), ""),
    ]
    broken = pandas.concat([frame, pandas.DataFrame(more, columns=frame.columns)])
    options: dict[str, Any] = {"deal": "deal_id", "stage": "stage", "time": "changed_at"}
    whole = sf.count_deals(table_of(frame), stages=STAGES, **options)
    assert sf.count_deals(table_of(broken), stages=STAGES, **options) == whole


def test_wrong_questions_are_refused_with_what_is_wrong() -> None:
    frame = changes(3, 20)
    table = table_of(frame)
    options: dict[str, Any] = {"deal": "deal_id", "stage": "stage", "time": "changed_at"}
    with pytest.raises(UnknownNameError, match="'deal'"):
        sf.count_deals(table, stages=STAGES, **{**options, "deal": "deal"})
    with pytest.raises(DataError, match="'Offer'"):
        sf.count_deals(table, stages=["Lead", "Won"], **options)
    with pytest.raises(ArgumentError, match="'stages'"):
        sf.count_deals(table, stages=[], **options)
    with pytest.raises(ArgumentError, match="unique"):
        sf.count_deals(table, stages=["Lead", "Lead"], **options)
    with pytest.raises(DataError, match="read_deals"):
        sf.count_deals(frame, stages=STAGES, **options)
    with pytest.raises(DataError, match="'time'"):
        sf.count_deals(table, stages=STAGES, **{**options, "time": "region"})
    with pytest.raises(DataError, match="got none"):
        sf.count_deals(table.limit(0), stages=STAGES, **options)


@pytest.mark.parametrize("seed", [1, 2])
def test_purchases_are_summed_up_as_in_memory(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 400
    frame = pandas.DataFrame(
        {
            "who": [f"c{i:03d}" for i in rng.integers(0, 60, n)],
            "at": np.datetime64("2025-01-01") + rng.integers(0, 400 * 24, n).astype("m8[h]"),
            "paid": np.where(rng.random(n) < 0.05, np.nan, np.round(rng.gamma(2, 40, n), 2)),
        }
    )
    bought = sf.Purchases.from_frame(
        frame, columns={"customer": "who", "time": "at", "amount": "paid"}
    )
    expected = bought.summary("2025-12-01")
    frame["paid"] = frame["paid"].astype(object).where(frame["paid"].notna(), None)
    table = table_of(frame.astype({"paid": "Float64"}))
    columns: dict[str, Any] = {"customer": "who", "time": "at", "amount": "paid"}
    found = sf.summarise_purchases(table, as_of="2025-12-01", **columns)
    assert found.customers == expected.customers
    for name in ("frequency", "recency", "age", "monetary"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-12)
    assert sf.summarise_purchases(bought, as_of="2025-12-01") == expected
    without = sf.summarise_purchases(table, as_of="2025-12-01", **{**columns, "amount": None})
    assert without.monetary is None
    with pytest.raises(UnknownNameError, match="'price'"):
        sf.summarise_purchases(table, as_of="2025-12-01", **{**columns, "amount": "price"})
    with pytest.raises(DataError, match="read_purchases"):
        sf.summarise_purchases(frame, as_of="2025-12-01")
    with pytest.raises(DataError, match="numbers"):
        sf.summarise_purchases(table, as_of="2025-12-01", **{**columns, "amount": "who"})
