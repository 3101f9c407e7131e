"""Results as JSON documents and back: generic over the types, strict when reading.

A document is an object with ``schema_version``, ``type`` and the fields of the type. Inside:

- a nested value object is an object with its own ``type``;
- an array is ``{"dtype", "shape", "data"}``, its data flat in row-major order;
- dates and times are ISO 8601, durations ``PT<seconds>S``;
- NaN is null, infinities are ``"Infinity"`` and ``"-Infinity"``.

Equal results give equal text. A document of an older schema version stays readable.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

from salesfunnel._core.errors import SerializationError
from salesfunnel.serialize._decode import decode_object
from salesfunnel.serialize._encode import encode
from salesfunnel.serialize._types import SCHEMA_VERSION, class_of, name_of

__all__ = ["SCHEMA_VERSION", "from_dict", "from_json", "json_schema", "to_dict", "to_json"]


def to_dict(result: object) -> dict[str, Any]:
    """Return a result as a JSON-ready dict.

    Raises
    ------
    SerializationError
        If the result is of a type that is not a document, or holds a value that JSON cannot say.
    """
    name = name_of(type(result))
    body = encode(result, name)
    return {"schema_version": SCHEMA_VERSION, **body}


def to_json(result: object, *, indent: int | None = None) -> str:
    """Return a result as JSON text, the same for equal results."""
    return json.dumps(to_dict(result), ensure_ascii=False, allow_nan=False, indent=indent)


def from_dict(document: object, cls: type[Any] | None = None) -> Any:
    """Make a result again from its document.

    Parameters
    ----------
    document : mapping
        What `to_dict` gave.
    cls : type, optional
        The type it must be of; any type of the library by default.

    Raises
    ------
    SerializationError
        With the path of the field, if the document is of another type, of an unknown schema
        version, lacks a field, has one too many, or holds a wrong kind of value.
    """
    if not isinstance(document, Mapping):
        raise SerializationError(f"'document' must be a mapping, got {type(document).__name__}")
    version = document.get("schema_version")
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise SerializationError(f"'schema_version' must be a whole number, got {version!r}")
    if version > SCHEMA_VERSION:
        raise SerializationError(
            f"'schema_version' must be at most {SCHEMA_VERSION}, got {version}",
            hint="the document was written by a newer salesfunnel: upgrade to read it",
        )
    name = document.get("type")
    if cls is not None and name != cls.__name__:
        raise SerializationError(f"'type' must be {cls.__name__!r}, got {name!r}")
    body = {key: value for key, value in document.items() if key != "schema_version"}
    return decode_object(body, class_of(name, "document"), str(name))


def from_json(text: str | bytes, cls: type[Any] | None = None) -> Any:
    """Make a result again from its JSON text; raise SerializationError as `from_dict`."""
    try:
        document = json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise SerializationError(f"'text' must be JSON, got a fault: {error}") from error
    return from_dict(document, cls)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise SerializationError(f"a document must have unique keys, got {twice!r} twice")
    return found


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of every document, as it is shipped."""
    file = resources.files("salesfunnel.serialize") / "schema.json"
    schema: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return schema
