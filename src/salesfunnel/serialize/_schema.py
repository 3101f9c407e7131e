"""The JSON Schema of every document, made from the annotations of the types.

``python -m salesfunnel.serialize._schema > src/salesfunnel/serialize/schema.json`` renews the
shipped file; a test compares the two.
"""

from __future__ import annotations

import collections.abc
import json
import sys
import types
from datetime import date, datetime, timedelta
from typing import Any, Literal, Union, get_args, get_origin

import attrs

from salesfunnel.serialize._decode import hints_of, is_array
from salesfunnel.serialize._types import NAMES, SCHEMA_VERSION, class_of

_SCALARS: dict[Any, dict[str, Any]] = {
    type(None): {"type": "null"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"anyOf": [{"type": ["number", "null"]}, {"enum": ["Infinity", "-Infinity"]}]},
    str: {"type": "string"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
    timedelta: {"type": "string", "pattern": r"^-?PT\d+(\.\d{1,6})?S$"},
}
_ARRAY = {
    "type": "object",
    "properties": {
        "dtype": {"type": "string"},
        "shape": {"type": "array", "items": {"type": "integer", "minimum": 0}},
        "data": {"type": "array"},
    },
    "required": ["dtype", "shape", "data"],
    "additionalProperties": False,
}


def build() -> dict[str, Any]:
    """Return the schema of all types."""
    definitions: dict[str, Any] = {"Array": _ARRAY}
    for name in sorted(NAMES):
        definitions[name] = _object(class_of(name, name), name)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "salesfunnel document",
        "type": "object",
        "required": ["schema_version", "type"],
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in sorted(NAMES)],
        "$defs": definitions,
    }


def _object(cls: type[Any], name: str) -> dict[str, Any]:
    key: Any = cls
    hints = hints_of(key)
    properties: dict[str, Any] = {
        "schema_version": {"type": "integer", "minimum": 1, "maximum": SCHEMA_VERSION},
        "type": {"const": name},
    }
    required = ["type"]
    for field in attrs.fields(cls):
        alias = field.alias or field.name
        properties[alias] = _of(hints[field.name])
        if field.init and field.default is attrs.NOTHING:
            required.append(alias)
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _of(hint: Any) -> dict[str, Any]:
    if hint is Any:
        return {}
    if hint in _SCALARS:
        return _SCALARS[hint]
    origin, args = get_origin(hint), get_args(hint)
    if origin is Union or origin is types.UnionType:
        return {"anyOf": [_of(option) for option in args]}
    if origin is Literal:
        return {"enum": list(args)}
    if origin is collections.abc.Sequence or (origin is tuple and args[1:] == (Ellipsis,)):
        return {"type": "array", "items": _of(args[0])}
    if origin is tuple:
        items = [_of(option) for option in args]
        return {"type": "array", "prefixItems": items, "minItems": len(args), "items": False}
    if origin in (collections.abc.Mapping, dict):
        return {"type": "object", "additionalProperties": _of(args[1])}
    if is_array(hint):
        return {"$ref": "#/$defs/Array"}
    return {"$ref": f"#/$defs/{hint.__name__}"}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(build(), indent=1, ensure_ascii=False, sort_keys=True) + "\n")
