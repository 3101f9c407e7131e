"""Wrong arguments, one a line: the error names the argument and what came, in one sentence."""

from __future__ import annotations

from datetime import date, datetime, timezone

import numpy as np
import pytest

import sales_team
import salesfunnel as sf
from salesfunnel._kernels.censoring import incidence
from salesfunnel._kernels.customers import buytilldie, renewal, spending
from salesfunnel._kernels.effect import entrants_to_see
from salesfunnel._kernels.rise import log_rise_bf
from salesfunnel.errors import SalesFunnelError

MONTHS = {f"2025-{m:02d}": [300, 105, 40] for m in range(1, 13)}
PANEL = sf.Panel.from_counts(MONTHS, steps=("lead", "offer", "won"))
ONE_STEP = sf.Panel.from_counts({m: [300] for m in MONTHS}, steps=("lead",))
DAYS = sf.Panel.from_counts({"2025-01-01": [9, 4], "2025-01-02": [9, 4]}, steps=("lead", "won"))
LOG = sf.EventLog(["a", "a", "b"], ["visit", "order", "visit"],
                  ["2026-01-01", "2026-01-02", "2026-01-03"])  # fmt: skip
TEAM = sales_team.team()
STEPS = ["visit", "order"]


def bridge(**options):
    given = {"since": "2026-04-01", "until": "2026-06-01", **options}
    return sf.pipeline_bridge(TEAM, **given)


def rates(table, base="USD"):
    return sf.Rates(table, base=base)


def target(**options):
    given = {"months": 3, "panel": PANEL, **options}
    return sf.decompose_target(60, given.pop("panel"), **given)


def count(steps=STEPS, **options):
    return sf.count_steps(LOG, steps, **options)


REFUSED = [
    # targets
    (lambda: target(unit="currency", value=[-1.0, 2.0]), "'value' must be a finite number"),
    (lambda: target(unit="currency", value=[]), "'value' must be a finite number"),
    (lambda: target(unit="currency", value=[0.0, 0.0]), "'value' must have a positive mean"),
    (lambda: target(lag={"lead": [-0.5, 1.0]}), "'lag'"),
    (lambda: target(split=["owner"]), "'split'"),
    (lambda: target(split={"owner": ["Ann"]}), "'split'"),
    (lambda: target(panel=ONE_STEP), "'panel' must have two steps"),
    (lambda: target(panel=DAYS), "'panel' must be by month"),
    # currencies
    (lambda: rates({"EUR": 1.1, "USD": 2.0}), "base currency USD must be 1"),
    (lambda: rates({"EUR": {"": 1.1, "2026-01-01": 1.2}}), "must have a day for each rate"),
    (lambda: rates({"EUR": {"soon": 1.1, "2026-01-01": 1.2}}), "soon"),
    (lambda: rates({"EUR": {"NaT": 1.1, "2026-01-01": 1.2}}), "must be a date"),
    (lambda: rates({"EUR": 1.1}, base="dollars"), "'base'"),
    # pipelines
    (lambda: bridge(since=datetime(2026, 4, 1, tzinfo=timezone.utc)), "without a zone"),
    (lambda: bridge(since="soon"), "'since' must be a date"),
    (lambda: bridge(since="NaT"), "'since' must be a date"),
    (lambda: bridge(closing=("2026-06-01", "2026-04-01")), "must not end before it begins"),
    (lambda: bridge(closing=("soon", "later")), "'closing'"),
    (lambda: bridge(closing=7), "'closing' must be a period"),
    (lambda: bridge(closing="FY27-Q3"), "'closing' must be a period"),
    (lambda: bridge(pieces="fortnight"), "'pieces'"),
    (lambda: bridge(by="nobody"), "'by'"),
    # counting
    (lambda: count([True]), "'steps' must hold names"),
    (lambda: count([]), "'steps'"),
    (lambda: count("visit"), "'steps' must be a list"),
    (lambda: count(step_windows={"visit": "1D"}), "'step_windows' must name steps"),
    (lambda: count(step_windows=7.5), "'step_windows'"),
    (lambda: count(step_windows=["1D", "2D"]), "'step_windows' must have one length"),
    (lambda: count(exclude=[("back", "visit")]), "'exclude' must hold names or"),
    (lambda: count(exclude=[("back", "order", "visit")]), "an earlier and a later step"),
    (lambda: count(exclude=[("back", "visit", "nowhere")]), "'exclude' must name steps"),
    (lambda: count(exclude=[True]), "'exclude' must hold names"),
    (lambda: count(exclude={"back": 1}), "'exclude' must be a name"),
    (lambda: count(as_of=2**62), "'as_of'"),
    # diagnosis
    (lambda: sf.diagnose(PANEL, PANEL), "'bottleneck'"),
    (lambda: sf.rule_set("nobody"), "nobody"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "words"), REFUSED, ids=[words for _, words in REFUSED])
def test_it_is_refused_in_words(call, words):
    with pytest.raises(SalesFunnelError) as caught:
        call()
    assert words in str(caught.value)
    assert "\n\n" not in caught.value.message


MOMENTS = [
    np.datetime64("2026-02-01"),
    date(2026, 2, 1),
    datetime(2026, 2, 1),  # noqa: DTZ001 - a log without zones
    "2026-02-01",
]


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: type(moment).__name__)
def test_the_end_of_observation_in_any_form_is_the_same(moment):
    found = count(window="90D", as_of=moment)
    assert found == count(window="90D", as_of="2026-02-01")
    assert found.counts == (1, 1)
    assert found.immature == 1


def test_a_moment_of_pandas_ends_the_observation_too():
    pandas = pytest.importorskip("pandas")
    assert count(as_of=pandas.Timestamp("2026-02-01")) == count(as_of="2026-02-01")


def test_days_of_rates_in_any_form_are_the_same():
    as_text = rates({"EUR": {"2026-01-01": 1.1, "2026-02-01": 1.2}})
    as_dates = rates({"EUR": {date(2026, 1, 1): 1.1, datetime(2026, 2, 1): 1.2}})  # noqa: DTZ001
    assert as_dates == as_text


FAR = (800.0, -800.0)  # logs of parameters whose exponentials are ∞ and 0
GROUPS = buytilldie.group([1, 0], [2.0, 0.0], [5.0, 5.0])
LIKELIHOODS = {
    "buytilldie": (4, lambda theta: buytilldie.curved(GROUPS, theta)),
    "renewal": (2, lambda theta: renewal.curved(np.array([9.0, 4.0]), np.array([5.0, 1.0]), theta)),
    "spending": (3, lambda theta: spending.curved(np.array([2.0]), np.array([50.0]), theta)),
}


@pytest.mark.parametrize("name", LIKELIHOODS)
@pytest.mark.parametrize("far", FAR)
def test_a_climb_that_steps_too_far_is_told_so_and_turns_back(name, far):
    size, curved = LIKELIHOODS[name]
    with np.errstate(over="ignore"):
        value, gradient, hessian = curved(np.full(size, far))
    assert value == -np.inf
    assert not gradient.any()
    assert (hessian == -np.eye(size)).all()
    near, *_ = curved(np.zeros(size))
    assert np.isfinite(near)


def test_without_entrants_nothing_rose():
    assert log_rise_bf(0, 0, 0.3, 50.0) == 0.0
    assert log_rise_bf(60, 100, 0.3, 50.0) > 1.0


def test_no_number_of_entrants_shows_a_rise_that_is_none():
    assert entrants_to_see(0.3, 0.3, 1000) == np.inf
    assert entrants_to_see(0.3, 0.2, 1000) == np.inf
    assert entrants_to_see(0.3, 0.4, 1000) < np.inf


def test_who_came_into_sight_late_is_at_risk_from_then_on():
    """By hand: of three deals, one is first seen at age 5, after the event at age 4."""
    found = incidence(
        np.array([4.0, 6.0, 8.0]), np.array([1, 1, 0]), entry=np.array([0.0, 0.0, 5.0])
    )
    assert found.at_risk.tolist() == [2.0, 2.0]
    assert found.share[0].tolist() == [0.5, 0.75]
