"""read_stage_history: rows of deals, rows of changes, every wrapping, every fault placed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import ArgumentError, IntakeError, UnknownNameError
from shared import SHARED

EXAMPLES = Path(__file__).parents[1] / "examples"
WIDE = """deal,lead,offer,won,outcome,closed,value,channel
a,2026-01-05,2026-01-09,2026-02-01,won,2026-02-01,"1,200",web
b,2026-01-07,2026-01-20,,open,,800,ads
c,2026-01-08,,,lost,2026-01-30,,web
"""
STAGES = ["lead", "offer", "won"]


def faults(history):
    """All faults but the one that says which shape was recognised, which is always there."""
    return [fault for fault in history.faults if not fault.code.startswith("deals-shape")]


def codes(history):
    return [fault.code for fault in faults(history)]


def test_one_row_a_deal():
    history = sf.read_stage_history(WIDE, stages=STAGES, as_of="2026-03-01")
    assert history.outcome.tolist() == [1, 0, 2]
    assert history.reached.tolist() == [2, 1, 0]
    np.testing.assert_array_equal(history.value, [1200, 800, np.nan])
    assert history.attributes["channel"].tolist() == ["web", "ads", "web"]
    assert str(history.closed[2])[:10] == "2026-01-30"
    assert codes(history) == []


def test_one_row_a_change_says_the_same():
    changes = [
        {"deal": d, "stage": s, "time": t, "channel": c}
        for d, s, t, c in [
            ("c", "lost", "2026-01-30", "web"),
            ("a", "lead", "2026-01-05", "web"),
            ("a", "won", "2026-02-01", "web"),
            ("a", "offer", "2026-01-09", "web"),
            ("b", "lead", "2026-01-07", ""),
            ("b", "offer", "2026-01-20", "ads"),
            ("c", "lead", "2026-01-08", "web"),
        ]
    ]
    long = sf.StageHistory.from_records(changes, stages=STAGES, as_of="2026-03-01")
    wide = sf.read_stage_history(WIDE, stages=STAGES, as_of="2026-03-01")
    for field in ("deals", "entered", "outcome", "closed", "time_in_stage"):
        np.testing.assert_array_equal(getattr(long, field), getattr(wide, field))
    assert long.attributes["channel"].tolist() == ["web", "ads", "web"]


@pytest.mark.parametrize("frame", ["pandas", "polars", "pyarrow", "records", "bytes"])
def test_every_wrapping_gives_the_same(frame):
    import io

    wanted = sf.read_stage_history(WIDE, stages=STAGES, as_of="2026-03-01")
    if frame == "bytes":
        source = WIDE.encode("utf-16")
    elif frame == "records":
        import csv

        source = list(csv.DictReader(io.StringIO(WIDE)))
    elif frame == "pandas":
        pandas = pytest.importorskip("pandas")
        source = pandas.read_csv(io.StringIO(WIDE), parse_dates=["lead", "offer", "won", "closed"])
    elif frame == "polars":
        polars = pytest.importorskip("polars")
        source = polars.read_csv(WIDE.encode(), try_parse_dates=True)
    else:
        csv = pytest.importorskip("pyarrow.csv")
        source = csv.read_csv(io.BytesIO(WIDE.encode()))
    history = sf.read_stage_history(source, stages=STAGES, as_of="2026-03-01")
    assert history == wanted


def test_chinese_headers_with_an_english_funnel():
    text = "商机编号,意向阶段,谈判阶段,成交阶段,结果,金额\nA1,2026年1月5日,2026/1/9,,丢单,1.2万\n"
    funnel = sf.template("b2b")
    history = sf.read_stage_history(text, funnel=funnel, as_of="2026-03-01")
    assert history.stages == ("intent", "negotiation", "won")
    assert history.outcome.tolist() == [2]
    assert history.value.tolist() == [12000]
    assert codes(history) == ["stage-absent"] * 3 + ["closed-without-time"]


def test_all_faults_come_at_once_with_their_place():
    text = (
        "deal,lead,won\na,2026-01-05,\n,2026-01-06,\na,2026-01-07,\n"
        "b,soon,2026-02-30\nc,03/04/2026,\n"
    )
    history = sf.read_stage_history(text, stages=["lead", "won"], as_of="2026-05-01")
    found = {(f.code, f.row, f.column, f.value) for f in faults(history)}
    assert found == {
        ("deal-without-id", 2, "deal", ""),
        ("deal-twice", 3, "deal", "a"),
        ("time-not-understood", 4, "lead", "soon"),
        ("time-not-understood", 4, "won", "2026-02-30"),
        ("time-ambiguous", 5, "lead", "03/04/2026"),
        ("without-dates", 4, None, None),
    }


def test_an_unknown_stage_names_the_nearest():
    rows = [{"deal": "a", "stage": "leed", "time": "2026-01-05"}]
    with pytest.raises(IntakeError) as caught:
        sf.read_stage_history(rows, stages=["lead", "won"])
    assert "lead" in str(caught.value)


def test_what_is_later_has_not_happened_yet():
    history = sf.read_stage_history(WIDE, stages=STAGES, as_of="2026-01-25")
    assert history.outcome.tolist() == [0, 0, 0]
    assert history.reached.tolist() == [1, 1, 0]
    assert "after-as-of" in codes(history)


def test_the_zone_of_the_funnel_cuts_the_days():
    rows = [{"deal": "a", "lead": "2026-01-31T17:30:00Z", "won": ""}]
    options = {"stages": ["lead", "won"], "as_of": "2026-03-01"}
    shanghai = sf.read_stage_history(rows, tz="Asia/Shanghai", **options)
    assert shanghai.panel().periods[0] == "2026-02"
    assert sf.read_stage_history(rows, **options).panel().periods[0] == "2026-01"


def test_mixed_zones_are_an_error_fault():
    rows = [{"deal": "a", "lead": "2026-01-31T17:30:00Z", "won": "2026-02-02 10:00"}]
    history = sf.read_stage_history(rows, stages=["lead", "won"], as_of="2026-03-01")
    assert [f.severity for f in history.faults if f.code == "zones-mixed"] == ["error"]


@pytest.mark.parametrize(
    ("text", "options", "error"),
    [
        ("deal,stage,time\na,lead,2026-01-01\n", {}, ArgumentError),
        ("x,y\n1,2\n", {}, IntakeError),
        ("deal,x\na,b\n", {"stages": STAGES}, IntakeError),
        (WIDE, {"columns": {"deal": "dael"}}, UnknownNameError),
        (WIDE, {"stages": STAGES, "columns": {"leed": "lead"}}, UnknownNameError),
        (WIDE, {"stages": STAGES, "tz": "Asia/Shangai"}, ArgumentError),
        (WIDE, {"stages": STAGES, "as_of": "soon"}, ArgumentError),
    ],
)
def test_what_cannot_be_read_is_refused(text, options, error):
    with pytest.raises(error):
        sf.read_stage_history(text, **options)


def test_the_example_company():
    path = EXAMPLES / "company" / "deals.csv"
    history = sf.read_stage_history(path, funnel=sf.template("b2b"), as_of="2026-11-20")
    assert history.stages == ("interest", "intent", "negotiation", "won")
    assert (history.outcome == 1).sum() == (~np.isnat(history.entered[:, 3])).sum()
    assert set(codes(history)) == {"stage-absent"}


def test_names_that_may_be_the_same_are_told_and_kept():
    products = ["GTX Pro", "GTXPro", "GTX Pro"]
    text = "deal,lead,won,product\n"
    text += "".join(f"{i},2026-01-05,,{name}\n" for i, name in enumerate(products))
    history = sf.read_stage_history(
        text, stages=["lead", "won"], as_of="2026-03-01", names={"product": ["GTX PRO", "GTX Pro"]}
    )
    alike, unknown = faults(history)
    assert (alike.code, alike.value, dict(alike.params)["other"]) == (
        "names-alike",
        "GTXPro",
        "GTX Pro",
    )
    assert (unknown.code, unknown.value) == ("name-not-known", "GTXPro")
    assert dict(unknown.params)["nearest"] == "GTX PRO"
    assert history.attributes["product"].tolist() == products
    with pytest.raises(UnknownNameError, match="product"):
        sf.read_stage_history(text, stages=["lead", "won"], names={"produkt": []})


def test_a_funnel_may_be_named():
    path = EXAMPLES / "company" / "deals.csv"
    named = sf.read_stage_history(path, funnel="b2b", as_of="2026-11-20")
    assert named == sf.read_stage_history(path, funnel=sf.template("b2b"), as_of="2026-11-20")


@pytest.mark.skipif(not SHARED.exists(), reason="the public data set is not here")
def test_open_deals_of_the_public_crm_data_stay_open():
    history = sf.read_stage_history(
        SHARED / "data" / "crm_opportunities" / "sales_pipeline.csv",
        stages=["Engaging", "Won"],
        columns={
            "deal": "opportunity_id",
            "Engaging": "engage_date",
            "outcome": "deal_stage",
            "closed": "close_date",
            "value": "close_value",
        },
        as_of="2018-01-01",
    )
    assert [int((history.outcome == k).sum()) for k in (0, 1, 2)] == [2089, 4238, 2473]
    assert int(np.isnat(history.entered[:, 0]).sum()) == 500
    assert "without-dates" in codes(history)
