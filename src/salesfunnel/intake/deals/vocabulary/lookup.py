"""Look words up in the vocabularies: headers, outcomes, stages, by language."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any

import attrs

__all__ = [
    "Language",
    "Vendors",
    "headers",
    "languages",
    "outcome_words",
    "pattern_of",
    "vendors",
]

_LANGUAGES = ("en", "zh", "de", "es", "fr", "pt", "ru", "others")
_LAST = 100
"""Rank of a weak header, after all others."""
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


@attrs.frozen(kw_only=True)
class Vendors:
    """Field names and codes of CRM interfaces, and the stages they ship with; all folded.

    The sources are the public references of the vendors, see ``docs/guide/deals.md``.

    Parameters
    ----------
    headers : mapping of str to list of str
        By role, the best name first.
    no_stage : list of str
        Headers that look like a stage and are none.
    codes : mapping of str to mapping
        What coded outcomes mean, by header.
    outcome_ids : mapping of str to int
        Ids of stages that mean won or lost.
    orders : list of mapping
        The stages that CRMs ship with, in order: ``crm`` and ``stages``.
    prefixes : list of str
        What may stand before a header and adds nothing to its meaning.
    others : list of str
        What stands before a header that tells of something else than the deal.
    weak : list of str
        Headers that mean a role only where no better one is next to them.
    strong_times : list of str
        Headers that can only be the time of a change.
    history_tables : list of list of str
        Headers of tables of changes in which a column called "owner" is the deal.
    """

    headers: Mapping[str, list[str]]
    no_stage: list[str]
    codes: Mapping[str, Mapping[str, int]]
    outcome_ids: Mapping[str, int]
    orders: list[Mapping[str, Any]]
    prefixes: list[str]
    others: list[str]
    weak: list[str]
    strong_times: list[str]
    history_tables: list[list[str]]


def _read(name: str) -> dict[str, Any]:
    file = resources.files("salesfunnel.intake.deals.vocabulary") / f"{name}.json"
    body: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return body


@cache
def languages() -> tuple[Language, ...]:
    """Return all vocabularies; the first that knows a word decides."""
    return tuple(Language(**_read(name)) for name in _LANGUAGES)


@cache
def vendors() -> Vendors:
    """Return the vocabulary of CRM interfaces."""
    return Vendors(**_read("vendors"))


@cache
def headers() -> dict[str, dict[str, int]]:
    """Return the roles that each folded header can have, each with its rank (0 is the best)."""
    found: dict[str, dict[str, int]] = {}
    weak = set(vendors().weak)
    for table in (vendors().headers, *(language.headers for language in languages())):
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
    """Return a regular expression for the stems; they stand anywhere in scripts without spaces."""
    stems = list(stems)
    spaced = [re.escape(stem) + end for stem in stems if stem[0] < _WIDE]
    wide = [re.escape(stem) for stem in stems if stem[0] >= _WIDE]
    parts = [r"(?<!\w)(?:" + "|".join(spaced) + ")"] if spaced else []
    return "|".join([*parts, *wide])
