"""Decide whether a table has one row per step or one column per step, by its words and content."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from salesfunnel.intake.cells.number import DecimalMark
from salesfunnel.intake.sheet.arrangement import Arrangement
from salesfunnel.intake.sheet.column_words import LABELS, is_segment_name
from salesfunnel.intake.sheet.content import Column, columns_of
from salesfunnel.intake.sheet.names import TOTALS, Role, fold, role_of
from salesfunnel.intake.sheet.orientation import (
    FLAGS,
    flags_only,
    is_measure,
    is_split,
    looks_like_a_chain,
    measure_of,
    numbered_hint,
    slip_of,
    steps_side_by_side,
    which_hint,
)
from salesfunnel.intake.sheet.wide import (
    Slot,
    months_across,
    numbers_across,
    segments_across,
)

__all__ = ["arrange"]

_LABELS: tuple[Role, ...] = ("stage", "metric")
_FIGURES: tuple[Role, ...] = ("target", "rate", "stated_rate", "attainment")
_WEAK = {"value", "volume", "number", "result", "results", "值", "数值"}
"""Words for a number that may be money as well."""
_LABEL = re.compile(LABELS, re.IGNORECASE)


def arrange(
    names: Sequence[str],
    roles: Sequence[Role | None],
    below: Sequence[Sequence[Any]],
    *,
    two_rows: bool,
    decimal: DecimalMark | None = None,
) -> Arrangement:
    """Return what each column holds: by its header, else by its content.

    Parameters
    ----------
    names : sequence of str
        The header.
    roles : sequence of str or None
        What the header says of each column.
    below : sequence of sequences
        The rows under it.
    two_rows : bool
        Whether the header had two rows.
    decimal : {".", ","}, optional
        The decimal mark.
    """
    made = Arrangement(roles=[*roles])
    made.slots = months_across(names, roles)
    if two_rows and not made.slots:
        made.slots = segments_across(names, roles)
    if made.slots:
        return made
    columns = columns_of(names, below, decimal=decimal)
    _swap_numbered_stage(made, columns)
    if {*_LABELS} & {*made.roles} and "actual" in made.roles:
        _better_measure(made, columns)
        return made
    _find_period(made, columns)
    if not {*_LABELS} & {*made.roles}:
        _months_above_names(made, names, columns)
        if made.slots:
            return made
        _label_by_name(made, columns)
    counts = _counts(made, columns) or _ids_as_counts(made, columns)
    if flags_only(columns, made.roles):
        made.doubt = FLAGS
        made.roles = [None if role == "actual" else role for role in made.roles]
        return made
    _by_content(made, columns, counts)
    return made


def _by_content(made: Arrangement, columns: Sequence[Column], counts: Sequence[Column]) -> None:
    """Find steps and counts by the content of the columns."""
    if {*_LABELS} & {*made.roles}:
        _long(made, columns, counts)
    elif len(counts) == 1:
        _two_columns(made, columns, counts)
        if not made.is_table and not made.doubt:
            made.doubt = numbered_hint(_free(made, columns, "ordinal"), counts[0])
    elif len(counts) > 1:
        _several(made, columns, counts)


def _free(made: Arrangement, columns: Sequence[Column], kind: str) -> list[Column]:
    """Return the columns of a kind that no header explains; totals only if there are no others."""
    free = [c for c in columns if c.kind == kind and made.roles[c.index] is None]
    return [column for column in free if fold(column.name) not in TOTALS] or free


def _counts(made: Arrangement, columns: Sequence[Column]) -> list[Column]:
    """Return the columns of counts: without a known word, or with one that says actual.

    Numbers of stores or products before them are names.
    """
    taken = [c for c in columns if c.kind == "count" and made.roles[c.index] == "actual"]
    found = [column for column in (*_free(made, columns, "count"), *taken) if column.name]
    found.sort(key=lambda column: column.index)
    while len(found) > 1 and is_segment_name(found[0].name):
        found = found[1:]
    return found


def _ids_as_counts(made: Arrangement, columns: Sequence[Column]) -> list[Column]:
    """Return the only id column if its values are counts, as in a group-by (user_id, 1000)."""
    found = _free(made, columns, "ordinal")
    values = [number for number in found[0].numbers if number is not None] if found else []
    known = len(values) > 1 and values == sorted(values, reverse=True) and values[0] > len(values)
    if len(found) != 1 or not known:
        return []
    made.order = None
    return found


def _swap_numbered_stage(made: Arrangement, columns: Sequence[Column]) -> None:
    """Move the stage from a column of numbers to the one of names: stage, stage_name, users."""
    made.order = next((c.index for c in columns if c.kind == "ordinal"), None)
    for role in _LABELS:
        at = made.roles.index(role) if role in made.roles else None
        if at is None or columns[at].kind not in {"count", "ordinal"}:
            continue
        texts = [c for c in columns if c.kind == "text" and role_of(c.name) in {*_LABELS}]
        texts = texts or _free(made, columns, "text")
        if texts:
            made.roles[at], made.roles[texts[0].index] = None, role
            made.order = at


def _better_measure(made: Arrangement, columns: Sequence[Column]) -> None:
    """Count deals, not their value: a weak word gives way to the name of what is counted."""
    held = columns[made.roles.index("actual")]
    others = [c for c in _free(made, columns, "count") if is_measure(c.name)]
    chosen = measure_of(others) if fold(held.name) in _WEAK else None
    if chosen is not None:
        made.roles[held.index], made.roles[chosen.index] = None, "actual"
        made.note("measure-chosen", "warning", column=chosen.name, others=held.name)


def _find_period(made: Arrangement, columns: Sequence[Column]) -> None:
    if "period" not in made.roles:
        found = _free(made, columns, "period")
        if found:
            made.roles[found[0].index] = "period"


def _months_above_names(made: Arrangement, names: Sequence[str], columns: Sequence[Column]) -> None:
    """Read months in columns if the column of names has another header, or none."""
    texts = [
        column
        for column in columns
        if column.kind == "text" and made.roles[column.index] in {None, "period", "segment"}
    ]
    if not texts:
        return
    first = texts[0].index
    roles: list[Role | None] = [*made.roles]
    roles[first] = "metric"
    if "period" in roles or "actual" in roles:
        return
    slots = months_across(names, roles)
    if len(slots) > 1:
        made.roles, made.slots = roles, slots
        made.by_content = True


def _label_by_name(made: Arrangement, columns: Sequence[Column]) -> None:
    """Take a text column as the steps if its name says so (event name, Schritt)."""
    for column in _free(made, columns, "text"):
        if _LABEL.search(column.name) and not is_segment_name(column.name):
            made.roles[column.index] = "stage"
            made.by_content = True
            return


def _long(made: Arrangement, columns: Sequence[Column], counts: Sequence[Column]) -> None:
    """Find the column of what is counted, where each row is a step."""
    if not counts:
        return
    label = next(c for c in columns if made.roles[c.index] in {*_LABELS})
    if len(counts) > 1:
        if steps_side_by_side(label, counts) is True:
            _wide(made, columns, label)
            return
        chosen = measure_of(counts)
        if chosen is None and is_split(counts) and not _free(made, columns, "text"):
            summed = any(fold(column.name) in TOTALS for column in columns)
            made.slots = tuple(
                Slot(index=c.index, header=c.name, role="actual", segment=c.name) for c in counts
            )
            severity = "info" if summed else "warning"
            made.note("segments-across", severity, value=", ".join(c.name for c in counts)[:200])
            made.by_content = True
            return
        if chosen is None:
            slips = [column for column in counts if slip_of(column.name) == "actual"]
            made.doubt = which_hint(slips or counts, "actual")
            return
        others = ", ".join(c.name for c in counts if c is not chosen)
        made.note("measure-chosen", "warning", column=chosen.name, others=others)
        counts = [chosen]
    made.roles = [None if role == "actual" else role for role in made.roles]
    made.roles[counts[0].index] = "actual"
    made.by_content = True


def _two_columns(made: Arrangement, columns: Sequence[Column], counts: Sequence[Column]) -> None:
    """Take the text column next to the only column of counts as the steps, whatever its name."""
    texts = _free(made, columns, "text")
    if len(texts) > 1:
        texts = [c for c in texts if len({*c.cells}) == len(c.cells)] or texts
        texts = texts if len(texts) == 1 else [c for c in texts if not is_segment_name(c.name)]
    if not texts:
        texts = [c for c in columns if c.kind == "text" and made.roles[c.index] == "segment"]
    if len(texts) != 1:
        if texts:
            made.doubt = which_hint(texts, "stage")
        return
    made.roles = [None if role == "actual" else role for role in made.roles]
    made.roles[texts[0].index] = "stage"
    made.roles[counts[0].index] = "actual"
    made.by_content = True


def _several(made: Arrangement, columns: Sequence[Column], counts: Sequence[Column]) -> None:
    """Decide what several columns of counts without a step column are: steps or measures."""
    texts = _free(made, columns, "text")
    known = {role for role in made.roles if role}
    told = bool(known & {"period", "segment", "owner"}) or any(
        is_segment_name(column.name)
        for column in columns
        if column not in counts and made.roles[column.index] is None and column.kind != "blank"
    )
    one = len(counts[0].cells) == 1
    if not told and not texts and one and not looks_like_a_chain(counts):
        return
    if not told and not texts and not one:
        made.doubt = (
            "nothing distinguishes the rows: add a column of months, or name one"
            " with columns={'period': ...} or segment=..."
        )
        return
    if told or not texts:
        _wide(made, columns, None)
        return
    label = texts[0]
    side = steps_side_by_side(label, counts)
    if side is None:
        first, last = counts[0].name, counts[-1].name
        made.doubt = (
            f"either {label.name!r} names the steps, which columns={{'stage': {label.name!r},"
            f" 'actual': ...}} says; or {first!r} to {last!r} are the steps, a row each of"
            f" {label.name!r}, which segment={label.name!r} says"
        )
        return
    if side:
        _wide(made, columns, label)
        return
    made.roles[label.index] = "stage"
    _long(made, columns, counts)


def _wide(made: Arrangement, columns: Sequence[Column], label: Column | None) -> None:
    """Take each column of numbers as a metric."""
    if label is not None and len(label.cells) == 1 and is_measure(label.cells[0]):
        made.roles[label.index] = "unit"  # one row of figures, and what they count
        made.by_content = True
    elif label is not None:
        made.roles[label.index] = "segment"
        made.note("segment-inferred", "info", column=label.name)
        made.by_content = True
    for i, role in enumerate(made.roles):
        if role == "actual" or role in _FIGURES:
            made.roles[i] = None
    first = min((c.index for c in _counts(made, columns)), default=0)
    made.slots = numbers_across(
        [
            c for c in columns
            if c.kind in {"count", "number", "money", "rate"}
            and not (c.index < first and is_segment_name(c.name))
        ],
        made.roles,
    )  # fmt: skip
