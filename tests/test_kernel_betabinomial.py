"""Beta-binomial judgement, control charts, power: golden values, brute force, properties."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesfunnel._kernels import betabinomial as bb
from salesfunnel._kernels import power, series
from salesfunnel._kernels.rate_model.exposure import lagged

GOLDEN = json.loads((Path(__file__).parent / "golden" / "bottlenecks.json").read_text("utf-8"))
few = settings(max_examples=50, deadline=None)


def history():
    gold = GOLDEN["overdispersion"]
    return np.array(gold["x"]), np.array(gold["n"])


def test_overdispersion_against_statsmodels():
    gold = GOLDEN["overdispersion"]
    x2, phi, p, rho = (float(v) for v in bb.overdispersion(*history()))
    assert math.isclose(x2, gold["pearson_X2"], rel_tol=1e-12)
    assert math.isclose(phi, gold["phi"], rel_tol=1e-12)
    assert math.isclose(p, gold["chi2_p"], rel_tol=1e-9)
    assert math.isclose(rho, gold["rho_moment"], rel_tol=1e-10)
    n_eff, t, low, high = bb.quasi_wilson(*history(), 0.95)
    wanted = gold["quasi_wilson_95"]
    found = {"n_eff": n_eff, "t_quantile": t, "lo": low, "hi": high}
    for key, value in wanted.items():
        assert math.isclose(found[key], value, rel_tol=1e-9), key


def test_beta_binomial_mass_against_the_fit_of_scipy():
    fit = GOLDEN["overdispersion"]["betabinom_mle"]
    loglik = float(bb.log_mass(*history(), fit["a"], fit["b"]).sum())
    assert math.isclose(loglik, fit["loglik"], rel_tol=1e-8)


def test_predictive_law_against_scipy():
    gold = GOLDEN["bb_predictive"]
    x, n = gold["x"], gold["n"]
    known = bb.history_reference(*history())
    strength = bb.predictive_strength(known, np.float64(1.0))
    a, b = float(known.rate * strength), float((1 - known.rate) * strength)
    cdf, mid = bb.predictive_mid_p(x, n, a, b)
    found = {
        "p_ref": known.rate,
        "rho_used": known.rho,
        "var_ref": known.variance,
        "M": strength,
        "a": a,
        "b": b,
        "cdf": cdf,
        "midp": mid,
        "normal_score": bb.normal_score(mid),
        "expected": n * known.rate,
        "rel_shortfall": 1 - x / n / known.rate,
        "z_pred": bb.z_predictive(x, n, known, 1.0),
    }
    for key, value in found.items():
        assert math.isclose(value, gold[key], rel_tol=1e-8), key
    assert list(bb.predictive_range(n, a, b, 0.95)) == gold["interval95"]
    assert math.isclose(float(bb.mid_p(x, n, known.rate, strength)), mid, rel_tol=1e-12)


@pytest.mark.parametrize(
    "case", GOLDEN["p_bottleneck"]["cases"], ids=lambda c: f"{c['x']}/{c['n']}"
)
def test_probability_of_a_bottleneck_against_scipy(case):
    gold = GOLDEN["p_bottleneck"]
    np.testing.assert_allclose(bb.DROPS, gold["grid"])
    strength = gold["a"] + gold["b"]
    found = bb.log_drop_bf(case["x"], case["n"], gold["a"] / strength, strength)
    assert math.isclose(found, case["log_bf"], rel_tol=1e-9, abs_tol=1e-12)
    p = bb.drop_probability(found, gold["prior"])
    assert math.isclose(p, case["p_bottleneck_prior012"], rel_tol=1e-9)
    assert bb.prior_of(5) == gold["prior"]


def test_laney_against_golden():
    gold = GOLDEN["laney"]
    p, z, sigma = series.laney(*history())
    np.testing.assert_allclose(z, gold["z"], atol=1e-12)
    assert math.isclose(sigma, gold["sigma_z"], rel_tol=1e-12)
    width = 3 * sigma * math.sqrt(p * (1 - p) / 124)
    assert math.isclose(p - width, gold["lcl_n124"], rel_tol=1e-12)
    assert math.isclose(p + width, gold["ucl_n124"], rel_tol=1e-12)


def test_ewma_and_cusum_against_golden():
    gold = GOLDEN["ewma_cusum"]
    found = series.ewma(gold["scores"], weight=gold["lam"])
    np.testing.assert_allclose(found, gold["ewma_standardised"], atol=1e-12)
    found = series.cusum(gold["scores"], slack=gold["k"])
    np.testing.assert_allclose(found, gold["cusum"], atol=1e-12)


def test_a_missing_month_is_skipped_not_zero():
    scores = [1.0, 2.0, -0.5]
    gap = [1.0, math.nan, 2.0, -0.5]
    for chart in (series.ewma, series.cusum):
        np.testing.assert_allclose(chart(gap)[[0, 2, 3]], chart(scores))


def test_ewma_with_a_shared_error_has_variance_one():
    rng = np.random.default_rng(5)
    part = 0.4
    common = rng.normal(size=40_000)
    own = rng.normal(size=(6, 40_000))
    scores = math.sqrt(part) * common + math.sqrt(1 - part) * own
    last = series.ewma(scores, shared=np.full(scores.shape, part))[-1]
    assert abs(last.std() - 1) < 0.02


def test_lag_adjusted_entrants_against_golden():
    gold = GOLDEN["lag_adjusted"]
    found = lagged(np.array(gold["entries"], dtype=float), np.array(gold["lag_pmf"]))
    assert np.isnan(found[:4]).all()
    assert math.isclose(found[-1], gold["D_last"], rel_tol=1e-12)
    assert math.isclose(gold["conversions"] / found[-1], gold["lag_adjusted_rate"], rel_tol=1e-12)


def test_power_against_statsmodels():
    gold = GOLDEN["power"]
    for p0, p1, n in gold["one_sided_two_group"]:
        assert math.isclose(power.entrants_two_rates(p0, p1), n, rel_tol=1e-10)
    for p0, p1, n in gold["two_sided_two_group"]:
        assert math.isclose(power.entrants_two_rates(p0, p1, sides=2), n, rel_tol=1e-10)
    for p0, p1, n in gold["one_sample"]:
        assert math.isclose(power.entrants_one_rate(p0, p1), n, rel_tol=1e-10)
    days = gold["days_example"]
    n = float(power.entrants_one_rate(days["p0"], days["p1"]))
    assert math.isclose(n * days["phi"] / days["per_day"], days["days"], rel_tol=1e-10)
    finite = gold["finite_history"]
    found = power.entrants_after_history(finite["p0"], finite["p1"], finite["n_hist"])
    assert math.isclose(found, finite["n_new"], rel_tol=1e-8)


def test_the_detectable_drop_solves_the_same_equation():
    p, h, n = 0.3, 1500.0, 700.0
    drop = float(power.detectable_drop(p, p * (1 - p) / h, 0.0, n, 1.0))
    back = float(power.entrants_after_history(p, p * (1 - drop), h))
    assert math.isclose(back, n, rel_tol=1e-6)
    floor = power.detectable_drop(p, 1e-9, 0.01, [1e3, 1e6, 1e12], 1.0)
    assert floor[0] > floor[1] > floor[2] > 0.3  # months differ, so more entrants do not help
    assert float(power.detectable_drop(p, 0.01, 0.0, 0, 1.0)) == 1.0


@few
@given(st.integers(1, 60), st.floats(0.02, 0.95), st.floats(0.6, 3000.0))
def test_the_law_adds_up_and_the_factor_averages_to_one(n, p, strength):
    x = np.arange(n + 1)
    mass = np.exp(bb.log_mass(x, n, p * strength, (1 - p) * strength))
    assert math.isclose(mass.sum(), 1.0, rel_tol=1e-9)
    factor = np.exp(bb.log_drop_bf(x, n, p, strength))
    assert math.isclose((mass * factor).sum(), 1.0, rel_tol=1e-8)
    cdf = np.cumsum(mass)
    for k in (0, n // 3, n):
        want = cdf[k] - mass[k] / 2
        assert math.isclose(float(bb.mid_p(k, n, p, strength)), want, abs_tol=1e-9)


def test_fewer_successes_are_never_less_suspicious():
    found = bb.log_drop_bf(np.arange(121), 120, 0.3, 200.0)
    assert (np.diff(found[:40]) < 0).all()


def test_against_a_loop_over_math():
    rng = np.random.default_rng(2)
    lbeta = lambda a, b: math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)  # noqa: E731
    for _ in range(30):
        n = int(rng.integers(1, 4000))
        p, m = rng.uniform(0.01, 0.9), rng.uniform(0.5, 2000)
        x = int(rng.binomial(n, p * rng.uniform(0.6, 1.1)))
        distribution = lambda q: lbeta(x + q * m, n - x + (1 - q) * m) - lbeta(q * m, (1 - q) * m)  # noqa: E731, B023
        want = math.log(
            sum(math.exp(distribution(p * (1 - d)) - distribution(p)) for d in bb.DROPS)
            / len(bb.DROPS)
        )
        assert math.isclose(bb.log_drop_bf(x, n, p, m), want, rel_tol=1e-6, abs_tol=1e-7)


def test_one_month_of_history_leaves_the_prior():
    known = bb.history_reference(np.array([[30.0]]), np.array([[100.0]]))
    p = 30.5 / 101
    assert math.isclose(known.rho[0], 0.15**2 * p * (1 - p), rel_tol=1e-12)
    assert np.isfinite(known.variance[0])


def test_references_join_by_inverse_variance():
    one = bb.Reference(*(np.array([v]) for v in (0.3, 1e-4, 0.01, 12.0, 1.0, 1.0)))
    both = bb.joined(one, np.array([0.2]), np.array([1e-4]))
    assert math.isclose(both.rate[0], 0.25)
    assert math.isclose(both.variance[0], 5e-5)
    alone = bb.joined(one, np.array([np.nan]), np.array([np.inf]))
    assert (alone.rate[0], alone.variance[0]) == (0.3, 1e-4)


def test_false_discoveries_stay_in_their_share():
    p = np.array([0.2, 0.99, 0.9, 0.7])
    assert bb.expected_false_share(p, 0.1).tolist() == [False, True, True, False]
    assert bb.expected_false_share(p, 0.15).tolist() == [False, True, True, True]


def test_weights_of_drops_add_up_to_the_probability():
    x, n = np.array([26.0, 20.0, 0.0]), np.array([124.0, 124.0, 0.0])
    p, m = np.full(3, 0.304), np.full(3, 296.3)
    weights = bb.drop_weights(x, n, p, m, 0.12)
    np.testing.assert_allclose(weights.sum(axis=0), 1.0)
    want = bb.drop_probability(bb.log_drop_bf(x, n, p, m), 0.12)
    np.testing.assert_allclose(weights[1:].sum(axis=0), want, rtol=1e-9)
