"""The records of a round out of the files of a folder."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import attrs

from salesfunnel._core.errors import SalesFunnelError
from salesfunnel._core.periods import ordinal
from salesfunnel._core.vocabulary import Locale
from salesfunnel.data.history import StageHistory
from salesfunnel.data.tracking import Tracking
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault, IntakeError
from salesfunnel.intake.deals.reader import read_deals
from salesfunnel.intake.rounds.months import joined
from salesfunnel.intake.rounds.months_of_deals import filled_by_deals, months_of_deals
from salesfunnel.intake.rounds.recognise import Folder, day_in, digest, recognised
from salesfunnel.intake.rounds.team_names import with_team_names
from salesfunnel.planning import ImprovementPlan
from salesfunnel.rounds import Round, RoundRecords, judged_period

__all__ = ["read_folder"]

BY_DEALS = "round-sheet-of-deals"
"""Code of what a round says whose months are counted from the deals."""


def read_folder(files: Mapping[str, Any], *, today: date, locale: Locale = "en") -> RoundRecords:
    """Read every file; raise IntakeError where neither a sheet nor deals are among them."""
    folder = recognised(files, today)
    given = folder.funnel is not None
    sheets = joined(folder.sheets, folder.reading, folder.reader, [], given=given)
    by_deals = _lives_on_deals(folder, sheets)
    if by_deals:
        first = folder.reading if sheets is None else sheets.funnel
        _, sheets = _counted(folder, first, sheets, today, locale)
    if sheets is None:
        raise IntakeError(
            "'folder' must hold a monthly sheet or deals, got none that could be read",
            folder.faults,
            hint="put the team's sheet or an export of its deals into it, as xlsx or CSV",
        )
    period, by = judged_period(sheets, today, folder.faults)
    last = ordinal(period, by)
    read = {
        name: content
        for name, content in folder.sheets.items()
        if any(ordinal(label, by) <= last for label in folder.periods[name])
    }
    before = _before(folder, files, period)
    funnel = folder.funnel
    if before is not None and (funnel is None or _same(before.standards.funnel, funnel)):
        funnel = before.standards.funnel
    if before is not None and funnel is not None and before.next_period == period:
        funnel = with_team_names(before.sheet, read, funnel, folder.reader, folder.faults)
    whole = joined(read, funnel, folder.reader, folder.faults, period=period, given=given)
    counted: tuple[str, ...] = ()
    if by_deals:
        known = funnel if whole is None else whole.funnel
        deals, whole = _counted(folder, known or sheets.funnel, whole, today, locale)
        folder.faults.append(Fault.of(BY_DEALS, severity="info", value=period))
        counted = () if whole is None else tuple(whole.funnel.level_keys("step"))
    else:
        deals = _deals(folder, (whole or sheets).funnel)
    return RoundRecords(
        sheets=whole or sheets,
        deals=deals,
        counted=counted,
        previous=before,
        edited=_edited(folder, before),
        plan=folder.plan,
        reviews=tuple(folder.reviews),
        departments=folder.departments,
        targets=folder.targets,
        benchmark=folder.benchmark,
        faults=tuple(folder.faults),
    )


def _lives_on_deals(folder: Folder, sheets: Tracking | None) -> bool:
    """Whether the deals make the months: no sheet has counts, or the last round said so."""
    if not folder.deals:
        return False
    last = max(folder.rounds.values(), key=lambda one: one.period, default=None)
    if last is not None and any(fault.code == BY_DEALS for fault in last.faults):
        return True
    if sheets is None:
        return True
    chain = {metric.key for metric in sheets.funnel.steps}
    return not any(r.actual is not None and (r.metric in chain or not chain) for r in sheets.rows)


def _counted(
    folder: Folder, funnel: Funnel | None, sheets: Tracking | None, today: date, locale: Locale
) -> tuple[StageHistory | None, Tracking | None]:
    """Return the deals, and the months that they make with what the sheets say besides."""
    deals = _deals(folder, funnel)
    made = None if deals is None else months_of_deals(deals, today=today, locale=locale)
    return deals, sheets if made is None else filled_by_deals(sheets, made)


def _same(old: Funnel, given: Funnel) -> bool:
    """Whether the funnel of the round before is the given one, with what the team added."""
    pairs = zip(old, given, strict=False)
    return old.keys == given.keys and all(
        {m.key for m in other.metrics} <= {m.key for m in one.metrics} for one, other in pairs
    )


def _before(folder: Folder, files: Mapping[str, Any], period: str) -> Round | None:
    """Return the record to go on from.

    That of the round before; that of this period where the team has begun with the workbook that
    it made.
    """
    today = folder.today
    known = sorted(folder.rounds.items(), key=lambda item: item[1].period)
    later = [name for name, one in known if one.today > today or one.period > period]
    for name in later:
        folder.faults.append(Fault.of("round-record-later", file=name, value=today.isoformat()))
    usable = [one for name, one in known if name not in later]
    same = next((one for one in usable if one.period == period), None)
    if same is not None and any(
        isinstance(files.get(name), bytes) and digest(files[name]) != sent
        for name, sent in same.sent.items()
    ):
        return same
    earlier = [one for one in usable if one.period < period]
    return earlier[-1] if earlier else None


def _deals(folder: Folder, funnel: Funnel | None) -> StageHistory | None:
    """Return the deals of the last export, in the stages of the funnel where they fit."""
    if not folder.deals:
        return None
    *others, name = sorted(folder.deals, key=lambda name: (day_in(name) or "", name))
    if others:
        told = ", ".join(others)
        folder.faults.append(
            Fault.of("round-deals-several", severity="info", value=told, file=name)
        )
    content = folder.deals[name]
    if isinstance(content, StageHistory):
        return content
    try:
        found = read_deals(content, funnel=funnel, as_of=day_in(name))
    except SalesFunnelError:  # other stages than those of the sheet
        found = read_deals(content, as_of=day_in(name))
    folder.faults += [
        attrs.evolve(fault, file=name) for fault in found.faults if fault.severity != "info"
    ]
    return found


def _edited(folder: Folder, before: Round | None) -> ImprovementPlan | None:
    """Return the plan that came back: of a file of its own, else of the workbook that went out."""
    own = [name for name in folder.plans if name not in folder.sheets]
    sent = [] if before is None else [name for name in before.sent if name in folder.plans]
    first = [max(folder.plans)] if before is None and folder.plans else []
    name = next(iter((*own[-1:], *sent, *first)), None)
    if name is None:
        return None
    plan = folder.plans[name]
    faults = [attrs.evolve(fault, file=fault.file or name) for fault in plan.faults]
    return attrs.evolve(plan, faults=faults)
