"""The same purchases in the columns of every library: categories, zones, nulls, chunks, masks."""

from __future__ import annotations

import numpy as np
import pytest

import salesfunnel as sf

WHO = ["ann", "bob", "ann", "cid", "bob"]
WHEN = ["2026-01-05 09:00:00", "2026-01-06 10:00:00", "2026-02-05 09:00:00",
        "2026-02-07 12:30:00", "2026-03-01 08:00:00"]  # fmt: skip
PAID = [10.0, 20.0, 30.0, None, 50.0]
PLAIN = {"customer": WHO, "time": WHEN, "amount": PAID}
MOMENTS = np.array(WHEN, dtype="datetime64[us]")


def pandas_text():
    pd = pytest.importorskip("pandas")
    return pd.DataFrame(PLAIN)


def pandas_categories_and_times():
    pd = pytest.importorskip("pandas")
    return pd.DataFrame(
        {"customer": pd.Categorical(WHO), "time": pd.to_datetime(WHEN),
         "amount": pd.array(PAID, dtype="Float64")}
    )  # fmt: skip


def pandas_of_arrow():
    pd = pytest.importorskip("pandas")
    pa = pytest.importorskip("pyarrow")
    return pd.DataFrame(
        {
            "customer": pd.array(WHO, dtype=pd.ArrowDtype(pa.string())),
            "time": pd.array(WHEN, dtype=pd.ArrowDtype(pa.string())),
            "amount": pd.array(PAID, dtype=pd.ArrowDtype(pa.float64())),
        }
    )


def arrow_in_chunks():
    pa = pytest.importorskip("pyarrow")
    first, second = ({k: v[a:b] for k, v in PLAIN.items()} for a, b in ((0, 2), (2, 5)))
    return pa.concat_tables([pa.table(first), pa.table(second)])


def arrow_dictionaries():
    pa = pytest.importorskip("pyarrow")
    who = pa.chunked_array(
        [pa.array(WHO[:2]).dictionary_encode(), pa.array(WHO[2:]).dictionary_encode()]
    )
    return pa.table({"customer": who, "time": pa.array(MOMENTS), "amount": pa.array(PAID)})


def arrow_without_rows_in_a_chunk():
    pa = pytest.importorskip("pyarrow")
    columns = {
        name: pa.chunked_array([pa.array(values[:0], type=kind), pa.array(values, type=kind)])
        for (name, values), kind in zip(
            PLAIN.items(), (pa.string(), pa.string(), pa.float64()), strict=True
        )
    }
    return pa.table(columns)


def polars_categories():
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame(PLAIN)
    return frame.with_columns(pl.col("customer").cast(pl.Categorical), pl.Series("time", MOMENTS))


def polars_lazy():
    pl = pytest.importorskip("polars")
    return pl.LazyFrame(PLAIN)


def arrays():
    paid = np.array([np.nan if value is None else value for value in PAID])
    return {"customer": np.array(WHO), "time": MOMENTS, "amount": paid}


def a_masked_array():
    paid = np.ma.masked_invalid([np.nan if value is None else value for value in PAID])
    return {"customer": np.array(WHO, dtype=object), "time": WHEN, "amount": paid}


KINDS = (
    pandas_text, pandas_categories_and_times, pandas_of_arrow, arrow_in_chunks,
    arrow_dictionaries, arrow_without_rows_in_a_chunk, polars_categories, polars_lazy, arrays,
    a_masked_array,
)  # fmt: skip


def figures(bought):
    return (
        bought.customers, bought.customer.tolist(), bought.time.tolist(),
        np.nan_to_num(bought.amount, nan=-1.0).tolist(),
        sorted(str(fault.code) for fault in bought.faults),
    )  # fmt: skip


@pytest.mark.parametrize("made", KINDS, ids=lambda made: made.__name__)
def test_purchases_are_the_same_however_their_columns_are_held(made):
    plain = sf.read_purchases(PLAIN)
    assert len(plain.time) == 5
    assert {fault.code for fault in plain.faults} == {"amounts-missing"}
    assert figures(sf.read_purchases(made())) == figures(plain)


def test_times_with_a_zone_are_read_in_the_zone_that_is_asked_for():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(PLAIN | {"time": pd.to_datetime(WHEN).tz_localize("UTC")})
    found = sf.read_purchases(frame, tz="Asia/Shanghai")
    plain = sf.read_purchases(PLAIN)
    assert (found.time - plain.time == np.timedelta64(8, "h")).all()
