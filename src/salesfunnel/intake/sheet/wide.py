"""Wide sheets: months or segments side by side, or metrics side by side with one row per month."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from salesfunnel.intake.cells.read_period import PeriodName, read_period
from salesfunnel.intake.sheet.content import Column
from salesfunnel.intake.sheet.names import HEADERS, TOTALS, Role, fold, without_notes

ACTUAL: Role = "actual"
_BRACKETS = dict.fromkeys(map(ord, "()（）[]【】"), " ")
_SPREAD: tuple[Role, ...] = ("target", "actual", "rate", "attainment")


@attrs.frozen(kw_only=True)
class Slot:
    """A column of a wide sheet: which number of which period, segment or metric, it holds."""

    index: int
    header: str
    role: Role
    period: PeriodName | None = None
    metric: str | None = None
    segment: str | None = None


def months_across(names: Sequence[str], roles: Sequence[Role | None]) -> tuple[Slot, ...]:
    """Return the columns of months (``2026-09``, ``9月实际``) where the rows are metrics."""
    if "actual" in roles or "period" in roles or not {"stage", "metric"} & set(roles):
        return ()
    slots = []
    for i, (name, role) in enumerate(zip(names, roles, strict=True)):
        found = _month_of(name) if role is None and name else None
        if found is not None:
            slots.append(Slot(index=i, header=name, role=found[1], period=found[0]))
    return tuple(slots) if any(slot.role == "actual" for slot in slots) else ()


def _month_of(name: str) -> tuple[PeriodName, Role] | None:
    """Return the period and the number that a header names: 2026-09, 9月目标, Sep 2026 actual."""
    for before, role in _parted(name):
        period = read_period(before)
        if period is not None:
            return period, role
    whole = read_period(name) or read_period(without_notes(name))
    return None if whole is None else (whole, "actual")


def _parted(name: str) -> Iterator[tuple[str, Role]]:
    """Yield what stands before the name of a number: 9月 and 目标 of 9月目标."""
    bare = name.translate(_BRACKETS).strip()
    for role in _SPREAD:
        for word in sorted(HEADERS[role], key=len, reverse=True):
            if len(word) > 1 and fold(bare).endswith(fold(word)):
                for cut in range(len(bare) - 1, 0, -1):
                    if fold(bare[cut:]) == fold(word):
                        yield bare[:cut].strip(" -_/·:："), role


def segments_across(names: Sequence[str], roles: Sequence[Role | None]) -> tuple[Slot, ...]:
    """Return the columns of segments (华东 over 目标 and 实际) of a header of two rows."""
    if {"actual", "segment"} & set(roles) or not {"stage", "metric"} & set(roles):
        return ()
    slots = []
    for i, (name, role) in enumerate(zip(names, roles, strict=True)):
        before, number = next(_parted(name), ("", None)) if role is None else ("", None)
        if before and number is not None:
            slots.append(Slot(index=i, header=name, role=number, segment=before))
    counted = {slot.segment for slot in slots if slot.role == "actual"}
    return tuple(slots) if len(counted) > 1 else ()


def numbers_across(columns: Sequence[Column], roles: Sequence[Role | None]) -> tuple[Slot, ...]:
    """Return the columns of metrics side by side, each with its target where there is one.

    Parameters
    ----------
    columns : sequence of Column
        The columns of numbers.
    roles : sequence of str or None
        What words say of all columns; one that has a role is not a metric.
    """
    free = [
        column
        for column in columns
        if column.name and roles[column.index] is None and fold(column.name) not in TOTALS
    ]
    names = {fold(column.name): column.name for column in free}
    slots = []
    for column in free:
        metric, role = column.name, ACTUAL
        for before, number in _parted(column.name):
            if before and (number != "actual" or any(_is_target_of(before, n) for n in names)):
                metric, role = names.get(fold(before), before), number
                break
        slots.append(Slot(index=column.index, header=column.name, role=role, metric=metric))
    counted = {slot.metric for slot in slots if slot.role == "actual"}
    return tuple(slot for slot in slots if slot.role == "actual" or slot.metric in counted)


def _is_target_of(metric: str, folded: str) -> bool:
    """Whether a folded header is the target of a metric."""
    return any(folded == fold(metric + word) for word in HEADERS["target"])
