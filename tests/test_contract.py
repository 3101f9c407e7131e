"""The public contract: signatures and attributes that users outside the project rely on."""

from __future__ import annotations

import inspect
from datetime import date
from math import lgamma, log

import numpy as np
import pytest

import salesfunnel as sf

FACE = {
    "read_table": "source, *, funnel, period, encoding, sheet, decimal",
    "read_stage_history": "source, *, funnel, columns, as_of, tz",
    "count_steps": "events, steps, *, window, step_windows, order, exclude, breakdown, attribution,"
    " increasing, per, as_of, threads",
    "conversions": "panel, *, level, method",
    "find_bottlenecks": "panel, *, period, history, benchmark, lag, value, seed",
    "diagnose": "bottleneck, data, *, rules",
    "plan": "bottlenecks, findings, *, start, owners, effort, seed",
    "review": "plan, panel, *, today, adoption",
    "decompose_target": "target, panel, *, months, unit, value, probability, lag, split, seed",
    "forecast": "history, *, horizon, as_of, seed",
    "backtest": "history",
    "velocity": "history",
    "lifecycle": "purchases, *, as_of",
    "analyze": "data, *, funnel, period, benchmark, evidence, locale, seed",
    "template": "name, *, locale",
    "Panel.from_counts": "counts, *, funnel, missing, segments",
    "StageHistory.panel": "self, by, mode, *, window, segment",
    "EventLog": "entity, step, time, *, attributes",
    "Metric": "key, name, unit, better, step",
    "KeyAction": "key, name, owner, within",
    "Stage": "key, name, goal, actions, metrics, owner",
    "Funnel": "key, stages, name",
    "stats.rate_interval": "x, n, *, level, method",
    "stats.compare_rates": "x1, n1, x0, n0",
    "stats.aalen_johansen": "duration, event, *, entry",
    "stats.kitagawa": "n0, x0, n1, x1",
    "stats.mantel_haenszel": "tables",
    "stats.lmdi": "before, after",
    "stats.largest_remainder": "total, weights",
}
NAMES = [
    "templates",
    "rule_sets",
    "benchmarks",
    "benchmark",
    "sources",
    "rfm",
    "repurchase_curve",
    "fit_bgnbd",
    "fit_gamma_gamma",
    "fit_sbg",
    "clv",
    "ReferenceWindow",
    "Transition",
]
METHODS = ("_repr_html_", "to_dict", "to_json", "from_dict", "to_html", "to_text")


@pytest.mark.parametrize("name", FACE)
def test_arguments_have_their_names_and_order(name):
    thing = sf
    for part in name.split("."):
        thing = getattr(thing, part)
    parameters = inspect.signature(thing).parameters
    plain, _, keyword = FACE[name].partition("*")
    wanted = [part for part in plain.replace(" ", "").split(",") if part]
    found = list(parameters)
    assert [p for p in found if p in wanted] == wanted
    assert found[: len(wanted)] == wanted
    for part in keyword.replace(" ", "").split(","):
        if part:
            assert part in parameters, part
            assert parameters[part].kind is inspect.Parameter.KEYWORD_ONLY or name == "Funnel"


@pytest.mark.parametrize("name", NAMES)
def test_names_are_there(name):
    assert callable(getattr(sf, name))


@pytest.fixture(scope="module")
def months():
    rows = {f"2025-{m:02d}": [400, 200, 100] for m in range(1, 13)}
    return sf.Panel.from_counts({**rows, "2026-01": [400, 200, 60]})


def test_results_have_their_attributes(months):
    for library in ("pandas", "polars", "pyarrow"):
        pytest.importorskip(library)
    row = sf.conversions(months).rows[0]
    for name in ("source", "target", "entered", "advanced", "rate", "interval", "status"):
        assert hasattr(row, name), name
    found = sf.find_bottlenecks(months)
    worst = found.rows[0]
    for name in [
        "transition",
        "segment",
        "rate",
        "reference",
        "shortfall",
        "probability",
        "tier",
        "window",
        "gain",
        "drift",
        "faults",
    ]:
        assert hasattr(worst, name), name
    assert isinstance(worst.gain, sf.Interval)
    assert (str(worst.transition), worst.tier) == ("step_2→step_3", "confirmed")
    assert {np.ndim(column) for column in found.columns().values()} == {1}
    plan = sf.plan(found, (), start=date(2026, 2, 2))
    for name in ["bottleneck", "problem", "measure", "owner", "due", "effect", "priority"]:
        assert hasattr(plan.measures[0], name), name
    reviews = sf.review(plan, months, today=date(2026, 2, 9))
    assert all(hasattr(one, "state") for one in reviews)
    target = sf.decompose_target(1000, months)
    both = sf.stats.rate_interval([0, 5], [10, 10])
    assert both.low.tolist()[0] == 0.0
    one = sf.stats.rate_interval(5, 10)
    assert one.low < 0.5 < one.high
    for result in (months, sf.conversions(months), found, plan, target, *reviews):
        for method in METHODS:
            assert callable(getattr(result, method)), method
        assert type(result).from_dict(result.to_dict()).to_json() == result.to_json()
        assert result.to_text(locale="zh")
    for table in (months, sf.conversions(months), found, plan):
        for backend in ("pandas", "polars", "pyarrow"):
            assert len(table.to_frame(backend=backend))


def test_panel_counts_are_int64_and_read_only(months):
    assert months.counts.dtype == np.int64
    assert not months.counts.flags.writeable
    assert months.counts.shape == (len(months.periods), len(months.segments), len(months.steps))


def test_the_b2b_template_is_the_method():
    funnel = sf.template("b2b", locale="zh")
    assert funnel.keys == ("awareness", "interest", "intent", "negotiation", "won", "repurchase")
    assert [metric.key for metric in funnel.steps] == [
        "impressions", "leads", "content_downloads", "demos_booked", "proposals_submitted",
        "quotations_sent", "contracts_signed", "repurchasing_customers",
    ]  # fmt: skip
    assert funnel.stages[0].volume.key == "leads"
    assert funnel.transitions()[0] == sf.Transition("awareness", "interest")
    assert len(funnel.transitions(level="step")) == 7


def test_counted_steps_are_a_document():
    pytest.importorskip("jinja2")
    log = sf.EventLog(["a", "a", "b"], ["view", "cart", "view"], [1, 2, 3])
    found = sf.count_steps(log, ["view", "cart"], window=5)
    assert found.counts == (2, 1)
    for name in ("by_segment", "immature", "durations"):
        assert hasattr(found, name)
    for locale in ("en", "zh"):
        assert "50.00%" in found.to_text(locale=locale)
        assert "<svg" in found.to_html(locale=locale)


DEFAULTS = {
    "read_table": {
        "funnel": None, "period": None, "encoding": None, "sheet": None, "decimal": None,
    },
    "read_stage_history": {"funnel": None, "columns": None, "as_of": None, "tz": None},
    "count_steps": {
        "window": None, "step_windows": None, "order": "ordered", "exclude": (),
        "breakdown": None, "attribution": "first", "increasing": False, "as_of": None,
        "threads": None,
    },
    "EventLog": {"attributes": None},
    "conversions": {"level": 0.95, "method": "wilson"},
    "find_bottlenecks": {
        "period": None, "history": 12, "benchmark": None, "lag": None, "value": None, "seed": 0,
    },
    "diagnose": {"rules": ("data", "action", "resource", "customer")},
    "plan": {"owners": None, "effort": None, "seed": 0},
    "review": {"adoption": None},
    "decompose_target": {
        "months": 12, "unit": "count", "value": None, "probability": 0.8, "lag": None,
        "split": None, "seed": 0,
    },
    "forecast": {"as_of": None, "seed": 0},
    "analyze": {
        "funnel": None, "period": None, "benchmark": None, "evidence": None, "locale": "en",
        "seed": 0,
    },
    "Panel.from_counts": {"funnel": None, "missing": None, "segments": None},
    "StageHistory.panel": {"by": "month", "mode": "cohort", "window": None, "segment": None},
    "Metric": {"name": "", "unit": "count", "better": "higher", "step": False},
    "KeyAction": {"name": "", "owner": None, "within": None},
    "Stage": {"name": "", "goal": "", "actions": (), "metrics": (), "owner": None},
    "Funnel": {"name": ""},
    "Funnel.transitions": {"level": "stage"},
    "Tracking.panel": {"level": "stage"},
    "stats.rate_interval": {"level": 0.95, "method": "wilson"},
    "stats.aalen_johansen": {"entry": None},
}  # fmt: skip


@pytest.mark.parametrize("name", DEFAULTS)
def test_arguments_have_the_defaults_that_are_promised(name):
    thing = sf
    for part in name.split("."):
        thing = getattr(thing, part)
    parameters = inspect.signature(thing).parameters
    assert {key: parameters[key].default for key in DEFAULTS[name]} == DEFAULTS[name]


@pytest.mark.parametrize(
    ("name", "key"),
    [("plan", "start"), ("review", "today"), ("forecast", "horizon"), ("lifecycle", "as_of")],
)
def test_moments_have_no_default(name, key):
    assert inspect.signature(getattr(sf, name)).parameters[key].default is inspect.Parameter.empty


def test_attribution_tells_first_from_last_by_default():
    log = sf.EventLog(["a", "a"], ["view", "cart"], [1, 2], attributes={"channel": ["ads", "mail"]})
    steps = ["view", "cart"]
    assert dict(sf.count_steps(log, steps, breakdown="channel").by_segment) == {"ads": (1, 1)}
    last = sf.count_steps(log, steps, breakdown="channel", attribution="last")
    assert dict(last.by_segment) == {"mail": (1, 1)}


def test_scores_of_customers_by_hand():
    """Five customers: the later, the more often and the more paid, the higher; ties are equal."""
    who = ["ann", "bob", "bob", "cid", "dan", "eve"]
    days = ["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01", "2026-06-01"]
    found = sf.rfm(
        sf.Purchases.from_columns(who, days, [50.0, 10.0, 10.0, 30.0, 40.0, 10.0]),
        as_of="2026-06-02",
    )
    assert found.customers == ("ann", "bob", "cid", "dan", "eve")
    assert found.r.tolist() == [1, 2, 3, 4, 5]
    assert found.f.tolist()[1] > found.f.tolist()[0] == found.f.tolist()[2]
    assert found.m.tolist()[0] == max(found.m.tolist())
    assert found.m.tolist()[4] == min(found.m.tolist())


def test_shares_that_buy_again_by_hand():
    """Of four who bought on 1 January, two came back within 30 days and a third within 90."""
    who = ["ann", "bob", "cid", "dan", "ann", "bob", "cid"]
    days = ["2026-01-01"] * 4 + ["2026-01-11", "2026-01-31", "2026-03-02"]
    curve = sf.repurchase_curve(sf.Purchases.from_columns(who, days), as_of="2026-12-31")
    assert [curve.rate(days) for days in (30, 60, 90)] == [0.5, 0.75, 0.75]


def test_renewal_by_hand():
    """Of 840, one in t + 1 is left after t periods: alpha and beta are 1, retention t / (t + 1)."""
    model = sf.fit_sbg([840, 420, 280, 210, 168, 140])
    assert (model.alpha, model.beta) == (pytest.approx(1, abs=1e-6), pytest.approx(1, abs=1e-6))
    assert model.retention([1, 2, 3]).tolist() == pytest.approx([1 / 2, 2 / 3, 3 / 4], abs=1e-6)


def test_lifetime_value_by_hand():
    """A spend of p (v + x m) / (p x + q - 1), 2 (10 + 3 * 20) / 8 = 17.5, for each purchase."""
    buying = sf.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")
    spend = sf.GammaGamma(p=2.0, q=3.0, v=10.0)
    who = sf.CustomerSummary(
        frequency=[3], recency=[30.0], age=[39.0], monetary=[20.0], unit="week"
    )
    assert spend.population_mean == 10.0
    assert float(spend.expected_mean(3, 20.0)) == 17.5
    worth = sf.clv(buying, spend, who, discount=0.0, margin=0.5, allow_unreliable=True)
    assert float(worth.amount[0]) == 17.5
    assert worth.total == pytest.approx(0.5 * 17.5 * float(worth.purchases[0]))
    assert sf.clv(buying, spend, who, margin=0.5, allow_unreliable=True).total < worth.total


def gamma_gamma_likelihood(p, q, v, x, m):
    """Fader and Hardie (2013), equation 1a, customer by customer."""
    return sum(
        lgamma(p * n + q) - lgamma(p * n) - lgamma(q) + q * log(v)
        + (p * n - 1) * log(y) + p * n * log(n) - (p * n + q) * log(v + n * y)
        for n, y in zip(x.tolist(), m.tolist(), strict=True)
    )  # fmt: skip


def test_fitted_models_of_buying_are_at_the_top_of_their_likelihood():
    """A step of three in a hundred to any side is worse."""
    rng = np.random.default_rng(1)
    x = rng.poisson(rng.gamma(0.8, 2.0, 400))
    age = np.full(400, 52.0)
    recency = np.where(x > 0, age * rng.uniform(0.2, 1.0, 400), 0.0)
    paid = np.where(x > 0, rng.gamma(6.0, 5.0, 400), 0.0)
    model = sf.fit_bgnbd(x, recency, age, ridge=0.0)
    spend = sf.fit_gamma_gamma(x, paid)

    def of_buying(**values):
        return float(np.sum(sf.BgNbd(**values).loglik_each(x, recency, age)))

    def of_spending(**values):
        return gamma_gamma_likelihood(**values, x=x[x > 0], m=paid[x > 0])

    for fitted, names, value in (
        (model, ("r", "alpha", "a", "b"), of_buying),
        (spend, ("p", "q", "v"), of_spending),
    ):
        best = {name: getattr(fitted, name) for name in names}
        for name in names:
            for factor in (0.97, 1.03):
                assert value(**{**best, name: best[name] * factor}) < value(**best)
