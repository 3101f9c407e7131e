"""Rates with intervals: scipy's and statsmodels' values, properties, brute force."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import salesfunnel as sf
from salesfunnel._kernels import intervals as kernel
from salesfunnel.errors import ArgumentError

GOLDEN = json.loads((Path(__file__).parent / "golden" / "bottlenecks.json").read_text("utf-8"))
few = settings(max_examples=60, deadline=None)


@pytest.mark.parametrize("method", ["wilson", "jeffreys", "clopper-pearson"])
def test_intervals_against_scipy(method):
    rows = GOLDEN["intervals"]
    assert len(rows) == 20
    for level in (0.9, 0.95):
        cases = [row for row in rows if row["conf"] == level]
        found = sf.stats.rate_interval(
            [row["x"] for row in cases], [row["n"] for row in cases], level=level, method=method
        )
        wanted = np.array([row[method.replace("-", "_")] for row in cases])
        np.testing.assert_allclose(found.low, wanted[:, 0], atol=1e-10)
        np.testing.assert_allclose(found.high, wanted[:, 1], atol=1e-10)


@pytest.mark.parametrize("method", ["wilson", "jeffreys", "clopper-pearson"])
def test_nobody_entered_means_nothing_known(method):
    assert GOLDEN["intervals_n0"]["interval"] == [0.0, 1.0]
    found = sf.stats.rate_interval(0, 0, method=method)
    assert (found.low, found.high) == (0.0, 1.0)


def test_two_rates_against_statsmodels():
    gold = GOLDEN["two_prop"]
    found = sf.stats.compare_rates(gold["x1"], gold["n1"], gold["x0"], gold["n0"])
    assert math.isclose(found.z, gold["z"], rel_tol=1e-12)
    assert math.isclose(found.p_less, gold["p_less"], rel_tol=1e-10)
    assert math.isclose(found.difference, gold["diff"], rel_tol=1e-12)
    ends = float(found.interval.low), float(found.interval.high)
    assert np.allclose(ends, gold["newcombe95"], atol=1e-12)
    assert math.isclose(found.ratio, gold["ratio"], rel_tol=1e-12)
    ends = float(found.ratio_interval.low), float(found.ratio_interval.high)
    assert np.allclose(ends, gold["log_ratio95"], atol=1e-12)
    exact = gold["exact_binom_le_benchmark"]
    assert math.isclose(
        kernel.binomial_cdf(exact["x"], exact["n"], exact["p0"]), exact["p"], rel_tol=1e-10
    )


def test_many_tests_against_statsmodels():
    gold = GOLDEN["multiple"]
    np.testing.assert_allclose(kernel.holm(gold["p"]), gold["holm"], atol=1e-15)
    np.testing.assert_allclose(kernel.benjamini_hochberg(gold["p"]), gold["bh"], atol=1e-15)
    turned = kernel.holm(gold["p"][::-1])
    np.testing.assert_allclose(turned, gold["holm"][::-1], atol=1e-15)


def test_binomial_cdf_is_the_sum():
    n, p = 13, 0.37
    sums = np.cumsum([math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)])
    np.testing.assert_allclose(kernel.binomial_cdf(np.arange(n + 1), n, p), sums, rtol=1e-12)
    assert float(kernel.binomial_cdf(-1, n, p)) == 0.0


@few
@given(
    st.integers(0, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    st.sampled_from([0.5, 0.8, 0.95, 0.99]),
    st.sampled_from(["wilson", "jeffreys", "clopper-pearson"]),
)
def test_an_interval_holds_its_rate_and_mirrors(counts, level, method):
    x, n = counts
    one = sf.stats.rate_interval(x, n, level=level, method=method)
    other = sf.stats.rate_interval(n - x, n, level=level, method=method)
    assert 0 <= one.low <= one.high <= 1
    if n:
        assert one.low - 1e-12 <= x / n <= one.high + 1e-12
    assert math.isclose(one.low, 1 - other.high, abs_tol=1e-8)
    assert (one.low == 0.0) == (x == 0)
    assert (one.high == 1.0) == (x == n)


@pytest.mark.parametrize(("n", "p"), [(20, 0.1), (50, 0.5)])
def test_clopper_pearson_covers_always_and_wilson_on_average(n, p):
    k = np.arange(n + 1)
    mass = np.array([math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in k])
    cover = {}
    for method in ("wilson", "clopper-pearson"):
        found = sf.stats.rate_interval(k, n, method=method)
        cover[method] = mass[(found.low <= p) & (p <= found.high)].sum()
    assert cover["clopper-pearson"] >= 0.95
    assert cover["wilson"] > 0.92


@pytest.mark.parametrize(
    ("x", "n", "words"), [(-1, 3, "'x'"), (4, 3, "at most"), (1, math.nan, "'n'"), ("a", 1, "'x'")]
)
def test_bad_counts_are_named(x, n, words):
    with pytest.raises(ArgumentError, match=words):
        sf.stats.rate_interval(x, n)


def test_arrays_broadcast_and_give_intervals():
    found = sf.stats.rate_interval([[1, 2, 3]], [[10], [20]])
    assert found.low.shape == (2, 3)
    assert found[1, 2] == sf.stats.rate_interval(3, 20)
    assert len(found.columns()["low"]) == 6


def test_special_functions_refuse_what_they_cannot_do():
    for call in (
        lambda: sf.stats.gammaln(0),
        lambda: sf.stats.betainc(1, 1, 1.5),
        lambda: sf.stats.betaincinv(-1, 1, 0.5),
        lambda: sf.stats.hyp2f1(1, 1, 1, 1.0),
    ):
        with pytest.raises(ArgumentError):
            call()
    assert math.isclose(sf.stats.betaincinv(2, 3, sf.stats.betainc(2, 3, 0.4)), 0.4, rel_tol=1e-9)
