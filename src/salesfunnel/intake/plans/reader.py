"""read_plan: the plan as the team edited it, every edit kept, every fault named."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from typing import Any

from salesfunnel._core.vocabulary import LOCALES
from salesfunnel.data.panel import ALL
from salesfunnel.definitions.funnel import Transition
from salesfunnel.fault import Fault, IntakeError
from salesfunnel.i18n import catalog, text
from salesfunnel.intake.cells.read_number import read_number
from salesfunnel.intake.cells.read_time import read_time
from salesfunnel.intake.files.grid import shown
from salesfunnel.intake.plans.table import PlanTable, fold_words, plan_table
from salesfunnel.planning import ImprovementPlan, Measure

__all__ = ["read_plan"]

_STEP = re.compile(r"^(?P<source>.+?)\s*(?:→|->|=>|➜)\s*(?P<target>.+?)$", re.DOTALL)
_SEGMENT = re.compile(r"^(?P<target>.+?)\s*[(（](?P<segment>[^()（）]+)[)）]$", re.DOTALL)
_STATES = {
    "accepted": "accepted agreed approved yes ok doing started running done finished"
    " 已采纳 采纳 同意 通过 已通过 进行中 执行中 已开始 已完成 完成 是",
    "rejected": "rejected declined dropped cancelled canceled no 已否决 否决 不采纳 已取消 取消 否",
    "proposed": "proposed open new 拟定 待定 待讨论 新增",
}
_MONTH_AND_DAY = re.compile(r"^\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?\s*$")
_FINE = {"plan-step-missing", "plan-due-without-year"}
"""What is worth knowing and no fault."""
_PHRASES = {"in progress": "accepted", "not yet": "proposed"}


def read_plan(source: object) -> ImprovementPlan:
    """Read a plan as ``to_xlsx``, ``to_csv`` or ``to_markdown`` wrote it and a team edited it.

    Parameters
    ----------
    source : path, file, bytes, str, or records
        A workbook (extra ``excel``), CSV or Markdown, in English or Chinese. Columns may be moved
        and left out, but for that of the measures; new rows are new measures.

    Returns
    -------
    ImprovementPlan
        What the table says: keys, steps, problems, measures, owners, dates, person-days, states
        and remarks. The remark also holds the cells of columns that the library does not know, and
        a state that says more than the library's word, such as "done". A blank step is that of the
        row above, as in merged cells. A day without a year (12月20日) has the one that brings it
        nearest to the other rows.
        Effects cannot be read: ``plan.merge(edited)`` puts the edits into the plan that has them.
        `faults` names every cell that could not be read; `merge` leaves those as they were.

    Raises
    ------
    IntakeError
        If there is no table of measures in it.
    MissingExtraError
        If a workbook is given and python-calamine is not installed.

    Notes
    -----
    A measure begins on its due date, as the table has no other; `merge` keeps the first day of
    those that were planned.

    Examples
    --------
    >>> from salesfunnel import read_plan
    >>> edited = read_plan('''Measure,Owner,Due,State,Remark
    ... Call back within a day,Ann,2026-10-15,accepted,from Monday''')
    >>> edited[0].owner, edited[0].due, edited[0].state, edited[0].note
    ('Ann', datetime.date(2026, 10, 15), 'accepted', 'from Monday')
    """
    table = plan_table(source)
    faults: list[Fault] = []
    drafts = list(_drafts(table, faults))
    if not drafts:
        raise IntakeError("'source' must have a measure below its header, got none", faults)
    keys: set[str] = set()
    dated = [draft["due"] for draft in drafts if draft["due"] is not None]
    last = max(dated, default=date(1970, 1, 1))
    if dated:
        _with_years(drafts, dated)
    measures = []
    for draft in drafts:
        key = draft["key"] or draft["title"]
        if key in keys and draft["key"]:
            faults.append(Fault.of("plan-key-twice", row=draft["row"], value=key))
            key = draft["title"]
        name, number = key, 2
        while name in keys:
            name, number = f"{key} ({number})", number + 1
        keys.add(name)
        faults += [
            Fault.of(
                code,
                severity="info" if code in _FINE else "warning",
                row=draft["row"],
                column=column,
                value=value,
                measure=name,
            )
            for code, column, value in draft["unread"]
        ]
        due = draft["due"] or last
        measures.append(
            Measure(
                key=name,
                bottleneck=draft["step"],
                segment=draft["segment"],
                problem="as-written",
                problem_title=draft["problem"],
                measure=name,
                title=draft["title"],
                detail=draft["detail"],
                owner=draft["owner"],
                begins=due,
                due=due,
                effort=draft["effort"],
                state=draft["state"],
                note=draft["note"],
            )
        )
    start = min(measure.begins for measure in measures)
    return ImprovementPlan(measures=measures, start=start, faults=faults)


def _drafts(table: PlanTable, faults: list[Fault]) -> Iterator[dict[str, Any]]:
    """Yield what each row says."""
    headers = {role: name for role, name in zip(table.roles, table.names, strict=True) if role}
    owners = _roles_of_owners()
    step = ""
    for number, row in table.rows:
        cells: dict[str, Any] = {}
        other: list[str] = []
        for i, cell in enumerate(row):
            words = shown(cell).strip()
            role = table.roles[i] if i < len(table.roles) else None
            if role is not None:
                cells[role] = cell
            elif words:
                name = table.names[i] if i < len(table.names) else ""
                other.append(f"{name}: {words}" if name else words)
        said = {role: shown(cell).strip() for role, cell in cells.items()}
        if not any(said.values()) and not other:
            continue
        if not said.get("measure"):
            faults.append(
                Fault.of("plan-row-without-measure", row=number, column=headers["measure"])
            )
            continue
        unread: list[tuple[str, str, str]] = []
        if "bottleneck" in headers and not said.get("bottleneck"):
            unread.append(("plan-step-missing", headers["bottleneck"], step))
        step = said.get("bottleneck", "") or step
        title, _, detail = said["measure"].replace("\r\n", "\n").partition("\n")
        transition, segment = _step(step)
        state = _state(said.get("state", ""), headers, unread)
        more = _in_own_words(said.get("state", ""), state, headers)
        yield {
            "row": number,
            "key": said.get("key", ""),
            "step": transition,
            "segment": segment,
            "problem": said.get("problem", ""),
            "title": title.strip(),
            "detail": detail.strip(),
            "owner": owners.get(fold_words(said.get("owner", "")), said.get("owner", "")),
            "due": _due(cells.get("due"), headers, unread),
            "effort": _effort(cells.get("effort"), headers, unread),
            "state": state,
            "note": "\n".join(part for part in (said.get("note", ""), *other, *more) if part),
            "unread": unread,
        }


def _roles_of_owners() -> Mapping[str, str]:
    """Return words for a role in both languages → the role."""
    prefix = "plan.role."
    return {
        fold_words(words): key.removeprefix(prefix)
        for locale in LOCALES
        for key, words in catalog(locale).items()
        if key.startswith(prefix)
    }


def _step(words: str) -> tuple[Transition, str]:
    """Return the step and the segment that a cell names; a bare text is the source of a step."""
    match = _STEP.match(words)
    if match is None:
        return Transition(words or "-", words or "-"), ALL
    target = _SEGMENT.match(match["target"])
    if target is None:
        return Transition(match["source"].strip(), match["target"].strip()), ALL
    return Transition(match["source"].strip(), target["target"].strip()), target["segment"].strip()


def _state(words: str, headers: Mapping[str, str], unread: list[tuple[str, str, str]]) -> Any:
    folded = fold_words(words)
    for state, known in _STATES.items():
        exact = {fold_words(text(f"plan.state.{state}", locale)) for locale in LOCALES}
        if folded in exact or folded in known.split():
            return state
    if folded in _PHRASES:
        return _PHRASES[folded]
    column = headers.get("state", "state")
    unread.append(("plan-state-missing" if not folded else "plan-state-unread", column, words))
    return "proposed"


def _in_own_words(words: str, state: str, headers: Mapping[str, str]) -> list[str]:
    """Return the state as written where it says more than the library's word, such as "done"."""
    known = {state, *(fold_words(text(f"plan.state.{state}", locale)) for locale in LOCALES), ""}
    return [] if fold_words(words) in known else [f"{headers['state']}: {words}"]


def _with_years(drafts: list[dict[str, Any]], dated: list[date]) -> None:
    """Give days without a year the one that brings them nearest to the other rows."""
    middle = sorted(dated)[len(dated) // 2]
    for draft in drafts:
        for place, (code, column, words) in enumerate(draft["unread"]):
            match = _MONTH_AND_DAY.match(words) if code == "plan-due-unread" else None
            if match is None:
                continue
            near = []
            for year in (middle.year - 1, middle.year, middle.year + 1):
                with suppress(ValueError):  # no such day in that year
                    near.append(date(year, int(match[1]), int(match[2])))
            if near:
                draft["due"] = min(near, key=lambda day: abs(day - middle))
                told = f"{words} → {draft['due'].isoformat()}"
                draft["unread"][place] = ("plan-due-without-year", column, told)


def _due(
    cell: object, headers: Mapping[str, str], unread: list[tuple[str, str, str]]
) -> date | None:
    column, words = headers.get("due", "due"), shown(cell).strip()
    if not words:
        unread.append(("plan-due-missing", column, ""))
        return None
    try:
        moment = read_time(cell.strip() if isinstance(cell, str) else cell)
    except ValueError:
        moment = None
    if moment is None:
        unread.append(("plan-due-unread", column, words))
        return None
    return moment.date()


def _effort(cell: object, headers: Mapping[str, str], unread: list[tuple[str, str, str]]) -> float:
    column, words = headers.get("effort", "effort"), shown(cell).strip()
    if not words:
        unread.append(("plan-effort-missing", column, ""))
        return 1.0
    value = read_number(cell, decimal=".").plain()
    if value is None or isinstance(value, bool) or not value > 0:
        unread.append(("plan-effort-unread", column, words))
        return 1.0
    return float(value)
