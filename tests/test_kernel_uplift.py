"""Did a rate rise: oracles, properties, brute-force twins of the evidence of a review."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesfunnel._kernels.logit import did, fit_logit, its_design
from salesfunnel._kernels.uplift import (
    UPLIFTS,
    confidence_sequence,
    log_evalue_uplift,
    log_plan_ratio,
    log_uplift_bf,
)

GOLDEN = json.loads((Path(__file__).parent / "golden" / "causes.json").read_text("utf-8"))
few = settings(max_examples=40, deadline=None)


def test_uplift_bf_against_golden_mixture_of_betabinomials():
    g = GOLDEN["uplift_bf"]
    np.testing.assert_allclose(UPLIFTS, g["grid"])
    for case in g["cases"]:
        got = log_uplift_bf(case["x"], case["n"], g["baseline"]["a"], g["baseline"]["b"])
        assert math.isclose(got, case["log_bf"], abs_tol=1e-9)


def log_pmf(k, n, a, b):
    """The beta-binomial law, plainly."""
    lg = math.lgamma
    return (
        lg(n + 1) - lg(k + 1) - lg(n - k + 1)
        + lg(k + a) + lg(n - k + b) - lg(n + a + b)
        + lg(a + b) - lg(a) - lg(b)
    )  # fmt: skip


@few
@given(st.integers(1, 60), st.floats(0.05, 0.6), st.floats(5, 2000))
def test_uplift_bf_is_a_fair_bet_under_no_change(n, p, strength):
    k = np.arange(n + 1)
    a, b = p * strength, (1 - p) * strength
    weights = np.exp([log_pmf(int(i), n, a, b) for i in k])
    for log_ratio in (log_uplift_bf(k, n, a, b), log_plan_ratio(k, n, a, b, 0.25)):
        assert math.isclose((weights * np.exp(log_ratio)).sum(), 1.0, rel_tol=1e-8)
        assert (np.diff(log_ratio) > 0).all()


def test_plan_ratio_equals_its_plain_twin():
    a, b, planned = 30.0, 70.0, 0.25
    p = a / (a + b)
    twin = log_pmf(9, 20, p * 1.25 * 100, (1 - p * 1.25) * 100) - log_pmf(9, 20, a, b)
    assert math.isclose(log_plan_ratio(9, 20, a, b, planned), twin, rel_tol=1e-10)
    assert log_plan_ratio(0, 0, a, b, planned) == 0


@pytest.mark.parametrize("case", GOLDEN["confidence_sequence"], ids=lambda c: f"{c['x']}of{c['n']}")
def test_confidence_sequence_against_golden_robbins_1970(case):
    low, high = confidence_sequence(
        case["x"], case["n"], alpha=case["alpha"], a=case["a"], b=case["b"]
    )
    np.testing.assert_allclose([low, high], case["cs"], atol=1e-9)


@few
@given(st.integers(0, 300), st.integers(0, 300), st.floats(0.01, 0.3))
def test_confidence_sequence_holds_the_rate_and_is_its_own_mirror(x, y, alpha):
    low, high = confidence_sequence(x, x + y, alpha=alpha)
    assert 0 <= low < high <= 1
    if x + y:
        assert low <= x / (x + y) <= high
    mirror_low, mirror_high = confidence_sequence(y, x + y, alpha=alpha)
    assert math.isclose(low, 1 - mirror_high, abs_tol=1e-9)
    assert math.isclose(high, 1 - mirror_low, abs_tol=1e-9)
    wide_low, wide_high = confidence_sequence(x, x + y, alpha=alpha / 2)
    assert wide_low <= low + 1e-12
    assert wide_high >= high - 1e-12


@pytest.mark.parametrize("case", GOLDEN["evalue_uplift"], ids=lambda c: f"{c['x']}of{c['n']}")
def test_evalue_against_golden_uniform_mixture(case):
    e = math.exp(log_evalue_uplift(case["x"], case["n"], case["p0"]))
    assert math.isclose(e, case["e"], rel_tol=1e-9)
    assert math.isclose(min(1, 1 / e), case["always_valid_p"], rel_tol=1e-9)


def test_evalue_is_at_most_fair_at_the_bound():
    n, p0 = 40, 0.3
    k = np.arange(n + 1)
    distribution = np.array([math.comb(n, int(i)) * p0**i * (1 - p0) ** (n - i) for i in k])
    assert (distribution * np.exp(log_evalue_uplift(k, n, p0))).sum() <= 1 + 1e-9


def test_its_logit_against_statsmodels_glm_binomial():
    g = GOLDEN["its_logit"]
    X = its_design(np.arange(24), 18)
    fit = fit_logit(g["x"], g["n"], X)
    np.testing.assert_allclose(fit.beta, g["beta"], rtol=1e-7)
    np.testing.assert_allclose(fit.se, g["se_binomial"], rtol=1e-6)
    np.testing.assert_allclose(fit.se_quasi, g["se_quasi"], rtol=1e-6)
    assert math.isclose(fit.dispersion, g["phi"], rel_tol=1e-7)
    assert math.isclose(math.exp(fit.beta[4]), g["odds_ratio_post"], rel_tol=1e-7)
    assert fit.converged
    assert fit.df == 19


def test_its_logit_survives_a_separated_step():
    n = np.full(12, 20.0)
    x = np.where(np.arange(12) < 6, 0.0, 20.0)
    fit = fit_logit(x, n, np.stack([np.ones(12), np.arange(12) >= 6], axis=1).astype(float))
    assert np.isfinite(fit.beta).all()
    assert fit.beta[1] > 5


def test_its_logit_of_one_constant_is_the_log_odds():
    fit = fit_logit([3, 5], [10, 14], np.ones((2, 1)))
    assert math.isclose(fit.beta[0], math.log(8 / 16), rel_tol=1e-8)
    assert math.isclose(fit.se[0], math.sqrt(1 / 8 + 1 / 16), rel_tol=1e-6)


def test_did_against_golden_log_odds_and_rates():
    g = GOLDEN["did"]
    groups = [
        g["groups"][k] for k in ("treated_pre", "treated_post", "control_pre", "control_post")
    ]
    odds, odds_se, rate, rate_se = did(groups)
    np.testing.assert_allclose(
        [odds, odds_se, rate, rate_se],
        [g["logodds_did"], g["se"], g["rate_did"], g["rate_did_se"]],
        rtol=1e-10,
    )
    wider = did(groups, dispersion=4.0)
    assert math.isclose(wider[1], 2 * odds_se)
    back = did([groups[2], groups[3], groups[0], groups[1]])
    assert math.isclose(back[0], -odds)
