"""Entries of Pipedrive's changelog and flow, by deal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from salesfunnel.intake.crm._changes import Changes
from salesfunnel.intake.crm._pages import read_pages
from salesfunnel.intake.crm._records import text_of

__all__ = ["Moves", "by_deal", "log_edits", "moves_of"]

Entry = Mapping[str, Any]
Moves = list[tuple[Any, Entry]]
_LOGGED = {
    "value": "amount",
    "currency": "currency",
    "expected_close_date": "expected",
    "user_id": "owner",
    "owner_id": "owner",
    "pipeline_id": "pipeline",
    "probability": "probability",
}
"""Keys of fields whose history is kept, and as what."""


def by_deal(found: Changes, changes: object) -> dict[str, list[tuple[int, Entry]]]:
    """Return the entries of each deal, with their numbers."""
    past: dict[str, list[tuple[int, Entry]]] = {}
    if isinstance(changes, Mapping) and "data" not in changes:
        for deal, entries in changes.items():
            if entries is not None:
                pairs = found.records(read_pages(entries, name="changes"))
                past[text_of(deal)] = [(row, _plain(entry)) for row, entry in pairs]
    elif changes is not None:
        for row, entry in found.records(read_pages(changes, name="changes")):
            one = _plain(entry)
            deal = text_of(one.get("deal_id")) or text_of(one.get("item_id"))
            past.setdefault(deal, []).append((row, one))
    return past


def _plain(entry: Entry) -> Entry:
    """Return an entry of the flow as one of the changelog; what is not a change has no field."""
    data = entry.get("data")
    if not isinstance(data, Mapping):
        if "changed_field_key" in entry:  # a table of a warehouse
            return {
                **entry,
                "field_key": entry["changed_field_key"],
                "time": entry.get("change_time"),
            }
        return entry
    return data if text_of(entry.get("object")) in {"", "dealChange"} else {}


def moves_of(found: Changes, entries: list[tuple[int, Entry]]) -> Moves:
    """Return the changes of stage and of status that have a time, in order of time."""
    moves = []
    for number, entry in entries:
        if text_of(entry.get("field_key")) not in {"stage_id", "status"}:
            continue
        field, when = _when(found, number, entry)
        if when is not None:
            moves.append((when, entry))
        elif not text_of(entry.get(field)):
            found.fault("change-without-time", number, field, entry.get("new_value"))
    moves.sort(key=lambda move: move[0])
    return moves


def _when(found: Changes, number: int, entry: Entry) -> tuple[str, Any]:
    field = "time" if text_of(entry.get("time")) else "log_time"
    return field, found.moment(entry.get(field), number, field)


def log_edits(found: Changes, deal: str, entries: list[tuple[int, Entry]]) -> None:
    """Keep the histories of amount, currency, expected close, owner and pipeline of a deal."""
    first: dict[str, tuple[Any, Any, int]] = {}
    for number, entry in entries:
        field = _LOGGED.get(text_of(entry.get("field_key")))
        if field is None:
            continue
        _, when = _when(found, number, entry)
        found.log(deal, field, when, entry.get("new_value"), number, "new_value")
        if when is not None and (field not in first or when < first[field][0]):
            first[field] = (when, entry.get("old_value"), number)
    born = found.created.get(deal)
    for field, (_, old, number) in first.items():
        found.log(deal, field, born, old, number, "old_value")
