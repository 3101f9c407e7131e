"""new_sheet: what goes out comes back, with targets, owners and segments kept."""

from __future__ import annotations

from pathlib import Path

import pytest

import salesfunnel as sf

ROOT = Path(__file__).parents[1]
SHOP = sf.Funnel(
    "shop",
    [
        sf.Stage(
            "visit", metrics=[sf.Metric("visits", step=True), sf.Metric("mood", unit="score")]
        ),
        sf.Stage("order", metrics=[sf.Metric("orders", "Orders", step=True)]),
    ],
)


def last_month(**options):
    text = """month,channel,stage,metric,target,actual,owner,note
2026-08,web,visit,visits,90,80,Ann,
2026-09,web,visit,visits,100,90,Bo,slow
2026-09,web,order,orders,10,9,Cy,
2026-09,shop,visit,visits,50,40,Di,
2026-09,shop,order,orders,5,4,,
2026-09,web,visit,coffee cups,7,6,Ed,"""
    return sf.read_table(text, funnel=SHOP, **options)


@pytest.mark.parametrize("locale", ["en", "zh"])
@pytest.mark.parametrize("name", sorted({record.name for record in sf.templates()}))
def test_the_sheet_of_every_template_is_read_back_equal(name, locale):
    funnel = sf.template(name, locale=locale)
    first = funnel.steps[0]
    sheet = sf.new_sheet(funnel, period="2026-10", targets={first.label: 500}, locale=locale)
    assert len(sheet) == sum(len(stage.metrics) for stage in funnel)
    assert all(row.actual is None for row in sheet.rows)
    assert sheet.rows[[row.metric for row in sheet.rows].index(first.key)].target == 500
    for text in (sheet.to_xlsx(locale=locale), sheet.to_csv(locale=locale)):
        again = sf.read_table(text, funnel=funnel)
        assert again == sheet
        assert {fault.code for fault in again.faults} <= {"missing-value"}


def test_previous_gives_segments_owners_own_metrics_and_targets():
    sheet = sf.new_sheet(SHOP, period="2026-10", previous=last_month())
    cells = {(r.segment, r.metric): (r.target, r.actual, r.owner, r.note) for r in sheet.rows}
    assert cells == {
        ("web", "visits"): (100, None, "Bo", ""),
        ("web", "orders"): (10, None, "Cy", ""),
        ("shop", "visits"): (50, None, "Di", ""),
        ("shop", "orders"): (5, None, None, ""),
        ("web", "coffee cups"): (7, None, "Ed", ""),
    }
    assert {row.period for row in sheet.rows} == {"2026-10"}
    assert sf.read_table(sheet.to_xlsx(), funnel=SHOP) == sheet


def test_a_sheet_gives_its_last_targets_and_a_mapping_those_of_segments():
    only = sf.new_sheet(SHOP, period="2026-10", targets=last_month())
    assert [row.target for row in only.rows if row.metric == "visits"] == [100, 50]
    own = sf.new_sheet(
        SHOP, period="2026-10", previous=last_month(), targets={"Orders": {"web": 12}, "mood": {}}
    )
    assert [row.target for row in own.rows if row.metric == "orders"] == [12, None]
    assert sum(row.metric == "mood" for row in own.rows) == 2


def test_a_plan_gives_what_each_step_needs():
    months = [f"2025-{m:02d}" for m in range(1, 13)]
    panel = sf.Panel.from_counts(
        [[400 + 7 * m, 40 + m] for m in range(12)], periods=months, steps=("visit", "order"),
        funnel=SHOP,
    )  # fmt: skip
    plan = sf.decompose_target(60, panel, months=2, seed=1)
    sheet = sf.new_sheet(SHOP, period="2026-02", targets=plan)
    needs = {row.metric: row.target for row in sheet.rows}
    assert needs["visits"] == plan.need("visit", period="2026-02")
    assert needs["orders"] == plan.need("order", period="2026-02")
    assert needs["mood"] is None
    with pytest.raises(sf.errors.ArgumentError, match="2026-03"):
        sf.new_sheet(SHOP, period="2026-03", targets=plan)
    with pytest.raises(sf.errors.ArgumentError, match="split by the segments"):
        sf.new_sheet(SHOP, period="2026-02", targets=plan, previous=_split("2026-01"))


def _split(month):
    rows = [
        sf.TrackingRow(stage="visit", metric="visits", period=month, segment=s, actual=1)
        for s in ("a", "b")
    ]
    return sf.Tracking(funnel=SHOP, rows=rows)


def test_every_wrong_target_is_named():
    with pytest.raises(sf.errors.UnknownNameError, match="vists"):
        sf.new_sheet(SHOP, period="2026-10", targets={"vists": 3})
    with pytest.raises(sf.errors.ArgumentError) as error:
        sf.new_sheet(SHOP, period="2026-10", targets={"visits": "many", "orders": -1})
    assert "'many'" in str(error.value)
    assert "-1" in str(error.value)
    with pytest.raises(sf.errors.ArgumentError, match="must say its segment"):
        sf.new_sheet(SHOP, period="2026-10", previous=last_month(), targets={"visits": 3})
    with pytest.raises(sf.errors.ArgumentError, match="TargetPlan"):
        sf.new_sheet(SHOP, period="2026-10", targets=[3])


@pytest.mark.parametrize("period", ["October", "2026-13", "2026-09", "2026-08", 202610])
def test_a_period_must_be_one_and_new(period):
    with pytest.raises(sf.errors.ArgumentError, match="'period'"):
        sf.new_sheet(SHOP, period=period, previous=last_month())


def test_the_example_sheet_goes_round():
    sheet = sf.read_table(ROOT / "examples" / "tracking_zh.csv", period="2026-09")
    new = sf.new_sheet(sheet.funnel, period="2026-10", previous=sheet, locale="zh")
    assert {(r.metric, r.target) for r in new.rows if r.target} == {
        (r.metric, r.target) for r in sheet.rows if r.target
    }
    assert sf.read_table(new.to_xlsx(locale="zh"), funnel=sheet.funnel) == new
