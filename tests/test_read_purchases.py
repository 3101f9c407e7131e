"""read_purchases: files, records, dataframes, and what cannot be read."""

from __future__ import annotations

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import IntakeError, UnknownNameError

CSV = """orders of our shop,,,
Customer ID,Order Date,Order value,channel
ann,2026-01-05,"1,200.50",web
bob,2026/1/7 10:30,80,
ann,05/02/2026,60,shop
,2026-01-09,5,web
cid,soon,9,web
dan,2026-01-11,a lot,web
eve,2026-01-12,(30),web
"""


def test_a_csv_with_everything():
    p = sf.read_purchases(CSV)
    assert p.customers == ("ann", "bob", "dan")
    assert p.amount[:2].tolist() == [1200.5, 80]
    assert np.isnan(p.amount[2])
    assert p.attributes["channel"] == ("web", "", "web")
    assert p.time[1] == np.datetime64("2026-01-07T10:30")
    found = {(f.code, f.row) for f in p.faults}
    assert found == {
        ("time-ambiguous", 3),
        ("time-not-understood", 5),
        ("amount-not-understood", 6),
        ("purchase-without-customer", 4),
        ("purchase-without-time", 3),
        ("purchase-without-time", 5),
        ("purchase-returned", 7),
    }


def test_days_first_or_months_first():
    day = sf.read_purchases(CSV, dayfirst=True)
    assert day.time[1] == np.datetime64("2026-02-05")
    month = sf.read_purchases(CSV, dayfirst=False)
    assert month.time[1] == np.datetime64("2026-05-02")


def test_chinese_sheets(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes("客户,下单日期,订单金额\n张三,2026年1月5日,1.2万\n".encode("gb18030"))
    p = sf.read_purchases(path)
    assert p.amount.tolist() == [12_000]
    assert p.time[0] == np.datetime64("2026-01-05")


@pytest.mark.parametrize("kind", ["records", "lists", "pandas", "polars", "mapping"])
def test_whatever_holds_a_table(kind):
    columns = {"buyer": ["a", "b"], "date": ["2026-01-01", "2026-01-02"], "total": [1.5, 2]}
    source = columns
    if kind == "records":
        source = [
            dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)
        ]
    elif kind == "lists":
        source = [list(columns), *map(list, zip(*columns.values(), strict=True))]
    elif kind != "mapping":
        source = pytest.importorskip(kind).DataFrame(columns)
    p = sf.read_purchases(source)
    assert (p.customers, p.amount.tolist()) == (("a", "b"), [1.5, 2])


def test_columns_by_name():
    text = "who,when,worth\nann,2026-01-05,3\n"
    names = {"customer": "who", "time": "when", "amount": "worth"}
    assert sf.read_purchases(text, columns=names).amount.tolist() == [3]
    with pytest.raises(UnknownNameError, match="whom"):
        sf.read_purchases(text, columns={**names, "customer": "whom"})
    with pytest.raises(UnknownNameError, match="client"):
        sf.read_purchases(text, columns={"client": "who"})


def test_no_table_says_what_is_near():
    with pytest.raises(IntakeError, match="custmer") as caught:
        sf.read_purchases("custmer,dat\nann,2026-01-05\n")
    assert "customer" in caught.value.hint


def test_sheets_by_name():
    with pytest.raises(UnknownNameError, match="sheet"):
        sf.read_purchases(CSV, sheet="orders")


def test_rows_keep_their_numbers_behind_blank_ones():
    found = sf.read_purchases("customer,date,amount\n\na,2026-01-05,1\n,,\nb,soon,2\n")
    assert ("time-not-understood", 4) in {(f.code, f.row) for f in found.faults}


@pytest.mark.parametrize(
    "header",
    [
        "Kundennummer;Bestelldatum;Betrag", "Client;Date de commande;Montant TTC",
        "Cliente;Fecha de compra;Importe", "cliente_id;data_pedido;valor",
        "Клиент;Дата заказа;Сумма", "Покупатель;Дата покупки;Итого",
        "Acheteur;Date d'achat;Total TTC",
    ],
)  # fmt: skip
def test_headers_of_other_languages(header):
    bought = sf.read_purchases(f"{header}\nc1;2026-01-05;10\nc2;2026-02-06;20\n")
    assert bought.amount.tolist() == [10.0, 20.0]
    assert bought.customers == ("c1", "c2")
