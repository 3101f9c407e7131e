"""PluginRecord: what is known of a plugin without loading it."""

from __future__ import annotations

import attrs

from salesfunnel._core.listing import Listing
from salesfunnel._core.result import ResultMixin
from salesfunnel._core.vocabulary import PluginState

__all__ = ["API_VERSION", "HOME", "SUPPORTED", "PluginRecord"]

API_VERSION = 1
"""The version of the plugin API that this release has."""

SUPPORTED = (1,)
"""The versions of the plugin API that this release can still use."""

HOME = "salesfunnel"
"""The distribution whose plugins are built in."""


@attrs.frozen
class PluginRecord(ResultMixin):
    """One plugin that is installed, and what state it is in.

    Parameters
    ----------
    name : str
        The name to ask for it by.
    distribution : str
        The installed package that brings it.
    version : str
        The version of that package; ``""`` where it is not known.
    state : {"available", "loaded", "broken", "conflict", "incompatible"}
        ``available``: not loaded yet. ``loaded``: loaded and checked in this process.
        ``broken``: its module is not there, or it failed when it was asked for. ``conflict``:
        another distribution offers the same name. ``incompatible``: it was loaded and is written
        for another version of the plugin API.
    error : str or None
        What is wrong, naming the distribution and its version.
    group : str
        The entry-point group.

    Examples
    --------
    >>> record = PluginRecord("b2b", "salesfunnel", "0.1.0")
    >>> record.builtin, record.state
    (True, 'available')
    """

    name: str
    distribution: str
    version: str = ""
    state: PluginState = "available"
    error: str | None = None
    group: str = attrs.field(default="", kw_only=True)

    @property
    def builtin(self) -> bool:
        """Whether it ships with salesfunnel itself."""
        return self.distribution == HOME


class PluginRecords(Listing[PluginRecord]):
    """The plugins that are installed, by name; a tuple of `PluginRecord`."""

    __slots__ = ()
    noun = ("plugin", "plugins")

    def _name(self, item: PluginRecord) -> str:
        """Return the name, with what is wrong."""
        return item.name if item.error is None else f"{item.name} ({item.state})"
