"""Sheets as strangers write them: a table of nasty ones, what is read of each and what is said."""

from __future__ import annotations

import io
import zipfile

import pytest

import salesfunnel as sf
from salesfunnel.errors import IntakeError

CASES = {
    "two-row months zh": (
        (
            "阶段,指标,9月,,10月,\n"
            ",,目标,实际,目标,实际\n"
            "认知阶段,曝光量,50万,48万,60万,55万\n"
            ",线索获取量,5000,4200,5500,4400\n"
        ),
        [
            ("impressions", 500000, 480000),
            ("impressions", 600000, 550000),
            ("leads", 5000, 4200),
            ("leads", 5500, 4400),
        ],
        ["period-without-year"],
    ),
    "two-row word": (
        "阶段,指标,数值,,负责人\n,,目标,实际,\n认知阶段,曝光量,50万,48万,张三\n",
        [("曝光量", 500000, 480000)],
        [],
    ),
    "two-row segments": (
        "阶段,指标,华东,,华北,\n,,目标,实际,目标,实际\n认知阶段,曝光量,50万,48万,60万,55万\n",
        [("华东", 500000, 480000), ("华北", 600000, 550000)],
        [],
    ),
    "unit header": (
        "指标,目标(万),实际值(万)\n曝光量,50,48万\n线索获取量,0.5,0.42\nDemo预约数,5人,0.03人\n",
        [("impressions", 500000, 480000), ("leads", 5000, 4200), ("demos_booked", 50000, 300)],
        ["unit-in-header"],
    ),
    "unit header en": (
        "metric,Target (k),Actual (k)\nimpressions,500,480\nleads,5,4.2\n",
        [("impressions", 500000, 480000), ("leads", 5000, 4200)],
        ["unit-in-header"],
    ),
    "unquoted thousands": (
        "metric,target,actual\nimpressions,500,000,480,000\nleads,5000,4200\n",
        [("impressions", 500, 0), ("leads", 5000, 4200)],
        ["cells-beyond-header"],
    ),
    "open quote": (
        '阶段,指标,实际,备注\n认知阶段,曝光量,48万,"没关\n认知阶段,线索获取量,4200,x\n兴趣阶段,Demo预约数,650,y\n',
        [("曝光量", None, 480000)],
        ["quote-left-open"],
    ),
    "error cells": (
        "指标,目标,实际,转化率\n曝光量,50万,48万,#DIV/0!\n线索获取量,5000,#REF!,\n",
        [("impressions", 500000, 480000), ("leads", 5000, None)],
        ["error-value"],
    ),
    "excel hash": (
        "指标,实际\n曝光量,########\n线索获取量,5\n",
        [("impressions", None, None), ("leads", None, 5)],
        ["error-value"],
    ),
    "thousand point": (
        "metric,target,actual\nimpressions,500.000,480.000\nleads,5.000,4.200\n",
        [("impressions", 500, 480), ("leads", 5, None)],
        ["not-a-count", "point-or-thousands"],
    ),
    "thousand point with others": (
        "metric;target;actual\nimpressions;1.500.000;480.000\nleads;5.000;4.200\n",
        [("impressions", 1500000, 480000), ("leads", 5000, 4200)],
        ["decimal-comma"],
    ),
    "totals": (
        "阶段,指标,实际\n认知阶段,曝光量,48万\n认知小计,,48万\n,线索获取量,4200\n总计：,,484200\n",
        [("impressions", None, 480000), ("leads", None, 4200)],
        ["total-row"],
    ),
    "total in metric": (
        "渠道,指标,实际\n展会,曝光量,100\n官网,曝光量,50\n全部合计,曝光量,150\n",
        [("展会", None, 100), ("官网", None, 50)],
        ["total-row"],
    ),
    "title rows": (
        (
            "2026年9月销售漏斗跟踪表,,,\n"
            "制表人：张三,,,\n"
            ",,,\n"
            "指标,目标,实际,备注\n"
            "曝光量,50万,48万,\n"
        ),
        [("曝光量", 500000, 480000)],
        ["period-inferred"],
    ),
    "footnote": (
        "指标,目标,实际\n曝光量,50万,48万\n\n注：曝光为全渠道,,\n",
        [("曝光量", 500000, 480000)],
        ["row-not-read"],
    ),
    "header repeated": (
        "指标,实际\n曝光量,48万\n指标,实际\n线索获取量,4200\n",
        [("impressions", None, 480000), ("leads", None, 4200)],
        [],
    ),
    "fullwidth": (
        "指标，目标，实际\n曝光量，５０万，４８万\n线索获取量，５，０００，４，２００\n",
        [("impressions", 500000, 480000), ("leads", 5, 0)],
        ["cells-beyond-header"],
    ),
    "tabs": (
        "指标\t目标\t实际\n曝光量\t500,000\t480,000\n线索获取量\t5,000\t4,200",
        [("impressions", 500000, 480000), ("leads", 5000, 4200)],
        [],
    ),
    "semicolons": (
        "Metric;Target;Actual\nImpressions;500.000;480.000\nLeads;5.000;4.200",
        [("impressions", 500000, 480000), ("leads", 5000, 4200)],
        ["decimal-comma"],
    ),
    "markdown": (
        (
            "| 指标 | 目标 | 实际 |\n"
            "|---|---:|---:|\n"
            "| 曝光量 | 50万 | 48万 |\n"
            "| 线索获取量 | 5000 | 4200 |"
        ),
        [("impressions", 500000, 480000), ("leads", 5000, 4200)],
        [],
    ),
    "spaces": (
        "指标        目标     实际\n曝光量      50万     48万\n线索获取量   5000    4200",
        [("impressions", 500000, 480000), ("leads", 5000, 4200)],
        [],
    ),
    "dup months": (
        "月份,指标,实际\n2026-09,曝光量,1\n2026-09,曝光量,2\n2026-10,曝光量,3",
        [("曝光量", None, 1), ("曝光量", None, 3)],
        ["duplicate-row"],
    ),
    "month no year": (
        "月份,指标,实际\n9月,曝光量,1\n10月,曝光量,3",
        [("曝光量", None, 1), ("曝光量", None, 3)],
        ["period-without-year"],
    ),
    "bad month": (
        "月份,指标,实际\n2026-13,曝光量,1\n上个月,曝光量,3",
        [("曝光量", None, 1), ("曝光量", None, 3)],
        ["unknown-period"],
    ),
    "missing actual": (
        "指标,目标,实际\n曝光量,50万,\n线索获取量,5000,4200\nDemo预约数,,650",
        [("impressions", 500000, None), ("leads", 5000, 4200), ("demos_booked", None, 650)],
        ["missing-value"],
    ),
    "missing is not zero": (
        "指标,目标,实际\n曝光量,50万,0\n线索获取量,5000,-",
        [("impressions", 500000, 0), ("leads", 5000, None)],
        ["missing-value"],
    ),
    "range": (
        "指标,目标,实际\n曝光量,40-50万,48万\n",
        [("曝光量", None, 480000)],
        ["number-range"],
    ),
    "about": (
        "指标,目标,实际\n曝光量,约50万,48万+\n线索获取量,>5000,4200左右",
        [("impressions", 500000, 480000), ("leads", 5000, 4200)],
        ["approximate-number"],
    ),
    "negative": (
        "指标,实际\n曝光量,-5\n线索获取量,(5)",
        [("impressions", None, None), ("leads", None, None)],
        ["negative-parentheses", "not-a-count"],
    ),
    "fraction count": (
        "指标,实际\n曝光量,4199.999999999999\n线索获取量,4.5",
        [("impressions", None, 4200), ("leads", None, None)],
        ["not-a-count"],
    ),
    "percent col bare": (
        "指标,实际,转化率(%)\n曝光量,480000,\n线索获取量,4200,0.88\nDemo预约数,650,15.5",
        [("impressions", None, 480000), ("leads", None, 4200), ("demos_booked", None, 650)],
        [],
    ),
    "percent frac": (
        "指标,实际,转化率\n曝光量,480000,\n线索获取量,4200,0.00875\nDemo预约数,650,0.15",
        [("impressions", None, 480000), ("leads", None, 4200), ("demos_booked", None, 650)],
        [],
    ),
    "quoted newline header": (
        '指标,"目标\n(万)","实际\n(万)"\n曝光量,50,48\n',
        [("曝光量", 500000, 480000)],
        ["unit-in-header"],
    ),
    "merged metric": (
        "阶段,指标,月份,实际\n认知阶段,曝光量,2026-09,10\n,,2026-10,20\n",
        [("impressions", None, 10)],
        ["metric-missing"],
    ),
    "owners": (
        "阶段,指标,实际,负责人\n认知阶段,曝光量,48万,张三/李四\n,线索获取量,4200,同上\n",
        [("impressions", None, 480000), ("leads", None, 4200)],
        [],
    ),
    "bom+crlf": (
        "\ufeff指标,实际\r\n曝光量,48万\r\n",
        [("曝光量", None, 480000)],
        [],
    ),
    "cr": (
        "指标,实际\r曝光量,48万\r线索获取量,4200\r",
        [("impressions", None, 480000), ("leads", None, 4200)],
        [],
    ),
    "traditional": (
        "階段,指標,目標,實際\n認知階段,曝光量,50萬,48萬\n",
        [("曝光量", 500000, 480000)],
        [],
    ),
    "formula csv": (
        "指标,目标,实际\n曝光量,=A1+B1,48万\n",
        [("曝光量", None, 480000)],
        ["formula-without-result"],
    ),
    "date eaten score": (
        "指标,目标,实际\n满意度,4.5/5,5月4日\n",
        [("满意度", 4.5, None)],
        ["date-in-number"],
    ),
    "scientific": (
        "指标,实际\n曝光量,4.8E+05\n线索获取量,4200\n",
        [("impressions", None, 480000), ("leads", None, 4200)],
        [],
    ),
    "one col value words": (
        "指标,实际\n曝光量,四十八万\n线索获取量,四千二\n",
        [("impressions", None, 480000), ("leads", None, None)],
        ["not-a-number"],
    ),
    "typo metric": (
        "指标,实际\n暴光量,48万\n线索获取量,4200\n",
        [("暴光量", None, 480000), ("线索获取量", None, 4200)],
        [],
    ),
    "two actual columns": (
        "指标,实际,实际值\n曝光量,48万,49万\n",
        [("曝光量", None, 480000)],
        ["column-twice"],
    ),
    "wide months+total": (
        "指标,2026年9月,2026年10月,合计\n曝光量,1,2,3\n线索获取量,1,1,2\n",
        [
            ("impressions", None, 1),
            ("impressions", None, 2),
            ("leads", None, 1),
            ("leads", None, 1),
        ],
        ["total-column"],
    ),
    "wide future": (
        "指标,2026年9月,2026年10月,2026年11月\n曝光量,1,2,\n线索获取量,1,,\n",
        [
            ("impressions", None, 1),
            ("impressions", None, 2),
            ("leads", None, 1),
            ("leads", None, None),
        ],
        ["missing-value"],
    ),
    "apostrophe": (
        "指标,实际\n曝光量,'480000\n",
        [("曝光量", None, 480000)],
        [],
    ),
    "percent attain": (
        "指标,目标,实际,完成率\n曝光量,50万,48万,96%\n线索获取量,5000,4200,48%\n",
        [("impressions", 500000, 480000), ("leads", 5000, 4200)],
        ["attainment-differs"],
    ),
    "english german": (
        "Metric;Target;Actual;Rate\nImpressions;1.500;1.200;\nLeads;50;42;3,50%\n",
        [("impressions", 1500, 1200), ("leads", 50, 42)],
        ["decimal-comma"],
    ),
    "en totals": (
        (
            "stage,metric,target,actual\n"
            "Awareness,Impressions,100,90\n"
            "Total,,100,90\n"
            "Grand total,,100,90\n"
        ),
        [("Impressions", 100, 90)],
        ["total-row"],
    ),
    "en remark": (
        (
            "metric,target,actual\n"
            "Impressions,100,90\n"
            "Note: figures of the agency are missing,,\n"
            "Source: CRM,,\n"
        ),
        [("Impressions", 100, 90)],
        ["row-not-read"],
    ),
    "en errors": (
        "metric,target,actual,attainment\nImpressions,100,#N/A,\nLeads,#NAME?,9,#VALUE!\n",
        [("impressions", 100, None), ("leads", None, 9)],
        ["error-value", "missing-value"],
    ),
    "en months above": (
        (
            "metric,Sep 2026,,Oct 2026,\n"
            ",target,actual,target,actual\n"
            "Impressions,100,90,110,95\n"
            "Leads,10,9,11,8\n"
        ),
        [("impressions", 100, 90), ("impressions", 110, 95), ("leads", 10, 9), ("leads", 11, 8)],
        [],
    ),
    "en minutes": (
        "metric,target,actual\nresponse time,30 min,45 min\n",
        [("response time", 0.020833333333333332, 0.03125)],
        [],
    ),
    "zh counters": (
        (
            "指标,目标,实际\n"
            "曝光量,50万人次,48万人次\n"
            "线索获取量,5000条线索,4200个线索\n"
            "合同签订数,30份合同,28份合同\n"
        ),
        [("impressions", 500000, 480000), ("leads", 5000, 4200), ("contracts_signed", 30, 28)],
        [],
    ),
}
"""By name: the sheet; metric (or segment), target and actual of each row; codes of its faults."""
QUIET = {"funnel-inferred", "funnel-built", "step-absent"}


def rows_of(sheet):
    return [
        (row.metric if row.segment == "all" else row.segment, row.target, row.actual)
        for row in sheet.rows
    ]


def codes_of(sheet):
    return sorted({fault.code for fault in sheet.faults} - QUIET)


@pytest.mark.parametrize("name", CASES)
def test_a_nasty_sheet(name):
    written, rows, codes = CASES[name]
    sheet = sf.read_table(written)
    assert rows_of(sheet) == rows
    assert codes_of(sheet) == codes
    assert sf.read_table(written.encode("utf-16")) == sheet


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("曝光量,50万,48万\n线索获取量,5000,4200", "no header was found"),
        ("指标,目标,实际\n", "no row below the header"),
        ("阶段,目标\n认知阶段,5\n", "no column named “actual”"),
        ("nothing\nat all\n", "text without columns"),
    ],
)
def test_what_is_no_sheet_is_refused_with_the_reason(written, said):
    with pytest.raises(IntakeError, match=said) as caught:
        sf.read_table(written)
    assert "nearest known name: 指标" not in str(caught.value)


def workbook(fill, **sheets):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    fill(book.active)
    for title, more in sheets.items():
        more(book.create_sheet(title))
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def put(*rows, merge=(), hidden=False):
    def fill(page):
        for row in rows:
            page.append(row)
        for area in merge:
            page.merge_cells(area)
        if hidden:
            page.sheet_state = "hidden"

    return fill


HEAD = ("指标", "目标", "实际")
BOOKS = {
    "a formula without its result": (
        put(HEAD, ("曝光量", 500_000, "=B2*0.96"), ("线索获取量", 5000, 4200)),
        [("impressions", 500_000, None), ("leads", 5000, 4200)],
        ["formula-without-result"],
    ),
    "an error in a cell": (
        put(HEAD, ("曝光量", 500_000, "#DIV/0!"), ("线索获取量", "#REF!", 4200)),
        [("impressions", 500_000, None), ("leads", None, 4200)],
        ["error-value"],
    ),
    "months merged above target and actual": (
        put(
            ("阶段", "指标", "2026年9月", None, "2026年10月", None),
            (None, None, "目标", "实际", "目标", "实际"),
            ("认知阶段", "曝光量", 50, 48, 60, 55),
            (None, "线索获取量", 5, 4, 6, 5),
            merge=("A1:A2", "B1:B2", "C1:D1", "E1:F1", "A3:A4"),
        ),
        [("impressions", 50, 48), ("impressions", 60, 55), ("leads", 5, 4), ("leads", 6, 5)],
        [],
    ),
    "a merged title and a footnote": (
        put(
            ("九月销售漏斗", None, None),
            HEAD,
            ("曝光量", 50, 48),
            ("线索获取量", 5, 4),
            ("备注：数据来自CRM", None, None),
            merge=("A1:C1", "A5:C5"),
        ),
        [("impressions", 50, 48), ("leads", 5, 4)],
        ["row-not-read"],
    ),
    "noise of a formula": (
        put(HEAD, ("曝光量", 500_000, 0.07 * 100 * 1000), ("线索获取量", 5000, 4200.0)),
        [("impressions", 500_000, 7000), ("leads", 5000, 4200)],
        [],
    ),
}


@pytest.mark.parametrize("name", BOOKS)
def test_a_nasty_workbook(name):
    pytest.importorskip("python_calamine")
    fill, rows, codes = BOOKS[name]
    sheet = sf.read_table(workbook(fill))
    assert rows_of(sheet) == rows
    assert codes_of(sheet) == codes


def test_a_hidden_worksheet_is_said_and_read_on_demand():
    pytest.importorskip("python_calamine")
    old = put(HEAD, ("曝光量", 1, 1), ("线索获取量", 1, 1), hidden=True)
    data = workbook(put(HEAD, ("曝光量", 50, 48), ("线索获取量", 5, 4)), 旧表=old)
    sheet = sf.read_table(data)
    assert [(f.code, f.value) for f in sheet.faults if f.code not in QUIET] == [
        ("sheet-hidden", "旧表")
    ]
    assert rows_of(sheet) == [("impressions", 50, 48), ("leads", 5, 4)]
    assert rows_of(sf.read_table(data, sheet="旧表"))[0] == ("impressions", 1, 1)
    assert sf.read_table(data, sheet=0) == sheet


def test_a_part_with_a_document_type_is_not_parsed():
    pytest.importorskip("python_calamine")
    data = workbook(put(HEAD, ("曝光量", 5, "=1+1"), ("线索获取量", 5, 4)))
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(held, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/workbook.xml":
                bomb = b'<!DOCTYPE a [<!ENTITY b "c">]>'
                content = bomb + content[content.index(b"<workbook") :]
            new.writestr(name, content)
    try:
        sheet = sf.read_table(held.getvalue())
    except IntakeError:
        return
    assert rows_of(sheet)[0] == ("impressions", 5, None)


def test_a_target_that_is_missing_where_others_have_one_is_said():
    sheet = sf.read_table("指标,目标,实际\n曝光量,100,90\n线索获取量,,80\nDemo预约数,60,")
    said = [(f.row, f.column, f.severity) for f in sheet.faults if f.code == "missing-value"]
    assert said == [(2, "目标", "info"), (3, "实际", "warning")]
    without = sf.read_table("指标,目标,实际\n曝光量,,90\n线索获取量,,80")
    assert codes_of(without) == []


def test_the_point_parts_thousands_where_other_numbers_say_so():
    sheet = sf.read_table("metric;actual\nImpressions;1.480.000\nLeads;4.200", funnel="b2b")
    assert rows_of(sheet) == [("impressions", None, 1_480_000), ("leads", None, 4200)]
    alone = sf.read_table("metric;actual\nImpressions;480.000\nLeads;12.000", funnel="b2b")
    assert codes_of(alone) == ["point-or-thousands"]
    told = sf.read_table(
        "metric;actual\nImpressions;480.000\nLeads;12.000", funnel="b2b", decimal=","
    )
    assert rows_of(told)[1] == ("leads", None, 12_000)
    assert codes_of(told) == []


@pytest.mark.parametrize(
    ("unit", "cell", "value"),
    [
        ("万", "50", 500_000), ("万", "50人", 500_000), ("万", "50万", 500_000),
        ("万", "5千", 5000),
        ("万元", "50", 500_000), ("千", "3", 3000), ("百万", "1.5", 1_500_000),
        ("单位：万", "2", 20_000),
    ],
)  # fmt: skip
def test_a_unit_in_the_header_counts_where_the_cell_has_none(unit, cell, value):
    metric = "销售额" if "元" in unit else "曝光量"
    sheet = sf.read_table(f"指标,实际值({unit})\n{metric},{cell}\n{metric}二,1")
    assert sheet.rows[0].actual == value
    assert "unit-in-header" in codes_of(sheet)


def test_cells_of_a_workbook_are_looked_at_in_time_linear_in_its_size():
    from salesfunnel.intake.files.lost_cells import _of_part

    cell = b'<x:c r="B2" t="n"><x:f>1+1</x:f></x:c>'
    assert _of_part(cell) == {(1, 1): "=1+1"}
    assert _of_part(b'<c r="A1"><f t="shared" si="0"/><v></v></c>') == {(0, 0): "="}
    assert _of_part(b'<c r="A1" t="str"><f>""</f><v></v></c>') == {}
    assert _of_part(b'<c r="AA3" t="e"><v>#DIV/0!</v></c><c r="A9"/><f/>') == {(2, 26): "#DIV/0!"}
    tricky = b'<f/><c r="A1" x="a>b"/>' + b'<c r="x>y"/>' * 50_000 + b"<v><f>" * 50_000
    assert _of_part(tricky) == {}


MORE = {
    "ordinals before names": (
        (
            "阶段,指标,实际\n1.认知阶段,曝光量,48万\n一、认知阶段,2、线索获取量,4200\n"
            "（3）兴趣阶段,③Demo预约数,650\n"
        ),
        [("impressions", None, 480_000), ("leads", None, 4200), ("demos_booked", None, 650)],
    ),
    "a column of ordinals": (
        "序号,指标,目标,实际\n1,曝光量,50万,48万\n2,线索获取量,5000,4200\n",
        [("impressions", 500_000, 480_000), ("leads", 5000, 4200)],
    ),
    "months with a year of two digits": (
        "月份,指标,实际\n26年9月,曝光量,100\n2026年10月,曝光量,120\n26年9月,线索获取量,10\n",
        [("impressions", None, 100), ("impressions", None, 120), ("leads", None, 10)],
    ),
    "headers of this month": (
        "漏斗环节,关键数据指标,本月目标,本月完成,完成率\n认知阶段,曝光量,50万,48万,96%\n",
        [("曝光量", 500_000, 480_000)],
    ),
    "a funnel step and a count": (
        "Funnel step;Count\nImpressions;480000\nLeads captured;4200\n",
        [("impressions", None, 480_000), ("leads", None, 4200)],
    ),
}


@pytest.mark.parametrize("name", MORE)
def test_what_is_plain_to_people_is_read_without_a_doubt(name):
    written, rows = MORE[name]
    sheet = sf.read_table(written)
    assert rows_of(sheet) == rows
    assert [f.code for f in sheet.faults if f.severity != "info"] == []
    assert "unknown" not in "".join(sheet.periods)


def test_a_decimal_before_a_name_is_no_ordinal():
    sheet = sf.read_table("指标,实际\n3.5曝光量,50\n曝光量,10\n线索获取量,5\n")
    assert [row.metric for row in sheet.rows] == ["3.5曝光量", "曝光量", "线索获取量"]
    assert codes_of(sheet) == []


def test_weeks_side_by_side_are_read_and_want_their_year():
    sheet = sf.read_table("指标,第1周,第2周\n曝光量,1,2\n线索获取量,1,1\n")
    assert codes_of(sheet) == ["period-without-year"]
    dated = sf.read_table("指标,第1周,第2周\n曝光量,1,2\n线索获取量,1,1\n", period="2026")
    assert dated.periods == ("2026-W01", "2026-W02")


def test_years_of_two_digits_after_a_word_are_read_and_told():
    sheet = sf.read_table("月份,指标,实际\n26年8月,曝光量,1\nSep-26,曝光量,2\nOct '26,曝光量,2\n")
    assert sheet.periods == ("2026-08", "2026-09", "2026-10")
    assert [f.code for f in sheet.faults].count("year-of-two-digits") == 1
    kept = sf.read_table("month,metric,actual\nSep 26,visitors,2\n26-Sep,orders,1\n")
    assert kept.periods == ("Sep 26", "26-Sep")


def test_months_as_a_spreadsheet_shows_them_may_stand_in_rows_and_in_columns():
    rows = "Month,Impressions,Leads\nJul-26,480k,4200\nAug-26,0.5M,4600\nTotal,980k,8800\n"
    columns = "Metric,Jul-26,Aug-26 actual\nImpressions,480k,0.5M\nLeads,4200,4600\n"
    for text in (rows, columns):
        sheet = sf.read_table(text)
        assert sheet.periods == ("2026-07", "2026-08")
        assert sheet.panel("step").counts.ravel().tolist() == [480_000, 4200, 500_000, 4600]


def test_dates_with_points_are_dates():
    sheet = sf.read_table("date;metric;actual\n01.09.2026;visitors;9\n1.10.2026;visitors;8\n")
    assert sheet.periods == ("2026-09", "2026-10")
    assert sf.read_table("date;metric;actual\n31.09.2026;visitors;9\n").periods == ("31.09.2026",)


def test_quarters_beside_months_are_told():
    for head in ("Q1", "Q1 2026", "2026"):
        sheet = sf.read_table(f"metric,Jan 2026,Feb 2026,{head}\nvisitors,5,6,11\norders,1,2,3\n")
        assert "periods-mixed" in codes_of(sheet), head
    alone = sf.read_table("metric,Jan 2026,Feb 2026\nvisitors,5,6\norders,1,2\n")
    assert "periods-mixed" not in codes_of(alone)
