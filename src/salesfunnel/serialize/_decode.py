"""JSON to values: by the annotation of the field, strict, with the path of every fault."""

from __future__ import annotations

import collections.abc
import math
import re
import sys
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

import attrs
import numpy as np

from salesfunnel._core.checks import did_you_mean
from salesfunnel._core.errors import SalesFunnelError, SerializationError
from salesfunnel.serialize._types import NAMES, class_of
from salesfunnel.serialize._upgrade import upgraded

_DURATION = re.compile(r"(-?)PT(\d+)(?:\.(\d{1,6}))?S", re.ASCII)
_INFINITE = {"Infinity": math.inf, "-Infinity": -math.inf}
_DTYPES = re.compile(
    r"bool|u?int(8|16|32|64)|float(32|64)|(datetime|timedelta)64\[(Y|M|W|D|h|m|s|ms|us|ns)\]|str"
)
_LIMIT = 2**31


@cache
def hints_of(cls: object) -> dict[str, Any]:
    """Return the annotation of every field, resolved."""
    return typing.get_type_hints(cls)


def decode_object(body: Mapping[str, Any], cls: type[Any], path: str) -> Any:
    """Return an object of `cls` from the fields of a document."""
    body = upgraded(body, cls.__name__)
    fields = {field.alias or field.name: field for field in attrs.fields(cls)}
    unknown = [key for key in body if key != "type" and key not in fields]
    if unknown:
        raise SerializationError(
            f"'{path}' must not have the field {unknown[0]!r}",
            hint=did_you_mean(unknown[0], fields),
        )
    key: Any = cls
    hints = hints_of(key)
    values = {}
    for name, field in fields.items():
        if not field.init:
            continue
        if name in body:
            values[name] = decode(body[name], hints[field.name], f"{path}.{name}")
        elif field.default is attrs.NOTHING:
            raise SerializationError(f"'{path}' must have the field {name!r}")
    try:
        return cls(**values)
    except SalesFunnelError as error:
        raise SerializationError(
            f"'{path}' must be well formed, got a fault: {error.message}", hint=error.hint
        ) from error
    except (TypeError, ValueError, IndexError, AttributeError, KeyError, ArithmeticError) as error:
        raise SerializationError(f"'{path}' must be well formed, got {error!r}") from error


def is_array(hint: object) -> bool:
    """Whether an annotation is that of an array; newer numpy makes NDArray an alias of its own."""
    origin = get_origin(hint)
    named = getattr(origin, "__name__", "") == "NDArray"
    return origin is np.ndarray or hint is np.ndarray or named


def decode(value: object, hint: object, path: str) -> Any:
    """Return a value of the kind that `hint` wants; raise SerializationError with the path."""
    if hint is Any:
        return _by_form(value, path)
    origin = get_origin(hint)
    if origin is Union or origin is types.UnionType:
        return _union(value, get_args(hint), path)
    if origin is Literal:
        if value not in get_args(hint) or isinstance(value, bool):
            raise _wrong(path, f"one of {', '.join(map(repr, get_args(hint)))}", value)
        return value
    if origin is collections.abc.Sequence:
        return _tuple(value, (*get_args(hint), ...), path)
    if origin is tuple:
        return _tuple(value, get_args(hint), path)
    if origin in (collections.abc.Mapping, dict):
        return _mapping(value, get_args(hint)[1], path)
    if is_array(hint):
        return _array(value, path)
    if isinstance(hint, type) and attrs.has(hint):
        return _object(value, hint, path)
    return _scalar(value, hint, path)


def _wrong(path: str, wanted: str, value: object) -> SerializationError:
    try:
        shown = repr(value)
    except ValueError:  # Python refuses to write whole numbers of thousands of digits
        shown = f"a {type(value).__name__} of {sys.getsizeof(value)} bytes"
    return SerializationError(f"'{path}' must be {wanted}, got {shown[:80]}")


def _scalar(value: object, hint: object, path: str) -> Any:
    if hint is type(None):
        if value is not None:
            raise _wrong(path, "null", value)
        return None
    if hint is bool and isinstance(value, bool):
        return value
    if hint is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    if hint is float:
        return _float(value, path)
    if hint is str and isinstance(value, str):
        return value
    if isinstance(value, str) and hint in (date, datetime, timedelta):
        return _time(value, hint, path)
    raise _wrong(path, getattr(hint, "__name__", str(hint)), value)


def _float(value: object, path: str) -> float:
    if value is None:
        return math.nan
    if isinstance(value, str) and value in _INFINITE:
        return _INFINITE[value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(path, "a number", value)
    try:
        return float(value)
    except OverflowError as error:
        raise _wrong(path, "a number in the range of a float", value) from error


def _time(value: str, hint: Any, path: str) -> Any:
    if hint is timedelta:
        match = _DURATION.fullmatch(value)
        if match is None:
            raise _wrong(path, "a duration such as 'PT86400S'", value)
        sign, whole, fraction = match.groups()
        micros = int(whole) * 10**6 + int((fraction or "").ljust(6, "0"))
        try:
            return timedelta(microseconds=-micros if sign else micros)
        except OverflowError as error:
            raise _wrong(path, "a duration in range", value) from error
    try:
        return hint.fromisoformat(value)
    except ValueError as error:
        raise _wrong(path, f"an ISO 8601 {hint.__name__}", value) from error


_ORDER = (type(None), bool, int, float, timedelta, datetime, date)


def _union(value: object, options: tuple[Any, ...], path: str) -> Any:
    plain = [option for option in _ORDER if option in options]
    others = [option for option in options if option not in _ORDER and option is not str]
    if value is None and type(None) not in options and float in options:
        return math.nan
    last: SerializationError | None = None
    for option in [*plain, *others, *([str] if str in options else [])]:
        if option is float and (value is None or (isinstance(value, str) and str in options)):
            continue
        try:
            return decode(value, option, path)
        except SerializationError as error:
            last = error
            if isinstance(value, Mapping) and value.get("type") == getattr(option, "__name__", ""):
                raise
    if last is not None and len(options) == 2 and type(None) in options:
        raise last
    names = " or ".join(getattr(option, "__name__", str(option)) for option in options)
    raise _wrong(path, names, value) from last


def _tuple(value: object, args: tuple[Any, ...], path: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise _wrong(path, "a list", value)
    if len(args) == 2 and args[1] is Ellipsis:
        return tuple(decode(item, args[0], f"{path}[{i}]") for i, item in enumerate(value))
    if len(value) != len(args):
        raise _wrong(path, f"a list of {len(args)}", value)
    pairs = zip(value, args, strict=True)
    return tuple(decode(item, hint, f"{path}[{i}]") for i, (item, hint) in enumerate(pairs))


def _mapping(value: object, hint: object, path: str) -> dict[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise _wrong(path, "an object", value)
    return {key: decode(item, hint, f"{path}[{key!r}]") for key, item in value.items()}


def _object(value: object, hint: type[Any], path: str) -> Any:
    if not isinstance(value, Mapping):
        raise _wrong(path, f"a {hint.__name__}", value)
    cls = class_of(value.get("type"), path)
    if not issubclass(cls, hint):
        raise _wrong(path, f"a {hint.__name__}", cls.__name__)
    return decode_object(value, cls, path)


def _array(value: object, path: str) -> np.ndarray[Any, Any]:
    if not isinstance(value, Mapping) or set(value) != {"dtype", "shape", "data"}:
        raise _wrong(path, "an array with dtype, shape and data", value)
    name, shape, data = value["dtype"], value["shape"], value["data"]
    if not isinstance(name, str) or _DTYPES.fullmatch(name) is None:
        raise _wrong(f"{path}.dtype", "the name of a plain dtype", name)
    whole = isinstance(shape, list) and all(type(n) is int and 0 <= n < _LIMIT for n in shape)
    if not whole or not isinstance(data, list) or math.prod(shape) != len(data):
        raise _wrong(path, "an array whose data fill its shape", shape)
    array: np.ndarray[Any, Any] = _filled(data, name, path).reshape(shape)
    array.flags.writeable = False
    return array


def _filled(data: list[Any], name: str, path: str) -> np.ndarray[Any, Any]:
    if name == "str":
        wanted: tuple[type, ...] = (str,)
    elif name == "bool":
        wanted = (bool,)
    elif name.startswith("float"):
        data = [_float(item, f"{path}.data") for item in data]
        wanted = (float,)
    else:
        wanted = (int, type(None)) if "64[" in name else (int,)
    for item in data:
        if type(item) not in wanted:
            raise _wrong(f"{path}.data", f"values of {name}", item)
    try:
        if "64[" in name:
            numbers = [np.iinfo(np.int64).min if item is None else item for item in data]
            times: np.ndarray[Any, Any] = np.array(numbers, dtype=np.int64).astype(name)
            return times
        return np.array(data, dtype=np.str_ if name == "str" else name)
    except (OverflowError, ValueError, TypeError) as error:
        raise _wrong(f"{path}.data", f"values of {name}", str(error)) from error


def _by_form(value: object, path: str) -> Any:
    if isinstance(value, Mapping):
        if value.get("type") in NAMES:
            return decode_object(value, class_of(value["type"], path), path)
        if set(value) == {"dtype", "shape", "data"}:
            return _array(value, path)
        return {key: _by_form(item, f"{path}[{key!r}]") for key, item in value.items()}
    if isinstance(value, list):
        return tuple(_by_form(item, f"{path}[{i}]") for i, item in enumerate(value))
    return value
