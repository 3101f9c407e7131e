"""The one file that touches entry points: it finds them, and imports one when told to."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from salesfunnel._core.vocabulary import PLUGIN_GROUPS

if TYPE_CHECKING:
    from importlib_metadata import EntryPoint

__all__ = ["Found", "discover", "module_missing", "normalized"]


class EntryPointLike(Protocol):
    """The used part of an entry point of `importlib_metadata` (or of one made by hand)."""

    @property
    def name(self) -> str: ...
    @property
    def group(self) -> str: ...
    @property
    def value(self) -> str: ...
    def load(self) -> Any: ...


@attrs.frozen
class Found:
    """An entry point together with the distribution that brings it."""

    entry: EntryPointLike = attrs.field(eq=False)
    name: str
    group: str
    value: str
    distribution: str
    version: str

    @classmethod
    def of(cls, entry: EntryPoint) -> Found:
        """Read an entry point; the distribution is ``"unknown"`` where it carries none."""
        dist = getattr(entry, "dist", None)
        name, version = "unknown", ""
        if dist is not None:
            # Broken metadata of a stranger (no Name, no Version) must not crash the listing.
            try:
                name = normalized(str(dist.metadata["Name"] or "unknown"))
                version = str(dist.version or "")
            except Exception:  # noqa: BLE001 - whatever the metadata backend raises
                name, version = name or "unknown", ""
        return cls(
            entry=entry,
            name=str(entry.name),
            group=str(entry.group),
            value=str(entry.value),
            distribution=name,
            version=version,
        )


def normalized(distribution: str) -> str:
    """Return the name of a distribution in its one normal form (PEP 503)."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def discover() -> tuple[Found, ...]:
    """Return every entry point of the four groups, sorted, without importing any.

    The scan is remembered for as long as ``sys.path`` and the folders on it stay as they are.
    """
    return _scan(tuple((path, _changed(path)) for path in sys.path))


def _changed(path: str) -> int:
    try:
        return os.stat(path or ".").st_mtime_ns  # noqa: PTH116 - runs at every look-up, for all of sys.path
    except OSError:
        return -1


@lru_cache(maxsize=4)
def _scan(_paths: tuple[tuple[str, int], ...]) -> tuple[Found, ...]:
    entries: Iterable[Any] = (e for e in _entries() if e.group in PLUGIN_GROUPS)
    # One distribution that is on the path twice (an editable install in its own folder) is one.
    unique = dict.fromkeys(Found.of(entry) for entry in entries)
    return tuple(sorted(unique, key=lambda f: (f.group, f.name, f.distribution, f.value)))


def _entries() -> list[Any]:
    """Return all entry points; a malformed one hides its own distribution, not all of them."""
    from importlib_metadata import distributions, entry_points

    try:
        return list(entry_points())
    except ValueError:  # newer releases check the form of every entry of every distribution
        found: list[Any] = []
        for distribution in distributions():
            with suppress(ValueError):
                found += distribution.entry_points
        return found


def module_missing(value: str) -> str | None:
    """Return the module of an entry point's value that is not there, without importing any."""
    module = value.partition(":")[0].partition("[")[0].strip()
    if not all(part.isidentifier() for part in module.split(".")):
        return module or value
    path: Any = None
    name = ""
    for part in module.split("."):
        name = f"{name}.{part}" if name else part
        if name in sys.modules:
            path = getattr(sys.modules[name], "__path__", None)
            continue
        spec = _spec(name, path)
        if spec is None:
            return name
        path = spec.submodule_search_locations
    return None


def _spec(name: str, path: object) -> Any:
    """Ask the finders for a module as the import system would, but run nothing of it."""
    for finder in [*sys.meta_path, PathFinder]:
        find = getattr(finder, "find_spec", None)
        try:
            spec = None if find is None else find(name, path)
        except Exception:  # noqa: BLE001 - a stranger's finder; the import itself will tell
            spec = None
        if spec is not None:
            return spec
    return None
