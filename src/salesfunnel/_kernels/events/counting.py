"""Chains of steps in packed keys: who reaches which step, from which start.

Arguments are already validated. An event is one int64, its *key*: ``entity << bits | tick``, with
``2 ** bits`` more than twice the range of the ticks, so that a difference of keys within `window`
means the same entity and a length of time. Every array of keys is sorted and without repeats.

The algorithm keeps, for each event that ends a chain of k steps, the *latest* first event of such a
chain: that start is the one that can still finish soonest, so no other one need be kept. The latest
predecessor with a valid chain is enough as well: the length of a step, an excluded event between
and the window all get worse with an earlier one, and latest starts never fall over time.

Where events at one time matter to each other (a name that stands twice among the steps, an excluded
event at the time of a step, strict order), chains are kept separate by the step at which their last
*run* began, a run being the steps that the chain takes at one and the same time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.int64]
NONE = np.iinfo(np.int64).min


class Exclusion(NamedTuple):
    """Events that must not lie between two steps."""

    keys: Keys
    first: int
    last: int


class Groups(NamedTuple):
    """All events of an entity at one time: key and number, for strict order."""

    keys: Keys
    sizes: npt.NDArray[np.int64]


class Rules(NamedTuple):
    """The rules of a chain, in ticks."""

    names: tuple[int, ...]
    window: int
    gaps: tuple[int, ...]
    exclusions: tuple[Exclusion, ...] = ()
    increasing: bool = False
    groups: Groups | None = None
    least: tuple[int, ...] = ()

    def delay(self, k: int) -> int:
        """How long after step k − 1 step k may be taken at the earliest."""
        return self.least[k - 1] if self.least else 0


class Matches(NamedTuple):
    """Events that end a chain, and the latest start of such a chain."""

    keys: Keys
    starts: Keys


def needs_runs(keys: Sequence[Keys], rules: Rules) -> bool:
    """Whether chains must be kept separate by the start of their last run."""
    if rules.groups is not None:
        return True
    if rules.increasing:
        return False
    if len(set(rules.names)) < len(rules.names):
        return True
    return any(
        keys[k].size and x.keys.size and _contains(x.keys, keys[k]).any()
        for x in rules.exclusions
        for k in range(x.first + 1, min(x.last, len(keys)))
    )


def find_matches(
    keys: Sequence[Keys], rules: Rules, probes: Keys | None = None
) -> tuple[list[Matches], list[npt.NDArray[np.bool_]]]:
    """Return the matches of every step, and which probes could still be the next one.

    Parameters
    ----------
    keys : sequence of ndarray of int64
        For each step, the keys of its events.
    rules : Rules
        What makes a chain.
    probes : ndarray of int64, optional
        Moments after all events of their entity.

    Returns
    -------
    matches : list of Matches
        For each step.
    live : list of ndarray of bool
        For each step but the last, whether an event of the next step at the probe's moment would
        go on with a chain; empty without probes.
    """
    found: list[Matches] = []
    live = []
    for k, states in enumerate(walk(keys, rules)):
        found.append(merge_states(states, keys[k]))
        if probes is not None and k + 1 < len(keys):
            live.append(_can_go_on(states, probes, k + 1, rules))
    return found, live


def _can_go_on(
    states: dict[int, Matches], probes: Keys, k: int, rules: Rules
) -> npt.NDArray[np.bool_]:
    """Return which probes could be followed by step k, at their moment or later.

    A step that must wait can be taken later, if its chain's window is still open then.
    """
    delay = rules.delay(k)
    if delay:
        states = {
            first: Matches(state.keys[ok], state.starts[ok])
            for first, state in states.items()
            for ok in (state.keys + delay - state.starts <= rules.window,)
        }
        rules = rules._replace(least=(*rules.least[: k - 1], 0, *rules.least[k:]))
    good: npt.NDArray[np.bool_] = _strict_best(states, probes, k, rules) != NONE
    return good


def walk(keys: Sequence[Keys], rules: Rules) -> Iterator[dict[int, Matches]]:
    """Yield the matches of each step by the step at which their last run began.

    Where runs do not matter there is one entry a step, -1.
    """
    runs = needs_runs(keys, rules)
    states: dict[int, Matches] = {}
    for k, now in enumerate(keys):
        if k == 0:
            states = {0 if runs else -1: Matches(now, now)}
        elif runs:
            states = _advance_runs(states, now, k, rules)
        else:
            states = {-1: advance(states[-1], now, k, rules)}
        yield states


def advance(before: Matches, now: Keys, k: int, rules: Rules) -> Matches:
    """Return the matches of step k where runs do not matter."""
    return _valid(now, _link(before, now, k, rules, run=-1, strict=rules.increasing))


def _advance_runs(
    states: dict[int, Matches], now: Keys, k: int, rules: Rules
) -> dict[int, Matches]:
    """Return the matches of step k by the step at which their last run began."""
    after: dict[int, Matches] = {}
    if not rules.increasing and not rules.delay(k):
        for first, state in states.items():
            if rules.names[k] in rules.names[first:k]:
                continue
            at = np.searchsorted(state.keys, now)
            same = at < state.keys.size
            same[same] = state.keys[at[same]] == now[same]
            if same.any():
                after[first] = Matches(now[same], state.starts[at[same]])
    after[k] = _valid(now, _strict_best(states, now, k, rules))
    return after


def _strict_best(states: dict[int, Matches], now: Keys, k: int, rules: Rules) -> Keys:
    """Return the latest start over all strictly earlier predecessors, NONE if there is none."""
    best = np.full(now.size, NONE)
    for first, state in states.items():
        before = state
        if rules.groups is not None and first > 0:
            # A run between two others must be all that happened at its time.
            group = np.searchsorted(rules.groups.keys, state.keys)
            whole = rules.groups.sizes[group] == k - first
            before = Matches(state.keys[whole], state.starts[whole])
        starts = _link(before, now, k, rules, run=first, strict=True)
        np.maximum(best, starts, out=best)
    return best


def _link(before: Matches, now: Keys, k: int, rules: Rules, *, run: int, strict: bool) -> Keys:
    """Return the start that each event of step k takes over from its latest predecessor.

    `run` is the step at which the predecessor's run began; -1 where runs do not matter.
    """
    if not before.keys.size or not now.size:
        return np.full(now.size, NONE)
    delay = rules.delay(k)
    if delay:
        at = np.searchsorted(before.keys, now - delay, "right") - 1
    else:
        at = np.searchsorted(before.keys, now, "left" if strict else "right") - 1
    start = before.starts[at]
    good = now - start <= rules.window
    good &= at >= 0
    last = before.keys[at] if rules.exclusions or rules.groups is not None else start
    if rules.gaps[k - 1] < rules.window:
        last = before.keys[at]
        good &= now - last <= rules.gaps[k - 1]
    for x in rules.exclusions:
        if x.first <= k - 1 and k <= x.last:
            inner = k - 1 > x.first and (rules.increasing or run > x.first)
            low = np.searchsorted(x.keys, last, "left" if inner else "right")
            good &= np.searchsorted(x.keys, now, "left") <= low
    if rules.groups is not None:
        group = np.searchsorted(rules.groups.keys, now) - np.searchsorted(rules.groups.keys, last)
        good &= group == 1
    start[~good] = NONE
    return start


def _valid(now: Keys, starts: Keys) -> Matches:
    good = starts != NONE
    return Matches(np.compress(good, now), np.compress(good, starts))


def merge_states(states: dict[int, Matches], now: Keys) -> Matches:
    """Return the matches of a step, whatever their last run."""
    if len(states) == 1:
        return next(iter(states.values()))
    best = np.full(now.size, NONE)
    for state in states.values():
        at = np.searchsorted(now, state.keys)
        best[at] = np.maximum(best[at], state.starts)
    return _valid(now, best)


def _contains(sorted_keys: Keys, keys: Keys) -> npt.NDArray[np.bool_]:
    at = np.searchsorted(sorted_keys, keys)
    inside = at < sorted_keys.size
    inside[inside] = sorted_keys[at[inside]] == keys[inside]
    return inside


def mirror(keys: Sequence[Keys], rules: Rules) -> tuple[list[Keys], Rules]:
    """Return the same question with time and steps reversed: a latest start is an earliest end."""
    last = len(keys) - 1
    groups = rules.groups
    return [_negative(array) for array in reversed(keys)], Rules(
        names=tuple(reversed(rules.names)),
        window=rules.window,
        gaps=tuple(reversed(rules.gaps)),
        exclusions=tuple(
            Exclusion(_negative(x.keys), last - x.last, last - x.first) for x in rules.exclusions
        ),
        increasing=rules.increasing,
        groups=None if groups is None else Groups(_negative(groups.keys), groups.sizes[::-1]),
        least=tuple(reversed(rules.least)),
    )


def _negative(keys: Keys) -> Keys:
    return np.negative(keys[::-1])


def cut(rules: Rules, steps: int) -> Rules:
    """Return the rules of the first steps alone."""
    return rules._replace(
        names=rules.names[:steps],
        gaps=rules.gaps[: max(steps - 1, 0)],
        least=rules.least[: max(steps - 1, 0)],
        exclusions=tuple(
            x._replace(last=min(x.last, steps - 1)) for x in rules.exclusions if x.first < steps - 1
        ),
    )


def distinct(sorted_values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Return which values of a sorted array differ from the one before."""
    new = np.ones(sorted_values.size, dtype=np.bool_)
    np.not_equal(sorted_values[1:], sorted_values[:-1], out=new[1:])
    return new
