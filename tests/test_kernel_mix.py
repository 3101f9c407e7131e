"""Mix, strata and whole parts: oracles, properties, brute-force twins."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesfunnel._kernels.mix import adtributor, kitagawa, largest_remainder, lmdi, mantel_haenszel

GOLDEN = json.loads((Path(__file__).parent / "golden" / "causes.json").read_text("utf-8"))
few = settings(max_examples=60, deadline=None)


def test_largest_remainder_against_hamilton_worked_by_hand():
    golden = GOLDEN["largest_remainder"]
    assert largest_remainder(1000, golden["seasonal_weights"]).tolist() == golden["monthly_1000"]
    for case in (golden["tie_example"], golden["zero_weight"]):
        assert largest_remainder(case["total"], case["weights"]).tolist() == case["alloc"]
    assert largest_remainder(7, [0, 0, 0]).tolist() == [3, 2, 2]
    assert largest_remainder(3, [0.1, 0.1, 0.1]).tolist() == [1, 1, 1]


@few
@given(
    st.integers(0, 10**9),
    st.lists(st.floats(0, 1e6, allow_subnormal=False), min_size=1, max_size=12),
)
def test_largest_remainder_adds_up_and_keeps_quota(total, weights):
    parts = largest_remainder(total, weights)
    assert parts.sum() == total
    assert (parts >= 0).all()
    w = np.asarray(weights)
    share = w / w.max() if w.max() > 0 else np.ones(len(w))
    assert (np.abs(parts - total * share / share.sum()) < 1 + 1e-6).all()


def test_kitagawa_against_golden_1955():
    g = GOLDEN["kitagawa"]
    got = kitagawa(g["n0"], g["x0"], g["n1"], g["x1"])
    np.testing.assert_allclose(
        [got.rate0, got.rate1, got.mix, got.rate, got.standardised],
        [g["rate0"], g["rate1"], g["mix"], g["rate"], g["standardised_rate1_at_mix0"]],
        rtol=1e-12,
    )
    np.testing.assert_allclose(got.mix_by, g["mix_by"], rtol=1e-12)
    np.testing.assert_allclose(got.rate_by, g["rate_by"], rtol=1e-12)
    assert bool(got.simpson) is g["simpson"]


counts = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=4, max_size=4)


@few
@given(counts, counts)
def test_kitagawa_parts_add_up_and_do_not_depend_on_order(before, now):
    x0, l0 = np.array(before).T
    x1, l1 = np.array(now).T
    n0, n1 = x0 + l0, x1 + l1
    if not (n0.sum() and n1.sum()):
        return
    got = kitagawa(n0, x0, n1, x1)
    assert math.isclose(got.mix + got.rate, got.rate1 - got.rate0, abs_tol=1e-12)
    back = kitagawa(n0[::-1], x0[::-1], n1[::-1], x1[::-1])
    np.testing.assert_allclose(back.mix_by[::-1], got.mix_by, atol=1e-12)
    turned = kitagawa(n1, x1, n0, x0)
    assert math.isclose(turned.mix, -got.mix, abs_tol=1e-12)


def test_kitagawa_gives_a_new_segment_to_the_mix():
    got = kitagawa([100, 0], [30, 0], [100, 100], [30, 10])
    assert got.rate_by.tolist() == [0.0, 0.0]
    assert math.isclose(got.mix, -0.1)
    assert not got.simpson


def test_mantel_haenszel_against_statsmodels_stratified_table():
    g = GOLDEN["cmh"]
    got = mantel_haenszel(g["tables"])
    for name, value in {
        "chi2": got.chi2,
        "chi2_corrected": got.chi2_corrected,
        "or_mh": got.odds_ratio,
        "rr_mh": got.risk_ratio,
        "rd_mh": got.risk_difference,
        "rd_se": got.risk_difference_se,
        "rd_crude": got.crude,
        "breslow_day_chi2": got.breslow_day,
    }.items():
        assert math.isclose(float(value), g[name], rel_tol=1e-9), name
    z = 1.959963984540054
    for middle, se, (low, high) in (
        (got.odds_ratio, got.log_odds_ratio_se, g["or_ci95"]),
        (got.risk_ratio, got.log_risk_ratio_se, g["rr_ci95"]),
    ):
        assert math.isclose(middle * math.exp(-z * se), low, rel_tol=1e-9)
        assert math.isclose(middle * math.exp(z * se), high, rel_tol=1e-9)
    assert got.breslow_day_df == 2


tables = st.lists(
    st.lists(st.lists(st.integers(1, 30), min_size=2, max_size=2), min_size=2, max_size=2),
    min_size=1,
    max_size=5,
)


@few
@given(tables)
def test_mantel_haenszel_turns_its_sign_when_the_groups_change_places(stack):
    t = np.array(stack, dtype=float)
    got, turned = mantel_haenszel(t), mantel_haenszel(t[:, ::-1, :])
    assert math.isclose(got.risk_difference, -turned.risk_difference, abs_tol=1e-12)
    assert math.isclose(got.odds_ratio, 1 / turned.odds_ratio, rel_tol=1e-9)
    assert math.isclose(got.breslow_day, turned.breslow_day, rel_tol=1e-6, abs_tol=1e-9)
    shuffled = mantel_haenszel(t[::-1])
    assert math.isclose(got.chi2, shuffled.chi2, rel_tol=1e-9, abs_tol=1e-12)
    empty = mantel_haenszel(np.concatenate([t, [[[5, 3], [0, 0]], [[0, 0], [2, 9]]]]))
    assert math.isclose(got.risk_difference, empty.risk_difference, abs_tol=1e-12)
    assert got.strata == empty.strata == len(stack)


@few
@given(tables)
def test_mantel_haenszel_equals_its_plain_twin(stack):
    num = den = var = 0.0
    for (a, b), (c, d) in stack:
        m1, m0 = a + b, c + d
        w = m1 * m0 / (m1 + m0)
        num += w * (a / m1 - c / m0)
        den += w
        var += w * w * (a * b / m1**3 + c * d / m0**3)
    got = mantel_haenszel(stack)
    assert math.isclose(got.risk_difference, num / den, abs_tol=1e-12)
    assert math.isclose(got.risk_difference_se, math.sqrt(var) / den, rel_tol=1e-9)


def test_mantel_haenszel_without_comparable_strata_is_nan():
    got = mantel_haenszel([[[3, 4], [0, 0]], [[0, 0], [3, 4]]])
    assert math.isnan(got.risk_difference)
    assert got.strata == 0


def test_mantel_haenszel_stacks():
    g = GOLDEN["cmh"]["tables"]
    got = mantel_haenszel([g, g])
    assert got.chi2.shape == (2,)
    assert math.isclose(got.breslow_day[1], GOLDEN["cmh"]["breslow_day_chi2"], rel_tol=1e-9)


def test_lmdi_against_golden_ang_2005():
    g = GOLDEN["output_decomposition"]
    np.testing.assert_allclose(lmdi(g["before"], g["after"]), g["lmdi"], rtol=1e-10)


factors = st.lists(st.tuples(st.floats(0.01, 100), st.floats(0.01, 100)), min_size=2, max_size=5)


@few
@given(factors)
def test_lmdi_is_exact_and_free_of_order(pairs):
    before, after = np.array(pairs).T
    parts = lmdi(before, after)
    assert math.isclose(parts.sum(), after.prod() - before.prod(), rel_tol=1e-9, abs_tol=1e-9)
    np.testing.assert_allclose(lmdi(before[::-1], after[::-1])[::-1], parts, rtol=1e-6, atol=1e-6)
    turned = lmdi(after, before)
    np.testing.assert_allclose(turned, -parts, rtol=1e-6, atol=1e-6)


def test_lmdi_with_zeros_gives_all_to_the_factor_that_vanished():
    parts = lmdi([100, 0.5], [100, 0.0])
    assert math.isclose(parts.sum(), -50)
    assert math.isclose(parts[1], -50, rel_tol=1e-9)
    assert lmdi([5, 2], [5, 2]).tolist() == [0, 0]
    assert lmdi([0, 2], [0, 3]).tolist() == pytest.approx([0, 0], abs=1e-9)


def test_lmdi_stays_near_the_shapley_twin():
    g = GOLDEN["output_decomposition"]
    f0, f1 = g["before"], g["after"]
    k = 4
    shapley = np.zeros(k)
    orders = list(itertools.permutations(range(k)))
    for order in orders:
        now = list(f0[:k])
        for i in order:
            start = math.prod(now)
            now[i] = f1[i]
            shapley[i] += math.prod(now) - start
    shapley /= len(orders)
    parts = lmdi(f0[:k], f1[:k])
    assert np.abs(parts - shapley).max() < 0.015 * np.abs(shapley).max()


def test_adtributor_against_golden_nsdi_2014():
    g = GOLDEN["adtributor"]
    power, surprise = adtributor(g["forecast"], g["actual"])
    np.testing.assert_allclose(power, g["EP"], rtol=1e-12)
    np.testing.assert_allclose(surprise, g["surprise"], rtol=1e-9)
    empty = adtributor([1, 2], [2, 1])
    assert empty[0].size == empty[1].size == 0
    assert np.isfinite(adtributor([0, 2], [3, 0])[1]).all()
