"""Rules on customers: is a competitor in the deal, is price the matter, who are they now."""

from __future__ import annotations

import math
from itertools import pairwise
from statistics import NormalDist

import numpy as np

from salesfunnel._core.interval import Interval
from salesfunnel.builtin.remedies import CUSTOMER
from salesfunnel.diagnosis import Case, Evidence, Exposure, Field, Finding, Mixture, Rule, RuleSet

__all__ = ["RULE_SET"]

COMPETITOR = Field(
    "competitor",
    ("competitors", "competitor name", "main competitor", "main competitors", "competitor_name",
     "competitor in deal", "competitor involved", "competition", "rival", "rival named",
     "competing vendor", "竞争者", "竞争厂商", "是否有竞品", "对手", "竞争对手", "竞品", "竞品名称",
     "主要竞争对手"),
)  # fmt: skip
PRICE = Field(
    "price_objection",
    ("price sensitive", "price sensitivity", "price concern", "objected to price",
     "objects to price", "price objection raised", "pricing objection", "price pushback",
     "是否有价格异议", "价格有异议", "价格异议",
     "价格敏感", "是否价格敏感", "价格顾虑"),
    kind="flag",
)  # fmt: skip
SEGMENT = Field(
    "segment",
    ("customer segment", "industry", "industry_id", "industrycode", "sector", "customer type",
     "account type", "vertical", "market segment", "所属行业", "客户所属行业", "客户类型", "行业",
     "客户行业", "客户细分", "客户分类"),
)  # fmt: skip
REASON = Field(
    "lost_reason",
    ("loss reason", "lost_reason_id", "closed lost reason", "reason for loss",
     "close reason", "reason lost", "closed_lost_reason",
     "输单原因", "丢单原因", "流失原因", "失败原因"),
)  # fmt: skip
PRICE_WORDS = ("price", "expensive", "budget", "cost", "discount", "价格", "太贵", "预算", "贵")
RIVAL_WORDS = ("competitor", "rival", "competition", "竞品", "竞争", "对手", "友商")
VAGUE = ("other", "unknown", "n/a", "none", "其他", "其它", "未知", "无")


def competitor_named(case: Case) -> Exposure:
    """Ask whether a competitor is in the deal more often."""
    column = case[COMPETITOR]
    named, known, blank = column.named()
    yes, flagged = column.flags()
    if flagged[known].all() and known.any() and not blank:
        named, known = yes, flagged
    top = ""
    if (named & case.now).any():
        names, counts = np.unique(column.text[named & case.now], return_counts=True)
        top = str(names[int(counts.argmax())])
    return Exposure(
        exposed=named,
        known=known,
        column=column,
        params={"most": top},
        notices=("blank-means-no",) if blank else (),
    )


def price_objection(case: Case) -> Exposure:
    """Ask whether price is objected to more often."""
    column = case[PRICE]
    yes, known = column.flags()
    words = np.char.lower(column.text)
    high = np.isin(words, ["high", "高", "强", "敏感"])
    low = np.isin(words, ["low", "medium", "低", "中", "弱", "不敏感"])
    return Exposure(exposed=yes | high, known=known | high | low, column=column)


def segment_mix(case: Case) -> Mixture:
    """Ask whether deals come more from kinds of customers that convert worse."""
    column = case[SEGMENT]
    return Mixture(groups=column.text, column=column)


def deal_size(case: Case) -> Mixture | Finding | None:
    """Ask whether deals are of sizes that convert worse: quarters by the usual values."""
    value = case.value.numbers
    known = np.isfinite(value) & (value > 0)
    old = value[known & ~case.now]
    if old.size < 20:
        return case.finding(
            "deal-size",
            dimension="customer",
            collect=("value",),
        )
    cuts = np.unique(np.quantile(old, (0.25, 0.5, 0.75)))
    edges = [f"{cut:.4g}" for cut in cuts]
    names = [f"<{edges[0]}"]
    names += [f"{low}-{high}" for low, high in pairwise(edges)]
    names.append(f"≥{edges[-1]}")
    band = np.searchsorted(cuts, np.where(known, value, 0.0), side="right")
    groups = np.where(known, np.array(names, dtype=np.str_)[band], "")
    return Mixture(groups=groups, column="value")


def lost_reasons(case: Case) -> list[Finding]:
    """Name the stated reasons of lost deals that are given more often than before.

    contribution = (share of lost deals with this reason now − before) · lost deals now. Shares are
    of lost deals: where more deals are lost for any cause, every reason is counted more often, and
    that says nothing about one of them. An account of what people stated, not of an effect.
    """
    column = case[REASON]
    lost = (case.outcome == 2) & ~case.advanced
    filled = column.known
    stated = lost & filled
    n0, n1 = int((stated & ~case.now).sum()), int((stated & case.now).sum())
    if n0 < 10 or n1 < 10:
        return []
    text = column.text
    names = np.unique(text[lost & filled])
    before = np.array([(lost & ~case.now & (text == name)).sum() for name in names], dtype=float)
    after = np.array([(lost & case.now & (text == name)).sum() for name in names], dtype=float)
    expected = before / n0 * n1
    found = []
    coverage = float(filled[lost & case.now].mean()) if (lost & case.now).any() else 0.0
    for i, name in enumerate(names):
        low = str(name).casefold()
        if after[i] <= expected[i] or low in VAGUE:
            continue
        p0, p1 = before[i] / n0, after[i] / n1
        pooled = (before[i] + after[i]) / (n0 + n1)
        se = math.sqrt(pooled * (1 - pooled) * (1 / n0 + 1 / n1))
        confidence = NormalDist().cdf((p1 - p0) / se) if se > 0 else 0.5
        half = NormalDist().inv_cdf(0.9) * float(se) * n1
        change = float((p1 - p0) * n1)
        small = min(int(after[i]), n0)
        strong = confidence >= 0.8 and coverage >= 0.5 and small >= 10
        found.append(
            case.finding(
                _code(low),
                dimension="customer",
                params={
                    "reason": str(name),
                    "lost_now": int(after[i]),
                    "lost_before": int(before[i]),
                    "stated_now": n1,
                    "stated_before": n0,
                },
                contribution=change,
                interval=Interval(change - half, change + half, 0.8, "delta"),
                confidence=confidence,
                coverage=coverage,
                grade="moderate" if strong else "weak",
                evidence=Evidence(
                    method="shares",
                    field=column.name,
                    entered=int(case.now.sum()),
                    entered_before=int((~case.now).sum()),
                    known=n1,
                    known_before=n0,
                    exposed=int(after[i]),
                    exposed_before=int(before[i]),
                    notices=("stated-by-people",),
                ),
            )
        )
    return found


def _code(reason: str) -> str:
    if any(word in reason for word in PRICE_WORDS):
        return "lost-to-price"
    if any(word in reason for word in RIVAL_WORDS):
        return "lost-to-competitor"
    return "lost-reason"


RULE_SET = RuleSet(
    "customer",
    "customer",
    (
        Rule(
            "competitor-named",
            competitor_named,
            needs=COMPETITOR,
            notes=("competitor", "rival", "竞品", "竞争对手", "友商"),
        ),
        Rule(
            "price-objection",
            price_objection,
            needs=PRICE,
            notes=(
                "price",
                "expensive",
                "discount",
                "价格",
                "太贵",
                "预算",
                "原价",
                "降价",
                "涨价",
                "折扣",
            ),
        ),
        Rule("segment-mix", segment_mix, needs=SEGMENT, notes=("industry", "行业", "客户结构")),
        Rule("deal-size", deal_size),
        Rule(
            "lost-reasons", lost_reasons, needs=REASON, notes=("lost because", "丢单", "流失原因")
        ),
    ),
    remedies=CUSTOMER,
)
"""Is a competitor in the deal, is price the matter, did the kind of customer change?"""
