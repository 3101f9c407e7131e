"""read_purchases: orders of shops, marketplaces and data sets by the plainest call."""

# ruff: noqa: E501 - headers as the shops write them

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import ArgumentError, IntakeError, UnknownNameError


def codes(bought: sf.Purchases) -> list[str]:
    return [fault.code for fault in bought.faults]


def serious(bought: sf.Purchases) -> list[str]:
    return [fault.code for fault in bought.faults if fault.severity != "info"]


# Each holds three orders that were bought: c1 on 5 January for 100 and on 6 February for 50, c2 on
# 7 January for 30; whatever else stands in it was cancelled, given back or never paid.
# Sources of the headers: Shopify order export (help.shopify.com), WooCommerce Customer/Order CSV
# export plugin, Magento order grid export, Amazon flat-file orders report, Stripe payments export,
# Taobao/Tmall seller export, JD order export, Youzan order export, UCI Online Retail I and II,
# CDNOW (brucehardie.com), Superstore (Tableau), sample_sales (Kaggle), X5 RetailHero.
SHOPS = {
    "shopify": """Name,Email,Financial Status,Paid at,Currency,Total,Created at,Lineitem name
#1,c1,paid,2026-01-05 10:00:00 +0000,EUR,100.00,2026-01-05 09:59:00 +0000,A
#1,c1,,,,,2026-01-05 09:59:00 +0000,B
#2,c2,partially_refunded,2026-01-07 10:00:00 +0000,EUR,30.00,2026-01-07 10:00:00 +0000,A
#3,c1,paid,2026-02-06 10:00:00 +0000,EUR,50.00,2026-02-06 10:00:00 +0000,A
#4,c3,refunded,2026-02-06 10:00:00 +0000,EUR,70.00,2026-02-06 10:00:00 +0000,A
#4,c3,,,,,2026-02-06 10:00:00 +0000,B
#5,c4,voided,,EUR,70.00,2026-02-06 10:00:00 +0000,A
""",
    "woocommerce": """order_id,order_date,status,order_total,order_currency,customer_id,billing_email
1,2026-01-05 10:00:00,completed,100.00,EUR,0,c1
2,2026-01-07 10:00:00,wc-processing,30.00,EUR,7,c2
3,2026-02-06 10:00:00,completed,50.00,EUR,0,c1
4,2026-02-06 10:00:00,cancelled,70.00,EUR,0,c3
5,2026-02-06 10:00:00,on-hold,70.00,EUR,0,c3
""",
    "magento": """ID,Purchase Point,Purchase Date,Bill-to Name,Grand Total (Base),Grand Total (Purchased),Status,Customer Email
1,Main,"Jan 5, 2026 10:00:00 AM",C One,$100.00,$100.00,complete,c1
2,Main,"Jan 7, 2026 10:00:00 AM",C Two,$30.00,$30.00,processing,c2
3,Main,"Feb 6, 2026 10:00:00 AM",C One,$50.00,$50.00,complete,c1
4,Main,"Feb 6, 2026 10:00:00 AM",C Two,$50.00,$50.00,closed,c2
5,Main,"Feb 6, 2026 10:00:00 AM",C Two,$50.00,$50.00,canceled,c2
""",
    "amazon": "amazon-order-id\tpurchase-date\torder-status\tquantity\tcurrency\titem-price\tbuyer-email\n"
    "1\t2026-01-05T10:00:00+00:00\tShipped\t2\tUSD\t100.00\tc1\n"
    "2\t2026-01-07T10:00:00+00:00\tShipped - Delivered to Buyer\t1\tUSD\t30.00\tc2\n"
    "3\t2026-02-06T10:00:00+00:00\tUnshipped\t1\tUSD\t50.00\tc1\n"
    "4\t2026-02-06T10:00:00+00:00\tCancelled\t0\tUSD\t\tc3\n",
    "stripe": """id,Created date (UTC),Amount,Amount Refunded,Currency,Status,Customer ID
1,2026-01-05 10:00,100.00,0.00,usd,Paid,c1
2,2026-01-07 10:00,40.00,10.00,usd,Paid,c2
3,2026-02-06 10:00,50.00,0.00,usd,Paid,c1
4,2026-02-06 10:00,50.00,0.00,usd,Failed,c1
5,2026-02-06 10:00,50.00,50.00,usd,Refunded,c1
""",
    "taobao": """订单编号,买家会员名,买家应付货款,总金额,买家实际支付金额,订单状态,订单创建时间,订单付款时间
1,c1,110,110,100,交易成功,2026-01-05 10:00:00,2026-01-05 10:05:00
2,c2,30,30,30,卖家已发货，等待买家确认,2026-01-07 10:00:00,2026-01-07 10:05:00
3,c1,50,50,50,交易成功,2026-02-06 10:00:00,2026-02-06 10:05:00
4,c3,50,50,0,交易关闭,2026-02-06 10:00:00,0000-00-00 00:00:00
5,c3,50,50,0,等待买家付款,2026-02-06 10:00:00,
""",
    "jd": """订单号,下单时间,付款确认时间,应付金额,订单状态,下单帐号
1,2026-01-05 10:00:00,2026-01-05 10:05:00,100,完成,c1
2,2026-01-07 10:00:00,2026-01-07 10:05:00,30,等待出库,c2
3,2026-02-06 10:00:00,2026-02-06 10:05:00,50,完成,c1
4,2026-02-06 10:00:00,,50,(删除)等待付款,c9
5,2026-02-06 10:00:00,,50,已取消,c9
""",
    "youzan": """订单号,买家付款时间,收货人手机号/提货人手机号,全部商品名称,订单实付金额,买家昵称
1,2026-01-05 10:00:00,c1,甲,100.00,x
2,2026-01-07 10:00:00,c2,甲,30.00,y
3,2026-02-06 10:00:00,c1,甲,50.00,x
""",
    "uci": """InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1,A,a,2,2026-01-05 08:26:00,50.00,c1,UK
2,A,a,3,2026-01-07 08:26:00,10.00,c2,UK
3,A,a,1,2026-02-06 08:26:00,50.00,c1,UK
C4,A,a,-1,2026-02-07 08:26:00,50.00,c1,UK
""",
    "uci2": """Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country
1,A,a,2,2026-01-05 08:26:00,50.00,c1,UK
2,A,a,3,2026-01-07 08:26:00,10.00,c2,UK
3,A,a,1,2026-02-06 08:26:00,50.00,c1,UK
""",
    "cdnow": """user_id,order_dt,order_products,order_amount
c1,20260105,2,100.00
c2,20260107,1,30.00
c1,20260206,1,50.00
""",
    "superstore": """Row ID,Order ID,Order Date,Ship Date,Customer ID,Customer Name,State,Product ID,Sales,Quantity
1,O1,2026-01-05,2026-01-09,c1,C One,Kentucky,P,60.0,1
2,O1,2026-01-05,2026-01-09,c1,C One,Kentucky,Q,40.0,1
3,O2,2026-01-07,2026-01-09,c2,C Two,Texas,P,30.0,1
4,O3,2026-02-06,2026-02-09,c1,C One,Kentucky,P,50.0,1
""",
    "sample_sales": """ORDERNUMBER,QUANTITYORDERED,PRICEEACH,SALES,ORDERDATE,STATUS,CUSTOMERNAME
1,2,50,100,2026-01-05,Shipped,c1
2,1,30,30,2026-01-07,Disputed,c2
3,1,50,50,2026-02-06,Resolved,c1
4,1,50,50,2026-02-06,Cancelled,c1
""",
    "olist-joined": """order_id,customer_id,customer_unique_id,order_status,order_purchase_timestamp,payment_value
1,x1,c1,delivered,2026-01-05 10:00:00,100.0
2,x2,c2,shipped,2026-01-07 10:00:00,30.0
3,x3,c1,delivered,2026-02-06 10:00:00,50.0
4,x4,c1,canceled,2026-02-06 10:00:00,50.0
5,x5,c1,unavailable,2026-02-06 10:00:00,50.0
""",
    "retailhero": """client_id,transaction_id,transaction_datetime,purchase_sum,store_id
c1,1,2026-01-05T10:00:00,100.0,s
c2,2,2026-01-07T10:00:00,30.0,s
c1,3,2026-02-06T10:00:00,50.0,s
""",
    "german": """Kundennummer;Bestelldatum;Betrag
c1;05.01.2026;100,00
c2;07.01.2026;30,00
c1;26.02.2026;50,00
""",
    "camel": """customerName,orderDate,totalPrice
c1,2026-01-05,100
c2,2026-01-07,30
c1,2026-02-06,50
""",
}


@pytest.mark.parametrize("shop", SHOPS)
def test_orders_are_read_by_the_plainest_call(shop: str) -> None:
    bought = sf.read_purchases(SHOPS[shop])
    table = bought.columns()
    found: dict[str, float] = {}
    for who, paid in zip(table["customer"].tolist(), table["amount"].tolist(), strict=True):
        found[who] = found.get(who, 0) + paid
    assert found == {"c1": 150.0, "c2": 30.0}
    assert serious(bought) in ([], ["purchase-returned"], ["order-state-unknown"])
    days = sorted(set(table["time"].astype("datetime64[D]").astype(str).tolist()))
    assert days[:2] == ["2026-01-05", "2026-01-07"]
    assert len(bought.orders().customer) == 3


@pytest.mark.parametrize("shop", [name for name in SHOPS if name not in {"magento", "amazon"}])
def test_the_same_orders_from_a_dataframe(shop: str) -> None:
    pandas = pytest.importorskip("pandas")
    import io

    text = SHOPS[shop]
    mark = ";" if shop == "german" else ","
    frame = pandas.read_csv(io.StringIO(text), sep=mark)
    bought = sf.read_purchases(frame)
    assert bought.amount[bought.customer == 0].sum() == 150.0
    assert sorted(codes(bought)) == sorted(codes(sf.read_purchases(text)))


HEADERS = """CustomerID,Date,Amount
client_id,transaction_date,amount
Email,Created at,Total
user_id,order_dt,order_amount
会员号,交易日期,交易金额
收货人,付款时间,实付款
客户ID,下单时间,实付金额
CLIENT ID,PURCHASE DATE,REVENUE
customerId,createdAt,totalAmount
buyer_id,order_timestamp,order_value
household_key,trans_date,sales_value
会员编号,消费日期,消费金额
用户ID,购买时间,支付金额
买家昵称,付款时间,实收金额
cliente,fecha,importe
client,date de commande,montant
cust_id,sale_date,net_sales"""


@pytest.mark.parametrize("header", HEADERS.split("\n"))
def test_headers_of_three_columns_in_any_order(header: str) -> None:
    for turn in (1, -1):
        names = header.split(",")[::turn]
        text = ",".join(names) + "\n" + ",".join(["c1", "2026-01-05", "100"][::turn]) + "\n"
        bought = sf.read_purchases(text)
        assert bought.amount.tolist() == [100.0]
        assert bought.customers == ("c1",)
        assert not serious(bought)


def test_whole_numbers_are_days_and_others_moments() -> None:
    days = sf.read_purchases("customer,date,amount\na,19970101,1\na,20261231,2\n")
    assert days.time.astype("datetime64[D]").astype(str).tolist() == ["1997-01-01", "2026-12-31"]
    assert "times-are-days" in codes(days)
    ticks = sf.read_purchases("customer,time,amount\na,1767607200000,1\n", tz="Asia/Shanghai")
    assert ticks.time[0] == np.datetime64("2026-01-05T18:00")
    serial = sf.read_purchases("customer,date,amount\na,45300,1\nb,2026-01-05,2\n")
    assert serious(serial) == ["time-not-understood", "purchase-without-time"]


def test_several_currencies_are_never_added_up() -> None:
    column = "customer,date,amount,currency\na,2026-01-05,10,EUR\na,2026-01-06,10,USD\n"
    signs = "customer,date,amount\na,2026-01-05,€10\na,2026-01-06,$10\n"
    for text in (column, signs):
        with pytest.raises(IntakeError, match="one currency") as caught:
            sf.read_purchases(text)
        assert {f.row for f in caught.value.faults if f.code == "currency-of-row"} == {1, 2}
        assert "currency='EUR'" in str(caught.value)
        one = sf.read_purchases(text, currency="eur")
        assert one.amount.tolist() == [10.0]
        assert "other-currencies" in codes(one)
    left = "customer,date,amount,currency,status\na,2026-01-05,10,EUR,paid\na,2026-01-06,10,USD,failed\n"
    assert sf.read_purchases(left).amount.tolist() == [10.0]


def test_amounts_that_all_read_as_missing_are_an_error() -> None:
    for cell in ("ten", "", "n/a", "?x"):
        with pytest.raises(IntakeError, match="amounts in 'amount'"):
            sf.read_purchases(f"customer,date,amount\na,2026-01-05,{cell}\nb,2026-01-06,{cell}\n")
    none = sf.read_purchases("customer,date,item\na,2026-01-05,shoe\n")
    assert serious(none) == ["no-amounts"]


def test_unknown_states_are_kept_and_said() -> None:
    text = "customer,date,amount,order status\na,2026-01-05,1,paid\nb,2026-01-06,2,teapot\n"
    bought = sf.read_purchases(text)
    assert bought.amount.tolist() == [1.0, 2.0]
    fault = next(f for f in bought.faults if f.code == "order-state-unknown")
    assert (fault.row, fault.column, fault.value) == (2, "order status", "teapot")
    states = sf.read_purchases("customer,date,amount,state\na,2026-01-05,1,Kentucky\n")
    assert not serious(states)


def test_totals_that_repeat_on_each_line_count_once() -> None:
    text = (
        "order_id,customer,date,order_total,sku\n1,a,2026-01-05,30,x\n1,a,2026-01-05,30,y\n"
        "2,b,2026-01-06,10,x\n"
    )
    bought = sf.read_purchases(text)
    assert bought.amount.tolist() == [30.0, 10.0]
    assert serious(bought) == ["order-total-repeated"]
    lines = sf.read_purchases(text.replace("order_total", "line total"))
    assert lines.amount.sum() == 70.0
    several = text + "2,b,2026-01-06,10,y\n"
    doubtful = sf.read_purchases(several.replace("order_total", "amount"))
    assert serious(doubtful) == ["order-total-perhaps-repeated"]


def test_customers_who_are_new_with_each_order_are_refused_or_told() -> None:
    olist = "order_id,customer_id,order_status,order_purchase_timestamp\n1,c,delivered,2026-01-05\n"
    with pytest.raises(IntakeError, match="customer_unique_id"):
        sf.read_purchases(olist)
    assert len(sf.read_purchases(olist, columns={"customer": "customer_id"})) == 1
    many = "".join(f"c{i},2026-01-{i % 28 + 1:02d},5\n" for i in range(30))
    assert "customers-all-new" in codes(sf.read_purchases("customer,date,amount\n" + many))


def test_a_log_of_events_and_a_list_without_customers_are_refused() -> None:
    with pytest.raises(IntakeError, match="read_events"):
        sf.read_purchases("user_id,event_type,timestamp,price\n1,view,2026-01-05,3\n")
    amazon = "amazon-order-id\tpurchase-date\titem-price\n1\t2026-01-05\t3\n"
    with pytest.raises(IntakeError) as caught:
        sf.read_purchases(amazon)
    assert "columns={'customer': ..., 'time': 'purchase-date', 'amount': 'item-price'}" in str(
        caught.value
    )
    assert "may mean" not in str(caught.value)


def test_a_source_without_a_header_is_read_by_positions() -> None:
    text = "c1,19970101,1,11.77\nc2,19970112,1,12.00\n"
    with pytest.raises(IntakeError, match="positions"):
        sf.read_purchases(text)
    bought = sf.read_purchases(text, columns={"customer": 0, "time": 1, "amount": 3})
    assert bought.amount.tolist() == [11.77, 12.0]
    with pytest.raises(ArgumentError, match="positions"):
        sf.read_purchases(text, columns={"customer": 9, "time": 1})


def test_rows_of_faults_are_those_of_the_source() -> None:
    text = (
        "customer,date,amount,status\na,2026-01-05,1,cancelled\n\n,2026-01-06,2,paid\n"
        "b,soon,3,paid\nc,2026-01-07,x,paid\nd,2026-01-08,-4,paid\ne,2026-01-09,4,paid\n"
    )
    found: Any = {(f.code, f.row, f.column) for f in sf.read_purchases(text).faults}
    assert ("order-not-bought", 1, "status") in found
    assert ("purchase-without-customer", 3, "customer") in found
    assert ("time-not-understood", 4, "date") in found
    assert ("amount-not-understood", 5, "amount") in found
    assert ("purchase-returned", 6, "amount") in found


def test_the_decimal_mark_is_that_of_the_column() -> None:
    text = "customer;date;amount\na;2026-01-05;1.234\na;2026-01-06;12,5\n"
    bought = sf.read_purchases(text)
    assert bought.amount.tolist() == [1234.0, 12.5]
    assert "decimal-comma" in codes(bought)


def test_columns_that_are_named_must_be_there() -> None:
    with pytest.raises(UnknownNameError):
        sf.read_purchases("customer,date\na,2026-01-05\n", columns={"amount": "paid"})
    with pytest.raises(UnknownNameError):
        sf.read_purchases("customer,date\na,2026-01-05\n", columns={"price": "date"})
