"""Moments as people and systems write them: what is read, what is reported and not guessed."""

# ruff: noqa: DTZ001 - times without a zone are what is tested

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesfunnel.intake.cells.read_time import AmbiguousTimeError, NumberAsTimeError, read_time

UTC = timezone.utc
CHINA = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-05", datetime(2026, 1, 5)),
        ("20260105", datetime(2026, 1, 5)),
        ("2026/1/5 9:30", datetime(2026, 1, 5, 9, 30)),
        ("2026.1.5", datetime(2026, 1, 5)),
        ("2026年1月5日", datetime(2026, 1, 5)),
        ("2026 年 1 月 5 日 9时30分", datetime(2026, 1, 5, 9, 30)),
        ("2026年1月5日下午3:30", datetime(2026, 1, 5, 15, 30)),
        ("2026年1月5日 上午12点", datetime(2026, 1, 5)),
        ("２０２６－０１－０５", datetime(2026, 1, 5)),
        ("15.1.2026 14:30", datetime(2026, 1, 15, 14, 30)),
        ("3.4.2026", datetime(2026, 4, 3)),
        ("03.04.26 10:00", datetime(2026, 4, 3, 10)),
        ("1/15/26", datetime(2026, 1, 15)),
        ("5. Januar 2026", datetime(2026, 1, 5)),
        ("5 de enero de 2026", datetime(2026, 1, 5)),
        ("5 janv. 2026", datetime(2026, 1, 5)),
        ("5 января 2026 г.", datetime(2026, 1, 5)),
        ("1/15/2026, 2:30 PM", datetime(2026, 1, 15, 14, 30)),
        ("1/15/2026 12:05 AM", datetime(2026, 1, 15, 0, 5)),
        ("5 Jan 2026", datetime(2026, 1, 5)),
        ("05-Sep-2026", datetime(2026, 9, 5)),
        ("January 5, 2026 4:15 p.m.", datetime(2026, 1, 5, 16, 15)),
        ("2026-01-05T08:00:00.1234567Z", datetime(2026, 1, 5, 8, 0, 0, 123456, UTC)),
        ("2026-01-05T08:00:00.000+0800", datetime(2026, 1, 5, 8, tzinfo=CHINA)),
        ("2026-01-05 08:00 +08", datetime(2026, 1, 5, 8, tzinfo=CHINA)),
        ("20260105T083000Z", datetime(2026, 1, 5, 8, 30, tzinfo=UTC)),
        ("2026-01-31 24:00", datetime(2026, 2, 1)),
        (date(2026, 1, 5), datetime(2026, 1, 5)),
        (np.datetime64("2026-01-05T08:00"), datetime(2026, 1, 5, 8)),
        (None, None),
        (float("nan"), None),
        (np.datetime64("NaT", "us"), None),
        ("—", None),
    ],
)
def test_what_can_be_read_in_one_way_only(text, moment):
    assert read_time(text) == moment


def test_missing_values_of_pandas_are_missing():
    pandas = pytest.importorskip("pandas")
    assert read_time(pandas.NaT) is None
    assert read_time(pandas.NA) is None
    assert read_time(pandas.Timestamp("2026-01-05 08:00")) == datetime(2026, 1, 5, 8)


@pytest.mark.parametrize("text", ["03/04/2026", "3-4-2026", "03-04-2026 10:00"])
def test_day_and_month_that_can_be_either_are_not_guessed(text):
    with pytest.raises(AmbiguousTimeError):
        read_time(text)
    assert read_time(text, dayfirst=True).month == 4
    assert read_time(text, dayfirst=False).month == 3


@pytest.mark.parametrize(
    ("cell", "reading"),
    [
        (46027, datetime(2026, 1, 5)),
        ("46027.5", datetime(2026, 1, 5, 12)),
        (1767600000000, datetime(2026, 1, 5, 8, tzinfo=UTC)),
        ("1767600000", datetime(2026, 1, 5, 8, tzinfo=UTC)),
    ],
)
def test_a_number_is_no_date_but_what_it_may_mean_is_said(cell, reading):
    with pytest.raises(NumberAsTimeError) as caught:
        read_time(cell)
    assert caught.value.reading == reading


@pytest.mark.parametrize(
    "text",
    [
        *("2026-02-30", "2026-13-01", "2026-01-05 25:00", "2026-01-05 24:01", "26/1/15"),
        *("2026-01", "2026-W02-1", "soon", "5", "12345678", "2026/01-05", "2026-01-05 13:00 PM"),
        *("2026年1月5日晚上12点", "2026-01-05 9", "2026-01-05T", "13/13/2026", True, [2026, 1, 5]),
    ],
)
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(ValueError):
        read_time(text)


@given(st.datetimes(datetime(1900, 1, 1), datetime(2099, 12, 31)), st.sampled_from([None, CHINA]))
def test_iso_comes_back(moment, zone):
    moment = moment.replace(tzinfo=zone)
    assert read_time(moment.isoformat()) == moment
    assert read_time(moment.isoformat(" ")) == moment


@given(st.text(max_size=24))
def test_any_text_is_a_moment_nothing_or_a_value_error(text):
    try:
        moment = read_time(text)
    except ValueError:
        return
    assert moment is None or isinstance(moment, datetime)
