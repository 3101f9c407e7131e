"""Kinds of orders and lists that were once read wrong, by the plainest call, checked by hand."""

from __future__ import annotations

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import IntakeError

ORDERS = {
    "day and time of day in two columns": (
        (
            "Date,Time,TimeZone,Name,Type,Status,Gross,From Email Address\n"
            "01/25/2026,10:00:00,PST,Ann,Payment,Completed,12.50,a@x\n"
            "01/26/2026,11:00:00,PST,Bob,Payment,Completed,7.00,b@x\n"
        ),
        [("a@x", "2026-01-25T10:00", 12.5), ("b@x", "2026-01-26T11:00", 7.0)],
        {"date-and-clock-joined"},
    ),
    "months with hyphens": (
        "Order Number,Buyer Username,Sale Date,Total Price\n11,ann,Jan-05-26,$12.50\n",
        [("ann", "2026-01-05T00:00", 12.5)],
        set(),
    ),
    "days of a spreadsheet": (
        "customer,date,amount\nc1,46027,10\nc2,46028.5,5\n",
        [("c1", "2026-01-05T00:00", 10.0), ("c2", "2026-01-06T12:00", 5.0)],
        {"times-are-days"},
    ),
    "a column of yes and no": (
        (
            "Invoice No,Customer Name,Invoice Date,Total,Paid\n1,Ann,2026-01-05,10,Yes\n"
            "2,Bob,2026-01-06,5,No\n"
        ),
        [("Ann", "2026-01-05T00:00", 10.0)],
        {"order-not-bought"},
    ),
    "orders of a test": (
        "order,customer,date,total,test\n1,a,2026-01-01,10,false\n2,b,2026-01-02,5,true\n",
        [("a", "2026-01-01T00:00", 10.0)],
        {"order-not-bought"},
    ),
    "lines of an order": (
        (
            "order_id,customer_id,order_date,qty,unit_price\n1,c1,2026-01-05,2,5\n"
            "1,c1,2026-01-05,1,2.5\n"
        ),
        [("c1", "2026-01-05T00:00", 10.0), ("c1", "2026-01-05T00:00", 2.5)],
        {"orders-have-lines", "amount-is-product"},
    ),
    "cents": (
        "id,customer,created,amount,status\nch_1,cus_1,1767600000,1250,succeeded\n",
        [("cus_1", "2026-01-05T08:00", 1250.0)],
        {"amounts-in-cents"},
    ),
    "pinduoduo": (
        (
            '订单号,订单状态,买家昵称,支付时间,商家实收金额(元)\n1,"已发货，待收货",甲,'
            "2026-01-05 10:00:00,12.50\n2,已取消,乙,,7\n"
        ),
        [("甲", "2026-01-05T10:00", 12.5)],
        {"order-not-bought"},
    ),
    "a total below": (
        "Customer,Date,Amount\na,2026-01-01,10\nb,2026-01-02,5\nTotal,2026-01-31,15\n",
        [("a", "2026-01-01T00:00", 10.0), ("b", "2026-01-02T00:00", 5.0)],
        {"total-row"},
    ),
    "a customer called Total": (
        "Customer,Date,Amount\na,2026-01-01,10\nTotal,2026-01-02,5\nb,2026-01-31,15\n",
        [
            ("Total", "2026-01-02T00:00", 5.0),
            ("a", "2026-01-01T00:00", 10.0),
            ("b", "2026-01-31T00:00", 15.0),
        ],
        set(),
    ),
    "a Brazilian shop": (
        (
            "Nº do pedido;E-mail do cliente;Data do pedido;Valor total;Status\n"
            "1;a@x;25/01/2026;1.012,50;Pago\n2;b@x;26/01/2026;7,00;Cancelado\n"
        ),
        [("a@x", "2026-01-25T00:00", 1012.5)],
        {"order-not-bought", "decimal-comma"},
    ),
}


@pytest.mark.parametrize("kind", ORDERS)
def test_a_kind_of_orders_is_read_right(kind: str) -> None:
    text, rows, codes = ORDERS[kind]
    bought = sf.read_purchases(text)
    found = zip(
        [bought.customers[code] for code in np.asarray(bought.customer).tolist()],
        np.datetime_as_string(bought.time, "m").tolist(),
        bought.amount.tolist(),
        strict=True,
    )
    assert list(found) == rows
    assert codes <= {fault.code for fault in bought.faults}


def test_days_of_a_spreadsheet_in_a_list_of_deals() -> None:
    text = "Deal ID,Stage,Created,Closed\n1,Won,46023,46054\n2,Lost,46024,46060\n3,Demo,46025,\n"
    history = sf.read_deals(text)
    assert repr(history).startswith("<StageHistory: 3 deals (1 won, 1 lost, 1 open)")
    assert str(history.created[0])[:10] == "2026-01-01"
    assert [f.severity for f in history.faults if f.code == "times-are-days"] == ["warning"] * 2


def test_an_italian_list_of_deals() -> None:
    text = (
        "ID record,Nome dell'offerta,Fase dell'offerta,Importo,Data di chiusura,Data di creazione\n"
        "1,A,Chiuso vinto,1200,2026-03-01,2026-01-05\n"
        "2,B,Chiuso perso,800,2026-03-02,2026-01-07\n"
        "3,C,Appuntamento fissato,500,2026-06-01,2026-02-01\n"
    )
    assert "(1 won, 1 lost, 1 open)" in repr(sf.read_deals(text))


@pytest.mark.parametrize("when", ["updated", "updated_at", "last activity date"])
def test_a_log_with_the_headers_of_a_list_is_refused_with_the_call(when: str) -> None:
    text = (
        f"deal_id,status,{when}\nD-1,Open,2026-01-01\nD-1,In Progress,2026-01-05\n"
        "D-1,Won,2026-02-01\nD-2,Open,2026-01-02\nD-2,Rejected,2026-02-01\n"
    )
    with pytest.raises(IntakeError, match="each deal once") as caught:
        sf.read_deals(text)
    assert f"columns={{'stage': 'status', 'time': '{when}'}}" in str(caught.value)
    history = sf.read_deals(text, columns={"stage": "status", "time": when})
    assert "(1 won, 1 lost, 0 open)" in repr(history)


@pytest.mark.parametrize("word", ["null", "NULL", "None", "N/A", "(not set)", "undefined", "guest"])
def test_nobody_is_no_customer(word: str) -> None:
    bought = sf.read_purchases(f"customer,date,amount\na,2026-01-01,1\n{word},2026-01-03,3\n")
    assert (len(bought), list(bought.customers)) == (1, ["a"])
    assert [fault.code for fault in bought.faults] == ["purchase-without-customer"]
    log = sf.read_events(f"user,event,time\na,v,2026-01-01\n{word},v,2026-01-03\n")
    assert sf.count_steps(log, ["v"]).counts == (1,)
    assert "event-without-entity" in [fault.code for fault in log.faults]


def test_a_named_index_of_pandas_is_a_column() -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(
        {"month": ["2026-01", "2026-01"], "channel": ["a", "b"], "leads": [10, 5], "won": [2, 1]}
    )
    summed = frame.groupby(["month", "channel"]).sum()
    assert sf.read_table(summed) == sf.read_table(frame)
    deals = pd.DataFrame(
        {"deal_id": ["x", "y"], "status": ["won", "lost"], "created": ["2026-01-01"] * 2}
    )
    assert sf.read_deals(deals.set_index("deal_id")).deals.tolist() == ["x", "y"]
    events = pd.DataFrame({"user": ["a"], "event": ["v"], "time": ["2026-01-01"]}).set_index("time")
    assert sf.count_steps(sf.read_events(events), ["v"]).counts == (1,)
    assert sf.count_steps(events, ["v"]).counts == (1,)


def _two_pipelines(first: list[str], second: list[str], each: int) -> str:
    rows = [
        f"{name}{i},{name},{stages[i % len(stages)]},2026-01-{i % 27 + 1:02d}"
        for name, stages in (("A", first), ("B", second))
        for i in range(each)
    ]
    return "\n".join(["deal_id,pipeline,stage,created", *rows])


def test_pipelines_with_the_same_stages_are_one_funnel_and_others_are_not() -> None:
    same = ["Lead", "Demo", "Won", "Lost"]
    history = sf.read_deals(_two_pipelines(same, same, 40), as_of="2026-03-01")
    assert "(20 won, 20 lost, 40 open)" in repr(history)
    assert "pipelines-mixed" in [fault.code for fault in history.faults]
    assert history.panel(segment="pipeline").segments == ("A", "B")
    other = ["Lead", "Legal", "Won", "Lost"]
    with pytest.raises(IntakeError, match="whose stages differ"):
        sf.read_deals(_two_pipelines(same, other, 40), as_of="2026-03-01")
    # Of four deals each, no one can tell.
    few = sf.read_deals(_two_pipelines(same, other, 4), as_of="2026-03-01")
    assert "pipelines-mixed" in [fault.code for fault in few.faults]


def test_a_column_of_free_text_is_told_in_few_faults() -> None:
    rows = [f"{i},note {i},2026-01-{i % 27 + 1:02d}" for i in range(200)]
    history = sf.read_deals("\n".join(["deal_id,status,created", *rows]), as_of="2026-03-01")
    codes = [fault.code for fault in history.faults]
    assert codes.count("outcome-taken-as-open") == 50
    (rest,) = (fault for fault in history.faults if fault.code == "outcomes-taken-as-open")
    assert dict(rest.params) == {"words": 150, "deals": 150}
    money = [f"{i},c,2026-01-01,5,x{i}" for i in range(200)]
    with pytest.raises(IntakeError, match="and 190 more"):
        sf.read_purchases("\n".join(["order,customer,date,total,currency", *money]))
