"""Values to JSON: by what they are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import attrs
import numpy as np

from salesfunnel._core.errors import SerializationError
from salesfunnel._core.rows import LazyRows
from salesfunnel.data.coded_texts import CodedTexts
from salesfunnel.serialize._types import name_of


def encode(value: object, path: str) -> Any:
    """Return a value as JSON can say it; `path` names it in an error."""
    if value is None or isinstance(value, str | bool | int):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, np.generic):
        return encode(value.item(), path)
    if isinstance(value, np.ndarray):
        return _array(value, path)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return duration_text(value)
    if isinstance(value, list | tuple | CodedTexts | LazyRows):
        return [encode(item, f"{path}[{i}]") for i, item in enumerate(value)]
    if isinstance(value, Mapping):
        return _mapping(value, path)
    if attrs.has(type(value)):
        return _object(value, path)
    raise SerializationError(f"{path!r} must be a value of a document, got {type(value).__name__}")


def _number(value: float) -> float | str | None:
    if math.isnan(value):
        return None
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return float(value)


def _object(value: Any, path: str) -> dict[str, Any]:
    body: dict[str, Any] = {"type": name_of(type(value))}
    for field in attrs.fields(type(value)):
        name = field.alias or field.name
        body[name] = encode(getattr(value, field.name), f"{path}.{name}")
    return body


def _mapping(value: Mapping[Any, Any], path: str) -> dict[str, Any]:
    for key in value:
        if not isinstance(key, str):
            raise SerializationError(f"{path!r} must have str keys, got {key!r}")
    return {key: encode(value[key], f"{path}[{key!r}]") for key in sorted(value)}


def _array(value: np.ndarray[Any, Any], path: str) -> dict[str, Any]:
    kind = value.dtype.kind
    data: list[Any]
    if kind in "mM":
        numbers = value.astype(np.int64).ravel().tolist()
        unknown = np.isnat(value).ravel().tolist()
        data = [None if nat else number for number, nat in zip(numbers, unknown, strict=True)]
    elif kind == "f":
        data = [_number(number) for number in value.ravel().tolist()]
    elif kind in "biuU":
        data = value.ravel().tolist()
    else:
        raise SerializationError(f"{path!r} must be an array of plain values, got {value.dtype}")
    name = "str" if kind == "U" else value.dtype.name
    return {"dtype": name, "shape": list(value.shape), "data": data}


def duration_text(value: timedelta) -> str:
    """Return a duration as ISO 8601 in seconds, exact to the microsecond."""
    micros = value // timedelta(microseconds=1)
    sign, micros = ("-" if micros < 0 else ""), abs(micros)
    whole, rest = divmod(micros, 10**6)
    fraction = f".{rest:06d}".rstrip("0") if rest else ""
    return f"{sign}PT{whole}{fraction}S"
