"""Kinds of real files that were misread at first contact, as cut-outs of a few rows.

Headers and ways of writing are those of the public files named beside each test; the page
docs/benchmarks/first_contact.md says what became of all of them.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import ArgumentError, IntakeError


def codes(read):
    """Return the codes of the faults of what was read."""
    return {fault.code for fault in read.faults}


def ends(history):
    """Return how many deals are won, lost and open."""
    return [int((history.outcome == code).sum()) for code in (1, 2, 0)]


def table(header, *rows):
    """Return a table as text."""
    return "\n".join([header, *rows])


# aulazaro28110-prog/informe-pipeline-ventas, maxpoll-dev/bitrix-stats, tdat06152/crmtest,
# rsmorgan1/deal-pipeline-analytics-dashboard, paulwinckers/sales-dashboard
@pytest.mark.parametrize(
    ("header", "currency"),
    [
        ("importe_eur", "EUR"),
        ("expected_amount", None),
        ("estimated_deal_value_usd", "USD"),
        ("deal_size_usd", "USD"),
        ("Estimated $", "USD"),
        ("Deal Value SGD", "SGD"),
        ("amount_inr", "INR"),
    ],
)
def test_an_amount_with_its_currency_in_the_header_is_read(header, currency):
    history = sf.read_deals(
        table(
            f"deal_id,stage,{header},created_date",
            "1,Closed Won,1200,2026-01-05",
            "2,Closed Lost,800,2026-01-09",
            "3,Proposal,500,2026-02-01",
        )
    )
    assert history.value.tolist() == [1200.0, 800.0, 500.0]
    assert currency is None or set(history.currency) == {currency}


def test_other_amounts_are_told_and_those_of_the_company_are_not_taken():
    # stephenjang-creator/sales_forecast (mrr, arr), rsmorgan1 (revenue_usd, ebitda_usd)
    history = sf.read_deals(
        table(
            "deal_id,mrr,arr,revenue_usd,stage,created_date",
            "1,10,120,9000,Closed Won,2026-01-05",
            "2,20,240,8000,Proposal,2026-01-09",
        )
    )
    assert history.value.tolist() == [120.0, 240.0]
    (told,) = [fault for fault in history.faults if fault.code == "amount-of-several"]
    assert "mrr" in str(told)


def test_columns_of_a_loader_are_no_stages_and_a_value_beside_an_entry_is_one():
    # fivetran/dbt_hubspot integration_tests/seeds/deal_stage_data.csv
    text = table(
        "_fivetran_start,deal_id,_fivetran_active,_fivetran_end,date_entered,source,value",
        "2021-01-07 6:49:18,1,TRUE,2050-01-01 00:00:00,2021-01-07 6:49:18,a,qualified",
        "2021-01-07 8:00:46,2,TRUE,2050-01-01 00:00:00,2021-01-07 8:00:46,a,proposal",
        "2021-01-08 8:00:46,3,TRUE,2050-01-01 00:00:00,2021-01-08 8:00:46,a,proposal",
        "2021-01-09 8:00:46,4,TRUE,2050-01-01 00:00:00,2021-01-09 8:00:46,a,qualified",
    )
    history = sf.read_deals(text, stages=["qualified", "proposal", "closedwon"])
    assert ends(history) == [0, 0, 4]
    assert history.as_of < np.datetime64("2022-01-01")
    with pytest.raises(ArgumentError, match="order"):
        sf.read_deals(text.replace("qualified", "f66c").replace("proposal", "09a9"))


def numbered(lost):
    """Return a list whose stages are numbers, with some lost deals in stage 6."""
    rows = [f"{i},{i % 4 + 1},open,2026-01-05" for i in range(1, 13)]
    rows += [f"{i},5,won,2026-01-05" for i in range(20, 26)]
    rows += [f"{i},6,lost,2026-01-05" for i in range(30, 30 + lost)]
    return table("deal_id,stage_id,status,created_at", *rows)


def test_a_number_of_all_lost_deals_is_no_stage_of_the_way():
    # Pelummy11/RevPulse deals.csv with deal_stages.csv: 5 is won, 6 is lost
    history = sf.read_deals(numbered(lost=6))
    assert history.stages == ("1", "2", "3", "4", "5")
    counts = history.panel(by="all").counts.ravel().tolist()
    assert (counts[0], counts[-1]) == (24, 6)
    assert counts[3] == 6 + 3, "lost deals have not passed the stages"
    assert "lost-stage-unknown" in codes(history)


def test_stages_in_which_deals_are_lost_stay_stages():
    rows = [f"{i},Proposal,lost,2026-01-05" for i in range(6)]
    rows += [f"{i},Lead,open,2026-01-05" for i in range(6, 12)]
    rows += [f"{i},Signed,won,2026-01-05" for i in range(12, 15)]
    history = sf.read_deals(table("deal_id,stage,status,created_at", *rows))
    assert "Proposal" in history.stages
    assert history.panel(by="all").counts.ravel().tolist()[1] == 6 + 3


def test_a_stage_called_closed_is_no_stage_where_outcomes_are_known():
    # pranay-121/skygeni_-assignment skygeni_sales_data.csv
    rows = [f"{i},Demo,Lost,2026-01-05" for i in range(3)]
    rows += [f"{i},Closed,Lost,2026-01-05" for i in range(3, 6)]
    rows += [f"{i},Closed,Won,2026-01-05" for i in range(6, 8)]
    history = sf.read_deals(table("deal_id,deal_stage,outcome,created_date", *rows))
    assert ends(history) == [2, 6, 0]
    assert "Closed" not in history.stages
    assert history.panel(by="all").counts.ravel().tolist() == [8, 2]


def test_all_stages_that_only_say_closed_are_asked_for_at_once():
    # aminul293/hustad-dashboard data/sales_pipeline.csv
    rows = ["1,New Service,2026-01-05", "2,Completed,2026-01-05", "3,Closed,2026-01-06"]
    with pytest.raises(ArgumentError) as error:
        sf.read_deals(table("ID,Stage,Created Date", *rows))
    assert "{'Completed': \"won\", 'Closed': \"won\"}" in str(error.value)


def test_probabilities_of_single_deals_put_no_stages_in_order():
    # rahulanilnair/Analysis-of-ZOHO-CRM-Analytics-using-SQL Potentials.csv: 8 to 12 values a stage
    chances = {"Proposal": (10, 90, 40, 0), "Qualification": (80, 100, 75, 20), "Demo": (5, 60)}
    rows = [
        f"{place}{i},{stage},{chance},2026-01-05"
        for place, (stage, given) in enumerate(chances.items(), 1)
        for i, chance in enumerate(given)
    ]
    rows += ["91,Closed Won,100,2026-01-06", "92,Closed Lost,0,2026-01-07"]
    history = sf.read_deals(table("id,Stage,Probability,Created Time", *rows))
    assert history.stages == ("Qualification", "Demo", "Proposal", "Closed Won")
    assert "stage-order-words" in codes(history)
    fixed = ["1,Alpha,20,2026-01-05", "2,Beta,10,2026-01-05", "3,Won,100,2026-01-05"]
    history = sf.read_deals(table("id,Stage,Probability,Created Time", *fixed))
    assert history.stages == ("Beta", "Alpha", "Won"), "nothing else tells their order"


def test_the_id_of_leads_is_not_the_one_of_their_opportunities():
    # nkagan-1326/revops-dashboard leads.csv
    rows = [f"LD-{i},2026-01-05,New," for i in range(8)]
    rows += [f"LD-{i},2026-01-05,Converted,OPP-{i}" for i in range(8, 12)]
    history = sf.read_deals(table("lead_id,created_date,status,opportunity_id", *rows))
    assert "ids-blank" not in codes(history)
    assert ends(history) == [4, 0, 8]


def test_a_list_without_wins_or_without_losses_is_told():
    # gggvitalii90/final_v2_Honcharov Deals (Done).xlsx: "Payment Done" is the win
    rows = [f"{i},Lost,2026-01-05" for i in range(9)]
    rows += [f"{i},Payment Done,2026-01-05" for i in range(9, 12)]
    history = sf.read_deals(table("Id,Stage,Created Time", *rows))
    (told,) = [fault for fault in history.faults if fault.code == "no-wins"]
    assert told.severity == "warning"
    assert "Payment Done" in str(told)
    named = sf.read_deals(table("Id,Stage,Created Time", *rows), outcomes={"Payment Done": "won"})
    assert ends(named) == [3, 9, 0]
    assert "no-wins" not in codes(named)
    # paulwinckers/sales-dashboard data/opportunities.csv
    rows = [f"{i},Won,2026-01-05" for i in range(21)] + ["99,Delivered,2026-02-01"]
    assert "no-losses" in codes(sf.read_deals(table("Id,Opp Status,Start Date", *rows)))


def test_stays_in_a_stage_by_entered_and_exited_dates():
    # MVP-03/deal-velocity-tracker data/deals.csv: refused as having no time
    history = sf.read_deals(
        table(
            "deal_id,stage,entered_date,exited_date,arr_usd",
            "D1,discovery,2026-07-01,2026-07-08,100",
            "D1,demo,2026-07-08,,100",
            "D2,closed_won,2026-07-20,,200",
        )
    )
    assert ends(history) == [1, 0, 1]
    assert history.value.tolist() == [100.0, 200.0]


def test_a_talk_about_closing_closes_nothing_and_a_signed_offer_wins():
    # spotdavid11011/b2c-pipeline-dashboard data/deals.csv
    history = sf.read_deals(
        table(
            "CreateDate,Erstgespräch,Abschlussgespräch,Angebot unterschrieben,Absage,"
            "Absage - Grund",
            "2026-04-03,2026-04-09,2026-04-15,2026-04-18,,",
            "2026-04-05,,,,,",
            "2026-04-09,,,,2026-04-11,Preis",
            "2026-04-16,2026-04-21,2026-04-26,,,",
        )
    )
    assert ends(history) == [1, 1, 2]
    assert history.stages[1:] == ("Erstgespräch", "Abschlussgespräch", "Angebot unterschrieben")


def test_words_that_all_columns_of_times_begin_with_are_left_out_of_stages():
    # mamounek/stedi-gtm-company data/raw/deals.csv
    history = sf.read_deals(
        table(
            "deal_id,created_date,stage_date_discovery,stage_date_proposal,stage_date_closed_won,"
            "stage_date_closed_lost",
            "1,2026-03-17,2026-03-19,2026-03-28,2026-04-14,",
            "2,2026-03-17,2026-03-19,,,2026-04-01",
        )
    )
    assert history.stages == ("created", "discovery", "proposal", "closed_won")
    assert ends(history) == [1, 1, 0]


def test_a_list_with_one_plain_date_is_a_list():
    # lucask773/Commercial-Analytics-Power-BI-Project data/oportunidades.csv
    rows = [f"{i},2026-01-{i:02d},{stage},100" for i, stage in enumerate(
        ["Lead", "Commit", "Lead", "Ganha", "Perdida"] * 3, 1)]  # fmt: skip
    history = sf.read_deals(table("id_oportunidade,data,estagio,valor", *rows))
    assert ends(history) == [3, 3, 9]


HEADLESS = """"100","Windrose","179500.00",\\N,"Closed Lost","2015-08-14 16:08:10",\\N
"104","Megamall","420.00",\\N,"Closed Won","2015-08-14 16:22:19",\\N"""


# rutujagawade-data/wholesale-banking-sales-pipeline-dashboard weekly_pipeline_snapshots.csv;
# Leenaguduru14/RevOps_Integration; fivetran/dbt_salesforce; rodrigocuadra/vtiger_ebd_panama;
# dhanusharavinda/SYNTHETIC_DATASET_NIMBUS_SAAS_COMPANY crm_deals.csv
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            table(
                "snapshot_date,opportunity_id,stage,status",
                *(f"2026-01-{day:02d},O{i},Lead,Open" for i in range(3) for day in (3, 10, 17)),
            ),
            "read_snapshots",
        ),
        (
            "ID,AMOUNT,CREATEDATE,DEALSTAGE\n1,5,2026-01-05,\n2,6,2026-01-06,",
            "no value in 'DEALSTAGE'",
        ),
        (
            "id,is_deleted,stage_name,created_date\n1,true,Won,2026-01-05\n2,true,Lead,2026-01-06",
            "2 deleted ones",
        ),
        (HEADLESS, "names of its columns"),
        ("deal_id,customer_id,deal_date,amount_eur\n1,C1,2026-01-05,4500", "read_purchases"),
    ],
)
def test_what_is_no_list_of_deals_is_refused_with_its_reason(text, said):
    with pytest.raises(IntakeError) as error:
        sf.read_deals(text)
    assert said in str(error.value)


def test_snapshots_one_below_the_other_are_read_as_the_refusal_says():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(
        {
            "snapshot_date": ["2026-01-03", "2026-01-03", "2026-01-10", "2026-01-10"],
            "opportunity_id": ["A", "B", "A", "B"],
            "stage": ["Lead", "Lead", "Proposal", "Closed Won"],
        }
    )
    history = sf.read_snapshots(list(frame.groupby("snapshot_date")))
    assert ends(history) == [1, 0, 1]


def test_guests_of_a_shop_are_not_one_customer():
    # shoaibmt/pmd_scripts orders_export.csv (WooCommerce): customer 0 is a guest
    text = table(
        "Order ID,Date Paid,Status,Customer ID,Email,Total Amount",
        "1,2026-04-05 09:00:00,processing,0,a@x.com,10",
        "2,2026-04-05 10:00:00,processing,0,b@x.com,20",
        "3,2026-04-06 10:00:00,processing,0,a@x.com,30",
    )
    bought = sf.read_purchases(text)
    assert len(bought.customers) == 2
    assert "guests-by-other-column" in codes(bought)
    bought = sf.read_purchases(
        "Customer ID,Date,Amount\n0,2026-04-05,1\n0,2026-04-06,2\n7,2026-04-06,3"
    )
    assert "guests-as-one" in codes(bought)


def test_lines_left_out_are_not_told_as_kept_and_no_purchase_is_told():
    # FelixTellmann/kidsliving-api and zhangerson/shopify_parsing orders_export.csv
    shop = table(
        "Name,Email,Financial Status,Created at,Total,Lineitem name",
        "#1,a@x.com,pending,2026-05-13 11:01:13 +0200,784.00,Mattress",
        "#1,a@x.com,,2026-05-13 11:01:13 +0200,,Whale",
    )
    bought = sf.read_purchases(shop.replace("pending", "paid"))
    assert bought.amount.tolist() == [784.0]
    assert "orders-have-lines" not in codes(bought)
    assert "no-purchases-left" in codes(sf.read_purchases(shop))


def test_payments_with_a_point_are_no_cents_and_converted_amounts_are_named():
    # streaming-overlays/stripe-country-revenue-calculator
    header = (
        "Created date (UTC),Amount,Currency,Converted Amount,Converted Currency,Status,Customer ID"
    )
    text = table(header, "2026-06-07 02:38:54,15.00,usd,534.80,thb,Paid,cus_1")
    assert "amounts-in-cents" not in codes(sf.read_purchases(text))
    two = table(text, "2026-06-08 02:38:54,9.00,eur,350.06,thb,Paid,cus_2")
    with pytest.raises(IntakeError) as error:
        sf.read_purchases(two)
    call = {"amount": "Converted Amount", "currency": "Converted Currency"}
    assert repr(call)[1:-1] in str(error.value)
    assert sf.read_purchases(two, columns=call).amount.sum() == pytest.approx(884.86)


def test_headers_of_invoices_and_of_a_shop_in_spanish():
    # Zoho Invoices.csv (rahulanilnair), erp_invoices.csv (dhanusharavinda), Tienda Nube
    zoho = sf.read_purchases(
        table(
            "INVOICEID,Invoice Status,Created Time,Account Id,Grand Total",
            '1,Delivered,"20 Apr, 2021 07:49:50",403,"$21,042"',
            '2,Cancelled,"20 Apr, 2021 06:47:33",610,"$25,350"',
        )
    )
    assert zoho.amount.tolist() == [21042.0]
    vat = sf.read_purchases(
        "invoice_id,customer_id,invoice_date,amount_excluding_vat,total_with_vat\n1,C1,2024-01-15,100,121"
    )
    assert vat.amount.tolist() == [121.0]
    nube = sf.read_purchases(
        table(
            "Número de orden;Email;Fecha;Estado de la orden;Estado del pago;Total",
            "1;a@x.com;14/11/2025 23:45:11;Abierta;Recibido;59189",
            "1;a@x.com;;;;",
            "2;b@x.com;15/11/2025 23:45:11;Cancelada;Recibido;100",
            "3;c@x.com;15/11/2025 23:45:11;Abierta;Pendiente;100",
        )
    )
    assert nube.amount.tolist() == [59189.0]


@pytest.mark.parametrize("header", ["amount_eur", "Total USD", "Order Total (GBP)", "total_inr"])
def test_amounts_of_orders_with_their_currency_in_the_header(header):
    # dhanusharavinda/SYNTHETIC_DATASET_NIMBUS_SAAS_COMPANY crm_deals.csv
    bought = sf.read_purchases(f"deal_id,customer_id,deal_date,{header}\n1,C1,2026-01-05,4500")
    assert bought.amount.tolist() == [4500.0]


def test_events_of_mixpanel_in_a_warehouse_and_dates_in_a_row_a_person():
    # fivetran/dbt_mixpanel integration_tests/seeds/event.csv; brahma-borude/EdTech-Funnel-...
    log = sf.read_events(
        "event_id,name,time,distinct_id,insert_id\n1,plays,2020-08-01 10:16:46,u,x"
    )
    assert len(log) == 1
    with pytest.raises(IntakeError, match="read_deals"):
        sf.read_events("user_id,signup_date,trial_date,paid_date\nu,2025-10-26,2025-10-27,")


def test_means_and_durations_in_snake_case_are_no_steps_and_no_counts():
    # rsmorgan1/deal-pipeline-analytics-dashboard quarterly_trends.csv
    sheet = sf.read_table("quarter,deals_sourced,won,avg_days\n2026 Q1,39,3,24\n2026 Q2,38,2,42")
    steps = [metric.key for stage in sheet.funnel for metric in stage.metrics if metric.step]
    assert steps == ["deals_sourced", "won"]
    # aasiyakhan-05/FUTURE_DS_03 data/funnel_data.csv: days were taken as the counts of stages
    with pytest.raises(IntakeError, match="columns="):
        sf.read_table(
            table(
                "visitor_id,visit_date,funnel_stage,stage_date,days_in_stage",
                "V1,2026-01-01,Customer,2026-01-15,14",
                "V2,2026-01-02,Lead,2026-01-05,3",
                "V3,2026-01-03,Visitor,2026-01-03,0",
            )
        )


def test_a_stage_that_no_deal_ever_left_is_told():
    # rsmorgan1/deal-pipeline-analytics-dashboard stage_history.csv: "Passed" is declined
    rows = [f"{i},Reviewed,2026-01-{i % 28 + 1:02d}" for i in range(60)]
    rows += [f"{i},Passed,2026-02-{i % 28 + 1:02d}" for i in range(12)]
    rows += [f"{i},Offer,2026-02-{i % 28 + 1:02d}" for i in range(12, 40)]
    rows += [f"{i},Closed - Won,2026-03-{i % 28 + 1:02d}" for i in range(12, 20)]
    history = sf.read_deals(table("deal_id,stage,stage_date", *rows))
    (told,) = [fault for fault in history.faults if fault.code == "stage-without-exit"]
    assert (told.severity, told.value) == ("warning", "Passed")
    again = sf.read_deals(table("deal_id,stage,stage_date", *rows), outcomes={"Passed": "lost"})
    assert ends(again) == [8, 12, 40]
    assert "stage-without-exit" not in codes(again)


def test_numbers_with_blanks_between_are_cells():
    # xiaobeicheng/User-consumption-data CDNOW_master.txt: one blank here, several there
    lines = " 00001 20210101  1   11.77\n 00002 20210112  1   12.00\n 00002 20210112  5   77.00\n"
    bought = sf.read_purchases(lines, columns={"customer": 0, "time": 1, "amount": 3})
    assert bought.amount.tolist() == [11.77, 12.0, 77.0]
    assert len(bought.customers) == 2


TWO_ORDERS = ["30/06/2025", "28/05/2025", "06-30-2025", "05-28-2025", "01/02/2025", "01-02-2025"]


def test_dates_of_two_systems_are_read_in_their_own_orders():
    # Camilo-analytics/crm-sales-analytics-powerbi opportunities.csv; nimbus erp_invoices.csv
    days = ["2025-06-30", "2025-05-28", "2025-06-30", "2025-05-28", "2025-02-01", "2025-01-02"]
    rows = [f"{i},Won,{day}" for i, day in enumerate(TWO_ORDERS)]
    history = sf.read_deals(table("id,stage,created_date", *rows), as_of="2025-12-31")
    assert history.created.astype("datetime64[D]").astype(str).tolist() == days
    assert "dates-of-two-orders" in codes(history)
    rows = [f"c{i},{day},1" for i, day in enumerate(TWO_ORDERS)]
    bought = sf.read_purchases(table("customer_id,invoice_date,amount", *rows))
    assert bought.time.astype("datetime64[D]").astype(str).tolist() == days
    assert "dates-of-two-orders" in codes(bought)
    one = sf.read_deals(table("id,stage,created_date", "1,Won,30/06/2025", "2,Won,06-30-2025",
                              "3,Won,01/02/2025"), as_of="2025-12-31")  # fmt: skip
    assert "time-ambiguous" in codes(one), "one date of each is too little"


def test_a_bridge_of_deals_without_amounts_or_dates_says_so():
    # mamounek/stedi-gtm-company data/raw/deals.csv; aulazaro28110-prog/informe-pipeline-ventas
    history = sf.read_deals(
        table(
            "deal_id,created_date,stage_date_offer,stage_date_trial,stage_date_closed_won",
            "1,2026-03-17,2026-03-19,2026-03-28,2026-04-14",
            "2,2026-03-18,2026-03-19,2026-03-28,2026-04-15",
        )
    )
    bridge = sf.pipeline_bridge(history, since="2026-04-01", until="2026-04-15")
    assert "bridge-without-amounts" in codes(bridge)
    undated = sf.read_deals(
        table(
            "id,etapa,importe_eur,ultima_actividad",
            "1,Propuesta,10,2026-07-24",
            "2,Cerrado ganado,20,2026-07-24",
            "3,Cerrado perdido,30,2026-07-24",
        )
    )
    bridge = sf.pipeline_bridge(undated, since="2026-05-01", until="2026-07-01")
    (told,) = [fault for fault in bridge.faults if fault.code == "deals-undated"]
    assert "3 of 3" in str(told)


REAL = json.loads((Path(__file__).parent / "data/deals/real_sets.json").read_text("utf-8"))


@pytest.mark.parametrize("one", REAL, ids=[one["name"] for one in REAL])
def test_headers_of_real_lists_are_read_right(one):
    history = sf.read_deals("\n".join(one["table"]))
    assert ends(history) == one["counts"]
    counts = history.panel(by="all").counts.ravel().tolist()
    assert (counts[0], counts[-1]) == (len(history), one["counts"][0])
    if "amount" in one:
        assert np.nansum(history.value) == one["amount"][1]


def test_a_list_of_deals_is_no_sheet_whatever_its_numbers():
    # tdat06152/crmtest opportunities.csv: "is_won" was taken for the counts of the stages
    rows = [f"OPP-{i},2026-01-{i:02d},Demo,100,{i % 2}" for i in range(1, 9)]
    with pytest.raises(IntakeError, match="read_deals"):
        sf.read_table(table("opportunity_id,created_date,stage,amount_usd,is_won", *rows))
