"""What the outcomes of a list settle: labels that are ends, and ends that no deal has."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from salesfunnel.intake.deals.column_reader import ColumnReader
from salesfunnel.intake.deals.headers import fold_header
from salesfunnel.intake.deals.outcome_evidence import LOST, UNKNOWN, WON, Codes
from salesfunnel.intake.deals.stage_order import stage_rank

__all__ = ["ends_by_flags", "tell_missing_ends"]

_SHOWN = 10
_ENOUGH = 5
"""This many deals with one label and one outcome settle what the label means."""
_MANY = 20
"""From this many wins on, a list without a loss is told."""


def tell_missing_ends(
    reader: ColumnReader, roles: Mapping[str, int], labels: Mapping[str, int], outcome: Codes
) -> None:
    """Say that no deal is won, or none lost, where many ended the other way."""
    won, lost = int((outcome == WON).sum()), int((outcome == LOST).sum())
    if not won and not lost:
        reader.note("no-outcomes", severity="warning", deals=outcome.size)
    elif not won and lost >= _ENOUGH:
        others = [label for label, code in labels.items() if code == UNKNOWN]
        at = roles.get("stage", roles.get("status"))
        column = None if at is None else reader.table.names[at]
        value = ", ".join(others[:_SHOWN]) or "–"
        reader.note("no-wins", severity="warning", column=column, value=value, deals=lost)
    elif not lost and won >= _MANY:
        reader.note("no-losses", severity="warning", deals=won)


def ends_by_flags(
    reader: ColumnReader, roles: Mapping[str, int], labels: Mapping[str, int], outcome: Codes
) -> Mapping[str, int]:
    """Return the labels with those that the CRM's flags say are won, or lost."""
    status = roles.get("status")
    semantic = status is not None and "semantic" in fold_header(reader.table.names[status])
    if "stage" in roles and status is not None and not semantic and "is_closed" not in roles:
        return _ends_by_statuses(reader, roles, labels, outcome)
    if "stage" not in roles or not ("is_closed" in roles or semantic):
        return labels
    codes, words = reader.table.words(roles["stage"])
    found = dict(labels)
    for place, label in enumerate(words):
        here = outcome[codes == place]
        if label and labels.get(label) == UNKNOWN and here.size:
            for code in (WON, LOST):
                if (here == code).all():
                    found[label] = code
    return found


def _ends_by_statuses(
    reader: ColumnReader, roles: Mapping[str, int], labels: Mapping[str, int], outcome: Codes
) -> Mapping[str, int]:
    """Return the labels with one that all lost deals have and no other, or all won ones.

    A number or a name that tells nothing is no stage of the way where the statuses say that it is
    the end: stage "6" of all lost deals. Where losses keep the stage they were lost in, they have
    several labels.
    """
    codes, words = reader.table.words(roles["stage"])
    found = dict(labels)
    for code in (WON, LOST):
        there = np.unique(codes[outcome == code])
        if there.size != 1 or (outcome == code).sum() < _ENOUGH:
            continue
        label = words[int(there[0])]
        alone = (outcome[codes == there[0]] == code).all()
        if label and alone and labels.get(label) == UNKNOWN and stage_rank(label) is None:
            found[label] = code
    return found
