"""MBG/NBD and Pareto/NBD beside BG/NBD: against integration, lifetimes, and simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel._kernels.customers import buytilldie, paretonbd
from salesfunnel._kernels.customers.climb import group
from salesfunnel._kernels.customers.laws import LAWS
from salesfunnel.errors import ArgumentError, DataError
from test_lifetime import cdnow  # noqa: F401 - a fixture

# lifetimes 0.11.3 on its CDNOW summary (2 357 customers): ModifiedBetaGeoFitter, ParetoNBDFitter;
# Pareto/NBD as in Fader & Hardie (2005), LL −9594.98
CDNOW = {
    "mbgnbd": ((0.5248377, 6.1829885, 0.8913563, 1.6140000), (0.7061262, 1.2626708)),
    "paretonbd": ((0.5532672, 10.5773858, 0.6062510, 11.6688353), (0.8691136, 1.4550943)),
}


def simulated(rng, n, kind="bgnbd", ahead=0.0, params=(0.6, 4.0, 0.8, 2.4)):
    """Return x, t_x, T and the purchases within `ahead` after T of customers of a model."""
    r, alpha, a, b = params
    T = rng.uniform(30, 60, n)
    pace = rng.gamma(r, 1 / alpha, n)
    x, last, later = np.zeros(n, int), np.zeros(n), np.zeros(n, int)
    if kind == "paretonbd":
        end = rng.exponential(1 / rng.gamma(a, 1 / b, n))
        stop = np.zeros(n)
    else:
        stop, end = rng.beta(a, b, n), np.full(n, np.inf)
    now, going = np.zeros(n), np.ones(n, bool)
    if kind == "mbgnbd":
        going &= rng.random(n) >= stop
    while going.any():
        now = now + rng.exponential(1, n) / pace
        going &= (now <= T + ahead) & (now <= end)
        inside = going & (now <= T)
        x[inside] += 1
        last[inside] = now[inside]
        later[going & ~inside] += 1
        going &= rng.random(n) >= stop
    return x, last, T, later


@pytest.mark.parametrize("kind", list(CDNOW))
def test_models_on_cdnow_against_lifetimes(cdnow, kind):  # noqa: F811
    params, (alive, expected) = CDNOW[kind]
    model = sf.fit_buying(cdnow, models=kind)
    np.testing.assert_allclose(model.params, params, rtol=2e-4)
    assert float(model.p_alive(2, 30.43, 38.86)) == pytest.approx(alive, abs=2e-5)
    assert float(model.expected(39, 2, 30.43, 38.86)) == pytest.approx(expected, abs=5e-5)
    assert model.verdict == "ok"


def test_the_most_likely_model_is_chosen_and_the_like_ones_are_named(cdnow):  # noqa: F811
    model = sf.fit_buying(cdnow)
    assert model.compared == ("mbgnbd", "bgnbd", "paretonbd")
    assert model.kind == "mbgnbd"
    np.testing.assert_allclose(model.compared_loglik, (-9582.13, -9582.43, -9594.97), atol=0.01)
    assert [fault.code for fault in model.faults] == ["buying-models-alike"]


def test_pareto_likelihood_against_fine_integration():
    rng = np.random.default_rng(5)
    nodes, weights = np.polynomial.legendre.leggauss(120)
    for x in (0, 0, 1, 2, 5, 20, 100, 300) * 6:
        r, alpha, s, beta = np.exp(rng.normal(0, 1.2, 4)) * (1, 10, 1, 10)
        T = rng.uniform(1, 100)
        t = 0.0 if x == 0 else T * rng.random()
        edges = t + (T - t) * np.concatenate([[0], 2.0 ** -np.arange(14, -1, -1)])
        left, wide = edges[:-1, None], np.diff(edges)[:, None]
        y = left + wide * (nodes + 1) / 2
        log = np.log(weights * wide / 2 * s) - (r + x) * np.log(alpha + y)
        log = (log - (s + 1) * np.log(beta + y)).ravel()
        alive = -(r + x) * math.log(alpha + T) - s * math.log(beta + T)
        whole = np.logaddexp.reduce(np.append(log, alive))
        whole += math.lgamma(r + x) - math.lgamma(r) + r * math.log(alpha) + s * math.log(beta)
        got = paretonbd.loglik_each([x], [t], [T], [r, alpha, s, beta])[0]
        assert got == pytest.approx(whole, abs=1e-6)
        p = paretonbd.p_alive([x], [t], [T], [r, alpha, s, beta])[0]
        assert p == pytest.approx(
            math.exp(alive - np.logaddexp.reduce(np.append(log, alive))), rel=1e-6
        )


@pytest.mark.parametrize("kind", list(LAWS))
def test_gradient_and_hessian_are_those_of_the_likelihood(kind):
    groups = group([0, 1, 4, 4, 30], [0, 3, 8, 8.5, 7], [9, 9, 10, 10, 9.5])
    theta = np.array([-0.3, 0.8, 0.1, 0.4])
    surface = {
        "bgnbd": buytilldie.curved,
        "mbgnbd": lambda g, th: buytilldie.curved(g, th, 1),
        "paretonbd": paretonbd.curved,
    }[kind]
    value, slope, bend = surface(groups, theta)
    each = LAWS[kind].loglik_each(groups.x, groups.recency, groups.age, np.exp(theta))
    assert value == pytest.approx(float(each @ groups.weight), rel=1e-9)
    step = 1e-5 * np.eye(4)
    by_value = [
        (surface(groups, theta + e)[0] - surface(groups, theta - e)[0]) / 2e-5 for e in step
    ]
    by_slope = [
        (surface(groups, theta + e)[1] - surface(groups, theta - e)[1]) / 2e-5 for e in step
    ]
    np.testing.assert_allclose(slope, by_value, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(bend, by_slope, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("kind", list(LAWS))
def test_chances_of_counts_add_up_to_what_is_expected(kind):
    law, params = LAWS[kind], np.array([0.6, 4.0, 0.8, 2.4])
    x, t, T = np.array([0.0, 2, 40]), np.array([0.0, 20, 38]), np.full(3, 40.0)
    chances = law.beyond(600, np.full(3, 26.0), x, T, params) * law.p_alive(x, t, T, params)
    assert (np.diff(chances, axis=0) <= 1e-12).all()
    np.testing.assert_allclose(chances.sum(axis=0), law.expected(26, x, t, T, params), rtol=1e-6)


@pytest.mark.parametrize("kind", list(LAWS))
def test_chances_against_simulated_customers(kind):
    rng = np.random.default_rng([8, list(LAWS).index(kind)])
    x, t, T, later = simulated(rng, 60_000, kind, ahead=20.0)
    law, params = LAWS[kind], np.array([0.6, 4.0, 0.8, 2.4])
    each = law.expected(20.0, x, t, T, params)
    for some in (x == 0, x == 1, x > 4, (x > 0) & (t < T / 3)):
        error = later[some].std() / math.sqrt(some.sum())
        assert each[some].mean() == pytest.approx(later[some].mean(), abs=4 * error)
    model = sf.fit_buying(x, t, T)
    gap = model.compared_loglik[0] - model.compared_loglik[model.compared.index(kind)]
    assert gap < 2
    truth = float(law.expected(20.0, 3, 30, 40, params))
    assert float(model.expected(20.0, 3, 30, 40)) == pytest.approx(truth, rel=0.1)


@pytest.mark.parametrize("params", [(0.243, 4.4, 0.793, 2.4), (2.0, 1.0, 2.5, 0.8)])
@pytest.mark.parametrize("first", [0, 1])
def test_many_customers_have_the_figures_of_few(params, first):
    rng = np.random.default_rng(2)
    x, age = rng.geometric(0.4, 5000) - 1, rng.uniform(0.01, 900, 5000)
    recency = np.where(x > 0, age * rng.random(5000), 0.0)
    many = buytilldie.expected(26.0, x, recency, age, params, first)
    few = [
        buytilldie.expected(26.0, x[part], recency[part], age[part], params, first)
        for part in np.array_split(np.arange(5000), 2)
    ]
    np.testing.assert_allclose(many, np.concatenate(few), rtol=1e-9, atol=1e-12)


def test_intervals_of_customers_hold_what_they_promise():
    inside, among, count = [], [], []
    params = np.array([0.6, 4.0, 0.8, 2.4])
    for seed in range(12):
        x, t, T, later = simulated(np.random.default_rng([3, seed]), 600, ahead=26.0)
        who = sf.CustomerSummary(frequency=x, recency=t, age=T, unit="week")
        found = sf.purchases_ahead(sf.fit_bgnbd(who), who, ahead=26, level=0.8)
        truth = buytilldie.expected(26, x, t, T, params)
        inside.append(np.mean((found.expected_low <= truth) & (truth <= found.expected_high)))
        alive = buytilldie.p_alive(x, t, T, params)
        known = x > 0
        among.append(np.mean(((found.p_alive_low <= alive) & (alive <= found.p_alive_high))[known]))
        count.append(np.mean((found.purchases_low <= later) & (later <= found.purchases_high)))
    assert 0.6 < np.mean(inside) < 0.97
    assert 0.6 < np.mean(among) < 0.97
    assert np.mean(count) >= 0.8


def test_a_flat_likelihood_is_the_verdict_and_stops_values():
    rng = np.random.default_rng(5)
    T = np.full(400, 100.0)
    x = rng.poisson(20, 400) + 1
    model = sf.fit_bgnbd(x, T - rng.random(400), T)
    assert model.verdict == "likelihood-flat"
    who = sf.CustomerSummary(frequency=x, recency=T - 1, age=T, unit="week")
    with pytest.raises(DataError, match="likelihood-flat"):
        sf.purchases_ahead(model, who, ahead=10)
    spend = sf.GammaGamma(p=6.25, q=3.74, v=15.44)
    with pytest.raises(DataError, match="likelihood-flat"):
        sf.clv(model, spend, who)
    found = sf.purchases_ahead(model, who, ahead=10, allow_unreliable=True)
    assert np.isfinite(found.expected_high).all()
    assert sf.fit_buying(x, T - rng.random(400), T).verdict == "likelihood-flat"


def test_a_model_by_hand_has_counts_and_no_limits_of_its_parameters():
    model = sf.BuyingModel(kind="mbgnbd", params=(0.5, 6, 0.9, 1.6), unit="week")
    who = sf.CustomerSummary(frequency=[0, 9], recency=[0, 30], age=[38, 38], unit="week")
    found = sf.purchases_ahead(model, who, ahead=12)
    assert np.isnan(found.expected_low).all()
    assert found.purchases_high.tolist() == [0, 4]
    assert model.interval("a") is None
    assert found.p_alive[0] < 1


def test_arguments_of_models_are_checked():
    with pytest.raises(ArgumentError, match="models"):
        sf.fit_buying([1], [1], [2], models="gompertz")
    with pytest.raises(ArgumentError, match="models"):
        sf.fit_buying([1], [1], [2], models=())
    with pytest.raises(ArgumentError, match="params"):
        sf.BuyingModel(kind="bgnbd", params=(1, 2, 3))
    model = sf.BgNbd(r=1, alpha=2, a=1, b=2, unit="week")
    who = sf.CustomerSummary(frequency=[1], recency=[1], age=[2], unit="day")
    with pytest.raises(DataError, match="unit"):
        sf.purchases_ahead(model, who, ahead=3)
