"""Look words up in the vocabularies: headers, outcomes, stages, by language."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any

import attrs

from salesfunnel.intake.deals.vocabulary import vendors

__all__ = ["Language", "headers", "languages", "outcome_words", "pattern_of", "words_of"]

_LANGUAGES = ("en", "zh", "de", "es", "fr", "pt", "ru", "others")
_LAST = 100
"""What a weak header is behind all others."""
_WIDE = "\u3000"
"""Scripts from here on have no spaces between words."""


@attrs.frozen(kw_only=True)
class Language:
    """The words of a language; all folded.

    Parameters
    ----------
    headers : mapping of str to list of str
        By role, the best name first.
    dates : mapping of str to list of str
        Beginnings of words that say what a date is, by kind.
    noise : list of str
        Words in the header of a time that name no stage.
    won, lost, open : list of str
        Words for outcomes.
    won_stems, lost_stems : list of str
        Beginnings of words that mean won or lost wherever they stand.
    turns : list of str
        Words that turn such a meaning round.
    stages : mapping of str to list of str
        Beginnings of words in the names of stages, by how far in a sale they usually stand (0 to
        100).
    """

    headers: Mapping[str, list[str]]
    dates: Mapping[str, list[str]]
    noise: list[str]
    won: list[str]
    lost: list[str]
    open: list[str]
    won_stems: list[str]
    lost_stems: list[str]
    turns: list[str]
    stages: Mapping[str, list[str]]


@cache
def languages() -> tuple[Language, ...]:
    """Return all vocabularies; the first that knows a word decides."""
    folder = resources.files("salesfunnel.intake.deals.vocabulary")
    found = []
    for name in _LANGUAGES:
        body: dict[str, Any] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        found.append(Language(**body))
    return tuple(found)


def words_of(texts: str) -> list[str]:
    """Split words that stand between bars."""
    return [word for word in texts.split("|") if word]


@cache
def headers() -> dict[str, dict[str, int]]:
    """Return the roles that each folded header can have, each with its rank (0 is the best)."""
    found: dict[str, dict[str, int]] = {}
    weak = set(words_of(vendors.WEAK))
    own = {role: words_of(names) for role, names in vendors.HEADERS.items()}
    for table in (own, *(language.headers for language in languages())):
        for role, names in table.items():
            for place, name in enumerate(names):
                rank = place + (_LAST if name in weak else 0)
                for written in (name, name.replace(" ", "")):
                    roles = found.setdefault(written, {})
                    roles[role] = min(rank, roles.get(role, rank))
    return found


@cache
def outcome_words() -> dict[str, int]:
    """Return 0 open, 1 won, 2 lost for each known word, folded."""
    found: dict[str, int] = {"": 0}
    for language in languages():
        for code, words in ((0, language.open), (1, language.won), (2, language.lost)):
            for word in words:
                found.setdefault(word, code)
    return found


def pattern_of(stems: Iterable[str], end: str = "") -> str:
    """Return a regular expression for the beginnings of words; anywhere in scripts without spaces."""
    stems = list(stems)
    spaced = [re.escape(stem) + end for stem in stems if stem[0] < _WIDE]
    wide = [re.escape(stem) for stem in stems if stem[0] >= _WIDE]
    parts = [r"(?<!\w)(?:" + "|".join(spaced) + ")"] if spaced else []
    return "|".join([*parts, *wide])
