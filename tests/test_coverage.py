"""Coverage, calls and slippage: golden figures, and what they do not know."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import sales_team
import salesfunnel as sf
from salesfunnel._kernels import slip
from salesfunnel._kernels.attain import chance_of_at_least, deals_for
from salesfunnel._kernels.shrink import common_weight, shrunk_rates
from salesfunnel.errors import ArgumentError, DataError, UnknownNameError
from salesfunnel.pipeline import coverage_of

GOLDEN = json.loads((Path(__file__).parent / "golden" / "pipeline.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def team():
    return sales_team.team(fields={"amount", "expected", "owner", "category", "outcome"})


@pytest.fixture(scope="module")
def ahead(team):
    return sf.forecast(team, horizon=45)


def test_coverage_against_golden():
    golden = GOLDEN["coverage"]
    chances, value = golden["chances"], golden["value"]
    row = coverage_of(chances, [value] * len(chances), golden["quota_left"])
    assert row.coverage == golden["coverage"]
    assert row.share_won == pytest.approx(golden["yield_"])
    assert row.probability == pytest.approx(golden["chance"], abs=1e-9)
    assert row.multiple_even == pytest.approx(golden["multiple_even"])
    assert row.deals_safe == golden["deals_for_80"]
    assert row.multiple_safe == golden["multiple_80"]
    again = np.arange(golden["deals_for_80"]) % len(chances)
    p = np.array(chances)[again]
    at = chance_of_at_least(golden["quota_left"], p, np.full(p.size, float(value)))
    assert at == pytest.approx(golden["chance_at"], abs=1e-9)


@pytest.mark.parametrize("common", [0.0, 0.4])
@pytest.mark.parametrize("wins", [0.0, 6.0])
def test_the_chance_of_a_sum_is_that_of_simulated_sums(common, wins):
    rng = np.random.default_rng(2)
    p, value = rng.beta(2, 4, 400), np.round(rng.lognormal(8, 1, 400), 2)
    target = 1.02 * (float((p * value).sum()) + wins * value.mean())
    found = chance_of_at_least(target, p, value, common=common, new_wins=wins, new_value=value)
    factor = common * rng.standard_normal((8000, 1))
    chance = 1 / (1 + (1 - p) / p * np.exp(-factor))
    total = ((rng.random((8000, 400)) < chance) * value).sum(1)
    counts = rng.poisson(wins * np.exp(factor[:, 0] - common**2 / 2))
    total += [rng.choice(value, k).sum() for k in counts]
    assert found == pytest.approx((total >= target).mean(), abs=0.02)


def test_a_quota_that_is_met_is_certain_and_one_without_deals_cannot_be():
    assert coverage_of([0.2], [10], 0).probability == 1.0
    empty = coverage_of([], [], 100)
    assert (empty.probability, empty.deals_safe, empty.share_won) == (0.0, None, None)
    assert deals_for(1e9, np.array([0.0]), np.array([10.0]), 0.8) is None


def test_coverage_of_a_forecast_by_owner_and_team(ahead):
    quotas = {"Ann": 30_000, "Bob": 60_000, "North": 150_000}
    found = sf.coverage(
        ahead, quotas=quotas, won={"Ann": 10_000}, teams={"North": ["Ann", "Bob", "Cid"]}
    )
    assert [row.name for row in found.rows] == ["", "North", "Ann", "Bob"]
    assert found["Ann"].left == 20_000
    assert found[""].quota == 90_000
    assert found["North"].open_value > found["Ann"].open_value + found["Bob"].open_value
    for row in found.rows:
        assert 0 <= row.probability_open <= row.probability <= 1
    whole = sf.coverage(ahead, quotas=ahead.expected)
    assert 0.3 < whole[""].probability < 0.7
    assert sf.Coverage.from_json(found.to_json()) == found


def test_fewer_days_left_need_more_pipeline(team):
    multiples = []
    for horizon in (90, 30, 10):
        row = sf.coverage(sf.forecast(team, horizon=horizon, new_deals=False), quotas=50_000)[""]
        multiples.append(row.multiple_even)
    assert multiples[0] < multiples[1] < multiples[2]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"quotas": {"Ann": 0}}, ArgumentError),
        ({"quotas": {}}, ArgumentError),
        ({"quotas": {"Zed": 5}}, UnknownNameError),
        ({"quotas": 5, "level": 1.0}, ArgumentError),
        ({"quotas": {"Ann": 5}, "won": {"Bob": 1}}, UnknownNameError),
        ({"quotas": {"Ann": 5}, "won": 7}, ArgumentError),
    ],
)
def test_wrong_quotas_are_refused(ahead, options, error):
    with pytest.raises(error):
        sf.coverage(ahead, **options)


def test_an_owner_without_open_deals_is_told(ahead):
    found = sf.coverage(ahead, quotas={"Ann": 10_000, "Bop": 10_000})
    assert [fault.code for fault in found.faults if fault.value == "Bop"] == ["owner-without-deals"]


def test_shrunk_calls_against_golden():
    golden = GOLDEN["commit"]
    assert common_weight(golden["came"], golden["called"]) == golden["weight"]
    np.testing.assert_allclose(
        shrunk_rates(golden["came"], golden["called"]), golden["shrunk"], rtol=1e-12
    )
    many = np.random.default_rng(1).binomial(50, np.linspace(0.2, 0.8, 12))
    assert common_weight(many, np.full(12, 50)) < 20


def test_calls_of_owners(team):
    found = sf.commit_bias(team)
    everybody = found.of()
    assert found.commit == "Commit"
    assert everybody.called == sum(
        row.called for row in found.rows if row.owner and row.category == "Commit"
    )
    for row in found.rows:
        assert 0 <= row.came <= row.called
    assert sf.CommitBias.from_json(found.to_json()) == found


def test_an_owner_who_calls_twice_what_comes_has_happy_ears_and_one_who_calls_half_sandbags():
    deals, changes = [], {"deal": [], "time": [], "value": []}
    owners = []
    for k in range(240):
        name, owner = f"d{k}", ("Ann", "Bob")[k % 2]
        won = k % 3 > 0 if owner == "Bob" else k % 3 == 0
        deals.append({"deal": name, "lead": "2025-10-03", "won": "2025-12-20" if won else None,
                      "value": 1000.0 + k})  # fmt: skip
        call = "Commit" if owner == "Ann" or k % 4 == 1 else "Pipeline"
        owners.append(owner)
        for column, value in zip(changes.values(), (name, "2025-10-04", call), strict=True):
            column.append(value)
    history = sf.StageHistory.from_records(deals, stages=["lead", "won"], as_of="2026-02-01")
    history = history.with_changes(
        {
            "category": changes,
            "owner": {
                "deal": [deal["deal"] for deal in deals],
                "time": ["2025-10-03"] * 240,
                "value": owners,
            },
        }
    )
    found = sf.commit_bias(history)
    assert found.of("Ann").verdict == "happy-ears"
    assert found.of("Bob").verdict == "sandbags"
    assert found.of("Ann").bias == pytest.approx(3.0, rel=0.1)
    assert found.of("Bob").bias == pytest.approx(0.75, rel=0.1)


def test_competing_risks_against_golden():
    golden = GOLDEN["cif"]
    hazard = np.array(golden["won_lost_pushed"]) / np.array(golden["at_risk"])[:, None]
    found, left = slip.cumulative(hazard)
    np.testing.assert_allclose(found, golden["cumulative"], rtol=1e-12)
    assert left == golden["left"]


def test_pushes_are_counted_from_the_day_after_creation():
    history = sf.StageHistory.from_records(
        [{"deal": "a", "lead": "2026-09-01"}], stages=["lead", "won"], as_of="2026-10-01"
    )
    day = ["2026-09-01T09:00", "2026-09-01T10:00", "2026-09-10", "2026-09-12", "2026-09-20"]
    date = ["2026-09-15", "2026-09-30", "2026-10-10", "2026-10-05", "2026-11-04"]
    history = history.with_changes({"expected": {"deal": ["a"] * 5, "time": day, "value": date}})
    found = sf.slippage(history)
    assert found.pushes.tolist() == [2]
    assert found.days_pushed.tolist() == [40.0]
    assert str(found.first_push[0]) == "2026-09-10"
    assert str(found.last_push[0]) == "2026-09-20"
    earlier = sf.slippage(history, as_of="2026-09-11")
    assert earlier.pushes.tolist() == [1]


def test_chances_to_slip_add_up_and_hold(team):
    found = sf.slippage(team)
    total = found.p_won + found.p_lost + found.p_pushed + found.p_overdue
    np.testing.assert_allclose(total, 1.0, atol=1e-12)
    assert found.typed.brier_said < found.typed.brier_typed
    assert found.typed.said == pytest.approx(found.typed.kept, abs=0.08)
    assert {rate.dimension for rate in found.rates} == {"all", "owner", "stage", "size", "pushes"}
    for rate in found.rates:
        assert 0 <= rate.slipped <= rate.dates


def test_planted_chances_to_be_pushed_are_found():
    """A date is kept or pushed by the toss of a coin: 0.35 at first, 0.6 after the first push."""
    rng = np.random.default_rng(8)
    n, now = 4000, 700.0
    born = rng.uniform(0, now, n)
    date = np.floor(born + rng.uniform(20, 90, n))
    rows, pushed = [(np.arange(n), born, date.copy())], np.zeros(n, dtype=int)
    time, alive = born.copy(), np.ones(n, dtype=bool)
    outcome, closed = np.zeros(n, dtype=np.int8), np.full(n, np.inf)
    came = np.full(n, -1)
    while alive.any():
        at = np.flatnonzero(alive)
        when = np.maximum(date[at] - rng.exponential(8, at.size), time[at] + 0.01)
        push = rng.random(at.size) < np.where(pushed[at] == 0, 0.35, 0.6)
        current = (time[at] <= now) & (when > now)
        came[at[current]] = push[current]
        ends = at[~push]
        outcome[ends], closed[ends] = 1 + (rng.random(ends.size) < 0.5), when[~push]
        moved = at[push]
        time[moved], date[moved] = (
            when[push],
            np.floor(date[moved] + rng.uniform(14, 60, moved.size)),
        )
        known = moved[time[moved] <= now]
        pushed[known] += 1
        rows.append((moved, time[moved].copy(), date[moved].copy()))
        alive[ends] = False
        alive &= time <= now
    stamp = lambda days: np.rint(days * 86_400e6).astype(np.int64).astype("M8[us]")  # noqa: E731
    over = closed <= now
    history = sf.StageHistory(
        deals=[f"d{i}" for i in range(n)],
        stages=("open", "won"),
        entered=np.stack([stamp(born), np.full(n, np.datetime64("NaT", "us"))], axis=1),
        outcome=np.where(over, outcome, 0),
        closed=np.where(over, stamp(np.where(over, closed, 0)), np.datetime64("NaT", "us")),
        as_of=stamp(np.array(now)),
    )
    deal, time, date = (np.concatenate(column) for column in zip(*rows, strict=True))
    inside = time <= now
    columns = {
        "deal": deal[inside],
        "time": stamp(time[inside]),
        "value": date[inside].astype(np.int64).astype("M8[D]"),
    }
    found = sf.slippage(history.with_changes({"expected": columns}))
    truth = came[[int(name[1:]) for name in found.deals]]
    assert (truth >= 0).all()
    for before, planted in ((0, 0.35), (1, 0.6)):
        mine = found.pushes == before if before == 0 else found.pushes >= 1
        assert found.p_pushed[mine].mean() == pytest.approx(planted, abs=0.05)
        assert found.p_pushed[mine].mean() == pytest.approx(truth[mine].mean(), abs=0.09)


def test_amounts_of_several_currencies_have_no_size():
    found = sf.slippage(sales_team.team())
    assert not found.rates_of("size")
    assert found.rates_of("owner")


def test_without_histories_slippage_and_calls_are_refused():
    history = sf.StageHistory.from_records(
        [{"deal": "a", "lead": "2026-09-01"}], stages=["lead", "won"], as_of="2026-10-01"
    )
    with pytest.raises(DataError, match="expected close dates"):
        sf.slippage(history)
    with pytest.raises(DataError, match="forecast categories"):
        sf.commit_bias(history)
