"""Draw the pictures of README and site from the examples: python docs/img/make.py.

All are made by the library: results of the example company, and charts of plain figures for what
is explained in docs/guide/statistics.md. A test draws them again and compares.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np

import salesfunnel as sf

HERE = Path(__file__).parent
DEALS = HERE.parents[1] / "examples" / "company" / "deals.csv"
AS_OF = "2026-11-20"
WIDTH, NARROW = 720, 400
"""Pixels of a picture, and of the one that a telephone gets (docs/assets/extra.js)."""
CALLED_FROM = (
    (100, 23), (200, 33), (400, 49), (800, 72), (1500, 102), (2500, 135), (4000, 174), (6000, 216)
)  # fmt: skip
"""Entrants an arm → the least difference in wins that compare_arms calls at a rate of 20%.

Found by bisection of compare_arms; a test asks it again at one of them.
"""
PERCENT = sf.ChartScale(kind="percent", low=0.0)


@cache
def company(locale: str) -> tuple[sf.StageHistory, sf.Analysis]:
    funnel = sf.template("b2b", locale=locale)
    history = sf.read_stage_history(DEALS, funnel=funnel, as_of=AS_OF)
    return history, sf.analyze(history, currency="CNY")


def of_the_example(locale: str) -> Iterator[tuple[str, sf.Chart]]:
    """Yield pictures of results, as anybody makes them."""
    history, analysis = company(locale)
    for kind in ("funnel", "trend", "causes", "effects", "schedule", "fan"):
        yield kind, analysis.chart(kind, locale=locale)
    yield "channels", sf.compare_segments(history, by="channel").chart("rates", locale=locale)


def lines(
    columns: dict[str, list[float]], at: list[float], names: dict[str, str],
    roles: dict[str, str], *, measure: str, **words: str,
) -> sf.Chart:  # fmt: skip
    """Return lines over one axis, each named at its end."""
    marks = []
    for key, values in columns.items():
        role, dashed = roles[key].partition(" ")[::2]
        marks.append(sf.ChartMark(
            shape="line", role=role, name=names[key], x=at, y=values, dashed=bool(dashed)
        ))  # fmt: skip
    return sf.Chart(
        data={"x": at, **columns}, x=sf.ChartScale(title=measure, low=0.0), y=PERCENT, marks=marks,
        alt=words["title"], **words,
    )  # fmt: skip


def interval(zh: bool) -> sf.Chart:
    """The same rate of three sizes."""
    rows = [(6, 20), (30, 100), (300, 1000)]
    wide = [sf.stats.rate_interval(k, n) for k, n in rows]
    names = [f"{k} / {n:,}" for k, n in rows]
    ends = [float(w.low) for w in wide], [float(w.high) for w in wide]
    words = [f"30% ({low:.0%}–{high:.0%})" for low, high in zip(*ends, strict=True)]
    return sf.Chart(
        kind="rates", locale="zh" if zh else "en",
        title="同样是30%，确定程度不同" if zh else "The same 30%, not equally sure",
        subtitle="横条为95%区间。" if zh else "The bar is the 95% interval.",
        data={"name": names, "low": ends[0], "rate": [0.3] * 3, "high": ends[1]},
        x=sf.ChartScale(kind="percent", low=0.0, high=0.6),
        y=sf.ChartScale(kind="category", order=names),
        marks=[
            sf.ChartMark(shape="whisker", x=ends[0], x2=ends[1], y=names),
            sf.ChartMark(shape="dot", x=[0.3] * 3, y=names),
            sf.ChartMark(shape="label", role="total", y=names, text=words),
        ],
        alt="; ".join(f"{n}: {w}" for n, w in zip(names, words, strict=True)), height=170,
    )  # fmt: skip


def open_deals(zh: bool) -> sf.Chart:
    """Three ways to count deals that are lost or open, on deals of which a third is young."""
    rng = np.random.default_rng(7)
    n = 3000
    entered = rng.uniform(0, 120, n)  # days before today
    wins = rng.random(n) < 0.4
    takes = np.where(wins, rng.gamma(6, 7, n), rng.gamma(1.2, 10, n))
    event = np.where(takes > entered, 0, np.where(wins, 1, 2))
    duration = np.minimum(takes, entered)
    days = [float(d) for d in range(0, 101, 2)]
    right = sf.stats.aalen_johansen(duration, event)
    km = sf.stats.aalen_johansen(duration, np.where(event == 2, 0, event))
    at = {"right": right, "km": km}
    share = {
        key: [float(curve.advanced[curve.times <= d][-1]) if (curve.times <= d).any() else 0.0
              for d in days]
        for key, curve in at.items()
    }  # fmt: skip
    share["naive"] = [float(((event == 1) & (duration <= d)).mean()) for d in days]
    share["truth"] = [0.4] * len(days)
    names = (
        {"right": "输单作为竞争结果（本库）", "km": "输单当作删失",
         "naive": "进行中的当作输单", "truth": "真实值"}
        if zh
        else {"right": "losses as competing (here)", "km": "losses as censored",
              "naive": "open deals as lost", "truth": "the truth"}
    )  # fmt: skip
    return lines(
        share, days, names,
        {"right": "main", "km": "alert", "naive": "context", "truth": "target d"},
        kind="lines", locale="zh" if zh else "en", measure="天" if zh else "days",
        title="进行中不等于输单" if zh else "Open is not lost",
        subtitle="进入后若干天内转化的比例；模拟的3000个商机，最终转化40%。" if zh
        else "Share that advanced by days since entry; 3,000 simulated deals, 40% advance.",
    )  # fmt: skip


def looks(zh: bool) -> sf.Chart:
    """How often a test of equal arms is called, by the number of looks."""
    rng = np.random.default_rng(3)
    runs, most, step = 2000, 60, 100
    a, b = (rng.binomial(step, 0.2, (runs, most)).cumsum(1) for _ in range(2))
    n = step * np.arange(1, most + 1)
    p = (a + b) / (2 * n)
    z = np.abs(a - b) / n / np.sqrt(2 * p * (1 - p) / n)
    plain = (np.maximum.accumulate(z, axis=1) > 1.959964).mean(0)
    needed = np.interp(n, *zip(*CALLED_FROM, strict=True))
    valid = (np.maximum.accumulate(np.abs(a - b) >= needed, axis=1)).mean(0)
    names = (
        {"plain": "每次都做普通检验", "valid": "随时有效的区间（本库）", "level": "5%"}
        if zh
        else {"plain": "an ordinary test at each look", "valid": "always-valid (here)",
              "level": "5%"}
    )  # fmt: skip
    share = {"plain": plain.tolist(), "valid": valid.tolist(), "level": [0.05] * most}
    return lines(
        share, [float(i) for i in range(1, most + 1)], names,
        {"plain": "alert", "valid": "main", "level": "target d"},
        kind="lines", locale="zh" if zh else "en", measure="查看次数" if zh else "looks",
        title="看得越勤，越容易把运气当结果" if zh
        else "Looking often makes luck look like success",
        subtitle="两组相同，却被判为不同的比例；每次查看间隔100人。" if zh
        else "Share of tests of equal arms that are called different; 100 entrants between looks.",
    )  # fmt: skip


def ranking(zh: bool) -> sf.Chart:
    """Thirty reps who are all alike."""
    rng = np.random.default_rng(5)
    entered = rng.integers(15, 260, 30)
    counts = np.stack([entered, rng.binomial(entered, 0.25)], axis=1)[None]
    panel = sf.Panel(
        counts=counts, periods=("2026-10",), steps=("lead", "won"), by="month",
        segments=tuple(f"{'销售' if zh else 'rep '}{i + 1}" for i in range(30)),
    )  # fmt: skip
    return panel.chart("segments", locale="zh" if zh else "en")


def mix(zh: bool) -> sf.Chart:
    """A rate that falls although no channel's rate does."""
    months = [float(i) for i in range(1, 9)]
    cheap = [0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.65, 0.7]
    total = [0.1 * c + 0.3 * (1 - c) for c in cheap]
    share = {"referral": [0.3] * 8, "ads": [0.1] * 8, "total": total}
    names = (
        {"referral": "转介绍", "ads": "付费广告", "total": "合计"}
        if zh
        else {"referral": "referral", "ads": "paid ads", "total": "all"}
    )
    return lines(
        share, months, names, {"referral": "main", "ads": "context", "total": "alert"},
        kind="lines", locale="zh" if zh else "en", measure="月" if zh else "month",
        title="没有渠道变差，合计却在下降" if zh else "The rate falls, and no channel is worse",
        subtitle="各月；付费广告的占比从20%升到70%。" if zh
        else "Paid ads grow from 20% of the leads to 70%, month by month.",
    )  # fmt: skip


def target(zh: bool) -> sf.Chart:
    """The chance to meet a target of 100 wins, by how many leads are planned."""
    counts = {f"2026-{m:02d}": [400 + 10 * m, 30 + m % 4] for m in range(1, 11)}
    panel = sf.Panel.from_counts(counts, steps=["leads", "won"])
    plan = sf.decompose_target(100, panel, months=3)
    names = (
        {"mean": "按平均转化率", "safe": "稳妥方案"}
        if zh
        else {"mean": "by mean rates", "safe": "the safe plan"}
    )
    rates = [0.5, 0.8]
    need = [float(plan.entrants_even), float(plan.entrants_safe)]
    rows = [names["mean"], names["safe"]]
    text = [f"{n:,.0f} → {r:.0%}" for n, r in zip(need, rates, strict=True)]
    return sf.Chart(
        kind="bars", locale="zh" if zh else "en",
        title="按平均值做计划，等于抛硬币" if zh else "A plan by mean rates is a coin flip",
        subtitle="三个月赢单100个需要的线索数 → 达成的概率。" if zh
        else "Leads needed for 100 wins in three months → the chance to get them.",
        data={"name": rows, "need": need, "rate": rates},
        x=sf.ChartScale(kind="number", low=0.0), y=sf.ChartScale(kind="category", order=rows),
        marks=[
            sf.ChartMark(shape="bar", role="main", x=[0.0, 0.0], x2=need, y=rows),
            sf.ChartMark(shape="label", role="total", y=rows, text=text),
        ],
        alt="; ".join(f"{a}: {b}" for a, b in zip(rows, text, strict=True)), height=140,
    )  # fmt: skip


STATISTICS = {
    "interval": interval, "open_deals": open_deals, "looks": looks, "ranking": ranking,
    "mix": mix, "target": target,
}  # fmt: skip


def pictures() -> Iterator[tuple[str, str]]:
    """Yield the name of each file and what is in it."""
    for locale in ("en", "zh"):
        drawn = dict(of_the_example(locale))
        drawn |= {name: draw(locale == "zh") for name, draw in STATISTICS.items()}
        for name, chart in drawn.items():
            yield f"{name}_{locale}.svg", chart.to_svg(width=WIDTH)
            yield f"narrow/{name}_{locale}.svg", chart.to_svg(width=NARROW)


def main() -> int:
    (HERE / "narrow").mkdir(exist_ok=True)
    for name, svg in pictures():
        (HERE / name).write_text(svg, "utf-8")
        print(name, len(svg))
    return 0


if __name__ == "__main__":
    sys.exit(main())
