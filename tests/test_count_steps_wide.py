"""Keys that have no room for block and step: packed another way, counted the same."""

from __future__ import annotations

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.counting import in_memory as run

STEPS = ["a", "b", "c", "d"]
QUESTIONS = [
    {"window": 300},
    {},
    {"window": 300, "increasing": True},
    {"window": 300, "order": "strict"},
    {"window": 300, "order": "any"},
    {"window": 300, "step_windows": [50, 80, 90]},
    {"window": 300, "exclude": ["x"]},
    {"window": 300, "per": "entry"},
    {"window": 300, "as_of": 700},
    {"window": 300, "breakdown": "channel"},
    {"window": 300, "breakdown": "channel", "attribution": "last", "as_of": 900},
    {"window": 300, "breakdown": "channel", "attribution": "all"},
]
WAYS = {"in loose pieces": (0, 1 << 40), "block by block": (0, 0)}


def some_log(rng, size, *, stretch=1):
    known = [*STEPS, "x", "y"]
    return sf.EventLog(
        rng.integers(-40, size // 8, size),
        np.array(known)[rng.integers(0, len(known), size)],
        rng.integers(-100, 1000, size) * stretch,
        attributes={"channel": np.array(["web", "shop", ""])[rng.integers(0, 3, size)]},
    )


def answers(log, question, threads):
    found = sf.count_steps(log, STEPS, threads=threads, **question)
    return found, found.duplicates, found.durations, found.immature, dict(found.by_segment)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("question", QUESTIONS, ids=str)
@pytest.mark.parametrize("size", [40, 3000])
def test_counts_are_the_same_however_keys_are_packed(question, size, way, monkeypatch):
    log = some_log(np.random.default_rng(size), size)
    plain = answers(log, question, 2)
    bits, blocks = WAYS[way]
    monkeypatch.setattr(run, "KEY_BITS", bits)
    monkeypatch.setattr(run, "MOST_BLOCKS", blocks)
    for threads in (1, 3):
        assert answers(log, question, threads) == plain


@pytest.mark.parametrize("question", QUESTIONS, ids=str)
@pytest.mark.parametrize("bits", [44, 50, 53, 58])
def test_times_so_fine_that_a_key_is_full(question, bits):
    """Times that are stretched are counted as they were; none divides by a thousand."""
    stretch = (1 << bits) // 1000 | 1
    rng = np.random.default_rng(bits)
    plain = some_log(rng, 4000)
    fine = sf.EventLog(
        plain.entity,
        plain.columns()["step"],
        plain.time * stretch,
        attributes={"channel": plain.columns()["channel"]},
    )
    spans = {
        key: [v * stretch for v in value] if isinstance(value, list) else value * stretch
        for key, value in question.items()
        if key in {"window", "step_windows", "as_of"}
    }
    ours = sf.count_steps(fine, STEPS, **{**question, **spans})
    theirs = sf.count_steps(plain, STEPS, **question)
    assert ours.counts == theirs.counts
    assert ours.by_segment == theirs.by_segment
    assert (ours.immature, ours.duplicates) == (theirs.immature, theirs.duplicates)
