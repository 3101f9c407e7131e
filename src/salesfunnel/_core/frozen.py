"""Converters of frozen fields: a mapping that cannot change and has a hash, and tuples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

V = TypeVar("V")


class FrozenMap(Mapping[str, V]):
    """A read-only mapping from str, in sorted order of its keys."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, V] | Iterable[tuple[str, V]] = ()) -> None:
        self._items: dict[str, V] = dict(sorted(dict(items).items()))

    def __getitem__(self, key: str) -> V:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(tuple(self._items.items()))

    def __repr__(self) -> str:
        return repr(self._items)

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self._items,))


def as_tuple(values: Iterable[Any]) -> tuple[Any, ...]:
    """Return the values as a tuple; the converter of tuple fields."""
    return tuple(values)


def plain(value: Any) -> Any:
    """Return a numpy scalar as the Python value it holds, anything else as it is."""
    return value.item() if getattr(value, "shape", None) == () else value


def as_items(values: object) -> tuple[Any, ...]:
    """Return the values as a tuple; text and non-iterables stay one item, to be checked."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        return (values,)
    return tuple(values)


def frozen_map(items: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> FrozenMap[Any]:
    """Return the mapping as one that cannot change; the converter of mapping fields."""
    return FrozenMap({key: plain(value) for key, value in dict(items).items()})


def in_both(words: Mapping[str, str] | str) -> FrozenMap[str]:
    """Return words by locale; a bare text stands for both; the converter of titles."""
    if isinstance(words, str):
        return FrozenMap({"en": words, "zh": words} if words else {})
    return FrozenMap(words or {})
