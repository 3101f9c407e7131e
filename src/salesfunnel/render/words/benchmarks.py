"""Words of the figures that ship, in the language of a document."""

from __future__ import annotations

from functools import cache

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import catalog, text

__all__ = ["published_words"]

_OURS = "definition.samples."


@cache
def _keys() -> dict[str, str]:
    """Return what the library itself says of samples, trades and regions → its key."""
    return {words: key for key, words in catalog("en").items() if key.startswith(_OURS)}


def published_words(words: str | None, locale: Locale) -> str:
    """Return what is said of a figure's sample, trade or region; strangers' words as they are."""
    key = _keys().get(words or "")
    return words or "" if key is None else text(key, locale)
