"""Rows of a log into packed keys, in blocks of whole entities, a list of keys a step.

Arguments are already validated. See `counting` for what a key is. Rows are read once, a chunk at a
time that stays in the processor's cache, and nothing is sorted here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.int64]
CHUNK = 1 << 17


class Layout(NamedTuple):
    """How a row becomes a key: ``(entity - base) << bits | (time // scale - start)``."""

    base: int
    start: int
    bits: int
    scale: int
    bounds: tuple[int, ...]
    """First entity codes (from `base`) of the blocks, without the first block's."""


def wrap(value: int) -> Any:
    """Return a whole number as int64, modulo 2 ** 64."""
    return np.int64(((value + (1 << 63)) % (1 << 64)) - (1 << 63))


def pack_rows(
    entity: npt.NDArray[Any],
    step: npt.NDArray[Any],
    time: Keys,
    *,
    codes: Sequence[int],
    layout: Layout,
    until: int | None = None,
    recode: npt.NDArray[Any] | None = None,
) -> list[list[list[Keys]]]:
    """Return the keys of these rows, a list of pieces a block and step code.

    Parameters
    ----------
    entity, step, time : ndarray, shape (n,)
        The columns.
    codes : sequence of int
        The step codes that matter, each once.
    layout : Layout
        How a row becomes a key.
    until : int, optional
        The last time that counts.
    recode : ndarray of int, optional
        What to read for each step code, before `codes` are looked for.

    Returns
    -------
    list of list of list of ndarray of int64
        By block, by place in `codes`, the pieces: keys within the block, in the order of the rows.
    """
    blocks = len(layout.bounds) + 1
    pieces: list[list[list[Keys]]] = [[[] for _ in codes] for _ in range(blocks)]
    room = np.empty(min(CHUNK, time.size), dtype=np.int64)
    shift = wrap(-(layout.base << layout.bits) - layout.start)
    edges = [bound << layout.bits for bound in layout.bounds]
    for low in range(0, time.size, CHUNK):
        rows = slice(low, low + CHUNK)
        when = time[rows]
        what = step[rows] if recode is None else recode.take(step[rows])
        keys = room[: when.size]
        np.left_shift(entity[rows], layout.bits, out=keys, dtype=np.int64)
        ticks = when if layout.scale == 1 else when // layout.scale
        np.add(keys, ticks, out=keys)
        np.add(keys, shift, out=keys)
        known = None if until is None else when <= until
        for place, code in enumerate(codes):
            mine = what == code
            if known is not None:
                mine &= known
            _deal(keys.take(np.flatnonzero(mine)), edges, pieces, place)
    return pieces


def _deal(keys: Keys, edges: list[int], pieces: list[list[list[Keys]]], place: int) -> None:
    """Hand the keys to the blocks they belong to, relative to the block's first entity."""
    rest, base = keys, 0
    for block, edge in enumerate(edges):
        under = rest < edge
        mine = np.compress(under, rest)
        pieces[block][place].append(mine - base if base else mine)
        np.logical_not(under, out=under)
        rest = np.compress(under, rest)
        base = edge
    pieces[-1][place].append(rest - base if base else rest)


class Store:
    """The keys of one block of entities, packed but not yet sorted."""

    def __init__(self, pieces: list[list[Keys]], *, bits: int, entities: int) -> None:
        self.pieces = pieces
        self.bits = bits
        self.entities = entities

    def load(self, place: int, *, unique: bool = True) -> Keys:
        """Return the sorted keys of a step code, each once with `unique`."""
        if place < 0:
            return np.empty(0, dtype=np.int64)
        keys = np.concatenate([np.empty(0, dtype=np.int64), *self.pieces[place]])
        keys.sort()
        if unique and keys.size:
            new = keys[1:] != keys[:-1]
            if not new.all():
                keys = keys[np.concatenate([[True], new])]
        return keys

    def load_after(self, place: int, before: Keys, until: Keys) -> Keys:
        """Return the sorted keys of a step code that could follow a match.

        Parameters
        ----------
        place : int
            The place of the step code; -1 for one that never occurs.
        before : ndarray of int64, shape (m,)
            The sorted keys of the matches of the step before.
        until : ndarray of int64, shape (m,)
            For each, the last key that could follow; rising within an entity.
        """
        if place < 0 or not before.size:
            return np.empty(0, dtype=np.int64)
        if self.entities > 4 * sum(map(len, self.pieces[place])) + (1 << 16):
            return self.load(place, unique=False)
        who = before >> self.bits
        first = np.full(self.entities, np.iinfo(np.int64).max)
        first[who[::-1]] = before[::-1]
        last = np.full(self.entities, -1)
        last[who] = until
        some = None
        if before.size < self.entities // 2:
            some = np.zeros(self.entities, dtype=np.bool_)
            some[who] = True
        kept = [
            _between(piece[low : low + CHUNK // 2], self.bits, some, first, last)
            for piece in self.pieces[place]
            for low in range(0, piece.size, CHUNK // 2)
        ]
        keys = np.concatenate(kept) if kept else np.empty(0, dtype=np.int64)
        keys.sort()
        return keys


def _between(
    keys: Keys, bits: int, some: npt.NDArray[np.bool_] | None, first: Keys, last: Keys
) -> Keys:
    """Return the keys within the bounds of their entity."""
    who = keys >> bits
    if some is not None:
        mine = np.flatnonzero(some.take(who))
        keys, who = keys.take(mine), who.take(mine)
    good = keys >= first.take(who)
    good &= keys <= last.take(who)
    return np.compress(good, keys)
