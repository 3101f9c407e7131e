"""Two ways of reading agree: plain cells at once, and every cell with care.

The careful way is the same reader with columns in which no cell is plain, so that each distinct
cell goes through ``read_time`` and ``read_number``.
"""

from __future__ import annotations

import csv
import io
from contextlib import contextmanager, nullcontext
from datetime import datetime

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import salesfunnel as sf
from salesfunnel._kernels.text.amounts import PlainNumbers
from salesfunnel.errors import IntakeError
from salesfunnel.intake.files.text_column import TextColumn

STAGES = ["lead", "demo", "won"]


def no_times(self, *, day_first=None):
    del day_first
    empty = np.array([not cell.strip(" \t") for cell in self.distinct()[1]] + [True])
    codes = self.distinct()[0]
    return np.zeros(self.count, np.int64), np.where(empty[codes], 3, 0).astype(np.int8)


def no_numbers(self, *, point=True):
    del point
    empty = no_times(self)[1] == 3
    return PlainNumbers(np.full(self.count, np.nan), empty, decided=False)


@contextmanager
def careful():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TextColumn, "plain_times", no_times)
        patch.setattr(TextColumn, "plain_numbers", no_numbers)
        yield


def told(faults):
    return sorted(
        (f.code, f.severity, f.row or 0, f.column or "", f.value or "", f.params) for f in faults
    )


def both(read, text, **options):
    """Return what both ways give: results, or the error's words."""
    found = []
    for way in (None, careful):
        with way() if way else nullcontext():
            found.append(outcome(read, text, **options))
    return found


def outcome(read, text, **options):
    try:
        return read(text, **options)
    except IntakeError as error:
        return str(error), told(error.faults)


def table(header, rows):
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue()


TIMES = st.one_of(
    st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31))  # noqa: DTZ001 - as files write them
    .flatmap(
        lambda t: st.sampled_from(
            [
                f"{t:%Y-%m-%d}", f"{t:%Y-%m-%d %H:%M:%S}", f"{t:%Y/%m/%d %H:%M}",
                f"{t:%Y-%m-%dT%H:%M:%SZ}", f"{t:%Y-%m-%dT%H:%M:%S.123+02:00}", f"{t:%d.%m.%Y}",
                f"{t:%d/%m/%Y}", f"{t:%Y年%m月%d日}", f"{t:%d %b %Y}", f" {t:%Y-%m-%d} ",
                f"{t:%d.%m.%Y %H:%M}",
            ]
        )
    ),
    st.sampled_from(["", " ", "soon", "2026-02-30", "9999-12-31", "1900-01-01", "n/a", "46027"]),
)  # fmt: skip
AMOUNTS = st.one_of(
    st.floats(0, 1e6).map(lambda x: f"{x:.2f}"),
    st.integers(-50, 10**6).map(str),
    st.sampled_from(["", "1.234", "1,234.50", "1.2万", "a lot", "(30)", "3k", "-", "1e3", "12."]),
)
NAMES = st.sampled_from(["ann", "bob ", " cid", "dan", "", "eve　", "é"])


@given(st.lists(st.tuples(NAMES, TIMES, AMOUNTS, NAMES), min_size=1, max_size=25))
@example([("ann", "46027", "12", "bob ")])
@example([("ann", "46027", "12", "bob "), ("dan", "n/a", "3", "")])
@settings(max_examples=60, deadline=None)
def test_purchases_with_dirt(rows):
    text = table(["customer", "date", "amount", "channel"], rows)
    fast, slow = both(sf.read_purchases, text)
    if isinstance(fast, tuple):
        assert fast == slow
    else:
        assert fast.customers == slow.customers
        for field in ("customer", "time", "amount"):
            np.testing.assert_array_equal(getattr(fast, field), getattr(slow, field))
        assert fast.attributes == slow.attributes
        assert told(fast.faults) == told(slow.faults)


@given(st.lists(st.tuples(TIMES, TIMES, TIMES, AMOUNTS, NAMES), min_size=1, max_size=20))
@settings(max_examples=60, deadline=None)
def test_deals_with_dirt(rows):
    numbered = [(f"d{k}", *row) for k, row in enumerate(rows)]
    text = table(["deal id", *STAGES, "amount", "owner"], numbered)
    fast, slow = both(sf.read_deals, text, stages=STAGES)
    if isinstance(fast, tuple):
        assert fast == slow
    else:
        assert fast == slow
        assert told(fast.faults) == told(slow.faults)


CHANGES = st.tuples(st.integers(0, 6), st.sampled_from([*STAGES, "lost", "what", ""]), TIMES, NAMES)


@given(st.lists(CHANGES, min_size=1, max_size=30))
@settings(max_examples=60, deadline=None)
def test_changes_with_dirt(rows):
    text = table(["deal id", "stage", "changed at", "owner"], rows)
    fast, slow = both(sf.read_deals, text, stages=STAGES)
    if isinstance(fast, tuple):
        assert fast == slow
    else:
        assert fast == slow
        assert told(fast.faults) == told(slow.faults)


def same_both_ways(text, **options):
    fast, slow = both(sf.read_deals, text, **options)
    assert fast == slow
    if not isinstance(fast, tuple):
        assert told(fast.faults) == told(slow.faults)


NOW = st.sampled_from(["lead", "demo", "Closed Won", "closed lost", "won", "what", ""])


@given(st.lists(st.tuples(NOW, TIMES, TIMES, AMOUNTS, NAMES), min_size=1, max_size=20))
@settings(max_examples=60, deadline=None)
def test_lists_with_dirt(rows):
    numbered = [(f"d{k}", *row) for k, row in enumerate(rows)]
    header = ["deal id", "deal stage", "create date", "close date", "amount", "owner"]
    same_both_ways(table(header, numbered), as_of="2027-01-01")


SPELLS = st.tuples(st.integers(0, 5), st.sampled_from([*STAGES, "lost", ""]), TIMES, TIMES, NAMES)


@given(st.lists(SPELLS, min_size=1, max_size=25))
@settings(max_examples=60, deadline=None)
def test_spells_with_dirt(rows):
    header = ["deal id", "stage", "entered at", "left at", "owner"]
    same_both_ways(table(header, rows), stages=STAGES, as_of="2027-01-01")


LOGS = st.tuples(
    st.integers(0, 5), st.sampled_from(["stage", "amount", "owner", ""]),
    st.sampled_from([*STAGES, "lost", "12", ""]), st.sampled_from([*STAGES, "lost", "30", ""]),
    TIMES,
)  # fmt: skip


@given(st.lists(LOGS, min_size=1, max_size=25))
@settings(max_examples=60, deadline=None)
def test_logs_with_dirt(rows):
    header = ["deal id", "field", "old value", "new value", "changed at"]
    same_both_ways(table(header, rows), stages=STAGES, as_of="2027-01-01")


DAYS = st.integers(0, 800).map(
    lambda k: np.datetime64("2024-01-01T00:00:00") + np.timedelta64(k, "s")
)


@given(st.lists(st.tuples(st.integers(0, 9), DAYS, st.integers(0, 10**6)), min_size=2, max_size=30))
@settings(max_examples=20, deadline=None)
def test_clean_purchases_are_one_from_text_frame_and_records(rows):
    polars = pytest.importorskip("polars")
    records = [
        {"customer": f"c{who}", "date": day.item(), "amount": cents / 100}
        for who, day, cents in rows
    ]
    text = table(["customer", "date", "amount"], [tuple(r.values()) for r in records])
    frame = polars.DataFrame(records)
    sources = [
        text,
        frame,
        records,
        frame.to_arrow(),
        pytest.importorskip("pandas").DataFrame(records),
    ]
    first, *others = [sf.read_purchases(source) for source in sources]
    assert all(other == first for other in others)


WAYS = st.tuples(DAYS, st.integers(1, 90), st.booleans(), st.integers(0, 999))


@given(st.lists(WAYS, max_size=20))
@settings(max_examples=20, deadline=None)
def test_clean_deals_are_one_from_text_frame_and_records(rows):
    polars = pytest.importorskip("polars")
    rows = [*rows, (np.datetime64("2024-01-01T00:00:00"), 3, True, 7)]
    records = [
        {
            "deal_id": f"d{k}", "lead": day.item(), "demo": (day + np.timedelta64(gap, "h")).item(),
            "won": (day + np.timedelta64(2 * gap, "h")).item() if won else None,
            "amount": cents / 100,
        }
        for k, (day, gap, won, cents) in enumerate(rows)
    ]  # fmt: skip
    cells = [["" if v is None else str(v) for v in r.values()] for r in records]
    text = table(list(records[0]), cells)
    frame = polars.DataFrame(records)
    sources = [
        text,
        frame,
        records,
        frame.to_arrow(),
        pytest.importorskip("pandas").DataFrame(records),
    ]
    first, *others = [sf.read_deals(source, stages=STAGES) for source in sources]
    assert all(other == first for other in others)


@given(st.lists(st.tuples(DAYS, st.integers(1, 90), st.integers(0, 2)), min_size=3, max_size=20))
@settings(max_examples=20, deadline=None)
def test_clean_lists_are_one_from_text_frame_and_records(rows):
    polars = pytest.importorskip("polars")
    ends = ["Demo", "Closed Won", "Closed Lost"]
    records = [
        {
            "deal_id": f"d{k}", "stage": ends[end], "created": day.item(),
            "closed": (day + np.timedelta64(gap, "D")).item() if end else None, "amount": 10.0 * k,
        }
        for k, (day, gap, end) in enumerate([*rows, (np.datetime64("2024-01-01T00:00:00"), 3, 1)])
    ]  # fmt: skip
    cells = [["" if v is None else str(v) for v in r.values()] for r in records]
    frame = polars.DataFrame(records)
    pandas = pytest.importorskip("pandas")
    sources = [table(list(records[0]), cells), frame, records, frame.to_arrow(),
               pandas.DataFrame(records)]  # fmt: skip
    first, *others = [sf.read_deals(source, as_of="2027-06-01") for source in sources]
    assert all(other == first for other in others)
