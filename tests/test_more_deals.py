"""Tables of deals with what few of them have: every row is one table and what is read of it."""

from __future__ import annotations

import io

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import ArgumentError, IntakeError, SalesFunnelError, UnknownNameError

OPEN, WON, LOST = 0, 1, 2
LEAD = ("Lead", "Offer", "Won")


def read(table, **options):
    return sf.read_deals(table.replace(" / ", "\n").replace(", ", ",") + "\n", **options)


def codes(history):
    return {fault.code for fault in history.faults}


CHANGES = (
    "deal,stage,changed at,created,amount,currency / d1,Lead,2026-01-01,2026-01-01,10,EUR"
    " / d1,Offer,2026-01-05,2026-01-01,12,EUR / d1,Won,2026-01-09,2026-01-01,15,EUR"
    " / d2,Lead,2026-01-02,2026-01-02,20,USD / d2,Lost,2026-01-12,2026-01-02,20,USD"
)
STAYS = (
    "deal,stage,entered,left,closed / d1,Lead,2026-01-01,2026-01-05, / d1,Offer,2026-01-05,"
    "2026-01-09,2026-01-09 / d1,Won,2026-01-09,,2026-01-09 / d2,Lead,2026-01-02,,"
)


@pytest.mark.parametrize(
    ("table", "options", "said"),
    [
        (CHANGES, {"stages": LEAD}, "currencies-mixed"),
        (CHANGES, {}, "stage-order-words"),
        (CHANGES.replace("changed at", "moved"),
         {"stages": LEAD, "columns": {"time": "moved"}}, "deals-shape-changes"),
        (CHANGES.replace("Offer,2026-01-05", "Offer,"), {"stages": LEAD}, "change-without-time"),
    ],
)  # fmt: skip
def test_changes_with_amounts_in_two_currencies(table, options, said):
    history = read(table, **options)
    assert history.stages == LEAD
    assert history.reached.tolist() == [2, 0]
    assert history.outcome.tolist() == [WON, LOST]
    assert history.value.tolist() == [15, 20]
    assert history.attributes["currency"].tolist() == ["EUR", "USD"]
    assert said in codes(history)


def test_changes_of_stages_with_names_of_their_own_are_ordered_as_deals_pass_them():
    """No word tells the order, and the rows come latest first."""
    head, *rows = CHANGES.replace("Lead", "Zeta").replace("Offer", "Beta").split(" / ")
    history = read(" / ".join([head, *reversed(rows)]))
    assert history.stages == ("Zeta", "Beta", "Won")
    assert history.outcome.tolist() == [WON, LOST]
    assert {"stage-order-appearance"} <= codes(history)


def test_changes_without_amounts_creations_and_one_id():
    bare = CHANGES.replace(",2026-01-01,10,", ",,,").replace(",2026-01-01,12,", ",,,")
    bare = bare.replace(",2026-01-01,15,", ",,,").replace(",2026-01-02,20,", ",,,")
    history = read(bare, stages=LEAD)
    assert np.isnan(history.value).all()
    assert history.reached.tolist() == [2, 0]
    history = read(CHANGES.replace("d2,Lead", ",Lead"), stages=LEAD)
    assert "deal-without-id" in codes(history)
    assert history.outcome.tolist() == [WON, LOST]


def test_a_status_beside_changes_tells_how_deals_ended():
    history = read(
        "deal,stage,changed at,status,closed / d1,Lead,2026-01-01,open, / d1,Offer,2026-01-05,won,"
        "2026-01-09 / d2,Lead,2026-01-02,open, / d2,Offer,2026-01-04,lost,2026-01-12",
        stages=LEAD,
        as_of="2026-02-01",
    )
    assert history.outcome.tolist() == [WON, LOST]
    assert history.reached.tolist() == [2, 1]
    assert "ends-by-status" in codes(history)
    assert [str(day)[:10] for day in history.closed] == ["2026-01-09", "2026-01-12"]


ENDS = (
    "deal,stage,changed at,status / d1,Lead,2026-01-01,open / d1,Offer,2026-01-05,won"
    " / d2,Lead,2026-01-02,open / d2,Offer,2026-01-04,lost / d3,Offer,2026-01-04,open"
)


@pytest.mark.parametrize(
    ("table", "stages", "outcome", "added"),
    [
        (ENDS, ("Lead", "Offer", "won"), [WON, LOST, OPEN], True),
        (ENDS.replace("lost", "open"), ("Lead", "Offer", "won"), [WON, OPEN, OPEN], True),
        (ENDS.replace("lost", "won").replace("2026-01-04,open", "2026-01-04,won"),
         ("Lead", "Offer"), [WON, WON, WON], False),
        (ENDS.replace(",won", ",").replace(",lost", ","), ("Lead", "Offer"), [WON] * 3, False),
    ],
)  # fmt: skip
def test_a_status_tells_whether_the_last_of_the_given_stages_is_the_win(
    table, stages, outcome, added
):
    history = read(table, stages=["Lead", "Offer"], as_of="2026-02-01")
    assert history.stages == stages
    assert history.outcome.tolist() == outcome
    assert ("won-stage-added" in codes(history)) is added


@pytest.mark.parametrize("named", [False, True])
def test_stays_in_stages(named):
    table, columns = STAYS, None
    if named:
        table = STAYS.replace("entered", "in").replace("left", "out")
        columns = {"entered": "in", "left": "out"}
    history = read(table, stages=LEAD, columns=columns)
    assert history.reached.tolist() == [2, 0]
    assert history.outcome.tolist() == [WON, OPEN]
    assert "deals-shape-spells" in codes(history)


LIST = (
    "Deal,Stage,Created,Close date,Status,Amount / 1,Lead,2026-01-05,,open,100"
    " / 2,Offer,2026-01-06,2026-06-01,open,200 / 3,Closed Won,2026-01-07,2026-02-01,won,300"
    " / 4,Offer,2026-01-08,2026-02-02,lost,400"
)
# Table, options, stages, reached, outcomes, a code that is told.
LISTS = {
    "open deals in the last stage": (
        LIST, {"stages": ["Lead", "Offer"]}, ("Lead", "Offer", "won"), [0, 1, 2, 1],
        [OPEN, OPEN, WON, LOST], "won-stage-added"),
    "stages are given, and no column of them": (
        "Deal,Created,Close date,Status / 1,2026-01-05,,open / 2,2026-01-05,2026-01-09,won",
        {"stages": ["Lead", "Offer"]}, ("Lead", "Offer"), [0, 1], [OPEN, WON], "outcomes-read"),
    "a word of loss of one's own": (
        LIST.replace("lost", "kaput"), {"outcomes": {"kaput": "lost"}},
        ("Lead", "Offer", "Closed Won"), [0, 1, 2, 1], [OPEN, OPEN, WON, LOST], "outcomes-read"),
    "a reason of loss tells who lost": (
        ("Deal,Stage,Created,Close date,Loss reason / 1,Lead,2026-01-05,,"
        " / 2,Offer,2026-01-05,2026-01-09,price / 3,Won,2026-01-05,2026-01-11,"),
        {}, LEAD, [0, 1, 2], [OPEN, LOST, WON], "lost-by-reason"),
    "no reason is given": (
        ("Deal,Stage,Created,Close date,Loss reason / 1,Lead,2026-01-05,,"
        " / 2,Offer,2026-01-05,2026-01-09, / 3,Won,2026-01-05,2026-01-11,"),
        {}, LEAD, [0, 1, 2], [OPEN, OPEN, WON], "deals-shape-list"),
    "a flag of wins and a day of closing": (
        ("Deal,Created,Close date,Is won / 1,2026-01-05,,no / 2,2026-01-05,2026-01-09,yes"
        " / 3,2026-01-05,2026-01-11,no"), {}, ("created", "won"), [0, 1, 0],
        [OPEN, WON, LOST], "lost-by-closing"),
    "a flag of wins, and none that closed": (
        "Deal,Created,Close date,Is won / 1,2026-01-05,, / 2,2026-01-05,2026-01-09,yes",
        {}, ("created", "won"), [0, 1], [OPEN, WON], "deals-shape-list"),
    "a day of winning": (
        ("Deal,Created,Won at,Close date / 1,2026-01-05,, / 2,2026-01-05,2026-01-09,2026-01-09"
        " / 3,2026-01-05,,2026-01-10"), {}, ("created", "won"), [0, 1, 0],
        [OPEN, WON, LOST], "lost-by-closing"),
    "words of a status that nobody knows": (
        "Deal,Created,Status / 1,2026-01-05,foo / 2,2026-01-05,bar", {},
        ("created", "won"), [0, 0], [OPEN, OPEN], "outcome-taken-as-open"),
    "words of a status that are said": (
        "Deal,Created,Status / 1,2026-01-05,foo / 2,2026-01-05,bar",
        {"outcomes": {"foo": "won", "bar": "lost"}}, ("created", "won"), [1, 0], [WON, LOST],
        "outcomes-read"),
    "one date under any name": (
        "Deal,When,Status / 1,2026-01-05,won / 2,2026-01-05,lost", {},
        ("created", "won"), [1, 0], [WON, LOST], "closing-unknown"),
    "a status that holds stages": (
        "Deal,Created,Status / 1,2026-01-05,Lead / 2,2026-01-05,Offer / 3,2026-01-05,Won", {},
        LEAD, [0, 1, 2], [OPEN, OPEN, WON], "stage-order-words"),
    "chances of all stages": (
        ("Deal,Stage,Created,Probability / 1,Foo,2026-01-05,50 / 2,Bar,2026-01-05,10"
        " / 4,Closed Won,2026-01-05,100"), {}, ("Bar", "Foo", "Closed Won"), [1, 0, 2],
        [OPEN, OPEN, WON], "outcomes-read"),
    "chances of some stages": (
        ("Deal,Stage,Created,Probability / 1,Foo,2026-01-05,50 / 2,Bar,2026-01-05,"
        " / 4,Closed Won,2026-01-05,100"), {}, ("Foo", "Bar", "Closed Won"), [0, 1, 2],
        [OPEN, OPEN, WON], "stage-order-appearance"),
    "numbers before stages that come twice": (
        "Deal,Stage,Created / 1,1. Foo,2026-01-05 / 2,1. Bar,2026-01-05 / 3,2. Won,2026-01-05",
        {}, ("1. Foo", "1. Bar", "2. Won"), [0, 1, 2], [OPEN, OPEN, WON],
        "stage-order-appearance"),
    "a close date and an actual one": (
        ("Deal,Stage,Created,Close date,Actual close date / 1,Lead,2026-01-05,2026-03-01,"
        " / 2,Won,2026-01-05,2026-03-01,2026-02-01"), {}, ("Lead", "Won"), [0, 1], [OPEN, WON],
        "outcomes-read"),
    "dates of entering stages with names of their own": (
        ("Deal,Created,Date entered Foo,Date entered Bar / 1,2026-01-05,2026-01-06,"
        " / 2,2026-01-05,2026-01-06,2026-01-08"), {}, ("Foo", "Bar"), [0, 1], [OPEN, WON],
        "won-stage-guessed"),
    "days of stages and of losses": (
        "Deal,Lead,Offer,Lost at / 1,2026-01-05,2026-01-06, / 2,2026-01-05,2026-01-06,2026-01-08",
        {}, ("Lead", "Offer", "won"), [1, 1], [OPEN, LOST], "wins-unknown"),
    "days of stages, and no id": (
        "Deal,Lead,Offer,Won / ,2026-01-05,2026-01-06, / ,2026-01-05,2026-01-06,2026-01-08", {},
        LEAD, [1, 2], [OPEN, WON], "ids-missing"),
    "days of stages, and one id": (
        "Deal,Lead,Offer,Won / ,2026-01-05,2026-01-06, / 2,2026-01-05,2026-01-06,2026-01-08", {},
        LEAD, [2], [WON], "deal-without-id"),
    "the header comes again": (
        "Deal,Stage,Created / 1,Lead,2026-01-05 / Deal,Stage,Created / 2,Won,2026-01-05", {},
        ("Lead", "Won"), [0, 1], [OPEN, WON], "outcomes-read"),
    "a column of deals that is empty, and names": (
        "Deal ID,Deal name,Stage,Created / ,A,Lead,2026-01-01 / ,B,Won,2026-01-02", {},
        ("Lead", "Won"), [0, 1], [OPEN, WON], "ids-from-names"),
    "a column of deals that is empty": (
        "Deal ID,Stage,Created / ,Lead,2026-01-01 / ,Won,2026-01-02", {},
        ("Lead", "Won"), [0, 1], [OPEN, WON], "ids-missing"),
    "a deal twice": (
        "Deal ID,Stage,Created / 1,Lead,2026-01-01 / 1,Lead,2026-01-01 / 2,Won,2026-01-02", {},
        ("Lead", "Won"), [0, 1], [OPEN, WON], "deal-twice"),
    "a row of sums": (
        "Deal,Stage,Created,Amount / A,Lead,2026-01-01,5 / B,Won,2026-01-02,6 / Total,,,11", {},
        ("Lead", "Won"), [0, 1], [OPEN, WON], "rows-no-deals"),
}  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_lists_of_deals(name):
    table, options, stages, reached, outcome, said = LISTS[name]
    history = read(table, **options)
    assert history.stages == stages
    assert history.reached.tolist() == reached
    assert history.outcome.tolist() == outcome
    assert said in codes(history)


def test_names_that_come_twice_stay_apart():
    history = read(
        "Deal name,Stage,Created / A,Lead,2026-01-01 / A (2),Won,2026-01-02 / A,Lead,2026-01-02"
        " / A,Won,2026-01-03"
    )
    assert list(history.deals) == ["A", "A (2)", "A (3)", "A (4)"]


@pytest.mark.parametrize(
    ("amounts", "want", "money"),
    [
        (("$100", "US$ 200", "300 EUR", "400"), [100, 200, 300, 400], ["USD", "USD", "EUR", ""]),
        (("100", "200 kg", "(300 EUR)", "4" * 70), [100, np.nan, np.nan, float("4" * 70)], None),
        (("100", "(200)", "-300 €", "400"), [100, np.nan, -300, 400], None),
    ],
)
def test_amounts_with_currencies_in_the_cell(amounts, want, money):
    table = LIST
    for old, new in zip((",100", ",200", ",300", ",400"), amounts, strict=True):
        table = table.replace(old, "," + new)
    history = read(table)
    assert history.value.tolist() == pytest.approx(want, nan_ok=True)
    if money is not None:
        assert history.attributes["currency"].tolist() == money
        assert "currencies-mixed" in codes(history)


def test_currencies_in_a_column_by_sign_and_by_name():
    table = LIST.replace("Amount", "Amount,Currency").replace(",100", ",100,US Dollar")
    table = table.replace(",200", ",200,$").replace(",300", ",300,Euro").replace(",400", ",400,")
    history = read(table)
    assert history.attributes["currency"].tolist() == ["USD", "USD", "EUR", ""]


LOG = (
    "deal,field,old,new,time / d1,stage,,Lead,2026-01-01 / d1,stage,Lead,Offer,2026-01-05"
    " / d1,amount,1,2,2026-01-05 / d2,stage,,Lead,2026-01-02"
)
MOVES = (
    "deal,old stage,new stage,time / d1,,Lead,2026-01-01 / d1,Lead,Offer,2026-01-05"
    " / d2,,Lead,2026-01-02"
)


@pytest.mark.parametrize("table", [LOG, MOVES])
def test_logs_of_changes(table):
    history = read(table, stages=LEAD)
    assert history.reached.tolist() == [1, 0]
    assert history.outcome.tolist() == [OPEN, OPEN]


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"outcomes": "won"}, ArgumentError, "mapping of words"),
        ({"pipeline": "East"}, UnknownNameError, "no such column"),
        ({"sheet": "May"}, UnknownNameError, "worksheet"),
        ({"as_of": ""}, ArgumentError, "must be a date or a time"),
        ({"as_of": "soon"}, ArgumentError, "must be a date or a time"),
        ({"columns": {"stage": "Step"}}, UnknownNameError, "'Step'"),
        ({"columns": {"deal": "Deal", "stage": "Step"}}, UnknownNameError, "'Step'"),
        ({"columns": {"created": "Close date"}, "stages": "Lead"}, SalesFunnelError, "'stages'"),
    ],
)
def test_wrong_arguments_are_refused(options, error, said):
    with pytest.raises(error, match=said):
        read(LIST, **options)


def test_rows_of_one_deal_that_contradict_each_other_are_refused():
    with pytest.raises(IntakeError, match="each deal once"):
        read("Opportunity,Stage,Created / A,Lead,2026-01-01 / A,Offer,2026-01-01"
             " / B,Lead,2026-01-02")  # fmt: skip
    with pytest.raises(IntakeError, match="a stage and a time"):
        read("deal,new stage,time / d1,Lead,2026-01-01 / d1,Offer,2026-01-05", stages=LEAD)


def test_a_worksheet_by_number_an_open_file_and_rows_that_come_once():
    text = LIST.replace(" / ", "\n") + "\n"
    plain = sf.read_deals(text, sheet=0)
    opened = sf.read_deals(io.StringIO(text))
    rows = [line.split(",") for line in text.strip().split("\n")]
    once = sf.read_deals(iter(rows))
    for other in (opened, once):
        assert other.outcome.tolist() == plain.outcome.tolist() == [OPEN, OPEN, WON, LOST]


def test_a_parent_beside_the_ids_of_rows_is_the_deal():
    table = (
        "ID,Opportunity ID,Stage,Changed at / 1,d1,Lead,2026-01-05 / 2,d1,Offer,2026-01-06"
        " / 3,d2,Lead,2026-01-06 / 4,d2,Won,2026-01-09"
    )
    history = read(table)
    assert list(history.deals) == ["d1", "d2"]
    assert history.reached.tolist() == [1, 2]


@pytest.mark.parametrize("kind", ["whole", "float", "objects", "none"])
def test_amounts_of_a_dataframe(kind):
    pandas = pytest.importorskip("pandas")
    column = {"whole": [5, 7], "float": [5.0, None], "objects": ["5 EUR", 7], "none": [None, None]}
    frame = pandas.DataFrame(
        {"Deal": ["a", "b"], "Stage": ["Lead", "Won"], "Created": ["2026-01-01"] * 2,
         "Amount": column[kind]}
    )  # fmt: skip
    value = sf.read_deals(frame).value.tolist()
    want = {"whole": [5, 7], "float": [5, np.nan], "objects": [5, 7], "none": [np.nan] * 2}[kind]
    assert value == pytest.approx(want, nan_ok=True)


def moves(head, deals=6, stages=("Lead", "Offer", "Won"), name="d"):
    """Return rows of changes with ids of their own, the deal beside them."""
    rows = [
        f"{len(stages) * k + s},{name}{k},{stage},2026-01-{2 * k + s + 1:02d}"
        for k in range(deals)
        for s, stage in enumerate(stages)
    ]
    return "\n".join([head, *rows]) + "\n"


@pytest.mark.parametrize(
    ("head", "deals", "shape"),
    [
        ("ID,Opportunity ID,Stage,Created Date", 6, "deals-shape-changes"),
        ("ID,Parent ID,Stage,Created", 6, "deals-shape-changes"),
        ("ID,Deal ID,Stage,Created", 6, "deals-shape-changes"),
    ],
)
def test_rows_with_ids_of_their_own_are_changes_of_the_deal_beside(head, deals, shape):
    history = sf.read_deals(moves(head))
    assert len(history) == deals
    assert shape in codes(history)
    assert history.reached.tolist() == [2] * deals
    assert history.outcome.tolist() == [WON] * deals


def test_rows_of_one_stage_each_are_deals_of_their_own():
    """An account beside an id that never comes twice is an attribute."""
    table = "ID,Account ID,Stage,Created\n" + "".join(
        f"{k},a{k // 3},{('Lead', 'Offer', 'Won')[k % 3]},2026-01-{k + 1:02d}\n" for k in range(18)
    )
    history = sf.read_deals(table)
    assert len(history) == 18
    assert "deals-shape-list" in codes(history)


def test_of_many_changes_the_ways_of_the_deals_tell_the_order():
    """Names whose words say another order than the deals take; latest rows first."""
    stages = ("Negotiation", "Lead", "Won")
    made = "deal,stage,changed at\n" + "".join(
        f"d{k // 3},{stages[k % 3]},2026-{k // 3 % 11 + 1:02d}-{k % 3 + 6:02d}\n"
        for k in reversed(range(90))
    )
    history = sf.read_deals(made)
    assert history.stages == stages
    assert "stage-order-moves" in codes(history)
    assert history.reached.tolist() == [2] * 30


@pytest.mark.parametrize(
    "header",
    [
        "Record ID,Deal,Stage,Date",
        "Activity ID,Opportunity Name,Stage,Date",
        "ID,商机名称,阶段,时间",
    ],
)
def test_an_id_that_numbers_the_rows_of_changes_is_not_the_deal(header):
    rows = [("1", "A", "Lead", "2026-01-01"), ("2", "A", "Offer", "2026-01-05"),
            ("3", "A", "Won", "2026-01-09"), ("4", "B", "Lead", "2026-01-02"),
            ("5", "B", "Lost", "2026-01-08")]  # fmt: skip
    text = "\n".join([header, *(",".join(row) for row in rows)])
    deals = sf.read_deals(text, as_of="2026-02-01")
    assert (len(deals), deals.outcome.tolist()) == (2, [1, 2])


@pytest.mark.parametrize(
    ("amounts", "told"),
    [(("€ 12.500", "€ 3.200"), True), (("12.500", "3.200"), True), (("12.500", ""), True),
     (("12.500 EUR", "7"), True), (("12.500", "3.25"), False), (("0.125", "0.250"), False),
     (("1234.567", "12.500"), False), (("12500", "7"), False), (("€ 12.500", "€ 3.25"), False)],
)  # fmt: skip
def test_a_point_that_may_separate_thousands_is_told_once(amounts, told):
    rows = "".join(f"{i},Lead,2026-01-0{i},{text}\n" for i, text in enumerate(amounts, start=1))
    deals = sf.read_deals(f"id,stage,created,amount\n{rows}", as_of="2026-02-01")
    found = [f for f in deals.faults if f.code == "point-or-thousands"]
    assert len(found) == told
    orders = "".join(f"c{i},2026-01-0{i},{text}\n" for i, text in enumerate(amounts, start=1))
    bought = sf.read_purchases(f"customer,date,amount\n{orders}")
    assert sum(f.code == "point-or-thousands" for f in bought.faults) == told
    if told:
        assert (found[0].row, found[0].column, found[0].severity) == (1, "amount", "warning")
        read = sf.read_deals(f"id,stage,created,amount\n{rows}", as_of="2026-02-01", decimal=",")
        assert read.value[0] == 12500


def test_an_amount_that_is_set_to_zero_on_losing_is_unknown():
    rows = "".join(
        f"{i},{'Won' if i % 2 else 'Lost'},2026-01-{i + 1:02d},2026-02-{i + 1:02d},"
        f"{1000 if i % 2 else 0}\n"
        for i in range(20)
    )
    deals = sf.read_deals(f"id,stage,created,closed,amount\n{rows}", as_of="2026-03-15")
    assert np.isnan(deals.value[deals.outcome == 2]).all()
    assert (deals.value[deals.outcome == 1] == 1000).all()
    assert [dict(f.params)["deals"] for f in deals.faults if f.code == "lost-amounts-zero"] == [10]
    few = sf.read_deals(f"id,stage,created,closed,amount\n{rows}".replace(",0\n", ",700\n"))
    assert (few.value[few.outcome == 2] == 700).all()
