"""Rules on data: are leads worse, do channels miss the profile, can the figures be trusted."""

from __future__ import annotations

import attrs
import numpy as np

from salesfunnel._kernels.mix import kitagawa
from salesfunnel.builtin.remedies import DATA
from salesfunnel.builtin.rules.data_quality import (
    batch_entry,
    duplicate_deals,
    missing_fields,
    stage_skipped,
)
from salesfunnel.diagnosis import (
    Case,
    Exposure,
    Field,
    Finding,
    Group,
    Mixture,
    Rule,
    RuleSet,
)
from salesfunnel.diagnosis.aggregates import weak
from salesfunnel.diagnosis.effects import worst_of
from salesfunnel.diagnosis.fields import CHANNEL
from salesfunnel.diagnosis.rules import Limit

__all__ = ["RULE_SET"]

QUALITY = Field(
    "lead_quality",
    ("lead_score", "score", "lead grade", "quality", "rating", "lead rating", "fit score",
     "hubspotscore", "hubspot score", "opportunityratingcode", "lead status score", "priority",
     "线索质量", "线索评分", "线索等级", "客户质量", "评分", "意向度", "客户意向"),
)  # fmt: skip
PROFILE = Field(
    "fits_profile",
    ("icp", "icp fit", "icp match", "target profile", "target customer", "fits icp", "in icp",
     "is icp", "ideal customer", "matches icp", "目标客户", "是否目标客户", "符合画像",
     "客户画像匹配", "画像匹配", "是否符合画像"),
    kind="flag",
)  # fmt: skip
LOW = ("low", "poor", "bad", "cold", "c", "d", "e", "低", "差", "冷", "低质量", "较低")


def lead_quality(case: Case) -> Exposure | Mixture:
    """Ask whether leads are worse: below the usual score, or of a low grade."""
    column = case[QUALITY]
    known, numbers = column.known, column.numbers
    if np.isfinite(numbers[known]).mean() >= 0.8:
        usual = (
            float(np.nanmedian(numbers[~case.now & known])) if (~case.now & known).any() else 0.0
        )
        good = np.isfinite(numbers)
        return Exposure(
            exposed=good & (numbers < usual), known=good, column=column, params={"limit": usual}
        )
    low = np.isin(np.char.lower(column.text), LOW)
    if low.any():
        return Exposure(exposed=low, known=known, column=column)
    return Mixture(groups=column.text, column=column)


def off_profile(case: Case) -> Exposure:
    """Ask whether more deals come from outside the target profile."""
    column = case[PROFILE]
    yes, known = column.flags()
    return Exposure(exposed=~yes, known=known, column=column)


def channel_mix(case: Case) -> Mixture:
    """Ask whether deals come more from channels that convert worse."""
    column = case[CHANNEL]
    return Mixture(groups=column.text, column=column)


def channel_mix_of_counts(case: Case) -> Finding | None:
    """Ask the same of counts by segment, without deals."""
    panel = case.panel
    b = case.bottleneck
    if panel is None or len(panel.segments) < 2 or getattr(b, "segment", "all") != "all":
        return None
    pairs = [(t.source, t.target) for t in panel.transitions]
    step = (b.transition.source, b.transition.target)
    if step not in pairs or b.period not in panel.periods:
        return None
    entered, advanced, missing = panel.entered_advanced()
    k, end = pairs.index(step), panel.periods.index(b.period) + 1
    start = max(end - max(int(b.window or 1), 1), 0)
    usable = ~missing[..., k].any(axis=1)
    first = max(start - case.history, 0)
    old, new = slice(first, start), slice(start, end)
    n0, x0 = (v[old, :, k][usable[old]].sum(0) for v in (entered, advanced))
    n1, x1 = (v[new, :, k][usable[new]].sum(0) for v in (entered, advanced))
    if not n0.sum() or not n1.sum():
        return None
    mix = kitagawa(n0, x0, n1, x1, strength=10)
    worst = worst_of(mix.mix_by, n1 / n1.sum() - n0 / n0.sum())
    groups = tuple(
        Group(
            name=panel.segments[i],
            entered=int(n1[i]),
            entered_before=int(n0[i]),
            rate=float(x1[i] / n1[i]) if n1[i] else None,
            rate_before=float(x0[i] / n0[i]) if n0[i] else None,
            mix=float(mix.mix_by[i]),
            rate_part=float(mix.rate_by[i]),
        )
        for i in np.argsort(mix.mix_by, kind="stable")
    )
    contribution = -float(mix.mix) * float(n1.sum())
    params = {
        "group": panel.segments[worst],
        "group_before": float(n0[worst] / n0.sum()),
        "group_now": float(n1[worst] / n1.sum()),
        "mix_points": float(mix.mix),
    }
    return weak(
        case,
        "channel-mix",
        {"dimension": "data", "rule_set": "data"},
        method="kitagawa",
        field=" / ".join(panel.attributes) or None,
        kind="more-frequent" if contribution > 0 else "standing",
        groups=groups,
        notices=("simpson",) if bool(mix.simpson) else (),
        contribution=contribution,
        confidence=0.5,
        coverage=1.0,
        params=params,
    )


def definition_of_counts(case: Case) -> Finding | None:
    """Find a rate above one in the judged window: more advanced than entered."""
    rate = getattr(case.bottleneck, "rate", None)
    if rate is None or not rate > 1:
        return None
    found = weak(
        case,
        "rate-above-one",
        {"dimension": "data", "rule_set": "data"},
        method="quality",
        params={"rate": float(rate)},
        confidence=1.0,
        coverage=1.0,
    )
    return attrs.evolve(found, veto=True)


RULE_SET = RuleSet(
    "data",
    "data",
    (
        Rule(
            "lead-quality",
            lead_quality,
            needs=QUALITY,
            notes=("lead quality", "bad leads", "unqualified", "线索质量", "线索不准", "无效线索"),
            limit=Limit(QUALITY, "below"),
        ),
        Rule(
            "off-profile",
            off_profile,
            needs=PROFILE,
            notes=("wrong audience", "not our target", "非目标客户", "画像不符", "人群不准"),
        ),
        Rule(
            "channel-mix",
            channel_mix,
            needs=CHANNEL,
            sheet=channel_mix_of_counts,
            notes=("channel", "渠道", "投放"),
        ),
        Rule("missing-fields", missing_fields),
        Rule("duplicate-deals", duplicate_deals, notes=("duplicate", "重复")),
        Rule("batch-entry", batch_entry, notes=("batch", "补录", "集中录入", "批量")),
        Rule(
            "definition-changed",
            stage_skipped,
            sheet=definition_of_counts,
            notes=("definition changed", "口径", "定义调整", "统计方式"),
        ),
    ),
    remedies=DATA,
)
"""Is lead quality low, do channels miss the profile, and can the figures be trusted at all?"""
