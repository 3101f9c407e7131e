"""The chance to meet a quota holds the scatter of arrivals; bars are above, in or below a range."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

import sales_team
import salesfunnel as sf
from salesfunnel._kernels.attain import chance_of_at_least
from salesfunnel._kernels.rise import change
from salesfunnel.pipeline import BridgeVerdict
from salesfunnel.pipeline.unusual import _verdict


@pytest.mark.parametrize("scatter", [0.0, 0.2, 0.5])
@pytest.mark.parametrize("common", [0.0, 0.3])
def test_chance_with_scatter_of_arrivals_against_draws(scatter, common):
    rng = np.random.default_rng(7)
    p, value = rng.uniform(0.1, 0.6, 12), rng.choice([5_000.0, 10_000.0, 20_000.0], 12)
    new_value, wins, target = np.array([8_000.0, 12_000.0]), 9.0, 150_000.0
    found = chance_of_at_least(
        target, p, value, common=common, new_wins=wins, new_value=new_value, new_scatter=scatter
    )
    draws = 60_000
    z = common * rng.standard_normal((draws, 1))
    odds = np.log(p / (1 - p)) + z
    won = (rng.random((draws, 12)) < 1 / (1 + np.exp(-odds))) @ value
    busy = np.exp(scatter * rng.standard_normal(draws) - scatter**2 / 2)
    n = rng.poisson(wins * busy * np.exp(z[:, 0] - common**2 / 2))
    first = rng.binomial(n, 0.5)
    total = won + first * new_value[0] + (n - first) * new_value[1]
    assert found == pytest.approx((total >= target - 1e-6).mean(), abs=0.008)


def test_coverage_says_what_the_draws_of_the_forecast_say():
    team = sales_team.team(fields={"amount", "expected", "owner", "category", "outcome"})
    ahead = sf.forecast(team, horizon=90, draws=20_000)
    assert ahead.arrival_scatter > 0
    low, high = ahead.interval.low, ahead.interval.high
    with_it = sf.coverage(ahead, quotas=high)[""].probability
    without = sf.coverage(attrs.evolve(ahead, arrival_scatter=0.0), quotas=high)[""].probability
    assert with_it > without
    # the interval of the draws holds 80 %: one in ten above, nine in ten above the low end
    assert with_it == pytest.approx(0.1, abs=0.04)
    assert sf.coverage(ahead, quotas=low)[""].probability == pytest.approx(0.9, abs=0.04)


def test_a_count_below_its_range_is_not_as_usual():
    earlier = [
        (267 + d, 300 + e) for d, e in zip((-6, 4, -3, 5, 0, 2, -1, 3), range(8), strict=True)
    ]
    low = _verdict("lost", (234, 302), earlier)
    assert low.count < low.low
    assert low.verdict in {"perhaps-fewer", "fewer-than-usual"}
    assert "below the usual range" in low.to_text(width=300) or "fewer" in low.to_text(width=300)
    usual = _verdict("lost", (267, 302), earlier)
    assert usual.verdict == "as-usual"
    assert usual.low <= 267 <= usual.high
    few = _verdict("lost", (120, 302), earlier)
    assert few.verdict == "fewer-than-usual"
    assert few.probability_fewer > 0.95


def test_words_and_verdict_agree_with_the_interval_in_both_languages():
    for x in range(20, 140, 6):
        found = _verdict("pushed_out", (x, 200), [(70 + k % 5, 200) for k in range(8)])
        inside = found.low <= x <= found.high
        assert (found.verdict == "as-usual") == inside
        assert found.verdict.endswith("usual") or found.verdict.startswith("perhaps")
        for locale in ("en", "zh"):
            assert str(x) in found.to_text(locale=locale, width=300)
        assert BridgeVerdict.from_json(found.to_json()) == found


def test_healthy_periods_are_seldom_called_more_or_fewer():
    rng = np.random.default_rng(11)
    called = {"more": 0, "fewer": 0, "inside": 0}
    for _ in range(400):
        n = rng.integers(80, 200, 10)
        x = rng.binomial(n, np.clip(0.3 * np.exp(rng.normal(0, 0.08, 10)), 0, 1))
        found = change(int(x[-1]), int(n[-1]), x[:-1], n[:-1])
        called["inside"] += found.low <= x[-1] <= found.high
        called["more"] += x[-1] > found.high and found.more >= 0.8
        called["fewer"] += x[-1] < found.low and found.fewer >= 0.8
    assert called["inside"] / 400 > 0.76
    assert called["more"] / 400 < 0.04
    assert called["fewer"] / 400 < 0.04
