"""Columns of text and of moments that are read all at once, against the same read one by one."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import salesfunnel as sf
from salesfunnel.data.events.columns import times
from salesfunnel.errors import SalesFunnelError

NAMES = [
    "ann",
    "bob",
    "b" * 30,
    "b" * 90,
    "客户",
    "é",
    "\U0001f600",
    " x",
    "customer-1",
    "customer-2",
]
BLANK = ["", " ", "\u3000", "\x85", "\x1f", "\u2028 "]
ODD = ["a\x1fb", "a\0b", "\ud800", "a\0"]
EAST = dt.timezone(dt.timedelta(hours=8))


def read(make, monkeypatch, *, slow):
    """The log of some columns, or what is wrong with them."""
    with monkeypatch.context() as patch:
        for module in ("text_codes", "timestamps"):
            patch.setattr(f"salesfunnel.data.events.{module}.FEW", 10**9 if slow else 0)
        try:
            return make()
        except SalesFunnelError as error:
            return str(error)


def same(make, monkeypatch):
    quick, slow = (read(make, monkeypatch, slow=slow) for slow in (False, True))
    assert quick == slow
    if isinstance(quick, sf.EventLog):
        assert quick.rows == slow.rows
        assert quick.steps == slow.steps
    return quick


def columns(kind, values):
    if kind == "list":
        return list(values)
    if kind == "object":
        column = np.empty(len(values), dtype=object)
        column[:] = values
        return column
    if kind == "U":
        return np.array([v or "" for v in values], dtype=str)
    if kind == ">U":
        return np.array([v or "" for v in values], dtype=str).astype(">U90")
    if kind == "S":
        return np.array([(v or "").encode("utf-8", "replace") for v in values], dtype=bytes)
    if kind == "T":
        return np.array([v or "" for v in values], dtype=np.dtypes.StringDType())
    if kind == "pandas":
        return pytest.importorskip("pandas").Series(values, dtype=object)
    if kind == "category":
        return pytest.importorskip("pandas").Categorical(values)
    if kind == "polars":
        return pytest.importorskip("polars").Series(values)
    if kind == "polars category":
        polars = pytest.importorskip("polars")
        return polars.Series(values, dtype=polars.Categorical)
    arrow = pytest.importorskip("pyarrow")
    column = arrow.array(values)
    return column if kind == "arrow" else column.dictionary_encode()


ANY = ["list", "object", "U", ">U", "S", "pandas", "category", "arrow", "polars"]
ANY += ["polars category", "arrow dictionary"]
if int(np.__version__.split(".", maxsplit=1)[0]) > 1:
    ANY.append("T")


@pytest.mark.parametrize("odd", [False, True])
@pytest.mark.parametrize("role", ["entity", "step", "channel"])
@pytest.mark.parametrize("kind", ANY)
def test_names_are_the_same_however_they_are_read(kind, role, odd, monkeypatch):
    plain = kind in {"list", "object", "U", ">U", "T"}
    rng = np.random.default_rng(ANY.index(kind))
    known = [*NAMES, *BLANK, None] + ODD[: (4 if plain and kind != "T" else 2)] * odd
    values = [known[k] for k in rng.integers(0, len(known), 700).tolist()]
    column = columns(kind, values)
    rows = {"entity": rng.integers(0, 9, 700), "step": ["a", "b"] * 350, "time": np.arange(700)}

    def make():
        more = {"channel": column} if role == "channel" else {}
        main = {**rows, **({} if more else {role: column})}
        return sf.EventLog(main["entity"], main["step"], main["time"], attributes=more)

    log = same(make, monkeypatch)
    mine = [v for v in values if v and v.strip(" \u3000\x85\x1f\u2028")]
    if kind in {"U", ">U"}:
        mine = [v.rstrip("\0") for v in mine]
    if kind == "S":
        mine = [v.encode("utf-8", "replace").rstrip(b"\0").decode() for v in mine]
    found = log.columns()[role].tolist()
    assert [v for v in found if v is not None] == mine


@pytest.mark.parametrize(
    ("values", "steps"),
    [
        (["1", 1, True, "x"], (1, "1", "true", "x")),
        (["x", 1.5, None, math.nan], (1.5, "x")),
        (["x", b"x", "y", None], ("x", "y")),
    ],
)
def test_numbers_and_truth_values_among_texts_are_read_one_by_one(values, steps, monkeypatch):
    log = same(lambda: sf.EventLog([1] * 40, values * 10, range(40)), monkeypatch)
    assert log.steps == steps


def test_a_missing_text_of_any_kind(monkeypatch):
    values = ["x", None, math.nan, np.float64("nan"), np.datetime64("NaT", "s"), "y"]
    log = same(lambda: sf.EventLog(values * 50, ["a"] * 300, range(300)), monkeypatch)
    assert log.columns()["entity"].tolist() == ["x", "y"] * 50


FORMS = [
    "%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S+00:00", "%Y%m%d",
    "%Y-%m-%dT%H:%M:%S+08:00",
]  # fmt: skip
MOMENTS = st.datetimes(min_value=dt.datetime(1000, 1, 1))  # noqa: DTZ001 - naive on purpose


@settings(max_examples=300, deadline=None)
@given(
    st.lists(MOMENTS, min_size=1, max_size=6),
    st.sampled_from(FORMS),
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 25), st.sampled_from("0159 :-TZ.٣x")),
        max_size=2,
    ),
)
def test_texts_of_moments(moments, form, slips):
    texts = [moment.strftime(form) for moment in moments]
    for row, place, letter in slips:
        if row < len(texts) and place < len(texts[row]):
            texts[row] = texts[row][:place] + letter + texts[row][place + 1 :]
    check_times(texts)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.none()
        | st.datetimes(timezones=st.sampled_from([None, dt.timezone.utc, EAST]))
        | st.datetimes(timezones=st.just(EAST)),
        min_size=1,
        max_size=6,
    ),
    st.booleans(),
)
def test_datetimes(moments, alike):
    if alike:
        moments = [m and m.replace(tzinfo=EAST) for m in moments]
    check_times(moments)


@pytest.mark.parametrize(
    "text", ["0000-01-01", "2026-02-30", "2026-01-01T24:00", "2026-01-01T00:00:60"]
)
def test_texts_that_are_no_moments(text):
    assert isinstance(check_times([text, text]), str)


def check_times(values):
    """The same times, or the same complaint, of all at once and one by one."""

    def make():
        column = np.empty(len(values), dtype=object)
        column[:] = values
        return times("time", column)

    with pytest.MonkeyPatch.context() as patch:
        quick, slow = (read(make, patch, slow=slow) for slow in (False, True))
    if isinstance(slow, str):
        assert quick == slow
        return slow
    gone = slow.missing
    assert (quick.unit, quick.aware) == (slow.unit, slow.aware)
    assert quick.missing.tolist() == gone.tolist()
    assert quick.ticks[~gone].tolist() == slow.ticks[~gone].tolist()
    return quick
