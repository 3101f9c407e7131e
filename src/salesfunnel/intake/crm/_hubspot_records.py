"""Deals as HubSpot's API gives them: properties, their histories, dates entered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from salesfunnel.intake.crm._changes import LOST, WON, Changes
from salesfunnel.intake.crm._records import flag, plain, text_of
from salesfunnel.intake.crm._stages import Catalogue

__all__ = ["CURRENT", "entries_of", "enter_dated", "flat", "id_of", "is_gone", "pipeline_of"]

_ENTERED = re.compile(r"hs_(v2_)?date_entered_(.+)", re.ASCII)
CURRENT = "hs_v2_date_entered_current_stage"
Record = Mapping[str, Any]


def flat(record: Record) -> Record:
    """Return a record with ``properties`` of plain values, and its histories next to them."""
    properties = record.get("properties", record)
    properties = record if properties is None else properties
    past = record.get("propertiesWithHistory") or record.get("properties_with_history") or {}
    if isinstance(properties, Mapping) and any(_versioned(v) for v in properties.values()):
        past = {
            name: value.get("versions") or [value]
            for name, value in properties.items()
            if _versioned(value)
        }
        properties = {
            name: value.get("value") if _versioned(value) else value
            for name, value in properties.items()
        }
    born = record.get("createdAt", record.get("created_at"))
    if born and isinstance(properties, Mapping) and not text_of(properties.get("createdate")):
        properties = {**properties, "createdate": born}
    archived = flag(record.get("archived"))
    deleted = flag(record.get("isDeleted", record.get("is_deleted")))
    number = record.get("id", record.get("dealId"))
    return {
        "properties": properties, "history": past, "archived": archived, "deleted": deleted,
        "id": number,
    }  # fmt: skip


def _versioned(value: object) -> bool:
    """Return whether a property is one of version 1 of the API."""
    return isinstance(value, Mapping) and "value" in value and "timestamp" in value


def is_gone(record: Record) -> bool:
    return bool(record["archived"] or record["deleted"])


def id_of(record: Record) -> str:
    properties = record["properties"]
    own = properties.get("hs_object_id") if isinstance(properties, Mapping) else None
    return text_of(own) or text_of(record.get("id"))


def pipeline_of(record: Record, catalogue: Catalogue) -> tuple[str, str]:
    """Return the id and the name of the pipeline of a deal: as stated, else that of its stage."""
    properties = record["properties"]
    if not isinstance(properties, Mapping):
        return "", ""
    key = text_of(properties.get("pipeline"))
    if not key:
        key = catalogue.pipeline_of(text_of(properties.get("dealstage")))
    return key, catalogue.pipelines.get(key, "")


def entries_of(found: Changes, record: Record, name: str, row: int) -> Iterator[Record]:
    """Yield the history of a property: dicts, or objects of the client."""
    past = record["history"]
    past = past if isinstance(past, Mapping) else {}
    entries = past.get(name)
    if entries is None:
        return
    for entry in entries if isinstance(entries, list | tuple) else [entries]:
        one = plain(entry)
        if one is None:
            found.fault("record-not-understood", row, "propertiesWithHistory", entry)
        else:
            yield one


def enter_dated(found: Changes, deal: str, properties: Record, row: int) -> None:
    """Keep the dates entered, and the current stage where it has none.

    A loss is void where the deal stands in another stage: it was reopened.
    """
    dated: dict[str, tuple[bool, str]] = {}
    stages = found.stages
    known = {
        _in_a_name(stage): stage
        for stage in (*stages.others, *stages.wins, *stages.lost, *stages.ids)
    }
    for field in map(str, properties):
        match = _ENTERED.fullmatch(field)
        if match is None or match[2] == "current_stage" or not text_of(properties[field]):
            continue
        new, word = bool(match[1]), match[2]
        stage = known.get(word) or known.get(re.sub(r"_\d+$", "", word)) or word
        if new or stage not in dated:
            dated[stage] = (new, field)
    stated = text_of(properties.get("dealstage"))
    current = found.stage(stated)
    times = {s: found.moment(properties[field], row, field) for s, (_, field) in dated.items()}
    standing = [t for s, t in times.items() if not found.is_lost(s) and t is not None]
    stands = current in found.stages.ids
    for stage, (_, field) in dated.items():
        when = times[stage]
        void = stands and found.is_lost(stage) and when is not None
        if not (void and all(t <= when for t in standing)):
            found.enter(deal, stage, when, row, field)
    if not current or stated in dated or current in dated:
        return
    since = found.moment(properties.get(CURRENT), row, CURRENT)
    won = found.is_won(current) or flag(properties.get("hs_is_closed_won"))
    outcome = LOST if found.is_lost(current) else WON if won else ""
    closed = found.moment(properties.get("closedate"), row, "closedate") if outcome else None
    if dated:
        when = since if since is not None else closed if outcome else found.created.get(deal)
        field = CURRENT if since is not None else "closedate" if outcome else "createdate"
        found.enter(deal, current, when, row, field)
        return
    if outcome and since is not None:
        closed = since
    found.listed(deal, stated, row, field="dealstage", since=since, closed=closed, outcome=outcome)


def _in_a_name(stage: str) -> str:
    """Return the id of a stage as it stands in the names of properties."""
    return re.sub(r"\W", "_", stage).lower()
