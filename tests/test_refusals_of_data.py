"""Wrong counts, calendars and moments, one a line; sums and times in all their forms."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import SalesFunnelError
from salesfunnel.render.charts.figures import day_words, period_words, whole_percent

STEPS = ("lead", "won")
MONTHS = ("2025-01", "2025-02")


def panel(**options):
    given = {"counts": [[[9, 4]], [[8, 3]]], "periods": MONTHS, "steps": STEPS,
             "segments": ("all",), "by": "month"}  # fmt: skip
    return sf.Panel(**{**given, **options})


def counted(counts, **options):
    return sf.Panel.from_counts(counts, **options)


def fiscal(**options):
    return sf.Fiscal(4, **options)


REFUSED = [
    (lambda: panel(periods=("2025-02", "2025-01")), "'periods' must be in order of time"),
    (lambda: counted({}), "'counts'"),
    (lambda: counted({"2025-01": {"lead": 3}, "2025-02": [3]}), "'counts'"),
    (lambda: counted({"2025-01": {"a": {"b": {"c": 1}}}}), "'counts'"),
    (lambda: counted({"2025-01": [3, [4, 5]]}, steps=STEPS), "'counts'"),
    (lambda: fiscal().bounds("sometime"), "sometime"),
    (lambda: fiscal(pattern="4-4-5").bounds("FY27-Q9"), "FY27-Q9"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "words"), REFUSED)
def test_it_is_refused_in_words(call, words):
    with pytest.raises(SalesFunnelError) as caught:
        call()
    assert words in str(caught.value)


def test_a_panel_is_added_to_panels_only():
    with pytest.raises(TypeError):
        panel() + 1
    assert (panel() + panel()).counts.tolist() == [[[18, 8]], [[16, 6]]]


TIMES = ["2026-01-05 09:00:00", "2026-01-06 10:30:00"]
SECONDS = [1767603600, 1767695400]


@pytest.mark.parametrize(
    "times",
    [
        SECONDS,
        [1000 * one for one in SECONDS],
        [str(one) for one in SECONDS],
        np.array(SECONDS, dtype=float),
        np.array(TIMES, dtype="M8[s]"),
        np.array(TIMES, dtype="M8[ns]"),
        TIMES,
    ],
    ids=["seconds", "milliseconds", "text", "floats", "M8[s]", "M8[ns]", "times"],
)
def test_moments_are_the_same_in_every_unit(times):
    found = sf.read_purchases({"customer": ["a", "b"], "time": times, "amount": [1.0, 2.0]})
    assert found.time.astype("M8[s]").tolist() == np.array(TIMES, dtype="M8[s]").tolist()


@pytest.mark.parametrize("far", [1e300, np.inf, -1e300])
def test_numbers_that_are_no_moments_are_told(far):
    """And nothing else is said: a cast of a number beyond int64 would warn."""
    found = sf.read_purchases({"customer": ["a"], "time": [far], "amount": [1.0]})
    assert len(found) == 0
    assert [(fault.code, fault.value) for fault in found.faults][:1] == [
        ("time-not-understood", str(far))
    ]


def test_bounds_that_one_panel_has_and_the_other_has_not_are_added():
    bounded = panel(upper=[[[9, 5]], [[8, 4]]])
    both = panel() + bounded
    assert both.counts.tolist() == [[[18, 8]], [[16, 6]]]
    assert both.upper.tolist() == [[[18, 9]], [[16, 7]]]


@pytest.mark.parametrize(
    ("rate", "words"),
    [(0.4286, "43%"), (0.9961, "99.6%"), (0.99999, "99.9%"), (1.0, "100%"), (0.004, "0.4%"),
     (0.0001, "<0.1%"), (0.0, "0%")],
)  # fmt: skip
def test_a_share_without_decimals_is_never_all_or_nothing_that_it_is_not(rate, words):
    assert whole_percent(rate) == words


@pytest.mark.parametrize(
    ("period", "english", "chinese"),
    [("2026-Q3", "Q3 2026", "2026年3季度"), ("2026-W07", "week 7, 2026", "2026年第7周")],
)
def test_periods_are_written_as_people_say_them(period, english, chinese):
    assert period_words(period, "en") == english
    assert period_words(period, "zh") == chinese
    assert day_words(date(2026, 8, 1), "quarter", "zh") == "2026年3季度"


def test_purchases_from_numbers_without_a_unit_are_refused():
    with pytest.raises(SalesFunnelError, match="must hold dates or times"):
        sf.Purchases.from_columns(customer=["a"], time=[17], amount=[1.0])
    with pytest.raises(SalesFunnelError, match="equal length"):
        sf.Purchases.from_columns(customer=["a", "b"], time=[date(2026, 1, 1)], amount=[1.0])
