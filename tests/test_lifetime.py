"""BG/NBD, Gamma–Gamma, sBG and lifetime value."""

from __future__ import annotations

import csv
import json
import math
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import salesfunnel as sf
from salesfunnel._kernels import special
from salesfunnel._kernels import special as digamma
from salesfunnel._kernels.customers import buytilldie, renewal, spending
from salesfunnel._kernels.optimise import newton
from salesfunnel.errors import ArgumentError, DataError

GOLDEN = json.loads((Path(__file__).parent / "golden" / "ahead.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def cdnow():
    """The CDNOW tenth, read from the files of a distribution without importing it."""
    try:
        files = distribution("lifetimes").files or []
    except PackageNotFoundError:
        pytest.skip("the data come with the lifetimes distribution of the test group")
    name = "cdnow_customers_summary_with_transactions.csv"
    (found,) = [file for file in files if file.name == name]
    with Path(str(found.locate())).open(encoding="utf-8", newline="") as file:
        rows = [[float(cell) for cell in row] for row in list(csv.reader(file))[1:]]
    table = np.array(rows)
    return sf.CustomerSummary(
        frequency=table[:, 1], recency=table[:, 2], age=table[:, 3], monetary=table[:, 4],
        unit="week",
    )  # fmt: skip


def golden_model():
    return sf.BgNbd(**GOLDEN["bgnbd_cdnow"]["params"], unit="week")


def test_bgnbd_likelihood_against_lifetimes():
    golden = GOLDEN["bgnbd_mini"]
    x, t, T = np.array(golden["rows"]).T
    each = sf.BgNbd(**golden["params"]).loglik_each(x, t, T)
    np.testing.assert_allclose(each, golden["loglik_each"], rtol=1e-12)


def test_bgnbd_on_cdnow_against_fader_hardie_lee_2005(cdnow):
    golden = GOLDEN["bgnbd_cdnow"]
    assert len(cdnow) == golden["n_customers"]
    model = sf.fit_bgnbd(cdnow)
    for name, value in golden["params"].items():
        assert getattr(model, name) == pytest.approx(value, abs=2e-3)
    assert model.loglik == pytest.approx(golden["loglik"], abs=1e-5)
    assert model.loglik == pytest.approx(-9582.43, abs=0.01)
    assert model.verdict == "ok"
    assert not model.faults


def test_bgnbd_expectations_against_lifetimes():
    model = golden_model()
    for c in GOLDEN["bgnbd_cdnow"]["customers"]:
        who = c["x"], c["tx"], c["T"]
        assert float(model.p_alive(*who)) == pytest.approx(c["p_alive"], rel=1e-10)
        assert float(model.expected(39, *who)) == pytest.approx(c["E39"], rel=1e-9)
    for ahead, value in GOLDEN["bgnbd_cdnow"]["EX"]:
        assert float(model.expected_new(ahead)[0]) == pytest.approx(value, rel=1e-9)


def test_newton_reaches_the_top_that_a_simplex_reaches(cdnow):
    groups = buytilldie.group(cdnow.frequency, cdnow.recency, cdnow.age)
    assert groups.x.size == 1016

    def f(theta):
        each = buytilldie.loglik_each(groups.x, groups.recency, groups.age, np.exp(theta))
        return -float(groups.weight @ each)

    search = pytest.importorskip("scipy.optimize").minimize  # lifetimes brings it
    simplex = search(f, np.zeros(4), method="Nelder-Mead", options={"fatol": 1e-9, "xatol": 1e-6})
    assert simplex.success
    fit = buytilldie.fit(groups)
    assert fit.loglik == pytest.approx(-simplex.fun, abs=1e-5)
    np.testing.assert_allclose(fit.params, np.exp(simplex.x), rtol=1e-3)
    assert fit.evaluations < simplex.nfev / 5


def test_gamma_gamma_on_cdnow_against_fader_hardie_2013(cdnow):
    golden = GOLDEN["gamma_gamma_cdnow"]
    model = sf.fit_gamma_gamma(cdnow)
    for name, value in golden["params"].items():
        assert getattr(model, name) == pytest.approx(value, abs=golden["tol_params"])
    assert model.loglik == pytest.approx(golden["loglik"], abs=1e-4)
    assert model.correlation == pytest.approx(golden["corr_freq_monetary"], abs=1e-9)
    assert model.population_mean == pytest.approx(golden["population_mean"], rel=1e-4)
    exact = sf.GammaGamma(**golden["params"])
    for c in golden["customer"]:
        assert float(exact.expected_mean(c["x"], c["m"])) == pytest.approx(c["E"], rel=1e-9)


def test_clv_against_golden():
    golden = GOLDEN["clv"]
    x, t, T = golden["customer"]
    who = sf.CustomerSummary(
        frequency=[x], recency=[t], age=[T], monetary=[22.35], unit="week", customers=["ann"]
    )
    worth = sf.clv(
        golden_model(),
        sf.GammaGamma(**GOLDEN["gamma_gamma_cdnow"]["params"]),
        who,
        months=golden["months"],
        discount=golden["monthly_discount"],
        margin=golden["margin"],
    )
    assert worth.total == pytest.approx(golden["clv"], rel=1e-9)
    assert float(worth.purchases[0]) == pytest.approx(golden["E_purchases_12m"], rel=1e-9)
    assert float(worth.amount[0]) == pytest.approx(golden["avg_value"], rel=1e-9)


@pytest.mark.parametrize("case", ["regular", "high_end"])
def test_sbg_against_fader_hardie_2007(case):
    golden = GOLDEN["sbg"][case]
    model = sf.fit_sbg([1000 * s for s in golden["survival"]])
    assert model.alpha == pytest.approx(golden["alpha"], abs=golden["tol"])
    assert model.beta == pytest.approx(golden["beta"], abs=golden["tol"])
    assert model.loglik == pytest.approx(golden["loglik_per1000"], abs=1e-6)
    assert float(model.survival(12)[-1]) == pytest.approx(golden["S12"], abs=1e-4)
    for t, rate in golden["retention_t"]:
        assert float(model.retention(t)) == pytest.approx(rate, abs=1e-4)


def test_sbg_of_customers_is_sbg_of_their_counts():
    survivors = [40, 26, 20, 18]
    tenure, ended = [], []
    for t, lost in enumerate(-np.diff(survivors), start=1):
        tenure += [t] * int(lost)
        ended += [True] * int(lost)
    tenure += [3] * survivors[-1]
    ended += [False] * survivors[-1]
    counted, listed = sf.fit_sbg(survivors), sf.fit_sbg(tenure=tenure, ended=ended)
    assert counted == listed


@pytest.mark.parametrize(
    ("kernel", "theta"),
    [
        (
            lambda th: buytilldie.curved(
                buytilldie.group([0, 1, 4, 4], [0, 3, 8, 8.5], [9, 9, 10, 10]), th
            ),
            [-0.4, 0.8, 0.3, 0.6],
        ),
        (
            lambda th: spending.curved(np.array([1.0, 3.0, 3.0]), np.array([2.0, 5.0, 1.0]), th),
            [0.4, 0.9, 0.2],
        ),
        (lambda th: renewal.curved(np.array([9.0, 6, 4]), np.array([3.0, 2, 1]), th), [0.2, -0.3]),
    ],
)
def test_gradients_and_hessians_are_those_of_the_value(kernel, theta):
    at, h = np.array(theta), 1e-5
    _, gradient, hessian = kernel(at)
    for i, e in enumerate(h * np.eye(at.size)):
        up, down = kernel(at + e), kernel(at - e)
        assert gradient[i] == pytest.approx((up[0] - down[0]) / (2 * h), rel=1e-6, abs=1e-7)
        np.testing.assert_allclose(hessian[i], (up[1] - down[1]) / (2 * h), rtol=1e-5, atol=1e-7)


def test_likelihood_by_groups_is_that_of_the_customers():
    rng = np.random.default_rng(3)
    x = rng.integers(0, 6, 400)
    T = rng.integers(20, 25, 400).astype(float)
    t = np.where(x > 0, np.floor(T * rng.random(400)), 0.0)
    theta = np.array([-1.0, 1.2, -0.2, 0.7])
    value, _, _ = buytilldie.curved(buytilldie.group(x, t, T), theta)
    plain = math.fsum(buytilldie.loglik_each(x, t, T, np.exp(theta)).tolist())
    assert value == pytest.approx(plain, rel=1e-12)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.02, 50), st.integers(0, 2**31))
def test_the_unit_of_time_does_not_matter(scale, seed):
    rng = np.random.default_rng(seed)
    n = 300
    T = rng.uniform(20, 50, n)
    x = rng.poisson(rng.gamma(0.6, 1.5, n))
    t = np.where(x > 0, T * rng.random(n) ** 0.5, 0.0)
    one, other = sf.fit_bgnbd(x, t, T), sf.fit_bgnbd(x, t * scale, T * scale)
    assert other.r == pytest.approx(one.r, rel=1e-3)
    assert other.alpha == pytest.approx(one.alpha * scale, rel=1e-3)
    assert other.loglik == pytest.approx(one.loglik - x.sum() * math.log(scale), rel=1e-6)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 30), st.floats(0, 1), st.floats(1, 100), st.floats(0.1, 50), st.floats(0.1, 50)
)
def test_expectations_are_bounded_and_grow(x, share, T, first, more):
    model = golden_model()
    t = share * T if x else 0.0
    alive = float(model.p_alive(x, t, T))
    assert 0 < alive <= 1
    near, far = (float(model.expected(h, x, t, T)) for h in (first, first + more))
    assert 0 <= near <= far
    assert float(model.expected(0, x, t, T)) == pytest.approx(0, abs=1e-9)


def test_expected_at_a_of_one_lies_between_its_neighbours():
    def at(a):
        return float(sf.BgNbd(r=0.3, alpha=4, a=a, b=2).expected(20, 2, 10, 30))

    assert at(1.0) == pytest.approx((at(0.999) + at(1.001)) / 2, rel=1e-5)


@given(st.floats(0.05, 30), st.floats(0.05, 30), st.floats(0.1, 60), st.floats(0, 0.95))
@settings(max_examples=60, deadline=None)
def test_gauss_series_holds_eulers_transformation(a, b, c, z):
    left = float(special.hyp2f1(a, b, c, z))
    right = (1 - z) ** (c - a - b) * float(special.hyp2f1(c - a, c - b, c, z))
    # the other side may sum terms of both signs, whose rounding is larger than that of ours
    assert left == pytest.approx(right, rel=1e-6, abs=1e-8)


@given(st.floats(0.01, 1e4))
@settings(max_examples=60, deadline=None)
def test_log_gamma_of_the_standard_library(x):
    assert float(special.gammaln(x)) == pytest.approx(math.lgamma(x), rel=1e-12, abs=1e-13)
    psi, tri = digamma.polygamma(np.array([x, x + 1]))
    assert float(psi[1] - psi[0]) == pytest.approx(1 / x, rel=1e-8)
    assert float(tri[0] - tri[1]) == pytest.approx(1 / x**2, rel=1e-6)


def test_newton_finds_a_top_from_where_the_surface_curves_up():
    def f(theta):
        x = theta[0]
        value = -math.log(1 + (x - 3) ** 2)
        slope = -2 * (x - 3) / (1 + (x - 3) ** 2)
        bend = (2 * (x - 3) ** 2 - 2) / (1 + (x - 3) ** 2) ** 2
        return value, np.array([slope]), np.array([[bend]])

    top = newton(f, np.array([-20.0]), limit=200)
    assert top.converged
    assert top.x[0] == pytest.approx(3, abs=1e-5)


def test_too_little_data_is_a_verdict_and_stops_values():
    few = sf.fit_bgnbd([2, 0, 1], [5, 0, 3], [10, 10, 10])
    assert few.verdict == "not-enough-data"
    assert {fault.code for fault in few.faults} >= {"too-few-customers", "too-few-repeaters"}
    spend = sf.fit_gamma_gamma([2, 1, 3], [3.0, 4.0, 5.0])
    who = sf.CustomerSummary(frequency=[2], recency=[5], age=[10], monetary=[3.0], unit="week")
    with pytest.raises(DataError, match="too-few-customers"):
        sf.clv(few, spend, who)
    assert sf.clv(few, spend, who, allow_unreliable=True).total > 0


def test_nobody_who_stops_leaves_a_flat_top_that_is_said():
    rng = np.random.default_rng(5)
    T = np.full(400, 100.0)
    x = rng.poisson(20, 400) + 1
    model = sf.fit_bgnbd(x, T - rng.random(400), T)
    assert "likelihood-flat" in {fault.code for fault in model.faults}
    assert all(math.isfinite(value) for value in model.params)
    assert float(model.expected(10, 20, 99.5, 100)) == pytest.approx(2, rel=0.15)


def test_nobody_who_came_back():
    model = sf.fit_bgnbd([0] * 120, [0] * 120, [10] * 120)
    assert model.verdict == "not-enough-data"
    assert float(model.expected(10, 0, 0, 10)) < 0.1


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        (([1.5], [1], [2]), "frequency"),
        (([-1], [0], [2]), "frequency"),
        (([1], [3], [2]), "recency"),
        (([0], [1], [2]), "recency"),
        (([1], [1], [math.inf]), "recency"),
    ],
)
def test_customers_that_cannot_be_are_refused(columns, field):
    with pytest.raises(DataError, match=field):
        sf.fit_bgnbd(*columns)


def test_arguments_are_checked():
    with pytest.raises(ArgumentError, match="as_of"):
        sf.fit_bgnbd([1], [1], [2], as_of="2026-01-01")
    with pytest.raises(ArgumentError, match="recency"):
        sf.fit_bgnbd([1])
    with pytest.raises(DataError, match="survivors"):
        sf.fit_sbg([10, 11])
    with pytest.raises(ArgumentError, match="renewal_number"):
        sf.Sbg(alpha=1, beta=1).retention(0)


def test_infinite_population_mean_is_said_and_replaced():
    model = sf.GammaGamma(p=2, q=0.9, v=5, sample_mean=40.0)
    assert model.population_mean is None
    assert float(model.expected_mean(0, 0)) == 40
    assert float(model.expected_mean(2, 20)) == 30
