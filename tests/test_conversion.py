"""Conversion tables: statuses, intervals, cumulative rates."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import salesfunnel as sf
from salesfunnel.errors import ArgumentError


def test_every_status_shows_what_is_known():
    panel = sf.Panel.from_counts(
        {"2026-08": [100, 40, 0, 0], "2026-09": [50, None, 5, 9], "2026-10": [10, 25, 5, 2]}
    )
    rows = {(r.period, r.source): r for r in sf.conversions(panel)}
    steps = panel.steps
    assert rows["2026-08", steps[0]].status == "ok"
    zero = rows["2026-08", steps[1]]
    assert (zero.rate, zero.interval.low) == (0.0, 0.0)
    empty = rows["2026-08", steps[2]]
    assert (empty.status, empty.rate, empty.entered) == ("no-data", None, 0)
    assert (empty.interval.low, empty.interval.high) == (0.0, 1.0)
    lost = rows["2026-09", steps[0]]
    assert (lost.status, lost.rate, lost.entered) == ("missing", None, None)
    above = rows["2026-10", steps[0]]
    assert (above.status, above.rate) == ("rate-gt-1", 2.5)
    assert above.interval.low < 2.5 < above.interval.high
    assert rows["2026-09", steps[2]].rate == 1.8
    assert rows["2026-09", steps[2]].cumulative is None


def test_the_first_sheet_of_the_method():
    counts = [800_000, 7_000, 3_000, 1_083]
    rows = sf.conversions(sf.Panel.from_counts(counts)).rows
    assert [round(r.rate, 5) for r in rows] == [0.00875, 0.42857, 0.361]
    assert math.isclose(rows[-1].cumulative, 1_083 / 800_000)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 500), min_size=2, max_size=6), st.sampled_from([0.9, 0.95]))
def test_a_chain_is_one_rate_of_its_first_entrants(counts, level):
    counts = sorted(counts, reverse=True)
    rows = sf.conversions(sf.Panel.from_counts(counts, mode="cohort"), level=level).rows
    for k, row in enumerate(rows, start=1):
        if 0 in counts[:k]:
            assert row.cumulative is None
            continue
        plain = sf.stats.rate_interval(counts[k], counts[0], level=level)
        assert math.isclose(row.cumulative, counts[k] / counts[0], abs_tol=1e-12)
        assert math.isclose(row.cumulative_interval.low, plain.low, abs_tol=1e-9)
        assert math.isclose(row.cumulative_interval.high, plain.high, abs_tol=1e-9)


def test_columns_and_rows_agree():
    rng = np.random.default_rng(4)
    panel = sf.Panel.from_counts(rng.integers(0, 30, (4, 3, 5)))
    table = sf.conversions(panel, method="jeffreys")
    columns = table.columns()
    assert len(table) == 4 * 3 * 4
    for i, row in enumerate(table.rows):
        assert (row.period, row.segment) == (columns["period"][i], columns["segment"][i])
        assert (row.source, row.status) == (columns["source"][i], columns["status"][i])
        assert row.interval.low == columns["low"][i]
        assert (row.rate is None) == bool(np.isnan(columns["rate"][i]))


def test_names_of_methods_are_checked():
    with pytest.raises(ArgumentError, match="method"):
        sf.conversions(sf.Panel.from_counts([3, 2]), method="wils")
    with pytest.raises(ArgumentError, match="level"):
        sf.conversions(sf.Panel.from_counts([3, 2]), level=95)
    with pytest.raises(ArgumentError, match="level"):
        sf.conversions(sf.Panel.from_counts([3, 2]), level="0.95")


def test_what_has_a_panel_to_give_is_told_so():
    counts = sf.count_steps(sf.EventLog([1], ["a"], [1]), ["a", "b"])
    for question in (sf.conversions, sf.find_bottlenecks, sf.analyze):
        with pytest.raises(ArgumentError, match=r"got StepCounts(?s:.*)\.panel\(\)"):
            question(counts)
        with pytest.raises(ArgumentError, match=r"got int$"):
            question(3)
    assert sf.conversions(counts.panel()).rows[0].entered == 1


@pytest.mark.parametrize(("locale", "said"), [("en", "two steps"), ("zh", "两个步骤")])
def test_one_step_has_no_rate_and_says_so(locale, said):
    table = sf.conversions(sf.Panel.from_counts({"2026-08": [5]}, steps=["only"]))
    shown = table.to_text(locale=locale)
    assert said in shown
    assert "÷" not in shown
    assert said in table._repr_html_() or locale != "en"
