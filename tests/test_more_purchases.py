"""Orders as few shops write them: currencies, returns, numbers of customers, states."""

from __future__ import annotations

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import SalesFunnelError, UnknownNameError
from salesfunnel.intake.cells.moments import read_moments

HEAD = "customer;date;amount\n"


def codes(purchases):
    return [fault.code for fault in purchases.faults]


def amounts(*cells, **options):
    """Return purchases of these amounts, one a customer and day."""
    rows = [f"c{i};2026-01-{i % 28 + 1:02d};{cell}" for i, cell in enumerate(cells)]
    return sf.read_purchases(HEAD + "\n".join(rows) + "\n", **options)


@pytest.mark.parametrize(
    ("cells", "want", "said"),
    [
        (("12 sek", "13 sek"), [12, 13], []),
        (("R$ 12", "R$13.5"), [12, 13.5], []),
        (("A$12", "13 A$"), [12, 13], []),
        (("70,48 zł", "5 zł"), [70.48, 5], ["decimal-comma"]),
        (("1,234 zł", "5,5 zł"), [1.234, 5.5], ["decimal-comma"]),
        (("12%", "13"), [np.nan, 13], ["amount-not-understood"]),
        (("(abc)", "13"), [np.nan, 13], ["amount-not-understood"]),
        (("(12.50)", "13"), [13], ["purchase-returned"]),
        (("", "13"), [np.nan, 13], ["amounts-missing"]),
        (("1.234,5", "2,5"), [1234.5, 2.5], ["decimal-comma"]),
        (("1,5", "2.5"), [1.5, 2.5], ["decimal-marks-mixed"]),
    ],
)
def test_amounts_as_they_are_written(cells, want, said):
    found = amounts(*cells)
    assert found.amount.tolist() == pytest.approx(want, nan_ok=True)
    assert codes(found) == said


def test_the_decimal_mark_may_be_said():
    assert amounts("1,500", "2", decimal=",").amount.tolist() == [1.5, 2]
    assert amounts("1,500", "2 usd", decimal=".").amount.tolist() == [1500, 2]


def test_of_many_amounts_that_cannot_be_read_some_are_shown():
    found = amounts(*(f"about {i}" for i in range(55)), "5")
    assert codes(found).count("amount-not-understood") == 50
    assert codes(found).count("amounts-not-understood") == 1
    assert np.isnan(found.amount).sum() == 55


@pytest.mark.parametrize("cells", [("x", "y"), ("x", ""), ("", "")])
def test_a_column_without_an_amount_is_refused(cells):
    with pytest.raises(SalesFunnelError, match="got none that can be read"):
        amounts(*cells)


def read(head, *rows, **options):
    return sf.read_purchases("\n".join([head, *rows]) + "\n", **options)


def test_prices_without_quantities_are_told():
    found = read("customer,date,unit price", "a,2026-01-01,3", "b,2026-01-02,4")
    assert found.amount.tolist() == [3, 4]
    assert codes(found) == ["amount-is-price"]
    found = read("customer,date,unit price,quantity", "a,2026-01-01,3,2", "b,2026-01-02,4,1")
    assert found.amount.tolist() == [6, 4]
    assert codes(found) == ["amount-is-product"]


@pytest.mark.parametrize(
    ("back", "left"), [(("1", ""), [2, 4]), (("", ""), [3, 4]), (("3", "0"), [4])]
)
def test_what_was_given_back_is_taken_off(back, left):
    rows = [f"c{i},2026-01-0{i + 1},{3 + i},{one}" for i, one in enumerate(back)]
    found = read("customer,date,amount,refunded amount", *rows)
    assert found.amount.tolist() == left


def test_one_currency_of_those_that_are_in_a_column():
    rows = ("a,2026-01-01,3,EUR", "b,2026-01-02,4,USD")
    head = "customer,date,amount,currency"
    with pytest.raises(SalesFunnelError, match="one currency, got EUR, USD"):
        read(head, *rows)
    assert codes(read(head, *rows, currency="eur")) == ["other-currencies"]
    same = read(head, rows[0], "b,2026-01-02,4,EUR", currency="EUR")
    assert (same.amount.tolist(), codes(same)) == ([3, 4], [])


def test_customers_that_a_spreadsheet_wrote_with_a_point_and_nobody():
    rows = ("12.0,2026-01-01,3", "12,2026-01-02,4", "null,2026-01-03,5", "9.5,2026-01-03,6")
    found = read("customer,date,amount", *rows)
    assert sorted(found.customers) == ["12", "9.5"]
    assert codes(found) == ["purchase-without-customer"]


STATES = {
    ("status", "paid", "cancelled"): ["order-not-bought"],
    ("status", "paid", "strange"): ["order-state-unknown"],
    ("status", "paid", "paid"): [],
    ("status", "complete", "closed"): ["order-not-bought"],
    ("status", "processing", "closed"): ["order-state-unknown"],
    ("cancelled at", "", "2026-01-05"): ["order-not-bought"],
    ("cancelled at", "", ""): [],
    ("State", "Kentucky", "Texas"): [],
}


@pytest.mark.parametrize(("column", "first", "second"), STATES)
def test_states_of_orders(column, first, second):
    rows = (f"1,a,2026-01-01,3,{first}", f"2,b,2026-01-02,4,{second}")
    found = read(f"order id,customer,date,amount,{column}", *rows)
    said = [code for code in codes(found) if code.startswith("order-")]
    assert said == STATES[column, first, second]
    kept = 1 if "order-not-bought" in said else 2
    assert len(found.amount) == kept


def test_a_state_of_an_order_that_is_left_out_anyway_is_not_told_twice():
    rows = ("1,a,2026-01-01,3,paid,cancelled", "2,b,2026-01-02,4,cancelled,strange")
    found = read("order id,customer,date,amount,order status,payment status", *rows)
    assert codes(found).count("order-not-bought") >= 1
    assert "order-state-unknown" not in codes(found)


def test_the_worksheet_that_is_named(tmp_path):
    book = pytest.importorskip("openpyxl").Workbook()
    notes = book.active
    notes.title = "Notes"
    notes.append(["nothing", "here"])
    orders = book.create_sheet("Orders")
    for row in (["customer", "date", "amount"], ["a", "2026-01-01", 3], ["b", "2026-01-02", 4]):
        orders.append(row)
    path = tmp_path / "orders.xlsx"
    book.save(path)
    for sheet in (1, "Orders", -1):
        assert sf.read_purchases(path, sheet=sheet).amount.tolist() == [3, 4]
    with pytest.raises(UnknownNameError, match="worksheet"):
        sf.read_purchases(path, sheet="May")
    with pytest.raises(SalesFunnelError, match="customer"):
        sf.read_purchases(path, sheet=0)


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        ("objects", ["12 kr", None, 5]),
        ("flags", [True, 1, 2]),
        ("category", [1, 2, 3]),
    ],
)
def test_amounts_of_a_dataframe(kind, column):
    pandas = pytest.importorskip("pandas")
    cells = pandas.Categorical(column) if kind == "category" else column
    frame = pandas.DataFrame({"customer": list("abc"), "date": ["2026-01-01"] * 3, "amount": cells})
    found = sf.read_purchases(frame)
    want = {"objects": [np.nan, np.nan, 5], "flags": [np.nan, 1, 2], "category": [1, 2, 3]}[kind]
    assert found.amount.tolist() == pytest.approx(want, nan_ok=True)
    assert ("amount-not-understood" in codes(found)) is (kind != "category")


def test_days_as_numbers_moments_of_midday_and_hours_that_come_twice():
    rows = ("a,2026年1月5日 中午12:30,3", "b,2026年1月5日 中午1:30,4")
    assert [str(day)[:10] for day in read("customer,date,amount", *rows).time] == ["2026-01-05"] * 2
    rows = ("a,2026-10-25T00:30:00Z,3", "b,2026-10-24T23:30:00Z,4")
    found = read("customer,date,amount", *rows, tz="Europe/Berlin")
    assert [str(day)[:10] for day in found.time] == ["2026-10-25"] * 2


def test_moments_of_plain_arrays():
    micros = 1_767_225_600_000_000
    assert read_moments(np.array([micros / 1e6, np.nan]), dayfirst=None).ticks[0] == micros
    days = np.array(["2026-01-01", "NaT"], dtype="datetime64[D]")
    assert read_moments(days, dayfirst=None).kinds.tolist()[1] == 2
    assert read_moments(days, dayfirst=None).ticks[0] == micros
