"""JSON and NDJSON to columns: records within records become columns of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from salesfunnel.fault import Fault, IntakeError

__all__ = ["columns_of_records", "is_json", "records_of_json"]

_LISTS = ("results", "events", "data", "rows", "records", "items")
_UNFINISHED = ("next", "next_cursor", "next_page", "nextpagetoken", "next_page_token")


def is_json(text: str) -> bool:
    """Whether text begins as JSON does: with an object, or a list of them."""
    head = text[:200].lstrip("\ufeff \t\r\n")
    return head.startswith("{") or (
        head.startswith("[") and head[1:].lstrip()[:1] in {"{", "]", ""}
    )


def records_of_json(text: str, file: str | None, faults: list[Fault]) -> list[tuple[int, Any]]:
    """Return the records of a JSON list, or of lines of JSON, each with its number from 1.

    Raises
    ------
    IntakeError
        If nothing in it is a record.
    """
    whole = text.lstrip("\ufeff \t\r\n")
    lines = whole.splitlines()
    if whole.startswith("["):
        return [*enumerate(_list_of(_parsed(whole, file), file), 1)]
    if len(lines) == 1 or not _is_object(lines[0]):
        one = _parsed(whole, file)
        return [*enumerate(_list_inside(one, file, faults), 1)]
    records: list[tuple[int, Any]] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError:
            record = None
        if isinstance(record, Mapping):
            records.append((number, record))
        else:
            faults.append(
                Fault.of("line-not-json", severity="error", row=number, value=line[:80], file=file)
            )
    if not records:
        raise IntakeError("'source' must hold records, one JSON object a line, got none", faults)
    return records


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), Mapping)
    except ValueError:
        return False


def _parsed(text: str, file: str | None) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        place = "" if file is None else f" in {file!r}"
        raise IntakeError(
            f"'source' must be JSON, got something else{place}: {error}",
            hint="a list of objects, or one object a line",
        ) from error


def _list_of(found: Any, file: str | None) -> list[Any]:
    rows = [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else []
    if not rows or len(rows) != len(found):
        place = "" if file is None else f" in {file!r}"
        raise IntakeError(f"'source' must hold a list of JSON objects, got other values{place}")
    return rows


def _list_inside(one: object, file: str | None, faults: list[Fault]) -> list[Any]:
    """Return the records of an answer of an API, which is an object around their list."""
    for key in _LISTS:
        if isinstance(one, Mapping) and isinstance(one.get(key), list) and one[key]:
            for name, value in one.items():
                if str(name).casefold() in _UNFINISHED and value:
                    faults.append(
                        Fault.of(
                            "events-page-unfinished", severity="error", column=str(name),
                            value=str(value)[:80], file=file,
                        )
                    )  # fmt: skip
            return _list_of(one[key], file)
    return [one] if isinstance(one, Mapping) else _list_of(one, file)


def columns_of_records(records: list[Any]) -> dict[str, list[Any]]:
    """Return the columns of records; ``properties.time`` is a field of a record inside.

    A list of ``{"key": ..., "value": {...}}``, as GA4 writes parameters, is a record as well.
    """
    columns: dict[str, list[Any]] = {}
    for place, record in enumerate(records):
        for name, value in _flat(record, ""):
            column = columns.setdefault(name, [])
            column.extend([None] * (place - len(column)))
            if len(column) == place:
                column.append(value)
    for column in columns.values():
        column.extend([None] * (len(records) - len(column)))
    return columns


def _flat(record: Mapping[Any, Any], before: str, depth: int = 0) -> Iterator[tuple[str, Any]]:
    for key, value in record.items():
        name = f"{before}{key}"
        pairs = _parameters(value)
        if pairs is not None:
            value = pairs  # noqa: PLW2901 - the record that the list stands for
        if isinstance(value, Mapping) and depth < 3:
            yield from _flat(value, f"{name}.", depth + 1)
        elif isinstance(value, Mapping | list):
            yield name, json.dumps(value, ensure_ascii=False, default=str) if value else None
        else:
            yield name, value


def _parameters(value: object) -> dict[str, Any] | None:
    """Return GA4's list of parameters as a record; None if it is another thing."""
    if not isinstance(value, list) or not value:
        return None
    found = {}
    for item in value:
        if not isinstance(item, Mapping) or not {"key", "value"} <= item.keys():
            return None
        inside = item["value"]
        if isinstance(inside, Mapping):
            inside = next((one for one in inside.values() if one is not None), None)
        found[str(item["key"])] = inside
    return found
