"""Panel: counts by period, segment and step."""

from __future__ import annotations

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import ArgumentError, DataError, UnknownNameError


def test_periods_come_in_order_of_time_whatever_the_order_of_the_dict():
    one = sf.Panel.from_counts({"2026-10": [5, 2], "2026-09": [4, 1]})
    two = sf.Panel.from_counts({"2026-09": [4, 1], "2026-10": [5, 2]})
    assert one == two
    assert one.periods == ("2026-09", "2026-10")
    assert one.by == "month"


def test_missing_is_not_zero():
    panel = sf.Panel.from_counts({"2026-09": [4, None], "2026-10": [4, 0]})
    assert panel.missing.tolist() == [[[False, True]], [[False, False]]]
    assert panel != sf.Panel.from_counts({"2026-09": [4, 0], "2026-10": [4, 0]})


def test_counts_are_read_only_and_not_aliased():
    mine = np.array([[4, 2], [3, 1]])
    panel = sf.Panel.from_counts(mine)
    mine[0, 0] = 99
    assert panel.counts[0, 0, 0] == 4
    with pytest.raises(ValueError, match="read-only"):
        panel.counts[0, 0, 0] = 1


def test_all_bad_counts_are_named_at_once():
    with pytest.raises(DataError) as caught:
        sf.Panel.from_counts({"2026-09": [-1, "x"], "2026-10": [1.5, 2]})
    assert str(caught.value).count("\n  - ") == 3


@pytest.mark.parametrize(
    "bad", [np.array([[-1.0, 2.0]]), np.array([[1.5, 2.0]]), np.array([[np.inf, 2.0]])]
)
def test_bad_arrays_are_errors(bad):
    with pytest.raises(DataError):
        sf.Panel.from_counts(bad)


def test_stage_to_count_is_one_period():
    funnel = sf.Funnel("f", ["lead", "deal"])
    panel = sf.Panel.from_counts({"deal": 2, "lead": 10}, funnel=funnel)
    assert panel.steps == ("lead", "deal")
    assert panel.counts.tolist() == [[[10, 2]]]
    with pytest.raises(UnknownNameError, match="lead"):
        sf.Panel.from_counts({"leda": 2}, funnel=funnel)


def test_sum_unites_periods_and_adds_cells():
    a = sf.Panel.from_counts({"2026-08": [10, 4], "2026-09": [10, 4]})
    b = sf.Panel.from_counts({"2026-09": [1, 1], "2026-11": [7, None]})
    total = a + b
    assert total.periods == ("2026-08", "2026-09", "2026-11")
    assert total.counts[:, 0].tolist() == [[10, 4], [11, 5], [7, 0]]
    assert total.missing[2, 0].tolist() == [False, True]
    assert total == b + a


def test_a_list_of_panels_is_summed():
    months = [sf.Panel.from_counts({month: [10, 4]}) for month in ("2026-08", "2026-09")]
    assert sum(months) == months[0] + months[1]
    for other in (1, False, 0.0, "0"):
        with pytest.raises(TypeError):
            other + months[0]


def test_a_sum_with_an_unknown_is_unknown():
    a = sf.Panel.from_counts({"2026-08": [10, None]})
    b = sf.Panel.from_counts({"2026-08": [1, 1]})
    assert (a + b).missing.tolist() == [[[False, True]]]


def test_regular_puts_missing_periods_in():
    panel = sf.Panel.from_counts({"2026-08": [10, 4], "2026-11": [10, 4]}).fill_gaps()
    assert panel.periods == ("2026-08", "2026-09", "2026-10", "2026-11")
    assert panel.missing[:, 0, 0].tolist() == [False, True, True, False]


def test_a_cohort_must_not_grow():
    with pytest.raises(DataError, match="step_1"):
        sf.Panel.from_counts({"2026-08": [3, 4]}, mode="cohort")
    sf.Panel.from_counts({"2026-08": [3, 4]})


def test_slices():
    panel = sf.Panel.from_counts(np.arange(24).reshape(3, 2, 4), segments=["a", "b"])
    part = panel.select(segments="b", steps=["step_2", "step_4"])
    assert part.counts[0].tolist() == [[5, 7]]
    assert panel.between("2", "3").periods == ("2", "3")
    assert panel.total().counts[0, 0].tolist() == [4, 6, 8, 10]
    with pytest.raises(UnknownNameError):
        panel.select(segments="c")


def test_masked_counts_are_missing():
    masked = np.ma.MaskedArray([5, 3], mask=[False, True])
    panel = sf.Panel.from_counts(masked)
    assert panel.missing.ravel().tolist() == [False, True]
    assert sf.Panel.from_counts({"2026-10": masked}) == sf.Panel.from_counts({"2026-10": [5, None]})


def test_names_that_are_no_text_keep_their_counts():
    panel = sf.Panel.from_counts({2025: {1: 5, 2: 3}, 2026: {1: 4, 2: 2}})
    assert panel.periods == ("2025", "2026")
    assert panel.steps == ("1", "2")
    assert panel.counts.ravel().tolist() == [5, 3, 4, 2]
    with pytest.raises(ArgumentError, match="differ as text"):
        sf.Panel.from_counts({1: 5, "1": 3})


@pytest.mark.parametrize(
    "missing",
    [[False], [[False, True], [True, False], [True, True]], [0, 1, 0], "x", [[0], [1, 2]]],
)
def test_flags_of_another_shape_are_refused(missing):
    with pytest.raises(ArgumentError, match="'missing' must hold True or False for each count"):
        sf.Panel.from_counts([[6, 5, 4], [3, 2, 1]], missing=missing)


def test_sums_beyond_int64_are_refused():
    panel = sf.Panel.from_counts([2**63 - 1, 2])
    with pytest.raises(DataError, match="sums below"):
        panel + sf.Panel.from_counts([1, 1])
