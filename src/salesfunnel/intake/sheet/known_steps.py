"""The names that the built-in templates know, whatever the template."""

from __future__ import annotations

from functools import cache

from salesfunnel._core.errors import SalesFunnelError
from salesfunnel._core.vocabulary import Locale
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.intake.sheet.names import FunnelNames
from salesfunnel.plugins import template, templates

__all__ = ["builtin", "builtin_names", "is_known_step", "named_template", "translations"]

_BUILT_IN = "salesfunnel"


def builtin(name: str, locale: Locale) -> Funnel | None:
    """Return a template of this package, None if there is none of this name."""
    try:
        return template(f"{name}@{_BUILT_IN}", locale=locale)
    except SalesFunnelError:
        return None


def translations(funnel: Funnel) -> tuple[Funnel, ...]:
    """Return the built-in template of the same key in both languages, for its other names."""
    both: tuple[Locale, ...] = ("en", "zh")
    found = (builtin(funnel.key, locale) for locale in both)
    return tuple(
        twin
        for twin in found
        if twin is not None and twin != funnel and set(twin.keys) & set(funnel.keys)
    )


def builtin_names() -> tuple[str, ...]:
    """Return the names of the templates that ship with this package, sorted."""
    return tuple(sorted(r.name for r in templates() if r.distribution == _BUILT_IN))


@cache
def named_template(name: str, locale: Locale) -> tuple[Funnel, FunnelNames] | None:
    """Return a template of this package with its names in both languages."""
    found = builtin(name, locale)
    return None if found is None else (found, FunnelNames.of(found, *translations(found)))


@cache
def _all_names() -> tuple[FunnelNames, ...]:
    found = (named_template(name, "en") for name in builtin_names())
    return tuple(one[1] for one in found if one is not None)


def is_known_step(text: str) -> bool:
    """Whether any built-in template has a metric or a stage of this name."""
    return any(
        names.metric(text, None) is not None or names.stage(text) is not None
        for names in _all_names()
    )
