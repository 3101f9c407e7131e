"""Where a stage that no list names belongs: by the deals' own moves, its probability, its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from salesfunnel._core.checks import nearest

__all__ = ["place_stages"]


def place_stages(
    ids: Sequence[str],
    unknown: Iterable[str],
    rows: Iterable[tuple[str, str, Any]],
    *,
    last: int,
    chances: Mapping[str, float],
) -> tuple[str, ...]:
    """Return the stages with the unknown ones put where the moves of deals say.

    A stage goes where the fewest deals move against the order; of several such places to the one
    that its probability, then its name, then the first place says. One that no deal shares with a
    listed stage goes by probability or name, otherwise before the won stage.

    Parameters
    ----------
    ids : sequence of str
        Listed stages in order.
    unknown : iterable of str
        Stages to add.
    rows : iterable of (deal, stage, time)
        Entries into stages.
    last : int
        Place of the won stage among `ids`: a stage is put before it.
    chances : mapping of str to float
        Probability of a deal in a stage, as the CRM states it.
    """
    new = dict.fromkeys(unknown)
    first: dict[str, dict[str, Any]] = {}
    for deal, stage, when in rows:
        entries = first.setdefault(deal, {})
        if stage not in entries or when < entries[stage]:
            entries[stage] = when
    pairs = _pairs(first.values(), new)
    order = list(ids)
    for stage in sorted(new, key=lambda one: (-sum(pairs[one].values()), chances.get(one, 0.0))):
        costs = _costs(order[:last], stage, pairs[stage])
        best = [place for place, cost in enumerate(costs) if cost == min(costs)]
        seen = any(other in order for pair in pairs[stage] for other in pair if other != stage)
        order.insert(_choose(order[:last], stage, best, chances, seen=seen), stage)
        last += 1
    return tuple(order)


def _pairs(
    deals: Iterable[Mapping[str, Any]], new: Mapping[str, None]
) -> dict[str, dict[tuple[str, str], int]]:
    """Return, for each new stage, how many deals entered one stage of a pair before the other."""
    found: dict[str, dict[tuple[str, str], int]] = {stage: {} for stage in new}
    for entries in deals:
        for stage in new.keys() & entries.keys():
            for other, when in entries.items():
                if other != stage and when != entries[stage]:
                    pair = (other, stage) if when < entries[stage] else (stage, other)
                    found[stage][pair] = found[stage].get(pair, 0) + 1
    return found


def _costs(order: Sequence[str], stage: str, pairs: Mapping[tuple[str, str], int]) -> list[int]:
    """Return, for each place in the order, how many moves would go against it."""
    after = [pairs.get((stage, other), 0) for other in order]
    before = [pairs.get((other, stage), 0) for other in order]
    return [sum(after[:place]) + sum(before[place:]) for place in range(len(order) + 1)]


def _choose(
    order: Sequence[str],
    stage: str,
    best: Sequence[int],
    chances: Mapping[str, float],
    *,
    seen: bool,
) -> int:
    """Return one of the best places: by probability, by name, else the first or the last."""
    if stage in chances and any(other in chances for other in order):
        wanted = 1 + max(
            (k for k, other in enumerate(order) if chances.get(other, 2.0) <= chances[stage]),
            default=-1,
        )
        return min(best, key=lambda place: (abs(place - wanted), place))
    alike = [k for k, other in enumerate(order) if _alike(stage, other)]
    close = nearest(stage, order)
    wanted = (alike[0] if alike else order.index(close) if close in order else -2) + 1
    if wanted >= 0:
        return min(best, key=lambda place: (abs(place - wanted), place))
    return best[0] if seen else best[-1]


def _alike(one: str, other: str) -> bool:
    """Return whether one name begins with the other: Proposal and Proposal/Price Quote."""
    short, long = sorted((one.casefold(), other.casefold()), key=len)
    return len(short) > 3 and long.startswith(short)
