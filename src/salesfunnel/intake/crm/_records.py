"""Records of CRMs as vendors' clients return them, as plain dicts and text."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from salesfunnel._core.errors import ArgumentError, SalesFunnelError
from salesfunnel.intake.cells.read_time import is_missing
from salesfunnel.intake.files.grid import shown
from salesfunnel.intake.files.source import load

__all__ = ["flag", "label_of", "plain", "records_of", "text_of"]

_UNDER = ("records", "results", "data", "items", "stages")
_FRAMES = ("__arrow_c_stream__", "to_dicts", "to_pylist", "iterrows", "collect")


def records_of(source: Any, *, name: str) -> Iterator[Mapping[str, Any] | None]:
    """Yield records as dicts, None for what is no record.

    They may come as dicts, objects of a client, an iterator of such, a response or page that holds
    them under ``records``, ``results``, ``data`` or ``items``, a CSV path or text, a dataframe.

    Raises
    ------
    ArgumentError
        If there is nothing that could hold records.
    IntakeError
        If a file cannot be read.
    """
    if isinstance(source, Mapping):
        for key in _UNDER:
            if key in source and not isinstance(source[key], str):
                yield from () if source[key] is None else records_of(source[key], name=name)
                return
        yield source
    elif _is_table(source):
        rows = load(source).grids[0].rows
        body = [row for row in rows if any(shown(cell).strip() for cell in row)]
        heads = [shown(cell).strip() for cell in body[0]] if body else []
        yield from (dict(zip(heads, row, strict=False)) for row in body[1:])
    elif hasattr(source, "results"):
        yield from records_of(source.results, name=name)
    elif isinstance(source, Iterable):
        yield from map(plain, source)
    else:
        raise ArgumentError(f"{name!r} must hold records, got {type(source).__name__}")


def _is_table(source: Any) -> bool:
    if isinstance(source, str | bytes | os.PathLike) or hasattr(source, "read"):
        return True
    return any(hasattr(source, method) for method in _FRAMES)


def plain(item: Any) -> Mapping[str, Any] | None:
    """Return a record as a dict: a dict, an object with ``to_dict()`` or with attributes."""
    if isinstance(item, Mapping):
        return item
    bare = isinstance(item, tuple) and not hasattr(item, "_asdict")
    if item is None or bare or isinstance(item, str | bytes | int | float | list):
        return None
    for method in ("to_dict", "model_dump", "_asdict"):
        if hasattr(item, method):
            try:
                found = getattr(item, method)()
            except SalesFunnelError:
                raise
            except Exception:  # noqa: BLE001 - a client's own object; it is told as no record
                return None
            return found if isinstance(found, Mapping) else None
    fields = getattr(item, "__dict__", None)
    return {key.lstrip("_"): value for key, value in fields.items()} if fields else None


def text_of(value: Any) -> str:
    """Return a value as text: the id of a many2one pair, nothing for None and False."""
    if value is False or is_missing(value):
        return ""
    if isinstance(value, list | tuple):
        return text_of(value[0]) if value else ""
    if isinstance(value, Mapping):
        return text_of(value.get("id", value.get("value")))
    return shown(value).strip()


def label_of(value: Any) -> str:
    """Return the name beside an id: of a many2one pair, or of a dict with ``name``."""
    if isinstance(value, list | tuple):
        return value[1].strip() if len(value) > 1 and isinstance(value[1], str) else ""
    name = value.get("name") if isinstance(value, Mapping) else None
    return name.strip() if isinstance(name, str) else ""


def flag(value: Any) -> bool | None:
    """Return a truth value as CRMs write it; None where it is missing."""
    word = str(value).strip().casefold()
    if word in {"true", "1", "1.0", "yes"}:
        return True
    return False if word in {"false", "0", "0.0", "no"} else None
