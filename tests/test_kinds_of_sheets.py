"""Kinds of sheets that were once read wrong: totals by the plainest call, checked by hand."""

from __future__ import annotations

import io

import pytest

import salesfunnel as sf

KINDS = {
    "subtotals of groups": (
        (
            "Region,Rep,Leads,Deals\nEast,Ann,10,2\nEast,Bob,20,3\nEast Total,,30,5\n"
            "West,Cid,5,1\nWest Total,,5,1\nGrand Total,,35,6\n"
        ),
        [35, 6],
        ["East / Ann", "East / Bob", "West / Cid"],
        {"total-row"},
    ),
    "subtotals in German": (
        "Kanal;Leads;Abschluss\nSuche;10;2\nMail;20;3\nGesamtsumme;30;5\n",
        [30, 5],
        ["Suche", "Mail"],
        {"total-row"},
    ),
    "a segment for all": (
        "device,sessions,orders\nall,110,11\nmobile,60,6\ndesktop,50,5\n",
        [110, 11],
        ["mobile", "desktop"],
        {"total-row"},
    ),
    "all of every month": (
        (
            "month,渠道,线索,成交\n2026-01,全部,110,11\n2026-01,a,60,6\n2026-01,b,50,5\n"
            "2026-02,全部,10,3\n2026-02,a,6,1\n2026-02,b,4,2\n"
        ),
        [120, 14],
        ["a", "b"],
        {"total-row"},
    ),
    "a sum with another name": (
        "device,sessions,orders\nweb,110,11\nmobile,60,6\ndesktop,50,5\n",
        [220, 22],
        ["web", "mobile", "desktop"],
        {"segment-is-sum"},
    ),
    "a name that begins like a total": (
        "Region,Leads,Deals\nEast,10,2\nWest,5,1\nTotal Wine,7,1\n",
        [22, 4],
        ["East", "West", "Total Wine"],
        set(),
    ),
    "points separate thousands": (
        "month;visitors;leads\n2026-01;1.000;100\n2026-02;1.100;110\n2026-03;900;90\n",
        [3000, 300],
        ["all"],
        {"decimal-comma"},
    ),
    "a step called paid": (
        (
            "month,visits,signup,signup rate,paid,paid rate\n2026-01,1000,100,10%,10,10%\n"
            "2026-02,2000,220,11%,33,15%\n"
        ),
        [3000, 320, 43],
        ["all"],
        set(),
    ),
    "numbers of stores": (
        (
            "store_id,date,visitors,orders\n101,2026-01-01,100,10\n102,2026-01-01,50,4\n"
            "101,2026-01-02,90,9\n102,2026-01-02,60,5\n"
        ),
        [300, 28],
        ["101", "102"],
        {"segment-inferred"},
    ),
    "one cell that is no count": (
        "month,leads,deals\n2026-01,100,-3\n2026-02,90,5\n",
        [190, 5],
        ["all"],
        {"not-a-count"},
    ),
    "half a deal": (
        "month,leads,deals\n2026-01,100,3.5\n2026-02,90,5\n",
        [190, 5],
        ["all"],
        {"not-a-count"},
    ),
    "a row of means": (
        "Rep,Leads,Deals\nAnn,10,2\nBob,20,4\nAverage,15,3\n",
        [30, 6],
        ["Ann", "Bob"],
        {"total-row"},
    ),
    "a row of targets": (
        "业务员,线索,成交\n张三,10,2\n李四,20,4\n目标,40,8\n",
        [30, 6],
        ["张三", "李四"],
        {"target-row"},
    ),
    "rows of budgets": (
        (
            "Stage,Type,Jan 2026,Feb 2026\nLeads,Actual,100,110\nLeads,Budget,120,120\n"
            "Won,Actual,10,11\nWon,Budget,12,12\n"
        ),
        [210, 21],
        ["Actual"],
        {"target-row"},
    ),
    "a report of lifecycle stages": (
        "Lifecycle stage,Count of contacts\nSubscriber,1000\nLead,400\nCustomer,10\n",
        [1000, 400, 10],
        ["all"],
        set(),
    ),
    "scores beside steps": (
        "month,leads,won,nps,order value\n2026-01,100,10,40,900\n2026-02,110,12,42,800\n",
        [210, 22],
        ["all"],
        set(),
    ),
    "money beside steps": (
        (
            "Campaign Name,Impressions,Clicks,Total Spent,Leads\nA,1000,100,10.5,10\n"
            "B,2000,150,20.1,12\n"
        ),
        [3000, 22],
        ["A", "B"],
        {"unknown-metric"},
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_sheet_is_counted_right(kind: str) -> None:
    text, totals, segments, codes = KINDS[kind]
    sheet = sf.read_table(text)
    panel = sheet.panel("step")
    assert panel.counts.sum(axis=(0, 1)).tolist() == totals
    assert list(sheet.segments) == segments
    assert codes <= {fault.code for fault in sheet.faults}


MONTHS = {
    "Enero 2026": "2026-01",
    "febrero de 2026": "2026-02",
    "März 2026": "2026-03",
    "Okt. 2026": "2026-10",
    "janvier 2026": "2026-01",
    "déc-26": "2026-12",
    "Fev/2026": "2026-02",
    "out/26": "2026-10",
    "январь 2026": "2026-01",
    "май 2026 г.": "2026-05",
    "2026 Juli": "2026-07",
    "maggio 2026": "2026-05",
}


@pytest.mark.parametrize("cell", MONTHS)
def test_months_of_other_languages(cell: str) -> None:
    sheet = sf.read_table(f"month,leads,orders\n{cell},100,9\n")
    assert sheet.periods == (MONTHS[cell],)


def test_months_as_plain_numbers_under_their_header() -> None:
    sheet = sf.read_table("月,线索,成交\n1,100,10\n2,110,12\n", period="2026")
    assert sheet.periods == ("2026-01", "2026-02")


def test_words_that_are_months_elsewhere_stay_names() -> None:
    sheet = sf.read_table("step,In,Out\nVisit,100,40\nOrder,40,10\n", columns={"actual": "In"})
    assert [row.actual for row in sheet.rows] == [100, 40]


def test_a_worksheet_a_person() -> None:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    pytest.importorskip("python_calamine")
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    for name, times in (("Ann", 1), ("Bob", 2)):
        page = book.add_worksheet(name)
        page.write_row(0, 0, ["Month", "Leads", "Deals"])
        page.write_row(1, 0, ["2026-01", 10 * times, 2 * times])
    book.close()
    sheet = sf.read_table(file.getvalue())
    assert sheet.segments == ("Ann", "Bob")
    assert sheet.panel("step").counts.tolist() == [[[10, 2], [20, 4]]]
    assert [f.severity for f in sheet.faults if f.code == "worksheets-are-segments"] == ["warning"]
    assert sf.read_table(file.getvalue(), sheet="Bob").segments == ("all",)
