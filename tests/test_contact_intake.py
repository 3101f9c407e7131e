"""What real exports are like: days beside moments, days as arguments, amounts, ids cut short."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest

import salesfunnel as sf

DEALS = """id,Created Time,Closing Date,Stage,Offer Total Amount
a,2026-01-05 14:00,2026-01-05,Won,100
b,2026-01-06 09:00,2026-01-08,Lost,200
c,2026-01-07 10:00,2026-01-02,Won,300
d,2026-01-09 16:30,,New,400
"""


def codes(made: object) -> set[str]:
    return {fault.code for fault in made.faults}


def faults(made: object, code: str) -> list:
    return [fault for fault in made.faults if fault.code == code]


def days(span: np.ndarray) -> list[float]:
    return (span / np.timedelta64(1, "D")).tolist()


def test_a_date_without_an_hour_is_the_whole_day():
    history = sf.read_deals(DEALS, as_of="2026-02-01")
    (early,) = faults(history, "closed-before-created")
    assert dict(early.params)["names"] == "c"
    assert days(history.closed - history.created)[0] == 0
    assert (history.time_in_stage >= np.timedelta64(0, "us")).all()


def test_stage_times_without_an_hour_do_not_go_back():
    text = "deal,created,lead,offer,won\n" + "".join(
        f"{i},2026-01-05 14:00,2026-01-05,2026-01-05 15:00,2026-01-05\n" for i in range(5)
    )
    stages = ["lead", "offer", "won"]
    history = sf.read_stage_history(text, stages=stages, as_of="2026-02-01")
    assert not codes(history) & {"stages-back", "closed-before-created", "entered-after-closed"}
    assert history.outcome.tolist() == [1] * 5
    assert (np.diff(history.entered, axis=1) >= np.timedelta64(0, "us")).all()


def test_a_day_as_moment_of_the_data_means_its_end():
    history = sf.read_deals(DEALS, as_of="2026-01-09")
    assert len(history) == 4
    assert "after-as-of" not in codes(history)
    moment = sf.read_deals(DEALS, as_of="2026-01-09 12:00")
    assert len(moment) == 3
    plain = sf.read_deals(DEALS.replace(" 14:00", "").replace(" 09:00", "").replace(
        " 10:00", "").replace(" 16:30", ""), as_of="2026-01-09")  # fmt: skip
    assert plain.as_of == np.datetime64("2026-01-09T00:00:00")


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        ("Offer Total Amount", True), ("Total Amount", True), ("Contract Value", True),
        ("Offer amount", True), ("Quote Total Price", True), ("合同总金额", True),
        ("Initial Amount Paid", False), ("Tax Total Amount", False), ("Order Count", False),
    ],
)  # fmt: skip
def test_headers_of_amounts(header: str, taken: bool):
    history = sf.read_deals(DEALS.replace("Offer Total Amount", header), as_of="2026-02-01")
    assert np.isfinite(history.value).all() == taken
    assert np.isfinite(history.value).any() == taken


def test_two_possible_amounts_are_told_and_neither_is_taken():
    text = DEALS.replace("Offer Total Amount", "Offer Total Amount,Contract Sum Value")
    text = "\n".join(line if at == 0 else f"{line},9" for at, line in enumerate(text.splitlines()))
    history = sf.read_deals(text, as_of="2026-02-01")
    (told,) = faults(history, "amount-candidates")
    assert 'columns={"value": "Offer Total Amount"}' in str(told)
    assert np.isnan(history.value).all()


def test_amount_is_another_word_for_value():
    text = DEALS.replace("Offer Total Amount", "Zahl")
    history = sf.read_deals(text, columns={"amount": "Zahl"}, as_of="2026-02-01")
    assert history.value.tolist() == [100, 200, 300, 400]


def test_a_currency_without_amounts_is_refused():
    rows = "".join(
        f"{i},2026-{i % 6 + 1:02}-03,2026-{i % 6 + 1:02}-20,{'Won' if i % 3 else 'Lost'},{i}\n"
        for i in range(60)
    )
    history = sf.read_deals(f"id,created,closed,stage,Zahl\n{rows}", as_of="2026-07-01")
    with pytest.raises(sf.errors.DataError, match="without amounts") as error:
        sf.forecast(history, horizon="30D", currency="EUR", draws=100)
    assert "columns={\"value\": 'Zahl'}" in str(error.value)


def test_ids_that_lost_digits_are_refused_or_told():
    pandas = pytest.importorskip("pandas")
    ids = 5805028000010216149.0 + np.arange(6) * 100.0
    frame = pandas.DataFrame(
        {"Id": ids, "created": "2026-01-05", "closed": "2026-01-07", "stage": "Won"}
    )
    with pytest.raises(sf.fault.IntakeError, match="lost digits") as error:
        sf.read_deals(frame)
    assert "dtype=str" in str(error.value)
    apart = frame.assign(Id=5805028000010216149.0 + np.arange(6) * 1e6)
    assert "ids-lost-digits" in codes(sf.read_deals(apart))
    small = frame.assign(Id=np.arange(6) * 100.0)
    assert "ids-lost-digits" not in codes(sf.read_deals(small))
    with pytest.raises(sf.fault.IntakeError, match="lost digits"):
        sf.read_purchases({"customer": ids, "time": ["2026-01-05"] * 6, "amount": [1.0] * 6})
    log = pandas.DataFrame({"user": ids, "event": "a", "time": pandas.Timestamp("2026-01-05")})
    with pytest.raises(sf.fault.IntakeError, match="lost digits"):
        sf.read_events(log)


def test_blank_rows_at_the_end_of_orders_are_one_fault():
    text = "order,customer,date,amount\n1,a,2026-01-05,10\n2,b,2026-01-06,20\n" + "2,,,\n" * 30
    made = sf.read_purchases(text)
    assert [fault.code for fault in made.faults] == ["rows-blank-at-end"]
    assert made.amount.tolist() == [10, 20]


def test_many_names_alike_are_one_fault():
    cities = [f"City {i}" for i in range(14)] + [f"city {i}" for i in range(14)]
    rows = "".join(f"{i},2026-01-05,,New,{city}\n" for i, city in enumerate(cities))
    made = sf.read_deals(f"id,created,closed,stage,City\n{rows}", as_of="2026-02-01")
    (told,) = faults(made, "names-alike-many")
    assert dict(told.params)["n"] == 14
    assert str(told).count(" – ") == 10
    assert "names-alike" not in codes(made)


def test_the_chain_of_formulas_is_no_worksheet():
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("python_calamine")
    book = openpyxl.Workbook()
    for line in DEALS.splitlines():
        book.active.append(line.split(","))
    whole = io.BytesIO()
    book.save(whole)
    chain = "".join(f'<c r="A{i}" i="1"/>' for i in range(1, 20_000))
    with zipfile.ZipFile(whole, "a") as archive:
        archive.writestr("xl/calcChain.xml", f"<calcChain>{chain}</calcChain>")
    assert len(sf.read_deals(whole.getvalue(), as_of="2026-02-01")) == 4
