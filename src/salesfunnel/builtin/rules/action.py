"""Rules on actions: is follow-up late, is the script used, are key actions done in time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salesfunnel.builtin.remedies import ACTION
from salesfunnel.diagnosis import Case, Column, Exposure, Field, Finding, Rule, RuleSet
from salesfunnel.diagnosis.rules import Limit

__all__ = ["RULE_SET"]

HOURS = Field(
    "response_hours",
    ("first_response_hours", "response time hours", "response time (h)", "hours to first response",
     "response time", "first response time", "first reply time", "time to first reply",
     "time to first response", "time to respond", "time to reply", "reply time", "reply hours",
     "first reply hours", "lead response time", "speed to lead", "avg response time",
     "hours until first reply", "hours to reply", "hours until first response",
     "首次回复时长", "回复时长", "首次响应耗时", "首响时间", "响应耗时", "首次跟进时长",
     "hours to respond", "response delay hours", "首次响应小时", "首次响应时长", "首响时长",
     "响应时长",     "响应小时数", "首次响应时间(小时)", "响应时间(小时)", "响应时长(小时)"),
    kind="number",
)  # fmt: skip
FIRST = Field(
    "first_response_at",
    ("first response", "first contacted at", "first contact date", "first activity date",
     "first_contact", "first contact", "first touch date", "hs_first_engagement_date",
     "first reply at", "first call date",
     "首次响应时间", "首次联系时间", "首次跟进时间"),
    kind="time",
)  # fmt: skip
FOLLOW_UPS = Field(
    "follow_ups",
    ("follow up count", "number of follow ups", "followups", "followed up", "follow-up rate",
     "跟进次数", "是否跟进", "跟进率"),
    kind="number",
)  # fmt: skip
SCRIPT = Field(
    "script_adherence",
    ("script used", "used script", "script followed", "adherence", "script", "playbook adherence",
     "playbook used", "playbook followed", "sales script", "discovery script used", "使用话术",
     "是否按话术", "按话术执行", "话术使用", "话术执行率",
     "话术使用率",     "是否使用话术", "脚本执行率"),
    kind="number",
)  # fmt: skip
CONTACTS = Field(
    "contacts",
    ("contact count", "number of contacts", "activities", "activity count", "touches", "calls",
     "meetings", "联系次数", "接触次数", "沟通次数", "关键决策人接触次数"),
    kind="number",
)  # fmt: skip
DECIDER = Field(
    "decision_maker",
    ("decision maker met", "decision maker contacted", "economic buyer", "met decision maker",
     "decision maker identified", "decision maker involved", "champion identified",
     "决策人", "是否接触决策人", "关键决策人", "已接触决策人"),
    kind="flag",
)  # fmt: skip
LIMIT_HOURS = 24.0
LIMIT_ADHERENCE = 0.8

Bool = npt.NDArray[np.bool_]


def slow_response(case: Case) -> Exposure | Finding | None:
    """Ask whether more needs are answered after more than 24 hours."""
    column = case.find(HOURS)
    if column is not None:
        hours = column.numbers
    else:
        column = case.find(FIRST)
        if column is None:
            return not_measured(case, "slow-response", (HOURS.key,))
        hours = (column.times - case.time) / np.timedelta64(1, "h")
    known = np.isfinite(hours) & (hours >= 0)
    with np.errstate(invalid="ignore"):
        late = hours > LIMIT_HOURS
    return Exposure(exposed=late & known, known=known, column=column, params={"limit": LIMIT_HOURS})


def _below(column: Column, limit: float) -> tuple[Bool, Bool]:
    """Return (below the limit, known) of a number, or of yes and no."""
    yes, flagged = column.flags()
    numbers = column.numbers
    known = np.isfinite(numbers)
    if (flagged & ~known).any() or set(np.unique(numbers[known]).tolist()) <= {0.0, 1.0}:
        return ~yes & flagged, flagged
    if known.any() and np.nanmax(numbers) > 1.0 and limit < 1.0:
        numbers = numbers / 100  # a column in percent
    with np.errstate(invalid="ignore"):
        return known & (numbers < limit), known


def no_follow_up(case: Case) -> Exposure:
    """Ask whether more deals are not followed up at all."""
    column = case[FOLLOW_UPS]
    none, known = _below(column, 1.0)
    return Exposure(exposed=none, known=known, column=column)


def script_skipped(case: Case) -> Exposure:
    """Ask whether the script is used less: adherence below 80%, or not at all."""
    column = case[SCRIPT]
    low, known = _below(column, LIMIT_ADHERENCE)
    return Exposure(exposed=low, known=known, column=column, params={"limit": LIMIT_ADHERENCE})


def few_contacts(case: Case) -> Exposure:
    """Ask whether deals get fewer contacts than usual (the median of the reference)."""
    column = case[CONTACTS]
    numbers = column.numbers
    known = np.isfinite(numbers)
    old = numbers[known & ~case.now]
    usual = float(np.median(old)) if old.size else 1.0
    with np.errstate(invalid="ignore"):
        few = known & (numbers < usual)
    return Exposure(
        exposed=few,
        known=known,
        column=column,
        params={"limit": usual},
        notices=("grows-with-progress",),
    )


def no_decision_maker(case: Case) -> Exposure:
    """Ask whether the decision maker is met less often."""
    column = case[DECIDER]
    yes, known = column.flags()
    return Exposure(
        exposed=~yes & known, known=known, column=column, notices=("grows-with-progress",)
    )


def overdue_actions(case: Case) -> list[Exposure | Finding]:
    """Ask of every key action of the stage that has a time limit whether it is done too late."""
    funnel = case.data.funnel
    key = case.data.stages[case.source]
    if funnel is None or key not in funnel:
        return []
    found: list[Exposure | Finding] = []
    for action in funnel.stage(key).actions:
        if action.within is None:
            continue
        field = Field(
            action.key, (f"{action.key}_at", f"{action.key}_date", action.name), kind="time"
        )
        column = case.find(field)
        limit = action.within.total_seconds()
        params = {"action": action.key, "name": action.label, "limit": limit / 3600}
        if column is None:
            found.append(not_measured(case, "key-action-overdue", (action.key,), **params))
            continue
        done = column.times
        wait = (done - case.time) / np.timedelta64(1, "s")
        age = (case.data.as_of - case.time) / np.timedelta64(1, "s")
        with np.errstate(invalid="ignore"):
            late = (wait > limit) | (np.isnat(done) & (age > limit))
        known = ~np.isnat(done) | (age > limit)
        found.append(Exposure(exposed=late, known=known, column=column, params=params))
    return found


def not_measured(case: Case, code: str, collect: tuple[str, ...], **params: str | float) -> Finding:
    """Return the finding that says what to collect."""
    return case.finding(
        code,
        dimension="action",
        params=params,
        collect=collect,
    )


RULE_SET = RuleSet(
    "action",
    "action",
    (
        Rule(
            "slow-response",
            slow_response,
            limit=Limit(HOURS, "above", LIMIT_HOURS),
            notes=("slow response", "late response", "late follow", "response time", "响应慢",
                   "响应不及时", "跟进不及时", "回复慢", "24小时"),
        ),
        Rule(
            "no-follow-up",
            no_follow_up,
            needs=FOLLOW_UPS,
            limit=Limit(FOLLOW_UPS, "below"),
            notes=("no follow", "not followed", "未跟进", "没有跟进", "跟进不足"),
        ),
        Rule(
            "script-skipped",
            script_skipped,
            needs=SCRIPT,
            limit=Limit(SCRIPT, "below", LIMIT_ADHERENCE),
            notes=("script", "话术", "需求调研不充分", "调研不"),
        ),
        Rule(
            "few-contacts",
            few_contacts,
            needs=CONTACTS,
            limit=Limit(CONTACTS, "below"),
            notes=("few contacts", "接触少", "接触次数", "沟通不足"),
        ),
        Rule(
            "no-decision-maker",
            no_decision_maker,
            needs=DECIDER,
            notes=("decision maker", "决策人", "决策层"),
        ),
        Rule("key-action-overdue", overdue_actions),
    ),
    remedies=ACTION,
)  # fmt: skip
"""Is follow-up late, is the script used, are key actions done in time?"""
