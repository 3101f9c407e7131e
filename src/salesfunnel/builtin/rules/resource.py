"""Rules on resources: are tools missing, is there a queue, do owners carry too much."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salesfunnel.builtin.remedies import RESOURCE
from salesfunnel.diagnosis import Case, Evidence, Exposure, Field, Finding, Rule, RuleSet
from salesfunnel.diagnosis.fields import DEMO, OWNER
from salesfunnel.diagnosis.rules import Limit

__all__ = ["RULE_SET"]

MATERIAL = Field(
    "collateral",
    ("collateral sent", "materials", "materials sent", "material sent", "brochure",
     "brochure sent", "case study sent", "one pager",
     "产品资料", "资料", "是否有资料", "发送资料", "案例资料"),
    kind="flag",
)  # fmt: skip
RISE = 1.25
"""A queue: work in progress and its mean age are both higher than this times the usual."""

Float = npt.NDArray[np.float64]
Time = npt.NDArray[np.datetime64]


def no_demo_video(case: Case) -> Exposure:
    """Ask whether more deals go without a demo video."""
    column = case[DEMO]
    yes, known = column.flags()
    return Exposure(exposed=~yes & known, known=known, column=column)


def no_collateral(case: Case) -> Exposure:
    """Ask whether more deals go without material."""
    column = case[MATERIAL]
    yes, known = column.flags()
    return Exposure(exposed=~yes & known, known=known, column=column)


def _stays(case: Case) -> tuple[Time, Time]:
    """Return when every deal of the whole history entered the step's source and left it."""
    data = case.data
    far = np.datetime64("9999-01-01", "us")
    start = data.entered[:, case.source]
    later = data.entered[:, case.source + 1 :]
    last = np.full((start.size, 1), far)
    onward = np.hstack([np.where(np.isnat(later), far, later), last]).min(axis=1)
    closed = np.where(np.isnat(data.closed), far, data.closed)
    return start, np.maximum(np.minimum(np.minimum(onward, closed), data.as_of), start)


def owner_load(case: Case) -> Exposure | None:
    """Ask whether more deals come to owners who already hold many (above the usual 75%)."""
    owner = case[OWNER]
    everyone = np.char.strip(np.asarray(case.data.attributes[owner.name]).astype(np.str_))
    start, end = _stays(case)
    mine = owner.text
    load = np.full(len(case), np.nan)
    for name in np.unique(mine[owner.known]):
        held = (everyone == name) & ~np.isnat(start)
        here = np.flatnonzero(mine == name)
        begun = np.searchsorted(np.sort(start[held]), case.time[here], side="left")
        gone = np.searchsorted(np.sort(end[held]), case.time[here], side="left")
        load[here] = begun - gone
    known = np.isfinite(load)
    old = load[known & ~case.now]
    if old.size < 10:
        return None
    usual = float(np.quantile(old, 0.75))
    with np.errstate(invalid="ignore"):
        heavy = known & (load > usual)
    return Exposure(exposed=heavy, known=known, column=owner, params={"limit": usual})


def queue(case: Case) -> Finding | None:
    """Find a queue before the step: work in progress and its age both risen by a quarter."""
    start, end = _stays(case)
    ok = ~np.isnat(start)
    start, end = start[ok], end[ok]
    by = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}.get(case.by, 30)
    last = case.data.as_of
    looks = last - np.arange(0, case.history + 1) * np.timedelta64(by, "D")
    wip, age = np.zeros(looks.size), np.zeros(looks.size)
    for i, when in enumerate(looks):
        there = (start < when) & (end >= when)
        wip[i] = there.sum()
        age[i] = (
            float(((when - start[there]) / np.timedelta64(1, "D")).mean()) if there.any() else 0.0
        )
    usual_wip, usual_age = float(wip[1:].mean()), float(age[1:].mean())
    if usual_wip < 5 or usual_age <= 0:
        return None
    if wip[0] <= RISE * usual_wip or age[0] <= RISE * usual_age:
        return None
    return case.finding(
        "queue",
        dimension="resource",
        params={
            "wip": int(wip[0]),
            "wip_before": usual_wip,
            "age_days": float(age[0]),
            "age_days_before": usual_age,
        },
        confidence=0.5,
        coverage=1.0,
        grade="weak",
        evidence=Evidence(
            method="queue", entered=int(case.now.sum()), entered_before=int((~case.now).sum())
        ),
    )


RULE_SET = RuleSet(
    "resource",
    "resource",
    (
        Rule(
            "no-demo-video",
            no_demo_video,
            needs=DEMO,
            notes=("demo video", "no demo", "演示视频", "demo视频", "无演示"),
        ),
        Rule(
            "no-collateral",
            no_collateral,
            needs=MATERIAL,
            notes=("collateral", "no material", "资料不足", "缺资料", "缺少案例"),
        ),
        Rule(
            "owner-load",
            owner_load,
            needs=OWNER,
            derived=True,
            notes=("overload", "too many deals", "人手不足", "负荷", "忙不过来"),
        ),
        Rule(
            "queue",
            queue,
            limit=Limit(
                Field("wip", ("work in progress", "open deals", "在途商机", "积压数")), "above"
            ),
            notes=("backlog", "queue", "积压", "排队"),
        ),
    ),
    remedies=RESOURCE,
)
"""Are tools missing, is there a queue, do owners carry too much?"""
