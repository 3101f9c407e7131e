"""Events that follow a match, found without sorting those that cannot.

Arguments are already validated. See `counting` for keys and matches, and `packing` for a store.
Only the number of entities is asked for here, and events at one time do not matter to each other.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.events.packing import Store

Keys = npt.NDArray[np.int64]
Places = npt.NDArray[np.intp]
MOST = np.iinfo(np.int64).max
ROUNDS = 4
MANY = 4


class Scratch:
    """Memory of one thread that is used again and again: fresh memory is slow.

    `first` is the first match of each entity, `last` the place of its last one; those without any
    are told by `first`, which is the greatest number there.
    """

    def __init__(self, entities: int) -> None:
        self.first = np.full(entities, MOST)
        self.last = np.zeros(entities, dtype=np.intp)
        self.numbers = np.empty((3, 0), dtype=np.int64)
        self.mask = np.empty(0, dtype=np.bool_)

    def of(self, size: int) -> tuple[Keys, Keys, Keys, npt.NDArray[np.bool_]]:
        """Return room for so many keys, entities and bounds, and for a mask."""
        if size > self.mask.size:
            self.numbers = np.empty((3, size + size // 4), dtype=np.int64)
            self.mask = np.empty(size + size // 4, dtype=np.bool_)
        first, second, third = self.numbers[:, :size]
        return first, second, third, self.mask[:size]


def find_followers(
    store: Store,
    place: int,
    before: Keys,
    until: Keys,
    *,
    ends: Places,
    strict: bool,
    scratch: Scratch,
) -> tuple[Keys, Places]:
    """Return the events of a step that could follow a match, and the latest match before each.

    Parameters
    ----------
    store : Store
        The events.
    place : int
        The place of the step; -1 for one that never occurs.
    before : ndarray of int64, shape (m,)
        The sorted keys of the matches of the step before.
    until : ndarray of int64, shape (m,)
        For each, the last key that could follow; rising within an entity.
    ends : ndarray of intp, shape (e,)
        The place of each entity's last match.
    strict : bool
        Whether a match at the same time is not a match before.
    scratch : Scratch
        Memory to work in, for at least the entities of the store.

    Returns
    -------
    keys : ndarray of int64, shape (n,)
        Sorted keys.
    at : ndarray of intp, shape (n,)
        The places in `before`.
    """
    if place < 0 or not before.size or not store.pieces[place]:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.intp)
    size = sum(map(len, store.pieces[place]))
    if store.entities > 4 * size + (1 << 16):
        keys = store.load(place, unique=False)
        at = np.searchsorted(before, keys, "left" if strict else "right") - 1
        follows = at >= 0
        follows &= before[at] >> store.bits == keys >> store.bits
        return keys[follows], at[follows]
    who = before.take(ends) >> store.bits
    first, last = scratch.first, scratch.last
    first[who] = before.take(np.concatenate([[0], ends[:-1] + 1]))
    last[who] = ends
    keys, entity, bound, good = scratch.of(size)
    np.concatenate(store.pieces[place], out=keys)
    np.bitwise_and(keys, store.mask, out=keys)
    np.right_shift(keys, store.bits, out=entity)
    np.take(first, entity, out=bound, mode="clip")
    (np.greater if strict else np.greater_equal)(keys, bound, out=good)
    found = np.compress(good, keys)
    if before.size < MANY * ends.size:
        # With many matches of an entity, the last one is late, and few events are later.
        found = np.compress(found <= until.take(last.take(found >> store.bits)), found)
    # Left as it was found, for the next one.
    first[who] = MOST
    if store.needs_sort(place):
        found.sort()
    return found, _step_back(before, found, last.take(found >> store.bits), strict=strict)


def _step_back(before: Keys, keys: Keys, at: Places, *, strict: bool) -> Places:
    """Return the places of the latest matches before some keys, from the last ones of their entity.

    Most entities have few matches, and a few steps back are faster than a search; what they do not
    settle is searched for.
    """
    late = np.greater_equal if strict else np.greater
    wrong = np.flatnonzero(late(before.take(at), keys))
    for _ in range(ROUNDS):
        if not wrong.size:
            return at
        back = at.take(wrong) - 1
        at[wrong] = back
        wrong = np.compress(late(before.take(back), keys.take(wrong)), wrong)
    at[wrong] = np.searchsorted(before, keys[wrong], "left" if strict else "right") - 1
    return at
