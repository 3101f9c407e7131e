"""First contact with lists: closings without a date, days that are over, columns that leak."""

from __future__ import annotations

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import DataError


def listed(missing: set[int], n: int = 200, as_of: str = "2024-07-01") -> sf.StageHistory:
    rows = [
        {
            "Id": i,
            "Stage": ("Closed Won", "Closed Lost")[i % 2],
            "Created": f"2024-0{1 + i % 5}-10",
            "Closed": "" if i in missing else f"2024-0{2 + i % 5}-05",
            "Amount": 1000,
            "Source": "ab"[i % 3 == 0],
        }
        for i in range(n)
    ]
    return sf.read_deals(rows, as_of=as_of)


def codes(result: object) -> list[str]:
    return [fault.code for fault in result.faults]  # type: ignore[attr-defined]


@pytest.mark.parametrize("missing", [{0}, {1}, set(range(40)), set(range(1, 80, 2))])
def test_outcomes_without_a_closing_date_count_and_are_never_open(missing: set[int]) -> None:
    whole, history = listed(set()), listed(missing)
    full, found = (sf.compare_segments(h, by="Source") for h in (whole, history))
    assert [(r.segment, r.entered, r.rate) for r in found.rows] == [
        (r.segment, r.entered, r.rate) for r in full.rows
    ]
    ahead = sf.forecast(history, horizon="2024-Q3")
    assert len(ahead.deals) == 0
    assert ahead.expected_open == 0
    for result in (found, ahead, sf.analyze(history), sf.find_bottlenecks(history)):
        assert codes(result).count("closing-drawn") == 1
    said = next(fault for fault in ahead.faults if fault.code == "closing-drawn")
    assert f"{len(missing)} won or lost deals" in said.message
    assert "closing-drawn" not in codes(full)


def test_drawn_closings_lie_between_creation_and_the_end() -> None:
    from salesfunnel.data.history.from_list import two_ends

    drawn = two_ends(listed(set(range(40))))
    assert not np.isnat(drawn.closed).any()
    assert (drawn.closed >= drawn.created).all()
    assert (drawn.closed <= drawn.as_of).all()
    # of an earlier day, a deal without a closing is not open for ever
    early = sf.forecast(listed(set(range(40))), horizon="30D", as_of="2024-06-30")
    assert len(early.deals) == 0


@pytest.mark.parametrize(
    "call",
    [
        lambda h: sf.compare_segments(h, by="Source"),
        sf.analyze,
        sf.find_bottlenecks,
        lambda h: sf.forecast(h, horizon="2024-Q3"),
        lambda h: sf.backtest(h, horizon=30),
    ],
)
def test_without_any_closing_date_the_cause_and_the_call_are_named(call: object) -> None:
    history = listed(set(range(200)))
    with pytest.raises(DataError, match="closing date") as caught:
        call(history)  # type: ignore[operator]
    assert 'columns={"closed": ...}' in str(caught.value)
    assert history.panel(by="month").counts.sum() > 0


def test_the_quarter_begins_after_a_day_that_is_counted() -> None:
    history = listed(set())
    ahead = sf.forecast(history, horizon="2024-Q2", as_of="2024-03-31")
    assert ahead.horizon == 91
    assert ahead.periods == ("2024-04", "2024-05", "2024-06")
    assert ahead.quarters == ("2024-Q2",)
    assert ahead.quarter_expected[0] == pytest.approx(ahead.expected)
    assert ahead.until == "2024-06-30"
    assert "30 Jun 2024" in ahead.chart("fan").title
    assert sf.Forecast.from_dict(ahead.to_dict()).until == ahead.until
    # a length of time is as long as it says
    assert sf.forecast(history, horizon="91D", as_of="2024-03-31").until == "2024-06-30"


def test_a_day_with_hours_means_its_end() -> None:
    rows = [
        {
            "Id": i,
            "Stage": ("Closed Won", "Closed Lost", "Talk")[i % 3],
            "Created": f"2024-0{1 + i % 3}-10 09:00",
            "Closed": "" if i % 3 == 2 else f"2024-0{2 + i % 3}-05 14:30",
        }
        for i in range(90)
    ]
    history = sf.read_deals(rows, as_of="2024-07-01")
    ahead = sf.forecast(history, horizon="2024-Q2", as_of="2024-03-31")
    assert (ahead.horizon, ahead.until) == (91, "2024-06-30")
    morning = sf.forecast(history, horizon="2024-Q2", as_of="2024-03-31T00:00")
    assert (morning.horizon, morning.until) == (92, "2024-06-30")
    assert "30 Jun 2024" in ahead.chart("fan").title


def leaking(seed: int = 3, n: int = 2400) -> sf.StageHistory:
    """Return deals whose quality is set as most of them are lost; others keep what they came as."""
    rng = np.random.default_rng(seed)
    created = np.datetime64("2022-01-01") + rng.integers(0, 880, n)
    won = rng.random(n) < 0.2
    closed = created + rng.integers(20, 200, n)
    over = closed <= np.datetime64("2024-06-22")
    quality = np.where(rng.random(n) < 0.5, "good", "fair")
    quality = np.where(over & ~won & (rng.random(n) < 0.9), "poor", quality)
    stage = np.where(over, np.where(won, "Closed Won", "Closed Lost"), "Talk")
    rows = [
        {"Id": i, "Stage": s, "Created": str(c), "Closed": str(k) if o else "", "Quality": q}
        for i, (s, c, k, o, q) in enumerate(zip(stage, created, closed, over, quality, strict=True))
    ]
    return sf.read_deals(rows, as_of="2024-06-22")


def test_a_column_that_follows_the_outcome_moves_no_forecast_of_the_past() -> None:
    history = leaking()
    auto, plain = (
        sf.forecast(history, horizon="2024-Q2", as_of="2024-03-31", covariates=how, draws=200)
        for how in ("auto", None)
    )
    assert "Quality" not in auto.terms
    assert auto.wins == pytest.approx(plain.wins)
    named = sf.forecast(
        history, horizon="2024-Q2", as_of="2024-03-31", covariates="Quality", draws=200
    )
    assert "covariates-of-today" in codes(named)
    assert "covariates-of-today" not in codes(plain)


def test_sums_that_are_further_off_with_covariates_are_said() -> None:
    from salesfunnel.forecasting.past import PLAIN, Scored, leak_of

    more = PLAIN._replace(traits=True)
    loss = np.zeros(10)
    judged = [{PLAIN: Scored(loss, 0.0, 2.0, 10.0), more: Scored(loss, 0.0, 5.0, 10.0)}] * 3
    said = leak_of(judged, PLAIN, more)
    assert said is not None
    assert (said.code, said.severity) == ("covariates-follow-outcome", "warning")
    assert "50%" in said.message.replace("50.00%", "50%")
    alike = [{PLAIN: Scored(loss, 0.0, 2.0, 10.0), more: Scored(loss, 0.0, 2.2, 10.0)}]
    assert leak_of(alike, PLAIN, more) is None
