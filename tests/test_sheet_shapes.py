"""read_table: the funnel tables that people really have, whatever their columns are called."""

# ruff: noqa: E501 - sheets as people write them

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import salesfunnel as sf
from salesfunnel.errors import ArgumentError, IntakeError, UnknownNameError


def codes(sheet: sf.Tracking) -> list[str]:
    return [fault.code for fault in sheet.faults]


def serious(sheet: sf.Tracking) -> list[str]:
    return [fault.code for fault in sheet.faults if fault.severity != "info"]


def chain(sheet: sf.Tracking) -> list[tuple[int, ...]]:
    """Return the counts of each period and segment along the chain."""
    panel = sheet.panel("step")
    return [tuple(row) for row in panel.counts.reshape(-1, panel.counts.shape[-1]).tolist()]


# Sources of the headers: files called funnel.csv of public repositories (BisolaAkinkuolie,
# huohudas, kavisha1902, hongmy-ngo, zakaria9622, anirudh-rs), and team sheets.
HEADERS = [
    "stage,count",
    "stage,users",
    "step,users",
    "step_name,users",
    "event,users",
    "Stage,Total",
    "Stage,Deals",
    "Stage,Leads",
    "stage,sessions",
    "Stage,Number of users",
    "阶段,人数",
    "环节,人数",
    "步骤,用户数",
    "阶段,客户数",
    "销售阶段,商机数",
    "漏斗步骤,UV",
    "流程,人数",
    "schritt,anzahl",
    "Etapa,Usuarios",
    "étape,utilisateurs",
    "Status,Candidates",
    "foo,bar",
    "Schritte,Nutzer",
    "funnel_stage,unique_visitors",
    "activity,n",
    "页面,PV",
    "Phase,Opportunities",
]
STEPS = ["First", "Second", "Third"]
NAMES = {"First": "Visit page", "Second": "激活", "Third": "zahlt"}


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("turn", [1, -1])
def test_a_column_of_text_and_one_of_whole_numbers_is_a_funnel(header: str, turn: int) -> None:
    for name in (dict(zip(STEPS, STEPS, strict=True)), NAMES):
        rows = [
            header.split(","),
            *([name[s], str(n)] for s, n in zip(STEPS, (1000, 300, 90), strict=True)),
        ]
        sheet = sf.read_table("\n".join(",".join(row[::turn]) for row in rows))
        assert chain(sheet) == [(1000, 300, 90)]
        assert [row.rate for row in sheet.rows] == [None, 0.3, 0.3]
        assert "funnel-built" in codes(sheet)
        assert not serious(sheet)


@pytest.mark.parametrize(
    ("text", "expected", "said"),
    [
        (
            "event_type,total_events,unique_users\nview,9000,5000\ncart,2000,1800\nbuy,500,450\n",
            (5000, 1800, 450),
            ["measure-chosen", "unknown-column"],
        ),
        ("step_order,step_name,users\n1,First,1000\n2,Second,300\n3,Third,90\n", (1000, 300, 90), []),
        ("step_order;step_name;users\n3;Third;90\n1;First;1000\n2;Second;300\n", (1000, 300, 90), []),
        ("stage,stage_name,users\n1,Visit,1000\n2,Try,300\n3,Pay,90\n", (1000, 300, 90), []),
        ("Pipeline stage,Deals,Value\nA,100,500000\nB,60,300000\nC,10,50000\n", (100, 60, 10), None),
        ("stage,users,revenue\nA,100,5000\nB,60,9000\n", (100, 60), ["unknown-column"]),
        ("stage,users,conversion rate\nA,100,\nB,60,60%\n", (100, 60), []),
        ("step,users\nactivate,900\npay,300\nsignup,1800\nvisit,5000\n", (5000, 1800, 900, 300), ["steps-by-falling-counts"]),
        ("step,users\npay,90\nvisit,1000\nsignup,300\n", (1000, 300, 90), ["steps-by-falling-counts"]),
        ("stage,Visit,Signup,Order\nusers,1000,300,90\n", (1000, 300, 90), []),
        ("Visits,Signups,Orders\n1000,300,90\n", (1000, 300, 90), []),
        ("| step | users |\n|---|---|\n| a | 1,000 |\n| b | 300 |\n", (1000, 300), []),
        ("Our funnel, 2026\n\nSchritt;Besucher\nSeite;1000\nKauf;30\n", (1000, 30), None),
    ],
)  # fmt: skip
def test_shapes_of_one_funnel(text: str, expected: tuple[int, ...], said: list[str] | None) -> None:
    sheet = sf.read_table(text)
    assert chain(sheet) == [expected]
    if said is not None:
        assert serious(sheet) == said


def test_months_side_by_side_under_any_corner() -> None:
    body = "Visitors,100,120\nLeads,10,12\nOrders,1,2\n"
    for corner in ("", "Month", "Metric", "指标", "Step", "foo"):
        sheet = sf.read_table(f"{corner},2026-01,2026-02\n{body}")
        assert chain(sheet) == [(100, 10, 1), (120, 12, 2)]
        assert sheet.periods == ("2026-01", "2026-02")


def test_known_names_do_not_drop_the_others() -> None:
    english = sf.read_table("Stage,Count\nVisit,1000\nSignup,300\nOrder,90\n")
    assert [row.rate for row in english.rows] == [None, 0.3, 0.3]
    chinese = sf.read_table("stage,count\n浏览,50000\n加购,17445\n下单,7543\n支付,5598\n")
    assert [row.rate and round(row.rate, 4) for row in chinese.rows] == [
        None,
        0.3489,
        0.4324,
        0.7421,
    ]
    daily = sf.read_table(
        "date,sessions,leads,orders\n2026-04-06,1820,61,4\n2026-04-07,2110,70,6\n"
    )
    assert chain(daily) == [(1820, 61, 4), (2110, 70, 6)]
    assert daily.periods == ("2026-04-06", "2026-04-07")
    for sheet in (english, chinese, daily):
        assert not serious(sheet)
        assert "funnel-built" in codes(sheet)


def test_a_template_stays_for_its_own_sheet_and_for_slips_of_the_pen() -> None:
    slip = sf.read_table(
        "metric,actual\nimpressions,100\nleads,50\ncontent downlods,10\ndemos booked,2\n"
    )
    assert slip.funnel.key == "b2b"
    assert serious(slip) == ["unknown-metric"]
    money = sf.read_table("month,leads,won,revenue\n2026-01,100,10,50000\n")
    assert chain(money) == [(100, 10)]
    assert [row.metric for row in money.rows if row.basis == "not-a-step"] == ["revenue"]


@pytest.mark.parametrize("last", ["Customers", "Count", "Volume", "Results", "Closed Won", "Users"])
def test_months_with_a_column_a_step(last: str) -> None:
    text = (
        f"Month,Visitors,Leads,MQLs,SQLs,Opportunities,{last}\n"
        "2026-01,10000,500,200,80,40,10\n2026-02,12000,520,210,70,35,9\n"
    )
    sheet = sf.read_table(text)
    assert len(sheet.rows) == 12
    assert chain(sheet) == [(10000, 500, 200, 80, 40, 10), (12000, 520, 210, 70, 35, 9)]


@pytest.mark.parametrize(
    ("cells", "period", "labels"),
    [
        (["2016-09-01 00:00:00.000", "2016-10-01 00:00:00.000"], None, ("2016-09", "2016-10")),
        (["2016-09-01T00:00:00Z", "2016-10-01T00:00:00Z"], None, ("2016-09", "2016-10")),
        (["09/2016", "10/2016"], None, ("2016-09", "2016-10")),
        (["9/1/2016", "10/1/2016"], None, ("2016-09", "2016-10")),
        (["1/9/2016", "1/10/2016"], None, ("2016-09", "2016-10")),
        (["9/12/2016", "9/13/2016"], None, ("2016-09-12", "2016-09-13")),
        (["Sep 1, 2016", "1 Oct 2016"], None, ("2016-09", "2016-10")),
        (["Week 36", "week 37"], "2016", ("2016-W36", "2016-W37")),
        (["W36", "W37"], "2016", ("2016-W36", "2016-W37")),
        (["第36周", "37周"], "2016", ("2016-W36", "2016-W37")),
        (["KW 36 2016", "2016 KW37"], None, ("2016-W36", "2016-W37")),
        (["2016M09", "2016M10"], None, ("2016-09", "2016-10")),
    ],
)
def test_months_as_people_write_them(
    cells: list[str], period: Any, labels: tuple[str, ...]
) -> None:
    rows = "".join(f'"{cell}",100,40,10\n' for cell in cells)
    sheet = sf.read_table(f"month,leads,opportunities,won\n{rows}", period=period)
    assert sheet.periods == labels
    assert not serious(sheet)


@pytest.mark.parametrize("cell", ["2016H1", "9/1/2016", "soon", "FY16"])
def test_a_month_that_cannot_be_read_is_named(cell: str) -> None:
    sheet = sf.read_table(f"month,leads,opportunities,won\n{cell},100,40,10\n")
    fault = next(f for f in sheet.faults if f.code == "unknown-period")
    assert (fault.row, fault.column, fault.value) == (1, "month", cell)
    assert chain(sheet) == [(100, 40, 10)]
    assert (
        codes(sf.read_table("week,visitors,orders\nW01,10,1\nW02,9,1\n")).count(
            "period-without-year"
        )
        == 2
    )


def test_periods_of_pandas_are_months() -> None:
    pandas = pytest.importorskip("pandas")
    months = pandas.period_range("2016-09", periods=2, freq="M")
    sheet = sf.read_table(
        pandas.DataFrame({"month": months, "Leads": [100, 120], "Opps": [40, 44]})
    )
    assert sheet.periods == ("2016-09", "2016-10")


PEOPLE = [
    "渠道",
    "区域",
    "团队",
    "部门",
    "负责人",
    "业务员",
    "销售",
    "销售员",
    "销售人员",
    "门店",
    "产品",
    "channel",
    "region",
    "team",
    "owner",
    "rep",
    "salesperson",
    "device",
    "source",
    "campaign",
    "product",
    "country",
    "Sales Rep",
    "City",
    "platform",
    "姓名",
    "来源",
    "设备",
    "foo",
]


@pytest.mark.parametrize("name", PEOPLE)
def test_a_row_a_person_is_a_segment(name: str) -> None:
    sheet = sf.read_table(f"month,{name},leads,deals\n2026-01,a,100,10\n2026-01,b,50,7\n")
    assert len(sheet.rows) == 4
    assert sheet.segments == ("a", "b")
    assert sheet.panel("step").counts.sum(axis=(0, 1)).tolist() == [150, 17]
    assert not serious(sheet)
    alone = sf.read_table(f"{name},calls,visits,deals\na,100,40,10\nb,50,20,7\n", period="2026-09")
    assert alone.panel("step").counts.sum(axis=(0, 1)).tolist() == [150, 60, 17]
    assert alone.periods == ("2026-09",)


def test_several_columns_tell_groups_apart_together() -> None:
    text = (
        "date,channel,device,sessions,add_to_cart,purchased\n2024-01-01,Email,Desktop,19,5,2\n"
        "2024-01-01,Email,Mobile,30,9,4\n2024-01-01,TikTok,Desktop,6,2,1\n"
        "2024-01-01,TikTok,Mobile,22,6,2\n"
    )
    sheet = sf.read_table(text)
    assert sheet.segments[0] == "Email / Desktop"
    assert sheet.panel("step").counts.sum(axis=(0, 1)).tolist() == [77, 22, 9]
    one = sf.read_table(text.replace("Desktop", "Mobile").replace("19", "1"), segment="channel")
    assert codes(one).count("duplicate-row") == 6


def test_rows_that_come_twice_are_told_apart_by_the_column_that_can() -> None:
    text = (
        "stage,metric,actual,owner\nTop,apples,100,ann\nTop,apples,90,bob\n"
        "End,pears,10,ann\nEnd,pears,9,bob\n"
    )
    sheet = sf.read_table(text)
    assert sheet.segments == ("ann", "bob")
    assert "segment-inferred" in codes(sheet)
    assert not serious(sheet)
    plain = sf.read_table("stage,metric,actual,owner\nTop,visitors,100,ann\nEnd,orders,10,bob\n")
    assert plain.segments == ("all",)


def test_columns_and_segments_by_name() -> None:
    text = "Who,What,HowMany\nann,visit,100\nann,pay,10\nbob,visit,50\nbob,pay,5\n"
    with pytest.raises(IntakeError, match=r"columns=\{'stage': \.\.\.\}") as caught:
        sf.read_table(text)
    assert "'Who', 'What'" in str(caught.value)
    sheet = sf.read_table(text, columns={"stage": "What", "actual": "HowMany"}, segment="Who")
    assert chain(sheet) == [(100, 10), (50, 5)]
    assert sheet.segments == ("ann", "bob")
    named = sf.read_table("a,b,c\nvisit,5,100\npay,4,10\n", columns={"stage": "a", "actual": "c"})
    assert chain(named) == [(100, 10)]
    for options, error in (
        ({"columns": {"stage": "Wat"}}, UnknownNameError),
        ({"columns": {"step": "What"}}, UnknownNameError),
        ({"columns": ["What"]}, ArgumentError),
        ({"columns": {"stage": 1}}, ArgumentError),
        ({"segment": "Whom"}, UnknownNameError),
        ({"segment": 3}, ArgumentError),
    ):
        arguments: Any = options
        with pytest.raises(error):
            sf.read_table(text, **arguments)


def test_targets_beside_their_metrics() -> None:
    sheet = sf.read_table("Month,Leads,Leads target,Deals,Deals target\n2026-01,100,120,10,12\n")
    assert [(row.actual, row.target) for row in sheet.rows] == [(100, 120), (10, 12)]


def test_segments_side_by_side_with_their_sum() -> None:
    sheet = sf.read_table(
        "stage,Email,TikTok,Total\nVisit,100,200,300\nCart,50,60,110\nBuy,5,6,11\n"
    )
    assert chain(sheet) == [(100, 50, 5), (200, 60, 6)]
    assert not serious(sheet)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("user_id,event_type,event_time\n1,view,2026-01-01\n2,view,2026-01-02\n", "read_events"),
        ("customer,date,quantity\na,2026-01-01,3\nb,2026-01-02,4\n", "read_purchases"),
        ("Deal Name,Stage,Amount\nAcme,Proposal,5000\nBeta,Won,3000\n", "read_deals"),
        ("Foo,Alpha,Beta\nAnn,100,140\nBob,90,230\n", "segment='Foo'"),
        ("Visits,Signups,Orders\n1000,300,90\n900,200,80\n", "columns={'period': ...}"),
        ("stage,signups,loginz,actaul\nx,9,8,7\ny,5,4,3\n", "columns="),
        ("visit,5000\nsignup,1800\n", "first row must name the columns"),
    ],
)
def test_what_is_no_funnel_is_refused_with_the_right_call(text: str, hint: str) -> None:
    with pytest.raises(IntakeError) as caught:
        sf.read_table(text)
    assert hint in str(caught.value)


def test_an_unknown_metric_is_said_once() -> None:
    funnel = sf.template("b2b", locale="en")
    rows = "".join(f"2026-{m:02d},{n},5\n" for m in range(1, 7) for n in ("leads", "handshakes"))
    sheet = sf.read_table(f"month,metric,actual\n{rows}", funnel=funnel)
    assert serious(sheet).count("unknown-metric") == 1
    assert len(sheet.rows) == 12


PUBLIC = json.loads((Path(__file__).parent / "data/sheets/header_sets.json").read_text("utf-8"))


@pytest.mark.parametrize("one", PUBLIC, ids=lambda one: one["name"])
def test_public_tables_are_read_right_or_refused_with_the_right_call(one: dict[str, Any]) -> None:
    text = "\n".join(one["table"]) + "\n"
    if "refuse" in one:
        with pytest.raises(IntakeError) as caught:
            sf.read_table(text)
        assert one["refuse"] in str(caught.value)
        return
    sheet = sf.read_table(text)
    assert sheet.panel("step").counts.sum(axis=(0, 1)).tolist() == one["chain"]
    assert not sheet.faults_of("error")
