"""Every public result, made from the example company and small inputs; made once a process."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import sales_team
import salesfunnel as sf
from salesfunnel.planning import Quantiles

ROOT = Path(__file__).parents[1]
DEALS = ROOT / "examples" / "company" / "deals.csv"
AS_OF = "2026-07-01"


def company(as_of: str = "2026-11-20", **options: Any) -> sf.StageHistory:
    return sf.read_stage_history(DEALS, funnel=sf.template("b2b"), as_of=as_of, **options)


def _followed() -> dict[str, Any]:
    """Return reviews and a playbook of one measure that worked."""
    none = Quantiles(0, 0, 0, 0)
    effect = sf.Effect(deals=none, p_positive=0.9, months=3, rate_now=0.3, rate_planned=0.375)
    measure = sf.Measure(
        key="answer", bottleneck=sf.Transition("offer", "won"), problem="slow-response",
        measure="answer-within-a-day", owner="sales-lead", begins=date(2026, 1, 1),
        due=date(2026, 1, 12), effort=2, effect=effect,
    )  # fmt: skip
    plan = sf.ImprovementPlan(measures=[measure], start=date(2026, 1, 1))
    months = [f"2025-{m:02d}" for m in range(1, 13)] + ["2026-01", "2026-02", "2026-03"]
    won = [120, 124, 118, 121, 119, 122, 117, 123, 120, 118, 122, 119, 158, 162, 160]
    counts = np.stack([[400] * 15, won], axis=1)
    panel = sf.Panel.from_counts(counts, periods=months, steps=("offer", "won"))
    found = {}
    for day in (date(2026, 1, 9), date(2026, 3, 1), date(2026, 4, 1)):
        (found[f"review {day}"],) = sf.review(plan, panel, today=day, adoption={"answer": 0.85})
    funnel = sf.Funnel("sales", [sf.Stage("offer", "Offer"), sf.Stage("won", "Won")])
    book = sf.write_playbook(funnel, plan, [found["review 2026-04-01"]], data=panel)
    return {**found, "review evidence": found["review 2026-04-01"].evidence, "playbook": book}


def _customers() -> dict[str, Any]:
    """Return what is known of existing customers."""
    rng = np.random.default_rng(0)
    rows = [
        {
            "customer": f"c{i}",
            "time": str(np.datetime64("2026-01-01") + np.timedelta64(int(day), "D")),
            "amount": 50.0 + i % 7,
            "item": ["desk", "chair", "lamp"][int(day) % 3],
        }
        for i in range(120)
        for day in np.cumsum(rng.exponential(25, 1 + rng.poisson(3)))
    ]
    bought = sf.Purchases.from_records(rows)
    summary = bought.summary(AS_OF, unit="week")
    buying, spending = sf.fit_bgnbd(summary), sf.fit_gamma_gamma(summary)
    return {
        "purchases": bought,
        "customer summary": summary,
        "lifecycle": sf.lifecycle(bought, as_of=AS_OF),
        "rfm": sf.rfm(bought, as_of=AS_OF),
        "upsell": sf.upsell_candidates(bought, as_of=AS_OF, item="item"),
        "retention": sf.cohort_retention(bought, as_of=AS_OF),
        "curve": sf.repurchase_curve(bought, as_of=AS_OF, windows=(30, 60, 90)),
        "bgnbd": buying,
        "buying": sf.fit_buying(summary),
        "purchases ahead": sf.purchases_ahead(buying, summary, ahead=8, allow_unreliable=True),
        "gamma gamma": spending,
        "clv": sf.clv(buying, spending, summary, months=12, allow_unreliable=True),
        "sbg": sf.fit_sbg([1000, 869, 743, 653]),
    }


def _statistics() -> dict[str, Any]:
    log = sf.EventLog(
        entity=["ann", "ann", "ann", "bob", "bob", "cid"],
        step=["visit", "trial", "order", "visit", "trial", "visit"],
        time=["2026-03-01", "2026-03-03", "2026-03-09", "2026-03-02", "2026-03-25", "2026-03-28"],
        attributes={"channel": ["ads", "ads", "mail", "fair", None, "ads"]},
    )
    steps = ["visit", "trial", "order"]
    mix = ([100, 200], [50, 40], [150, 100], [60, 25])
    return {
        "steps": sf.count_steps(log, steps, window="14D", breakdown="channel", as_of="2026-04-01"),
        "mix": sf.stats.kitagawa(*mix),
        "strata": sf.stats.mantel_haenszel([[[30, 70], [60, 40]], [[10, 40], [30, 30]]]),
        "comparison": sf.stats.compare_rates(45, 150, 60, 150),
        "intervals": sf.stats.rate_interval([3, 0], [10, 0]),
        "survival": sf.stats.aalen_johansen([3, 5, 6, 9], [1, 2, 1, 0]),
    }


def _round() -> dict[str, Any]:
    """Return what is done of the key actions, and what is lost between departments."""
    funnel = sf.Funnel(
        "sales",
        [
            sf.Stage("lead", "Lead", owner="marketing"),
            sf.Stage(
                "offer",
                "Offer",
                owner="sales",
                actions=[sf.KeyAction("call", "Call back", within=timedelta(days=2))],
            ),
            sf.Stage("won", "Won", owner="sales"),
        ],
    )
    rows = [
        {
            "deal": f"d{i}",
            "owner": ["Ann", "Bo"][i % 2],
            "lead": f"2026-0{1 + i % 3}-01",
            "offer": f"2026-0{1 + i % 3}-1{i % 10}",
            "call_at": f"2026-0{1 + i % 3}-{10 + i % 10 + i % 5}" if i % 4 else "",
            "won": f"2026-0{1 + i % 3}-27" if i % 3 else "",
        }
        for i in range(60)
    ]
    history = sf.StageHistory.from_records(rows, funnel=funnel, as_of="2026-06-01")
    departments = {"Marketing": ["marketing"], "Sales": ["sales", "Ann"], "Field": ["Bo"]}
    done = sf.adherence(history, departments=departments)
    handed = sf.handoffs(history, departments=departments)
    moods = [4.1, 4.0, 4.2, 4.1, 4.0, 4.2, 4.1, 4.1, 4.0, 4.2, 4.1, 4.0, 3.5, 3.6, 3.4]
    asked = sf.Funnel("asked", [sf.Stage("offer", "Offer", metrics=[sf.Metric("mood", "Mood")])])
    circle = sf.run_round(
        {"2026-10.csv": "stage,metric,target,actual,owner\nLead,leads,500,420,Marketing\n"
                        "Offer,offers,250,150,Sales\nWon,wins,80,60,Sales\n"},
        today=date(2026, 11, 3),
    )  # fmt: skip
    watched = sf.watch_metrics(
        sf.Tracking(
            funnel=asked,
            rows=[
                sf.TrackingRow(
                    stage="offer", metric="mood", unit="score", out_of=5, actual=mood, target=4,
                    period=f"{2025 + i // 12}-{i % 12 + 1:02d}",
                )
                for i, mood in enumerate(moods)
            ],
        )
    )  # fmt: skip
    return {
        "round": circle, "round task": circle.tasks[0], "department": circle.departments[0],
        "loss": circle.departments[0].losses[0],
        "watch": watched, "watched": watched.rows[0],
        "adherence": done, "adherence of an action": done.rows[0],
        "handoffs": handed, "handoff": handed.rows[0],
    }  # fmt: skip


@cache
def pipeline() -> dict[str, Any]:
    """Return what changed in the pipeline of a simulated team."""
    history = sales_team.team()
    table = {"EUR": {"2025-01-01": 1.08, "2026-04-01": 1.1, "2026-06-01": 1.12}}
    rates = sf.Rates(table, base="USD")
    bridge = sf.pipeline_bridge(
        history, since="2026-04-01", until="2026-06-01", closing="2026-Q2", rates=rates, by="owner"
    )
    ahead = sf.forecast(sales_team.team(fields={"amount", "owner"}), horizon=60)
    grouped = sf.forecast(sales_team.team(), horizon=60, rates=rates, by="category", draws=200)
    covered = sf.coverage(ahead, quotas={"Ann": 60_000, "Bob": 90_000})
    slips, calls = sf.slippage(history), sf.commit_bias(history, rates=rates)
    return {
        "history of fields": history.select(range(20)),
        "field history": history.select(range(20)).changes["amount"],
        "rates": rates,
        "fiscal": sf.Fiscal(4, pattern="4-4-5"),
        "bridge": bridge,
        "bridge bars": bridge.bars,
        "bridge verdict": bridge.verdicts[0],
        "slippage": slips,
        "slip rate": slips.rates[0],
        "typed dates": slips.typed,
        "calls": calls,
        "call record": calls.rows[0],
        "coverage": covered,
        "forecast by category": grouped,
        "forecast groups": grouped.by("category"),
        "coverage row": covered.rows[0],
    }


@cache
def results() -> dict[str, Any]:
    """Return name → result, of every public type that shows itself."""
    history = company()
    analysis = sf.analyze(history)
    panel = analysis.panel
    by_channel = history.panel(by="month", mode="period", segment="channel")
    target = sf.decompose_target(600, panel, months=3, split={"owner": {"Ann": 2, "Bob": 1}})
    month = sf.Panel.from_counts({"2026-11": [900, 500, 200, 90]}, steps=target.steps)
    sheet = sf.read_table(ROOT / "examples" / "tracking_months_en.csv")
    before, after = (sf.velocity(company(day)) for day in ("2026-06-30", "2026-09-30"))
    segments = sf.compare_segments(
        history, by="owner", adjust="channel", between=("Chen Jie", "Sun Li")
    )
    arms = sf.compare_arms({"old": (800, 160), "new": (790, 252)})
    one_month = sf.Panel.from_counts({"2026-01": [45, 9]}, steps=("intent", "won"))
    plan = sf.plan(
        analysis.bottlenecks, analysis.findings, start=date(2026, 11, 23), funnel=history.funnel
    )
    return {
        "history": history,
        "analysis": analysis,
        "analysis of a sheet": sf.analyze(sheet),
        "cohorts of deals": analysis.cohorts,
        "funnel": history.funnel,
        "panel": panel,
        "conversions": analysis.conversions,
        "conversion": analysis.conversions.rows[0],
        "conversions by channel": sf.conversions(by_channel),
        "bottlenecks": analysis.bottlenecks,
        "bottlenecks by channel": sf.find_bottlenecks(by_channel, value=9000.0),
        "bottlenecks by benchmark": sf.find_bottlenecks(one_month, benchmark="method"),
        "bottleneck": analysis.bottlenecks.rows[0],
        "segments": segments,
        "segment": segments.rows[0],
        "pair of segments": segments.pair,
        "arms": arms,
        "arm": arms.rows[1],
        "history of rates": sf.ReferenceWindow(6),
        **_round(),
        "output change": sf.output_change(panel),
        **{f"finding {i}": finding for i, finding in enumerate(analysis.findings)},
        "evidence": analysis.findings[0].evidence,
        "diagnosis": analysis.diagnoses[0],
        "plan": plan,
        "plan with money": analysis.plan,
        **{f"measure {i}": measure for i, measure in enumerate(analysis.plan)},
        "effect": analysis.plan[0].effect,
        **_followed(),
        "target": target,
        "target in money": sf.decompose_target(
            2_000_000, panel, months=6, unit="currency", value=[12_000.0, 18_000.0, 30_000.0]
        ),
        "progress": sf.follow_target(target, month),
        "forecast": sf.forecast(history, horizon=90),
        "backtest": sf.backtest(history, horizon=60),
        "durations": sf.stage_durations(history),
        "ageing": sf.ageing(history),
        "little": sf.littles_law(history),
        "velocity": before,
        "velocity change": sf.velocity_change(before, after),
        "tracking": sf.read_table(ROOT / "examples" / "tracking_zh.csv"),
        "tracking months": sheet,
        "benchmark": sf.benchmark("ecommerce"),
        "plugin": sf.templates()[0],
        **_customers(),
        **_statistics(),
        **pipeline(),
    }
