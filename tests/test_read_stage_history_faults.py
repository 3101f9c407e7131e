"""What strangers feed to read_stage_history: told with row, column, value; nothing guessed."""

from __future__ import annotations

import io

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import ArgumentError, DataError, IntakeError

TWO = {"stages": ["lead", "won"], "as_of": "2026-03-01"}
HEAD = "deal,lead,won,outcome,closed,value\n"


def read(text, **options):
    return sf.read_stage_history(text, **{**TWO, **options})


def faults(history):
    """All faults but the one that says which shape was recognised, which is always there."""
    return [fault for fault in history.faults if not fault.code.startswith("deals-shape")]


def told(history):
    return [(f.code, f.severity, f.row, f.column, f.value) for f in faults(history)]


def test_a_word_that_is_no_outcome_is_a_warning_with_its_rows_and_the_nearest_word():
    history = read(
        HEAD + "a,2026-01-05,,losst,,\nb,2026-01-05,,open,,\nc,2026-01-05,,losst,,\n"
        "d,2026-01-05,,Texas,,\n"
    )
    assert told(history) == [
        ("outcome-taken-as-open", "warning", 1, "outcome", "losst"),
        ("outcome-taken-as-open", "warning", 4, "outcome", "Texas"),
    ]
    first, second = faults(history)
    assert dict(first.params) == {"deals": 2, "rows": "1, 3", "nearest": "lost"}
    assert "lost" in first.hint
    assert second.hint == ""
    assert history.outcome.tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("word", "code"),
    [("Closed_Won", 1), ("CLOSED LOST", 2), ("closed-lost", 2), ("ＬＯＳＴ", 2), ("已丢单", 2),
     ("已赢单", 1), ("In Progress", 0), ("", 0)],
)  # fmt: skip
def test_an_outcome_may_be_written_in_many_ways(word, code):
    history = read(HEAD + f"a,2026-01-05,,{word},2026-02-01,\n")
    assert history.outcome.tolist() == [code]
    assert "outcome-taken-as-open" not in {f.code for f in faults(history)}


@pytest.mark.parametrize("missing", ["zzzzzz.csv", "deal.csv"])
def test_a_missing_file_names_the_nearest_and_never_the_folder(tmp_path, missing):
    for name in ("deals.csv", "secret-plan.xlsx"):
        (tmp_path / name).write_text("deal,lead\n")
    with pytest.raises(IntakeError) as caught:
        sf.read_stage_history(tmp_path / missing)
    assert "secret" not in str(caught.value)
    assert ("deals.csv" in str(caught.value)) == (missing == "deal.csv")


@pytest.mark.parametrize(
    ("encoding", "owner"),
    [
        *((name, "张三") for name in ("gb18030", "utf-8", "utf-8-sig", "utf-16", "utf-16-le")),
        *((name, "张三") for name in ("utf-16-be", "utf-32")),
        ("big5", "張三"),
        *(("cp1252", name) for name in ("Müller", "José", "Ångström, Åsa", "Größe")),
    ],
)
def test_the_encoding_is_found(encoding, owner):
    other = "李四" if "三" in owner else "Jürgen"
    text = f'deal,lead,won,owner\na,2026-01-05,,"{owner}"\nb,2026-01-05,,{other}\n'
    assert read(text.encode(encoding)).attributes["owner"].tolist() == [owner, other]


def test_chinese_stage_names_in_an_old_encoding():
    text = "商机编号,线索,成交,负责人\na,2026/1/5,2026年2月1日,张三\n".encode("gb18030")
    history = sf.read_stage_history(text, stages=["线索", "成交"], as_of="2026-03-01")
    assert history.stages == ("线索", "成交")
    assert history.outcome.tolist() == [1]
    assert history.attributes["负责人"].tolist() == ["张三"]


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_cells_may_hold_commas(mark):
    rows = [
        ["deal", "lead", "won", "owner", "value"],
        ["a", "2026-01-05", "", "Lee, Ann", "1200,50"],
    ]
    history = read("".join(mark.join(row) + "\n" for row in rows))
    assert history.attributes["owner"].tolist() == ["Lee, Ann"]
    assert history.value.tolist() == [1200.5]


def test_rows_keep_their_numbers_behind_blank_ones():
    history = read("deal,lead,won\n\na,2026-01-05,\n,,\n\nb,soon,\na,2026-01-09,\n")
    assert told(history)[:2] == [
        ("deal-twice", "error", 6, "deal", "a"),
        ("time-not-understood", "error", 5, "lead", "soon"),
    ]
    assert dict(faults(history)[0].params)["first"] == 2


def test_every_kind_of_time_that_is_not_read_is_told():
    history = read("deal,lead,won\na,03/04/2026,\nb,46027,\nc,1767600000000,\nd,32.13.2026,\n")
    assert told(history)[:4] == [
        ("time-ambiguous", "error", 1, "lead", "03/04/2026"),
        ("time-is-number", "error", 2, "lead", "46027"),
        ("time-is-number", "error", 3, "lead", "1767600000000"),
        ("time-not-understood", "error", 4, "lead", "32.13.2026"),
    ]
    assert dict(faults(history)[1].params)["reading"] == "2026-01-05"
    assert np.isnat(history.entered).all()
    british = read("deal,lead,won\na,03/04/2026,\n", dayfirst=True, as_of="2026-05-01")
    assert str(british.entered[0, 0])[:10] == "2026-04-03"


def test_amounts_that_are_none_and_negative_ones_are_told():
    history = read(
        "deal,lead,won,value\na,2026-01-05,,-500\nb,2026-01-05,,42%\nc,2026-01-05,,12 days\n"
        'd,2026-01-05,,"€1.200,50"\ne,2026-01-05,,much\n'
    )
    assert told(history) == [
        ("amount-negative", "warning", 1, "value", "-500"),
        ("amount-not-understood", "error", 2, "value", "42%"),
        ("amount-not-understood", "error", 3, "value", "12 days"),
        ("amount-not-understood", "error", 5, "value", "much"),
    ]
    np.testing.assert_array_equal(history.value, [-500, np.nan, np.nan, 1200.5, np.nan])


def test_cells_beyond_the_header_are_told():
    history = read("deal,lead,won,value\na,2026-01-05,,$1,200\n")
    assert told(history) == [("cells-beyond-header", "warning", 1, None, "200")]


def test_a_column_that_stands_there_twice_is_told_and_kept():
    history = read("deal,lead,won,region,region,lead\na,2026-01-05,,n,s,2026-02-05\n")
    assert {(f.code, f.column) for f in faults(history)} == {
        ("header-twice", "region"),
        ("header-twice", "lead"),
    }
    assert {name: column.tolist() for name, column in history.attributes.items()} == {
        "region": ["n"],
        "region (2)": ["s"],
        "lead (2)": ["2026-02-05"],
    }


@pytest.mark.parametrize("header", ["id,deal_id", "deal name,record id", "Deal,Deal ID"])
def test_the_id_of_the_deal_goes_before_its_name_and_before_the_number_of_a_row(header):
    history = read(f"{header},stage,time\n1,a,lead,2026-01-05\n2,a,won,2026-01-09\n")
    assert history.deals.tolist() == ["a"]
    assert history.outcome.tolist() == [1]


def test_the_header_may_stand_below_a_title():
    history = read("Opportunity report,,\n,,\nOpportunity,,\ndeal,lead,won\na,2026-01-05,\n")
    assert history.deals.tolist() == ["a"]


def test_expected_closing_times_of_open_deals_are_not_the_moment_of_the_data():
    text = HEAD + "a,2026-01-05,,open,2027-06-01,\nb,2026-01-05,2026-02-01,won,2026-02-01,\n"
    history = read(text, as_of=None)
    assert str(history.as_of)[:10] == "2026-02-01"
    assert [f.code for f in faults(history)] == ["closed-but-open", "as-of-assumed"]


def test_a_deal_that_was_won_after_the_moment_of_the_data_is_open():
    history = read("deal,lead,won,outcome\na,2026-01-05,2026-04-01,won\n")
    assert history.outcome.tolist() == [0]
    assert history.stage_times("lead")[1].tolist() == [0]


def test_a_deal_that_began_after_the_moment_of_the_data_is_not_there():
    text = "deal,lead,won,created\na,2026-04-05,,2026-04-05\nb,2026-01-05,,2026-01-05\n"
    history = read(text)
    assert history.deals.tolist() == ["b"]
    (fault,) = faults(history)
    assert (fault.code, dict(fault.params)["deals"]) == ("after-as-of", 1)
    changes = "deal,stage,time\na,lead,2026-04-05\nb,lead,2026-01-05\n"
    again = read(changes)
    assert again.deals.tolist() == ["b"]
    assert dict(faults(again)[0].params)["deals"] == 1


def test_a_loss_without_a_time_is_told_and_every_result_can_be_had():
    history = read(HEAD + "a,2026-01-05,2026-02-01,won,,\nb,2026-01-06,,lost,,\n")
    assert told(history) == [("closed-without-time", "warning", 2, None, None)]
    assert str(history.closed[1])[:10] == "2026-01-06"
    assert sf.stage_durations(history).lost.tolist() == [1]
    assert sf.velocity(history).left_out == 0


def test_a_loss_that_only_a_closing_time_tells_is_told():
    history = read("deal,lead,won,closed\na,2026-01-05,,2026-02-01\n")
    assert history.outcome.tolist() == [2]
    assert told(history) == [("lost-by-closing", "warning", None, None, None)]


def test_a_deal_without_a_creation_came_with_its_first_stage():
    history = read("deal,lead,won,created\na,2026-01-05,,\nb,2026-01-05,,2026-01-02\n")
    assert [str(t)[:10] for t in history.created] == ["2026-01-05", "2026-01-02"]


def test_columns_that_a_table_of_changes_does_not_need_are_not_lost():
    history = read(
        "deal,stage,time,created,closed,status\na,lead,2026-01-05,2026-01-02,2026-09-01,hot\n"
    )
    assert str(history.created[0])[:10] == "2026-01-02"
    assert history.attributes["status"].tolist() == ["hot"]
    assert history.attributes["closed"].tolist() == ["2026-09-01"]


def test_missing_values_of_dataframes_are_missing():
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_csv(
        io.StringIO("deal,lead,won,owner,value\n7,2026-01-05,,,4\n,2026-01-06,,x,\n9,,,y,\n")
    )
    for one in (frame, frame.convert_dtypes()):
        history = read(one)
        assert history.deals.tolist() == ["7", "9"]
        assert history.attributes["owner"].tolist() == ["", "y"]
        np.testing.assert_array_equal(history.value, [4, np.nan])
        assert ("deal-without-id", "error", 2, "deal", "") in told(history)


class Capsule:
    """A dataframe that knows nothing but the Arrow PyCapsule interface."""

    def __init__(self, table):
        self._table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self._table.__arrow_c_stream__(requested_schema)


def test_any_dataframe_through_arrow():
    arrow = pytest.importorskip("pyarrow")
    table = arrow.table({"deal": ["a"], "lead": ["2026-01-05"], "won": [None]})
    for frame in (table, table.to_reader(), Capsule(table)):
        assert read(frame).deals.tolist() == ["a"]


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize("wrapped", [False, True])
def test_polars_columns_of_objects_are_no_addresses(lazy, wrapped):
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"deal": ["a", "b"], "lead": ["2026-01-05"] * 2}).with_columns(
        channel=polars.Series([None, "web"], dtype=polars.Object),
        won=polars.Series([None, None], dtype=polars.String),
    )
    frame = frame.lazy() if lazy else frame
    if wrapped:
        frame = pytest.importorskip("narwhals").from_native(frame)
    assert read(frame).attributes["channel"].tolist() == ["", "web"]


def test_a_lazy_frame_of_polars():
    polars = pytest.importorskip("polars")
    pytest.importorskip("narwhals")
    frame = polars.LazyFrame({"deal": ["a"], "lead": ["2026-01-05"], "won": [None]})
    assert read(frame).deals.tolist() == ["a"]


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2026-03-01T00:00:00Z", "2026-03-01T08:00"),
        ("2026/3/1", "2026-03-01T00:00"),
        (np.datetime64("2026-03-01"), "2026-03-01T00:00"),
    ],
)
def test_the_moment_of_the_data_is_in_the_zone_of_the_funnel(as_of, expected):
    history = read("deal,lead,won\na,2026-01-05,\n", as_of=as_of, tz="Asia/Shanghai")
    assert str(history.as_of)[:16] == expected


@pytest.mark.parametrize("stages", ["lead", ["lead", "lead"]])
def test_stages_are_a_sequence_of_different_keys(stages):
    with pytest.raises(ArgumentError, match="stages"):
        sf.read_stage_history("deal,lead\na,2026-01-05\n", stages=stages)


def test_a_table_without_rows_is_an_empty_history():
    assert len(read("deal,lead,won\n")) == 0
    assert read("deal,lead,won\n").panel().counts.sum() == 0


@pytest.mark.parametrize(
    "change",
    [{"as_of": "soon"}, {"as_of": "2026-03-01T00:00Z"}, {"entered": "x"}, {"outcome": ["won"]}],
)
def test_the_constructor_refuses_what_is_no_column(change):
    parts = {"deals": ["a"], "stages": ["s"], "entered": [["2026-01-01"]], "outcome": [0],
             "as_of": "2026-03-01"}  # fmt: skip
    with pytest.raises(DataError):
        sf.StageHistory(**{**parts, **change})


@pytest.mark.parametrize("mask", [[5], [-2], ["a"], [0.5], [True, False]])
def test_a_wrong_selection_is_refused(mask):
    with pytest.raises(DataError, match="mask"):
        read("deal,lead,won\na,2026-01-05,\n").select(mask)


def test_the_worksheet_with_the_deals_is_found_and_others_are_told(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.title = "Cover"
    book.active.append(["Report of the third quarter"])
    for name, deal in (("East", "a"), ("West", "b")):
        sheet = book.create_sheet(name)
        sheet.append(["deal", "lead", "won"])
        sheet.append([deal, np.datetime64("2026-01-05").item(), None])
    path = tmp_path / "deals.xlsx"
    book.save(path)
    history = read(path)
    assert history.deals.tolist() == ["a"]
    assert told(history) == [("worksheets-left", "warning", None, None, "West")]
    assert read(path, sheet="West").deals.tolist() == ["b"]


@pytest.mark.parametrize(
    ("clear", "code"), [("25/05/2026", "times-day-first"), ("05/25/2026", "times-month-first")]
)
def test_a_time_that_settles_the_order_of_day_and_month_is_shown(clear, code):
    rows = [("a", "03/04/2026"), ("b", clear), ("c", "07/08/2026")]
    records = [{"deal": deal, "lead": time} for deal, time in rows]
    history = sf.read_stage_history(records, stages=["lead", "won"], as_of="2026-12-01")
    (found,) = [fault for fault in faults(history) if fault.code.startswith("times-")]
    assert (found.code, found.value, dict(found.params)) == (code, clear, {"times": 2})
    first = code == "times-day-first"
    again = sf.read_stage_history(
        records, stages=["lead", "won"], as_of="2026-12-01", dayfirst=first
    )
    assert {fault.code for fault in again.faults} & {code, "time-ambiguous"} == set()
    both = [*records, {"deal": "d", "lead": "05/25/2026" if first else "25/05/2026"}]
    mixed = sf.read_stage_history(both, stages=["lead", "won"], as_of="2026-12-01")
    assert code not in {fault.code for fault in mixed.faults}, "they contradict each other"


@pytest.mark.parametrize(
    "header", ["OpportunityId,StageName,CreatedDate", "DEALID,STAGE,CHANGEDAT"]
)
def test_names_of_columns_may_be_written_in_one_word(header):
    text = f"{header}\n1,lead,2026-01-05\n1,won,2026-02-05\n"
    history = sf.read_stage_history(text, stages=["lead", "won"], as_of="2026-03-01")
    assert (history.deals.tolist(), history.outcome.tolist()) == (["1"], [1])
