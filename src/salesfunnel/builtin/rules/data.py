"""Rules on data: are leads worse, do channels miss the profile, can the figures be trusted."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.periods import label_of
from salesfunnel._kernels.mix import kitagawa
from salesfunnel.builtin.remedies import DATA
from salesfunnel.diagnosis import (
    Case,
    Evidence,
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
     "线索质量", "线索评分", "线索等级", "客户质量", "评分"),
)  # fmt: skip
PROFILE = Field(
    "fits_profile",
    ("icp", "icp fit", "icp match", "target profile", "target customer", "fits icp", "目标客户",
     "是否目标客户", "符合画像", "客户画像匹配", "画像匹配"),
    kind="flag",
)  # fmt: skip
ACCOUNT = Field(
    "account",
    ("account_name", "company", "customer", "customer name", "client", "客户", "客户名称", "公司",
     "公司名称", "企业名称"),
)  # fmt: skip
NAME = Field("deal_name", ("dealname", "opportunity name", "title", "商机名称", "项目名称"))
LOW = ("low", "poor", "bad", "cold", "c", "d", "e", "低", "差", "冷", "低质量", "较低")
AFFECTED = 0.10
"""From this share of the judged deals on, faulty data veto the bottleneck."""
BURST = 0.5
"""A day with more than this share of a period's entries is a batch."""

Bool = npt.NDArray[np.bool_]


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
    entered, advanced, missing = panel.flows()
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
        groups=groups,
        notices=("simpson",) if bool(mix.simpson) else (),
        contribution=contribution,
        confidence=0.5,
        coverage=1.0,
        params=params,
    )


def _quality(
    case: Case, code: str, affected: int, *, field: str | None = None, **params: Any
) -> Finding:
    """Return a finding on the data themselves; it vetoes from 10 % of the judged deals on."""
    n = int(case.now.sum())
    share = affected / n if n else 0.0
    return case.finding(
        code,
        dimension="data",
        params={"affected": affected, "affected_share": share, "entered": n, **params},
        confidence=1.0,
        coverage=1.0,
        grade="strong" if n >= 20 else "weak",
        evidence=Evidence(method="quality", field=field, entered=n, exposed=affected, known=n),
        rule_set="data",
        veto=share >= AFFECTED and n >= 10,
    )


def missing_fields(case: Case) -> Finding | None:
    """Name the columns that are filled for too few of the judged deals."""
    shares: dict[str, float] = {}
    for name in sorted(case.data.attributes):
        column = case.find(Field(name))
        if column is not None and case.now.any():
            shares[name] = float(column.known[case.now].mean())
    thin = {name: share for name, share in shares.items() if share < 0.8}
    if not thin:
        return None
    worst = min(thin, key=lambda name: (thin[name], name))
    found = _quality(
        case, "missing-fields", 0, field=worst, columns=len(thin), column=worst, filled=thin[worst]
    )
    return attrs.evolve(found, grade="weak", collect=tuple(sorted(thin)))


def duplicate_deals(case: Case) -> Finding | None:
    """Count judged deals that are copies: same name, or same account, value and day of entry."""
    days = case.time.astype("datetime64[D]").astype(np.int64).astype(np.str_)
    account, name = case.find(ACCOUNT), case.find(NAME)
    value = case.value.numbers
    if account is None:
        return None
    usable = account.known & (np.isfinite(value) & (value > 0) if name is None else name.known)
    extra = value.astype(np.str_) if name is None else name.text
    keys = np.char.add(
        np.char.add(np.char.add(account.text, "\x1f"), extra), np.char.add("\x1f", days)
    )
    seen = keys[usable & case.now]
    copies = int(seen.size - np.unique(seen).size)
    return _quality(case, "duplicate-deals", copies, field=account.name) if copies else None


def batch_entry(case: Case) -> Finding | None:
    """Find a day on which more than half of a period's entries were made: a batch update."""
    if case.by in {"day", "week"}:
        return None
    days = case.time.astype("datetime64[D]")
    affected, when, where = 0, "", ""
    for period in np.unique(case.period[case.now]):
        here = days[case.now & (case.period == period)]
        names, counts = np.unique(here, return_counts=True)
        top = int(counts.argmax())
        if here.size >= 10 and counts[top] > BURST * here.size and counts[top] > affected:
            affected, when = int(counts[top]), str(names[top])
            where = label_of(int(period), case.by)
    return _quality(case, "batch-entry", affected, day=when, in_period=where) if affected else None


def stage_skipped(case: Case) -> list[Finding]:
    """Count judged deals without a date for the step, or with dates in the wrong order."""
    entered = case.data.entered[case.deals]
    here, later = entered[:, case.source], entered[:, case.target]
    skipped = np.isnat(here)
    with np.errstate(invalid="ignore"):
        backward = ~np.isnat(here) & ~np.isnat(later) & (later < here)
    found = []
    if (skipped & case.now).any():
        found.append(_quality(case, "stage-skipped", int((skipped & case.now).sum())))
    if (backward & case.now).any():
        found.append(_quality(case, "stage-backward", int((backward & case.now).sum())))
    old, new = skipped[~case.now], skipped[case.now]
    if old.size >= 20 and new.size >= 20 and abs(float(old.mean() - new.mean())) > 0.2:
        change = _quality(
            case, "definition-changed", round(abs(float(old.mean() - new.mean())) * new.size),
            skipped_before=float(old.mean()), skipped_now=float(new.mean()),
        )  # fmt: skip
        found.append(change)
    return found


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
