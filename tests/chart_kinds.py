"""One picture of every kind, on plain figures, in either language."""

from __future__ import annotations

import math
import random

from salesfunnel.render.charts import ChartScale
from salesfunnel.render.charts.kinds import curves, flows, grids, spans, trends, waterfalls
from salesfunnel.render.charts.kinds import leading as leadings
from salesfunnel.render.charts.kinds import rates as rates_of
from salesfunnel.render.charts.kinds import segments as segments_of


def _points():
    points = []
    for i in range(24):
        year, month = 2024 + (10 + i) // 12, (10 + i) % 12 + 1
        rate = 0.6 + 0.05 * math.sin(i) - (0.12 if i >= 21 else 0)
        points.append(trends.RatePoint(
            period=f"{year}-{month:02d}", words=f"{month}/{year}", at=f"{year}-{month:02d}-01",
            entered=140, advanced=140 * rate, rate=None if i == 5 else rate, low=rate - 0.05,
            high=rate + 0.05, seasonal=0.58 + 0.02 * math.cos(i), below=i >= 21,
        ))  # fmt: skip
    return points


def _rates():
    step = rates_of.StepRate
    return [
        step(name="Interest → Intent", rate=0.67, low=0.61, high=0.73, baseline=0.66),
        step(name="Intent → Offer <b>", rate=0.43, low=0.35, high=0.51, baseline=0.58, alert=True),
        step(name="Offer → Won", rate=None, note="a note", weak=True),
    ]


def every_kind(locale="en"):
    """Return kind → chart."""
    draw = random.Random(1)
    money = ChartScale(kind="money", low=0.0, currency="CNY")
    words = trends.TrendWords(
        title="The drop began", baseline=0.58, baseline_low=0.55, baseline_high=0.61,
        baseline_from=9, now=0.48, now_from=21, onset=21, onset_words="began",
    )  # fmt: skip
    sizes = [draw.randint(5, 400) for _ in range(40)]
    some = [
        segments_of.SegmentPoint(
            name=f"s{i}", entered=n, advanced=sum(draw.random() < 0.5 for _ in range(n)),
            alert=i == 3,
        )
        for i, n in enumerate(sizes)
    ]  # fmt: skip
    row, part, task = flows.FunnelRow, waterfalls.WaterfallRow, spans.Task
    days = [f"2026-12-{i:02d}" for i in range(1, 31)]
    cone = {f"q{q}": [i * q * 1e3 for i in range(30)] for q in (10, 25, 50, 75, 90)}
    return {
        "trend": trends.trend(_points(), words, locale),
        "leading": leadings.leading(
            [
                leadings.SharePoint(
                    period=p.period, words=p.words, at=p.at, known=140, touched=28 + 6 * p.below,
                    low=0.1, high=0.4, since=p.below,
                )
                for p in _points()
            ],
            locale, title="Slow", before=0.2,
        ),
        "rates": rates_of.rates(_rates(), locale, title="Rates"),
        "verdicts": rates_of.rates(_rates(), locale, title="V", kind="verdicts", bars=True),
        "segments": segments_of.segments(some, locale, title="Segments"),
        "funnel": flows.funnel(
            [
                row(name="Lead", entered=639, advanced=414, lost=224, open=1, baseline=0.66),
                row(name="Offer", entered=412, advanced=193, lost=218, open=1, baseline=0.58,
                    alert=True),
                row(name="Talk", entered=196, advanced=89),
                row(name="Won", entered=89),
            ],
            locale, title="Where deals go",
        ),
        "causes": waterfalls.waterfall(
            [
                part(name="Slow", amount=-60.25, low=-66, high=-53, alert=True, note="18 → 50%"),
                part(name="Mix", amount=-0.5),
                part(name="Rest", amount=18.65, part="unexplained"),
                part(name="Sum", amount=-42.1, part="sum"),
            ],
            locale, title="Causes",
        ),
        "bridge": waterfalls.waterfall(
            [
                part(name="Start", amount=2.31e6, part="total"),
                part(name="New", amount=1.62e6, good=True),
                part(name="Lost", amount=-1.34e6),
                part(name="End", amount=2.59e6, part="sum"),
            ],
            locale, title="Bridge", kind="bridge", scale=ChartScale(kind="money", currency="CNY"),
        ),
        "ladder": waterfalls.ladder(
            [
                waterfalls.LadderRow(name="Leads", need=900, have=700),
                waterfalls.LadderRow(name="Won", need=90, have=95),
            ],
            locale, title="Ladder",
        ),
        "effects": spans.effects(
            [
                spans.EffectRow(name="Answer", middle=20.7, low=12, high=27),
                spans.EffectRow(name="Cards", middle=0.3, low=0, high=2.4, weak=True),
                spans.EffectRow(name="Record", middle=None),
            ],
            locale, title="Effects", ceiling=17.6,
        ),
        "schedule": spans.schedule(
            [
                task(name="Answer", begins="2026-11-23", due="2026-12-03", visible="2027-01-30"),
                task(name="Cards", begins="2026-11-23", due="2026-12-08"),
            ],
            locale, title="Schedule",
        ),
        "fan": curves.fan(
            days, cone, locale, title="Fan", scale=money, target=2.6e6, target_words="Target"
        ),
        "months": grids.months(
            ["Nov", "Dec", "Jan"], [8e4, 8e5, 1e6], locale, title="Months", low=[1e4, 5e5, 7e5],
            high=[2e5, 1e6, 1.4e6], scale=money,
        ),
        "cohorts": grids.cells(
            ["2026-01", "2026-02"], ["1", "2", "3"], [[0.1, 0.2, 0.3], [0.1, 0.25, None]],
            [["10%", "20%", "30%"], ["10%", "25%", ""]], locale, title="Cohorts", kind="cohorts",
        ),
        "matrix": grids.cells(
            ["R 5", "R 4"], ["F 1", "F 2"], [[10, 20], [5, 0]], [["10", "20"], ["5", "0"]], locale,
            title="Grid",
        ),
        "survival": curves.survival(
            [0, 10, 20, 40],
            {"all": {"share": [0, 0.2, 0.4, 0.5], "low": [0, 0.1, 0.3, 0.4],
                     "high": [0, 0.3, 0.5, 0.6]}},
            locale, title="Survival",
        ),
        "backtest": curves.backtest(
            ["2026-01-01", "2026-02-01"],
            {"forecast": [10, 20], "low": [5, 15], "high": [15, 25], "actual": [9, 26]},
            locale, title="Backtest",
        ),
    }  # fmt: skip
