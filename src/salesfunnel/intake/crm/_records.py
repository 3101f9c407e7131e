"""Records of CRMs as vendors' clients return them, as plain dicts and text."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from salesfunnel._core.errors import SalesFunnelError
from salesfunnel._core.foreign import is_arrow_stream, is_frame, is_lazy_frame, is_readable
from salesfunnel.fault import IntakeError
from salesfunnel.intake.cells.read_time import is_missing_cell
from salesfunnel.intake.files.grid import shown
from salesfunnel.intake.files.source import load

__all__ = [
    "flag",
    "fold_field",
    "folded_keys",
    "is_table",
    "json_of",
    "label_of",
    "plain",
    "rows_of_table",
    "text_of",
]

_FRAMES = ("to_dicts", "to_pylist", "iterrows")
_TO_DICT = ("to_dict", "model_dump", "_asdict", "get_key_values", "to_record")
"""Methods by which objects of clients give their fields."""
_ID_KEYS = ("id", "Id", "ID", "value", "key")
_NAME_KEYS = ("name", "Name", "full_name", "label", "title")


def is_table(source: object) -> bool:
    """Return whether a source is a path, text, a file or a dataframe."""
    if isinstance(source, str | bytes | os.PathLike) or is_readable(source):
        return True
    if is_frame(source) or is_arrow_stream(source) or is_lazy_frame(source):
        return True
    return any(hasattr(source, method) for method in _FRAMES)  # of libraries we do not know


def json_of(source: object) -> Any:
    """Return what a JSON file or JSON text holds, a file of lines as a list; None for others.

    Raises
    ------
    IntakeError
        If the file cannot be opened, or is not JSON.
    """
    if isinstance(source, str) and source.lstrip()[:1] in {"[", "{"}:
        return _parsed(source)
    name = os.fspath(source) if isinstance(source, str | os.PathLike) else ""
    if not isinstance(name, str) or not name.endswith((".json", ".ndjson", ".jsonl")):
        return None
    try:
        text = Path(name).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise IntakeError(f"'records' must be a file that can be read, got {name!r}") from error
    if name.endswith(".json"):
        return _parsed(text)
    return [_parsed(line) for line in text.splitlines() if line.strip()]


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise IntakeError(f"'records' must be JSON, got {error}") from error


def rows_of_table(source: object) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a table as dicts by the names of its header.

    Raises
    ------
    IntakeError
        If a file cannot be read.
    """
    rows = load(source).grids[0].rows
    body = [
        row
        for row in rows
        if any(not is_missing_cell(cell) and shown(cell).strip() for cell in row)
    ]
    heads = [shown(cell).strip() for cell in body[0]] if body else []
    yield from (dict(zip(heads, row, strict=False)) for row in body[1:])


def plain(item: object) -> Mapping[str, Any] | None:
    """Return a record as a dict: a dict, an object with ``to_dict()`` or with attributes."""
    if isinstance(item, Mapping):
        return item
    bare = isinstance(item, tuple) and getattr(item, "_asdict", None) is None
    if item is None or bare or isinstance(item, str | bytes | int | float | list):
        return None
    for method in _TO_DICT:
        give = getattr(item, method, None)
        if give is not None:
            try:
                found = give()
            except (SalesFunnelError, MemoryError):
                raise
            except Exception:  # noqa: BLE001 - a client's own object; it is reported as no record
                return None
            if not isinstance(found, Mapping):
                return None
            return {key: _chosen(value) for key, value in found.items()}
    data = getattr(item, "data", None)
    if isinstance(data, Mapping):  # a Dataverse Record
        return data
    fields = getattr(item, "__dict__", None)
    return {_bare(key): value for key, value in fields.items()} if fields else None


def _chosen(value: object) -> Any:
    """Return what an object holds that a client puts around values of a list: Zoho's Choice."""
    if isinstance(value, list):
        return [_chosen(one) for one in value]
    give = getattr(value, "get_value", None)
    return value if give is None or isinstance(value, Mapping) else give()


def _bare(key: str) -> str:
    """Return the name of an attribute without underscores and the class of a private one."""
    return key.rpartition("__")[2] if key.startswith("_") and "__" in key else key.lstrip("_")


def text_of(value: object) -> str:
    """Return a value as text: the id of a pair or of a dict, nothing for None and False."""
    if value is False or is_missing_cell(value):
        return ""
    if isinstance(value, list | tuple):
        return text_of(value[0]) if value else ""
    if isinstance(value, Mapping):
        found = (text_of(value[key]) for key in _ID_KEYS if key in value)
        return next((text for text in found if text), "")
    return shown(value).strip()


def label_of(value: object) -> str:
    """Return the name that comes with an id: of a many2one pair, or of a dict with ``name``."""
    if isinstance(value, list | tuple):
        pair = len(value) == 2 and isinstance(value[1], str) and not isinstance(value[0], str)
        return value[1].strip() if pair else ""
    if not isinstance(value, Mapping):
        return ""
    found = (value.get(key) for key in _NAME_KEYS)
    return next((name.strip() for name in found if isinstance(name, str) and name.strip()), "")


def flag(value: object) -> bool | None:
    """Return a truth value as CRMs write it; None if it is missing."""
    word = str(value).strip().casefold()
    if word in {"true", "1", "1.0", "yes", "y", "t"}:
        return True
    return False if word in {"false", "0", "0.0", "no", "n", "f"} else None


def folded_keys(record: Mapping[str, Any], names: Mapping[str, str]) -> Mapping[str, Any]:
    """Return a record whose known names are as in the vendor's reference, in whatever case."""
    return {names.get(fold_field(key), str(key)): value for key, value in record.items()}


def fold_field(name: object) -> str:
    """Return a name of a field without case and underscores: is_won, IsWon, ISWON are one."""
    return str(name).replace("_", "").casefold()
