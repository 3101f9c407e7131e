"""Who has to do what by when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from salesfunnel._core.periods import end_of, frequency_of
from salesfunnel.data.tracking import Tracking
from salesfunnel.fault import Fault
from salesfunnel.monitoring import Review
from salesfunnel.monitoring.departments import department_of
from salesfunnel.planning import ImprovementPlan
from salesfunnel.rounds._department_pages import owner_of
from salesfunnel.rounds.result import RoundTask

__all__ = ["tasks_of"]

FILL_DAYS = 3
"""Working days after the end of a period until its actuals are filled in."""
DECIDE_DAYS = 5
"""Working days to accept or reject what is proposed."""
LOOKS = (14, 30, 90)
"""Days after the beginning of a measure when it is looked at: two weeks, a month, a quarter."""


def tasks_of(
    sheet: Tracking,
    plan: ImprovementPlan,
    reviews: Sequence[Review],
    faults: Sequence[Fault],
    *,
    today: date,
    period: str,
    members: Mapping[str, str],
    counted: Sequence[str] = (),
) -> tuple[RoundTask, ...]:
    """Return the tasks of a round in order of their days, then of their owners."""
    tasks = [
        *_fill_in(sheet, period, today, members, counted),
        *_measures(plan, today, members),
        *_reviews(plan, reviews, today, members),
        *_mend(faults, today, members),
    ]
    tasks += [
        RoundTask(
            by=working_day(today, DECIDE_DAYS), owner="sales-lead", kind="standard", measure=key,
            department=department_of(members, "sales-lead"),
        )
        for key in (one.key for one in reviews if one.state == "standardise")
    ]  # fmt: skip
    return tuple(sorted(tasks, key=lambda t: (t.by, t.owner, t.kind, t.measure, t.code)))


def working_day(day: date, number: int) -> date:
    """Return the working day so many working days after a day."""
    while number > 0:
        day += timedelta(days=1)
        number -= day.weekday() < 5
    return day


def _fill_in(
    sheet: Tracking,
    period: str,
    today: date,
    members: Mapping[str, str],
    counted: Sequence[str],
) -> list[RoundTask]:
    by = frequency_of(period)
    last = today if by == "none" else end_of(period, by) - timedelta(days=1)
    day = working_day(last, FILL_DAYS)
    metrics: dict[str, list[str]] = {}
    homes: dict[str, str | None] = {}
    for row in sheet.rows:
        if row.metric in counted:
            continue
        owner = owner_of(row, [r for r in sheet.rows if r.segment == row.segment])
        stage = sheet.funnel.stage(row.stage) if row.stage in sheet.funnel else None
        if owner is None and stage is not None:
            owner = stage.owner
        names = () if stage is None else (stage.key, stage.name, stage.owner)
        metrics.setdefault(owner or "", []).append(row.metric)
        homes.setdefault(owner or "", department_of(members, owner, *names))
    export = RoundTask(
        by=day, owner="sales-lead", department=department_of(members, "sales-lead"), kind="export",
        metrics=tuple(counted), period=period, n=len(counted),
    )  # fmt: skip
    return [export] * bool(counted) + [
        RoundTask(
            by=day, owner=owner, department=homes[owner], kind="fill-in",
            metrics=tuple(dict.fromkeys(keys)), period=period, n=len(dict.fromkeys(keys)),
        )
        for owner, keys in metrics.items()
    ]  # fmt: skip


def _measures(plan: ImprovementPlan, today: date, members: Mapping[str, str]) -> list[RoundTask]:
    found = []
    for measure in plan.active:
        decide = measure.state == "proposed"
        if not decide and measure.due < today:
            continue  # it is carried out; its reviews go on
        found.append(
            RoundTask(
                by=working_day(today, DECIDE_DAYS) if decide else measure.due,
                owner=measure.owner,
                department=department_of(members, measure.owner),
                kind="decide" if decide else "measure",
                measure=measure.key,
            )
        )
    return found


def _reviews(
    plan: ImprovementPlan, reviews: Sequence[Review], today: date, members: Mapping[str, str]
) -> list[RoundTask]:
    """Return the next look of every accepted measure, and what its review says to do."""
    states = {one.key: one for one in reviews}
    found = []
    for measure in plan.active:
        if measure.state != "accepted":
            continue
        one = states.get(measure.key)
        looks = [measure.begins + timedelta(days=days) for days in LOOKS]
        day = next((look for look in looks if look > today), today + timedelta(days=30))
        while day.weekday() >= 5:
            day += timedelta(days=1)
        found.append(
            RoundTask(
                by=day, owner=measure.owner, kind="check", measure=measure.key,
                department=department_of(members, measure.owner),
                code="check-adoption" if one is None else one.next_step,
            )
        )  # fmt: skip
    return found


def _mend(faults: Sequence[Fault], today: date, members: Mapping[str, str]) -> list[RoundTask]:
    """Return one task for all that is wrong in the files: whoever leads the round mends it."""
    wrong = [fault for fault in faults if fault.severity == "error"]
    if not wrong:
        return []
    return [
        RoundTask(
            by=working_day(today, FILL_DAYS), owner="sales-lead", kind="mend", n=len(wrong),
            department=department_of(members, "sales-lead"), code=wrong[0].code,
        )
    ]  # fmt: skip
