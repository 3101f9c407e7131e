"""Followers of a match, against a plain loop."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesfunnel._kernels.events.following import Scratch, find_followers
from salesfunnel._kernels.events.packing import Store

BITS, SHIFT = 8, 3
WINDOW = 30
events = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 100)), max_size=60)


def packed(rows):
    return np.array([(who << BITS) | tick for who, tick in rows], dtype=np.int64)


def ends_of(keys, bits):
    who = keys >> bits
    return np.append(np.flatnonzero(who[1:] != who[:-1]), who.size - 1)


@given(before=events.filter(bool), after=events, cut=st.integers(0, 60), strict=st.booleans())
def test_followers_and_the_latest_match_before_each(before, after, cut, strict):
    keys = np.unique(packed(before))
    pieces = [np.sort(packed(after[:cut])), np.sort(packed(after[cut:]))]
    store = Store([[piece for piece in pieces if piece.size]], bits=BITS, shift=SHIFT)
    scratch = Scratch(store.entities)
    for _ in range(2):  # The memory is left as it was found.
        found, at = find_followers(
            store, 0, keys, keys + WINDOW, ends=ends_of(keys, BITS), strict=strict, scratch=scratch
        )
        latest = {}
        for key in sorted(packed(after).tolist()):
            earlier = [
                i
                for i, match in enumerate(keys.tolist())
                if match >> BITS == key >> BITS and (match < key or (match == key and not strict))
            ]
            if earlier:
                latest[key] = earlier[-1]
        got = dict(zip(found.tolist(), at.tolist(), strict=True))
        assert np.all(found[1:] >= found[:-1])
        assert got.items() <= latest.items(), "nothing but followers, each with its latest match"
        late = {key for key, i in latest.items() if key > keys[i] + WINDOW}
        assert latest.keys() - late <= got.keys(), "no follower in time is lost"


@pytest.mark.parametrize(
    ("strict", "places"),
    [(False, {0: 0, 50: 50, 99: 99, 200: 99}), (True, {50: 49, 99: 98, 200: 99})],
)
def test_many_matches_of_one_entity_and_an_event_after_the_first(strict, places):
    keys = np.arange(100, dtype=np.int64)
    store = Store([[np.array([0, 50, 99, 200], dtype=np.int64)]], bits=BITS, shift=SHIFT)
    found, at = find_followers(
        store, 0, keys, keys + 9, ends=ends_of(keys, BITS), strict=strict, scratch=Scratch(8)
    )
    assert dict(zip(found.tolist(), at.tolist(), strict=True)) == places


def test_few_events_among_very_many_entities_are_searched_for():
    store = Store([[np.array([5 << BITS | 3, 9 << BITS | 1])]], bits=BITS, shift=17)
    keys = np.array([5 << BITS | 1, 5 << BITS | 3, 8 << BITS], dtype=np.int64)
    for strict, place in ((False, 1), (True, 0)):
        found, at = find_followers(
            store, 0, keys, keys + 9, ends=ends_of(keys, BITS), strict=strict, scratch=Scratch(1)
        )
        assert found.tolist() == [5 << BITS | 3], "another entity's match is no match before"
        assert at.tolist() == [place]
