"""The model of a step's rate over time against its prototype, brute force and its own promises."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from salesfunnel._kernels.rate_model import (
    compare,
    exposure,
    integrate,
    laplace,
    learn,
    linearise,
    pool,
    setting,
    window,
)
from salesfunnel._kernels.rate_model import design as designs
from salesfunnel._kernels.rate_model import evidence as ev
from salesfunnel.data.delays import Lag

GOLDEN = json.loads((Path(__file__).parent / "golden" / "rate_model.json").read_text("utf-8"))
"""Made by the numpy prototype of the specification (statistics2.md), rounded to 1e-6."""
CASES = [name for name, case in GOLDEN.items() if "counts" in case]
INNER = "inner: six months of 300 at .3, last .2"


def angles(months, last):
    return 2 * np.pi * ((last - months + 1 + np.arange(months)) % 12) / 12


def judged(counts, last=9, *, pooled=False, fest=None, benchmark=None, missing=None):
    """Return evidence and pooled verdicts of counts (months, segments, stages)."""
    counts = np.asarray(counts, dtype=np.float64)
    months, segments, stages = counts.shape
    x = counts[..., 1:].reshape(months, -1)
    n = np.maximum(counts[..., :-1].reshape(months, -1), x)
    steps = stages - 1
    size = segments * steps
    groups = pool.Groups(np.array([0]) if pooled else np.arange(0, size, steps), size)
    given = None if benchmark is None else np.asarray(benchmark, dtype=np.float64)
    found = ev.evidence(
        x, n, designs.design(months, angles(months, last), fest), groups,
        setting.rate_setting(months), benchmark=given,
    )  # fmt: skip
    verdicts = pool.pooled(
        found.down, found.up, setting.SIZE_WEIGHTS, steps, groups,
        visible=months if given is not None else months - 1, outside=given is not None,
    )  # fmt: skip
    return found, verdicts


def panel_of(rows, stages=2):
    return np.array(rows, dtype=np.float64).reshape(len(rows), 1, stages)


@pytest.mark.parametrize("name", CASES)
def test_verdicts_against_the_prototype(name):
    case = GOLDEN[name]
    options = dict(case["kwargs"])
    options["pooled"] = options.pop("pooled", "") == "panel"
    found, verdicts = judged(case["counts"], case["month_of_year_of_last"], **options)
    shape = np.shape(case["P_fall"])
    np.testing.assert_allclose(verdicts.fall.reshape(shape), case["P_fall"], atol=2e-5)
    np.testing.assert_allclose(verdicts.rise.reshape(shape), case["P_rise"], atol=2e-5)
    np.testing.assert_allclose(verdicts.share, case["pi"], atol=2e-5)
    if case["P_definition"] is not None:
        np.testing.assert_allclose(verdicts.definition, case["P_definition"], atol=2e-5)
    mean = np.log(np.einsum("adn,d->an", found.down, setting.SIZE_WEIGHTS))
    np.testing.assert_allclose(mean, case["log_bf_onset_mean"], atol=2e-5)
    months = np.shape(case["counts"])[0]
    if "benchmark" not in case["kwargs"] and months > 8:
        prior = pool.onset_prior()[:, None] * mean_of(found)
        np.testing.assert_array_equal(np.argmax(prior, axis=0) + 1, case["onset"])
        by_size = (
            np.einsum("a,adn->dn", pool.onset_prior(), found.down) * setting.SIZE_WEIGHTS[:, None]
        )
        size = (setting.RATE_SIZES[:, None] * by_size).sum(axis=0) / by_size.sum(axis=0)
        np.testing.assert_allclose(size, case["size_given_fall"], atol=2e-5)


def mean_of(found):
    return np.einsum("adn,d->an", found.down, setting.SIZE_WEIGHTS)


def test_inner_steps_against_the_prototype():
    case = GOLDEN[INNER]
    x = np.array([90.0, 90, 90, 90, 90, 60])[:, None]
    n = np.full((6, 1), 300.0)
    plan = designs.design(6, angles(6, 9))
    data = linearise.linearise_rates(x, n, plan)
    np.testing.assert_allclose(data.level, case["c"], atol=1e-6)
    eta = data.level + data.response - (x - data.expected) * data.variance
    np.testing.assert_allclose(eta[:, 0], case["eta"], atol=1e-6)
    np.testing.assert_allclose(data.response[:, 0], case["y"], atol=1e-6)
    np.testing.assert_allclose(data.variance[:, 0], case["v"], atol=1e-6)
    models = iter(case["models"])
    for noise in setting.RATE_NOISE:
        for step, prior in zip(
            integrate.steps_of(data, plan, noise, 6), designs.STRUCTURE_PRIOR, strict=True
        ):
            want = next(models)
            assert np.log(noise.prior * prior) == pytest.approx(want["log_prior"], abs=1e-6)
            np.testing.assert_allclose(step.log_likelihood, want["log_lik"], atol=1e-6)
            np.testing.assert_allclose(step.score[:, 0], want["s1"], atol=1e-6)
            np.testing.assert_allclose(step.information[:, 0], want["s2"], atol=1e-6)


def test_entries_against_the_prototype():
    for name in ("entries: falls to 40 %", "entries: steady"):
        case = GOLDEN[name]
        x = np.array(case["entrants"], dtype=np.float64)[:, None]
        plan = designs.design(len(x), angles(len(x), 9))
        one = pool.Groups(np.array([0]), 1)
        found = ev.evidence(x, np.ones_like(x), plan, one, setting.count_setting(len(x)))
        verdicts = pool.pooled(
            found.down, found.up, setting.SIZE_WEIGHTS, 1, one, visible=len(x) - 1
        )
        np.testing.assert_allclose(verdicts.fall, case["P_fall"], atol=2e-5)


def test_exposure_against_the_prototype():
    case = GOLDEN["lag exposure, intake stops"]
    entered, lag = np.array(case["entrants"], dtype=np.float64), np.array(case["f"])
    np.testing.assert_allclose(exposure.lagged(entered, lag)[-2:], case["D"])
    cv2 = exposure.lag_variance(entered, lag, case["converters"])
    np.testing.assert_allclose(cv2[-2:], case["cv2"], atol=1e-12)
    logit = exposure.on_the_logit(cv2[-2:], np.full(2, 0.9))
    np.testing.assert_allclose(logit, case["logit_extra_at_p_9"])
    assert np.isnan(cv2[: len(lag) - 1]).all()


def test_a_rise_of_blocks_of_weeks_against_the_prototype():
    case = GOLDEN["uplift: 52 weeks 30 of 100, 8 weeks 39 of 100"]
    x = np.r_[np.full(13, 120.0), np.full(2, 156.0)][:, None]
    n = np.full_like(x, 400.0)
    rise = 0.275 + 0.225 * np.polynomial.legendre.leggauss(4)[0]
    sought = setting.Setting(window.Rates, setting.RATE_NOISE, rise / (1 + rise), (2,))
    plan = designs.design(15, 2 * np.pi * 4 * np.arange(15) / 52.18)
    found = ev.evidence(x, n, plan, pool.Groups(np.array([0]), 1), sought)
    for factors, want in ((found.up, "log_bf_rise"), (found.down, "log_bf_fall")):
        got = np.log(factors[0, :, 0] @ setting.SIZE_WEIGHTS)
        np.testing.assert_allclose(got, case[want][0], atol=1e-5)


def brute_force(x, n, link, variance):
    """Return log ∫ binomial likelihood × normal, by the trapezoid rule; no constants."""
    sd = np.sqrt(variance)
    own = np.log((x + 0.5) / (n - x + 0.5))
    ends = sorted([link, own])
    eta = np.linspace(ends[0] - 9 * sd - 4, ends[1] + 9 * sd + 4, 60_001)
    value = x * eta - n * np.logaddexp(0, eta) - (eta - link) ** 2 / (2 * variance)
    top = value.max()
    return top + np.log(np.exp(value - top).sum() * (eta[1] - eta[0])) - 0.5 * np.log(variance)


def test_bayes_factors_against_brute_force():
    rng = np.random.default_rng(3)
    cells = 120
    n = np.round(np.exp(rng.uniform(1, 8, cells)))
    link, variance = rng.normal(-0.5, 1.2, cells), np.exp(rng.uniform(-6, 0.5, cells))
    true = link + rng.normal(0, 1, cells) * np.sqrt(variance) - rng.choice([0, 0.4], cells)
    x = rng.binomial(n.astype(int), 1 / (1 + np.exp(-true))).astype(np.float64)
    w = window.Window(*(v[None] for v in (x, n, x, n)))
    at = window.Prediction(link[None, None], variance[None, None])
    got = np.log(laplace.bayes_factors(window.Rates, w, at, setting.RATE_SIZES))[:, 0, 0]
    lower, sizes = window.Rates.shifts(link), setting.RATE_SIZES
    shifts = -np.array(
        [lower.fall(d, np.empty(cells)) for d in sizes]
        + [lower.rise(d, np.empty(cells)) for d in sizes]
    )
    for i in range(cells):
        base = brute_force(x[i], n[i], link[i], variance[i])
        want = np.array([brute_force(x[i], n[i], link[i] + s, variance[i]) for s in shifts[:, i]])
        near = np.abs(want - base) < 5
        np.testing.assert_allclose(got[near, i], (want - base)[near], atol=0.3)
        assert (np.sign(got[~near, i]) == np.sign((want - base)[~near])).all()


def test_models_that_cannot_matter_are_left_out(monkeypatch):
    counts = random_counts(segments=220, months=20, seed=4)
    counts[-2:, :40, 2:] = np.floor(counts[-2:, :40, 2:] * 0.6)
    counts[-1, 40:44, 2:] = 0
    _, base = judged(counts, pooled=True)
    monkeypatch.setattr(ev, "LEFT_OUT_FROM", 10**9)
    full, whole = judged(counts, pooled=True)
    assert (base.fall > 0.5).sum() > 20
    np.testing.assert_allclose(base.fall, whole.fall, atol=1e-6)
    monkeypatch.setattr(ev, "LEFT_OUT_FROM", 1)
    monkeypatch.setattr(compare, "BLOCK", 7)
    left, parts = judged(counts, pooled=True)
    np.testing.assert_allclose(parts.fall, base.fall, atol=1e-12)
    np.testing.assert_allclose(left.link, full.link, atol=1e-4)
    np.testing.assert_allclose(left.variance, full.variance, rtol=1e-3)


def random_counts(segments=6, months=15, seed=2):
    rng = np.random.default_rng(seed)
    counts = [rng.poisson(rng.uniform(40, 400, segments), (months, segments))]
    for _ in range(3):
        counts.append(rng.binomial(counts[-1], rng.uniform(0.2, 0.7, segments)))
    return np.stack(counts, axis=-1).astype(np.float64)


@pytest.mark.parametrize("pooled", [True, False])
def test_order_and_chunks_do_not_matter(pooled, monkeypatch):
    counts = random_counts()
    _, base = judged(counts, pooled=pooled)
    turned = np.arange(6)[::-1]
    _, other = judged(counts[:, turned], pooled=pooled)
    np.testing.assert_allclose(
        other.fall.reshape(6, 3)[turned], base.fall.reshape(6, 3), rtol=1e-9, atol=1e-12
    )
    monkeypatch.setattr(ev, "CHUNK", 5)
    monkeypatch.setattr(compare, "BLOCK", 4)
    monkeypatch.setattr(learn, "BLOCK", 3)
    _, cut = judged(counts, pooled=pooled)
    np.testing.assert_allclose(cut.fall, base.fall, rtol=1e-9, atol=1e-12)


def test_segments_alone_are_judged_as_if_alone():
    counts = random_counts()
    _, together = judged(counts)
    _, alone = judged(counts[:, 3:4])
    np.testing.assert_allclose(together.fall.reshape(6, 3)[3], alone.fall, rtol=1e-9)


@pytest.mark.parametrize("rate", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("n", [20, 300, 3000])
def test_a_step_that_falls_far_or_stops_is_seen(rate, n):
    steady = [[n, round(n * rate)]] * 14
    last = 0.0
    for fall in (0.3, 0.5, 0.7, 0.9, 1.0):
        _, verdicts = judged(panel_of([*steady, [n, round(n * rate * (1 - fall))]]))
        p = verdicts.fall[0]
        if n * rate >= 30:
            assert p > last - 0.02
        last = p
    assert last >= (0.98 if n >= 300 else 0.25)
    _, again = judged(panel_of([*steady, [n, round(n * rate)]]))
    assert again.fall[0] < 0.3


def test_history_without_anybody_says_nothing():
    counts = np.zeros((8, 1, 2))
    found, verdicts = judged(counts)
    np.testing.assert_allclose(found.down, 1.0)
    assert verdicts.fall[0] == pytest.approx((pool.SHARES * pool.SHARES_PRIOR).sum(), abs=0.01)


def test_more_of_the_same_says_more():
    for k in (1, 4):
        rows = [[100 * k, 30 * k]] * 14 + [[100 * k, 20 * k]]
        found, verdicts = judged(panel_of(rows))
        if k == 1:
            few = found.variance[0, 0], verdicts.fall[0]
    assert found.variance[0, 0] < few[0]
    assert verdicts.fall[0] > few[1]


def test_missing_and_no_entrants_are_the_same_and_not_a_zero():
    base = [[200, 60]] * 12
    hole = [*base[:5], [0, 0], *base[6:], [200, 58]]
    zero = [*base[:5], [200, 0], *base[6:], [200, 58]]
    (a, _), (b, _) = judged(panel_of(hole)), judged(panel_of(zero))
    assert a.link[0, 0] > b.link[0, 0]


def test_a_constant_festival_is_left_out():
    months = 15
    plain = designs.design(months, angles(months, 9))
    same = designs.design(months, angles(months, 9), np.full(months, 0.3))
    np.testing.assert_array_equal(plain.values, same.values)


def test_elimination_is_gaussian_conditioning():
    """A twin by dense matrices: y ~ N(0, A diag(1/π) A' + S), the step by least squares."""
    rng = np.random.default_rng(8)
    months, ages = 14, 8
    n = rng.poisson(80, (months, 1)).astype(np.float64)
    n[4] = 0
    x = rng.binomial(n.astype(int), 0.3).astype(np.float64)
    plan = designs.design(months, angles(months, 4))
    data = linearise.linearise_rates(x, n, plan)
    there = n[:, 0] > 0
    for noise in setting.RATE_NOISE:
        columns = {
            "level": [0], "season": [0, 1, 2, 3, 4], "both": [0, 1, 2, 3, 4, 5], "slope": [0, 5],
        }  # fmt: skip
        lag = np.abs(np.subtract.outer(np.arange(months), np.arange(months)))
        errors = np.diag(data.variance[:, 0] + noise.tau**2) + noise.sigma**2 * (
            noise.phi**lag if noise.phi else 0.0
        )
        for name, step in zip(
            designs.STRUCTURES, integrate.steps_of(data, plan, noise, ages), strict=True
        ):
            A = plan.values[columns[name]]
            cov = errors + A.T @ np.diag(1 / plan.precision[columns[name]]) @ A
            cov, y = cov[np.ix_(there, there)], data.response[there, 0]
            inverse = np.linalg.inv(cov)
            want = -0.5 * np.linalg.slogdet(cov)[1] - 0.5 * y @ inverse @ y
            assert step.log_likelihood[0] == pytest.approx(want, abs=1e-8)
            for a in (1, 3, 8):
                m = (np.arange(months) >= months - a)[there].astype(float)
                assert step.score[a - 1, 0] == pytest.approx(m @ inverse @ y, abs=1e-8)
                assert step.information[a - 1, 0] == pytest.approx(m @ inverse @ m, abs=1e-8)


def test_advances_that_a_delay_spreads_scatter_more():
    """Var = pD(1 − p Σ f²): a delay of nothing is a binomial, a long one nearly Poisson."""
    p = np.array([0.2, 0.9])
    np.testing.assert_allclose(exposure.scatter_of_delays(p, np.ones(2)), 1.0)
    lag = Lag(np.array([0.5, 0.3, 0.2]), np.inf)
    assert lag.together() == pytest.approx(0.38)
    assert [lag.young(), lag.young(4)] == pytest.approx([0.5, (0.5 + 0.8 + 1 + 1) / 4])
    half = 0.85 * p
    wanted = (1 - 0.38 * half) / (1 - half)
    np.testing.assert_allclose(exposure.scatter_of_delays(p, np.full(2, 0.38)), wanted)
    rng = np.random.default_rng(5)
    x = [rng.multinomial(rng.binomial(200, 0.6, 3), np.r_[lag.shares, 0])[[0, 1, 2], [0, 1, 2]]
         for _ in range(4000)]  # fmt: skip
    seen = np.var(np.sum(x, axis=1))
    assert seen == pytest.approx(200 * 0.6 * (1 - 0.6 * lag.together()), rel=0.08)


def test_exposure_of_a_month_of_entry_is_measured_at_a_fall():
    cv2, rate = np.full(3, 0.04), np.array([0.05, 0.5, 0.9])
    at_rate, at_fall = exposure.on_the_logit(cv2, rate), exposure.fall_on_the_logit(cv2, rate)
    assert (at_fall <= at_rate).all()
    assert at_fall[0] == pytest.approx(at_rate[0], rel=0.05)
    assert at_fall[2] < 0.3 * at_rate[2]
    # the logit at 70 % of the rate lies as many standard deviations away as the logs say
    for p, spread in zip(rate, at_fall, strict=True):
        gap = np.log(p / (1 - p)) - np.log(0.7 * p / (1 - 0.7 * p))
        assert gap / np.sqrt(spread) == pytest.approx(-np.log(0.7) / 0.2)


def test_a_step_that_stops_altogether_is_surely_a_fall():
    for months, least in ((15, 0.98), (5, 0.9)):
        for volume, rate in ((300, 0.1), (300, 0.5), (3000, 0.1)):
            n = np.full((months, 8), float(volume))
            x = np.round(n * rate)
            x[-1] = 0
            plan = designs.design(months, angles(months, 5))
            single = pool.Groups(np.arange(8), 8)
            found = ev.evidence(x, n, plan, single, setting.rate_setting(months))
            out = pool.pooled(
                found.down, found.up, setting.SIZE_WEIGHTS, 1, single, visible=months - 1
            )
            assert out.fall.min() > least
