"""An argument that several verbs take is read once: the same wrong value, the same error."""

from __future__ import annotations

from datetime import date, timedelta

import attrs
import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel._core.arguments import lag_shares, worth_of
from salesfunnel._core.durations import days_of

MONTHS = [f"2026-{m:02d}" for m in range(1, 11)]
PANEL = sf.Panel.from_counts({m: [400, 120, 30] for m in MONTHS}, steps=["lead", "demo", "won"])
DEALS = [
    {"deal": f"d{i}", "lead": f"2026-0{1 + i % 8}-0{1 + i % 7}", "won": f"2026-09-0{1 + i % 7}"}
    for i in range(12)
]
HISTORY = sf.StageHistory.from_records(DEALS, stages=["lead", "won"], as_of="2026-10-01")
LEADS = sf.StageHistory.from_records(DEALS, stages=["lead", "won"], as_of="2026-10-01")
LOG = sf.EventLog(["a", "a"], ["view", "buy"], ["2026-01-01", "2026-01-03"])
ORDERS = sf.Purchases.from_columns(["ann", "ann"], ["2026-01-01", "2026-01-21"])
FOUND = sf.find_bottlenecks(PANEL)
FIGURES = {"lead->demo": 0.4}

VERBS = {
    "value": {
        "find_bottlenecks": lambda v: sf.find_bottlenecks(PANEL, value=v),
        "plan": lambda v: sf.plan(FOUND, (), start=date(2026, 11, 2), value=v),
        "decompose_target": lambda v: sf.decompose_target(100, PANEL, value=v),
        "output_change": lambda v: sf.output_change(PANEL, value=v),
    },
    "lag": {
        "conversions": lambda v: sf.conversions(PANEL, lag=v),
        "find_bottlenecks": lambda v: sf.find_bottlenecks(PANEL, lag=v),
        "decompose_target": lambda v: sf.decompose_target(100, PANEL, lag=v),
    },
    "window": {
        "panel": lambda v: HISTORY.panel(window=v),
        "link": lambda v: sf.link(LEADS, HISTORY, on="deal", window=v),
        "repurchase_panel": lambda v: sf.repurchase_panel(ORDERS, as_of="2026-03-01", window=v),
    },
    "horizon": {
        "forecast": lambda v: sf.forecast(HISTORY, horizon=v),
        "backtest": lambda v: sf.backtest(HISTORY, horizon=v),
    },
    "period": {
        "find_bottlenecks": lambda v: sf.find_bottlenecks(PANEL, period=v),
        "analyze": lambda v: sf.analyze(PANEL, period=v),
        "output_change": lambda v: sf.output_change(PANEL, after=v),
        "chart": lambda v: PANEL.chart("funnel", period=v),
    },
    "benchmark": {
        "find_bottlenecks": lambda v: sf.find_bottlenecks(PANEL, benchmark=v),
        "analyze": lambda v: sf.analyze(PANEL, benchmark=v),
    },
}
WRONG = {
    "value": [-1, float("inf"), "9,000", [100, -5], [], [float("nan")], True, ["a"], [None]],
    "lag": [-1, float("nan"), "two weeks", [0.5, -0.5], [0.0, 0.0], {"nowhere": [1.0]},
            {"lead": "long"}, [[1.0]], [[0.5, 0.5], "x"], True],
    "window": ["soon", "2 months", -timedelta(days=1), timedelta(0), 14, 3.5, True, "0D"],
    "horizon": ["soon", "2 months", -timedelta(days=1), timedelta(0), 0, -3, 3.5, True, "6h"],
    "period": ["2027-01", "october", 10],
    "benchmark": [0.4, "no-such-set", {"lead->nowhere": 0.4}, {"lead->demo": 40}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("argument", "wrong"),
    [(name, value) for name, values in WRONG.items() for value in values],
    ids=lambda x: x if isinstance(x, str) else repr(x)[:30],
)
def test_a_wrong_value_gives_one_error_from_every_verb(argument, wrong):
    said = {}
    for verb, call in VERBS[argument].items():
        with pytest.raises(sf.errors.SalesFunnelError) as caught:
            call(wrong)
        said[verb] = (type(caught.value), caught.value.message, caught.value.hint)
        assert argument in caught.value.message, verb
    assert len(set(said.values())) == 1, said


@pytest.mark.parametrize("written", ["14D", "14d", "2 weeks", "2W", timedelta(days=14), "336h",
                                     "20160min", np.timedelta64(14, "D")])  # fmt: skip
def test_one_grammar_of_durations(written):
    def counts(window):
        return (
            HISTORY.panel(window=window).counts.tolist(),
            sf.count_steps(LOG, ["view", "buy"], window=window).counts,
            sf.repurchase_panel(ORDERS, as_of="2026-03-01", window=window).counts.tolist(),
            sf.littles_law(HISTORY, window=window).columns()["wip"].tolist(),
            sf.KeyAction("call", within=window),
            attrs.evolve(HISTORY.panel(window="1D"), window=window).window,
            curve.rate(window),
        )

    curve = sf.repurchase_curve(ORDERS, as_of="2026-03-01", windows=[written])

    assert counts(written) == counts(timedelta(days=14))
    assert days_of("horizon", written) == days_of("horizon", 14) == 14


def test_worth_and_lags():
    assert worth_of(None) is None
    assert worth_of(5) == worth_of(np.float64(5)) == worth_of(np.array([5])) == (5.0, 0.0, 1)
    deals = worth_of([10, None, 20, float("nan")])
    assert (deals.mean, deals.n) == (15.0, 2)
    assert deals.se == pytest.approx(deals.sd / np.sqrt(2))
    same, each = lag_shares([1, 1], ["a", "b"]), lag_shares({"b": [1, 1]}, ["a", "b"])
    assert [x.tolist() for x in same] == [[0.5, 0.5]] * 2
    assert [x.tolist() for x in each] == [[1.0], [0.5, 0.5]]
    assert lag_shares(1, ["a"])[0][0] == pytest.approx(0.5, abs=0.02)
