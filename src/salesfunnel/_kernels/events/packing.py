"""Rows of a log into packed keys, in blocks of whole entities, sorted chunk by chunk.

Arguments are already validated. See `counting` for what a key is. While rows are packed, the place
of their step stands above the entity; a chunk that stays in the processor's cache is sorted once,
and with that its keys lie together by step, by block of entities and by entity. Numbers are sorted
by value, never by index, which is several times faster.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.events.encoding import relabel

Keys = npt.NDArray[np.int64]
CHUNK = 1 << 19
PART = 1 << 17


class Layout(NamedTuple):
    """How a row becomes a key: ``(entity - base) << bits | (time // scale - start)``."""

    base: int
    start: int
    bits: int
    scale: int
    shift: int
    """A block has 2 ** shift entities."""
    blocks: int

    @property
    def top(self) -> int:
        """The bits below the place of the step."""
        return self.bits + self.shift + (self.blocks - 1).bit_length()

    def ticks(self, when: Keys) -> Keys:
        """Return times as they stand in a key."""
        scaled = when if self.scale == 1 else when // self.scale
        return scaled - self.start if self.start else scaled


def pack_rows(
    entity: npt.NDArray[Any],
    step: npt.NDArray[Any],
    time: Keys,
    *,
    places: npt.NDArray[np.uint8] | None,
    count: int,
    layout: Layout,
    until: int | None = None,
) -> list[list[list[Keys]]]:
    """Return the keys of these rows, a list of sorted pieces a block and step.

    Parameters
    ----------
    entity, step, time : ndarray, shape (n,)
        The columns.
    places : ndarray of uint8, optional
        For each step code its place, `count` where it does not matter; the code itself by default.
    count : int
        The number of places.
    layout : Layout
        How a row becomes a key.
    until : int, optional
        The last time that counts.

    Returns
    -------
    list of list of list of ndarray of int64
        By block, by place, the pieces: sorted keys, in which the bits above those of the block's
        entities have no meaning.
    """
    pieces: list[list[list[Keys]]] = [[[] for _ in range(count)] for _ in range(layout.blocks)]
    edges = _edges(count, layout)
    # One large piece of memory: many small ones are paid for page by page.
    memory = np.empty(time.size, dtype=np.int64)
    full = 0
    kept = _kept_rows(entity, step, time, places, count, until)
    for low in range(0, time.size, CHUNK):
        end = full
        for who, what, when in islice(kept, -(-min(CHUNK, time.size - low) // PART)):
            _pack(who, what, when, layout, memory[end : end + when.size])
            end += when.size
        keys = memory[full:end]
        full = end
        keys.sort()
        ends = [*np.searchsorted(keys, edges).tolist(), keys.size]
        for group, (first, last) in enumerate(pairwise(ends)):
            if last > first:
                pieces[group % layout.blocks][group // layout.blocks].append(keys[first:last])
    return pieces


def pack_wide(
    entity: npt.NDArray[Any],
    step: npt.NDArray[Any],
    time: Keys,
    *,
    places: npt.NDArray[np.uint8] | None,
    count: int,
    layout: Layout,
    until: int | None = None,
) -> list[list[list[Keys]]]:
    """Return the keys of these rows as `pack_rows` does, in pieces that are not sorted.

    For times so fine that a key has no room for block and place: both stand in a number of their
    own, above the row's, and the keys are put in its order.
    """
    pieces: list[list[list[Keys]]] = [[[] for _ in range(count)] for _ in range(layout.blocks)]
    keys = np.empty(time.size, dtype=np.int64)
    group = np.empty(time.size, dtype=np.int32)
    end = 0
    for who, what, when in _kept_rows(entity, step, time, places, count, until):
        here = slice(end, end + when.size)
        end += when.size
        number = np.subtract(who, layout.base, dtype=np.int64)
        group[here] = (number >> layout.shift) * count + what
        number &= (1 << layout.shift) - 1
        number <<= layout.bits
        np.bitwise_or(number, layout.ticks(when), out=keys[here])
    bits = end.bit_length()
    order = group[:end].astype(np.int64)
    order <<= bits
    order |= np.arange(end)
    order.sort()
    order &= (1 << bits) - 1
    keys = keys.take(order)
    ends = np.cumsum(np.bincount(group[:end], minlength=layout.blocks * count)).tolist()
    for slot, (first, last) in enumerate(pairwise([0, *ends])):
        if last > first:
            pieces[slot // count][slot % count].append(keys[first:last])
    return pieces


def _kept_rows(
    entity: npt.NDArray[Any],
    step: npt.NDArray[Any],
    time: Keys,
    places: npt.NDArray[np.uint8] | None,
    count: int,
    until: int | None,
) -> Iterator[tuple[npt.NDArray[Any], npt.NDArray[Any], Keys]]:
    """Yield entity, place and time of the rows that matter, part by part."""
    for start in range(0, time.size, PART):
        rows = slice(start, start + PART)
        who, what, when = entity[rows], step[rows], time[rows]
        keep = None
        if places is not None:
            what = relabel(places, what)
            keep = what < count
        if until is not None:
            keep = (when <= until) if keep is None else keep & (when <= until)
        if keep is not None and not keep.all():
            who, what = np.compress(keep, who), np.compress(keep, what)
            when = np.compress(keep, when)
        yield who, what, when


def _edges(count: int, layout: Layout) -> Keys:
    """Return the least key of each place and block."""
    place = np.arange(count) << layout.top
    block = np.arange(layout.blocks) << (layout.bits + layout.shift)
    return (place[:, np.newaxis] | block).ravel()


def _pack(
    who: npt.NDArray[Any], what: npt.NDArray[Any], when: Keys, layout: Layout, keys: Keys
) -> None:
    if layout.base:
        np.subtract(who, layout.base, out=keys, dtype=np.int64)
        np.left_shift(keys, layout.bits, out=keys)
    else:
        np.left_shift(who, layout.bits, out=keys, dtype=np.int64)
    np.bitwise_or(keys, layout.ticks(when), out=keys)
    np.bitwise_or(keys, np.left_shift(what, layout.top, dtype=np.int64), out=keys)


class Store:
    """The keys of one block of entities, packed but not yet sorted as a whole.

    Each of the `pieces` of a place is sorted, unless `loose` says that they need not be.
    """

    def __init__(
        self, pieces: list[list[Keys]], *, bits: int, shift: int, loose: bool = False
    ) -> None:
        self.pieces = pieces
        self.loose = loose
        self.bits = bits
        self.entities = 1 << shift
        self.mask = (1 << (bits + shift)) - 1

    def needs_sort(self, place: int) -> bool:
        """Whether the keys of a place are not sorted as they follow each other."""
        return self.loose or len(self.pieces[place]) > 1

    def load(self, place: int, *, unique: bool = True) -> Keys:
        """Return the sorted keys of a step code, each once with `unique`."""
        if place < 0:
            return np.empty(0, dtype=np.int64)
        keys = np.concatenate([np.empty(0, dtype=np.int64), *self.pieces[place]])
        keys &= self.mask
        if self.needs_sort(place):
            keys.sort()
        if unique and keys.size:
            new = keys[1:] != keys[:-1]
            if not new.all():
                keys = keys[np.concatenate([[True], new])]
        return keys
