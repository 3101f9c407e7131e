"""Changes of deals as a CRM's history gives them: stages, ends, and other fields."""

from __future__ import annotations

from typing import Any

from salesfunnel.intake.crm._changes import FIRST, LOST, WON, Changes
from salesfunnel.intake.crm._pages import read_pages
from salesfunnel.intake.crm._records import text_of
from salesfunnel.intake.crm._vendor import Vendor

__all__ = ["Moves", "log_moves", "moves_by_deal", "walk"]

Moves = list[tuple[int, str, Any, Any, Any]]
"""Number of the record, field, old value, new value, time."""


def moves_by_deal(vendor: Vendor, found: Changes, changes: object) -> dict[str, Moves]:
    """Return the changes of each deal, in order of time."""
    past: dict[str, Moves] = {}
    if vendor.moves is None or changes is None:
        return past
    for row, record in found.records(read_pages(changes, name="changes")):
        for deal, field, old, new, time in vendor.moves(record):
            when = found.moment(time, row, "changes")
            if when is None and not text_of(time):
                found.fault("change-without-time", row, "changes", new)
            if when is not None:
                past.setdefault(deal, []).append((row, field, old, new, when))
    for moves in past.values():
        moves.sort(key=lambda move: move[4])
    return past


def walk(
    found: Changes,
    deal: str,
    moves: Moves,
    end: tuple[str, Any, int],
) -> bool:
    """Keep the stages that a deal went through, and its end.

    Returns
    -------
    bool
        Whether the changes do not hold the end, so that the record had to say it.
    """
    outcome, closed, row = end
    steps = [move for move in moves if move[1] in {"stage", "outcome"}]
    born, (_, field, old, _, first) = found.created.get(deal), steps[0]
    if field == "stage" and text_of(old) and born is not None:
        found.enter(deal, text_of(old), min(born, first), row, "changes")
    elif born is not None and born < first and not text_of(old):
        found.rows.append((deal, FIRST, born))
    stage, shut = text_of(old), ""
    for number, field, _, new, when in steps:
        word = text_of(new)
        if field == "stage":
            stage = word
            if not shut:
                found.enter(deal, word, when, number, "changes")
        elif word in {WON, LOST}:
            shut = word
            found.enter(deal, _end(found, word), when, number, "changes")
        elif shut and stage:
            shut = ""
            found.enter(deal, stage, when, number, "changes")
    settled = shut or (WON if found.is_won(stage) else LOST if found.is_lost(stage) else "")
    if outcome in {WON, LOST} and outcome != settled:
        when = closed if closed is not None else steps[-1][4]
        found.enter(deal, _end(found, outcome), max(when, steps[-1][4]), row, "closed")
        if closed is None:
            found.endless[deal] = row
        return True
    return False


def _end(found: Changes, outcome: str) -> str:
    """Return the stage that means won, or one that means lost."""
    if outcome == WON:
        return found.stages.won or found.stages.ids[-1]
    return found.lost_stage()


def log_moves(found: Changes, deal: str, moves: Moves) -> None:
    """Keep the histories of fields other than the stage."""
    first: dict[str, tuple[Any, int]] = {}
    for row, field, old, new, when in moves:
        if field in {"stage", "outcome"}:
            continue
        found.log(deal, field, when, new, row, "changes")
        first.setdefault(field, (old, row))
    for field, (old, row) in first.items():
        if text_of(old):
            found.log(deal, field, found.created.get(deal), old, row, "changes")
