"""The order of the stages of a list: as given, by probability, as the CRM has it, or inferred."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from salesfunnel.intake.cells.read_number import clean
from salesfunnel.intake.deals.outcomes import fold_label
from salesfunnel.intake.deals.vocabulary.lookup import languages, pattern_of, vendors

__all__ = ["in_order", "stage_rank"]

_LEADING = re.compile(r"^\D{0,8}?(\d{1,3})\b")


@cache
def _stages() -> tuple[tuple[int, re.Pattern[str]], ...]:
    """Return how far a stage stands, with the pattern of its words."""
    found: dict[int, list[str]] = {}
    for language in languages():
        for rank, stems in language.stages.items():
            found.setdefault(int(rank), []).extend(stems)
    return tuple((rank, re.compile(pattern_of(stems))) for rank, stems in sorted(found.items()))


@cache
def stage_rank(label: str) -> int | None:
    """Return how far in a sale a stage stands, from 0 to 100; None if its name tells nothing.

    Of several words the one furthest on counts, but not "new" in "new proposal".

    Examples
    --------
    >>> [stage_rank(x) for x in ("Prospecting", "Proposal/Price Quote", "谈判审核", "Zephyr")]
    [10, 50, 60, None]
    """
    text = fold_label(label)
    hits = [rank for rank, pattern in _stages() if pattern.search(text)]
    return max(hits, default=None)


def in_order(
    labels: Sequence[str],
    *,
    chances: Mapping[str, float] | None = None,
    places: Mapping[str, float] | None = None,
) -> tuple[list[str], str, str]:
    """Put the names of open stages in order.

    Parameters
    ----------
    labels : sequence of str
        Names, in order of appearance; neither won nor lost.
    chances : mapping of str to float, optional
        The win probability of each, as the CRM states it.
    places : mapping of str to float, optional
        The place of each, as the CRM states it.

    Returns
    -------
    names : list of str
        In order.
    way : {"one", "numbers", "crm", "stated", "probability", "words", "appearance"}
        How that was found.
    detail : str
        The CRM, or the names that no word places.
    """
    if len(labels) < 2:
        return list(labels), "one", ""
    if places and len({places[label] for label in labels if label in places}) == len(labels):
        return _sorted(labels, [places[label] for label in labels]), "stated", ""
    listed = _listed(labels)
    if listed is not None:
        return listed[0], "crm", listed[1]
    numbers = [_LEADING.match(clean(label)) for label in labels]
    if all(numbers):
        values = [int(match[1]) for match in numbers if match is not None]
        if len(set(values)) == len(values):
            bare = all(label.strip().isdigit() for label in labels)
            found = _sorted(labels, values)
            return (found, "appearance", ", ".join(found)) if bare else (found, "numbers", "")
    known = chances or {}
    values_by = [known.get(label) for label in labels]
    stated = [value for value in values_by if value is not None]
    if len(stated) == len(labels) and len(set(stated)) > 1:
        ranks = [(value, stage_rank(x) or 0) for x, value in zip(labels, stated, strict=True)]
        return _sorted(labels, ranks), "probability", ""
    ranked = [stage_rank(label) for label in labels]
    strange = [label for label, rank in zip(labels, ranked, strict=True) if rank is None]
    if not strange and len(set(ranked)) == len(ranked):
        return _sorted(labels, ranked), "words", ""
    # names that no word places, or two of one place, keep the order of appearance among themselves
    last, filled = 0, []
    for rank in ranked:
        last = rank if rank is not None else last
        filled.append(last)
    doubt = strange or [x for x, p in zip(labels, ranked, strict=True) if ranked.count(p) > 1]
    return _sorted(labels, filled), "appearance", ", ".join(doubt)


def _sorted(labels: Sequence[str], keys: Sequence[object]) -> list[str]:
    pairs = sorted(zip(keys, range(len(labels)), strict=True))
    return [labels[at] for _, at in pairs]


def _listed(labels: Sequence[str]) -> tuple[list[str], str] | None:
    """Return the order of the CRM whose shipped stages hold all names."""
    folded = [fold_label(label) for label in labels]
    for order in vendors().orders:
        names = order["stages"]
        places = {name: at for at, name in enumerate(names)}
        places.update({name.replace(" ", ""): at for at, name in enumerate(names)})
        found = [places.get(text, places.get(text.replace("-", " "))) for text in folded]
        if all(place is not None for place in found) and len(set(found)) == len(found):
            return _sorted(labels, found), str(order["crm"])
    return None
