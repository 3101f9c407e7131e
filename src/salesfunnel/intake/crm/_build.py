"""The history of a CRM's changes: stages put in order, summaries of what was left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from salesfunnel._core.errors import ArgumentError, DefinitionError
from salesfunnel._core.moments import end_of_day
from salesfunnel.data.history import OPEN, StageHistory, history_from_changes
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.definitions.stage import Stage
from salesfunnel.fault import Fault, IntakeError
from salesfunnel.intake.crm._attributes import Attributes, Layout, column_of
from salesfunnel.intake.crm._changes import FIRST, Changes
from salesfunnel.intake.crm._labels import fields_of, names_of
from salesfunnel.intake.crm._order import place_stages
from salesfunnel.intake.crm._present_only import as_list
from salesfunnel.intake.crm._stage_record import means_lost, means_won
from salesfunnel.intake.crm._stages import Catalogue, Stages
from salesfunnel.intake.deals.cells import moment_of

__all__ = ["begin", "history_of"]

_NO_DAY = np.datetime64("NaT", "D")
_OPAQUE = re.compile(r"\d+|[0-9a-fA-F-]{16,}", re.ASCII)
"""Ids of stages whose words cannot say whether they mean won or lost."""
_EXPORT = (
    "a source reads records with the names of the CRM's API; a file that somebody exported in the"
    " browser has labels for headers: sf.read_deals(...) reads it"
)
_DROPPED = {
    "deleted": "deals-deleted",
    "archived": "deals-archived",
    "merged": "deals-merged",
}


def begin(
    layout: Layout,
    catalogue: Catalogue,
    stages: Stages,
    *,
    owners: object = None,
    fields: object = None,
    attributes: Sequence[str] | Mapping[str, str] | None = None,
    funnel: Funnel | None = None,
    tz: str | None = None,
    dayfirst: bool | None = None,
    local: bool = False,
) -> Changes:
    """Return what gathers the changes of a source, with the labels that its caller gave."""
    names, unfinished = names_of(owners, "owners")
    definitions, more = fields_of(fields)
    columns = Attributes(layout=layout, chosen=attributes, fields=definitions, owners=names)
    found = Changes(
        stages=stages, attributes=columns, funnel=funnel, tz=tz, dayfirst=dayfirst, local=local
    )
    found.faults += [*catalogue.faults, *unfinished, *more]
    return found


def history_of(found: Changes, as_of: object) -> StageHistory:
    """Return the history of the changes.

    Raises
    ------
    IntakeError
        With every fault, if no stage change could be read.
    UnknownNameError
        If a chosen attribute is in no record.
    ArgumentError
        If nothing says which stages mean won and lost.
    """
    moment = moment_of(as_of, found.zone)
    found.attributes.check()
    _settle(found)
    reported = {fault.row for fault in found.faults if fault.severity == "error"}
    moved = {deal for deal, _, _ in found.rows}
    for deal, row in found.seen.items():
        if deal not in moved and row not in reported and deal not in found.dropped:
            found.fault("deal-without-stage", row, "stage", deal)
    _summaries(found)
    if not found.rows:
        nameless = not found.seen and any(f.code == "deal-without-id" for f in found.faults)
        raise IntakeError(
            "'records' must hold a stage change, got none",
            found.faults,
            hint=_EXPORT if nameless else None,
        )
    if moment is None:
        moment = max(when for _, _, when in found.rows)
        found.faults.append(
            Fault.of(
                "as-of-assumed", severity="info", day=str(moment)[:19].removesuffix("T00:00:00")
            )
        )
    stamps = [row[2] for row in found.rows]
    moment = end_of_day(moment, [np.array(stamps, dtype="datetime64[us]")])
    rows = [row for row in found.rows if row[2] <= moment]
    if len(rows) < len(found.rows):
        later, day = len(found.rows) - len(rows), str(moment)[:10]
        gone = len(moved - {deal for deal, _, _ in rows})
        found.faults.append(
            Fault.of("after-as-of", severity="info", times=later, deals=gone, day=day)
        )
    _never_entered(found, rows)
    return _built(found, rows, moment)


def _built(found: Changes, rows: Sequence[tuple[str, str, Any]], moment: object) -> StageHistory:
    """Return the history of the rows, with amounts and attributes."""
    history = history_from_changes(
        [row[0] for row in rows],
        [row[1] for row in rows],
        np.array([row[2] for row in rows], dtype="M8[us]"),
        stages=found.stages.ids,
        as_of=moment,
        won=found.stages.won,
        lost=found.stages.lost,
        created={deal: born for deal, born in found.created.items() if born <= moment} or None,
        value=found.value or None,
        funnel=_named(found),
        faults=found.faults,
    )
    deals = history.deals.tolist()
    columns = {
        name: column_of(values, deals) for name, values in found.attributes.settled().items()
    }
    if len(found.stages.lost) > 1 or found.stages.wins:
        ended = {deal: _label(found, stage) for deal, (_, stage) in found.ends.items()}
        closed = [
            ended.get(deal, "") if outcome != OPEN else ""
            for deal, outcome in zip(deals, history.outcome.tolist(), strict=True)
        ]
        columns.setdefault("closed_stage", np.array(closed, dtype=np.str_))
    history = as_list(found, attrs.evolve(history, attributes=columns))
    return _with_fields(found, history)


def _with_fields(found: Changes, history: StageHistory) -> StageHistory:
    """Return the history with those of amount, currency, expected close, owner, ..."""
    known = set(history.deals.tolist())
    rows: dict[str, dict[str, Any]] = {}
    for deal, field, when, value in found.ledger:
        if deal in known:
            columns = rows.setdefault(field, {"deal": [], "time": [], "value": []})
            columns["deal"].append(deal)
            columns["time"].append(when)
            columns["value"].append(value)
    for field, columns in rows.items():
        columns["time"] = np.array(columns["time"], dtype="M8[us]")
        if field == "expected":
            days = [_NO_DAY if v is None else v for v in columns["value"]]
            columns["value"] = np.array(days, dtype="M8[D]")
    present = {}
    if found.expected:
        days = [
            found.expected.get(deal, np.datetime64("NaT", "D")) for deal in history.deals.tolist()
        ]
        present["expected"] = np.array(days, dtype="M8[D]")
    if not rows and not present:
        return history
    return history.with_changes(rows, present=present)


def _label(found: Changes, stage: str) -> str:
    """Return the name of a stage, where it has one besides its id."""
    named = {key: name for name, key in reversed(found.stages.names.items())}
    return named.get(stage, stage)


def _settle(found: Changes) -> None:
    """Give unknown stages their place, and those whose words say it their meaning."""
    for stage in list(found.unknown):
        if means_lost(stage):
            found.means(stage, lost=True)
        elif means_won(stage):
            found.means(stage, won=True)
    stages = found.stages
    goal = stages.won or stages.ids[-1]
    known = {*stages.ids, *stages.lost, *stages.wins}
    new = {stage: seen for stage, seen in found.unknown.items() if stage not in known}
    if stages.wins:
        found.rows = [(d, goal if s in stages.wins else s, t) for d, s, t in found.rows]
    if new:
        _place(found, new, goal)
    found.rows = [(d, found.stages.ids[0] if s == FIRST else s, t) for d, s, t in found.rows]


def _check_meaning(found: Changes, new: Iterable[str]) -> None:
    """Refuse ids that say nothing, where neither a list nor a deal says what means won.

    Raises
    ------
    ArgumentError
        If deals stand in such stages, and no deal ever left them.
    """
    last = {deal: stage for deal, stage, _ in sorted(found.rows, key=lambda row: row[2])}
    left = {stage for deal, stage, _ in found.rows if last[deal] != stage}
    labels = set(found.stages.names.values())
    blind = [
        stage
        for stage in new
        if _OPAQUE.fullmatch(stage) and stage not in {*found.said, *left, *labels}
    ]
    if blind:
        listed = ", ".join(blind[:5]) + (", ..." if len(blind) > 5 else "")
        raise ArgumentError(
            "'stages' must say which stages mean won and lost, got none"
            f" and deals in stages {listed}",
            hint="pass what the CRM returns when asked for its stages or pipelines",
        )


def _place(found: Changes, new: Mapping[str, Mapping[str, Any]], goal: str) -> None:
    """Put the stages that no list names in order, and report them."""
    stages = found.stages
    if stages.assumed:
        _check_meaning(found, new)
    chances = {stage: sum(some) / len(some) for stage, some in found.chances.items()}
    ids = place_stages(stages.ids, new, found.rows, last=stages.ids.index(goal), chances=chances)
    if stages.assumed:  # the default list is not that of this CRM: keep what deals entered
        entered = {stage for _, stage, _ in found.rows}
        ids = tuple(stage for stage in ids if stage in entered or stage == goal)
    found.stages = attrs.evolve(stages, ids=ids, won=goal)
    order = ", ".join(_label(found, stage) for stage in ids)[:200]
    for stage, seen in new.items():
        found.fault(
            "stage-not-listed",
            seen["row"],
            seen["field"],
            stage,
            severity="warning",
            deals=len(seen["deals"]),
            order=order,
        )


def _summaries(found: Changes) -> None:
    """Report deals left out, stages of other pipelines, and times that nobody wrote down."""
    for reason, code in _DROPPED.items():
        gone = sum(one == reason for one in found.dropped.values())
        if gone:
            found.faults.append(Fault.of(code, severity="info", deals=gone))
    if found.foreign:
        deals = len(found.foreign)
        found.faults.append(Fault.of("stages-of-other-pipelines", severity="info", deals=deals))
    for code in ("stage-time-unknown", "lost-stage-unknown"):
        deals = sum(one == code for one in found.timeless.values())
        if deals:
            found.faults.append(
                Fault.of(code, severity="warning", deals=deals, all=len(found.seen))
            )
    if found.elsewhere:
        row, deals = min(found.elsewhere.values()), len(found.elsewhere)
        found.faults.append(Fault.of("present-stage-differs", row=row, deals=deals))
    late = {*found.endless, *found.typed}
    if late:
        first, deals = min(found.seen.get(deal, 1) for deal in late), len(late)
        found.faults.append(
            Fault.of("closed-without-time", severity="warning", row=first, deals=deals)
        )
    for key, label in sorted(found.attributes.labelled.items()):
        found.faults.append(
            Fault.of("attribute-labelled", severity="info", column=label, value=key)
        )


def _named(found: Changes) -> Funnel | None:
    """Return the funnel that names the stages: the given one, or that of the CRM's names."""
    if found.funnel is not None:
        return found.funnel if found.funnel.keys == found.stages.ids else None
    labels: dict[str, str] = {}
    for name, stage in found.stages.names.items():
        labels.setdefault(stage, name)
    if not labels:
        return None
    try:
        stages = [Stage(key, labels.get(key, "")) for key in found.stages.ids]
        return Funnel("crm", stages, name="CRM")
    except DefinitionError:  # two stages of one name: their ids distinguish them
        return None


def _never_entered(found: Changes, rows: Sequence[tuple[str, str, Any]]) -> None:
    """Report stages that no deal ever entered, such as those of a pipeline not in use."""
    entered = {stage for _, stage, _ in rows}
    never = [stage for stage in found.stages.ids[:-1] if stage not in entered]
    if never:
        value = ", ".join(never)[:200]
        found.faults.append(
            Fault.of("stages-never-entered", severity="info", column="stages", value=value)
        )
