"""A page a department: its stages, targets, losses, hand-overs, measures."""

from __future__ import annotations

from datetime import date

import pytest

import salesfunnel as sf

FUNNEL = sf.Funnel("sales", [
    sf.Stage("lead", "Lead", owner="marketing", metrics=[sf.Metric("leads", step=True)]),
    sf.Stage("offer", "Offer", owner="sales", metrics=[sf.Metric("offers", step=True)],
             actions=[sf.KeyAction("call", "Call back", owner="Ann")]),
    sf.Stage("won", "Won", owner="sales", metrics=[sf.Metric("wins", step=True)]),
])  # fmt: skip
DEPARTMENTS = {"Market": ["marketing", "Mia"], "Sell": ["sales", "Ann"], "Empty": ["Zoe"]}


def sheet(**owners):
    figures = {"leads": (500, 420), "offers": (250, 150), "wins": (80, 60)}
    stages = {m.key: stage.key for stage in FUNNEL for m in stage.metrics}
    return sf.Tracking(funnel=FUNNEL, rows=[
        sf.TrackingRow(stage=stages[key], metric=key, period=period, target=target,
                       actual=actual, owner=owners.get(key))
        for period in ("2026-09", "2026-10") for key, (target, actual) in figures.items()
    ])  # fmt: skip


def measure(owner, source="offer", target="won"):
    return sf.Measure(
        key=f"{owner}-{source}", bottleneck=sf.Transition(source, target), problem="as-written",
        measure="own", title="Ring twice", owner=owner, begins=date(2026, 11, 2),
        due=date(2026, 11, 20), effort=1,
    )  # fmt: skip


def test_stages_losses_and_metrics_go_with_the_owner():
    market, sell = sf.department_pages(sheet(wins="Mia"), departments=DEPARTMENTS)
    assert (market.department, market.stages, market.period) == ("Market", ("lead",), "2026-10")
    assert [row.metric for row in market.rows] == ["leads", "wins"]  # Mia counts the wins
    assert [(loss.source, loss.lost) for loss in market.losses] == [("leads", 270)]
    assert [(loss.source, loss.lost, loss.target_rate) for loss in sell.losses] == [
        ("offers", 90, 0.32)
    ]


def test_measures_go_to_whom_they_belong_and_to_the_stage():
    plan = sf.ImprovementPlan(
        start=date(2026, 11, 2), measures=[measure("Mia"), measure("nobody", "lead", "offer")]
    )
    market, sell = sf.department_pages(sheet(), departments=DEPARTMENTS, plan=plan)
    assert [m.key for m in market.measures] == ["Mia-offer", "nobody-lead"]
    assert [m.key for m in sell.measures] == ["Mia-offer"]


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_handovers_stand_on_the_pages_of_both(locale):
    deals = sf.StageHistory.from_records([
        {"deal": "a", "lead": "2026-09-01", "offer": "2026-09-02", "won": "2026-09-20"},
        {"deal": "b", "lead": "2026-09-01", "offer": "2026-09-04", "won": ""},
    ], funnel=FUNNEL, as_of="2026-10-01")  # fmt: skip
    found = sf.handoffs(deals, departments=DEPARTMENTS)
    market, sell = sf.department_pages(sheet(), departments=DEPARTMENTS, handoffs=found)
    assert market.given == sell.taken == found.rows
    assert (market.taken, sell.given) == ((), ())
    for page in (market, sell):
        assert "Offer" in page.to_text(locale=locale)
        assert sf.DepartmentPage.from_json(page.to_json()) == page


@pytest.mark.parametrize(
    ("owner", "department"),
    [("Marketing specialist", "Marketing"), ("Head of sales", "Sales"), ("sales team", "Sales"),
     ("市场部专员", "市场部"), ("销售总监", "销售部"), ("客服部", "客服部")],
)  # fmt: skip
def test_titles_tell_the_department(owner, department):
    names = {page.department for page in sf.department_pages(sheet(leads=owner))}
    assert department in names


@pytest.mark.parametrize("owner", ["Manager", "经理", "总监", "Director"])
def test_a_bare_title_is_of_the_department_of_its_stage(owner):
    pages = sf.department_pages(sheet(wins=owner))
    assert owner not in {page.department for page in pages}
    assert [row.metric for row in pages[-1].rows] == ["offers", "wins"]


def test_wrong_arguments_are_refused():
    with pytest.raises(sf.errors.ArgumentError, match="'period' must be one of the sheet"):
        sf.department_pages(sheet(), period="2027-01")
    with pytest.raises(sf.errors.ArgumentError, match="in one department"):
        sf.department_pages(sheet(), departments={"A": ["x"], "B": ["x"]})
