"""Folders of a round with files of every kind, and dated lists without stages."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import SalesFunnelError

SHEET = """stage,metric,target,actual,owner,note
Lead,leads,500,420,Marketing specialist,
Offer,offers,250,150,Head of sales,many ask for a discount
Won,wins,80,60,Director,
"""
DEALS = """Deal,Stage,Created,Close date,Status
1,Lead,2026-10-05,,open
2,Offer,2026-10-06,,open
3,Won,2026-09-07,2026-10-01,won
4,Lead,2026-09-08,2026-10-02,lost
"""
TODAY = date(2026, 11, 3)
READ = sf.read_table(SHEET, period="2026-10")


def round_of(more=None, today=TODAY, **options):
    return sf.run_round({"2026-10.csv": SHEET, **(more or {})}, today=today, **options)


def codes(found):
    return [fault.code for fault in found.faults]


PLAIN = round_of()
FIGURES = sf.benchmark("b2b-industries").select(industry="SaaS, sales-led")
FILES = {
    "a template that is there": ({"funnel.txt": "b2b"}, None),
    "a template that is not": ({"funnel.txt": b"\xef\xbb\xbfnope"}, "round-file-unread"),
    "a file of another kind": ({"notes.pdf": b"%PDF"}, "round-file-unknown"),
    "JSON of another kind": ({"odd.json": '{"a": 1}'}, "round-file-unknown"),
    "JSON that is none": ({"bad.json": "{"}, "round-file-unread"),
    "departments": ({"departments.json": '{"Sales": ["Lead"]}'}, None),
    "an object of another kind": ({"x": 5}, "round-file-unknown"),
    "a table of another kind": ({"2026-09.csv": "a;b\n1;2\n"}, "round-file-unread"),
    "the month again, otherwise": (
        {"2026-10 b.csv": SHEET.replace("420", "430")}, "round-months-differ"),
    "the month again, alike": ({"2026-10 b.csv": SHEET}, None),
    "a funnel": ({"funnel": READ.funnel}, None),
    "an analysis": ({"analysis": sf.analyze(READ)}, None),
    "a benchmark": ({"benchmark": FIGURES}, None),
    "deals": ({"deals_2026-11-02.csv": DEALS}, "round-handoffs"),
    "deals that are read": ({"deals": sf.read_deals(DEALS, as_of="2026-11-01")}, "round-handoffs"),
    "several exports of deals": (
        {"deals_2026-11-02.csv": DEALS, "deals_2026-10-02.csv": DEALS}, "round-deals-several"),
    "an export of no day": ({"deals_2026-99-99.csv": DEALS}, "round-handoffs"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_every_kind_in_the_folder(name):
    """The round of the sheet is made in any case; what a file cannot give is told."""
    files, said = FILES[name]
    found = round_of(files)
    assert (found.period, found.next_period) == ("2026-10", "2026-11")
    # what the sheet says stays; a funnel that is given may name it otherwise
    assert [row.actual for row in found.actuals.rows][-2:] == [150, 60]
    if said is None:
        assert not {"round-file-unread", "round-file-unknown"} & set(codes(found))
    else:
        assert said in codes(found)


def test_a_sheet_that_was_read_and_deals_alone():
    found = sf.run_round({"2026-10": READ}, today=datetime.fromisoformat("2026-11-03T09:00"))
    assert found.sheet == PLAIN.sheet
    alone = sf.run_round({"deals_2026-11-02.csv": DEALS}, today=TODAY)
    assert alone.period == "2026-10"
    assert "round-sheet-of-deals" in codes(alone)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: round_of(today="soon"), "must be a date or a time"),
        (lambda: sf.run_round("no such folder", today=TODAY), "must hold a monthly sheet"),
        (lambda: sf.run_round({"x": sf.Tracking(rows=(), funnel=READ.funnel)}, today=TODAY),
         "name their periods"),
    ],
)  # fmt: skip
def test_no_round_without_a_day_and_a_sheet(call, said):
    with pytest.raises(SalesFunnelError, match=said):
        call()


HEAD = "Deal,Stage,Created,Close date,Status,Amount\n"
FIRST = (
    HEAD + "1,Lead,2026-01-05,,open,100\n2,Lead,2026-01-05,,open,100\n3,Offer,2026-01-05,,open,5\n"
)
SECOND = HEAD + (
    "1,Offer,2026-01-05,,open,100\n2,Closed Won,2026-01-05,2026-01-20,won,100\n"
    "3,Demo,2026-01-05,,open,5\n"
)


def lists(first=FIRST, second=SECOND, when="2026-01-10", **options):
    return sf.read_snapshots([(when, first), ("2026-02-01", second)], **options)


@pytest.mark.parametrize(
    ("options", "stages", "won"),
    [
        ({}, ("Demo", "Offer", "Closed Won"), [0, 1, 0]),
        ({"stages": ["Lead", "Offer", "Closed Won"]}, ("Lead", "Offer", "Closed Won"), [0, 1, 0]),
        ({"stages": ["Lead", "Demo", "Offer"]}, ("Lead", "Demo", "Offer"), [0, 1, 0]),
    ],
)
def test_dated_lists_in_an_order_of_stages_of_their_own(options, stages, won):
    history = lists(**options)
    assert history.stages == stages
    assert history.outcome.tolist() == won
    assert history.reached[1] == len(stages) - 1
    assert "interval-censored" in codes(history)


def test_stages_that_are_not_in_the_order_that_is_given_are_told():
    history = lists(stages=["Lead", "Offer", "Closed Won"])
    (fault,) = [fault for fault in history.faults if fault.code == "unknown-stage-in-list"]
    assert "Demo" in fault.message


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"when": datetime.fromisoformat("2026-01-10T00:00+00:00")}, "without a zone"),
        ({"when": np.datetime64("NaT", "us")}, "must be a date"),
        ({"when": "soon"}, "must be a date"),
        ({"columns": {"owner": "Nope"}}, "known name"),
        ({"funnel": "no such template"}, "installed template"),
    ],
)
def test_dates_and_names_that_are_none(options, said):
    with pytest.raises(SalesFunnelError, match=said):
        lists(**options)


@pytest.mark.parametrize("name", ["deals 2026-13-45.csv", "deals 2026-W60.csv", "deals.csv"])
def test_a_file_of_no_day_in_a_folder_of_lists(tmp_path, name):
    for file, text in (("deals 2026-01-10.csv", FIRST), ("deals 2026-02-01.csv", SECOND)):
        (tmp_path / file).write_text(text, "utf-8")
    assert sf.read_snapshots(tmp_path).outcome.tolist() == [0, 1, 0]
    (tmp_path / name).write_text(FIRST, "utf-8")
    with pytest.raises(SalesFunnelError, match="a date in the name"):
        sf.read_snapshots(tmp_path)


def test_ids_with_and_without_noughts_before_them():
    padded = FIRST.replace("\n1,", "\n01,").replace("\n2,", "\n02,").replace("\n3,", "\n03,")
    history = lists(first=padded)
    assert len(history) == 3
    assert "ids-reformatted" in codes(history)
    both = lists(first=FIRST.replace("\n2,", "\n01,"))
    assert len(both) == 4  # 1 and 01 are two deals, so they stay apart
