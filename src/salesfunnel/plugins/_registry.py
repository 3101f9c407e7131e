"""Registry: plugins by group and name, loaded one at a time, failures told with their origin."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable
from typing import Any

from salesfunnel._core.checks import check_choice, did_you_mean
from salesfunnel._core.errors import (
    PluginConflictError,
    PluginError,
    PluginVersionError,
    UnknownNameError,
)
from salesfunnel._core.safe_text import clean, described
from salesfunnel._core.vocabulary import PLUGIN_GROUPS, PluginGroup, PluginState
from salesfunnel.plugins._discovery import Found, module_missing, normalized
from salesfunnel.plugins._record import HOME, SUPPORTED, PluginRecord

__all__ = ["Registry"]

Check = Callable[[Any], str | None]
NO_METADATA = "the metadata of the distribution 'salesfunnel' must be installed, got none"
NO_METADATA_HINT = (
    "the built-in templates, rules and benchmarks are found through entry points; install with"
    " pip, or copy the folder salesfunnel-*.dist-info beside the package (a zipapp needs it too)"
)
KINDS: dict[str, str] = {
    "salesfunnel.templates": "template",
    "salesfunnel.rules": "rule set",
    "salesfunnel.benchmarks": "benchmark",
    "salesfunnel.sources": "source",
}


class Registry:
    """The plugins of the four groups.

    Parameters
    ----------
    entry_points : iterable
        The entry points to know; those of other groups are left out.
    third_party : bool
        Whether plugins of other distributions than salesfunnel are known.

    Notes
    -----
    What was loaded is remembered. A plugin that failed is listed as broken until it works when
    asked for again. A name that two distributions offer can be had
    as ``"name@distribution"``.
    """

    def __init__(self, entry_points: Iterable[Any] = (), *, third_party: bool = True) -> None:
        found = [e if isinstance(e, Found) else Found.of(e) for e in entry_points]
        known = [f for f in found if f.group in PLUGIN_GROUPS]
        self._hidden = () if third_party else tuple(f for f in known if f.distribution != HOME)
        kept = known if third_party else [f for f in known if f.distribution == HOME]
        self._found = tuple(sorted(kept, key=lambda f: (f.group, f.name, f.distribution, f.value)))
        self._loaded: dict[Found, Any] = {}
        self._failed: dict[Found, tuple[str, bool]] = {}

    def records(self, group: PluginGroup) -> tuple[PluginRecord, ...]:
        """Return a record of every plugin of a group, sorted by name; nothing is loaded."""
        check_choice("group", group, PLUGIN_GROUPS)
        records = [self._record(found) for found in self._found if found.group == group]
        if not any(f.distribution == HOME for f in self._found):
            records.insert(
                0,
                PluginRecord(
                    HOME, HOME, "", "broken", f"{NO_METADATA}; {NO_METADATA_HINT}", group=group
                ),
            )
        return tuple(records)

    def load(self, group: PluginGroup, name: str, *, check: Check | None = None) -> Any:
        """Load the one plugin that has this name.

        Parameters
        ----------
        group : str
            One of the four groups.
        name : str
            Its name, or ``"name@distribution"`` where two distributions offer it.
        check : callable, optional
            Takes the loaded object, returns what is wrong with it or None.

        Raises
        ------
        UnknownNameError
            If no plugin has the name.
        PluginConflictError
            If more than one distribution offers it.
        PluginVersionError
            If it is written for another version of the plugin API.
        PluginError
            If it cannot be loaded, or is not what its group wants.
        """
        found = self._choose(group, name)
        if found not in self._loaded:
            self._loaded[found] = self._kept(found, lambda: _load(found, check))
        return self._loaded[found]

    def call(self, group: PluginGroup, name: str, *, returns: type, options: dict[str, Any]) -> Any:
        """Load a plugin that is a function, call it, and check what it returns.

        Only the options that its signature takes are passed on.
        """
        function = self.load(group, name, check=_not_callable)
        found = self._choose(group, name)
        return self._kept(found, lambda: _called(found, function, returns, options))

    def _kept(self, found: Found, work: Callable[[], Any]) -> Any:
        """Do the work; remember for the listing whether it failed. The next look-up tries anew."""
        try:
            value = work()
        except PluginError as error:
            self._failed[found] = error.message, isinstance(error, PluginVersionError)
            raise
        self._failed.pop(found, None)
        return value

    def _choose(self, group: PluginGroup, name: str) -> Found:
        check_choice("group", group, PLUGIN_GROUPS)
        found = [f for f in self._found if f.group == group]
        plain, at, distribution = str(name).rpartition("@")
        exact = [f for f in found if f.name == name]
        if not exact and at:
            wanted = normalized(distribution)
            exact = [f for f in found if f.name == plain and f.distribution == wanted]
        if len(exact) == 1:
            return exact[0]
        if exact:
            raise _conflict(exact)
        raise self._unknown(group, name, sorted({f.name for f in found}))

    def _unknown(self, group: PluginGroup, name: object, known: list[str]) -> Exception:
        if not any(f.distribution == HOME for f in self._found):
            return PluginError(NO_METADATA, hint=NO_METADATA_HINT)
        hint = did_you_mean(name, known)
        if any(f.group == group and f.name == name for f in self._hidden):
            hint = "unset SALESFUNNEL_NO_PLUGINS, which hides it"
        kind = KINDS[group]
        return UnknownNameError(f"{kind!r} must be the name of an installed {kind}, got {name!r}",
                                hint=hint)  # fmt: skip

    def _record(self, found: Found) -> PluginRecord:
        state: PluginState = "available"
        error: str | None = None
        same = [f for f in self._found if (f.group, f.name) == (found.group, found.name)]
        if found in self._failed:
            error, other_version = self._failed[found]
            state = "incompatible" if other_version else "broken"
        elif len(same) > 1:
            state, error = "conflict", _conflict(same).message
        elif found in self._loaded:
            state = "loaded"
        else:
            missing = module_missing(found.value)
            if missing is not None:
                state = "broken"
                error = _broken(found, f"have its module, got no module {missing!r}").message
        return PluginRecord(
            found.name, found.distribution, found.version, state, error, group=found.group
        )


def _origin(found: Found) -> str:
    return f"{found.distribution} {found.version}".rstrip()


def _broken(found: Found, problem: str, kind: type[PluginError] = PluginError) -> PluginError:
    return kind(
        f"{KINDS[found.group]} {found.name!r} of {_origin(found)} must {problem}",
        hint=f"install another version of {found.distribution}, or uninstall it;"
        " SALESFUNNEL_NO_PLUGINS=1 leaves the built-in ones alone",
    )


def _conflict(found: list[Found]) -> PluginConflictError:
    origins = " and ".join(_origin(f) for f in found)
    first = found[0]
    choices = " or ".join(repr(f"{f.name}@{f.distribution}") for f in found)
    return PluginConflictError(
        f"{KINDS[first.group]} {first.name!r} must come from one distribution, got {origins}",
        hint=f"ask for {choices}, or uninstall one of them",
    )


def _load(found: Found, check: Check | None) -> Any:
    try:
        loaded = found.entry.load()
        version = _api_version(loaded, found)
        problem = None if check is None or version not in SUPPORTED else check(loaded)
    except (KeyboardInterrupt, MemoryError):
        raise
    except BaseException as error:  # an import may raise anything, SystemExit too
        raise _broken(found, f"load, got {described(error)}") from error
    if version not in SUPPORTED:
        supported = ", ".join(map(str, SUPPORTED))
        raise _broken(
            found,
            f"be written for version {supported} of the plugin API, got {_shown(version)}",
            PluginVersionError,
        )
    if problem is not None:
        raise _broken(found, problem)
    return loaded


def _called(
    found: Found, function: Callable[..., Any], returns: type, options: dict[str, Any]
) -> Any:
    try:
        value = function(**_accepted(function, options))
    except (KeyboardInterrupt, MemoryError):
        raise
    except BaseException as error:  # a plugin may raise anything, SystemExit too
        raise _broken(found, f"run, got {described(error)}") from error
    if not isinstance(value, returns):
        raise _broken(found, f"return a {returns.__name__}, got {type(value).__name__}")
    return value


def _api_version(loaded: object, found: Found) -> Any:
    """Return ``__salesfunnel_api__`` of the object or else of its module; 1 if there is none."""
    for holder in (loaded, sys.modules.get(found.value.partition(":")[0].strip())):
        version = getattr(holder, "__salesfunnel_api__", None)
        if version is not None:
            return version
    return 1


def _shown(value: object) -> str:
    try:
        return clean(repr(value))
    except Exception as error:  # noqa: BLE001 - an object of a stranger may raise anything
        return f"{type(value).__name__} ({described(error)})"


def _not_callable(loaded: object) -> str | None:
    return None if callable(loaded) else f"be a function, got {type(loaded).__name__}"


def _accepted(function: Callable[..., Any], options: dict[str, Any]) -> dict[str, Any]:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return options
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return options
    named = {p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    return {key: value for key, value in options.items() if key in named}
