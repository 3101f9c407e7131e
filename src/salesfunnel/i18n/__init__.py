"""Words in English and Chinese: catalogs are data, chosen by ``locale=``.

A catalog is a JSON file a topic and a language (``en/fault.json``, ``zh/fault.json``): a flat
mapping from key to template. Its keys are read as ``<topic>.<key>``; a topic may have several
files, ``fault.json`` and ``fault.sheets.json``. A template is a format
string; besides Python's own format specs it knows the named ones of `FORMS`:
``{rate:percent}``, ``{p:chance}``, ``{gain:deals}``, ``{n:count}``, ``{x:number}``,
``{gain:money}``, ``{gain:about}``, ``{when:date}``, ``{month:period}``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

from salesfunnel._core.checks import check_choice, did_you_mean
from salesfunnel._core.errors import UnknownNameError
from salesfunnel._core.vocabulary import LOCALES, Locale
from salesfunnel.i18n._format import FORMS, fill

__all__ = ["FORMS", "catalog", "has", "text"]


@cache
def catalog(locale: Locale) -> Mapping[str, str]:
    """Return every template of a language, by ``<topic>.<key>``."""
    check_choice("locale", locale, LOCALES)
    words: dict[str, str] = {}
    folder = resources.files("salesfunnel.i18n") / locale
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".json"):
            topic = file.name.partition(".")[0]
            entries: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
            words.update({f"{topic}.{key}": value for key, value in entries.items()})
    return MappingProxyType(words)


def has(key: str) -> bool:
    """Whether there are words for this key."""
    return key in catalog("en")


def text(key: str, locale: Locale, *, default: str | None = None, **params: object) -> str:
    """Return the words for a key, filled with figures.

    Parameters
    ----------
    key : str
        ``<topic>.<key>``, such as ``"fault.unknown-metric.message"``.
    locale : {"en", "zh"}
        The language.
    default : str, optional
        What to return if there are no such words.
    **params
        The figures; None is shown as a dash.

    Raises
    ------
    UnknownNameError
        If there are no such words and no default.

    Examples
    --------
    >>> text("unit.percent", "en", value=0.4286)
    '42.86%'
    """
    words = catalog(locale)
    if key not in words:
        if default is not None:
            return default
        raise UnknownNameError(
            f"'key' must be in the catalog, got {key!r}", hint=did_you_mean(key, words)
        )
    return fill(words[key], params, locale)
