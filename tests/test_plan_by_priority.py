"""A plan of a table with many alarms simulates few measures and is the plan of all of them."""

from __future__ import annotations

import pickle
from datetime import date

import attrs
import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.bottleneck import bottlenecks
from salesfunnel.bottleneck.impact import ends_of
from salesfunnel.planning import ImprovementPlan, builder
from salesfunnel.planning.by_priority import most_it_brings, rank_of
from salesfunnel.planning.improvement import priority_of

PLANNED = {"start": date(2026, 3, 2), "seed": 5}


def _falling(segments, months=15, seed=3):
    """Return many segments, a third of which falls at some step; with one that nobody enters."""
    rng = np.random.default_rng(seed)
    first = rng.poisson(rng.uniform(30, 900, segments), (months, segments))
    first[-1, 0] = 0
    counts = [first]
    for _ in range(3):
        rate = np.tile(rng.uniform(0.1, 0.7, segments), (months, 1))
        rate[-1] *= np.where(rng.random(segments) < 0.35, 0.6, 1.0)
        counts.append(rng.binomial(counts[-1], rate))
    return sf.Panel.from_counts(
        np.stack(counts, axis=-1), steps=["lead", "offer", "won", "paid"],
        periods=[f"{2025 + i // 12}-{i % 12 + 1:02d}" for i in range(months)],
        segments=[f"s{i}" for i in range(segments)],
    )  # fmt: skip


@pytest.mark.parametrize(
    "options",
    [{}, {"value": [100.0, 900.0, 4000.0], "effort": {"call-back": 90}},
     {"gap_closed": 1.0, "months": 12.0, "realisation": (9.0, 1.0)}],
    ids=["plain", "money", "all of the gap"],
)  # fmt: skip
def test_a_plan_simulates_what_it_lists_and_lists_what_it_would_if_it_simulated_all(
    monkeypatch, options
):
    found = sf.find_bottlenecks(_falling(60))
    simulated = []
    effect = builder.effect_of
    monkeypatch.setattr(
        builder, "effect_of", lambda *given: simulated.append(given) or effect(*given)
    )
    lazy = sf.plan(found, (), **PLANNED, **options)
    few = len(simulated)
    whole = sf.plan(found, (), **PLANNED, **options, limit=None)
    assert len(whole) == len(found.alarms) >= 40
    assert few < len(whole) * 0.75
    assert lazy.measures == whole.measures[:10]
    assert lazy.folded == whole.measures[10:]
    assert [m.key for m in whole] == [m.key for m in sorted(whole, key=rank_of)]
    assert lazy.unfold() == whole
    assert ImprovementPlan.from_dict(lazy.to_dict()) == lazy
    assert hash(lazy) == hash(pickle.loads(pickle.dumps(lazy)))


def test_no_measure_brings_more_than_its_bound():
    found = sf.find_bottlenecks(_falling(60))
    for options in ({}, {"value": [4.0, 16.0], "gap_closed": 1.0}):
        whole = sf.plan(found, (), **PLANNED, **options, limit=None)
        steps = [str(step) for step in found.transitions]
        cells = [(found.segments.index(m.segment), steps.index(str(m.bottleneck))) for m in whole]
        ends = ends_of(found.transitions, found.win)
        most = most_it_brings(found, ends, np.array(cells), whole.assumptions)
        gain = np.array([priority_of(attrs.evolve(m, effort=1.0)) for m in whole])
        assert (gain <= most).all()
        assert np.median(most[gain > 0] / gain[gain > 0]) < 3


def test_alarms_of_many_segments_build_no_row_until_read(monkeypatch):
    found = sf.find_bottlenecks(_falling(60))
    built = []
    made = bottlenecks.row_of
    monkeypatch.setattr(bottlenecks, "row_of", lambda *at: built.append(at) or made(*at))
    assert len(found.alarms) >= 40
    assert not built
    assert found.alarms == tuple(row for row in found if row.alarm)
