"""A representation in one line: the type and as many of its fields as a line holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Sized
from typing import Any

from salesfunnel._core.foreign import library_of
from salesfunnel._core.interval import Interval
from salesfunnel._core.short_number import short_number

__all__ = ["one_line", "told_by"]

WIDEST = 118
"""Letters of a representation at most."""
LONGEST = 40
"""Letters of one value at most."""


def one_line(thing: Any, first: Sequence[str] = ()) -> str:
    """Return ``<Type field=value, ...>`` of an attrs object, cut after `WIDEST` letters.

    Fields that have their default are left out; collections are given by their length.
    Those named in `first` come first, whatever they hold.

    Examples
    --------
    >>> from salesfunnel import TrackingRow
    >>> TrackingRow(stage="won", metric="deals", actual=12)
    <TrackingRow stage='won', metric='deals', actual=12>
    """
    import attrs

    name = type(thing).__name__
    parts: list[str] = []
    size = len(name) + 2
    fields = attrs.fields_dict(type(thing))
    for key in (*first, *(key for key in fields if key not in first)):
        field = fields[key]
        if key.startswith("_") or field.repr is False:
            continue
        value = getattr(thing, key)
        default: Any = field.default
        if isinstance(default, attrs.Factory):  # type: ignore[arg-type]
            default = None if default.takes_self else default.factory()
        if key not in first and _same(value, default):
            continue
        part = f"{key}={_short(value)}"
        if size + len(part) + 4 > WIDEST:
            parts.append("...")
            break
        parts.append(part)
        size += len(part) + 2
    return f"<{name} {', '.join(parts)}>" if parts else f"<{name}>"


def told_by(*first: str) -> Callable[[Any], str]:
    """Return a ``__repr__`` that begins with these fields: those by which a reader tells one."""

    def shown(self: Any) -> str:
        return one_line(self, first)

    return shown


def _same(value: object, default: object) -> bool:
    if value is default:
        return True
    # arrays, which need numpy to be named, are compared value by value: none is a default
    if type(value) is not type(default) or library_of(value) == "numpy":
        return False
    return bool(value == default)


def _short(value: object) -> str:
    """Return one value: figures rounded, long texts cut, collections by their length."""
    if isinstance(value, float):
        return short_number(value)
    if isinstance(value, str):
        return repr(value if len(value) <= LONGEST else value[: LONGEST - 3] + "...")
    if value is None or isinstance(value, bool | int):
        return repr(value)
    if isinstance(value, Interval):
        return f"{short_number(value.low)}..{short_number(value.high)}"
    if isinstance(value, Mapping) or (isinstance(value, Sized) and not hasattr(value, "columns")):
        return f"[{len(value)}]"
    words = str(value)
    if words.startswith(("<", type(value).__name__ + "(")) or len(words) > LONGEST:
        return type(value).__name__
    return words
