"""Numbers as people write them: a table of what was seen, and properties."""

from __future__ import annotations

import datetime as dt
import decimal
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesfunnel.intake.cells.chinese_numerals import read_numeral
from salesfunnel.intake.cells.read_number import MISSING, read_number
from salesfunnel.intake.cells.read_period import month_inside, read_period

WRITTEN = {
    # semantics.md, "Sheets"
    "50万": 500_000,
    "48万": 480_000,
    "1.2亿": 120_000_000,
    "１２３": 123,
    # thousands
    "1,234": 1234,
    "1,234,567": 1234567,
    "1 234": 1234,
    "1\u00a0234\u00a0567": 1234567,
    "1\u202f234": 1234,
    "1'234": 1234,
    "1’234": 1234,
    "１，２３４": 1234,
    "12,34,567": 1234567,
    "12,3456": 123456,
    "1.234.567": 1234567,
    "1.234,5": 1234.5,
    "1,234.5": 1234.5,
    "1,5": 1.5,
    # multipliers
    "3k": 3000,
    "3K": 3000,
    "1.5M": 1_500_000,
    "2bn": 2 * 10**9,
    "50w": 500_000,
    "5千": 5000,
    "3百": 300,
    "2百万": 2 * 10**6,
    "1亿2000万": 120_000_000,
    "3万5千": 35000,
    "3万5000": 35000,
    "1.2 million": 1_200_000,
    "１.５万": 15000,
    # numerals
    "五十万": 500_000,
    "一千二百": 1200,
    "两千": 2000,
    "十五": 15,
    "一百零二": 102,
    "三点五万": 35000,
    "二〇二六": 2026,
    "壹佰贰拾": 120,
    "一亿零五十万": 100_500_000,
    "零": 0,
    "一万零三": 10003,
    # signs, counters, currency
    "+5": 5,
    "-5": -5,
    "−5": -5,
    "－5": -5,
    "480人": 480,
    "30 个": 30,
    "12家": 12,
    "¥1,200": 1200,
    "1200元": 1200,
    "$1,234.50": 1234.5,
    "10万元": 100_000,
    "-¥500": -500,
    "¥-500": -500,
    "1200 EUR": 1200,
    "1e5": 100_000,
    "1.2E+06": 1_200_000,
    "٣٢١": 321,
    "0": 0,
    "-0": 0,
    ".5": 0.5,
    # rates, scores, durations
    "8.75%": 0.0875,
    "8.75 %": 0.0875,
    "５０％": 0.5,
    "42.%": 0.42,
    "12‰": 0.012,
    "8,75%": 0.0875,
    "100%": 1,
    "4.2/5": 4.2,
    "9 / 10": 9,
    "4.2分": 4.2,
    "15天": 15,
    "2周": 14,
    "24h": 1,
    "3 days": 3,
}
FAULTY = {
    "abc": "not-a-number",
    "12abc": "not-a-number",
    "1.2.3": "not-a-number",
    "1,2,3": "not-a-number",
    "1_000": "not-a-number",
    "0x10": "not-a-number",
    "Infinity": "not-a-number",
    "5²": "not-a-number",
    "½": "not-a-number",
    "--5": "not-a-number",
    "5%%": "not-a-number",
    "1e999": "not-a-number",
    "24/7": "not-a-number",
    "一百二": "not-a-number",
    "万": "not-a-number",
    "7" * 400: "not-a-number",
    "(5)": "negative-parentheses",
    "（1,200）": "negative-parentheses",
    "2026-09-01": "date-in-number",
    "9月5日": "date-in-number",
    "5-Sep": "date-in-number",
    "Sep-05": "date-in-number",
    "2026/9/1": "date-in-number",
    "2026.9.1": "date-in-number",
    "2026/9": "date-in-number",
    "12:30": "date-in-number",
    "100-200": "number-range",
    "100~200": "number-range",
    "100至200": "number-range",
}


@pytest.mark.parametrize(("text", "value"), WRITTEN.items())
def test_a_number_as_written(text, value):
    found = read_number(text)
    assert found.fault is None
    assert found.plain() == value


@pytest.mark.parametrize(("text", "code"), FAULTY.items())
def test_what_is_no_number_says_why(text, code):
    found = read_number(text)
    assert (found.fault, found.value, found.severity) == (code, None, "error")


@pytest.mark.parametrize(
    "text", ["-", "—", "/", "", "  ", "N/A", "n/a", "无", "暂无", "／", "－", "null"]
)
def test_what_is_missing_is_not_zero(text):
    assert read_number(text).is_missing
    assert read_number(text).value is None


@pytest.mark.parametrize("text", ["约50万", "~500", "500+", ">500", "500以上", "about 500", "≈5"])
def test_what_is_approximate_is_used_and_said(text):
    found = read_number(text)
    assert (found.fault, found.severity) == ("approximate-number", "warning")
    assert found.value in {500, 500_000, 5}


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("8.75%", "0.0001"),
        ("42.%", "0.01"),
        ("43%", "0.01"),
        ("50万", "1E4"),
        ("1.2亿", "1E7"),
        ("4200", "1"),
        ("12‰", "0.001"),
    ],
)
def test_the_written_precision(text, step):
    assert read_number(text).precision == Decimal(step)
    assert read_number(text).cut is (text == "42.%")


def test_units_that_the_writing_says():
    units = {"8%": "rate", "4.2/5": "score", "¥5": "currency", "3天": "duration", "5": None}
    assert {text: read_number(text).unit for text in units} == units
    assert read_number("4.2/5").out_of == 5


def test_a_decimal_mark_that_is_given_decides():
    assert read_number("1.234", decimal=",").plain() == 1234
    assert read_number("1.234", decimal=".").plain() == 1.234
    assert read_number("1,234", decimal=",").plain() == 1.234
    assert read_number("1.5", decimal=",").fault == "not-a-number"
    assert read_number("1,5", decimal=".").fault == "not-a-number"
    assert [read_number(text).mark for text in ("1,5", "1.5", "1,234", "5")] == [
        ",",
        ".",
        None,
        None,
    ]


def test_objects_of_workbooks_and_records():
    assert read_number(4200).plain() == 4200
    assert read_number(0.1).value == Decimal("0.1")
    assert read_number(np.int64(5)).plain() == 5
    assert read_number(np.float64("nan")).is_missing
    assert read_number(Decimal("1.50")).value == Decimal("1.5")
    assert read_number(dt.timedelta(hours=36)).plain() == 1.5
    for strange in (True, float("inf"), object(), [1], 10**500):
        assert read_number(strange).fault == "not-a-number"
    for day in (dt.date(2026, 9, 1), dt.datetime(2026, 9, 1, tzinfo=dt.timezone.utc), dt.time(1)):
        assert read_number(day).fault == "date-in-number"


def test_reading_does_not_depend_on_the_decimal_context():
    with decimal.localcontext(decimal.Context(prec=2, traps=[decimal.Inexact, decimal.Rounded])):
        assert read_number("1234567.891").value == Decimal("1234567.891")
        assert read_number("8.754321%").value == Decimal("0.08754321")
        assert read_number("24h").plain() == 1
        assert read_number(1234567.25).plain() == 1234567.25


@given(st.text(max_size=40))
def test_any_text_is_read_or_has_a_fault(text):
    found = read_number(text)
    assert found.value is None or found.value.is_finite()
    bad = found.fault is not None and found.severity == "error"
    assert (found.value is None) == (found.is_missing or bad)


@given(st.integers(-(10**15), 10**15), st.sampled_from(["{}", "{:,}", " {} ", "'{}"]))
def test_whole_numbers_in_several_habits(number, form):
    assert read_number(form.format(number)).plain() == number


@given(st.decimals(0, 10**6, places=2))
def test_any_amount_is_no_date(amount):
    assert read_number(f"{amount:f}").value == amount


@given(st.integers(0, 10**8), st.integers(0, 4))
def test_percent_is_a_hundredth_exactly(number, places):
    written = Decimal(number).scaleb(-places)
    assert read_number(f"{written:f}%").value == written / 100


DIGITS = "零一二三四五六七八九"


def spoken(number):
    """Write a number below ten thousand in Chinese, in full."""
    out, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            out += ("零" if zero and out else "") + DIGITS[digit] + name
        zero = not digit
    return out or "零"


@settings(max_examples=300)
@given(st.integers(1, 9999))
def test_numerals_are_read_as_they_are_spoken(number):
    written = spoken(number)
    assert read_numeral(written) == number
    assert read_numeral(written + "万") == number * 10**4
    if 10 <= number < 20:
        assert read_numeral(written.removeprefix("一")) == number


@given(st.text("零一二两三十百千万亿点〇壹佰", max_size=12))
def test_any_numeral_is_read_or_not(text):
    value = read_numeral(text)
    assert value is None or value >= 0


def test_missing_words_are_in_one_form():
    assert all(word == word.lower().strip() for word in MISSING)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("2026-09", "2026-09"),
        ("2026/9", "2026-09"),
        ("2026.09", "2026-09"),
        ("202609", "2026-09"),
        ("2026年9月", "2026-09"),
        ("2026年09月份", "2026-09"),
        ("Sep 2026", "2026-09"),
        ("September 2026", "2026-09"),
        ("2026 sept", "2026-09"),
        ("２０２６年９月", "2026-09"),
        ("2026年九月", "2026-09"),
        ("2026Q3", "2026-Q3"),
        ("Q3 2026", "2026-Q3"),
        ("2026年第三季度", "2026-Q3"),
        ("2026年3季度", "2026-Q3"),
        ("2026-W41", "2026-W41"),
        ("2026年第41周", "2026-W41"),
        ("2026", "2026"),
        ("2026年", "2026"),
        ("2026-09-07", "2026-09-07"),
        ("2026年9月7日", "2026-09-07"),
        (2026, "2026"),
        (202609.0, "2026-09"),
        (dt.date(2026, 9, 7), "2026-09-07"),
    ],
)
def test_periods_as_written(text, label):
    assert read_period(text).label == label
    assert not read_period(text).needs_year


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("9月", "2026-09"),
        ("Sep", "2026-09"),
        ("Q3", "2026-Q3"),
        ("九月份", "2026-09"),
        ("三季度", "2026-Q3"),
    ],
)
def test_months_without_a_year_wait_for_one(text, label):
    assert read_period(text).needs_year
    assert read_period(text).in_year("2026").label == label


@pytest.mark.parametrize(
    "text", ["2026-13", "13月", "Sheet1", "", "99", "2026-02-30", True, None, 1.5]
)
def test_what_is_no_period(text):
    assert read_period(text) is None


def test_a_month_inside_a_title():
    assert month_inside("销售漏斗数据跟踪表（2026年9月）") == "2026-09"
    assert month_inside("tracking_2026-09.csv") == "2026-09"
    assert month_inside("2026年9月 and 2026年10月") is None
    assert month_inside("order 12026-0912") is None
