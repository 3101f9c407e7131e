"""What lies ahead, as documents: out and back equal, valid, and as tables."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel import serialize
from salesfunnel.render import document_of

_spec = importlib.util.spec_from_file_location("deals", Path(__file__).parent / "deals.py")
deals = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(deals)


def bought(n=60):
    rng = np.random.default_rng(1)
    who, day = [], []
    for i in range(n):
        for t in np.cumsum(rng.exponential(20, 1 + rng.poisson(2))):
            who.append(f"c{i:02}")
            day.append(str(np.datetime64("2026-01-01") + np.timedelta64(int(t), "D")))
    item = [f"i{k}" for k in rng.integers(0, 4, len(who))]
    paid = np.round(rng.gamma(2, 20, len(who)) + 1, 2).tolist()
    return sf.Purchases.from_columns(who, day, paid, attributes={"item": item})


def target():
    names = [f"2026-{m:02d}" for m in range(1, 11)]
    panel = sf.Panel.from_counts({m: [400, 120, 30] for m in names}, steps=["lead", "demo", "won"])
    split = {"owner": {"ann": 2, "bob": 1}}
    return sf.decompose_target(100, panel, months=3, split=split, draws=256), panel


def value():
    who = bought().summary("2026-09-01")
    spend = sf.fit_gamma_gamma(who)
    return sf.clv(sf.fit_bgnbd(who), spend, who, allow_unreliable=True)


def progress():
    plan, _ = target()
    return sf.follow_target(
        plan, sf.Panel.from_counts({"2026-11": [400, 110, 28]}, steps=plan.steps)
    )


RESULTS = {
    "purchases": bought,
    "summary": lambda: bought().summary("2026-09-01"),
    "lifecycle": lambda: sf.lifecycle(bought(), as_of="2026-06-01"),
    "rfm": lambda: sf.rfm(bought(), as_of="2026-06-01"),
    "curve": lambda: sf.repurchase_curve(bought(), as_of="2026-06-01"),
    "upsell": lambda: sf.upsell_candidates(bought(), as_of="2026-04-01", item="item"),
    "bgnbd": lambda: sf.fit_bgnbd(bought(), as_of="2026-09-01"),
    "bgnbd by hand": lambda: sf.BgNbd(r=1, alpha=2, a=1, b=2),
    "gamma gamma": lambda: sf.fit_gamma_gamma(bought(), as_of="2026-09-01"),
    "sbg": lambda: sf.fit_sbg([100, 60, 40]),
    "clv": value,
    "target": lambda: target()[0],
    "progress": progress,
    "forecast": lambda: sf.forecast(deals.planted(1, days=300), horizon=60, draws=200),
    "backtest": lambda: sf.backtest(deals.planted(1, days=300), horizon=30, draws=200),
}

MODELS = ("bgnbd", "bgnbd by hand", "gamma gamma", "sbg")


@pytest.mark.parametrize("name", RESULTS)
def test_results_come_back_equal_and_valid(name):
    result = RESULTS[name]()
    text = result.to_json()
    again = type(result).from_json(text)
    assert again == result
    assert again.to_json() == text
    jsonschema.Draft202012Validator(serialize.json_schema()).validate(json.loads(text))
    assert repr(result)


@pytest.mark.parametrize("name", [name for name in RESULTS if name not in MODELS])
def test_tables_have_rows_of_one_length(name):
    result = RESULTS[name]()
    columns = result.columns()
    assert len({len(column) for column in columns.values()}) == 1
    assert list(result.to_frame().columns) == list(columns)


@pytest.mark.parametrize("name", [name for name in RESULTS if name != "summary"])
def test_every_result_is_shown_in_both_languages(name):
    result = RESULTS[name]()
    english, chinese = (document_of(result, locale) for locale in ("en", "zh"))
    assert english.title != type(result).__name__
    assert [type(block) for block in english.blocks] == [type(block) for block in chinese.blocks]
    for locale in ("en", "zh"):
        text = result.to_text(locale=locale)
        assert "{" not in text
        assert "nan" not in text.lower().replace("finance", "")
        page = result.to_html(locale=locale)
        assert "<svg" in page or name not in PICTURES
    assert any("\u4e00" <= char <= "\u9fff" for char in chinese.title)


PICTURES = ("target", "progress", "forecast", "backtest", "lifecycle", "curve", "sbg")


def test_the_grid_and_the_triangle_have_the_figures_of_the_result():
    table, curve = RESULTS["rfm"](), RESULTS["curve"]()
    (grid,) = [b for b in document_of(table, "en").blocks if type(b).__name__ == "Grid"]
    assert sum(int(c) for row in grid.values for c in row if c) == len(table)
    (triangle,) = [b for b in document_of(curve, "en").blocks if type(b).__name__ == "Grid"]
    known = np.isfinite(curve.triangle("windows"))
    assert [[v is not None for v in row] for row in triangle.values] == known.tolist()
