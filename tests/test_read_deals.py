"""read_deals: lists as CRMs export them, by the plainest call; what a list cannot tell is said."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import ArgumentError, DataError, SalesFunnelError, UnknownNameError
from shared import SHARED

DATA = Path(__file__).parent / "data" / "deals"
SETS = json.loads((DATA / "header_sets.json").read_text("utf-8"))
OTHERS = json.loads((DATA / "more_sets.json").read_text("utf-8"))
GOLDEN = """Deal,Stage,Created,Close date,Status,Amount
1,Lead,2026-01-05,,open,100
2,Offer,2026-01-06,2026-06-01,open,200
3,Closed Won,2026-01-07,2026-02-01,won,300
4,Closed Lost,2026-01-08,2026-02-02,lost,400
5,Offer,2026-01-09,2026-02-03,lost,500
"""


def outcomes(history):
    """Won, lost, open."""
    return [int((history.outcome == code).sum()) for code in (1, 2, 0)]


def codes(history):
    return {fault.code for fault in history.faults}


def ends(history):
    """How many entered, and how many won, by the panel."""
    counts = history.panel(by="all").counts.sum(axis=(0, 1))
    return int(counts[0]), int(counts[-1])


@pytest.mark.parametrize("one", SETS, ids=[one["name"] for one in SETS])
def test_every_header_set_is_read_right_by_the_plainest_call(one):
    text = "\n".join(one["table"]) + "\n"
    if "then" in one:
        with pytest.raises(SalesFunnelError, match="|".join(f"{name}=" for name in one["then"])):
            sf.read_deals(text)
    history = sf.read_deals(text, **one.get("then", {}))
    assert outcomes(history) == one["counts"]
    assert ends(history) == (sum(one["counts"]), one["counts"][0])
    if "reached" in one:
        assert history.reached.tolist() == one["reached"]
    shape = [fault for fault in history.faults if fault.code.startswith("deals-shape")]
    assert [fault.severity for fault in shape] == ["info"]


@pytest.mark.parametrize("one", OTHERS, ids=[one["name"] for one in OTHERS])
def test_other_shapes_and_languages_are_read_right(one):
    history = sf.read_deals("\n".join(one["table"]) + "\n")
    assert outcomes(history) == one["counts"]
    assert ends(history) == (sum(one["counts"]), one["counts"][0])


def test_it_is_the_same_function():
    assert sf.read_stage_history is sf.read_deals


@pytest.mark.parametrize("stages", [None, ["Qualified To Buy", "Contract Sent", "Closed Won"]])
def test_a_browser_export_of_hubspot(stages):
    history = sf.read_deals(DATA / "hubspot_export.csv", stages=stages)
    assert outcomes(history) == [2, 2, 2]
    assert ends(history) == (6, 2)
    assert history.panel().counts.sum(axis=(0, 1))[[0, -1]].tolist() == [6, 2]
    assert "Last Activity Date" not in history.stages
    assert str(history.as_of)[:10] == "2025-03-28"  # the last activity, not an expected close
    assert history.value.tolist() == [25000, 9000, 12000, 7000, 18000, 5000]


def test_the_own_order_of_the_crm_is_used():
    history = sf.read_deals(DATA / "hubspot_export.csv")
    assert history.stages == ("Qualified To Buy", "Contract Sent", "Closed Won")
    assert "stage-order-crm" in codes(history)


@pytest.mark.parametrize("stages", [None, ["Qualified", "Contact Made", "Proposal Made", "Won"]])
def test_a_list_of_pipedrive(stages):
    history = sf.read_deals(DATA / "pipedrive_list.csv", stages=stages, as_of="2026-03-01")
    assert outcomes(history) == [1, 1, 1]
    assert history.reached.tolist() == [3, 0, 1]  # the stage of the loss is kept
    assert history.panel().counts.sum(axis=(0, 1)).tolist() == [3, 2, 1, 1]
    assert "lost-stage-unknown" not in codes(history)


def test_an_opportunity_list_is_no_list_of_changes():
    history = sf.read_deals(
        DATA / "opportunities.csv",
        stages=["Prospecting", "Qualification", "Proposal", "Negotiation", "Closed Won"],
        as_of="2026-04-30",
    )
    assert outcomes(history) == [2, 2, 2]
    assert ends(history) == (6, 2)
    cycle = (history.closed - history.created)[history.outcome == 1] / np.timedelta64(1, "D")
    assert cycle.tolist() == [95, 97]
    assert {"lost-stage-unknown", "stage-times-unknown"} <= codes(history)


def test_created_closed_and_status_alone_are_a_funnel_of_two():
    history = sf.read_deals(DATA / "created_close_status.csv")
    assert outcomes(history) == [2, 2, 0]
    assert history.panel().counts.sum(axis=(0, 1)).tolist() == [4, 2]
    assert not np.isnat(history.closed).any()
    assert not codes(history) & {"closed-without-time", "names-alike"}
    assert sf.stage_durations(history).lost.tolist() == [2]  # nothing is unknown here


def test_numbers_and_dates_are_no_names():
    history = sf.read_deals(DATA / "names_alike.csv", stages=["lead", "won"], as_of="2026-02-01")
    assert "names-alike" not in codes(history)


@pytest.mark.parametrize(
    "given", [None, {"churned": "lost"}, {"Churned": "lost", "active": "open"}]
)
def test_subscriptions_that_churn_are_lost(given):
    history = sf.read_deals(DATA / "subscriptions.csv", as_of="2026-08-01", outcomes=given)
    assert outcomes(history) == [0, 1, 2]
    assert str(history.closed[1])[:10] == "2026-07-15"


def test_a_stage_of_ones_own_loses_no_deal():
    history = sf.read_deals(DATA / "salesforce_own_stages.csv", as_of="2026-02-01")
    assert outcomes(history) == [1, 0, 4]
    assert ends(history) == (5, 1)
    given = sf.read_deals(
        DATA / "salesforce_own_stages.csv",
        stages=["Prospecting", "Proposal/Price Quote", "Closed Won"],
        as_of="2026-02-01",
    )
    assert ends(given) == (5, 1)
    strange = [f for f in given.faults if f.code == "unknown-stage-in-list"]
    assert [(f.severity, f.value) for f in strange] == [
        ("error", "Proposal"),
        ("error", "Negotiation"),
    ]


def test_the_golden_list():
    history = sf.read_deals(GOLDEN, stages=["Lead", "Offer", "Won"], as_of="2026-03-01")
    assert history.reached.tolist() == [0, 1, 2, -1, 1]
    panel = history.panel(by="all")
    assert panel.counts.ravel().tolist() == [5, 3, 1]
    assert panel.upper.ravel().tolist() == [5, 4, 1]
    first, second = sf.conversions(panel)
    assert (first.rate, first.interval.low, first.interval.high) == (None, 3 / 5, 4 / 5)
    assert second.cumulative == 1 / 5
    assert history.value[history.outcome == 0].sum() == 300
    assert str(history.at("2026-03-01", "expected")[1]) == "2026-06-01"
    assert sf.StageHistory.from_dict(history.to_dict()) == history


@pytest.mark.parametrize(
    "ask",
    [
        lambda h: h.panel(mode="period"),
        lambda h: h.panel(window="90D"),
        lambda h: h.stage_times("Lead"),
        lambda h: h.reached_at(),
        sf.stage_durations,
        sf.ageing,
        sf.littles_law,
    ],
)
def test_what_a_list_cannot_tell_is_refused_with_what_to_export(ask):
    history = sf.read_deals(GOLDEN, stages=["Lead", "Offer", "Won"], as_of="2026-03-01")
    with pytest.raises(DataError, match="OpportunityHistory"):
        ask(history)


def test_what_a_list_can_tell_is_answered_from_creation_to_winning():
    rows = [
        {"id": f"{m}-{i}", "stage": stage, "created": f"2026-{m:02d}-{1 + i:02d}", "closed": closed}
        for m in range(1, 7)
        for i, (stage, closed) in enumerate(
            [("Won", f"2026-{m:02d}-20"), ("Lost", f"2026-{m:02d}-25"), ("Offer", ""), ("Lead", "")]
        )
    ]
    history = sf.StageHistory.from_records(rows, as_of="2026-07-01")
    found = sf.find_bottlenecks(history)
    assert [str(row.transition) for row in found] == ["Lead→Won"]
    assert "needs-stage-times" in {fault.code for fault in found.faults}
    assert sf.velocity(history).cycle_days == 19
    ahead = sf.forecast(history, horizon=30)
    assert "stage-timing-unknown" in {fault.code for fault in ahead.faults}
    answer = sf.analyze(history)
    assert "needs-stage-times" in {fault.code for fault in answer.faults}
    assert "Lead" in history.to_text()


def test_an_undated_loss_leaves_no_win_rate():
    text = "id,created,status,won_at\n" + "".join(
        f"{i},2026-01-0{i},{'won' if i % 2 else 'lost'},{'2026-02-01' if i % 2 else ''}\n"
        for i in range(1, 9)
    )
    history = sf.read_deals(text)
    assert outcomes(history) == [4, 4, 0]
    assert "closing-unknown" in codes(history)
    with pytest.raises(DataError, match="closing date"):
        sf.velocity(history)


def test_without_a_creation_all_deals_are_counted_in_one():
    text = (
        "Topic,Status,Est. Close Date,Actual Close Date\n"
        "A,Won,,2026-02-01\n"
        "B,Lost,,2026-02-02\n"
        "C,Open,2026-09-01,\n"
    )
    history = sf.read_deals(text)
    assert outcomes(history) == [1, 1, 1]
    assert ends(history) == (3, 1)
    assert str(history.as_of)[:10] == "2026-02-02"
    with pytest.raises(DataError, match="created"):
        history.panel()


def test_a_status_beats_the_stage_and_the_contradiction_is_told():
    text = (
        "id,stage,status,created,closed\n"
        "1,Offer,won,2026-01-01,2026-02-01\n"
        "2,Closed Won,lost,2026-01-02,2026-02-01\n"
        "3,Offer,open,2026-01-02,\n"
    )
    history = sf.read_deals(text)
    assert outcomes(history) == [1, 1, 1]
    fault = next(f for f in history.faults if f.code == "status-and-stage-differ")
    assert (fault.row, dict(fault.params)["deals"]) == (2, 1)


def test_a_status_that_is_not_about_winning_is_left_to_the_stage():
    text = (
        "id,stage,status,created,closed\n"
        "1,Closed Won,Active,2026-01-01,2026-02-01\n"
        "2,Closed Lost,Active,2026-01-02,2026-02-01\n"
        "3,Offer,Active,2026-01-02,\n"
    )
    assert outcomes(sf.read_deals(text)) == [1, 1, 1]


def test_words_of_ones_own_are_outcomes():
    text = (
        "id,stage,created,closed\n"
        "1,Onboarded,2026-01-01,2026-02-01\n"
        "2,Ghosted,2026-01-02,2026-02-01\n"
        "3,Offer,2026-01-02,\n"
    )
    assert outcomes(sf.read_deals(text)) == [0, 0, 3]
    assert "no-outcomes" in codes(sf.read_deals(text))
    history = sf.read_deals(text, outcomes={"Onboarded": "won", "Ghosted": "lost"})
    assert outcomes(history) == [1, 1, 1]
    with pytest.raises(ArgumentError, match="'open', 'won' or 'lost'"):
        sf.read_deals(text, outcomes={"Ghosted": "dead"})


def test_closed_alone_does_not_say_how():
    text = "id,stage,created,closed\n1,Closed,2026-01-01,2026-02-01\n2,Offer,2026-01-02,\n"
    with pytest.raises(ArgumentError, match="outcomes"):
        sf.read_deals(text)
    assert outcomes(sf.read_deals(text, outcomes={"Closed": "won"})) == [1, 0, 1]


def test_ids_may_be_missing():
    text = "Stage,Amount,Created\nWon,1,2026-01-01\nLost,2,2026-01-02\nLost,2,2026-01-02\n"
    history = sf.read_deals(text)
    assert outcomes(history) == [1, 2, 0]
    assert "ids-missing" in codes(history)
    named = sf.read_deals("Opportunity Name,Stage,Created\nA,Won,2026-01-01\nA,Lost,2026-01-02\n")
    assert named.deals.tolist() == ["A", "A (2)"]
    assert "ids-from-names" in codes(named)


def test_several_pipelines_are_told_and_one_can_be_chosen():
    text = (
        "id,Pipeline,Stage,Created\n"
        "1,New,Won,2026-01-01\n"
        "2,New,Offer,2026-01-02\n"
        "3,Renewal,Lost,2026-01-02\n"
    )
    assert "pipelines-mixed" in codes(sf.read_deals(text))
    one = sf.read_deals(text, pipeline="New")
    assert outcomes(one) == [1, 0, 1]
    assert "pipelines-mixed" not in codes(one)
    with pytest.raises(UnknownNameError):
        sf.read_deals(text, pipeline="Newer")


@pytest.mark.parametrize(
    ("cells", "currency", "values"),
    [
        (["$1,200.50", "US$ 3,000"], ["USD", "USD"], [1200.5, 3000]),
        (["1.200,50 €", "€ 3.000,00"], ["EUR", "EUR"], [1200.5, 3000]),
        (["R$ 1.200,50", "R$ 3.000,00"], ["BRL", "BRL"], [1200.5, 3000]),
        (["12万元", "3千元"], ["CNY", "CNY"], [120000, 3000]),
        (["1200 EUR", "GBP 5"], ["EUR", "GBP"], [1200, 5]),
        (["£5", "7"], ["GBP", ""], [5, 7]),
    ],
)
def test_amounts_may_have_a_currency(cells, currency, values):
    rows = [["id", "stage", "created", "amount"]]
    rows += [[str(i), "Won", "2026-01-05", cell] for i, cell in enumerate(cells)]
    history = sf.read_deals(rows)
    assert history.currency.tolist() == currency
    np.testing.assert_allclose(history.value, values)
    assert ("currencies-mixed" in codes(history)) == (len({c for c in currency if c}) > 1)


def test_a_column_of_currencies_goes_first_and_a_yen_sign_is_not_guessed():
    text = "id,stage,created,amount,currency\n1,Won,2026-01-05,¥5,CNY\n2,Won,2026-01-05,¥5,\n"
    history = sf.read_deals(text)
    assert history.currency.tolist() == ["CNY", ""]
    assert "currency-ambiguous" in codes(history)
    assert sf.read_deals("id,stage,created,Amount (EUR)\n1,Won,2026-01-05,5\n").currency[0] == "EUR"
    assert sf.read_deals("id,stage,created,amount\n1,Won,2026-01-05,5\n").currency is None


@pytest.mark.parametrize(
    "sentinel", ["9999-12-31", "1900-01-01", "0001-01-01", "1970-01-01 08:00:00", "2099-12-31"]
)
def test_a_date_that_means_none_is_a_fault_and_moves_nothing(sentinel):
    text = (
        "id,stage,created,closed\n"
        "1,Won,2026-01-01,2026-02-01\n"
        f"2,Lost,2026-01-02,{sentinel}\n"
        f"3,Offer,{sentinel},\n"
    )
    history = sf.read_deals(text)
    assert str(history.as_of)[:10] == "2026-02-01"
    assert history.panel().periods[0] == "2026-01"
    assert len(history.panel().periods) <= 2
    found = [f for f in history.faults if f.code == "time-sentinel"]
    assert [(f.row, f.column, f.value) for f in found] == [
        (3, "created", sentinel),
        (2, "closed", sentinel),
    ]
    assert ends(history) == (3, 1)


def test_a_typing_error_in_the_future_moves_nothing():
    rows = "".join(f"{i},Won,2026-01-{i:02d},2026-02-{i:02d}\n" for i in range(1, 20))
    history = sf.read_deals("id,stage,created,closed\n" + rows + "20,Won,2026-01-20,2062-02-01\n")
    assert str(history.as_of)[:10] == "2026-02-19"
    fault = next(f for f in history.faults if f.code == "time-far-ahead")
    assert (fault.row, fault.column, fault.value) == (20, "closed", "2062-02-01")
    assert outcomes(history) == [20, 0, 0]


def test_a_column_decides_its_order_for_all_its_rows():
    text = "id,stage,created\n1,Won,03/04/2026\n2,Won,13/04/2026\n3,Won,05/06/2026\n"
    history = sf.read_deals(text)
    assert [str(t)[:10] for t in history.created] == ["2026-04-03", "2026-04-13", "2026-06-05"]
    fault = next(f for f in history.faults if f.code == "times-day-first")
    assert (fault.column, fault.value, dict(fault.params)["times"]) == ("created", "13/04/2026", 2)
    other = sf.read_deals(
        "id,stage,created,closed\n1,Won,03/04/2026,05/06/2026\n2,Won,04/13/2026,\n"
    )
    assert str(other.created[0])[:10] == "2026-03-04"
    assert str(other.closed[0])[:10] == "2026-05-06"
    assert "times-ordered-elsewhere" in codes(other)


def test_dates_may_have_points_short_years_and_a_format():
    assert (
        str(sf.read_deals("id,stage,created\n1,Won,03.04.2026\n").created[0])[:10] == "2026-04-03"
    )
    short = sf.read_deals("id,stage,created\n1,Won,1/15/26\n2,Won,2/3/26\n")
    assert [str(t)[:10] for t in short.created] == ["2026-01-15", "2026-02-03"]
    assert "years-two-digits" in codes(short)
    own = sf.read_deals("id,stage,created\n1,Won,26~01~15\n", date_format="%y~%m~%d")
    assert str(own.created[0])[:10] == "2026-01-15"
    given = sf.read_deals("id,stage,created\n1,Won,03/04/2026\n", dayfirst=True)
    assert str(given.created[0])[:10] == "2026-04-03"


def test_records_never_open_a_path(tmp_path):
    file = tmp_path / "deals.csv"
    file.write_text(GOLDEN)
    for source in (file, str(file), GOLDEN, GOLDEN.encode()):
        with pytest.raises(ArgumentError, match="read_deals"):
            sf.StageHistory.from_records(source)


def test_a_probability_column_orders_the_stages():
    text = (
        "id,stage,probability,created\n"
        "1,Gamma,70,2026-01-01\n"
        "2,Alpha,10,2026-01-01\n"
        "3,Beta,40,2026-01-01\n"
        "4,Won,100,2026-01-01\n"
    )
    history = sf.read_deals(text)
    assert history.stages == ("Alpha", "Beta", "Gamma", "Won")
    assert "stage-order-probability" in codes(history)


def test_an_order_that_nothing_tells_is_a_warning():
    text = "id,stage,created\n1,Gamma,2026-01-01\n2,Alpha,2026-01-01\n3,Won,2026-01-01\n"
    fault = next(f for f in sf.read_deals(text).faults if f.code == "stage-order-appearance")
    assert fault.severity == "warning"


def test_stages_that_name_a_loss_are_no_stages():
    history = sf.read_deals(GOLDEN, stages=["Lead", "Offer", "Closed Won", "Closed Lost"])
    assert history.stages == ("Lead", "Offer", "Closed Won")
    assert ends(history) == (5, 1)


def test_a_look_back_leaves_later_deals_out_and_reopens_the_closed():
    history = sf.read_deals(GOLDEN, stages=["Lead", "Offer", "Won"], as_of="2026-01-07 12:00")
    assert history.deals.tolist() == ["1", "2", "3"]
    assert outcomes(history) == [0, 0, 3]
    assert {"after-as-of", "closed-later"} <= codes(history)


@pytest.mark.skipif(not SHARED.exists(), reason="the public data set is not here")
def test_the_public_crm_data_by_the_plainest_call():
    history = sf.read_deals(SHARED / "data" / "crm_opportunities" / "sales_pipeline.csv")
    assert outcomes(history) == [4238, 2473, 2089]
    assert ends(history) == (8800, 4238)
    assert history.stages == ("Prospecting", "Engaging", "Won")
    assert "lost-stage-unknown" not in codes(history)


OPPORTUNITY_HISTORY = """OpportunityId,StageName,Amount,CloseDate,ForecastCategory,CreatedDate,Owner
006A,Prospecting,1000,2026-03-31,Pipeline,2026-01-05,Ann
006A,Prospecting,1500,2026-03-31,Pipeline,2026-01-15,Ann
006A,Negotiation,1500,2026-06-30,BestCase,2026-02-05,Bob
006B,Prospecting,500,2026-04-30,Pipeline,2026-01-06,Ann
006B,Closed Won,700,2026-02-10,Closed,2026-02-10,Ann
006C,Prospecting,100,2026-02-20,Pipeline,2026-01-07,Ann
006C,Closed Lost,100,2026-03-10,Omitted,2026-03-01,Ann
"""
CHANGE_LOG = """Deal,Time,Field,Old Value,New Value
1,2026-01-01,Stage,,Lead
1,2026-01-10,Stage,Lead,Offer
1,2026-01-12,Amount,1000,1500
1,2026-01-15,Close Date,2026-03-01,2026-05-01
1,2026-01-20,Owner,Ann,Bob
1,2026-01-21,Colour,red,blue
2,2026-01-03,Stage,,Lead
2,2026-02-01,Stage,Lead,Closed Won
2,2026-02-01,Amount,500,600
"""


def test_rows_of_states_give_histories_of_fields():
    history = sf.read_deals(OPPORTUNITY_HISTORY, as_of="2026-03-15")
    assert set(history.changes) == {"amount", "expected", "category", "owner"}
    days = ("2026-01-04", "2026-01-05", "2026-01-20", "2026-03-15")
    amounts = [history.at(day, "amount")[0] for day in days]
    np.testing.assert_equal(amounts, [np.nan, 1000, 1500, 1500])
    assert history.at("2026-02-04", "owner")[0] == "Ann"
    assert str(history.at("2026-03-15", "expected")[0]) == "2026-06-30"
    assert not history.leaks
    bridge = sf.pipeline_bridge(history, since="2026-01-20", until="2026-03-10")
    assert (bridge.start, bridge.increased, bridge.won, bridge.lost, bridge.end) == (
        2100, 200, 700, 100, 1500)  # fmt: skip


def test_rows_of_a_change_log_give_histories_of_fields():
    history = sf.read_deals(CHANGE_LOG, as_of="2026-03-01")
    assert set(history.changes) == {"amount", "expected", "owner"}
    assert [history.at(day, "amount")[0] for day in ("2026-01-01", "2026-01-12")] == [1000, 1500]
    assert history.at("2026-01-19", "owner").tolist() == ["Ann", ""]
    assert history.value.tolist() == [1500, 600]
    (left,) = [fault for fault in history.faults if fault.code == "log-rows-of-others"]
    assert "Colour" in left.message
    assert "Amount" not in left.message
    plain = sf.read_deals(
        "\n".join(row for row in CHANGE_LOG.splitlines() if "Stage" in row or "Deal" in row),
        as_of="2026-03-01",
    )
    assert not plain.changes
    assert (plain.entered == history.entered).sum() == (history.entered == history.entered).sum()


def test_changes_of_fields_that_have_no_place_are_told():
    more = "77,2026-01-12,Amount,1,2\n1,2027-01-12,Amount,1500,9\n1,,Amount,9,10\n"
    history = sf.read_deals(CHANGE_LOG + more, as_of="2026-03-01")
    told = {"change-of-unknown-deal", "change-after-as-of", "change-undated"}
    assert told <= codes(history)
    assert history.value.tolist() == [1500, 600]
