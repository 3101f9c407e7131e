"""Target breakdown: needs, months, parts, chances, follow-up."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import salesfunnel as sf
from salesfunnel._kernels import targets
from salesfunnel._kernels.mix import largest_remainder
from salesfunnel.errors import ArgumentError, DataError, UnknownNameError

GOLDEN = json.loads((Path(__file__).parent / "golden" / "ahead.json").read_text("utf-8"))["target"]
STEPS = ("lead", "demo", "won")


def panel(rows=12, counts=(400, 120, 30), start=2025 * 12 + 9, **options):
    names = [f"{(start + i) // 12}-{(start + i) % 12 + 1:02d}" for i in range(rows)]
    return sf.Panel.from_counts({name: list(counts) for name in names}, steps=STEPS, **options)


def fewest(target, probability, rate):
    low, high = 0, target
    while targets.chance_of_count(high, target, rate) < probability:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        enough = targets.chance_of_count(middle, target, rate) >= probability
        low, high = (low, middle) if enough else (middle, high)
    return high


def test_needs_against_golden():
    rates = np.array(GOLDEN["rates"])
    need = targets.backward(GOLDEN["target"], rates)
    np.testing.assert_allclose(need, GOLDEN["required_backward"], rtol=1e-12)
    # rounding up inside the chain instead of at its end asks for 24 leads too many
    assert int(np.ceil(need[0])) == 3079 < GOLDEN["ceil_chain"][0]


def test_chances_against_scipy():
    overall = np.array([GOLDEN["overall_rate"]])
    assert fewest(40, 0.8, overall) == GOLDEN["leads_P80_known_rates"]
    at_mean = targets.chance_of_count(3079, 40, overall)
    assert at_mean == pytest.approx(GOLDEN["prob_meet_at_expected"], abs=1e-6)
    small = GOLDEN["small"]
    for p in (50, 80, 95):
        assert fewest(small["target"], p / 100, np.array([small["rate"]])) == small[f"n_P{p}"]
    golden = GOLDEN["beta_posterior"]
    drawn = targets.compress(targets.draws(golden["betas"], 8192, np.random.default_rng(0)))
    assert fewest(40, 0.8, drawn) == pytest.approx(golden["leads_P80"], abs=golden["tol_leads"])
    assert drawn.mean() == pytest.approx(golden["mean_product"], rel=0.02)


def test_backcast_against_golden():
    golden = GOLDEN["lag_backcast"]
    entries = targets.backcast(
        np.array(golden["deals_due"], dtype=float), golden["rate"], np.array(golden["lag_pmf"])
    )
    np.testing.assert_allclose(entries, golden["entries_needed_from_t_minus_2"], rtol=1e-12)


def test_months_against_golden():
    dealt = largest_remainder(1000, GOLDEN["seasonal_weights"])
    assert dealt.tolist() == GOLDEN["monthly_1000"]


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 10**12),
    st.lists(st.floats(0, 1e300), min_size=1, max_size=14).filter(lambda w: sum(w) > 0),
    st.lists(st.floats(0, 1e6), min_size=1, max_size=5),
    st.lists(st.floats(0, 1e6), min_size=1, max_size=5),
)
def test_every_breakdown_adds_up_to_the_target(target, weights, owners, channels):
    plan = sf.decompose_target(
        target,
        panel(),
        months=len(weights),
        seasonality=weights,
        split={
            "owner": {f"o{i}": w for i, w in enumerate(owners)},
            "channel": {f"c{i}": w for i, w in enumerate(channels)},
        },
        draws=256,
    )
    assert int(plan.amounts.sum()) == target
    assert (plan.part_amounts.sum(1) == plan.amounts).all()
    assert (plan.part_safe.sum(1) == plan.safe).all()
    assert int(plan.safe[:, -1].sum()) == plan.wins == target
    assert sum(plan.quarters().values()) == target
    assert (plan.part_safe >= 0).all()
    need = np.ceil(np.round(plan.required, 9))
    np.testing.assert_allclose(plan.mean.sum(0) + plan.mean_before, need, rtol=1e-9)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(0, 50), min_size=1, max_size=10),
    st.lists(st.floats(0.01, 1), min_size=1, max_size=5),
    st.floats(0.01, 1),
)
def test_backcast_is_the_adjoint_of_the_delay(due, lag, rate):
    due, lag = np.array(due), np.array(lag) / np.sum(lag)
    entries = targets.backcast(due, rate, lag)
    assert (entries >= 0).all()
    assert entries.sum() * rate == pytest.approx(due.sum(), abs=1e-9)
    other = np.arange(entries.size, dtype=float)
    delayed = rate * np.convolve(other, lag)[lag.size - 1 : lag.size - 1 + due.size]
    assert entries @ other * rate**2 == pytest.approx(due @ delayed, rel=1e-9, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 60), st.floats(0.02, 0.9), st.integers(0, 400))
def test_more_entrants_never_lower_the_chance(target, rate, entrants):
    some = np.array([rate, rate / 2])
    one = targets.chance_of_count(entrants, target, some)
    more = targets.chance_of_count(entrants + 1, target, some)
    assert 0 <= one <= more + 1e-12 <= 1 + 1e-9


def test_chance_of_an_amount_against_draws():
    rng = np.random.default_rng(7)
    mean, sd, n, amount = 10.0, 8.0, 400, 300.0
    rate = rng.beta(40, 460, 256)
    wins = rng.binomial(n, rng.choice(rate, 40_000))
    paid = rng.gamma(np.maximum(wins, 1e-9) * (mean / sd) ** 2, sd**2 / mean)
    exact = targets.chance_of_amount(n, amount, rate, mean, sd)
    assert exact == pytest.approx(float((paid >= amount).mean()), abs=0.01)
    assert targets.chance_of_amount(n, amount, rate, mean, 0.0) == pytest.approx(
        targets.chance_of_count(n, 30, rate)
    )


def test_the_two_ways_to_a_chance_of_money_meet():
    rate = np.random.default_rng(1).beta(80, 720, 256)
    below = targets.chance_of_amount(2000, 199.0, rate, 1.0, 0.7)
    above = targets.chance_of_amount(2000, 201.0, rate, 1.0, 0.7)
    assert below == pytest.approx(above, abs=0.04)


def test_the_mean_plan_is_a_coin_flip_and_the_safe_plan_costs_more():
    plan = sf.decompose_target(100, panel(), months=3)
    assert plan.chance_mean == pytest.approx(0.5, abs=0.05)
    assert plan.entrants_mean < plan.entrants_safe < 2 * plan.entrants_mean
    assert abs(plan.entrants_even - plan.entrants_mean) < 30
    assert plan.chance_now < 0.5
    assert plan.stretch == pytest.approx(plan.entrants_safe / 1200)
    assert plan == sf.decompose_target(100, panel(), months=3)


def test_months_that_scatter_ask_for_more():
    rng = np.random.default_rng(3)
    rows = {f"2025-{m:02d}": [400, int(n), 30] for m, n in enumerate(rng.integers(40, 200, 12), 1)}
    calm, wild = panel(), sf.Panel.from_counts(rows, steps=STEPS)
    a, b = (sf.decompose_target(100, p, months=3) for p in (calm, wild))
    assert b.entrants_safe / b.entrants_mean > a.entrants_safe / a.entrants_mean
    assert b.rate_high[0] - b.rate_low[0] > a.rate_high[0] - a.rate_low[0]


def test_seasons_need_two_years_and_are_drawn_to_equal():
    rows = {}
    for y in (2024, 2025):
        for m in range(1, 13):
            rows[f"{y}-{m:02d}"] = [400, 120, 60 if m == 12 else 20]
    plan = sf.decompose_target(1200, sf.Panel.from_counts(rows, steps=STEPS))
    assert plan.seasonal
    raw = 60 / 280 * 12
    assert plan.weights[-1] == pytest.approx((2 * raw + 1) / 3 / 12)
    assert not sf.decompose_target(1200, panel()).seasonal
    assert (
        sf.decompose_target(
            12, sf.Panel.from_counts(rows, steps=STEPS), seasonality=False
        ).amounts.tolist()
        == [1] * 12
    )


def test_delay_puts_needs_before_the_start():
    plan = sf.decompose_target(
        30, panel(), months=3, lag={"lead": [0.5, 0.3, 0.2]}, seasonality=False
    )
    assert plan.mean_before[0] > 0
    assert plan.mean_before[1:].tolist() == [0, 0]
    assert (np.diff(plan.mean[:, 0]) < 0).all()
    one = sf.Panel.from_counts(np.full((6, 2), 50), steps=["a", "b"])
    assert sf.decompose_target(9, one, lag=[0.5, 0.5]).mean_before[0] > 0
    with pytest.raises(ArgumentError, match="lag"):
        sf.decompose_target(30, panel(), lag=[[0.5, 0.5]])
    with pytest.raises(UnknownNameError, match="leed"):
        sf.decompose_target(30, panel(), lag={"leed": [1]})


def test_rates_of_a_growing_funnel_with_delay_are_not_too_low():
    leads = np.round(100 * 1.2 ** np.arange(12)).astype(int)
    won = np.zeros(12, dtype=int)
    won[1:] = np.round(0.2 * leads[:-1])
    counts = np.stack([leads, won], 1)
    p = sf.Panel.from_counts(counts, steps=["lead", "won"])
    assert sf.decompose_target(100, p, lag=[0, 1]).rates[0] == pytest.approx(0.2, abs=0.004)
    assert sf.decompose_target(100, p).rates[0] < 0.18


def test_what_the_pipeline_covers_is_not_asked_for_again():
    plan = sf.decompose_target(30, panel(), months=3, pipeline=[15, 0, 2], seasonality=False)
    assert plan.covered.tolist() == [10, 5, 2]
    assert plan.safe[:, -1].tolist() == [0, 5, 8]
    assert plan.entrants_mean == pytest.approx(13 / np.prod(plan.rates))
    full = sf.decompose_target(30, panel(), months=3, pipeline=40.0)
    assert full.entrants_safe == 0
    assert full.chance_now == 1
    with pytest.raises(ArgumentError, match="pipeline"):
        sf.decompose_target(30, panel(), months=3, pipeline=[-1, 0, 0])


def test_a_step_nobody_got_past_makes_it_infeasible_and_is_named():
    plan = sf.decompose_target(10, panel(counts=(400, 120, 0)))
    assert not plan.feasible
    assert plan.infeasible == "demo"
    assert plan.chance_now == 0
    assert plan.entrants_safe is None
    assert [f.code for f in plan.faults] == ["target-infeasible"]
    assert np.isfinite(plan.required).all()
    with pytest.raises(DataError, match="demo"):
        sf.decompose_target(10, panel(counts=(400, 0, 0)))


def test_more_advanced_than_entered_is_not_clipped():
    with pytest.raises(DataError, match="demo") as caught:
        sf.decompose_target(10, panel(counts=(400, 20, 30)))
    assert "lag" in caught.value.hint


def test_money_needs_a_value():
    with pytest.raises(ArgumentError, match="value"):
        sf.decompose_target(1_000_000, panel(), unit="currency")
    plan = sf.decompose_target(1_000_000, panel(), unit="currency", value=[5000, 15000], months=3)
    assert (plan.wins, plan.value) == (100, 10_000)
    assert int(plan.amounts.sum()) == 1_000_000
    assert plan.chance_mean == pytest.approx(0.5, abs=0.06)
    exact = sf.decompose_target(1_000_000, panel(), unit="currency", value=10_000, months=3)
    assert exact.entrants_safe <= plan.entrants_safe


def test_segments_are_the_split_by_default():
    p = sf.Panel.from_counts(
        np.array([[[300, 90, 20], [100, 30, 10]]] * 6), segments=["web", "fair"], steps=STEPS
    )
    plan = sf.decompose_target(9, p, months=3)
    assert plan.parts == ("web", "fair")
    assert plan.part_amounts.tolist() == [[2, 1]] * 3
    assert plan.need("won", part="web") == 6
    assert plan.need("won", period="1") == 3
    with pytest.raises(UnknownNameError, match="wob"):
        plan.need("wob")


def test_arguments_are_checked():
    for bad, options in (
        ("target", {"target": 0}),
        ("months", {"months": 0}),
        ("probability", {"probability": 1}),
        ("unit", {"unit": "deals"}),
        ("start", {"start": "October"}),
        ("seasonality", {"seasonality": [1.0]}),
        ("split", {"split": {"owner": {"a": -1}}}),
    ):
        with pytest.raises(ArgumentError, match=bad):
            sf.decompose_target(**{"target": 5, "panel": panel()} | options)


def test_a_short_history_is_said():
    plan = sf.decompose_target(10, panel(2))
    assert {f.code for f in plan.faults} == {"short-history"}


def test_partial_months_do_not_count():
    p = panel(6)
    last = p.periods[-1]
    counts = {name: ([10, 0, 0] if name == last else [400, 120, 30]) for name in p.periods}
    cut = sf.Panel.from_counts(counts, steps=STEPS, partial=[last])
    assert sf.decompose_target(10, cut).rates.tolist() == pytest.approx([0.3, 0.25], abs=0.01)
    assert sf.decompose_target(10, cut).periods[0] == last


def follow_panel(*rows):
    start = 2026 * 12 + 9
    names = [f"{(start + i) // 12}-{(start + i) % 12 + 1:02d}" for i in range(len(rows))]
    return sf.Panel.from_counts(dict(zip(names, map(list, rows), strict=True)), steps=STEPS)


def test_follow_up_names_the_step_that_lags():
    plan = sf.decompose_target(90, panel(), months=3)
    planned = plan.safe[0].tolist()
    weak = sf.follow_target(plan, follow_panel([planned[0], planned[1], planned[2] // 2]))
    assert weak.through == plan.periods[0]
    assert weak.largest_gap == "won"
    assert weak.gap_deals.sum() == pytest.approx(float(weak.gap[-1]), abs=1e-9)
    assert weak.remaining[-1] == 90 - planned[2] // 2
    assert weak.remaining_by_month[-1] == weak.remaining[-1] / 2
    good = sf.follow_target(plan, follow_panel([planned[0], planned[1], planned[2] + 5]))
    assert good.chance > weak.chance
    assert good.largest_gap in (None, "demo", "lead")


def test_follow_up_at_the_end_is_certain():
    plan = sf.decompose_target(90, panel(), months=3)
    met = sf.follow_target(plan, follow_panel(*[[500, 150, 30]] * 3))
    assert (met.months_left, met.chance) == (0, 1)
    missed = sf.follow_target(plan, follow_panel(*[[500, 150, 29]] * 3))
    assert missed.chance == 0
    assert missed.remaining_by_month.tolist() == [0, 0, 0]


def test_follow_up_wants_whole_months():
    plan = sf.decompose_target(90, panel(), months=3)
    with pytest.raises(DataError, match="2026-10"):
        sf.follow_target(plan, follow_panel([500, None, 30]))
    with pytest.raises(DataError, match="steps"):
        sf.follow_target(plan, sf.Panel.from_counts([[1, 2]], steps=["a", "b"]))
    with pytest.raises(DataError, match="2026-11"):
        sf.follow_target(plan, follow_panel([500, 150, 30]), through="2026-11")


@pytest.mark.parametrize("seed", [None, -1, 1.5, "1"])
def test_a_plan_without_a_whole_seed_is_refused(seed):
    panel = sf.Panel.from_counts({f"2026-{m:02d}": [400, 120] for m in range(1, 11)})
    with pytest.raises(ArgumentError, match="'seed' must"):
        sf.decompose_target(100, panel, seed=seed)


def test_a_target_that_no_float_can_count_is_refused():
    panel = sf.Panel.from_counts({f"2026-{m:02d}": [400, 120] for m in range(1, 11)})
    with pytest.raises(ArgumentError, match="'target' must be at most"):
        sf.decompose_target(10**19, panel)
    with pytest.raises(ArgumentError, match="'total' must be at most"):
        sf.stats.largest_remainder(2**63, [1, 2])
