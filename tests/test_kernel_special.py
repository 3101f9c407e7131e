"""Special functions: scipy's values, and what must hold of them."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import salesfunnel as sf
from salesfunnel._kernels import special
from salesfunnel.errors import ArgumentError

GOLDEN = json.loads((Path(__file__).parent / "golden" / "special.json").read_text("utf-8"))[
    "special"
]
few = settings(max_examples=60, deadline=None)


@pytest.mark.parametrize("name", [name for name in sorted(GOLDEN) if hasattr(special, name)])
def test_against_scipy(name):
    for *arguments, expected in GOLDEN[name]:
        got = float(getattr(special, name)(*arguments))
        assert math.isclose(got, expected, rel_tol=2e-9, abs_tol=1e-12), (name, arguments)


@few
@given(st.floats(0.1, 1e4), st.floats(0.1, 1e4), st.floats(1e-6, 1 - 1e-6))
def test_incomplete_beta_mirrors_and_inverts(a, b, p):
    x = float(special.betaincinv(a, b, p))
    # x is a double: where the law is steep, p lies between those of its neighbours
    low, high = (float(special.betainc(a, b, math.nextafter(x, end))) for end in (0.0, 1.0))
    assert low - 1e-6 * p - 1e-9 <= p <= high + 1e-6 * p + 1e-9
    mirror = float(special.betainc(b, a, 1 - x)) if 1e-6 < x < 1 - 1e-9 else 1 - p
    assert math.isclose(1 - mirror, p, rel_tol=1e-4, abs_tol=1e-5)


def test_incomplete_beta_is_the_binomial_sum():
    n, p = 17, 0.3
    for k in range(1, n + 1):
        twin = sum(math.comb(n, j) * p**j * (1 - p) ** (n - j) for j in range(k, n + 1))
        assert math.isclose(special.betainc(k, n - k + 1, p), twin, rel_tol=1e-12)
    assert special.betainc(2, 3, [0.0, 1.0]).tolist() == [0.0, 1.0]


@few
@given(st.floats(0.01, 1e6))
def test_gamma_against_the_standard_library(x):
    assert math.isclose(special.gammaln(x), math.lgamma(x), rel_tol=1e-12, abs_tol=1e-12)


@pytest.mark.parametrize("df", [1, 2, 3, 4, 7, 30])
def test_tails_with_closed_forms(df):
    x = np.array([0.0, 0.1, 1.0, 5.0, 40.0])
    if df % 2 == 0:
        twin = np.exp(-x / 2) * sum((x / 2) ** k / math.factorial(k) for k in range(df // 2))
        np.testing.assert_allclose(special.chi2_sf(x, df), twin, rtol=1e-11)
    for p in (0.001, 0.3, 0.5, 0.9, 0.999):
        t = special.t_ppf(p, df)
        assert math.isclose(special.t_sf(t, df), 1 - p, rel_tol=1e-8)
    assert math.isclose(special.t_sf(1.0, 1), 0.25, rel_tol=1e-12)


def test_normal_tails():
    assert math.isclose(special.norm_sf(10.0), 7.61985302416059e-24, rel_tol=1e-10)
    assert special.norm_ppf([0.0, 0.5, 1.0]).tolist() == [-math.inf, 0.0, math.inf]


@pytest.mark.parametrize(
    ("a", "b", "x", "expected"),
    [  # scipy 1.17.1
        (1e7, 1e7, 0.5, 0.5),
        (1e12, 1e12, 0.5, 0.5),
        (0.5, 1e12, 1e-13, 0.34527915398139064),
        (5e3, 1e9, 5.1e-6, 0.9207241996892617),
        (3e6, 7e6, 0.3001, 0.7549386711358075),
        (1e9, 2.5e9, 0.2857, 0.030683488131707296),
    ],
)
def test_incomplete_beta_of_large_counts_against_scipy(a, b, x, expected):
    assert math.isclose(special.betainc(a, b, x), expected, rel_tol=1e-9)
    if x > 1e-3:  # else 1 - x loses it
        assert math.isclose(special.betainc(b, a, 1 - x), 1 - expected, rel_tol=1e-9)


def test_limits_of_a_rate_of_very_many_against_the_normal_law():
    n = 2.0**53
    low, high = special.betaincinv(n / 3 + 0.5, 2 * n / 3 + 0.5, [0.025, 0.975])
    half = 1.959963984540054 * math.sqrt(2 / 9 / n)
    assert math.isclose(high - 1 / 3, half, rel_tol=1e-4)
    assert math.isclose(1 / 3 - low, half, rel_tol=1e-4)


def test_hyp2f1_is_right_or_refused_over_its_whole_domain():
    golden = json.loads((Path(__file__).parent / "golden" / "hyp2f1.json").read_text())["rows"]
    a, b, c, z, wanted = np.array(golden).T
    found = special.hyp2f1(a, b, c, z)
    known = ~np.isnan(found)
    assert known.mean() > 0.95
    np.testing.assert_allclose(found[known], wanted[known], rtol=1e-9)


def test_hyp2f1_that_does_not_settle_is_refused(monkeypatch):
    monkeypatch.setattr(special, "_TERMS", 5_000)  # 200,000 take seconds to be tried
    with pytest.raises(ArgumentError, match="'z' must be where the series settles"):
        sf.stats.hyp2f1(1.0, 1.0, 1.5, 1 - 1e-9)
    with pytest.raises(ArgumentError, match="'z' must be where the series settles"):
        sf.stats.hyp2f1(500.0, 500.0, 1.0, 0.9)
